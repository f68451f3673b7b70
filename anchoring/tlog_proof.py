"""Inclusion proofs as C2SP tlog-proof v1 texts (SPEC.md §7)."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from anchoring.canonical_json import MAX_SAFE_INTEGER
from anchoring.checkpoint import MAX_NOTE, read_unverified
from anchoring.errors import BadCheckpoint, MalformedProof, UnknownVersion
from anchoring.fields import parse_base64

MAX_PATH = 63
"""A path is no longer than the bits of the greatest size."""
MAX_EXTRA = 16 * 1024
MAX_PROOF = MAX_NOTE + 2 * MAX_EXTRA + 8 * 1024
_HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})")


@dataclass(frozen=True)
class TlogProof:
    """A leaf's index, its path from the leaf's sibling up, and a checkpoint, verbatim.

    ``extra`` is not authenticated by anything: nothing may rely on it.
    """

    index: int
    path: Sequence[bytes]
    checkpoint: str
    extra: bytes = b""

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", tuple(self.path))
        if not 0 <= self.index <= MAX_SAFE_INTEGER:
            raise MalformedProof(f"expected an index from 0 to 2^53 - 1, got {self.index}")
        if len(self.path) > MAX_PATH or any(len(node) != 32 for node in self.path):
            raise MalformedProof(f"expected a path of at most {MAX_PATH} hashes of 32 bytes")
        if len(self.extra) > MAX_EXTRA:
            raise MalformedProof(f"expected at most {MAX_EXTRA} bytes of extra data")
        try:
            read_unverified(self.checkpoint)
        except BadCheckpoint as reason:
            raise MalformedProof(f"checkpoint: {reason}") from reason

    def to_text(self) -> str:
        """Return the proof as text."""
        lines = [_HEADER]
        if self.extra:
            lines.append(f"extra {_encode(self.extra)}")
        lines.append(f"index {self.index}")
        lines.extend(_encode(node) for node in self.path)
        return "\n".join([*lines, "", self.checkpoint])


def parse_tlog_proof(text: str) -> TlogProof:
    """Read a proof; its checkpoint is checked for form, not for its signatures.

    Raises MalformedProof (INVALID), or UnknownVersion for another tlog-proof version.
    """
    if len(text) > MAX_PROOF:
        raise MalformedProof(f"expected a proof of at most {MAX_PROOF} characters")
    # The first empty line ends the path; the checkpoint after it has an empty line of its own.
    head, separator, checkpoint = text.partition("\n\n")
    header, *lines = head.split("\n")
    if re.fullmatch(r"c2sp\.org/tlog-proof@v[0-9]{1,4}", header) and header != _HEADER:
        raise UnknownVersion(f"expected {_HEADER}, got {header}; use a newer verifier")
    if header != _HEADER or not separator:
        raise MalformedProof(f"expected {_HEADER} lines, an empty line and a checkpoint")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = _decode(lines.pop(0).removeprefix("extra "))
        if not extra:
            raise MalformedProof("expected no extra line for no extra data")
    match = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if match is None:
        raise MalformedProof("expected the line 'index' with a decimal without leading zeros")
    if len(lines) > MAX_PATH:
        raise MalformedProof(f"expected a path of at most {MAX_PATH} hashes, got {len(lines)}")
    return TlogProof(
        index=int(match[1]),
        path=[_decode(line) for line in lines],
        checkpoint=checkpoint,
        extra=extra,
    )


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decode(text: str) -> bytes:
    try:
        return parse_base64(text)
    except ValueError as reason:
        raise MalformedProof(str(reason)) from reason
