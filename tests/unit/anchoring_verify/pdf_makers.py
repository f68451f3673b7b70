"""Small PDFs: with a locator and open signature fields, then signed, sealed and stamped."""

import asyncio
import io
from collections.abc import Sequence
from datetime import datetime

from asn1crypto import cms
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.validation.dss import DocumentSecurityStore

from tests.unit.anchoring_verify.authorities import AttributeSigner, KeyPair, Stamper

name = generic.pdf_name


def prepare(locator: bytes, fields: Sequence[str]) -> bytes:
    """Return a one-page PDF with the locator and open signature fields."""
    writer = PdfFileWriter(stream_xrefs=False)
    content = generic.StreamObject(stream_data=b"BT /F 12 Tf 72 700 Td (An agreement) Tj ET")
    page = PageObject(
        contents=writer.add_object(content),
        media_box=generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842))),
    )
    writer.insert_page(page)
    private = writer.add_object(generic.StreamObject(stream_data=locator))
    writer.root["/PieceInfo"] = generic.DictionaryObject(
        {
            name("/Acta"): generic.DictionaryObject(
                {
                    name("/LastModified"): generic.pdf_string("D:20260110120000Z"),
                    name("/Private"): private,
                }
            )
        }
    )
    for number, field in enumerate(fields):
        box = (72, 100 + 60 * number, 272, 150 + 60 * number)
        append_signature_field(writer, SigFieldSpec(field, box=box))
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def sign(
    pdf: bytes,
    *,
    field: str,
    pair: KeyPair,
    issuer: KeyPair,
    attributes: list[cms.CMSAttribute],
    stamper: Stamper | None,
    at: datetime,
    seal: bool = False,
) -> bytes:
    """Return ``pdf`` with a PAdES signature in ``field``, as one new revision."""
    signer = PdfSigner(
        PdfSignatureMetadata(
            field_name=field,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            docmdp_permissions=MDPPerm.NO_CHANGES if seal else MDPPerm.FILL_FORMS,
        ),
        AttributeSigner(pair, issuer, attributes),
        timestamper=stamper,
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    session = signer.init_signing_session(writer, existing_fields_only=True)
    session.system_time = at
    prepared = session.prepare_tbs_document(validation_info=None, bytes_reserved=16384)
    digest, output = prepared.digest_tbs_document()
    settings = PdfCMSSignedAttributes(signing_time=at)
    asyncio.run(prepared.perform_signature(digest.document_digest, settings))
    return bytes(output.getvalue())


def stamp(pdf: bytes, *, stamper: Stamper, certificates: Sequence[KeyPair]) -> bytes:
    """Return ``pdf`` with validation data and a document time stamp, as one new revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    DocumentSecurityStore.supply_dss_in_writer(
        writer, sig_contents=None, certs=[pair.asn1 for pair in certificates]
    )
    output = asyncio.run(
        PdfTimeStamper(stamper).async_timestamp_pdf(writer, "sha256", bytes_reserved=16384)
    )
    return bytes(output.getvalue())


def add_page(pdf: bytes) -> bytes:
    """Return ``pdf`` with one more page, as a revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    content = generic.StreamObject(stream_data=b"BT /F 12 Tf 72 700 Td (I owe you) Tj ET")
    page = PageObject(
        contents=writer.add_object(content),
        media_box=generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842))),
    )
    writer.insert_page(page)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def set_field_text(pdf: bytes, field: str) -> bytes:
    """Return ``pdf`` with another field's entry changed, as a revision of its own."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    for reference in writer.root["/AcroForm"]["/Fields"]:
        entry = reference.get_object()
        if entry["/T"] == field:
            entry["/TU"] = generic.pdf_string("something else")
            writer.mark_update(reference.reference)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()
