"""Vectors of passkey assertions: each rule of SPEC.md §5 broken once, all else sound.

A contract answers the same of them: see ``tests/ports/test_attestation_vectors.py``.
"""

import base64
from dataclasses import replace
from typing import Any

from book import Book, fixed
from passkey import ORIGIN, Passkey, with_other_s

from anchoring.webauthn import Assertion, N, P, client_data_start

KEY = Passkey("ines")
CHALLENGE = fixed("statement hash")


def vector(assertion: Assertion, **changed: Any) -> dict[str, Any]:
    """Return an assertion as a vector's members."""
    return {
        "challenge": CHALLENGE.hex(),
        "rpIdHash": KEY.rp_id_hash.hex(),
        "x": assertion.x.hex(),
        "y": assertion.y.hex(),
        "r": assertion.r.hex(),
        "s": assertion.s.hex(),
        "authenticatorData": assertion.authenticator_data.hex(),
        "clientDataJSON": assertion.client_data_json.decode("utf-8", "surrogateescape"),
        **changed,
    }


def write(book: Book) -> None:
    """Add this module's vectors."""
    sound = KEY.sign(CHALLENGE)
    _good(book, sound)
    _authenticator(book)
    _client(book)
    _numbers(book, sound)


def _good(book: Book, sound: Assertion) -> None:
    def good(name: str, why: str, assertion: Assertion) -> None:
        book.good(f"webauthn/{name}", why, **vector(assertion))

    good("plain", "as browsers make it", sound)
    bare = client_data_start(CHALLENGE) + b'"' + ORIGIN.encode() + b'"}'
    good("no-cross-origin", "nothing after the origin", KEY.sign(CHALLENGE, client_data=bare))
    later = KEY.client_data(CHALLENGE, topOrigin="https://other.example", extra={"challenge": "x"})
    good(
        "members-after-origin",
        "what follows is only hashed",
        KEY.sign(CHALLENGE, client_data=later),
    )
    framed = KEY.client_data(CHALLENGE).replace(b'"crossOrigin":false', b'"crossOrigin":true')
    good(
        "cross-origin",
        "the relying party's id is what binds",
        KEY.sign(CHALLENGE, client_data=framed),
    )
    long = KEY.client_data(CHALLENGE, other_keys_can_be_added_here="do not compare " + "a" * 900)
    good("long-client-data", "any length", KEY.sign(CHALLENGE, client_data=long))
    accent = client_data_start(CHALLENGE) + '"https://ñandú.example"}'.encode()
    good("non-ascii-origin", "UTF-8 after the frame", KEY.sign(CHALLENGE, client_data=accent))
    unclosed = client_data_start(CHALLENGE)
    good(
        "ends-after-frame",
        "no JSON parser is needed, so none may refuse",
        KEY.sign(CHALLENGE, client_data=unclosed),
    )
    extended = KEY.authenticator_data(flags=0x85) + bytes.fromhex("a1636162630a")
    good("extensions", "more than 37 bytes", KEY.sign(CHALLENGE, authenticator_data=extended))
    only = KEY.authenticator_data(flags=0x05, counter=0)
    good("two-flags", "UP and UV alone, no counter", KEY.sign(CHALLENGE, authenticator_data=only))
    all_flags = KEY.authenticator_data(flags=0xFF, counter=2**32 - 1)
    good(
        "all-flags",
        "other flags say nothing here",
        KEY.sign(CHALLENGE, authenticator_data=all_flags),
    )
    half = _with_small_s()
    good("small-s", "an s with leading zeros", half)


def _with_small_s() -> Assertion:
    """Return a signature whose s begins with a zero byte: the counter is what varies."""
    for counter in range(100_000):
        made = KEY.sign(CHALLENGE, authenticator_data=KEY.authenticator_data(counter=counter))
        if made.s[0] == 0:
            return made
    raise AssertionError("expected one in 128 signatures to have a small s")


def _authenticator(book: Book) -> None:
    def bad(name: str, why: str, data: bytes, **changed: Any) -> None:
        made = KEY.sign(CHALLENGE, authenticator_data=data)
        book.bad(f"webauthn/{name}", why, **vector(made, **changed))

    full = KEY.authenticator_data()
    bad("not-present", "UP is not set", KEY.authenticator_data(flags=0x1C))
    bad("not-verified", "UV is not set", KEY.authenticator_data(flags=0x19))
    bad("no-flags", "no flag is set", KEY.authenticator_data(flags=0))
    bad("reserved-flag", "a reserved flag is not UV", KEY.authenticator_data(flags=0x03))
    bad("short-by-one", "36 bytes", full[:36])
    bad("no-flags-byte", "32 bytes", full[:32])
    bad("short-hash", "31 bytes", full[:31])
    bad("empty-authenticator-data", "no bytes", b"")
    other = Passkey("ines", rp_id="acta.example.evil.example")
    bad("other-relying-party", "signed for another site", other.authenticator_data())
    bad("other-commitment", "committed for another site", full, rpIdHash=other.rp_id_hash.hex())


def _client(book: Book) -> None:
    def bad(name: str, why: str, data: bytes) -> None:
        made = KEY.sign(CHALLENGE, client_data=data)
        book.bad(f"webauthn/{name}", why, **vector(made))

    sound = KEY.client_data(CHALLENGE)
    encoded = base64.urlsafe_b64encode(CHALLENGE).rstrip(b"=")
    origin = b'"' + ORIGIN.encode() + b'"'
    bad("other-challenge", "the challenge of another statement", KEY.client_data(fixed("other")))
    bad("registration", "type webauthn.create", sound.replace(b".get", b".create"))
    bad("payment", "type payment.get", sound.replace(b"webauthn.get", b"payment.get"))
    bad("leading-space", "a byte before", b" " + sound)
    bad("byte-order-mark", "a byte order mark before", b"\xef\xbb\xbf" + sound)
    bad("spaces", "spaces between members", sound.replace(b":", b": ").replace(b",", b", "))
    bad(
        "origin-first",
        "other order of members",
        b'{"type":"webauthn.get","origin":' + origin + b',"challenge":"' + encoded + b'"}',
    )
    bad(
        "challenge-first",
        "other order of members",
        b'{"challenge":"' + encoded + b'","type":"webauthn.get","origin":' + origin + b"}",
    )
    bad(
        "member-before-origin",
        "a member between",
        sound.replace(b'","origin":', b'","crossOrigin":false,"origin":'),
    )
    bad("escaped", "the same text in another spelling", sound.replace(b"type", b"t\\u0079pe", 1))
    bad("padded-challenge", "base64url with padding", sound.replace(encoded, encoded + b"="))
    plain = base64.b64encode(CHALLENGE).rstrip(b"=")
    assert plain != encoded
    bad("plain-base64", "base64 instead of base64url", sound.replace(encoded, plain))
    bad("hex-challenge", "hex", sound.replace(encoded, CHALLENGE.hex().encode()))
    loose = encoded[:-1] + bytes([encoded[-1] + 1])
    bad("loose-bits", "unused bits of the last digit", sound.replace(encoded, loose))
    bad("short-challenge", "31 bytes", sound.replace(encoded, encoded[:-2]))
    bad("cut-frame", "ends before the origin", client_data_start(CHALLENGE)[:-1])
    bad("empty-client-data", "no bytes", b"")
    twice = b'{"type":"webauthn.get","challenge":"' + encoded + b'","challenge":"x","origin":'
    bad("challenge-twice", "a member twice", twice + origin + b"}")


def _numbers(book: Book, sound: Assertion) -> None:
    def bad(name: str, why: str, **changed: bytes) -> None:
        book.bad(f"webauthn/{name}", why, **vector(replace(sound, **changed)))

    def number(value: int) -> bytes:
        return value.to_bytes(32, "big")

    x, y = (int.from_bytes(one, "big") for one in KEY.point)
    zero, ones = bytes(32), b"\xff" * 32
    bad(
        "high-s",
        "n - s verifies elsewhere; here one signature has one spelling",
        s=with_other_s(sound).s,
    )
    bad("half-n-plus-one", "the first s that is too high", s=number(N // 2 + 1))
    bad("s-zero", "s = 0", s=zero)
    bad("s-n", "s = n", s=number(N))
    bad("s-plus-n", "s beyond n", s=ones)
    bad("r-zero", "r = 0", r=zero)
    bad("r-n", "r = n", r=number(N))
    bad("r-too-large", "r beyond n", r=ones)
    bad("r-and-s-zero", "the empty signature", r=zero, s=zero)
    bad("r-and-s-one", "no signature", r=number(1), s=number(1))
    bad("r-flip", "one bit of r", r=number(int.from_bytes(sound.r, "big") ^ 1))
    bad("r-and-s-swapped", "r and s exchanged", r=sound.s, s=sound.r)
    bad("off-curve", "no point of the curve", y=number(y ^ 1))
    bad("infinity", "the point at infinity", x=zero, y=zero)
    bad("x-plus-p", "x is not below p", x=number(x + P) if x + P < 2**256 else ones)
    bad("y-ones", "y is not below p", y=ones)
    bad("minus-key", "the opposite point", y=number(P - y))
    bad("other-key", "another passkey", x=Passkey("tomas").point[0], y=Passkey("tomas").point[1])
    bad(
        "authenticator-flip",
        "other authenticator data than signed",
        authenticator_data=KEY.authenticator_data(counter=8),
    )
    bad(
        "client-flip",
        "other client data than signed",
        client_data_json=KEY.client_data(CHALLENGE, more=1),
    )
