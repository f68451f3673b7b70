"""What makes an installation of the embedded profile its own: names and ports, chosen once."""

import json
import secrets
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from service.errors import ServiceError
from service.keyring import write_atomically

_FIRST_CHAIN_PORT = 8545
_PORTS_TRIED = 100


class NoFreePortError(ServiceError):
    """No port is free for the embedded chain."""

    code = "embedded/no-free-port"
    http_hint = 500


@dataclass(frozen=True)
class Installation:
    """The log's origin, its AnchorLog and the embedded chain's port, all in trust files.

    ``contract``: AnchorLog's address, 0x…; an installation stays with the one its log was opened
    in when a later version brings another.
    """

    log_origin: str
    contract: str
    chain_port: int


def load_installation(
    folder: Path, *, log_origin: str, contract: str, chain_port: int
) -> Installation:
    """Return the installation kept in ``folder``, choosing what is not given on the first call.

    What was chosen stays: evidence names the origin, and readers' trust files the port.
    """
    path = folder / "installation.json"
    if path.exists():
        return Installation(**json.loads(path.read_bytes()))
    installation = Installation(
        log_origin=log_origin or f"acta.localhost/{secrets.token_hex(5)}",
        contract=contract,
        chain_port=chain_port or _free_port(),
    )
    write_atomically(path, json.dumps(asdict(installation)).encode(), mode=0o644)
    return installation


def _free_port() -> int:
    for port in range(_FIRST_CHAIN_PORT, _FIRST_CHAIN_PORT + _PORTS_TRIED):
        with socket.socket() as attempt:
            try:
                attempt.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise NoFreePortError(
        f"expected a free port from {_FIRST_CHAIN_PORT} to "
        f"{_FIRST_CHAIN_PORT + _PORTS_TRIED - 1} for the embedded chain; set ACTA_CHAIN_PORT"
    )
