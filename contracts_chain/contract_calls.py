"""AnchorLog's functions, errors and storage slots as bytes."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from tiny_keccak import keccak256 as _keccak256

from contracts_chain.artifact import anchor_log_artifact

_ANCHORS_SLOT = 1
_STATUSES_SLOT = 2
_SUCCESSORS_SLOT = 3
_FORKED_SLOT = 5


def keccak256(preimage: bytes) -> bytes:
    """Return the 32-byte Keccak-256 of ``preimage``."""
    return bytes(_keccak256(preimage))


@dataclass(frozen=True)
class ContractError:
    """An error that AnchorLog reverted with: its name, and its arguments for people."""

    name: str
    arguments: str


def call_data(function: str, *arguments: object) -> bytes:
    """Return the call data of an AnchorLog function; a struct is a tuple in its members' order."""
    from eth_abi.abi import encode

    inputs = _member("function", function)["inputs"]
    return _selector(function, inputs) + encode(_types(inputs), arguments)


def returned(function: str, answer: bytes) -> tuple[Any, ...]:
    """Return what an AnchorLog function answered, structs as tuples.

    Raises ValueError if it is not its answer.
    """
    from eth_abi.abi import decode
    from eth_abi.exceptions import DecodingError

    outputs = _member("function", function)["outputs"]
    try:
        return tuple(decode(_types(outputs), answer))
    except DecodingError as error:
        raise ValueError(f"expected the answer of {function}, got {len(answer)} bytes") from error


def contract_error(revert_data: bytes) -> ContractError | None:
    """Return the AnchorLog error in ``revert_data``, None if it is none of its own."""
    from eth_abi.abi import decode
    from eth_abi.exceptions import DecodingError

    for item in anchor_log_artifact().abi:
        if item["type"] != "error":
            continue
        inputs = item["inputs"]
        if revert_data[:4] != _selector(item["name"], inputs):
            continue
        try:
            values = decode(_types(inputs), revert_data[4:])
        except DecodingError:
            return None
        pairs = zip(inputs, values, strict=True)
        return ContractError(
            item["name"], ", ".join(f"{part['name']} {_readable(value)}" for part, value in pairs)
        )
    return None


@cache
def anchored_topic() -> bytes:
    """Return the first topic of the Anchored event."""
    return keccak256(_signature("Anchored", _member("event", "Anchored")["inputs"]))


def anchor_slot(*, log_id: bytes, root: bytes) -> bytes:
    """Return the 32-byte storage slot of a root's anchor."""
    return _mapping_slot(keccak256(log_id + root), _ANCHORS_SLOT)


def status_slot(*, log_id: bytes, leaf_hash: bytes) -> bytes:
    """Return the 32-byte storage slot of a document's status."""
    return _mapping_slot(keccak256(log_id + leaf_hash), _STATUSES_SLOT)


def successor_slot(*, log_id: bytes, leaf_hash: bytes) -> bytes:
    """Return the 32-byte storage slot of the leaf that took a document's place."""
    return _mapping_slot(keccak256(log_id + leaf_hash), _SUCCESSORS_SLOT)


def forked_slot(*, log_id: bytes) -> bytes:
    """Return the 32-byte storage slot that says whether a fork of the log was proved."""
    return _mapping_slot(log_id, _FORKED_SLOT)


def _mapping_slot(key: bytes, slot: int) -> bytes:
    return keccak256(key + slot.to_bytes(32, "big"))


def _member(kind: str, name: str) -> dict[str, Any]:
    return next(
        item
        for item in anchor_log_artifact().abi
        if item["type"] == kind and item.get("name") == name
    )


def _signature(name: str, inputs: list[dict[str, Any]]) -> bytes:
    return f"{name}({','.join(_types(inputs))})".encode()


def _types(items: list[dict[str, Any]]) -> list[str]:
    """Return the canonical ABI types, in which a struct is its members' types in brackets."""
    return [
        f"({','.join(_types(item['components']))}){item['type'].removeprefix('tuple')}"
        if item["type"].startswith("tuple")
        else str(item["type"])
        for item in items
    ]


def _selector(name: str, inputs: list[dict[str, Any]]) -> bytes:
    return keccak256(_signature(name, inputs))[:4]


def _readable(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
