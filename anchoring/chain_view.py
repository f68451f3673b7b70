"""The AnchorLog as nodes tell it: storage slots read over JSON-RPC, with no web3.

The slots are frozen (protocol, AnchorLog storage), so that every implementation reads the same
words. A node is a witness, not an authority: each one's answers are kept apart, and
``anchoring.verify_chain`` weighs them (rule 13).
"""

import json
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from anchoring.hashing import keccak256
from anchoring.http_fetch import Unreachable, fetch

MAX_ANSWER = 8 * 1024 * 1024
"""Room for a block of many transactions; a storage word is 66 characters."""
SECONDS = 15.0
_QUANTITY = re.compile(r"0x[0-9a-fA-F]{0,64}")
LOGS, ANCHORS, STATUS, SUCCESSOR, FORKED = 0, 1, 2, 3, 5
"""Positions of AnchorLog's mappings, frozen (protocol, AnchorLog storage)."""
_SELECTOR_TEXT = "verifyInclusion(bytes32,uint64,bytes32,bytes32,uint64,bytes32[])"
VERIFY_INCLUSION = (
    "verifyInclusion(bytes32 logId, uint64 size, bytes32 root, bytes32 entry, uint64 index, "
    "bytes32[] path) returns (bool)"
)


@dataclass(frozen=True)
class LogSlot:
    """Slot 0: number of anchors, anchored size, operator (20 bytes)."""

    count: int
    size: int
    operator: bytes


@dataclass(frozen=True)
class AnchorSlot:
    """Slot 1: a root's size, block time (Unix seconds), block number, ordinal; size 0: absent."""

    size: int
    time: int
    block: int
    ordinal: int


@dataclass(frozen=True)
class StatusSlot:
    """Slots 2 and 3: code (0 valid), when, in which block, and the successor's leaf or zeros."""

    code: int
    time: int
    block: int
    successor: bytes


@dataclass(frozen=True)
class Block:
    """A block's number, hash (32 bytes) and time (Unix seconds)."""

    number: int
    hash: bytes
    time: int


@dataclass(frozen=True)
class Question:
    """What to ask every node: one log of one contract, some roots, one leaf, one block."""

    contract: bytes
    log_id: bytes
    roots: tuple[bytes, ...]
    leaf_hash: bytes | None
    block_number: int | None


@dataclass(frozen=True)
class NodeView:
    """One node's answers; ``problem`` says why there are none.

    ``named`` is its block at the number asked for, ``finalized`` its newest final block; storage
    is that of its newest block, read after ``finalized``.
    """

    url: str
    problem: str | None = None
    chain_id: int | None = None
    genesis: bytes | None = None
    has_code: bool = False
    finalized: Block | None = None
    named: Block | None = None
    log: LogSlot | None = None
    forked: bool = False
    anchors: dict[bytes, AnchorSlot] = field(default_factory=dict)
    status: StatusSlot | None = None


class Node:
    """JSON-RPC over HTTP to one URL; every failure is Unreachable."""

    def __init__(self, url: str, *, seconds: float = SECONDS) -> None:
        self.url = url
        self._seconds = seconds
        self._id = 0

    def call(self, method: str, *params: object) -> Any:
        """Return the result of one call, as parsed JSON."""
        self._id += 1
        request = {"jsonrpc": "2.0", "id": self._id, "method": method, "params": list(params)}
        raw = fetch(
            self.url,
            limit=MAX_ANSWER,
            seconds=self._seconds,
            body=json.dumps(request).encode("ascii"),
        )
        try:
            answer = json.loads(raw)
        except (ValueError, RecursionError):
            raise Unreachable(f"expected json from {method}, got something else") from None
        if not isinstance(answer, dict) or answer.get("id") != self._id:
            raise Unreachable(f"expected the answer to {method}, got another")
        if answer.get("error") is not None or "result" not in answer:
            raise Unreachable(f"{method} failed: {str(answer.get('error'))[:200]}")
        return answer["result"]

    def number(self, method: str, *params: object) -> int:
        """Return a result that is a 0x quantity."""
        return _quantity(self.call(method, *params))

    def block(self, tag: str) -> Block | None:
        """Return the block of a tag or 0x number, None if the node has none."""
        result = self.call("eth_getBlockByNumber", tag, False)
        if result is None:
            return None
        if not isinstance(result, dict):
            raise Unreachable("expected a block from eth_getBlockByNumber")
        return Block(
            number=_quantity(result.get("number")),
            hash=_bytes(result.get("hash"), 32),
            time=_quantity(result.get("timestamp")),
        )

    def word(self, contract: bytes, slot: bytes) -> bytes:
        """Return a storage word of the newest block, 32 bytes."""
        result = self.call("eth_getStorageAt", "0x" + contract.hex(), "0x" + slot.hex(), "latest")
        # Some nodes leave out leading zeros.
        return _quantity(result).to_bytes(32, "big")


def observe(url: str, question: Question, *, seconds: float = SECONDS) -> NodeView:
    """Ask one node everything; a failure anywhere gives a view with ``problem`` and no answers."""
    node = Node(url, seconds=seconds)
    try:
        return _observe(node, question)
    except Unreachable as reason:
        return NodeView(url=url, problem=str(reason))


def observe_all(urls: Sequence[str], question: Question) -> tuple[NodeView, ...]:
    """Ask every node at the same time; the views are in the order of ``urls``."""
    if not urls:
        return ()
    with ThreadPoolExecutor(max_workers=min(8, len(urls))) as pool:
        return tuple(pool.map(lambda url: observe(url, question), urls))


def _observe(node: Node, question: Question) -> NodeView:
    chain_id = node.number("eth_chainId")
    genesis = node.block("0x0")
    # The final block first: storage read later can only be of this block or a newer one.
    finalized = node.block("finalized")
    named = None
    if question.block_number is not None:
        named = node.block(hex(question.block_number))
        if named is not None and named.number != question.block_number:
            raise Unreachable("expected the block that was asked for, got another")
    contract, log_id = question.contract, question.log_id
    status = None
    if question.leaf_hash is not None:
        key = keccak256(log_id + question.leaf_hash)
        status = decode_status(
            node.word(contract, mapping_slot(key, STATUS)),
            successor=node.word(contract, mapping_slot(key, SUCCESSOR)),
        )
    return NodeView(
        url=node.url,
        chain_id=chain_id,
        genesis=None if genesis is None else genesis.hash,
        has_code=len(_bytes(node.call("eth_getCode", "0x" + contract.hex(), "latest"), None)) > 0,
        finalized=finalized,
        named=named,
        log=decode_log(node.word(contract, mapping_slot(log_id, LOGS))),
        forked=any(node.word(contract, mapping_slot(log_id, FORKED))),
        anchors={
            root: decode_anchor(node.word(contract, anchor_slot(log_id, root)))
            for root in dict.fromkeys(question.roots)
        },
        status=status,
    )


def anchor_slot(log_id: bytes, root: bytes) -> bytes:
    """Return the storage slot of ``anchors[keccak(logId ‖ root)]``, 32 bytes."""
    return mapping_slot(keccak256(log_id + root), ANCHORS)


def mapping_slot(key: bytes, position: int) -> bytes:
    """Return where Solidity keeps ``mapping[key]`` declared at ``position``: keccak(key ‖ p)."""
    return keccak256(key + position.to_bytes(32, "big"))


def decode_log(word: bytes) -> LogSlot:
    """Read slot 0's word; Solidity packs a struct's members from the low end."""
    return LogSlot(
        count=int.from_bytes(word[28:32], "big"),
        size=int.from_bytes(word[20:28], "big"),
        operator=word[0:20],
    )


def decode_anchor(word: bytes) -> AnchorSlot:
    """Read slot 1's word: four 64-bit numbers from the low end."""
    ordinal, block, time, size = (
        int.from_bytes(word[start : start + 8], "big") for start in range(0, 32, 8)
    )
    return AnchorSlot(size=size, time=time, block=block, ordinal=ordinal)


def decode_status(word: bytes, *, successor: bytes) -> StatusSlot:
    """Read slot 2's word: an 8-bit code, then two 64-bit numbers, from the low end."""
    return StatusSlot(
        code=word[31],
        time=int.from_bytes(word[23:31], "big"),
        block=int.from_bytes(word[15:23], "big"),
        successor=successor,
    )


def checksum_address(address: bytes) -> str:
    """Return a 20-byte address as people compare it: 0x and mixed case (EIP-55)."""
    digits = address.hex()
    mask = keccak256(digits.encode("ascii")).hex()
    return "0x" + "".join(
        digit.upper() if int(nibble, 16) >= 8 else digit
        for digit, nibble in zip(digits, mask, strict=False)
    )


def inclusion_calldata(
    *, log_id: bytes, size: int, root: bytes, entry: bytes, index: int, path: Iterable[bytes]
) -> bytes:
    """Return the ABI encoding of the ``verifyInclusion`` call."""
    nodes = list(path)
    return b"".join(
        (
            keccak256(_SELECTOR_TEXT.encode("ascii"))[:4],
            log_id,
            size.to_bytes(32, "big"),
            root,
            entry,
            index.to_bytes(32, "big"),
            (6 * 32).to_bytes(32, "big"),
            len(nodes).to_bytes(32, "big"),
            *nodes,
        )
    )


def _quantity(value: object) -> int:
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise Unreachable(f"expected a 0x number, got {str(value)[:80]!r}")
    return int(value[2:] or "0", 16)


def _bytes(value: object, size: int | None) -> bytes:
    try:
        decoded = bytes.fromhex(value[2:] if isinstance(value, str) else "-")
    except ValueError:
        decoded = None
    if decoded is None or (size is not None and len(decoded) != size):
        raise Unreachable(f"expected hex bytes, got {str(value)[:80]!r}")
    return decoded
