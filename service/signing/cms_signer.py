"""pyHanko's signer over a key in memory, with one signed attribute of ours."""

import asyncio
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from asn1crypto import cms, core
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.sign.attributes import CMSAttributeProvider
from pyhanko.sign.signers.pdf_cms import (
    CAdESSignedAttributeProviderSpec,
    PdfCMSSignedAttributes,
    Signer,
)
from pyhanko_certvalidator.registry import SimpleCertificateStore

DIGEST = "sha256"
# A DER ECDSA signature of two 32-byte integers has at most this many bytes.
_LONGEST_SIGNATURE = 72

T = TypeVar("T")


class MemorySigner(Signer):
    """Signs with a P-256 key that is already loaded; ``attribute`` joins the signed attributes.

    pyHanko's own signer parses its key at every signature.
    """

    def __init__(
        self,
        key: ec.EllipticCurvePrivateKey,
        certificate: asn1_x509.Certificate,
        *,
        issuers: Iterable[asn1_x509.Certificate],
        attribute: cms.CMSAttribute | None,
    ) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(issuers)
        super().__init__(signing_cert=certificate, cert_registry=store)
        self._key = key
        if attribute is not None:
            self.signed_attr_prov_spec = _WithAttribute(certificate, attribute)

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        """Return the DER ECDSA signature of ``data``, or as many zeros in a dry run."""
        if digest_algorithm != DIGEST:
            raise ValueError(f"expected {DIGEST}, got {digest_algorithm}")
        if dry_run:
            return bytes(_LONGEST_SIGNATURE)
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


class _WithAttribute(CAdESSignedAttributeProviderSpec):
    """The signed attributes of PAdES (EN 319 142-1 §5.3) and one more."""

    def __init__(self, certificate: asn1_x509.Certificate, attribute: cms.CMSAttribute) -> None:
        super().__init__(
            attr_settings=PdfCMSSignedAttributes(),
            signing_cert=certificate,
            is_pades=True,
            timestamper=None,
        )
        self._attribute = attribute

    def signed_attr_providers(
        self, data_digest: bytes, digest_algorithm: str
    ) -> Iterable[CMSAttributeProvider]:
        yield from super().signed_attr_providers(data_digest, digest_algorithm)
        yield _Ready(self._attribute)


class _Ready(CMSAttributeProvider):
    """An attribute that was made beforehand."""

    def __init__(self, attribute: cms.CMSAttribute) -> None:
        self.attribute_type = attribute["type"].native
        self._value: core.Asn1Value = attribute["values"][0]

    async def build_attr_value(self, dry_run: bool = False) -> core.Asn1Value:
        return self._value


def wait_for(work: Coroutine[Any, Any, T]) -> T:
    """Run pyHanko's asynchronous work to its end, also from a thread that runs an event loop.

    The work is computation only: keys, time stamps and validation data are all in this process.
    """
    if _in_event_loop():
        with ThreadPoolExecutor(max_workers=1) as executor:
            return executor.submit(asyncio.run, work).result()
    return asyncio.run(work)


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
