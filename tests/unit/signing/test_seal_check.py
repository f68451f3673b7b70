"""The platform's own last look finds whatever is wrong with a sealed file."""

import dataclasses
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from service.signing import (
    PlatformKeys,
    SealCheckError,
    SealedPdf,
    SigningFailedError,
    check_sealed,
    party_field,
    seal_pdf,
)
from tests.parts import ManualClock, fresh_keyring
from tests.pdfs.making import reportlab_pdf
from tests.unit.signing.conftest import BINDING, Studio, statement_of
from tests.unit.signing.judges import signatures_of


@pytest.fixture
def sealed(studio: Studio) -> SealedPdf:
    return studio.whole(reportlab_pdf(pages=2))


def test_a_sealed_pdf_passes(studio: Studio, sealed: SealedPdf) -> None:
    studio.check(sealed.pdf, {party_field(n): statement_of(n) for n in (1, 2)})


def _flip(pdf: bytes, position: int) -> bytes:
    return pdf[:position] + bytes([pdf[position] ^ 1]) + pdf[position + 1 :]


def test_a_flipped_byte_is_found_anywhere(studio: Studio, sealed: SealedPdf) -> None:
    # Among them zeros that fill up each signature's place, and the file's last bytes.
    last = signatures_of(sealed.pdf)
    places = [number * len(sealed.pdf) // 24 for number in range(24)]
    places += [int(signature.byte_range[2]) - 9 for signature in last.values()]
    places += [len(sealed.pdf) - 2, len(sealed.pdf) - 12]
    for place in places:
        with pytest.raises(SealCheckError):
            studio.check(_flip(sealed.pdf, place))


@pytest.mark.parametrize("which", ["acta-party-1", "acta-party-2", "acta-seal", "stamp"])
def test_a_flipped_byte_in_a_signature_is_found(
    which: str, studio: Studio, sealed: SealedPdf
) -> None:
    found = signatures_of(sealed.pdf)
    signature = list(found.values())[-1] if which == "stamp" else found[which]
    raw = bytes(signature.signer_info["signature"].native)[-8:].hex().encode()
    position = sealed.pdf.lower().index(raw)
    altered = sealed.pdf[:position] + _other_digit(raw[:1]) + sealed.pdf[position + 1 :]
    with pytest.raises(SealCheckError):
        studio.check(altered)


def _other_digit(digit: bytes) -> bytes:
    return b"0" if digit != b"0" else b"1"


def test_a_cut_file_is_found(studio: Studio, sealed: SealedPdf) -> None:
    with pytest.raises(SealCheckError):
        studio.check(sealed.pdf[:-400])


def test_a_seal_without_time_stamp_is_found(studio: Studio, sealed: SealedPdf) -> None:
    _, _, resume, rest = signatures_of(sealed.pdf)["acta-seal"].byte_range
    with pytest.raises(SealCheckError, match="in this order"):
        studio.check(sealed.pdf[: resume + rest])


def test_a_missing_signature_is_found(studio: Studio) -> None:
    half = studio.sign(studio.prepare(reportlab_pdf(pages=1)), 2)
    with pytest.raises(SealCheckError, match="every party's field"):
        studio.check(studio.seal(half).pdf)


def _draw_more(writer: IncrementalPdfFileWriter) -> None:
    writer.add_stream_to_page(
        0, writer.add_object(generic.StreamObject(stream_data=b"0 0 200 200 re f"))
    )


def _rename(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/Lang"] = generic.TextStringObject("fr")
    writer.update_root()


@pytest.mark.parametrize("change", [_draw_more, _rename])
def test_a_change_after_the_seal_is_found(
    change: Callable[[IncrementalPdfFileWriter], None], studio: Studio, sealed: SealedPdf
) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(sealed.pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(SealCheckError):
        studio.check(out.getvalue())


def test_a_change_between_signatures_is_found(studio: Studio) -> None:
    first = studio.sign(studio.prepare(reportlab_pdf(pages=1)), 1)
    writer = IncrementalPdfFileWriter(io.BytesIO(first))
    _draw_more(writer)
    out = io.BytesIO()
    writer.write(out)
    altered = studio.seal(studio.sign(out.getvalue(), 2))
    with pytest.raises(SealCheckError):
        studio.check(altered.pdf)


def test_another_binding_is_found(studio: Studio, sealed: SealedPdf) -> None:
    other = dataclasses.replace(BINDING, statements=BINDING.statements - 1)
    with pytest.raises(SealCheckError, match="binding"):
        check_sealed(sealed.pdf, studio.keys, binding=other, clock=studio.clock)


def test_another_statement_is_found(studio: Studio, sealed: SealedPdf) -> None:
    with pytest.raises(SealCheckError, match="statement"):
        studio.check(sealed.pdf, {party_field(1): statement_of(1), party_field(2): statement_of(1)})


def test_another_platforms_seal_is_found(studio: Studio, tmp_path: Path) -> None:
    clock = ManualClock(studio.clock.now())
    keys = PlatformKeys.load_or_create(fresh_keyring(tmp_path), name="Acta de prueba", clock=clock)
    other = Studio(keys=keys, clock=clock)
    prepared = studio.prepare(reportlab_pdf(pages=1), parties=1)
    sealed = seal_pdf(other.sign(prepared, 1), binding=BINDING, keys=keys, clock=clock, lang="es")
    check_sealed(sealed.pdf, keys, binding=BINDING, clock=clock)
    with pytest.raises(SealCheckError):
        check_sealed(sealed.pdf, studio.keys, binding=BINDING, clock=studio.clock)


def test_another_platforms_signatures_are_not_sealed(studio: Studio, tmp_path: Path) -> None:
    other = PlatformKeys.load_or_create(
        fresh_keyring(tmp_path), name="Acta de prueba", clock=ManualClock(studio.clock.now())
    )
    pdf = studio.sign(studio.prepare(reportlab_pdf(pages=1), parties=1), 1)
    with pytest.raises(SigningFailedError, match="authority of ours"):
        seal_pdf(pdf, binding=BINDING, keys=other, clock=studio.clock, lang="es")


@pytest.mark.parametrize("junk", [b"", b"%PDF-1.7\n%%EOF", b"no es un PDF" * 100])
def test_what_is_no_sealed_pdf_is_found(junk: bytes, studio: Studio) -> None:
    with pytest.raises(SealCheckError):
        studio.check(junk)
