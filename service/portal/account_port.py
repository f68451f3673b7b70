"""What the account page asks of the identity room."""

from collections.abc import Sequence
from typing import Protocol

from service.identity import OpenSession, PasskeyView, SessionView


class AccountPort(Protocol):
    """A person's passkeys and open sessions; each call is a transaction of its own.

    Changing passkeys takes a session that a passkey opened which may sign, or a fresh code:
    otherwise a FreshCodeNeededError.
    """

    def needs_code(self, person: SessionView, /) -> bool:
        """Whether a fresh e-mailed code is needed before passkeys may be changed."""
        ...

    def passkeys(self, email: str, /) -> Sequence[PasskeyView]:
        """Return a person's passkeys, the one used last first."""
        ...

    def registration_options(self, person: SessionView, /) -> str:
        """Return the JSON that the browser makes a passkey from."""
        ...

    def register(self, person: SessionView, /, *, answer: str, name: str) -> PasskeyView:
        """Keep the passkey that the browser made."""
        ...

    def rename(self, person: SessionView, /, *, passkey: str, name: str) -> None:
        """Give a passkey another name."""
        ...

    def remove(self, person: SessionView, /, *, passkey: str) -> None:
        """Believe a passkey no more, and end the other sessions that it opened."""
        ...

    def sign_in_options(self, *, remote: str) -> str:
        """Return the JSON with which any passkey may sign its owner in."""
        ...

    def sign_in(self, *, answer: str, lang: str) -> str:
        """Sign the owner of the passkey in that answered; return the cookie's token."""
        ...

    def open_sessions(self, email: str, /) -> Sequence[OpenSession]:
        """Return where this person is signed in."""
        ...

    def end_session(self, email: str, session_id: str, /) -> None:
        """Sign one browser of this person's out; again is no error."""
        ...

    def end_sessions(self, email: str, /) -> None:
        """Sign this person out everywhere."""
        ...
