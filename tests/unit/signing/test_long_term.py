"""What is left when years have passed: certificates end, time stamps are renewed in time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from anchoring.hashing import sha256
from service.signing import (
    PlatformKeys,
    Purpose,
    SealCheckError,
    binding_of,
    party_field,
    renew_seal,
    rotate_signing_keys,
    weakens_at,
)
from service.signing.generations import InFile
from tests.parts import ManualClock, fresh_keyring
from tests.pdfs.making import reportlab_pdf
from tests.unit.signing.conftest import BINDING, Studio, keys_at, statement_of
from tests.unit.signing.judges import qpdf_check, signatures_of

_TWO = {party_field(number): statement_of(number) for number in (1, 2)}


@pytest.fixture
def years_ago(tmp_path: Path) -> Studio:
    clock = ManualClock(datetime(2012, 5, 1, 9, 0, tzinfo=UTC))
    return Studio(keys_at(tmp_path, clock), clock)


@pytest.mark.parametrize("later", [timedelta(days=1), timedelta(days=300), timedelta(days=1500)])
def test_a_sealed_file_outlives_its_signers_certificates(
    later: timedelta, years_ago: Studio
) -> None:
    sealed = years_ago.whole(reportlab_pdf(pages=1)).pdf
    ends = [
        signature.signer_cert.not_valid_after
        for signature in signatures_of(sealed).values()
        if str(signature.field_name) in _TWO
    ]
    years_ago.clock.moment += later
    assert max(ends) < years_ago.clock.now()
    years_ago.check(sealed, _TWO)


def test_renewals_carry_a_file_past_the_end_of_its_time_stampers_certificate(
    years_ago: Studio, tmp_path: Path
) -> None:
    clock = years_ago.clock
    sealed = years_ago.whole(reportlab_pdf(pages=1))
    made, ends = weakens_at(sealed.pdf)
    assert made == clock.now()
    clock.moment = ends - timedelta(days=60)
    rotate_signing_keys(
        fresh_keyring(tmp_path),
        purposes=[Purpose.TIME_STAMPS],
        clock=clock,
        place=InFile(),
        pki_url=None,
        compromised=False,
    )
    keys = PlatformKeys.find(fresh_keyring(tmp_path), clock=clock)
    renewed = renew_seal(sealed.pdf, keys=keys, clock=clock)
    later = Studio(keys, clock)
    later.check(renewed, _TWO)
    qpdf_check(renewed, tmp_path)
    # The leaf is made of what the seal covers, which is as it was.
    assert renewed.startswith(sealed.pdf)
    *_, resume, rest = signatures_of(renewed)["acta-seal"].byte_range
    assert sha256(renewed[: resume + rest]) == sealed.covered_sha256
    assert binding_of(renewed) == BINDING
    clock.moment = ends + timedelta(days=30)
    # The first time stamp's certificate has ended; the second has seen it while it was good.
    later.check(renewed, _TWO)
    with pytest.raises(SealCheckError):
        later.check(sealed.pdf, _TWO)


def test_a_second_renewal_is_as_good_as_the_first(years_ago: Studio) -> None:
    pdf = years_ago.whole(reportlab_pdf(pages=1)).pdf
    for _ in range(2):
        years_ago.clock.advance(days=1000)
        pdf = renew_seal(pdf, keys=years_ago.keys, clock=years_ago.clock)
        years_ago.check(pdf, _TWO)
    kinds = [str(found.sig_object_type) for found in signatures_of(pdf).values()]
    assert kinds == ["/Sig"] * 3 + ["/DocTimeStamp"] * 3
    assert weakens_at(pdf)[0] == years_ago.clock.now()


@pytest.mark.parametrize("junk", [b"", b"%PDF-1.7\n%%EOF"])
def test_what_is_no_sealed_pdf_has_neither_binding_nor_time(junk: bytes) -> None:
    with pytest.raises(SealCheckError):
        binding_of(junk)
    with pytest.raises(SealCheckError):
        weakens_at(junk)


def test_a_pdf_without_a_seal_has_no_binding(studio: Studio) -> None:
    signed = studio.sign(studio.prepare(reportlab_pdf(pages=1)), 1)
    with pytest.raises(SealCheckError, match="expected a sealed pdf"):
        binding_of(signed)
