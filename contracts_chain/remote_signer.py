"""A key at a signing service: a port for key-management services, and one over HTTP."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import Any, Final, Self
from urllib.parse import urlsplit

from contracts_chain.chains import host_of
from contracts_chain.errors import SignerError
from contracts_chain.signatures import address_of, point_of, recoverable

_LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")
_LARGEST_ANSWER: Final = 64 * 1024


class RemoteSigner:
    """A secp256k1 key that signs elsewhere.

    ``public_key``: X ‖ Y, a point, or DER (as key-management services give it); ``sign_digest``:
    from 32 bytes to a signature, DER or r ‖ s (64 bytes). It may raise SignerError, may be called
    from any thread and is called again after a failure. Every signature is made low-S and checked
    against the public key, so a service that errs or lies cannot have anything wrong broadcast.
    """

    def __init__(self, public_key: bytes, sign_digest: Callable[[bytes], bytes]) -> None:
        self._public_key = point_of(public_key)
        self._sign_digest = sign_digest
        self._address = address_of(self._public_key)

    @property
    def address(self) -> str:
        """The key's account, 0x…, checksummed."""
        return self._address

    def sign(self, digest: bytes) -> tuple[int, int, int]:
        """Return (y_parity, r, s) over a 32-byte digest, s low."""
        return recoverable(self._sign_digest(digest), digest=digest, public_key=self._public_key)

    @classmethod
    def over_http(
        cls, url: str, *, token: str | None = None, timeout_seconds: float = 10.0
    ) -> Self:
        """Return the signer of one key at a signing service; ``url`` names the key.

        ``GET url`` answers ``{"publicKey": "<hex>"}``; ``POST url/sign`` with
        ``{"digest": "<64 hex digits>"}`` answers ``{"signature": "<hex>"}``; both in JSON, with
        ``Authorization: Bearer <token>`` if there is one. https, except on this machine itself.
        Raises SignerError.
        """
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise SignerError(f"expected an https URL of the signing service, got {parts.scheme!r}")
        service = _HttpService(url.rstrip("/"), token, timeout_seconds)
        public_key = service.ask("", None, "publicKey")

        def sign_digest(digest: bytes) -> bytes:
            return service.ask("/sign", {"digest": digest.hex()}, "signature")

        return cls(public_key, sign_digest)


class _HttpService:
    def __init__(self, url: str, token: str | None, timeout_seconds: float) -> None:
        self._url = url
        self._token = token
        self._seconds = timeout_seconds
        local = urlsplit(url).hostname in _LOOPBACK
        # No redirects: the token is for this host alone. No proxy before this machine itself.
        handlers: list[urllib.request.BaseHandler] = [_NoRedirects()]
        if local:
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    def ask(self, path: str, question: dict[str, str] | None, member: str) -> bytes:
        """Return the hex ``member`` of the service's answer as bytes."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        body = None if question is None else json.dumps(question).encode()
        request = urllib.request.Request(  # noqa: S310  the scheme is checked where the URL comes in
            self._url + path, body, headers
        )
        host = host_of(self._url)
        try:
            with self._opener.open(request, timeout=self._seconds) as answer:
                content: Any = json.loads(answer.read(_LARGEST_ANSWER))
        except urllib.error.HTTPError as error:
            error.close()
            raise SignerError(
                f"the signing service at {host} refused: HTTP status {error.code}"
            ) from error
        except (OSError, HTTPException) as error:
            raise SignerError(
                f"the signing service at {host} does not answer: {type(error).__name__}"
            ) from error
        except ValueError as error:
            raise SignerError(f"expected JSON from the signing service at {host}") from error
        try:
            return bytes.fromhex(content[member].removeprefix("0x"))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise SignerError(
                f"expected {member!r} in hex from the signing service at {host}"
            ) from error


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *details: Any) -> None:
        """Follow nothing: the answer itself is then the error."""
