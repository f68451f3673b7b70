// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title AnchorLog: where append-only logs record their checkpoints
/// @notice Many operators share one deployment. Each keeps its own log: an RFC 9162 Merkle tree
/// over SHA-256 that lives off chain. From time to time its operator anchors a checkpoint, the
/// pair (size, root); one transaction so anchors any number of documents. Nobody, the operator
/// included, can rewrite or remove an anchor, and there is no owner and no proxy.
/// @dev Offline proofs read these storage slots directly, so they never move:
///
///     0  logs[logId]                               count u32 | size u64 | operator u160
///     1  anchors[keccak256(logId ‖ root)]          size u64 | time u64 | block u64 | ordinal u64
///     2  statuses[keccak256(logId ‖ leafHash)]     code u8 | time u64 | block u64
///     3  successors[keccak256(logId ‖ leafHash)]   leaf hash
///     4  pendingOperator[logId]                    address
///     5  forked[logId]                             bool
///
/// Packed words are written from the lowest bits upwards. Every hash that is not said to be
/// keccak256 is SHA-256 over 32-byte words, as anchoring/SPEC.md §2 lays them out.
interface IAnchorLog {
    /// @notice Where a leaf stands in an anchored checkpoint.
    /// @param size the size of the checkpoint, exactly as it was anchored
    /// @param root the root of the checkpoint, exactly as it was anchored
    /// @param index the leaf's place in the log, from 0
    /// @param path the RFC 9162 inclusion path, from the leaf's sibling up to the root's child
    struct InclusionProof {
        uint64 size;
        bytes32 root;
        uint64 index;
        bytes32[] path;
    }

    /// @notice What a document's entry is made of, but for its parties and its home, which the
    /// contract computes. None of it gives away the PDF's hash or salt.
    /// @param content commitment to the PDF up to the platform's seal
    /// @param agreementRef commitment to the PDF as prepared for signing
    /// @param transcript commitment to every statement up to the seal
    struct DocumentOpening {
        bytes32 content;
        bytes32 agreementRef;
        bytes32 transcript;
    }

    /// @notice A passkey's assertion (W3C Web Authentication, level 2). The relying party's hash is
    /// the first 32 bytes of authenticatorData.
    /// @param x the key's point on P-256
    /// @param y the key's point on P-256
    /// @param r the signature
    /// @param s the signature, at most half the order of the curve
    /// @param authenticatorData as the authenticator gave it
    /// @param clientDataJSON as the browser gave it
    struct WebAuthnAssertion {
        bytes32 x;
        bytes32 y;
        bytes32 r;
        bytes32 s;
        bytes authenticatorData;
        bytes clientDataJSON;
    }

    /// @notice One party's signature under a change of status, with what proves the key is theirs.
    /// @param keyCommits all key commitments of the party, in the order of their partyCommit
    /// @param position which of them signs, from 0
    /// @param keyType 1 passkey, 2 P-256, 3 wallet
    /// @param keySalt the salt in that commitment
    /// @param rpIdHash passkey: SHA-256 of the relying party's id; others: 0
    /// @param x passkey and P-256: the key's point; wallet: the address as a word
    /// @param y passkey and P-256: the key's point; wallet: 0
    /// @param signature passkey: abi.encode(r, s, authenticatorData, clientDataJSON) with the
    /// statusDigest as challenge; P-256: r ‖ s over the statusDigest, taken as the message's
    /// SHA-256 itself; wallet: over EIP-712 `StatusChange(bytes32 statusDigest)` in the domain
    /// {name "Acta AnchorLog", version "1", chainId, verifyingContract}, by ECDSA (65 bytes) or, if
    /// the address has code, whatever its ERC-1271 accepts
    struct PartySignature {
        bytes32[] keyCommits;
        uint256 position;
        uint8 keyType;
        bytes32 keySalt;
        bytes32 rpIdHash;
        bytes32 x;
        bytes32 y;
        bytes signature;
    }

    /// @notice A checkpoint as it was anchored; all zero if it was not.
    /// @param size how many leaves it covers
    /// @param time block time of the anchor, Unix seconds
    /// @param blockNumber number of the block that holds it
    /// @param ordinal its place among the log's anchors, from 1
    struct Anchor {
        uint64 size;
        uint64 time;
        uint64 blockNumber;
        uint64 ordinal;
    }

    /// @notice A log was opened.
    /// @param logId the new log
    /// @param operator who may anchor in it: the account that opened it
    /// @param originHash keccak256 of the log's origin, as its checkpoints name it
    event LogOpened(bytes32 indexed logId, address indexed operator, bytes32 originHash);

    /// @notice A checkpoint was anchored.
    /// @param logId the log
    /// @param size how many leaves the checkpoint covers
    /// @param root the Merkle tree hash of those leaves
    event Anchored(bytes32 indexed logId, uint64 size, bytes32 root);

    /// @notice The operator offered the log to another account; the zero address withdraws an offer.
    /// @param logId the log
    /// @param operator who offered
    /// @param offered who may accept
    event OperatorOffered(bytes32 indexed logId, address indexed operator, address indexed offered);

    /// @notice The offered account is the log's operator from now on.
    /// @param logId the log
    /// @param previous the operator until now
    /// @param operator the operator from now on
    event OperatorChanged(bytes32 indexed logId, address indexed previous, address indexed operator);

    /// @notice All parties of a document declared that it is no longer in force.
    /// @param logId the log, the document's home
    /// @param leafHash the document
    /// @param code 1 voided, 2 superseded
    /// @param successor the document that took its place; 0 if voided
    event StatusChanged(bytes32 indexed logId, bytes32 indexed leafHash, uint8 code, bytes32 successor);

    /// @notice Two anchored checkpoints of the log were proved to contradict each other.
    /// @param logId the log
    /// @param index where they differ
    /// @param leafHashA the leaf hash there under the one
    /// @param leafHashB the leaf hash there under the other
    event ForkProved(bytes32 indexed logId, uint64 index, bytes32 leafHashA, bytes32 leafHashB);

    /// @notice This account has already opened a log with this origin.
    error LogAlreadyOpen(bytes32 logId);

    /// @notice Nobody has opened this log.
    error LogNotOpen(bytes32 logId);

    /// @notice Only the log's operator may anchor in it.
    error NotOperator(bytes32 logId, address caller, address operator);

    /// @notice This very checkpoint is anchored already; nothing is left to do.
    error AlreadyAnchored(bytes32 logId, uint64 size, bytes32 root);

    /// @notice This root is anchored already, with another size.
    error RootAnchoredWithOtherSize(bytes32 logId, bytes32 root, uint64 anchoredSize, uint64 size);

    /// @notice A log only grows: the size must be above the newest anchored one.
    error SizeNotGrowing(bytes32 logId, uint64 anchoredSize, uint64 size);

    /// @notice A log grows by at most `MAX_STEP` leaves from one anchor to the next.
    error StepTooLarge(bytes32 logId, uint64 anchoredSize, uint64 size);

    /// @notice Only the account that the operator offered the log to may accept it.
    error NotOffered(bytes32 logId, address caller, address offered);

    /// @notice The path does not lead from this leaf hash to that anchored checkpoint.
    error NotIncluded(bytes32 logId, bytes32 leafHash, uint64 index, uint64 size, bytes32 root);

    /// @notice The two proofs show the same leaf, or are of different indices: that is no fork.
    error NotAFork(bytes32 logId, uint64 indexA, bytes32 leafHashA, uint64 indexB, bytes32 leafHashB);

    /// @notice The log is marked already; nothing is left to do.
    error ForkAlreadyProved(bytes32 logId);

    /// @notice The block's time is past what the parties agreed to.
    error DeadlinePassed(uint64 deadline, uint256 blockTime);

    /// @notice A document without parties' keys cannot be voided or superseded on chain.
    error NoParties(bytes32 logId);

    /// @notice The key's opening is not that of the commitment at this position of the party.
    error KeyNotCommitted(uint256 party, uint256 position);

    /// @notice The signature is not this key's over the status digest, or breaks a rule of its type.
    error SignatureInvalid(uint256 party, uint8 keyType);

    /// @notice The document is voided or superseded already; that stands for ever.
    error StatusAlreadySet(bytes32 logId, bytes32 leafHash, uint8 code);

    /// @notice A successor is another document, at a later index.
    error NoSuccessor(bytes32 leafHash, uint64 index, bytes32 successor, uint64 successorIndex);

    /// @notice Opens a log whose operator is the caller.
    /// @param originHash keccak256 of the log's origin, as its checkpoints name it
    /// @return logId keccak256(abi.encode(caller, originHash)); nobody else can open this one
    /// @dev Reverts with LogAlreadyOpen.
    function openLog(bytes32 originHash) external returns (bytes32 logId);

    /// @notice Anchors a checkpoint: records for ever that the log had this root at this size.
    /// @param logId the log, whose operator must be the caller
    /// @param size how many leaves the checkpoint covers; above the newest anchored size by 1 to
    /// MAX_STEP, so a size that was passed over can never be anchored later
    /// @param root the RFC 9162 Merkle tree hash of those leaves
    /// @dev Reverts with LogNotOpen, NotOperator, AlreadyAnchored, RootAnchoredWithOtherSize,
    /// SizeNotGrowing or StepTooLarge. That the new root extends the old one is not checked here.
    function anchor(bytes32 logId, uint64 size, bytes32 root) external;

    /// @notice Offers the log to another account, which becomes operator by accepting.
    /// @param logId the log, whose operator must be the caller
    /// @param newOperator who may accept; replaces an earlier offer, and zero withdraws it
    /// @dev Reverts with LogNotOpen or NotOperator.
    function offerOperator(bytes32 logId, address newOperator) external;

    /// @notice Makes the caller, to whom the log was offered, its operator.
    /// @param logId the log
    /// @dev Reverts with NotOffered.
    function acceptOperator(bytes32 logId) external;

    /// @notice Marks a log, for ever, as one that showed two contradicting histories. Anyone may.
    /// @param logId the log
    /// @param a proves leafHashA under one anchored checkpoint
    /// @param leafHashA a leaf hash
    /// @param b proves leafHashB, at the same index, under another anchored checkpoint
    /// @param leafHashB another leaf hash
    /// @dev Reverts with ForkAlreadyProved, NotAFork or NotIncluded. Under checkpoints of one
    /// append-only tree an index has one leaf, so an honest log can never be marked.
    function proveFork(
        bytes32 logId,
        InclusionProof calldata a,
        bytes32 leafHashA,
        InclusionProof calldata b,
        bytes32 leafHashB
    ) external;

    /// @notice Declares a document void by the will of all its parties. Anyone may submit it.
    /// @param logId the log that is the document's home
    /// @param opening what its entry is made of
    /// @param proof that it is in the log
    /// @param parties a signature of every party, in the order of partiesRoot, over
    /// statusDigest(logId, leafHash, 0, deadline)
    /// @param deadline Unix seconds; the call fails in a block later than this
    /// @dev Reverts with DeadlinePassed, NoParties, KeyNotCommitted, NotIncluded, StatusAlreadySet
    /// or SignatureInvalid.
    function voidDocument(
        bytes32 logId,
        DocumentOpening calldata opening,
        InclusionProof calldata proof,
        PartySignature[] calldata parties,
        uint64 deadline
    ) external;

    /// @notice Declares that a later document takes this one's place, by the will of all parties of
    /// this one. Anyone may submit it.
    /// @param logId the log that is the document's home
    /// @param opening what its entry is made of
    /// @param proof that it is in the log
    /// @param successor the leaf hash of the document that takes its place
    /// @param successorProof that it is in the same log, at a later index
    /// @param parties a signature of every party, in the order of partiesRoot, over
    /// statusDigest(logId, leafHash, successor, deadline)
    /// @param deadline Unix seconds; the call fails in a block later than this
    /// @dev Reverts as voidDocument, and with NoSuccessor.
    function supersedeDocument(
        bytes32 logId,
        DocumentOpening calldata opening,
        InclusionProof calldata proof,
        bytes32 successor,
        InclusionProof calldata successorProof,
        PartySignature[] calldata parties,
        uint64 deadline
    ) external;

    /// @notice Says whether an entry stands at an index of an anchored checkpoint.
    /// @param logId the log
    /// @param size the size of the checkpoint, exactly as it was anchored
    /// @param root the root of the checkpoint, exactly as it was anchored
    /// @param entry the log's 32-byte entry; its leaf hash SHA-256(0x00 ‖ entry) is made here
    /// @param index the entry's place in the log, from 0
    /// @param path the RFC 9162 inclusion path, from the leaf's sibling up to the root's child
    /// @return included true only if (size, root) is anchored in this log and the path, of exactly
    /// the length that index and size give, leads from the entry to the root. False for anything
    /// else; it never reverts.
    function verifyInclusion(
        bytes32 logId,
        uint64 size,
        bytes32 root,
        bytes32 entry,
        uint64 index,
        bytes32[] calldata path
    ) external view returns (bool included);

    /// @notice Says whether one anchored checkpoint extends another, rewriting nothing.
    /// @param logId the log
    /// @param size1 the size of the earlier checkpoint, at least 1
    /// @param root1 its root
    /// @param size2 the size of the later checkpoint, at least size1
    /// @param root2 its root
    /// @param path the RFC 9162 consistency path; empty for equal sizes
    /// @return consistent true only if both are anchored in this log and the path, of exactly the
    /// length that the sizes give, leads to both roots. False for anything else; it never reverts.
    function verifyConsistency(
        bytes32 logId,
        uint64 size1,
        bytes32 root1,
        uint64 size2,
        bytes32 root2,
        bytes32[] calldata path
    ) external view returns (bool consistent);

    /// @notice Says whether a passkey signed a statement, and since when that stands in the log.
    /// @param logId the log
    /// @param proof that the statement's entry is in the log
    /// @param salt the entry's salt
    /// @param subject the agreementRef the statement is about; 0 for none
    /// @param statementHash SHA-256 of the statement's bytes, which is the challenge signed
    /// @param assertion the passkey's assertion; the entry commits to every byte of it
    /// @return valid true only if the entry made of all this is included in an anchored checkpoint
    /// and the assertion keeps the rules of anchoring/SPEC.md for WebAuthn. False for anything
    /// else; it never reverts. Whose key it is, and whether the log is forked, is the caller's to ask.
    /// @return time block time of that anchor, Unix seconds; 0 if not valid
    /// @return blockNumber number of its block; 0 if not valid
    function verifyAttestation(
        bytes32 logId,
        InclusionProof calldata proof,
        bytes32 salt,
        bytes32 subject,
        bytes32 statementHash,
        WebAuthnAssertion calldata assertion
    ) external view returns (bool valid, uint64 time, uint64 blockNumber);

    /// @notice The most leaves by which a log may grow from one anchor to the next.
    function MAX_STEP() external view returns (uint64 leaves);

    /// @notice The present state of a log; all zero if nobody has opened it.
    /// @param logId the log
    /// @return count how many anchors it has
    /// @return size the newest anchored size, 0 before the first anchor
    /// @return operator who may anchor in it
    function logs(bytes32 logId) external view returns (uint32 count, uint64 size, address operator);

    /// @notice An anchor by its storage key; all zero if there is none.
    /// @param key keccak256(abi.encode(logId, root))
    /// @return size how many leaves it covers
    /// @return time block time of the anchor, Unix seconds
    /// @return blockNumber number of the block that holds it
    /// @return ordinal its place among the log's anchors, from 1
    function anchors(bytes32 key)
        external
        view
        returns (uint64 size, uint64 time, uint64 blockNumber, uint64 ordinal);

    /// @notice The anchor of a root in a log; all zero if there is none.
    /// @param logId the log
    /// @param root the root
    /// @return size how many leaves it covers
    /// @return time block time of the anchor, Unix seconds
    /// @return blockNumber number of the block that holds it
    /// @return ordinal its place among the log's anchors, from 1
    function anchorOf(bytes32 logId, bytes32 root)
        external
        view
        returns (uint64 size, uint64 time, uint64 blockNumber, uint64 ordinal);

    /// @notice The anchors of many roots at once; all zero where there is none.
    /// @param logId the log
    /// @param roots the roots
    /// @return records one for each root, in the same order
    function anchorsOf(bytes32 logId, bytes32[] calldata roots)
        external
        view
        returns (Anchor[] memory records);

    /// @notice To whom the operator has offered the log; zero if to nobody.
    /// @param logId the log
    function pendingOperatorOf(bytes32 logId) external view returns (address offered);

    /// @notice The status of a document whose home is this log.
    /// @param logId the log
    /// @param leafHash the document's leaf hash
    /// @return code 0 valid: nothing was declared about it; 1 voided; 2 superseded
    /// @return time block time of the declaration, Unix seconds
    /// @return blockNumber number of the block that holds the declaration
    function statusOf(bytes32 logId, bytes32 leafHash)
        external
        view
        returns (uint8 code, uint64 time, uint64 blockNumber);

    /// @notice The leaf hash of the document that took this one's place; zero if none did.
    /// @param logId the log
    /// @param leafHash the document's leaf hash
    function successorOf(bytes32 logId, bytes32 leafHash) external view returns (bytes32 successor);

    /// @notice The status and successor of many documents at once, for registries.
    /// @param logId the log
    /// @param leafHashes the documents
    /// @return codes as statusOf, one for each document in the same order
    /// @return times as statusOf
    /// @return successorHashes as successorOf
    function statusesOf(bytes32 logId, bytes32[] calldata leafHashes)
        external
        view
        returns (uint8[] memory codes, uint64[] memory times, bytes32[] memory successorHashes);

    /// @notice Follows successors from a document to the newest that stands in its place.
    /// @param logId the log
    /// @param leafHash the document
    /// @param maxSteps how many successors to follow at most
    /// @return newest the last document reached; `leafHash` itself if nothing took its place
    /// @return code its status: 0 valid, 1 voided, 2 superseded
    /// @return complete false if steps ran out: go on from `newest`. A log in which a leaf stands
    /// twice can lead in a circle, which is never complete.
    function resolve(bytes32 logId, bytes32 leafHash, uint256 maxSteps)
        external
        view
        returns (bytes32 newest, uint8 code, bool complete);

    /// @notice The log entry of a document whose home is this log.
    /// @param logId the log
    /// @param opening what the entry is made of
    /// @param partiesRoot commitment to the keys of all its parties
    function documentEntry(bytes32 logId, DocumentOpening calldata opening, bytes32 partiesRoot)
        external
        view
        returns (bytes32 entry);

    /// @notice What every party signs to void a document, or to have another take its place.
    /// @param logId the log that is the document's home
    /// @param leafHash the document
    /// @param successor the leaf hash of the document that takes its place; 0 to void
    /// @param deadline Unix seconds
    function statusDigest(bytes32 logId, bytes32 leafHash, bytes32 successor, uint64 deadline)
        external
        view
        returns (bytes32 digest);

    /// @notice Says whether two anchored checkpoints of this log were proved to contradict each other.
    /// @param logId the log
    function forked(bytes32 logId) external view returns (bool proved);

    /// @notice The id of the log that an account opens, or has opened, under an origin.
    /// @param opener the account that opens the log
    /// @param originHash keccak256 of the log's origin
    function logIdOf(address opener, bytes32 originHash) external pure returns (bytes32 logId);

    /// @notice What names this log among all chains and contracts: documents commit to it.
    /// @param logId the log
    /// @return homeId keccak256(abi.encode(chain id, this contract, logId))
    function home(bytes32 logId) external view returns (bytes32 homeId);
}
