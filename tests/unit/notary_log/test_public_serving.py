"""The log over HTTP as C2SP tlog-tiles says: types, caching, partial tiles."""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI

from anchoring.log_prove import prove_leaf
from anchoring.log_replay import Edge, replay
from anchoring.log_source import open_source
from anchoring.tree import root
from service.api.public import build_public_router
from tests.unit.notary.house import House


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[House, str]]:
    house = House(tmp_path)
    house.notary.start()
    app = FastAPI()
    app.include_router(
        build_public_router(
            notary=house.notary,
            trust_file=lambda: b"{}",
            trust_statement=lambda _version: None,
            timestamp=lambda query: query,
        )
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    (listening,) = server.servers[0].sockets
    yield house, f"http://127.0.0.1:{listening.getsockname()[1]}/log"
    server.should_exit = True
    thread.join()
    house.database.dispose()


def get(url: str) -> tuple[int, Message, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  our own server
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def test_types_and_caching(served: tuple[House, str]) -> None:
    house, url = served
    assert get(f"{url}/checkpoint")[0] == 404
    house.accept(*range(300))
    house.notary.sequence()
    status, headers, note = get(f"{url}/checkpoint")
    assert (status, note) == (200, house.notary.public_file("checkpoint"))
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    assert headers["Cache-Control"] == "no-cache"
    for path in ("tile/0/000", "tile/0/001.p/44", "tile/entries/001.p/44", "tile/1/000.p/1"):
        status, headers, content = get(f"{url}/{path}")
        assert (status, content) == (200, house.notary.public_file(path))
        assert headers["Content-Type"] == "application/octet-stream"
        assert "immutable" in headers["Cache-Control"]
        assert headers["Access-Control-Allow-Origin"] == "*"
    for path in ("tile/0/001", "tile/0/001.p/45", "tile/1/000", "tile/0/002.p/1"):
        status, headers, _ = get(f"{url}/{path}")
        assert (status, headers["Cache-Control"]) == (404, "no-store")


def test_a_partial_tile_stays_when_it_is_full(served: tuple[House, str]) -> None:
    house, url = served
    house.accept(*range(200))
    house.notary.sequence()
    before = get(f"{url}/tile/0/000.p/200")[2]
    house.accept(*range(200, 256))
    house.notary.sequence()
    assert get(f"{url}/tile/0/000.p/200")[2] == before
    assert get(f"{url}/tile/0/000")[2][: len(before)] == before
    assert get(f"{url}/checkpoint")[2] == house.notary.public_file("checkpoint")


def test_an_outsider_follows_and_proves(served: tuple[House, str]) -> None:
    house, url = served
    leaves = house.accept(*range(600))
    house.notary.sequence()
    source = open_source(url)
    found = replay(source, start=Edge(), size=600, sizes=[600])
    assert (found.roots, found.gaps) == ({600: root(leaves)}, [])
    assert prove_leaf(source, leaves[321]).index == 321
