"""The verify page's check: the outsider's verifier, run as a process of its own."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from service.errors import ServiceError

_TIME_LIMIT_S = 60


class VerifierFailedError(ServiceError):
    """The verifier did not answer in time, or not with a report."""

    code = "verify/verifier-failed"
    http_hint = 503


def verify_upload(evidence: bytes, pdf: bytes | None, lang: str, *, trust: Path) -> dict[str, Any]:
    """Return the report (``acta verify --json``) on an uploaded evidence file.

    The files lie in a temporary folder for as long as the check takes, and nowhere else.
    """
    with tempfile.TemporaryDirectory(prefix="acta-verify-") as folder:
        evidence_path = Path(folder) / "upload.asice"
        evidence_path.write_bytes(evidence)
        command = [sys.executable, "-m", "anchoring.cli", "verify"]
        if pdf is None:
            command.append(str(evidence_path))
        else:
            pdf_path = Path(folder) / "upload.pdf"
            pdf_path.write_bytes(pdf)
            command += [str(pdf_path), "--evidence", str(evidence_path)]
        command += ["--json", "--lang", lang, "--trust", str(trust)]
        try:
            done = subprocess.run(
                command, capture_output=True, timeout=_TIME_LIMIT_S, check=False, cwd=folder
            )
        except subprocess.TimeoutExpired as error:
            raise VerifierFailedError(
                f"the check took longer than {_TIME_LIMIT_S} s; run `acta verify` yourself"
            ) from error
    if done.returncode not in {0, 1, 3}:
        raise VerifierFailedError("the verifier gave no verdict; run `acta verify` yourself")
    report: dict[str, Any] = json.loads(done.stdout)
    return report
