"""Identified by document and face, for oneself and for a company: as an outsider reads it later."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from anchoring.report import Report, Verdict
from anchoring.report_print import render
from service.person import Contact, Person
from tests.journey.identifying import confirm_document, show_face
from tests.journey.people import contact, people, verified, wait_for_evidence
from tests.pdfs.making import reportlab_pdf
from tests.portraits import collins
from tests.running import RunningActa, start_acta

REVIEWER = Contact("Inés Mesa Rey", "revision@journey.example")


@pytest.fixture(scope="module")
def acta(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningActa]:
    """An Acta with a reviewer and registers that do not answer."""
    nowhere = "http://127.0.0.1:9"
    running = start_acta(
        tmp_path_factory.mktemp("identified") / "data",
        ACTA_REVIEWERS=f'["{REVIEWER.email}"]',
        ACTA_GLEIF_URL=nowhere,
        ACTA_VIES_URL=nowhere,
    )
    yield running
    running.stop()


def report_of(acta: RunningActa, person: Person, agreement: str) -> Report:
    wait_for_evidence(person, agreement)
    return verified(acta, person.visitor.download(f"/agreements/{agreement}/evidence.asice"))


def alone(person: Person, title: str) -> str:
    """Draft an agreement that nobody else signs; return its id."""
    return person.draft(pdf=reportlab_pdf(pages=1), title=title, others=[], own=True)


def test_from_nothing_to_a_verdict_that_names_document_and_face(acta: RunningActa) -> None:
    with people(acta, contact("María Carmen García López"), REVIEWER) as (person, reviewer):
        person.sign_in()
        page = confirm_document(person, collins())
        stranger = show_face(person, page, "hopper", 0)
        assert stranger["code"] == "identity/other-face"
        answer = show_face(person, page, "collins", 0)
        assert answer == {"next": "/identify"}
        page = person.visitor.open("/identify")
        assert "Está identificado" in page.words()

        # A company, by a deed that the reviewer accepts. No register answers, and that is no "no".
        page = person.visitor.submit(
            person.visitor.open("/companies"),
            "/companies",
            legal_name="Aceites del Sur, S.L.",
            kind="es-nif",
            number="B58378431",
        )
        page = person.visitor.submit(page, "/registers")
        assert "no se sabe" in page.words()
        deed = ("poder.pdf", reportlab_pdf(pages=1), "application/pdf")
        page = person.visitor.submit(page, "/deed", files={"deed": deed})
        company = page.path.rpartition("/")[2]
        reviewer.sign_in()
        [case] = reviewer.visitor.open("/review").tree().xpath("//a[contains(@href,'/rev_')]/@href")
        sheet = reviewer.visitor.open(case)
        [drawn] = sheet.tree().xpath("//img[contains(@src, '/pictures/')]/@src")
        Image.open(io.BytesIO(reviewer.visitor.download(drawn))).verify()
        decided = reviewer.visitor.press(
            sheet, case, "decision", "accept", reason="Poder notarial correcto."
        )
        assert "La decisión está anotada" in decided.words()

        first = alone(person, "Arriendo propio")
        person.sign(first)
        person.send(first)
        second = alone(person, "Arriendo de la empresa")
        page = person.visitor.open(f"/agreements/{second}/sign")
        person.visitor.submit(page, "/company", company=company)
        person.sign(second)
        person.send(second)
        for agreement, signs_for in ((first, None), (second, "Aceites del Sur, S.L. · B58378431")):
            report = report_of(acta, person, agreement)
            assert report.verdict is Verdict.VALID, report.summary
            [line] = report.signers
            assert line.assurance == "document-face"
            assert line.identified_as == "María Carmen García López · 99999999R"
            assert line.company == signs_for
        printed = render(report, "es")
        assert "documento de identidad y cara en directo" in printed
        assert "Aceites del Sur, S.L." in printed

        # What was shown is gone when the person says so; what was signed stays as it was.
        page = person.visitor.open("/identify")
        person.visitor.submit(page, "/withdraw")
        assert report_of(acta, person, second).verdict is Verdict.VALID
    assert "García" not in acta.output
    assert "99999999R" not in acta.output
    assert not list(Path(acta.data).rglob("*.jpg"))
