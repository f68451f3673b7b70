"""Schema migrations (Alembic), applied at every start."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from service.database import Database


def upgrade_database(database: Database, *, to: str = "head") -> None:
    """Bring the database to the newest schema, or to that of one revision, if it is older."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        connection.commit()
