"""Companies and their members: who may do what in whose name."""

from collections.abc import Sequence, Set
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.clock import Clock
from service.database import Database, new_id
from service.errors import NotFoundError
from service.identity.companies.errors import (
    CompanyNameError,
    LastOwnerError,
    NotMemberError,
)
from service.identity.companies.models import Company, Membership, Role
from service.identity.companies.numbers import CompanyNumber, check_company_number
from service.identity.companies.registers import CompanyRegister, RegisterAnswer
from service.identity.people.decisions import Decisions
from service.identity.people.people import People


@dataclass(frozen=True, kw_only=True)
class CompanyView:
    """A company as its members see it; ``answers`` are the registers' newest."""

    id: str
    number: CompanyNumber
    legal_name: str
    answers: tuple[RegisterAnswer, ...]
    answered_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class MemberView:
    """One member of a company; ``mine`` marks whoever asks."""

    person_id: str
    email: str
    roles: frozenset[Role]
    mine: bool


class Companies:
    """The use cases of companies and their members. A person may belong to several."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        people: People,
        decisions: Decisions,
        registers: Sequence[CompanyRegister] = (),
    ) -> None:
        self._database = database
        self._clock = clock
        self._people = people
        self._decisions = decisions
        self._registers = tuple(registers)

    def register(
        self, session: Session, *, email: str, kind: str, number: str, legal_name: str
    ) -> str:
        """Return the id of a new company, whose owner is whoever names it.

        They must be identified. Naming a company proves nothing: signing for it takes a power
        (``Powers``). Raises CompanyNumberError, CompanyNameError, NotIdentifiedError.
        """
        person_id = self._decisions.identified(session, email=email).person_id
        checked = check_company_number(kind, number)
        name = " ".join(legal_name.split())
        if not 2 <= len(name) <= 200:
            raise CompanyNameError(f"expected a legal name of 2 to 200 characters, got {len(name)}")
        company_id = new_id("com")
        now = self._clock.now()
        session.add(
            Company(
                id=company_id,
                number_kind=checked.kind,
                number_country=checked.country,
                number=checked.number,
                legal_name=name,
                created_at=now,
                answers={},
            )
        )
        session.flush()
        session.add(
            Membership(
                company_id=company_id,
                person_id=person_id,
                roles=_words({Role.OWNER, Role.SIGNER}),
                added_by=person_id,
                added_at=now,
            )
        )
        session.flush()
        return company_id

    def ask_registers(self, company_id: str, *, email: str) -> tuple[RegisterAnswer, ...]:
        """Ask every register that knows the company's kind of number, and keep the answers.

        Waits for them: not to be called inside a transaction, nor on an event loop's thread.
        Raises NotMemberError, NotFoundError.
        """
        with self._database.reading() as session:
            self.require(session, company_id, email=email, role=Role.OWNER)
            number = _number(session.get_one(Company, company_id))
        answers = tuple(one.look_up(number) for one in self._registers if one.knows(number))
        with self._database.transaction() as session:
            row = session.get_one(Company, company_id, with_for_update=True)
            row.answers = {one.register: asdict(one) for one in answers}
            row.answered_at = self._clock.now()
        return answers

    def view(self, session: Session, company_id: str, *, email: str) -> CompanyView:
        """Return a company to one of its members; raises NotFoundError to anybody else."""
        self._membership(session, company_id, email)
        return self.known(session, company_id)

    def known(self, session: Session, company_id: str) -> CompanyView:
        """Return a company, whoever asks; raises NotFoundError."""
        row = session.get(Company, company_id)
        if row is None:
            raise NotFoundError("no such company of yours")
        return CompanyView(
            id=row.id,
            number=_number(row),
            legal_name=row.legal_name,
            answers=tuple(_answer(one) for one in row.answers.values()),
            answered_at=row.answered_at,
        )

    def of(self, session: Session, *, email: str) -> list[tuple[CompanyView, frozenset[Role]]]:
        """Return every company of a person with their roles, by name."""
        person_id = self._people.known(session, email)
        rows = session.scalars(select(Membership).where(Membership.person_id == person_id))
        found = [(self.known(session, row.company_id), _roles(row)) for row in rows]
        return sorted(found, key=lambda one: one[0].legal_name.casefold())

    def members(self, session: Session, company_id: str, *, email: str) -> list[MemberView]:
        """Return a company's members to one of them; raises NotFoundError to anybody else."""
        own = self._membership(session, company_id, email)
        rows = session.scalars(
            select(Membership)
            .where(Membership.company_id == company_id)
            .order_by(Membership.added_at, Membership.person_id)
        )
        return [
            MemberView(
                person_id=row.person_id,
                email=self._people.email_of(session, row.person_id),
                roles=_roles(row),
                mine=row.person_id == own.person_id,
            )
            for row in rows
        ]

    def set_roles(
        self,
        session: Session,
        company_id: str,
        *,
        email: str,
        member: str,
        roles: Set[Role],
    ) -> None:
        """Give ``member`` (a mailbox) these roles and no others; none takes them out.

        Only owners may. Raises NotMemberError, LastOwnerError, NotFoundError.
        """
        granting = self.require(session, company_id, email=email, role=Role.OWNER)
        # Locked, so that two owners cannot take each other's place at once and leave none.
        session.get_one(Company, company_id, with_for_update=True)
        person_id = self._people.person_of(session, member)
        owners = {
            row.person_id
            for row in session.scalars(
                select(Membership).where(Membership.company_id == company_id)
            )
            if Role.OWNER in _roles(row)
        }
        if Role.OWNER not in roles and owners == {person_id}:
            raise LastOwnerError("expected another owner first; a company needs one")
        row = session.get(Membership, (company_id, person_id), with_for_update=True)
        if row is not None and not roles:
            session.delete(row)
        elif row is not None:
            row.roles = _words(roles)
            row.added_by = granting
        elif roles:
            session.add(
                Membership(
                    company_id=company_id,
                    person_id=person_id,
                    roles=_words(roles),
                    added_by=granting,
                    added_at=self._clock.now(),
                )
            )
        session.flush()

    def require(self, session: Session, company_id: str, *, email: str, role: Role) -> str:
        """Return the person's id if they have the role.

        Raises NotMemberError, or NotFoundError to whoever has none at all.
        """
        row = self._membership(session, company_id, email)
        if role not in _roles(row):
            raise NotMemberError(f"expected the role {role} in this company", role=str(role))
        return row.person_id

    def mailboxes(self, session: Session, company_id: str) -> frozenset[str]:
        """Return the mailboxes of every member, for rules that hold for all of them."""
        rows = session.scalars(select(Membership).where(Membership.company_id == company_id))
        return frozenset(self._people.email_of(session, row.person_id) for row in rows)

    def may_grant(self, session: Session, company_id: str, person_id: str) -> bool:
        """Return whether a person is (still) a member who signs or owns."""
        row = session.get(Membership, (company_id, person_id))
        return row is not None and bool({Role.OWNER, Role.SIGNER} & set(row.roles.split()))

    def granted_by(self, session: Session, company_id: str, person_id: str) -> str:
        """Return who gave a member their roles; raises NotFoundError."""
        row = session.get(Membership, (company_id, person_id))
        if row is None:
            raise NotFoundError("no such member")
        return row.added_by

    def _membership(self, session: Session, company_id: str, email: str) -> Membership:
        person_id = self._people.known(session, email)
        row = None if person_id is None else session.get(Membership, (company_id, person_id))
        if row is None:
            raise NotFoundError("no such company of yours")
        return row


def _number(row: Company) -> CompanyNumber:
    return CompanyNumber(kind=row.number_kind, country=row.number_country, number=row.number)


def _answer(fields: dict[str, Any]) -> RegisterAnswer:
    return RegisterAnswer(**fields)


def _roles(row: Membership) -> frozenset[Role]:
    return frozenset(Role(word) for word in row.roles.split())


def _words(roles: Set[Role]) -> str:
    return " ".join(sorted(roles))
