"""The migrations build exactly the tables that the models describe, on both databases."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

import service.agreements.models
import service.custody.models
import service.identity.companies.models
import service.identity.faces.models
import service.identity.kept_pictures
import service.identity.models
import service.identity.passkeys.models
import service.identity.people.models
import service.identity.review.models
import service.identity.statements
import service.notary.models
import service.notices.models  # noqa: F401  every room's tables
from service.database import Base, Database
from service.migrations import upgrade_database


def _differences(database: Database) -> list[object]:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_name": lambda name, kind, _: (
                    kind != "table" or name in Base.metadata.tables
                )
            },
        )
        return list(compare_metadata(context, Base.metadata))


def test_sqlite_is_brought_to_the_models(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'acta.db'}")
    upgrade_database(database)
    upgrade_database(database)
    assert _differences(database) == []
    database.dispose()


def test_postgresql_is_brought_to_the_models(postgres_url: str) -> None:
    database = Database(postgres_url)
    upgrade_database(database)
    assert _differences(database) == []
    assert set(Base.metadata.tables) <= set(inspect(database.engine).get_table_names())
    database.dispose()
