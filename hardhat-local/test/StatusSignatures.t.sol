// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {IAnchorLog} from "../contracts/IAnchorLog.sol";
import {Answer, Key, Parties} from "./Parties.sol";
import {StatusHouse} from "./StatusHouse.sol";
import {vm} from "./Vm.sol";

/// @notice A wallet that is a contract, and says yes to what it was told to (ERC-1271).
contract ContractWallet {
    bytes32 private approved;

    function approve(bytes32 digest) external {
        approved = digest;
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        return digest == approved ? this.isValidSignature.selector : bytes4(0);
    }
}

/// @notice Signatures under a status change: whatever is not one is refused, whoever sends it.
contract StatusSignaturesTest is StatusHouse {
    function testFuzz_aSpoiledSignatureIsRefused(bytes32 seed, uint8 keyType, uint256 bit) public {
        keyType = 1 + keyType % 3;
        Will memory will = _will(_single(keyType, seed), seed, NOW, false);
        bytes memory signature = will.parties[0].signature;
        uint256 place = (bit >> 3) % signature.length;
        // Padding of an ABI encoding says nothing; the rest of a passkey's is covered.
        if (keyType == 1 && place >= _covered(signature)) place = 0;
        if (keyType == 1 && place >= 64 && place < 224) place = bit % 64;
        signature[place] ^= bytes1(uint8(1 << (bit % 8)));
        _expectSignatureInvalid(will, 0);
        _void(will);
    }

    function testFuzz_anySignatureBytesAreAnswered(bytes32 seed, uint8 keyType, bytes calldata bytes_)
        public
    {
        Will memory will = _will(_single(1 + keyType % 3, seed), seed, NOW, false);
        will.parties[0].signature = bytes_;
        _expectSignatureInvalid(will, 0);
        _void(will);
    }

    /// A passkey is one site's: what it answers to another, over the same challenge, does not count.
    function testFuzz_anAnswerForAnotherSiteIsRefused(bytes32 seed, bytes32 rpIdHash) public {
        vm.assume(rpIdHash != Parties.RP_ID_HASH);
        Key[][] memory parties = _single(1, seed);
        Will memory will = _will(parties, seed, NOW, false);
        Answer memory answer = Parties.honest(_statusDigest(will.document.leafHash, 0, NOW));
        answer.rpIdHash = rpIdHash;
        IAnchorLog.WebAuthnAssertion memory made = Parties.assertion(parties[0][0], answer);
        will.parties[0].signature =
            abi.encode(made.r, made.s, made.authenticatorData, made.clientDataJSON);
        _expectSignatureInvalid(will, 0);
        _void(will);
    }

    /// Offsets and lengths that run over the end are refused with our own error.
    function testFuzz_aTornPasskeySignatureIsRefused(bytes32 seed, uint256 word, uint256 value) public {
        Will memory will = _will(_single(1, seed), seed, NOW, false);
        IAnchorLog.WebAuthnAssertion memory made = Parties.assertion(
            Parties.key(1, seed), Parties.honest(_statusDigest(will.document.leafHash, 0, NOW))
        );
        uint256[2] memory offsets = [uint256(128), 224];
        vm.assume(value != offsets[word % 2]);
        offsets[word % 2] = value;
        will.parties[0].signature = bytes.concat(
            made.r,
            made.s,
            bytes32(offsets[0]),
            bytes32(offsets[1]),
            bytes32(made.authenticatorData.length),
            made.authenticatorData,
            new bytes(64 - made.authenticatorData.length),
            bytes32(made.clientDataJSON.length),
            made.clientDataJSON
        );
        _expectSignatureInvalid(will, 0);
        _void(will);
    }

    function testFuzz_theOtherSpellingOfASignatureIsRefused(bytes32 seed) public {
        Will memory will = _will(_single(2, seed), seed, NOW, false);
        (bytes32 r, bytes32 s) = abi.decode(will.parties[0].signature, (bytes32, bytes32));
        will.parties[0].signature = bytes.concat(r, bytes32(P256.N - uint256(s)));
        _expectSignatureInvalid(will, 0);
        _void(will);
    }

    /// A commitment can be made to anything; only the three types can sign, in their one form.
    function testFuzz_keysOfAnotherFormCannotSign(bytes32 seed, uint8 keyType, uint8 what) public {
        vm.assume(keyType == 0 || keyType > 3);
        Key memory k = Parties.key(1 + what % 3, seed);
        (bytes32 rpIdHash, bytes32 x, bytes32 y) = Parties.opening(k);
        if (what % 6 < 3) k.keyType = keyType;
        else if (k.keyType == 1) rpIdHash = 0;
        else if (k.keyType == 2) rpIdHash = keccak256("rp");
        else if (what % 12 == 5) x |= bytes32(uint256(1) << 160);
        else y = bytes32(uint256(1));
        bytes32 commit = sha256(
            bytes.concat(
                bytes32("acta/party-key/v1"), bytes32(uint256(k.keyType)), k.salt, rpIdHash, x, y
            )
        );
        bytes32 party = sha256(bytes.concat(bytes32("acta/party/v1"), bytes32(uint256(1)), commit));
        bytes32 root = sha256(bytes.concat(bytes32("acta/parties/v1"), bytes32(uint256(1)), party));
        Will memory will = _willOf(new Key[][](0), _document(seed, root), NOW, false);
        bytes32 digest = _statusDigest(will.document.leafHash, 0, NOW);
        will.parties = new IAnchorLog.PartySignature[](1);
        will.parties[0] = IAnchorLog.PartySignature({
            keyCommits: new bytes32[](1),
            position: 0,
            keyType: k.keyType,
            keySalt: k.salt,
            rpIdHash: rpIdHash,
            x: x,
            y: y,
            signature: Parties.signature(anchorLog, Parties.key(1 + what % 3, seed), digest)
        });
        will.parties[0].keyCommits[0] = commit;
        _expectSignatureInvalid(will, 0);
        _void(will);
    }

    function testFuzz_aContractWalletSpeaks(bytes32 seed, bytes calldata signature) public {
        ContractWallet wallet = new ContractWallet();
        bytes32 x = bytes32(uint256(uint160(address(wallet))));
        bytes32 commit = sha256(
            bytes.concat(
                bytes32("acta/party-key/v1"), bytes32(uint256(3)), seed, bytes32(0), x, bytes32(0)
            )
        );
        bytes32 party = sha256(bytes.concat(bytes32("acta/party/v1"), bytes32(uint256(1)), commit));
        bytes32 root = sha256(bytes.concat(bytes32("acta/parties/v1"), bytes32(uint256(1)), party));
        Will memory will = _willOf(new Key[][](0), _document(seed, root), NOW, false);
        will.parties = new IAnchorLog.PartySignature[](1);
        will.parties[0] =
            IAnchorLog.PartySignature(new bytes32[](1), 0, 3, seed, 0, x, 0, signature);
        will.parties[0].keyCommits[0] = commit;
        _expectSignatureInvalid(will, 0);
        _void(will);
        wallet.approve(
            Parties.typedData(anchorLog, _statusDigest(will.document.leafHash, 0, NOW))
        );
        _void(will);
        _assertStatus(will.document.leafHash, 1, 0);
    }
}
