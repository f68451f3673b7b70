"""Keeps Python's guard against deep recursion where it was."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def recursion_limit_kept() -> Iterator[None]:
    """Import web3 and eth-account in here: a library of theirs (py_ecc) lifts the limit to 100,000.

    That is more than the C stack holds: from then on any deeply nested JSON that this process
    reads, from whomever, ends it with a segmentation fault instead of a RecursionError.
    """
    limit = sys.getrecursionlimit()
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
