"""Links in invitations: each leads one party to one agreement, once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from service.clock import Clock
from service.database import Database
from service.identity.errors import LinkRevokedError, LinkUnknownError, LinkUsedError
from service.identity.models import InvitationLink
from service.identity.tokens import new_token, token_hash


@dataclass(frozen=True, kw_only=True)
class LinkView:
    """Where a link leads."""

    agreement: str
    party: int


class InvitationLinks:
    """Issues links and redeems them.

    Looking at a link leaves it whole, since mail scanners open every link before its reader does;
    it is consumed only when the code that follows is confirmed. The link alone never signs in.
    """

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def issue_link(self, session: Session, *, agreement: str, party: int) -> str:
        """Return a new token (43 characters), to be mailed in the same transaction and forgotten.

        Earlier links of this party go on working until one of them is consumed.
        """
        token = new_token()
        session.add(
            InvitationLink(
                token_hash=token_hash(token),
                agreement=agreement,
                party=party,
                issued_at=self._clock.now(),
            )
        )
        return token

    def peek_link(self, token: str) -> LinkView:
        """Return where the link leads, changing nothing.

        Raises LinkUnknownError, LinkUsedError, LinkRevokedError.
        """
        with self._database.reading() as session:
            return _view(_usable(session.get(InvitationLink, token_hash(token))))

    def consume_link(self, session: Session, token: str) -> LinkView:
        """Use up the link, and withdraw the party's other links to this agreement.

        Raises LinkUnknownError, LinkUsedError, LinkRevokedError.
        """
        row = _usable(session.get(InvitationLink, token_hash(token), with_for_update=True))
        now = self._clock.now()
        row.used_at = now
        session.flush()
        self._withdraw(session, agreement=row.agreement, party=row.party, now=now)
        return _view(row)

    def revoke_links(self, session: Session, *, agreement: str, party: int | None = None) -> None:
        """Withdraw every unused link to an agreement, or only those of one party."""
        session.flush()
        self._withdraw(session, agreement=agreement, party=party, now=self._clock.now())

    def _withdraw(
        self, session: Session, *, agreement: str, party: int | None, now: datetime
    ) -> None:
        change = (
            update(InvitationLink)
            .where(
                InvitationLink.agreement == agreement,
                InvitationLink.used_at.is_(None),
                InvitationLink.revoked_at.is_(None),
            )
            .values(revoked_at=now)
        )
        if party is not None:
            change = change.where(InvitationLink.party == party)
        session.execute(change)


def _usable(row: InvitationLink | None) -> InvitationLink:
    if row is None:
        raise LinkUnknownError("no such link; copy it whole from the mail, or sign in by e-mail")
    if row.used_at is not None:
        raise LinkUsedError("the link was used already; sign in with your e-mail instead")
    if row.revoked_at is not None:
        raise LinkRevokedError("the link was withdrawn; sign in with your e-mail instead")
    return row


def _view(row: InvitationLink) -> LinkView:
    return LinkView(agreement=row.agreement, party=row.party)
