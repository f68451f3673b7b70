import { ed25519 } from "@noble/curves/ed25519.js";

import { type Bytes, concat, equal, fromBase64, fromHex, fromUtf8, sha256, utf8 } from "./bytes";
import { cannotCheck, invalid } from "./errors";
import { isOrigin } from "./fields";

const ED25519 = 1;

export interface LogKey {
  name: string;
  id: Bytes;
  algorithm: number;
  publicKey: Bytes;
}

export interface Checkpoint {
  origin: string;
  size: number;
  root: Bytes;
}

function bad(reason: string): never {
  throw invalid("anchoring/bad-checkpoint", reason);
}

function isName(text: string): boolean {
  return text !== "" && !/[\s\u0085+]/u.test(text);
}

/** A log key written `name+id+base64` (SPEC §6), of any algorithm; or null. */
export function parseLogKey(text: string): LogKey | null {
  const found = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  const key = found && fromBase64(found[3]!);
  if (!found || !key || key.length < 2 || !isName(found[1]!)) return null;
  const id = fromHex(found[2]!)!;
  // Another algorithm has rules of its own for its key id (SPEC §6).
  if (key[0] === ED25519) {
    const expected = sha256(concat(utf8(`${found[1]}\n`), key)).subarray(0, 4);
    if (key.length !== 33 || !equal(id, expected)) return null;
  }
  return { name: found[1]!, id, algorithm: key[0]!, publicKey: key.subarray(1) };
}

/** A checkpoint's content, if a trusted key signed it and every signature by one verifies. */
export function openCheckpoint(bytes: Bytes, vkeys: string[]): Checkpoint {
  const keys = vkeys.map((vkey) => parseLogKey(vkey) ?? bad(`expected a log key, got ${vkey}`));
  const text = bytes.length <= 128 * 1024 ? fromUtf8(bytes) : null;
  if (text === null || /[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(text)) bad("expected UTF-8 of lines");
  const cut = text.lastIndexOf("\n\n");
  if (cut < 0 || !text.endsWith("\n")) bad("expected a text, an empty line and signatures");
  const [origin, decimal, encoded, ...more] = text.slice(0, cut).split("\n");
  const root = fromBase64(encoded ?? "");
  if (more.length > 0 || !isOrigin(origin!) || !/^(0|[1-9][0-9]{0,15})$/.test(decimal ?? "")) bad("expected three lines");
  const size = Number(decimal);
  if (!Number.isSafeInteger(size) || root?.length !== 32) bad("expected a size below 2^53 and a root of 32 bytes");
  if ((size === 0) !== equal(root, sha256(new Uint8Array()))) bad("expected the empty root at size 0 and only there");
  const lines = text.slice(cut + 2, -1).split("\n");
  if (lines.length > 64) bad("expected at most 64 signatures");
  const message = utf8(text.slice(0, cut + 1));
  let trusted = false;
  for (const line of lines) {
    const found = /^— ([^ ]+) ([A-Za-z0-9+/=]+)$/u.exec(line);
    const signature = found && fromBase64(found[2]!);
    if (!found || !signature || signature.length < 5 || !isName(found[1]!)) bad("expected a signature line");
    const key = keys.find((one) => one.name === found[1] && equal(one.id, signature.subarray(0, 4)));
    if (key?.algorithm !== ED25519) continue;
    if (key.name !== origin) bad("expected a key of the log's own name");
    if (!verifies(signature.subarray(4), message, key.publicKey)) bad("expected a signature that verifies");
    trusted = true;
  }
  if (!trusted) throw cannotCheck("anchoring/untrusted-log-key", "expected a signature by a log key you trust");
  return { origin: origin!, size, root };
}

function verifies(signature: Bytes, message: Bytes, publicKey: Bytes): boolean {
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}
