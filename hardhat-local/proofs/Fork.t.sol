// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AnchorLog} from "../contracts/AnchorLog.sol";
import {IAnchorLog} from "../contracts/IAnchorLog.sol";
import {AnyState} from "./AnyState.sol";
import {vm} from "./Svm.sol";

/// @notice What a claim shows for one of its two checkpoints; the path has one hash.
struct Shown {
    bytes32 root;
    bytes32 leafHash;
    bytes32 sibling;
}

/// @notice From any state, the mark of a fork is set only on the log that is named, never taken
/// away, and nothing else moves with it.
/// @dev Claims about the second of two leaves, under two checkpoints.
contract ForkProof is AnyState {
    function check_proveFork(Watched memory watched, bytes32 log, Shown memory a, Shown memory b)
        public
    {
        Past memory past = _seen(watched);
        bool done;
        try anchorLog.proveFork(log, _proof(a), a.leafHash, _proof(b), b.leafHash) {
            done = true;
            assert(a.leafHash != b.leafHash && anchorLog.forked(log));
        } catch {}
        Past memory present = _seen(watched);
        _assertHistoryStands(past, present);
        _assertStatusUntouched(past, present);
        if (done && watched.log == log) assert(present.forked && !past.forked);
        else assert(present.forked == past.forked);
    }

    function _proof(Shown memory shown)
        private
        pure
        returns (IAnchorLog.InclusionProof memory proof)
    {
        (proof.size, proof.root, proof.index) = (2, shown.root, 1);
        proof.path = new bytes32[](1);
        proof.path[0] = shown.sibling;
    }
}

/// @notice No claim whatever marks an honest log: one that anchored its one, two and three leaves.
/// @dev That SHA-256 has no collisions is assumed for the hashes that meet here.
contract HonestLogProof {
    AnchorLog private anchorLog;
    bytes32 private logId;

    function setUp() public {
        anchorLog = new AnchorLog();
        logId = anchorLog.openLog(keccak256("log.example/acta"));
    }

    struct Claim {
        bytes32 root;
        bytes32 leafHash;
        bytes32 first;
        bytes32 second;
    }

    function check_sizes1And2(bytes32[3] memory leaves, Claim memory a, Claim memory b) public {
        _check(leaves, a, 1, b, 2);
    }

    function check_sizes1And3(bytes32[3] memory leaves, Claim memory a, Claim memory b) public {
        _check(leaves, a, 1, b, 3);
    }

    function check_sizes2And2(bytes32[3] memory leaves, Claim memory a, Claim memory b) public {
        _check(leaves, a, 2, b, 2);
    }

    function check_sizes2And3(bytes32[3] memory leaves, Claim memory a, Claim memory b) public {
        _check(leaves, a, 2, b, 3);
    }

    function _check(
        bytes32[3] memory leaves,
        Claim memory a,
        uint64 sizeA,
        Claim memory b,
        uint64 sizeB
    ) private {
        bytes32 pair = _node(leaves[0], leaves[1]);
        bytes32 three = _node(pair, leaves[2]);
        vm.assume(leaves[0] != pair && leaves[0] != three && pair != three);
        anchorLog.anchor(logId, 1, leaves[0]);
        anchorLog.anchor(logId, 2, pair);
        anchorLog.anchor(logId, 3, three);
        for (uint64 index = 0; index < sizeA; ++index) {
            uint256 lengthA = _length(sizeA, index);
            uint256 lengthB = _length(sizeB, index);
            _assumeNoCollision(a, lengthA, leaves, pair);
            _assumeNoCollision(b, lengthB, leaves, pair);
            try anchorLog.proveFork(
                logId,
                _proof(a, sizeA, index, lengthA),
                a.leafHash,
                _proof(b, sizeB, index, lengthB),
                b.leafHash
            ) {
                assert(false);
            } catch {}
        }
        assert(!anchorLog.forked(logId));
    }

    /// How long the path of an index is: the third leaf's sibling is the pair.
    function _length(uint64 size, uint64 index) private pure returns (uint256) {
        return size == 3 && index == 2 ? 1 : size - 1;
    }

    /// If a node that the claim's path can give equals one of the log's, so do their children.
    function _assumeNoCollision(
        Claim memory claim,
        uint256 length,
        bytes32[3] memory leaves,
        bytes32 pair
    ) private pure {
        if (length == 0) return;
        bytes32[2] memory reached =
            [_node(claim.leafHash, claim.first), _node(claim.first, claim.leafHash)];
        _assumeOne(claim.leafHash, claim.first, leaves, pair);
        _assumeOne(claim.first, claim.leafHash, leaves, pair);
        if (length == 1) return;
        for (uint256 i = 0; i < 2; ++i) {
            _assumeOne(reached[i], claim.second, leaves, pair);
            _assumeOne(claim.second, reached[i], leaves, pair);
        }
    }

    function _assumeOne(bytes32 left, bytes32 right, bytes32[3] memory leaves, bytes32 pair)
        private
        pure
    {
        bytes32 node = _node(left, right);
        bytes32 three = _node(pair, leaves[2]);
        vm.assume(_implies(node == pair, ((left ^ leaves[0]) | (right ^ leaves[1])) == 0));
        vm.assume(_implies(node == three, ((left ^ pair) | (right ^ leaves[2])) == 0));
    }

    /// In one step: `||` would double the paths that are followed.
    function _implies(bool condition, bool consequence) private pure returns (bool holds) {
        assembly {
            holds := or(iszero(condition), consequence)
        }
    }

    function _proof(Claim memory claim, uint64 size, uint64 index, uint256 length)
        private
        pure
        returns (IAnchorLog.InclusionProof memory proof)
    {
        (proof.size, proof.root, proof.index) = (size, claim.root, index);
        proof.path = new bytes32[](length);
        if (length > 0) proof.path[0] = claim.first;
        if (length > 1) proof.path[1] = claim.second;
    }

    function _node(bytes32 left, bytes32 right) private pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x01), left, right));
    }
}
