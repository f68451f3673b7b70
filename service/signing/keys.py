"""The platform's keys and certificates: one root, its authorities, the seal, the time stamper."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from anchoring.hashing import sha256
from service.clock import Clock, rfc3339
from service.keyring import Keyring
from service.signing.certificates import Issued, issue_one_use
from service.signing.errors import SigningFailedError
from service.signing.generations import (
    Generation,
    InFile,
    KeyPlace,
    desk_of,
    expect_made,
    load_generations,
)
from service.signing.responder import Authority, Responder
from service.signing.revocation import kept_answer, revocation_list
from service.signing.signed_data import CmsSigner, Stamp
from service.signing.timestamps import TimeStampAuthority

_AUTHORITIES = ("signer-ca", "seal-ca", "tsa-ca")
# What an authority has certified for long.
_CERTIFIED = {"seal-ca": "seal", "tsa-ca": "tsa"}


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

    def __init__(
        self,
        generations: Sequence[Generation],
        *,
        clock: Clock,
        serial_key: bytes,
        pki_url: str | None = None,
        stamp_authorities: Sequence[x509.Certificate] = (),
    ) -> None:
        self._generations = list(generations)
        self._parts: dict[str, Issued] = {}
        for generation in generations:
            self._parts |= generation.parts
        self._clock = clock
        self._serial_key = serial_key
        self._pki_url = pki_url
        self._stamp: Stamp | None = None
        self._stamp_authorities = tuple(stamp_authorities)

    @classmethod
    def load_or_create(
        cls,
        keyring: Keyring,
        *,
        name: str,
        clock: Clock,
        place: KeyPlace | None = None,
        pki_url: str | None = None,
        stamp_authorities: Sequence[x509.Certificate] = (),
    ) -> "PlatformKeys":
        """Return the keys kept in ``keyring``, making all of them on the first call.

        ``name`` of the platform goes into the certificates when they are made, and ``pki_url``,
        where this service answers for them. ``place``: where the keys themselves are.
        ``stamp_authorities``: whom to trust for time stamps that come from elsewhere.
        """
        generations = load_generations(
            keyring, platform=name, clock=clock, place=place or InFile(), pki_url=pki_url
        )
        return cls(
            generations,
            clock=clock,
            serial_key=keyring.mac(b"one-use", purpose="certificate-serial"),
            pki_url=pki_url,
            stamp_authorities=stamp_authorities,
        )

    @classmethod
    def find(
        cls, keyring: Keyring, *, clock: Clock, place: KeyPlace | None = None
    ) -> "PlatformKeys":
        """Return the keys kept in ``keyring``; raises KeysNotMadeError if there are none."""
        expect_made(keyring)
        return cls.load_or_create(keyring, name="", clock=clock, place=place)

    def __repr__(self) -> str:
        return "PlatformKeys(…)"

    def part(self, name: str) -> Issued:
        """Return key and certificate in use of ``root``, ``signer-ca``, ``seal``, ``tsa``, …"""
        return self._parts[name]

    @cached_property
    def platform(self) -> str:
        """The platform's name, as its certificates give it."""
        (name,) = self._parts["root"].certificate.subject.get_attributes_for_oid(
            NameOID.ORGANIZATION_NAME
        )
        return str(name.value)

    @cached_property
    def chain(self) -> dict[str, asn1_x509.Certificate]:
        """Every certificate in use by name, in asn1crypto's form."""
        return {name: _in_asn1(part.certificate) for name, part in self._parts.items()}

    @cached_property
    def certificates(self) -> tuple[asn1_x509.Certificate, ...]:
        """Every certificate there ever was, and those of the time-stamp authorities trusted."""
        ours = [
            part.certificate
            for generation in self._generations
            for part in generation.parts.values()
        ]
        return tuple(_in_asn1(one) for one in (*ours, *self._stamp_authorities))

    def authority_certificates(self, purpose: str) -> list[asn1_x509.Certificate]:
        """Return every generation's ``signer-ca``, ``seal-ca`` or ``tsa-ca``."""
        found = [_in_asn1(one.issued.certificate) for one in self._authorities_for(purpose)]
        return found + (self.stamp_authorities if purpose == "tsa-ca" else [])

    @cached_property
    def stamp_authorities(self) -> list[asn1_x509.Certificate]:
        """The foreign time-stamp authorities that are trusted."""
        return [_in_asn1(one) for one in self._stamp_authorities]

    @cached_property
    def time_stamps(self) -> TimeStampAuthority:
        """The embedded RFC 3161 authority."""
        return TimeStampAuthority(
            self._parts["tsa"], issuers=[self._parts["tsa-ca"].certificate], clock=self._clock
        )

    @property
    def stamp(self) -> Stamp:
        """Where this platform's own time stamps come from."""
        return self.time_stamps.stamp if self._stamp is None else self._stamp

    def stamp_by(self, stamp: Stamp) -> None:
        """Let this platform's own time stamps come from elsewhere."""
        self._stamp = stamp

    @cached_property
    def seal_signer(self) -> CmsSigner:
        """What the platform signs with, for itself."""
        return CmsSigner(
            self._parts["seal"].key,
            self._parts["seal"].certificate,
            issuers=[self._parts["seal-ca"].certificate],
        )

    @cached_property
    def authorities(self) -> dict[str, Authority]:
        """Every authority there ever was by its name in addresses, the newest of each first."""
        found: dict[str, Authority] = {}
        for generation in reversed(self._generations):
            for name in _AUTHORITIES:
                if name in generation.parts:
                    found[f"{name}-{generation.number}"] = self._authority(name, generation)
        certified = [one.issued.certificate for one in found.values()]
        revoked = {
            one.issued.certificate.serial_number: one.revoked_at
            for one in found.values()
            if one.revoked_at is not None
        }
        root = Authority("root", self._parts["root"], None, certified, revoked)
        return {**found, "root": root}

    @cached_property
    def responder(self) -> Responder:
        """What answers OCSP requests about the certificates of all authorities."""
        return Responder(self.authorities, serial_key=self._serial_key, clock=self._clock)

    def timestamp_response(self, request_der: bytes) -> bytes:
        """Return the DER answer to a DER RFC 3161 request; refusals are answers too."""
        return self.time_stamps.respond(request_der)

    def revoked_by(self, authority: str) -> bytes | None:
        """Return the DER CRL that an authority publishes now; None if there is no such one."""
        found = self.authorities.get(authority)
        if found is None:
            return None
        return revocation_list(found.issued, found.revoked, now=self._clock.now())

    def certificate_of(self, authority: str) -> bytes | None:
        """Return the DER certificate of an authority; None if there is no such one."""
        found = self.authorities.get(authority)
        return None if found is None else found.issued.certificate.public_bytes(Encoding.DER)

    def pem(self, name: str) -> bytes:
        """Return the certificate of ``name`` in PEM; ``root`` is what other tools must trust."""
        return self._parts[name].certificate.public_bytes(Encoding.PEM)

    def trust_keys(self) -> list[dict[str, Any]]:
        """Return the issuing authorities as the trust file lists them, those in use first.

        One that was replaced keeps its validity, so that what it certified goes on being good;
        one that may be known to somebody else ends with the moment it was replaced.
        """
        listed = [
            _listed(purpose, one.issued.certificate, one.revoked_at)
            for purpose in _AUTHORITIES
            for one in self._authorities_for(purpose)
        ]
        return listed + [_listed("tsa-ca", one, None) for one in self._stamp_authorities]

    def answers_for(self, signers: list[x509.Certificate], *, now: datetime) -> list[bytes]:
        """Return DER OCSP responses for the signers, and for every seal and time stamper of ours.

        Also for those that were replaced: a party may have signed before, and the seal come after.
        """
        answers = [kept_answer(self._issuer(one).issued, one, now=now) for one in signers]
        for name, authority in self.authorities.items():
            if name != "root":
                answers += [
                    kept_answer(
                        authority.issued,
                        certificate,
                        now=now,
                        revoked_at=authority.revoked.get(certificate.serial_number),
                    )
                    for certificate in authority.certified
                ]
        return answers

    def revocation_list(self, *, now: datetime) -> bytes:
        """Return the root's DER CRL for keeping, which speaks of every authority."""
        root = self.authorities["root"]
        return revocation_list(root.issued, root.revoked, now=now, keeping=True)

    def new_signer(
        self, *, subject: str, now: datetime, assurance: str, for_company: bool
    ) -> OneUseSigner:
        """Return a fresh one-use key with its certificate; see ``issue_signer``."""
        (name,) = [key for key in self.authorities if key.startswith("signer-ca-")][:1]
        issued = issue_one_use(
            self._parts["signer-ca"],
            subject=subject,
            now=now,
            assurance=assurance,
            for_company=for_company,
            serial_key=self._serial_key,
            desk=desk_of(self._pki_url, "signer-ca", int(name.rpartition("-")[2])),
        )
        spki = issued.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return OneUseSigner(
            certificate=issued.certificate.public_bytes(Encoding.DER),
            spki_sha256=sha256(spki),
            key=issued.key,
        )

    def issuer_of(self, certificate: x509.Certificate) -> x509.Certificate:
        """Return the certificate of the authority of ours that issued ``certificate``."""
        return self._issuer(certificate).issued.certificate

    def _issuer(self, certificate: x509.Certificate) -> Authority:
        stated = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
        for authority in self.authorities.values():
            public = authority.issued.key.public_key()
            if x509.SubjectKeyIdentifier.from_public_key(public).digest == (
                stated.value.key_identifier
            ):
                return authority
        raise SigningFailedError("expected a certificate that an authority of ours has issued")

    def _authorities_for(self, purpose: str) -> list[Authority]:
        return [one for name, one in self.authorities.items() if name.rpartition("-")[0] == purpose]

    def _authority(self, name: str, generation: Generation) -> Authority:
        replaced_at = next(
            (
                later.made
                for later in self._generations[generation.number :]
                if later.compromised and name in later.parts
            ),
            None,
        )
        below = _CERTIFIED.get(name)
        certified = [] if below is None else [generation.parts[below].certificate]
        return Authority(
            name,
            generation.parts[name],
            replaced_at,
            certified,
            {} if replaced_at is None else {one.serial_number: replaced_at for one in certified},
        )


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
    return keys.new_signer(subject=subject, now=now, assurance=assurance, for_company=for_company)


def _listed(
    purpose: str, certificate: x509.Certificate, revoked_at: datetime | None
) -> dict[str, Any]:
    return {
        "purpose": purpose,
        "certificate": base64.b64encode(certificate.public_bytes(Encoding.DER)).decode(),
        "notBefore": rfc3339(certificate.not_valid_before_utc),
        "notAfter": rfc3339(certificate.not_valid_after_utc),
        "revokedAfter": None if revoked_at is None else rfc3339(revoked_at),
    }


def _in_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
