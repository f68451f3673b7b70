// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorLog} from "../contracts/IAnchorLog.sol";
import {LogTest} from "./LogHouse.sol";
import {ReferenceTree} from "./ReferenceTree.sol";
import {vm} from "./Vm.sol";

/// @notice verifyConsistency and proveFork against the reference tree.
contract ConsistencyTest is LogTest {
    uint256 private constant LARGEST = 40;

    struct Claim {
        uint64 size1;
        bytes32 root1;
        uint64 size2;
        bytes32 root2;
        bytes32[] path;
    }

    function test_everyPairOfSmallSizes() public {
        bytes32[] memory entries = _entries("small", 16);
        for (uint256 size2 = 1; size2 <= 16; ++size2) {
            _anchor(entries, size2);
            for (uint256 size1 = 1; size1 <= size2; ++size1) {
                assert(_consistent(_claim(entries, size1, size2)));
            }
        }
    }

    function testFuzz_aTrueProofHolds(bytes32 seed, uint256 size1, uint256 size2) public {
        assert(_consistent(_anchored(seed, size1, size2)));
    }

    function testFuzz_aFlippedBitFails(bytes32 seed, uint256 size1, uint256 size2, uint256 bit) public {
        Claim memory claim = _anchored(seed, size1, size2);
        bytes32 flip = bytes32(1 << (bit % 256));
        uint256 target = (bit >> 8) % (claim.path.length + 2);
        if (target == 0) claim.root1 ^= flip;
        else if (target == 1) claim.root2 ^= flip;
        else claim.path[target - 2] ^= flip;
        assert(!_consistent(claim));
    }

    function testFuzz_aPathOfOtherLengthFails(bytes32 seed, uint256 size1, uint256 size2, bytes32 extra)
        public
    {
        Claim memory claim = _anchored(seed, size1, size2);
        bytes32[] memory path = claim.path;
        claim.path = ReferenceTree.append(path, extra);
        assert(!_consistent(claim));
        if (path.length == 0) return;
        claim.path = new bytes32[](path.length - 1);
        for (uint256 i = 0; i < claim.path.length; ++i) claim.path[i] = path[i];
        assert(!_consistent(claim));
    }

    function testFuzz_otherSizesFail(bytes32 seed, uint256 size1, uint256 size2, uint64 other) public {
        Claim memory claim = _anchored(seed, size1, size2);
        if (other == claim.size1 || other == claim.size2) return;
        (uint64 first, uint64 second) = (claim.size1, claim.size2);
        claim.size1 = other;
        assert(!_consistent(claim));
        (claim.size1, claim.size2) = (first, other);
        assert(!_consistent(claim));
        if (first == second) return;
        (claim.size1, claim.size2) = (second, first);
        assert(!_consistent(claim));
    }

    /// A log that rewrote an old leaf cannot show that its new checkpoint extends the old one.
    function testFuzz_aRewrittenLeafFails(bytes32 seed, uint256 size1, uint256 size2, uint256 leaf)
        public
    {
        (size1, size2) = _sizes(size1, size2);
        if (size1 == size2) return;
        bytes32[] memory entries = _entries(seed, size2);
        bytes32 root1 = _anchor(entries, size1);
        entries[leaf % size1] ^= bytes32(uint256(1));
        _anchor(entries, size2);
        Claim memory claim = _claim(entries, size1, size2);
        claim.root1 = root1;
        assert(!_consistent(claim));
    }

    function testFuzz_anUnanchoredCheckpointFails(bytes32 seed, uint256 size1, uint256 size2) public {
        (size1, size2) = _sizes(size1, size2);
        bytes32[] memory entries = _entries(seed, size2);
        Claim memory claim = _claim(entries, size1, size2);
        assert(!_consistent(claim));
        _anchor(entries, size1);
        assert(_consistent(claim) == (size1 == size2));
    }

    function testFuzz_itNeverReverts(Claim calldata claim, uint32 size1, uint32 step) public {
        vm.assume(size1 != 0 && step != 0 && claim.root1 != claim.root2);
        anchorLog.anchor(logId, size1, claim.root1);
        anchorLog.anchor(logId, uint64(size1) + step, claim.root2);
        assert(!_consistent(claim));
        Claim memory known = claim;
        (known.size1, known.size2) = (size1, uint64(size1) + step);
        assert(!_consistent(known));
    }

    function testFuzz_aForkIsProvedByAnyone(
        address anyone,
        bytes32 seed,
        uint256 size1,
        uint256 size2,
        uint256 leaf
    ) public {
        (size1, size2) = _sizes(size1, size2);
        if (size1 == size2) return;
        leaf %= size1;
        bytes32[] memory entries = _entries(seed, size2);
        _anchor(entries, size1);
        IAnchorLog.InclusionProof memory a = _proof(entries, size1, leaf);
        bytes32 leafHashA = ReferenceTree.leaf(entries[leaf]);
        entries[leaf] ^= bytes32(uint256(1));
        _anchor(entries, size2);
        IAnchorLog.InclusionProof memory b = _proof(entries, size2, leaf);
        bytes32 leafHashB = ReferenceTree.leaf(entries[leaf]);

        vm.expectEmit(address(anchorLog));
        emit IAnchorLog.ForkProved(logId, a.index, leafHashA, leafHashB);
        vm.prank(anyone);
        anchorLog.proveFork(logId, a, leafHashA, b, leafHashB);
        assert(anchorLog.forked(logId));

        vm.expectRevert(abi.encodeWithSelector(IAnchorLog.ForkAlreadyProved.selector, logId));
        anchorLog.proveFork(logId, a, leafHashA, b, leafHashB);
    }

    function testFuzz_oneLeafInTwoCheckpointsIsNoFork(
        bytes32 seed,
        uint256 size1,
        uint256 size2,
        uint256 leaf
    ) public {
        (size1, size2) = _sizes(size1, size2);
        leaf %= size1;
        bytes32[] memory entries = _entries(seed, size2);
        _anchor(entries, size1);
        if (size1 != size2) _anchor(entries, size2);
        IAnchorLog.InclusionProof memory a = _proof(entries, size1, leaf);
        IAnchorLog.InclusionProof memory b = _proof(entries, size2, leaf);
        bytes32 leafHash = ReferenceTree.leaf(entries[leaf]);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnchorLog.NotAFork.selector, logId, a.index, leafHash, b.index, leafHash
            )
        );
        anchorLog.proveFork(logId, a, leafHash, b, leafHash);
    }

    function testFuzz_twoLeavesAtTwoIndicesAreNoFork(
        bytes32 seed,
        uint256 size,
        uint256 index,
        uint256 other
    ) public {
        size = 2 + size % LARGEST;
        index %= size;
        other %= size;
        if (index == other) other = (other + 1) % size;
        bytes32[] memory entries = _entries(seed, size);
        _anchor(entries, size);
        IAnchorLog.InclusionProof memory a = _proof(entries, size, index);
        IAnchorLog.InclusionProof memory b = _proof(entries, size, other);
        (bytes32 leafA, bytes32 leafB) =
            (ReferenceTree.leaf(entries[index]), ReferenceTree.leaf(entries[other]));
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnchorLog.NotAFork.selector, logId, a.index, leafA, b.index, leafB
            )
        );
        anchorLog.proveFork(logId, a, leafA, b, leafB);
        // Nor if the one is passed off as standing at the index of the other.
        b.index = a.index;
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnchorLog.NotIncluded.selector, logId, leafB, b.index, b.size, b.root
            )
        );
        anchorLog.proveFork(logId, a, leafA, b, leafB);
        assert(!anchorLog.forked(logId));
    }

    function testFuzz_anUnanchoredCheckpointProvesNoFork(bytes32 seed, uint256 size) public {
        size = 1 + size % LARGEST;
        bytes32[] memory entries = _entries(seed, size);
        _anchor(entries, size);
        IAnchorLog.InclusionProof memory a = _proof(entries, size, 0);
        bytes32 leafA = ReferenceTree.leaf(entries[0]);
        entries[0] ^= bytes32(uint256(1));
        IAnchorLog.InclusionProof memory b = _proof(entries, size, 0);
        bytes32 leafB = ReferenceTree.leaf(entries[0]);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnchorLog.NotIncluded.selector, logId, leafB, uint64(0), b.size, b.root
            )
        );
        anchorLog.proveFork(logId, a, leafA, b, leafB);
    }

    function testFuzz_anchorsOf_isAnchorOfManyTimes(bytes32 seed, uint8 count, uint256 known) public {
        bytes32[] memory roots = _entries(seed, count);
        for (uint256 i = 0; i < count; ++i) {
            if ((known >> (i % 256)) & 1 == 1) {
                vm.warp(1_800_000_000 + i);
                vm.roll(100 + i);
                anchorLog.anchor(logId, uint64(i + 1), roots[i]);
            }
        }
        IAnchorLog.Anchor[] memory records = anchorLog.anchorsOf(logId, roots);
        assert(records.length == count);
        for (uint256 i = 0; i < count; ++i) {
            (uint64 size, uint64 time, uint64 number, uint64 ordinal) =
                anchorLog.anchorOf(logId, roots[i]);
            assert(records[i].size == size && records[i].time == time);
            assert(records[i].blockNumber == number && records[i].ordinal == ordinal);
            assert((size == i + 1) == ((known >> (i % 256)) & 1 == 1));
        }
    }

    function _sizes(uint256 a, uint256 b) private pure returns (uint256 size1, uint256 size2) {
        (a, b) = (1 + a % LARGEST, 1 + b % LARGEST);
        return a <= b ? (a, b) : (b, a);
    }

    function _anchored(bytes32 seed, uint256 size1, uint256 size2) private returns (Claim memory) {
        (size1, size2) = _sizes(size1, size2);
        bytes32[] memory entries = _entries(seed, size2);
        _anchor(entries, size1);
        if (size1 != size2) _anchor(entries, size2);
        return _claim(entries, size1, size2);
    }

    function _claim(bytes32[] memory entries, uint256 size1, uint256 size2)
        private
        pure
        returns (Claim memory)
    {
        return Claim({
            size1: uint64(size1),
            root1: ReferenceTree.root(entries, 0, size1),
            size2: uint64(size2),
            root2: ReferenceTree.root(entries, 0, size2),
            path: ReferenceTree.consistency(entries, size1, 0, size2)
        });
    }

    function _consistent(Claim memory claim) private view returns (bool) {
        return anchorLog.verifyConsistency(
            logId, claim.size1, claim.root1, claim.size2, claim.root2, claim.path
        );
    }
}
