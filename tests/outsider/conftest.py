"""The outsider's verifier: an ``acta`` in an environment of its own, without the service."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_OWN = ROOT / ".venv-verify" / "bin" / "acta"


@dataclass(frozen=True)
class Verifier:
    """An installed ``acta``, and the Python it runs on."""

    acta: Path

    @property
    def python(self) -> Path:
        return self.acta.with_name("python")

    def run(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run ``acta``; ``cwd`` keeps the checkout out of its way."""
        return self._run([str(self.acta), *arguments], cwd)

    def run_python(self, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run its Python, isolated: no variables, no user's packages, no current folder."""
        return self._run([str(self.python), "-I", *arguments], cwd)

    def _run(self, command: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        return subprocess.run(
            command,
            cwd=cwd,
            env={**kept, "LANG": "C.UTF-8", "XDG_CONFIG_HOME": str(cwd)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


@pytest.fixture(scope="session")
def verifier() -> Verifier:
    """The verifier named by ACTA_VERIFIER, or the one that ``make test-setup`` installs."""
    named = os.environ.get("ACTA_VERIFIER")
    acta = Path(named) if named else _OWN
    if not acta.is_file():
        pytest.fail(f"there is no outsider's verifier at {acta}: run `make test-setup` first")
    return Verifier(acta)
