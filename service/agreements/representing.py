"""Signing for a company: the party says for which, and by what power."""

from dataclasses import dataclass
from typing import Any

from anchoring.statement import Actor
from service.agreements.signing_turn import SigningTurns
from service.agreements.statements import Disclosures


@dataclass(frozen=True, kw_only=True)
class CompanyChoice:
    """A company that somebody may sign an agreement for; ``chosen`` marks the present one."""

    id: str
    name: str
    number: str
    chosen: bool


class Representing(SigningTurns):
    """Whom a party signs for: themselves, or a company whose power they have shown."""

    def companies_for(self, email: str, agreement_id: str) -> list[CompanyChoice]:
        """Return the companies that this party may sign for, by name."""
        with self._desk.database.reading() as session:
            _, party = self._turn(session, email, agreement_id, locked=False)
            return [
                CompanyChoice(
                    id=one.company.id,
                    name=one.company.legal_name,
                    number=one.company.number.number,
                    chosen=one.company.id == party.company_id,
                )
                for one in self._desk.identities.companies_to_sign_for(session, email)
            ]

    def choose_company(self, email: str, agreement_id: str, company_id: str | None) -> None:
        """Sign for a company from now on, or for oneself (None); the same again records nothing.

        The statement ``represented`` names the power by the leaf of its own statement; name and
        numbers are salted. Raises NotMemberError, NotIdentifiedError, PowerMissingError,
        NotFoundError.
        """
        with self._desk.database.transaction() as session:
            agreement, party = self._turn(session, email, agreement_id)
            now = self._on_time(agreement)
            if company_id is None:
                party.company_id = party.company_leaf = None
                return
            acting = self._desk.identities.acting_for(session, email, company_id)
            if party.company_id == company_id and party.company_leaf is not None:
                return
            self._record_prepared(session, agreement, now)
            kept = Disclosures()
            company = acting.company
            body: dict[str, Any] = {
                "power": acting.leaf_hash.hex(),
                "method": acting.method,
                "delegated": acting.delegated,
                "identification": acting.person.leaf_hash.hex(),
                "numberKind": company.number.kind,
                "sd": {
                    "companyName": kept.of(party.number, "companyName", company.legal_name),
                    "companyNumber": kept.of(party.number, "companyNumber", company.number.number),
                },
            }
            made = self._maker.make(
                agreement,
                "represented",
                body,
                actor=Actor(party=party.number, role=party.role),
                at=now,
                disclosures=kept,
            )
            party.company_leaf = self._maker.record(session, agreement, made)
            party.company_id = company_id
