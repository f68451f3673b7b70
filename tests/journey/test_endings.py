"""Who may see what and when; and agreements that a party refuses."""

from collections.abc import Iterator

import pytest

from service.person import Person
from tests.journey.people import contact, invitations, people
from tests.pdfs.making import reportlab_pdf
from tests.running import RunningActa


@pytest.fixture
def three(acta_server: RunningActa) -> Iterator[tuple[Person, Person, Person, str]]:
    """A sender who does not sign, a first and a second party, and their agreement, sent."""
    contacts = contact("Rosa Bravo Cid"), contact("Pablo Rey Oca"), contact("Marta Vidal Sanz")
    with people(acta_server, *contacts) as (sender, first, second):
        sender.sign_in()
        agreement = sender.draft(
            pdf=reportlab_pdf(pages=2),
            title="Servidumbre de paso",
            others=[contacts[1], contacts[2]],
            own=False,
        )
        sender.send(agreement)
        yield sender, first, second, agreement


def status(person: Person, path: str) -> int:
    return person.visitor.open(path).status


def last_page(person: Person, agreement: str) -> bytes:
    """Return the picture of the signature page."""
    return person.visitor.download(f"/agreements/{agreement}/pages/3.png?width=800")


def test_a_waiting_party_sees_nothing(three: tuple[Person, Person, Person, str]) -> None:
    _sender, first, second, agreement = three
    second.sign_in()
    for path in ("", "/sign", "/document.pdf", "/evidence.asice", "/pages/1.png", "/progress"):
        assert status(second, f"/agreements/{agreement}{path}") == 404, path
    assert second.find("Servidumbre de paso") is None
    assert invitations(second) == 0

    first.accept_invitation(agreement)
    first.sign(agreement)
    second.accept_invitation(agreement)
    assert second.find("Servidumbre de paso") == agreement
    assert second.state_of(agreement) == "sent"


def test_a_stranger_sees_nothing(
    acta_server: RunningActa, three: tuple[Person, Person, Person, str]
) -> None:
    with people(acta_server, contact("Iván Mora Paz")) as (stranger,):
        stranger.sign_in()
        for path in ("", "/sign", "/document.pdf", "/evidence.asice", "/pages/1.png"):
            assert status(stranger, f"/agreements/{three[3]}{path}") == 404, path


def test_nobody_gets_a_half_signed_copy(three: tuple[Person, Person, Person, str]) -> None:
    sender, first, second, agreement = three
    prepared = last_page(sender, agreement)
    first.accept_invitation(agreement)
    first.sign(agreement)
    for person in (sender, first):
        page = person.visitor.open(f"/agreements/{agreement}/document.pdf")
        assert page.status == 409
        assert not page.text.startswith("%PDF")
        assert status(person, f"/agreements/{agreement}/evidence.asice") == 409
    # The sender goes on seeing the contract as it was sent; whoever signed sees that they did.
    assert last_page(sender, agreement) == prepared
    assert last_page(first, agreement) != prepared
    # Whose turn it is reads what they are about to sign.
    second.accept_invitation(agreement)
    assert last_page(second, agreement) == last_page(first, agreement)


def test_nobody_signs_twice_or_out_of_turn(three: tuple[Person, Person, Person, str]) -> None:
    sender, first, _second, agreement = three
    first.accept_invitation(agreement)
    first.sign(agreement)
    assert first.visitor.open(f"/agreements/{agreement}/sign").path == f"/agreements/{agreement}"
    assert sender.visitor.open(f"/agreements/{agreement}/sign").path == f"/agreements/{agreement}"
    assert sender.state_of(agreement) == "sent"


def test_a_refusal_ends_it_for_everybody(three: tuple[Person, Person, Person, str]) -> None:
    sender, first, second, agreement = three
    first.accept_invitation(agreement)
    first.sign(agreement)
    second.accept_invitation(agreement)
    second.page_of(agreement)
    sent_before = invitations(first)
    second.visitor.open(f"/agreements/{agreement}/sign")
    second.decline(agreement, "El linde no es el que se habló.")
    for person in (sender, first, second):
        assert person.state_of(agreement) == "declined"
        assert "El linde no es el que se habló." in person.page_of(agreement).words()
        assert status(person, f"/agreements/{agreement}/document.pdf") == 409
        assert status(person, f"/agreements/{agreement}/evidence.asice") == 409
    assert second.visitor.open(f"/agreements/{agreement}/sign").path == f"/agreements/{agreement}"
    assert invitations(first) == sent_before


def test_a_refusal_by_the_first_reaches_no_second(
    three: tuple[Person, Person, Person, str],
) -> None:
    sender, first, second, agreement = three
    first.accept_invitation(agreement)
    first.decline(agreement, "No me conviene.")
    assert sender.state_of(agreement) == "declined"
    assert invitations(second) == 0
    second.sign_in()
    assert status(second, f"/agreements/{agreement}") == 404
