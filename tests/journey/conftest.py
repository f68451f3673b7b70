"""An agreement that runs out while the other tests of the journey run."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from service.person import Contact
from tests.journey.people import contact, people
from tests.pdfs.making import reportlab_pdf
from tests.running import RunningActa

SOONEST = timedelta(seconds=64)
"""A deadline is at least a minute away when the draft arrives."""


@dataclass(frozen=True)
class Expiring:
    """An agreement sent with the soonest deadline, which nobody signs."""

    agreement: str
    sender: Contact
    party: Contact
    deadline: datetime


@pytest.fixture(scope="session", autouse=True)
def expiring(acta_server: RunningActa) -> Expiring:
    """Made before the other tests of this folder, which run while its minute passes."""
    sender, party = contact("Elena Pardo Gil"), contact("Bruno Salas Rey")
    deadline = (datetime.now(UTC) + SOONEST).replace(second=59, microsecond=0)
    if deadline < datetime.now(UTC) + SOONEST:
        deadline += timedelta(minutes=1)
    # The form takes a day and how far the browser is from UTC: together, any minute.
    day_end = deadline.replace(hour=23, minute=59)
    if day_end - deadline > timedelta(hours=12):
        day_end -= timedelta(days=1)
    with people(acta_server, sender) as (person,):
        person.sign_in()
        made = person.visitor.submit(
            person.visitor.open("/agreements/new"),
            "/agreements/new",
            files={"pdf": ("contrato.pdf", reportlab_pdf(pages=1), "application/pdf")},
            title="Opción de compra",
            deadline=day_end.date().isoformat(),
            utc_offset=str(int((deadline - day_end).total_seconds() // 60)),
            sender_name=sender.name,
            sender_signs=None,
            party_1_name=party.name,
            party_1_email=party.email,
            party_1_order="1",
        )
        agreement = made.path.rpartition("/")[2]
        assert agreement.startswith("agr_"), made.words()
        person.send(agreement)
    return Expiring(agreement, sender, party, deadline)
