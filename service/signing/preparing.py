"""Preparing a PDF before the first signature: codes, locator, signature page and fields."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import segno

from anchoring.locator import Locator
from service.signing.ingest import inspect_pdf, refusal
from service.signing.isolation import WorkRefusedError, run_isolated
from service.signing.layout import (
    SEAL_FIELD,
    STAMP_HEIGHT,
    STAMP_WIDTH,
    Box,
    SignaturePage,
    party_field,
    signature_pages,
)
from service.signing.texts import texts_in
from service.signing.typesetting import fitting_size, typeset

# Where the portal answers to a code.
_CODE_PATH = "/d"


@dataclass(frozen=True)
class FieldParty:
    """A party as the signature page names it: number from 1, name, role."""

    party: int
    name: str
    role: str


def prepare_pdf(
    data: bytes,
    *,
    locator: Locator,
    page_codes: Sequence[str],
    code_base_url: str,
    parties: Sequence[FieldParty],
    lang: str,
    title: str,
) -> bytes:
    """Return the PDF that the parties will sign, with everything in it but the signatures.

    Every page gets its code and a QR of ``code_base_url``/d/``code``, beside the text or in a strip
    below it; the catalog gets the locator; signature pages are appended, one for every ten of the
    1 to 50 parties, with an open field for each of them (``acta-party-N``) and the seal's
    (``acta-seal``) on the last. Form fields of the original become part of its pages.
    ``page_codes`` holds one code a page; those beyond are the signature pages' own, which
    otherwise repeat the first. Raises PdfRefusedError subclasses.
    """
    facts = inspect_pdf(data)
    # US Letter and its relatives share this width.
    letter = round(min(facts.sizes[0])) == 612
    layout = signature_pages(parties=len(parties), letter=letter)
    whole = facts.pages + len(layout)
    if len(page_codes) not in (facts.pages, whole):
        raise ValueError(f"expected {facts.pages} page codes, got {len(page_codes)}")
    codes = [*page_codes, *[page_codes[0]] * len(layout)][:whole]
    pages = _typeset_pages(
        codes=codes,
        code_base_url=code_base_url,
        layout=layout,
        parties=parties,
        lang=lang,
        title=title,
    )
    fields: list[dict[str, Any]] = [
        {
            "name": party_field(party.party),
            "label": f"{party.party}. {party.name}",
            "page": number,
            "rectangle": page.rectangle(box),
            "last": False,
        }
        for number, page, box, party in _boxes(layout, parties)
    ]
    last = layout[-1]
    assert last.seal is not None  # signature_pages puts it there
    fields.append(
        {
            "name": SEAL_FIELD,
            "label": texts_in(lang)["seal"],
            "page": len(layout) - 1,
            "rectangle": last.rectangle(last.seal),
            "last": True,
        }
    )
    try:
        _, (prepared,) = run_isolated(
            "assemble", [data, pages, locator.to_bytes()], fields=fields, lang=lang
        )
    except WorkRefusedError as refused:
        raise refusal(refused) from refused
    return prepared


def _boxes(
    layout: Sequence[SignaturePage], parties: Sequence[FieldParty]
) -> Iterator[tuple[int, SignaturePage, Box, FieldParty]]:
    """Yield each party with its signature page's number, the page, and its box there."""
    waiting = iter(parties)
    for number, page in enumerate(layout):
        for box in page.parties:
            yield number, page, box, next(waiting)


def _typeset_pages(
    *,
    codes: Sequence[str],
    code_base_url: str,
    layout: Sequence[SignaturePage],
    parties: Sequence[FieldParty],
    lang: str,
    title: str,
) -> bytes:
    words = texts_in(lang)
    base = code_base_url.rstrip("/") + _CODE_PATH
    place = base.split("://", 1)[-1]
    across = layout[0].parties[0].width - 16
    return typeset(
        "pages.typ",
        {
            "lang": lang,
            "stamp": {"width": STAMP_WIDTH, "height": STAMP_HEIGHT},
            "stamps": [
                {
                    "code": code,
                    "qr": _qr_svg(f"{base}/{code}"),
                    "page": words["page"].format(page=number, pages=len(codes)),
                }
                for number, code in enumerate(codes, start=1)
            ],
            "check": words["check"],
            "place": place,
            "place_size": fitting_size(
                place, width=STAMP_WIDTH - STAMP_HEIGHT - 6, largest=7, smallest=3
            ),
            "page": {"width": layout[0].width, "height": layout[0].height},
            "heading": words["heading"],
            "title": title,
            # Two lines' worth at most.
            "title_size": fitting_size(
                title, width=1.9 * (layout[0].width - 96), largest=13, smallest=7
            ),
            "intro": words["intro"].format(pages=len(codes)),
            "sheets": [
                {
                    "parties": [
                        {
                            **_as_data(box),
                            "number": party.party,
                            "name": party.name,
                            "role": words.get(party.role, party.role),
                            "name_size": fitting_size(
                                party.name, width=across - 56, largest=10, smallest=4
                            ),
                        }
                        for on, _, box, party in _boxes(layout, parties)
                        if on == number
                    ],
                    "seal": None if sheet.seal is None else _as_data(sheet.seal),
                }
                for number, sheet in enumerate(layout)
            ],
            "seal_label": words["seal"],
            "footer": words["footer"],
        },
    )


def _as_data(box: Box) -> dict[str, float]:
    return {"left": box.left, "top": box.top, "width": box.width, "height": box.height}


def _qr_svg(content: str) -> str:
    out = io.BytesIO()
    # On white, whatever lies below, with the quiet zone that readers need on coloured paper.
    segno.make(content, error="m", micro=False).save(
        out, kind="svg", border=2, light="white", xmldecl=False, svgns=True, nl=False
    )
    return out.getvalue().decode()
