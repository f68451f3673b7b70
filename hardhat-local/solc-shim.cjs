#!/usr/bin/env node
// npm's solc (WebAssembly) behind the two command-line calls that py-solc-x makes of a native one:
// `--version`, and `--standard-json` with the input on stdin. Imports are read below --base-path.
const { existsSync, readFileSync } = require("node:fs");
const path = require("node:path");
const solc = require("solc");

const args = process.argv.slice(2);
const after = (option) => (args.includes(option) ? args[args.indexOf(option) + 1] : null);

function readImport(name) {
  const base = path.resolve(after("--base-path") ?? ".");
  const file = path.resolve(base, name);
  const inside = file.startsWith(base + path.sep);
  return inside && existsSync(file)
    ? { contents: readFileSync(file, "utf8") }
    : { error: `no source file ${name} below ${base}` };
}

// No process.exit() after writing: output to a pipe would be cut at 64 KiB.
if (args.includes("--version")) {
  const version = solc.version().replace(".Emscripten.clang", ".Linux.g++");
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`);
} else if (args.includes("--standard-json")) {
  process.stdout.write(solc.compile(readFileSync(0, "utf8"), { import: readImport }));
} else {
  process.stderr.write("solc-shim: expected --version or --standard-json\n");
  process.exitCode = 2;
}
