"""Two or three people with mailboxes of their own, and what they do together."""

import secrets
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from anchoring.report import Report
from anchoring.trust import TrustFile, parse_trust
from anchoring.verify import verify_evidence
from service.person import LINK, Contact, Person
from service.visitor import Mailbox
from tests.pdfs.making import reportlab_pdf
from tests.running import RunningActa

FINAL_LIMIT_S = 60
PRODUCERS = Path(__file__).resolve().parents[1] / "pdfs" / "producers"


def contact(name: str) -> Contact:
    """Return somebody whom no other test knows."""
    mailbox = unicodedata.normalize("NFKD", name.split()[0].lower()).encode("ascii", "ignore")
    # Letters only: digits of an address must not look like a mailed code.
    mark = "".join(secrets.choice("bcdfghjklmnpqrstvwxz") for _ in range(8))
    return Contact(name, f"{mailbox.decode()}.{mark}@journey.example")


@contextmanager
def people(acta: RunningActa, *contacts: Contact) -> Iterator[list[Person]]:
    """Yield the people, each with a browser of their own."""
    found = [Person(acta.base_url, one) for one in contacts]
    try:
        yield found
    finally:
        for person in found:
            person.close()


def signed_by_two(
    acta: RunningActa,
    *,
    pdf: bytes | None = None,
    title: str = "Aparcería de un viñedo",
    contacts: tuple[Contact, Contact] | None = None,
) -> tuple[bytes, bytes]:
    """Return the sealed PDF and the evidence of an agreement that two people signed."""
    first, second = contacts or (contact("Lucía Prado Vela"), contact("Hugo Santos Mir"))
    with people(acta, first, second) as (one, other):
        one.sign_in()
        agreement = one.draft(
            pdf=pdf or reportlab_pdf(pages=2), title=title, others=[second], own=True
        )
        one.sign(agreement)
        one.send(agreement)
        other.accept_invitation(agreement)
        other.sign(agreement)
        wait_for_evidence(other, agreement)
        results = [
            (
                person.visitor.download(f"/agreements/{agreement}/document.pdf"),
                person.visitor.download(f"/agreements/{agreement}/evidence.asice"),
            )
            for person in (one, other)
        ]
        assert results[0] == results[1]
        return results[0]


def wait_for_evidence(person: Person, agreement: str) -> None:
    """Wait until the agreement's anchor is final and its evidence is offered."""
    until = time.monotonic() + FINAL_LIMIT_S
    while not person.offers(agreement, "evidence.asice"):
        assert time.monotonic() < until, f"no final anchor within {FINAL_LIMIT_S} s"
        time.sleep(0.2)


def invitations(person: Person) -> int:
    """Return how many invitations lie in a person's mailbox."""
    return Mailbox(person.visitor).count(person.contact.email, LINK)


def trust_of(acta: RunningActa) -> TrustFile:
    """Return the trust file that an Acta publishes."""
    answer = httpx.get(f"{acta.base_url}/.well-known/acta-trust.json", timeout=10)
    return parse_trust(answer.raise_for_status().content)


def verified(acta: RunningActa, evidence: bytes, *, pdf: bytes | None = None) -> Report:
    """Return the verdict of a reader who trusts ``acta``, by the nodes of its trust file."""
    return verify_evidence(evidence, trust=trust_of(acta), pdf=pdf)
