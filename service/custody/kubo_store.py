"""A store in an IPFS node (Kubo), and the only module that knows its client library."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from anchoring.cid import UNIXFS_V1_2025, blocks_of, cid_v1
from service.custody.errors import ObjectMissingError, StoreFailedError
from service.custody.store import Store, checked_key, checked_name, is_envelope

if TYPE_CHECKING:
    import ipfshttpclient

# Envelopes have a name in the node's own file tree, since what they hold is replaced.
_TREE = "/acta"
# The profile said in full: a node's own defaults give other CIDs.
_ADD: Final = {
    "chunker": f"size-{UNIXFS_V1_2025.chunk_bytes}",
    "max-file-links": str(UNIXFS_V1_2025.links),
}
_NOT_THERE = ("is not pinned", "not pinned or pinned indirectly", "not found", "does not exist")


class KuboStore(Store):
    """The Store in one node, over its RPC interface: objects pinned, envelopes in its file tree.

    What is read is what this node itself has, never what it could fetch from others. The CID it
    gives must be the one computed here. ``delete`` unpins and removes the blocks. A node that
    falls silent holds a call for ``silence_s`` seconds since its last byte.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str,
        silence_s: float = 30.0,
        auth: tuple[str, str] | None = None,
        token: str = "",
        provide: bool = False,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"expected http://host:port of a node, got {parts.scheme!r}")
        self._name = checked_name(name)
        kind = "ip4" if parts.hostname.replace(".", "").isdigit() else "dns"
        port = parts.port or (443 if parts.scheme == "https" else 80)
        self._address = f"/{kind}/{parts.hostname}/tcp/{port}/{parts.scheme}"
        self._silence_s = silence_s
        self._auth = auth
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._provide = provide
        self._made: ipfshttpclient.Client | None = None

    @property
    def name(self) -> str:
        """Return the name by which copies are remembered."""
        return self._name

    def put(self, key: str, data: bytes) -> str:
        """Add and pin ``data``; its CID must be ``key``, or stand in the tree under ``key``."""
        cid = cid_v1(data) if is_envelope(checked_key(key)) else key
        with self._failures(key):
            if not is_envelope(key) and self._is_pinned(cid) and not self._holds(cid, data):
                # A node does not write a block anew that it believes to have.
                self._unpin(cid)
                self._remove_blocks([block for block, _bytes in blocks_of(data)])
            added = self._client.add(
                io.BytesIO(data),
                cid_version=1,
                raw_leaves=True,
                pin=not is_envelope(key),
                opts={**_ADD, "fscache": "false"},
            )["Hash"]
            if added != cid:
                raise self._failed("another-cid")
            if is_envelope(key):
                self._client.files.cp(
                    f"/ipfs/{cid}", f"{_TREE}/{key}", opts={"parents": "true", "force": "true"}
                )
        if self._provide:
            self._announce(cid)
        return ""

    def read(self, key: str, *, version: str = "") -> Iterator[bytes]:
        """Yield what this node has under ``key``."""
        with self._failures(key):
            cid = self._cid(key)
            with self._client.cat(cid, offline=True, stream=True) as pieces:
                yield from pieces

    def head(self, key: str, *, version: str = "") -> int:
        """Return the number of bytes, from the root block alone."""
        with self._failures(key):
            return int(self._client.files.stat(f"/ipfs/{self._cid(key)}", offline=True)["Size"])

    def delete(self, key: str) -> None:
        """Unpin the object and remove its blocks, or take the envelope out of the tree."""
        with suppress(ObjectMissingError), self._failures(key):
            cid = self._cid(key)
            blocks = [cid, *self._below(cid)]
            if is_envelope(key):
                self._client.files.rm(f"{_TREE}/{key}", opts={"force": "true"})
            else:
                self._unpin(cid)
            self._remove_blocks(blocks)

    def import_car(self, car: bytes) -> None:
        """Give the node the blocks of a CAR file, and pin its root; raises StoreFailedError."""
        with self._failures("of a CAR"):
            self._client.dag.imprt(io.BytesIO(car))

    def export_car(self, cid: str) -> bytes:
        """Return an object with all its blocks as a CAR file (version 1)."""
        with self._failures(checked_key(cid)):
            return bytes(self._client.dag.export(cid, offline=True))

    def provide(self, cid: str) -> None:
        """Tell the network that this node has ``cid``; raises StoreFailedError."""
        with self._failures(checked_key(cid)):
            self._ask("/routing/provide", cid)

    def _announce(self, cid: str) -> None:
        try:
            self.provide(cid)
        except (StoreFailedError, ObjectMissingError):
            return  # the node announces by itself from time to time; nothing is lost

    def _cid(self, key: str) -> str:
        """Return the CID of what stands under ``key`` here; raises ObjectMissingError."""
        if is_envelope(checked_key(key)):
            return str(self._client.files.stat(f"{_TREE}/{key}")["Hash"])
        if not self._is_pinned(key):
            raise self._missing(key)
        return key

    def _is_pinned(self, cid: str) -> bool:
        import ipfshttpclient

        try:
            self._client.pin.ls(cid, type="recursive")
        except ipfshttpclient.exceptions.ErrorResponse as error:
            if any(words in str(error) for words in _NOT_THERE):
                return False
            raise
        return True

    def _holds(self, cid: str, data: bytes) -> bool:
        import ipfshttpclient

        try:
            return bool(self._client.cat(cid, offline=True) == data)
        except (ipfshttpclient.exceptions.ErrorResponse, OSError):
            return False

    def _unpin(self, cid: str) -> None:
        if self._is_pinned(cid):
            self._client.pin.rm(cid)

    def _below(self, cid: str) -> list[str]:
        # A block that is lost ends the list early; those below it are beyond reach then.
        found = self._ask("/refs", cid, recursive="true", unique="true", offline="true")
        return [one["Ref"] for one in found if one.get("Ref")]

    def _remove_blocks(self, cids: list[str]) -> None:
        for cid in cids:
            self._ask("/block/rm", cid, force="true")

    def _ask(self, path: str, cid: str, **options: str) -> list[dict[str, str]]:
        # Calls that the library has no method for, through what its methods use themselves.
        found = self._client._client.request(path, (cid,), opts=options, decoder="json")
        return found if isinstance(found, list) else [found]

    @property
    def _client(self) -> "ipfshttpclient.Client":
        if self._made is None:
            import ipfshttpclient

            # The library names an option that its HTTP library no longer heeds.
            warnings.filterwarnings("ignore", "The 'strict' parameter", FutureWarning)
            # Not connect(): it accepts nodes of long ago alone.
            self._made = ipfshttpclient.Client(
                self._address,
                timeout=(min(5.0, self._silence_s), self._silence_s),
                auth=self._auth,
                headers=self._headers,
            )
        return self._made

    def _failed(self, reason: str) -> StoreFailedError:
        return StoreFailedError(
            f"store {self._name!r} failed: {reason}; check the node",
            store=self._name,
            reason=reason,
        )

    def _missing(self, key: str) -> ObjectMissingError:
        return ObjectMissingError(f"store {self._name!r} has no object {key}", store=self._name)

    @contextmanager
    def _failures(self, key: str) -> Iterator[None]:
        import ipfshttpclient

        known: Any = ipfshttpclient.exceptions
        try:
            yield
        except known.ErrorResponse as error:
            if any(words in str(error) for words in _NOT_THERE):
                raise self._missing(key) from error
            full = "no space left" in str(error)
            raise self._failed("no-space" if full else "refused") from error
        except known.TimeoutError as error:
            raise self._failed("timeout") from error
        except known.StatusError as error:
            response = getattr(error.original, "response", None)
            raise self._failed(f"http-{getattr(response, 'status_code', 'error')}") from error
        except (known.Error, OSError) as error:
            raise self._failed("unreachable") from error
