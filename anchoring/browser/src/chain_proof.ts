/** What an AnchorLog held as of one block, by the evidence alone (SPEC §13). */
import { type Bytes, concat, equal, keccak256, toHex, toNumber, word } from "./bytes";
import type { Anchor } from "./evidence_lists";
import { ZERO } from "./hashing";
import { badState, decode, decodeList, integer, type Item, word32 } from "./rlp";

const EMPTY_TRIE = keccak256(Uint8Array.of(0x80));
const NO_CODE = keccak256(new Uint8Array());
const [ANCHORS, STATUS, SUCCESSOR, FORKED] = [1, 2, 3, 5];

export interface AnchorSlot {
  size: bigint;
  time: bigint;
  block: bigint;
}

export interface ProvedState {
  block: { number: bigint; hash: Bytes; time: bigint };
  codeHash: Bytes;
  /** By root in hex; size 0: proved absent. */
  anchors: Map<string, AnchorSlot>;
  /** null: the evidence does not prove it. */
  status: { code: number; successor: Bytes } | null;
  forked: boolean | null;
}

/** null where the record holds no proof; one that is there must hold, whoever trusts its block. */
export function proveState(record: Anchor, documentLeaf: Bytes | null): ProvedState | null {
  const { accountProof, anchorProof, statusProof, successorProof, forkedProof } = record.proofs;
  if (record.header === null) {
    if (Object.values(record.proofs).some((proof) => proof !== null) || record.otherProofs.length > 0) {
      badState("expected a block header beside state proofs");
    }
    return null;
  }
  const items = decodeList(record.header);
  if (items.length < 15) badState(`expected a header of 15 fields or more, got ${items.length}`);
  const block = { number: integer(items[8], 8), hash: keccak256(record.header), time: integer(items[11], 8) };
  const stateRoot = word32(items[3]);
  const anchored = BigInt(record.block.number);
  if (block.number < anchored) badState("expected the header of the anchor's block or of a later one");
  const same = equal(block.hash, record.block.hash) && block.time === BigInt(record.block.time);
  if (block.number === anchored && !same) badState("expected the header of the block that is named");
  if (accountProof === null || anchorProof === null) {
    badState("expected the account's and the anchor's proof beside a header");
  }
  const [storageRoot, codeHash] = accountAt(stateRoot, record.contract, accountProof);
  const slot = (key: Bytes, position: number, nodes: Bytes[]): Bytes =>
    storageWord(storageRoot, keccak256(concat(key, word(position))), nodes);
  const anchors = new Map<string, AnchorSlot>();
  for (const { root, proof } of [...record.otherProofs, { root: record.root, proof: anchorProof }]) {
    const value = slot(keccak256(concat(record.logId, root)), ANCHORS!, proof);
    const part = (start: number): bigint => toNumber(value.subarray(start, start + 8));
    anchors.set(toHex(root), { size: part(24), time: part(16), block: part(8) });
  }
  let status: ProvedState["status"] = null;
  if (documentLeaf !== null && statusProof !== null) {
    const key = keccak256(concat(record.logId, documentLeaf));
    const successor = successorProof === null ? ZERO : slot(key, SUCCESSOR!, successorProof);
    status = { code: slot(key, STATUS!, statusProof)[31]!, successor };
  }
  const forked = forkedProof === null ? null : slot(record.logId, FORKED!, forkedProof).some((byte) => byte !== 0);
  return { block, codeHash, anchors, status, forked };
}

function accountAt(stateRoot: Bytes, contract: Bytes, nodes: Bytes[]): [Bytes, Bytes] {
  const raw = valueAt(stateRoot, contract, nodes);
  if (raw === null) badState("expected the contract's account in this state, got none");
  const items = decodeList(raw);
  if (items.length !== 4) badState(`expected an account of 4 fields, got ${items.length}`);
  integer(items[0]);
  integer(items[1]);
  const [storageRoot, codeHash] = [word32(items[2]), word32(items[3])];
  if (equal(codeHash, NO_CODE)) badState("expected a contract at this address");
  return [storageRoot, codeHash];
}

function storageWord(storageRoot: Bytes, slot: Bytes, nodes: Bytes[]): Bytes {
  const raw = valueAt(storageRoot, slot, nodes);
  if (raw === null) return ZERO;
  const value = integer(decode(raw));
  if (value === 0n) badState("expected no zero in storage: its absence stands for it");
  return word(value);
}

/** The value under keccak256(key), or null: proved absent. Each listed node is used once. */
export function valueAt(root: Bytes, key: Bytes, nodes: Bytes[]): Bytes | null {
  if (equal(root, EMPTY_TRIE)) {
    const empty = nodes.length === 0 || (nodes.length === 1 && equal(nodes[0]!, Uint8Array.of(0x80)));
    return empty ? null : badState("expected no nodes of an empty trie");
  }
  let next = 0;
  const named = (digest: Bytes): Item[] => {
    const raw = nodes[next++];
    if (raw === undefined) badState("expected one more trie node, got the end of the proof");
    if (!equal(keccak256(raw), digest)) badState("expected the trie node that its parent names");
    return decodeList(raw);
  };
  const value = follow(named, named(root), nibbles(keccak256(key)));
  if (next !== nodes.length) badState("expected no trie nodes after the answer");
  return value;
}

function follow(named: (digest: Bytes) => Item[], first: Item[], whole: number[]): Bytes | null {
  let [node, path] = [first, whole];
  for (;;) {
    let child: Item;
    if (node.length === 17) {
      if (!isEmpty(node[16]!)) badState("expected no value in a branch of a trie of hashed keys");
      if (path.length === 0) badState("expected a trie path of 64 nibbles in all");
      child = node[path[0]!]!;
      path = path.slice(1);
    } else if (node.length === 2) {
      const [isLeaf, part] = hexPrefix(node[0]!);
      if (part.length > path.length || isLeaf !== (part.length === path.length)) {
        badState("expected a trie path of 64 nibbles in all");
      }
      child = node[1]!;
      if (isEmpty(child) || (isLeaf && Array.isArray(child))) badState("expected a node to lead somewhere");
      if (part.some((nibble, at) => nibble !== path[at])) return null;
      if (isLeaf) return child as Bytes;
      path = path.slice(part.length);
    } else badState(`expected a trie node of 2 or 17 items, got ${node.length}`);
    if (isEmpty(child)) return null;
    // A node of less than 32 bytes stands inside its parent instead of its hash.
    node = Array.isArray(child) ? child : named(child);
  }
}

function isEmpty(item: Item): boolean {
  return item instanceof Uint8Array && item.length === 0;
}

function hexPrefix(item: Item): [boolean, number[]] {
  if (Array.isArray(item) || item.length === 0 || item[0]! >> 4 > 3) badState("expected a hex-prefixed path");
  const [flag, ...rest] = nibbles(item) as [number, ...number[]];
  if (flag & 1) return [flag >= 2, rest];
  if (rest[0] !== 0) badState("expected zero beside the flag of an even trie path");
  if (flag < 2 && rest.length === 1) badState("expected an extension of the trie to have a path");
  return [flag >= 2, rest.slice(1)];
}

function nibbles(bytes: Bytes): number[] {
  return [...bytes].flatMap((byte) => [byte >> 4, byte & 15]);
}
