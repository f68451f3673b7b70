// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Commitments} from "./Commitments.sol";
import {IAnchorLog} from "./IAnchorLog.sol";
import {WebAuthnCheck} from "./WebAuthnCheck.sol";

/// @title PartyKeys
/// @notice Whether a party's key is the one committed to, and whether it signed.
library PartyKeys {
    uint8 private constant PASSKEY = 1;
    uint8 private constant P256_KEY = 2;
    uint8 private constant WALLET = 3;

    bytes32 private constant DOMAIN_TYPE = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 private constant DOMAIN_NAME = keccak256("Acta AnchorLog");
    bytes32 private constant DOMAIN_VERSION = keccak256("1");
    bytes32 private constant STATUS_CHANGE_TYPE = keccak256("StatusChange(bytes32 statusDigest)");

    /// @notice Says whether the opened key is the one at its position of the party's commitments.
    function isCommitted(IAnchorLog.PartySignature calldata party) internal pure returns (bool) {
        return party.position < party.keyCommits.length
            && party.keyCommits[party.position] == Commitments.keyCommit(party);
    }

    /// @notice Says whether the opened key signed the digest, by the rules of its type.
    function hasSigned(IAnchorLog.PartySignature calldata party, bytes32 statusDigest)
        internal
        view
        returns (bool)
    {
        if (party.keyType == PASSKEY) return _passkeySigned(party, statusDigest);
        if (party.rpIdHash != 0) return false;
        if (party.keyType == P256_KEY) return _p256Signed(party, statusDigest);
        if (party.keyType == WALLET) return _walletSigned(party, statusDigest);
        return false;
    }

    function _passkeySigned(IAnchorLog.PartySignature calldata party, bytes32 statusDigest)
        private
        view
        returns (bool)
    {
        bytes calldata signature = party.signature;
        if (party.rpIdHash == 0 || signature.length < 128) return false;
        (bool first, bytes calldata authenticatorData) = _member(signature, 64);
        (bool second, bytes calldata clientDataJSON) = _member(signature, 96);
        if (!first || !second || authenticatorData.length < 32) return false;
        if (bytes32(authenticatorData[:32]) != party.rpIdHash) return false;
        return WebAuthnCheck.isSigned(
            statusDigest,
            party.x,
            party.y,
            bytes32(signature[:32]),
            bytes32(signature[32:64]),
            authenticatorData,
            clientDataJSON,
            sha256(clientDataJSON)
        );
    }

    function _p256Signed(IAnchorLog.PartySignature calldata party, bytes32 statusDigest)
        private
        view
        returns (bool)
    {
        bytes calldata signature = party.signature;
        return signature.length == 64
            && P256.verify(
                statusDigest, bytes32(signature[:32]), bytes32(signature[32:]), party.x, party.y
            );
    }

    function _walletSigned(IAnchorLog.PartySignature calldata party, bytes32 statusDigest)
        private
        view
        returns (bool)
    {
        uint256 word = uint256(party.x);
        if (party.y != 0 || word > type(uint160).max) return false;
        bytes32 domain = keccak256(
            abi.encode(DOMAIN_TYPE, DOMAIN_NAME, DOMAIN_VERSION, block.chainid, address(this))
        );
        bytes32 message = keccak256(abi.encode(STATUS_CHANGE_TYPE, statusDigest));
        return SignatureChecker.isValidSignatureNowCalldata(
            address(uint160(word)),
            keccak256(abi.encodePacked(hex"1901", domain, message)),
            party.signature
        );
    }

    /// @dev The `bytes` whose offset stands at `place` of an ABI encoding; false if it runs over
    /// the end, where abi.decode would revert without saying why.
    function _member(bytes calldata encoded, uint256 place)
        private
        pure
        returns (bool found, bytes calldata member)
    {
        uint256 offset = uint256(bytes32(encoded[place:place + 32]));
        if (offset > encoded.length - 32) return (false, encoded[:0]);
        uint256 start = offset + 32;
        uint256 length = uint256(bytes32(encoded[offset:start]));
        if (length > encoded.length - start) return (false, encoded[:0]);
        return (true, encoded[start:start + length]);
    }
}
