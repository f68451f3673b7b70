"""Where parties fill in and sign: fields that the sender places on a draft's pages."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from service.agreements.desk import can_place
from service.agreements.drafting import Drafting
from service.agreements.errors import (
    AgreementNotFoundError,
    BadFieldsError,
    NotInThisStateError,
    StaleViewError,
)
from service.agreements.models import Agreement, PlacedFieldRow
from service.agreements.values import all_fields
from service.agreements.views import FieldDraft, FieldView, PartyDraft
from service.signing import Place, PlacedField, value_field

SIGNATURE = "signature"
KINDS = (SIGNATURE, "initials", "date", "text", "checkbox")
MAX_FIELDS = 200
_MAX_LABEL = 100
_SMALLEST = 0.008


class Placing(Drafting):
    """Placing fields on the pages of a draft that nobody has opened to sign yet."""

    def placed_fields(self, email: str, agreement_id: str) -> tuple[FieldView, ...]:
        """Return the fields of an agreement that this person sent."""
        with self._desk.database.reading() as session:
            return all_fields(self._sent_by(session, email, agreement_id))

    def place_fields(self, email: str, agreement_id: str, fields: Sequence[FieldDraft]) -> None:
        """Put exactly ``fields`` on the draft's pages, preparing its PDF anew.

        Raises BadFieldsError, or NotInThisStateError once somebody has opened the draft to sign:
        what is signed must be what was shown. The same fields again are the same draft.
        """
        desk = self._desk
        with desk.database.reading() as session:
            agreement = self._sent_by(session, email, agreement_id)
            _expect_placeable(agreement, email)
            rows, before = _rows(agreement, fields), agreement.revision
            assert agreement.original_sha256 is not None  # _expect_placeable has looked
            original = desk.files.get(bytes.fromhex(agreement.original_sha256))
            prepared = self.prepare(agreement, original, _placed(rows))
        # Crash point: a file that no row names is never shown and may be swept away.
        revision = desk.files.put(prepared).hex()
        with desk.database.transaction() as session:
            agreement = self._of_sender(session, email, agreement_id)
            _expect_placeable(agreement, email)
            if agreement.revision != before:
                raise StaleViewError("the fields were placed otherwise meanwhile; look again")
            agreement.fields.clear()
            session.flush()
            agreement.fields.extend(rows)
            agreement.revision = agreement.prepared_sha256 = revision
        # Crash point: the older file is left; no row names it.
        desk.files.delete(bytes.fromhex(before))

    def copy_draft(self, email: str, agreement_id: str) -> str:
        """Make a new draft of the same PDF, parties and fields; return its id."""
        desk = self._desk
        with desk.database.reading() as session:
            agreement = self._sent_by(session, email, agreement_id)
            if agreement.original_sha256 is None:
                raise NotInThisStateError(
                    "expected an agreement whose upload is kept, got one from before"
                )
            kept = _Kept.of(agreement)
            pdf = desk.files.get(bytes.fromhex(agreement.original_sha256))
        made = self.create_draft(
            sender=email,
            sender_name=kept.sender_name,
            lang=kept.lang,
            filename=kept.filename,
            pdf=pdf,
            title=kept.title,
            deadline=desk.clock.now() + kept.time,
            parties=kept.parties,
            by_device=kept.by_device,
        )
        if kept.fields:
            self.place_fields(email, made, kept.fields)
        return made

    def _sent_by(self, session: Session, email: str, agreement_id: str) -> Agreement:
        agreement = self._visible(session, email, agreement_id)
        if agreement.sender_email != email:
            raise AgreementNotFoundError("no such agreement", agreement=agreement_id)
        return agreement


@dataclass(frozen=True)
class _Kept:
    """What a new draft takes from an older agreement."""

    title: str
    lang: str
    filename: str
    sender_name: str
    time: timedelta
    parties: tuple[PartyDraft, ...]
    fields: tuple[FieldView, ...]
    by_device: bool

    @classmethod
    def of(cls, agreement: Agreement) -> "_Kept":
        return cls(
            title=agreement.title,
            lang=agreement.lang,
            filename=agreement.filename,
            sender_name=agreement.sender_name,
            time=max(timedelta(days=1), agreement.deadline - agreement.created_at),
            parties=tuple(
                PartyDraft(name=p.name, email=p.email, order=p.signing_order, role=p.role)
                for p in agreement.parties
            ),
            fields=all_fields(agreement),
            by_device=agreement.by_device,
        )


def _expect_placeable(agreement: Agreement, email: str) -> None:
    if agreement.sender_email != email or not can_place(agreement):
        raise NotInThisStateError(
            "expected a draft that nobody has opened to sign; make another one of the same pdf",
            state=str(agreement.state),
        )


def _rows(agreement: Agreement, fields: Sequence[FieldDraft]) -> list[PlacedFieldRow]:
    if len(fields) > MAX_FIELDS:
        raise BadFieldsError(f"expected at most {MAX_FIELDS} fields, got {len(fields)}")
    signers = {party.number for party in agreement.parties if party.signs}
    # Reading order, so that what is filled in follows the pages.
    ordered = sorted(fields, key=lambda one: (one.page, one.top, one.left))
    numbers: dict[int, int] = dict.fromkeys(signers, 0)
    signs: set[int] = set()
    rows = []
    for position, field in enumerate(ordered):
        _check(field, agreement.page_count, signers)
        name = ""
        if field.kind != SIGNATURE:
            numbers[field.party] += 1
            name = value_field(field.party, numbers[field.party])
        elif field.party in signs:
            raise BadFieldsError(
                f"expected one place for the signature of party {field.party}, got two"
            )
        else:
            signs.add(field.party)
        rows.append(
            PlacedFieldRow(
                agreement_id=agreement.id,
                position=position,
                party=field.party,
                kind=field.kind,
                name=name,
                label=" ".join(field.label.split())[:_MAX_LABEL],
                required=field.required,
                page=field.page,
                left=round(field.left, 5),
                top=round(field.top, 5),
                width=round(field.width, 5),
                height=round(field.height, 5),
            )
        )
    return rows


def _check(field: FieldDraft, pages: int, signers: set[int]) -> None:
    if field.party not in signers:
        raise BadFieldsError(f"expected fields of those who sign, got one of {field.party}")
    if field.kind not in KINDS:
        raise BadFieldsError(f"expected a kind of {', '.join(KINDS)}, got {field.kind!r:.40}")
    if not 1 <= field.page <= pages:
        raise BadFieldsError(f"expected a page from 1 to {pages}, got {field.page}")
    sides = (field.left, field.top, field.width, field.height)
    inside = (
        all(math.isfinite(side) for side in sides)
        and min(field.left, field.top) >= 0
        and min(field.width, field.height) >= _SMALLEST
        and max(field.left + field.width, field.top + field.height) <= 1.0001
    )
    if not inside:
        raise BadFieldsError(f"expected a field within page {field.page}, got {sides}")


def _placed(rows: Sequence[PlacedFieldRow]) -> list[PlacedField]:
    return [
        PlacedField(
            name=row.name,
            party=row.party,
            kind=row.kind,
            label=row.label or row.kind,
            place=Place(
                page=row.page, left=row.left, top=row.top, width=row.width, height=row.height
            ),
        )
        for row in rows
    ]
