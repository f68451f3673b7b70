// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AnchorLog} from "../contracts/AnchorLog.sol";
import {ReferenceTree} from "./ReferenceTree.sol";

/// @notice verifyInclusion against the reference tree: all that is in, and nothing else.
contract InclusionTest {
    uint256 private constant LARGEST = 40;

    AnchorLog private anchorLog;
    bytes32 private logId;

    struct Proof {
        uint64 size;
        bytes32 root;
        bytes32 entry;
        uint64 index;
        bytes32[] path;
    }

    function setUp() public {
        anchorLog = new AnchorLog();
        logId = anchorLog.openLog(keccak256("log.example/acta"));
    }

    function test_everyIndexOfEverySmallTree() public {
        for (uint256 size = 1; size <= 12; ++size) {
            for (uint256 index = 0; index < size; ++index) {
                Proof memory proof = _proof("small", size, index);
                if (index == 0) anchorLog.anchor(logId, proof.size, proof.root);
                assert(_included(proof));
            }
        }
    }

    function testFuzz_aTrueProofHolds(bytes32 seed, uint256 size, uint256 index) public {
        assert(_included(_anchored(seed, size, index)));
    }

    function testFuzz_aFlippedBitFails(bytes32 seed, uint256 size, uint256 index, uint256 bit) public {
        Proof memory proof = _anchored(seed, size, index);
        bytes32 flip = bytes32(1 << (bit % 256));
        uint256 target = (bit >> 8) % (proof.path.length + 2);
        if (target == 0) proof.entry ^= flip;
        else if (target == 1) proof.root ^= flip;
        else proof.path[target - 2] ^= flip;
        assert(!_included(proof));
    }

    function testFuzz_anotherIndexFails(bytes32 seed, uint256 size, uint256 index, uint64 other) public {
        Proof memory proof = _anchored(seed, size, index);
        if (other == proof.index) other ^= 1;
        proof.index = other;
        assert(!_included(proof));
    }

    function testFuzz_anotherSizeFails(bytes32 seed, uint256 size, uint256 index, uint64 other) public {
        Proof memory proof = _anchored(seed, size, index);
        if (other == proof.size) other ^= 1;
        proof.size = other;
        assert(!_included(proof));
    }

    function testFuzz_aLongerPathFails(bytes32 seed, uint256 size, uint256 index, bytes32 extra) public {
        Proof memory proof = _anchored(seed, size, index);
        proof.path = ReferenceTree.append(proof.path, extra);
        assert(!_included(proof));
    }

    function testFuzz_aShorterPathFails(bytes32 seed, uint256 size, uint256 index) public {
        Proof memory proof = _anchored(seed, size, index);
        if (proof.path.length == 0) return;
        bytes32[] memory shorter = new bytes32[](proof.path.length - 1);
        for (uint256 i = 0; i < shorter.length; ++i) shorter[i] = proof.path[i];
        proof.path = shorter;
        assert(!_included(proof));
    }

    /// An operator may anchor a small tree's root under a large size; short paths do not pass then.
    function testFuzz_aSmallTreeUnderALargeSizeFails(bytes32 seed, uint256 size, uint256 index) public {
        size = _bounded(size);
        Proof memory proof = _proof(seed, size, index % size);
        proof.size = 129;
        anchorLog.anchor(logId, proof.size, proof.root);
        assert(!_included(proof));
    }

    /// The leaf hash is made by the contract: handing it a leaf hash as an entry proves nothing.
    function testFuzz_aLeafHashIsNoEntry(bytes32 seed, uint256 size, uint256 index) public {
        Proof memory proof = _anchored(seed, size, index);
        proof.entry = ReferenceTree.leaf(proof.entry);
        assert(!_included(proof));
    }

    function testFuzz_anUnanchoredRootFails(bytes32 seed, uint256 size, uint256 index) public view {
        assert(!_included(_proof(seed, _bounded(size), index % _bounded(size))));
    }

    function testFuzz_anotherLogFails(bytes32 seed, uint256 size, uint256 index, bytes32 other) public {
        Proof memory proof = _anchored(seed, size, index);
        if (other == logId) other = ~other;
        assert(
            !anchorLog.verifyInclusion(
                other, proof.size, proof.root, proof.entry, proof.index, proof.path
            )
        );
    }

    /// It answers whatever it is asked: other contracts call it, and must not be made to fail.
    function testFuzz_itNeverReverts(uint64 size, bytes32 entry, uint64 index, bytes32[] calldata path)
        public
    {
        bytes32 root = keccak256("any root");
        if (size != 0 && size <= anchorLog.MAX_STEP()) anchorLog.anchor(logId, size, root);
        assert(!anchorLog.verifyInclusion(logId, size, root, entry, index, path));
    }

    function _anchored(bytes32 seed, uint256 size, uint256 index) private returns (Proof memory proof) {
        size = _bounded(size);
        proof = _proof(seed, size, index % size);
        anchorLog.anchor(logId, proof.size, proof.root);
    }

    function _included(Proof memory proof) private view returns (bool) {
        return anchorLog.verifyInclusion(
            logId, proof.size, proof.root, proof.entry, proof.index, proof.path
        );
    }

    function _bounded(uint256 size) private pure returns (uint256) {
        return 1 + (size % LARGEST);
    }

    function _proof(bytes32 seed, uint256 size, uint256 index) private pure returns (Proof memory) {
        bytes32[] memory entries = new bytes32[](size);
        for (uint256 i = 0; i < size; ++i) entries[i] = keccak256(abi.encode(seed, i));
        return Proof({
            size: uint64(size),
            root: ReferenceTree.root(entries, 0, size),
            entry: entries[index],
            index: uint64(index),
            path: ReferenceTree.path(entries, index, 0, size)
        });
    }
}
