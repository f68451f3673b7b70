// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorLog} from "../contracts/IAnchorLog.sol";
import {Key, Parties} from "./Parties.sol";
import {StatusHouse} from "./StatusHouse.sol";
import {vm} from "./Vm.sol";

/// @notice Voiding and superseding: with all parties' keys of every type, and never without.
contract StatusTest is StatusHouse {
    function testFuzz_allPartiesVoid(bytes32 seed, uint256 count, uint64 deadline) public {
        vm.assume(deadline >= NOW);
        Will memory will = _will(_parties(seed, count), seed, deadline, false);
        vm.expectEmit(address(anchorLog));
        emit IAnchorLog.StatusChanged(logId, will.document.leafHash, 1, 0);
        _void(will);
        _assertStatus(will.document.leafHash, 1, 0);
    }

    function testFuzz_allPartiesSupersede(bytes32 seed, uint256 count, uint64 deadline) public {
        vm.assume(deadline >= NOW);
        Will memory will = _will(_parties(seed, count), seed, deadline, true);
        vm.expectEmit(address(anchorLog));
        emit IAnchorLog.StatusChanged(logId, will.document.leafHash, 2, will.successor);
        _supersede(will);
        _assertStatus(will.document.leafHash, 2, will.successor);
    }

    function testFuzz_eachTypeOfKeySpeaks(bytes32 seed, uint8 keyType) public {
        keyType = 1 + keyType % 3;
        Will memory will = _will(_single(keyType, seed), seed, NOW, false);
        assert(will.parties[0].keyType == keyType);
        _void(will);
        _assertStatus(will.document.leafHash, 1, 0);
    }

    function testFuzz_anyKeyOfAPartySpeaksForIt(bytes32 seed, uint256 position) public {
        Key[][] memory parties = new Key[][](1);
        parties[0] = new Key[](3);
        for (uint8 i = 0; i < 3; ++i) parties[0][i] = Parties.key(1 + i, keccak256(abi.encode(seed, i)));
        Will memory will = _will(parties, seed, NOW, false);
        bytes32 digest = _statusDigest(will.document.leafHash, 0, NOW);
        will.parties[0] = Parties.signed(anchorLog, parties[0], position % 3, digest);
        _void(will);
        _assertStatus(will.document.leafHash, 1, 0);
    }

    function testFuzz_onePartyMissingIsRefused(bytes32 seed, uint256 count, uint256 missing) public {
        Key[][] memory parties = _parties(seed, count);
        Will memory will = _will(parties, seed, NOW, false);
        // Signed by somebody else, over the same digest.
        missing %= parties.length;
        Key memory stranger = Parties.key(parties[missing][0].keyType, keccak256(abi.encode(seed, "x")));
        bytes32 digest = _statusDigest(will.document.leafHash, 0, NOW);
        will.parties[missing].signature = Parties.signature(anchorLog, stranger, digest);
        _expectSignatureInvalid(will, missing);
        _void(will);
        // With the stranger's key in place of the party's it is no commitment of theirs.
        (will.parties[missing].rpIdHash, will.parties[missing].x, will.parties[missing].y) =
            Parties.opening(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IAnchorLog.KeyNotCommitted.selector, missing, uint256(0))
        );
        _void(will);
        // And with the stranger as a party it is another document, which is not in the log.
        parties[missing][0] = stranger;
        will.parties = _signed(parties, digest);
        _expectNotIncluded(_document(seed, Parties.partiesRoot(parties)).leafHash, will.proof);
        _void(will);
        _assertStatus(will.document.leafHash, 0, 0);
    }

    function testFuzz_fewerOrMorePartiesAreAnotherDocument(bytes32 seed, uint256 count) public {
        Key[][] memory parties = _parties(seed, count);
        Will memory will = _will(parties, seed, NOW, false);
        bytes32 digest = _statusDigest(will.document.leafHash, 0, NOW);
        Key[][] memory more = new Key[][](parties.length + 1);
        for (uint256 i = 0; i < more.length; ++i) more[i] = parties[i % parties.length];
        will.parties = _signed(more, digest);
        _expectNotIncluded(_document(seed, Parties.partiesRoot(more)).leafHash, will.proof);
        _void(will);
        if (parties.length == 1) return;
        Key[][] memory fewer = new Key[][](parties.length - 1);
        for (uint256 i = 0; i < fewer.length; ++i) fewer[i] = parties[i];
        will.parties = _signed(fewer, digest);
        _expectNotIncluded(_document(seed, Parties.partiesRoot(fewer)).leafHash, will.proof);
        _void(will);
    }

    function testFuzz_aDocumentWithoutPartiesStands(bytes32 seed) public {
        Will memory will = _will(new Key[][](0), seed, NOW, false);
        vm.expectRevert(abi.encodeWithSelector(IAnchorLog.NoParties.selector, logId));
        _void(will);
        will = _will(new Key[][](0), keccak256(abi.encode(seed)), NOW, true);
        vm.expectRevert(abi.encodeWithSelector(IAnchorLog.NoParties.selector, logId));
        _supersede(will);
    }

    function testFuzz_aPartyWithoutKeysCannotSpeak(bytes32 seed, uint256 position) public {
        Key[][] memory parties = _parties(seed, 1);
        parties[1] = new Key[](0);
        bytes32 partiesRoot = Parties.partiesRoot(parties);
        parties[1] = _parties(seed, 0)[0];
        Will memory will = _willOf(parties, _document(seed, partiesRoot), NOW, false);
        will.parties[1].keyCommits = new bytes32[](0);
        will.parties[1].position = position;
        vm.expectRevert(
            abi.encodeWithSelector(IAnchorLog.KeyNotCommitted.selector, uint256(1), position)
        );
        _void(will);
    }

    function testFuzz_afterTheDeadlineItIsTooLate(bytes32 seed, uint64 deadline, uint64 late) public {
        vm.assume(late != 0 && deadline < type(uint64).max - late);
        Will memory will = _will(_parties(seed, 1), seed, deadline, false);
        vm.warp(uint256(deadline) + late);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnchorLog.DeadlinePassed.selector, deadline, uint256(deadline) + late
            )
        );
        _void(will);
    }

    /// What the parties signed covers the log's home, the leaf, the successor and the deadline.
    function testFuzz_signaturesUnderSomethingElseAreRefused(bytes32 seed, uint64 deadline, uint8 what)
        public
    {
        vm.assume(deadline > NOW);
        Key[][] memory parties = _parties(seed, 1);
        Will memory will = _will(parties, seed, deadline, what % 4 == 3);
        bytes32 leafHash = will.document.leafHash;
        if (what % 4 == 0) {
            will.deadline = deadline - 1;
        } else if (what % 4 == 1) {
            will.parties = _signed(parties, _statusDigest(leafHash, keccak256("s"), deadline));
        } else if (what % 4 == 2) {
            will.parties = _signed(parties, _statusDigest(keccak256("d"), 0, deadline));
        } else {
            // A signature to supersede does not void.
            _expectSignatureInvalid(will, 0);
            _void(will);
            will.parties = _signed(parties, _statusDigest(leafHash, 0, deadline));
            _expectSignatureInvalid(will, 0);
            _supersede(will);
            return;
        }
        _expectSignatureInvalid(will, 0);
        _void(will);
    }

    /// After a split of the chain, or on a copy of it, nothing that was signed here counts.
    function testFuzz_anotherChainIsAnotherHome(bytes32 seed, uint32 chainId) public {
        vm.assume(chainId != block.chainid && chainId != 0);
        Will memory will = _will(_parties(seed, 0), seed, NOW, false);
        Key[][] memory parties = _parties(seed, 0);
        vm.chainId(chainId);
        _expectNotIncluded(_document(seed, Parties.partiesRoot(parties)).leafHash, will.proof);
        _void(will);
    }

    function testFuzz_aStatusStandsForEver(bytes32 seed, bool first, bool second, uint64 later) public {
        vm.assume(later >= NOW);
        Key[][] memory parties = _parties(seed, 1);
        Will memory will = _will(parties, seed, NOW, true);
        bytes32 voiding = _statusDigest(will.document.leafHash, 0, NOW);
        bytes32 superseding = _statusDigest(will.document.leafHash, will.successor, NOW);
        will.parties = _signed(parties, first ? voiding : superseding);
        first ? _void(will) : _supersede(will);

        vm.warp(later);
        will.deadline = later;
        voiding = _statusDigest(will.document.leafHash, 0, later);
        superseding = _statusDigest(will.document.leafHash, will.successor, later);
        will.parties = _signed(parties, second ? voiding : superseding);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnchorLog.StatusAlreadySet.selector,
                logId,
                will.document.leafHash,
                first ? uint8(1) : uint8(2)
            )
        );
        second ? _void(will) : _supersede(will);
        _assertStatus(will.document.leafHash, first ? 1 : 2, first ? bytes32(0) : will.successor);
    }

    function testFuzz_aDocumentThatIsNotAnchoredIsRefused(bytes32 seed, uint64 index) public {
        Will memory will = _will(_parties(seed, 0), seed, NOW, false);
        vm.assume(index != will.proof.index);
        will.proof.index = index;
        _expectNotIncluded(will.document.leafHash, will.proof);
        _void(will);
    }

    function testFuzz_aSuccessorIsAnotherLeafAtALaterIndex(bytes32 seed, uint8 what) public {
        Key[][] memory parties = _parties(seed, 0);
        Will memory will = _will(parties, seed, NOW, true);
        if (what % 4 == 0) {
            will.successorProof = will.proof;
            will.successor = will.document.leafHash;
        } else if (what % 4 == 1) {
            will.successor = 0;
        } else if (what % 4 == 2) {
            will.successor = will.document.leafHash;
        } else {
            will.successorProof.index = will.proof.index;
        }
        will.parties = _signed(parties, _statusDigest(will.document.leafHash, will.successor, NOW));
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnchorLog.NoSuccessor.selector,
                will.document.leafHash,
                will.proof.index,
                will.successor,
                will.successorProof.index
            )
        );
        _supersede(will);
    }

    function testFuzz_aSuccessorMustBeAnchored(bytes32 seed, bytes32 successor) public {
        Key[][] memory parties = _parties(seed, 0);
        Will memory will = _will(parties, seed, NOW, true);
        vm.assume(successor != 0 && successor != will.successor && successor != will.document.leafHash);
        will.successor = successor;
        will.parties = _signed(parties, _statusDigest(will.document.leafHash, successor, NOW));
        _expectNotIncluded(successor, will.successorProof);
        _supersede(will);
    }

    function testFuzz_entriesAndDigestsAreTheSpecifications(bytes32 seed, bytes32 root, uint64 deadline)
        public
        view
    {
        Document memory document = _document(seed, root);
        assert(anchorLog.documentEntry(logId, document.opening, root) == document.entry);
        assert(
            anchorLog.statusDigest(logId, document.leafHash, root, deadline)
                == _statusDigest(document.leafHash, root, deadline)
        );
    }

    /// A chain of documents, each in the place of the one before; the last voided or not.
    function testFuzz_resolveFollowsInBoundedSteps(bytes32 seed, uint8 length, uint8 steps, bool voided)
        public
    {
        uint256 last = length % 8;
        Key[][] memory parties = _single(3, seed);
        bytes32 root = Parties.partiesRoot(parties);
        Document[] memory documents = new Document[](last + 1);
        bytes32[] memory entries = new bytes32[](last + 1);
        for (uint256 i = 0; i <= last; ++i) {
            documents[i] = _document(keccak256(abi.encode(seed, i)), root);
            entries[i] = documents[i].entry;
        }
        _anchor(entries, last + 1);
        for (uint256 i = 0; i < last + (voided ? 1 : 0); ++i) {
            Will memory will;
            will.document = documents[i];
            will.proof = _proof(entries, last + 1, i);
            will.deadline = NOW;
            if (i < last) {
                will.successor = documents[i + 1].leafHash;
                will.successorProof = _proof(entries, last + 1, i + 1);
            }
            will.parties =
                _signed(parties, _statusDigest(documents[i].leafHash, will.successor, NOW));
            i < last ? _supersede(will) : _void(will);
        }

        bytes32[] memory leafHashes = new bytes32[](last + 1);
        for (uint256 i = 0; i <= last; ++i) leafHashes[i] = documents[i].leafHash;
        (uint8[] memory codes, uint64[] memory times, bytes32[] memory successors) =
            anchorLog.statusesOf(logId, leafHashes);
        for (uint256 i = 0; i <= last; ++i) {
            uint256 reached = i + steps < last ? i + steps : last;
            (bytes32 newest, uint8 code, bool complete) =
                anchorLog.resolve(logId, leafHashes[i], steps);
            assert(newest == leafHashes[reached]);
            assert(complete == (reached == last));
            assert(code == (reached < last ? 2 : voided ? 1 : 0));
            assert(codes[i] == (i < last ? 2 : voided ? 1 : 0));
            assert(times[i] == (codes[i] == 0 ? 0 : NOW));
            assert(successors[i] == (i < last ? leafHashes[i + 1] : bytes32(0)));
        }
    }
}
