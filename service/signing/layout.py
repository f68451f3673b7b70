"""Where things stand on the signature page and how large the page stamps are, in points."""

from collections.abc import Iterable
from dataclasses import dataclass

SEAL_FIELD = "acta-seal"
MAX_PARTIES = 50
"""Who may take part in one agreement."""
BOXES_A_PAGE = 10

STAMP_WIDTH = 168.0
STAMP_HEIGHT = 42.0

_MARGIN = 48.0
_GUTTER = 12.0
_HEADER = 132.0
_SEAL = 62.0
# Under the last box: a line of explanation, then the page stamp.
_FOOTER = 104.0
_TALLEST_BOX = 112.0
# Inside a box: the line that names the party, and air around the signature.
_LABEL = 20.0
_AIR = 4.0


@dataclass(frozen=True)
class Box:
    """A rectangle: left and top from the page's upper left corner, downwards."""

    left: float
    top: float
    width: float
    height: float

    @property
    def inner(self) -> "Box":
        """The part below the label, where the signature's appearance goes."""
        return Box(
            self.left + _AIR,
            self.top + _LABEL,
            self.width - 2 * _AIR,
            self.height - _LABEL - _AIR,
        )


@dataclass(frozen=True)
class SignaturePage:
    """The appended page: its size, one box for each party, and the seal's."""

    width: float
    height: float
    parties: tuple[Box, ...]
    seal: Box

    def rectangle(self, box: Box) -> list[float]:
        """Return a box's inner part as a PDF rectangle, whose origin is the lower left corner."""
        inner = box.inner
        return [
            round(value, 2)
            for value in (
                inner.left,
                self.height - inner.top - inner.height,
                inner.left + inner.width,
                self.height - inner.top,
            )
        ]


def party_field(party: int) -> str:
    """Return the name of a party's signature field."""
    return f"acta-party-{party}"


VALUE_PREFIX = "acta-field-"


def value_field(party: int, number: int) -> str:
    """Return the name of the ``number``-th form field that a party fills in, from 1."""
    return f"{VALUE_PREFIX}{party}-{number}"


def own_values(signature_field: str, names: Iterable[str]) -> list[str]:
    """Return which of ``names`` the party that signs in ``signature_field`` fills in."""
    party = signature_field.rpartition("-")[2]
    return [name for name in names if name.startswith(f"{VALUE_PREFIX}{party}-")]


def signature_page_count(signers: int) -> int:
    """Return how many pages preparing appends: one, or more where many sign."""
    return max(1, -(-signers // BOXES_A_PAGE))


def signature_pages(*, signers: int, letter: bool) -> tuple[SignaturePage, ...]:
    """Return the pages for up to fifty signers, on US Letter or on A4; the seal is on the last."""
    if not 0 <= signers <= MAX_PARTIES:
        raise ValueError(f"expected 0 to {MAX_PARTIES} signers, got {signers}")
    full = [BOXES_A_PAGE] * (signature_page_count(signers) - 1)
    return tuple(
        signature_page(parties=boxes, letter=letter) for boxes in (*full, signers - sum(full))
    )


def signature_page(*, parties: int, letter: bool) -> SignaturePage:
    """Return the layout of one page of up to ten boxes, on US Letter or on A4."""
    if not 0 <= parties <= BOXES_A_PAGE:
        raise ValueError(f"expected 0 to {BOXES_A_PAGE} boxes, got {parties}")
    width, height = (612.0, 792.0) if letter else (595.28, 841.89)
    columns = 1 if parties == 1 else 2
    rows = max(1, -(-parties // columns))
    column = (width - 2 * _MARGIN - _GUTTER) / 2
    room = height - _HEADER - _SEAL - _GUTTER - _FOOTER
    tall = min(_TALLEST_BOX, (room - (rows - 1) * _GUTTER) / rows)
    boxes = tuple(
        Box(
            _MARGIN + (number % columns) * (column + _GUTTER),
            _HEADER + (number // columns) * (tall + _GUTTER),
            column,
            tall,
        )
        for number in range(parties)
    )
    below = _HEADER + rows * (tall + _GUTTER)
    return SignaturePage(
        width=width,
        height=height,
        parties=boxes,
        seal=Box(_MARGIN, below, width - 2 * _MARGIN, _SEAL),
    )
