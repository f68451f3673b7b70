// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorLog} from "../contracts/IAnchorLog.sol";
import {LogTest} from "./LogHouse.sol";
import {Key, Parties} from "./Parties.sol";
import {vm} from "./Vm.sol";

/// @notice What the tests of statuses share: documents with parties, and calls that end them.
abstract contract StatusHouse is LogTest {
    uint64 internal constant NOW = 1_800_000_000;
    uint256 internal constant SIZE = 5;

    /// All that a call of voidDocument or supersedeDocument takes.
    struct Will {
        Document document;
        IAnchorLog.InclusionProof proof;
        bytes32 successor;
        IAnchorLog.InclusionProof successorProof;
        IAnchorLog.PartySignature[] parties;
        uint64 deadline;
    }

    function setUp() public override {
        super.setUp();
        vm.warp(NOW);
        vm.roll(77);
    }

    function _parties(bytes32 seed, uint256 count) internal pure returns (Key[][] memory parties) {
        parties = new Key[][](1 + count % 3);
        for (uint256 i = 0; i < parties.length; ++i) {
            bytes32 name = keccak256(abi.encode(seed, i));
            parties[i] = new Key[](1);
            parties[i][0] = Parties.key(1 + uint8(uint256(name) % 3), name);
        }
    }

    function _single(uint8 keyType, bytes32 seed) internal pure returns (Key[][] memory parties) {
        parties = new Key[][](1);
        parties[0] = new Key[](1);
        parties[0][0] = Parties.key(keyType, seed);
    }

    function _will(Key[][] memory parties, bytes32 seed, uint64 deadline, bool replaced)
        internal
        returns (Will memory)
    {
        return _willOf(parties, _document(seed, Parties.partiesRoot(parties)), deadline, replaced);
    }

    /// Anchors a small tree with the document at index 1, and a successor at 3 if `replaced`.
    function _willOf(Key[][] memory parties, Document memory document, uint64 deadline, bool replaced)
        internal
        returns (Will memory will)
    {
        bytes32[] memory entries = _entries(document.leafHash, SIZE);
        entries[1] = document.entry;
        (, uint64 size,) = anchorLog.logs(logId);
        // A test may need a second document: its tree is put behind the first.
        if (size != 0) {
            bytes32[] memory longer = _entries(document.leafHash, SIZE + size);
            longer[1] = document.entry;
            entries = longer;
        }
        _anchor(entries, entries.length);
        will.document = document;
        will.proof = _proof(entries, entries.length, 1);
        will.deadline = deadline;
        if (replaced) {
            bytes32 entry = entries[3];
            will.successor = sha256(bytes.concat(bytes1(0), entry));
            will.successorProof = _proof(entries, entries.length, 3);
        }
        will.parties = _signed(parties, _statusDigest(document.leafHash, will.successor, deadline));
    }

    function _void(Will memory will) internal {
        anchorLog.voidDocument(
            logId, will.document.opening, will.proof, will.parties, will.deadline
        );
    }

    function _supersede(Will memory will) internal {
        anchorLog.supersedeDocument(
            logId,
            will.document.opening,
            will.proof,
            will.successor,
            will.successorProof,
            will.parties,
            will.deadline
        );
    }

    function _expectSignatureInvalid(Will memory will, uint256 party) internal {
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnchorLog.SignatureInvalid.selector, party, will.parties[party].keyType
            )
        );
    }

    function _expectNotIncluded(bytes32 leafHash, IAnchorLog.InclusionProof memory proof) internal {
        vm.expectRevert(
            abi.encodeWithSelector(
                IAnchorLog.NotIncluded.selector,
                logId,
                leafHash,
                proof.index,
                proof.size,
                proof.root
            )
        );
    }

    /// Where the bytes of an encoded assertion end that mean something.
    function _covered(bytes memory signature) internal pure returns (uint256) {
        (,,, bytes memory clientData) = abi.decode(signature, (bytes32, bytes32, bytes, bytes));
        return 256 + clientData.length;
    }

    function _assertStatus(bytes32 leafHash, uint8 code, bytes32 successor) internal view {
        (uint8 kept, uint64 time, uint64 number) = anchorLog.statusOf(logId, leafHash);
        assert(kept == code && time == (code == 0 ? 0 : NOW) && number == (code == 0 ? 0 : 77));
        assert(anchorLog.successorOf(logId, leafHash) == successor);
        // Where offline proofs look.
        bytes32 key = keccak256(abi.encode(logId, leafHash));
        uint256 word = uint256(code) | (uint256(time) << 8) | (uint256(number) << 72);
        assert(uint256(vm.load(address(anchorLog), keccak256(abi.encode(key, 2)))) == word);
        assert(vm.load(address(anchorLog), keccak256(abi.encode(key, 3))) == successor);
    }
}
