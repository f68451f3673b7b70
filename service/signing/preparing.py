"""Preparing a PDF before the first signature: codes, locator, signature page and fields."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import segno

from anchoring.form_values import CHECKBOX, default_appearance
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
    signature_page_count,
    signature_pages,
)
from service.signing.texts import texts_in
from service.signing.typesetting import fitting_size, typeset

# Where the portal answers to a code.
_CODE_PATH = "/d"


_SIGNER = "signer"


@dataclass(frozen=True)
class FieldParty:
    """A party as the signature page names it: number from 1, name, role."""

    party: int
    name: str
    role: str


@dataclass(frozen=True)
class Place:
    """Where something stands on a page, as a reader sees it.

    ``page`` counts from 1 in the prepared PDF. ``left`` and ``top`` are the upper left corner and
    ``width`` and ``height`` the size, as parts of the page's width and height (0 to 1).
    """

    page: int
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class PlacedField:
    """A form field for a party to fill in, or (kind ``signature``) where its signature goes."""

    name: str
    party: int
    kind: str
    label: str
    place: Place


def prepare_pdf(
    data: bytes,
    *,
    locator: Locator,
    page_codes: Sequence[str],
    code_base_url: str,
    parties: Sequence[FieldParty],
    lang: str,
    title: str,
    placed: Sequence[PlacedField] = (),
) -> bytes:
    """Return the PDF that the parties will sign, with everything in it but the signatures.

    Every page gets its code and a QR of ``code_base_url``/d/``code``, beside the text or in a strip
    below it; the catalog gets the locator; signature pages are appended with one open field for
    each signer (``acta-party-N``; up to fifty) and the seal's (``acta-seal``). What is ``placed``
    becomes form fields that only their party's signature may fill in, and that it locks. Form
    fields of the original become part of its pages. ``page_codes`` holds one code a page; without
    those of the signature pages these repeat the first. Raises PdfRefusedError subclasses.
    """
    facts = inspect_pdf(data)
    signers = [party for party in parties if party.role == _SIGNER]
    added = signature_page_count(len(signers))
    if len(page_codes) not in (facts.pages, facts.pages + added):
        raise ValueError(f"expected {facts.pages} page codes, got {len(page_codes)}")
    codes = [*page_codes, *[page_codes[0]] * added][: facts.pages + added]
    # US Letter and its relatives share this width.
    letter = round(min(facts.sizes[0])) == 612
    layout = signature_pages(signers=len(signers), letter=letter)
    elsewhere = {one.party: one for one in placed if one.kind == "signature"}
    pages = _typeset_pages(
        codes=codes,
        code_base_url=code_base_url,
        layout=layout,
        parties=signers,
        elsewhere={party: one.place.page for party, one in elsewhere.items()},
        lang=lang,
        title=title,
    )
    # From the end: how many pages stand before is the assembly's business.
    boxes = [(at - added, page, box) for at, page in enumerate(layout) for box in page.parties]
    fields: list[dict[str, Any]] = []
    for party, (at, page, box) in zip(signers, boxes, strict=True):
        own = [one for one in placed if one.party == party.party and one.kind != "signature"]
        field: dict[str, Any] = {
            "name": party_field(party.party),
            "kind": "signature",
            "label": f"{party.party}. {party.name}",
            "locks": [one.name for one in own],
        }
        if party.party in elsewhere:
            field["place"] = _spot(elsewhere[party.party].place)
        else:
            field |= {"page": at, "rectangle": page.rectangle(box)}
        fields.append(field)
        fields += [
            {
                "name": one.name,
                "kind": one.kind,
                "label": one.label,
                "place": _spot(one.place),
                "appearance": None if one.kind == CHECKBOX else default_appearance(one.kind),
            }
            for one in own
        ]
    last = layout[-1]
    fields.append(
        {
            "name": SEAL_FIELD,
            "kind": "seal",
            "label": texts_in(lang)["seal"],
            "page": -1,
            "rectangle": last.rectangle(last.seal),
        }
    )
    try:
        _, (prepared,) = run_isolated(
            "assemble", [data, pages, locator.to_bytes()], fields=fields, lang=lang, added=added
        )
    except WorkRefusedError as refused:
        raise refusal(refused) from refused
    return prepared


def _typeset_pages(
    *,
    codes: Sequence[str],
    code_base_url: str,
    layout: Sequence[SignaturePage],
    parties: Sequence[FieldParty],
    elsewhere: Mapping[int, int],
    lang: str,
    title: str,
) -> bytes:
    words = texts_in(lang)
    base = code_base_url.rstrip("/") + _CODE_PATH
    place = base.split("://", 1)[-1]
    first = layout[0]
    across = first.parties[0].width - 16 if first.parties else 0
    waiting = iter(parties)
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
            "page": {"width": first.width, "height": first.height},
            "heading": words["heading"],
            "title": title,
            # Two lines' worth at most.
            "title_size": fitting_size(
                title, width=1.9 * (first.width - 96), largest=13, smallest=7
            ),
            "intro": words["intro"].format(pages=len(codes)),
            "sheets": [
                {
                    "parties": [
                        _party_box(party, box, words, across, elsewhere.get(party.party))
                        for box, party in zip(sheet.parties, waiting, strict=False)
                    ],
                    "seal": _as_data(sheet.seal) if at == len(layout) - 1 else None,
                }
                for at, sheet in enumerate(layout)
            ],
            "seal_label": words["seal"],
            "footer": words["footer"],
        },
    )


def _party_box(
    party: FieldParty, box: Box, words: Mapping[str, str], across: float, page: int | None
) -> dict[str, Any]:
    return {
        **_as_data(box),
        "number": party.party,
        "name": party.name,
        "role": words.get(party.role, party.role),
        "name_size": fitting_size(party.name, width=across - 56, largest=10, smallest=4),
        "elsewhere": "" if page is None else words["elsewhere"].format(page=page),
    }


def _spot(place: Place) -> dict[str, float]:
    return {
        "page": place.page - 1,
        "left": place.left,
        "top": place.top,
        "width": place.width,
        "height": place.height,
    }


def _as_data(box: Box) -> dict[str, float]:
    return {"left": box.left, "top": box.top, "width": box.width, "height": box.height}


def _qr_svg(content: str) -> str:
    out = io.BytesIO()
    # On white, whatever lies below, with the quiet zone that readers need on coloured paper.
    segno.make(content, error="m", micro=False).save(
        out, kind="svg", border=2, light="white", xmldecl=False, svgns=True, nl=False
    )
    return out.getvalue().decode()
