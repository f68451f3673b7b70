// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AnyState} from "./AnyState.sol";
import {vm} from "./Svm.sol";

/// @notice From any state, no call of an operator, or of anybody who would be one, rewrites a root,
/// shrinks a log, or touches a status or the mark of a fork.
contract HistoryProof is AnyState {
    function check_anchor(
        Watched memory watched,
        address caller,
        bytes32 log,
        uint64 size,
        bytes32 root
    ) public {
        Past memory past = _seen(watched);
        (, uint64 before, address operator) = anchorLog.logs(log);
        vm.prank(caller);
        try anchorLog.anchor(log, size, root) {
            assert(caller == operator && size > before && size - before <= 2 ** 32);
        } catch {}
        _assertStands(past, watched);
    }

    function check_openLog(Watched memory watched, address caller, bytes32 origin) public {
        Past memory past = _seen(watched);
        vm.prank(caller);
        try anchorLog.openLog(origin) {} catch {}
        _assertStands(past, watched);
    }

    function check_offerOperator(Watched memory watched, address caller, bytes32 log, address heir)
        public
    {
        Past memory past = _seen(watched);
        (,, address operator) = anchorLog.logs(log);
        vm.prank(caller);
        try anchorLog.offerOperator(log, heir) {
            assert(caller == operator);
        } catch {}
        _assertStands(past, watched);
    }

    function check_acceptOperator(Watched memory watched, address caller, bytes32 log) public {
        Past memory past = _seen(watched);
        address offered = anchorLog.pendingOperatorOf(log);
        vm.prank(caller);
        try anchorLog.acceptOperator(log) {
            assert(caller == offered);
        } catch {}
        _assertStands(past, watched);
    }

    function _assertStands(Past memory past, Watched memory watched) private view {
        Past memory present = _seen(watched);
        _assertHistoryStands(past, present);
        _assertStatusUntouched(past, present);
        assert(present.forked == past.forked);
    }
}
