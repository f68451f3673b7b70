"""Serving: start the rooms, say where to go, serve until told to stop."""

import signal
import socket
import sys
from contextlib import suppress

import uvicorn

from service.app import build_app
from service.errors import ServiceError
from service.journal import configure_logs
from service.rooms import Rooms
from service.settings import Settings


class PortTakenError(ServiceError):
    """Another program listens on the port."""

    code = "service/port-taken"
    http_hint = 500


def serve(settings: Settings) -> int:
    """Serve until SIGINT or SIGTERM; everything that was started is stopped before returning."""
    configure_logs(settings.log_level)
    listener = _listen(settings.host, settings.port)
    with listener, Rooms(settings) as rooms:
        server = uvicorn.Server(
            uvicorn.Config(
                build_app(rooms),
                log_config=None,
                # Page addresses may hold single-use links.
                access_log=False,
                server_header=False,
                date_header=True,
                proxy_headers=bool(settings.trusted_proxies),
                forwarded_allow_ips=settings.trusted_proxies or None,
                timeout_graceful_shutdown=5,
            )
        )
        _welcome(settings, rooms)
        # Once it has shut down, uvicorn raises the signal again; the rooms must then be stopped,
        # not cut off.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
    print("Acta has stopped.", flush=True)
    return 0


def _listen(host: str, port: int) -> socket.socket:
    # Taken before anything else is started, so that a busy port leaves nothing half-done.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(512)
    except OSError as error:
        listener.close()
        raise PortTakenError(
            f"port {port} of {host} is taken ({error.strerror}); set ACTA_PORT, or PORT=… to make"
        ) from error
    return listener


def _welcome(settings: Settings, rooms: Rooms) -> None:
    lines = [
        "",
        f"  Acta serves at      {settings.base_url}",
    ]
    if rooms.mailbox is not None:
        lines.append(f"  Mail and codes      {settings.base_url}/mailbox")
    lines += [
        f"  Trust file          {settings.base_url}/.well-known/acta-trust.json",
        f"  Data                {settings.data_dir}",
    ]
    key = rooms.first_api_key()
    if key is not None:
        lines += [
            f"  API key             {key}",
            "                      (shown this once; `acta api-key new` makes another)",
        ]
    if not settings.production:
        lines += [
            "",
            "  Embedded profile: its chain, certificates and mailbox are for trying Acta out.",
        ]
    lines += ["  Ctrl-C stops everything.", ""]
    print("\n".join(lines), flush=True, file=sys.stdout)
