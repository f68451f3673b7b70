"""pyHanko's own way to sign: what the native encoding is held against, in tests and figures."""

import io
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps import TimeStamper

from anchoring.cms_attributes import statement_attribute
from service.signing import OneUseSigner, PlatformKeys
from tests.unit.anchoring_verify.authorities import AttributeSigner, KeyPair, Stamper


@dataclass(frozen=True)
class Stock:
    """Signs as pyHanko does, with the same keys, field, attribute and time stamps.

    ``reserved`` is the gap in hexadecimal digits; without it pyHanko rehearses the signature to
    learn its size, as it does unless told otherwise.
    """

    keys: PlatformKeys
    signer: OneUseSigner
    statement_sha256: bytes
    now: datetime
    reserved: int | None = None

    def sign(self, pdf: bytes, field: str) -> bytes:
        """Return ``pdf`` with a PAdES B-T signature in ``field``, with pyHanko's own stamp."""
        certificate = x509.load_der_x509_certificate(self.signer.certificate)
        signer = AttributeSigner(
            KeyPair(self.signer.key, certificate),
            self._pair("signer-ca"),
            [statement_attribute(self.statement_sha256)],
        )
        metadata = PdfSignatureMetadata(
            field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
        )
        made = PdfSigner(metadata, signer, timestamper=self.stamper()).sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(pdf)),
            existing_fields_only=True,
            bytes_reserved=self.reserved,
        )
        return bytes(made.getvalue())

    def stamper(self) -> TimeStamper:
        """Return pyHanko's client of an authority in this process, under the platform's key."""
        return Stamper(self._pair("tsa"), self._pair("tsa-ca"), self.now)

    def _pair(self, name: str) -> KeyPair:
        part = self.keys.part(name)
        return KeyPair(part.key, part.certificate)


class ReadyStamper(TimeStamper):  # type: ignore[misc]  # pyHanko's base is untyped
    """Gives out one token that was made beforehand."""

    def __init__(self, token: object) -> None:
        super().__init__(include_nonce=False)
        self._token = token

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> object:
        """Return the token, whatever is to be stamped."""
        return self._token
