// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Commitments} from "./Commitments.sol";
import {IAnchorLog} from "./IAnchorLog.sol";
import {MerkleProofs} from "./MerkleProofs.sol";
import {PartyKeys} from "./PartyKeys.sol";
import {WebAuthnCheck} from "./WebAuthnCheck.sol";

/// @title AnchorLog
/// @notice The only implementation of IAnchorLog; its documentation is there.
contract AnchorLog is IAnchorLog {
    struct Log {
        uint32 count;
        uint64 size;
        address operator;
    }

    struct Status {
        uint8 code;
        uint64 time;
        uint64 blockNumber;
    }

    uint8 private constant VOIDED = 1;
    uint8 private constant SUPERSEDED = 2;

    /// @inheritdoc IAnchorLog
    uint64 public constant MAX_STEP = 2 ** 32;

    // Slots 0 to 5, in this order for ever: offline proofs are made against them.
    /// @inheritdoc IAnchorLog
    mapping(bytes32 logId => Log) public logs;
    /// @inheritdoc IAnchorLog
    mapping(bytes32 key => Anchor) public anchors;
    mapping(bytes32 key => Status) private statuses;
    mapping(bytes32 key => bytes32) private successors;
    mapping(bytes32 logId => address) private pendingOperator;
    /// @inheritdoc IAnchorLog
    mapping(bytes32 logId => bool) public forked;

    /// @inheritdoc IAnchorLog
    function openLog(bytes32 originHash) external returns (bytes32 logId) {
        logId = logIdOf(msg.sender, originHash);
        Log storage log = logs[logId];
        if (log.operator != address(0)) revert LogAlreadyOpen(logId);
        log.operator = msg.sender;
        emit LogOpened(logId, msg.sender, originHash);
    }

    /// @inheritdoc IAnchorLog
    function anchor(bytes32 logId, uint64 size, bytes32 root) external {
        Log memory log = logs[logId];
        _requireOperator(logId, log.operator);
        // Looked up before the growth check, so that a repeated transaction learns it was done.
        Anchor storage record = anchors[_key(logId, root)];
        uint64 anchoredSize = record.size;
        if (anchoredSize != 0) {
            if (anchoredSize == size) revert AlreadyAnchored(logId, size, root);
            revert RootAnchoredWithOtherSize(logId, root, anchoredSize, size);
        }
        if (size <= log.size) revert SizeNotGrowing(logId, log.size, size);
        if (size - log.size > MAX_STEP) revert StepTooLarge(logId, log.size, size);

        log.count += 1;
        log.size = size;
        logs[logId] = log;
        record.size = size;
        record.time = uint64(block.timestamp);
        record.blockNumber = uint64(block.number);
        record.ordinal = log.count;
        emit Anchored(logId, size, root);
    }

    /// @inheritdoc IAnchorLog
    function offerOperator(bytes32 logId, address newOperator) external {
        _requireOperator(logId, logs[logId].operator);
        pendingOperator[logId] = newOperator;
        emit OperatorOffered(logId, msg.sender, newOperator);
    }

    /// @inheritdoc IAnchorLog
    function acceptOperator(bytes32 logId) external {
        address offered = pendingOperator[logId];
        if (offered != msg.sender) revert NotOffered(logId, msg.sender, offered);
        emit OperatorChanged(logId, logs[logId].operator, msg.sender);
        logs[logId].operator = msg.sender;
        delete pendingOperator[logId];
    }

    /// @inheritdoc IAnchorLog
    function proveFork(
        bytes32 logId,
        InclusionProof calldata a,
        bytes32 leafHashA,
        InclusionProof calldata b,
        bytes32 leafHashB
    ) external {
        if (forked[logId]) revert ForkAlreadyProved(logId);
        if (a.index != b.index || leafHashA == leafHashB) {
            revert NotAFork(logId, a.index, leafHashA, b.index, leafHashB);
        }
        _requireIncluded(logId, leafHashA, a);
        _requireIncluded(logId, leafHashB, b);
        forked[logId] = true;
        emit ForkProved(logId, a.index, leafHashA, leafHashB);
    }

    /// @inheritdoc IAnchorLog
    function voidDocument(
        bytes32 logId,
        DocumentOpening calldata opening,
        InclusionProof calldata proof,
        PartySignature[] calldata parties,
        uint64 deadline
    ) external {
        bytes32 leafHash = _leafOf(logId, opening, parties);
        _requireIncluded(logId, leafHash, proof);
        _declare(logId, leafHash, VOIDED, 0, parties, deadline);
    }

    /// @inheritdoc IAnchorLog
    function supersedeDocument(
        bytes32 logId,
        DocumentOpening calldata opening,
        InclusionProof calldata proof,
        bytes32 successor,
        InclusionProof calldata successorProof,
        PartySignature[] calldata parties,
        uint64 deadline
    ) external {
        bytes32 leafHash = _leafOf(logId, opening, parties);
        _requireIncluded(logId, leafHash, proof);
        // Zero too: the parties' signatures under a void would carry it.
        if (successor == 0 || successor == leafHash || successorProof.index <= proof.index) {
            revert NoSuccessor(leafHash, proof.index, successor, successorProof.index);
        }
        _requireIncluded(logId, successor, successorProof);
        _declare(logId, leafHash, SUPERSEDED, successor, parties, deadline);
    }

    /// @inheritdoc IAnchorLog
    function verifyInclusion(
        bytes32 logId,
        uint64 size,
        bytes32 root,
        bytes32 entry,
        uint64 index,
        bytes32[] calldata path
    ) external view returns (bool included) {
        // An absent anchor has size 0, and no index lies below 0.
        return index < size && anchors[_key(logId, root)].size == size
            && MerkleProofs.includes(root, size, index, MerkleProofs.leafHashOf(entry), path);
    }

    /// @inheritdoc IAnchorLog
    function verifyConsistency(
        bytes32 logId,
        uint64 size1,
        bytes32 root1,
        uint64 size2,
        bytes32 root2,
        bytes32[] calldata path
    ) external view returns (bool consistent) {
        return size1 != 0 && size1 <= size2 && anchors[_key(logId, root1)].size == size1
            && anchors[_key(logId, root2)].size == size2
            && MerkleProofs.extends(root1, size1, root2, size2, path);
    }

    /// @inheritdoc IAnchorLog
    function verifyAttestation(
        bytes32 logId,
        InclusionProof calldata proof,
        bytes32 salt,
        bytes32 subject,
        bytes32 statementHash,
        WebAuthnAssertion calldata assertion
    ) external view returns (bool valid, uint64 time, uint64 blockNumber) {
        if (assertion.authenticatorData.length < 32) return (false, 0, 0);
        bytes32 clientDataHash = sha256(assertion.clientDataJSON);
        bytes32 entry = Commitments.statementEntry(
            salt,
            subject,
            statementHash,
            Commitments.webAuthnAttestation(
                assertion, bytes32(assertion.authenticatorData[:32]), clientDataHash
            )
        );
        Anchor memory record = anchors[_key(logId, proof.root)];
        valid = _included(MerkleProofs.leafHashOf(entry), proof, record.size)
            && WebAuthnCheck.isSigned(
                statementHash,
                assertion.x,
                assertion.y,
                assertion.r,
                assertion.s,
                assertion.authenticatorData,
                assertion.clientDataJSON,
                clientDataHash
            );
        if (valid) (time, blockNumber) = (record.time, record.blockNumber);
    }

    /// @inheritdoc IAnchorLog
    function anchorOf(bytes32 logId, bytes32 root)
        external
        view
        returns (uint64 size, uint64 time, uint64 blockNumber, uint64 ordinal)
    {
        Anchor memory record = anchors[_key(logId, root)];
        return (record.size, record.time, record.blockNumber, record.ordinal);
    }

    /// @inheritdoc IAnchorLog
    function anchorsOf(bytes32 logId, bytes32[] calldata roots)
        external
        view
        returns (Anchor[] memory records)
    {
        records = new Anchor[](roots.length);
        for (uint256 i = 0; i < roots.length; ++i) records[i] = anchors[_key(logId, roots[i])];
    }

    /// @inheritdoc IAnchorLog
    function pendingOperatorOf(bytes32 logId) external view returns (address offered) {
        return pendingOperator[logId];
    }

    /// @inheritdoc IAnchorLog
    function statusOf(bytes32 logId, bytes32 leafHash)
        external
        view
        returns (uint8 code, uint64 time, uint64 blockNumber)
    {
        Status memory status = statuses[_key(logId, leafHash)];
        return (status.code, status.time, status.blockNumber);
    }

    /// @inheritdoc IAnchorLog
    function successorOf(bytes32 logId, bytes32 leafHash) external view returns (bytes32 successor) {
        return successors[_key(logId, leafHash)];
    }

    /// @inheritdoc IAnchorLog
    function statusesOf(bytes32 logId, bytes32[] calldata leafHashes)
        external
        view
        returns (uint8[] memory codes, uint64[] memory times, bytes32[] memory successorHashes)
    {
        codes = new uint8[](leafHashes.length);
        times = new uint64[](leafHashes.length);
        successorHashes = new bytes32[](leafHashes.length);
        for (uint256 i = 0; i < leafHashes.length; ++i) {
            bytes32 key = _key(logId, leafHashes[i]);
            Status memory status = statuses[key];
            (codes[i], times[i]) = (status.code, status.time);
            // Only there: a read of storage is what most of a batch costs.
            if (status.code == SUPERSEDED) successorHashes[i] = successors[key];
        }
    }

    /// @inheritdoc IAnchorLog
    function resolve(bytes32 logId, bytes32 leafHash, uint256 maxSteps)
        external
        view
        returns (bytes32 newest, uint8 code, bool complete)
    {
        newest = leafHash;
        code = statuses[_key(logId, newest)].code;
        for (uint256 steps = 0; code == SUPERSEDED && steps < maxSteps; ++steps) {
            newest = successors[_key(logId, newest)];
            code = statuses[_key(logId, newest)].code;
        }
        complete = code != SUPERSEDED;
    }

    /// @inheritdoc IAnchorLog
    function documentEntry(bytes32 logId, DocumentOpening calldata opening, bytes32 partiesRoot)
        external
        view
        returns (bytes32 entry)
    {
        return Commitments.documentEntry(opening, partiesRoot, home(logId));
    }

    /// @inheritdoc IAnchorLog
    function statusDigest(bytes32 logId, bytes32 leafHash, bytes32 successor, uint64 deadline)
        external
        view
        returns (bytes32 digest)
    {
        return Commitments.statusDigest(home(logId), leafHash, successor, deadline);
    }

    /// @inheritdoc IAnchorLog
    function home(bytes32 logId) public view returns (bytes32 homeId) {
        return keccak256(abi.encode(block.chainid, address(this), logId));
    }

    /// @inheritdoc IAnchorLog
    function logIdOf(address opener, bytes32 originHash) public pure returns (bytes32 logId) {
        return keccak256(abi.encode(opener, originHash));
    }

    /// @dev The leaf of the document whose parties are exactly these.
    function _leafOf(
        bytes32 logId,
        DocumentOpening calldata opening,
        PartySignature[] calldata parties
    ) private view returns (bytes32 leafHash) {
        if (parties.length == 0) revert NoParties(logId);
        bytes32[] memory partyCommits = new bytes32[](parties.length);
        for (uint256 i = 0; i < parties.length; ++i) {
            if (!PartyKeys.isCommitted(parties[i])) revert KeyNotCommitted(i, parties[i].position);
            partyCommits[i] = Commitments.partyCommit(parties[i].keyCommits);
        }
        bytes32 partiesRoot = Commitments.partiesRoot(partyCommits);
        return MerkleProofs.leafHashOf(Commitments.documentEntry(opening, partiesRoot, home(logId)));
    }

    /// @dev Writes a status, once and for ever, if every party signed it in time.
    function _declare(
        bytes32 logId,
        bytes32 leafHash,
        uint8 code,
        bytes32 successor,
        PartySignature[] calldata parties,
        uint64 deadline
    ) private {
        if (block.timestamp > deadline) revert DeadlinePassed(deadline, block.timestamp);
        bytes32 key = _key(logId, leafHash);
        if (statuses[key].code != 0) revert StatusAlreadySet(logId, leafHash, statuses[key].code);
        bytes32 digest = Commitments.statusDigest(home(logId), leafHash, successor, deadline);
        for (uint256 i = 0; i < parties.length; ++i) {
            if (!PartyKeys.hasSigned(parties[i], digest)) {
                revert SignatureInvalid(i, parties[i].keyType);
            }
        }
        statuses[key] = Status(code, uint64(block.timestamp), uint64(block.number));
        if (successor != 0) successors[key] = successor;
        emit StatusChanged(logId, leafHash, code, successor);
    }

    function _requireOperator(bytes32 logId, address operator) private view {
        if (operator == msg.sender) return;
        if (operator == address(0)) revert LogNotOpen(logId);
        revert NotOperator(logId, msg.sender, operator);
    }

    function _requireIncluded(bytes32 logId, bytes32 leafHash, InclusionProof calldata proof)
        private
        view
    {
        if (!_included(leafHash, proof, anchors[_key(logId, proof.root)].size)) {
            revert NotIncluded(logId, leafHash, proof.index, proof.size, proof.root);
        }
    }

    /// @param anchoredSize the size with which the proof's root is anchored; 0 if it is not
    function _included(bytes32 leafHash, InclusionProof calldata proof, uint64 anchoredSize)
        private
        pure
        returns (bool)
    {
        return proof.index < proof.size && proof.size == anchoredSize
            && MerkleProofs.includes(proof.root, proof.size, proof.index, leafHash, proof.path);
    }

    function _key(bytes32 logId, bytes32 hash) private pure returns (bytes32 key) {
        return keccak256(abi.encode(logId, hash));
    }
}
