"""The embedded time-stamp authority: an RFC 3161 responder."""

import secrets
from typing import ClassVar

from asn1crypto import cms, tsp
from cryptography import x509

from service.clock import Clock
from service.signing import der
from service.signing.certificates import TIME_STAMP_POLICY_OID, Issued
from service.signing.signed_data import SHA256_ALGORITHM, CmsSigner

# Bytes of the digests that may be stamped; nothing weaker.
_DIGEST_SIZES = {"sha256": 32, "sha384": 48, "sha512": 64}
MAX_REQUEST = 4096
_TST_INFO = der.oid("1.2.840.113549.1.9.16.1.4")
_POLICY = der.oid(TIME_STAMP_POLICY_OID)
# RFC 3161 §2.4.2: accurate to one second.
_ACCURACY = der.sequence(der.integer(1))
_GRANTED = der.sequence(der.integer(0))


class TimeStampAuthority:
    """Answers RFC 3161 requests with tokens under one P-256 key.

    Times are whole seconds of the given clock, accurate to one second. Safe to use from many
    threads; keeps no state.
    """

    def __init__(self, stamper: Issued, *, issuers: list[x509.Certificate], clock: Clock) -> None:
        self._signer = CmsSigner(stamper.key, stamper.certificate, issuers=issuers)
        self._clock = clock
        # A directoryName [4], explicitly tagged [0] as RFC 3161 §2.4.2 has it.
        self._name = der.value(0xA0, der.value(0xA4, stamper.certificate.subject.public_bytes()))

    def stamp(self, digest: bytes) -> bytes:
        """Return a DER time-stamp token over a SHA-256 digest, with its certificates."""
        if len(digest) != _DIGEST_SIZES["sha256"]:
            raise ValueError(f"expected a digest of 32 bytes, got {len(digest)}")
        return self._token(der.sequence(SHA256_ALGORITHM, der.octets(digest)))

    def respond(self, request_der: bytes) -> bytes:
        """Return the DER TimeStampResp to a DER TimeStampReq, a refusal included.

        Never raises for what a client sent: RFC 3161 §2.4.2 has a status for each fault.
        """
        if len(request_der) > MAX_REQUEST:
            return _refuse("bad_data_format", "the request is too long")
        try:
            request = tsp.TimeStampReq.load(request_der, strict=True)
            # asn1crypto parses lazily: look at every part here, where a fault is answered.
            _ = request.native
        except (ValueError, TypeError, KeyError, RecursionError):
            return _refuse("bad_data_format", "expected a DER time-stamp request")
        return self._answer(request)

    def _answer(self, request: tsp.TimeStampReq) -> bytes:
        if request["version"].native != "v1":
            return _refuse("bad_request", "expected version 1")
        imprint = request["message_imprint"]
        digest = imprint["hash_algorithm"]["algorithm"].native
        if digest not in _DIGEST_SIZES:
            return _refuse("bad_alg", "expected sha256, sha384 or sha512")
        if len(imprint["hashed_message"].native) != _DIGEST_SIZES[digest]:
            return _refuse("bad_data_format", "the digest's length does not fit its algorithm")
        policy = request["req_policy"].native
        if policy not in (None, TIME_STAMP_POLICY_OID):
            return _refuse("unaccepted_policy", f"expected policy {TIME_STAMP_POLICY_OID}")
        if request["extensions"].native:
            return _refuse("unaccepted_extensions", "expected a request without extensions")
        # The nonce as it came: it may be negative or written in another length.
        nonce = b"" if request["nonce"].native is None else bytes(request["nonce"].dump())
        token = self._token(
            bytes(imprint.dump()), nonce=nonce, with_chain=bool(request["cert_req"].native)
        )
        return der.sequence(_GRANTED, token)

    def _token(self, imprint: bytes, *, nonce: bytes = b"", with_chain: bool = True) -> bytes:
        info = der.sequence(
            der.integer(1),
            _POLICY,
            imprint,
            der.integer(int.from_bytes(secrets.token_bytes(15), "big") + 1),
            der.generalized_time(self._clock.now()),
            _ACCURACY,
            nonce,
            self._name,
        )
        return self._signer.sign_enclosed(_TST_INFO, info, with_chain=with_chain)


class _Refusal(tsp.TimeStampResp):  # type: ignore[misc]  # asn1crypto is untyped
    # RFC 3161 §2.4.2: the token is optional; asn1crypto's own class demands one.
    _fields: ClassVar = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


def _refusal(reason: str, words: str) -> tsp.TimeStampResp:
    return _Refusal(
        {
            "status": {
                "status": "rejection",
                "status_string": [words],
                "fail_info": {reason},
            }
        }
    )


def _refuse(reason: str, words: str) -> bytes:
    return bytes(_refusal(reason, words).dump())
