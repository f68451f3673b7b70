"""What AnchorLog costs, measured on a real node; ``python -m tests.ports.anchor_gas`` writes it.

Gas of whole transactions (the base 21,000 included), always the same: keys, logs and values are
fixed, and call data hold no zero bytes where real hashes would hold none.
"""

import json
import sys

from eth_utils import keccak

from anchoring import hashing, tree
from contracts_chain import anchor_log_address
from tests.conftest import ROOT
from tests.ports.contract_rig import OPERATOR, Contract, Receipt, contract_on, node_of
from tests.ports.party_keys import Document, P256Key, Party, Passkey, Wallet, fixed

SNAPSHOT = ROOT / "solidity" / "gas.json"
DEADLINE = 0x7FFFFFFFFF
DEEP = 20


def full_tree_root(leaf_hash: bytes, index: int, path: list[bytes]) -> bytes:
    """Return the root that ``path`` gives in a tree with 2**len(path) leaves."""
    reached = leaf_hash
    for level, sibling in enumerate(path):
        on_the_right = index >> level & 1
        reached = (
            tree.node_hash(sibling, reached) if on_the_right else tree.node_hash(reached, sibling)
        )
    return reached


def consistent_roots(size1: int, size2: int) -> tuple[bytes, bytes, list[bytes]]:
    """Return two roots and a path between them (RFC 9162 §2.1.4.2), all made from the path."""
    path: list[bytes] = []

    def sibling() -> bytes:
        path.append(fixed(f"sibling {len(path)}"))
        return path[-1]

    node, last = size1 - 1, size2 - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    root1 = root2 = sibling() if node else fixed("first root")
    while last:
        if node & 1 or node == last:
            beside = sibling()
            root1, root2 = tree.node_hash(beside, root1), tree.node_hash(beside, root2)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            root2 = tree.node_hash(root2, sibling())
        node, last = node >> 1, last >> 1
    return root1, root2, path


class Meter:
    """Runs AnchorLog's functions on a fresh node and notes what each costs."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._chain_id = int(contract.node.ask("eth_chainId"), 16)
        self.gas: dict[str, int] = {}

    def note(self, name: str, receipt: Receipt) -> None:
        self.gas[name] = receipt.gas

    def call(self, function: str, *arguments: object) -> Receipt:
        """Send a view as a transaction, so that its whole cost shows."""
        return self._contract.send(function, *arguments)

    def opened(self, origin: str) -> bytes:
        origin_hash = keccak(origin.encode())
        self._contract.send("openLog", origin_hash, sender=OPERATOR)
        (log_id,) = self._contract.call("logIdOf", OPERATOR, origin_hash)
        return bytes(log_id)

    def proof(
        self, log_id: bytes, leaf_hash: bytes, index: int = 0, depth: int = DEEP
    ) -> tuple[int, bytes, int, list[bytes]]:
        """Anchor a full tree with a leaf at an index, and return the InclusionProof."""
        path = [fixed(f"sibling {level}") for level in range(depth)]
        root = full_tree_root(leaf_hash, index, path)
        self._contract.send("anchor", log_id, 2**depth, root, sender=OPERATOR)
        return (2**depth, root, index, path)

    def measure_anchors(self) -> None:
        origin_hash = keccak(b"log.example/acta")
        self.note("openLog", self._contract.send("openLog", origin_hash, sender=OPERATOR))
        (log_id,) = self._contract.call("logIdOf", OPERATOR, origin_hash)
        sizes = {"first": 0xFFFFFFFF, "later": 0x1FFFFFFFE, "largest call data": 0x2F1F2F3F4}
        for name, size in sizes.items():
            receipt = self._contract.send("anchor", log_id, size, fixed(name), sender=OPERATOR)
            self.note(f"anchor, {name}", receipt)
        successor = "0x" + "0c" * 20
        self._contract.node.ask("anvil_setBalance", successor, hex(10**20))
        offered = self._contract.send("offerOperator", log_id, successor, sender=OPERATOR)
        self.note("offerOperator", offered)
        self.note("acceptOperator", self._contract.send("acceptOperator", log_id, sender=successor))

    def measure_inclusion(self) -> None:
        """Depth 20 with siblings on the right, on the left, and by turns."""
        deep = [(DEEP, index) for index in (0, 2**DEEP - 1, 0xAAAAA)]
        for depth, index in ((0, 0), (10, 0), (17, 0), *deep):
            log_id = self.opened(f"inclusion {depth} {index}")
            entry = fixed("entry")
            size, root, _, path = self.proof(log_id, hashing.leaf_hash(entry), index, depth)
            arguments = (log_id, size, root, entry, index, path)
            assert self._contract.call("verifyInclusion", *arguments) == (True,)
            self.note(
                f"verifyInclusion, depth {depth}, index {index}",
                self.call("verifyInclusion", *arguments),
            )

    def measure_consistency(self) -> None:
        """The longest path at a million leaves, and the shortest."""
        for size1, size2 in ((2**DEEP - 1, 2**DEEP), (2 ** (DEEP - 1), 2**DEEP)):
            log_id = self.opened(f"consistency {size1}")
            root1, root2, path = consistent_roots(size1, size2)
            for size, root in ((size1, root1), (size2, root2)):
                self._contract.send("anchor", log_id, size, root, sender=OPERATOR)
            arguments = (log_id, size1, root1, size2, root2, path)
            assert self._contract.call("verifyConsistency", *arguments) == (True,)
            self.note(
                f"verifyConsistency, path of {len(path)}",
                self.call("verifyConsistency", *arguments),
            )

    def measure_statuses(self) -> None:
        for name, parties in self.party_lists().items():
            log_id = self.opened(f"void {name}")
            document = Document(name, self.home(log_id), parties)
            proof = self.proof(log_id, document.leaf_hash)
            signatures = document.signatures(deadline=DEADLINE)
            arguments = (log_id, document.opening, proof, signatures, DEADLINE)
            self.note(f"voidDocument, {name}", self._contract.send("voidDocument", *arguments))
        self.measure_successor()

    def measure_successor(self) -> None:
        log_id = self.opened("supersede")
        parties = self.party_lists()["two passkeys"]
        old = Document("old", self.home(log_id), parties)
        new = Document("new", self.home(log_id), parties)
        entries = [old.leaf_hash, new.leaf_hash]
        path = [fixed(f"sibling {level}") for level in range(DEEP - 1)]
        root = full_tree_root(tree.node_hash(*entries), 0, path)
        self._contract.send("anchor", log_id, 2**DEEP, root, sender=OPERATOR)
        proofs = [(2**DEEP, root, index, [entries[1 - index], *path]) for index in (0, 1)]
        signatures = old.signatures(deadline=DEADLINE, successor=new.leaf_hash)
        arguments = (log_id, old.opening, proofs[0], new.leaf_hash, proofs[1], signatures, DEADLINE)
        receipt = self._contract.send("supersedeDocument", *arguments)
        self.note("supersedeDocument, two passkeys", receipt)
        resolved = self._contract.call("resolve", log_id, old.leaf_hash, 8)
        assert resolved == (new.leaf_hash, 0, True)
        self.note("resolve, one step", self.call("resolve", log_id, old.leaf_hash, 8))

    def party_lists(self) -> dict[str, list[Party]]:
        """Two parties each, of every type of key."""
        wallets = [Wallet(name, self._chain_id, self._contract.address) for name in ("W", "V")]
        return {
            "two passkeys": [Party([Passkey("Ana")]), Party([Passkey("Ben")])],
            "two P-256 keys": [Party([P256Key("Ana")]), Party([P256Key("Ben")])],
            "two wallets": [Party([wallet]) for wallet in wallets],
        }

    def measure_attestation(self) -> None:
        log_id = self.opened("attestation")
        statement = fixed("statement")
        assertion = Passkey("Ana").assertion(statement)
        salt, subject = fixed("salt"), fixed("subject")
        entry = hashing.statement_entry(
            salt=salt,
            subject=subject,
            statement_sha256=statement,
            attestation_hash=assertion.hash,
        )
        proof = self.proof(log_id, hashing.leaf_hash(entry), 2**DEEP - 1)
        arguments = (log_id, proof, salt, subject, statement, assertion.struct)
        assert self._contract.call("verifyAttestation", *arguments)[0] is True
        self.note("verifyAttestation, depth 20", self.call("verifyAttestation", *arguments))

    def measure_fork(self) -> None:
        log_id = self.opened("fork")
        path = [fixed(f"sibling {level}") for level in range(DEEP)]
        proofs = []
        for size, leaf_hash in ((2**DEEP - 1, fixed("one")), (2**DEEP, fixed("other"))):
            root = full_tree_root(leaf_hash, 0, path)
            self._contract.send("anchor", log_id, size, root, sender=OPERATOR)
            proofs.append(((size, root, 0, path), leaf_hash))
        arguments = (*proofs[0], *proofs[1])
        self.note("proveFork, depth 20", self._contract.send("proveFork", log_id, *arguments))

    def measure_batches(self) -> None:
        log_id = self.opened("batches")
        hashes = [fixed(f"hash {number}") for number in range(100)]
        self.note("statusesOf, 100", self.call("statusesOf", log_id, hashes))
        self.note("anchorsOf, 100", self.call("anchorsOf", log_id, hashes))

    def home(self, log_id: bytes) -> bytes:
        (home,) = self._contract.call("home", log_id)
        return bytes(home)


def measure() -> dict[str, int]:
    """Return the gas of each call, by name, on fresh nodes."""
    with node_of("osaka") as node:
        contract = Contract(node, anchor_log_address())
        meter = Meter(contract)
        meter.note("deploy", contract.deploy())
        meter.measure_anchors()
        meter.measure_inclusion()
        meter.measure_consistency()
        meter.measure_attestation()
        meter.measure_statuses()
        meter.measure_fork()
        meter.measure_batches()
        gas = meter.gas
    with contract_on("prague") as contract:
        without = Meter(contract)
        without.measure_attestation()
        without.measure_statuses()
    for name in ("verifyAttestation, depth 20", "voidDocument, two passkeys"):
        gas[f"{name}, without the precompile"] = without.gas[name]
    return gas


def main() -> int:
    """Write the snapshot anew."""
    SNAPSHOT.write_text(json.dumps(measure(), indent=2) + "\n")
    print(SNAPSHOT.read_text(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
