"""The platform's keys and certificates: one root, three authorities, the seal, the time stamper."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from anchoring.hashing import sha256
from service.clock import Clock, rfc3339
from service.keyring import Keyring, WrongMasterKeyError
from service.signing.certificates import (
    Issued,
    issue_authority,
    issue_one_use,
    issue_root,
    issue_seal,
    issue_time_stamper,
)
from service.signing.revocation import empty_list, good_answer
from service.signing.timestamps import EmbeddedStamper, TimeStampAuthority

_SECRET = "signing-keys"  # noqa: S105  # a file's name
_NAMES = ("root", "signer-ca", "seal-ca", "tsa-ca", "seal", "tsa")


@dataclass(frozen=True)
class OneUseSigner:
    """A signer's key for one signature, in memory only, and its short-lived certificate.

    ``certificate`` is DER; ``spki_sha256`` is the SHA-256 of its SubjectPublicKeyInfo.
    """

    certificate: bytes
    spki_sha256: bytes
    key: ec.EllipticCurvePrivateKey = field(repr=False)


class PlatformKeys:
    """The embedded authority. Load it once: keys and certificates stay parsed in memory."""

    def __init__(self, parts: Mapping[str, Issued], *, clock: Clock) -> None:
        self._parts = dict(parts)
        self._clock = clock

    @classmethod
    def load_or_create(cls, keyring: Keyring, *, name: str, clock: Clock) -> "PlatformKeys":
        """Return the keys kept in ``keyring``, making all of them on the first call.

        ``name`` of the platform goes into the certificates when they are made. They are kept as
        one secret, so that a crash leaves either none or all.
        """
        kept = keyring.secret(_SECRET, lambda: _dump(_make(name, clock.now())))
        return cls(_load(kept), clock=clock)

    def __repr__(self) -> str:
        return "PlatformKeys(…)"

    def part(self, name: str) -> Issued:
        """Return key and certificate of ``root``, ``signer-ca``, ``seal-ca``, ``tsa-ca``, …"""
        return self._parts[name]

    @cached_property
    def platform(self) -> str:
        """The platform's name, as its certificates give it."""
        (name,) = self._parts["seal"].certificate.subject.get_attributes_for_oid(
            NameOID.ORGANIZATION_NAME
        )
        return str(name.value)

    @cached_property
    def chain(self) -> dict[str, asn1_x509.Certificate]:
        """Every certificate of the platform by name, in asn1crypto's form."""
        return {
            name: asn1_x509.Certificate.load(part.certificate.public_bytes(Encoding.DER))
            for name, part in self._parts.items()
        }

    @cached_property
    def time_stamps(self) -> TimeStampAuthority:
        """The embedded RFC 3161 authority."""
        return TimeStampAuthority(
            self._parts["tsa"], issuers=[self.chain["tsa-ca"]], clock=self._clock
        )

    def stamper(self) -> EmbeddedStamper:
        """Return a fresh pyHanko client of the authority; it gathers state, so one a document."""
        return EmbeddedStamper(self.time_stamps)

    def timestamp_response(self, request_der: bytes) -> bytes:
        """Return the DER answer to a DER RFC 3161 request; refusals are answers too."""
        return self.time_stamps.respond(request_der)

    def pem(self, name: str) -> bytes:
        """Return the certificate of ``name`` in PEM; ``root`` is what other tools must trust."""
        return self._parts[name].certificate.public_bytes(Encoding.PEM)

    def trust_keys(self) -> list[dict[str, Any]]:
        """Return the issuing authorities as the trust file lists them."""
        return [
            {
                "purpose": purpose,
                "certificate": base64.b64encode(
                    self._parts[purpose].certificate.public_bytes(Encoding.DER)
                ).decode(),
                "notBefore": rfc3339(self._parts[purpose].certificate.not_valid_before_utc),
                "notAfter": rfc3339(self._parts[purpose].certificate.not_valid_after_utc),
                "revokedAfter": None,
            }
            for purpose in ("signer-ca", "seal-ca", "tsa-ca")
        ]

    def answers_for(self, signers: list[x509.Certificate], *, now: datetime) -> list[bytes]:
        """Return DER OCSP responses for the signers, the seal and the time stamper."""
        by_authority = [("signer-ca", certificate) for certificate in signers]
        by_authority.append(("seal-ca", self._parts["seal"].certificate))
        by_authority.append(("tsa-ca", self._parts["tsa"].certificate))
        return [
            good_answer(self._parts[authority], certificate, now=now)
            for authority, certificate in by_authority
        ]

    def revocation_list(self, *, now: datetime) -> bytes:
        """Return the root's DER CRL, which speaks of the three authorities."""
        return empty_list(self._parts["root"], now=now)


def issue_signer(
    keys: PlatformKeys,
    *,
    subject: str,
    now: datetime,
    assurance: str = "mailbox",
    for_company: bool = False,
) -> OneUseSigner:
    """Return a fresh one-use key with a certificate for ten minutes from ``now``.

    ``subject`` must be opaque: it stands in the certificate for ever. ``assurance`` is what the
    signer's ``identified`` statement claims. Drop the result after the signature; nothing else
    holds the key.
    """
    issued = issue_one_use(
        keys.part("signer-ca"),
        subject=subject,
        now=now,
        assurance=assurance,
        for_company=for_company,
    )
    spki = issued.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return OneUseSigner(
        certificate=issued.certificate.public_bytes(Encoding.DER),
        spki_sha256=sha256(spki),
        key=issued.key,
    )


def _make(platform: str, now: datetime) -> dict[str, Issued]:
    moment = now.replace(microsecond=0)
    root = issue_root(platform=platform, now=moment)
    signer = issue_authority(root, platform=platform, purpose="Signer CA", now=moment)
    seal = issue_authority(root, platform=platform, purpose="Seal CA", now=moment)
    tsa = issue_authority(root, platform=platform, purpose="Time-stamp CA", now=moment)
    return {
        "root": root,
        "signer-ca": signer,
        "seal-ca": seal,
        "tsa-ca": tsa,
        "seal": issue_seal(seal, platform=platform, now=moment),
        "tsa": issue_time_stamper(tsa, platform=platform, now=moment),
    }


def _dump(parts: Mapping[str, Issued]) -> bytes:
    return json.dumps(
        {
            name: {
                "key": base64.b64encode(
                    part.key.private_bytes(
                        Encoding.DER,
                        serialization.PrivateFormat.PKCS8,
                        serialization.NoEncryption(),
                    )
                ).decode(),
                "certificate": base64.b64encode(
                    part.certificate.public_bytes(Encoding.DER)
                ).decode(),
            }
            for name, part in parts.items()
        }
    ).encode()


def _load(kept: bytes) -> dict[str, Issued]:
    entries = json.loads(kept)
    parts: dict[str, Issued] = {}
    for name in _NAMES:
        key = serialization.load_der_private_key(
            base64.b64decode(entries[name]["key"]), password=None
        )
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise WrongMasterKeyError(f"expected a P-256 key for {name}; restore your backup")
        certificate = x509.load_der_x509_certificate(base64.b64decode(entries[name]["certificate"]))
        parts[name] = Issued(key, certificate)
    return parts
