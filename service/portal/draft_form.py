"""The form of a new agreement: what was typed, what is wrong with it, and what it means."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from service.agreements import PartyDraft
from service.errors import ServiceError
from service.identity import clean_address
from service.portal.errors import NoFileError
from service.portal.forms import Form, Upload
from service.portal.wording import Lang, error_text, text

MAX_PARTIES: Final = 50
"""As many as ``service.signing`` has room for."""
ROLES: Final = ("signer", "approver", "witness", "viewer")
_MAX_TITLE = 200
_MAX_NAME = 120
_BLANK_ROWS = 2
_DEFAULT_DAYS = 14
_WIDEST_OFFSET = timedelta(hours=15)
_DAY_END = time(23, 59, 59)
_ADD: Final = "add"
_NUMBER = r"([1-9]|[1-4][0-9]|50)"
_REMOVE = re.compile(rf"remove-{_NUMBER}")
_FIELD_OF_CODE: Final = {
    "agreements/bad-title": "title",
    "agreements/bad-deadline": "deadline",
    "portal/no-file": "pdf",
}


@dataclass(frozen=True, kw_only=True)
class PartyRow:
    """One row of the form, as typed."""

    name: str = ""
    email: str = ""
    order: str = ""
    role: str = "signer"

    @property
    def is_blank(self) -> bool:
        """Whether the row does not count."""
        return not self.name and not self.email


@dataclass(kw_only=True)
class DraftForm:
    """What was typed, and the errors found in it, by the id of the field they belong to."""

    title: str = ""
    deadline: str = ""
    utc_offset: str = ""
    sender_name: str = ""
    sender_signs: bool = True
    by_device: bool = False
    rows: list[PartyRow] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)

    def deadline_moment(self) -> datetime | None:
        """Return the end of the last day, where the browser is (UTC if it did not say)."""
        try:
            day = date.fromisoformat(self.deadline)
            offset = timedelta(minutes=int(self.utc_offset or "0"))
            if abs(offset) > _WIDEST_OFFSET:
                return None
            return datetime.combine(day, _DAY_END, tzinfo=UTC) + offset
        except (ValueError, OverflowError):
            return None

    def parties(self, sender: str) -> list[PartyDraft]:
        """Return the parties in the order of the form; a sender who signs comes first."""
        named = [
            PartyDraft(name=row.name, email=row.email, order=int(row.order), role=row.role)
            for row in self.rows
            if not row.is_blank
        ]
        # Turns without gaps, so that a sender who signs takes the first one and none is too high.
        turns = sorted({party.order for party in named})
        shift = 2 if self.sender_signs else 1
        parties = [
            PartyDraft(name=p.name, email=p.email, order=turns.index(p.order) + shift, role=p.role)
            for p in named
        ]
        if self.sender_signs:
            parties.insert(0, PartyDraft(name=self.sender_name, email=sender, order=1))
        return parties

    def note(self, lang: Lang, error: ServiceError) -> None:
        """Put what another room refused beside the field it is about."""
        place = _FIELD_OF_CODE.get(error.code, "pdf" if error.code.startswith("pdf/") else "")
        self.errors[place or "parties"] = error_text(lang, error)


def blank_draft(now: datetime) -> DraftForm:
    """Return the form as it is first shown."""
    return DraftForm(
        deadline=(now + timedelta(days=_DEFAULT_DAYS)).date().isoformat(),
        rows=[PartyRow(order=str(number)) for number in range(1, _BLANK_ROWS + 1)],
    )


def typed_draft(form: Form) -> DraftForm:
    """Return what was typed, whether or not it is right."""
    numbers = sorted(set(_row_numbers(form)))
    return DraftForm(
        title=form.text("title"),
        deadline=form.text("deadline"),
        utc_offset=form.text("utc_offset"),
        sender_name=form.text("sender_name"),
        sender_signs=form.ticked("sender_signs"),
        by_device=form.ticked("by_device"),
        rows=[
            PartyRow(
                name=form.text(f"party_{number}_name"),
                email=form.text(f"party_{number}_email"),
                order=form.text(f"party_{number}_order") or str(position),
                role=_role(form.text(f"party_{number}_role")),
            )
            for position, number in enumerate(numbers, start=1)
        ],
    )


def change_rows(draft: DraftForm, action: str) -> bool:
    """Add or remove a row if ``action`` asks for it; return whether it did."""
    if action == _ADD:
        if len(draft.rows) < MAX_PARTIES:
            draft.rows.append(PartyRow(order=str(len(draft.rows) + 1)))
        return True
    match = _REMOVE.fullmatch(action)
    if match is None:
        return False
    position = int(match[1]) - 1
    if position < len(draft.rows) and len(draft.rows) > 1:
        del draft.rows[position]
    return True


def check_draft(draft: DraftForm, upload: Upload | None, lang: Lang) -> None:
    """Note every error that the form itself shows, so that people learn of all at once."""
    errors = draft.errors
    if upload is None:
        draft.note(lang, NoFileError("expected a PDF file"))
    if not 1 <= len(draft.title) <= _MAX_TITLE:
        errors["title"] = text(lang, "error.agreements/bad-title")
    if draft.deadline_moment() is None:
        errors["deadline"] = text(lang, "new.error.deadline")
    if not 1 <= len(draft.sender_name) <= _MAX_NAME:
        errors["sender_name"] = text(lang, "new.error.sender_name")
    named = 0
    for number, row in enumerate(draft.rows, start=1):
        if not row.is_blank:
            named += 1
            _check_row(errors, number, row, lang)
    signers = named + draft.sender_signs
    if signers == 0:
        errors["parties"] = text(lang, "new.error.no_parties")
    elif not draft.sender_signs and all(row.is_blank or row.role != ROLES[0] for row in draft.rows):
        errors["parties"] = text(lang, "error.agreements/nobody-signs")
    elif signers > MAX_PARTIES:
        errors["parties"] = text(lang, "new.error.too_many")


def _check_row(errors: dict[str, str], number: int, row: PartyRow, lang: Lang) -> None:
    if not 1 <= len(row.name) <= _MAX_NAME:
        errors[f"party_{number}_name"] = text(lang, "new.error.party_name", number=number)
    if not row.email:
        errors[f"party_{number}_email"] = text(lang, "new.error.party_email", number=number)
    else:
        try:
            clean_address(row.email)
        except ServiceError as error:
            errors[f"party_{number}_email"] = error_text(lang, error)
    if not re.fullmatch(_NUMBER, row.order):
        errors[f"party_{number}_order"] = text(lang, "new.error.party_order", number=number)


def _role(typed: str) -> str:
    return typed if typed in ROLES else ROLES[0]


def _row_numbers(form: Form) -> Iterator[int]:
    for name in form.names():
        match = re.fullmatch(rf"party_{_NUMBER}_(name|email|order)", name)
        if match:
            yield int(match[1])
