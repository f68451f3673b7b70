import { type Bytes, toHex, utf8 } from "./bytes";
import type { Json } from "./canonical_json";
import { parseDisclosure } from "./disclosure";
import { Refused, unknown } from "./errors";
import { Fields } from "./fields";
import { KEY_TYPES, keyCommit, leafHash, statementEntry, ZERO } from "./hashing";
import { isPoint } from "./p256";

const read = new Fields("anchoring/malformed-evidence");
const LIMIT = 8 * 1024 * 1024;

function hexes(value: Json | undefined, size?: number): Bytes[] {
  return read.array(value).map((one) => read.hex(one, size));
}

function once(items: string[], what: string): void {
  if (new Set(items).size !== items.length) read.fail(`expected each ${what} once`);
}

/** manifest.json (SPEC §11): the hash of each member. */
export function parseManifest(bytes: Bytes): { created: number; members: Map<string, Bytes> } {
  const value = read.file(bytes, "evidence", LIMIT);
  read.exact(value, "acta", "created", "members");
  const members = Object.entries(read.object(value["members"])).map(
    ([name, hash]) => [name, read.hex(hash, 32)] as const,
  );
  return { created: read.time(value["created"]), members: new Map(members) };
}

export interface Opening {
  leaf: Bytes;
  index: number;
  salt: Bytes;
  subject: Bytes;
  statement: Bytes;
  attestation: Bytes;
  /** The leaf that the opening's own members give. */
  computed: Bytes;
}

export function parseOpenings(bytes: Bytes): Opening[] {
  const value = read.file(bytes, "openings", LIMIT);
  read.exact(value, "acta", "openings");
  let before = -1;
  const openings = read.array(value["openings"], 0, 5000).map((item) => {
    const one = read.exact(item, "leaf", "index", "salt", "subject", "statement", "attestation");
    const [leaf, salt, subject, statement, attestation] = ["leaf", "salt", "subject", "statement", "attestation"].map(
      (name) => read.hex(one[name], 32),
    ) as [Bytes, Bytes, Bytes, Bytes, Bytes];
    const index = read.int(one["index"], 0);
    if (index <= before) read.fail("expected rising indices");
    before = index;
    const computed = leafHash(statementEntry(salt, subject, statement, attestation));
    return { leaf, index, salt, subject, statement, attestation, computed };
  });
  once(openings.map((one) => toHex(one.leaf)), "leaf");
  return openings;
}

export interface PartyKey {
  type: string;
  rpIdHash: Bytes;
  x: Bytes;
  y: Bytes;
  commit: Bytes;
}

export interface Party {
  party: number;
  role: string;
  order: number;
  keys: PartyKey[];
}

export function parseParties(bytes: Bytes): Party[] {
  const value = read.file(bytes, "parties", LIMIT);
  read.exact(value, "acta", "parties");
  return read.array(value["parties"], 0, 999).map((item, index) => {
    const one = read.exact(item, "party", "role", "order", "keys");
    if (one["party"] !== index + 1) read.fail("expected parties numbered from 1");
    const keys = read.array(one["keys"], 0, 16).map(parseKey);
    once(keys.map((key) => toHex(key.commit)), "key");
    return { party: index + 1, role: read.label(one["role"]), order: read.int(one["order"], 0), keys };
  });
}

function parseKey(value: Json): PartyKey {
  const type = read.text(read.object(value)["type"]);
  if (!(type in KEY_TYPES)) throw unknown(`expected a passkey, p256 or wallet, got ${type}`);
  const number = KEY_TYPES[type as keyof typeof KEY_TYPES];
  const key =
    type === "wallet"
      ? read.exact(value, "type", "keySalt", "address")
      : read.exact(value, "type", "keySalt", ...(type === "passkey" ? ["rpIdHash"] : []), "x", "y");
  const salt = read.hex(key["keySalt"], 32);
  const rpIdHash = type === "passkey" ? read.hex(key["rpIdHash"], 32) : ZERO;
  const x = type === "wallet" ? read.hex(key["address"], 20) : read.hex(key["x"], 32);
  const y = type === "wallet" ? ZERO : read.hex(key["y"], 32);
  const zero = (bytes: Bytes): boolean => bytes.every((byte) => byte === 0);
  if (type === "wallet" ? zero(x) : !isPoint(x, y)) read.fail("expected a point of P-256, or an address");
  if (type === "passkey" && zero(rpIdHash)) read.fail("expected a relying party's hash");
  return { type, rpIdHash, x, y, commit: keyCommit(number, salt, rpIdHash, x, y) };
}

export function parseDisclosures(bytes: Bytes): { party: number; disclosures: Bytes[] } {
  const value = read.file(bytes, "disclosures", LIMIT);
  read.exact(value, "acta", "party", "disclosures");
  const texts = read.array(value["disclosures"]).map((one) => read.text(one));
  once(texts, "disclosure");
  const disclosures = texts.map(utf8);
  try {
    disclosures.forEach(parseDisclosure);
  } catch (reason) {
    if (reason instanceof Refused) read.fail(reason.message);
    throw reason;
  }
  return { party: read.int(value["party"], 0, 999), disclosures };
}

export interface Anchor {
  chainId: number;
  contract: Bytes;
  logId: Bytes;
  size: number;
  root: Bytes;
  transaction: Bytes | null;
  block: { number: number; hash: Bytes; time: number };
  header: Bytes | null;
  proofs: Record<(typeof PROOFS)[number], Bytes[] | null>;
  otherProofs: { root: Bytes; proof: Bytes[] }[];
  consistency: Bytes[] | null;
}

const PROOFS = ["accountProof", "anchorProof", "statusProof", "successorProof", "forkedProof"] as const;

export function parseAnchor(bytes: Bytes): Anchor {
  const value = read.file(bytes, "anchor", LIMIT);
  const own = ["chainId", "contract", "logId", "size", "root", "transaction", "block", "header"];
  read.exact(value, "acta", ...own, ...PROOFS, "otherProofs", "consistency");
  const block = read.exact(value["block"], "number", "hash", "time");
  const proofs = PROOFS.map((name) => [name, value[name] === null ? null : hexes(value[name])] as const);
  const root = read.hex(value["root"], 32);
  const otherProofs = read.array(value["otherProofs"]).map((item) => {
    const one = read.exact(item, "root", "proof");
    return { root: read.hex(one["root"], 32), proof: hexes(one["proof"]) };
  });
  once([toHex(root), ...otherProofs.map((one) => toHex(one.root))], "root");
  return {
    chainId: read.int(value["chainId"], 1),
    contract: read.hex(value["contract"], 20),
    logId: read.hex(value["logId"], 32),
    size: read.int(value["size"], 1),
    root,
    transaction: value["transaction"] === null ? null : read.hex(value["transaction"], 32),
    block: {
      number: read.int(block["number"], 0),
      hash: read.hex(block["hash"], 32),
      time: read.int(block["time"], 0),
    },
    header: value["header"] === null ? null : read.hex(value["header"]),
    proofs: Object.fromEntries(proofs) as Anchor["proofs"],
    otherProofs,
    consistency: value["consistency"] === null ? null : hexes(value["consistency"], 32),
  };
}
