"""What a revision of a PDF may change by this format's own list, object by object (SPEC.md §8)."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

from anchoring.form_values import filled_problem
from anchoring.pdf_metadata import FREE, RDF, UnreadableMetadataError, properties
from anchoring.pdf_signatures import MalformedPdf, quiet_pyhanko

_TRAILER_FREE = frozenset(
    "/Size /Prev /ID /Info /XRefStm /Type /W /Index /Filter /DecodeParms /Length".split()  # noqa: SIM905
)
"""What a trailer or cross-reference stream says of its own section, and what is judged apart."""
_CATALOG_JUDGED = frozenset(("/AcroForm", "/Metadata", "/Extensions"))
_STAMP_KEYS = frozenset(
    ("/Type", "/Subtype", "/FT", "/T", "/TU", "/F", "/Rect", "/P", "/V", "/AP", "/M", "/NM")
)
_EXTENSION_KEYS = frozenset(
    ("/Type", "/BaseVersion", "/ExtensionLevel", "/ExtensionRevision", "/URL")
)
_MAX_PRODUCER = 200


@dataclass(frozen=True)
class RevisionStep:
    """From revision ``old`` to ``new``, counted from 0.

    ``field`` is the signature field that is filled in, or None where only validation data and
    document time stamps may come. ``values``: the form fields that may be filled in with it.
    """

    old: int
    new: int
    field: str | None = None
    values: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ForbiddenChange:
    """Something changed that may not. ``shown``: a field or annotation; ``where`` says which."""

    where: str
    shown: bool


def forbidden_changes(
    pdf: bytes, steps: Sequence[RevisionStep]
) -> tuple[ForbiddenChange | None, ...]:
    """Return for each step the first change that is not on this format's own list, or None.

    The list is narrower than pyHanko's policy, which leaves document information, metadata and
    extensions free and takes a widget whose /Rect it cannot read for invisible. Every object of
    the old revision must be as it was, but those on the list. Raises MalformedPdf.
    """
    quiet_pyhanko()
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        return tuple(forbidden_change(reader, step) for step in steps)
    except Exception as reason:  # as in pdf_signatures.examine
        raise MalformedPdf("expected revisions that can be compared") from reason


class _ForbiddenError(Exception):
    def __init__(self, where: str, *, shown: bool = False) -> None:
        super().__init__(where)
        self.change = ForbiddenChange(where[:200], shown)


def forbidden_change(reader: PdfFileReader, step: RevisionStep) -> ForbiddenChange | None:
    """Return the first change of one step that is not on the list, or None."""
    try:
        _Comparison(reader, step).run()
    except _ForbiddenError as found:
        return found.change
    return None


class _Comparison:
    """Two revisions side by side, and the old objects that the later one may write anew."""

    def __init__(self, reader: PdfFileReader, step: RevisionStep) -> None:
        self.reader, self.step = reader, step
        self.old: HistoricalResolver = reader.get_historical_resolver(step.old)
        self.new: HistoricalResolver = reader.get_historical_resolver(step.new)
        self.judged: set[tuple[int, int]] = set()

    def run(self) -> None:
        self._trailer()
        self._catalog()
        self._metadata()
        self._form()
        for number in range(self.step.old + 1, self.step.new + 1):
            revision = self.reader.get_historical_resolver(number)
            written: set[generic.Reference] = {
                *revision.explicit_refs_in_revision(),  # type: ignore[no-untyped-call]
                *revision.refs_freed_in_revision(),  # type: ignore[no-untyped-call]
            }
            for reference in written:
                if not self._is_new(reference) and _key(reference) not in self.judged:
                    raise _ForbiddenError(f"object {reference.idnum}")

    def _is_new(self, reference: generic.Reference | generic.IndirectObject) -> bool:
        direct = generic.Reference(reference.idnum, reference.generation)
        return bool(self.old.is_ref_unassignable(direct))

    def _pair(
        self, old: generic.DictionaryObject, new: generic.DictionaryObject, key: str
    ) -> tuple[object, object]:
        """Return an entry in both revisions; its object in the old one counts as judged."""
        raw = old.raw_get(key) if key in old else None
        if isinstance(raw, generic.IndirectObject):
            self.judged.add(_key(raw))
        return _read(self.old, old, key), _read(self.new, new, key)

    def _trailer(self) -> None:
        old, new = self.old.trailer_view, self.new.trailer_view
        _require_same(old, new, free=_TRAILER_FREE, where="trailer ")
        if "/ID" in old and self.old.document_id[0] != self.new.document_id[0]:
            raise _ForbiddenError("trailer /ID")
        before, after = self._pair(old, new, "/Info")
        before, after = _dictionary(before, "/Info"), _dictionary(after, "/Info")
        _require_same(before, after, free={"/ModDate", "/Producer"}, where="/Info ")
        for key in ("/ModDate", "/Producer"):
            value = after.get(key, "")
            if not isinstance(value, str) or len(value) > max(
                _MAX_PRODUCER, len(str(before.get(key, ""))) + _MAX_PRODUCER
            ):
                raise _ForbiddenError(f"/Info {key}")

    def _catalog(self) -> None:
        old, new = self.old.root, self.new.root
        self.judged.add(_key(self.old.root_ref))
        signing = self.step.field is not None
        # A signature may need a newer version of PDF; after the seal there is none.
        free = _CATALOG_JUDGED | {"/Version" if signing else "/DSS"}
        _require_same(old, new, free=free, where="catalog ")
        before, after = (_dictionary(v, "/Extensions") for v in self._pair(old, new, "/Extensions"))
        known = {"/ESIC", "/ISO_"} if signing else {"/ESIC"}
        _require_same(before, after, free=known, where="/Extensions ")
        for key in known & (set(before) | set(after)):
            if key in before and key in after and _same(before.raw_get(key), after.raw_get(key)):
                continue
            values = after.raw_get(key) if key in after else None
            for value in values if isinstance(values, generic.ArrayObject) else [values]:
                if not _is_extension(value):
                    raise _ForbiddenError(f"/Extensions {key}")

    def _metadata(self) -> None:
        before, after = self._pair(self.old.root, self.new.root, "/Metadata")
        if before is None and after is None:
            return
        try:
            old, new = properties(before), properties(after)
        except UnreadableMetadataError as problem:
            raise _ForbiddenError(str(problem)) from problem
        for name in sorted((set(old) | set(new)) - FREE):
            if old.get(name) != new.get(name) and (before is not None or name != f"{RDF}about"):
                raise _ForbiddenError(f"/Metadata {name}")
        for name in FREE & set(new):
            value = new[name]
            if old.get(name) != value and not (isinstance(value, str) and len(value) < 1000):
                raise _ForbiddenError(f"/Metadata {name}")

    def _form(self) -> None:
        before, after = self._pair(self.old.root, self.new.root, "/AcroForm")
        old, new = _dictionary(before, "/AcroForm"), _dictionary(after, "/AcroForm")
        signing = self.step.field is not None
        free = {"/Fields", "/SigFlags"} if signing else {"/Fields"}
        _require_same(old, new, free=free, where="/AcroForm ")
        added = self._added(old, new, "/Fields")
        if self.step.field is None:
            for reference in added:
                self._stamp_field(reference)
            keys = {_key(reference) for reference in added}
            for reference in added:
                self._page_of(reference, keys)
            return
        if added:
            raise _ForbiddenError("/AcroForm /Fields", shown=True)
        for reference in _array(_read(self.old, old, "/Fields"), "/Fields"):
            field = self.old.get_object(reference.reference)
            if str(field.get("/T")) == self.step.field:
                self.judged.add(_key(reference))
                filled = _dictionary(self.new.get_object(reference.reference), "/Fields")
                _require_same(field, filled, free={"/V", "/AP"}, where=f"{self.step.field} ")
            elif str(field.get("/T")) in self.step.values:
                self._value(reference, _dictionary(field, "/Fields"))

    def _value(self, reference: generic.IndirectObject, field: generic.DictionaryObject) -> None:
        """Judge a form field that its party may fill in: its value, drawn as the format has it."""
        filled = _dictionary(self.new.get_object(reference.reference), "/Fields")
        if _same(field, filled):
            return
        name = str(field.get("/T"))
        self.judged.add(_key(reference))
        _require_same(field, filled, free={"/V", "/AP", "/AS"}, where=f"{name} ")
        problem = filled_problem(field, filled)
        if problem is not None:
            raise _ForbiddenError(f"{name} {problem}", shown=True)

    def _added(
        self, old: generic.DictionaryObject, new: generic.DictionaryObject, key: str
    ) -> list[generic.IndirectObject]:
        """Return what a list of references grew by: it may change in no other way."""
        before, after = (_array(value, key) for value in self._pair(old, new, key))
        if len(after) < len(before) or not all(
            _same(one, other) for one, other in zip(before, after, strict=False)
        ):
            raise _ForbiddenError(key, shown=True)
        added = list(after)[len(before) :]
        if not all(isinstance(one, generic.IndirectObject) and self._is_new(one) for one in added):
            raise _ForbiddenError(key, shown=True)
        return added

    def _stamp_field(self, reference: generic.IndirectObject) -> None:
        field = _dictionary(self.new.get_object(reference.reference), "/Fields")
        name = str(field.get("/T"))[:60]
        if odd := set(field) - _STAMP_KEYS:
            raise _ForbiddenError(f"{name} {min(odd)}", shown=True)
        if (field.get("/FT"), field.get("/Subtype")) != ("/Sig", "/Widget"):
            raise _ForbiddenError(f"{name} /FT", shown=True)
        if not _is_empty_rectangle(field.raw_get("/Rect") if "/Rect" in field else None):
            raise _ForbiddenError(f"{name} /Rect", shown=True)
        if "/AP" in field and not self._draws_nothing(_read(self.new, field, "/AP")):
            raise _ForbiddenError(f"{name} /AP", shown=True)
        value = field.raw_get("/V") if "/V" in field else None
        if not isinstance(value, generic.IndirectObject) or not self._is_new(value):
            raise _ForbiddenError(f"{name} /V", shown=True)
        signature = _dictionary(self.new.get_object(value.reference), "/V")
        if signature.get("/Type") != "/DocTimeStamp":
            raise _ForbiddenError(f"{name} /V", shown=True)

    def _draws_nothing(self, appearance: object) -> bool:
        if not isinstance(appearance, generic.DictionaryObject) or set(appearance) - {"/N"}:
            return False
        if not appearance:
            return True
        stream = _read(self.new, appearance, "/N")
        return isinstance(stream, generic.StreamObject) and not stream.encoded_data.strip()

    def _page_of(self, reference: generic.IndirectObject, fields: set[tuple[int, int]]) -> None:
        """Judge the page that a new field names: it may gain the new fields as annotations."""
        field = self.new.get_object(reference.reference)
        if "/P" not in field:
            return  # Then no page may have been written anew.
        page = field.raw_get("/P")
        if not isinstance(page, generic.IndirectObject) or self._is_new(page):
            raise _ForbiddenError("/P", shown=True)
        old = _dictionary(self.old.get_object(page.reference), "/P")
        new = _dictionary(self.new.get_object(page.reference), "/P")
        _require_same(old, new, free={"/Annots"}, where="page ")
        if old.get("/Type") != "/Page" or not fields.issuperset(
            _key(one) for one in self._added(old, new, "/Annots")
        ):
            raise _ForbiddenError("/Annots", shown=True)
        self.judged.add(_key(page))


def _key(reference: generic.Reference | generic.IndirectObject) -> tuple[int, int]:
    return reference.idnum, reference.generation


def _read(handler: HistoricalResolver, holder: generic.DictionaryObject, key: str) -> object:
    raw = holder.raw_get(key) if key in holder else None
    return handler.get_object(raw.reference) if isinstance(raw, generic.IndirectObject) else raw


def _dictionary(value: object, where: str) -> generic.DictionaryObject:
    if value is None:
        return generic.DictionaryObject()  # type: ignore[no-untyped-call]
    if not isinstance(value, generic.DictionaryObject) or isinstance(value, generic.StreamObject):
        raise _ForbiddenError(where)
    return value


def _array(value: object, where: str) -> generic.ArrayObject:
    if value is None:
        return generic.ArrayObject()
    if not isinstance(value, generic.ArrayObject):
        raise _ForbiddenError(where, shown=True)
    return value


def _require_same(
    old: generic.DictionaryObject,
    new: generic.DictionaryObject,
    *,
    free: set[str] | frozenset[str],
    where: str,
) -> None:
    for key in sorted((set(old) | set(new)) - free):
        if not (key in old and key in new and _same(old.raw_get(key), new.raw_get(key))):
            raise _ForbiddenError(f"{where}{key}")


def _same(old: object, new: object) -> bool:
    """Compare what is written, references by their numbers: what they lead to is judged apart."""
    if isinstance(old, generic.IndirectObject) and isinstance(new, generic.IndirectObject):
        return _key(old) == _key(new)
    if type(old) is not type(new) or isinstance(old, generic.StreamObject):
        return False
    if isinstance(old, generic.DictionaryObject) and isinstance(new, generic.DictionaryObject):
        return set(old) == set(new) and all(_same(old.raw_get(k), new.raw_get(k)) for k in old)
    if isinstance(old, generic.ArrayObject) and isinstance(new, generic.ArrayObject):
        return len(old) == len(new) and all(map(_same, list.__iter__(old), list.__iter__(new)))
    return bool(old == new)


def _is_extension(value: object) -> bool:
    return (
        isinstance(value, generic.DictionaryObject)
        and not set(value) - _EXTENSION_KEYS
        and isinstance(value.raw_get("/BaseVersion"), generic.NameObject)
        and isinstance(value.raw_get("/ExtensionLevel"), generic.NumberObject)
    )


def _is_empty_rectangle(value: object) -> bool:
    if not isinstance(value, generic.ArrayObject) or len(value) != 4:
        return False
    sides = list(list.__iter__(value))
    for side in sides:
        whole = isinstance(side, generic.NumberObject)
        if not (whole or (isinstance(side, generic.FloatObject) and side.is_finite())):
            return False
    return bool(sides[0] == sides[2] or sides[1] == sides[3])
