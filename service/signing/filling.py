"""Filling in a party's form fields, in the revision that its signature makes."""

from collections.abc import Mapping

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from anchoring.form_values import CHECKBOX, Value, drawn, fits, font_of, kind_of
from service.signing.errors import SigningFailedError, ValueTooLongError


def fill_fields(writer: IncrementalPdfFileWriter, values: Mapping[str, Value]) -> None:
    """Put ``values`` into the open form fields of these names, each drawn as the format has it.

    An empty text or a box that is not ticked leaves its field as it was prepared. Raises
    SigningFailedError for a name that is no field, ValueTooLongError.
    """
    left = dict(values)
    fields = writer.root["/AcroForm"]["/Fields"]
    for position in range(len(fields)):
        field = fields[position]
        value = left.pop(str(field.get("/T")), None)
        if not value:
            continue
        kind = kind_of(field)
        if kind is None:
            raise SigningFailedError("expected a field to fill in, got one of another kind")
        if kind == CHECKBOX:
            field["/V"] = field["/AS"] = generic.NameObject("/Yes")
        else:
            field["/V"] = generic.pdf_string(str(value))
            field["/AP"] = generic.DictionaryObject(  # type: ignore[no-untyped-call]
                {generic.pdf_name("/N"): _drawing(writer, field, kind, str(value))}
            )
        writer.update_container(field)
    if left:
        raise SigningFailedError(f"the document has no field {min(left)}")


def _drawing(
    writer: IncrementalPdfFileWriter, field: generic.DictionaryObject, kind: str, value: str
) -> generic.IndirectObject:
    prepared = field["/AP"]["/N"]
    width, height = (float(side) for side in list(prepared["/BBox"])[2:])
    if not fits(kind, value, width, height):
        raise ValueTooLongError(
            f"expected a value that is legible in a field of {width:.0f} x {height:.0f} points, "
            f"got {len(value)} characters",
            label=str(field.get("/TU", "")),
        )
    kept = {
        key: prepared.raw_get(key)
        for key in ("/Type", "/Subtype", "/BBox", "/Matrix")
        if key in prepared
    }
    stream = generic.StreamObject(
        {**kept, generic.pdf_name("/Resources"): font_of(kind)},
        stream_data=drawn(kind, value, width, height),
    )
    return writer.add_object(stream)
