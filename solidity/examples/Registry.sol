// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorLog} from "../IAnchorLog.sol";

/// @title Registry
/// @notice An example: a land registry that takes a deed only if AnchorLog vouches for it, and
/// knows when another deed has taken its place. Copy it and put your own rules in.
contract Registry {
    /// @notice A deed was filed for a parcel.
    event Filed(bytes32 indexed parcel, bytes32 indexed deed);

    /// @notice A parcel's deed was superseded; the registry now holds the one in its place.
    event Followed(bytes32 indexed parcel, bytes32 indexed former, bytes32 indexed deed);

    error NotRegistrar(address caller);
    error AlreadyFiled(bytes32 parcel, bytes32 deed);
    error LogForked(bytes32 logId);
    error NotInLog(bytes32 deed, uint64 size, bytes32 root);
    error NotInForce(bytes32 deed, uint8 code);
    error NothingToFollow(bytes32 parcel);

    /// @notice How many successors one call follows at most, so that none can run out of gas.
    uint256 public constant MAX_STEPS = 16;

    /// @notice Where deeds are anchored, and in which log.
    IAnchorLog public immutable anchorLog;
    bytes32 public immutable logId;
    /// @notice Who reads a deed and says which parcel it is about: no contract can know that.
    address public immutable registrar;

    /// @notice The leaf hash of the deed that was filed for a parcel; zero if none was.
    mapping(bytes32 parcel => bytes32 deed) public deeds;

    constructor(IAnchorLog anchorLog_, bytes32 logId_) {
        anchorLog = anchorLog_;
        logId = logId_;
        registrar = msg.sender;
    }

    /// @notice Files a parcel's first deed.
    /// @param parcel the parcel's number in the registry
    /// @param opening what the deed's entry is made of; AnchorLog adds the home, so that a deed
    /// whose status lives elsewhere cannot pass
    /// @param partiesRoot commitment to the keys of its parties
    /// @param proof that it is in the log
    function file(
        bytes32 parcel,
        IAnchorLog.DocumentOpening calldata opening,
        bytes32 partiesRoot,
        IAnchorLog.InclusionProof calldata proof
    ) external {
        if (msg.sender != registrar) revert NotRegistrar(msg.sender);
        if (deeds[parcel] != 0) revert AlreadyFiled(parcel, deeds[parcel]);
        if (anchorLog.forked(logId)) revert LogForked(logId);

        bytes32 entry = anchorLog.documentEntry(logId, opening, partiesRoot);
        bytes32 deed = sha256(abi.encodePacked(hex"00", entry));
        bool included = anchorLog.verifyInclusion(
            logId, proof.size, proof.root, entry, proof.index, proof.path
        );
        if (!included) revert NotInLog(deed, proof.size, proof.root);
        (uint8 code,,) = anchorLog.statusOf(logId, deed);
        if (code != 0) revert NotInForce(deed, code);

        deeds[parcel] = deed;
        emit Filed(parcel, deed);
    }

    /// @notice Moves a parcel on to the deed that took the place of its own. Anyone may; a chain
    /// of more than MAX_STEPS deeds takes several calls.
    /// @param parcel the parcel's number in the registry
    function follow(bytes32 parcel) external {
        bytes32 former = deeds[parcel];
        (bytes32 deed,,) = anchorLog.resolve(logId, former, MAX_STEPS);
        if (deed == former) revert NothingToFollow(parcel);
        deeds[parcel] = deed;
        emit Followed(parcel, former, deed);
    }

    /// @notice The deed that stands for a parcel at this moment.
    /// @param parcel the parcel's number in the registry
    /// @return deed its leaf hash; zero if none was ever filed
    /// @return inForce false if it was voided, if there is none, if the log was proved to be
    /// forked, or if more than MAX_STEPS deeds came after the one on file: call `follow` first
    function standing(bytes32 parcel) external view returns (bytes32 deed, bool inForce) {
        deed = deeds[parcel];
        if (deed == 0) return (0, false);
        uint8 code;
        (deed, code,) = anchorLog.resolve(logId, deed, MAX_STEPS);
        inForce = code == 0 && !anchorLog.forked(logId);
    }
}
