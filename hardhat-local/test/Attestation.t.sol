// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {IAnchorLog} from "../contracts/IAnchorLog.sol";
import {LogTest} from "./LogHouse.sol";
import {Answer, Key, Parties} from "./Parties.sol";
import {ReferenceTree} from "./ReferenceTree.sol";
import {vm} from "./Vm.sol";

/// @notice verifyAttestation: true for what a passkey signed and the log holds, and for nothing else.
contract AttestationTest is LogTest {
    uint64 private constant TIME = 1_800_000_000;
    uint256 private constant SIZE = 6;

    struct Statement {
        bytes32 salt;
        bytes32 subject;
        bytes32 hash;
    }

    function setUp() public override {
        super.setUp();
        vm.warp(TIME);
        vm.roll(9);
    }

    /// Every challenge is spelt as an independent encoder of base64url spells it.
    function testFuzz_aSignedStatementIsAttested(bytes32 seed, Statement calldata statement) public {
        IAnchorLog.WebAuthnAssertion memory made =
            Parties.assertion(Parties.key(1, seed), Parties.honest(statement.hash));
        IAnchorLog.InclusionProof memory proof = _anchored(statement, made);
        vm.warp(TIME + 1000);
        vm.roll(1000);
        (bool valid, uint64 time, uint64 number) = _ask(proof, statement, made);
        assert(valid && time == TIME && number == 9);
    }

    function testFuzz_longerAnswersAreAttested(
        bytes32 seed,
        Statement calldata statement,
        bytes calldata extensions,
        bytes calldata rest
    ) public {
        Key memory k = Parties.key(1, seed);
        IAnchorLog.WebAuthnAssertion memory made = Parties.assertion(k, Parties.honest(statement.hash));
        made.authenticatorData = bytes.concat(made.authenticatorData, extensions);
        made.clientDataJSON = bytes.concat(made.clientDataJSON, rest);
        Parties.sign(k, made);
        (bool valid,,) = _ask(_anchored(statement, made), statement, made);
        assert(valid);
    }

    /// Well signed and well logged, but not what a passkey says to a `get` of this challenge.
    function testFuzz_aFlippedBitOfTheOpeningFails(bytes32 seed, Statement calldata statement, uint256 bit)
        public
    {
        Key memory k = Parties.key(1, seed);
        IAnchorLog.WebAuthnAssertion memory made = Parties.assertion(k, Parties.honest(statement.hash));
        made.clientDataJSON[(bit >> 3) % 90] ^= bytes1(uint8(1 << (bit % 8)));
        Parties.sign(k, made);
        _assertRefused(statement, made);
    }

    function testFuzz_presentAndVerifiedAreBothNeeded(
        bytes32 seed,
        Statement calldata statement,
        bytes1 flags
    ) public {
        Answer memory answer = Parties.honest(statement.hash);
        answer.flags = flags;
        IAnchorLog.WebAuthnAssertion memory made = Parties.assertion(Parties.key(1, seed), answer);
        (bool valid,,) = _ask(_anchored(statement, made), statement, made);
        assert(valid == ((flags & 0x01) != 0 && (flags & 0x04) != 0));
    }

    function testFuzz_shortAnswersFail(bytes32 seed, Statement calldata statement, uint256 cut) public {
        Key memory k = Parties.key(1, seed);
        IAnchorLog.WebAuthnAssertion memory made = Parties.assertion(k, Parties.honest(statement.hash));
        IAnchorLog.WebAuthnAssertion memory whole = made;
        made.authenticatorData = _cut(whole.authenticatorData, cut % 37);
        Parties.sign(k, made);
        _assertRefused(statement, made);

        made = Parties.assertion(k, Parties.honest(statement.hash));
        made.clientDataJSON = _cut(made.clientDataJSON, cut % 90);
        Parties.sign(k, made);
        _assertRefused(statement, made);
    }

    /// Whatever is changed after the entry was logged, the entry no longer commits to it.
    function testFuzz_whatTheEntryCommitsToCannotBeChanged(
        bytes32 seed,
        Statement memory statement,
        uint8 what,
        uint256 bit
    ) public {
        IAnchorLog.WebAuthnAssertion memory made =
            Parties.assertion(Parties.key(1, seed), Parties.honest(statement.hash));
        IAnchorLog.InclusionProof memory proof = _anchored(statement, made);
        bytes32 flip = bytes32(1 << (bit % 256));
        bytes1 small = bytes1(uint8(1 << (bit % 8)));
        what %= 9;
        if (what == 0) statement.salt ^= flip;
        else if (what == 1) statement.subject ^= flip;
        else if (what == 2) statement.hash ^= flip;
        else if (what == 3) made.x ^= flip;
        else if (what == 4) made.y ^= flip;
        else if (what == 5) made.r ^= flip;
        else if (what == 6) made.s ^= flip;
        else if (what == 7) made.authenticatorData[bit % made.authenticatorData.length] ^= small;
        else made.clientDataJSON[bit % made.clientDataJSON.length] ^= small;
        _assertInvalid(proof, statement, made);
    }

    /// Logged exactly so, but the signature is not the key's over these bytes.
    function testFuzz_aWrongSignatureFailsThoughLogged(
        bytes32 seed,
        Statement calldata statement,
        uint8 what,
        uint256 bit
    ) public {
        IAnchorLog.WebAuthnAssertion memory made =
            Parties.assertion(Parties.key(1, seed), Parties.honest(statement.hash));
        bytes32 flip = bytes32(1 << (bit % 256));
        what %= 9;
        if (what == 0) made.r ^= flip;
        else if (what == 1) made.s ^= flip;
        else if (what == 2) made.x ^= flip;
        else if (what == 3) made.y ^= flip;
        else if (what == 4) made.s = bytes32(P256.N - uint256(made.s));
        else if (what == 5) (made.r, made.s) = (0, made.s);
        else if (what == 6) (made.r, made.s) = (made.r, 0);
        else if (what == 7) (made.x, made.y) = (0, 0);
        else made.r = bytes32(P256.N);
        _assertRefused(statement, made);
    }

    function testFuzz_anotherPlaceOrCheckpointFails(
        bytes32 seed,
        Statement calldata statement,
        uint8 what,
        uint64 other
    ) public {
        IAnchorLog.WebAuthnAssertion memory made =
            Parties.assertion(Parties.key(1, seed), Parties.honest(statement.hash));
        IAnchorLog.InclusionProof memory proof = _anchored(statement, made);
        if (what % 3 == 0) {
            vm.assume(other != proof.index);
            proof.index = other;
        } else if (what % 3 == 1) {
            vm.assume(other != proof.size);
            proof.size = other;
        } else {
            proof.path = ReferenceTree.append(proof.path, bytes32(uint256(other)));
        }
        _assertInvalid(proof, statement, made);
    }

    function testFuzz_itNeverReverts(
        bytes32 log,
        IAnchorLog.InclusionProof calldata proof,
        Statement calldata statement,
        IAnchorLog.WebAuthnAssertion calldata made
    ) public view {
        (bool valid, uint64 time, uint64 number) = anchorLog.verifyAttestation(
            log, proof, statement.salt, statement.subject, statement.hash, made
        );
        assert(!valid && time == 0 && number == 0);
    }

    function _assertRefused(Statement memory statement, IAnchorLog.WebAuthnAssertion memory made)
        private
    {
        _assertInvalid(_anchored(statement, made), statement, made);
    }

    function _assertInvalid(
        IAnchorLog.InclusionProof memory proof,
        Statement memory statement,
        IAnchorLog.WebAuthnAssertion memory made
    ) private view {
        (bool valid, uint64 time, uint64 number) = _ask(proof, statement, made);
        assert(!valid && time == 0 && number == 0);
    }

    function _ask(
        IAnchorLog.InclusionProof memory proof,
        Statement memory statement,
        IAnchorLog.WebAuthnAssertion memory made
    ) private view returns (bool valid, uint64 time, uint64 number) {
        return anchorLog.verifyAttestation(
            logId, proof, statement.salt, statement.subject, statement.hash, made
        );
    }

    /// Anchors a tree with the statement's entry in it, made as SPEC.md §2 says.
    function _anchored(Statement memory statement, IAnchorLog.WebAuthnAssertion memory made)
        private
        returns (IAnchorLog.InclusionProof memory)
    {
        bytes32 rpIdHash = bytes32(made.authenticatorData);
        bytes32 attestationHash = sha256(
            bytes.concat(
                bytes32("acta/att/webauthn/v1"),
                rpIdHash,
                made.x,
                made.y,
                made.r,
                made.s,
                sha256(made.authenticatorData),
                sha256(made.clientDataJSON)
            )
        );
        (, uint64 size,) = anchorLog.logs(logId);
        bytes32[] memory entries = _entries(attestationHash, size + SIZE);
        entries[size + 2] = sha256(
            bytes.concat(
                bytes32("acta/entry/statement/v1"),
                statement.salt,
                statement.subject,
                statement.hash,
                attestationHash
            )
        );
        _anchor(entries, entries.length);
        return _proof(entries, entries.length, size + 2);
    }

    function _cut(bytes memory whole, uint256 length) private pure returns (bytes memory part) {
        part = new bytes(length);
        for (uint256 i = 0; i < length; ++i) part[i] = whole[i];
    }
}
