// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";
import {IAnchorLog} from "../contracts/IAnchorLog.sol";
import {AnyState} from "./AnyState.sol";
import {svm, vm} from "./Svm.sol";

/// @notice From any state, a status changes only if it was "valid", in time, and with the
/// signature of every party that the leaf commits to; nothing else in the contract moves.
/// @dev To void: two parties, of which the second has two keys and signs with either. To
/// supersede: one party. A checkpoint of two leaves, the document being the first. SHA-256 is a
/// function of which nothing is known, and so are P-256 (model/P256.sol) and ecrecover.
contract StatusProof is AnyState {
    struct Signer {
        uint8 keyType;
        bytes32 keySalt;
        bytes32 rpIdHash;
        bytes32 x;
        bytes32 y;
    }

    struct Call {
        bytes32 log;
        IAnchorLog.DocumentOpening opening;
        bytes32 root;
        bytes32 sibling;
        uint64 deadline;
        uint64 time;
    }

    /// A wallet that is an account, with 65 bytes of signature, and a P-256 key, with 64.
    function check_voidDocument(
        Watched memory watched,
        Call memory call,
        Signer memory wallet,
        Signer memory key,
        bytes32 otherCommit,
        bool second
    ) public {
        (wallet.keyType, key.keyType) = (3, 2);
        vm.assume(address(uint160(uint256(wallet.x))).code.length == 0);
        IAnchorLog.PartySignature[] memory parties = new IAnchorLog.PartySignature[](2);
        parties[0] = _party(wallet);
        parties[1] = _party(key);
        parties[1].keyCommits = new bytes32[](2);
        parties[1].position = second ? 1 : 0;
        parties[1].keyCommits[second ? 1 : 0] = _commit(key);
        parties[1].keyCommits[second ? 0 : 1] = otherCommit;
        Past memory past = _seen(watched);
        vm.warp(call.time);
        bool done;
        try anchorLog.voidDocument(
            call.log, call.opening, _proof(call.root, 0, call.sibling), parties, call.deadline
        ) {
            done = true;
        } catch {}
        _assertWilled(done, watched, past, call, parties, 1, 0);
    }

    function check_supersedeDocument(
        Watched memory watched,
        Call memory call,
        Signer memory key,
        bytes32 successor,
        bytes32 successorRoot,
        bytes32 successorSibling
    ) public {
        key.keyType = 2;
        IAnchorLog.PartySignature[] memory parties = new IAnchorLog.PartySignature[](1);
        parties[0] = _party(key);
        Past memory past = _seen(watched);
        vm.warp(call.time);
        bool done;
        try anchorLog.supersedeDocument(
            call.log,
            call.opening,
            _proof(call.root, 0, call.sibling),
            successor,
            _proof(successorRoot, 1, successorSibling),
            parties,
            call.deadline
        ) {
            done = true;
            assert(successor != 0);
        } catch {}
        _assertWilled(done, watched, past, call, parties, 2, successor);
    }

    function _assertWilled(
        bool done,
        Watched memory watched,
        Past memory past,
        Call memory call,
        IAnchorLog.PartySignature[] memory parties,
        uint8 code,
        bytes32 successor
    ) private view {
        Past memory present = _seen(watched);
        _assertHistoryStands(past, present);
        assert(present.forked == past.forked);
        bytes32 leafHash = _leafOf(call, parties);
        if (!done || watched.log != call.log || watched.leafHash != leafHash) {
            _assertStatusUntouched(past, present);
            return;
        }
        assert(past.code == 0 && present.code == code && present.successor == _either(successor, past));
        assert(call.time <= call.deadline && present.statusTime == call.time);
        bytes32 home = keccak256(abi.encode(block.chainid, address(anchorLog), call.log));
        bytes32 digest = sha256(
            abi.encode(bytes32("acta/status/v1"), home, leafHash, successor, call.deadline)
        );
        for (uint256 i = 0; i < parties.length; ++i) assert(_signed(parties[i], digest));
    }

    /// In any state whatever a valid document might have a successor written; a void leaves it.
    function _either(bytes32 successor, Past memory past) private pure returns (bytes32) {
        return successor == 0 ? past.successor : successor;
    }

    function _signed(IAnchorLog.PartySignature memory party, bytes32 digest)
        private
        view
        returns (bool)
    {
        (bytes32 r, bytes32 s) = abi.decode(party.signature, (bytes32, bytes32));
        if (party.keyType == 2) return P256.verify(digest, r, s, party.x, party.y);
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Acta AnchorLog"),
                keccak256("1"),
                block.chainid,
                anchorLog
            )
        );
        bytes32 message = keccak256(abi.encode(keccak256("StatusChange(bytes32 statusDigest)"), digest));
        bytes32 signed = keccak256(abi.encodePacked(hex"1901", domain, message));
        return ecrecover(signed, uint8(party.signature[64]), r, s) == address(uint160(uint256(party.x)));
    }

    function _leafOf(Call memory call, IAnchorLog.PartySignature[] memory parties)
        private
        view
        returns (bytes32)
    {
        bytes memory row = abi.encode(bytes32("acta/parties/v1"), parties.length);
        for (uint256 i = 0; i < parties.length; ++i) {
            bytes memory party = abi.encode(bytes32("acta/party/v1"), parties[i].keyCommits.length);
            for (uint256 j = 0; j < parties[i].keyCommits.length; ++j) {
                party = bytes.concat(party, parties[i].keyCommits[j]);
            }
            row = bytes.concat(row, sha256(party));
        }
        bytes32 entry = sha256(
            abi.encode(
                bytes32("acta/entry/document/v1"),
                call.opening.content,
                call.opening.agreementRef,
                sha256(row),
                call.opening.transcript,
                keccak256(abi.encode(block.chainid, address(anchorLog), call.log))
            )
        );
        return sha256(abi.encodePacked(bytes1(0), entry));
    }

    function _party(Signer memory signer) private returns (IAnchorLog.PartySignature memory party) {
        party.keyCommits = new bytes32[](1);
        party.keyCommits[0] = _commit(signer);
        party.keyType = signer.keyType;
        party.keySalt = signer.keySalt;
        party.rpIdHash = signer.rpIdHash;
        (party.x, party.y) = (signer.x, signer.y);
        party.signature = svm.createBytes(signer.keyType == 3 ? 65 : 64, "signature");
    }

    function _commit(Signer memory signer) private pure returns (bytes32) {
        return sha256(
            abi.encode(
                bytes32("acta/party-key/v1"),
                uint256(signer.keyType),
                signer.keySalt,
                signer.rpIdHash,
                signer.x,
                signer.y
            )
        );
    }

    function _proof(bytes32 root, uint64 index, bytes32 sibling)
        private
        pure
        returns (IAnchorLog.InclusionProof memory proof)
    {
        (proof.size, proof.root, proof.index) = (2, root, index);
        proof.path = new bytes32[](1);
        proof.path[0] = sibling;
    }
}
