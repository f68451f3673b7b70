"""Replaced keys: what the old ones signed goes on counting, and who asks is told which end."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from anchoring.pdf_signatures import CertificateState, examine
from anchoring.trust import TrustKey
from service.clock import rfc3339
from service.keyring import Keyring, WrongMasterKeyError
from service.signing import (
    KeysNotMadeError,
    PlatformKeys,
    Purpose,
    issue_signer,
    rotate_signing_keys,
)
from service.signing.generations import InFile
from service.signing.serials import issued_from, new_serial
from tests.local_server import LocalServer
from tests.parts import NOON, ManualClock, fresh_keyring
from tests.pdfs.making import reportlab_pdf
from tests.unit.signing.conftest import Studio
from tests.unit.signing.judges import openssl

_URL = "http://localhost:8000/pki"


def load(folder: Path, clock: ManualClock) -> PlatformKeys:
    return PlatformKeys.load_or_create(
        fresh_keyring(folder), name="Acta", clock=clock, pki_url=_URL
    )


def rotate(
    folder: Path,
    clock: ManualClock,
    *purposes: Purpose,
    compromised: bool = False,
) -> PlatformKeys:
    rotate_signing_keys(
        fresh_keyring(folder),
        purposes=purposes or list(Purpose),
        clock=clock,
        place=InFile(),
        pki_url=_URL,
        compromised=compromised,
    )
    return load(folder, clock)


def test_files_signed_before_and_across_a_rotation_stay_good(tmp_path: Path) -> None:
    clock = ManualClock(datetime.now(UTC) - timedelta(days=3))
    before = Studio(load(tmp_path, clock), clock)
    sealed = before.whole(reportlab_pdf(pages=1)).pdf
    half = before.sign(before.prepare(reportlab_pdf(pages=1)), 1)
    clock.advance(days=2)
    after = Studio(rotate(tmp_path, clock), clock)
    assert after.keys.pem("signer-ca") != before.keys.pem("signer-ca")
    assert after.keys.pem("root") == before.keys.pem("root")
    after.check(sealed)
    # One party's authority was replaced between the two signatures.
    after.check(after.seal(after.sign(half, 2)).pdf)


def test_an_outsider_trusts_certificates_that_name_addresses_by_what_the_file_holds(
    tmp_path: Path,
) -> None:
    """Naming them makes an answer necessary, and those in the file came after the signatures."""
    clock = ManualClock(datetime.now(UTC) - timedelta(days=1))
    studio = Studio(load(tmp_path, clock), clock)
    signed = studio.sign(studio.prepare(reportlab_pdf(pages=1), parties=1), 1)
    clock.advance(hours=5)
    keys = {name: [_trusted(studio.keys, name)] for name in ("signer-ca", "seal-ca", "tsa-ca")}
    facts = examine(
        studio.seal(signed).pdf,
        signer_keys=keys["signer-ca"],
        seal_keys=keys["seal-ca"],
        tsa_keys=keys["tsa-ca"],
        seal_field="acta-seal",
    )
    assert len(facts.signatures) == 3
    for signature in facts.signatures:
        assert signature.sound
        assert signature.certificate.state is CertificateState.TRUSTED


def _trusted(keys: PlatformKeys, name: str) -> TrustKey:
    certificate = keys.part(name).certificate
    return TrustKey(
        purpose=name,
        certificate=certificate.public_bytes(Encoding.DER),
        vkey=None,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        revoked_after=None,
    )


def test_openssl_asks_the_responder_that_a_certificate_names(tmp_path: Path) -> None:
    clock = ManualClock(datetime.now(UTC) - timedelta(days=3))
    made: list[PlatformKeys] = []

    def reply(_method: str, _path: str, body: bytes) -> tuple[int, str, bytes]:
        return 200, "application/ocsp-response", made[0].responder.respond(body)

    with LocalServer(reply) as server:
        made.append(
            PlatformKeys.load_or_create(
                fresh_keyring(tmp_path), name="Acta", clock=clock, pki_url=f"{server.url}/pki"
            )
        )
        clock.moment = datetime.now(UTC)
        signer = issue_signer(made[0], subject="opaque", now=clock.now())
        certificate = x509.load_der_x509_certificate(signer.certificate)
        (tmp_path / "signer.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        for name in ("root", "signer-ca"):
            (tmp_path / f"{name}.pem").write_bytes(made[0].pem(name))
        url = openssl(tmp_path, "x509", "-in", "signer.pem", "-noout", "-ocsp_uri").strip()
        said = openssl(
            tmp_path,
            *("ocsp", "-issuer", "signer-ca.pem", "-cert", "signer.pem", "-url", url),
            *("-CAfile", "root.pem", "-verify_other", "signer-ca.pem"),
        )
    assert "signer.pem: good" in said
    assert "Response verify OK" in said
    assert server.asked[0][1] == "/pki/signer-ca-1/ocsp"


def test_a_signer_whose_authority_was_replaced_meanwhile_can_still_sign(tmp_path: Path) -> None:
    clock = ManualClock(datetime.now(UTC))
    before = load(tmp_path, clock)
    signer = issue_signer(before, subject="opaque", now=clock.now())
    after = rotate(tmp_path, clock, Purpose.SIGNERS)
    certificate = x509.load_der_x509_certificate(signer.certificate)
    issuer = after.issuer_of(certificate)
    assert issuer.public_bytes(Encoding.PEM) == before.pem("signer-ca")


def test_only_what_is_named_is_replaced(tmp_path: Path) -> None:
    clock = ManualClock()
    before, after = load(tmp_path, clock), rotate(tmp_path, clock, Purpose.TIME_STAMPS)
    changed = [
        name
        for name in ("root", "signer-ca", "seal-ca", "tsa-ca", "seal", "tsa")
        if before.pem(name) != after.pem(name)
    ]
    assert changed == ["tsa-ca", "tsa"]
    assert list(after.authorities) == [
        "tsa-ca-2",
        "signer-ca-1",
        "seal-ca-1",
        "tsa-ca-1",
        "root",
    ]


@pytest.mark.parametrize("compromised", [False, True])
def test_the_trust_file_lists_old_authorities_and_ends_what_got_known(
    compromised: bool, tmp_path: Path
) -> None:
    clock = ManualClock()
    first = load(tmp_path, clock).trust_keys()
    clock.advance(days=10)
    listed = rotate(tmp_path, clock, Purpose.SEAL, compromised=compromised).trust_keys()
    assert [one["purpose"] for one in listed] == ["signer-ca", "seal-ca", "seal-ca", "tsa-ca"]
    newest, oldest = listed[1], listed[2]
    assert newest["revokedAfter"] is None
    assert newest["notBefore"] == rfc3339(clock.now())
    assert oldest == {
        **first[1],
        "revokedAfter": rfc3339(clock.now()) if compromised else None,
    }


def test_there_must_be_keys_to_replace(tmp_path: Path) -> None:
    with pytest.raises(KeysNotMadeError):
        rotate(tmp_path, ManualClock())
    with pytest.raises(KeysNotMadeError):
        PlatformKeys.find(fresh_keyring(tmp_path), clock=ManualClock())


def _status(
    keys: PlatformKeys,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    *,
    sha256: bool = False,
) -> ocsp.OCSPResponse:
    builder = ocsp.OCSPRequestBuilder().add_certificate(
        certificate,
        issuer,
        hashes.SHA256() if sha256 else hashes.SHA1(),  # noqa: S303  an identifier
    )
    return ocsp.load_der_ocsp_response(
        keys.responder.respond(builder.build().public_bytes(Encoding.DER))
    )


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_the_responder_knows_what_was_issued(algorithm: str, tmp_path: Path) -> None:
    clock = ManualClock()
    keys = load(tmp_path, clock)
    one_use = x509.load_der_x509_certificate(
        issue_signer(keys, subject="opaque", now=clock.now()).certificate
    )
    for certificate, issuer in (
        (one_use, "signer-ca"),
        (keys.part("seal").certificate, "seal-ca"),
        (keys.part("tsa").certificate, "tsa-ca"),
        (keys.part("seal-ca").certificate, "root"),
    ):
        said = _status(
            keys, certificate, keys.part(issuer).certificate, sha256=algorithm == "sha256"
        )
        assert said.certificate_status is ocsp.OCSPCertStatus.GOOD
        assert said.next_update_utc is not None
        assert said.next_update_utc <= certificate.not_valid_after_utc


def test_answers_about_an_expired_certificate_do_not_outlive_it(tmp_path: Path) -> None:
    clock = ManualClock()
    keys = load(tmp_path, clock)
    certificate = x509.load_der_x509_certificate(
        issue_signer(keys, subject="opaque", now=clock.now()).certificate
    )
    clock.advance(days=2)
    said = _status(keys, certificate, keys.part("signer-ca").certificate)
    assert said.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert said.next_update_utc is not None
    assert said.next_update_utc <= certificate.not_valid_after_utc
    assert said.produced_at_utc == clock.now()


def test_a_certificate_that_was_never_issued_is_unknown(tmp_path: Path) -> None:
    clock = ManualClock()
    keys = load(tmp_path / "ours", clock)
    other = Keyring(tmp_path / "theirs", bytes(32))
    theirs = PlatformKeys.load_or_create(other, name="Acta", clock=clock)
    stranger = x509.load_der_x509_certificate(
        issue_signer(theirs, subject="x", now=clock.now()).certificate
    )
    said = _status(keys, stranger, keys.part("signer-ca").certificate)
    assert said.certificate_status is ocsp.OCSPCertStatus.UNKNOWN


def test_what_got_known_is_revoked_in_answers_and_lists(tmp_path: Path) -> None:
    clock = ManualClock()
    before = load(tmp_path, clock)
    clock.advance(days=1)
    after = rotate(tmp_path, clock, Purpose.SEAL, compromised=True)
    said = _status(after, before.part("seal").certificate, before.part("seal-ca").certificate)
    assert said.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert said.revocation_time_utc == clock.now()
    assert said.revocation_reason is x509.ReasonFlags.key_compromise
    for name, certificate in (("root", "seal-ca"), ("seal-ca-1", "seal")):
        raw = after.revoked_by(name)
        assert raw is not None
        found = x509.load_der_x509_crl(raw)
        serial = before.part(certificate).certificate.serial_number
        assert found.get_revoked_certificate_by_serial_number(serial) is not None
    assert not list(x509.load_der_x509_crl(after.revoked_by("seal-ca-2") or b""))
    assert after.revoked_by("seal-ca-3") is None
    assert after.certificate_of("nobody") is None


# What makes the parser raise an IndexError, and an AttributeError.
_NO_ALGORITHM = bytes.fromhex(
    "305f305d303e303c303a300906052b0e06021a830004146161616161616161616161616161616161"
    "6161616104146262626262626262626262626262626262626262020105a21b3019301706092b0601"
    "050507300102040a04087878787878787878"
)
_NO_SERIAL = bytes.fromhex(
    "305f305d303e303c303a300906052b0e03021a290004146161616161616161616161616161616161"
    "61616161041462626262626262626262626262626262626262620662020105a21b3019301706092b"
    "0601050507300102040a04087878787878787878"
)


@pytest.mark.parametrize(
    "request_der",
    [
        b"",
        b"\x30\x80",
        b"junk" * 2000,
        b"\x30\x00",
        _NO_ALGORITHM,
        _NO_SERIAL,
    ],
)
def test_a_malformed_request_is_answered(request_der: bytes, tmp_path: Path) -> None:
    said = ocsp.load_der_ocsp_response(load(tmp_path, ManualClock()).responder.respond(request_der))
    assert said.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


def test_a_strangers_certificates_are_not_answered_for(tmp_path: Path) -> None:
    clock = ManualClock()
    keys, other = load(tmp_path / "ours", clock), load(tmp_path / "theirs", clock)
    said = _status(keys, other.part("seal").certificate, other.part("seal-ca").certificate)
    assert said.response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED


def test_openssl_accepts_an_answer_with_its_nonce(tmp_path: Path) -> None:
    clock = ManualClock(datetime.now(UTC))
    keys = load(tmp_path, clock)
    for name in ("root", "seal-ca", "seal"):
        (tmp_path / f"{name}.pem").write_bytes(keys.pem(name))
    openssl(
        tmp_path,
        *("ocsp", "-issuer", "seal-ca.pem", "-cert", "seal.pem", "-reqout", "request"),
        "-nonce",
    )
    request = (tmp_path / "request").read_bytes()
    assert asn1_ocsp.OCSPRequest.load(request).nonce_value is not None
    (tmp_path / "answer").write_bytes(keys.responder.respond(request))
    said = openssl(
        tmp_path,
        *("ocsp", "-reqin", "request", "-respin", "answer", "-CAfile", "root.pem"),
        *("-verify_other", "seal-ca.pem", "-resp_text"),
    )
    assert "Response verify OK" in said
    assert "Cert Status: good" in said
    assert "WARNING" not in said


def test_certificates_say_where_to_ask(tmp_path: Path) -> None:
    keys = rotate(*_made(tmp_path), Purpose.SIGNERS)
    one_use = x509.load_der_x509_certificate(issue_signer(keys, subject="x", now=NOON).certificate)
    for certificate, desk in (
        (one_use, "signer-ca-2"),
        (keys.part("seal").certificate, "seal-ca-1"),
        (keys.part("tsa-ca").certificate, "root"),
    ):
        extensions = certificate.extensions
        stated = extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
        assert [one.access_location.value for one in stated] == [
            f"{_URL}/{desk}/ocsp",
            f"{_URL}/{desk}.cer",
        ]
        (point,) = extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        assert point.full_name is not None
        assert [name.value for name in point.full_name] == [f"{_URL}/{desk}.crl"]
        assert keys.certificate_of(desk) is not None


def _made(folder: Path) -> tuple[Path, ManualClock]:
    clock = ManualClock()
    load(folder, clock)
    return folder, clock


def test_serial_numbers_cannot_be_made_up() -> None:
    key = bytes(range(32))
    start = NOON
    serial = new_serial(key, start=start)
    assert issued_from(key, serial) == start
    assert serial.bit_length() <= 159
    for other in (serial ^ 1, serial ^ (1 << 70), serial ^ (1 << 130), 0, -5, 2**200):
        assert issued_from(key, other) is None
    assert issued_from(bytes(32), serial) is None


def test_keys_of_a_token_are_not_taken_for_keys_in_the_file() -> None:
    with pytest.raises(WrongMasterKeyError, match="ACTA_SIGNING_TOKEN"):
        InFile().load({"token": "acta-root-1", "certificate": base64.b64encode(b"x").decode()})
