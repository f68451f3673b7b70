import { type Bytes, equal, fromBase64, sha256, toHex, toNumber, utf8 } from "./bytes";
import { canonical, type Json, type JsonObject } from "./canonical_json";
import { parseLogKey } from "./checkpoint";
import { isDer } from "./der";
import { Fields } from "./fields";
import { logId } from "./hashing";
import { isPoint, N, verifyHash } from "./p256";

const read = new Fields("anchoring/malformed-trust");
const AUTHORITIES = ["signer-ca", "seal-ca", "tsa-ca"];

export interface TrustKey {
  purpose: string;
  certificate: Bytes | null;
  vkey: string | null;
  notBefore: number;
  notAfter: number;
  revokedAfter: number | null;
}

export interface TrustVersion {
  sha256: Bytes;
  keys: TrustKey[];
  rpc: string[];
  log: string[];
  maxDelay: number;
}

export interface Trust {
  fingerprint: Bytes;
  origin: string;
  logId: Bytes;
  homes: { chainId: number; contract: Bytes; genesisBlock: Bytes }[];
  versions: TrustVersion[];
}

/** A trust file (SPEC §10) of its bytes, with every version's signature and place in the chain. */
export function parseTrust(bytes: Bytes): Trust {
  const value = read.file(bytes, "trust", 1024 * 1024);
  read.exact(value, "acta", "genesis", "versions");
  const genesis = read.exact(value["genesis"], "origin", "opener", "homes", "rootKey");
  const origin = read.origin(genesis["origin"]);
  const log = logId(read.hex(genesis["opener"], 20), origin);
  const homes = read.array(genesis["homes"], 1, 16).map((one) => {
    const home = read.exact(one, "chainId", "contract", "logId", "genesisBlock");
    if (!equal(read.hex(home["logId"], 32), log)) read.fail("expected each home's logId to be of opener and origin");
    return {
      chainId: read.int(home["chainId"], 1),
      contract: read.hex(home["contract"], 20),
      genesisBlock: read.hex(home["genesisBlock"], 32),
    };
  });
  if (new Set(homes.map((home) => `${home.chainId} ${toHex(home.contract)}`)).size !== homes.length) {
    read.fail("expected different homes");
  }
  const rootKey = read.hex(genesis["rootKey"], 65);
  if (rootKey[0] !== 4 || !isPoint(rootKey.subarray(1, 33), rootKey.subarray(33))) read.fail("expected a P-256 point");
  const fingerprint = sha256(utf8(canonical(genesis)));
  let previous = fingerprint;
  let before = -Infinity;
  const versions = read.array(value["versions"], 1).map((one, index) => {
    const version = read.exact(one, "n", "previous", "at", "keys", "rpc", "log", "maxDelay", "signature");
    if (version["n"] !== index + 1) read.fail("expected versions counted from 1");
    if (!equal(read.hex(version["previous"], 32), previous)) read.fail("expected the hash of what stands before");
    const at = read.time(version["at"]);
    if (at <= before) read.fail("expected times that rise");
    checkSignature(version, rootKey);
    before = at;
    previous = sha256(utf8(canonical(version)));
    return {
      sha256: previous,
      keys: read.array(version["keys"]).map(parseKey),
      rpc: read.array(version["rpc"]).map((url) => read.text(url)),
      log: read.array(version["log"]).map((url) => read.text(url)),
      maxDelay: read.int(version["maxDelay"], 1),
    };
  });
  return { fingerprint, origin, logId: log, homes, versions };
}

function checkSignature(version: JsonObject, rootKey: Bytes): void {
  const signature = read.hex(version["signature"], 64);
  const { signature: _, ...signed } = version;
  const r = toNumber(signature.subarray(0, 32));
  const s = toNumber(signature.subarray(32));
  const inRange = 0n < r && r < N && 0n < s && s <= (N - 1n) / 2n;
  const hash = sha256(utf8(canonical(signed)));
  if (!inRange || !verifyHash(hash, signature, rootKey.subarray(1, 33), rootKey.subarray(33))) {
    read.fail("expected a signature by the root key");
  }
}

function parseKey(value: Json): TrustKey {
  const material = "vkey" in read.object(value) ? "vkey" : "certificate";
  const key = read.exact(value, "purpose", material, "notBefore", "notAfter", "revokedAfter");
  const purpose = read.label(key["purpose"]);
  const text = read.text(key[material]);
  const certificate = material === "certificate" ? fromBase64(text) : null;
  if (material === "certificate" && (!certificate || !isDer(certificate))) read.fail("expected a certificate in DER");
  if (material === "vkey" && parseLogKey(text) === null) read.fail("expected a log key");
  if (AUTHORITIES.includes(purpose) && certificate === null) read.fail(`expected a certificate of a ${purpose}`);
  if (purpose === "log" && material !== "vkey") read.fail("expected a vkey of a log");
  const notBefore = read.time(key["notBefore"]);
  const notAfter = read.time(key["notAfter"]);
  if (notAfter < notBefore) read.fail("expected notBefore first");
  return {
    purpose,
    certificate,
    vkey: material === "vkey" ? text : null,
    notBefore,
    notAfter,
    revokedAfter: key["revokedAfter"] === null ? null : read.time(key["revokedAfter"]),
  };
}

/** A fingerprint as people compare it: hex in groups of four. */
export function formatFingerprint(fingerprint: Bytes): string {
  return toHex(fingerprint).replace(/(.{4})(?=.)/g, "$1 ");
}
