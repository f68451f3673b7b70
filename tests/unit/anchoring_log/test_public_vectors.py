"""Other people's logs, notes and examples (tests/vectors/public) read as they should be read.

The proofs of RFC 6962 are in test_tree.py of the formats.
"""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anchoring.checkpoint import open_checkpoint, parse_vkey, vkey
from anchoring.errors import AnchoringError, BadCheckpoint, MalformedProof, ProofError
from anchoring.hashing import sha256
from anchoring.tile_layout import Tile, tiles_between
from anchoring.tlog_proof import TlogProof, parse_tlog_proof
from anchoring.tree import (
    consistency_path,
    inclusion_path,
    root,
    verify_consistency,
    verify_inclusion,
)
from tests.conftest import ROOT


def vectors(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((ROOT / "tests/vectors/public" / name).read_bytes())
    return content


def test_a_log_that_other_software_wrote() -> None:
    log = vectors("tessera_log.json")
    bundle = bytes.fromhex(log["files"]["tile/entries/000.p/15"])
    entries = []
    while bundle:
        end = 2 + int.from_bytes(bundle[:2], "big")
        entries.append(bundle[2:end])
        bundle = bundle[end:]
    # Its entries are words of any length; ours are always 32 bytes.
    hashes = [sha256(b"\x00" + entry) for entry in entries]
    assert entries[:2] == [b"one", b"two"]
    for size, note in enumerate(log["checkpoints"]):
        checkpoint = open_checkpoint(note, [log["vkey"]])
        assert (checkpoint.size, checkpoint.root) == (size, root(hashes[:size]))
        for index in range(size):
            verify_inclusion(
                leaf_hash=hashes[index],
                index=index,
                size=size,
                path=inclusion_path(hashes[:size], index),
                root=checkpoint.root,
            )
        for old in range(1, size + 1):
            verify_consistency(
                size1=old,
                root1=open_checkpoint(log["checkpoints"][old], [log["vkey"]]).root,
                size2=size,
                root2=checkpoint.root,
                path=consistency_path(hashes[:size], old),
            )
    for width in (1, 2, 7, 8, 15):
        tile = bytes.fromhex(log["files"][f"tile/0/000.p/{width}"])
        assert tile == b"".join(hashes[:width])
        assert Tile(0, 0, width).path in {one.path for one in tiles_between(0, width)}


def test_signed_notes() -> None:
    notes = vectors("signed_note.json")
    for signed in notes["signed"]:
        key = parse_vkey(signed["vkey"])
        assert key.name == signed["name"]
        signature = base64.b64decode(signed["signature"])
        assert signature[:4] == key.key_id
        key.public_key.verify(signature[4:], notes["text"].encode())
        if signed["seed"] is not None:
            private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(signed["seed"]))
            assert vkey(signed["name"], private.public_key()) == signed["vkey"]
            assert private.sign(notes["text"].encode()) == signature[4:]


@pytest.mark.parametrize("bad", vectors("signed_note.json")["badKeys"], ids=lambda bad: bad["why"])
def test_keys_that_are_none(bad: dict[str, str]) -> None:
    with pytest.raises(AnchoringError):
        parse_vkey(bad["vkey"])


def test_every_part_and_every_change_of_a_key_is_refused() -> None:
    good = vectors("signed_note.json")["signed"][0]["vkey"]
    for start in range(len(good)):
        for end in range(start + 1, len(good) + 1):
            if (start, end) != (0, len(good)):
                with pytest.raises(AnchoringError):
                    parse_vkey(good[start:end])
    for place, character in enumerate(good):
        with pytest.raises(AnchoringError):
            parse_vkey(good[:place] + chr(ord(character) + 1) + good[place + 1 :])


def test_a_note_that_is_no_checkpoint() -> None:
    notes = vectors("signed_note.json")
    peter = notes["signed"][0]
    line = f"\N{EM DASH} {peter['name']} {peter['signature']}\n"
    with pytest.raises(BadCheckpoint):
        open_checkpoint(f"{notes['text']}\n{line}", [peter["vkey"]])


def test_examples_of_tiles() -> None:
    examples = vectors("tlog_tiles.json")
    for one in examples["paths"]:
        tile = Tile(one["level"], one["index"], one["width"])
        assert tile.path == one["path"]
        assert Tile.parse(one["path"]) == tile
    for one in examples["sizes"]:
        tiles = [tile for tile in tiles_between(0, one["size"]) if tile.level is not None]
        full = [tile.level for tile in tiles if tile.width == 256]
        partial = {str(tile.level): tile.width for tile in tiles if tile.width < 256}
        assert {str(level): full.count(level) for level in full} == one["full"]
        assert partial == one["partial"]


def test_a_proof_of_a_larger_log() -> None:
    good = vectors("tlog_proof.json")["good"]
    text = "\n".join(
        ["c2sp.org/tlog-proof@v1", f"index {good['index']}", *good["path"], "", good["checkpoint"]]
    )
    proof = parse_tlog_proof(text)
    assert (proof.index, len(proof.path)) == (good["index"], 12)
    checkpoint = open_checkpoint(proof.checkpoint, [good["vkey"]])
    assert checkpoint.size == good["size"]
    assert TlogProof(proof.index, proof.path, proof.checkpoint).to_text() == text
    # Which entry it is was not published, but the path has the length that index and size give.
    with pytest.raises(ProofError, match="does not lead"):
        verify_inclusion(
            leaf_hash=bytes(32),
            index=proof.index,
            size=checkpoint.size,
            path=proof.path,
            root=checkpoint.root,
        )


@pytest.mark.parametrize("bad", vectors("tlog_proof.json")["bad"], ids=lambda bad: bad["why"])
def test_texts_that_are_no_proof(bad: dict[str, str]) -> None:
    with pytest.raises(MalformedProof):
        parse_tlog_proof(bad["text"])
