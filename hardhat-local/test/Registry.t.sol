// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAnchorLog} from "../contracts/IAnchorLog.sol";
import {Registry} from "../contracts/examples/Registry.sol";
import {LogTest} from "./LogHouse.sol";
import {Key, Parties} from "./Parties.sol";
import {ReferenceTree} from "./ReferenceTree.sol";
import {vm} from "./Vm.sol";

/// @notice The example takes a deed only if AnchorLog vouches for it, and follows its successors.
contract RegistryTest is LogTest {
    uint64 private constant NOW = 1_800_000_000;
    uint256 private constant DEEDS = 20;
    bytes32 private constant PARCEL = "parcel 7";

    Registry private registry;
    Document[] private deeds;
    bytes32[] private entries;
    bytes32 private partiesRoot;

    function setUp() public override {
        super.setUp();
        vm.warp(NOW);
        registry = new Registry(anchorLog, logId);
        partiesRoot = Parties.partiesRoot(_parties());
        for (uint256 i = 0; i < DEEDS; ++i) {
            deeds.push(_document(bytes32(i), partiesRoot));
            entries.push(deeds[i].entry);
        }
        _anchor(entries, DEEDS);
    }

    function testFuzz_aDeedInForceIsFiled(uint256 which) public {
        which %= DEEDS;
        IAnchorLog.InclusionProof memory proof = _proof(entries, DEEDS, which);
        vm.expectEmit(address(registry));
        emit Registry.Filed(PARCEL, deeds[which].leafHash);
        registry.file(PARCEL, deeds[which].opening, partiesRoot, proof);
        (bytes32 deed, bool inForce) = registry.standing(PARCEL);
        assert(deed == deeds[which].leafHash && inForce);

        vm.expectRevert(abi.encodeWithSelector(Registry.AlreadyFiled.selector, PARCEL, deed));
        registry.file(PARCEL, deeds[which].opening, partiesRoot, proof);
    }

    function testFuzz_onlyTheRegistrarFiles(address stranger) public {
        vm.assume(stranger != address(this));
        IAnchorLog.InclusionProof memory proof = _proof(entries, DEEDS, 0);
        vm.expectRevert(abi.encodeWithSelector(Registry.NotRegistrar.selector, stranger));
        vm.prank(stranger);
        registry.file(PARCEL, deeds[0].opening, partiesRoot, proof);
    }

    function test_nothingStandsForAnUnknownParcel() public {
        (bytes32 deed, bool inForce) = registry.standing("parcel 8");
        assert(deed == 0 && !inForce);
        vm.expectRevert(abi.encodeWithSelector(Registry.NothingToFollow.selector, bytes32("parcel 8")));
        registry.follow("parcel 8");
    }

    function testFuzz_aDeedThatIsNotInTheLogIsRefused(uint256 which, uint64 index) public {
        which %= DEEDS;
        vm.assume(index != which);
        IAnchorLog.InclusionProof memory proof = _proof(entries, DEEDS, which);
        proof.index = index;
        vm.expectRevert(
            abi.encodeWithSelector(
                Registry.NotInLog.selector, deeds[which].leafHash, proof.size, proof.root
            )
        );
        registry.file(PARCEL, deeds[which].opening, partiesRoot, proof);
    }

    /// Logged here, but its status lives in another log: nobody could learn here that it was voided.
    function test_aDeedOfAnotherHomeIsRefused() public {
        bytes32 here = logId;
        logId = anchorLog.openLog(keccak256("another.example"));
        Document memory elsewhere = _document("elsewhere", partiesRoot);
        logId = here;
        entries.push(elsewhere.entry);
        _anchor(entries, DEEDS + 1);
        IAnchorLog.InclusionProof memory proof = _proof(entries, DEEDS + 1, DEEDS);
        bytes32 supposed = _document("elsewhere", partiesRoot).leafHash;
        vm.expectRevert(
            abi.encodeWithSelector(Registry.NotInLog.selector, supposed, proof.size, proof.root)
        );
        registry.file(PARCEL, elsewhere.opening, partiesRoot, proof);
    }

    function test_aVoidedDeedIsRefused() public {
        _void(3);
        IAnchorLog.InclusionProof memory proof = _proof(entries, DEEDS, 3);
        vm.expectRevert(
            abi.encodeWithSelector(Registry.NotInForce.selector, deeds[3].leafHash, uint8(1))
        );
        registry.file(PARCEL, deeds[3].opening, partiesRoot, proof);
    }

    function test_aSupersededDeedIsRefused() public {
        _supersede(3, 4);
        IAnchorLog.InclusionProof memory proof = _proof(entries, DEEDS, 3);
        vm.expectRevert(
            abi.encodeWithSelector(Registry.NotInForce.selector, deeds[3].leafHash, uint8(2))
        );
        registry.file(PARCEL, deeds[3].opening, partiesRoot, proof);
    }

    function test_aForkedLogIsRefused() public {
        _file(0);
        IAnchorLog.InclusionProof memory a = _proof(entries, DEEDS, 5);
        entries[5] = keccak256("rewritten");
        entries.push(keccak256("one more"));
        _anchor(entries, DEEDS + 1);
        IAnchorLog.InclusionProof memory b = _proof(entries, DEEDS + 1, 5);
        anchorLog.proveFork(logId, a, deeds[5].leafHash, b, ReferenceTree.leaf(entries[5]));

        (, bool inForce) = registry.standing(PARCEL);
        assert(!inForce);
        IAnchorLog.InclusionProof memory proof = _proof(entries, DEEDS + 1, 1);
        vm.expectRevert(abi.encodeWithSelector(Registry.LogForked.selector, logId));
        registry.file("parcel 8", deeds[1].opening, partiesRoot, proof);
    }

    function testFuzz_aFiledDeedIsFollowedInBoundedSteps(uint256 last, bool voided) public {
        last %= DEEDS;
        _file(0);
        for (uint256 i = 0; i < last; ++i) _supersede(i, i + 1);
        if (voided) _void(last);
        bool reachable = last <= registry.MAX_STEPS();
        bytes32 reached = deeds[reachable ? last : registry.MAX_STEPS()].leafHash;
        (bytes32 deed, bool inForce) = registry.standing(PARCEL);
        assert(deed == reached && inForce == (reachable && !voided));

        if (last == 0) {
            vm.expectRevert(abi.encodeWithSelector(Registry.NothingToFollow.selector, PARCEL));
            registry.follow(PARCEL);
            return;
        }
        vm.expectEmit(address(registry));
        emit Registry.Followed(PARCEL, deeds[0].leafHash, reached);
        registry.follow(PARCEL);
        if (!reachable) registry.follow(PARCEL);
        (deed, inForce) = registry.standing(PARCEL);
        assert(deed == deeds[last].leafHash && inForce == !voided);
    }

    function _file(uint256 which) private {
        registry.file(PARCEL, deeds[which].opening, partiesRoot, _proof(entries, DEEDS, which));
    }

    function _void(uint256 which) private {
        anchorLog.voidDocument(
            logId,
            deeds[which].opening,
            _proof(entries, DEEDS, which),
            _signed(_parties(), _statusDigest(deeds[which].leafHash, 0, NOW)),
            NOW
        );
    }

    function _supersede(uint256 which, uint256 by) private {
        bytes32 successor = deeds[by].leafHash;
        anchorLog.supersedeDocument(
            logId,
            deeds[which].opening,
            _proof(entries, DEEDS, which),
            successor,
            _proof(entries, DEEDS, by),
            _signed(_parties(), _statusDigest(deeds[which].leafHash, successor, NOW)),
            NOW
        );
    }

    function _parties() private pure returns (Key[][] memory parties) {
        parties = new Key[][](2);
        for (uint256 i = 0; i < 2; ++i) {
            parties[i] = new Key[](1);
            parties[i][0] = Parties.key(3, bytes32(i));
        }
    }
}
