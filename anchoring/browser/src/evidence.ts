/** Evidence (SPEC §11): one `.asice` file, read; nothing in it is verified by that. */
import { type Bytes, equal, fromUtf8, sha256, toHex, utf8 } from "./bytes";
import { malformed, readContainer } from "./container";
import { cannotCheck } from "./errors";
import {
  type Anchor, type Opening, type Party, parseAnchor, parseDisclosures, parseManifest, parseOpenings, parseParties,
} from "./evidence_lists";

const MIMETYPE = utf8("application/vnd.etsi.asic-e+zip");
const KIB = 1024;
const MIB = 1024 * KIB;
const PACKAGING = /^META-INF\/[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const STATEMENT = /^statements\/([0-9a-f]{64})\.json$/;
const ATTESTATION = /^attestations\/([0-9a-f]{64})\.json$/;
const DISCLOSURES = /^disclosures\/(0|[1-9][0-9]{0,2})\.json$/;
const PROOF = /^proofs\/([0-9a-f]{64})\.tlog-proof$/;
const DOCUMENT_PROOF = "proofs/document.tlog-proof";
const ANCHOR = /^anchors\/([1-9][0-9]{0,15})\.json$/;
const FIXED: Record<string, number> = {
  "mimetype": MIMETYPE.length,
  "manifest.json": 8 * MIB,
  "document.pdf": 64 * MIB,
  "openings.json": 8 * MIB,
  "parties.json": 8 * MIB,
  [DOCUMENT_PROOF]: 168 * KIB,
};
const FORMS: [RegExp, number][] = [
  [STATEMENT, 64 * KIB],
  [ATTESTATION, 64 * KIB],
  [DISCLOSURES, 8 * MIB],
  [PROOF, 168 * KIB],
  [ANCHOR, 8 * MIB],
  [PACKAGING, 4 * MIB],
];

/** Statements, attestations and their proofs by leaf hash in hex. */
export interface Evidence {
  created: number;
  pdf: Bytes | null;
  openings: Opening[];
  parties: Party[];
  statements: Map<string, Bytes>;
  attestations: Map<string, Bytes>;
  disclosures: Map<number, Bytes[]>;
  documentProof: Bytes | null;
  proofs: Map<string, Bytes>;
  anchors: Map<number, Anchor>;
  /** What the manifest lists and the container lacks: withheld members. */
  missing: string[];
}

function limitOf(name: string): number {
  if (Object.hasOwn(FIXED, name)) return FIXED[name]!;
  return FORMS.find(([form]) => form.test(name))?.[1] ?? malformed(`expected no member ${name.slice(0, 80)}`);
}

/** Read the packed evidence; Refused where it has no one reading, or lacks a list. */
export async function readEvidence(archive: Bytes): Promise<Evidence> {
  const members = await readContainer(archive, limitOf);
  const [first] = members;
  if (first?.[0] !== "mimetype" || !equal(first[1], MIMETYPE)) malformed("expected mimetype as first member");
  const { created, missing } = checkManifest(members);
  const openings = parseOpenings(listed(members, "openings.json"));
  const opened = new Set(openings.map((one) => toHex(one.leaf)));
  const byLeaf = (form: RegExp): Map<string, Bytes> =>
    new Map(
      matching(members, form).map(([name, leaf, data]) => {
        if (!opened.has(leaf)) malformed(`expected an opening for ${name}`);
        return [leaf, data];
      }),
    );
  const statements = byLeaf(STATEMENT);
  const attestations = byLeaf(ATTESTATION);
  const proofs = byLeaf(PROOF);
  const documentProof = members.get(DOCUMENT_PROOF) ?? null;
  const parties = parseParties(listed(members, "parties.json"));
  const disclosures = new Map(
    matching(members, DISCLOSURES).map(([name, number, data]) => {
      const read = parseDisclosures(data);
      if (String(read.party) !== number) malformed(`expected the disclosures of its own party in ${name}`);
      return [read.party, read.disclosures] as const;
    }),
  );
  for (const proof of documentProof === null ? proofs.values() : [documentProof, ...proofs.values()]) {
    if (fromUtf8(proof) === null) malformed("expected proofs in utf-8");
  }
  const anchors = new Map(
    matching(members, ANCHOR).map(([name, chain, data]) => {
      const read = parseAnchor(data);
      if (String(read.chainId) !== chain) malformed(`expected the anchor of its own chain in ${name}`);
      return [read.chainId, read] as const;
    }),
  );
  const pdf = members.get("document.pdf") ?? null;
  return { created, pdf, openings, parties, statements, attestations, disclosures, documentProof, proofs, anchors, missing };
}

function listed(members: Map<string, Bytes>, name: string): Bytes {
  const data = members.get(name);
  if (data === undefined) throw cannotCheck("anchoring/incomplete-evidence", `expected ${name}, got none`);
  return data;
}

function matching(members: Map<string, Bytes>, form: RegExp): [string, string, Bytes][] {
  return [...members].flatMap(([name, data]) => {
    const match = form.exec(name);
    return match === null ? [] : [[name, match[1]!, data] as [string, string, Bytes]];
  });
}

function checkManifest(members: Map<string, Bytes>): { created: number; missing: string[] } {
  const manifest = parseManifest(listed(members, "manifest.json"));
  const unlisted = (name: string): boolean =>
    name === "mimetype" || name === "manifest.json" || PACKAGING.test(name);
  for (const [name, data] of members) {
    if (unlisted(name)) continue;
    const hash = manifest.members.get(name);
    if (hash === undefined) malformed(`expected ${name} in the manifest`);
    if (!equal(sha256(data), hash)) malformed(`expected ${name} with the hash that the manifest lists`);
  }
  for (const name of manifest.members.keys()) {
    limitOf(name);
    if (unlisted(name)) malformed(`expected no ${name} in the manifest's list`);
  }
  return { created: manifest.created, missing: [...manifest.members.keys()].filter((name) => !members.has(name)).sort() };
}
