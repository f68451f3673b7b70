"""The trust file: an immutable genesis, then numbered, hash-chained, signed versions.

People compare the genesis fingerprint once; every later version is believed because the
genesis's root key signed it and it names the hash of the one before (SPEC.md §10).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from anchoring.canonical_json import JSONObject, canonical_bytes, parse_canonical
from anchoring.checkpoint import parse_vkey
from anchoring.errors import BadCheckpoint, MalformedTrust, UnknownVersion
from anchoring.fields import ORIGIN, WORD, Fields, parse_base64
from anchoring.hashing import log_id, sha256

MAX_TRUST = 1024 * 1024
MAX_VERSIONS = 1000
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of P-256's group (FIPS 186-5); low-S means s ≤ order // 2."""


@dataclass(frozen=True)
class Home:
    """An AnchorLog the operator writes to: chain, 20-byte contract, log id, genesis block."""

    chain_id: int
    contract: bytes
    log_id: bytes
    genesis_block: bytes


@dataclass(frozen=True)
class TrustKey:
    """A key and what it may be used for; exactly one of ``certificate`` (DER) and ``vkey``.

    ``purpose`` is signer-ca, seal-ca, tsa-ca or log; a purpose unknown to a reader is kept,
    and nothing is ever trusted because of it. The key counts for what block time places in
    ``not_before`` to ``not_after``, and not after ``revoked_after``.
    """

    purpose: str
    certificate: bytes | None
    vkey: str | None
    not_before: datetime
    not_after: datetime
    revoked_after: datetime | None

    def covers(self, moment: datetime) -> bool:
        """Say whether the key may be relied on for something proved to exist at ``moment``."""
        if not self.not_before <= moment <= self.not_after:
            return False
        return self.revoked_after is None or moment <= self.revoked_after


@dataclass(frozen=True)
class TrustVersion:
    """One numbered version: its keys, where to ask, and its hash (which the next one names)."""

    number: int
    previous: bytes
    at: datetime
    keys: tuple[TrustKey, ...]
    rpc: tuple[str, ...]
    log: tuple[str, ...]
    max_delay: int
    """Seconds between an event's ``after`` block and its anchor, beyond which it is late."""
    signature: bytes
    sha256: bytes

    def keys_for(self, purpose: str) -> tuple[TrustKey, ...]:
        """Return this version's keys of one purpose, in file order."""
        return tuple(key for key in self.keys if key.purpose == purpose)


@dataclass(frozen=True)
class TrustFile:
    """A whole trust file whose chain of versions has been verified up to the last."""

    raw: bytes
    fingerprint: bytes
    origin: str
    opener: bytes
    homes: tuple[Home, ...]
    root_key: bytes
    versions: tuple[TrustVersion, ...]

    @property
    def current(self) -> TrustVersion:
        """The last version."""
        return self.versions[-1]

    @property
    def log_id(self) -> bytes:
        """The id of the log, the same in every home."""
        return log_id(opener=self.opener, origin=self.origin)

    def extends(self, older: "TrustFile") -> bool:
        """Say whether this file is ``older`` or adds versions to it, and rewrites none."""
        kept = self.versions[: len(older.versions)]
        return self.fingerprint == older.fingerprint and kept == older.versions


def build_genesis(
    *, origin: str, opener: bytes, homes: Sequence[Home], root_key: ec.EllipticCurvePublicKey
) -> JSONObject:
    """Return the immutable part of a trust file, ready for ``sign_version``."""
    genesis: JSONObject = {
        "origin": origin,
        "opener": opener.hex(),
        "homes": [
            {
                "chainId": home.chain_id,
                "contract": home.contract.hex(),
                "logId": home.log_id.hex(),
                "genesisBlock": home.genesis_block.hex(),
            }
            for home in homes
        ],
        "rootKey": root_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex(),
    }
    _read_genesis(genesis)
    return genesis


def sign_version(
    *,
    genesis: JSONObject,
    versions: Sequence[JSONObject],
    at: str,
    keys: Sequence[Mapping[str, Any]],
    rpc: Sequence[str],
    log: Sequence[str],
    max_delay: int,
    root_key: ec.EllipticCurvePrivateKey,
) -> JSONObject:
    """Return the version that follows ``versions``, signed by the genesis's root key.

    ``at`` is RFC 3339 with milliseconds and Z, after that of the version before; ``max_delay``
    is in seconds. Each of ``keys`` is a JSON object as in the file.
    """
    unsigned: JSONObject = {
        "n": len(versions) + 1,
        "previous": sha256(canonical_bytes(versions[-1] if versions else genesis)).hex(),
        "at": at,
        "keys": [dict(key) for key in keys],
        "rpc": list(rpc),
        "log": list(log),
        "maxDelay": max_delay,
    }
    # Deterministic (RFC 6979): the same version signed twice is the same file.
    scheme = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    der = root_key.sign(canonical_bytes(unsigned), scheme)
    r, s = decode_dss_signature(der)
    s = min(s, _ORDER - s)
    signed = {**unsigned, "signature": (r.to_bytes(32, "big") + s.to_bytes(32, "big")).hex()}
    parse_trust(build_trust(genesis=genesis, versions=[*versions, signed]))
    return signed


def build_trust(*, genesis: JSONObject, versions: Sequence[JSONObject]) -> bytes:
    """Return the trust file's canonical bytes."""
    return canonical_bytes({"acta": "trust/1", "genesis": genesis, "versions": list(versions)})


def parse_trust(raw: bytes) -> TrustFile:
    """Read a trust file of at most 1 MiB and verify its whole chain of versions.

    Raises MalformedTrust for a wrong form, hash or signature, UnknownVersion for another
    version. Whether to trust the genesis is not decided here.
    """
    value = parse_canonical(raw, limit=MAX_TRUST, what="trust file", error=MalformedTrust)
    fields = Fields(value, what="trust", error=MalformedTrust)
    fields.version("trust", 1)
    fields.exactly("acta", "genesis", "versions")
    genesis = fields.any("genesis")
    origin, opener, homes, root_key = _read_genesis(genesis)
    previous = fingerprint = sha256(canonical_bytes(genesis))
    public_key = _public_key(root_key)
    versions: list[TrustVersion] = []
    for position, item in enumerate(fields.items("versions", maximum=MAX_VERSIONS), start=1):
        version = _read_version(item, position, previous, public_key)
        if versions and version.at <= versions[-1].at:
            raise MalformedTrust(f"expected version {position} to be later than the one before")
        versions.append(version)
        previous = version.sha256
    if not versions:
        raise MalformedTrust("expected at least one version in the trust file, got none")
    return TrustFile(
        raw=raw,
        fingerprint=fingerprint,
        origin=origin,
        opener=opener,
        homes=homes,
        root_key=root_key,
        versions=tuple(versions),
    )


def format_fingerprint(fingerprint: bytes) -> str:
    """Return a fingerprint for people's eyes: hex in groups of four, ``ab12 cd34 …``."""
    digits = fingerprint.hex()
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def _read_genesis(genesis: object) -> tuple[str, bytes, tuple[Home, ...], bytes]:
    fields = Fields(genesis, what="genesis", error=MalformedTrust)
    fields.exactly("origin", "opener", "homes", "rootKey")
    origin = fields.text("origin", form=ORIGIN)
    opener = fields.hex("opener", 20)
    expected = log_id(opener=opener, origin=origin)
    homes = []
    for item in fields.items("homes", maximum=16):
        home = Fields(item, what="home", error=MalformedTrust)
        home.exactly("chainId", "contract", "logId", "genesisBlock")
        if home.hex("logId", 32) != expected:
            raise MalformedTrust(f"expected the log id {expected.hex()} of this opener and origin")
        homes.append(
            Home(
                chain_id=home.integer("chainId", minimum=1),
                contract=home.hex("contract", 20),
                log_id=expected,
                genesis_block=home.hex("genesisBlock", 32),
            )
        )
    if not homes or len({(home.chain_id, home.contract) for home in homes}) != len(homes):
        raise MalformedTrust("expected at least one home, each named once")
    root_key = fields.hex("rootKey", 65)
    _public_key(root_key)
    return origin, opener, tuple(homes), root_key


def _public_key(point: bytes) -> ec.EllipticCurvePublicKey:
    # 65 bytes are the uncompressed form or none: a compressed point has 33.
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as reason:
        raise MalformedTrust("expected rootKey to be an uncompressed p-256 point") from reason


def _read_version(
    item: object, number: int, previous: bytes, root_key: ec.EllipticCurvePublicKey
) -> TrustVersion:
    fields = Fields(item, what=f"version {number}", error=MalformedTrust)
    fields.exactly("n", "previous", "at", "keys", "rpc", "log", "maxDelay", "signature")
    if fields.integer("n") != number:
        raise MalformedTrust(f"expected version {number} at this place, got {fields.any('n')}")
    if fields.hex("previous", 32) != previous:
        raise MalformedTrust(f"expected version {number} to name the hash of the one before")
    signature = fields.hex("signature", 64)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not 0 < r < _ORDER or not 0 < s <= _ORDER // 2:
        raise MalformedTrust(f"expected a low-s p-256 signature on version {number}")
    assert isinstance(item, dict)
    unsigned = {name: value for name, value in item.items() if name != "signature"}
    try:
        root_key.verify(
            encode_dss_signature(r, s), canonical_bytes(unsigned), ec.ECDSA(hashes.SHA256())
        )
    except InvalidSignature:
        raise MalformedTrust(f"the root key's signature on version {number} fails") from None
    return TrustVersion(
        number=number,
        previous=previous,
        at=fields.time("at"),
        keys=tuple(_read_key(key) for key in fields.items("keys", maximum=200)),
        rpc=fields.texts("rpc", maximum=32, length=2048),
        log=fields.texts("log", maximum=32, length=2048),
        max_delay=fields.integer("maxDelay", minimum=1),
        signature=signature,
        sha256=sha256(canonical_bytes(item)),
    )


def _read_key(item: object) -> TrustKey:
    fields = Fields(item, what="key", error=MalformedTrust)
    purpose = fields.text("purpose", form=WORD)
    is_log = isinstance(item, dict) and "vkey" in item
    material = "vkey" if is_log else "certificate"
    fields.exactly("purpose", material, "notBefore", "notAfter", "revokedAfter")
    if purpose in ("signer-ca", "seal-ca", "tsa-ca", "log") and is_log != (purpose == "log"):
        raise MalformedTrust(f"expected a vkey for a log and a certificate else, not {purpose}")
    key = TrustKey(
        purpose=purpose,
        certificate=None if is_log else _certificate(fields.text(material, maximum=16384)),
        vkey=_log_key(fields.text(material, maximum=512)) if is_log else None,
        not_before=fields.time("notBefore"),
        not_after=fields.time("notAfter"),
        revoked_after=None if fields.is_null("revokedAfter") else fields.time("revokedAfter"),
    )
    if key.not_after <= key.not_before:
        raise MalformedTrust(f"expected notAfter later than notBefore on a {purpose} key")
    return key


def _certificate(text: str) -> bytes:
    try:
        der = parse_base64(text)
        x509.load_der_x509_certificate(der)
    except ValueError as reason:
        raise MalformedTrust("expected a certificate in canonical base64 of der") from reason
    return der


def _log_key(text: str) -> str:
    try:
        parse_vkey(text)
    except BadCheckpoint as reason:
        raise MalformedTrust(f"log key: {reason}") from reason
    except UnknownVersion:
        # A log may sign with a newer algorithm beside Ed25519: that key is of no use here, and
        # does no harm.
        return text
    return text
