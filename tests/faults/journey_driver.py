"""A two-party journey that goes on from wherever it stands, also after the server was killed."""

import time
from collections import Counter
from pathlib import Path

import httpx

from service.person import Contact, Person
from service.visitor import JourneyError
from tests.running import RunningActa

LIMIT_S = 90
LEASE = Path(__file__).resolve().parents[1] / "pdfs" / "producers" / "latex_land_sale.pdf"


class ServerGoneError(Exception):
    """The server no longer answers."""


class TwoPartyJourney:
    """Two people and their agreement; ``advance`` does whatever is to be done next."""

    def __init__(self, acta: RunningActa, name: str) -> None:
        self.acta = acta
        self.title = f"Compraventa {name}"
        self.sender = Person(acta.base_url, Contact("Inés Soto", f"ines.{name}@finca.example"))
        self.other = Person(acta.base_url, Contact("Pau Riera", f"pau.{name}@campo.example"))
        self.agreement: str | None = None

    def close(self) -> None:
        """Drop the connections."""
        self.sender.close()
        self.other.close()

    def run(self) -> str:
        """Go on until the evidence is there; return the agreement's id. Raises ServerGoneError."""
        until = time.monotonic() + LIMIT_S
        while time.monotonic() < until:
            try:
                if self.advance():
                    assert self.agreement is not None
                    return self.agreement
            except httpx.TransportError as error:
                raise ServerGoneError from error
        raise AssertionError(f"the journey did not end within {LIMIT_S} s:\n{self.acta.output}")

    def advance(self) -> bool:
        """Do the next thing; return whether the evidence can be downloaded."""
        self.sender.sign_in()
        self.agreement = self.agreement or self.sender.find(self.title)
        if self.agreement is None:
            self.sender.draft(
                pdf=LEASE.read_bytes(), title=self.title, others=[self.other.contact], own=True
            )
            return False
        agreement = self.agreement
        state = self.sender.state_of(agreement)
        if state == "draft":
            self.sender.sign(agreement)
        elif state == "ready":
            self.sender.send(agreement)
        elif state == "sent":
            self.other.accept_invitation(agreement)
            self.other.sign(agreement)
        elif state in {"sealing", "sealed"}:
            if self.sender.offers(agreement, "evidence.asice"):
                return True
            time.sleep(0.1)
        else:
            raise JourneyError(f"expected the agreement to go on, got {state}")
        return False

    def mails(self) -> Counter[str]:
        """Count the mails to each of the two by subject line."""
        counted: Counter[str] = Counter()
        for person in (self.sender, self.other):
            page = person.visitor.open(f"/mailbox?to={person.contact.email}")
            for subject in page.tree().xpath("//*[contains(@class,'row-title')]/text()"):
                counted[f"{person.contact.email} {subject.strip()}"] += 1
        return counted
