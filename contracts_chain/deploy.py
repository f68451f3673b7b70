"""Puts AnchorLog on a chain, at the same address on every one."""

from functools import cache
from typing import Final

from contracts_chain.artifact import anchor_log_artifact
from contracts_chain.contract_calls import keccak256
from contracts_chain.create2_proxy import CREATE2_PROXY, has_proxy
from contracts_chain.errors import AnchorRefused
from contracts_chain.quorum import Nodes, hex_bytes
from contracts_chain.records import DeploymentRecord
from contracts_chain.sending import Sender
from contracts_chain.signatures import checksummed

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


def deploy_anchor_log(nodes: Nodes, sender: Sender) -> DeploymentRecord:
    """Make sure AnchorLog stands at its address; idempotent, waits for inclusion.

    Raises AnchorRefused: ``proxy-missing`` if the chain lacks the deployment proxy,
    ``insufficient-funds``; ChainUnreachable, after which a repeat is safe.
    """
    address = anchor_log_address()
    if is_deployed(nodes, address):
        return DeploymentRecord(nodes.chain_id(), address, None)
    if not has_proxy(nodes):
        raise AnchorRefused(
            "proxy-missing",
            f"expected the deterministic deployment proxy at {CREATE2_PROXY}, got no code there: "
            "this chain cannot have AnchorLog at its usual address yet. Put the proxy there with "
            "acta chain deploy --with-proxy (0.01 of the chain's coin), or ask whoever runs the "
            "chain",
        )
    try:
        transaction = sender.send(CREATE2_PROXY, SALT + anchor_log_artifact().bytecode)
        sender.wait(transaction)
    except AnchorRefused:
        # The address is everyone's: another operator may have been a block earlier.
        if is_deployed(nodes, address):
            return DeploymentRecord(nodes.chain_id(), address, None)
        raise
    if not is_deployed(nodes, address):
        raise AnchorRefused("contract-missing", f"{transaction} put no AnchorLog at {address}")
    return DeploymentRecord(nodes.chain_id(), address, transaction)


def is_deployed(nodes: Nodes, address: str) -> bool:
    """Say whether the code at ``address`` is exactly AnchorLog's."""
    found = nodes.state("eth_getCode", address, read=hex_bytes)
    return found == anchor_log_artifact().runtime_bytecode
