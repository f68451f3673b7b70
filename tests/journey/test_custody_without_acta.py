"""A party's own key, from the page to the last byte; and a machine that is lost and comes back."""

import base64
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyrage
import pytest
import rfc8785

from anchoring.cli import main
from anchoring.report import Verdict
from service.person import Person
from tests.journey.people import FINAL_LIMIT_S, contact, people, verified, wait_for_evidence
from tests.pdfs.making import reportlab_pdf
from tests.running import RunningActa, free_port


def command(acta: RunningActa, *arguments: str, data: Path | None = None) -> str:
    """Run an operator's command on an Acta's data folder; return what it printed."""
    settings = {
        "ACTA_DATA_DIR": str(data or acta.data),
        "ACTA_CHAIN_PORT": str(acta.chain_port),
        **acta.environment,
    }
    done = subprocess.run(
        [sys.executable, "-m", "anchoring.cli", *arguments],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def signed(one: Person, other: Person, title: str) -> str:
    """Have two people sign an agreement; return its id."""
    one.sign_in()
    agreement = one.draft(pdf=reportlab_pdf(pages=1), title=title, others=[other.contact], own=True)
    one.sign(agreement)
    one.send(agreement)
    other.accept_invitation(agreement)
    other.sign(agreement)
    wait_for_evidence(other, agreement)
    return agreement


def set_key(person: Person) -> str:
    """Add a key on paper as the page's script does; return the secret half."""
    made = pyrage.x25519.Identity.generate()
    page = person.visitor.open("/keys")
    done = person.visitor.submit(
        page,
        "/keys",
        None,
        recipient=str(made.to_public()),
        kind="printed",
        credential="",
    )
    assert done.status == 200, done.words()
    return str(made)


def opened(kit: bytes, secret: str, folder: Path) -> bytes | None:
    """Return what ``acta recover`` makes of a kit, None if the key does not open it."""
    (folder / "kit.zip").write_bytes(kit)
    (folder / "mine.key").write_text(secret)
    out = folder / "opened.pdf"
    out.unlink(missing_ok=True)
    given = [str(folder / "kit.zip"), "--key", str(folder / "mine.key"), "--out", str(out)]
    code = main(["recover", *given])
    assert (code == 0) is out.exists()
    return out.read_bytes() if out.exists() else None


def check_report(acta: RunningActa, folder: Path) -> None:
    """Check the custody report as an outsider does, and that another one is not believed."""
    until = time.monotonic() + FINAL_LIMIT_S
    while True:
        answer = httpx.get(f"{acta.base_url}/v1/custody/reports/latest", timeout=10)
        if answer.is_success and answer.json()["proof"] is not None:
            break
        assert time.monotonic() < until, answer.text
        time.sleep(0.3)
    report, trust = folder / "report.json", folder / "trust.json"
    trust.write_bytes(httpx.get(f"{acta.base_url}/.well-known/acta-trust.json").content)
    check = ["log", "check-statement", str(report), "--trust", str(trust)]
    report.write_bytes(answer.content)
    assert main(check) == 0
    shown = answer.json()
    statement = json.loads(base64.b64decode(shown["statement"]))
    listed = httpx.get(f"{acta.base_url}/v1/custody/reports/{shown['number']}/list").text
    assert statement["body"]["list"]["count"] == len(listed.splitlines()) == 1
    for wrong in (
        {"salt": "00" * 32},
        {"statement": base64.b64encode(rfc8785.dumps(statement | {"type": "other"})).decode()},
        {"proof": shown["proof"].replace("\n", "\n\n", 1)},
        {"statement": "no base64"},
    ):
        report.write_text(json.dumps(shown | wrong))
        assert main(check) == 1
    report.write_text(json.dumps(shown | {"proof": None}))
    assert main(check) == 3


@pytest.fixture
def lasting(tmp_path: Path) -> Iterator[RunningActa]:
    """An Acta whose three stores are outside its data folder."""
    stores = [str(tmp_path / f"store-{number}") for number in (1, 2, 3)]
    acta = RunningActa(
        data=tmp_path / "data",
        port=free_port(),
        chain_port=free_port(),
        environment={
            "ACTA_STORE_DIRS": "[" + ",".join(f'"{one}"' for one in stores) + "]",
            "ACTA_RETENTION_DEFAULT": "none",
        },
    )
    acta.start()
    yield acta
    acta.stop()


def test_a_party_opens_their_contract_with_their_own_key(
    acta_server: RunningActa, tmp_path: Path
) -> None:
    with people(acta_server, contact("Rosa Gil Mora"), contact("Iván Sanz Rey")) as (one, other):
        one.sign_in()
        early = set_key(one)
        agreement = signed(one, other, "Arriendo con clave propia")
        late = set_key(other)
        pdf = one.visitor.download(f"/agreements/{agreement}/document.pdf")
        kits = [
            person.visitor.download(f"/agreements/{agreement}/custody.zip")
            for person in (one, other)
        ]
        # A key that was there before the agreement, and one that came after it was sealed.
        for kit, secret in zip(kits, (early, late), strict=True):
            assert opened(kit, secret, tmp_path) == pdf
        # Both got the same ciphertext; a kit from before a key does not open with it.
        assert opened(kits[1], early, tmp_path) == pdf
        assert opened(kits[0], str(pyrage.x25519.Identity.generate()), tmp_path) is None


def test_everything_comes_back_from_a_backup_and_one_store(
    lasting: RunningActa, tmp_path: Path
) -> None:
    backups, identity = tmp_path / "backups", pyrage.x25519.Identity.generate()
    (tmp_path / "backup.key").write_text(f"{identity}\n")
    first, second = contact("Berta Cano Luz"), contact("Saúl Oro Vega")
    with people(lasting, first, second) as (one, other):
        agreement = signed(one, other, "Venta que sobrevive")
        pdf, evidence = (
            one.visitor.download(f"/agreements/{agreement}/{name}")
            for name in ("document.pdf", "evidence.asice")
        )
        kept = ["backup", "--to", str(backups), "--recipient", str(identity.to_public())]
        command(lasting, *kept)
        # What the log learns after the backup must not be forgotten by what is restored.
        later = signed(one, other, "Firmado después de la copia")
        log = httpx.get(f"{lasting.base_url}/log/checkpoint", timeout=10).text
    lasting.stop()
    chain = tmp_path / "chain-of-others"
    shutil.copytree(lasting.data / "chain", chain)
    shutil.rmtree(lasting.data)
    for number in (2, 3):
        shutil.rmtree(tmp_path / f"store-{number}")
    restore = ["restore", "--from", str(backups), "--identity", str(tmp_path / "backup.key")]
    said = command(lasting, *restore)
    assert "1 back from the stores" in said
    # The chain is not ours to restore: others run it, and it is as new as it ever was.
    shutil.rmtree(lasting.data / "chain")
    shutil.copytree(chain, lasting.data / "chain")
    for number in (2, 3):
        command(lasting, "log", "retire-mirror", str(tmp_path / f"store-{number}" / "log"))
    lasting.environment["ACTA_STORE_DIRS"] = f'["{tmp_path / "store-1"}"]'
    lasting.start()
    grown = httpx.get(f"{lasting.base_url}/log/checkpoint", timeout=10).text
    assert int(grown.split("\n")[1]) >= int(log.split("\n")[1])
    with people(lasting, first) as (one,):
        one.sign_in()
        assert one.visitor.download(f"/agreements/{agreement}/document.pdf") == pdf
        again = one.visitor.download(f"/agreements/{agreement}/evidence.asice")
        assert one.find("Firmado después de la copia") is None
    for file in (evidence, again):
        assert verified(lasting, file).verdict is Verdict.VALID
    assert later != agreement
    check_report(lasting, tmp_path)


def test_one_persons_erasure_breaks_nobody_elses_evidence(lasting: RunningActa) -> None:
    first, second = contact("Elsa Mar Ríos"), contact("Tomás Paz Gil")
    with people(lasting, first, second) as (one, other):
        agreement = signed(one, other, "Aparcería con borrado")
        before = one.visitor.download(f"/agreements/{agreement}/evidence.asice")
        command(lasting, "custody", "hold", agreement, "pleito 7/2026")
        held = other.visitor.open(f"/agreements/{agreement}/keeping")
        assert "erase-mine" not in held.text
        command(lasting, "custody", "release", agreement)
        page = other.visitor.open(f"/agreements/{agreement}/keeping")
        other.visitor.submit(page, f"/agreements/{agreement}/keeping/erase-mine")
        assert other.find("Aparcería con borrado") is None
        wait_for_evidence(one, agreement)
        after = one.visitor.download(f"/agreements/{agreement}/evidence.asice")
    name, address = second.name.encode(), second.email.encode()
    assert address in before
    assert address not in after
    assert name not in after
    for evidence in (before, after):
        assert verified(lasting, evidence).verdict is Verdict.VALID


def test_a_sender_erases_what_never_came_about(lasting: RunningActa) -> None:
    first, second = contact("Noa Vidal Paz"), contact("Gael Soto Rus")
    with people(lasting, first, second) as (one, other):
        one.sign_in()
        agreement = one.draft(
            pdf=reportlab_pdf(pages=1), title="Venta frustrada", others=[second], own=False
        )
        one.send(agreement)
        other.accept_invitation(agreement)
        other.decline(agreement, "No me conviene")
        assert "keeping/erase" not in other.visitor.open(f"/agreements/{agreement}/keeping").text
        page = one.visitor.open(f"/agreements/{agreement}/keeping")
        one.visitor.submit(page, f"/agreements/{agreement}/keeping/erase")
        assert one.page_of(agreement).status == 404
        assert one.find("Venta frustrada") is None
        assert not list((lasting.data / "revisions").rglob("*.sealed"))
        shown = command(lasting, "custody", "show", agreement)
    assert "erasing   since" in shown
