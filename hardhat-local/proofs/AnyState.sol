// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AnchorLog} from "../contracts/AnchorLog.sol";
import {svm} from "./Svm.sol";

/// @notice An AnchorLog in any state whatever, and one log, anchor and document of it to watch.
abstract contract AnyState {
    /// Which ones are watched: any.
    struct Watched {
        bytes32 log;
        bytes32 root;
        bytes32 leafHash;
    }

    struct Past {
        uint32 count;
        uint64 size;
        uint64 anchoredSize;
        uint64 anchoredTime;
        uint64 anchoredBlock;
        uint64 ordinal;
        uint8 code;
        uint64 statusTime;
        uint64 statusBlock;
        bytes32 successor;
        bool forked;
    }

    AnchorLog internal anchorLog;

    function setUp() public {
        anchorLog = new AnchorLog();
        svm.enableSymbolicStorage(address(anchorLog));
    }

    function _seen(Watched memory watched) internal view returns (Past memory past) {
        (past.count, past.size,) = anchorLog.logs(watched.log);
        (past.anchoredSize, past.anchoredTime, past.anchoredBlock, past.ordinal) =
            anchorLog.anchorOf(watched.log, watched.root);
        (past.code, past.statusTime, past.statusBlock) =
            anchorLog.statusOf(watched.log, watched.leafHash);
        past.successor = anchorLog.successorOf(watched.log, watched.leafHash);
        past.forked = anchorLog.forked(watched.log);
    }

    /// @notice The log has not shrunk, and its anchor is what it was, if there was one.
    function _assertHistoryStands(Past memory past, Past memory present) internal pure {
        assert(present.size >= past.size && present.count >= past.count);
        if (past.anchoredSize == 0) return;
        assert(present.anchoredSize == past.anchoredSize);
        assert(present.anchoredTime == past.anchoredTime);
        assert(present.anchoredBlock == past.anchoredBlock);
        assert(present.ordinal == past.ordinal);
    }

    function _assertStatusUntouched(Past memory past, Past memory present) internal pure {
        assert(present.code == past.code && present.successor == past.successor);
        assert(present.statusTime == past.statusTime && present.statusBlock == past.statusBlock);
    }
}
