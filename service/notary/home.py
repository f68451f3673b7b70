"""Which log this is, and that settings, database and chain agree on it."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from anchoring.hashing import home, log_id
from service.database import Database
from service.notary.chain import AnchorChain
from service.notary.errors import OtherHomeError
from service.notary.models import LogHome

_ONLY_ROW = 1


@dataclass(frozen=True, kw_only=True)
class LogIdentity:
    """The log's public names; hashes 32 bytes, addresses 20."""

    origin: str
    log_id: bytes
    chain_id: int
    contract: bytes
    home: bytes
    opener: bytes
    vkey: str


class HomeKeeper:
    """Fixes the log's home when it is first started, and refuses any other ever after."""

    def __init__(self, *, database: Database, chain: AnchorChain, origin: str, vkey: str) -> None:
        self._database = database
        self._chain = chain
        self._origin = origin
        self._vkey = vkey
        self._identity: LogIdentity | None = None

    def identity(self) -> LogIdentity:
        """Return who this log is.

        Needs the chain only before the first start, and only if it is not our own.
        """
        if self._identity is None:
            with self._database.reading() as session:
                row = session.get(LogHome, _ONLY_ROW)
            self._identity = self._identity_on(
                row.chain_id if row is not None else self._chain.chain_id()
            )
        return self._identity

    def is_kept(self) -> bool:
        """Whether the chain was met once, so that its id is known without it."""
        with self._database.reading() as session:
            return session.get(LogHome, _ONLY_ROW) is not None

    def check_settings(self) -> None:
        """Raise OtherHomeError unless the settings are those of the log in the database."""
        with self._database.reading() as session:
            row = session.get(LogHome, _ONLY_ROW)
        if row is None:
            return
        for what, kept, given in (
            ("log origin", row.origin, self._origin),
            ("contract", row.contract.hex(), self._chain.contract.hex()),
            ("operator", row.opener.hex(), self._chain.opener.hex()),
            ("log key", row.vkey, self._vkey),
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
                raise OtherHomeError(
                    f"expected chain {row.chain_id} that begins with block "
                    f"{row.genesis_hash.hex()}, got chain {chain_id} that begins with "
                    f"{genesis.hex()}; the log's anchors and status are on the former"
                )

    def _keep(self, session: Session, chain_id: int, genesis: bytes) -> None:
        session.add(
            LogHome(
                id=_ONLY_ROW,
                origin=self._origin,
                chain_id=chain_id,
                contract=self._chain.contract,
                opener=self._chain.opener,
                genesis_hash=genesis,
                vkey=self._vkey,
            )
        )

    def _identity_on(self, chain_id: int) -> LogIdentity:
        opener, contract = self._chain.opener, self._chain.contract
        opened = log_id(opener=opener, origin=self._origin)
        return LogIdentity(
            origin=self._origin,
            log_id=opened,
            chain_id=chain_id,
            contract=contract,
            home=home(chain_id=chain_id, contract=contract, log_id=opened),
            opener=opener,
            vkey=self._vkey,
        )
