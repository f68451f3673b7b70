"""``make demo``: the whole journey on a real PDF, without a browser, ending in a verdict.

It starts a server of its own on free ports with a data folder of its own, does what two people
would do at the portal, and hands the results to the outsider's verifier, which runs in another
environment.
"""

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from service.person import Contact, Person
from service.visitor import JourneyError

_START_LIMIT_S = 60
_FINAL_LIMIT_S = 60
_CARMEN = Contact("Carmen Ruiz Valdés", "carmen@finca.example")
_MATEO = Contact("Mateo Lobo Serrano", "mateo@campo.example")


class _Progress:
    """Says on the terminal what is being done, and how long it took."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def say(self, text: str) -> None:
        print(f"  {time.monotonic() - self._begun:5.1f} s  {text}", flush=True)


def run_demo(*, pdf: Path | None, out: Path, verifier: Path) -> int:
    """Run the journey; return the verifier's exit code (0 VALID, 1 INVALID, 3 CANNOT CHECK)."""
    if pdf is not None and not pdf.is_file():
        print(f"acta: expected a PDF file, found none at {pdf}", file=sys.stderr)
        return 2
    contract = _own_contract() if pdf is None else pdf.read_bytes()
    title = "Arrendamiento de la finca El Encinar del Soto" if pdf is None else pdf.stem
    out.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="acta-demo-"))
    progress = _Progress()
    progress.say("starting a server of its own, with an empty data folder")
    server, base_url = _start(folder)
    try:
        _wait_until_serving(server, base_url, folder)
        _journey(base_url, contract, title, out, progress)
        trust = httpx.get(f"{base_url}/.well-known/acta-trust.json", timeout=10)
        (out / "trust.json").write_bytes(trust.raise_for_status().content)
        progress.say("a stranger checks it: another environment, no access to the platform's data")
        return _verdict(out, verifier)
    except (JourneyError, httpx.HTTPError) as error:
        print(f"acta: the journey stopped: {error}", file=sys.stderr)
        print(f"acta: the server's log is kept at {folder / 'server.log'}", file=sys.stderr)
        return 4
    finally:
        _stop(server)
        if sys.exc_info()[0] is None and (out / "verdict.txt").exists():
            shutil.rmtree(folder, ignore_errors=True)
            progress.say("the server has stopped")


def _journey(base_url: str, contract: bytes, title: str, out: Path, progress: _Progress) -> None:
    carmen, mateo = Person(base_url, _CARMEN), Person(base_url, _MATEO)
    try:
        progress.say(f"{_CARMEN.name} signs in with a code from her mail")
        carmen.sign_in()
        progress.say("she uploads the contract; every page gets a code, a QR and signature fields")
        agreement = carmen.draft(pdf=contract, title=title, others=[_MATEO], own=True)
        progress.say("she reads it and signs first")
        carmen.sign(agreement)
        progress.say(f"she sends it to {_MATEO.name}; the time is recorded")
        carmen.send(agreement)
        progress.say("he opens the link from his mail and confirms a code")
        mateo.accept_invitation(agreement)
        progress.say("he reads every page and signs")
        mateo.sign(agreement)
        progress.say("the platform seals, encrypts and stores, logs and anchors")
        _wait_for_evidence(mateo, agreement)
        pdf = mateo.visitor.download(f"/agreements/{agreement}/document.pdf")
        evidence = mateo.visitor.download(f"/agreements/{agreement}/evidence.asice")
    finally:
        carmen.close()
        mateo.close()
    (out / "sealed.pdf").write_bytes(pdf)
    (out / "evidence.asice").write_bytes(evidence)
    progress.say(f"sealed PDF ({len(pdf):,} bytes) and evidence ({len(evidence):,} bytes) fetched")


def _wait_for_evidence(person: Person, agreement: str) -> None:
    until = time.monotonic() + _FINAL_LIMIT_S
    while time.monotonic() < until:
        if person.offers(agreement, "evidence.asice"):
            return
        time.sleep(0.2)
    raise JourneyError(f"expected a final anchor within {_FINAL_LIMIT_S} s")


def _verdict(out: Path, verifier: Path) -> int:
    command = [
        str(verifier), "verify", str(out / "sealed.pdf"),
        "--evidence", str(out / "evidence.asice"), "--trust", str(out / "trust.json"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    print(f"\n$ acta {' '.join(command[1:])}\n{done.stdout}{done.stderr}", flush=True)
    (out / "verdict.txt").write_text(done.stdout)
    return done.returncode


def _start(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    port = _free_port()
    command = [
        sys.executable, "-m", "anchoring.cli", "serve", "--data-dir", str(folder / "data"),
        "--port", str(port), "--chain-port", str(_free_port()),
    ]  # fmt: skip
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    return server, f"http://localhost:{port}"


def _wait_until_serving(server: subprocess.Popen[bytes], base_url: str, folder: Path) -> None:
    until = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < until:
        if server.poll() is not None:
            log = (folder / "server.log").read_text(errors="replace")[-2000:]
            raise JourneyError(f"the server ended with {server.returncode}:\n{log}")
        try:
            if httpx.get(f"{base_url}/healthz", timeout=2).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise JourneyError(f"the server did not answer within {_START_LIMIT_S} s")


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(5)


def _free_port() -> int:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


def _own_contract() -> bytes:
    import typst

    return bytes(typst.compile(Path(__file__).with_name("demo_contract.typ")))
