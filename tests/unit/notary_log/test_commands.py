"""The operator's commands: change the log key, list and retire mirrors."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from anchoring.cli import main
from service.database import Database
from service.migrations import upgrade_database
from service.notary import DiskMirror
from service.notary.log_keys import LogKeys
from service.notary.mirror_roll import MirrorRoll
from service.rooms import open_keyring
from service.settings import Settings
from tests.parts import ManualClock
from tests.unit.notary.house import ORIGIN


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("ACTA_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    return Settings()


def test_rotate_key(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["log", "rotate-key"]) == 2
    assert "start Acta once" in capsys.readouterr().err
    LogKeys(keyring=open_keyring(settings), origin=ORIGIN)
    assert main(["log", "rotate-key"]) == 0
    assert "log-checkpoint-2.key" in capsys.readouterr().out
    assert main(["log", "rotate-key", "--compromised"]) == 0
    third, second, first = LogKeys(keyring=open_keyring(settings), origin=ORIGIN).published()
    assert (first.revoked, second.revoked, third.revoked) == (False, True, False)
    assert third.since is not None
    assert third.since <= datetime.now(UTC)


def test_mirrors(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = Database(settings.database_url)
    upgrade_database(database)
    keys = LogKeys(keyring=open_keyring(settings), origin=ORIGIN)
    roll = MirrorRoll(database=database, clock=ManualClock(), origin=ORIGIN, vkeys=keys.vkeys)
    roll.admit(DiskMirror(tmp_path / "one"))
    roll.admit(DiskMirror(tmp_path / "two"))
    database.dispose()
    assert main(["log", "retire-mirror", str(tmp_path / "one")]) == 0
    assert main(["log", "retire-mirror", str(tmp_path / "one")]) == 2
    assert "acta log mirrors" in capsys.readouterr().err
    assert main(["log", "mirrors"]) == 0
    one, two = sorted(capsys.readouterr().out.splitlines(), key=lambda line: line[-3:])
    assert ("retired" in one, "in use" in two) == (True, True)
