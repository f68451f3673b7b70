// Prints the CID of a file under profile unixfs-v1-2025 (IPIP-499), as ipfs-unixfs-importer makes
// it: an independent judge of the CIDs that Acta computes itself. No block is kept anywhere.
import { createReadStream } from "node:fs";
import { BlackHoleBlockstore } from "blockstore-core/black-hole";
import { importFile } from "ipfs-unixfs-importer";

const [file, ...rest] = process.argv.slice(2);
if (!file || rest.length > 0) {
  process.stderr.write("usage: node hardhat-local/judges/unixfs-cid.mjs FILE\n");
  process.exit(2);
}
const { cid } = await importFile({ content: createReadStream(file) }, new BlackHoleBlockstore(), {
  profile: "unixfs-v1-2025",
});
process.stdout.write(`${cid}\n`);
