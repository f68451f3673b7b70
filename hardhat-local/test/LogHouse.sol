// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AnchorLog} from "../contracts/AnchorLog.sol";
import {IAnchorLog} from "../contracts/IAnchorLog.sol";
import {Key, Parties} from "./Parties.sol";
import {ReferenceTree} from "./ReferenceTree.sol";

/// @notice A log with documents in it, for tests to stand on.
abstract contract LogHouse {
    struct Document {
        IAnchorLog.DocumentOpening opening;
        bytes32 entry;
        bytes32 leafHash;
    }

    AnchorLog internal anchorLog;
    bytes32 internal logId;

    function _open() internal {
        anchorLog = new AnchorLog();
        logId = anchorLog.openLog(keccak256("log.example/acta"));
    }

    /// @notice A document whose home is this log; its entry is made as SPEC.md §2 says.
    function _document(bytes32 seed, bytes32 partiesRoot) internal view returns (Document memory made) {
        bytes32 home = keccak256(abi.encode(block.chainid, address(anchorLog), logId));
        made.opening = IAnchorLog.DocumentOpening({
            content: keccak256(abi.encode("content", seed)),
            agreementRef: keccak256(abi.encode("agreement", seed)),
            transcript: keccak256(abi.encode("transcript", seed))
        });
        made.entry = sha256(
            bytes.concat(
                bytes32("acta/entry/document/v1"),
                made.opening.content,
                made.opening.agreementRef,
                partiesRoot,
                made.opening.transcript,
                home
            )
        );
        made.leafHash = ReferenceTree.leaf(made.entry);
    }

    /// @notice What the parties sign, as SPEC.md §2 says.
    function _statusDigest(bytes32 leafHash, bytes32 successor, uint64 deadline)
        internal
        view
        returns (bytes32)
    {
        return sha256(
            bytes.concat(
                bytes32("acta/status/v1"),
                keccak256(abi.encode(block.chainid, address(anchorLog), logId)),
                leafHash,
                successor,
                bytes32(uint256(deadline))
            )
        );
    }

    /// @notice Signatures of all parties, each by its first key.
    function _signed(Key[][] memory parties, bytes32 digest)
        internal
        view
        returns (IAnchorLog.PartySignature[] memory signed)
    {
        signed = new IAnchorLog.PartySignature[](parties.length);
        for (uint256 i = 0; i < parties.length; ++i) {
            signed[i] = Parties.signed(anchorLog, parties[i], 0, digest);
        }
    }

    /// @notice Entries of no meaning, one for each index of a tree.
    function _entries(bytes32 seed, uint256 size) internal pure returns (bytes32[] memory entries) {
        entries = new bytes32[](size);
        for (uint256 i = 0; i < size; ++i) entries[i] = keccak256(abi.encode(seed, i));
    }

    function _anchor(bytes32[] memory entries, uint256 size) internal returns (bytes32 root) {
        root = ReferenceTree.root(entries, 0, size);
        anchorLog.anchor(logId, uint64(size), root);
    }

    /// @notice The proof of an index of the tree over the first `size` entries.
    function _proof(bytes32[] memory entries, uint256 size, uint256 index)
        internal
        pure
        returns (IAnchorLog.InclusionProof memory)
    {
        return IAnchorLog.InclusionProof({
            size: uint64(size),
            root: ReferenceTree.root(entries, 0, size),
            index: uint64(index),
            path: ReferenceTree.path(entries, index, 0, size)
        });
    }
}

/// @notice A test that begins with an empty log of its own.
abstract contract LogTest is LogHouse {
    function setUp() public virtual {
        _open();
    }
}
