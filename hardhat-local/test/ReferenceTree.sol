// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice RFC 9162 §2.1 word for word, recursive and slow: what AnchorLog is compared with.
library ReferenceTree {
    function leaf(bytes32 entry) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(hex"00", entry));
    }

    /// @notice MTH(D[from:to]) of §2.1.1.
    function root(bytes32[] memory entries, uint256 from, uint256 to) internal pure returns (bytes32) {
        if (to - from == 1) return leaf(entries[from]);
        uint256 k = split(to - from);
        return sha256(
            abi.encodePacked(hex"01", root(entries, from, from + k), root(entries, from + k, to))
        );
    }

    /// @notice PATH(m, D[from:to]) of §2.1.3.1; `m` counts from `from`.
    function path(bytes32[] memory entries, uint256 m, uint256 from, uint256 to)
        internal
        pure
        returns (bytes32[] memory)
    {
        if (to - from == 1) return new bytes32[](0);
        uint256 k = split(to - from);
        if (m < k) {
            return append(path(entries, m, from, from + k), root(entries, from + k, to));
        }
        return append(path(entries, m - k, from + k, to), root(entries, from, from + k));
    }

    /// @notice PROOF(m, D[from:to]) of §2.1.4.1; `m` counts from `from`.
    function consistency(bytes32[] memory entries, uint256 m, uint256 from, uint256 to)
        internal
        pure
        returns (bytes32[] memory)
    {
        return subproof(entries, m, from, to, true);
    }

    /// @notice SUBPROOF(m, D[from:to], known) of §2.1.4.1.
    function subproof(bytes32[] memory entries, uint256 m, uint256 from, uint256 to, bool known)
        private
        pure
        returns (bytes32[] memory)
    {
        if (m == to - from) {
            if (known) return new bytes32[](0);
            return append(new bytes32[](0), root(entries, from, to));
        }
        uint256 k = split(to - from);
        if (m <= k) {
            return append(
                subproof(entries, m, from, from + k, known), root(entries, from + k, to)
            );
        }
        return append(
            subproof(entries, m - k, from + k, to, false), root(entries, from, from + k)
        );
    }

    function append(bytes32[] memory list, bytes32 last) internal pure returns (bytes32[] memory longer) {
        longer = new bytes32[](list.length + 1);
        for (uint256 i = 0; i < list.length; ++i) longer[i] = list[i];
        longer[list.length] = last;
    }

    /// @notice The greatest power of two below `n`.
    function split(uint256 n) private pure returns (uint256 k) {
        k = 1;
        while (2 * k < n) k *= 2;
    }
}
