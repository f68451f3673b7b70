"""Identity documents of people who do not exist, drawn with real portraits.

Their lines follow ICAO 9303; the layout around them is nobody's.
"""

import itertools
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import matplotlib as mpl
import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

OCR_B = Path("/usr/share/fonts/opentype/ocr-b/OCRB.otf")
MONO = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSansMono.ttf"
BIRTH, EXPIRY = date(1985, 12, 9), date(2031, 6, 30)


def digit(field: str) -> str:
    """Return the check digit as ICAO 9303 part 3 §4.9 has it, reckoned here once more."""
    values = ["0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".find(one) for one in field]
    return str(sum(max(v, 0) * w for v, w in zip(values, itertools.cycle((7, 3, 1)))) % 10)


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Whom a document names."""

    family: str = "GARCIA<LOPEZ"
    given: str = "MARIA<CARMEN"
    issuer: str = "ESP"
    number: str = "BAA000589"
    national: str = "99999999R"
    sex: str = "F"
    birth: date = BIRTH
    expiry: date = EXPIRY


def card_lines(holder: Holder) -> list[str]:
    """TD1, as on the back of a Spanish identity card."""
    born, ends = f"{holder.birth:%y%m%d}", f"{holder.expiry:%y%m%d}"
    upper = f"{holder.number:<9}".replace(" ", "<")
    front = upper + digit(upper) + f"{holder.national:<15}".replace(" ", "<")
    back = born + digit(born) + holder.sex + ends + digit(ends)
    composite = digit(front + born + digit(born) + ends + digit(ends) + "<" * 11)
    return [
        f"ID{holder.issuer}{front}",
        f"{back}{holder.issuer}{'<' * 11}{composite}",
        f"{holder.family}<<{holder.given}".ljust(30, "<")[:30],
    ]


def older_card_lines(holder: Holder) -> list[str]:
    """TD2."""
    born, ends = f"{holder.birth:%y%m%d}", f"{holder.expiry:%y%m%d}"
    number = f"{holder.number:<9}".replace(" ", "<")
    optional = "<" * 7
    whole = number + digit(number) + born + digit(born) + ends + digit(ends) + optional
    return [
        f"I<{holder.issuer}{holder.family}<<{holder.given}".ljust(36, "<")[:36],
        (
            f"{number}{digit(number)}{holder.issuer}{born}{digit(born)}{holder.sex}{ends}"
            f"{digit(ends)}{optional}{digit(whole)}"
        ),
    ]


def passport_lines(holder: Holder) -> list[str]:
    """TD3."""
    born, ends = f"{holder.birth:%y%m%d}", f"{holder.expiry:%y%m%d}"
    number = f"{holder.number:<9}".replace(" ", "<")
    optional = f"{holder.national:<14}".replace(" ", "<")
    whole = (
        number + digit(number) + born + digit(born) + ends + digit(ends)
        + optional + digit(optional)
    )  # fmt: skip
    return [
        f"P<{holder.issuer}{holder.family}<<{holder.given}".ljust(44, "<")[:44],
        (
            f"{number}{digit(number)}{holder.issuer}{born}{digit(born)}{holder.sex}{ends}"
            f"{digit(ends)}{optional}{digit(optional)}{digit(whole)}"
        ),
    ]


def draw_document(
    lines: list[str], *, portrait: Image.Image | None = None, font: Path = OCR_B
) -> Image.Image:
    """Return a card or passport page, 1,240 pixels wide, on a table."""
    page = len(lines) == 2 and len(lines[0]) == 44
    width, height = (1240, 870) if page else (1240, 780)
    paper = Image.new("RGB", (width, height), (226, 232, 226))
    pen = ImageDraw.Draw(paper)
    for stripe in range(0, height, 14):  # the pale pattern that documents are printed on
        pen.line([(0, stripe), (width, stripe + 60)], fill=(214, 224, 220), width=2)
    heading = ImageFont.truetype(str(MONO), 30)
    pen.text((60, 40), "UTOPIA  ·  DOCUMENTO DE MUESTRA", font=heading, fill=(40, 60, 90))
    if portrait is not None:
        paper.paste(portrait.resize((300, 327)), (60, 120))
    for number, label in enumerate(("APELLIDOS", "NOMBRE", "NACIONALIDAD")):
        pen.text((430, 130 + 90 * number), label, font=heading, fill=(90, 90, 90))
    step = 62
    top = height - 40 - step * len(lines)
    pen.rectangle([0, top - 20, width, height], fill=(240, 240, 236))
    size = _size_for(lines[0], font, width - 110)
    letters = ImageFont.truetype(str(font), size)
    for number, line in enumerate(lines):
        pen.text((55, top + step * number), line, font=letters, fill=(25, 25, 25))
    table = Image.new("RGB", (width + 160, height + 160), (120, 96, 70))
    table.paste(paper, (80, 80))
    return table


def photographed(
    document: Image.Image,
    *,
    degrees: float = 0,
    width: int = 1400,
    blur: float = 0.6,
    noise: float = 5,
) -> Image.Image:
    """Return the document as a telephone sees it: askew, soft, with noise and uneven light."""
    picture = document.rotate(
        degrees, expand=True, resample=Image.Resampling.BICUBIC, fillcolor=(120, 96, 70)
    )
    picture = picture.resize((width, round(picture.height * width / picture.width)))
    pixels = np.asarray(picture.filter(ImageFilter.GaussianBlur(blur))).astype(np.float32)
    light = np.linspace(0.78, 1.08, pixels.shape[1], dtype=np.float32)[None, :, None]
    grain = np.random.default_rng(1).normal(0, noise, pixels.shape)
    return Image.fromarray(np.clip(pixels * light + grain, 0, 255).astype(np.uint8))


def _size_for(line: str, font: Path, width: int) -> int:
    size = 20
    while ImageFont.truetype(str(font), size + 1).getlength(line) <= width:
        size += 1
    return size
