"""A store in this process's memory, for tests."""

from collections.abc import Iterator

from service.custody.errors import ObjectMissingError
from service.custody.store import Store, checked_key, checked_name


class MemoryStore(Store):
    """The Store in a dict; it answers at once and forgets everything when the process ends."""

    def __init__(self, *, name: str) -> None:
        self._name = checked_name(name)
        self.objects: dict[str, bytes] = {}

    @property
    def name(self) -> str:
        """Return the name by which copies are remembered."""
        return self._name

    def put(self, key: str, data: bytes) -> str:
        """Keep ``data`` under ``key``."""
        self.objects[checked_key(key)] = bytes(data)
        return ""

    def read(self, key: str, *, version: str = "") -> Iterator[bytes]:
        """Yield what stands under ``key``, in one piece."""
        yield self._object(key)

    def head(self, key: str, *, version: str = "") -> int:
        """Return the number of bytes under ``key``."""
        return len(self._object(key))

    def delete(self, key: str) -> None:
        """Forget what stands under ``key``."""
        self.objects.pop(checked_key(key), None)

    def _object(self, key: str) -> bytes:
        try:
            return self.objects[checked_key(key)]
        except KeyError as error:
            raise ObjectMissingError(
                f"store {self._name!r} has no object {key}", store=self._name
            ) from error
