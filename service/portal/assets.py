"""The style sheet, scripts and icon: read once, served under addresses that change with them."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from service.portal.errors import MissingAssetError

_LIBRARIES: Final = (
    Path("node_modules") / "htmx.org" / "dist" / "htmx.min.js",
    Path("node_modules") / ".acta" / "age.js",
)
_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Asset:
    """One file: its bytes, media type and a version made from its content."""

    content: bytes
    media_type: str
    version: str


class Assets:
    """The files below ``static/`` and the libraries; MissingAssetError if one is not installed."""

    def __init__(self, folder: Path) -> None:
        paths = [path for path in (folder / "static").iterdir() if path.suffix in _TYPES]
        for library in _LIBRARIES:
            if not (folder / library).is_file():
                raise MissingAssetError(
                    f"expected {folder / library}; run `npm ci --ignore-scripts` and "
                    f"`npm run bundle` in {folder}"
                )
            paths.append(folder / library)
        self._assets = {path.name: _read(path) for path in paths}

    def get(self, name: str) -> Asset | None:
        """Return the file of this name, None if there is none."""
        return self._assets.get(name)

    def url(self, name: str) -> str:
        """Return the address of the file as it is now; raises KeyError if there is none."""
        return f"/static/{name}?v={self._assets[name].version}"


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    # Letters alone: six digits in a row are looked for as a code in the mailbox's pages.
    version = "".join(
        chr(ord("a") + int(digit, 16)) for digit in hashlib.sha256(content).hexdigest()
    )
    return Asset(content, _TYPES[path.suffix], version[:16])
