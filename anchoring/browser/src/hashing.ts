import { type Bytes, concat, keccak256, sha256, utf8, word } from "./bytes";
import { invalid } from "./errors";

export const ZERO = new Uint8Array(32);
export const KEY_TYPES = { passkey: 1, p256: 2, wallet: 3 } as const;

function wrong(reason: string): never {
  throw invalid("anchoring/wrong-length", reason);
}

function sized(bytes: Bytes, size = 32): Bytes {
  if (bytes.length !== size) wrong(`expected ${size} bytes, got ${bytes.length}`);
  return bytes;
}

/** SHA-256 over a row of words. */
function row(...words: Bytes[]): Bytes {
  return sha256(concat(...words.map((one) => sized(one))));
}

function isZero(bytes: Bytes): boolean {
  return bytes.every((byte) => byte === 0);
}

export function tag(name: string): Bytes {
  if (!/^[\x00-\x7f]{1,32}$/.test(name)) wrong("expected a tag of 1 to 32 ASCII characters");
  const padded = new Uint8Array(32);
  padded.set(utf8(name));
  return padded;
}

export function agreementRef(docSalt: Bytes, preparedSha256: Bytes): Bytes {
  return row(tag("acta/agreement/v1"), docSalt, preparedSha256);
}

export function contentCommitment(docSalt: Bytes, sealedSha256: Bytes): Bytes {
  return row(tag("acta/content/v1"), docSalt, sealedSha256);
}

/** One key has one commitment: a combination that SPEC §2 does not list is refused. */
export function keyCommit(type: number, keySalt: Bytes, rpIdHash: Bytes, xOrAddress: Bytes, y: Bytes): Bytes {
  const wallet = type === KEY_TYPES.wallet;
  if (type !== 1 && type !== 2 && !wallet) wrong(`expected a key type from 1 to 3, got ${type}`);
  const x = wallet ? concat(new Uint8Array(12), sized(xOrAddress, 20)) : sized(xOrAddress);
  if (isZero(sized(rpIdHash)) !== (type !== KEY_TYPES.passkey)) wrong("expected a relying party of passkeys alone");
  if (wallet && !isZero(sized(y))) wrong("expected y zero of a wallet");
  return row(tag("acta/party-key/v1"), word(type), keySalt, rpIdHash, x, y);
}

export function partyCommit(keyCommits: Bytes[]): Bytes {
  return row(tag("acta/party/v1"), word(keyCommits.length), ...keyCommits);
}

export function partiesRoot(partyCommits: Bytes[]): Bytes {
  return row(tag("acta/parties/v1"), word(partyCommits.length), ...partyCommits);
}

export function transcript(leafHashes: Bytes[]): Bytes {
  return row(tag("acta/transcript/v1"), word(leafHashes.length), ...leafHashes);
}

export function logId(opener: Bytes, origin: string): Bytes {
  return keccak256(concat(new Uint8Array(12), sized(opener, 20), keccak256(utf8(origin))));
}

export function home(chainId: number, contract: Bytes, log: Bytes): Bytes {
  return keccak256(concat(word(chainId), new Uint8Array(12), sized(contract, 20), sized(log)));
}

export function documentEntry(content: Bytes, agreement: Bytes, parties: Bytes, statements: Bytes, place: Bytes): Bytes {
  return row(tag("acta/entry/document/v1"), content, agreement, parties, statements, place);
}

export function statementEntry(salt: Bytes, subject: Bytes, statementSha256: Bytes, attestation: Bytes): Bytes {
  return row(tag("acta/entry/statement/v1"), salt, subject, statementSha256, attestation);
}

export function externalEntry(salt: Bytes, callerHash: Bytes): Bytes {
  return row(tag("acta/entry/external/v1"), salt, callerHash);
}

export function leafHash(entry: Bytes): Bytes {
  return sha256(concat(Uint8Array.of(0), sized(entry)));
}

export function attestationHash(method: string, attestationSha256: Bytes): Bytes {
  if (method === "webauthn") wrong("expected a webauthn attestation hashed field by field");
  return row(tag(`acta/att/${method}/v1`), attestationSha256);
}

export function webauthnAttestationHash(fields: Bytes[], authenticatorData: Bytes, clientDataJson: Bytes): Bytes {
  return row(tag("acta/att/webauthn/v1"), ...fields, sha256(authenticatorData), sha256(clientDataJson));
}

export function statusDigest(place: Bytes, leaf: Bytes, successor: Bytes, deadline: number): Bytes {
  return row(tag("acta/status/v1"), place, leaf, successor, word(deadline));
}
