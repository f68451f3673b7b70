"""What the real chain holds of one log, read from the node itself and from bare storage."""

from dataclasses import dataclass

from anchoring.hashing import keccak256
from tests.chaos.nodes import ChainNode

_LOGS_SLOT, _ANCHORS_SLOT = 0, 1
_ANCHORED = keccak256(b"Anchored(bytes32,uint64,bytes32)")


@dataclass(frozen=True)
class TrueAnchor:
    """One Anchored event of the present chain, with its block (hash 32 bytes, Unix seconds)."""

    size: int
    root: bytes
    transaction: str
    block: int
    block_hash: bytes
    time: int


class ChainTruth:
    """Reads one log's slots (protocol.md, AnchorLog storage) and events; no code of ours between.

    ``contract`` has 20 bytes, ``log_id`` 32; ``since`` is the first block that may concern it.
    """

    def __init__(self, node: ChainNode, contract: bytes, log_id: bytes, since: int) -> None:
        self.node = node
        self._contract = "0x" + contract.hex()
        self._log_id = log_id
        self._since = since
        self.chain_id = int(node.ask("eth_chainId"), 16)

    def head(self) -> tuple[int, int, bytes]:
        """Return the log's count, size and operator."""
        word = self._word(self._log_id, _LOGS_SLOT, "latest")
        return (
            word & (2**32 - 1),
            word >> 32 & (2**64 - 1),
            (word >> 96).to_bytes(20, "big"),
        )

    def anchored_size(self, root: bytes, block: int | None = None) -> int:
        """Return the size under which ``root`` is anchored as of ``block``, 0 if it is not."""
        at = "latest" if block is None else hex(block)
        key = keccak256(self._log_id + root)
        return self._word(key, _ANCHORS_SLOT, at) & (2**64 - 1)

    def anchors(self) -> list[TrueAnchor]:
        """Return every anchor of the log in the order of the chain."""
        logs = self.node.ask(
            "eth_getLogs",
            {
                "address": self._contract,
                "fromBlock": hex(self._since),
                "toBlock": "latest",
                "topics": ["0x" + _ANCHORED.hex(), "0x" + self._log_id.hex()],
            },
        )
        found = []
        for log in logs:
            words = bytes.fromhex(log["data"][2:])
            block = self.node.ask("eth_getBlockByNumber", log["blockNumber"], False)
            found.append(
                TrueAnchor(
                    size=int.from_bytes(words[:32], "big"),
                    root=words[32:64],
                    transaction=log["transactionHash"],
                    block=int(block["number"], 16),
                    block_hash=bytes.fromhex(block["hash"][2:]),
                    time=int(block["timestamp"], 16),
                )
            )
        return found

    def _word(self, key: bytes, slot: int, block: str) -> int:
        place = keccak256(key + slot.to_bytes(32, "big"))
        answer = self.node.ask("eth_getStorageAt", self._contract, "0x" + place.hex(), block)
        return int(answer, 16)
