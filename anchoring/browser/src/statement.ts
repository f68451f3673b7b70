import { type Bytes, equal, fromHex, sha256, toHex } from "./bytes";
import type { Json, JsonObject } from "./canonical_json";
import { unknown } from "./errors";
import { Fields } from "./fields";

const EMPTY_ROOT = sha256(new Uint8Array());
const read = new Fields("anchoring/malformed-statement");

export interface Statement {
  sha256: Bytes;
  type: string;
  origin: string;
  logId: Bytes;
  agreement: Bytes;
  at: number;
  after: { size: number; root: Bytes };
  actor: { party: number; role: string; keyCommit: Bytes };
  body: JsonObject;
  /** The digests of hidden values, in the order they stand in the bytes. */
  digests: Bytes[];
}

/** A statement (SPEC §3) of its bytes. */
export function parseStatement(bytes: Bytes): Statement {
  const value = read.file(bytes, "statement", 64 * 1024);
  const critical = read.array(value["crit"], 0, 16).map((name) => read.text(name));
  for (const name of critical) if (name.length < 1 || name.length > 64) read.fail("expected names of 1 to 64 characters");
  if (new Set(critical).size !== critical.length) read.fail("expected each critical name once");
  const aud = read.exact(value["aud"], "origin", "logId");
  const after = read.exact(value["after"], "size", "root");
  const actor = read.exact(value["actor"], "party", "role", "keyCommit");
  const size = read.int(after["size"], 0);
  const root = read.hex(after["root"], 32);
  if ((size === 0) !== equal(root, EMPTY_ROOT)) read.fail("expected the empty tree's root at size 0 and only there");
  read.hex(value["nonce"], 16);
  const body = read.object(value["body"]);
  const statement: Statement = {
    sha256: sha256(bytes),
    type: read.label(value["type"]),
    origin: read.origin(aud["origin"]),
    logId: read.hex(aud["logId"], 32),
    agreement: read.hex(value["agreement"], 32),
    at: read.time(value["at"]),
    after: { size, root },
    actor: {
      party: read.int(actor["party"], 0, 999),
      role: read.label(actor["role"]),
      keyCommit: read.hex(actor["keyCommit"], 32),
    },
    body,
    digests: digestsIn(body),
  };
  if (critical.length > 0) throw unknown(`expected no critical member, got ${critical.join(", ")}`);
  return statement;
}

function digestsIn(body: JsonObject): Bytes[] {
  const found: string[] = [];
  const visit = (value: Json): void => {
    if (value === null || typeof value !== "object") return;
    for (const [name, inner] of Object.entries(value)) {
      if (name === "sd" && !Array.isArray(value)) {
        for (const [claim, digest] of Object.entries(read.object(inner))) {
          if (!isClaim(claim)) read.fail(`expected a claim's name, got ${claim}`);
          found.push(toHex(read.hex(digest, 32)));
        }
      } else visit(inner);
    }
  };
  visit(body);
  if (new Set(found).size !== found.length) read.fail("expected each digest once");
  return found.map((digest) => fromHex(digest)!);
}

export function isClaim(name: string): boolean {
  return /^[a-z][A-Za-z0-9]{0,63}$/.test(name);
}
