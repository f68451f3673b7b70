"""One transaction as bytes: EIP-1559 (type 2), signed by whoever holds the key."""

from dataclasses import dataclass

from contracts_chain import rlp
from contracts_chain.contract_calls import keccak256
from contracts_chain.fees import Fees
from contracts_chain.signers import TransactionSigner

_TYPE = b"\x02"


@dataclass(frozen=True)
class SignedTransaction:
    """A transaction ready to send: its bytes, and its hash (0x…)."""

    raw: bytes
    hash: str


def sign_transaction(
    signer: TransactionSigner,
    *,
    chain_id: int,
    nonce: int,
    fees: Fees,
    gas: int,
    to: str,
    payload: bytes,
    value: int = 0,
) -> SignedTransaction:
    """Return a signed call of ``to`` (0x…), moving ``value`` wei; SignerError from the signer.

    The chain's id is signed with it, so it is good on no other chain (EIP-1559, EIP-155).
    """
    fields: list[rlp.Item] = [
        *map(rlp.quantity, (chain_id, nonce, fees.tip, fees.total, gas)),
        *(bytes.fromhex(to[2:]), rlp.quantity(value), payload, ()),
    ]
    digest = keccak256(_TYPE + rlp.encode(fields))
    raw = _TYPE + rlp.encode([*fields, *map(rlp.quantity, signer.sign(digest))])
    return SignedTransaction(raw=raw, hash="0x" + keccak256(raw).hex())
