"""The platform's own trust file: made once, then only added to."""

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from anchoring.hashing import ZERO32, sha256, statement_entry
from anchoring.statement import Actor, build_statement
from anchoring.trust import build_genesis, build_trust, parse_trust, sign_version
from service.clock import Clock, rfc3339
from service.database import Database
from service.keyring import Keyring, write_atomically
from service.notary import LogKey, Notary

_LOG_KEY_LIFE = timedelta(days=3650)
# What an earlier key signed until the next one took its place may still be on its way on chain.
_LOG_KEY_OVERLAP = timedelta(days=1)


class TrustPublisher:
    """Keeps ``trust.json``: genesis, and a new signed version whenever a key changes."""

    def __init__(
        self, *, folder: Path, keyring: Keyring, notary: Notary, database: Database, clock: Clock
    ) -> None:
        self._path = folder / "trust.json"
        self._statements = folder / "trust-statements"
        self._notary = notary
        self._database = database
        self._clock = clock
        encoded = keyring.secret("trust-root", _new_root_key)
        key = serialization.load_der_private_key(encoded, password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self._root_key = key

    @property
    def path(self) -> Path:
        """Where the published file lies."""
        return self._path

    def current(self) -> bytes:
        """Return the trust file's bytes."""
        return self._path.read_bytes()

    def statement(self, version: int) -> bytes | None:
        """Return what opens the leaf of a version: ``{"salt": hex, "statement": text}``."""
        path = self._statements / f"{version}.json"
        return path.read_bytes() if path.exists() else None

    def publish(
        self,
        *,
        keys: Sequence[Mapping[str, Any]],
        rpc: Sequence[str],
        log: Sequence[str],
        max_delay_s: int,
    ) -> None:
        """Write the first version, or a further one if anything differs from the newest.

        ``keys``: the CAs, as in the file; the log's come from the notary. The genesis names the
        home and every other chain that was met by then. It is made once and never changes: a
        chain that joins later is not in it, and the verifier says of its anchors that this trust
        file does not name them; what the home proves needs none of them. Repeating this with the
        same values changes nothing.
        """
        identity = self._notary.identity
        now = self._clock.now()
        versions: list[dict[str, Any]] = []
        before: Mapping[str, Mapping[str, Any]] = {}
        if not self._path.exists():
            genesis = build_genesis(
                origin=identity.origin,
                opener=identity.opener,
                homes=self._notary.homes(),
                root_key=self._root_key.public_key(),
            )
        else:
            published = json.loads(self._path.read_bytes())
            genesis, versions = published["genesis"], published["versions"]
            before = {key["vkey"]: key for key in versions[-1]["keys"] if "vkey" in key}
        wanted = [*keys, *_log_keys(self._notary.log_keys, before, now)]
        if not versions or (
            versions[-1]["keys"],
            versions[-1]["rpc"],
            versions[-1]["log"],
            versions[-1]["maxDelay"],
        ) != (wanted, list(rpc), list(log), max_delay_s):
            version = sign_version(
                genesis=genesis,
                versions=versions,
                at=rfc3339(now),
                keys=wanted,
                rpc=rpc,
                log=log,
                max_delay=max_delay_s,
                root_key=self._root_key,
            )
            raw = build_trust(genesis=genesis, versions=[*versions, version])
            parse_trust(raw)  # never publish what a reader would refuse
            write_atomically(self._path, raw, mode=0o644)
        # Crash point: a version that is published and not yet in the log; the next start logs it.
        for version in json.loads(self._path.read_bytes())["versions"]:
            self._log_version(version)

    def _log_version(self, version: Mapping[str, Any]) -> None:
        """Put a version's hash into the log, where monitors see it; once a version."""
        opening = self._statements / f"{version['n']}.json"
        if not opening.exists():
            identity = self._notary.identity
            statement = build_statement(
                type="trust",
                origin=identity.origin,
                log_id=identity.log_id,
                agreement=ZERO32,
                nonce=secrets.token_bytes(16),
                at=rfc3339(self._clock.now()),
                after=self._notary.last_anchored(),
                actor=Actor(party=0, role="platform"),
                body={"version": version["n"], "sha256": sha256(rfc8785.dumps(version)).hex()},
            )
            made = {"salt": secrets.token_hex(32), "statement": statement.decode()}
            write_atomically(opening, json.dumps(made).encode(), mode=0o644)
        kept = json.loads(opening.read_bytes())
        entry = statement_entry(
            salt=bytes.fromhex(kept["salt"]),
            subject=ZERO32,
            statement_sha256=sha256(kept["statement"].encode()),
        )
        with self._database.transaction() as session:
            self._notary.accept(session, entry, kind="statement", subject=ZERO32)


def _log_keys(
    keys: Sequence[LogKey], before: Mapping[str, Mapping[str, Any]], now: datetime
) -> list[Mapping[str, Any]]:
    """Return the log's keys as the file has them, the one in use first.

    ``before``: those of the version before by their vkey. Nothing changes until there is a new
    key: an earlier one then ends, or is revoked from when it may have got known.
    """
    if keys[0].vkey in before:
        return [before[key.vkey] for key in keys if key.vkey in before]
    published: list[Mapping[str, Any]] = []
    for key in keys:
        not_before = now if key.since is None else key.since
        member: dict[str, Any] = {
            "purpose": "log",
            "vkey": key.vkey,
            "notBefore": rfc3339(not_before),
            "notAfter": rfc3339(not_before + _LOG_KEY_LIFE),
            "revokedAfter": None,
            **before.get(key.vkey, {}),
        }
        if key.until is not None and key.revoked:
            member["revokedAfter"] = rfc3339(key.until)
        elif key.until is not None and member["notAfter"] > rfc3339(now + _LOG_KEY_OVERLAP):
            member["notAfter"] = rfc3339(now + _LOG_KEY_OVERLAP)
        published.append(member)
    return published


def _new_root_key() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
