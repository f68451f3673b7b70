"""The cases about whom the reader trusts: an issuer outside the trust file is never VALID."""

import hashlib
import json
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from anchoring.checkpoint import vkey
from tests.vectors.evidence_case import base
from tests.vectors.evidence_making import Cases, cannot_check

_AUTHORITIES = {
    "signer-ca": "signers",
    "seal-ca": "seal",
    "tsa-ca": "seal",
}
"""Purposes, and the first step that needs them."""


def cases() -> Cases:
    """Return the cases of this chapter by name."""
    return {**_issuers(), **_homes(), **_windows()}


def _issuers() -> Cases:
    found: Cases = {}
    for purpose, step in _AUTHORITIES.items():
        place = _place(purpose)
        der = b64decode(_keys()[place]["certificate"])
        named = hashlib.sha256(der).hexdigest()
        found[f"bad_trust-without-{purpose}"] = cannot_check(
            "certificate/unknown-issuer",
            step,
            f"the trust file has no {purpose}",
            trust=[_key(place)],
            says=[named],
        )
        found[f"bad_trust-namesake-{purpose}"] = cannot_check(
            "certificate/unknown-issuer",
            step,
            f"the trust file's {purpose} bears the same name and has another key",
            trust=[_key(place, "certificate", value=_namesake(der))],
            says=[named],
        )
    log = _place("log")
    origin = json.loads(base("two-parties").trust)["genesis"]["origin"]
    secret = hashlib.sha256(b"acta vectors: another log key").digest()
    other = vkey(origin, Ed25519PrivateKey.from_private_bytes(secret).public_key())
    found["bad_trust-without-log-key"] = cannot_check(
        "anchoring/untrusted-log-key",
        "log",
        "the trust file has no log key",
        trust=[_key(log)],
        says=[origin],
    )
    found["bad_trust-other-log-key"] = cannot_check(
        "anchoring/untrusted-log-key",
        "log",
        "the trust file has another key of the same log",
        trust=[_key(log, "vkey", value=other)],
        says=[origin],
    )
    return found


def _homes() -> Cases:
    trust = json.loads(base("two-parties").trust)
    home = trust["genesis"]["homes"][0]
    origin = trust["genesis"]["origin"]

    def elsewhere(name: str, value: Any) -> list[dict[str, Any]]:
        return [{"path": ["genesis", "homes", 0, name], "value": value}]

    return {
        "bad_trust-none": cannot_check(
            "trust/none", "home", "the reader trusts nobody", trust=None, says=[origin]
        ),
        "bad_trust-of-another-platform": cannot_check(
            "trust/other-origin",
            "home",
            "the reader trusts another platform",
            trust={"of": "unknown-critical-member"},
            says=[origin],
        ),
        "bad_trust-other-contract": cannot_check(
            "trust/other-home",
            "home",
            "the reader trusts the log at another contract",
            trust=elsewhere("contract", "11" * 20),
            says=[str(home["chainId"])],
        ),
        "bad_trust-other-chain": cannot_check(
            "trust/other-home",
            "home",
            "the reader trusts the log on another chain",
            trust=elsewhere("chainId", home["chainId"] + 1),
            says=[str(home["chainId"])],
        ),
        "bad_trust-other-genesis-block": cannot_check(
            "chain/other-chain",
            "chain",
            "the reader trusts a chain of the same id with another first block",
            trust=elsewhere("genesisBlock", "11" * 32),
            says=[str(home["chainId"])],
        ),
    }


def _windows() -> Cases:
    found: Cases = {}
    for purpose, step in _AUTHORITIES.items():
        found[f"bad_trust-revoked-{purpose}"] = cannot_check(
            "certificate/issuer-not-in-force",
            step,
            f"the {purpose} was revoked before the anchor's block",
            trust=[_key(_place(purpose), "revokedAfter", value=_keys()[0]["notBefore"])],
        )
    found["bad_trust-revoked-log-key"] = cannot_check(
        "anchoring/untrusted-log-key",
        "log",
        "the log's key was revoked before the anchor's block",
        trust=[_key(_place("log"), "revokedAfter", value=_keys()[0]["notBefore"])],
    )
    return found


def _keys() -> list[dict[str, Any]]:
    return list(json.loads(base("two-parties").trust)["versions"][0]["keys"])


def _place(purpose: str) -> int:
    return [key["purpose"] for key in _keys()].index(purpose)


def _key(place: int, name: str | None = None, **value: Any) -> dict[str, Any]:
    path = ["versions", 0, "keys", place]
    return {"path": path if name is None else [*path, name], **value}


def _namesake(der: bytes) -> str:
    """Return a certificate with the same subject for a key of the tests' own, in base64."""
    real = x509.load_der_x509_certificate(der)
    secret = int.from_bytes(hashlib.sha256(b"acta vectors: a namesake").digest(), "big")
    key = ec.derive_private_key(secret, ec.SECP256R1())
    made = (
        x509.CertificateBuilder()
        .subject_name(real.subject)
        .issuer_name(real.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2056, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256(), ecdsa_deterministic=True)
    )
    return b64encode(made.public_bytes(Encoding.DER)).decode("ascii")
