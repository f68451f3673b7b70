"""Puts AnchorLog on a chain, at the same address on every one."""

from functools import cache
from typing import Final

from contracts_chain.artifact import anchor_log_artifact
from contracts_chain.contract_calls import keccak256
from contracts_chain.errors import AnchorRefused
from contracts_chain.records import DeploymentRecord
from contracts_chain.rpc import Rpc
from contracts_chain.sending import Sender

# The deterministic deployment proxy: it stands at this address on nearly every EVM chain, and
# creates (CREATE2, EIP-1014) whatever code follows the salt in a call to it.
CREATE2_PROXY: Final = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
SALT: Final = b"acta/anchor-log/v1".ljust(32, b"\0")


@cache
def anchor_log_address() -> str:
    """Return AnchorLog's address, 0x…, checksummed (EIP-55); needs no chain.

    It follows from the proxy, the salt and the committed bytecode alone, so documents can carry
    it before the contract is deployed.
    """
    code_hash = keccak256(anchor_log_artifact().bytecode)
    return checksummed(
        keccak256(b"\xff" + bytes.fromhex(CREATE2_PROXY[2:]) + SALT + code_hash)[12:]
    )


def checksummed(address: bytes) -> str:
    """Return a 20-byte address for people, ``0x…`` with the checksum of EIP-55."""
    digits = address.hex()
    check = keccak256(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if int(weight, 16) >= 8 else digit
        for digit, weight in zip(digits, check, strict=False)
    )


def deploy_anchor_log(rpc: Rpc, sender: Sender) -> DeploymentRecord:
    """Make sure AnchorLog stands at its address; idempotent, waits for inclusion.

    Raises AnchorRefused: ``proxy-missing`` if the chain lacks the deployment proxy,
    ``insufficient-funds``; ChainUnreachable, after which a repeat is safe.
    """
    address = anchor_log_address()
    if is_deployed(rpc, address):
        return DeploymentRecord(sender.chain_id(), address, None)
    if not _code(rpc, CREATE2_PROXY):
        raise AnchorRefused(
            "proxy-missing",
            f"expected the deterministic deployment proxy at {CREATE2_PROXY}; have it put on this "
            "chain first (its project publishes the signed transaction that does)",
        )
    try:
        transaction = sender.send(CREATE2_PROXY, SALT + anchor_log_artifact().bytecode)
        sender.wait(transaction)
    except AnchorRefused:
        # The address is everyone's: another operator may have been a block earlier.
        if is_deployed(rpc, address):
            return DeploymentRecord(sender.chain_id(), address, None)
        raise
    if not is_deployed(rpc, address):
        raise AnchorRefused("contract-missing", f"{transaction} put no AnchorLog at {address}")
    return DeploymentRecord(sender.chain_id(), address, transaction)


def is_deployed(rpc: Rpc, address: str) -> bool:
    """Say whether the code at ``address`` is exactly AnchorLog's."""
    return _code(rpc, address) == anchor_log_artifact().runtime_bytecode


def _code(rpc: Rpc, address: str) -> bytes:
    return bytes.fromhex(rpc.call("eth_getCode", address, "latest")[2:])
