"""The embedded authority: the same after every restart, saying no more than it must."""

import base64
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from anchoring.assurance import COMPANY_POLICY_OID, POLICY_OF
from anchoring.hashing import sha256
from service.keyring import Keyring, WrongMasterKeyError
from service.signing import PlatformKeys, issue_signer
from tests.parts import NOON, ManualClock, fresh_keyring
from tests.unit.signing.judges import openssl

_NAMES = ("root", "signer-ca", "seal-ca", "tsa-ca", "seal", "tsa")


def _keys(folder: Path, *, name: str = "Acta") -> PlatformKeys:
    return PlatformKeys.load_or_create(fresh_keyring(folder), name=name, clock=ManualClock())


def test_a_restart_finds_the_same_keys(tmp_path: Path) -> None:
    first, second = _keys(tmp_path), _keys(tmp_path, name="Otro nombre")
    assert [first.pem(name) for name in _NAMES] == [second.pem(name) for name in _NAMES]
    assert first.trust_keys() == second.trust_keys()
    assert second.platform == "Acta"


def test_keys_do_not_open_under_another_master_key(tmp_path: Path) -> None:
    _keys(tmp_path)
    with pytest.raises(WrongMasterKeyError):
        PlatformKeys.load_or_create(
            Keyring(tmp_path / "keys", bytes(32)), name="Acta", clock=ManualClock()
        )


def test_keys_are_neither_stored_in_clear_nor_shown(tmp_path: Path) -> None:
    keys = _keys(tmp_path)
    stored = b"".join(path.read_bytes() for path in (tmp_path / "keys").iterdir())
    assert b"certificate" not in stored
    assert "key" not in repr(keys).replace("PlatformKeys", "")


def test_trust_keys_name_the_three_authorities(tmp_path: Path) -> None:
    keys = _keys(tmp_path)
    listed = keys.trust_keys()
    assert [entry["purpose"] for entry in listed] == ["signer-ca", "seal-ca", "tsa-ca"]
    for entry in listed:
        certificate = x509.load_der_x509_certificate(base64.b64decode(entry["certificate"]))
        assert certificate.public_bytes(Encoding.PEM) == keys.pem(entry["purpose"])
        assert entry["notBefore"] == "2026-01-31T12:00:00.000Z"
        assert entry["revokedAfter"] is None


@pytest.mark.parametrize("assurance", POLICY_OF)
@pytest.mark.parametrize("for_company", [False, True])
def test_a_signer_gets_ten_minutes_an_opaque_name_and_the_policies(
    tmp_path: Path, assurance: str, for_company: bool
) -> None:
    keys = _keys(tmp_path)
    signer = issue_signer(
        keys, subject="a1b2c3", now=NOON, assurance=assurance, for_company=for_company
    )
    certificate = x509.load_der_x509_certificate(signer.certificate)
    assert certificate.subject.rfc4514_string() == "CN=a1b2c3"
    assert certificate.not_valid_after_utc == NOON + timedelta(minutes=10)
    assert certificate.not_valid_before_utc <= NOON
    policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    expected = [POLICY_OF[assurance], *([COMPANY_POLICY_OID] if for_company else [])]
    assert [p.policy_identifier.dotted_string for p in policies] == expected
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert signer.spki_sha256 == sha256(spki)
    assert "key=" not in repr(signer)


def test_no_two_signers_share_a_key(tmp_path: Path) -> None:
    keys = _keys(tmp_path)
    first, second = (issue_signer(keys, subject="same", now=NOON) for _ in range(2))
    assert first.spki_sha256 != second.spki_sha256


def test_openssl_accepts_every_certificate_under_the_root(tmp_path: Path) -> None:
    keys = _keys(tmp_path)
    for name in _NAMES:
        (tmp_path / f"{name}.pem").write_bytes(keys.pem(name))
    at = ["-attime", str(int(NOON.timestamp()) + 60), "-CAfile", "root.pem", "-x509_strict"]
    for authority, leaf in (("seal-ca", "seal"), ("tsa-ca", "tsa")):
        openssl(tmp_path, "verify", *at, "-untrusted", f"{authority}.pem", f"{leaf}.pem")
    openssl(tmp_path, "verify", *at, "signer-ca.pem")


def test_openssl_accepts_what_is_said_about_revocation(tmp_path: Path) -> None:
    keys = _keys(tmp_path)
    signer = x509.load_der_x509_certificate(
        issue_signer(keys, subject="opaque", now=NOON).certificate
    )
    (tmp_path / "signer.pem").write_bytes(signer.public_bytes(Encoding.PEM))
    for name in ("root", "signer-ca"):
        (tmp_path / f"{name}.pem").write_bytes(keys.pem(name))
    next_week = NOON + timedelta(days=7)
    (tmp_path / "answer.der").write_bytes(keys.answers_for([signer], now=next_week)[0])
    (tmp_path / "list.der").write_bytes(keys.revocation_list(now=NOON))
    said = openssl(
        tmp_path,
        *("ocsp", "-respin", "answer.der", "-issuer", "signer-ca.pem", "-sha256"),
        *("-cert", "signer.pem", "-CAfile", "root.pem", "-no_nonce", "-resp_text"),
        *("-attime", str(int(NOON.timestamp()) + 60), "-validity_period", "999999999"),
    )
    assert "signer.pem: good" in said
    assert "Response verify OK" in said
    # The answer was given when the certificate had expired, and says what it speaks of.
    assert "OCSP Archive Cutoff" in said
    assert "Next Update: Jan 31 12:10:00 2026 GMT" in said
    assert "verify OK" in openssl(
        tmp_path, "crl", "-inform", "DER", "-in", "list.der", "-CAfile", "root.pem", "-noout"
    )
