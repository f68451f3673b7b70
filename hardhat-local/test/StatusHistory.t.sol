// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AnchorLog} from "../contracts/AnchorLog.sol";
import {IAnchorLog} from "../contracts/IAnchorLog.sol";
import {Key, Parties} from "./Parties.sol";
import {LogHouse} from "./LogHouse.sol";
import {ReferenceTree} from "./ReferenceTree.sol";
import {vm} from "./Vm.sol";

/// @notice An honest log with eight documents of one to three parties, whose parties and strangers
/// try everything. It keeps its own account of what ought to be.
contract Parliament is LogHouse {
    uint256 public constant DOCUMENTS = 8;

    bytes32[] private entries;
    bytes32[] private leafHashes;
    uint256[] private sizes;
    uint256 public surprises;

    /// What each document's status ought to be.
    mapping(uint256 document => uint8) public codes;
    mapping(uint256 document => uint64) public times;
    mapping(uint256 document => bytes32) public successors;

    constructor() {
        _open();
        vm.warp(1_800_000_000);
        for (uint256 i = 0; i < DOCUMENTS; ++i) {
            Document memory made = _document(bytes32(i), Parties.partiesRoot(_partiesOf(i)));
            entries.push(made.entry);
            leafHashes.push(made.leafHash);
        }
        _grow(DOCUMENTS);
    }

    /// Any subset of the parties signs, to void or to have any other document take its place, in
    /// time or too late.
    function declare(uint256 document, uint256 signers, uint256 other, bool voiding, bool late)
        external
    {
        document %= DOCUMENTS;
        other = voiding ? 0 : other % entries.length;
        Key[][] memory parties = _partiesOf(document);
        uint64 deadline = uint64(block.timestamp);
        bytes32 successor = voiding ? bytes32(0) : leafHashes[other];
        bytes32 digest = _statusDigest(leafHashes[document], successor, deadline);
        IAnchorLog.PartySignature[] memory signed = _signed(parties, digest);
        bool all = true;
        for (uint256 i = 0; i < parties.length; ++i) {
            if ((signers >> i) & 1 == 1) continue;
            all = false;
            // Somebody else's signature, or none.
            Key memory stranger = Parties.key(3, keccak256(abi.encode("stranger", signers)));
            signed[i].signature = (signers >> (8 + i)) & 1 == 1
                ? Parties.signature(anchorLog, stranger, digest)
                : bytes("");
        }
        if (late) vm.warp(uint256(deadline) + 1);
        bool allowed = all && !late && codes[document] == 0 && (voiding || other > document);
        if (_declared(document, other, voiding, signed, deadline) != allowed) ++surprises;
        if (!allowed) return;
        codes[document] = voiding ? 1 : 2;
        times[document] = uint64(block.timestamp);
        successors[document] = successor;
    }

    /// True proofs of this log's own checkpoints, with one thing changed or none.
    function accuse(uint256 first, uint256 second, uint256 index, uint8 lie, bytes32 leaf) external {
        uint256 a = sizes[first % sizes.length];
        uint256 b = sizes[second % sizes.length];
        index %= a < b ? a : b;
        IAnchorLog.InclusionProof memory proofA = _proof(entries, a, index);
        IAnchorLog.InclusionProof memory proofB = _proof(entries, b, index);
        bytes32 leafB = leafHashes[index];
        if (lie % 5 == 1) leafB = leaf;
        if (lie % 5 == 2) (leafB, proofB) = (leafHashes[(index + 1) % b], _proof(entries, b, (index + 1) % b));
        if (lie % 5 == 3) proofB.path = ReferenceTree.append(proofB.path, leaf);
        // An inner node in place of the leaf, with the path that is left from there.
        if (lie % 5 == 4 && proofB.path.length != 0) {
            leafB = sha256(bytes.concat(bytes1(0x01), leafB, proofB.path[0]));
            bytes32[] memory rest = new bytes32[](proofB.path.length - 1);
            for (uint256 i = 0; i < rest.length; ++i) rest[i] = proofB.path[i + 1];
            proofB.path = rest;
        }
        try anchorLog.proveFork(logId, proofA, leafHashes[index], proofB, leafB) {
            ++surprises;
        } catch {}
    }

    /// The log goes on, as an honest one does.
    function grow(uint8 step) external {
        if (entries.length > 40) return;
        _grow(1 + uint256(step) % 4);
    }

    function wait_(uint16 seconds_) external {
        vm.warp(block.timestamp + seconds_);
    }

    /// The operator has no say over a status, and hands the log back and forth.
    function handOver(address heir) external {
        if (heir == address(0) || heir == address(this)) return;
        anchorLog.offerOperator(logId, heir);
        vm.prank(heir);
        anchorLog.acceptOperator(logId);
        vm.prank(heir);
        anchorLog.offerOperator(logId, address(this));
        anchorLog.acceptOperator(logId);
    }

    function asExpected() external view returns (bool) {
        for (uint256 i = 0; i < entries.length; ++i) {
            (uint8 code, uint64 time,) = anchorLog.statusOf(logId, leafHashes[i]);
            if (code != codes[i] || time != times[i]) return false;
            if (anchorLog.successorOf(logId, leafHashes[i]) != successors[i]) return false;
        }
        return true;
    }

    function forked() external view returns (bool) {
        return anchorLog.forked(logId);
    }

    /// Whatever was superseded leads somewhere, in no more steps than there are documents.
    function leadsSomewhere() external view returns (bool) {
        for (uint256 i = 0; i < DOCUMENTS; ++i) {
            (,, bool complete) = anchorLog.resolve(logId, leafHashes[i], DOCUMENTS);
            if (!complete) return false;
        }
        return true;
    }

    function _declared(
        uint256 document,
        uint256 other,
        bool voiding,
        IAnchorLog.PartySignature[] memory signed,
        uint64 deadline
    ) private returns (bool) {
        uint256 size = sizes[sizes.length - 1];
        IAnchorLog.DocumentOpening memory opening = _document(bytes32(document), 0).opening;
        IAnchorLog.InclusionProof memory proof = _proof(entries, size, document);
        if (voiding) {
            try anchorLog.voidDocument(logId, opening, proof, signed, deadline) {
                return true;
            } catch {
                return false;
            }
        }
        IAnchorLog.InclusionProof memory otherProof = _proof(entries, size, other);
        try anchorLog.supersedeDocument(
            logId, opening, proof, leafHashes[other], otherProof, signed, deadline
        ) {
            return true;
        } catch {
            return false;
        }
    }

    function _grow(uint256 step) private {
        for (uint256 i = 0; i < step && sizes.length != 0; ++i) {
            bytes32 entry = keccak256(abi.encode("entry", entries.length));
            entries.push(entry);
            leafHashes.push(ReferenceTree.leaf(entry));
        }
        _anchor(entries, entries.length);
        sizes.push(entries.length);
    }

    /// Wallets: the quickest to check; the other types have their own tests.
    function _partiesOf(uint256 document) private pure returns (Key[][] memory parties) {
        parties = new Key[][](1 + document % 3);
        for (uint256 i = 0; i < parties.length; ++i) {
            parties[i] = new Key[](1);
            parties[i][0] = Parties.key(3, keccak256(abi.encode(document, i)));
        }
    }
}

/// @notice After any sequence of calls each status is what its own parties, all of them, declared
/// first; and no one has made a forked log of an honest one.
contract StatusHistoryTest {
    Parliament private parliament;

    function setUp() public {
        parliament = new Parliament();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(parliament);
    }

    function invariant_onlyWhatAllPartiesDeclaredHappens() public view {
        assert(parliament.surprises() == 0);
    }

    function invariant_everyStatusStandsAsItWasFirstDeclared() public view {
        assert(parliament.asExpected());
    }

    function invariant_anHonestLogIsNeverMarked() public view {
        assert(!parliament.forked());
    }

    function invariant_successorsLeadForward() public view {
        assert(parliament.leadsSomewhere());
    }
}
