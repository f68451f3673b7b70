"""Work on strangers' files in a process of its own, which is killed when it takes too much.

A request and its answer travel through pipes as one JSON header, then raw parts:
``4 bytes big-endian length ‖ JSON ‖ part…``; the header's ``parts`` lists the parts' lengths.
``run_isolated`` is the near side; ``answer_request`` is what the process of ``-m <module>`` calls.
"""

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

# Where our packages lie, for an interpreter that is given no environment.
PACKAGES = str(Path(__file__).resolve().parent.parent)

Answer = tuple[Any, list[bytes]]


class WorkRefusedError(Exception):
    """The process answered no: ``code`` is its refusal, empty for an unexpected fault."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


class WorkKilledError(Exception):
    """The process passed a limit or died; ``status`` is its exit code, None past the time."""

    def __init__(self, words: str, *, status: int | None) -> None:
        super().__init__(words)
        self.status = status


def pack(header: dict[str, Any], parts: Sequence[bytes]) -> bytes:
    """Return the bytes of one message."""
    encoded = json.dumps({**header, "parts": [len(part) for part in parts]}).encode()
    return b"".join([len(encoded).to_bytes(4, "big"), encoded, *parts])


def unpack(message: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Return header and parts; raises ValueError unless the lengths fit exactly."""
    start = 4 + int.from_bytes(message[:4], "big")
    header: dict[str, Any] = json.loads(message[4:start])
    parts: list[bytes] = []
    for size in header.pop("parts"):
        parts.append(message[start : start + size])
        start += size
    if start != len(message):
        raise ValueError(f"expected a message of {start} bytes, got {len(message)}")
    return header, parts


def run_isolated(
    module: str,
    work: str,
    parts: Sequence[bytes],
    *,
    memory: int,
    cpu_seconds: int,
    wall_seconds: float,
    environment: Mapping[str, str] | None = None,
    **arguments: Any,
) -> Answer:
    """Return answer and parts of ``work``, done by ``python -m module`` under limits.

    ``memory`` is in bytes of address space. The process gets ``environment`` and nothing else of
    ours, and whatever it started ends with it. Raises WorkRefusedError, WorkKilledError.
    """
    message = pack(
        {"work": work, "memory": memory, "seconds": cpu_seconds, "arguments": arguments}, parts
    )
    with subprocess.Popen(
        [sys.executable, "-P", "-s", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": PACKAGES, "LANG": "C.UTF-8", **(environment or {})},
        start_new_session=True,
    ) as process:
        try:
            answer, _ = process.communicate(message, timeout=wall_seconds)
        except BaseException as error:
            # The whole group: what the process itself started would hold the pipes open.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                raise WorkKilledError(
                    f"expected an answer within {wall_seconds:g} seconds", status=None
                ) from error
            raise
    if process.returncode != 0:
        raise WorkKilledError("it took too much memory or time", status=process.returncode)
    header, answers = unpack(answer)
    if "refused" in header:
        raise WorkRefusedError(header["refused"], header["message"])
    return header["answer"], answers


def answer_request(
    do: Callable[[str, list[bytes], dict[str, Any]], Answer], *, too_much: str
) -> int:
    """Answer the one request on standard input; the exit code is 0 if there is an answer.

    Limits this process before ``do`` parses anything. An exception with an attribute ``refusal``
    is a refusal of that code; ``too_much`` is the code for a MemoryError.
    """
    header, parts = unpack(sys.stdin.buffer.read())
    memory, seconds = int(header["memory"]), int(header["seconds"])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    # Nothing here writes files, and a crash must not leave a stranger's document in a core dump.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(_answer(do, header, parts, too_much))
    sys.stdout.buffer.flush()
    return 0


def _answer(
    do: Callable[[str, list[bytes], dict[str, Any]], Answer],
    header: dict[str, Any],
    parts: list[bytes],
    too_much: str,
) -> bytes:
    try:
        answer, answers = do(header["work"], parts, header["arguments"])
    except MemoryError:
        return pack({"refused": too_much, "message": "it takes too much memory"}, [])
    except Exception as error:  # noqa: BLE001  # parsers raise anything; the near side decides
        # Only our own refusals carry words: a library's message may quote the document.
        code = getattr(error, "refusal", "")
        words = str(error) if code else type(error).__name__
        return pack({"refused": code, "message": words}, [])
    return pack({"answer": answer}, answers)
