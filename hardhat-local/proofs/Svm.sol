// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The cheat codes of Halmos that the proofs use.
interface Svm {
    /// From here on every storage word of the account may hold anything.
    function enableSymbolicStorage(address account) external;
    function createBytes(uint256 length, string calldata name) external returns (bytes memory);
}

interface Vm {
    function prank(address sender) external;
    function assume(bool condition) external pure;
    function warp(uint256 time) external;
}

Svm constant svm = Svm(address(uint160(uint256(keccak256("svm cheat code")))));
Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
