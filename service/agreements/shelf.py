"""A person's own order among their agreements: tags, and taking everything away at once."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from sqlalchemy import delete, select

from service.agreements.desk import may_see
from service.agreements.errors import BadTagsError
from service.agreements.models import Agreement, State, TagRow
from service.agreements.reading import Reading

MAX_TAGS = 12
MAX_TAG = 40
MOST_TAKEN = 200
"""As many agreements as a list shows."""


class Shelf(Reading):
    """Tags are one person's own: nobody else sees them, and nothing of them is logged."""

    def tag(self, email: str, agreement_id: str, tags: Sequence[str]) -> None:
        """Give an agreement exactly ``tags``; the same again is no error. Raises BadTagsError."""
        cleaned = _clean(tags)
        with self._desk.database.transaction() as session:
            self._visible(session, email, agreement_id)
            session.execute(
                delete(TagRow).where(TagRow.agreement_id == agreement_id, TagRow.email == email)
            )
            session.add_all(
                TagRow(agreement_id=agreement_id, email=email, tag=tag) for tag in cleaned
            )

    def tags_of(self, email: str) -> tuple[str, ...]:
        """Return every tag that this person uses, in order."""
        with self._desk.database.reading() as session:
            found = session.scalars(select(TagRow.tag).where(TagRow.email == email).distinct())
            return tuple(sorted(found, key=str.casefold))

    def sealed_files(self, email: str, agreement_ids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Yield name and content of every sealed PDF and evidence file among the agreements.

        Those that this person may not see, or that are not sealed, are left out. Names are safe
        in any file system, and no two are alike.
        """
        for agreement_id in list(agreement_ids)[:MOST_TAKEN]:
            with self._desk.database.reading() as session:
                agreement = session.get(Agreement, agreement_id)
                if agreement is None or agreement.state != State.SEALED:
                    continue
                if not may_see(agreement, email):
                    continue
                folder = f"{_file_name(agreement.title)}-{agreement.id[-6:]}"
                sealed, evidence = agreement.sealed_sha256, agreement.evidence_sha256
            if sealed is not None:
                yield f"{folder}/{folder}.pdf", self._desk.files.get(bytes.fromhex(sealed))
            if evidence is not None:
                yield f"{folder}/{folder}.asice", self._desk.files.get(bytes.fromhex(evidence))


def _clean(tags: Sequence[str]) -> list[str]:
    found: dict[str, str] = {}
    for tag in tags:
        plain = " ".join(unicodedata.normalize("NFC", tag).split())
        if not plain:
            continue
        if len(plain) > MAX_TAG or not plain.isprintable():
            raise BadTagsError(f"expected a tag of 1 to {MAX_TAG} letters, got {len(plain)}")
        found.setdefault(plain.casefold(), plain)
    if len(found) > MAX_TAGS:
        raise BadTagsError(f"expected at most {MAX_TAGS} tags, got {len(found)}")
    return list(found.values())


def _file_name(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "acta"
