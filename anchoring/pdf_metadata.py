"""XMP metadata of a PDF as plain properties, alike however they are serialised."""

from lxml import etree
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodePurpose

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XMPMETA = "{adobe:ns:meta/}xmpmeta"
FREE = frozenset(
    (
        "{http://ns.adobe.com/xap/1.0/}ModifyDate",
        "{http://ns.adobe.com/xap/1.0/}MetadataDate",
        "{http://ns.adobe.com/pdf/1.3/}Producer",
    )
)
"""The same two facts that /Info may change: when a revision was written, and by which program."""


class UnreadableMetadataError(Exception):
    """The stream is not one XMP packet with one value a property; the text says where."""


def properties(stream: object) -> dict[str, object]:
    """Return XMP's properties by name, alike whether written as attributes or as elements.

    ``stream``: the catalog's /Metadata, or None; raises UnreadableMetadataError.
    """
    if stream is None:
        return {}
    if not isinstance(stream, generic.StreamObject):
        raise UnreadableMetadataError("/Metadata")
    if (stream.get("/Type"), stream.get("/Subtype")) != ("/Metadata", "/XML"):
        raise UnreadableMetadataError("/Metadata /Subtype")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(stream.read_data(DecodePurpose.XMP_METADATA), parser=parser)
    blocks = list(root)
    if (
        root.tag != _XMPMETA
        or root.getroottree().docinfo.internalDTD is not None
        or [block.tag for block in blocks] != [f"{RDF}RDF"]
        or any(part.tag != f"{RDF}Description" for part in blocks[0])
    ):
        raise UnreadableMetadataError("/Metadata")
    found: dict[str, object] = {}
    for part in blocks[0]:
        entries: list[tuple[str, object]] = [(str(k), str(v)) for k, v in part.attrib.items()]
        entries += [(str(child.tag), _value(child)) for child in part]
        for name, value in entries:
            if found.setdefault(name, value) != value:
                raise UnreadableMetadataError(f"/Metadata {name}")
    return found


def _value(element: etree._Element) -> object:
    text = (element.text or "").strip()
    if not len(element) and not element.attrib:
        return text
    inner = [(str(child.tag), _value(child), (child.tail or "").strip()) for child in element]
    return text, sorted((str(k), str(v)) for k, v in element.attrib.items()), inner
