"""One chain of a schedule: the real node, the RPC nodes in front of it, and its troubles."""

import random
from dataclasses import dataclass

from contracts_chain import ChainSettings, FeePolicy
from service.notary.models import Anchor
from tests.chaos.invariants import check_final_rows, hold
from tests.chaos.lies import Liar
from tests.chaos.manners import HONEST, drawn_manner
from tests.chaos.nodes import FINALITY_DEPTH, ChainNode
from tests.chaos.proxy import ProxyFarm, Wiretap
from tests.chaos.subject import Subject
from tests.chaos.troubles import RICH_WEI, Troubles
from tests.chaos.truth import ChainTruth

MOST_PROXIES = 5
_TIMEOUT_S = 0.3
_STUCK_S = 0.05
_CEILING_WEI = 200 * 10**9


@dataclass(frozen=True)
class Place:
    """What a worker lends to one schedule after the other: a node, and proxies before it."""

    node: ChainNode
    farm: ProxyFarm


class Arena:
    """A chain with ``nodes`` RPC nodes, of which ``liars`` lie, for one schedule.

    ``key``: the operator's private key, 32 bytes, whose account gets money here.
    """

    def __init__(
        self, name: str, place: Place, seed: int, *, nodes: int, liars: int, key: bytes
    ) -> None:
        self.node = place.node
        self._rng = rng = random.Random(f"arena {name} {seed}")
        self._name = name
        self.tap = Wiretap()
        self._proxies = place.farm.proxies[:nodes]
        for number, proxy in enumerate(self._proxies):
            proxy.reset(self.tap)
            if number < liars:
                proxy.liar = Liar.drawn(rng)
        urls = [proxy.url for proxy in self._proxies]
        rng.shuffle(urls)
        by_depth = self.node.kind == "hardhat" or rng.random() < 0.5
        self.chain_id = int(self.node.ask("eth_chainId"), 16)
        self.settings = ChainSettings(
            name=name,
            chain_id=self.chain_id if liars or rng.random() < 0.5 else None,
            rpc_urls=tuple(urls),
            read_quorum=nodes // 2 + 1,
            finality=FINALITY_DEPTH if by_depth else "finalized",
            fees=FeePolicy(stuck_seconds=_STUCK_S, ceiling_total=_CEILING_WEI),
            timeout_seconds=_TIMEOUT_S,
        )
        self._troubles = Troubles(self.node, self.tap, key, rng)
        self.node.forget_snapshots()
        self.node.set_balance(self._troubles.address, RICH_WEI)
        self._since = self.node.height()
        self._truth: ChainTruth | None = None
        self._final: set[int] = set()
        self._seen: set[int] = set()

    def change(self) -> list[str]:
        """Let something happen to the chain and its nodes; return what."""
        rng = self._rng
        said = []
        self.node.note_height()
        if rng.random() < 0.5:
            proxy = rng.choice(self._proxies)
            proxy.manner = drawn_manner(rng, may_mislead=proxy.liar is not None)
            said.append(f"{self._name} node {self._proxies.index(proxy)}: {proxy.manner}")
        if rng.random() < 0.55:
            said.append(f"{self._name}: {self._troubles.strike()}")
        if rng.random() < 0.5:
            blocks = rng.randrange(1, 4)
            self.node.mine(blocks)
            said.append(f"{self._name}: {blocks} blocks")
        return said

    def calm(self) -> None:
        """End every trouble: the nodes are honest and quick, and the account has money."""
        for proxy in self._proxies:
            proxy.manner = HONEST
        self.node.set_balance(self._troubles.address, RICH_WEI)
        self.node.calm_down()

    def truth(self, subject: Subject) -> ChainTruth:
        """Return what the real chain holds of the subject's log."""
        if self._truth is None:
            identity = subject.notary.identity
            self._truth = ChainTruth(self.node, identity.contract, identity.log_id, self._since)
        return self._truth

    def look(self, subject: Subject) -> list[Anchor]:
        """Check what must hold at every moment, and return the anchors' rows.

        What is called final is and stays so; what was to be anchored is not given up.
        """
        rows = subject.anchors(self.chain_id)
        if rows:
            check_final_rows(rows, self.truth(subject), self._final)
        for row in rows:
            hold(row.state != "failed", f"{self._name}: {row.size} was refused for {row.reason}")
        sizes = {row.size for row in rows}
        skipped = self._seen - sizes
        hold(not skipped, f"{self._name}: {sorted(skipped)} were to be anchored, and are gone")
        self._seen |= sizes
        gone = self._final - {row.size for row in rows if row.state == "final"}
        hold(not gone, f"{self._name}: anchors of {sorted(gone)} were final and are not any more")
        return rows

    def counted(self) -> dict[str, int]:
        """Return how often what happened here."""
        faults: dict[str, int] = dict(self._troubles.counted)
        faults["lies"] = sum(proxy.liar.told for proxy in self._proxies if proxy.liar)
        faults["requests"] = self.tap.requests
        faults["anchors"] = len(self._final)
        return faults
