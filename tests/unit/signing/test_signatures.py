"""Signing and sealing, as judged by other people's programs and by pyHanko."""

import asyncio
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from PIL import Image, ImageDraw
from pyhanko.sign.validation import EmbeddedPdfSignature

from anchoring.cms_attributes import read_seal_attribute, read_statement_attribute
from anchoring.hashing import sha256
from anchoring.locator import read_locator
from service.signing import (
    SEAL_FIELD,
    PictureRefusedError,
    SigningFailedError,
    inspect_pdf,
    party_field,
    sign_container,
)
from service.signing.errors import PdfAlreadySignedError
from tests.parts import ManualClock
from tests.pdfs.making import reportlab_pdf
from tests.pdfs.samples import SOUND
from tests.unit.signing.conftest import BINDING, LOCATOR, NAMES, Studio, keys_at, statement_of
from tests.unit.signing.judges import (
    covered_bytes,
    openssl,
    pdfsig_verdicts,
    qpdf_check,
    signatures_of,
)

_PRODUCERS = Path(__file__).parents[2] / "pdfs" / "producers"
_VALID = ("Signature is Valid.", "Certificate is Trusted.")


def _drawing(*, transparent: bool = True) -> bytes:
    sheet = Image.new("RGBA", (700, 240), (255, 255, 255, 0 if transparent else 255))
    pen = ImageDraw.Draw(sheet)
    points = [(40 + 6 * n, 120 + (37 * n * n % 83) - 40) for n in range(100)]
    pen.line(points, fill=(20, 40, 110, 255), width=5, joint="curve")
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


def _trust(studio: Studio, folder: Path) -> None:
    for name in ("root", "signer-ca", "seal-ca", "tsa-ca"):
        (folder / f"{name}.pem").write_bytes(studio.keys.pem(name))


@pytest.mark.parametrize(
    "name",
    [
        "reportlab",
        "letter",
        "landscape",
        "a3",
        "tiny",
        "turned_90",
        "crop_off_centre",
        "crop_beyond_the_sheet",
        "right_to_left",
        "typst_1_4",
        "typst_2_0",
        "linearized",
        "object_streams",
        "scan",
        "form",
        "hybrid",
    ],
)
def test_every_judge_accepts_a_sealed_pdf(name: str, studio: Studio, tmp_path: Path) -> None:
    sealed = studio.whole(SOUND[name]())
    studio.check(sealed.pdf, {party_field(n): statement_of(n) for n in (1, 2)})
    qpdf_check(sealed.pdf, tmp_path)
    verdicts = pdfsig_verdicts(sealed.pdf, studio.keys.pem("root"), tmp_path)
    assert [verdicts[field] for field in (party_field(1), party_field(2), SEAL_FIELD)] == [
        _VALID
    ] * 3
    assert read_locator(sealed.pdf) == LOCATOR
    _trust(studio, tmp_path)
    _check_by_openssl(signatures_of(sealed.pdf)[SEAL_FIELD], sealed.pdf, tmp_path)


def _check_by_openssl(signature: EmbeddedPdfSignature, pdf: bytes, folder: Path) -> None:
    (folder / "content").write_bytes(covered_bytes(pdf, signature))
    (folder / "signature").write_bytes(bytes(signature.pkcs7_content))
    openssl(
        folder,
        *("cms", "-verify", "-inform", "DER", "-in", "signature", "-content", "content"),
        *("-binary", "-cades", "-CAfile", "root.pem", "-certfile", "seal-ca.pem"),
        *("-purpose", "any", "-out", "/dev/null"),
    )


def test_two_hundred_pages_are_sealed(studio: Studio) -> None:
    studio.check(studio.whole(reportlab_pdf(pages=200), parties=1).pdf)


@pytest.mark.parametrize("path", sorted(_PRODUCERS.glob("*.pdf")), ids=lambda path: path.stem)
def test_files_of_other_producers_are_sealed(path: Path, studio: Studio, tmp_path: Path) -> None:
    sealed = studio.whole(path.read_bytes())
    studio.check(sealed.pdf)
    qpdf_check(sealed.pdf, tmp_path)


def test_ten_parties_sign_on_different_days(platform_folder: Path, tmp_path: Path) -> None:
    clock = ManualClock(datetime.now(UTC) - timedelta(days=6))
    studio = Studio(keys=keys_at(platform_folder, clock), clock=clock)
    pdf = studio.prepare(reportlab_pdf(), parties=10)
    for party in range(1, 11):
        pdf = studio.sign(pdf, party, drawn_png=_drawing() if party % 2 else None)
        clock.advance(hours=13)
    sealed = studio.seal(pdf)
    # All ten certificates have expired by now.
    studio.check(sealed.pdf)
    clock.advance(days=30)
    studio.check(sealed.pdf)
    qpdf_check(sealed.pdf, tmp_path)
    times = [found.self_reported_timestamp for found in signatures_of(sealed.pdf).values()]
    assert times[:10] == sorted(times[:10])


def test_the_seal_ends_what_is_covered(studio: Studio) -> None:
    sealed = studio.whole(reportlab_pdf())
    start, length, resume, rest = signatures_of(sealed.pdf)[SEAL_FIELD].byte_range
    assert start == 0
    assert length < resume
    assert sealed.covered_sha256 == sha256(sealed.pdf[: resume + rest])
    assert resume + rest < len(sealed.pdf)


def test_signatures_carry_the_statements_and_the_seal_its_binding(studio: Studio) -> None:
    found = signatures_of(studio.whole(reportlab_pdf()).pdf)
    for party in (1, 2):
        attributes = found[party_field(party)].signer_info["signed_attrs"]
        assert read_statement_attribute(attributes) == statement_of(party)
        assert read_seal_attribute(attributes) is None
    assert read_seal_attribute(found[SEAL_FIELD].signer_info["signed_attrs"]) == BINDING


def test_signatures_follow_the_pades_baseline(studio: Studio) -> None:
    for signature in signatures_of(studio.whole(reportlab_pdf()).pdf).values():
        kinds = [entry["type"].native for entry in signature.signer_info["signed_attrs"]]
        assert "signing_certificate_v2" in kinds
        # EN 319 142-1 §5.3 forbids it: the time is the PDF's /M and the time stamp.
        assert "signing_time" not in kinds
        assert len(kinds) == len(set(kinds))
        assert kinds[:2] == ["content_type", "message_digest"]


def test_openssl_accepts_a_partys_cms_and_its_time_stamp(studio: Studio, tmp_path: Path) -> None:
    pdf = studio.sign(studio.prepare(reportlab_pdf()), 1)
    signature = signatures_of(pdf)[party_field(1)]
    _trust(studio, tmp_path)
    (tmp_path / "content").write_bytes(covered_bytes(pdf, signature))
    (tmp_path / "signature").write_bytes(bytes(signature.pkcs7_content))
    openssl(
        tmp_path,
        *("cms", "-verify", "-inform", "DER", "-in", "signature", "-content", "content"),
        *("-binary", "-cades", "-CAfile", "root.pem", "-certfile", "signer-ca.pem"),
        *("-purpose", "any", "-out", "/dev/null"),
    )
    (stamp,) = signature.signer_info["unsigned_attrs"]
    assert stamp["type"].native == "signature_time_stamp_token"
    (tmp_path / "token").write_bytes(stamp["values"][0].dump())
    (tmp_path / "stamped").write_bytes(signature.signer_info["signature"].native)
    _verify_token(tmp_path)


def test_openssl_accepts_the_document_time_stamp(studio: Studio, tmp_path: Path) -> None:
    pdf = studio.whole(reportlab_pdf()).pdf
    *_, stamp = signatures_of(pdf).values()
    assert stamp.sig_object_type == "/DocTimeStamp"
    _trust(studio, tmp_path)
    (tmp_path / "token").write_bytes(cms.ContentInfo.load(bytes(stamp.pkcs7_content)).dump())
    (tmp_path / "stamped").write_bytes(covered_bytes(pdf, stamp))
    _verify_token(tmp_path)


def _verify_token(folder: Path) -> None:
    said = openssl(
        folder,
        *("ts", "-verify", "-data", "stamped", "-in", "token", "-token_in"),
        *("-CAfile", "root.pem", "-untrusted", "tsa-ca.pem"),
    )
    assert "Verification: OK" in said


def test_validation_data_of_everybody_lies_under_the_time_stamp(studio: Studio) -> None:
    pdf = studio.whole(reportlab_pdf()).pdf
    opened = pikepdf.open(io.BytesIO(pdf))
    store = opened.Root.DSS
    certificates = {bytes(stream.read_bytes()) for stream in store.Certs}
    found = signatures_of(pdf)
    for signature in found.values():
        assert signature.signer_cert.dump() in certificates
    # Two signers, the seal, the time stamper; the authorities are in the root's list.
    assert len(store.OCSPs) == 4
    assert len(store.CRLs) == 1
    *_, stamp = found.values()
    (_, _, resume, rest) = stamp.byte_range
    assert resume + rest == len(pdf)
    assert "/DSS" in stamp.reader.get_historical_root(stamp.signed_revision)


def test_a_certificate_names_nobody(studio: Studio) -> None:
    signature = signatures_of(studio.sign(studio.prepare(reportlab_pdf()), 1))[party_field(1)]
    certificate = x509.load_der_x509_certificate(signature.signer_cert.dump())
    assert certificate.subject.rfc4514_string() == "CN=opaque-1"
    assert b"Ana" not in certificate.public_bytes(Encoding.DER)


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_appearance_says_who_when_and_as_what(lang: str, studio: Studio) -> None:
    studio.clock.moment = studio.clock.moment.replace(microsecond=0)
    pdf = studio.sign(studio.prepare(reportlab_pdf(pages=1), lang=lang), 1, lang=lang)
    text = _text_of_widgets(pdf)
    now = studio.clock.now()
    assert NAMES[0] in text
    assert f"{now:%H:%M:%S} UTC" in text
    assert (f"{now:%d/%m/%Y}" if lang == "es" else f"{now:%Y-%m-%d}") in text
    assert ("en calidad de firmante" if lang == "es" else "as signer") in text
    assert ("Código de firma" if lang == "es" else "Signature code") in text


def _text_of_widgets(pdf: bytes) -> str:
    opened = pypdfium2.PdfDocument(pdf)
    opened.init_forms()
    page = opened[len(opened) - 1]
    # Text search sees page content only, so make the widgets part of it first.
    page.flatten()
    again = opened[len(opened) - 1]
    text = " ".join(str(again.get_textpage().get_text_range()).split())
    opened.close()
    return text


@pytest.mark.parametrize("transparent", [True, False])
def test_a_drawing_appears_inside_its_box(transparent: bool, studio: Studio) -> None:
    prepared = studio.prepare(reportlab_pdf(pages=1))
    signed = studio.sign(prepared, 1, drawn_png=_drawing(transparent=transparent))
    before, after = _last_page(prepared), _last_page(signed)
    opened = pikepdf.open(io.BytesIO(signed))
    x0, y0, x1, y1 = (float(side) * 2 for side in opened.Root.AcroForm.Fields[0].Rect)
    changed = [
        (x, y)
        for x in range(0, before.width, 2)
        for y in range(0, before.height, 2)
        if before.getpixel((x, y)) != after.getpixel((x, y))
    ]
    assert changed
    assert all(x0 - 1 <= x <= x1 + 1 for x, _ in changed)
    assert all(before.height - y1 - 1 <= y <= before.height - y0 + 1 for _, y in changed)
    # The drawing's own ink is there, blue on white.
    box = after.crop((int(x0), int(before.height - y1), int(x1), int(before.height - y0)))
    assert any(blue > red + 40 for red, _, blue in box.get_flattened_data())


def _last_page(pdf: bytes) -> Image.Image:
    opened = pypdfium2.PdfDocument(pdf)
    opened.init_forms()
    picture = opened[len(opened) - 1].render(scale=2, may_draw_forms=True).to_pil().convert("RGB")
    opened.close()
    return picture


def _empty_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGBA", (300, 100), (0, 0, 0, 0)).save(out, "PNG")
    return out.getvalue()


def _vast_picture() -> bytes:
    out = io.BytesIO()
    Image.new("1", (4000, 4000)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"GIF89a" + bytes(100), id="gif"),
        pytest.param(_drawing()[:400], id="cut"),
        pytest.param(_drawing() + bytes(600_000), id="too many bytes"),
        pytest.param(_empty_picture(), id="nothing drawn"),
        pytest.param(_vast_picture(), id="too many pixels"),
    ],
)
def test_other_pictures_are_refused(picture: bytes, studio: Studio) -> None:
    prepared = studio.prepare(reportlab_pdf(pages=1))
    with pytest.raises(PictureRefusedError):
        studio.sign(prepared, 1, drawn_png=picture)


def test_a_field_is_signed_once(studio: Studio) -> None:
    signed = studio.sign(studio.prepare(reportlab_pdf(pages=1)), 1)
    with pytest.raises(SigningFailedError):
        studio.sign(signed, 1)


def test_a_field_that_is_not_there_cannot_be_signed(studio: Studio) -> None:
    prepared = studio.prepare(reportlab_pdf(pages=1), parties=1)
    with pytest.raises(SigningFailedError):
        studio.sign(prepared, 2)


def test_nothing_is_signed_after_the_seal(studio: Studio) -> None:
    sealed = studio.seal(studio.sign(studio.prepare(reportlab_pdf(pages=1)), 1))
    with pytest.raises(SigningFailedError):
        studio.sign(sealed.pdf, 2)


def test_each_signature_only_adds_to_the_file(studio: Studio) -> None:
    prepared = studio.prepare(reportlab_pdf())
    first = studio.sign(prepared, 1)
    second = studio.sign(first, 2)
    sealed = studio.seal(second)
    assert first.startswith(prepared)
    assert second.startswith(first)
    assert sealed.pdf.startswith(second)


def test_a_signed_pdf_is_refused_as_a_new_document(studio: Studio) -> None:
    with pytest.raises(PdfAlreadySignedError):
        inspect_pdf(studio.sign(studio.prepare(reportlab_pdf(pages=1)), 1))


def test_signing_also_works_inside_an_event_loop(studio: Studio) -> None:
    async def sign_and_check() -> None:
        studio.check(studio.whole(reportlab_pdf(pages=1)).pdf)

    asyncio.run(sign_and_check())


def test_openssl_accepts_the_containers_signature(studio: Studio, tmp_path: Path) -> None:
    manifest = b"<ASiCManifest/>"
    _trust(studio, tmp_path)
    (tmp_path / "manifest").write_bytes(manifest)
    (tmp_path / "signature").write_bytes(
        sign_container(manifest, keys=studio.keys, clock=studio.clock)
    )
    openssl(
        tmp_path,
        *("cms", "-verify", "-inform", "DER", "-in", "signature", "-content", "manifest"),
        *("-binary", "-cades", "-CAfile", "root.pem", "-certfile", "seal-ca.pem"),
        *("-purpose", "any", "-out", "/dev/null"),
    )
