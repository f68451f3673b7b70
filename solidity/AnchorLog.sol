// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorLog} from "./IAnchorLog.sol";

/// @title AnchorLog
/// @notice The only implementation of IAnchorLog; its documentation is there.
contract AnchorLog is IAnchorLog {
    struct Log {
        uint32 count;
        uint64 size;
        address operator;
    }

    struct Anchor {
        uint64 size;
        uint64 time;
        uint64 blockNumber;
        uint64 ordinal;
    }

    struct Status {
        uint8 code;
        uint64 time;
        uint64 blockNumber;
    }

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
        if (log.operator != msg.sender) {
            if (log.operator == address(0)) revert LogNotOpen(logId);
            revert NotOperator(logId, msg.sender, log.operator);
        }
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
    function verifyInclusion(
        bytes32 logId,
        uint64 size,
        bytes32 root,
        bytes32 entry,
        uint64 index,
        bytes32[] calldata path
    ) external view returns (bool included) {
        // An absent anchor has size 0, and no index lies below 0.
        if (index >= size || anchors[_key(logId, root)].size != size) return false;

        // RFC 9162 §2.1.3.2: `node` and `last` are the places, on the present level, of the node
        // being climbed from and of the level's last node. 0x00 begins a leaf, 0x01 an inner node.
        uint256 node = index;
        uint256 last = size - 1;
        bytes32 hash = sha256(abi.encodePacked(hex"00", entry));
        for (uint256 i = 0; i < path.length; ++i) {
            if (last == 0) return false;
            if ((node & 1) == 0 && node < last) {
                hash = sha256(abi.encodePacked(hex"01", hash, path[i]));
            } else {
                // A level's last node may have no sibling there: it rises to where it has one.
                while ((node & 1) == 0) {
                    node >>= 1;
                    last >>= 1;
                }
                hash = sha256(abi.encodePacked(hex"01", path[i], hash));
            }
            node >>= 1;
            last >>= 1;
        }
        return last == 0 && hash == root;
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
    function home(bytes32 logId) external view returns (bytes32 homeId) {
        return keccak256(abi.encode(block.chainid, address(this), logId));
    }

    /// @inheritdoc IAnchorLog
    function logIdOf(address opener, bytes32 originHash) public pure returns (bytes32 logId) {
        return keccak256(abi.encode(opener, originHash));
    }

    function _key(bytes32 logId, bytes32 hash) private pure returns (bytes32 key) {
        return keccak256(abi.encode(logId, hash));
    }
}
