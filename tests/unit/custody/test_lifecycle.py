"""Retention, holds and erasure; and the reports: all over a real log."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from anchoring.hashing import ZERO32, leaf_hash, statement_entry
from anchoring.hashing import sha256 as digest
from anchoring.statement import parse_statement
from anchoring.tree import inclusion_path, verify_inclusion
from service.custody import (
    Custody,
    CustodyReports,
    CustodyStatements,
    DiskStore,
    ErasureRefusedError,
    Lifecycles,
    LoggedStatement,
    NothingKeptError,
    RevisionFiles,
    StoreFailedError,
    UnknownRetentionError,
    envelope_key,
    object_digest,
)
from tests.parts import fresh_keyring
from tests.unit.notary.house import House

PDF = b"%PDF-1.7 a farm"
SUBJECT = digest(b"agreement")
CLASSES = {"none": 0, "six-years": 2192, "ten-years": 3653}


class Moody:
    """A store that refuses to delete what ``refuses`` says, before or after it was done."""

    def __init__(self, inner: DiskStore) -> None:
        self._inner = inner
        self.refuses: set[str] = set()
        self.does_it_first = False

    @property
    def name(self) -> str:
        return self._inner.name

    def delete(self, key: str) -> None:
        kind = "envelope" if key.endswith(".key.age") else "copy"
        if kind in self.refuses:
            if self.does_it_first:
                self._inner.delete(key)
            raise StoreFailedError("locked", store=self.name, reason="locked")
        self._inner.delete(key)

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


@dataclass
class Archive:
    """Custody, its lifecycle and its reports, over one log."""

    house: House
    stores: list[Moody] = field(default_factory=list)

    def __post_init__(self) -> None:
        folder = self.house.folder
        self.stores = [
            Moody(DiskStore(folder / f"disk-{number}", name=f"disk-{number}")) for number in (1, 2)
        ]
        parts = {"database": self.house.database, "clock": self.house.clock}
        self.files = RevisionFiles(folder / "revisions", fresh_keyring(folder))
        self.custody = Custody(
            **parts,
            keyring=fresh_keyring(folder),
            stores=self.stores,
            quorum=1,
            spool=folder / "spool",
        )
        self.statements = CustodyStatements(**parts, log=self.house.notary)
        self.lifecycles = Lifecycles(
            **parts,
            stores=self.stores,
            files=self.files,
            spool=folder / "spool",
            statements=self.statements,
            classes=CLASSES,
            default="none",
        )
        self.reports = CustodyReports(
            **parts,
            custody=self.custody,
            statements=self.statements,
            every=timedelta(days=1),
        )

    def keep(self, agreement: str = "agr_1", pdf: bytes = PDF) -> str:
        return self.custody.keep(agreement, pdf).cid

    def begin(self, agreement: str = "agr_1", revisions: list[str] | None = None) -> None:
        with self.house.database.transaction() as session:
            self.lifecycles.begin(session, agreement, subject=SUBJECT, revisions=revisions or [])

    def names(self) -> set[str]:
        return {
            path.name
            for number in (1, 2)
            for path in (self.house.folder / f"disk-{number}").rglob("*")
            if path.is_file()
        }

    def proofs(self, agreement: str = "agr_1") -> list[LoggedStatement]:
        return self.statements.of_agreement(agreement)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    house = House(tmp_path)
    house.notary.start()
    yield Archive(house)
    house.database.dispose()


def check_logged(archive: Archive, statement: LoggedStatement) -> dict[str, object]:
    """Open the leaf as an outsider does, find it in the log, and return the body."""
    entry = statement_entry(
        salt=statement.salt,
        subject=statement.subject,
        statement_sha256=digest(statement.raw),
        attestation_hash=ZERO32,
    )
    assert leaf_hash(entry) == statement.leaf_hash
    archive.house.work()
    assert archive.house.notary.leaf_status(statement.leaf_hash).status == "final"
    parsed = parse_statement(statement.raw)
    assert parsed.type == statement.type
    return dict(parsed.body)


def test_an_erasure_leaves_nothing_and_is_proved_in_the_log(archive: Archive) -> None:
    cid = archive.keep()
    other = archive.keep("agr_2", b"%PDF of others")
    revision = archive.files.put(b"%PDF draft")
    archive.begin(revisions=[revision.hex()])
    with pytest.raises(NothingKeptError):
        archive.custody.fetch("agr_1")
    assert archive.lifecycles.go_on() == 1
    assert archive.names() == {other, envelope_key(other)}
    assert archive.proofs() == []
    archive.house.clock.advance(minutes=16)
    assert archive.lifecycles.go_on() == 0
    (proof,) = archive.proofs()
    body = check_logged(archive, proof)
    assert (proof.type, body["key"]) == ("erased", "destroyed")
    assert cid not in proof.raw.decode()
    assert parse_statement(proof.raw).agreement == SUBJECT
    assert not list((archive.house.folder / "revisions").rglob("*.sealed"))
    assert archive.custody.fetch("agr_2") == b"%PDF of others"
    assert archive.lifecycles.go_on() == 0
    assert archive.proofs() == [proof]


def test_a_copy_that_came_late_does_not_stay(archive: Archive) -> None:
    cid = archive.keep()
    archive.begin()
    archive.lifecycles.go_on()
    archive.stores[1].put(cid, b"late")  # type: ignore[operator]
    archive.stores[1].put(envelope_key(cid), b"late")  # type: ignore[operator]
    archive.house.clock.advance(minutes=16)
    archive.lifecycles.go_on()
    assert archive.names() == set()
    assert len(archive.proofs()) == 1


@pytest.mark.parametrize("does_it_first", [False, True], ids=["not done", "reported failed"])
def test_no_proof_while_a_store_may_have_an_envelope(archive: Archive, does_it_first: bool) -> None:
    archive.keep()
    archive.stores[0].refuses = {"envelope"}
    archive.stores[0].does_it_first = does_it_first
    archive.begin()
    archive.house.clock.advance(minutes=16)
    assert archive.lifecycles.go_on() == 1
    assert archive.proofs() == []
    archive.stores[0].refuses = set()
    assert archive.lifecycles.go_on() == 0
    assert archive.names() == set()
    assert len(archive.proofs()) == 1


def test_ciphertext_under_a_lock_is_named_in_the_proof_and_removed_later(
    archive: Archive,
) -> None:
    cid = archive.keep()
    archive.stores[0].refuses = {"copy"}
    archive.begin()
    archive.house.clock.advance(minutes=16)
    archive.lifecycles.go_on()
    (proof,) = archive.proofs()
    (entry,) = json.loads(proof.raw)["body"]["objects"]
    assert entry["remains"] == ["disk-1"]
    assert archive.names() == {cid}
    archive.stores[0].refuses = set()
    archive.lifecycles.go_on()
    assert archive.names() == set()
    assert archive.proofs() == [proof]


def test_a_hold_forbids_erasure_until_it_is_released(archive: Archive) -> None:
    archive.keep()
    archive.lifecycles.hold("agr_1", "  juicio 12/2026 \n")
    assert archive.lifecycles.view("agr_1").hold_reason == "juicio 12/2026"
    for refused in (lambda: archive.begin(), lambda: archive.lifecycles.request("agr_1")):
        with pytest.raises(ErasureRefusedError):
            refused()
    assert archive.custody.fetch("agr_1") == PDF
    assert archive.lifecycles.release("agr_1")
    assert not archive.lifecycles.release("agr_1")
    archive.begin()
    with pytest.raises(ErasureRefusedError):
        archive.lifecycles.hold("agr_1", "too late")


def test_retention_forbids_erasure_until_it_ends_and_is_never_shortened(archive: Archive) -> None:
    archive.keep()
    until = archive.lifecycles.retain("agr_1", "six-years")
    assert until == archive.house.clock.now() + timedelta(days=2192)
    with pytest.raises(ErasureRefusedError):
        archive.begin()
    for shorter in ("none", "six-years"):
        archive.house.clock.advance(days=1)
        if shorter == "none":
            with pytest.raises(ErasureRefusedError):
                archive.lifecycles.retain("agr_1", shorter)
        else:
            assert archive.lifecycles.retain("agr_1", shorter) == until
    longer = archive.lifecycles.retain("agr_1", "ten-years")
    assert longer is not None
    assert longer > until
    archive.house.clock.moment = longer
    archive.begin()
    with pytest.raises(UnknownRetentionError):
        archive.lifecycles.retain("agr_1", "for-ever")


def test_a_request_waits_until_it_is_carried_out(archive: Archive) -> None:
    archive.keep()
    archive.lifecycles.request("agr_1")
    assert archive.lifecycles.requested() == ["agr_1"]
    assert archive.custody.fetch("agr_1") == PDF
    archive.begin()
    assert archive.lifecycles.requested() == []


def test_a_report_says_in_the_log_what_became_of_the_copies(archive: Archive) -> None:
    assert archive.reports.report_when_due() is None
    cid = archive.keep()
    archive.house.clock.advance(minutes=1)
    assert archive.reports.report_when_due() == 1
    assert archive.reports.report_when_due() is None
    next((archive.house.folder / "disk-1").rglob(cid)).write_bytes(b"rot")
    archive.house.clock.advance(days=31)
    archive.custody.scrub()
    archive.custody.repair()
    archive.house.clock.advance(minutes=1)
    assert archive.reports.report_when_due() == 2
    report = archive.reports.report()
    assert report is not None
    body = check_logged(archive, report.statement)
    assert (body["number"], body["objects"], body["atQuorum"], body["lost"]) == (2, 1, 1, 0)
    first, second = body["stores"]  # type: ignore[misc]
    assert (first["foundRotten"], first["repaired"], first["whole"]) == (1, 1, 1)
    assert (second["foundRotten"], second["repaired"], second["whole"]) == (0, 0, 1)
    for secret in (cid, "agr_1"):
        assert secret not in report.statement.raw.decode()
        assert secret not in report.lines.decode()


def test_a_party_finds_their_own_object_under_the_reports_root(archive: Archive) -> None:
    cids = [archive.keep(f"agr_{number}", b"%%PDF %d" % number) for number in range(5)]
    archive.house.clock.advance(minutes=1)
    archive.reports.report_when_due()
    report = archive.reports.report(1)
    assert report is not None
    listed = json.loads(report.statement.raw)["body"]["list"]
    lines = report.lines.split(b"\n")
    leaves = [leaf_hash(sha256(line).digest()) for line in lines]
    for cid in cids:
        (place,) = [
            number
            for number, line in enumerate(lines)
            if json.loads(line)["object"] == object_digest(cid)
        ]
        verify_inclusion(
            leaf_hash=leaves[place],
            index=place,
            size=listed["count"],
            path=inclusion_path(leaves, place),
            root=bytes.fromhex(listed["root"]),
        )
    assert archive.reports.report(7) is None
