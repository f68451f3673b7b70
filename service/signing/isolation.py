"""Runs one piece of work in the sandbox, and kills it when it takes too much."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from service.signing.errors import PdfTooComplexError
from service.signing.sandbox.frames import pack, unpack

_MEMORY = 1024**3
_CPU_SECONDS = 30
_WALL_SECONDS = 45
# Where the package lies, for an interpreter that is given no environment.
_PACKAGES = str(Path(__file__).resolve().parents[2])


class WorkRefusedError(Exception):
    """The sandbox answered no: ``code`` is its refusal, empty for an unexpected fault."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


def run_isolated(
    work: str,
    parts: Sequence[bytes],
    *,
    memory: int = _MEMORY,
    cpu_seconds: int = _CPU_SECONDS,
    wall_seconds: float = _WALL_SECONDS,
    **arguments: Any,
) -> tuple[Any, list[bytes]]:
    """Return answer and parts of ``work``, done under limits in a process that ends with it.

    ``memory`` is in bytes of address space. Raises WorkRefusedError, or PdfTooComplexError if the
    process passed a limit or died.
    """
    message = pack(
        {"work": work, "memory": memory, "seconds": cpu_seconds, "arguments": arguments}, parts
    )
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-s", "-m", "service.signing.sandbox"],
            input=message,
            capture_output=True,
            timeout=wall_seconds,
            env={"PYTHONPATH": _PACKAGES, "LANG": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PdfTooComplexError(
            f"expected the pdf to be read within {wall_seconds:g} seconds", work=work
        ) from error
    if done.returncode != 0:
        raise PdfTooComplexError(
            "reading the pdf took too much memory or time", work=work, status=done.returncode
        )
    header, answers = unpack(done.stdout)
    if "refused" in header:
        raise WorkRefusedError(header["refused"], header["message"])
    return header["answer"], answers
