"""Fields and tags in memory: what the portal asks of placing them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from service.agreements import FieldDraft, FieldView
from service.portal import AgreementsPort


@dataclass
class MemoryFields(AgreementsPort):
    """Fields in a dictionary; nobody has tags, and nobody signs meanwhile."""

    placed: dict[str, tuple[FieldView, ...]] = field(default_factory=dict, kw_only=True)

    def placed_fields(self, email: str, agreement_id: str, /) -> tuple[FieldView, ...]:
        return self.placed.get(agreement_id, ())

    def place_fields(self, email: str, agreement_id: str, /, fields: Sequence[FieldDraft]) -> None:
        self.placed[agreement_id] = tuple(
            FieldView(
                **vars(field),
                name="" if field.kind == "signature" else f"acta-field-{field.party}-{number}",
            )
            for number, field in enumerate(fields, start=1)
        )

    def note_viewed(self, email: str, agreement_id: str, /) -> None:
        return

    def done_since(self, email: str, agreement_id: str, revision: str, /) -> tuple[str, ...]:
        return ()

    def tags_of(self, email: str, /) -> tuple[str, ...]:
        return ()
