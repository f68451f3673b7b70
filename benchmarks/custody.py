"""What storing one document costs: its identifier, its encryption, its stores."""

import hashlib
import os
from collections.abc import Iterator

import pyrage

from benchmarks import storing
from benchmarks.measuring import cpu_seconds
from benchmarks.rows import Row, beside, within
from service.custody import cid_v1

_MEGABYTES = 25
_RUNS = 5


def rows() -> Iterator[Row]:
    """Measure on 25 MB that nothing can compress."""
    content = os.urandom(_MEGABYTES * 1_000_000)
    hashing = cpu_seconds(lambda: hashlib.sha256(content).digest(), times=_RUNS)
    named = cpu_seconds(lambda: cid_v1(content), times=_RUNS)
    yield beside(
        f"custody: content identifier of {_MEGABYTES} MB",
        _MEGABYTES / named,
        "MB a CPU s",
        "SHA-256 alone",
        _MEGABYTES / hashing,
    )
    recipient = pyrage.x25519.Identity.generate().to_public()
    sealed = cpu_seconds(lambda: pyrage.encrypt(content, [recipient]), times=_RUNS)
    yield within(
        f"custody: encrypting {_MEGABYTES} MB (age)", _MEGABYTES / sealed, "MB a CPU s", "≥ 300"
    )
    yield from storing.rows()
