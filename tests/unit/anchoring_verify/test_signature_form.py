"""Nothing covers the last document time stamp, so none of its bytes may have a second form."""

import io

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from anchoring.report import Verdict
from anchoring.signature_form import contents_problem, token_problem
from tests.unit.anchoring_verify.sealed_agreement import Sealed

TOKEN = bytes.fromhex("30030101ff")


@pytest.mark.parametrize(
    "gap",
    [
        b"<" + TOKEN.hex().encode() + b">",
        b"<" + TOKEN.hex().upper().encode() + b"0000>",
    ],
)
def test_a_der_value_and_zeros(gap: bytes) -> None:
    assert contents_problem(gap) is None


@pytest.mark.parametrize(
    "gap",
    [
        b"",
        b"<>",
        b"<30030101fF>",
        b"<30030101FF 00>",
        b"<30030101FF0>",
        b" <30030101FF>",
        b"<30030101FF0001>",
        b"<30040101FF>",
        b"(0\x03\x01\x01\xff)",
    ],
)
def test_any_other_form(gap: bytes) -> None:
    assert contents_problem(gap) is not None


def last_stamp(sealed: Sealed) -> EmbeddedPdfSignature:
    return PdfFileReader(io.BytesIO(sealed.pdf)).embedded_signatures[-1]


def test_each_byte_of_the_last_time_stamp_counts(good: Sealed) -> None:
    """A sample; offsets are odd and even digits of tags, lengths, certificates, values."""
    stamp = last_stamp(good)
    start = int(stamp.byte_range[1]) + 1
    size = 2 * len(bytes(stamp.pkcs7_content).rstrip(b"\0"))
    for place in range(start, start + size, size // 60):
        digit = good.pdf[place : place + 1]
        other = b"1" if digit == b"0" else b"0"
        good.members["document.pdf"] = good.pdf[:place] + other + good.pdf[place + 1 :]
        assert good.verify().verdict is Verdict.INVALID, place - start


def test_a_token_by_a_stranger_is_not_called_malformed(good_once: Sealed) -> None:
    stamp = last_stamp(good_once)
    assert token_problem(stamp.signed_data, trusted=[good_once.platform.tsa_ca.der]) is None
    without = good_once.platform.trust(
        edit_keys=lambda keys: [key for key in keys if key["purpose"] != "tsa-ca"]
    )
    report = good_once.verify(trust=without)
    assert (report.verdict, report.reason_code) == (
        Verdict.CANNOT_CHECK,
        "certificate/unknown-issuer",
    )
