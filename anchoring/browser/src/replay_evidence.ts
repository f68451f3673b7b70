/**
 * Reads packed evidence and prints, as JSON, what came out of each file.
 *
 * Takes a JSON file of `{"<name>": {"evidence": path, "leaf": hex or null}}`; `leaf` is that of
 * the document, whose status the state proofs are of.
 */
import { readFileSync } from "node:fs";

import { fromHex, toHex } from "./bytes";
import { proveState } from "./chain_proof";
import { Refused } from "./errors";
import { readEvidence } from "./evidence";

function codeOf(reason: unknown): string {
  if (reason instanceof Refused) return `${reason.family} ${reason.code}`;
  throw reason;
}

async function answer(path: string, leaf: string | null): Promise<unknown> {
  let read;
  try {
    read = await readEvidence(readFileSync(path));
  } catch (reason) {
    return { refused: codeOf(reason) };
  }
  const states: Record<string, unknown> = {};
  for (const [chain, record] of read.anchors) {
    try {
      const proved = proveState(record, leaf === null ? null : fromHex(leaf));
      states[chain] = proved && {
        block: [Number(proved.block.number), toHex(proved.block.hash), Number(proved.block.time)],
        code: toHex(proved.codeHash),
        anchors: Object.fromEntries(
          [...proved.anchors].map(([root, slot]) => [root, [slot.size, slot.time, slot.block].map(Number)]),
        ),
        status: proved.status && [proved.status.code, toHex(proved.status.successor)],
        forked: proved.forked,
      };
    } catch (reason) {
      states[chain] = codeOf(reason);
    }
  }
  return {
    missing: read.missing,
    leaves: read.openings.map((one) => toHex(one.computed)),
    parties: read.parties.map((one) => one.keys.map((key) => toHex(key.commit))),
    statements: [...read.statements.keys()].sort(),
    attestations: [...read.attestations.keys()].sort(),
    proofs: [...read.proofs.keys()].sort(),
    disclosures: Object.fromEntries([...read.disclosures].map(([party, all]) => [party, all.length])),
    states,
  };
}

const asked = JSON.parse(readFileSync(process.argv[2]!, "utf8"));
const answers: Record<string, unknown> = {};
for (const name of Object.keys(asked)) answers[name] = await answer(asked[name].evidence, asked[name].leaf);
console.log(JSON.stringify(answers));
