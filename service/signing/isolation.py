"""Runs one piece of work in the signing room's sandbox, under its limits."""

from collections.abc import Sequence
from typing import Any

from service import isolated
from service.isolated import WorkKilledError, WorkRefusedError
from service.signing.errors import PdfTooComplexError

__all__ = ["WorkRefusedError", "run_isolated"]

_MEMORY = 1024**3
_CPU_SECONDS = 30
_WALL_SECONDS = 45


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
    try:
        return isolated.run_isolated(
            "service.signing.sandbox",
            work,
            parts,
            memory=memory,
            cpu_seconds=cpu_seconds,
            wall_seconds=wall_seconds,
            **arguments,
        )
    except WorkKilledError as error:
        raise PdfTooComplexError(
            f"reading the pdf: {error}", work=work, status=error.status
        ) from error
