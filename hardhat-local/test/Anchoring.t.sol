// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AnchorLog} from "../contracts/AnchorLog.sol";
import {IAnchorLog} from "../contracts/IAnchorLog.sol";
import {vm} from "./Vm.sol";

/// @notice Opening logs and anchoring: who may, what is refused, what is kept, and where.
contract AnchoringTest {
    AnchorLog private anchorLog;
    bytes32 private constant ORIGIN = keccak256("log.example/acta");
    bytes32 private constant ROOT = keccak256("a root");
    bytes32 private logId;

    function setUp() public {
        anchorLog = new AnchorLog();
        logId = anchorLog.openLog(ORIGIN);
    }

    function testFuzz_openLog_belongsToItsOpener(address opener, bytes32 origin) public {
        vm.assume(opener != address(0) && opener != address(this));
        bytes32 expected = keccak256(abi.encode(opener, origin));
        vm.expectEmit(address(anchorLog));
        emit IAnchorLog.LogOpened(expected, opener, origin);
        vm.prank(opener);
        bytes32 opened = anchorLog.openLog(origin);

        (uint32 count, uint64 size, address operator) = anchorLog.logs(opened);
        assert(opened == expected && opened == anchorLog.logIdOf(opener, origin));
        assert(count == 0 && size == 0 && operator == opener);
    }

    function test_openLog_twice_isRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IAnchorLog.LogAlreadyOpen.selector, logId));
        anchorLog.openLog(ORIGIN);
    }

    function testFuzz_anchor_byAnother_isRefused(address caller, uint64 size) public {
        vm.assume(caller != address(this));
        vm.expectRevert(
            abi.encodeWithSelector(IAnchorLog.NotOperator.selector, logId, caller, address(this))
        );
        vm.prank(caller);
        anchorLog.anchor(logId, size, ROOT);
    }

    function testFuzz_anchor_inUnopenedLog_isRefused(bytes32 other, uint64 size) public {
        vm.assume(other != logId);
        vm.expectRevert(abi.encodeWithSelector(IAnchorLog.LogNotOpen.selector, other));
        anchorLog.anchor(other, size, ROOT);
    }

    function testFuzz_anchor_isKept(uint32 sizeSeed, bytes32 root, uint32 time, uint32 number) public {
        uint64 size = uint64(sizeSeed) + 1;
        vm.warp(time);
        vm.roll(number);
        vm.expectEmit(address(anchorLog));
        emit IAnchorLog.Anchored(logId, size, root);
        anchorLog.anchor(logId, size, root);

        (uint64 keptSize, uint64 keptTime, uint64 keptBlock, uint64 ordinal) =
            anchorLog.anchorOf(logId, root);
        assert(keptSize == size && keptTime == time && keptBlock == number && ordinal == 1);
        (keptSize, keptTime, keptBlock, ordinal) = anchorLog.anchors(keccak256(abi.encode(logId, root)));
        assert(keptSize == size && keptTime == time && keptBlock == number && ordinal == 1);
        (uint32 count, uint64 head, address operator) = anchorLog.logs(logId);
        assert(count == 1 && head == size && operator == address(this));
    }

    function testFuzz_anchor_liesWhereOfflineProofsLook(uint32 step, bytes32 root) public {
        vm.assume(root != ROOT);
        vm.warp(1_800_000_000);
        vm.roll(123_456);
        anchorLog.anchor(logId, 7, ROOT);
        uint256 size = 8 + uint256(step) / 2;
        anchorLog.anchor(logId, uint64(size), root);

        uint256 log = 2 | (size << 32) | (uint256(uint160(address(this))) << 96);
        assert(_word(logId, 0) == log);
        uint256 record = size | (1_800_000_000 << 64) | (123_456 << 128) | (2 << 192);
        assert(_word(keccak256(abi.encode(logId, root)), 1) == record);
    }

    function test_anchor_sameAgain_isRefusedAsDone() public {
        anchorLog.anchor(logId, 5, ROOT);
        anchorLog.anchor(logId, 9, keccak256("a later root"));
        vm.expectRevert(
            abi.encodeWithSelector(IAnchorLog.AlreadyAnchored.selector, logId, uint64(5), ROOT)
        );
        anchorLog.anchor(logId, 5, ROOT);
    }

    function testFuzz_anchor_rootAgainWithOtherSize_isRefused(uint64 size) public {
        vm.assume(size != 5);
        anchorLog.anchor(logId, 5, ROOT);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnchorLog.RootAnchoredWithOtherSize.selector, logId, ROOT, uint64(5), size
            )
        );
        anchorLog.anchor(logId, size, ROOT);
    }

    function testFuzz_anchor_withoutGrowth_isRefused(uint32 head, uint32 size) public {
        vm.assume(size <= head && head != 0);
        anchorLog.anchor(logId, head, ROOT);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnchorLog.SizeNotGrowing.selector, logId, uint64(head), uint64(size)
            )
        );
        anchorLog.anchor(logId, size, keccak256("another root"));
    }

    function test_anchor_ofNothing_isRefused() public {
        vm.expectRevert(
            abi.encodeWithSelector(IAnchorLog.SizeNotGrowing.selector, logId, uint64(0), uint64(0))
        );
        anchorLog.anchor(logId, 0, ROOT);
    }

    function testFuzz_anchor_growsByOneStepAtMost(uint32 head, uint64 beyond) public {
        vm.assume(head != 0 && beyond != 0 && beyond < type(uint64).max - 2 ** 33);
        anchorLog.anchor(logId, head, ROOT);
        uint64 furthest = head + anchorLog.MAX_STEP();
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnchorLog.StepTooLarge.selector, logId, uint64(head), furthest + beyond
            )
        );
        anchorLog.anchor(logId, furthest + beyond, keccak256("another root"));
        anchorLog.anchor(logId, furthest, keccak256("another root"));
        (, uint64 size,) = anchorLog.logs(logId);
        assert(size == furthest && anchorLog.MAX_STEP() == 2 ** 32);
    }

    function testFuzz_home_namesChainContractAndLog(bytes32 log) public view {
        assert(anchorLog.home(log) == keccak256(abi.encode(block.chainid, address(anchorLog), log)));
    }

    function _word(bytes32 key, uint256 slot) private view returns (uint256) {
        return uint256(vm.load(address(anchorLog), keccak256(abi.encode(key, slot))));
    }
}
