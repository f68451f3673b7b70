"""Foreign time-stamp authorities: each answer checked, the next one asked when one fails."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from anchoring.hashing import sha256
from service.keyring import Keyring
from service.signing import PlatformKeys, TimeStampClient, TimeStampsDownError
from tests.local_server import LocalServer
from tests.parts import ManualClock
from tests.pdfs.making import reportlab_pdf
from tests.unit.signing.conftest import Studio, keys_at
from tests.unit.signing.judges import signatures_of

_DIGEST = sha256(b"what is stamped")


def foreign(folder: Path, clock: ManualClock, pki_url: str | None = None) -> PlatformKeys:
    """Return another platform's keys, whose authority is the foreign one here."""
    return PlatformKeys.load_or_create(
        Keyring(folder / "foreign", bytes(32)), name="TSA ajena", clock=clock, pki_url=pki_url
    )


def client(
    *urls: str, trusted: PlatformKeys, own: PlatformKeys, clock: ManualClock
) -> TimeStampClient:
    return TimeStampClient(
        urls,
        authorities=[trusted.part("root").certificate],
        own=own.time_stamps.stamp,
        clock=clock,
        seconds=5,
    )


def answering(answer: Callable[[bytes], bytes], status: int = 200) -> LocalServer:
    return LocalServer(
        lambda _method, _path, body: (status, "application/timestamp-reply", answer(body))
    )


def test_a_good_answer_is_taken(studio: Studio, tmp_path: Path) -> None:
    other = foreign(tmp_path, studio.clock)
    with answering(other.timestamp_response) as server:
        asking = client(server.url, trusted=other, own=studio.keys, clock=studio.clock)
        token = asking.stamp(_DIGEST)
    assert other.chain["tsa"].dump() in token
    (asked,) = server.asked
    assert asked[0] == "POST"


def _replayed(other: PlatformKeys) -> Callable[[bytes], bytes]:
    kept: list[bytes] = []

    def answer(request: bytes) -> bytes:
        kept.append(other.timestamp_response(request))
        return kept[0]

    return answer


@pytest.mark.parametrize(
    "fault",
    ["down", "junk", "refused", "replayed", "untrusted", "slow clock", "broken"],
)
def test_a_bad_answer_is_passed_over(fault: str, studio: Studio, tmp_path: Path) -> None:
    other = foreign(tmp_path, studio.clock)
    trusted, answer, status = other, other.timestamp_response, 200
    if fault == "down":
        status = 503
    elif fault == "junk":
        answer = lambda _body: b"\x30\x03\x02\x01\x00"  # noqa: E731
    elif fault == "refused":
        answer = lambda _body: other.timestamp_response(b"not a request")  # noqa: E731
    elif fault == "replayed":
        answer = _replayed(other)
        answer(b"")
    elif fault == "untrusted":
        trusted = studio.keys
    elif fault == "slow clock":
        late = ManualClock(studio.clock.now() - timedelta(minutes=20))
        answer = foreign(tmp_path, late).timestamp_response
    elif fault == "broken":

        def answer(body: bytes) -> bytes:
            said = other.timestamp_response(body)
            return said[:-1] + bytes([said[-1] ^ 1])

    with answering(answer, status) as server:
        alone = client(server.url, trusted=trusted, own=studio.keys, clock=studio.clock)
        with pytest.raises(TimeStampsDownError, match="expected a time stamp from one of 1"):
            alone.stamp(_DIGEST)
        with_next = client(
            server.url, "embedded", trusted=trusted, own=studio.keys, clock=studio.clock
        )
        assert studio.keys.chain["tsa"].dump() in with_next.stamp(_DIGEST)


def test_an_answer_about_something_else_is_passed_over(studio: Studio, tmp_path: Path) -> None:
    other = foreign(tmp_path, studio.clock)

    def answer(body: bytes) -> bytes:
        return other.timestamp_response(body.replace(_DIGEST, sha256(b"something else")))

    with answering(answer) as server:
        asking = client(server.url, trusted=other, own=studio.keys, clock=studio.clock)
        with pytest.raises(TimeStampsDownError):
            asking.stamp(_DIGEST)


def test_a_sealed_pdf_with_foreign_time_stamps_is_good(tmp_path: Path) -> None:
    clock = ManualClock(datetime.now(UTC))
    made: list[PlatformKeys] = []

    def reply(method: str, path: str, body: bytes) -> tuple[int, str, bytes]:
        (other,) = made
        if path == "/":
            return 200, "application/timestamp-reply", other.timestamp_response(body)
        found = other.revoked_by(path.removeprefix("/pki/").removesuffix(".crl"))
        return (404, "text/plain", b"") if found is None else (200, "application/pkix-crl", found)

    with LocalServer(reply) as server:
        made.append(foreign(tmp_path, clock, f"{server.url}/pki"))
        authority = made[0].part("root").certificate
        keys = PlatformKeys.load_or_create(
            Keyring(tmp_path / "own", bytes(range(32))),
            name="Acta",
            clock=clock,
            stamp_authorities=[authority],
        )
        keys.stamp_by(client(f"{server.url}/", trusted=made[0], own=keys, clock=clock).stamp)
        studio = Studio(keys, clock)
        sealed = studio.whole(reportlab_pdf(pages=1)).pdf
        studio.check(sealed)
    *_, last = signatures_of(sealed).values()
    assert last.signer_cert.dump() == made[0].chain["tsa"].dump()
    listed = [one["certificate"] for one in keys.trust_keys() if one["purpose"] == "tsa-ca"]
    assert len(listed) == 2


def test_embedded_time_stamps_ask_nobody(platform_folder: Path, studio: Studio) -> None:
    keys = keys_at(platform_folder, studio.clock)
    assert keys.stamp(_DIGEST)
