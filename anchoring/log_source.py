"""Where a log's public files are read from: a URL, or a folder such as a mirror's."""

import urllib.parse
from pathlib import Path
from typing import Protocol

from anchoring.http_fetch import NotThere, Unreachable, fetch
from anchoring.tile_layout import MAX_BUNDLE, TILE_WIDTH, Tile

SECONDS = 20.0
_HASH = 32


class WrongSize(Unreachable):
    """A tile or bundle is there, and is not as long as it must be."""

    code = "log/wrong-size"


class LogSource(Protocol):
    """Reads the files of one log by their tlog-tiles paths; any thread may call it.

    Errors: NotThere if the place answers that it has no such file, Unreachable for everything
    else, a larger file than ``limit`` bytes included.
    """

    where: str
    at_once: int
    """How many files may usefully be asked for at the same time."""

    def get(self, path: str, *, limit: int) -> bytes:
        """Return the file at ``path``."""
        ...


class UrlSource:
    """The files under a URL."""

    at_once = 8

    def __init__(self, url: str, *, seconds: float) -> None:
        self.where = url
        self._seconds = seconds

    def get(self, path: str, *, limit: int) -> bytes:
        """Return the file at ``path`` below the URL."""
        address = urllib.parse.urljoin(self.where.rstrip("/") + "/", path)
        return fetch(address, limit=limit, seconds=self._seconds)


class FolderSource:
    """The files in a folder."""

    at_once = 2

    def __init__(self, folder: Path) -> None:
        self.where = str(folder)
        self._folder = folder

    def get(self, path: str, *, limit: int) -> bytes:
        """Return the file at ``path`` below the folder."""
        try:
            with (self._folder / path).open("rb") as file:
                content = file.read(limit + 1)
        except FileNotFoundError:
            if self._folder.is_dir():
                raise NotThere(f"expected {path} in {self._folder}, got nothing") from None
            raise Unreachable(f"expected a folder at {self._folder}, got nothing") from None
        except OSError as reason:
            raise Unreachable(f"cannot read {path} in {self._folder}: {reason.strerror}") from None
        if len(content) > limit:
            raise Unreachable(f"expected at most {limit} bytes in {path}, got more")
        return content


def open_source(place: str, *, seconds: float = SECONDS) -> LogSource:
    """Return the source for an http(s) URL, or else for a folder; nothing is read yet."""
    if place.lower().startswith(("http://", "https://")):
        return UrlSource(place, seconds=seconds)
    return FolderSource(Path(place))


def read_tile(source: LogSource, tile: Tile) -> bytes:
    """Return exactly the bytes of a tile or entry bundle; WrongSize if it has others.

    Where a partial tile is gone, the full one begins with the same bytes (tlog-tiles, Partial
    Tiles).
    """
    each = MAX_BUNDLE // TILE_WIDTH if tile.level is None else _HASH
    wanted = tile.width * each
    try:
        # One byte more than there may be, so that a longer file is told from an unreachable one.
        raw = source.get(tile.path, limit=wanted + 1)
    except NotThere:
        if tile.width == TILE_WIDTH:
            raise
        whole = Tile(tile.level, tile.index)
        raw = source.get(whole.path, limit=TILE_WIDTH * each)[:wanted]
    if len(raw) != wanted:
        raise WrongSize(f"expected {wanted} bytes of {tile.path}, got {len(raw)}")
    return raw
