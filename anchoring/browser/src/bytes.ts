import { keccak_256 } from "@noble/hashes/sha3.js";
import { sha256 as sha256Of } from "@noble/hashes/sha2.js";

export type Bytes = Uint8Array;

export function concat(...parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function equal(left: Bytes, right: Bytes): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}

export function toHex(bytes: Bytes): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** Bytes of lowercase hex without a prefix, or null. */
export function fromHex(text: string): Bytes | null {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return null;
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = parseInt(text.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

/** Bytes of base64 (RFC 4648 §4), padded, unused bits zero; or null: one spelling only. */
export function fromBase64(text: string): Bytes | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return toBase64(bytes) === text ? bytes : null;
}

export function toBase64(bytes: Bytes): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/** Text of UTF-8 bytes, a byte order mark kept as a character; or null. */
export function fromUtf8(bytes: Bytes): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

export function sha256(bytes: Bytes): Bytes {
  return sha256Of(bytes);
}

export function keccak256(bytes: Bytes): Bytes {
  return keccak_256(bytes);
}

export function toNumber(bytes: Bytes): bigint {
  return BigInt(`0x${toHex(bytes) || "0"}`);
}

/** An unsigned integer as a word of 32 bytes, big-endian. */
export function word(value: bigint | number): Bytes {
  return fromHex(value.toString(16).padStart(64, "0"))!;
}
