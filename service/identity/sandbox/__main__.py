"""The sandbox's entry: limit this process, do one piece of work, answer, end."""

import sys
from typing import Any

from service.isolated import Answer, answer_request


def _do(work: str, parts: list[bytes], arguments: dict[str, Any]) -> Answer:
    # OpenCV takes a quarter of a second to load, and cleaning does not need it.
    if work == "clean":
        from service.identity.sandbox.redrawing import clean

        return clean(parts, **arguments)
    if work == "read-document":
        from service.identity.sandbox.mrz_reading import read_document

        return read_document(parts[0], **arguments), []
    raise ValueError(f"unknown work {work!r}")


if __name__ == "__main__":
    sys.exit(answer_request(_do, too_much="picture"))
