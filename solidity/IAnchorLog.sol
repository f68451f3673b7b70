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
/// Packed words are written from the lowest bits upwards. Slots 2 to 5 are laid out here and only
/// read: this form of the contract has no function that writes them, so every status is "valid".
interface IAnchorLog {
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

    /// @notice The status of a document whose home is this log.
    /// @param logId the log
    /// @param leafHash the document's leaf hash
    /// @return code 0: valid, nothing has been declared about it; any other value: no longer in force
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
