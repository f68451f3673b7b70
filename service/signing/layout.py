"""Where things stand on the signature pages and how large the page stamps are, in points."""

from dataclasses import dataclass

SEAL_FIELD = "acta-seal"
MAX_PARTIES = 50
"""How many parties a PDF can be prepared for; drafting has a limit of its own."""
_PARTIES_ON_A_PAGE = 10

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
    """An appended page: its size, a box for each of its parties, and on the last one the seal's."""

    width: float
    height: float
    parties: tuple[Box, ...]
    seal: Box | None

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


def signature_page_count(parties: int) -> int:
    """Return how many pages preparing appends for so many parties."""
    return -(-parties // _PARTIES_ON_A_PAGE)


def signature_pages(*, parties: int, letter: bool) -> tuple[SignaturePage, ...]:
    """Return the pages for 1 to 50 parties, ten on each, on US Letter or on A4."""
    if not 1 <= parties <= MAX_PARTIES:
        raise ValueError(f"expected 1 to {MAX_PARTIES} parties, got {parties}")
    pages = signature_page_count(parties)
    return tuple(
        _page(
            min(_PARTIES_ON_A_PAGE, parties - number * _PARTIES_ON_A_PAGE),
            last=number == pages - 1,
            letter=letter,
        )
        for number in range(pages)
    )


def _page(parties: int, *, last: bool, letter: bool) -> SignaturePage:
    width, height = (612.0, 792.0) if letter else (595.28, 841.89)
    columns = 1 if parties == 1 else 2
    rows = -(-parties // columns)
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
        seal=Box(_MARGIN, below, width - 2 * _MARGIN, _SEAL) if last else None,
    )
