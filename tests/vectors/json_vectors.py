"""Vectors of the canonical JSON formats: statement, disclosure, attestation, locator, lists."""

import json
from typing import Any

from asn1crypto import cms, core
from book import Book, fixed, text_or_hex
from merkle_vectors import LEAVES, ORIGIN
from passkey import Passkey

from anchoring.attestation import (
    build_code_attestation,
    build_face_attestation,
    build_webauthn_attestation,
)
from anchoring.canonical_json import canonical_bytes
from anchoring.cms_attributes import SEAL_OID, SealBinding, seal_attribute, statement_attribute
from anchoring.disclosure import disclose
from anchoring.evidence import StatementRecord
from anchoring.evidence_lists import (
    build_anchor,
    build_disclosures,
    build_manifest,
    build_openings,
    build_parties,
)
from anchoring.hashing import log_id, sha256
from anchoring.locator import Locator
from anchoring.statement import Actor, After, build_statement
from anchoring.tree import EMPTY_ROOT, root

AT = "2026-01-31T12:00:00.123Z"
OPENER = fixed("opener", 20)
LOG_ID = log_id(opener=OPENER, origin=ORIGIN)
AGREEMENT = fixed("agreement")
EMAIL = disclose("email", "ana@example.org", fixed("e-mail salt", 16))
NAME = disclose("name", "Ana Núñez «d'Àvila»", fixed("name salt", 16))


def write(book: Book) -> None:
    """Add this module's vectors."""
    _statements(book)
    _disclosures(book)
    _attestations(book)
    _locators(book)
    _attributes(book)
    _lists(book)


def statement(**changed: Any) -> bytes:
    """Return a sound statement, with some arguments changed."""
    arguments: dict[str, Any] = {
        "type": "identified",
        "origin": ORIGIN,
        "log_id": LOG_ID,
        "agreement": AGREEMENT,
        "nonce": fixed("nonce", 16),
        "at": AT,
        "after": After(13, root(LEAVES)),
        "actor": Actor(1, "signer"),
        "body": {
            "method": "email-code",
            "assurance": "mailbox",
            "sd": {"email": EMAIL.digest.hex(), "name": NAME.digest.hex()},
        },
    }
    return build_statement(**{**arguments, **changed})


def _reworded(raw: bytes, **changed: Any) -> dict[str, str]:
    """Return canonical bytes again after replacing (or with None: dropping) members."""
    value = {**json.loads(raw), **changed}
    kept = {name: member for name, member in value.items() if member is not ...}
    return text_or_hex(canonical_bytes(kept))


def _common_faults(book: Book, folder: str, raw: bytes, **vector: Any) -> None:
    """Add what every canonical JSON format refuses; ``raw`` is a sound object."""

    def bad(name: str, why: str, data: bytes) -> None:
        book.bad(f"{folder}/{name}", why, **vector, **text_or_hex(data))

    first = raw.index(b",") + 1
    bad("reformatted", "spaces between members", json.dumps(json.loads(raw), indent=1).encode())
    bad("last-newline", "a newline after it", raw + b"\n")
    bad("byte-order-mark", "a byte order mark before it", b"\xef\xbb\xbf" + raw)
    bad("not-utf8", "a byte that is not UTF-8", raw.replace(b'"acta"', b'"\xffcta"'))
    bad("member-twice", "a repeated member", raw[:1] + raw[1:first] + raw[1:first] + raw[first:])
    bad("unsorted", "members in another order", b'{"z":1,' + raw[1:])
    bad("fraction", "a number with a fraction", b'{"a":1.0,' + raw[1:])
    bad("exponent", "a number with an exponent", b'{"a":1e3,' + raw[1:])
    bad("not-a-number", "NaN is not JSON", b'{"a":NaN,' + raw[1:])
    bad("minus-zero", "-0 is another spelling of 0", b'{"a":-0,' + raw[1:])
    bad("beyond-2-53", "2^53 is not the same in every language", b'{"a":%d,' % 2**53 + raw[1:])
    bad("long-number", "5000 digits", b'{"a":' + b"9" * 5000 + b"," + raw[1:])
    bad("lone-surrogate", "half of a character", b'{"a":"\\ud800",' + raw[1:])
    bad("escaped-letter", "a letter spelled as an escape", raw.replace(b'"acta"', b'"\\u0061cta"'))
    bad("deep", "17 levels", b'{"a":' + b"[" * 16 + b"]" * 16 + b"," + raw[1:])
    bad("very-deep", "thousands of open brackets", b'{"a":' + b"[" * 900)
    bad("array", "an array, not an object", b"[]")
    bad("text", "a bare text", b'"acta"')
    bad("empty", "no bytes", b"")
    bad("other-kind", "another format's name", raw.replace(b'"acta":"', b'"acta":"x'))
    bad("no-version", "no acta member", b"{}")
    label = json.loads(raw)["acta"].partition("/")[0]
    newer = raw.replace(f'"{label}/1"'.encode(), f'"{label}/2"'.encode())
    book.unknown(f"{folder}/version-2", "a newer version", **vector, **text_or_hex(newer))
    zero = raw.replace(f'"{label}/1"'.encode(), f'"{label}/01"'.encode())
    bad("version-01", "versions have one spelling", zero)


def _statements(book: Book) -> None:
    raw = statement()
    book.good("statement/identified", "with two salted digests", **text_or_hex(raw))
    first = statement(after=After(0, EMPTY_ROOT), type="prepared", actor=Actor(0, "platform"))
    book.good("statement/before-any-anchor", "the empty tree", **text_or_hex(first))
    book.good("statement/unknown-member", "hashed, ignored", **_reworded(raw, note="x"))
    odd = statement(body={"€": 1, "\r": 2, "דּ": 3, "1": 4, "😂": 5, "\x80": 6, "ö": '\u2028\\"'})
    book.good("statement/utf-16-order", "names sort by UTF-16 units", **text_or_hex(odd))
    _common_faults(book, "statement", raw)
    value = json.loads(raw)
    book.unknown("statement/critical", "crit names a member", **_reworded(raw, crit=["fee"], fee=1))
    book.bad("statement/critical-twice", "a name twice", **_reworded(raw, crit=["fee", "fee"]))
    for member in ("type", "aud", "agreement", "nonce", "at", "after", "actor", "crit", "body"):
        book.bad(
            f"statement/no-{member}", f"{member} is missing", **_reworded(raw, **{member: ...})
        )
    faults: dict[str, tuple[str, dict[str, Any]]] = {
        "upper-hex": ("hex is lowercase", {"nonce": value["nonce"].upper()}),
        "prefixed-hex": ("no 0x", {"agreement": "0x" + value["agreement"][2:]}),
        "short-nonce": ("16 bytes", {"nonce": value["nonce"][2:]}),
        "no-milliseconds": ("one spelling of time", {"at": "2026-01-31T12:00:00Z"}),
        "offset": ("UTC only", {"at": "2026-01-31T12:00:00.123+01:00"}),
        "february-30": ("no such day", {"at": "2026-02-30T12:00:00.123Z"}),
        "hour-24": ("no such hour", {"at": "2026-01-31T24:00:00.000Z"}),
        "leap-second": ("not a moment everywhere", {"at": "2026-06-30T23:59:60.000Z"}),
        "type-spaces": ("a word", {"type": "signed by"}),
        "true-party": ("true is no number", {"actor": {**value["actor"], "party": True}}),
        "minus-party": ("from 0", {"actor": {**value["actor"], "party": -1}}),
        "actor-extra": ("exactly three", {"actor": {**value["actor"], "name": "Ana"}}),
        "empty-root": ("size 0 only", {"after": {"size": 5, "root": EMPTY_ROOT.hex()}}),
        "full-root": ("size 0", {"after": {"size": 0, "root": value["after"]["root"]}}),
        "origin-space": ("no space", {"aud": {**value["aud"], "origin": "log example"}}),
        "body-array": ("an object", {"body": []}),
        "bare-value": ("sd holds digests", {"body": {"sd": {"email": "ana@example.org"}}}),
        "sd-array": ("sd is an object", {"body": {"sd": ["00" * 32]}}),
        "digest-twice": (
            "a digest has one meaning",
            {"body": {"a": {"sd": {"x": "00" * 32}}, "b": [{"sd": {"x": "00" * 32}}]}},
        ),
    }
    for name, (why, changed) in faults.items():
        book.bad(f"statement/{name}", why, **_reworded(raw, **changed))
    large = _reworded(raw, body={"x": "a" * 65536})
    book.bad("statement/too-large", "more than 64 KiB", **large)


def _disclosures(book: Book) -> None:
    book.good("disclosure/email", "a text", **text_or_hex(EMAIL.raw))
    book.good("disclosure/name", "not ASCII, as it is", **text_or_hex(NAME.raw))
    address = disclose("address", {"city": "Ávila", "lines": ["C/ Mayor 1"]}, fixed("a", 16))
    book.good("disclosure/address", "an object", **text_or_hex(address.raw))
    salt = fixed("e-mail salt", 16).hex()
    faults = {
        "reformatted": f'["{salt}", "email", "ana@example.org"]',
        "short-salt": f'["{salt[2:]}","email","ana@example.org"]',
        "upper-salt": f'["{salt.upper()}","email","ana@example.org"]',
        "two-elements": f'["{salt}","email"]',
        "four-elements": f'["{salt}","email","a","b"]',
        "object": f'{{"salt":"{salt}"}}',
        "claim-space": f'["{salt}","e mail","ana@example.org"]',
        "claim-number": f'["{salt}",1,"ana@example.org"]',
        "fraction": f'["{salt}","share",0.5]',
        "escaped": f'["{salt}","email","\\u0061na@example.org"]',
    }
    for name, text in faults.items():
        book.bad(f"disclosure/{name}", name.replace("-", " "), text=text)


def _attestations(book: Book) -> None:
    raw = build_code_attestation(
        channel="email", statement_sha256=sha256(statement()), confirmed_at=AT
    )
    book.good("attestation/code", "the operator's word", **text_or_hex(raw))
    _common_faults(book, "attestation", raw)
    book.unknown("attestation/method", "another method", **_reworded(raw, method="voice"))
    book.bad("attestation/claimed", "not the operator", **_reworded(raw, claimedBy="signer"))
    book.bad("attestation/challenge", "32 bytes", **_reworded(raw, challenge="00"))
    book.bad("attestation/extra", "exact members", **_reworded(raw, phone="1"))
    about = sha256(statement()).hex()
    book.good("attestation/code-of-statement", "its own", statement=about, **text_or_hex(raw))
    other = fixed("another statement").hex()
    book.bad("attestation/code-of-other", "another's", statement=other, **text_or_hex(raw))
    bound = build_code_attestation(
        channel="sms", statement_sha256=sha256(statement()), sent_at=AT, confirmed_at=AT
    )
    book.good("attestation/code-sent-for-it", "made for it", statement=about, **text_or_hex(bound))
    book.bad("attestation/code-sent-null", "a time, or none", **_reworded(bound, sentAt=None))
    face = build_face_attestation(
        statement_sha256=sha256(statement()), identity=fixed("identified leaf"),
        sent_at=AT, confirmed_at=AT, scores={"model": "dlib", "distances": ["0.312"]},
    )  # fmt: skip
    book.good("attestation/face", "a live face", statement=about, **text_or_hex(face))
    book.bad("attestation/face-of-other", "another's", statement=other, **text_or_hex(face))
    book.bad("attestation/face-extra", "exact members", **_reworded(face, picture="00"))
    book.bad("attestation/face-claimed", "not the operator", **_reworded(face, claimedBy="signer"))
    book.bad("attestation/face-unsent", "asked for it", **_reworded(face, sentAt=...))
    passkey = Passkey("ines")
    made = build_webauthn_attestation(
        passkey.sign(sha256(statement())), rp_id_hash=passkey.rp_id_hash
    )
    book.good("attestation/webauthn", "a passkey", statement=about, **text_or_hex(made))
    book.bad("attestation/webauthn-of-other", "another's", statement=other, **text_or_hex(made))
    book.bad("attestation/webauthn-extra", "exact members", **_reworded(made, origin="x"))
    book.bad("attestation/webauthn-short-r", "32 bytes", **_reworded(made, r="00"))
    book.bad("attestation/webauthn-base64", "hex", **_reworded(made, clientDataJSON="eyJ0"))
    book.bad("attestation/webauthn-no-data", "bytes", **_reworded(made, authenticatorData=""))
    elsewhere = sha256(b"other.example").hex()
    book.bad(
        "attestation/webauthn-other-relying-party", "not the one of the data",
        statement=about, **_reworded(made, rpIdHash=elsewhere),
    )  # fmt: skip


def _locators(book: Book) -> None:
    locator = Locator(ORIGIN, LOG_ID, 31337, fixed("contract", 20), fixed("doc salt"))
    raw = locator.to_bytes()
    later = Locator(ORIGIN, LOG_ID, 1, fixed("contract", 20), fixed("doc salt 2"), LEAVES[0])
    book.good("locator/first", "supersedes nothing", **text_or_hex(raw))
    book.good("locator/successor", "supersedes a leaf", **text_or_hex(later.to_bytes()))
    _common_faults(book, "locator", raw)
    book.bad("locator/chain-zero", "chain ids start at 1", **_reworded(raw, chainId=0))
    book.bad("locator/chain-text", "a number", **_reworded(raw, chainId="31337"))
    book.bad("locator/checksummed", "lowercase", **_reworded(raw, contract="Aa" * 20))
    book.bad("locator/extra", "exact members", **_reworded(raw, rpc="http://node.example"))
    book.bad("locator/too-large", "1 KiB", **_reworded(raw, origin="a" * 1024))
    book.bad("locator/no-supersedes", "null", **_reworded(raw, supersedes=...))


def _attributes(book: Book) -> None:
    binding = SealBinding(fixed("parties"), fixed("transcript"), 9, 13)
    one = seal_attribute(binding)

    def attributes(*items: cms.CMSAttribute) -> dict[str, str]:
        # SetOf sorts nothing by itself; one or two attributes in the given order are enough.
        return {"hex": cms.CMSAttributes(list(items)).dump().hex()}

    def seal(content: bytes, values: int = 1) -> dict[str, str]:
        return attributes(
            cms.CMSAttribute({"type": SEAL_OID, "values": [core.OctetString(content)] * values})
        )

    raw = binding.to_bytes()
    book.good("seal_attribute/seal", "in the platform's seal", **attributes(one))
    signed = statement_attribute(sha256(statement()))
    book.good("seal_attribute/statement", "in a signer's signature", **attributes(signed))
    book.unknown("seal_attribute/version-2", "newer", **seal(raw.replace(b"seal/1", b"seal/2")))
    book.bad("seal_attribute/two-values", "one value", **seal(raw, 2))
    book.bad("seal_attribute/no-value", "one value", **seal(raw, 0))
    book.bad("seal_attribute/twice", "one attribute", **attributes(one, one))
    book.bad("seal_attribute/reformatted", "canonical", **seal(raw.replace(b":", b": ")))
    book.bad(
        "seal_attribute/short", "32 bytes", **seal(raw.replace(b'"parties":"', b'"parties":"00'))
    )
    minus = raw.replace(b'"statements":9', b'"statements":-9')
    book.bad("seal_attribute/minus", "from 0", **seal(minus))
    wrong = cms.CMSAttribute({"type": "acta_statement", "values": [core.OctetString(b"\x00" * 31)]})
    book.bad("seal_attribute/short-statement", "32 bytes", **attributes(wrong))


def _lists(book: Book) -> None:
    def both(name: str, why: str, raw: bytes) -> bytes:
        book.good(f"evidence_lists/{name}", why, list=name, **text_or_hex(raw))
        newer = raw.replace(b'/1"', b'/2"', 1)
        label = f"evidence_lists/{name}"
        book.unknown(f"{label}-version-2", "newer", list=name, **text_or_hex(newer))
        book.bad(f"{label}-extra", "exact members", list=name, **_reworded(raw, extra=1))
        book.bad(f"{label}-newline", "canonical", list=name, **text_or_hex(raw + b"\n"))
        return raw

    def bad(name: str, why: str, raw: bytes, **changed: Any) -> None:
        kind = name.partition("-")[0]
        book.bad(f"evidence_lists/{name}", why, list=kind, **_reworded(raw, **changed))

    manifest = build_manifest({"document.pdf": b"%PDF"}, created=AT)
    manifest = both("manifest", "hashes of the members", manifest)
    bad("manifest-short-hash", "32 bytes", manifest, members={"document.pdf": "00"})
    attestation = build_code_attestation(
        channel="email", statement_sha256=sha256(statement()), confirmed_at=AT
    )
    records = [
        StatementRecord(13, statement(), fixed("salt 1"), AGREEMENT, attestation, "code"),
        StatementRecord(15, statement(type="opened"), fixed("salt 2"), AGREEMENT),
    ]
    openings = both(
        "openings", "one with, one without attestation",
        build_openings([record.opening() for record in records]),
    )  # fmt: skip
    items = json.loads(openings)["openings"]
    bad("openings-order", "log order", openings, openings=items[::-1])
    bad("openings-twice", "each index once", openings, openings=[items[0], items[0]])
    again = [items[0], {**items[0], "index": 14}]
    bad("openings-leaf-twice", "each leaf once", openings, openings=again)
    parties = both(
        "parties", "two signers",
        build_parties([
            {"party": 1, "role": "signer", "order": 1, "keys": []},
            {"party": 2, "role": "signer", "order": 2, "keys": []},
        ]),
    )  # fmt: skip
    _party_keys(book)
    rows = json.loads(parties)["parties"]
    bad("parties-gap", "numbers run from 1", parties, parties=rows[1:])
    bad("parties-twice", "numbers run from 1", parties, parties=[rows[0], rows[0]])
    disclosures = both("disclosures", "party 1's", build_disclosures(1, [EMAIL.raw, NAME.raw]))
    text = json.loads(disclosures)["disclosures"][0]
    bad("disclosures-twice", "each once", disclosures, disclosures=[text, text])
    bad("disclosures-form", "canonical", disclosures, disclosures=[text.replace(",", ", ")])
    anchor = both("anchor", "without offline proofs", build_anchor(anchor_members()))
    filled = build_anchor({**anchor_members(), **_anchor_proofs()})
    book.good("evidence_lists/anchor-proofs", "all proofs", list="anchor", **text_or_hex(filled))
    others = _anchor_proofs()["otherProofs"]
    bad("anchor-other-twice", "each root once", filled, otherProofs=others * 2)
    bad("anchor-other-null", "a proof of each", filled, otherProofs=[{**others[0], "proof": None}])
    own = {**others[0], "root": anchor_members()["root"]}
    bad("anchor-other-own", "its own root stands elsewhere", filled, otherProofs=[own])
    bad("anchor-no-forked", "exact members", anchor, forkedProof=...)
    bad("anchor-path-short", "32 bytes", anchor, consistency=["00"])
    bad("anchor-no-size", "from 1", anchor, size=0)
    bad("anchor-no-block", "a block", anchor, block=None)
    bad("anchor-odd-node", "hex", anchor, accountProof=["abc"])
    bad("anchor-empty-node", "bytes", anchor, anchorProof=[""])


def _party_keys(book: Book) -> None:
    """Add one party with a key of each kind, and what is wrong with others."""
    salt, (x, y) = fixed("key salt").hex(), Passkey("ines").point
    point = {"keySalt": salt, "x": x.hex(), "y": y.hex()}
    passkey = Passkey("ines").party_key.to_json()
    p256, wallet = (
        {"type": "p256", **point},
        {"type": "wallet", "keySalt": salt, "address": fixed("wallet", 20).hex()},
    )

    def listed(*keys: dict[str, str]) -> dict[str, str]:
        party = {"party": 1, "role": "signer", "order": 1, "keys": list(keys)}
        return text_or_hex(canonical_bytes({"acta": "parties/1", "parties": [party]}))

    def bad(name: str, why: str, *keys: dict[str, str]) -> None:
        book.bad(f"evidence_lists/parties-{name}", why, list="parties", **listed(*keys))

    every = listed(passkey, p256, wallet)
    book.good("evidence_lists/parties-keys", "one of each kind", list="parties", **every)
    newer = {"type": "ed25519", "keySalt": salt, "key": x.hex()}
    book.unknown("evidence_lists/parties-key-type", "another kind", list="parties", **listed(newer))
    bad("key-twice", "each key once", p256, p256)
    bad("key-off-curve", "a point", {**p256, "y": x.hex()})
    bad("key-relying-party", "of passkeys only", {**p256, "rpIdHash": salt})
    bad("key-no-relying-party", "a hash", {**passkey, "rpIdHash": "00" * 32})
    bad("key-wallet-zero", "an address", {**wallet, "address": "00" * 20})
    bad("key-wallet-checksum", "lowercase", {**wallet, "address": "Aa" * 20})
    bad("key-short-salt", "32 bytes", {**p256, "keySalt": "00"})
    bad("key-extra", "exact members", {**p256, "name": "x"})


def _anchor_proofs() -> dict[str, Any]:
    node = fixed("node", 40).hex()
    names = ("accountProof", "anchorProof", "statusProof", "successorProof", "forkedProof")
    return {
        "header": fixed("header", 600).hex(),
        **{name: [node] for name in names},
        "otherProofs": [{"root": LEAVES[1].hex(), "proof": [node]}],
        "consistency": [LEAVES[2].hex()],
    }


def anchor_members() -> dict[str, Any]:
    """Return the members of a sound anchor record."""
    return {
        "chainId": 31337,
        "contract": fixed("contract", 20).hex(),
        "logId": LOG_ID.hex(),
        "size": 13,
        "root": root(LEAVES).hex(),
        "transaction": fixed("transaction").hex(),
        "block": {"number": 7, "hash": fixed("block").hex(), "time": 1_769_860_800},
    }
