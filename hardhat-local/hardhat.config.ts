import { createRequire } from "node:module";
import { defineConfig } from "hardhat/config";

export default defineConfig({
  solidity: {
    compilers: [
      {
        version: "0.8.37",
        // npm's compiler: nothing is downloaded.
        path: createRequire(import.meta.url).resolve("solc/soljson.js"),
        // The same settings as contracts_chain/compile.py, so that the tested code is what runs.
        settings: {
          evmVersion: "cancun",
          viaIR: true,
          optimizer: { enabled: true, runs: 1_000_000 },
          metadata: { bytecodeHash: "none" },
        },
      },
    ],
  },
  // Hardhat takes no source from outside its folder: `contracts` is a link to ../solidity.
  paths: { sources: "./contracts", tests: { solidity: "./test" } },
  // Chains with and without the P-256 precompile (EIP-7951 came with Osaka): --network picks one.
  networks: {
    osaka: { type: "edr-simulated", hardfork: "osaka" },
    prague: { type: "edr-simulated", hardfork: "prague" },
  },
  test: {
    solidity: {
      fuzz: { runs: 256 },
      invariant: { runs: 64, depth: 64, failOnRevert: true },
    },
  },
});
