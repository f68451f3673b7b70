"""Answers OCSP requests (RFC 6960) about the certificates of the embedded authorities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509

from service.clock import Clock
from service.signing import der
from service.signing.certificates import ONE_USE_SPAN, Issued
from service.signing.revocation import (
    FRESH_FOR_ASKING,
    GOOD,
    UNKNOWN,
    archive_cutoff,
    identifiers,
    revoked,
    signed_answer,
)
from service.signing.serials import issued_from

MAX_REQUEST = 4096
_MOST_CERTIFICATES = 16
_MOST_NONCE = 32
_MALFORMED, _UNAUTHORIZED = 1, 6
_NONCE = der.oid("1.3.6.1.5.5.7.48.1.2")


@dataclass(frozen=True)
class Authority:
    """An authority, the lasting certificates it issued, and which of them it revoked and when.

    ``revoked_at``: from when it is itself no longer to be believed, None while it is.
    """

    name: str
    issued: Issued
    revoked_at: datetime | None
    certified: Sequence[x509.Certificate]
    revoked: Mapping[int, datetime] = field(default_factory=dict)


class Responder:
    """Knows lasting certificates by a list and one-use ones by their serial numbers.

    Each authority answers for its own certificates, under its own key. Keeps no state.
    """

    def __init__(
        self, authorities: Mapping[str, Authority], *, serial_key: bytes, clock: Clock
    ) -> None:
        self._by_hashes = {
            (digest, name_hash, key_hash): authority
            for authority in authorities.values()
            for digest, name_hash, key_hash in identifiers(authority.issued.certificate)
        }
        self._serial_key = serial_key
        self._clock = clock

    def respond(self, request_der: bytes) -> bytes:
        """Return the DER OCSPResponse to a DER OCSPRequest; never raises for what was sent."""
        if len(request_der) > MAX_REQUEST:
            return _refusal(_MALFORMED)
        try:
            request = asn1_ocsp.OCSPRequest.load(request_der, strict=True)
            _ = request.native
            wanted = [one["req_cert"] for one in request["tbs_request"]["request_list"]]
            nonce = request.nonce_value
            sent = b"" if nonce is None else bytes(nonce.native)
            found = [self._by_hashes.get(_hashes(one)) for one in wanted]
            _ = [int(one["serial_number"].native) for one in wanted]
        except Exception:  # noqa: BLE001  the parser has no list of what hostile bytes raise
            return _refusal(_MALFORMED)
        if not 1 <= len(wanted) <= _MOST_CERTIFICATES or len(sent) > _MOST_NONCE:
            return _refusal(_MALFORMED)
        authority = found[0]
        if authority is None or any(other is not authority for other in found):
            # One signature answers all: they must be certificates of one authority of ours.
            return _refusal(_UNAUTHORIZED)
        now = self._clock.now().replace(microsecond=0)
        singles = [self._single(authority, one, now=now) for one in wanted]
        # RFC 8954: the nonce as it came, so that nobody can replay an older answer.
        extensions = (
            b""
            if nonce is None
            else der.value(0xA1, der.sequence(der.sequence(_NONCE, der.octets(der.octets(sent)))))
        )
        return signed_answer(authority.issued, singles, produced=now, extensions=extensions)

    def _single(self, authority: Authority, wanted: asn1_ocsp.CertId, *, now: datetime) -> bytes:
        serial = int(wanted["serial_number"].native)
        window = self._window(authority, serial)
        known_at, fresh_until, extension = now, now + FRESH_FOR_ASKING, b""
        if window is None:
            status = UNKNOWN
        else:
            start, end = window
            at = authority.revoked.get(serial)
            status = GOOD if at is None else revoked(at)
            if now > end:
                # Of its time of validity: validators want nextUpdate no later than notAfter.
                known_at, extension = end - timedelta(minutes=1), archive_cutoff(start)
            fresh_until = min(known_at + FRESH_FOR_ASKING, end)
        return der.sequence(
            bytes(wanted.dump()),
            status,
            der.generalized_time(known_at),
            der.value(0xA0, der.generalized_time(fresh_until)),
            extension,
        )

    def _window(self, authority: Authority, serial: int) -> tuple[datetime, datetime] | None:
        for certificate in authority.certified:
            if certificate.serial_number == serial:
                return certificate.not_valid_before_utc, certificate.not_valid_after_utc
        if authority.name != "signer-ca":
            return None
        start = issued_from(self._serial_key, serial)
        return None if start is None else (start, start + ONE_USE_SPAN)


def _hashes(wanted: asn1_ocsp.CertId) -> tuple[str, bytes, bytes]:
    return (
        str(wanted["hash_algorithm"]["algorithm"].native),
        bytes(wanted["issuer_name_hash"].native),
        bytes(wanted["issuer_key_hash"].native),
    )


def _refusal(status: int) -> bytes:
    return der.sequence(der.value(0x0A, bytes((status,))))
