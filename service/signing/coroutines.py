"""Running pyHanko's asynchronous work to its end."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def wait_for(work: Coroutine[Any, Any, T]) -> T:
    """Run pyHanko's asynchronous work to its end, also from a thread that runs an event loop.

    The work is computation only: keys, time stamps and validation data are all in this process.
    """
    if _in_event_loop():
        with ThreadPoolExecutor(max_workers=1) as executor:
            return executor.submit(asyncio.run, work).result()
    return asyncio.run(work)


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
