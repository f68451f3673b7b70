// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {IAnchorLog} from "../contracts/IAnchorLog.sol";
import {vm} from "./Vm.sol";

/// @notice A key that a test holds: 1 passkey, 2 P-256, 3 wallet.
struct Key {
    uint8 keyType;
    uint256 secret;
    bytes32 salt;
}

/// @notice What an authenticator and a browser may get wrong.
struct Answer {
    bytes32 rpIdHash;
    bytes1 flags;
    string clientData;
}

/// @notice Keys, what they commit to and sign; every hash written out anew from SPEC.md §2.
library Parties {
    bytes32 internal constant RP_ID_HASH = sha256("acta.example");
    uint256 private constant WALLET_ORDER =
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    function key(uint8 keyType, bytes32 seed) internal pure returns (Key memory) {
        uint256 order = keyType == 3 ? WALLET_ORDER : P256.N;
        uint256 secret = 1 + uint256(keccak256(abi.encode("secret", seed))) % (order - 1);
        return Key(keyType, secret, keccak256(abi.encode("salt", seed)));
    }

    function opening(Key memory k) internal pure returns (bytes32 rpIdHash, bytes32 x, bytes32 y) {
        if (k.keyType == 3) return (0, bytes32(uint256(uint160(vm.addr(k.secret)))), 0);
        (uint256 px, uint256 py) = vm.publicKeyP256(k.secret);
        return (k.keyType == 1 ? RP_ID_HASH : bytes32(0), bytes32(px), bytes32(py));
    }

    function keyCommit(Key memory k) internal pure returns (bytes32) {
        (bytes32 rpIdHash, bytes32 x, bytes32 y) = opening(k);
        return sha256(
            bytes.concat(
                bytes32("acta/party-key/v1"), bytes32(uint256(k.keyType)), k.salt, rpIdHash, x, y
            )
        );
    }

    function keyCommits(Key[] memory keys) internal pure returns (bytes32[] memory commits) {
        commits = new bytes32[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) commits[i] = keyCommit(keys[i]);
    }

    function partiesRoot(Key[][] memory parties) internal pure returns (bytes32) {
        bytes memory row = bytes.concat(bytes32("acta/parties/v1"), bytes32(parties.length));
        for (uint256 i = 0; i < parties.length; ++i) {
            bytes memory party = bytes.concat(bytes32("acta/party/v1"), bytes32(parties[i].length));
            bytes32[] memory commits = keyCommits(parties[i]);
            for (uint256 j = 0; j < commits.length; ++j) party = bytes.concat(party, commits[j]);
            row = bytes.concat(row, sha256(party));
        }
        return sha256(row);
    }

    /// @notice The party's PartySignature by the key at `position`.
    function signed(IAnchorLog log, Key[] memory keys, uint256 position, bytes32 digest)
        internal
        view
        returns (IAnchorLog.PartySignature memory party)
    {
        Key memory k = keys[position];
        (party.rpIdHash, party.x, party.y) = opening(k);
        party.keyCommits = keyCommits(keys);
        party.position = position;
        party.keyType = k.keyType;
        party.keySalt = k.salt;
        party.signature = signature(log, k, digest);
    }

    function signature(IAnchorLog log, Key memory k, bytes32 digest)
        internal
        view
        returns (bytes memory)
    {
        if (k.keyType == 1) {
            IAnchorLog.WebAuthnAssertion memory made = assertion(k, honest(digest));
            return abi.encode(made.r, made.s, made.authenticatorData, made.clientDataJSON);
        }
        if (k.keyType == 2) {
            (bytes32 r, bytes32 s) = lowS(k.secret, digest);
            return bytes.concat(r, s);
        }
        (uint8 v, bytes32 wr, bytes32 ws) = vm.sign(k.secret, typedData(log, digest));
        return abi.encodePacked(wr, ws, v);
    }

    /// @notice What a sound authenticator and browser answer to a challenge.
    function honest(bytes32 challenge) internal pure returns (Answer memory) {
        string memory text = Base64.encodeURL(bytes.concat(challenge));
        return Answer(
            RP_ID_HASH,
            0x05,
            string.concat(
                '{"type":"webauthn.get","challenge":"',
                text,
                '","origin":"https://acta.example","crossOrigin":false}'
            )
        );
    }

    function assertion(Key memory k, Answer memory answer)
        internal
        pure
        returns (IAnchorLog.WebAuthnAssertion memory made)
    {
        made.authenticatorData = bytes.concat(answer.rpIdHash, answer.flags, bytes4(uint32(42)));
        made.clientDataJSON = bytes(answer.clientData);
        sign(k, made);
    }

    /// @notice Signs whatever stands in an assertion.
    function sign(Key memory k, IAnchorLog.WebAuthnAssertion memory made) internal pure {
        (, made.x, made.y) = opening(k);
        (made.r, made.s) = lowS(
            k.secret, sha256(bytes.concat(made.authenticatorData, sha256(made.clientDataJSON)))
        );
    }

    function lowS(uint256 secret, bytes32 digest) internal pure returns (bytes32 r, bytes32 s) {
        (r, s) = vm.signP256(secret, digest);
        if (uint256(s) > P256.N / 2) s = bytes32(P256.N - uint256(s));
    }

    function typedData(IAnchorLog log, bytes32 digest) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Acta AnchorLog"),
                keccak256("1"),
                block.chainid,
                log
            )
        );
        bytes32 message = keccak256(abi.encode(keccak256("StatusChange(bytes32 statusDigest)"), digest));
        return keccak256(abi.encodePacked(hex"1901", domain, message));
    }
}
