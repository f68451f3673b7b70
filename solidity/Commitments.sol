// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorLog} from "./IAnchorLog.sol";

/// @title Commitments
/// @notice The hashes of anchoring/SPEC.md §2 that the contract recomputes: SHA-256 over a row of
/// words, the first of which names what is hashed.
library Commitments {
    bytes32 private constant KEY = "acta/party-key/v1";
    bytes32 private constant PARTY = "acta/party/v1";
    bytes32 private constant PARTIES = "acta/parties/v1";
    bytes32 private constant DOCUMENT = "acta/entry/document/v1";
    bytes32 private constant STATEMENT = "acta/entry/statement/v1";
    bytes32 private constant WEBAUTHN = "acta/att/webauthn/v1";
    bytes32 private constant STATUS = "acta/status/v1";

    function keyCommit(IAnchorLog.PartySignature calldata key) internal pure returns (bytes32) {
        return sha256(abi.encode(KEY, key.keyType, key.keySalt, key.rpIdHash, key.x, key.y));
    }

    function partyCommit(bytes32[] calldata keyCommits) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(PARTY, keyCommits.length, keyCommits));
    }

    function partiesRoot(bytes32[] memory partyCommits) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(PARTIES, partyCommits.length, partyCommits));
    }

    function documentEntry(
        IAnchorLog.DocumentOpening calldata opening,
        bytes32 partiesRoot_,
        bytes32 home
    ) internal pure returns (bytes32) {
        return sha256(
            abi.encode(
                DOCUMENT,
                opening.content,
                opening.agreementRef,
                partiesRoot_,
                opening.transcript,
                home
            )
        );
    }

    function statementEntry(
        bytes32 salt,
        bytes32 subject,
        bytes32 statementHash,
        bytes32 attestationHash
    ) internal pure returns (bytes32) {
        return sha256(abi.encode(STATEMENT, salt, subject, statementHash, attestationHash));
    }

    /// @param rpIdHash the first 32 bytes of authenticatorData
    /// @param clientDataHash SHA-256 of clientDataJSON
    function webAuthnAttestation(
        IAnchorLog.WebAuthnAssertion calldata assertion,
        bytes32 rpIdHash,
        bytes32 clientDataHash
    ) internal pure returns (bytes32) {
        return sha256(
            abi.encode(
                WEBAUTHN,
                rpIdHash,
                assertion.x,
                assertion.y,
                assertion.r,
                assertion.s,
                sha256(assertion.authenticatorData),
                clientDataHash
            )
        );
    }

    function statusDigest(bytes32 home, bytes32 leafHash, bytes32 successor, uint64 deadline)
        internal
        pure
        returns (bytes32)
    {
        return sha256(abi.encode(STATUS, home, leafHash, successor, deadline));
    }
}
