"""Which log this is, where it stands on each chain, and that settings, database and chain agree."""

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from anchoring.hashing import home, log_id
from service.database import Database
from service.notary.chain import AnchorChain
from service.notary.errors import OtherHomeError
from service.notary.models import KnownChain, LogHome

_ONLY_ROW = 1


@dataclass(frozen=True, kw_only=True)
class LogPlace:
    """Where the log stands on one chain; the log id has 32 bytes, addresses 20.

    The log id follows from opener and origin alone, so it is the same on every chain.
    """

    origin: str
    opener: bytes
    log_id: bytes
    chain_id: int
    contract: bytes


@dataclass(frozen=True, kw_only=True)
class LogIdentity(LogPlace):
    """The log's public names and its home, the one place where documents' status lives.

    ``home`` has 32 bytes; ``vkeys`` are the keys that ever signed its checkpoints, the one in use
    first.
    """

    home: bytes
    vkeys: tuple[str, ...]

    @property
    def vkey(self) -> str:
        """The key in use."""
        return self.vkeys[0]


class PlaceKeeper(Protocol):
    """Knows the log's place on one chain, and sees that the chain stays the same."""

    def place(self) -> LogPlace:
        """Return the place; raises ChainDownError where only the chain could tell its id."""
        ...

    def known_chain_id(self) -> int | None:
        """Return the chain's id without asking it, None while it was never met."""
        ...

    def genesis_hash(self) -> bytes | None:
        """Return the hash of the chain's first block (32 bytes), None while it was never met."""
        ...

    def check_chain(self) -> None:
        """Raise OtherHomeError if the chain is not the one met first; ChainDownError."""
        ...


class HomeKeeper:
    """Fixes the log's home when it is first started, and refuses any other ever after."""

    def __init__(
        self, *, database: Database, chain: AnchorChain, origin: str, vkeys: tuple[str, ...]
    ) -> None:
        self._database = database
        self._chain = chain
        self._origin = origin
        self._vkeys = vkeys
        self._identity: LogIdentity | None = None
        self._known: int | None = None

    def identity(self) -> LogIdentity:
        """Return who this log is.

        Needs the chain only before the first start, and only if it is not our own.
        """
        if self._identity is None:
            with self._database.reading() as session:
                row = session.get(LogHome, _ONLY_ROW)
            self._identity = self._identity_on(
                self._chain.chain_id() if row is None else row.chain_id,
                # The key may have been handed over since; the log is still its opener's.
                self._chain.operator if row is None else row.opener,
            )
        return self._identity

    def place(self) -> LogPlace:
        """Return the home as a place."""
        return self.identity()

    def known_chain_id(self) -> int | None:
        """Return the home chain's id, None before the first start."""
        if self._known is None:
            with self._database.reading() as session:
                row = session.get(LogHome, _ONLY_ROW)
            self._known = None if row is None else row.chain_id
        return self._known

    def genesis_hash(self) -> bytes | None:
        """Return the hash of the home chain's first block, None before the first start."""
        with self._database.reading() as session:
            row = session.get(LogHome, _ONLY_ROW)
        return None if row is None else row.genesis_hash

    def is_kept(self) -> bool:
        """Whether the chain was met once, so that its id is known without it."""
        return self.known_chain_id() is not None

    def check_settings(self) -> None:
        """Raise OtherHomeError unless the settings are those of the log in the database."""
        with self._database.reading() as session:
            row = session.get(LogHome, _ONLY_ROW)
        if row is None:
            return
        for what, kept, given in (
            ("log origin", row.origin, self._origin),
            ("contract", row.contract.hex(), self._chain.contract.hex()),
            ("first log key", row.vkey, self._vkeys[-1]),
        ):
            if kept != given:
                raise OtherHomeError(
                    f"expected the {what} {kept} that this log was opened with, got {given}; "
                    "set it back: documents name it, and it cannot change"
                )

    def check_chain(self) -> None:
        """Raise OtherHomeError if the chain is not the one the log was opened on.

        The first call keeps the chain's id and genesis block. Raises ChainDownError.
        """
        chain_id, genesis = self._chain.chain_id(), self._chain.genesis_hash()
        with self._database.transaction() as session:
            row = session.get(LogHome, _ONLY_ROW)
            if row is None:
                self._keep(session, chain_id, genesis)
                return
            if (row.chain_id, row.genesis_hash) != (chain_id, genesis):
                raise _other_chain(row.chain_id, row.genesis_hash, chain_id, genesis)

    def _keep(self, session: Session, chain_id: int, genesis: bytes) -> None:
        session.add(
            LogHome(
                id=_ONLY_ROW,
                origin=self._origin,
                chain_id=chain_id,
                contract=self._chain.contract,
                opener=self._chain.operator,
                genesis_hash=genesis,
                vkey=self._vkeys[-1],
            )
        )

    def _identity_on(self, chain_id: int, opener: bytes) -> LogIdentity:
        contract = self._chain.contract
        opened = log_id(opener=opener, origin=self._origin)
        return LogIdentity(
            origin=self._origin,
            log_id=opened,
            chain_id=chain_id,
            contract=contract,
            home=home(chain_id=chain_id, contract=contract, log_id=opened),
            opener=opener,
            vkeys=self._vkeys,
        )


class FurtherPlaceKeeper:
    """Keeps which chain stands behind a name, where the log is anchored beside its home."""

    def __init__(
        self, *, database: Database, chain: AnchorChain, name: str, home: HomeKeeper
    ) -> None:
        self._database = database
        self._chain = chain
        self._name = name
        self._home = home
        self._known: int | None = None

    def place(self) -> LogPlace:
        """Return where the log stands on this chain; raises ChainDownError before it was met."""
        of_home = self._home.identity()
        known = self.known_chain_id()
        return LogPlace(
            origin=of_home.origin,
            opener=of_home.opener,
            log_id=of_home.log_id,
            chain_id=self._chain.chain_id() if known is None else known,
            contract=self._chain.contract,
        )

    def known_chain_id(self) -> int | None:
        """Return the chain's id, None while it was never met."""
        if self._known is None:
            with self._database.reading() as session:
                row = session.get(KnownChain, self._name)
            self._known = None if row is None else row.chain_id
        return self._known

    def genesis_hash(self) -> bytes | None:
        """Return the hash of the chain's first block, None while it was never met."""
        with self._database.reading() as session:
            row = session.get(KnownChain, self._name)
        return None if row is None else row.genesis_hash

    def check_chain(self) -> None:
        """Raise OtherHomeError if another chain answers to this name, or the home itself does.

        The first call keeps the chain's id and genesis block. Raises ChainDownError.
        """
        chain_id, genesis = self._chain.chain_id(), self._chain.genesis_hash()
        if chain_id == self._home.identity().chain_id:
            raise OtherHomeError(
                f"expected chain {self._name} to be another than the log's home, got {chain_id} "
                "for both; anchor to each chain once"
            )
        with self._database.transaction() as session:
            row = session.get_one(KnownChain, self._name, with_for_update=True)
            if row.chain_id is None or row.genesis_hash is None:
                row.chain_id, row.genesis_hash = chain_id, genesis
            elif (row.chain_id, row.genesis_hash) != (chain_id, genesis):
                raise _other_chain(row.chain_id, row.genesis_hash, chain_id, genesis)


def _other_chain(kept_id: int, kept: bytes, given_id: int, given: bytes) -> OtherHomeError:
    return OtherHomeError(
        f"expected chain {kept_id} that begins with block {kept.hex()}, got chain {given_id} that "
        f"begins with {given.hex()}; the log's anchors and status are on the former"
    )
