"""Several nodes of one chain, asked at once: believed is what enough of them say alike."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, Final, TypeVar, cast

from contracts_chain.chains import ChainSettings
from contracts_chain.errors import AnchorRefused, ChainUnreachable, NodeError, NodeProblem
from contracts_chain.node import Node
from contracts_chain.panel import Answer, Panel, answer_of
from contracts_chain.records import BlockId, BlockRef
from contracts_chain.rpc import block_id, block_ref

# So many blocks behind the newest that enough nodes have, a node counts as lagging.
_LAG_BLOCKS: Final = 3
# Where the nodes' tips differ, they agree some blocks below: a branch of a few blocks is common.
_STEPS_BACK: Final = (1, 2, 4, 8, 16)

_Value = TypeVar("_Value", bound=Hashable)


class Nodes:
    """The nodes of one chain; any thread may call.

    With one node its answers are taken as they come. With more, a value counts once
    ``read_quorum`` nodes gave it alike and no other value has as many; state is read at one block
    number, the newest that so many nodes have, so that nodes behind it or lying about their head
    neither stall nor mislead.

    Errors: ChainUnreachable when no quorum was reached, NodeError when it answered with an error,
    AnchorRefused (wrong-chain) when every node that answers belongs to another chain.
    """

    def __init__(self, chain: ChainSettings) -> None:
        self.chain = chain
        self.quorum = chain.read_quorum
        self.panel = Panel(chain)
        self._chain_id: int | None = None
        if chain.chain_id is not None:
            self._expect(chain.chain_id)

    @property
    def alone(self) -> bool:
        """Whether there is one node, which nobody contradicts."""
        return len(self.panel.nodes) == 1

    def chain_id(self) -> int:
        """Return the chain's id: the one set, or the one enough nodes give, asked once."""
        if self._chain_id is None:
            self._expect(self._agreed("eth_chainId", (), quantity))
        assert self._chain_id is not None
        return self._chain_id

    def agreed(
        self,
        method: str,
        *params: object,
        read: Callable[[Any], _Value],
        at: BlockRef | int | None = None,
    ) -> _Value:
        """Return what enough nodes answer, as ``read`` makes it of the JSON result.

        ``at`` is the block whose state is asked for, if it is: a node that contradicts the others
        there, and has that very block, lies, and is left alone for a while.
        """
        self._know_the_chain()
        return self._agreed(method, params, read, at)

    def state(
        self,
        method: str,
        *params: object,
        read: Callable[[Any], _Value],
        block: BlockId = "latest",
    ) -> _Value:
        """Return what enough nodes answer about the state at a block.

        At a ``BlockRef`` answers only who has that very block: what is read there twice is of one
        state, whichever nodes answered.
        """
        if self.alone and block != "finalized":
            return self.agreed(method, *params, block_id(block), read=read)
        if block == "finalized":
            block = self.final_block().number
        if block != "latest":
            if isinstance(block, str):
                raise ValueError(f'expected a block, "latest" or "finalized", got {block}')
            return self.agreed(method, *params, block_id(block), read=read, at=block)
        failure = ChainUnreachable(f"the nodes of {self.chain.name} agree on none of the blocks")
        for pin in self.pins():
            try:
                return self.agreed(method, *params, hex(pin.number), read=read, at=pin)
            except ChainUnreachable as error:
                if error.problem != "disagrees":
                    raise
                # One of them lies, and another is a block behind: a block below, both are heard.
                failure = error
        raise failure

    def block(self, block: int | str) -> BlockRef:
        """Return one block; AnchorRefused (block-missing) if enough nodes have none there."""
        if block == "latest" and not self.alone:
            for pin in self.pins():
                return pin
            raise ChainUnreachable(
                f"the nodes of {self.chain.name} agree on none of the newest blocks",
                problem="disagrees",
            )
        if block == "finalized":
            return self.final_block()
        return self._block(block)

    def final_block(self) -> BlockRef:
        """Return the newest block that is final by the chain's rule, as enough nodes have it."""
        if isinstance(self.chain.finality, int):
            return self._block(max(self.block("latest").number - self.chain.finality, 0))
        if self.alone:
            return self._block("finalized")
        tips = self._tips("finalized")
        # Two different final blocks of one number are no passing branch.
        return self._block(tips[self.quorum - 1][0].number, contradiction="disagrees")

    def pins(self) -> Iterator[BlockRef]:
        """Yield blocks to read at, newest first: such that enough nodes have the very same."""
        if self.alone:
            yield self._block("latest")
            return
        tips = self._tips("latest")
        self._note_lag(tips)
        numbers = sorted({tip.number for tip, _ in tips[self.quorum - 1 :]}, reverse=True)
        numbers += [max(numbers[-1] - step, 0) for step in _STEPS_BACK]
        for number in dict.fromkeys(numbers):
            same = [tip for tip, _ in tips if tip.number == number]
            try:
                # Usually all tips are one block, and nobody need be asked again.
                pin = same[0] if _all_alike(same, self.quorum) else self._block(number)
            except AnchorRefused:
                continue
            except ChainUnreachable as error:
                if error.problem != "disagrees":
                    raise
                continue
            yield pin

    def _agreed(
        self,
        method: str,
        params: Sequence[object],
        read: Callable[[Any], _Value],
        at: BlockRef | int | None = None,
    ) -> _Value:
        answers = self._ask_for_agreement(method, params, read)
        if at is not None and len(self._winners(answers)) == 1:
            for answer in self._outvoted(answers):
                again = self._again_at(answer.node, method, params, read, at)
                if again is not None and again.vote() == answer.vote():
                    answer.node.note("disagrees", f"contradicts the others on {method}")
        return self._chosen(method, answers)

    def _again_at(
        self,
        node: Node,
        method: str,
        params: Sequence[object],
        read: Callable[[Any], _Value],
        at: BlockRef | int,
    ) -> Answer[_Value] | None:
        """Ask an outvoted node once more, None if it or the others have another block by now."""
        try:
            agreed = at if isinstance(at, BlockRef) else self._block(at)
            again = answer_of(node, method, params, read)
            if self._block(agreed.number) != agreed:
                return None
            own = block_ref(node.ask("eth_getBlockByNumber", hex(agreed.number), False))
        except (ChainUnreachable, AnchorRefused, ValueError, TypeError, KeyError):
            return None
        return again if own == agreed else None

    def _ask_for_agreement(
        self, method: str, params: Sequence[object], read: Callable[[Any], _Value]
    ) -> list[Answer[_Value]]:
        return self.panel.ask_each(
            method, *params, read=read, enough=lambda so_far: len(self._winners(so_far)) == 1
        )

    def _chosen(self, method: str, answers: Sequence[Answer[_Value]]) -> _Value:
        winners = self._winners(answers)
        if len(winners) != 1:
            raise self._no_quorum(method, answers)
        chosen = next(answer for answer in answers if answer.vote() == winners[0])
        if chosen.error is not None:
            raise chosen.error
        return cast(_Value, chosen.value)

    def _winners(self, answers: Sequence[Answer[Any]]) -> list[Hashable]:
        votes = Counter(vote for answer in answers if (vote := answer.vote()) is not None)
        return [vote for vote, count in votes.items() if count >= self.quorum]

    def _outvoted(self, answers: Sequence[Answer[Any]]) -> list[Answer[Any]]:
        """Return the answers that contradict the one winner; saying nothing is no contradiction."""
        fine = (None, ("value", None), *self._winners(answers))
        return [answer for answer in answers if answer.vote() not in fine]

    def _block(self, block: int | str, *, contradiction: NodeProblem = "other-branch") -> BlockRef:
        self._know_the_chain()
        answers = self._ask_for_agreement(
            "eth_getBlockByNumber", (block_id(block), False), _block_or_none
        )
        found = self._chosen("eth_getBlockByNumber", answers)
        for answer in self._outvoted(answers):
            answer.node.note(contradiction, f"has another block {block} than the others")
        if found is None:
            raise AnchorRefused("block-missing", f"the node has no block {block!r}")
        return found

    def _tips(self, tag: str) -> list[tuple[BlockRef, Node]]:
        """Return every answering node's block of this tag, the newest first."""
        self._know_the_chain()
        answers = self.panel.ask_each(
            "eth_getBlockByNumber",
            tag,
            False,
            read=_block_or_none,
            enough=lambda so_far: sum(one.value is not None for one in so_far) >= self.quorum,
        )
        tips = [(answer.value, answer.node) for answer in answers if answer.value is not None]
        if len(tips) < self.quorum:
            raise self._no_quorum("eth_getBlockByNumber", answers)
        return sorted(tips, key=lambda tip: tip[0].number, reverse=True)

    def _note_lag(self, tips: Sequence[tuple[BlockRef, Node]]) -> None:
        newest = tips[self.quorum - 1][0].number
        for tip, node in tips:
            if tip.number < newest - _LAG_BLOCKS:
                node.note("lagging", f"at block {tip.number}, others at {newest}")
            else:
                node.caught_up()

    def _no_quorum(self, method: str, answers: Sequence[Answer[Any]]) -> Exception:
        errors = [answer.error for answer in answers if answer.error is not None]
        wrong = [error for error in errors if error.problem == "wrong-chain"]
        if wrong and len(wrong) == len(answers):
            return AnchorRefused("wrong-chain", str(wrong[0]))
        if len(self.panel.nodes) == 1 and errors:
            return errors[0]
        own = [error for error in errors if isinstance(error, NodeError) and not error.is_revert]
        if len(own) >= self.quorum:
            return own[0]
        if len(answers) - len(errors) >= self.quorum:
            return ChainUnreachable(
                f"the nodes of {self.chain.name} do not agree on {method}; repeat the call",
                problem="disagrees",
            )
        told = "; ".join(str(error) for error in errors) or "no answers"
        return ChainUnreachable(
            f"expected {self.quorum} of {len(self.panel.nodes)} nodes of {self.chain.name} to "
            f"answer {method} alike, got: {told}"
        )

    def _know_the_chain(self) -> None:
        if not self.alone:
            self.chain_id()

    def _expect(self, chain_id: int) -> None:
        self._chain_id = chain_id
        self.panel.expect_chain(chain_id)


def _block_or_none(raw: Any) -> BlockRef | None:
    return None if raw is None else block_ref(raw)


def quantity(result: Any) -> int:
    """Read a JSON-RPC quantity, such as ``0x1f``."""
    return int(result, 16)


def hex_bytes(result: Any) -> bytes:
    """Read JSON-RPC bytes, such as ``0x00ff``."""
    if not isinstance(result, str) or not result.startswith("0x"):
        raise ValueError("expected bytes as 0x…")
    return bytes.fromhex(result[2:])


def _all_alike(tips: Sequence[BlockRef], quorum: int) -> bool:
    return len(tips) >= quorum and len(set(tips)) == 1
