"""A deadline that passes; the last file of the folder, so that hardly anybody waits for it."""

import time
from datetime import UTC, datetime, timedelta

from tests.journey.conftest import Expiring
from tests.journey.people import people
from tests.running import RunningActa


def test_a_deadline_that_passes_ends_it(acta_server: RunningActa, expiring: Expiring) -> None:
    with people(acta_server, expiring.sender, expiring.party) as (sender, party):
        sender.sign_in()
        party.accept_invitation(expiring.agreement)
        until = expiring.deadline + timedelta(seconds=30)
        while sender.state_of(expiring.agreement) == "sent":
            assert datetime.now(UTC) < until, "the deadline has passed and nothing happened"
            time.sleep(1)
        assert datetime.now(UTC) >= expiring.deadline
        for person in (sender, party):
            assert person.state_of(expiring.agreement) == "expired"
            page = person.visitor.open(f"/agreements/{expiring.agreement}/document.pdf")
            assert page.status == 409
        away = party.visitor.open(f"/agreements/{expiring.agreement}/sign")
        assert away.path == f"/agreements/{expiring.agreement}"
