// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Stands in for OpenZeppelin's P256 in the proofs: some fixed relation between digest,
/// signature and key, of which nothing else is known. What is proved holds whatever it is.
library P256 {
    function verify(bytes32 h, bytes32 r, bytes32 s, bytes32 x, bytes32 y)
        internal
        pure
        returns (bool)
    {
        return uint256(sha256(abi.encode("relation", h, r, s, x, y))) % 2 == 1;
    }
}
