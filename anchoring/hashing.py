"""The commitments: every preimage is a row of 32-byte words, and each kind has its own tag.

The rows are what Solidity's ``abi.encode`` gives for the same values, so that a contract can
recompute any of them. Integers are unsigned 256-bit, big-endian; addresses are padded on the
left; tags are ASCII, padded on the right. SPEC.md holds worked values.
"""

import hashlib
import re
from collections.abc import Sequence
from enum import IntEnum

from tiny_keccak import keccak256 as _keccak256

from anchoring.errors import WrongLength

ZERO32 = bytes(32)
"""Stands where an optional 32-byte word is absent."""

_METHOD = re.compile(r"[a-z][a-z0-9-]{0,19}")


class KeyType(IntEnum):
    """What kind of key may speak for a party; the number is part of the hash."""

    PASSKEY = 1
    P256 = 2
    WALLET = 3


def sha256(data: bytes) -> bytes:
    """Return SHA-256 of ``data``, 32 bytes (FIPS 180-4)."""
    return hashlib.sha256(data).digest()


def keccak256(data: bytes) -> bytes:
    """Return Keccak-256 of ``data``, 32 bytes, as the EVM computes it (not FIPS 202 SHA3)."""
    return bytes(_keccak256(data))


def tag(name: str) -> bytes:
    """Return ``name`` as one word: 1 to 32 printable ASCII characters, zeros on the right."""
    if not name.isascii() or not name.isprintable() or not 1 <= len(name) <= 32:
        raise WrongLength(f"expected a tag of 1 to 32 printable ascii characters, got {name!r}")
    return name.encode("ascii").ljust(32, b"\x00")


def _word(name: str, value: bytes) -> bytes:
    if len(value) != 32:
        raise WrongLength(f"expected {name} of 32 bytes, got {len(value)}")
    return bytes(value)


def _address(name: str, value: bytes) -> bytes:
    if len(value) != 20:
        raise WrongLength(f"expected {name} of 20 bytes, got {len(value)}")
    return bytes(12) + bytes(value)


def _uint(name: str, value: int) -> bytes:
    if not 0 <= value < 1 << 256:
        raise WrongLength(f"expected {name} between 0 and 2^256 - 1, got {value}")
    return value.to_bytes(32, "big")


def _list(kind: str, item: str, hashes: Sequence[bytes]) -> bytes:
    words = b"".join(_word(item, value) for value in hashes)
    return sha256(tag(kind) + _uint("count", len(hashes)) + words)


def agreement_ref(*, doc_salt: bytes, prepared_sha256: bytes) -> bytes:
    """Return the name of an agreement: salt and hash of the PDF as prepared for signing."""
    return sha256(
        tag("acta/agreement/v1")
        + _word("doc_salt", doc_salt)
        + _word("prepared_sha256", prepared_sha256)
    )


def content_commitment(*, doc_salt: bytes, covered_sha256: bytes) -> bytes:
    """Return the commitment to the PDF's first bytes, to the end of the seal's ByteRange."""
    return sha256(
        tag("acta/content/v1")
        + _word("doc_salt", doc_salt)
        + _word("covered_sha256", covered_sha256)
    )


def key_commit(
    *, key_type: KeyType, key_salt: bytes, rp_id_hash: bytes, x_or_address: bytes, y: bytes
) -> bytes:
    """Return the commitment to one key of a party.

    PASSKEY: ``rp_id_hash`` 32 bytes, not zero; ``x_or_address`` and ``y`` 32 bytes each.
    P256: as PASSKEY with ``rp_id_hash`` zero. WALLET: ``x_or_address`` is the 20-byte address,
    the other two are zero. Anything else raises WrongLength, so that one key has one commitment.
    """
    kind = KeyType(key_type)
    has_relying_party = _word("rp_id_hash", rp_id_hash) != ZERO32
    if has_relying_party != (kind is KeyType.PASSKEY):
        raise WrongLength("expected a relying party's hash with a passkey, and only there")
    if kind is KeyType.WALLET:
        x = _address("address of a wallet key", x_or_address)
        if _word("y", y) != ZERO32:
            raise WrongLength("expected y = 0 for a wallet key")
    else:
        x = _word("x", x_or_address)
    return sha256(
        tag("acta/party-key/v1")
        + _uint("key_type", int(kind))
        + _word("key_salt", key_salt)
        + rp_id_hash
        + x
        + _word("y", y)
    )


def party_commit(key_commits: Sequence[bytes]) -> bytes:
    """Return the commitment to a party's keys, in the given order; any one speaks for it."""
    return _list("acta/party/v1", "key commitment", key_commits)


def parties_root(party_commits: Sequence[bytes]) -> bytes:
    """Return the commitment to all parties, in party order; none: not voidable on chain."""
    return _list("acta/parties/v1", "party commitment", party_commits)


def transcript(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the commitment to every statement up to the seal, in log-index order."""
    return _list("acta/transcript/v1", "leaf hash", leaf_hashes)


def log_id(*, opener: bytes, origin: str) -> bytes:
    """Return AnchorLog's id of the log that ``opener`` (20-byte address) opened as ``origin``."""
    return keccak256(_address("opener", opener) + keccak256(origin.encode("utf-8")))


def home(*, chain_id: int, contract: bytes, log_id: bytes) -> bytes:
    """Return the home: chain, AnchorLog (20 bytes) and log id where a status lives."""
    return keccak256(
        _uint("chain_id", chain_id) + _address("contract", contract) + _word("log_id", log_id)
    )


def document_entry(
    *, content: bytes, agreement_ref: bytes, parties_root: bytes, transcript: bytes, home: bytes
) -> bytes:
    """Return the log entry of a sealed document."""
    return sha256(
        tag("acta/entry/document/v1")
        + _word("content", content)
        + _word("agreement_ref", agreement_ref)
        + _word("parties_root", parties_root)
        + _word("transcript", transcript)
        + _word("home", home)
    )


def statement_entry(
    *, salt: bytes, subject: bytes, statement_sha256: bytes, attestation_hash: bytes = ZERO32
) -> bytes:
    """Return the log entry of a statement; ``subject`` is an agreementRef, or zero."""
    return sha256(
        tag("acta/entry/statement/v1")
        + _word("salt", salt)
        + _word("subject", subject)
        + _word("statement_sha256", statement_sha256)
        + _word("attestation_hash", attestation_hash)
    )


def external_entry(*, salt: bytes, caller_sha256: bytes) -> bytes:
    """Return the log entry of an outsider's hash, which can pass for nothing of Acta's."""
    return sha256(
        tag("acta/entry/external/v1") + _word("salt", salt) + _word("caller_sha256", caller_sha256)
    )


def leaf_hash(entry: bytes) -> bytes:
    """Return the Merkle leaf hash of a 32-byte entry (RFC 9162 §2.1.1)."""
    return sha256(b"\x00" + _word("entry", entry))


def attestation_hash(*, method: str, attestation_sha256: bytes) -> bytes:
    """Return what an entry commits to for an attestation kept as bytes (every method but
    ``webauthn``, whose fields are hashed one by one so that a contract can check them)."""
    if not _METHOD.fullmatch(method) or method == "webauthn":
        raise WrongLength(
            "expected a method of 1 to 20 characters a-z, 0-9 or '-', other than webauthn, "
            f"got {method!r}"
        )
    return sha256(tag(f"acta/att/{method}/v1") + _word("attestation_sha256", attestation_sha256))


def webauthn_attestation_hash(
    *,
    rp_id_hash: bytes,
    x: bytes,
    y: bytes,
    r: bytes,
    s: bytes,
    authenticator_data: bytes,
    client_data_json: bytes,
) -> bytes:
    """Return what an entry commits to for a passkey assertion: 32-byte words, raw last two."""
    return sha256(
        tag("acta/att/webauthn/v1")
        + _word("rp_id_hash", rp_id_hash)
        + _word("x", x)
        + _word("y", y)
        + _word("r", r)
        + _word("s", s)
        + sha256(authenticator_data)
        + sha256(client_data_json)
    )


def status_digest(
    *, home: bytes, leaf_hash: bytes, successor: bytes = ZERO32, deadline: int
) -> bytes:
    """Return what a party's key signs to void (successor zero) or supersede a document.

    ``deadline`` is in Unix seconds UTC; the contract at the home refuses a later call.
    """
    return sha256(
        tag("acta/status/v1")
        + _word("home", home)
        + _word("leaf_hash", leaf_hash)
        + _word("successor", successor)
        + _uint("deadline", deadline)
    )
