"""The locator in the PDF: which log to ask, and the salt that makes the leaf (SPEC.md §9).

It stands in the catalog's ``/PieceInfo``, made for private data of applications (ISO 32000-1
§14.5), as one stream without filter, so that it can be found without a PDF library. What it
names is a hint, never trust.
"""

import io
import struct
import zlib
from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from anchoring.canonical_json import canonical_bytes, parse_canonical
from anchoring.errors import MalformedLocator, NoLocator, WrongLength
from anchoring.fields import ORIGIN, Fields

MAX_LOCATOR = 1024


@dataclass(frozen=True)
class Locator:
    """Log and home of a document, its salt, and the leaf hash it supersedes, if any.

    ``log_id``, ``doc_salt`` and ``supersedes`` have 32 bytes, ``contract`` 20.
    """

    origin: str
    log_id: bytes
    chain_id: int
    contract: bytes
    doc_salt: bytes
    supersedes: bytes | None = None

    def __post_init__(self) -> None:
        sized = [
            ("log_id", self.log_id, 32),
            ("contract", self.contract, 20),
            ("doc_salt", self.doc_salt, 32),
        ]
        if self.supersedes is not None:
            sized.append(("supersedes", self.supersedes, 32))
        for name, value, size in sized:
            if len(value) != size:
                raise WrongLength(f"expected {name} of {size} bytes, got {len(value)}")

    def to_bytes(self) -> bytes:
        """Return the stream's content: canonical JSON of at most 1 KiB."""
        raw = canonical_bytes(
            {
                "acta": "locator/1",
                "origin": self.origin,
                "logId": self.log_id.hex(),
                "chainId": self.chain_id,
                "contract": self.contract.hex(),
                "docSalt": self.doc_salt.hex(),
                "supersedes": None if self.supersedes is None else self.supersedes.hex(),
            }
        )
        parse_locator(raw)
        return raw


def parse_locator(raw: bytes) -> Locator:
    """Read the stream's content; raises MalformedLocator or UnknownVersion."""
    value = parse_canonical(raw, limit=MAX_LOCATOR, what="locator", error=MalformedLocator)
    fields = Fields(value, what="locator", error=MalformedLocator)
    fields.version("locator", 1)
    fields.exactly("acta", "origin", "logId", "chainId", "contract", "docSalt", "supersedes")
    return Locator(
        origin=fields.text("origin", form=ORIGIN),
        log_id=fields.hex("logId", 32),
        chain_id=fields.integer("chainId", minimum=1),
        contract=fields.hex("contract", 20),
        doc_salt=fields.hex("docSalt", 32),
        supersedes=None if fields.is_null("supersedes") else fields.hex("supersedes", 32),
    )


def read_locator(pdf: bytes) -> Locator:
    """Return the locator of a PDF's last revision.

    To read what a seal covers, give the bytes up to the end of its ByteRange. Raises NoLocator
    (CANNOT CHECK) where a readable PDF has none, MalformedLocator for a PDF that cannot be
    read or a locator of another form, UnknownVersion for another version.
    """
    try:
        content = _private_stream(pdf)
    except (
        *(PdfError, ValueError, KeyError, IndexError, TypeError, AttributeError),
        *(RecursionError, OverflowError, NotImplementedError, AssertionError),
        *(struct.error, zlib.error),
    ) as reason:
        # pyHanko raises all of these on hostile files; its message may quote the file.
        raise MalformedLocator("expected a pdf that can be read up to its locator") from reason
    return parse_locator(content)


def _private_stream(pdf: bytes) -> bytes:
    reader = PdfFileReader(io.BytesIO(pdf))
    if reader.encrypted:
        raise MalformedLocator("expected a pdf without encryption")
    piece_info = _member(reader.root, "/PieceInfo")
    page_piece = None if piece_info is None else _member(piece_info, "/Acta")
    if page_piece is None:
        raise NoLocator("the pdf carries no acta locator; was it signed with acta?")
    stream = _member(page_piece, "/Private")
    if not isinstance(stream, generic.StreamObject):
        raise MalformedLocator("expected /Private of /PieceInfo /Acta to be a stream")
    if any(name in stream for name in ("/Filter", "/F", "/FFilter", "/DecodeParms")):
        raise MalformedLocator("expected the locator's stream without filter or external file")
    return bytes(stream.encoded_data)


def _member(holder: object, name: str) -> object | None:
    """Return a dictionary's member, references followed; None where absent or null."""
    if not isinstance(holder, generic.DictionaryObject):
        raise MalformedLocator("expected /PieceInfo and its /Acta to be dictionaries")
    if name not in holder:
        return None
    # Not .get(), which would hand out the reference itself.
    value = holder[name]
    return None if isinstance(value, generic.NullObject) else value
