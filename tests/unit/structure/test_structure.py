"""The tree is what docs/architecture.md says, and rooms are entered by their doors."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ROOMS = sorted(
    folder.name
    for folder in (ROOT / "service").iterdir()
    if (folder / "__init__.py").exists() and folder.name != "migrations"
)
LARGEST_MODULE = 500


def tracked(*patterns: str) -> list[Path]:
    """Return the files of the repository that match, those not yet added included."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_every_folder_and_module_has_its_line_in_the_architecture_page() -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    top = {
        path.relative_to(ROOT).parts[0]
        for path in tracked()
        if len(path.relative_to(ROOT).parts) > 1
    }
    wanted = {f"| `{name}/` |" for name in top if not name.startswith(".") and name != "service"}
    wanted |= {f"| `service/{room}/` |" for room in ROOMS}
    modules = {path.name for path in (ROOT / "service").glob("*.py")} - {"__init__.py"}
    missing = sorted(one for one in wanted | modules if one not in page)
    assert not missing, f"docs/architecture.md says nothing of {missing}"


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_imported_only_through_its_door(room: str) -> None:
    trespassers = []
    for path in tracked("service/*.py"):
        inside = path.relative_to(ROOT / "service").parts[0]
        if inside in {room, "migrations"}:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else []
            )
            trespassers += [
                f"{path.relative_to(ROOT)}: {name}"
                for name in names
                if name.startswith(f"service.{room}.")
            ]
    assert not trespassers


def test_only_the_settings_read_the_environment() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for path in tracked("service/*.py")
        if path.name != "settings.py" and re.search(r"\bos\.(environ|getenv)\b", path.read_text())
    ]
    assert readers == []


def test_no_module_has_grown_past_reading() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked("*.py", "*.sol", "*.js")
        if "node_modules" not in path.parts
        and (lines := len(path.read_text().splitlines())) > LARGEST_MODULE
    }
    assert long == {}


def test_lock_files_name_no_download_address() -> None:
    for path in tracked("*.lock", "*package-lock.json"):
        found = re.search(r'"resolved":|\.(?:whl|tgz|tar\.gz)\b', path.read_text())
        assert found is None, path
