"""What it costs another contract to ask AnchorLog: inclusion, and a signer's attestation."""

import hashlib
import json
from collections.abc import Iterator

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from anchoring.hashing import leaf_hash, statement_entry
from anchoring.tree import node_hash
from anchoring.webauthn import Assertion, N, client_data_start
from benchmarks.rows import Row, within
from benchmarks.spending import Payer
from contracts_chain.contract_calls import call_data, keccak256, returned

_DEPTH = 20
# Siblings on the right, on the left, and by turns.
_INDICES = (0, 2**_DEPTH - 1, 0xAAAAA)


def view_rows(payer: Payer, contract: str) -> Iterator[Row]:
    """Ask as a transaction would, at depth 20: the dearest of several places counts."""
    rp_id_hash = hashlib.sha256(b"acta.example").digest()
    statement = _dense(b"statement")
    assertion = signed_assertion(statement, rp_id_hash)
    salt, subject = _dense(b"salt"), _dense(b"subject")
    entry = statement_entry(
        salt=salt,
        subject=subject,
        statement_sha256=statement,
        attestation_hash=assertion.hash(rp_id_hash),
    )
    inclusion, attestation = [], []
    for index in _INDICES:
        log_id, root, path = _anchored(payer, contract, entry, index)
        included = call_data("verifyInclusion", log_id, 2**_DEPTH, root, entry, index, path)
        attested = call_data(
            "verifyAttestation",
            log_id,
            (2**_DEPTH, root, index, path),
            salt,
            subject,
            statement,
            (
                assertion.x,
                assertion.y,
                assertion.r,
                assertion.s,
                assertion.authenticator_data,
                assertion.client_data_json,
            ),
        )
        # A view never reverts, so what it costs counts only if it said yes.
        for function, data in (("verifyInclusion", included), ("verifyAttestation", attested)):
            if returned(function, payer.answer(contract, data))[0] is not True:
                raise RuntimeError(f"expected {function} to be true at index {index}, got false")
        inclusion.append(payer.spend(contract, included))
        attestation.append(payer.spend(contract, attested))
    yield within("gas: verifyInclusion at depth 20", max(inclusion), "gas", "≤ 55000")
    above = [more - less for more, less in zip(attestation, inclusion, strict=True)]
    yield within(
        "gas: verifyAttestation at depth 20, above verifyInclusion", max(above), "gas", "≤ 20000"
    )


def signed_assertion(challenge: bytes, rp_id_hash: bytes) -> Assertion:
    """Return what a passkey answers, with a fixed key and the client data of a usual browser."""
    client_data = client_data_start(challenge) + b'"https://acta.example","crossOrigin":false}'
    json.loads(client_data)
    authenticator_data = rp_id_hash + b"\x05" + (1).to_bytes(4, "big")
    key = ec.derive_private_key(int.from_bytes(_dense(b"key"), "big") % N, ec.SECP256R1())
    signed = authenticator_data + hashlib.sha256(client_data).digest()
    r, s = decode_dss_signature(
        key.sign(signed, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    )
    point = key.public_key().public_numbers()
    x, y, r_word, s_word = (
        number.to_bytes(32, "big") for number in (point.x, point.y, r, min(s, N - s))
    )
    return Assertion(x, y, r_word, s_word, authenticator_data, client_data)


def _anchored(
    payer: Payer, contract: str, entry: bytes, index: int
) -> tuple[bytes, bytes, list[bytes]]:
    """Anchor a log of 2**20 leaves with ``entry`` at ``index``; return its id, root and path."""
    origin_hash = keccak256(b"log.example/figures/%d" % index)
    payer.spend(contract, call_data("openLog", origin_hash))
    log_id = payer.answer(contract, call_data("logIdOf", payer.address, origin_hash))
    path = [_dense(b"sibling %d" % level) for level in range(_DEPTH)]
    root = leaf_hash(entry)
    for level, sibling in enumerate(path):
        root = node_hash(sibling, root) if index >> level & 1 else node_hash(root, sibling)
    payer.spend(contract, call_data("anchor", log_id, 2**_DEPTH, root))
    return log_id, root, path


def _dense(name: bytes) -> bytes:
    return hashlib.sha256(name).digest().replace(b"\0", b"\1")
