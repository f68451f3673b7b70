"""A chain of its own for the gas figures, and what transactions on it cost."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from contracts_chain import LocalChain, find_anvil
from contracts_chain.rpc import Rpc
from tests.running import free_port

_ROOT = Path(__file__).resolve().parent.parent
_PAYER = "0x" + 20 * "ac"
# What a block of today's main net lets one transaction use (EIP-7825).
TRANSACTION_GAS = 2**24


class Payer:
    """Sends transactions on a local chain and says what each one used, in gas."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self.address = _PAYER
        rpc.call("anvil_impersonateAccount", _PAYER)
        rpc.call("anvil_setBalance", _PAYER, hex(10**24))

    def deploy(self, code: bytes) -> tuple[str, int]:
        """Return a new contract's address, and the gas of putting it there."""
        receipt = self._receipt({"data": "0x" + code.hex()})
        return str(receipt["contractAddress"]), int(receipt["gasUsed"], 16)

    def spend(self, to: str, data: bytes) -> int:
        """Return the gas of one transaction, its base of 21,000 included; it must succeed."""
        return int(self._receipt({"to": to, "data": "0x" + data.hex()})["gasUsed"], 16)

    def spend_all(self, to: str, calls: Sequence[bytes]) -> int:
        """Return the gas of several transactions together."""
        return sum(self.spend(to, data) for data in calls)

    def answer(self, to: str, data: bytes) -> bytes:
        """Return what a view answers."""
        answered = self._rpc.call("eth_call", {"to": to, "data": "0x" + data.hex()}, "latest")
        return bytes.fromhex(answered[2:])

    def _receipt(self, call: dict[str, str]) -> dict[str, Any]:
        sent = {"from": _PAYER, "gas": hex(TRANSACTION_GAS), **call}
        transaction = self._rpc.call("eth_sendTransaction", sent)
        # One block for each: the chain mines at once, but may answer a moment before it has.
        while (receipt := self._rpc.call("eth_getTransactionReceipt", transaction)) is None:
            pass
        if int(receipt["status"], 16) != 1:
            raise RuntimeError(f"expected {transaction} to succeed, got a revert")
        return dict(receipt)


@contextmanager
def payer_on_a_fresh_chain() -> Iterator[Payer]:
    """A payer on a new chain that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="acta-gas-") as folder:
        chain = LocalChain(Path(folder), free_port(), find_anvil(_ROOT))
        chain.start()
        rpc = Rpc(chain.rpc_url)
        try:
            yield Payer(rpc)
        finally:
            rpc.close()
            chain.stop()
