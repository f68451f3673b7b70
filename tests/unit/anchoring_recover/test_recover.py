"""Opening a document from custody: from a kit, from files, from a gateway, by the age program."""

import http.server
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from anchoring.age_file import NotForThisKey
from anchoring.cli import main
from anchoring.custody_kit import KitDescription, read_kit
from anchoring.errors import AnchoringError, MalformedEvidence, UnknownVersion
from anchoring.recover import OtherCiphertext, fetch_ciphertext
from tests.unit.anchoring_recover.kits import DOCUMENT, MadeKit, make_kit


@dataclass
class Gateway:
    """A gateway on this machine: what it serves, by path."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    served = Gateway()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = served.files.get(self.path)
            self.send_response(200 if content is not None else 404)
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    served.address = f"http://127.0.0.1:{server.server_address[1]}"
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def made() -> MadeKit:
    return make_kit()


@pytest.fixture
def folder(tmp_path: Path, made: MadeKit) -> Path:
    (tmp_path / "kit.zip").write_bytes(made.archive)
    (tmp_path / "light.zip").write_bytes(made.write(None))
    (tmp_path / "mine.key").write_text(f"{made.key}\n")
    (tmp_path / "document.pdf.age").write_bytes(made.ciphertext)
    (tmp_path / "key.age").write_bytes(made.envelope)
    return tmp_path


def recover(folder: Path, *arguments: str | Path) -> int:
    return main(
        [
            *("recover", *map(str, arguments)),
            *("--key", str(folder / "mine.key"), "--out", str(folder / "opened.pdf")),
        ]
    )


def opened(folder: Path) -> bytes | None:
    path = folder / "opened.pdf"
    return path.read_bytes() if path.exists() else None


def test_a_kit_is_opened(folder: Path) -> None:
    assert recover(folder, folder / "kit.zip") == 0
    assert opened(folder) == DOCUMENT
    assert (folder / "opened.pdf").stat().st_mode & 0o077 == 0


def test_single_files_are_opened(folder: Path) -> None:
    given = ["--ciphertext", folder / "document.pdf.age", "--envelope", folder / "key.age"]
    assert recover(folder, *given) == 0
    assert opened(folder) == DOCUMENT


def test_the_age_program_opens_it_twice_over(folder: Path) -> None:
    age = ["age", "-d", "-i"]
    key = subprocess.run(
        [*age, folder / "mine.key", folder / "key.age"], check=True, capture_output=True
    ).stdout
    (folder / "agreement.key").write_bytes(key)
    document = subprocess.run(
        [*age, folder / "agreement.key", folder / "document.pdf.age"],
        check=True,
        capture_output=True,
    ).stdout
    assert document == DOCUMENT


def test_a_gateway_gives_what_a_kit_only_names(
    folder: Path, made: MadeKit, gateway: Gateway
) -> None:
    gateway.files[f"/ipfs/{made.description.cid}"] = made.ciphertext
    assert recover(folder, folder / "light.zip", "--gateway", gateway.address) == 0
    assert opened(folder) == DOCUMENT


def test_a_store_gives_both_by_the_cid_alone(folder: Path, made: MadeKit, gateway: Gateway) -> None:
    cid = made.description.cid
    gateway.files = {f"/b/{cid}": made.ciphertext, f"/b/{cid}.key.age": made.envelope}
    given = ["--cid", cid, "--gateway", f"{gateway.address}/b/{{cid}}"]
    assert recover(folder, *given) == 0
    assert opened(folder) == DOCUMENT


def test_a_lying_gateway_is_not_believed(folder: Path, made: MadeKit, gateway: Gateway) -> None:
    cid = made.description.cid
    gateway.files[f"/ipfs/{cid}"] = make_kit().ciphertext
    with pytest.raises(OtherCiphertext):
        fetch_ciphertext(gateway.address, cid)
    assert recover(folder, folder / "light.zip", "--gateway", gateway.address) == 1
    assert opened(folder) is None


def test_a_dead_gateway_is_cannot_check(folder: Path, gateway: Gateway) -> None:
    assert recover(folder, folder / "light.zip", "--gateway", gateway.address) == 3
    assert recover(folder, folder / "light.zip") == 3
    assert opened(folder) is None


def test_another_key_opens_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = make_kit().key
    (folder / "mine.key").write_text(other)
    assert recover(folder, folder / "kit.zip") == 3
    assert opened(folder) is None
    assert other not in "".join(capsys.readouterr())
    assert NotForThisKey.code == "age/not-for-this-key"


def test_a_key_file_that_holds_no_key_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "mine.key").write_text("my dog's name")
    assert recover(folder, folder / "kit.zip") == 1
    assert "dog" not in capsys.readouterr().err


def test_a_kit_that_names_another_document_is_refused(folder: Path, made: MadeKit) -> None:
    for wrong in (
        replace(made.description, ciphertext_sha256=bytes(32)),
        replace(made.description, plaintext_sha256=bytes(32)),
    ):
        kit = replace(made, description=wrong)
        (folder / "kit.zip").write_bytes(kit.archive)
        assert recover(folder, folder / "kit.zip") == 1
        assert opened(folder) is None


def test_a_kit_reads_as_it_was_written(made: MadeKit) -> None:
    kit = read_kit(made.archive)
    assert (kit.description, kit.envelope, kit.ciphertext) == (
        made.description,
        made.envelope,
        made.ciphertext,
    )
    assert read_kit(made.write(None)).ciphertext is None


def test_every_cut_kit_is_refused(made: MadeKit) -> None:
    archive = make_kit(b"%PDF short").archive
    for end in range(0, len(archive), 7):
        with pytest.raises(AnchoringError):
            read_kit(archive[:end])
    with pytest.raises(MalformedEvidence):
        read_kit(archive + b"\0")


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (b"custody-kit/1", b"custody-kit/2", UnknownVersion),
        (b'"cid":"b', b'"cid":"/', MalformedEvidence),
        (b'"profile":"', b'"profile":" ', MalformedEvidence),
    ],
)
def test_a_description_of_another_form_is_refused(
    old: bytes, new: bytes, error: type[AnchoringError], made: MadeKit
) -> None:
    raw = made.description.to_json()
    assert KitDescription.parse(raw) == made.description
    assert old in raw
    with pytest.raises(error):
        KitDescription.parse(raw.replace(old, new))
