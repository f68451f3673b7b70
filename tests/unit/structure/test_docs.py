"""The documents point at what is there."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGES = [path for path in ROOT.glob("**/*.md") if not {"node_modules", ".cache"} & set(path.parts)]
PAGES = [path for path in PAGES if not any(part.startswith(".venv") for part in path.parts)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_local_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())
    local = [target for target in targets if "://" not in target]
    missing = [target for target in local if not (page.parent / target).exists()]
    assert not missing, f"{page.name} links to {missing}"


def test_the_readme_names_only_commands_that_make_knows() -> None:
    named = set(re.findall(r"^\$ make ([a-z-]+)", (ROOT / "README.md").read_text(), re.M))
    listed = subprocess.run(
        ["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    known = {line.split()[0] for line in listed.splitlines() if line.strip()}
    assert named, "expected commands in the README"
    assert named - {"help"} <= known


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text()
    assert [path.name for path in sorted(folder.glob("0*.md")) if path.name not in index] == []
