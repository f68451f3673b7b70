"""What AnchorLog costs, measured on a real node; ``python -m tests.ports.anchor_gas`` writes it.

Gas of whole transactions (the base 21,000 included), always the same: key, log and values are
fixed, and call data holds no zero bytes where real hashes would hold none.
"""

import hashlib
import json
import sys
import tempfile
from pathlib import Path

from anchoring import hashing, tree
from contracts_chain import AnchorClient, LocalChain
from contracts_chain.contract_calls import call_data
from contracts_chain.rpc import Rpc
from contracts_chain.sending import Sender
from tests.conftest import ROOT
from tests.ports.chain_rig import ORIGIN, anchor, ask, client_of, included, running_chain

SNAPSHOT = ROOT / "solidity" / "gas.json"


def dense(name: str) -> bytes:
    """Return 32 fixed bytes, none of them zero: the dearest call data a hash can be."""
    return hashlib.sha256(name.encode()).digest().replace(b"\0", b"\1")


def full_tree_root(entry: bytes, index: int, path: list[bytes]) -> bytes:
    """Return the root that ``path`` gives in a tree with 2**len(path) leaves."""
    reached = hashing.leaf_hash(entry)
    for level, sibling in enumerate(path):
        on_the_right = index >> level & 1
        reached = (
            tree.node_hash(sibling, reached) if on_the_right else tree.node_hash(reached, sibling)
        )
    return reached


def gas_used(chain: LocalChain, transaction: str) -> int:
    return int(ask(chain, "eth_getTransactionReceipt", transaction)["gasUsed"], 16)


def measure(folder: Path) -> dict[str, int]:
    """Return the gas of each call, by name, on a fresh chain in ``folder``."""
    with running_chain(folder) as chain, client_of(chain.rpc_url) as client:
        chain.fund(client.address)
        deployed = client.ensure_deployed().transaction
        assert deployed is not None
        gas = {"deploy": gas_used(chain, deployed)}
        log_id = client.ensure_log(ORIGIN)
        opened = ask(chain, "eth_getBlockByNumber", "latest", False)["transactions"][0]
        gas["openLog"] = gas_used(chain, opened)

        sizes = {"first": 0xFFFFFFFF, "later": 0x1FFFFFFFE, "largest call data": 0x2F1F2F3F4}
        for name, size in sizes.items():
            transaction = anchor(client, log_id, size, dense(name))
            gas[f"anchor, {name}"] = gas_used(chain, transaction)

        rpc = Rpc(chain.rpc_url)
        try:
            gas |= measure_inclusion(chain, client, Sender(rpc, b"\x08" * 32))
        finally:
            rpc.close()
        return gas


def measure_inclusion(chain: LocalChain, client: AnchorClient, caller: Sender) -> dict[str, int]:
    """Return the gas of asking for entries at several depths, as transactions of ``caller``.

    Depth 20 with siblings on the right, on the left, and by turns: all stay below the bar.
    """
    chain.fund(caller.address)
    gas = {}
    for depth, index in ((0, 0), (10, 0), (17, 0), (20, 0), (20, 2**20 - 1), (20, 0xAAAAA)):
        origin = f"{ORIGIN}/{depth}/{index}"
        log_id = client.ensure_log(origin)
        path = [dense(f"sibling {level}") for level in range(depth)]
        root = full_tree_root(dense("entry"), index, path)
        anchor(client, log_id, 2**depth, root)
        arguments = (log_id, 2**depth, root, dense("entry"), index, path)
        assert client.verify_inclusion(
            log_id, size=2**depth, root=root, entry=dense("entry"), index=index, path=path
        )
        transaction = caller.send(client.contract, call_data("verifyInclusion", *arguments))
        gas[f"verifyInclusion, depth {depth}, index {index}"] = gas_used(
            chain, included(client, transaction)
        )
    return gas


def main() -> int:
    """Write the snapshot anew."""
    with tempfile.TemporaryDirectory() as folder:
        gas = measure(Path(folder))
    SNAPSHOT.write_text(json.dumps(gas, indent=2) + "\n")
    print(SNAPSHOT.read_text(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
