"""The tree's nodes in rows: the same answers as the whole tree, at the cost of its edge."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, insert, select, text, update

from anchoring.hashing import sha256
from anchoring.tree import (
    append_nodes,
    consistency_path,
    consistency_path_at,
    inclusion_path,
    root,
)
from service.database import Database
from service.migrations import upgrade_database
from service.notary import LogForkRefused
from service.notary.models import Leaf, LogTile
from service.notary.node_store import (
    NodeReader,
    append_leaf_hashes,
    read_inclusion_path,
    read_root,
)
from tests.parts import NOON, fresh_database


def leaves(count: int) -> list[bytes]:
    return [sha256(b"leaf %d" % number) for number in range(count)]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = fresh_database(tmp_path)
    yield database
    database.dispose()


def fill(database: Database, hashes: list[bytes], batches: list[int]) -> None:
    size = 0
    for batch in batches:
        with database.transaction() as session:
            append_leaf_hashes(session, size, hashes[size : size + batch])
        size += batch
    assert size == len(hashes)


@pytest.mark.parametrize("seed", range(4))
def test_batches_of_any_size_give_the_same_tree(database: Database, seed: int) -> None:
    choose = random.Random(seed)
    batches = [choose.choice((1, 2, 15, 16, 17, 255, 256, 257, 900)) for _ in range(12)]
    hashes = leaves(sum(batches))
    fill(database, hashes, batches)
    with database.reading() as session:
        for size in {1, len(hashes), *(choose.randint(1, len(hashes)) for _ in range(10))}:
            assert read_root(session, size) == root(hashes[:size])
            index = choose.randrange(size)
            path = read_inclusion_path(session, index, size)
            assert path == inclusion_path(hashes[:size], index)
            old = choose.randint(1, size)
            reader = NodeReader(session)
            assert consistency_path_at(reader, old, size) == consistency_path(hashes[:size], old)
        rows = session.scalars(select(LogTile).order_by(LogTile.level, LogTile.index)).all()
        assert b"".join(row.hashes for row in rows if row.level == 0) == b"".join(hashes)
        assert sum(len(row.hashes) for row in rows if row.level == 1) == 32 * (len(hashes) // 256)


def test_a_proof_is_one_query_and_a_batch_touches_the_edge_alone(database: Database) -> None:
    hashes = leaves(70_000)
    fill(database, hashes, [4_096] * 17 + [368])
    statements: list[str] = []

    def count(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", count)
    with database.reading() as session:
        read_inclusion_path(session, 12_345, 70_000)
        assert len(statements) == 1
        read_root(session, 70_000)
        assert len(statements) == 2
    statements.clear()
    with database.transaction() as session:
        append_leaf_hashes(session, 70_000, [sha256(b"one more")])
    assert len(statements) == 2


def test_a_row_that_is_not_what_it_must_be_is_refused(database: Database) -> None:
    fill(database, leaves(300), [300])
    with database.transaction() as session:
        session.execute(
            update(LogTile).where(LogTile.level == 0, LogTile.index == 1).values(hashes=bytes(32))
        )
    with database.transaction() as session, pytest.raises(LogForkRefused, match="damaged"):
        append_leaf_hashes(session, 300, leaves(1))
    with database.reading() as session, pytest.raises(LogForkRefused, match="damaged"):
        read_inclusion_path(session, 299, 300)


def test_nodes_of_the_first_schema_become_tiles(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    upgrade_database(database, to="0001")
    hashes = leaves(700)
    nodes = append_nodes(lambda _level, _index: b"", 0, hashes)
    with database.transaction() as session:
        session.execute(
            insert(Leaf),
            [
                {
                    "leaf_hash": value,
                    "entry": value,
                    "kind": "statement",
                    "subject": bytes(32),
                    "log_index": index,
                    "accepted_at": NOON,
                }
                for index, value in enumerate(hashes)
            ],
        )
        session.execute(
            text("INSERT INTO notary_node VALUES (:level, :position, :hash)"),
            [
                {"level": level, "position": position, "hash": value}
                for (level, position), value in nodes.items()
                if level > 0
            ],
        )
    upgrade_database(database)
    with database.transaction() as session:
        assert read_root(session, 700) == root(hashes)
        assert read_inclusion_path(session, 257, 700) == inclusion_path(hashes, 257)
        more = leaves(1_000)[700:]
        append_leaf_hashes(session, 700, more)
        assert read_root(session, 1_000) == root(hashes + more)
    database.dispose()
