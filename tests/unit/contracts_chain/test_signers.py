"""Every signer makes what the chain takes: low-S, the right key, the same bytes as others make."""

import json
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import coincurve
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from contracts_chain import (
    KeystoreSigner,
    LocalKeySigner,
    RemoteSigner,
    SignerError,
    checksummed,
    write_keystore,
)
from contracts_chain.fees import Fees
from contracts_chain.signatures import GROUP_ORDER, point_of, recoverable
from contracts_chain.transactions import sign_transaction

KEY = b"\x07" * 32
DIGEST = b"\x21" * 32
POINT = coincurve.PrivateKey(KEY).public_key.format(compressed=False)[1:]
TO = "0x" + "ab" * 20


@given(
    chain_id=st.integers(1, 2**53),
    nonce=st.integers(0, 2**32),
    tip=st.integers(0, 10**12),
    total=st.integers(0, 10**12),
    payload=st.binary(max_size=200),
    value=st.integers(0, 10**20),
)
def test_transactions_are_those_that_eth_account_makes(
    chain_id: int, nonce: int, tip: int, total: int, payload: bytes, value: int
) -> None:
    made = sign_transaction(
        LocalKeySigner(KEY),
        chain_id=chain_id,
        nonce=nonce,
        fees=Fees(tip, total),
        gas=90_000,
        to=TO,
        payload=payload,
        value=value,
    )
    peer = Account.from_key(KEY).sign_transaction(
        {
            "type": 2,
            "chainId": chain_id,
            "nonce": nonce,
            "to": checksummed(bytes.fromhex(TO[2:])),
            "value": value,
            "data": payload,
            "gas": 90_000,
            "maxPriorityFeePerGas": tip,
            "maxFeePerGas": total,
        }
    )
    assert made.raw == bytes(peer.raw_transaction)
    assert made.hash == "0x" + bytes(peer.hash).hex()


def test_addresses_are_those_that_eth_account_derives() -> None:
    assert LocalKeySigner(KEY).address == Account.from_key(KEY).address


@pytest.mark.parametrize(
    "private_key", [b"", b"\x07" * 31, bytes(32), GROUP_ORDER.to_bytes(32, "big")]
)
def test_what_is_no_key_is_refused(private_key: bytes) -> None:
    with pytest.raises(SignerError):
        LocalKeySigner(private_key)


def forms_of(signature: tuple[int, int]) -> list[bytes]:
    """Return a signature in every form that a token or service may give it."""
    r, s = signature
    forms = []
    for either in (s, GROUP_ORDER - s):
        forms.append(r.to_bytes(32, "big") + either.to_bytes(32, "big"))
        forms.append(encode_dss_signature(r, either))
    return forms


@given(digest=st.binary(min_size=32, max_size=32), secret=st.integers(1, GROUP_ORDER - 1))
def test_signatures_are_made_low_and_lead_back_to_their_key(digest: bytes, secret: int) -> None:
    signer = LocalKeySigner(secret.to_bytes(32, "big"))
    point = coincurve.PrivateKey.from_int(secret).public_key.format(compressed=False)[1:]
    parity, r, s = signer.sign(digest)
    assert s <= GROUP_ORDER // 2
    for form in forms_of((r, s)):
        assert recoverable(form, digest=digest, public_key=point) == (parity, r, s)


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        b"\x30\x01",
        bytes(64),
        b"\xff" * 64,
        b"\x01" * 64,
        LocalKeySigner(b"\x08" * 32).sign(DIGEST)[1].to_bytes(32, "big") + b"\x01" * 32,
    ],
)
def test_a_signature_of_no_or_another_key_is_never_used(signature: bytes) -> None:
    with pytest.raises(SignerError):
        recoverable(signature, digest=DIGEST, public_key=POINT)


def test_public_keys_are_taken_in_every_usual_form() -> None:
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), b"\x04" + POINT)
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    compressed = key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    for form in (POINT, b"\x04" + POINT, compressed, der):
        assert point_of(form) == POINT
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    other_der = other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for wrong in (b"", b"\x04" + bytes(64), other_der, POINT[:-1] + bytes([POINT[-1] ^ 1])):
        with pytest.raises(SignerError):
            point_of(wrong)


def test_a_key_file_is_written_once_for_its_owner_and_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "operator.json"
    address = write_keystore(path, KEY, "a passphrase")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert KEY.hex() not in path.read_text()
    signer = KeystoreSigner.open(path, "a passphrase")
    assert signer.address == address == LocalKeySigner(KEY).address
    assert signer.sign(DIGEST) == LocalKeySigner(KEY).sign(DIGEST)
    with pytest.raises(SignerError, match="passphrase does not open"):
        KeystoreSigner.open(path, "another")
    content = path.read_bytes()
    with pytest.raises(SignerError, match="cannot write"):
        write_keystore(path, b"\x08" * 32, "a passphrase")
    assert path.read_bytes() == content
    with pytest.raises(SignerError, match="empty"):
        write_keystore(tmp_path / "other.json", KEY, "")


@pytest.mark.parametrize(
    "content", ["", "[]", '{"version": 1}', '{"version": 3}', '{"version": 3, "crypto": {}}']
)
def test_what_is_no_keystore_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "operator.json"
    path.write_text(content)
    with pytest.raises(SignerError):
        KeystoreSigner.open(path, "x")
    with pytest.raises(SignerError, match="cannot read"):
        KeystoreSigner.open(tmp_path / "none.json", "x")


Answer = Callable[[str, dict[str, Any] | None, str | None], tuple[int, Any]]


@contextmanager
def signing_service(answer: Answer) -> Iterator[str]:
    """Serve ``answer`` (path, question, authorization → status, JSON) and yield a key's URL."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self, question: dict[str, Any] | None) -> None:
            status, content = answer(self.path, question, self.headers["Authorization"])
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status == 302:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            self._serve(None)

        def do_POST(self) -> None:
            self._serve(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/keys/operator"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def key_at_service(
    path: str, question: dict[str, Any] | None, authorization: str | None
) -> tuple[int, Any]:
    """Answer as a signing service does: DER, and high S as often as not."""
    if authorization != "Bearer let-me":
        return 401, {}
    if question is None:
        assert path == "/keys/operator"
        return 200, {"publicKey": "04" + POINT.hex()}
    assert path == "/keys/operator/sign"
    _, r, s = LocalKeySigner(KEY).sign(bytes.fromhex(question["digest"]))
    return 200, {"signature": "0x" + encode_dss_signature(r, GROUP_ORDER - s).hex()}


def test_a_key_at_a_service_signs_as_one_in_memory() -> None:
    with signing_service(key_at_service) as url:
        signer = RemoteSigner.over_http(url, token="let-me")
        assert signer.address == LocalKeySigner(KEY).address
        assert signer.sign(DIGEST) == LocalKeySigner(KEY).sign(DIGEST)
        with pytest.raises(SignerError, match="HTTP status 401"):
            RemoteSigner.over_http(url, token="wrong")


@pytest.mark.parametrize(
    "answer", [(500, {}), (302, {}), (200, b"no json"), (200, []), (200, {"publicKey": "zz"})]
)
def test_a_service_that_fails_is_said_so(answer: tuple[int, Any]) -> None:
    with signing_service(lambda *_: answer) as url, pytest.raises(SignerError) as failed:
        RemoteSigner.over_http(url, token="let-me")
    assert "let-me" not in str(failed.value)


def test_a_service_that_signs_with_another_key_is_found_out() -> None:
    signer = RemoteSigner(
        POINT, lambda digest: b"".join(n.to_bytes(32, "big") for n in other(digest))
    )
    with pytest.raises(SignerError, match="not by the key"):
        signer.sign(DIGEST)


def other(digest: bytes) -> tuple[int, int]:
    return LocalKeySigner(b"\x08" * 32).sign(digest)[1:]


def test_a_service_elsewhere_is_asked_over_https_alone() -> None:
    with pytest.raises(SignerError, match="https"):
        RemoteSigner.over_http("http://signer.example/keys/operator")
