"""Whether a certificate was revoked: the port, and OCSP and CRL over HTTP behind it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

_SKEW = timedelta(minutes=5)
# Of an answer that does not say until when it holds.
_FRESH = timedelta(days=1)
_MOST_BYTES = 10 * 1024 * 1024


class Revocation(StrEnum):
    """What is known of a certificate at this moment."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class RevocationAnswer:
    """An answer, where it comes from (``ocsp``, ``crl``, empty) and SHA-256 (hex) of its bytes."""

    revocation: Revocation
    source: str = ""
    sha256: str = ""


class RevocationChecker(Protocol):
    """Asks whether a certificate was revoked.

    Durability: nothing is kept. Retries: none by itself, asking again is safe. Concurrency: any
    number of threads; blocks for at most its own time-outs. Errors: none, an answer that cannot
    be had or believed is UNKNOWN.
    """

    def check(
        self, certificate: x509.Certificate, issuer: x509.Certificate, *, now: datetime
    ) -> RevocationAnswer:
        """Ask about a certificate whose path to a trusted root was verified before."""
        ...


class HttpRevocation:
    """The RevocationChecker that asks the addresses in the certificate: OCSP first, then CRLs.

    To be asked only about certificates of trusted authorities, whose addresses these are.
    """

    def __init__(self, *, timeout_s: float = 10.0) -> None:
        self._timeout_s = timeout_s

    def check(
        self, certificate: x509.Certificate, issuer: x509.Certificate, *, now: datetime
    ) -> RevocationAnswer:
        """Ask every address until one gives an answer that can be believed."""
        request = ocsp.OCSPRequestBuilder().add_certificate(
            certificate,
            issuer,
            hashes.SHA1(),  # noqa: S303  # names the certificate; responders know no other
        )
        body = request.build().public_bytes(serialization.Encoding.DER)
        for url in _ocsp_urls(certificate):
            content = self._fetch(url, body)
            found = None if content is None else _ocsp_says(content, certificate, issuer, now)
            if found is not None and content is not None:
                return _answer(found, "ocsp", content)
        for url in _crl_urls(certificate):
            content = self._fetch(url, None)
            found = None if content is None else _crl_says(content, certificate, issuer, now)
            if found is not None and content is not None:
                return _answer(found, "crl", content)
        return RevocationAnswer(revocation=Revocation.UNKNOWN)

    def _fetch(self, url: str, body: bytes | None) -> bytes | None:
        if urlsplit(url).scheme not in {"http", "https"}:
            return None
        try:
            with httpx.stream(
                "GET" if body is None else "POST",
                url,
                content=body,
                headers={} if body is None else {"Content-Type": "application/ocsp-request"},
                timeout=self._timeout_s,
            ) as response:
                if response.status_code != httpx.codes.OK:
                    return None
                content = b""
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > _MOST_BYTES:
                        return None
                return content
        except httpx.HTTPError:
            return None


def _answer(revocation: Revocation, source: str, content: bytes) -> RevocationAnswer:
    return RevocationAnswer(
        revocation=revocation, source=source, sha256=hashlib.sha256(content).hexdigest()
    )


def _ocsp_urls(certificate: x509.Certificate) -> list[str]:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except x509.ExtensionNotFound:
        return []
    return [
        one.access_location.value
        for one in access.value
        if one.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(one.access_location, x509.UniformResourceIdentifier)
    ]


def _crl_urls(certificate: x509.Certificate) -> list[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints)
    except x509.ExtensionNotFound:
        return []
    return [
        name.value
        for point in points.value
        for name in point.full_name or []
        if isinstance(name, x509.UniformResourceIdentifier)
    ]


def _ocsp_says(
    content: bytes, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime
) -> Revocation | None:
    """Return what an OCSP response (RFC 6960 §3.2) says, None if it cannot be believed."""
    try:
        response = ocsp.load_der_ocsp_response(content)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            return None
        if response.serial_number != certificate.serial_number:
            return None
        if not _is_current(response.this_update_utc, response.next_update_utc, now):
            return None
        digest = response.signature_hash_algorithm
        if digest is None or not any(
            _signed_by(one, response.signature, response.tbs_response_bytes, digest)
            for one in _responders(response, issuer, now)
        ):
            return None
        status = response.certificate_status
    except (ValueError, x509.UnsupportedGeneralNameType):
        return None
    if status is ocsp.OCSPCertStatus.GOOD:
        return Revocation.GOOD
    return Revocation.REVOKED if status is ocsp.OCSPCertStatus.REVOKED else None


def _responders(
    response: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime
) -> list[x509.Certificate]:
    """Return who may answer: the issuer, and those whom it appointed (RFC 6960 §4.2.2.2)."""
    found = [issuer]
    for one in response.certificates:
        try:
            one.verify_directly_issued_by(issuer)
            usage = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
            continue
        if ExtendedKeyUsageOID.OCSP_SIGNING in usage and (
            one.not_valid_before_utc <= now <= one.not_valid_after_utc
        ):
            found.append(one)
    return found


def _crl_says(
    content: bytes, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime
) -> Revocation | None:
    """Return what a CRL (RFC 5280 §5) says, None if it cannot be believed."""
    try:
        crl = x509.load_der_x509_crl(content)
        key = issuer.public_key()
        if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            return None
        if crl.issuer != issuer.subject or not crl.is_signature_valid(key):
            return None
        if not _is_current(crl.last_update_utc, crl.next_update_utc, now):
            return None
        if any(isinstance(one.value, x509.DeltaCRLIndicator) for one in crl.extensions):
            return None
        for one in crl.extensions:
            point = one.value
            if isinstance(point, x509.IssuingDistributionPoint) and (
                point.indirect_crl
                or point.only_some_reasons is not None
                or point.only_contains_ca_certs
                or point.only_contains_attribute_certs
            ):
                return None
    except ValueError:
        return None
    revoked = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    return Revocation.GOOD if revoked is None else Revocation.REVOKED


def _is_current(start: datetime, end: datetime | None, now: datetime) -> bool:
    return start - _SKEW <= now <= (end if end is not None else start + _FRESH) + _SKEW


def _signed_by(
    signer: x509.Certificate, signature: bytes, message: bytes, digest: hashes.HashAlgorithm
) -> bool:
    key = signer.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, message, ec.ECDSA(digest))
        else:
            return False
    except InvalidSignature:
        return False
    return True
