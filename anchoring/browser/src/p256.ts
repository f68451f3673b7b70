import { p256 } from "@noble/curves/nist.js";

import { type Bytes, concat, toNumber } from "./bytes";

const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
export const N = p256.Point.Fn.ORDER;

/** Whether x and y, 32 bytes each, are below p and a point of P-256; infinity is none. */
export function isPoint(x: Bytes, y: Bytes): boolean {
  if (toNumber(x) >= P || toNumber(y) >= P) return false;
  try {
    p256.Point.fromBytes(concat(Uint8Array.of(4), x, y)).assertValidity();
    return true;
  } catch {
    return false;
  }
}

/** Whether r ‖ s of 64 bytes is an ECDSA signature by the point over the hash. */
export function verifyHash(hash: Bytes, signature: Bytes, x: Bytes, y: Bytes): boolean {
  try {
    return p256.verify(signature, hash, concat(Uint8Array.of(4), x, y), { prehash: false, lowS: true });
  } catch {
    return false;
  }
}
