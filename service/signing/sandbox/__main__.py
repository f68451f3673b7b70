"""The sandbox's entry: limit this process, do one piece of work, answer, end."""

import resource
import sys

from service.signing.sandbox.frames import pack, unpack


def main() -> int:
    """Answer the one request on standard input; the exit code is 0 if there is an answer."""
    header, parts = unpack(sys.stdin.buffer.read())
    memory, seconds = int(header["memory"]), int(header["seconds"])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    # Nothing here writes files, and a crash must not leave a stranger's document in a core dump.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(_answer(header, parts))
    sys.stdout.buffer.flush()
    return 0


def _answer(header: dict[str, object], parts: list[bytes]) -> bytes:
    # Each piece of work needs other libraries; loading all of them would triple the cold start.
    work = header["work"]
    arguments = header["arguments"]
    assert isinstance(arguments, dict)
    try:
        if work == "inspect":
            from service.signing.sandbox.gate import inspect

            return pack({"answer": inspect(parts[0], **arguments)}, [])
        if work == "render":
            from service.signing.sandbox.drawing import render

            return pack({"answer": None}, [render(parts[0], **arguments)])
        if work == "picture":
            from service.signing.sandbox.drawing import clean_picture

            return pack({"answer": None}, [clean_picture(parts[0], **arguments)])
        if work == "assemble":
            from service.signing.sandbox.assembly import assemble

            return pack({"answer": None}, [assemble(*parts, **arguments)])
    except MemoryError:
        return pack({"refused": "pdf/too-complex", "message": "it takes too much memory"}, [])
    except Exception as error:  # noqa: BLE001  # parsers raise anything; the far side decides
        # Only our own refusals carry words: a library's message may quote the document.
        code = getattr(error, "refusal", "")
        words = str(error) if code else type(error).__name__
        return pack({"refused": code, "message": words}, [])
    raise ValueError(f"unknown work {work!r}")


if __name__ == "__main__":
    sys.exit(main())
