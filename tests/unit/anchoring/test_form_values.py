"""The letters of fields: what is taken for their width is never too little, so none is cut off."""

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth

from anchoring.form_values import is_writable, letter_width

LETTERS = [letter for code in range(0x20, 0x10000) if is_writable(letter := chr(code))]


@pytest.mark.parametrize("font", ["Helvetica", "Times-Italic"])
def test_no_letter_is_wider_than_it_is_taken_to_be(font: str) -> None:
    assert len(LETTERS) > 200
    cut = {letter for letter in LETTERS if stringWidth(letter, font, 1) > letter_width(letter)}
    assert cut == set()
