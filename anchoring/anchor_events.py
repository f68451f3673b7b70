"""Every anchor of one log as a node tells it: the contract's events, counted against its slot.

The contract numbers a log's anchors in slot 0, so a node that leaves one out is found out by its
own count. Events are read backwards from the newest block, in ranges that shrink where a node
refuses one, until the count is reached.
"""

from dataclasses import dataclass

from anchoring.chain_view import (
    FORKED,
    LOGS,
    SECONDS,
    Block,
    LogSlot,
    Node,
    decode_log,
    mapping_slot,
)
from anchoring.hashing import keccak256
from anchoring.http_fetch import Unreachable

TOPIC = keccak256(b"Anchored(bytes32,uint64,bytes32)")
_PENDING_OPERATOR = 4
_FIRST_RANGE = 5_000
_LARGEST_RANGE = 200_000


@dataclass(frozen=True)
class AnchorEvent:
    """One anchor: its size, root (32 bytes) and block number."""

    size: int
    root: bytes
    block: int


@dataclass(frozen=True)
class AnchorScan:
    """One log on one chain as of block ``newest``; blocks after ``final`` may still go.

    ``events`` are those after the block asked from, oldest first; ``is_whole`` says whether they
    make up the contract's count. ``pending``: the address that may take the log over, or zeros.
    """

    url: str
    chain_id: int
    genesis: bytes | None
    log: LogSlot
    is_forked: bool
    pending: bytes
    newest: Block
    final: Block | None
    events: tuple[AnchorEvent, ...]
    is_whole: bool


def scan_anchors(
    url: str,
    *,
    contract: bytes,
    log_id: bytes,
    after_block: int = -1,
    known: int = 0,
    seconds: float = SECONDS,
) -> AnchorScan:
    """Return the log's anchors after ``after_block``, up to which there were ``known``.

    Raises Unreachable if the node does not answer or answers nonsense.
    """
    node = Node(url, seconds=seconds)
    chain_id = node.number("eth_chainId")
    genesis = node.block("0x0")
    final = node.block("finalized")
    newest = node.block("latest")
    if newest is None:
        raise Unreachable("expected a newest block, got none")

    def word(slot: bytes) -> bytes:
        # As of one block: slot and events must speak of the same moment.
        at = hex(newest.number)
        answer = node.number("eth_getStorageAt", "0x" + contract.hex(), "0x" + slot.hex(), at)
        return answer.to_bytes(32, "big")

    log = decode_log(word(mapping_slot(log_id, LOGS)))
    events = _events(node, contract, log_id, after_block, newest.number, log.count - known)
    sizes = [event.size for event in events]
    return AnchorScan(
        url=url,
        chain_id=chain_id,
        genesis=None if genesis is None else genesis.hash,
        log=log,
        is_forked=any(word(mapping_slot(log_id, FORKED))),
        pending=word(mapping_slot(log_id, _PENDING_OPERATOR))[12:],
        newest=newest,
        final=final,
        events=tuple(events),
        is_whole=len(events) == log.count - known
        and sizes == sorted(set(sizes))
        and (not sizes or sizes[-1] == log.size),
    )


def time_of_block(url: str, number: int, *, seconds: float = SECONDS) -> int:
    """Return a block's Unix seconds; raises Unreachable."""
    block = Node(url, seconds=seconds).block(hex(number))
    if block is None or block.number != number:
        raise Unreachable(f"expected block {number}, got none or another")
    return block.time


def _events(
    node: Node, contract: bytes, log_id: bytes, after_block: int, newest: int, count: int
) -> list[AnchorEvent]:
    """Return up to ``count`` events in blocks after ``after_block``, oldest first."""
    parts: list[list[AnchorEvent]] = []
    end, width, widest, left = newest, _FIRST_RANGE, _LARGEST_RANGE, count
    while end > after_block and left > 0:
        start = max(after_block + 1, end - width + 1)
        try:
            part = _range(node, contract, log_id, start, end)
        except Unreachable:
            if start == end:
                raise
            widest = end - start
            width = max(1, widest // 4)
            continue
        parts.append(part)
        left -= len(part)
        end, width = start - 1, min(2 * width, widest)
    return [event for part in reversed(parts) for event in part]


def _range(node: Node, contract: bytes, log_id: bytes, start: int, end: int) -> list[AnchorEvent]:
    answer = node.call(
        "eth_getLogs",
        {
            "address": "0x" + contract.hex(),
            "topics": ["0x" + TOPIC.hex(), "0x" + log_id.hex()],
            "fromBlock": hex(start),
            "toBlock": hex(end),
        },
    )
    if not isinstance(answer, list):
        raise Unreachable("expected a list of events from eth_getLogs")
    events = [_event(item) for item in answer]
    if any(not start <= event.block <= end for event in events):
        raise Unreachable("expected events of the blocks asked for, got others")
    return sorted(events, key=lambda event: (event.block, event.size))


def _event(item: object) -> AnchorEvent:
    try:
        assert isinstance(item, dict)
        words = bytes.fromhex(item["data"].removeprefix("0x"))
        block = int(item["blockNumber"], 16)
        assert len(words) == 64
    except (AssertionError, AttributeError, KeyError, TypeError, ValueError):
        raise Unreachable("expected an Anchored event from eth_getLogs") from None
    return AnchorEvent(int.from_bytes(words[:32], "big"), words[32:], block)
