"""The port to a place that keeps a full public copy of the log."""

from typing import Protocol

MARKER = "acta-mirror.json"
"""Tells a mirror that was used from a place where one should be, such as a disk not mounted."""


class LogMirror(Protocol):
    """Keeps the log's files under their tlog-tiles paths, so that the log can be rebuilt from it.

    Writing: ``MARKER`` before anything else, once; then entries and tiles, and ``checkpoint``
    last: what stands there says up to which size this mirror is complete. A tile's content never
    changes; ``checkpoint`` is replaced by a newer one.
    Durability: when ``put`` returns, the file survives a crash and a power cut at the mirror. A
    mirror may drop the partial tiles of a tile that is now full.
    Atomicity: a ``get`` at any moment gives a file that was put whole, or None.
    Idempotence: every call may be repeated, also after an error that left unknown whether it was
    carried out. An adapter never repeats a call by itself.
    Concurrency: one process at a time writes; any number may read.
    Errors: MirrorFailedError when the mirror does not answer, refuses or is full.
    """

    @property
    def name(self) -> str:
        """Return what the mirror is called in messages."""
        ...

    def put(self, path: str, content: bytes) -> None:
        """Keep ``content`` under ``path``, over what was there."""
        ...

    def get(self, path: str) -> bytes | None:
        """Return what stands under ``path``, None if nothing does."""
        ...
