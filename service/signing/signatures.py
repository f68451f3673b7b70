"""PAdES signatures (EN 319 142-1): a party's, the platform's seal, and the archive time stamp.

pyHanko writes the revision and leaves a gap of a fixed size; what goes into the gap is made in
``signed_data``, which is where the time went.
"""

import io
import secrets
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import crl as asn1_crl
from asn1crypto import ocsp as asn1_ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import (
    FieldMDPSpec,
    MDPPerm,
    SigFieldSpec,
    SigSeedSubFilter,
)
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.cms_embedder import (
    PdfCMSEmbedder,
    SigAppearanceSetup,
    SigIOSetup,
    SigMDPSetup,
    SigObjSetup,
)
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_byterange import DocumentTimestamp, SignatureObject
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.stamp import BaseStampStyle

from anchoring.cms_attributes import SealBinding, seal_attribute, statement_attribute
from anchoring.form_values import Value
from anchoring.hashing import sha256
from anchoring.hex_strings import hasten_pyhanko
from service.clock import Clock
from service.signing import der
from service.signing.appearance import Appearance, party_style, seal_style
from service.signing.errors import SigningFailedError
from service.signing.filling import fill_fields
from service.signing.keys import OneUseSigner, PlatformKeys
from service.signing.layout import SEAL_FIELD
from service.signing.signed_data import CmsSigner, Stamp, signing_time
from service.signing.time_stamp_client import published_lists

hasten_pyhanko()

_DIGEST = "sha256"
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
    certificate = x509.load_der_x509_certificate(signer.certificate)
    return _sign(
        pdf,
        field=field,
        signer=CmsSigner(signer.key, certificate, issuers=[keys.issuer_of(certificate)]),
        attribute=statement_attribute(statement_sha256).dump(),
        name=appearance.name,
        style=party_style(appearance),
        stamp=keys.stamp,
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
        signer=keys.seal_signer,
        attribute=seal_attribute(binding).dump(),
        name=keys.platform,
        style=seal_style(platform=keys.platform, sealed_at=now, lang=lang),
        stamp=keys.stamp,
        now=now,
    )
    return SealedPdf(
        pdf=_with_archive_stamp(sealed, keys=keys, clock=clock),
        # The seal's ByteRange ends where its revision ends: nothing has been added yet.
        covered_sha256=sha256(sealed),
    )


def renew_seal(pdf: bytes, *, keys: PlatformKeys, clock: Clock) -> bytes:
    """Return a sealed PDF with newer validation data and another document time stamp over it.

    What the seal covers, and so the document's leaf, is as it was (SPEC.md §8).
    """
    return _with_archive_stamp(pdf, keys=keys, clock=clock)


def sign_container(manifest: bytes, keys: PlatformKeys, clock: Clock) -> bytes:
    """Return the DER detached CAdES B-T signature of ``manifest`` by the platform's seal key.

    It is packaging (EN 319 162-1): no verdict rests on it.
    """
    return keys.seal_signer.sign_detached(
        sha256(manifest),
        attributes=[signing_time(der.utc_time(clock.now()))],
        stamp=keys.stamp,
    )


def certify(pdf: bytes, *, field: str, keys: PlatformKeys, now: datetime) -> bytes:
    """Return ``pdf`` with the platform's invisible e-seal in a new field; nothing may change after.

    For documents of the platform's own (ISO 32000-2 §12.8.2.2). Raises SigningFailedError.
    """
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        _declare_pades(writer)
        embedding = PdfCMSEmbedder(SigFieldSpec(field)).write_cms(field, writer)
        next(embedding)
        embedding.send(
            SigObjSetup(
                sig_placeholder=SignatureObject(
                    timestamp=now,
                    subfilter=SigSeedSubFilter.PADES,
                    name=keys.platform,
                    bytes_reserved=_RESERVED,
                ),
                mdp_setup=SigMDPSetup(
                    md_algorithm=_DIGEST, certify=True, docmdp_perms=MDPPerm.NO_CHANGES
                ),
            )
        )
        return _filled(embedding, signer=keys.seal_signer, attributes=[], stamp=keys.stamp)
    except (SigningError, PdfError, OSError) as error:
        raise SigningFailedError(f"no seal could be put into {field}") from error


def _sign(
    pdf: bytes,
    *,
    field: str,
    signer: CmsSigner,
    attribute: bytes,
    name: str,
    style: BaseStampStyle,
    stamp: Stamp,
    now: datetime,
    values: Mapping[str, Value] | None = None,
) -> bytes:
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        if _is_sealed(writer.prev):
            raise SigningFailedError("the document is sealed: nothing can be signed after that")
        fill_fields(writer, values or {})
        _declare_pades(writer)
        embedding = PdfCMSEmbedder().write_cms(field, writer, existing_fields_only=True)
        lock = next(embedding).get_object()["/Lock"]
        embedding.send(
            SigObjSetup(
                sig_placeholder=SignatureObject(
                    timestamp=now,
                    subfilter=SigSeedSubFilter.PADES,
                    name=name,
                    bytes_reserved=_RESERVED,
                ),
                # What the field's lock says, as preparing made it: a party's locks that field,
                # the seal's everything.
                mdp_setup=SigMDPSetup(
                    md_algorithm=_DIGEST,
                    field_lock=FieldMDPSpec.from_pdf_object(lock),
                    docmdp_perms=MDPPerm(lock["/P"]) if "/P" in lock else None,
                ),
                appearance_setup=SigAppearanceSetup(style=style, timestamp=now, name=name),
            )
        )
        return _filled(embedding, signer=signer, attributes=[attribute], stamp=stamp)
    except (SigningError, PdfError, OSError, KeyError) as error:
        raise SigningFailedError(f"no signature could be put into {field}") from error


def _filled(
    embedding: Generator[Any, Any, None],
    *,
    signer: CmsSigner,
    attributes: Sequence[bytes],
    stamp: Stamp,
) -> bytes:
    """Write the revision, sign its digest, and return it with the CMS in its gap."""
    output = io.BytesIO()
    digest, _ = embedding.send(SigIOSetup(md_algorithm=_DIGEST, output=output))
    embedding.send(signer.sign_detached(digest.document_digest, attributes=attributes, stamp=stamp))
    return output.getvalue()


def _is_sealed(reader: PdfFileReader) -> bool:
    # The seal's field is the last one; looking at fifty before it would cost as many readings.
    for reference in reversed(reader.root["/AcroForm"]["/Fields"]):
        field = reference.get_object()
        if field["/T"] == SEAL_FIELD:
            return "/V" in field
    return False


def _declare_pades(writer: BasePdfFileWriter) -> None:
    writer.ensure_output_version(version=(1, 7))  # type: ignore[no-untyped-call]
    if writer.output_version < (2, 0):
        writer.register_extension(ESIC_EXTENSION_1)


def _with_archive_stamp(pdf: bytes, *, keys: PlatformKeys, clock: Clock) -> bytes:
    now = clock.now()
    try:
        signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        signers = [
            x509.load_der_x509_certificate(signature.signer_cert.dump())
            for signature in signatures
            if signature.sig_object_type == "/Sig" and signature.field_name != SEAL_FIELD
        ]
        ours = {one.dump() for one in keys.certificates}
        foreign = {
            one.dump(): one
            for signature in signatures
            for one in _stamping_certificates(signature)
            if one.dump() not in ours
        }
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        answers = keys.answers_for(signers, now=now)
        lists = [keys.revocation_list(now=now), *published_lists(list(foreign.values()))]
        # Before the stamp, in its revision: what comes after it would have no proof of its time.
        DocumentSecurityStore.supply_dss_in_writer(
            writer,
            sig_contents=None,
            certs=[
                *(
                    asn1_x509.Certificate.load(signer.public_bytes(Encoding.DER))
                    for signer in signers
                ),
                *keys.certificates,
                *foreign.values(),
            ],
            ocsps=[asn1_ocsp.OCSPResponse.load(answer) for answer in answers],
            crls=[asn1_crl.CertificateList.load(one) for one in lists],
        )
        return _stamped(writer, keys.stamp)
    except (SigningError, PdfError, OSError) as error:
        raise SigningFailedError("the archive time stamp could not be added") from error


def _stamping_certificates(signature: EmbeddedPdfSignature) -> Iterator[asn1_x509.Certificate]:
    """Yield the certificates that a signature's time stamp, or a document time stamp, carries."""
    tokens = [signature.signed_data]
    if signature.sig_object_type == "/Sig":
        tokens = list(extract_tst_data_iter(signature.signer_info, signed=False))
    for token in tokens:
        for choice in token["certificates"]:
            yield choice.chosen


def _stamped(writer: IncrementalPdfFileWriter, stamp: Stamp) -> bytes:
    """Write ``writer``'s revision with a document time stamp (EN 319 142-1 §5.5) over it."""
    _declare_pades(writer)
    field = f"acta-time-stamp-{secrets.token_hex(8)}"
    embedding = PdfCMSEmbedder(SigFieldSpec(field)).write_cms(field, writer)
    next(embedding)
    gap = DocumentTimestamp(bytes_reserved=_RESERVED)  # type: ignore[no-untyped-call]
    embedding.send(SigObjSetup(sig_placeholder=gap))
    output = io.BytesIO()
    digest, _ = embedding.send(SigIOSetup(md_algorithm=_DIGEST, output=output))
    embedding.send(stamp(digest.document_digest))
    return output.getvalue()
