"""Vectors of the trust file."""

import base64
from datetime import UTC, datetime
from typing import Any

from book import Book, fixed, text_or_hex
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from json_vectors import LOG_ID, OPENER, _common_faults
from merkle_vectors import ORIGIN, VKEY

from anchoring.canonical_json import canonical_bytes
from anchoring.trust import Home, build_genesis, build_trust, sign_version

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def _private_key(name: str) -> ec.EllipticCurvePrivateKey:
    secret = int.from_bytes(fixed(name, 40), "big") % (_ORDER - 1) + 1
    return ec.derive_private_key(secret, ec.SECP256R1())


ROOT = _private_key("root key")


def write(book: Book) -> None:
    """Add this module's vectors."""
    genesis = build_genesis(
        origin=ORIGIN,
        opener=OPENER,
        homes=[Home(31337, fixed("contract", 20), LOG_ID, fixed("genesis block"))],
        root_key=ROOT.public_key(),
    )
    keys = [_key("signer-ca"), _key("seal-ca"), _key("tsa-ca"), _log_key()]
    shared: dict[str, Any] = {
        "genesis": genesis,
        "rpc": ["https://node.example"],
        "log": ["https://log.example/acta"],
        "max_delay": 86_400,
        "root_key": ROOT,
    }
    first = sign_version(versions=[], at="2026-01-01T00:00:00.000Z", keys=keys, **shared)
    revoked = {**keys[0], "revokedAfter": "2026-02-01T00:00:00.000Z"}
    witness = {**_log_key(), "purpose": "witness"}
    second = sign_version(
        versions=[first],
        at="2026-02-02T00:00:00.000Z",
        keys=[revoked, *keys[1:], witness],
        **shared,
    )
    one = build_trust(genesis=genesis, versions=[first])
    two = build_trust(genesis=genesis, versions=[first, second])
    book.good("trust/one-version", "a first version", **text_or_hex(one))
    book.good("trust/two-versions", "a key revoked, a purpose unknown", **text_or_hex(two))
    _common_faults(book, "trust", one)

    def bad(name: str, why: str, genesis: dict[str, Any], *versions: dict[str, Any]) -> None:
        raw = canonical_bytes({"acta": "trust/1", "genesis": genesis, "versions": versions})
        book.bad(f"trust/{name}", why, **text_or_hex(raw))

    bad("no-version-yet", "a genesis alone", genesis)
    bad("second-first", "order", genesis, second, first)
    bad("version-missing", "version 2 alone", genesis, second)
    bad("version-twice", "version 1 again", genesis, first, first)
    bad("other-rpc", "not what was signed", genesis, {**first, "rpc": []})
    flipped = first["signature"][:-1] + ("0" if first["signature"][-1] != "0" else "1")
    bad("flipped-signature", "signature", genesis, {**first, "signature": flipped})
    bad("high-s", "s and n - s are one signature", genesis, {**first, "signature": _high_s(first)})
    bad("zero-signature", "r and s above 0", genesis, {**first, "signature": "00" * 64})
    other = {**genesis, "homes": [{**genesis["homes"][0], "chainId": 1}]}
    bad("other-genesis", "version 1 names another", other, first)
    wrong_log = {**genesis, "homes": [{**genesis["homes"][0], "logId": "11" * 32}]}
    bad("other-log-id", "not of this opener and origin", wrong_log, first)
    bad("no-home", "where to look", {**genesis, "homes": []}, first)
    bad("root-key-off-curve", "no point", {**genesis, "rootKey": "04" + "11" * 64}, first)
    compressed = {**genesis, "rootKey": "02" + genesis["rootKey"][2:66]}
    bad("root-key-compressed", "65 bytes", compressed, first)

    def resigned(name: str, why: str, **changed: Any) -> None:
        bad(name, why, genesis, _resign({**first, **changed}))

    resigned("no-delay", "at least a second", maxDelay=0)
    resigned("reversed-validity", "notAfter first", keys=[_swapped(keys[0])])
    resigned("log-certificate", "a log has a vkey", keys=[{**keys[0], "purpose": "log"}])
    resigned("ca-vkey", "a CA has a certificate", keys=[{**_log_key(), "purpose": "seal-ca"}])
    resigned("broken-certificate", "DER", keys=[{**keys[0], "certificate": "AAAA"}])
    resigned("broken-vkey", "key id", keys=[{**_log_key(), "vkey": VKEY.replace("+", "+0", 1)}])
    backwards = _resign({**second, "at": "2025-01-01T00:00:00.000Z"})
    bad("backwards", "time goes forward", genesis, first, backwards)
    typed = base64.b64encode(b"\x06" + bytes(32)).decode()
    newer = {**_log_key(), "vkey": f"{ORIGIN}+00000000+{typed}"}
    raw = build_trust(genesis=genesis, versions=[_resign({**first, "keys": [*keys, newer]})])
    book.good("trust/newer-log-key", "an unknown algorithm is kept, unused", **text_or_hex(raw))


def _key(purpose: str) -> dict[str, Any]:
    key = _private_key(purpose)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"vector {purpose}")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(fixed(purpose, 16), "big") >> 1)
        .not_valid_before(start)
        .not_valid_after(start.replace(year=2036))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256(), ecdsa_deterministic=True)
    )
    der = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    return {"purpose": purpose, "certificate": der, **_validity()}


def _log_key() -> dict[str, Any]:
    return {"purpose": "log", "vkey": VKEY, **_validity()}


def _validity() -> dict[str, Any]:
    return {
        "notBefore": "2026-01-01T00:00:00.000Z",
        "notAfter": "2036-01-01T00:00:00.000Z",
        "revokedAfter": None,
    }


def _swapped(key: dict[str, Any]) -> dict[str, Any]:
    return {**key, "notBefore": key["notAfter"], "notAfter": key["notBefore"]}


def _resign(version: dict[str, Any]) -> dict[str, Any]:
    """Sign whatever a version says, as a root key's careless holder might."""
    unsigned = {name: value for name, value in version.items() if name != "signature"}
    scheme = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    r, s = decode_dss_signature(ROOT.sign(canonical_bytes(unsigned), scheme))
    s = min(s, _ORDER - s)
    return {**unsigned, "signature": f"{r:064x}{s:064x}"}


def _high_s(version: dict[str, Any]) -> str:
    r, s = version["signature"][:64], int(version["signature"][64:], 16)
    return f"{r}{_ORDER - s:064x}"
