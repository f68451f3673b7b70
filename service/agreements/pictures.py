"""Page pictures kept for a while, so that turning pages is quick."""

from collections import OrderedDict
from threading import Lock

_PICTURES_KEPT = 64


class PictureCache:
    """The page pictures shown last, in memory only."""

    def __init__(self) -> None:
        self._pictures: OrderedDict[tuple[str, int, int], bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, int, int]) -> bytes | None:
        """Return the picture of (revision, page, width), or None."""
        with self._lock:
            if key in self._pictures:
                self._pictures.move_to_end(key)
            return self._pictures.get(key)

    def put(self, key: tuple[str, int, int], picture: bytes) -> None:
        """Keep a picture, forgetting the one unseen for longest."""
        with self._lock:
            self._pictures[key] = picture
            while len(self._pictures) > _PICTURES_KEPT:
                self._pictures.popitem(last=False)
