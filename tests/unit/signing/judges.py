"""Other people's programs that say whether what we wrote is right."""

import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import EmbeddedPdfSignature


def _need(program: str, package: str) -> None:
    if shutil.which(program) is None:
        # In CI every judge must speak; elsewhere a newcomer may lack one and is told which.
        tell = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        tell(f"install {package} for {program}")


def qpdf_check(pdf: bytes, folder: Path) -> str:
    """Return what ``qpdf --check`` says; the test fails if it is not clean."""
    _need("qpdf", "qpdf")
    path = folder / "checked.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr
    return done.stdout


def pdfsig_verdicts(pdf: bytes, root_pem: bytes, folder: Path) -> dict[str, tuple[str, str]]:
    """Return each field's (signature, certificate) verdict by poppler's pdfsig, in its words."""
    _need("pdfsig", "poppler-utils")
    _need("certutil", "libnss3-tools")
    store = folder / "nss"
    if not store.exists():
        store.mkdir()
        (folder / "root.pem").write_bytes(root_pem)
        for arguments in (
            ["-N", "--empty-password"],
            ["-A", "-n", "root", "-t", "CT,C,C", "-a", "-i", str(folder / "root.pem")],
        ):
            subprocess.run(["certutil", *arguments, "-d", f"sql:{store}"], check=True)
    path = folder / "judged.pdf"
    path.write_bytes(pdf)
    # Its exit code is 0 for broken files too: only its words count.
    done = subprocess.run(
        ["pdfsig", "-nssdir", f"sql:{store}", path],
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts: dict[str, tuple[str, str]] = {}
    for part in done.stdout.split("Signature #")[1:]:
        lines = dict(line.strip(" -").split(": ", 1) for line in part.splitlines() if ": " in line)
        verdicts[lines["Signature Field Name"]] = (
            lines.get("Signature Validation", ""),
            lines.get("Certificate Validation", ""),
        )
    return verdicts


def openssl(folder: Path, *arguments: str) -> str:
    """Run openssl in ``folder``; the test fails if it does."""
    done = subprocess.run(
        ["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def signatures_of(pdf: bytes) -> dict[str, EmbeddedPdfSignature]:
    """Return the signatures in a PDF by their field's name, in order."""
    reader = PdfFileReader(io.BytesIO(pdf))
    return {str(found.field_name): found for found in reader.embedded_signatures}


def covered_bytes(pdf: bytes, signature: EmbeddedPdfSignature) -> bytes:
    """Return the bytes that a signature covers."""
    start, length, resume, rest = (int(number) for number in signature.byte_range)
    return pdf[start : start + length] + pdf[resume : resume + rest]
