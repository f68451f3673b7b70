"""Fields filled in, people who approve and read, and turns: from the draft to a verdict."""

import io
import zipfile

import pikepdf
from lxml import html as lxml_html

from anchoring.evidence import read_evidence
from anchoring.report import Verdict
from service.person import Person, Placed
from tests.journey.people import contact, people, verified, wait_for_evidence
from tests.pdfs.making import reportlab_pdf
from tests.running import RunningActa


def test_a_lease_with_an_approver_fields_and_a_reader(acta_server: RunningActa) -> None:
    owner = contact("Olga Peña Ríos")
    others = [contact("Tomás Gil Vera"), contact("Irene Sanz Mora"), contact("Rosa Díez Pla")]
    tenant, approver, reader = others
    named = [
        type(owner)(tenant.name, tenant.email, "signer", 2),
        type(owner)(approver.name, approver.email, "approver", 1),
        type(owner)(reader.name, reader.email, "viewer", 2),
    ]
    with people(acta_server, owner, tenant, approver, reader) as (one, two, three, four):
        one.sign_in()
        agreement = one.draft(
            pdf=reportlab_pdf(pages=2), title="Arriendo de huerta", others=named, own=True
        )
        one.place(
            agreement,
            [
                Placed("text", 1, 20, label="Parcela"),
                Placed("checkbox", 1, 30, width=3, height=2, label="Tiene agua"),
                Placed("date", 2, 40, label="Desde"),
                Placed("signature", 2, 60, width=40, height=10, page=2),
            ],
        )
        one.sign(agreement, values={"Parcela": "Polígono 3, parcela 14", "Tiene agua": "1"})
        one.send(agreement)
        three.accept_invitation(agreement)
        assert two.find("Arriendo de huerta") is None
        three.do_part(agreement)
        two.accept_invitation(agreement)
        four.accept_invitation(agreement)
        assert "solo lee" in four.page_of(agreement).words()
        assert four.visitor.open(f"/agreements/{agreement}/sign").path.endswith(agreement)
        two.sign(agreement, values={"Desde": "2026-12-01"})
        wait_for_evidence(four, agreement)
        evidence = four.visitor.download(f"/agreements/{agreement}/evidence.asice")
        pdf = four.visitor.download(f"/agreements/{agreement}/document.pdf")
        certificate = four.visitor.download(f"/agreements/{agreement}/certificate.pdf")
        assert certificate == one.visitor.download(f"/agreements/{agreement}/certificate.pdf")

        _take_all(one, agreement, pdf=pdf, evidence=evidence)
    with pikepdf.open(io.BytesIO(certificate)) as opened:
        attached = {
            name: opened.attachments[name].get_file().read_bytes() for name in opened.attachments
        }
    assert sorted(attached.values()) == sorted(read_evidence(evidence).statements.values())
    report = verified(acta_server, evidence, pdf=pdf)
    assert report.verdict is Verdict.VALID, report.summary
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        held = {str(f.T): str(f.get("/V", "")) for f in opened.Root.AcroForm.Fields}
    assert held["acta-field-1-1"] == "Polígono 3, parcela 14"
    assert held["acta-field-1-2"] == "/Yes"
    assert held["acta-field-2-1"] == "01/12/2026"
    kinds = list(read_evidence(evidence).statements.values())
    assert sum(b'"type":"approved"' in raw for raw in kinds) == 1
    assert not any("Polígono".encode() in raw for raw in kinds)


def _take_all(person: Person, agreement: str, *, pdf: bytes, evidence: bytes) -> None:
    """Tag the agreement, find it by its tag, and download all that is listed."""
    page = person.page_of(agreement)
    path = f"/agreements/{agreement}/tags"
    tagged = person.visitor.submit(page, path, tags="Fincas, 2026, fincas")
    assert "Mis etiquetas: 2026, Fincas" in tagged.words()
    for query, found in (("tag=Fincas", 1), ("tag=x", 0), ("state=ended", 0), ("state=sealed", 1)):
        listed = person.visitor.open(f"/agreements?{query}")
        assert listed.text.count(f'"/agreements/{agreement}"') == found, query
        packed = person.visitor.download(f"/agreements.zip?{query}")
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            contents = sorted(archive.read(name) for name in archive.namelist())
        assert contents == (sorted([pdf, evidence]) if found else [])


def test_two_of_one_turn_do_not_stop_each_other(acta_server: RunningActa) -> None:
    sender = contact("Pilar Lobo Cano")
    first, second = contact("Abel Ruiz Toro"), contact("Nora Vidal Sáez")
    named = [type(sender)(p.name, p.email, "signer", 1) for p in (first, second)]
    with people(acta_server, sender, first, second) as (one, two, three):
        one.sign_in()
        agreement = one.draft(
            pdf=reportlab_pdf(pages=1), title="Cesión de pasto", others=named, own=False
        )
        one.send(agreement)
        two.accept_invitation(agreement)
        three.accept_invitation(agreement)
        stale = three.visitor.open(f"/agreements/{agreement}/sign")
        two.sign(agreement)
        path = f"/agreements/{agreement}/sign"
        again = three.visitor.submit(stale, path, agree="1", typed_name="Nora Vidal")
        assert again.status == 200
        (told,) = again.tree().xpath("//*[@id='meanwhile']")
        assert first.name in told.text_content()
        # What was typed and ticked is still there: one more press is enough.
        form = next(f for f in lxml_html.fromstring(again.text).forms if f.get("id") == "sign-form")
        assert form.fields["typed_name"] == "Nora Vidal"
        assert form.fields["agree"] == "1"
        signed = three.visitor.submit(again, path)
        assert signed.path == f"/agreements/{agreement}"
        wait_for_evidence(three, agreement)
        evidence = three.visitor.download(f"/agreements/{agreement}/evidence.asice")
    assert verified(acta_server, evidence).verdict is Verdict.VALID


def test_another_draft_like_this_one_outlives_it(acta_server: RunningActa) -> None:
    sender, tenant = contact("Berta Cruz Lara"), contact("Iván Mas Roda")
    with people(acta_server, sender) as (one,):
        one.sign_in()
        first = one.draft(
            pdf=reportlab_pdf(pages=1), title="Aparcería de olivar", others=[tenant], own=True
        )
        one.place(first, [Placed("text", 1, 20, label="Renta")])
        page = one.page_of(first)
        made = one.visitor.submit(page, f"/agreements/{first}/copy")
        second = made.path.rpartition("/")[2]
        assert second != first
        assert "Renta" in one.visitor.open(f"/agreements/{second}/fields").text
        page = one.page_of(first)
        one.visitor.submit(page, f"/agreements/{first}/tags", tags="olivar")
        one.visitor.submit(one.page_of(first), f"/agreements/{first}/delete")
        assert one.page_of(first).status == 404
        # The upload that both were made from is still there for the one that is left.
        one.place(second, [Placed("text", 2, 30, label="Vence")])
        assert "Vence" in one.visitor.open(f"/agreements/{second}/fields").text
        # Once somebody has opened it to sign, what was shown stays as it is.
        one.visitor.open(f"/agreements/{second}/sign")
        assert one.visitor.open(f"/agreements/{second}/fields").path == f"/agreements/{second}"
        one.visitor.submit(one.page_of(second), f"/agreements/{second}/delete")
        assert one.page_of(second).status == 404
