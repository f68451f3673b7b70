// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title MerkleProofs
/// @notice Inclusion and consistency in RFC 9162 trees over SHA-256.
/// @dev Paths must have exactly the length that indices and sizes give: what stands at one level
/// of the tree can never pass for what stands at another.
library MerkleProofs {
    /// @notice The leaf hash of an entry (§2.1.1).
    function leafHashOf(bytes32 entry) internal pure returns (bytes32 leafHash) {
        return sha256(abi.encodePacked(hex"00", entry));
    }

    /// @notice Says whether a path leads from a leaf hash to a root (§2.1.3.2).
    /// @param index below `size`, which the caller has checked
    function includes(
        bytes32 root,
        uint64 size,
        uint64 index,
        bytes32 leafHash,
        bytes32[] calldata path
    ) internal pure returns (bool included) {
        unchecked {
            // The places, on the present level, of the node climbed from and of the level's last.
            uint256 node = index;
            uint256 last = uint256(size) - 1;
            bytes32 hash = leafHash;
            uint256 length = path.length;
            for (uint256 i = 0; i < length; ++i) {
                if (last == 0) return false;
                if ((node & 1) == 0 && node < last) {
                    hash = _nodeHash(hash, path[i]);
                } else {
                    // A level's last node may have no sibling there: it rises to where it has one.
                    while ((node & 1) == 0) {
                        node >>= 1;
                        last >>= 1;
                    }
                    hash = _nodeHash(path[i], hash);
                }
                node >>= 1;
                last >>= 1;
            }
            return last == 0 && hash == root;
        }
    }

    /// @notice Says whether a path shows that one tree extends another (§2.1.4.2).
    /// @param size1 from 1 to `size2`, which the caller has checked
    function extends(
        bytes32 root1,
        uint64 size1,
        bytes32 root2,
        uint64 size2,
        bytes32[] calldata path
    ) internal pure returns (bool consistent) {
        if (size1 == size2) return path.length == 0 && root1 == root2;
        unchecked {
            uint256 node = uint256(size1) - 1;
            uint256 last = uint256(size2) - 1;
            // The first tree's last complete subtree, from which both roots are built.
            while ((node & 1) == 1) {
                node >>= 1;
                last >>= 1;
            }
            bytes32 hash1 = root1;
            uint256 next = 0;
            // Only a size that is a power of two is one such subtree; else the path begins with it.
            if (node != 0) {
                if (path.length == 0) return false;
                hash1 = path[0];
                next = 1;
            }
            bytes32 hash2 = hash1;
            for (uint256 i = next; i < path.length; ++i) {
                if (last == 0) return false;
                if ((node & 1) == 1 || node == last) {
                    hash1 = _nodeHash(path[i], hash1);
                    hash2 = _nodeHash(path[i], hash2);
                    while ((node & 1) == 0 && node != 0) {
                        node >>= 1;
                        last >>= 1;
                    }
                } else {
                    hash2 = _nodeHash(hash2, path[i]);
                }
                node >>= 1;
                last >>= 1;
            }
            return last == 0 && hash1 == root1 && hash2 == root2;
        }
    }

    function _nodeHash(bytes32 left, bytes32 right) private pure returns (bytes32 hash) {
        return sha256(abi.encodePacked(hex"01", left, right));
    }
}
