"""Documents read by OpenCV and tesseract, in a process with limits on memory and time."""

import shutil
import subprocess
from datetime import date

from service.identity.documents.errors import (
    DocumentReaderMissingError,
    MrzCheckDigitError,
    MrzNotFoundError,
)
from service.identity.documents.mrz import Mrz, parse_mrz
from service.identity.pictures.cleaning import SANDBOX, SANDBOX_ENVIRONMENT
from service.identity.pictures.gate import SoundPicture
from service.isolated import WorkKilledError, WorkRefusedError, run_isolated

_MEMORY = 2048 * 1024**2
_CPU_SECONDS = 60
_WALL_SECONDS = 75


class TesseractReader:
    """The DocumentReader over the machine's own ``tesseract``, with its English data."""

    def __init__(self, *, program: str | None = None) -> None:
        self._program = program or shutil.which("tesseract") or ""
        self._version: str | None = None

    @property
    def name(self) -> str:
        """The recogniser and its version, such as ``tesseract 5.3.0``."""
        if self._version is None:
            self._version = self._ask_version()
        return self._version

    def read(self, picture: SoundPicture, *, today: date) -> Mrz:
        """Return what the lines say; every check digit fits."""
        program = self._known_program()
        try:
            answer, _ = run_isolated(
                SANDBOX,
                "read-document",
                [picture.data],
                memory=_MEMORY,
                cpu_seconds=_CPU_SECONDS,
                wall_seconds=_WALL_SECONDS,
                environment=SANDBOX_ENVIRONMENT,
                kind=picture.kind,
                today=today.isoformat(),
                tesseract=program,
            )
        except (WorkRefusedError, WorkKilledError) as error:
            raise MrzNotFoundError("the document cannot be read; take another picture") from error
        if answer["lines"]:
            return parse_mrz(answer["lines"], today=today)
        if answer["looked_like_lines"]:
            raise MrzCheckDigitError(
                "the lines were read, but their check digits do not fit; take a sharper picture"
            )
        raise MrzNotFoundError("expected two or three lines with many < at the document's foot")

    def _known_program(self) -> str:
        if not self._program:
            raise DocumentReaderMissingError(
                "expected the program tesseract; install it (on Debian: tesseract-ocr)"
            )
        return self._program

    def _ask_version(self) -> str:
        done = subprocess.run(
            [self._known_program(), "--version"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
        first = (done.stdout or done.stderr).splitlines()[:1]
        return " ".join(first)[:40] or "tesseract"
