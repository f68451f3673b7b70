"""Files that people take with them."""

import re
import unicodedata

from fastapi import Response


def attachment(content: bytes, *, title: str, extension: str, media_type: str) -> Response:
    """Return ``content`` as a download named after ``title``, in letters that are safe anywhere."""
    return Response(
        content,
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{file_stem(title)}.{extension}"'},
    )


def file_stem(title: str) -> str:
    """Return ``title`` in lower-case ASCII letters, digits and hyphens; "acta" if none is left."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-") or "acta"
