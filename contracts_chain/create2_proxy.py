"""Puts the deterministic deployment proxy on a chain that lacks it."""

import time
from typing import Final

from contracts_chain.broadcast import Outcome, broadcast
from contracts_chain.contract_calls import keccak256
from contracts_chain.errors import AnchorRefused, ChainUnreachable
from contracts_chain.gas import newest_base_fee
from contracts_chain.quorum import Nodes, hex_bytes, quantity
from contracts_chain.receipts import state_of
from contracts_chain.sending import Sender

# The proxy stands at this address on nearly every EVM chain, and creates (CREATE2, EIP-1014)
# whatever code follows the salt in a call to it.
CREATE2_PROXY: Final = "0x4e59b44847b379578588920cA78FbF26c0B4956C"

# Its one transaction, the same for every chain since it names none: whoever pays for it puts the
# proxy at that address. Its signature was chosen (r = s = 0x2222…), not made with a key, so nobody
# can ever send anything else from its account. Source: Arachnid/deterministic-deployment-proxy.
_ACCOUNT: Final = "0x3fAB184622Dc19b6109349B94811493BF2a45362"
_CODE: Final = (
    "604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    "e03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
)
_TRANSACTION: Final = bytes.fromhex(
    "f8a58085174876e800830186a08080b853" + _CODE + "1ba0" + "22" * 32 + "a0" + "22" * 32
)
_TRANSACTION_HASH: Final = "0x" + keccak256(_TRANSACTION).hex()
_GAS_PRICE: Final = 100 * 10**9
_GAS_LIMIT: Final = 100_000
_PRICE: Final = _GAS_PRICE * _GAS_LIMIT
_INCLUSION_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.2


def has_proxy(nodes: Nodes) -> bool:
    """Say whether the proxy stands on this chain."""
    return bool(nodes.state("eth_getCode", CREATE2_PROXY, read=hex_bytes))


def ensure_proxy(nodes: Nodes, sender: Sender) -> None:
    """Make sure the proxy stands on this chain, paying 0.01 coin for it; idempotent, waits.

    Raises AnchorRefused: ``fee-ceiling`` while gas costs more than its transaction pays,
    ``proxy-missing`` if the nodes take no transaction that is signed for every chain;
    ChainUnreachable, after which a repeat is safe.
    """
    if has_proxy(nodes):
        return
    if newest_base_fee(nodes) > _GAS_PRICE:
        raise AnchorRefused(
            "fee-ceiling",
            f"the proxy's transaction pays {_GAS_PRICE} wei for one unit of gas, and that costs "
            "more now; repeat it when gas is cheaper",
        )
    missing = _PRICE - nodes.state("eth_getBalance", _ACCOUNT, read=quantity)
    if missing > 0:
        sender.wait(sender.send(_ACCOUNT, b"", value=missing))
    try:
        outcome = broadcast(nodes, _TRANSACTION)
    except ChainUnreachable as error:
        raise AnchorRefused(
            "proxy-missing",
            f"the nodes do not take the proxy's transaction ({error}); many take none that is "
            "signed for every chain: ask whoever runs the chain to put the proxy there",
        ) from error
    if outcome in (Outcome.TOO_CHEAP, Outcome.NO_FUNDS):
        raise AnchorRefused("proxy-missing", f"the proxy's transaction was refused: {outcome.name}")
    deadline = time.monotonic() + _INCLUSION_SECONDS
    while not has_proxy(nodes):
        if state_of(nodes, _TRANSACTION_HASH).state == "failed":
            raise AnchorRefused(
                "proxy-missing",
                f"the proxy's transaction {_TRANSACTION_HASH} failed on this chain, and can never "
                "be sent again; ask whoever runs the chain to put the proxy there",
            )
        if time.monotonic() > deadline:
            raise ChainUnreachable(
                f"the proxy was not there after {_INCLUSION_SECONDS:.0f} s; repeat the command"
            )
        time.sleep(_POLL_SECONDS)
