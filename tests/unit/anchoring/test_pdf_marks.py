"""What Acta puts into PDFs: the locator, and the signed attributes."""

import io
import random
import subprocess
import sys

import pytest
from asn1crypto import cms, core
from pyhanko.pdf_utils import generic, writer
from pyhanko.pdf_utils.generic import pdf_name

from anchoring.cms_attributes import (
    SEAL_OID,
    STATEMENT_OID,
    SealBinding,
    read_seal_attribute,
    read_statement_attribute,
    seal_attribute,
    statement_attribute,
)
from anchoring.errors import (
    AnchoringError,
    MalformedAttribute,
    MalformedLocator,
    NoLocator,
    UnknownVersion,
    WrongLength,
)
from anchoring.locator import Locator, parse_locator, read_locator

LOCATOR = Locator("localhost:8000/log", b"\1" * 32, 31337, b"\2" * 20, b"\3" * 32)


def pdf_with(private: generic.PdfObject | None, *, compress: bool = False) -> bytes:
    """Return a PDF of one empty page whose ``/PieceInfo`` holds ``private``."""
    document = writer.PdfFileWriter(stream_xrefs=compress)
    page = writer.PageObject(
        contents=document.add_object(generic.StreamObject(stream_data=b"")),
        media_box=generic.ArrayObject(map(generic.NumberObject, (0, 0, 200, 200))),
    )
    document.insert_page(page)
    if private is not None:
        data = generic.DictionaryObject(
            {
                pdf_name("/LastModified"): generic.TextStringObject("D:20260131120000Z"),
                pdf_name("/Private"): private
                if not isinstance(private, generic.StreamObject)
                else document.add_object(private),
            }
        )
        info = generic.DictionaryObject({pdf_name("/Acta"): data})
        document.root["/PieceInfo"] = info
    output = io.BytesIO()
    document.write(output)
    return output.getvalue()


def stream(content: bytes) -> generic.StreamObject:
    return generic.StreamObject(stream_data=content)


def test_a_locator_is_found_in_its_pdf() -> None:
    for compress in (False, True):
        pdf = pdf_with(stream(LOCATOR.to_bytes()), compress=compress)
        assert read_locator(pdf) == LOCATOR
        # Anyone can find it without a PDF library.
        assert LOCATOR.to_bytes() in pdf


def test_a_pdf_without_locator_cannot_be_checked() -> None:
    with pytest.raises(NoLocator, match="no acta locator"):
        read_locator(pdf_with(None))


def test_a_locator_of_another_form_is_refused() -> None:
    compressed = stream(LOCATOR.to_bytes())
    compressed.compress()
    for private in (
        compressed,
        generic.TextStringObject("no stream"),
        stream(LOCATOR.to_bytes() + b"\n"),
        stream(b""),
    ):
        with pytest.raises(MalformedLocator):
            read_locator(pdf_with(private))
    newer = LOCATOR.to_bytes().replace(b"locator/1", b"locator/2")
    with pytest.raises(UnknownVersion):
        read_locator(pdf_with(stream(newer)))


def test_hostile_pdfs_give_an_error_of_ours() -> None:
    pdf = pdf_with(stream(LOCATOR.to_bytes()), compress=True)
    for junk in (b"", b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b"PK\x03\x04", pdf[:-200], b"\x00" * 99):
        with pytest.raises(MalformedLocator):
            read_locator(junk)
    chance = random.Random(20260131)
    for _ in range(400):
        broken = bytearray(pdf)
        for _ in range(chance.randint(1, 6)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            read_locator(bytes(broken))
        except AnchoringError:
            continue


def test_locators_have_exact_lengths_and_fit_one_kibibyte() -> None:
    for changed in ({"log_id": b""}, {"contract": b"\2" * 32}, {"supersedes": b"\4" * 31}):
        with pytest.raises(WrongLength):
            Locator(**{**vars(LOCATOR), **changed})
    with pytest.raises(MalformedLocator):
        Locator(**{**vars(LOCATOR), "origin": "two words"}).to_bytes()
    longest = Locator(**{**vars(LOCATOR), "origin": "a" * 255, "supersedes": b"\4" * 32})
    assert parse_locator(longest.to_bytes()) == longest


BINDING = SealBinding(b"\5" * 32, b"\6" * 32, 12, 345)


def test_attributes_read_back_from_der() -> None:
    both = cms.CMSAttributes([seal_attribute(BINDING), statement_attribute(b"\7" * 32)])
    read = cms.CMSAttributes.load(both.dump())
    assert read_seal_attribute(read) == BINDING
    assert read_statement_attribute(read) == b"\7" * 32
    none = cms.CMSAttributes([])
    assert (read_seal_attribute(none), read_statement_attribute(none)) == (None, None)


def test_the_oids_survive_der_and_are_uuids() -> None:
    for oid, attribute in (
        (SEAL_OID, seal_attribute(BINDING)),
        (STATEMENT_OID, statement_attribute(bytes(32))),
    ):
        read = cms.CMSAttribute.load(attribute.dump())
        assert read["type"].dotted == oid
        arc = int(oid.removeprefix("2.25."))
        assert arc < 2**128
        # A random UUID: version 4, the variant of RFC 9562.
        assert arc >> 76 & 0xF == 4
        assert arc >> 62 & 0b11 == 0b10


def test_attributes_of_another_form_are_refused() -> None:
    def attributes(oid: str, *values: core.Asn1Value) -> cms.CMSAttributes:
        # Another spelling of the class, so that wrong types can be written at all.
        content = b"".join(value.dump() for value in values)
        kind = cms.CMSAttributeType(oid).dump()
        body = kind + bytes([0x31, len(content)]) + content
        return cms.CMSAttributes.load(
            bytes([0x31, len(body) + 2, 0x30, len(body)]) + body, strict=True
        )

    good = core.OctetString(b"\7" * 32)
    assert read_statement_attribute(attributes(STATEMENT_OID, good)) == b"\7" * 32
    for values in ((), (good, good), (core.Integer(5),), (core.UTF8String("x"),)):
        with pytest.raises(MalformedAttribute):
            read_statement_attribute(attributes(STATEMENT_OID, *values))


def test_bindings_that_cannot_be_are_not_made() -> None:
    with pytest.raises(WrongLength):
        SealBinding(b"", b"\6" * 32, 1, 1)
    with pytest.raises(MalformedAttribute):
        SealBinding(b"\5" * 32, b"\6" * 32, -1, 1)
    with pytest.raises(WrongLength):
        statement_attribute(b"short")


def test_registration_works_after_the_type_was_used() -> None:
    # asn1crypto builds its reverse map at first use, once for the whole process.
    program = (
        "from asn1crypto import cms\n"
        "cms.CMSAttributeType('content_type').dump()\n"
        "from anchoring.cms_attributes import statement_attribute\n"
        "print(statement_attribute(bytes(32)).dump().hex())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == statement_attribute(bytes(32)).dump().hex()
