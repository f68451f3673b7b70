"""The Merkle tree of RFC 9162 §2.1 with SHA-256, over leaf hashes of 32 bytes.

Two forms that always agree: over a whole list of leaf hashes, and over a store of *complete
nodes*, where node (level, index) covers the leaves from index·2^level up to, but without,
(index + 1)·2^level. A complete node never changes once written, so that tiles and tables can
hold it, and every question about the tree costs O(log n) reads.
"""

from collections.abc import Callable, Sequence

from anchoring.errors import ProofError, WrongLength
from anchoring.hashing import sha256

ReadNode = Callable[[int, int], bytes]
"""(level, index) → the complete node's hash, 32 bytes."""

EMPTY_ROOT = sha256(b"")
"""The root of a tree without leaves (RFC 9162 §2.1.1)."""


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node from its children's, 32 bytes each."""
    return sha256(b"\x01" + left + right)


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root over all ``leaf_hashes`` (RFC 9162 §2.1.1)."""
    return root_at(_complete_nodes(leaf_hashes), len(leaf_hashes))


def inclusion_path(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the path of leaf ``index``, sibling first (RFC 9162 §2.1.3.1)."""
    return inclusion_path_at(_complete_nodes(leaf_hashes), index, len(leaf_hashes))


def consistency_path(leaf_hashes: Sequence[bytes], size1: int) -> list[bytes]:
    """Return the proof that the first ``size1`` leaves are a prefix (RFC 9162 §2.1.4.1)."""
    return consistency_path_at(_complete_nodes(leaf_hashes), size1, len(leaf_hashes))


def append_nodes(
    read: ReadNode, size: int, leaf_hashes: Sequence[bytes]
) -> dict[tuple[int, int], bytes]:
    """Return every node that becomes complete when ``leaf_hashes`` follow ``size`` leaves.

    Level 0 holds the leaf hashes themselves. Reads at most log2(size) + 1 old nodes and writes
    nothing: the caller makes the new nodes durable, then counts the new size.
    """
    new: dict[tuple[int, int], bytes] = {}
    for offset, leaf in enumerate(leaf_hashes):
        level, index, value = 0, size + offset, _sized("leaf hash", leaf)
        new[level, index] = value
        while index % 2 == 1:
            left = new.get((level, index - 1))
            if left is None:
                left = _sized("node", read(level, index - 1))
            level, index, value = level + 1, index // 2, node_hash(left, value)
            new[level, index] = value
    return new


def root_at(read: ReadNode, size: int) -> bytes:
    """Return the root of the first ``size`` leaves."""
    return EMPTY_ROOT if size == 0 else _subtree(read, 0, size)


def inclusion_path_at(read: ReadNode, index: int, size: int) -> list[bytes]:
    """Return the path of leaf ``index`` in the tree of the first ``size`` leaves."""
    if not 0 <= index < size:
        raise ProofError(f"expected an index below the size {size}, got {index}")
    path: list[bytes] = []
    start, width = 0, size
    while width > 1:
        split = _split(width)
        if index < start + split:
            path.append(_subtree(read, start + split, width - split))
            width = split
        else:
            path.append(_subtree(read, start, split))
            start, width = start + split, width - split
    return path[::-1]


def consistency_path_at(read: ReadNode, size1: int, size2: int) -> list[bytes]:
    """Return the proof that the tree of ``size1`` leaves is a prefix of that of ``size2``.

    Empty for equal sizes. The empty tree has no such proof and needs none: ``size1`` ≥ 1.
    """
    _check_sizes(size1, size2)
    if size1 == size2:
        return []
    path: list[bytes] = []
    start, width, old = 0, size2, size1
    # Whether the old tree's part under this node is one of its own complete subtrees, which
    # the verifier already knows as the old root.
    whole = True
    while old != width:
        split = _split(width)
        if old <= split:
            path.append(_subtree(read, start + split, width - split))
            width = split
        else:
            path.append(_subtree(read, start, split))
            start, width, old = start + split, width - split, old - split
            whole = False
    if not whole:
        path.append(_subtree(read, start, width))
    return path[::-1]


def verify_inclusion(
    *, leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Raise ProofError unless ``path`` leads from the leaf to ``root`` (RFC 9162 §2.1.3.2).

    The path must have exactly the length that index and size give.
    """
    if not 0 <= index < size:
        raise ProofError(f"expected an index below the size {size}, got {index}")
    value = _sized_proof("leaf hash", leaf_hash)
    position, last = index, size - 1
    for sibling in path:
        if last == 0:
            raise ProofError("the inclusion path is too long for its index and size")
        _sized_proof("path hash", sibling)
        if position % 2 == 1 or position == last:
            value = node_hash(sibling, value)
            while position % 2 == 0 and position != 0:
                position, last = position >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise ProofError("the inclusion path is too short for its index and size")
    if value != _sized_proof("root", root):
        raise ProofError("the inclusion path does not lead from this leaf to this root")


def verify_consistency(
    *, size1: int, root1: bytes, size2: int, root2: bytes, path: Sequence[bytes]
) -> None:
    """Raise ProofError unless the second tree begins with the first (RFC 9162 §2.1.4.2).

    Equal sizes need equal roots and an empty path. Size 0 is refused: every tree begins with
    the empty one, so a proof of it would say nothing.
    """
    _check_sizes(size1, size2)
    _sized_proof("first root", root1)
    _sized_proof("second root", root2)
    if size1 == size2:
        if path:
            raise ProofError("expected an empty path between trees of one size")
        if root1 != root2:
            raise ProofError("two trees of one size have different roots")
        return
    nodes = [_sized_proof("path hash", node) for node in path]
    if size1 & (size1 - 1) == 0:
        # The old tree is one complete subtree, which the proof leaves out.
        nodes.insert(0, root1)
    if not nodes:
        raise ProofError(f"expected a path from size {size1} to {size2}, got an empty one")
    position, last = size1 - 1, size2 - 1
    while position % 2 == 1:
        position, last = position >> 1, last >> 1
    old = new = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            raise ProofError("the consistency path is too long for its sizes")
        if position % 2 == 1 or position == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while position % 2 == 0 and position != 0:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, node)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise ProofError("the consistency path is too short for its sizes")
    if old != root1:
        raise ProofError("the consistency path does not lead to the first root")
    if new != root2:
        raise ProofError("the consistency path does not lead to the second root")


def _check_sizes(size1: int, size2: int) -> None:
    if not 1 <= size1 <= size2:
        raise ProofError(f"expected a first size from 1 to the second, {size2}, got {size1}")


def _split(width: int) -> int:
    """Return the greatest power of two below ``width`` (2 or more)."""
    return 1 << ((width - 1).bit_length() - 1)


def _subtree(read: ReadNode, start: int, width: int) -> bytes:
    """Return the root over ``width`` leaves from ``start``, aligned as RFC 9162 splits."""
    peaks = []
    while width:
        level = width.bit_length() - 1
        peaks.append(_sized("node", read(level, start >> level)))
        start, width = start + (1 << level), width - (1 << level)
    value = peaks.pop()
    while peaks:
        value = node_hash(peaks.pop(), value)
    return value


def _complete_nodes(leaf_hashes: Sequence[bytes]) -> ReadNode:
    nodes = append_nodes(_nothing_to_read, 0, leaf_hashes)

    def read(level: int, index: int) -> bytes:
        return nodes[level, index]

    return read


def _nothing_to_read(level: int, index: int) -> bytes:
    raise ProofError(f"expected no node before the first leaf, asked for ({level}, {index})")


def _sized(name: str, value: bytes) -> bytes:
    if len(value) != 32:
        raise WrongLength(f"expected a {name} of 32 bytes, got {len(value)}")
    return bytes(value)


def _sized_proof(name: str, value: bytes) -> bytes:
    if len(value) != 32:
        raise ProofError(f"expected a {name} of 32 bytes, got {len(value)}")
    return bytes(value)
