"""Two people sign with passkeys, as an outsider reads it later, and what is refused on the way."""

import json
from typing import Any

from anchoring.evidence import read_evidence
from anchoring.hashing import ZERO32
from anchoring.report import Verdict
from anchoring.statement import parse_statement
from service.person import Person
from tests.journey.people import contact, people, verified, wait_for_evidence
from tests.pdfs.making import reportlab_pdf
from tests.running import RunningActa
from tests.unit.identity.authenticator import Authenticator


class Device:
    """What ``passkeys.js`` does with a device that one person has."""

    def __init__(self, acta: RunningActa, person: Person) -> None:
        self.person = person
        name = person.contact.email.split("@")[0][:32]
        self.key = Authenticator(name, rp_id="localhost", origin=acta.base_url)
        self.id = ""

    def register(self) -> str:
        csrf = self._csrf("/account")
        asked = self.person.visitor.send("/account/passkeys/options", {"csrf": csrf})
        fields = {"csrf": csrf, "answer": self.key.create(json.dumps(asked)), "name": "Móvil"}
        self.id = self.person.visitor.send("/account/passkeys", fields)["passkey"]
        return self.id

    def sign_in(self) -> None:
        csrf = self._csrf("/sign-in")
        asked = self.person.visitor.send("/sign-in/passkey/options", {"csrf": csrf})
        fields = {"csrf": csrf, "answer": self.key.get(json.dumps(asked)), "next": "/account"}
        assert self.person.visitor.send("/sign-in/passkey", fields) == {"next": "/account"}

    def begin(self, agreement: str) -> str:
        page = self.person.visitor.open(f"/agreements/{agreement}/sign")
        if "/code/send" in page.text:
            page = self.person.confirm_for(agreement, page)
        [form] = [one for one in page.tree().forms if one.get("id") == "sign-form"]
        fields = {name: value or "" for name, value in form.form_values()}
        fields |= {"agree": "1", "passkey": self.id, "style": "typed"}
        asked = self.person.visitor.send(f"/agreements/{agreement}/sign/passkey/begin", fields)
        assert "challenge" in asked, asked
        return json.dumps(asked)

    def complete(self, agreement: str, answer: str) -> dict[str, Any]:
        csrf = self._csrf(f"/agreements/{agreement}/sign")
        url = f"/agreements/{agreement}/sign/passkey"
        told: dict[str, Any] = self.person.visitor.send(url, {"csrf": csrf, "answer": answer})
        return told

    def sign(self, agreement: str) -> None:
        told = self.complete(agreement, self.key.get(self.begin(agreement)))
        assert told == {"next": f"/agreements/{agreement}?done=signed"}

    def _csrf(self, path: str) -> str:
        page = self.person.visitor.open(path)
        return str(page.tree().xpath("//*[@name='csrf']/@value")[0])


def test_two_passkeys_make_a_contract_that_needs_nobodys_word(acta_server: RunningActa) -> None:
    first, second = contact("Lucía Prado Vela"), contact("Hugo Santos Mir")
    with people(acta_server, first, second) as (one, other):
        one.sign_in()
        hers, his = Device(acta_server, one), Device(acta_server, other)
        hers.register()
        agreement = one.draft(
            pdf=reportlab_pdf(pages=1), title="Aparcería", others=[second], own=True
        )
        elsewhere = one.draft(
            pdf=reportlab_pdf(pages=1), title="Otro contrato", others=[second], own=True
        )

        # An answer to another document's statement signs nothing, and a code's page goes on.
        foreign = hers.key.get(hers.begin(elsewhere))
        hers.begin(agreement)
        told = hers.complete(agreement, foreign)
        assert told["code"] == "identity/passkey-refused"
        assert "otro documento" in told["error"]
        # That try is spent, whatever is answered to it now.
        late = hers.key.get(json.dumps({"challenge": "AA"}))
        assert hers.complete(agreement, late)["code"] == "agreements/signature-over"
        assert one.state_of(agreement) == "draft"
        # Begun anew, what was begun before is over.
        before = hers.key.get(hers.begin(agreement))
        hers.begin(agreement)
        assert hers.complete(agreement, before)["code"] == "identity/passkey-refused"
        hers.sign(agreement)
        one.send(agreement)

        # Somebody who was invited makes a passkey on the spot.
        other.accept_invitation(agreement)
        his.register()
        his.sign(agreement)
        wait_for_evidence(other, agreement)
        evidence = other.visitor.download(f"/agreements/{agreement}/evidence.asice")

        # A passkey signs in, and another browser of hers is in the list.
        hers.sign_in()
        assert "con una llave de acceso" in one.visitor.open("/account").words()

    report = verified(acta_server, evidence)
    assert report.verdict is Verdict.VALID, report.summary
    assert [line.whose_word for line in report.signers] == ["device-held key"] * 2
    read = read_evidence(evidence)
    assert [len(party.keys) for party in read.parties] == [1, 1]
    signed = [
        statement
        for statement in (parse_statement(raw) for raw in read.statements.values())
        if statement.type == "signed"
    ]
    assert all(one.actor.key_commit != ZERO32 for one in signed)


def test_a_copied_passkey_signs_nothing_and_the_code_still_does(acta_server: RunningActa) -> None:
    with people(acta_server, contact("Elsa Roca Mir")) as (person,):
        person.sign_in()
        device = Device(acta_server, person)
        device.register()
        agreement = person.draft(
            pdf=reportlab_pdf(pages=1), title="Arriendo", others=[contact("Iván Gil")], own=True
        )
        device.key.counter = 7
        earlier = device.begin(agreement)
        device.complete(agreement, device.key.get(json.dumps({"challenge": "AA"})))
        device.sign_in()
        device.key.counter = 3
        told = device.complete(agreement, device.key.get(device.begin(agreement)))
        assert told["code"] == "identity/passkey-copied"
        assert "copiada" in told["error"]
        assert earlier
        assert "parece copiada" in person.visitor.open("/account").words().lower()
        person.sign(agreement)
        assert person.state_of(agreement) == "ready"


def test_an_agreement_of_passkeys_alone_may_be_voided_by_all(acta_server: RunningActa) -> None:
    first, second = contact("Marta Vidal Ros"), contact("Pablo Rey Sanz")
    with people(acta_server, first, second) as (one, other):
        one.sign_in()
        hers, his = Device(acta_server, one), Device(acta_server, other)
        hers.register()
        agreement = one.draft(
            pdf=reportlab_pdf(pages=1),
            title="Compraventa",
            others=[second],
            own=True,
            by_device=True,
        )
        page = one.visitor.open(f"/agreements/{agreement}/sign")
        assert "todos los firmantes lo confirman con su llave" in page.words()
        assert 'id="sign-button"' not in page.text
        # The form without the button is refused in words, and signs nothing.
        refused = one.visitor.submit(page, f"/agreements/{agreement}/sign", agree="1")
        assert refused.status == 403
        assert "todos firman con su llave de acceso" in refused.words()
        hers.sign(agreement)
        one.send(agreement)
        other.accept_invitation(agreement)
        his.register()
        his.sign(agreement)
        wait_for_evidence(other, agreement)
        evidence = other.visitor.download(f"/agreements/{agreement}/evidence.asice")
    report = verified(acta_server, evidence)
    assert report.verdict is Verdict.VALID, report.summary
    parties = next(step for step in report.steps if step.name == "parties")
    assert parties.code == "parties/ok-voidable"
