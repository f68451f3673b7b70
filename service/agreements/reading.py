"""Finding, showing and downloading agreements."""

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from service.agreements.desk import UseCases, can_place, is_turn, party_of
from service.agreements.errors import AgreementNotFoundError, NotReadyError
from service.agreements.models import Agreement, Archived, Party, PartyState, State, TagRow
from service.agreements.views import (
    AgreementSummary,
    AgreementView,
    ChainStep,
    Invitee,
    PartyView,
    TimelineEvent,
)
from service.signing import render_page

_STATES = {
    "draft": (State.DRAFT, State.READY),
    "sent": (State.SENT, State.SEALING),
    "sealed": (State.SEALED,),
    "ended": (State.DECLINED, State.EXPIRED),
}


class Reading(UseCases):
    """What people see; nothing here changes an agreement."""

    def list_for(
        self,
        email: str,
        *,
        query: str = "",
        archived: bool = False,
        state: str = "",
        tag: str = "",
    ) -> list[AgreementSummary]:
        """Return this person's agreements, those awaiting them first, then the newest.

        ``state``: turn (awaiting this person), draft, sent, sealed or ended (unsigned); ``tag``:
        one of this person's own.
        """
        mine = select(Party.agreement_id).where(
            and_(Party.email == email, Party.state != PartyState.WAITING)
        )
        put_away = select(Archived.agreement_id).where(
            Archived.email == email, Archived.archived.is_(True)
        )
        wanted = select(Agreement).where(
            or_(Agreement.sender_email == email, Agreement.id.in_(mine)),
            Agreement.id.in_(put_away) if archived else Agreement.id.not_in(put_away),
        )
        if state in _STATES:
            wanted = wanted.where(Agreement.state.in_(_STATES[state]))
        if tag:
            tagged = select(TagRow.agreement_id).where(TagRow.email == email, TagRow.tag == tag)
            wanted = wanted.where(Agreement.id.in_(tagged))
        words = query.split()[:8]
        for word in words:
            named = select(Party.agreement_id).where(
                or_(
                    Party.name.icontains(word, autoescape=True),
                    Party.email.icontains(word, autoescape=True),
                )
            )
            wanted = wanted.where(
                or_(
                    Agreement.title.icontains(word, autoescape=True),
                    Agreement.sender_name.icontains(word, autoescape=True),
                    Agreement.id.in_(named),
                )
            )
        with self._desk.database.reading() as session:
            found = session.scalars(wanted.order_by(Agreement.created_at.desc()).limit(200))
            summaries = [
                _summary(agreement, email, archived=archived, tags=_tags(session, email, agreement))
                for agreement in found
            ]
        if state == "turn":
            summaries = [summary for summary in summaries if summary.my_turn]
        return sorted(summaries, key=lambda summary: not summary.my_turn)

    def view_for(self, email: str, agreement_id: str) -> AgreementView:
        """Return the agreement as this person may see it; NotFound if they may not."""
        with self._desk.database.reading() as session:
            agreement = self._visible(session, email, agreement_id)
            own = party_of(agreement, email)
            is_sender = agreement.sender_email == email
            kept = session.get(Archived, (agreement_id, email))
            return AgreementView(
                id=agreement.id,
                title=agreement.title,
                state=str(agreement.state),
                sender=agreement.sender_email,
                sender_name=agreement.sender_name,
                deadline=agreement.deadline,
                created_at=agreement.created_at,
                sent_at=agreement.sent_at,
                page_count=agreement.page_count,
                parties=_parties(agreement),
                timeline=self._timeline(agreement),
                my_party=None if own is None else own.number,
                my_role=None if own is None else own.role,
                my_turn=own is not None and is_turn(agreement, own),
                can_place=is_sender and can_place(agreement),
                can_send=is_sender
                and agreement.state in {State.DRAFT, State.READY}
                and (own is None or not own.signs or own.state == PartyState.SIGNED),
                can_delete=is_sender and agreement.state == State.DRAFT,
                archived=kept is not None and kept.archived,
                tags=_tags(session, email, agreement),
                document_status=None
                if agreement.document_leaf is None
                else self._desk.notary.leaf_status(agreement.document_leaf).status,
                chains=self._chains(agreement),
                ended=self._ended(agreement),
                evidence_ready=agreement.evidence_sha256 is not None,
                decline_reason=agreement.decline_reason,
            )

    def invitee(self, agreement_id: str, party: int) -> Invitee:
        """Return whom the invitation of ``party`` went to; the caller holds a link that works."""
        with self._desk.database.reading() as session:
            row = session.get(Party, (agreement_id, party))
            if row is None:
                raise AgreementNotFoundError("no such agreement", agreement=agreement_id)
            return Invitee(
                email=row.email,
                title=row.agreement.title,
                sender_name=row.agreement.sender_name,
                lang=row.agreement.lang,
            )

    def page_picture(self, email: str, agreement_id: str, *, page: int, width: int) -> bytes:
        """Return one page as PNG, ``width`` pixels wide; ``page`` counts from 0."""
        with self._desk.database.reading() as session:
            agreement = self._visible(session, email, agreement_id)
            if not 0 <= page < agreement.page_count:
                raise NotReadyError(
                    f"expected a page from 0 to {agreement.page_count - 1}, got {page}"
                )
            revision = _shown_revision(agreement, party_of(agreement, email))
        width = max(200, min(width, 1600))
        picture = self._desk.pictures.get((revision, page, width))
        if picture is None:
            picture = render_page(
                self._desk.files.get(bytes.fromhex(revision)), page=page, width_px=width
            )
            self._desk.pictures.put((revision, page, width), picture)
        return picture

    def archive(self, email: str, agreement_id: str, archived: bool) -> None:
        """Put an agreement out of this person's sight, or back into it."""
        with self._desk.database.transaction() as session:
            self._visible(session, email, agreement_id)
            kept = session.get(Archived, (agreement_id, email))
            if kept is None:
                session.add(Archived(agreement_id=agreement_id, email=email, archived=archived))
            else:
                kept.archived = archived

    def sealed_pdf(self, email: str, agreement_id: str) -> bytes:
        """Return the sealed PDF; NotReadyError before it is sealed and stored."""
        with self._desk.database.reading() as session:
            agreement = self._visible(session, email, agreement_id)
            if agreement.state != State.SEALED or agreement.sealed_sha256 is None:
                raise NotReadyError("expected a sealed agreement; wait until everybody signed")
            sealed = agreement.sealed_sha256
        return self._desk.files.get(bytes.fromhex(sealed))

    def evidence(self, email: str, agreement_id: str) -> bytes:
        """Return the evidence file; NotReadyError until its anchor is final."""
        with self._desk.database.reading() as session:
            agreement = self._visible(session, email, agreement_id)
            if agreement.evidence_sha256 is None:
                raise NotReadyError("expected a final anchor; the evidence file follows it")
            evidence = agreement.evidence_sha256
        return self._desk.files.get(bytes.fromhex(evidence))

    def _chains(self, agreement: Agreement) -> tuple[ChainStep, ...]:
        if agreement.document_leaf is None:
            return ()
        return tuple(
            ChainStep(name=one.chain, is_home=one.is_home, status=one.status.status)
            for one in self._desk.notary.chain_statuses(agreement.document_leaf)
        )

    def _ended(self, agreement: Agreement) -> str | None:
        if agreement.document_leaf is None:
            return None
        ended = self._desk.notary.ended(agreement.document_leaf)
        return None if ended is None else ended.how

    def _timeline(self, agreement: Agreement) -> tuple[TimelineEvent, ...]:
        statuses = self._desk.notary.leaf_statuses([row.leaf_hash for row in agreement.statements])
        return tuple(
            TimelineEvent(
                at=row.at,
                type=row.type,
                party=row.party or None,
                detail="",
                status=statuses[row.leaf_hash].status,
            )
            for row in agreement.statements
        )


def _parties(agreement: Agreement) -> tuple[PartyView, ...]:
    return tuple(
        PartyView(
            number=party.number,
            name=party.name,
            email=party.email,
            order=party.signing_order,
            role=party.role,
            state=str(party.state),
            signed_at=party.signed_at,
        )
        for party in agreement.parties
    )


def _tags(session: Session, email: str, agreement: Agreement) -> tuple[str, ...]:
    found = session.scalars(
        select(TagRow.tag).where(TagRow.agreement_id == agreement.id, TagRow.email == email)
    )
    return tuple(sorted(found, key=str.casefold))


def _summary(
    agreement: Agreement, email: str, *, archived: bool, tags: tuple[str, ...]
) -> AgreementSummary:
    own = party_of(agreement, email)
    return AgreementSummary(
        id=agreement.id,
        title=agreement.title,
        state=str(agreement.state),
        deadline=agreement.deadline,
        created_at=agreement.created_at,
        parties=_parties(agreement),
        my_turn=own is not None and is_turn(agreement, own),
        archived=archived,
        tags=tags,
    )


def _shown_revision(agreement: Agreement, own: Party | None) -> str:
    """Return the revision this person may see: never a half-signed copy that is not theirs."""
    if agreement.state == State.SEALED and agreement.sealed_sha256 is not None:
        return agreement.sealed_sha256
    if own is not None and is_turn(agreement, own):
        return agreement.revision
    if own is not None and own.signed_revision is not None:
        return own.signed_revision
    return agreement.prepared_sha256
