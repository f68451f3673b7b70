/** The zip of SPEC §11, read in the one way it allows. */
import { type Bytes, concat, equal } from "./bytes";
import { cannotCheck, invalid } from "./errors";

export const MAX_CONTAINER = 128 * 1024 * 1024;
const MAX_MEMBERS = 20_000;
const MAX_EXPANDED = 192 * 1024 * 1024;
const MAX_RATIO = 100;
const RATIO_FREE = 1024 * 1024;
const LOCAL_SIZE = 30;
const CENTRAL_SIZE = 46;
const END_SIZE = 22;
/** From "version needed" to both sizes: what both headers of an entry must say alike. */
const SHARED_SIZE = 22;
/** Bits that only name the text's encoding and deflate's effort. */
const HARMLESS_FLAGS = 0x0800 | 0x0006;
const VERSION = 20;

interface Entry {
  name: string;
  encoded: Bytes;
  offset: number;
  shared: Bytes;
  method: number;
  crc: number;
  packed: number;
  size: number;
}

export function malformed(reason: string): never {
  throw invalid("anchoring/malformed-evidence", reason);
}

function repack(reason: string): never {
  throw cannotCheck("anchoring/unsupported-container", `${reason}; repack the evidence`);
}

/**
 * Every member by name, in archive order, its CRC-32 checked.
 *
 * `limitOf` gives the greatest size for a name or refuses it; it is asked before anything is
 * unpacked, so that a hostile zip costs no more than its own directory.
 */
export async function readContainer(
  archive: Bytes,
  limitOf: (name: string) => number,
): Promise<Map<string, Bytes>> {
  if (archive.length > MAX_CONTAINER) malformed(`expected at most ${MAX_CONTAINER} bytes`);
  const { entries, start: directory } = readDirectory(archive);
  let total = 0;
  for (const { name, size, packed } of entries) {
    total += size;
    if (size > limitOf(name) || total > MAX_EXPANDED) malformed(`${name} holds ${size} bytes, too many`);
    if (size > RATIO_FREE && size > MAX_RATIO * packed) malformed(`${name} expands too much`);
  }
  const members = new Map<string, Bytes>();
  let position = 0;
  for (const entry of entries) {
    if (entry.offset !== position) malformed(`expected ${entry.name} at byte ${position}`);
    const start = checkLocalHeader(archive, entry, directory);
    position = start + entry.packed;
    if (position > directory) malformed(`${entry.name} reaches into the directory`);
    members.set(entry.name, await unpack(entry, archive.subarray(start, position)));
  }
  if (position !== directory) malformed("expected no bytes between the last member and the directory");
  return members;
}

function view(bytes: Bytes): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function readDirectory(archive: Bytes): { entries: Entry[]; start: number } {
  if (archive.length < END_SIZE) malformed("expected a zip, got less than its end record");
  const data = view(archive);
  const endStart = archive.length - END_SIZE;
  const half = (at: number): number => data.getUint16(at, true);
  const full = (at: number): number => data.getUint32(at, true);
  if (full(endStart) !== 0x06054b50 || half(endStart + 20) !== 0) {
    malformed("expected the zip to finish with its end record and no comment");
  }
  const [here, count] = [half(endStart + 8), half(endStart + 10)];
  const [size, start] = [full(endStart + 12), full(endStart + 16)];
  if (here === 0xffff || count === 0xffff || size === 0xffffffff || start === 0xffffffff) {
    repack("expected a zip without zip64");
  }
  if (half(endStart + 4) || half(endStart + 6) || here !== count || start + size !== endStart) {
    malformed("expected one directory that ends where the end record starts");
  }
  if (count > MAX_MEMBERS) malformed(`expected at most ${MAX_MEMBERS} members, got ${count}`);
  const entries: Entry[] = [];
  const names = new Set<string>();
  let position = start;
  for (let number = 0; number < count; number++) {
    const at = position;
    if (at + CENTRAL_SIZE > endStart) malformed("expected as many entries as the end record says");
    position += CENTRAL_SIZE + half(at + 28);
    if (full(at) !== 0x02014b50 || half(at + 34) !== 0 || position > endStart) {
      malformed("expected a well formed directory entry");
    }
    const encoded = archive.subarray(at + CENTRAL_SIZE, position);
    if (encoded.some((byte) => byte > 0x7f)) malformed("expected ascii names in the zip");
    const name = String.fromCharCode(...encoded.subarray(0, 1024));
    if (half(at + 30) || half(at + 32)) repack(`expected ${name} without extra field or comment`);
    if (half(at + 8) & ~HARMLESS_FLAGS) repack(`expected ${name} neither encrypted nor streamed`);
    const method = half(at + 10);
    if ((method !== 0 && method !== 8) || (half(at + 6) & 0xff) > VERSION) {
      repack(`expected ${name} stored or deflated`);
    }
    if (names.has(name)) malformed(`expected ${name} once in the zip`);
    names.add(name);
    const shared = archive.subarray(at + 6, at + 6 + SHARED_SIZE);
    const [crc, packed, unpacked] = [full(at + 16), full(at + 20), full(at + 24)];
    entries.push({ name, encoded, offset: full(at + 42), shared, method, crc, packed, size: unpacked });
  }
  if (position !== endStart) malformed("expected no bytes after the last directory entry");
  return { entries, start };
}

/** Where the member's data starts, both of its headers having been compared. */
function checkLocalHeader(archive: Bytes, entry: Entry, directory: number): number {
  const start = entry.offset + LOCAL_SIZE;
  if (start > directory) malformed(`expected ${entry.name} before the directory`);
  const data = view(archive);
  const nameSize = data.getUint16(entry.offset + 26, true);
  const same =
    data.getUint32(entry.offset, true) === 0x04034b50 &&
    equal(archive.subarray(entry.offset + 4, entry.offset + 4 + SHARED_SIZE), entry.shared) &&
    equal(archive.subarray(start, start + nameSize), entry.encoded);
  if (!same) malformed(`expected both headers of ${entry.name} to say the same`);
  if (data.getUint16(entry.offset + 28, true) !== 0) repack(`expected ${entry.name} without extra field`);
  return start + nameSize;
}

async function unpack(entry: Entry, packed: Bytes): Promise<Bytes> {
  const data = entry.method === 0 ? packed : await inflate(entry, packed);
  if (data.length !== entry.size || crc32(data) !== entry.crc) {
    malformed(`expected ${entry.name} to have its announced size and crc-32`);
  }
  return data;
}

/** Stops one chunk after the announced size: what a stream expands to is never trusted. */
async function inflate(entry: Entry, packed: Bytes): Promise<Bytes> {
  const stream = new Blob([packed as BlobPart]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.getReader();
  const chunks: Bytes[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      size += value.length;
      if (size > entry.size) break;
    }
  } catch {
    malformed(`expected ${entry.name} to be sound deflate that ends where its header says`);
  }
  if (size > entry.size) {
    await reader.cancel().catch(() => undefined);
    malformed(`expected ${entry.name} to end where its header says`);
  }
  return concat(...chunks);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

function crc32(bytes: Bytes): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ CRC_TABLE[(value ^ byte) & 0xff]!;
  return (value ^ 0xffffffff) >>> 0;
}
