"""Bounded HTTP with the standard library: time-outs, a size limit, no odd redirects.

What comes back is untrusted bytes. Every failure is one error, ``Unreachable``, because to a
verifier a dead host, a wrong certificate and a 500 all mean the same: nothing was learnt.
"""

import http.client
import ipaddress
import time
import urllib.error
import urllib.parse
import urllib.request

from anchoring.errors import CannotCheckError

_AGENT = "acta-verify/1"
_CHUNK = 64 * 1024


class Unreachable(CannotCheckError):  # noqa: N818  # named after what is wrong, as its base says
    """A URL gave no usable answer in time."""

    code = "network/unreachable"


class NotThere(Unreachable):
    """The host answered that it has nothing at this URL (404 or 410)."""

    code = "network/not-there"


class _SameKindRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to http and https only, and never from https to http."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        old, new = (urllib.parse.urlsplit(url).scheme for url in (req.full_url, newurl))
        if new not in ("http", "https") or (old == "https" and new != "https"):
            raise urllib.error.URLError(f"redirected from {old} to {new}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(
    url: str,
    *,
    limit: int,
    seconds: float,
    body: bytes | None = None,
    content_type: str = "application/json",
) -> bytes:
    """Return the body of a 200 answer of at most ``limit`` bytes; POST when ``body`` is given.

    ``seconds`` bounds each wait for the network and, together, the whole answer. Raises
    Unreachable. Only http and https; a host on this machine is never asked through a proxy.
    """
    deadline = time.monotonic() + seconds
    try:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Unreachable(f"expected an http or https address, got {url[:200]!r}")
        request = urllib.request.Request(url, data=body, headers={"User-Agent": _AGENT})  # noqa: S310
        if body is not None:
            request.add_header("Content-Type", content_type)
        with _opener(parts.hostname).open(request, timeout=seconds) as answer:
            if answer.status != 200:
                raise Unreachable(f"expected status 200, got {answer.status}")
            received = bytearray()
            while chunk := answer.read1(_CHUNK):
                received += chunk
                if len(received) > limit:
                    raise Unreachable(f"expected at most {limit} bytes, got more")
                if time.monotonic() > deadline:
                    raise Unreachable(f"expected the whole answer within {seconds:g} s")
            return bytes(received)
    except urllib.error.HTTPError as reason:
        reason.close()
        kind = NotThere if reason.code in (404, 410) else Unreachable
        raise kind(f"expected status 200, got {reason.code}") from None
    except (OSError, http.client.HTTPException, ValueError) as reason:
        # OSError holds URLError, time-outs, refused connections and TLS errors.
        raise Unreachable(f"no answer: {getattr(reason, 'reason', None) or reason}") from None


def _opener(host: str) -> urllib.request.OpenerDirector:
    handlers: list[urllib.request.BaseHandler] = [_SameKindRedirects()]
    if _is_this_machine(host):
        handlers.append(urllib.request.ProxyHandler({}))
    return urllib.request.build_opener(*handlers)


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
