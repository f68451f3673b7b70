// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";

/// @title WebAuthnCheck
/// @notice Passkey assertions by the rules that every verifier of Acta keeps: no JSON is parsed,
/// the beginning of clientDataJSON is compared, which browsers write in one way only
/// (W3C Web Authentication, level 2, §5.8.1.1).
library WebAuthnCheck {
    /// @dev User present and user verified (§6.1).
    bytes1 private constant FLAGS = 0x05;
    uint256 private constant AUTHENTICATOR_DATA_AT_LEAST = 37;

    // {"type":"webauthn.get","challenge":"<43 characters>","origin":
    bytes32 private constant OPENING = '{"type":"webauthn.get","challeng';
    bytes4 private constant OPENING_END = 'e":"';
    bytes11 private constant CLOSING = '","origin":';
    uint256 private constant COMPARED = 90;

    // One in every byte of a word; and the lower half of what each lane of so many bits holds,
    // three quarters of it being used.
    uint256 private constant ONES = type(uint256).max / 255;
    uint256 private constant LOW_OF_128 =
        0x00000000000000000000ffffffffffff00000000000000000000ffffffffffff;
    uint256 private constant LOW_OF_64 =
        0x0000000000ffffff0000000000ffffff0000000000ffffff0000000000ffffff;
    uint256 private constant LOW_OF_32 =
        0x00000fff00000fff00000fff00000fff00000fff00000fff00000fff00000fff;
    uint256 private constant LOW_OF_16 =
        0x003f003f003f003f003f003f003f003f003f003f003f003f003f003f003f003f;

    /// @notice Says whether a key signed a challenge.
    /// @param challenge the 32 bytes that were signed
    /// @param clientDataHash SHA-256 of clientDataJSON
    /// @dev The relying party is the caller's to compare. Uses the P-256 precompile (EIP-7951)
    /// where the chain has it, and Solidity where not.
    function isSigned(
        bytes32 challenge,
        bytes32 x,
        bytes32 y,
        bytes32 r,
        bytes32 s,
        bytes calldata authenticatorData,
        bytes calldata clientDataJSON,
        bytes32 clientDataHash
    ) internal view returns (bool) {
        return authenticatorData.length >= AUTHENTICATOR_DATA_AT_LEAST
            && (authenticatorData[32] & FLAGS) == FLAGS
            && _asks(clientDataJSON, challenge)
            && P256.verify(sha256(abi.encodePacked(authenticatorData, clientDataHash)), r, s, x, y);
    }

    function _asks(bytes calldata clientDataJSON, bytes32 challenge) private pure returns (bool) {
        if (clientDataJSON.length < COMPARED) return false;
        // 24 bytes give 32 characters; the other 8 give 11, the last of them padded by two bits.
        uint256 tail = uint256(uint64(uint256(challenge))) << 128;
        return bytes32(clientDataJSON[:32]) == OPENING
            && bytes4(clientDataJSON[32:36]) == OPENING_END
            && bytes32(clientDataJSON[36:68]) == _base64Url(uint256(challenge) >> 64)
            && bytes11(clientDataJSON[68:79]) == bytes11(_base64Url(tail))
            && bytes11(clientDataJSON[79:COMPARED]) == CLOSING;
    }

    /// @dev 24 bytes, in the low bits of a word, as 32 characters of RFC 4648 §5.
    function _base64Url(uint256 bits) private pure returns (bytes32) {
        unchecked {
            // Halve the groups five times, each half into a lane of its own: 32 lanes of 6 bits.
            bits = (bits & (2 ** 96 - 1)) | (bits >> 96) << 128;
            bits = _spread(bits, LOW_OF_128, 16);
            bits = _spread(bits, LOW_OF_64, 8);
            bits = _spread(bits, LOW_OF_32, 4);
            bits = _spread(bits, LOW_OF_16, 2);
            // The alphabet in every lane at once. Its runs begin at A (0), a (26), 0 (52), - (62)
            // and _ (63); each step adds what the next run is further along in ASCII.
            return bytes32(
                bits + 65 * ONES + 6 * _reached(bits, 26) + 49 * _reached(bits, 63)
                    - 75 * _reached(bits, 52) - 13 * _reached(bits, 62)
            );
        }
    }

    function _spread(uint256 bits, uint256 low, uint256 by) private pure returns (uint256) {
        return (bits & low) | (bits & ~low) << by;
    }

    /// @dev 1 in every byte that is at least `threshold`, where all bytes are below 64.
    function _reached(uint256 lanes, uint256 threshold) private pure returns (uint256) {
        unchecked {
            return ((lanes + (128 - threshold) * ONES) >> 7) & ONES;
        }
    }
}
