"""The port that asks a public register about a company."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from service.identity.companies.numbers import CompanyNumber


class Answer(StrEnum):
    """What a register says. UNKNOWN is never NO: it was not reached, or it does not know."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class RegisterAnswer:
    """One answer; ``reason`` is a short word for an unknown one, such as ``timeout``.

    ``legal_name`` and ``status`` are the register's own words, empty where it keeps them to
    itself. ``sha256`` (hex) is of the answer's bytes, ``reference`` the register's own number for
    the enquiry.
    """

    register: str
    answer: Answer
    legal_name: str = ""
    status: str = ""
    reason: str = ""
    reference: str = ""
    sha256: str = ""


class CompanyRegister(Protocol):
    """Asks one public register.

    Durability: nothing is kept. Retries: none by itself, asking again is safe. Concurrency: any
    number of threads; blocks for at most its own time-out, so it is not for an event loop's
    thread. Errors: none; whatever goes wrong is an UNKNOWN answer with its reason.
    """

    @property
    def name(self) -> str:
        """The register's name, such as ``gleif``."""
        ...

    def knows(self, number: CompanyNumber) -> bool:
        """Return whether this register answers for numbers of that kind."""
        ...

    def look_up(self, number: CompanyNumber) -> RegisterAnswer:
        """Ask about a number that it knows."""
        ...
