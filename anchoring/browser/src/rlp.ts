/** RLP, read strictly (Yellow Paper, appendix B): each value has one spelling, nothing follows. */
import { type Bytes, toNumber } from "./bytes";
import { invalid } from "./errors";

export type Item = Bytes | Item[];
const MAX_DEPTH = 16;

export function badState(reason: string): never {
  throw invalid("anchoring/bad-state-proof", reason);
}

export function decode(raw: Bytes): Item {
  const [item, end] = itemAt(raw, 0, raw.length, 0);
  if (end !== raw.length) badState("expected nothing after an rlp item");
  return item;
}

export function decodeList(raw: Bytes): Item[] {
  const item = decode(raw);
  return Array.isArray(item) ? item : badState("expected an rlp list, got a string");
}

/** An unsigned integer of up to `size` bytes without leading zeros. */
export function integer(item: Item | undefined, size = 32): bigint {
  if (!(item instanceof Uint8Array) || item.length > size || item[0] === 0) {
    badState(`expected an rlp integer of up to ${size} bytes`);
  }
  return toNumber(item);
}

export function word32(item: Item | undefined): Bytes {
  if (!(item instanceof Uint8Array) || item.length !== 32) badState("expected 32 bytes in rlp");
  return item;
}

function itemAt(raw: Bytes, start: number, limit: number, depth: number): [Item, number] {
  if (start >= limit) badState("expected an rlp item, got the end");
  if (depth > MAX_DEPTH) badState(`expected at most ${MAX_DEPTH} levels of rlp`);
  const first = raw[start]!;
  if (first < 0x80) return [raw.subarray(start, start + 1), start + 1];
  const [body, end] = extent(raw, start, limit);
  if (first < 0xc0) {
    const text = raw.subarray(body, end);
    if (text.length === 1 && text[0]! < 0x80) badState("expected a small byte to stand for itself");
    return [text, end];
  }
  const items: Item[] = [];
  for (let at = body; at < end; ) {
    const [item, next] = itemAt(raw, at, end, depth + 1);
    items.push(item);
    at = next;
  }
  return [items, end];
}

/** Where the payload of the item at `start` begins and ends. */
function extent(raw: Bytes, start: number, limit: number): [number, number] {
  const first = raw[start]!;
  let length = first - (first >= 0xc0 ? 0xc0 : 0x80);
  let body = start + 1;
  if (length > 55) {
    const size = length - 55;
    const digits = raw.subarray(body, body + size);
    body += size;
    // Lengths beyond 2^48 are larger than any input, and would lose bits as a number.
    if (body > limit || digits[0] === 0) badState("expected an rlp length in its shortest form");
    const long = toNumber(digits);
    if (long < 56n) badState("expected an rlp length in its shortest form");
    if (long > BigInt(limit)) badState("expected an rlp item to end within its list");
    length = Number(long);
  }
  if (body + length > limit) badState("expected an rlp item to end within its list");
  return [body, body + length];
}
