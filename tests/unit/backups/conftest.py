"""A second empty PostgreSQL database."""

import secrets
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, make_url, text


@pytest.fixture
def other_postgres_url(postgres_server: str) -> Iterator[str]:
    """The SQLAlchemy URL of one more empty database."""
    url = make_url(postgres_server).set(drivername="postgresql+psycopg")
    name = f"other_{secrets.token_hex(6)}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield url.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
