"""A store at a remote pinning service: the IPFS Pinning Service API (version 1.0.0)."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from anchoring.cid import cid_v1
from service.custody.errors import ObjectMissingError, StoreFailedError
from service.custody.kubo_store import KuboStore
from service.custody.store import Store, checked_key, checked_name, is_envelope

_PIECE = 1 << 20
_LOOK_AGAIN_S = 0.2
_SLOWEST_LOOK_S = 5.0


class PinningStore(Store):
    """The Store at a service that fetches what it pins from a node of ours, and serves a gateway.

    ``put`` gives the object to the node, asks for a pin and waits until the service says
    ``pinned``, for at most ``wait_s`` seconds. Envelopes are pinned by their own CID and found by
    the pin's name; the newest counts. ``read`` takes the bytes from the gateway. A server that
    falls silent holds a call for ``silence_s`` seconds since its last byte.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str,
        token: str,
        gateway: str,
        node: KuboStore,
        origins: tuple[str, ...] = (),
        silence_s: float = 30.0,
        wait_s: float = 120.0,
    ) -> None:
        self._name = checked_name(name)
        self._url = url.rstrip("/")
        self._gateway = gateway.rstrip("/")
        self._node = node
        self._origins = list(origins)
        self._wait_s = wait_s
        self._token = token
        self._timeout = httpx.Timeout(silence_s, connect=min(5.0, silence_s))

    @property
    def name(self) -> str:
        """Return the name by which copies are remembered."""
        return self._name

    def put(self, key: str, data: bytes) -> str:
        """Give ``data`` to our node, and have it pinned under its CID with ``key`` as the name."""
        cid = cid_v1(data) if is_envelope(checked_key(key)) else key
        self._node.put(key, data)
        with self._failures():
            older = self._pins(name=key)
            mine = [one for one in older if one["pin"]["cid"] == cid]
            asked = mine[0] if mine and mine[0]["status"] != "failed" else self._ask_for(cid, key)
            self._wait_for(asked)
            for one in older:
                # What an envelope said before is not to be found again.
                if one["pin"]["cid"] != cid:
                    self._call("DELETE", f"/pins/{one['requestid']}")
        return ""

    def read(self, key: str, *, version: str = "") -> Iterator[bytes]:
        """Yield what the gateway gives for the pinned CID."""
        checked_key(key)
        with self._failures():
            address = f"{self._gateway}/ipfs/{self._pinned(key)}"
            with httpx.stream("GET", address, timeout=self._timeout) as answer:
                self._check(answer, key)
                yield from answer.iter_bytes(_PIECE)

    def head(self, key: str, *, version: str = "") -> int:
        """Return the number of bytes that the gateway names for the pinned CID."""
        checked_key(key)
        with self._failures():
            address = f"{self._gateway}/ipfs/{self._pinned(key)}"
            answer = httpx.head(address, timeout=self._timeout)
            self._check(answer, key)
            return int(answer.headers["Content-Length"])

    def delete(self, key: str) -> None:
        """Take back every pin of this name, and what our node holds of it."""
        checked_key(key)
        with self._failures():
            for one in self._pins(name=key):
                self._call("DELETE", f"/pins/{one['requestid']}")
        self._node.delete(key)

    def _pinned(self, key: str) -> str:
        pins = [one for one in self._pins(name=key) if one["status"] == "pinned"]
        if not pins:
            raise self._missing(key)
        newest = max(pins, key=lambda one: str(one["created"]))
        return str(newest["pin"]["cid"])

    def _pins(self, *, name: str) -> list[dict[str, Any]]:
        everything = {"status": "queued,pinning,pinned,failed", "name": name, "limit": "100"}
        found = self._call("GET", "/pins", params=everything)["results"]
        return [one for one in found if one["pin"].get("name") == name]

    def _ask_for(self, cid: str, name: str) -> dict[str, Any]:
        pin: dict[str, Any] = {"cid": cid, "name": name}
        if self._origins:
            pin["origins"] = self._origins
        return self._call("POST", "/pins", json=pin)

    def _wait_for(self, asked: dict[str, Any]) -> None:
        until, pause = time.monotonic() + self._wait_s, _LOOK_AGAIN_S
        while asked["status"] in {"queued", "pinning"}:
            if time.monotonic() + pause > until:
                raise self._failed("not-pinned-yet")
            time.sleep(pause)
            pause = min(pause * 1.5, _SLOWEST_LOOK_S)
            found = self._call("GET", f"/pins/{asked['requestid']}")
            if not found:
                return  # another put to this key overtook ours, which its reader will notice
            asked = found
        if asked["status"] != "pinned":
            raise self._failed("pin-failed")

    def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        answer = httpx.request(
            method,
            self._url + path,
            timeout=self._timeout,
            headers={"Authorization": f"Bearer {self._token}"},
            **options,
        )
        if answer.status_code == 404 and path != "/pins":
            return {}  # that pin is gone, which is as good as removed
        if answer.is_error:
            raise self._failed(f"http-{answer.status_code}")
        found = answer.json() if answer.content else {}
        if not isinstance(found, dict):
            raise self._failed("garbage")
        return found

    def _check(self, answer: httpx.Response, key: str) -> None:
        if answer.status_code in {404, 410}:
            raise self._missing(key)
        if not answer.is_success:
            raise self._failed(f"http-{answer.status_code}")

    def _failed(self, reason: str) -> StoreFailedError:
        return StoreFailedError(
            f"store {self._name!r} failed: {reason}; check the service and its token",
            store=self._name,
            reason=reason,
        )

    def _missing(self, key: str) -> ObjectMissingError:
        return ObjectMissingError(f"store {self._name!r} has no object {key}", store=self._name)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except httpx.TimeoutException as error:
            raise self._failed("timeout") from error
        except httpx.HTTPError as error:
            raise self._failed("unreachable") from error
        except (KeyError, TypeError, ValueError) as error:
            raise self._failed("garbage") from error
