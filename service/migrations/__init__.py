"""Schema migrations (Alembic), applied at every start."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from service.database import Database


def upgrade_database(database: Database) -> None:
    """Bring the database to the newest schema; nothing happens if it is there already."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
