"""Companies, their members, and the powers by which people act for them."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from PIL import Image

from service.errors import NotFoundError
from service.identity.companies.errors import (
    CertificateChallengeError,
    CertificateRefusedError,
    CertificateUncheckedError,
    CompanyNameError,
    CompanyNumberError,
    DeedRefusedError,
    LastOwnerError,
    NotMemberError,
    PowerMissingError,
)
from service.identity.companies.models import Role
from service.identity.companies.registers import Answer, CompanyRegister, RegisterAnswer
from service.identity.people.errors import NotIdentifiedError
from service.identity.review.errors import AlreadyReviewedError
from tests.local_server import LocalServer
from tests.unit.identity.bureau import EMAIL, REVIEWER, Bureau, outsiders_view
from tests.unit.identity.company_certificates import NUMBER, Authority, CompanyKey
from tests.unit.identity.conftest import Desk

EVA, LUZ = "eva@example.org", "luz@example.org"
DEED = b"%PDF-1.7\na deed\n%%EOF\n"


class KnownRegister(CompanyRegister):
    """A register that knows one company."""

    name = "known"

    def knows(self, number: object) -> bool:
        return True

    def look_up(self, number: object) -> RegisterAnswer:
        return RegisterAnswer(
            register=self.name, answer=Answer.YES, legal_name="ACEITES DEL SUR SA", sha256="ab"
        )


@pytest.fixture
def authority() -> Iterator[Authority]:
    made = Authority()
    with LocalServer(lambda *asked: (200, "application/pkix-crl", made.crl())) as server:
        made.url = server.url
        yield made


@pytest.fixture
def bureau(desk: Desk, authority: Authority) -> Bureau:
    return Bureau(desk, registers=[KnownRegister()], roots=[authority.root])


@pytest.fixture
def company(bureau: Bureau) -> str:
    bureau.identify()
    return register(bureau)


def register(bureau: Bureau, number: str = NUMBER, name: str = "Aceites del Sur SA") -> str:
    with bureau.desk.database.transaction() as session:
        return bureau.companies.register(
            session, email=EMAIL, kind="es-nif", number=number, legal_name=name
        )


def set_roles(bureau: Bureau, company: str, member: str, *roles: Role, by: str = EMAIL) -> None:
    with bureau.desk.database.transaction() as session:
        bureau.companies.set_roles(session, company, email=by, member=member, roles=set(roles))


def challenge(bureau: Bureau, company: str, email: str = EMAIL) -> str:
    with bureau.desk.database.transaction() as session:
        return bureau.powers.new_challenge(session, company, email=email)


def acting(bureau: Bureau, company: str, email: str = EMAIL) -> tuple[str, bool]:
    with bureau.desk.database.reading() as session:
        found = bureau.powers.acting_for(session, company, email=email)
    return found.method, found.delegated


def prove(bureau: Bureau, company: str, key: CompanyKey, folder: Path, *options: str) -> str:
    text = challenge(bureau, company)
    return bureau.powers.prove_by_certificate(
        company, email=EMAIL, text=text, signature=key.sign(text, folder, *options)
    ).organization


def test_naming_a_company_takes_an_identity_and_proves_nothing(bureau: Bureau) -> None:
    with pytest.raises(NotIdentifiedError):
        register(bureau)
    bureau.identify()
    with pytest.raises(CompanyNumberError):
        register(bureau, "A28015866")
    with pytest.raises(CompanyNameError):
        register(bureau, name=" x ")
    company = register(bureau)
    with pytest.raises(PowerMissingError):
        acting(bureau, company)


def test_registers_are_asked_and_their_answers_kept(bureau: Bureau, company: str) -> None:
    (answer,) = bureau.companies.ask_registers(company, email=EMAIL)
    with bureau.desk.database.reading() as session:
        view = bureau.companies.view(session, company, email=EMAIL)
    assert view.answers == (answer,)
    assert (answer.answer, view.answered_at) == (Answer.YES, bureau.desk.clock.now())


def test_owners_alone_change_members_and_one_stays(bureau: Bureau, company: str) -> None:
    set_roles(bureau, company, EVA, Role.DRAFTER, Role.AUDITOR)
    with bureau.desk.database.reading() as session:
        members = bureau.companies.members(session, company, email=EVA)
    assert {one.email: one.roles for one in members} == {
        EMAIL: {Role.OWNER, Role.SIGNER},
        EVA: {Role.DRAFTER, Role.AUDITOR},
    }
    with pytest.raises(NotMemberError):
        set_roles(bureau, company, LUZ, Role.OWNER, by=EVA)
    with pytest.raises(NotFoundError):
        set_roles(bureau, company, LUZ, Role.OWNER, by=LUZ)
    for roles in ((), (Role.SIGNER,)):
        with pytest.raises(LastOwnerError):
            set_roles(bureau, company, EMAIL, *roles)
    set_roles(bureau, company, EVA, Role.OWNER)
    set_roles(bureau, company, EMAIL, by=EVA)
    with bureau.desk.database.reading() as session:
        assert bureau.companies.of(session, email=EMAIL) == []
        ((view, roles),) = bureau.companies.of(session, email=EVA)
        with pytest.raises(NotFoundError):
            bureau.companies.view(session, company, email=EMAIL)
    assert (view.legal_name, roles) == ("Aceites del Sur SA", {Role.OWNER})


def test_a_person_acts_for_several_companies(bureau: Bureau, company: str) -> None:
    other = register(bureau, "B58378431", "Bodega Alta SL")
    with bureau.desk.database.reading() as session:
        found = bureau.companies.of(session, email=EMAIL)
    assert [view.id for view, _ in found] == [company, other]


def test_a_deed_is_reviewed_and_then_holds(bureau: Bureau, company: str) -> None:
    bureau.companies.ask_registers(company, email=EMAIL)
    bureau.powers.give_deed(company, email=EMAIL, upload=DEED)
    with pytest.raises(PowerMissingError):
        acting(bureau, company)
    (waiting,) = bureau.review.queue(REVIEWER)
    sheet = bureau.review.open_case(REVIEWER, waiting.id).sheet
    facts = dict(sheet.facts)
    assert facts["companyNumber"] == f"es-nif {NUMBER}"
    assert facts["register.known"] == "yes ACEITES DEL SUR SA"
    assert [(one.media_type, one.content) for one in sheet.pictures] == [("application/pdf", DEED)]
    bureau.review.decide(REVIEWER, waiting.id, accepted=True, reason="a notary's deed of 2019")
    assert acting(bureau, company) == ("deed", False)
    (kept,) = bureau.statements_about(company)
    statement, values = outsiders_view(kept, bureau.log.entries)
    assert statement.type == "company-identified"
    assert statement.body["registers"]["known"]["answer"] == "yes"
    assert values["companyNumber"] == NUMBER
    assert NUMBER not in str(statement.body)
    bureau.desk.clock.advance(days=366)
    bureau.identify()
    with pytest.raises(PowerMissingError):
        acting(bureau, company)


def test_a_refused_or_withdrawn_deed_does_not_hold(bureau: Bureau, company: str) -> None:
    first = bureau.powers.give_deed(company, email=EMAIL, upload=DEED)
    (waiting,) = bureau.review.queue(REVIEWER)
    bureau.review.decide(REVIEWER, waiting.id, accepted=False, reason="it has expired")
    with pytest.raises(PowerMissingError):
        acting(bureau, company)
    second = bureau.powers.give_deed(company, email=EMAIL, upload=DEED)
    (waiting,) = bureau.review.queue(REVIEWER)
    bureau.review.decide(REVIEWER, waiting.id, accepted=True, reason="a new one")
    with bureau.desk.database.transaction() as session:
        bureau.powers.withdraw(session, company, email=EMAIL, power_id=second)
    with pytest.raises(PowerMissingError):
        acting(bureau, company)
    assert first != second
    types = [
        outsiders_view(one, bureau.log.entries)[0].type for one in bureau.statements_about(company)
    ]
    assert sorted(types) == ["company-identified", "power-withdrawn"]
    with pytest.raises(AlreadyReviewedError):
        bureau.review.decide(REVIEWER, waiting.id, accepted=True, reason="again, please")


def test_deeds_are_pdfs_or_pictures(bureau: Bureau, company: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (300, 400), "white").save(out, "PNG")
    bureau.powers.give_deed(company, email=EMAIL, upload=out.getvalue())
    for upload in (b"", b"%PDF-" + bytes(16 * 1024 * 1024)):
        with pytest.raises(DeedRefusedError):
            bureau.powers.give_deed(company, email=EMAIL, upload=upload)
    set_roles(bureau, company, EVA, Role.DRAFTER)
    with pytest.raises(NotMemberError):
        bureau.powers.give_deed(company, email=EVA, upload=DEED)


def test_signers_act_by_the_power_of_who_named_them(bureau: Bureau, company: str) -> None:
    bureau.powers.give_deed(company, email=EMAIL, upload=DEED)
    (waiting,) = bureau.review.queue(REVIEWER)
    bureau.review.decide(REVIEWER, waiting.id, accepted=True, reason="a notary's deed")
    set_roles(bureau, company, EVA, Role.SIGNER)
    with pytest.raises(NotIdentifiedError):
        acting(bureau, company, EVA)
    bureau.identify(EVA)
    assert acting(bureau, company, EVA) == ("deed", True)
    set_roles(bureau, company, EVA, Role.DRAFTER)
    with pytest.raises(NotMemberError):
        acting(bureau, company, EVA)


def test_the_companys_certificate_proves_the_power_at_once(
    bureau: Bureau, company: str, authority: Authority, tmp_path: Path
) -> None:
    assert prove(bureau, company, authority.issue(), tmp_path) == "Aceites del Sur SA"
    assert acting(bureau, company) == ("certificate", False)
    (kept,) = bureau.statements_about(company)
    statement, values = outsiders_view(kept, bureau.log.entries)
    assert statement.body["issuersClaims"] == ["qualified", "for-signatures"]
    assert len(statement.body["certificatePath"]) == 2
    assert statement.body["revocation"][0].startswith("crl good ")
    assert values["certificatePerson"] == "MARIA CARMEN GARCIA LOPEZ"


def test_seals_and_other_ways_to_sign_are_taken_too(
    bureau: Bureau, company: str, authority: Authority, tmp_path: Path
) -> None:
    seal = authority.issue(person=None, key=rsa.generate_private_key(65537, 2048))
    for options in (
        (),
        ("-nodetach",),
        ("-keyid",),
        ("-keyopt", "rsa_padding_mode:pss"),
        ("-md", "sha512"),
    ):
        assert prove(bureau, company, seal, tmp_path, *options)


def test_a_certificate_of_another_person_is_for_the_desk(
    bureau: Bureau, company: str, authority: Authority, tmp_path: Path
) -> None:
    prove(bureau, company, authority.issue(person="IDCES-12345678Z"), tmp_path)
    with pytest.raises(PowerMissingError):
        acting(bureau, company)
    (waiting,) = bureau.review.queue(REVIEWER)
    assert waiting.reasons == ("other-person",)
    facts = dict(bureau.review.open_case(REVIEWER, waiting.id).sheet.facts)
    assert facts["certificate.person_number"] == "12345678Z"


def test_certificates_that_prove_nothing_are_refused(
    bureau: Bureau, company: str, authority: Authority, tmp_path: Path
) -> None:
    stranger = Authority(url=authority.url)
    revoked = authority.issue()
    authority.revoked.add(revoked.certificate.serial_number)
    for key, step in (
        (stranger.issue(), "path"),
        (authority.issue(days=-1), "path"),
        (authority.issue(identifier="VATES-B58378431"), "company"),
        (authority.issue(identifier="VATPT-" + NUMBER), "company"),
        (authority.issue(identifier=NUMBER), "company"),
        (authority.issue(signing=False), "usage"),
        (revoked, "revoked"),
    ):
        with pytest.raises(CertificateRefusedError) as refused:
            prove(bureau, company, key, tmp_path)
        assert refused.value.facts["step"] == step


def test_an_authority_that_is_silent_is_neither_yes_nor_no(
    bureau: Bureau, company: str, authority: Authority, tmp_path: Path
) -> None:
    key = authority.issue(addresses=False)
    text = challenge(bureau, company)
    signature = key.sign(text, tmp_path)
    with pytest.raises(CertificateUncheckedError):
        bureau.powers.prove_by_certificate(company, email=EMAIL, text=text, signature=signature)
    with pytest.raises(PowerMissingError):
        acting(bureau, company)


def test_a_challenge_is_signed_by_the_one_who_took_it_once_and_soon(
    bureau: Bureau, company: str, authority: Authority, tmp_path: Path
) -> None:
    key = authority.issue()
    text = challenge(bureau, company)
    signature = key.sign(text, tmp_path)

    def give(text: str, signature: bytes, where: str = company, email: str = EMAIL) -> None:
        bureau.powers.prove_by_certificate(where, email=email, text=text, signature=signature)

    other = register(bureau, "B58378431", "Bodega Alta SL")
    set_roles(bureau, company, EVA, Role.SIGNER)
    bureau.identify(EVA)
    for where, email in ((other, EMAIL), (company, EVA)):
        with pytest.raises(CertificateChallengeError):
            give(text, signature, where, email)
    for wrong in (b"", b"x" * 100, signature[:-10], signature + b"x" * 300_000):
        with pytest.raises(CertificateRefusedError):
            give(text, wrong)
    with pytest.raises(CertificateRefusedError) as refused:
        give(challenge(bureau, company), signature)
    assert refused.value.facts["step"] == "text"
    broken = bytearray(signature)
    broken[-1] ^= 1
    with pytest.raises(CertificateRefusedError):
        give(text, bytes(broken))
    give(text, signature)
    with pytest.raises(CertificateChallengeError):
        give(text, signature)
    late = challenge(bureau, company)
    bureau.desk.clock.advance(minutes=31)
    with pytest.raises(CertificateChallengeError):
        give(late, key.sign(late, tmp_path))
