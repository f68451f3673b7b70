/** Replays every vector of the formats and prints, as JSON, the answers that differ from them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { checkAttestation, parseAttestation } from "./attestation";
import { type Bytes, fromHex, sha256, toHex, utf8 } from "./bytes";
import { canonical, type Json } from "./canonical_json";
import { openCheckpoint } from "./checkpoint";
import { readSealAttribute, readStatementAttribute } from "./cms_attributes";
import { parseDisclosure } from "./disclosure";
import { Refused } from "./errors";
import { parseAnchor, parseDisclosures, parseManifest, parseOpenings, parseParties } from "./evidence_lists";
import { formatTime } from "./fields";
import * as hashing from "./hashing";
import { parseLocator } from "./locator";
import { parseStatement } from "./statement";
import { parseLogProof } from "./tlog_proof";
import * as tree from "./tree";
import { formatFingerprint, parseTrust } from "./trust";
import { checkAssertion } from "./webauthn";

type Vector = any;
type Result = { [name: string]: Json };

const bytes = (hex: string): Bytes => fromHex(hex)!;
const raw = (vector: Vector): Bytes => ("hex" in vector ? bytes(vector.hex) : utf8(vector.text));

const HASHES: Record<string, (given: Vector) => Bytes> = {
  tag: (i) => hashing.tag(i.name),
  agreement_ref: (i) => hashing.agreementRef(bytes(i.doc_salt), bytes(i.prepared_sha256)),
  content_commitment: (i) => hashing.contentCommitment(bytes(i.doc_salt), bytes(i.covered_sha256)),
  key_commit: (i) =>
    hashing.keyCommit(i.key_type, bytes(i.key_salt), bytes(i.rp_id_hash), bytes(i.x_or_address), bytes(i.y)),
  party_commit: (i) => hashing.partyCommit(i.key_commits.map(bytes)),
  parties_root: (i) => hashing.partiesRoot(i.party_commits.map(bytes)),
  transcript: (i) => hashing.transcript(i.leaf_hashes.map(bytes)),
  leaf_hash: (i) => hashing.leafHash(bytes(i.entry)),
  log_id: (i) => hashing.logId(bytes(i.opener), i.origin),
  home: (i) => hashing.home(i.chain_id, bytes(i.contract), bytes(i.log_id)),
  document_entry: (i) =>
    hashing.documentEntry(
      bytes(i.content), bytes(i.agreement_ref), bytes(i.parties_root), bytes(i.transcript), bytes(i.home),
    ),
  statement_entry: (i) =>
    hashing.statementEntry(
      bytes(i.salt), bytes(i.subject), bytes(i.statement_sha256),
      "attestation_hash" in i ? bytes(i.attestation_hash) : hashing.ZERO,
    ),
  external_entry: (i) => hashing.externalEntry(bytes(i.salt), bytes(i.caller_sha256)),
  attestation_hash: (i) => hashing.attestationHash(i.method, bytes(i.attestation_sha256)),
  webauthn_attestation_hash: (i) =>
    hashing.webauthnAttestationHash(
      [bytes(i.rp_id_hash), bytes(i.x), bytes(i.y), bytes(i.r), bytes(i.s)],
      bytes(i.authenticator_data),
      bytes(i.client_data_json),
    ),
  status_digest: (i) => hashing.statusDigest(bytes(i.home), bytes(i.leaf_hash), bytes(i.successor), i.deadline),
};

const READERS: Record<string, (vector: Vector) => Result> = {
  hashing: (v) => ({ output: toHex(HASHES[v.function]!(v.inputs)) }),
  tree: ({ function: name, inputs: i }): Result => {
    if (name === "root") return { root: toHex(tree.root(i.leaf_hashes.map(bytes))) };
    if (name === "verify_inclusion") {
      tree.verifyInclusion(bytes(i.leaf_hash), i.index, i.size, i.path.map(bytes), bytes(i.root));
    } else tree.verifyConsistency(i.size1, bytes(i.root1), i.size2, bytes(i.root2), i.path.map(bytes));
    return { proved: true };
  },
  statement: (v) => {
    const read = parseStatement(raw(v));
    return {
      sha256: toHex(read.sha256),
      type: read.type,
      at: formatTime(read.at),
      after: { size: read.after.size, root: toHex(read.after.root) },
      party: read.actor.party,
      digests: read.digests.map(toHex),
    };
  },
  disclosure: (v) => {
    const read = parseDisclosure(raw(v));
    return { digest: toHex(read.digest), claim: read.claim, value: read.value };
  },
  attestation: (v): Result => {
    const read = parseAttestation(raw(v));
    if ("statement" in v) checkAttestation(read, bytes(v.statement));
    const result: Result = { method: read.method, hash: toHex(read.hash) };
    if (read.method === "code") result["challenge"] = toHex(read.challenge);
    return result;
  },
  webauthn: (v) => {
    const [rpIdHash, x, y, r, s] = ["rpIdHash", "x", "y", "r", "s"].map((name) => bytes(v[name])) as [
      Bytes, Bytes, Bytes, Bytes, Bytes,
    ];
    const authenticatorData = bytes(v.authenticatorData);
    const clientDataJson = utf8(v.clientDataJSON);
    checkAssertion({ rpIdHash, x, y, r, s, authenticatorData, clientDataJson }, bytes(v.challenge));
    const hash = hashing.webauthnAttestationHash([rpIdHash, x, y, r, s], authenticatorData, clientDataJson);
    return { hash: toHex(hash) };
  },
  checkpoint: (v) => {
    const read = openCheckpoint(raw(v), v.vkeys);
    return { origin: read.origin, size: read.size, root: toHex(read.root) };
  },
  tlog_proof: (v) => {
    const read = parseLogProof(raw(v));
    const { size, root } = openCheckpoint(read.checkpoint, v.vkeys);
    tree.verifyInclusion(bytes(v.leafHash), read.index, size, read.path, root);
    return { index: read.index, size, extra: toHex(read.extra) };
  },
  locator: (v) => {
    const read = parseLocator(raw(v));
    return {
      origin: read.origin,
      logId: toHex(read.logId),
      chainId: read.chainId,
      contract: toHex(read.contract),
      docSalt: toHex(read.docSalt),
      supersedes: read.supersedes === null ? null : toHex(read.supersedes),
    };
  },
  trust: (v) => {
    const read = parseTrust(raw(v));
    return {
      fingerprint: formatFingerprint(read.fingerprint),
      logId: toHex(read.logId),
      versions: read.versions.map((one) => toHex(one.sha256)),
      purposes: read.versions.at(-1)!.keys.map((key) => key.purpose),
    };
  },
  seal_attribute: (v): Result => {
    const seal = readSealAttribute(raw(v));
    const statement = readStatementAttribute(raw(v));
    if (seal === null) return { statement: toHex(statement!) };
    return { ...seal, parties: toHex(seal.parties), transcript: toHex(seal.transcript) };
  },
  evidence_lists: (v): Result => {
    const data = raw(v);
    if (v.list === "manifest") {
      const { created, members } = parseManifest(data);
      return { created: formatTime(created), members: members.size };
    }
    if (v.list === "openings") return { leaves: parseOpenings(data).map((one) => toHex(one.computed)) };
    if (v.list === "parties") {
      const parties = parseParties(data);
      const keyCommits = parties.map((party) => party.keys.map((key) => toHex(key.commit)));
      return { roles: parties.map((party) => party.role), keyCommits };
    }
    if (v.list === "disclosures") {
      const { party, disclosures } = parseDisclosures(data);
      return { party, digests: disclosures.map((one) => toHex(sha256(one))) };
    }
    const { chainId, size, block } = parseAnchor(data);
    return { chainId, size, blockTime: block.time };
  },
};

function answer(folder: string, vector: Vector): Result {
  try {
    return { expect: "valid", result: READERS[folder]!(vector) };
  } catch (reason) {
    if (!(reason instanceof Refused)) throw reason;
    return { expect: reason.family, code: reason.code };
  }
}

const vectors = process.argv[2]!;
const different: Result = {};
let count = 0;
for (const folder of Object.keys(READERS)) {
  for (const file of readdirSync(join(vectors, folder)).filter((name) => name.endsWith(".json"))) {
    const vector = JSON.parse(readFileSync(join(vectors, folder, file), "utf8")) as Vector;
    const got = answer(folder, vector);
    count += 1;
    const { expect, code, result } = vector;
    const want: Result = expect === "valid" ? { expect, result } : { expect, code };
    // Compared as canonical texts: the order of members says nothing.
    if (canonical(got) !== canonical(want)) different[`${folder}/${file}`] = got;
  }
}
console.log(JSON.stringify({ count, different }));
