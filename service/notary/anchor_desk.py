"""All the chains that one log is anchored to: its home, and any number beside it."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchoring.trust import Home
from service.clock import Clock
from service.database import Database, insert_unless_there
from service.notary.anchor_proofs import AnchorProofs
from service.notary.anchor_rows import AnchorRows
from service.notary.anchors import AnchorProgress, ChainAnchorer
from service.notary.attempts import Attempts
from service.notary.cadence import Cadence, Due, due_on
from service.notary.chain import AnchorChain
from service.notary.chain_comparison import LOST_BY_CHAIN, ChainComparison, CheckpointSigner
from service.notary.chain_watch import ChainWatch, WatchedChain
from service.notary.errors import (
    ChainDownError,
    ChainRefusedError,
    LogForkRefused,
    OtherHomeError,
    UnknownChainError,
)
from service.notary.home import FurtherPlaceKeeper, HomeKeeper, PlaceKeeper
from service.notary.log_reader import newest_checkpoint
from service.notary.models import KnownChain, SignedCheckpoint

_log = structlog.get_logger(__name__)

TurnState = Literal["idle", "pending", "waiting", "unreachable"]


@dataclass(frozen=True, kw_only=True)
class ChainPlan:
    """One chain to anchor to: its name, how often, and when a leaf without an anchor is late.

    ``late_after_s``: seconds from a leaf's acceptance to the alarm.
    """

    name: str
    chain: AnchorChain
    cadence: Cadence = field(default_factory=Cadence)
    late_after_s: float = 86_400.0


@dataclass(frozen=True, kw_only=True)
class ChainPost:
    """One chain with everything that works on it."""

    plan: ChainPlan
    keeper: PlaceKeeper
    anchorer: ChainAnchorer
    proofs: AnchorProofs

    @property
    def name(self) -> str:
        """The chain's name in the settings."""
        return self.plan.name


class AnchorDesk:
    """Takes the log onto every chain, each by itself: the trouble of one never holds up another.

    The first plan is the home: status lives there, and only its anchors make a leaf final. The
    others prove time alone.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        plans: Sequence[ChainPlan],
        home: HomeKeeper,
        signer: CheckpointSigner,
        watch: ChainWatch,
    ) -> None:
        if len({plan.name for plan in plans}) != len(plans) or not plans:
            raise ValueError("expected one chain or more, each named once; the first is the home")
        self._database = database
        self._clock = clock
        self._home = home
        self._signer = signer
        self._watch = watch
        self._attempts = Attempts(database=database, clock=clock)
        self.posts = tuple(self._post(plan, is_home=plan is plans[0]) for plan in plans)

    @property
    def home(self) -> ChainPost:
        """The chain where documents have their status."""
        return self.posts[0]

    @property
    def further(self) -> tuple[ChainPost, ...]:
        """The chains that prove time alone."""
        return self.posts[1:]

    def named(self, name: str) -> ChainPost:
        """Return a chain by its name; raises UnknownChainError."""
        for post in self.posts:
            if post.name == name:
                return post
        raise UnknownChainError(f"expected a chain of the settings, got {name!r}", chain=name)

    def meet(self) -> None:
        """Compare the log with every chain's head, all at once; one that is down is met later.

        Raises LogForkRefused if any chain knows another history, OtherHomeError if the home is
        not the one of this log, and ChainDownError if it is down and was never met.
        """
        with self._database.reading() as session:
            known = set(session.scalars(select(KnownChain.name)))
        new = [post.name for post in self.posts if post.name not in known]
        if new:
            with self._database.transaction() as session:
                for name in new:
                    insert_unless_there(session, KnownChain, {"name": name})
        # One after the other: the home names the log, also for the others.
        self._meet(self.home)
        if self.further:
            with ThreadPoolExecutor(len(self.further), "meet-chain") as pool:
                list(pool.map(self._meet, self.further))

    def anchored_sizes(self) -> dict[str, int]:
        """Return the newest anchored size on every chain that answers, all asked at once."""
        with ThreadPoolExecutor(len(self.posts), "chain-head") as pool:
            sizes = list(pool.map(self._anchored_size, self.posts))
        return {name: size for name, size in sizes if size is not None}

    def turn(self, name: str) -> TurnState:
        """Take anchoring on one chain a step on: submit, then confirm.

        ``idle``: nothing is due. ``pending``: something is left to send. ``waiting``: the chain
        must include or finalise first. ``unreachable``: no answer, or a refusal that may pass
        (kept as the leaves' ``reason``). Raises LogForkRefused, OtherHomeError.
        """
        post = self.named(name)
        try:
            post.anchorer.submit()
            progress = post.anchorer.confirm()
        except ChainDownError as error:
            _log.warning("chain-unreachable", chain=name, reason=str(error))
            self._watch.note_silence(name)
            return "unreachable"
        except ChainRefusedError as error:
            _log.warning(
                "anchor-refused", chain=name, reason=error.reason, permanent=error.permanent
            )
            self._watch.note_refusal(name, error.reason, permanent=error.permanent)
            # What can never succeed is not repeated: the next checkpoint, or a restart, is.
            return "pending" if error.permanent else "unreachable"
        except (LogForkRefused, OtherHomeError) as error:
            self._watch.note_refusal(name, error.code.rpartition("/")[2], permanent=True)
            raise
        self._watch.note_answer(name, failed=progress.state == "idle" and progress.reason)
        return _turn_state(progress)

    def dues(self) -> list[Due]:
        """Return what is to be anchored, on each chain that lacks a signed leaf."""
        now = self._clock.now()
        with self._database.reading() as session:
            found = [
                due_on(session, post.name, post.keeper.known_chain_id(), post.plan.cadence, now)
                for post in self.posts
            ]
        return [due for due in found if due is not None]

    def homes(self) -> list[Home]:
        """Return the log's place on every chain that was ever met, its home first."""
        found = []
        for post in self.posts:
            genesis = post.keeper.genesis_hash()
            if genesis is not None:
                place = post.keeper.place()
                found.append(Home(place.chain_id, place.contract, place.log_id, genesis))
        return found

    def watched(self) -> list[WatchedChain]:
        """Return what is to be watched of every chain."""
        return [
            WatchedChain(
                name=post.name,
                chain=post.plan.chain,
                chain_id=post.keeper.known_chain_id,
                late_after_s=post.plan.late_after_s,
            )
            for post in self.posts
        ]

    def _anchored_size(self, post: ChainPost) -> tuple[str, int | None]:
        try:
            return post.name, post.plan.chain.head(self._home.identity().log_id).size
        except (ChainDownError, ChainRefusedError) as error:
            _log.warning("chain-head-unknown", chain=post.name, reason=str(error))
            return post.name, None

    def _meet(self, post: ChainPost) -> None:
        is_home = post is self.home
        try:
            post.anchorer.meet()
        except (ChainDownError, ChainRefusedError) as error:
            if is_home and not self._home.is_kept():
                raise
            _log.warning("chain-not-met", chain=post.name, reason=str(error))
        except OtherHomeError as error:
            if is_home:
                raise
            # A further chain only proves time: without it the log is no less right.
            _log.error("chain-not-met", chain=post.name, reason=str(error))
            self._watch.note_refusal(post.name, "other-home", permanent=True)

    def _post(self, plan: ChainPlan, *, is_home: bool) -> ChainPost:
        keeper: PlaceKeeper = self._home
        if not is_home:
            keeper = FurtherPlaceKeeper(
                database=self._database, chain=plan.chain, name=plan.name, home=self._home
            )
        rows = AnchorRows(self._database, lambda: keeper.place().chain_id)
        proofs = AnchorProofs(
            database=self._database, chain=plan.chain, keeper=keeper, proves_status=is_home
        )

        def choose(session: Session) -> SignedCheckpoint | None:
            return self._next_on(session, plan, keeper)

        anchorer = ChainAnchorer(
            name=plan.name,
            database=self._database,
            chain=plan.chain,
            keeper=keeper,
            rows=rows,
            comparison=ChainComparison(
                database=self._database,
                chain=plan.chain,
                keeper=keeper,
                rows=rows,
                signer=self._signer,
            ),
            attempts=self._attempts,
            proofs=proofs,
            choose=choose,
        )
        return ChainPost(plan=plan, keeper=keeper, anchorer=anchorer, proofs=proofs)

    def _next_on(
        self, session: Session, plan: ChainPlan, keeper: PlaceKeeper
    ) -> SignedCheckpoint | None:
        """Return the checkpoint that a chain should take next, None while none is due."""
        due = due_on(session, plan.name, keeper.known_chain_id(), plan.cadence, self._clock.now())
        if due is None or due.wait_s > 0:
            return None
        return newest_checkpoint(session)


def _turn_state(progress: AnchorProgress) -> TurnState:
    if progress.state == "queued":
        return "pending" if progress.reason == LOST_BY_CHAIN else "unreachable"
    if progress.state in ("broadcast", "included"):
        return "waiting"
    return "idle" if progress.state == "idle" else "pending"
