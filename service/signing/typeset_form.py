"""A page that typst has just set, taken into another PDF as a form XObject.

What comes from typst is ours and regular: objects of generation 0 in a classic table, one page.
Its objects are taken over as they stand, with other numbers; having pyHanko parse and write them
anew took half the time of a signature.
"""

import re
from typing import IO, Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.writer import BasePdfFileWriter

_START = re.compile(rb"startxref\n(\d+)\n%%EOF\s*\Z")
_TABLE = re.compile(rb"xref\n0 (\d+)\n")
_ENTRY = 20
_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\n?endobj\s*\Z", re.DOTALL)
_REFERENCE = re.compile(rb"(?<![\w.])(\d+) 0 R(?!\w)")
_PAGE = re.compile(
    rb"/Type/Page/Resources (\d+) 0 R/MediaBox\[([\d. ]+)\].*?/Contents (\d+) 0 R", re.DOTALL
)
_STREAM = b"\nstream\n"


class _Verbatim(generic.PdfObject):
    """An object that is written as it is."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def write_to_stream(
        self, stream: IO[bytes], handler: object = None, container_ref: object = None
    ) -> None:
        """Write the object's bytes."""
        stream.write(self._content)


def add_typeset_page(writer: BasePdfFileWriter, document: bytes) -> Any:
    """Add the only page of ``document`` to ``writer`` as a form; return the reference to it.

    Raises ValueError for anything but one page as typst writes it.
    """
    objects = _objects(document)
    pages = [found for content in objects.values() if (found := _PAGE.search(content))]
    if len(pages) != 1:
        raise ValueError(f"expected one page as typst sets it, got {len(pages)}")
    resources, box, contents = pages[0].groups()
    head, stream = _parts(objects[int(contents)])
    if not head.startswith(b"<<") or not stream:
        raise ValueError("expected a page with one stream of content")
    form = (
        b"<</Type/XObject/Subtype/Form/BBox[" + box + b"]/Resources " + resources + b" 0 R"
    ) + head[2:]
    numbers: dict[int, int] = {}
    waiting = [int(resources)]
    while waiting:
        old = waiting.pop()
        if old in numbers:
            continue
        numbers[old] = writer.allocate_placeholder().idnum
        waiting += [int(one) for one in _REFERENCE.findall(_parts(objects[old])[0])]
    for old, new in numbers.items():
        head, data = _parts(objects[old])
        writer.add_object(_Verbatim(_renumbered(head, numbers) + data), idnum=new)
    return writer.add_object(_Verbatim(_renumbered(form, numbers) + stream))


def _objects(document: bytes) -> dict[int, bytes]:
    """Return the objects' contents by number."""
    start = _START.search(document)
    table = None if start is None else _TABLE.match(document, int(start[1]))
    if start is None or table is None:
        raise ValueError("expected a pdf with a classic table, as typst writes it")
    begin = table.end()
    offsets = [
        int(document[place : place + 10])
        for place in range(begin + _ENTRY, begin + _ENTRY * int(table[1]), _ENTRY)
    ]
    ends = [*sorted(offsets)[1:], int(start[1])]
    found = {}
    for offset, end in zip(sorted(offsets), ends, strict=True):
        matched = _OBJECT.match(document[offset:end])
        if matched is None:
            raise ValueError(f"expected an object at {offset}, as typst writes it")
        found[int(matched[1])] = matched[2]
    return found


def _parts(content: bytes) -> tuple[bytes, bytes]:
    """Return what stands before a stream's data, and the data with its keywords."""
    head, keyword, data = content.partition(_STREAM)
    return head, keyword + data


def _renumbered(head: bytes, numbers: dict[int, int]) -> bytes:
    return _REFERENCE.sub(lambda found: b"%d 0 R" % numbers[int(found[1])], head)
