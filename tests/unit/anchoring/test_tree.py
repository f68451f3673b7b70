"""The tree: against a direct reading of RFC 9162 §2.1, and against public vectors."""

import base64
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchoring import tree
from anchoring.errors import ProofError, WrongLength
from anchoring.hashing import sha256


def leaves(count: int) -> list[bytes]:
    return [sha256(b"leaf %d" % number) for number in range(count)]


def definition(hashes: Sequence[bytes]) -> bytes:
    """RFC 9162 §2.1.1, word by word."""
    if not hashes:
        return sha256(b"")
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return sha256(b"\x01" + definition(hashes[:split]) + definition(hashes[split:]))


def path_definition(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    """RFC 9162 §2.1.3.1, word by word."""
    if len(hashes) == 1:
        return []
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    if index < split:
        return [*path_definition(index, hashes[:split]), definition(hashes[split:])]
    return [*path_definition(index - split, hashes[split:]), definition(hashes[:split])]


def proof_definition(size1: int, hashes: Sequence[bytes], complete: bool = True) -> list[bytes]:
    """RFC 9162 §2.1.4.1, word by word."""
    if size1 == len(hashes):
        return [] if complete else [definition(hashes)]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    if size1 <= split:
        return [*proof_definition(size1, hashes[:split], complete), definition(hashes[split:])]
    return [
        *proof_definition(size1 - split, hashes[split:], False),
        definition(hashes[:split]),
    ]


class Store:
    """Complete nodes kept as a log keeps them, appended in batches, with reads counted."""

    def __init__(self) -> None:
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.size = 0
        self.reads = 0

    def read(self, level: int, index: int) -> bytes:
        self.reads += 1
        return self.nodes[level, index]

    def append(self, hashes: Sequence[bytes]) -> None:
        new = tree.append_nodes(self.read, self.size, hashes)
        assert not new.keys() & self.nodes.keys()
        self.nodes.update(new)
        self.size += len(hashes)


def test_small_trees_equal_the_definition() -> None:
    for size in range(35):
        hashes = leaves(size)
        assert tree.root(hashes) == definition(hashes)
        for index in range(size):
            assert tree.inclusion_path(hashes, index) == path_definition(index, hashes)
        for size1 in range(1, size + 1):
            assert tree.consistency_path(hashes, size1) == proof_definition(size1, hashes)


@given(st.integers(1, 300), st.data())
def test_every_leaf_proves_and_any_flipped_bit_fails(size: int, data: st.DataObject) -> None:
    hashes = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    path, root = tree.inclusion_path(hashes, index), tree.root(hashes)
    tree.verify_inclusion(leaf_hash=hashes[index], index=index, size=size, path=path, root=root)
    parts = [hashes[index], root, *path]
    which = data.draw(st.integers(0, len(parts) - 1))
    bit = data.draw(st.integers(0, 255))
    parts[which] = (int.from_bytes(parts[which], "big") ^ 1 << bit).to_bytes(32, "big")
    with pytest.raises(ProofError):
        tree.verify_inclusion(
            leaf_hash=parts[0], index=index, size=size, path=parts[2:], root=parts[1]
        )


@given(st.integers(2, 300), st.data())
def test_a_leaf_proves_at_its_own_index_only(size: int, data: st.DataObject) -> None:
    hashes = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size + 5).filter(lambda value: value != index))
    path = tree.inclusion_path(hashes, index)
    with pytest.raises(ProofError):
        tree.verify_inclusion(
            leaf_hash=hashes[index], index=other, size=size, path=path, root=tree.root(hashes)
        )


@given(st.integers(1, 300), st.integers(1, 300), st.data())
def test_any_two_sizes_are_consistent_and_any_flipped_bit_fails(
    one: int, two: int, data: st.DataObject
) -> None:
    size1, size2 = min(one, two), max(one, two)
    hashes = leaves(size2)
    root1, root2 = tree.root(hashes[:size1]), tree.root(hashes)
    path = tree.consistency_path(hashes, size1)
    tree.verify_consistency(size1=size1, root1=root1, size2=size2, root2=root2, path=path)
    parts = [root1, root2, *path]
    which = data.draw(st.integers(0, len(parts) - 1))
    bit = data.draw(st.integers(0, 255))
    parts[which] = (int.from_bytes(parts[which], "big") ^ 1 << bit).to_bytes(32, "big")
    with pytest.raises(ProofError):
        tree.verify_consistency(
            size1=size1, root1=parts[0], size2=size2, root2=parts[1], path=parts[2:]
        )


@given(st.lists(st.integers(0, 40), max_size=8), st.data())
def test_the_incremental_form_equals_the_whole_tree(
    batches: list[int], data: st.DataObject
) -> None:
    hashes = leaves(sum(batches))
    store = Store()
    for batch in batches:
        store.append(hashes[store.size : store.size + batch])
    size = data.draw(st.integers(0, len(hashes)))
    assert tree.root_at(store.read, size) == tree.root(hashes[:size])
    if size:
        index = data.draw(st.integers(0, size - 1))
        path = tree.inclusion_path_at(store.read, index, size)
        assert path == tree.inclusion_path(hashes[:size], index)
        size1 = data.draw(st.integers(1, size))
        proof = tree.consistency_path_at(store.read, size1, size)
        assert proof == tree.consistency_path(hashes[:size], size1)


def test_questions_cost_a_logarithm_of_reads() -> None:
    store = Store()
    store.append(leaves(4095))
    questions = [
        lambda: tree.root_at(store.read, 4095),
        lambda: tree.inclusion_path_at(store.read, 2047, 4095),
        lambda: tree.inclusion_path_at(store.read, 4094, 4095),
        lambda: tree.consistency_path_at(store.read, 2049, 4095),
        lambda: tree.append_nodes(store.read, 4095, leaves(1)),
    ]
    for ask in questions:
        store.reads = 0
        ask()
        assert store.reads <= 24


def test_wrong_sizes_are_refused() -> None:
    hashes = leaves(3)
    with pytest.raises(ProofError, match="below the size 3"):
        tree.inclusion_path(hashes, 3)
    for size1 in (0, 4):
        with pytest.raises(ProofError, match="from 1 to the second"):
            tree.consistency_path(hashes, size1)
    with pytest.raises(WrongLength):
        tree.append_nodes(lambda _level, _index: b"", 0, [b"short"])
    with pytest.raises(WrongLength):
        tree.append_nodes(lambda _level, _index: b"short", 1, leaves(1))


@pytest.fixture
def public_vectors(external_vectors: Path) -> dict[str, list[dict[str, object]]]:
    content = json.loads((external_vectors / "merkle_proofs.json").read_bytes())
    return {kind: content[kind] for kind in ("inclusion", "consistency")}


def _bytes(value: object) -> bytes:
    return base64.b64decode(str(value)) if value else b""


def _included(vector: dict[str, object], root: bytes) -> None:
    tree.verify_inclusion(
        leaf_hash=_bytes(vector["leafHash"]),
        index=int(str(vector["leafIdx"])),
        size=int(str(vector["treeSize"])),
        path=_path(vector),
        root=root,
    )


def _consistent(vector: dict[str, object], root1: bytes, root2: bytes) -> None:
    tree.verify_consistency(
        size1=int(str(vector["size1"])),
        root1=root1,
        size2=int(str(vector["size2"])),
        root2=root2,
        path=_path(vector),
    )


@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_public_vectors(public_vectors: dict[str, list[dict[str, object]]], kind: str) -> None:
    check, names = (
        (_included, ["root"]) if kind == "inclusion" else (_consistent, ["root1", "root2"])
    )
    words = 0
    for vector in public_vectors[kind]:
        roots = [_bytes(vector[name]) for name in names]
        if any(root.startswith(b"don't care") for root in roots):
            # Words stand for roots here. Ours must have 32 bytes, so as they are they are
            # refused; hashed, they keep what the vector is about: whether they are the same.
            assert _refused(check, vector, roots)
            roots = [sha256(root) if root.startswith(b"don't") else root for root in roots]
            words += 1
        assert _refused(check, vector, roots) == vector["wantErr"], vector["name"]
    assert words < len(public_vectors[kind]) / 5


def _refused(check: Callable[..., None], vector: dict[str, object], roots: list[bytes]) -> bool:
    try:
        check(vector, *roots)
    except ProofError:
        return True
    return False


def _path(vector: dict[str, object]) -> list[bytes]:
    proof = vector["proof"] or []
    assert isinstance(proof, list)
    return [_bytes(node) for node in proof]
