"""The reader's own trust file, kept where they accepted it, and how it is replaced.

Only ``acta trust add`` writes it, after its fingerprint was accepted by a person (or given on
the command line). A newer file is taken without asking again only if it extends the known chain
of versions; a file that is shorter or differs is refused.
"""

import contextlib
import os
import tempfile
from pathlib import Path

from anchoring.errors import CannotCheckError, InvalidError
from anchoring.http_fetch import fetch
from anchoring.trust import MAX_TRUST, TrustFile, parse_trust

SECONDS = 20.0


class TrustNotAccepted(CannotCheckError):  # noqa: N818  # named after what is wrong
    """The fingerprint is not the one that was expected, or nobody accepted it."""

    code = "trust/not-accepted"


class TrustConflict(InvalidError):  # noqa: N818  # named after what is wrong
    """The file does not extend the one that is kept: versions are missing or were rewritten."""

    code = "trust/conflict"


class TrustStore:
    """The trust files in one folder, one for each log, named by genesis fingerprint."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def of_user(cls) -> "TrustStore":
        """Return the store in ``$XDG_CONFIG_HOME/acta`` (XDG Base Directory 0.8)."""
        named = os.environ.get("XDG_CONFIG_HOME", "")
        # A relative value is to be ignored, says the specification.
        base = Path(named) if named and Path(named).is_absolute() else Path.home() / ".config"
        return cls(base / "acta" / "trust")

    def all(self) -> tuple[TrustFile, ...]:
        """Return every kept file; raises MalformedTrust if one was altered on disk."""
        if not self._folder.is_dir():
            return ()
        return tuple(read_file(path) for path in sorted(self._folder.glob("*.json")))

    def for_origin(self, origin: str) -> TrustFile | None:
        """Return the one kept file of a log's origin; None if there is none.

        Two logs may claim one origin; then nothing says which is meant, so TrustConflict.
        """
        found = [trust for trust in self.all() if trust.origin == origin]
        if len(found) > 1:
            raise TrustConflict(
                f"expected one trust file for {origin}, got {len(found)}; name one with --trust"
            )
        return found[0] if found else None

    def known(self, fingerprint: bytes) -> TrustFile | None:
        """Return the kept file with this genesis fingerprint, or None."""
        path = self._path(fingerprint)
        return read_file(path) if path.is_file() else None

    def keep(self, trust: TrustFile) -> bool:
        """Keep ``trust``, durably and at once or not at all; False if it was kept already.

        The caller has had a new genesis accepted. Raises TrustConflict unless it extends the
        kept file of the same genesis.
        """
        known = self.known(trust.fingerprint)
        if known is not None:
            if known.raw == trust.raw:
                return False
            if not trust.extends(known):
                raise TrustConflict(
                    f"expected a trust file that extends version {known.current.number} of "
                    f"{known.origin}; the kept one stays"
                )
        self._write(self._path(trust.fingerprint), trust.raw)
        return True

    def _path(self, fingerprint: bytes) -> Path:
        return self._folder / f"{fingerprint.hex()}.json"

    def _write(self, path: Path, raw: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=self._folder, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(raw)
                file.flush()
                os.fsync(file.fileno())
            # Crash point: a hidden temporary file, which nothing reads; the old one is whole.
            Path(temporary).replace(path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(temporary).unlink()
            raise
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def read_file(path: Path) -> TrustFile:
    """Read and verify a trust file on disk; OSError passes through."""
    with path.open("rb") as file:
        return parse_trust(file.read(MAX_TRUST + 1))


def read_source(source: str) -> TrustFile:
    """Read and verify a trust file from an http(s) address or a path.

    Raises Unreachable, OSError, MalformedTrust or UnknownVersion. Nothing is trusted by this.
    """
    if source.lower().startswith(("http://", "https://")):
        return parse_trust(fetch(source, limit=MAX_TRUST, seconds=SECONDS))
    return read_file(Path(source))


def expect_fingerprint(trust: TrustFile, expected: str) -> None:
    """Raise TrustNotAccepted unless ``expected`` (hex; case, spaces, colons ignored) is the one."""
    digits = "".join(expected.split()).replace(":", "").lower()
    if digits != trust.fingerprint.hex():
        raise TrustNotAccepted(
            f"expected the fingerprint {digits[:64]}, got {trust.fingerprint.hex()}; do not trust "
            "this file"
        )


__all__ = [
    "TrustConflict",
    "TrustNotAccepted",
    "TrustStore",
    "expect_fingerprint",
    "read_file",
    "read_source",
]
