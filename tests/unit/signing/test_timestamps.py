"""The embedded time-stamp authority answers RFC 3161 as openssl expects it."""

from pathlib import Path

import pytest
from asn1crypto import tsp
from cryptography.hazmat.primitives.serialization import Encoding

from anchoring.hashing import sha256
from service.signing import PlatformKeys
from service.signing.certificates import TIME_STAMP_POLICY_OID
from tests.parts import NOON, ManualClock
from tests.unit.signing.conftest import Studio, keys_at
from tests.unit.signing.judges import openssl

# openssl's words for RFC 3161's PKIFailureInfo
_WORDS = {
    "bad_alg": "unrecognized or unsupported algorithm identifier",
    "bad_request": "transaction not permitted or supported",
    "bad_data_format": "the data submitted has the wrong format",
    "unaccepted_policy": "the requested TSA policy is not supported by the TSA",
    "unaccepted_extensions": "the requested extension is not supported by the TSA",
}


def _request(**changes: object) -> bytes:
    request = {
        "version": "v1",
        "message_imprint": {
            "hash_algorithm": {"algorithm": "sha256"},
            "hashed_message": sha256(b"algo"),
        },
        "nonce": 2**63 + 5,
        "cert_req": True,
    }
    return bytes(tsp.TimeStampReq({**request, **changes}).dump())


def _answer(keys: PlatformKeys, request: bytes) -> tsp.TimeStampResp:
    return tsp.TimeStampResp.load(keys.timestamp_response(request))


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_openssl_accepts_the_answer_to_its_own_request(
    digest: str, studio: Studio, tmp_path: Path
) -> None:
    (tmp_path / "data").write_bytes(b"algo")
    for name in ("root", "tsa-ca"):
        (tmp_path / f"{name}.pem").write_bytes(studio.keys.pem(name))
    openssl(tmp_path, "ts", "-query", "-data", "data", f"-{digest}", "-cert", "-out", "request")
    answer = studio.keys.timestamp_response((tmp_path / "request").read_bytes())
    (tmp_path / "answer").write_bytes(answer)
    said = openssl(
        tmp_path, "ts", "-verify", "-queryfile", "request", "-in", "answer", "-CAfile", "root.pem"
    )
    assert "Verification: OK" in said


def test_a_token_says_when_what_and_under_which_policy(platform_folder: Path) -> None:
    keys = keys_at(platform_folder, ManualClock())
    token = _answer(keys, _request())["time_stamp_token"]["content"]
    info = token["encap_content_info"]["content"].parsed.native
    assert info["gen_time"] == NOON
    assert info["policy"] == TIME_STAMP_POLICY_OID
    assert info["nonce"] == 2**63 + 5
    assert info["message_imprint"]["hashed_message"] == sha256(b"algo")
    assert info["accuracy"]["seconds"] == 1


def test_the_chain_comes_only_when_it_is_asked_for(studio: Studio) -> None:
    def certificates(request: bytes) -> list[bytes]:
        content = _answer(studio.keys, request)["time_stamp_token"]["content"]
        return [entry.dump() for entry in content["certificates"]]

    expected = {
        studio.keys.part(n).certificate.public_bytes(Encoding.DER) for n in ("tsa", "tsa-ca")
    }
    assert set(certificates(_request())) == expected
    assert certificates(_request(cert_req=False)) == []


def test_no_two_tokens_share_a_serial_number(studio: Studio) -> None:
    numbers = {
        _answer(studio.keys, _request())["time_stamp_token"]["content"]["encap_content_info"][
            "content"
        ]
        .parsed["serial_number"]
        .native
        for _ in range(20)
    }
    assert len(numbers) == 20


@pytest.mark.parametrize(
    ("request_der", "reason"),
    [
        (b"", "bad_data_format"),
        (b"no es DER", "bad_data_format"),
        (b"\x30\x80" * 1500, "bad_data_format"),
        (bytes(5000), "bad_data_format"),
        (_request(version=2), "bad_request"),
        (
            _request(
                message_imprint={
                    "hash_algorithm": {"algorithm": "sha1"},
                    "hashed_message": bytes(20),
                }
            ),
            "bad_alg",
        ),
        (
            _request(
                message_imprint={
                    "hash_algorithm": {"algorithm": "sha256"},
                    "hashed_message": bytes(31),
                }
            ),
            "bad_data_format",
        ),
        (_request(req_policy="1.2.3"), "unaccepted_policy"),
        (
            _request(extensions=[{"extn_id": "1.2.3", "critical": True, "extn_value": b"x"}]),
            "unaccepted_extensions",
        ),
    ],
)
def test_faulty_requests_are_answered_with_their_reason(
    request_der: bytes, reason: str, studio: Studio, tmp_path: Path
) -> None:
    answer = studio.keys.timestamp_response(request_der)
    (tmp_path / "answer").write_bytes(answer)
    said = openssl(tmp_path, "ts", "-reply", "-in", "answer", "-text")
    assert "Status: Rejected." in said
    assert f"Failure info: {_WORDS[reason]}" in said
