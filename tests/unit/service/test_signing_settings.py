"""Where keys, certificates and time stamps come from, by the settings; and what /pki answers."""

import argparse
import asyncio
import base64
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from fastapi import FastAPI
from pydantic import ValidationError

from service.api import build_pki_router
from service.key_commands import add_key_commands
from service.rooms import build_signing_keys, open_key_place, open_keyring
from service.settings import Settings
from service.signing import PlatformKeys, TokenPlace
from tests.parts import ManualClock, fresh_keyring


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"tsa_urls": ["ftp://tsa.example"]}, "ACTA_TSA_URLS"),
        ({"tsa_urls": ["https://tsa.example", "embedded"]}, "ACTA_TSA_CA_FILE"),
        ({"tsa_urls": []}, "at least 1"),
        ({"signing_token": "acta"}, "ACTA_SIGNING_PIN"),
        ({"signing_pkcs11_module": "/m.so", "signing_token": "acta"}, "ACTA_SIGNING_PIN"),
        ({"embedded_ca": "yes"}, "only-our-trust-file-vouches-for-it"),
    ],
)
def test_half_a_setting_is_refused(given: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Settings(**given)


def test_a_token_is_opened_where_one_is_named(tmp_path: Path) -> None:
    assert open_key_place(Settings(data_dir=tmp_path)) is None
    named = Settings(
        data_dir=tmp_path,
        signing_pkcs11_module=tmp_path / "token.so",
        signing_token="acta",
        signing_pin="1234",
    )
    place = open_key_place(named)
    assert isinstance(place, TokenPlace)
    assert "1234" not in repr(place) + repr(named)


def test_foreign_time_stamps_are_trusted_by_the_file(tmp_path: Path) -> None:
    clock = ManualClock()
    foreign = PlatformKeys.load_or_create(
        fresh_keyring(tmp_path / "foreign"), name="TSA ajena", clock=clock
    )
    (tmp_path / "authorities.pem").write_bytes(foreign.pem("root"))
    settings = Settings(
        data_dir=tmp_path,
        tsa_urls=["http://127.0.0.1:9", "embedded"],
        tsa_ca_file=tmp_path / "authorities.pem",
    )
    keys = build_signing_keys(settings, open_keyring(settings), clock, name="Acta")
    assert len(keys.authority_certificates("tsa-ca")) == 2
    # Nobody listens there: the next of the list is asked.
    assert keys.chain["tsa"].dump() in keys.stamp(bytes(32))


class _Client:
    """Asks the application in this process."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def get(self, path: str) -> httpx.Response:
        return self._ask("GET", path, b"")

    def post(self, path: str, content: bytes) -> httpx.Response:
        return self._ask("POST", path, content)

    def _ask(self, method: str, path: str, content: bytes) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://acta") as client:
                return await client.request(method, path, content=content)

        return asyncio.run(ask())


@pytest.fixture
def pki(tmp_path: Path) -> tuple[_Client, PlatformKeys]:
    keys = PlatformKeys.load_or_create(
        fresh_keyring(tmp_path), name="Acta", clock=ManualClock(datetime.now(UTC))
    )
    app = FastAPI()
    app.include_router(
        build_pki_router(
            answer=keys.responder.respond,
            revoked_by=keys.revoked_by,
            certificate_of=keys.certificate_of,
        )
    )
    return _Client(app), keys


def test_lists_and_certificates_are_served(pki: tuple[_Client, PlatformKeys]) -> None:
    client, keys = pki
    for name, part in (("root", "root"), ("signer-ca-1", "signer-ca"), ("tsa-ca-1", "tsa-ca")):
        certificate = x509.load_der_x509_certificate(client.get(f"/pki/{name}.cer").content)
        assert certificate.public_bytes(Encoding.PEM) == keys.pem(part)
        served = client.get(f"/pki/{name}.crl")
        assert served.headers["content-type"] == "application/pkix-crl"
        found = x509.load_der_x509_crl(served.content)
        assert found.is_signature_valid(keys.part(part).key.public_key())
        assert found.next_update_utc is not None
        assert found.next_update_utc <= certificate.not_valid_after_utc
    assert client.get("/pki/signer-ca-7.crl").status_code == 404
    assert client.get("/pki/seal.cer").status_code == 404


def test_ocsp_is_answered_by_post_and_by_address(pki: tuple[_Client, PlatformKeys]) -> None:
    client, keys = pki
    certificate, issuer = keys.part("seal").certificate, keys.part("seal-ca").certificate
    request = (
        ocsp.OCSPRequestBuilder()
        .add_certificate(certificate, issuer, hashes.SHA256())
        .build()
        .public_bytes(Encoding.DER)
    )
    encoded = quote(base64.b64encode(request).decode(), safe="")
    for said in (
        client.post("/pki/seal-ca-1/ocsp", content=request),
        client.get(f"/pki/seal-ca-1/ocsp/{encoded}"),
    ):
        assert said.headers["content-type"] == "application/ocsp-response"
        answer = asn1_ocsp.OCSPResponse.load(said.content)
        (single,) = answer.response_data["responses"]
        assert single["cert_status"].name == "good"
    assert client.get("/pki/seal-ca-1/ocsp/!!!").status_code == 400
    assert client.get("/pki/seal-ca-1/ocsp/" + "A" * 9000).status_code == 414
    assert client.post("/pki/seal-ca-1/ocsp", content=bytes(5000)).status_code == 413


def test_the_operator_replaces_and_lists_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ACTA_DATA_DIR", str(tmp_path))
    parser = argparse.ArgumentParser()
    add_key_commands(parser.add_subparsers())

    def run(*words: str) -> tuple[int, str]:
        arguments = parser.parse_args(words)
        code = arguments.run(arguments)
        said = capsys.readouterr()
        return code, said.out + said.err

    assert run("keys", "list") == (
        2,
        "acta: expected signing keys, got none yet; start Acta once\n",
    )
    assert run("keys", "rotate")[0] == 2
    settings = Settings()
    build_signing_keys(settings, open_keyring(settings), ManualClock(), name="Acta")
    code, said = run("keys", "rotate", "seal", "--compromised")
    assert (code, "signing-keys-2.key" in said) == (0, True)
    code, said = run("keys", "list")
    assert code == 0
    lines = {line.split()[0]: line for line in said.splitlines()}
    assert list(lines) == ["seal-ca-2", "signer-ca-1", "seal-ca-1", "tsa-ca-1", "root"]
    assert "revoked" in lines["seal-ca-1"]
    assert "revoked" not in lines["seal-ca-2"]
    assert run("keys", "rotate", "everything")[0] == 2
