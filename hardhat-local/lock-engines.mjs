// Run by `npm run lock`, after npm has written package-lock.json.
//
// npm leaves out an optional package whose `engines` its own Node does not meet. Hardhat's native
// part is such a package and asks for Node 22, while here npm may run on the machine's Node 20 and
// Hardhat on a newer one (README.md). So the lock file does not repeat that demand; Hardhat still
// makes it when it starts. Versions and hashes stay as npm wrote them.
import { readFileSync, writeFileSync } from "node:fs";

const lockFile = new URL("package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(lockFile, "utf8"));
for (const [place, entry] of Object.entries(lock.packages)) {
  if (place.startsWith("node_modules/@nomicfoundation/edr-")) delete entry.engines;
}
writeFileSync(lockFile, JSON.stringify(lock, null, 2) + "\n");
