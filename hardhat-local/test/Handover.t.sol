// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorLog} from "../contracts/IAnchorLog.sol";
import {LogTest} from "./LogHouse.sol";
import {vm} from "./Vm.sol";

/// @notice A log changes hands in two steps, and its history does not.
contract HandoverTest is LogTest {
    function testFuzz_theOfferedAccountBecomesOperator(address heir, uint32 size, bytes32 root) public {
        vm.assume(heir != address(this) && heir != address(0) && size != 0);
        anchorLog.anchor(logId, size, root);
        vm.expectEmit(address(anchorLog));
        emit IAnchorLog.OperatorOffered(logId, address(this), heir);
        anchorLog.offerOperator(logId, heir);
        assert(anchorLog.pendingOperatorOf(logId) == heir && _operator() == address(this));

        vm.expectEmit(address(anchorLog));
        emit IAnchorLog.OperatorChanged(logId, address(this), heir);
        vm.prank(heir);
        anchorLog.acceptOperator(logId);
        assert(anchorLog.pendingOperatorOf(logId) == address(0) && _operator() == heir);
        (uint32 count, uint64 head,) = anchorLog.logs(logId);
        assert(count == 1 && head == size);

        bytes32 next = keccak256(abi.encode(root));
        vm.expectRevert(
            abi.encodeWithSelector(IAnchorLog.NotOperator.selector, logId, address(this), heir)
        );
        anchorLog.anchor(logId, uint64(size) + 1, next);
        vm.prank(heir);
        anchorLog.anchor(logId, uint64(size) + 1, next);
    }

    function testFuzz_onlyTheOperatorOffers(address stranger, address heir) public {
        vm.assume(stranger != address(this));
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnchorLog.NotOperator.selector, logId, stranger, address(this)
            )
        );
        vm.prank(stranger);
        anchorLog.offerOperator(logId, heir);
    }

    function testFuzz_onlyTheOfferedAccountAccepts(address heir, address stranger) public {
        vm.assume(stranger != heir);
        anchorLog.offerOperator(logId, heir);
        vm.expectRevert(
            abi.encodeWithSelector(IAnchorLog.NotOffered.selector, logId, stranger, heir)
        );
        vm.prank(stranger);
        anchorLog.acceptOperator(logId);
        assert(_operator() == address(this));
    }

    function testFuzz_anOfferCanBeWithdrawn(address heir) public {
        vm.assume(heir != address(0));
        anchorLog.offerOperator(logId, heir);
        anchorLog.offerOperator(logId, address(0));
        vm.expectRevert(
            abi.encodeWithSelector(IAnchorLog.NotOffered.selector, logId, heir, address(0))
        );
        vm.prank(heir);
        anchorLog.acceptOperator(logId);
    }

    function testFuzz_anUnopenedLogHasNoOperator(bytes32 other, address heir) public {
        vm.assume(other != logId);
        vm.expectRevert(abi.encodeWithSelector(IAnchorLog.LogNotOpen.selector, other));
        anchorLog.offerOperator(other, heir);
        vm.expectRevert(
            abi.encodeWithSelector(IAnchorLog.NotOffered.selector, other, address(this), address(0))
        );
        anchorLog.acceptOperator(other);
    }

    /// The id stays the first opener's, and nobody can open the log a second time.
    function testFuzz_theFirstOpenerCannotTakeItBack(address heir) public {
        vm.assume(heir != address(this) && heir != address(0));
        anchorLog.offerOperator(logId, heir);
        vm.prank(heir);
        anchorLog.acceptOperator(logId);
        vm.expectRevert(abi.encodeWithSelector(IAnchorLog.LogAlreadyOpen.selector, logId));
        anchorLog.openLog(keccak256("log.example/acta"));
    }

    function _operator() private view returns (address operator) {
        (,, operator) = anchorLog.logs(logId);
    }
}
