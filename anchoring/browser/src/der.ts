import { type Bytes, toHex } from "./bytes";

/** One DER value (X.690): `tag` is its first byte, `whole` all its bytes. */
export interface Der {
  tag: number;
  content: Bytes;
  whole: Bytes;
}

/** The values that fill `bytes` exactly, or null: low tags, definite lengths in their shortest form. */
export function readDer(bytes: Bytes): Der[] | null {
  const found: Der[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at]!;
    let length = bytes[at + 1];
    if ((tag & 0x1f) === 0x1f || length === undefined || length === 0x80) return null;
    let from = at + 2;
    if (length > 0x80) {
      const count = length - 0x80;
      if (count > 4 || from + count > bytes.length || bytes[from] === 0) return null;
      length = 0;
      for (let n = 0; n < count; n++) length = length * 256 + bytes[from + n]!;
      if (length < 0x80) return null;
      from += count;
    }
    if (from + length > bytes.length) return null;
    found.push({ tag, content: bytes.subarray(from, from + length), whole: bytes.subarray(at, from + length) });
    at = from + length;
  }
  return found;
}

/** Whether bytes are one DER value with others all the way down inside its constructed parts. */
export function isDer(bytes: Bytes, depth = 0): boolean {
  const values = readDer(bytes);
  if (values === null || depth > 40) return false;
  return values.every((value) => (value.tag & 0x20) === 0 || isDer(value.content, depth + 1));
}

/** The content of an OBJECT IDENTIFIER's encoding, of its dotted spelling. */
export function encodeOid(dotted: string): string {
  const [first, second, ...others] = dotted.split(".").map(BigInt) as [bigint, bigint, ...bigint[]];
  const bytes = [first * 40n + second, ...others].flatMap((arc) => {
    const digits = [Number(arc & 127n)];
    for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) digits.unshift(Number(rest & 127n) | 128);
    return digits;
  });
  return toHex(Uint8Array.from(bytes));
}
