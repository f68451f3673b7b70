"""PAdES signatures (EN 319 142-1): a party's, the platform's seal, and the archive time stamp."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms
from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.stamp import BaseStampStyle

from anchoring.cms_attributes import SealBinding, seal_attribute, statement_attribute
from anchoring.form_values import Value
from anchoring.hashing import sha256
from service.clock import Clock
from service.signing.appearance import Appearance, party_style, seal_style
from service.signing.cms_signer import DIGEST, MemorySigner, wait_for
from service.signing.errors import SigningFailedError
from service.signing.filling import fill_fields
from service.signing.keys import OneUseSigner, PlatformKeys
from service.signing.layout import SEAL_FIELD

# Bytes of hexadecimal CMS in the file. A fixed size saves pyHanko a rehearsal that costs as much
# as the signature; a signature with time stamp and chain takes about 9,000.
_RESERVED = 16_384


@dataclass(frozen=True)
class SealedPdf:
    """A sealed PDF, and the SHA-256 of its bytes up to the end of the seal's ByteRange."""

    pdf: bytes
    covered_sha256: bytes


def sign_field(
    pdf: bytes,
    *,
    field: str,
    signer: OneUseSigner,
    statement_sha256: bytes,
    appearance: Appearance,
    keys: PlatformKeys,
    clock: Clock,
    values: Mapping[str, Value] | None = None,
) -> bytes:
    """Return ``pdf`` with ``signer``'s PAdES B-T signature in ``field``, as a new revision.

    The same revision fills ``values`` into the form fields of these names. The CMS carries
    ``statement_sha256`` (32 bytes) as a signed attribute. Raises PictureRefusedError for a drawing
    that is no small PNG, SigningFailedError if ``field`` is not an open signature field or a value
    has none.
    """
    attribute = statement_attribute(statement_sha256)
    return _sign(
        pdf,
        field=field,
        signer=MemorySigner(
            signer.key,
            asn1_x509.Certificate.load(signer.certificate),
            issuers=[keys.chain["signer-ca"]],
            attribute=attribute,
        ),
        name=appearance.name,
        style=party_style(appearance),
        stamper=keys.stamper(),
        permissions=MDPPerm.FILL_FORMS,
        now=clock.now(),
        values=values,
    )


def seal_pdf(
    pdf: bytes, *, binding: SealBinding, keys: PlatformKeys, clock: Clock, lang: str
) -> SealedPdf:
    """Return ``pdf`` sealed in the last field and completed to PAdES B-LTA.

    The seal carries ``binding`` as a signed attribute and allows no changes after it. Then the
    validation data of every signature and a document time stamp follow in one more revision.
    """
    now = clock.now()
    sealed = _sign(
        pdf,
        field=SEAL_FIELD,
        signer=seal_signer(keys, seal_attribute(binding)),
        name=keys.platform,
        style=seal_style(platform=keys.platform, sealed_at=now, lang=lang),
        stamper=keys.stamper(),
        permissions=MDPPerm.NO_CHANGES,
        now=now,
    )
    return SealedPdf(
        pdf=_with_archive_stamp(sealed, keys=keys, clock=clock),
        # The seal's ByteRange ends where its revision ends: nothing has been added yet.
        covered_sha256=sha256(sealed),
    )


def sign_container(manifest: bytes, keys: PlatformKeys, clock: Clock) -> bytes:
    """Return the DER detached CAdES B-T signature of ``manifest`` by the platform's seal key.

    It is packaging (EN 319 162-1): no verdict rests on it.
    """
    signed = wait_for(
        seal_signer(keys, None).async_sign_general_data(
            manifest,
            DIGEST,
            use_cades=True,
            timestamper=keys.stamper(),
            signed_attr_settings=PdfCMSSignedAttributes(signing_time=clock.now()),
        )
    )
    return bytes(signed.dump())


def seal_signer(keys: PlatformKeys, attribute: cms.CMSAttribute | None) -> MemorySigner:
    """Return the signer of the platform's e-seal; ``attribute`` is signed beside the digest."""
    return MemorySigner(
        keys.part("seal").key,
        keys.chain["seal"],
        issuers=[keys.chain["seal-ca"]],
        attribute=attribute,
    )


def _sign(
    pdf: bytes,
    *,
    field: str,
    signer: MemorySigner,
    name: str,
    style: BaseStampStyle,
    stamper: TimeStamper,
    permissions: MDPPerm,
    now: datetime,
    values: Mapping[str, Value] | None = None,
) -> bytes:
    metadata = PdfSignatureMetadata(
        field_name=field,
        md_algorithm=DIGEST,
        subfilter=SigSeedSubFilter.PADES,
        name=name,
        docmdp_permissions=permissions,
    )
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        if any(enumerate_sig_fields(writer.prev, filled_status=True, with_name=SEAL_FIELD)):
            raise SigningFailedError("the document is sealed: nothing can be signed after that")
        fill_fields(writer, values or {})
        session = PdfSigner(
            metadata, signer, timestamper=stamper, stamp_style=style
        ).init_signing_session(writer, existing_fields_only=True)
        session.system_time = now
        prepared = session.prepare_tbs_document(validation_info=None, bytes_reserved=_RESERVED)
        output = io.BytesIO()
        digest, _ = prepared.digest_tbs_document(output=output)
        wait_for(
            prepared.perform_signature(
                digest.document_digest, PdfCMSSignedAttributes(signing_time=now)
            )
        )
    except (SigningError, PdfError, OSError) as error:
        raise SigningFailedError(f"no signature could be put into {field}") from error
    return bytes(output.getvalue())


def _with_archive_stamp(pdf: bytes, *, keys: PlatformKeys, clock: Clock) -> bytes:
    now = clock.now()
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        signers = [
            x509.load_der_x509_certificate(signature.signer_cert.dump())
            for signature in reader.embedded_regular_signatures
            if signature.field_name != SEAL_FIELD
        ]
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        answers = keys.answers_for(signers, now=now)
        # Before the stamp, in its revision: what comes after it would have no proof of its time.
        DocumentSecurityStore.supply_dss_in_writer(
            writer,
            sig_contents=None,
            certs=[
                *(
                    asn1_x509.Certificate.load(signer.public_bytes(Encoding.DER))
                    for signer in signers
                ),
                *keys.chain.values(),
            ],
            ocsps=[asn1_ocsp.OCSPResponse.load(answer) for answer in answers],
            crls=[asn1_crl.CertificateList.load(keys.revocation_list(now=now))],
        )
        output = wait_for(
            PdfTimeStamper(keys.stamper()).async_timestamp_pdf(
                writer, DIGEST, bytes_reserved=_RESERVED
            )
        )
    except (SigningError, PdfError, OSError) as error:
        raise SigningFailedError("the archive time stamp could not be added") from error
    return bytes(output.getvalue())
