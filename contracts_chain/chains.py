"""Chains by name: their nodes, how many must agree, when a block is final, what gas may cost."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from contracts_chain.errors import ChainSettingsError
from contracts_chain.fees import FeePolicy

_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_ENOUGH_FOR_A_MAJORITY: Final = 3
_WEI: Final = {"wei": 1, "gwei": 10**9, "ether": 10**18}
_LONGEST_WAIT: Final = 120.0
# Wallets and JSON numbers hold chain ids up to here exactly (EIP-2294 allows a little less).
_LARGEST_CHAIN_ID: Final = 2**53


@dataclass(frozen=True, kw_only=True)
class ChainSettings:
    """One EVM chain as we use it. Its ``repr`` shows the nodes' hosts, never their whole URLs.

    ``chain_id`` is checked against every node before anything is sent; None takes what the nodes
    say (a chain of our own). ``read_quorum`` nodes must give the same answer before it is
    believed; 0, the default, means a majority of three or more nodes, else one. ``finality`` is
    the tag, or a depth: a block counts as final when so many blocks stand on it.
    ``timeout_seconds`` bounds one question to one node; ``low_balance_wei`` is where the alarm of
    an operator account that runs dry begins. Raises ChainSettingsError.
    """

    name: str
    chain_id: int | None = None
    rpc_urls: tuple[str, ...] = field(repr=False)
    read_quorum: int = 0
    finality: Literal["finalized"] | int = "finalized"
    fees: FeePolicy = field(default_factory=FeePolicy)
    timeout_seconds: float = 10.0
    low_balance_wei: int = 0
    hosts: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        problem = next((text for text in self._problems()), None)
        if problem:
            raise ChainSettingsError(f"chain {self.name!r}: {problem}")
        if not self.read_quorum:
            nodes = len(self.rpc_urls)
            majority = nodes // 2 + 1 if nodes >= _ENOUGH_FOR_A_MAJORITY else 1
            object.__setattr__(self, "read_quorum", majority)
        object.__setattr__(self, "hosts", tuple(map(host_of, self.rpc_urls)))

    def _problems(self) -> "list[str]":
        problems = []
        if not _NAME.fullmatch(self.name):
            problems.append("expected a name of a-z, 0-9 and '-', a letter first, at most 32 long")
        if self.chain_id is not None and not 1 <= self.chain_id <= _LARGEST_CHAIN_ID:
            problems.append(f"expected chain_id from 1 to 2^53, got {self.chain_id}")
        if not self.rpc_urls:
            problems.append("expected one URL or more in rpc_urls, got none")
        for place, url in enumerate(self.rpc_urls, start=1):
            if not _is_node_url(url):
                problems.append(
                    f"expected an http or https URL in rpc_urls, got something else in place "
                    f"{place} (not shown: it may hold a key)"
                )
        if len(set(self.rpc_urls)) != len(self.rpc_urls):
            problems.append("expected different nodes in rpc_urls, got one of them twice")
        if not 0 <= self.read_quorum <= len(self.rpc_urls):
            problems.append(
                f"expected read_quorum from 1 to {len(self.rpc_urls)}, the number of rpc_urls, "
                f"got {self.read_quorum}"
            )
        if self.finality != "finalized" and self.finality < 1:
            problems.append(f'expected finality "finalized" or a depth from 1, got {self.finality}')
        if not 0 < self.timeout_seconds <= _LONGEST_WAIT:
            problems.append(
                f"expected timeout_seconds above 0, at most {_LONGEST_WAIT:.0f}, "
                f"got {self.timeout_seconds}"
            )
        if self.low_balance_wei < 0:
            problems.append(f"expected low_balance of 0 or more, got {self.low_balance_wei} wei")
        return problems


def host_of(url: str) -> str:
    """Return host and port alone: paths, queries and user names of hosted nodes hold their keys."""
    parts = urlsplit(url)
    host = parts.hostname or "?"
    return f"{host}:{parts.port}" if parts.port else host


def read_chains(path: Path) -> dict[str, ChainSettings]:
    """Return the chains of a TOML file by their names, in the file's order.

    The form is in docs/chains.md. Raises ChainSettingsError naming file, line and member; a member
    that is not known is an error, so a misspelt one never goes unnoticed.
    """
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except OSError as error:
        raise ChainSettingsError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ChainSettingsError(f"{path}: expected UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        # tomllib's words end in "(at line 3, column 7)"; they quote single characters at most.
        raise ChainSettingsError(f"{path}: expected TOML: {error}") from error
    tables = document.pop("chain", None)
    if document:
        raise _at(path, text, None, next(iter(document)), "expected only [chain.NAME] tables")
    if not isinstance(tables, dict) or not tables:
        raise ChainSettingsError(f"{path}: expected one [chain.NAME] table or more, got none")
    return {name: _chain(path, text, name, table) for name, table in tables.items()}


def _chain(path: Path, text: str, name: str, table: Any) -> ChainSettings:
    if not isinstance(table, dict):
        raise _at(path, text, None, name, f"expected a table [chain.{name}]")
    members = dict(table)
    taken: dict[str, Any] = {}
    try:
        for member, (argument, read) in _MEMBERS.items():
            if member in members:
                taken[argument] = read(members.pop(member))
    except ValueError as error:
        raise _at(path, text, name, member, str(error)) from None
    if "fees" in members:
        taken["fees"] = _fees(path, text, name, members.pop("fees"))
    if members:
        known = ", ".join([*_MEMBERS, "fees"])
        raise _at(path, text, name, next(iter(members)), f"expected one of {known}")
    for required in ("chain_id", "rpc_urls"):
        if required not in taken:
            raise _at(path, text, name, None, f"expected {required}, got none")
    try:
        return ChainSettings(name=name, **taken)
    except ChainSettingsError as error:
        raise _at(path, text, name, None, str(error)) from None


def _fees(path: Path, text: str, name: str, table: Any) -> FeePolicy:
    if not isinstance(table, dict):
        raise _at(path, text, name, "fees", "expected a table")
    members = dict(table)
    taken: dict[str, Any] = {}
    for policy_field in fields(FeePolicy):
        member = policy_field.name
        if member not in members:
            continue
        read: Callable[[Any], Any] = _number if member == "stuck_seconds" else _amount
        try:
            taken[member] = read(members.pop(member))
        except ValueError as error:
            raise _at(path, text, name, member, str(error)) from None
    if members:
        known = ", ".join(policy_field.name for policy_field in fields(FeePolicy))
        raise _at(path, text, name, next(iter(members)), f"expected one of {known}")
    policy = FeePolicy(**taken)
    if not 0 <= policy.floor_tip <= policy.floor_total <= policy.ceiling_total:
        raise _at(
            path, text, name, "fees", "expected floor_tip ≤ floor_total ≤ ceiling_total, all ≥ 0"
        )
    return policy


def _integer(value: Any) -> int:
    if type(value) is not int:
        raise ValueError(f"expected a whole number, got {type(value).__name__}")
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not value >= 0:
        raise ValueError("expected a number of seconds, 0 or more")
    return float(value)


def _urls(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(url, str) for url in value):
        raise ValueError('expected a list of URLs, such as ["https://node.example"]')
    return tuple(value)


def _finality(value: Any) -> Literal["finalized"] | int:
    if value == "finalized":
        return "finalized"
    if type(value) is int and value >= 1:
        return value
    raise ValueError('expected "finalized", or a depth in blocks from 1')


def _amount(value: Any) -> int:
    """Read wei as a whole number, or as text with a unit: ``"1.5 gwei"``, ``"0.02 ether"``."""
    if type(value) is int and value >= 0:
        return value
    number, _, unit = value.partition(" ") if isinstance(value, str) else ("", "", "")
    try:
        wei = Decimal(number) * _WEI[unit]
        if wei == int(wei) and wei >= 0:
            return int(wei)
    except (InvalidOperation, KeyError, ValueError, OverflowError):
        pass
    raise ValueError('expected wei as a whole number, or text such as "1.5 gwei", "0.02 ether"')


_MEMBERS: Final[dict[str, tuple[str, Callable[[Any], Any]]]] = {
    "chain_id": ("chain_id", _integer),
    "rpc_urls": ("rpc_urls", _urls),
    "read_quorum": ("read_quorum", _integer),
    "finality": ("finality", _finality),
    "timeout_seconds": ("timeout_seconds", _number),
    "low_balance": ("low_balance_wei", _amount),
}


def _is_node_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _at(
    path: Path, text: str, chain: str | None, member: str | None, problem: str
) -> ChainSettingsError:
    """Return the error for a member of a chain's table, with the line it stands on."""
    place = f"{path}, line {_line_of(text, chain, member)}"
    named = ".".join(part for part in ("chain", chain, member) if part)
    return ChainSettingsError(f"{place}, {named}: {problem}")


def _line_of(text: str, chain: str | None, member: str | None) -> int:
    """Return the line where a chain's table, or a member in it, stands; TOML readers tell none."""
    header = re.compile(r"\s*\[+\s*([^\]]*?)\s*\]+")
    inside, found = chain is None, 1
    for number, line in enumerate(text.splitlines(), start=1):
        if table := header.match(line):
            parts = [part.strip(" \"'") for part in table[1].split(".")]
            inside = chain is None or parts[:2] == ["chain", chain]
            if inside and (chain is not None or member in parts):
                found = number
                if member is None or parts[-1] == member:
                    return number
        elif inside and member and re.match(rf"\s*[\"']?{re.escape(member)}[\"']?\s*[.=]", line):
            return number
    return found
