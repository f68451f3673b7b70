"""The process that sends text messages: ``python -m service.identity.phones.apprise_process``.

Apprise loads every gateway it knows, which takes seconds and memory that the web process should
not spend, and its libraries log what they send.
"""

import sys
from typing import Any

from service.isolated import Answer, answer_request


def _do(work: str, parts: list[bytes], arguments: dict[str, Any]) -> Answer:
    import apprise

    url = parts[0].decode()
    gateway = apprise.Apprise.instantiate(url)
    if work == "check" or gateway is None:
        return gateway is not None, []
    sender = apprise.Apprise()
    sender.add(gateway)
    result = sender.notify(body=parts[1].decode(), timeout=arguments["timeout_s"])
    # Only the library's own verdict "success" counts as sent.
    return result.status == apprise.AppriseResultStatus.SUCCESS, []


if __name__ == "__main__":
    sys.exit(answer_request(_do, too_much="memory"))
