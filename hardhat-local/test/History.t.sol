// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AnchorLog} from "../contracts/AnchorLog.sol";
import {vm} from "./Vm.sol";

/// @notice Calls AnchorLog in every way an operator or a stranger can, and remembers what it took.
contract Operator {
    AnchorLog public immutable anchorLog;
    bytes32 public immutable logId;
    bytes32[] public roots;
    uint64[] public sizes;
    uint64 public highest;
    uint256 public surprises;

    constructor(AnchorLog anchorLog_) {
        anchorLog = anchorLog_;
        logId = anchorLog_.openLog(keccak256("log.example/acta"));
    }

    function grow(uint32 step, bytes32 root) external {
        uint64 size = highest + uint64(step) + 1;
        (uint64 known,,,) = anchorLog.anchorOf(logId, root);
        try anchorLog.anchor(logId, size, root) {
            if (known != 0) ++surprises;
            roots.push(root);
            sizes.push(size);
            highest = size;
        } catch {
            if (known == 0) ++surprises;
        }
    }

    function rewrite(uint256 which, bytes32 root) external {
        if (sizes.length == 0) return;
        uint64 size = sizes[which % sizes.length];
        try anchorLog.anchor(logId, size, root) {
            ++surprises;
        } catch {}
    }

    function reuse(uint256 which, uint32 step) external {
        if (roots.length == 0) return;
        try anchorLog.anchor(logId, highest + step, roots[which % roots.length]) {
            ++surprises;
        } catch {}
    }

    function leap(uint64 size, bytes32 root) external {
        if (size <= highest || size - highest <= anchorLog.MAX_STEP()) return;
        try anchorLog.anchor(logId, size, root) {
            ++surprises;
        } catch {}
    }

    function intrude(address stranger, uint32 step, bytes32 root) external {
        if (stranger == address(this)) return;
        vm.prank(stranger);
        try anchorLog.anchor(logId, highest + uint64(step) + 1, root) {
            ++surprises;
        } catch {}
    }

    function count() external view returns (uint256) {
        return roots.length;
    }
}

/// @notice After any sequence of calls, all history stands as it was written (protocol, rule 10).
contract HistoryTest {
    AnchorLog private anchorLog;
    Operator private operator;

    function setUp() public {
        anchorLog = new AnchorLog();
        operator = new Operator(anchorLog);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(operator);
    }

    function invariant_nothingIsTakenThatShouldBeRefused() public view {
        assert(operator.surprises() == 0);
    }

    function invariant_everyAnchorStandsAsItWasWritten() public view {
        uint256 anchors = operator.count();
        uint64 before = 0;
        for (uint256 i = 0; i < anchors; ++i) {
            (uint64 size,,, uint64 ordinal) =
                anchorLog.anchorOf(operator.logId(), operator.roots(i));
            assert(size == operator.sizes(i) && ordinal == i + 1 && size > before);
            before = size;
        }
    }

    function invariant_theHeadIsTheNewestAnchor() public view {
        (uint32 count, uint64 size, address who) = anchorLog.logs(operator.logId());
        assert(count == operator.count() && size == operator.highest() && who == address(operator));
    }
}
