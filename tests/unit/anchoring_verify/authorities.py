"""Certificate authorities, a time-stamp authority and pyHanko signers, made for the tests."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.attributes import CMSAttributeProvider
from pyhanko.sign.general import as_signing_certificate_v2, simple_cms_attribute
from pyhanko.sign.signers.pdf_cms import (
    CAdESSignedAttributeProviderSpec,
    PdfCMSSignedAttributes,
    Signer,
)
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from anchoring.hashing import sha256


@dataclass(frozen=True)
class KeyPair:
    """A P-256 key and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def asn1(self) -> asn1_x509.Certificate:
        return asn1_x509.Certificate.load(self.der)

    @property
    def spki_sha256(self) -> bytes:
        public = self.key.public_key()
        return sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def authority(name: str, *, start: datetime) -> KeyPair:
    """Return a self-signed CA for 20 years."""
    return _issue(name, None, start=start, end=start + timedelta(days=7300), ca=True)


def end_entity(
    name: str,
    issuer: KeyPair,
    *,
    start: datetime,
    end: datetime,
    time_stamping: bool = False,
    policy: str | None = None,
) -> KeyPair:
    """Return a signer's, seal's or time stamper's key pair."""
    return _issue(name, issuer, start=start, end=end, time_stamping=time_stamping, policy=policy)


def _issue(
    name: str,
    issuer: KeyPair | None,
    *,
    start: datetime,
    end: datetime,
    ca: bool = False,
    time_stamping: bool = False,
    policy: str | None = None,
) -> KeyPair:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not ca,
                content_commitment=not ca,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=ca,
                crl_sign=ca,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if time_stamping:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    if policy is not None:
        stated = [
            x509.PolicyInformation(x509.ObjectIdentifier(one), None) for one in policy.split()
        ]
        builder = builder.add_extension(x509.CertificatePolicies(stated), critical=False)
    signing_key = key if issuer is None else issuer.key
    return KeyPair(key, builder.sign(signing_key, hashes.SHA256()))


class Stamper(TimeStamper):  # type: ignore[misc]  # pyHanko's base is untyped
    """An RFC 3161 authority at a fixed moment."""

    def __init__(self, pair: KeyPair, issuer: KeyPair, moment: datetime) -> None:
        super().__init__(include_nonce=False)
        self._pair, self._issuer, self.moment = pair, issuer, moment

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        certificate = self._pair.asn1
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": "2.25.1",
                "message_imprint": req["message_imprint"],
                "serial_number": x509.random_serial_number(),
                "gen_time": self.moment.replace(microsecond=0),
            }
        ).dump()
        attributes = cms.CMSAttributes(
            [
                simple_cms_attribute("content_type", "tst_info"),
                simple_cms_attribute("message_digest", sha256(info)),
                simple_cms_attribute(
                    "signing_certificate_v2", as_signing_certificate_v2(certificate)
                ),
            ]
        )
        digest = algos.DigestAlgorithm({"algorithm": "sha256"})
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": {
                    "issuer_and_serial_number": {
                        "issuer": certificate.issuer,
                        "serial_number": certificate.serial_number,
                    }
                },
                "digest_algorithm": digest,
                "signed_attrs": attributes,
                "signature_algorithm": {"algorithm": "sha256_ecdsa"},
                "signature": self._pair.key.sign(
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
            "certificates": [certificate, self._issuer.asn1],
        }
        token = cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})


class AttributeSigner(Signer):  # type: ignore[misc]  # pyHanko's base is untyped
    """A signer with any signed attributes beside those of PAdES."""

    def __init__(self, pair: KeyPair, issuer: KeyPair, attributes: list[cms.CMSAttribute]) -> None:
        store = SimpleCertificateStore()
        store.register(issuer.asn1)
        super().__init__(signing_cert=pair.asn1, cert_registry=store)
        self._key = pair.key
        self.signed_attr_prov_spec = _More(pair.asn1, attributes)

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        return bytes(72) if dry_run else self._key.sign(data, ec.ECDSA(hashes.SHA256()))


class _More(CAdESSignedAttributeProviderSpec):  # type: ignore[misc]
    def __init__(
        self, certificate: asn1_x509.Certificate, attributes: list[cms.CMSAttribute]
    ) -> None:
        super().__init__(
            attr_settings=PdfCMSSignedAttributes(),
            signing_cert=certificate,
            is_pades=True,
            timestamper=None,
        )
        self._attributes = attributes

    def signed_attr_providers(self, data_digest: bytes, digest_algorithm: str) -> Any:
        yield from super().signed_attr_providers(data_digest, digest_algorithm)
        for attribute in self._attributes:
            yield _Ready(attribute)


class _Ready(CMSAttributeProvider):  # type: ignore[misc]
    def __init__(self, attribute: cms.CMSAttribute) -> None:
        self.attribute_type = attribute["type"].native
        self._value = attribute["values"][0]

    async def build_attr_value(self, dry_run: bool = False) -> core.Asn1Value:
        return self._value
