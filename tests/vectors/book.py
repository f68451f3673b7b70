"""Collects vectors, each with the answer it must give, and makes fixed inputs."""

import hashlib
from typing import Any

from replay import answer


def fixed(name: str, size: int = 32) -> bytes:
    """Return ``size`` bytes that depend on ``name`` alone."""
    return hashlib.shake_256(b"acta vectors: " + name.encode()).digest(size)


class Book:
    """The vectors so far, by path."""

    def __init__(self) -> None:
        self.vectors: dict[str, dict[str, Any]] = {}

    def good(self, path: str, why: str, **vector: Any) -> dict[str, Any]:
        """Add ``<folder>/good_<name>.json``; returns what is read from it."""
        return dict(self._add(path, "good", "valid", why, vector)["result"])

    def bad(self, path: str, why: str, **vector: Any) -> None:
        """Add ``<folder>/bad_<name>.json``, which must be INVALID."""
        self._add(path, "bad", "invalid", why, vector)

    def unknown(self, path: str, why: str, **vector: Any) -> None:
        """Add ``<folder>/bad_<name>.json``, which must be CANNOT CHECK."""
        self._add(path, "bad", "cannot-check", why, vector)

    def _add(
        self, path: str, prefix: str, expect: str, why: str, vector: dict[str, Any]
    ) -> dict[str, Any]:
        folder, name = path.split("/")
        file = f"{folder}/{prefix}_{name}.json"
        if file in self.vectors:
            raise ValueError(f"expected each vector once, got {file} twice")
        got = answer(folder, vector)
        if got["expect"] != expect:
            raise ValueError(f"expected {file} to be {expect}, got {got}")
        code = {"code": got["code"]} if "code" in got else {}
        result = {"result": got["result"]} if "result" in got else {}
        self.vectors[file] = {"expect": expect, **code, "why": why, **vector, **result}
        return self.vectors[file]


def text_or_hex(data: bytes) -> dict[str, str]:
    """Return bytes as a vector's input: readable where they are readable text."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return {"hex": data.hex()}
    readable = all(character.isprintable() or character == "\n" for character in text)
    return {"text": text} if readable else {"hex": data.hex()}
