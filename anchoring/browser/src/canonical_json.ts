import { type Bytes, fromUtf8 } from "./bytes";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

const DEPTH = 16;
const HALF = /[\ud800-\udfff]/u;

/** Canonical JSON's value (SPEC §1), or null with the bytes in any other spelling. */
export function parseCanonical(bytes: Bytes, limit: number): { value: Json } | null {
  if (bytes.length > limit) return null;
  const text = fromUtf8(bytes);
  if (text === null || !tame(text)) return null;
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
    return canonical(value) === text ? { value } : null;
  } catch {
    return null;
  }
}

/** Depth and numbers, judged while the bytes are still text: hostile input stays cheap. */
function tame(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === "\\") at++;
    } else if (character === "[" || character === "{") {
      if (++depth > DEPTH) return false;
    } else if (character === "]" || character === "}") {
      depth--;
    } else if (character === "-" || (character >= "0" && character <= "9")) {
      const from = at;
      while (at + 1 < text.length && /[0-9.eE+-]/.test(text[at + 1]!)) at++;
      const number = text.slice(from, at + 1);
      if (number.length > 17 || !/^-?[0-9]+$/.test(number)) return false;
      if (!Number.isSafeInteger(Number(number))) return false;
    }
  }
  return true;
}

/** JCS (RFC 8785) of a value without fractions; throws a RangeError at half a character. */
export function canonical(value: Json): string {
  if (typeof value === "string") {
    if (HALF.test(value)) throw new RangeError("expected whole characters, got a lone surrogate");
    return JSON.stringify(value);
  }
  if (value === null || typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  // The default order is by UTF-16 units, as JCS asks.
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${canonical(name)}:${canonical(value[name]!)}`).join(",")}}`;
}
