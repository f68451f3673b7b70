"""An Acta of the tests: authorities, log key, root key, trust file, and a place on a chain."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anchoring.checkpoint import vkey
from anchoring.fields import format_time
from anchoring.hashing import log_id, sha256
from anchoring.trust import Home, TrustFile, build_genesis, build_trust, parse_trust, sign_version
from tests.unit.anchoring_verify.authorities import KeyPair, authority, end_entity

T0 = datetime(2026, 1, 10, 12, 0, tzinfo=UTC)
CHAIN_ID = 31337001
CONTRACT = bytes.fromhex("5fbdb2315678afecb367f032d93f642f64180aa3")
OPENER = bytes.fromhex("f39fd6e51aad88f6f4ce6ab8827279cfffb92266")
GENESIS_BLOCK = sha256(b"genesis block")
EARLY_BLOCK, ANCHOR_BLOCK, FINAL_BLOCK = 5, 9, 12
EARLIER_LEAVES = 3
CONSENT = sha256(b"I agree to sign electronically")


def later(seconds: float) -> datetime:
    """Return a moment after the start of the agreement."""
    return T0 + timedelta(seconds=seconds)


@dataclass(frozen=True)
class Platform:
    """One Acta: its authorities, log key, root key and place on the chain."""

    origin: str
    signer_ca: KeyPair
    seal_ca: KeyPair
    tsa_ca: KeyPair
    seal: KeyPair
    tsa: KeyPair
    log_key: Ed25519PrivateKey
    root_key: ec.EllipticCurvePrivateKey
    other_homes: tuple[Home, ...] = ()

    @property
    def log_id(self) -> bytes:
        return log_id(opener=OPENER, origin=self.origin)

    @property
    def genesis(self) -> dict[str, Any]:
        return build_genesis(
            origin=self.origin,
            opener=OPENER,
            homes=[Home(CHAIN_ID, CONTRACT, self.log_id, GENESIS_BLOCK), *self.other_homes],
            root_key=self.root_key.public_key(),
        )

    def keys(self) -> list[dict[str, Any]]:
        window = {
            "notBefore": format_time(T0 - timedelta(days=30)),
            "notAfter": format_time(T0 + timedelta(days=3650)),
            "revokedAfter": None,
        }
        cas = (("signer-ca", self.signer_ca), ("seal-ca", self.seal_ca), ("tsa-ca", self.tsa_ca))
        keys: list[dict[str, Any]] = [
            {"purpose": purpose, "certificate": base64.b64encode(ca.der).decode(), **window}
            for purpose, ca in cas
        ]
        log = vkey(self.origin, self.log_key.public_key())
        return [*keys, {"purpose": "log", "vkey": log, **window}]

    def trust_bytes(
        self,
        *,
        edit_keys: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = lambda keys: keys,
        rpc: tuple[str, ...] = (),
        log: tuple[str, ...] = (),
        max_delay: int = 86400,
    ) -> bytes:
        version = sign_version(
            genesis=self.genesis,
            versions=[],
            at=format_time(T0 - timedelta(days=29)),
            keys=edit_keys(self.keys()),
            rpc=rpc,
            log=log,
            max_delay=max_delay,
            root_key=self.root_key,
        )
        return build_trust(genesis=self.genesis, versions=[version])

    def trust(self, **choices: Any) -> TrustFile:
        return parse_trust(self.trust_bytes(**choices))


@lru_cache
def platform(name: str = "acta.example/log") -> Platform:
    """Return a platform; the same name gives the same one within a test run."""
    start = T0 - timedelta(days=30)
    end = T0 + timedelta(days=3000)
    signer_ca, seal_ca, tsa_ca = (
        authority(f"{name} {purpose}", start=start) for purpose in ("signers", "seals", "times")
    )
    return Platform(
        origin=name,
        signer_ca=signer_ca,
        seal_ca=seal_ca,
        tsa_ca=tsa_ca,
        seal=end_entity("e-seal", seal_ca, start=start, end=end),
        tsa=end_entity("tsa", tsa_ca, start=start, end=end, time_stamping=True),
        log_key=Ed25519PrivateKey.generate(),
        root_key=ec.generate_private_key(ec.SECP256R1()),
    )
