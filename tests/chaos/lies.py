"""An RPC node that lies: false answers of the right form, silly ones and well-made ones."""

import random
import time
from typing import Any

from anchoring.hashing import keccak256

Answer = dict[str, Any]
_ANCHOR = keccak256(b"anchor(bytes32,uint64,bytes32)")[:4].hex()
_ANCHOR_OF = keccak256(b"anchorOf(bytes32,bytes32)")[:4].hex()
_LOGS = keccak256(b"logs(bytes32)")[:4].hex()
_ALREADY = keccak256(b"AlreadyAnchored(bytes32,uint64,bytes32)")[:4].hex()
_NOT_GROWING = keccak256(b"SizeNotGrowing(bytes32,uint64,uint64)")[:4].hex()


# What a liar may keep to; a node that is honest otherwise is believed for longer.
SUBJECTS = (
    "eth_call",
    "eth_estimateGas",
    "eth_getBlockByNumber",
    "eth_getTransactionCount",
    "eth_getTransactionReceipt",
    "eth_sendRawTransaction",
    "finality",
)


class Liar:
    """Spoils a share of the answers that pass through it.

    ``subject``: the method that it lies about, or "finality": that what is newest is final; None:
    whatever it is asked. It learns from the transactions and questions that it sees what the
    notary wants to hear: that an anchor is in the contract which is not, that a transaction
    succeeded which was never sent, that a block is final which does not exist.
    """

    def __init__(self, rng: random.Random, *, rate: float, subject: str | None) -> None:
        self._rng = rng
        self._rate = rate
        self._subject = subject
        self._sizes: dict[str, int] = {}
        self._newest = 1
        self._newest_block: Answer | None = None
        self.told = 0

    @classmethod
    def drawn(cls, rng: random.Random) -> "Liar":
        """Draw what it lies about, and how often."""
        own = random.Random(rng.getrandbits(64))
        subject = rng.choice([None, *SUBJECTS])
        return cls(own, rate=rng.choice([0.4, 1.0] if subject else [0.1, 0.5]), subject=subject)

    def swallows(self, question: Any) -> bool:
        """Whether it takes this transaction and tells nobody."""
        self._learn(str(question["params"][0]))
        return self._keeps_to("eth_sendRawTransaction") and self._rng.random() < self._rate

    @staticmethod
    def hash_of(raw: str) -> str:
        """Return the hash that an honest node would answer."""
        return "0x" + keccak256(bytes.fromhex(raw[2:])).hex()

    def spoiled(self, question: Any, answer: Answer) -> Answer:
        """Return the answer to pass on."""
        method, params = question["method"], question["params"]
        if method == "eth_estimateGas":
            self._learn(str(params[0].get("data") or params[0].get("input")))
        result = answer.get("result")
        # It may have been bent already, into what is no block at all.
        if method == "eth_getBlockByNumber" and params[0] == "latest" and _is_block(result):
            self._newest_block = result
            self._newest = int(result["number"], 16)
        if self._rng.random() >= self._rate:
            return answer
        if self._subject == "finality":
            lie = self._hasty_finality(method, params)
        else:
            lie = (
                self._lie(method, params, answer.get("result")) if self._keeps_to(method) else None
            )
        if lie is None:
            return answer
        self.told += 1
        return {"jsonrpc": "2.0", "id": question["id"]} | lie

    def _keeps_to(self, method: str) -> bool:
        return self._subject in (None, method)

    def _hasty_finality(self, method: str, params: Any) -> Answer | None:
        """Call the newest block final: a true block, and nothing it says of it is wrong."""
        if method == "eth_getBlockByNumber" and params[0] == "finalized" and self._newest_block:
            return {"result": self._newest_block}
        return None

    def _learn(self, text: str) -> None:
        """Remember the sizes and roots of anchor calls that occur in some hex."""
        place = text.find(_ANCHOR)
        while place >= 0:
            words = text[place + 8 : place + 8 + 3 * 64]
            if len(words) == 3 * 64 and (size := int(words[64:128], 16)) < 2**53:
                self._sizes[words[128:192]] = size
            place = text.find(_ANCHOR, place + 8)

    def _lie(self, method: str, params: Any, true: Any) -> Answer | None:
        rng = self._rng
        match method:
            case "eth_call":
                return self._false_state(str(params[0].get("data") or params[0]["input"]), true)
            case "eth_getTransactionReceipt":
                return {"result": self._false_receipt(params[0], true)}
            case "eth_getTransactionByHash":
                return {"result": None if true else self._false_transaction(params[0])}
            case "eth_getTransactionCount":
                shift = rng.choice([-2, -1, 1, 2, 1000])
                return {"result": hex(max(0, int(true or "0x0", 16) + shift))}
            case "eth_blockNumber":
                return {"result": hex(max(0, self._newest + rng.choice([-50, -3, 3, 10**6])))}
            case "eth_getBlockByNumber" | "eth_getBlockByHash":
                return {"result": self._false_block(true)}
            case "eth_chainId" | "net_version":
                return {"result": hex(rng.choice([1, 10, 31337, rng.getrandbits(50)]))}
            case "eth_getCode":
                return {"result": rng.choice(["0x", "0xfe", "0x" + 64 * "60"])}
            case "eth_estimateGas":
                return rng.choice([self._false_revert(params), {"result": hex(21_000)}])
            case "eth_getBalance":
                return {"result": rng.choice(["0x0", hex(10**30)])}
            case "eth_maxPriorityFeePerGas" | "eth_gasPrice":
                return {"result": hex(rng.choice([0, 10**13, 10**20]))}
            case "eth_getLogs":
                return {"result": []}
            case "eth_getProof":
                return {"result": self._false_proof(true)}
        return None

    def _word(self) -> str:
        return f"{self._rng.getrandbits(256):064x}"

    def _hash(self) -> str:
        return "0x" + self._word()

    def _false_state(self, call: str, true: Any) -> Answer:
        rng = self._rng
        true = true if isinstance(true, str) else "0x"
        words = len(true[2:]) // 64
        selector = call.removeprefix("0x")[:8]
        lies = ["0x", "0x" + words * 64 * "0", "0x" + "".join(self._word() for _ in range(words))]
        if selector == _ANCHOR_OF:
            size = self._sizes.get(call[-64:], rng.randrange(1, 9))
            block = max(0, self._newest - rng.choice([0, 1, 20]))
            made = "".join(f"{value:064x}" for value in (size, int(time.time()), block, 1))
            lies += 3 * ["0x" + made]
        if selector == _LOGS and words == 3:
            size = max(0, int(true[66:130], 16) + rng.choice([-5, -1, 1, 7]))
            lies += 3 * [f"{true[:66]}{size:064x}{true[130:]}"]
        return {"result": rng.choice(lies)}

    def _false_receipt(self, transaction: str, true: Any) -> Any:
        rng = self._rng
        if isinstance(true, dict):
            return rng.choice(
                [
                    None,
                    true | {"status": "0x0"},
                    true | {"blockHash": self._hash()},
                    true | {"blockNumber": hex(int(true["blockNumber"], 16) + rng.randrange(1, 9))},
                ]
            )
        return {
            "transactionHash": transaction,
            "transactionIndex": "0x0",
            "blockHash": self._hash(),
            "blockNumber": hex(max(0, self._newest - rng.choice([0, 2, 30]))),
            "from": "0x" + 40 * "1",
            "to": "0x" + 40 * "2",
            "status": rng.choice(["0x1", "0x1", "0x0"]),
            "type": "0x2",
            "gasUsed": "0xc000",
            "cumulativeGasUsed": "0xc000",
            "effectiveGasPrice": "0x1",
            "contractAddress": None,
            "logs": [],
            "logsBloom": "0x" + 512 * "0",
        }

    def _false_transaction(self, transaction: str) -> Answer:
        return {
            "hash": transaction,
            "blockHash": None,
            "blockNumber": None,
            "transactionIndex": None,
            "from": "0x" + 40 * "1",
            "to": "0x" + 40 * "2",
            "input": "0x",
            "nonce": "0x0",
            "value": "0x0",
            "gas": "0x5208",
            "type": "0x2",
        }

    def _false_block(self, true: Any) -> Any:
        rng = self._rng
        if not isinstance(true, dict):
            return None
        number = int(true["number"], 16)
        return rng.choice(
            [
                None,
                true | {"hash": self._hash()},
                true | {"number": hex(number + rng.choice([1, 8, 1000]))},
                true | {"number": hex(number + 8), "hash": self._hash()},
                true | {"timestamp": hex(int(true["timestamp"], 16) + 10**6)},
                true | {"stateRoot": self._hash(), "hash": self._hash()},
                true | {"baseFeePerGas": hex(rng.choice([0, 10**14]))},
            ]
        )

    def _false_revert(self, params: Any) -> Answer:
        call = str(params[0].get("data") or params[0].get("input"))
        arguments = call[10 : 10 + 192].ljust(192, "0")
        error = self._rng.choice([_ALREADY, _NOT_GROWING])
        return {
            "error": {
                "code": 3,
                "message": "execution reverted",
                "data": f"0x{error}{arguments}",
            }
        }

    def _false_proof(self, true: Any) -> Any:
        if not isinstance(true, dict):
            return None
        nodes = ["0x" + self._word() + self._word()]
        spoiled = true | {"accountProof": nodes}
        if self._rng.random() < 0.5:
            slots = [slot | {"value": "0x1", "proof": nodes} for slot in true["storageProof"]]
            spoiled = true | {"storageProof": slots}
        return spoiled


def _is_block(result: Any) -> bool:
    return isinstance(result, dict) and "number" in result
