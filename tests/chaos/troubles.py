"""What a chain does to its users: reorganisations, lost, stuck and doubled transactions."""

import random
from collections import Counter
from typing import Any

from eth_account import Account
from eth_account.typed_transactions import TypedTransaction
from hexbytes import HexBytes

from contracts_chain import checksummed
from tests.chaos.nodes import DEEPEST_REORG, ChainNode, NodeSaidNo
from tests.chaos.proxy import Wiretap

_GWEI = 10**9
RICH_WEI = 10**20


class Troubles:
    """Strikes the chain of one schedule, one trouble at a time, drawn from ``rng``."""

    def __init__(self, node: ChainNode, tap: Wiretap, key: bytes, rng: random.Random) -> None:
        self._node = node
        self._tap = tap
        self._account = Account.from_key(key)
        self._rng = rng
        self._automine = True
        self.counted: Counter[str] = Counter()

    @property
    def address(self) -> str:
        """The operator's account."""
        return str(self._account.address)

    def strike(self) -> str:
        """Let one trouble happen and say which."""
        troubles = {
            self._reorganise: 6,
            self._lose_transactions: 2,
            self._change_mining: 4,
            self._raise_base_fee: 2,
            self._send_again: 2,
            self._send_as_an_earlier_run: 2,
            self._become_poor: 1,
        }
        trouble = self._rng.choices(list(troubles), list(troubles.values()))[0]
        said = trouble()
        self.counted[trouble.__name__.strip("_")] += 1
        return said

    def _reorganise(self) -> str:
        depth = self._rng.randrange(1, DEEPEST_REORG + 1)
        # A real node puts what it reorganised away back into its pool; many others never hear.
        recent = self._tap.raw[-4:]
        again = recent if self._rng.random() < 0.5 else []
        said = self._node.reorganise(depth, self._rng, again if self._rng.random() < 0.5 else [])
        for raw in again:
            self._node.send_raw(raw)
        return f"{said}, {len(again)} sent again"

    def _lose_transactions(self) -> str:
        pending = self._node.pending()
        for transaction in pending:
            if self._rng.random() < 0.8:
                self._node.drop(transaction)
        return f"lose of {len(pending)} in the pool"

    def _change_mining(self) -> str:
        self._automine = not self._automine
        self._node.set_automine(self._automine)
        return f"automine {self._automine}"

    def _raise_base_fee(self) -> str:
        """Leave what is in the pool behind; above 200 gwei even a new offer is too dear."""
        fee = self._rng.choice([5, 40, 300]) * _GWEI
        self._node.set_next_base_fee(fee)
        self._node.mine()
        return f"base fee {fee // _GWEI} gwei"

    def _send_again(self) -> str:
        """Hand the pool what it had before, as anyone who saw it may."""
        for raw in self._tap.raw[-3:]:
            self._node.send_raw(raw)
        return f"double {len(self._tap.raw[-3:])}"

    def _send_as_an_earlier_run(self) -> str:
        """Send the last call once more under the next nonce, as a run that was killed may have."""
        if not self._tap.raw:
            return "double nothing"
        call = TypedTransaction.from_bytes(HexBytes(self._tap.raw[-1])).as_dict()
        said = []
        for _ in range(self._rng.randrange(1, 3)):
            said.append(self._sign_and_send(call))
        return f"an earlier run: {said}"

    def _sign_and_send(self, call: dict[str, Any]) -> str:
        tag = self._rng.choice(["latest", "pending"])
        count = self._node.ask("eth_getTransactionCount", self._account.address, tag)
        fee = self._rng.choice([2, 20]) * _GWEI
        signed = self._account.sign_transaction(
            {
                "type": 2,
                "chainId": int(call["chainId"]),
                "nonce": int(count, 16) + self._rng.choice([0, 0, 0, 1]),
                "to": checksummed(bytes(call["to"])),
                "value": 0,
                "data": call["data"],
                "gas": 3_000_000 if len(call["data"]) > 1000 else 120_000,
                "maxPriorityFeePerGas": _GWEI,
                "maxFeePerGas": fee,
            }
        )
        return self._node.send_raw("0x" + bytes(signed.raw_transaction).hex()) or "refused"

    def _become_poor(self) -> str:
        """Take the account's money away until it is given back."""
        balance = int(self._node.ask("eth_getBalance", self._account.address, "latest"), 16)
        poor = balance > 10**15
        try:
            self._node.set_balance(self._account.address, 10**10 if poor else RICH_WEI)
        except NodeSaidNo as error:
            return f"balance: {error}"
        return "poor" if poor else "rich"
