"""Vectors of the hashes, the tree, checkpoints and tlog-proofs."""

import base64
from typing import Any

from book import Book, fixed, text_or_hex
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anchoring import tree
from anchoring.checkpoint import Checkpoint, sign_checkpoint, vkey
from anchoring.hashing import leaf_hash, sha256
from anchoring.tlog_proof import TlogProof

ORIGIN = "log.example/acta"
LOG_KEY = Ed25519PrivateKey.from_private_bytes(fixed("log key"))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(fixed("other log key"))
VKEY = vkey(ORIGIN, LOG_KEY.public_key())
LEAVES = [leaf_hash(fixed(f"entry {number}")) for number in range(13)]


def write(book: Book) -> None:
    """Add this module's vectors."""
    _hashes(book)
    _tree(book)
    _checkpoints(book)
    _proofs(book)


def _hashes(book: Book) -> None:
    def word(name: str) -> str:
        return fixed(name).hex()

    zero = bytes(32).hex()

    def good(name: str, why: str, /, **inputs: Any) -> str:
        function = name.partition("-")[0]
        vector = {"function": function, "inputs": inputs}
        return str(book.good(f"hashing/{name}", why, **vector)["output"])

    def bad(name: str, why: str, /, **inputs: Any) -> None:
        function = name.partition("-")[0]
        book.bad(f"hashing/{name}", why, function=function, inputs=inputs)

    good("tag", "a tag is padded with zeros on the right", name="acta/agreement/v1")
    bad("tag-too-long", "33 characters do not fit one word", name="a" * 33)
    bad("tag-not-ascii", "tags are ASCII", name="acta/señal/v1")
    reference = good(
        "agreement_ref",
        "names the agreement",
        doc_salt=word("doc salt"),
        prepared_sha256=word("prepared PDF"),
    )
    bad(
        "agreement_ref-short-salt",
        "a salt has 32 bytes",
        doc_salt=word("doc salt")[2:],
        prepared_sha256=word("prepared PDF"),
    )
    content = good(
        "content_commitment",
        "commits to the PDF up to the seal",
        doc_salt=word("doc salt"),
        covered_sha256=word("sealed PDF"),
    )
    passkey: dict[str, Any] = {
        "key_type": 1,
        "key_salt": word("key salt"),
        "rp_id_hash": sha256(b"acta.example").hex(),
        "x_or_address": word("x"),
        "y": word("y"),
    }
    passkey_commit = good("key_commit-passkey", "a passkey of acta.example", **passkey)
    recovery = {**passkey, "key_type": 2, "rp_id_hash": zero}
    good("key_commit-p256", "a recovery key has no relying party", **recovery)
    wallet = {**recovery, "key_type": 3, "x_or_address": word("wallet")[:40], "y": zero}
    wallet_commit = good("key_commit-wallet", "an address is padded on the left", **wallet)
    bad("key_commit-passkey-without-rp", "as a P-256 key", **{**passkey, "rp_id_hash": zero})
    bad("key_commit-p256-with-rp", "as a passkey", **{**passkey, "key_type": 2})
    bad("key_commit-wallet-padded", "20 bytes", **{**wallet, "x_or_address": "00" * 32})
    bad("key_commit-wallet-with-y", "y is zero", **{**wallet, "y": word("y")})
    party = good(
        "party_commit", "two keys, either speaks", key_commits=[passkey_commit, wallet_commit]
    )
    good("parties_root-none", "no party: not voidable on chain", party_commits=[])
    parties = good("parties_root", "two parties", party_commits=[party, word("party 2")])
    good("transcript-none", "no statement", leaf_hashes=[])
    transcript = good("transcript", "three statements", leaf_hashes=[x.hex() for x in LEAVES[:3]])
    bad("transcript-short-leaf", "leaves have 32 bytes", leaf_hashes=[LEAVES[0].hex()[2:]])
    opener = word("opener")[:40]
    identifier = good("log_id", "who opened the log, and as what", opener=opener, origin=ORIGIN)
    home = good(
        "home",
        "where the status lives",
        chain_id=31337,
        contract=word("contract")[:40],
        log_id=identifier,
    )
    bad("home-long-contract", "20 bytes", chain_id=1, contract=word("c"), log_id=identifier)
    document = good(
        "document_entry",
        "the sealed document",
        content=content,
        agreement_ref=reference,
        parties_root=parties,
        transcript=transcript,
        home=home,
    )
    good("leaf_hash", "the leaf of the document's entry", entry=document)
    bad("leaf_hash-long", "an entry has 32 bytes: 64 could pose as a node", entry=document * 2)
    attested = good(
        "attestation_hash", "method code", method="code", attestation_sha256=word("attestation")
    )
    bad(
        "attestation_hash-webauthn",
        "hashed field by field, never as bytes",
        method="webauthn",
        attestation_sha256=word("attestation"),
    )
    good(
        "webauthn_attestation_hash",
        "a passkey's assertion, so that a contract can check it",
        **{name: word(name) for name in ("rp_id_hash", "x", "y", "r", "s")},
        authenticator_data=fixed("authenticator data", 37).hex(),
        client_data_json=b'{"type":"webauthn.get"}'.hex(),
    )
    statement = {
        "salt": word("salt"),
        "subject": reference,
        "statement_sha256": word("statement"),
    }
    good("statement_entry-plain", "no attestation: zero", **statement)
    good("statement_entry", "with an attestation", **statement, attestation_hash=attested)
    good("external_entry", "an outsider's hash", salt=word("salt"), caller_sha256=word("call"))
    good(
        "status_digest",
        "what parties sign to supersede",
        home=home,
        leaf_hash=LEAVES[0].hex(),
        successor=LEAVES[1].hex(),
        deadline=1_800_000_000,
    )


def _tree(book: Book) -> None:
    def hexes(hashes: list[bytes]) -> list[str]:
        return [value.hex() for value in hashes]

    for size in (0, 1, 2, 7, 13):
        book.good(
            f"tree/root-{size}",
            f"the root over {size} leaves",
            function="root",
            inputs={"leaf_hashes": hexes(LEAVES[:size])},
        )
    for index, size in ((0, 1), (0, 8), (5, 7), (12, 13)):
        inputs: dict[str, Any] = {
            "leaf_hash": LEAVES[index].hex(),
            "index": index,
            "size": size,
            "path": hexes(tree.inclusion_path(LEAVES[:size], index)),
            "root": tree.root(LEAVES[:size]).hex(),
        }
        name = f"tree/inclusion-{index}-{size}"
        book.good(name, f"leaf {index} of {size}", function="verify_inclusion", inputs=inputs)
    faults: dict[str, tuple[str, dict[str, Any]]] = {
        "other-index": ("the path belongs to leaf 12", {"index": 11}),
        "other-size": ("the path has not the length of size 16", {"size": 16}),
        "beyond-size": ("index 13 of 13 leaves", {"index": 13}),
        "other-leaf": ("the path of another leaf", {"leaf_hash": LEAVES[0].hex()}),
        "other-root": ("a root of another size", {"root": tree.root(LEAVES[:12]).hex()}),
        "short-path": ("the last hash is missing", {"path": inputs["path"][:-1]}),
        "long-path": ("one hash too many", {"path": [*inputs["path"], "00" * 32]}),
        "short-hash": ("31 bytes in the path", {"path": [inputs["path"][0][2:]]}),
    }
    for name, (why, changed) in faults.items():
        vector = {"function": "verify_inclusion", "inputs": {**inputs, **changed}}
        book.bad(f"tree/inclusion-{name}", why, **vector)
    for size1, size2 in ((1, 2), (4, 13), (6, 13), (13, 13)):
        grown: dict[str, Any] = {
            "size1": size1,
            "root1": tree.root(LEAVES[:size1]).hex(),
            "size2": size2,
            "root2": tree.root(LEAVES[:size2]).hex(),
            "path": hexes(tree.consistency_path(LEAVES[:size2], size1)),
        }
        book.good(
            f"tree/consistency-{size1}-{size2}",
            f"{size1} leaves are a prefix of {size2}",
            function="verify_consistency",
            inputs=grown,
        )
        if (size1, size2) == (6, 13):
            kept = grown
    forked = tree.root([*LEAVES[:5], LEAVES[0]])
    faults = {
        "fork": ("leaf 5 was another one", {"root1": forked.hex()}),
        "shrunk": ("sizes the other way round", {"size1": 13, "size2": 6}),
        "short-path": ("the first hash is missing", {"path": kept["path"][1:]}),
        "long-path": ("one hash too many", {"path": [*kept["path"], "00" * 32]}),
        "empty-path": ("no hash at all", {"path": []}),
        "same-size": ("one size, two roots", {"size2": 6, "path": []}),
        "empty-tree": (
            "every tree begins with the empty one",
            {"size1": 0, "root1": tree.EMPTY_ROOT.hex(), "path": []},
        ),
    }
    for name, (why, changed) in faults.items():
        vector = {"function": "verify_consistency", "inputs": {**kept, **changed}}
        book.bad(f"tree/consistency-{name}", why, **vector)


def _checkpoints(book: Book) -> None:
    text = sign_checkpoint(_head(13), key=LOG_KEY, name=ORIGIN)
    body, _, signature = text.partition("\n\n")
    typed = b"\x04" + OTHER_KEY.public_key().public_bytes_raw()
    name = "witness.example"
    key_id = sha256(name.encode() + b"\n" + typed)[:4]
    cosigned = base64.b64encode(key_id + fixed("cosignature", 72)).decode()
    witness = f"— {name} {cosigned}\n"

    def vector(note: str | bytes, *vkeys: str) -> dict[str, Any]:
        data = note if isinstance(note, bytes) else note.encode()
        return {**text_or_hex(data), "vkeys": list(vkeys or (VKEY,))}

    def note(changed_body: str) -> dict[str, Any]:
        typed_key = b"\x01" + LOG_KEY.public_key().public_bytes_raw()
        announced = sha256(ORIGIN.encode() + b"\n" + typed_key)[:4]
        signed = base64.b64encode(announced + LOG_KEY.sign(changed_body.encode())).decode()
        return vector(f"{changed_body}\n— {ORIGIN} {signed}\n")

    book.good("checkpoint/three-lines", "signed by the log", **vector(text))
    empty = sign_checkpoint(_head(0), key=LOG_KEY, name=ORIGIN)
    book.good("checkpoint/empty-tree", "size 0, the root of nothing", **vector(empty))
    book.good("checkpoint/cosigned", "a witness's line is ignored", **vector(text + witness))
    book.good(
        "checkpoint/cosigned-first", "in any order", **vector(f"{body}\n\n{witness}{signature}")
    )
    other = vkey(ORIGIN, OTHER_KEY.public_key())
    book.unknown("checkpoint/other-key", "same name, a key you do not trust", **vector(text, other))
    book.unknown("checkpoint/no-key-trusted", "no key at all", text=text, vkeys=[])
    book.unknown("checkpoint/only-a-witness", "no log key", **vector(f"{body}\n\n{witness}"))
    newer = f"{ORIGIN}+00000000+{base64.b64encode(bytes([6]) + bytes(32)).decode()}"
    book.good("checkpoint/newer-key-beside", "unused", **vector(text, newer, VKEY))
    book.unknown("checkpoint/newer-key-only", "unknown algorithm", **vector(text, newer))
    book.bad("checkpoint/broken-key", "no key", **vector(text, "log.example/acta"))
    book.bad("checkpoint/other-size", "size changed", **vector(text.replace("\n13\n", "\n14\n")))
    book.bad("checkpoint/no-signature", "no signature lines", **vector(f"{body}\n"))
    book.bad("checkpoint/no-last-newline", "last newline missing", **vector(text[:-1]))
    book.bad("checkpoint/text-after", "an empty line at the end", **vector(text + "\n"))
    book.bad("checkpoint/hyphen", "a hyphen, not an em dash", **vector(text.replace("—", "-")))
    book.bad("checkpoint/crlf", "carriage returns", **vector(text.replace("\n", "\r\n")))
    book.bad("checkpoint/not-utf8", "a byte that is not UTF-8", **vector(text.encode() + b"\xff"))
    odd = text.replace("\n13\n", "\u202813\u2028")
    book.bad("checkpoint/line-separators", "U+2028 separates no lines", **vector(odd))
    spaced = text.replace(f"— {ORIGIN} ", f"— {ORIGIN}\u00a0 ")
    book.bad("checkpoint/no-break-space", "a Unicode space in a key name", **vector(spaced))
    unpadded = text.replace("==\n", "\n").replace("=\n", "\n")
    book.bad("checkpoint/unpadded-base64", "base64 has padding", **vector(unpadded))
    root = base64.b64encode(tree.root(LEAVES)).decode()
    respelled = _respell(root)
    book.bad(
        "checkpoint/respelled-base64", "unused bits set", **note(f"{ORIGIN}\n13\n{respelled}\n")
    )
    book.bad("checkpoint/leading-zero", "013", **note(f"{ORIGIN}\n013\n{root}\n"))
    book.bad("checkpoint/signed-size", "+13", **note(f"{ORIGIN}\n+13\n{root}\n"))
    book.bad("checkpoint/extension", "Acta has none", **note(f"{ORIGIN}\n13\n{root}\nmore\n"))
    book.bad("checkpoint/empty-origin", "no name", **note(f"\n13\n{root}\n"))
    book.bad("checkpoint/other-origin", "another log", **note(f"other.example\n13\n{root}\n"))
    book.bad("checkpoint/two-lines", "no root", **note(f"{ORIGIN}\n13\n"))
    short = base64.b64encode(tree.root(LEAVES)[1:]).decode()
    book.bad("checkpoint/short-root", "31 bytes", **note(f"{ORIGIN}\n13\n{short}\n"))
    book.bad("checkpoint/full-empty-tree", "size 0, some root", **note(f"{ORIGIN}\n0\n{root}\n"))
    huge = f"{ORIGIN}\n{2**53}\n{root}\n"
    book.bad("checkpoint/huge-size", "2^53 leaves", **note(huge))


def _proofs(book: Book) -> None:
    checkpoint = sign_checkpoint(_head(13), key=LOG_KEY, name=ORIGIN)
    path = tree.inclusion_path(LEAVES, 5)

    def vector(text: str, leaf: int = 5) -> dict[str, Any]:
        return {**text_or_hex(text.encode()), "leafHash": LEAVES[leaf].hex(), "vkeys": [VKEY]}

    text = TlogProof(5, path, checkpoint).to_text()
    extra = TlogProof(5, path, checkpoint, b"hint").to_text()
    book.good("tlog_proof/leaf-5", "leaf 5 of 13", **vector(text))
    book.good("tlog_proof/extra", "extra data proves nothing", **vector(extra))
    one = sign_checkpoint(Checkpoint(ORIGIN, 1, LEAVES[0]), key=LOG_KEY, name=ORIGIN)
    book.good("tlog_proof/only-leaf", "no path", **vector(TlogProof(0, [], one).to_text(), 0))
    book.unknown("tlog_proof/version-2", "v2", **vector(text.replace("@v1", "@v2")))
    book.bad("tlog_proof/other-leaf", "leaf 4's hash", **vector(text, 4))
    book.bad("tlog_proof/other-index", "index 4", **vector(text.replace("index 5", "index 4")))
    book.bad("tlog_proof/zero-index", "05", **vector(text.replace("index 5", "index 05")))
    book.bad("tlog_proof/no-index", "no index", **vector(text.replace("index 5\n", "")))
    book.bad("tlog_proof/empty-extra", "no data", **vector(text.replace("index", "extra \nindex")))
    first = base64.b64encode(path[0]).decode()
    book.bad("tlog_proof/no-first-hash", "short", **vector(text.replace(f"{first}\n", "")))
    book.bad("tlog_proof/hash-twice", "long", **vector(text.replace(first, f"{first}\n{first}")))
    book.bad("tlog_proof/respelled", "unused bits", **vector(text.replace(first, _respell(first))))
    book.bad("tlog_proof/crlf", "carriage returns", **vector(text.replace("\n", "\r\n")))
    book.bad("tlog_proof/other-header", "header", **vector(text.replace("c2sp.org", "c2sp.com")))
    book.bad("tlog_proof/no-checkpoint", "cut", **vector(text.partition("\n\n")[0] + "\n\n"))
    book.bad("tlog_proof/flipped-root", "signature", **vector(text.replace("\n13\n", "\n12\n")))


def _head(size: int) -> Checkpoint:
    return Checkpoint(ORIGIN, size, tree.root(LEAVES[:size]))


def _respell(encoded: str) -> str:
    """Return base64 of 32 bytes that decodes to the same, with an unused bit set."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = alphabet[alphabet.index(encoded[-2]) + 1]
    return f"{encoded[:-2]}{last}="
