// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The few cheat codes that these tests use, at the address where every runner has them.
interface Vm {
    function prank(address sender) external;
    function expectRevert(bytes calldata revertData) external;
    function expectEmit(address emitter) external;
    function warp(uint256 time) external;
    function roll(uint256 blockNumber) external;
    function load(address account, bytes32 slot) external view returns (bytes32 word);
    function assume(bool condition) external pure;
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
