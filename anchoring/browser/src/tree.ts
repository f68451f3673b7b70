import { type Bytes, concat, equal, sha256 } from "./bytes";
import { invalid } from "./errors";

function failed(reason: string): never {
  throw invalid("anchoring/proof-failed", reason);
}

function node(left: Bytes, right: Bytes): Bytes {
  return sha256(concat(Uint8Array.of(1), left, right));
}

function sized(path: Bytes[]): void {
  if (path.some((hash) => hash.length !== 32)) failed("expected hashes of 32 bytes in the path");
}

/** The largest power of two below `size`, which is 2 or more. */
function split(size: number): number {
  let half = 1;
  while (half * 2 < size) half *= 2;
  return half;
}

/** The root over leaf hashes, RFC 9162 §2.1.1. */
export function root(leaves: Bytes[]): Bytes {
  if (leaves.length === 0) return sha256(new Uint8Array());
  if (leaves.length === 1) return leaves[0]!;
  const half = split(leaves.length);
  return node(root(leaves.slice(0, half)), root(leaves.slice(half)));
}

/** Follow a path from a leaf to the root, RFC 9162 §2.1.3; its length is the one of index and size. */
export function verifyInclusion(leaf: Bytes, index: number, size: number, path: Bytes[], top: Bytes): void {
  sized([leaf, ...path, top]);
  if (index < 0 || index >= size) failed(`expected an index below ${size}, got ${index}`);
  let at = 0;
  const climb = (inner: number, width: number): Bytes => {
    if (width === 1) return leaf;
    const half = split(width);
    const left = inner < half;
    const below = left ? climb(inner, half) : climb(inner - half, width - half);
    const sibling = path[at++] ?? failed("expected a longer path");
    return left ? node(below, sibling) : node(sibling, below);
  };
  const found = climb(index, size);
  if (at !== path.length) failed(`expected a path of ${at} hashes, got ${path.length}`);
  if (!equal(found, top)) failed("expected the path to lead to the root");
}

/** Check that the smaller tree begins the larger one, RFC 9162 §2.1.4. */
export function verifyConsistency(size1: number, root1: Bytes, size2: number, root2: Bytes, path: Bytes[]): void {
  sized([root1, ...path, root2]);
  if (size1 < 1 || size1 > size2) failed(`expected sizes 1 ≤ ${size1} ≤ ${size2}`);
  if (size1 === size2) {
    if (path.length !== 0 || !equal(root1, root2)) failed("expected one root and an empty path at one size");
    return;
  }
  let at = 0;
  const next = (): Bytes => path[at++] ?? failed("expected a longer path");
  // Both roots as the path gives them; `known` while the smaller tree is the whole of this one.
  const climb = (inner: number, width: number, known: boolean): [Bytes, Bytes] => {
    if (inner === width) {
      const whole = known ? root1 : next();
      return [whole, whole];
    }
    const half = split(width);
    if (inner <= half) {
      const [old, now] = climb(inner, half, known);
      return [old, node(now, next())];
    }
    const [old, now] = climb(inner - half, width - half, false);
    const left = next();
    return [node(left, old), node(left, now)];
  };
  const [old, now] = climb(size1, size2, true);
  if (at !== path.length) failed(`expected a path of ${at} hashes, got ${path.length}`);
  if (!equal(old, root1) || !equal(now, root2)) failed("expected the path to lead to both roots");
}
