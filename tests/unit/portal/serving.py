"""The portal over rooms in memory, served on this machine.

``python -m tests.unit.portal.serving`` serves it with a few agreements, for working on the pages.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from service.identity import Bureau
from tests.running import free_port
from tests.unit.portal.rooms import MemoryRooms, MemorySettings
from tests.unit.portal.visits import build_app

START_LIMIT_S = 10


@contextmanager
def serve(
    *, production: bool = False, port: int | None = None, bureau: Bureau | None = None
) -> Iterator[MemoryRooms]:
    """Serve a portal in a thread; ``rooms.settings.base_url`` says where."""
    port = port or free_port()
    settings = MemorySettings(base_url=f"http://localhost:{port}", production=production)
    rooms = MemoryRooms(settings=settings, bureau=bureau)
    server = uvicorn.Server(
        uvicorn.Config(
            build_app(rooms), host="127.0.0.1", port=port, log_level="critical", ws="none"
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + START_LIMIT_S
    while not server.started:
        assert time.monotonic() < until, "the portal did not start"
        time.sleep(0.01)
    yield rooms
    server.should_exit = True
    thread.join(START_LIMIT_S)


if __name__ == "__main__":
    with serve(port=8100) as shown:
        shown.draft("ana@example.com", "beto@example.com")
        print(f"{shown.settings.base_url} (every code is 314159)")
        threading.Event().wait()
