"""The embedded time-stamp authority: an RFC 3161 responder."""

import secrets
from typing import Any, ClassVar

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.general import as_signing_certificate_v2
from pyhanko.sign.timestamps import TimeStamper

from anchoring.hashing import sha256
from service.clock import Clock
from service.signing.certificates import TIME_STAMP_POLICY_OID, Issued

# Bytes of the digests that may be stamped; nothing weaker.
_DIGEST_SIZES = {"sha256": 32, "sha384": 48, "sha512": 64}
MAX_REQUEST = 4096


class TimeStampAuthority:
    """Answers RFC 3161 requests with tokens under one P-256 key.

    Times are whole seconds of the given clock, accurate to one second. Safe to use from many
    threads; keeps no state.
    """

    def __init__(self, stamper: Issued, *, issuers: list[asn1_x509.Certificate], clock: Clock):
        self._key = stamper.key
        self._certificate = asn1_x509.Certificate.load(
            stamper.certificate.public_bytes(Encoding.DER)
        )
        self._issuers = issuers
        self._clock = clock
        self._signing_certificate = as_signing_certificate_v2(self._certificate)

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
        return bytes(self.stamp(request).dump())

    def stamp(self, request: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return the response to a parsed request."""
        if request["version"].native != "v1":
            return _refusal("bad_request", "expected version 1")
        imprint = request["message_imprint"]
        digest = imprint["hash_algorithm"]["algorithm"].native
        if digest not in _DIGEST_SIZES:
            return _refusal("bad_alg", "expected sha256, sha384 or sha512")
        if len(imprint["hashed_message"].native) != _DIGEST_SIZES[digest]:
            return _refusal("bad_data_format", "the digest's length does not fit its algorithm")
        policy = request["req_policy"].native
        if policy not in (None, TIME_STAMP_POLICY_OID):
            return _refusal("unaccepted_policy", f"expected policy {TIME_STAMP_POLICY_OID}")
        if request["extensions"].native:
            return _refusal("unaccepted_extensions", "expected a request without extensions")
        info: dict[str, Any] = {
            "version": "v1",
            "policy": TIME_STAMP_POLICY_OID,
            "message_imprint": imprint,
            "serial_number": int.from_bytes(secrets.token_bytes(15), "big") + 1,
            "gen_time": self._clock.now().replace(microsecond=0),
            "accuracy": {"seconds": 1},
            "tsa": asn1_x509.GeneralName(name="directory_name", value=self._certificate.subject),
        }
        if request["nonce"].native is not None:
            info["nonce"] = request["nonce"].native
        return tsp.TimeStampResp(
            {
                "status": {"status": "granted"},
                "time_stamp_token": self._token(
                    tsp.TSTInfo(info).dump(), with_chain=bool(request["cert_req"].native)
                ),
            }
        )

    def _token(self, info: bytes, *, with_chain: bool) -> cms.ContentInfo:
        attributes = cms.CMSAttributes(
            [
                {"type": "content_type", "values": ["tst_info"]},
                {"type": "message_digest", "values": [sha256(info)]},
                {"type": "signing_certificate_v2", "values": [self._signing_certificate]},
            ]
        )
        digest = algos.DigestAlgorithm({"algorithm": "sha256"})
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier(
                    {
                        "issuer_and_serial_number": {
                            "issuer": self._certificate.issuer,
                            "serial_number": self._certificate.serial_number,
                        }
                    }
                ),
                "digest_algorithm": digest,
                "signed_attrs": attributes,
                "signature_algorithm": {"algorithm": "sha256_ecdsa"},
                # RFC 5652 §5.4: signed as a SET OF, whatever tag it is kept under
                "signature": self._key.sign(
                    attributes.untag().dump(force=True), ec.ECDSA(hashes.SHA256())
                ),
            }
        )
        signed: dict[str, Any] = {
            "version": "v3",
            "digest_algorithms": [digest],
            "encap_content_info": {
                "content_type": "tst_info",
                "content": core.ParsableOctetString(info),
            },
            "signer_infos": [signer],
        }
        if with_chain:
            signed["certificates"] = [self._certificate, *self._issuers]
        return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})


class EmbeddedStamper(TimeStamper):
    """pyHanko's way to the embedded authority, without a network."""

    def __init__(self, authority: TimeStampAuthority) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._authority = authority

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return the authority's response to pyHanko's request."""
        return self._authority.stamp(req)


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
