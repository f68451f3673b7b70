"""The cases about the PDF: flipped bytes, revisions after the seal, another PDF beside it."""

import io
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader

from tests.vectors.evidence_case import Base, base
from tests.vectors.evidence_making import (
    DOCUMENT,
    Cases,
    cannot_check,
    flipped,
    invalid,
    leaf_of,
    openings,
    row_of,
)


def cases() -> Cases:
    """Return the cases of this chapter by name."""
    return {**_pdf(), **_updates()}


def _pdf() -> Cases:
    two = base("two-parties")
    places = _places(two)

    def flip(place: str) -> list[dict[str, Any]]:
        return [flipped(DOCUMENT, places[place], two)]

    def broken(why: str, place: str, code: str = "signatures/broken") -> dict[str, Any]:
        return invalid(code, "signatures", f"one byte differs: {why}", evidence=flip(place))

    return {
        "bad_pdf-flip-page": broken("in a page's content", "page"),
        "bad_pdf-flip-locator": broken("in the locator's salt", "locator"),
        "bad_pdf-flip-appearance": broken("in a signature's picture", "appearance"),
        "bad_pdf-flip-first-signature": broken("in the first signature's value", "acta-party-1"),
        "bad_pdf-flip-second-signature": broken("in the second signature's value", "acta-party-2"),
        "bad_pdf-flip-seal": broken("in the seal's signature value", "acta-seal"),
        "bad_pdf-flip-seal-attribute": broken("in the transcript that the seal signed", "binding"),
        "bad_pdf-flip-statement-attribute": broken(
            "in the statement's hash that a signature carries", "statement"
        ),
        "bad_pdf-flip-signature-time-stamp": broken("in a signature's time stamp", "token"),
        "bad_pdf-flip-padding": broken(
            "in the zeros after the first signature", "padding", "pdf/malformed"
        ),
        "bad_pdf-flip-validation-data": broken("after the seal, in the validation data", "dss"),
        "bad_pdf-flip-document-time-stamp": broken(
            "after the seal, in the document time stamp's value", "stamp"
        ),
        "bad_pdf-flip-last-padding": broken(
            "in the zeros after the document time stamp, which nothing signs",
            "last-padding",
            "pdf/malformed",
        ),
        "bad_pdf-flip-last-issuer": broken(
            "in the issuer's certificate beside the document time stamp, which nothing signs",
            "last-issuer",
            "pdf/malformed",
        ),
        "bad_pdf-listed-otherwise": invalid(
            "anchoring/malformed-evidence",
            "container",
            "one byte of the PDF differs, and the manifest is the old one",
            evidence=flip("page"),
            manifest="kept",
        ),
        "bad_pdf-beside-differs": invalid(
            "container/other-pdf",
            "container",
            "the PDF beside the evidence differs from the one inside by one byte",
            pdf=flip("page"),
        ),
        "bad_pdf-beside-longer": invalid(
            "container/other-pdf",
            "container",
            "the PDF beside the evidence has one byte more",
            pdf=[{"add": "0a"}],
        ),
        "bad_pdf-byte-appended": invalid(
            "time-stamp/bytes-after",
            "time-stamp",
            "one byte after the end",
            evidence=[{"member": DOCUMENT, "add": "0a"}],
        ),
        "bad_pdf-without-archival-time-stamp": cannot_check(
            "time-stamp/none",
            "time-stamp",
            "cut off after the seal: genuine, but no document time stamp",
            evidence=[{"member": DOCUMENT, "cut": places["seal-end"]}],
        ),
        "bad_pdf-without-seal": invalid(
            "seal/none",
            "seal",
            "cut off after the last party's signature",
            evidence=[{"member": DOCUMENT, "cut": places["parties-end"]}],
        ),
        "bad_pdf-of-another-agreement": invalid(
            "transcript/added",
            "transcript",
            "another sealed PDF of the same platform in its place",
            evidence=[{"member": DOCUMENT, "from": DOCUMENT, "of": "one-party"}],
        ),
        "bad_pdf-alone": cannot_check(
            "evidence/none", "container", "a PDF and no evidence", evidence=None, pdf=[]
        ),
        "bad_pdf-not-one": invalid(
            "anchoring/malformed-locator",
            "home",
            "no PDF at all",
            evidence=[{"member": DOCUMENT, "is": b"%PDF-1.7\n".hex()}],
        ),
    }


def _updates() -> Cases:
    whys = {
        "page": "a page was added after the seal",
        "note": "a note was put on a page after the seal",
        "catalog": "the document's language was changed after the seal",
    }
    altered = {
        "title": "the document information was given another title after the seal",
        "metadata": "the metadata was given another title after the seal",
        "extensions": "an extension of the catalog was added after the seal",
    }
    shown = {
        "rectangle-null": "a field with a picture was added; its rectangle begins with null",
        "rectangle-text": "a field with a picture was added; its rectangle begins with a text",
        "rectangle-of-five": "a field with a picture was added; its rectangle has five numbers",
    }
    unstamped = cannot_check(
        "time-stamp/unstamped-revision",
        "time-stamp",
        "validation data was added after the last time stamp, which is allowed but covers nothing",
        evidence=[{"member": DOCUMENT, "update": "validation-data"}],
    )
    return {
        "bad_pdf-update-validation-data": unstamped,
        **{
            f"bad_pdf-update-{name}": invalid(
                code, code.split("/")[0], why, evidence=[{"member": DOCUMENT, "update": name}]
            )
            for code, group in (
                ("signatures/changed-later", whys),
                ("seal/altered-later", altered),
                ("seal/field-later", shown),
            )
            for name, why in group.items()
        },
    }


def _places(origin: Base) -> dict[str, int]:
    """Return where in the PDF the bytes lie that the cases change."""
    pdf = origin.members[DOCUMENT]
    signatures = {s.field_name: s for s in PdfFileReader(io.BytesIO(pdf)).embedded_signatures}
    names = list(signatures)
    start = {name: int(signatures[name].byte_range[1]) + 1 for name in names}
    end = {
        name: int(signatures[name].byte_range[2]) + int(signatures[name].byte_range[3])
        for name in names
    }

    def inside(name: str, what: bytes) -> int:
        """Return the place of some bytes of a signature's contents, which are in hex."""
        return pdf.index(what.hex().upper().encode(), start[name]) + len(what)

    last = names[-1]
    stamp = signatures[last]
    issuer = next(
        certificate.chosen.dump()
        for certificate in stamp.signed_data["certificates"]
        if certificate.chosen.subject == stamp.signer_cert.issuer
    )
    token = signatures["acta-party-1"].signer_info["unsigned_attrs"][0]["values"][0]
    return {
        "page": pdf.index(b"stream\n", pdf.index(b'"docSalt"')) + len(b"stream\n") + 8,
        "locator": pdf.index(b'"docSalt":"') + len(b'"docSalt":"') + 5,
        "appearance": pdf.index(b"stream\n", end["acta-party-1"]) + len(b"stream\n") + 8,
        **{
            name: inside(name, bytes(signatures[name].signer_info["signature"].native))
            for name in names
        },
        "binding": _digit_of_transcript(pdf, start["acta-seal"]),
        "statement": inside(
            "acta-party-1",
            bytes.fromhex(
                openings(origin)[row_of(origin, leaf_of(origin, "signed", 1))]["statement"]
            ),
        ),
        "token": inside(
            "acta-party-1", bytes(token["content"]["signer_infos"][0]["signature"].native)
        ),
        "padding": int(signatures["acta-party-1"].byte_range[2]) - 40,
        "dss": pdf.index(b"stream\n", end["acta-seal"]) + len(b"stream\n") + 8,
        "stamp": inside(last, bytes(stamp.signer_info["signature"].native)),
        "last-padding": int(stamp.byte_range[2]) - 40,
        "last-issuer": inside(last, issuer),
        "seal-end": end["acta-seal"],
        "parties-end": end["acta-party-2"],
    }


def _digit_of_transcript(pdf: bytes, start: int) -> int:
    """Return the place of a decimal digit of the transcript that the seal's attribute holds."""
    words = b'"transcript":"'.hex().upper().encode()
    place = pdf.index(words, start) + len(words)
    while pdf[place : place + 1] != b"3":
        place += 2
    return place + 1
