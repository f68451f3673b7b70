"""The sandbox's entry: limit this process, do one piece of work, answer, end."""

import sys
from typing import Any

from service.isolated import Answer, answer_request


def _do(work: str, parts: list[bytes], arguments: dict[str, Any]) -> Answer:
    # Each piece of work needs other libraries; loading all of them would triple the cold start.
    if work == "inspect":
        from service.signing.sandbox.gate import inspect

        return inspect(parts[0], **arguments), []
    if work == "render":
        from service.signing.sandbox.drawing import render

        return None, [render(parts[0], **arguments)]
    if work == "picture":
        from service.signing.sandbox.drawing import clean_picture

        return None, [clean_picture(parts[0], **arguments)]
    if work == "assemble":
        from service.signing.sandbox.assembly import assemble

        return None, [assemble(*parts, **arguments)]
    raise ValueError(f"unknown work {work!r}")


if __name__ == "__main__":
    sys.exit(answer_request(_do, too_much="pdf/too-complex"))
