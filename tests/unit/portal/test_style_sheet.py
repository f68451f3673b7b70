"""The one style sheet: short, and readable for weak eyes."""

import re
from pathlib import Path

import pytest

import service.portal

SHEET = (Path(service.portal.__file__).parent / "static" / "portal.css").read_text()
COLOURS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", SHEET))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(each * 2 for each in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    "text", ["ink", "ink-soft", "accent", "accent-dark", "good", "bad", "care"]
)
@pytest.mark.parametrize("ground", ["paper", "ground"])
def test_text_has_aa_contrast(text: str, ground: str) -> None:
    assert contrast(COLOURS[text], COLOURS[ground]) >= 4.5


@pytest.mark.parametrize("name", ["good", "bad", "care", "accent"])
def test_text_on_its_pale_ground_has_aa_contrast(name: str) -> None:
    assert contrast(COLOURS[name], COLOURS[f"{name}-pale"]) >= 4.5
    assert contrast("#ffffff", COLOURS[name]) >= 4.5


def test_borders_of_fields_can_be_seen() -> None:
    assert contrast(COLOURS["line-strong"], COLOURS["paper"]) >= 3


def test_the_sheet_is_short_and_loads_nothing() -> None:
    assert SHEET.count("\n") <= 400
    assert "url(" not in SHEET
    assert "@import" not in SHEET
