"""Runs Halmos over the proofs of ``hardhat-local/proofs``; its arguments are Halmos's own.

Halmos 0.3.3 declares SHA-256 of n bytes with an argument of n bits, which its solver then refuses.
Here it is declared with 8n; nothing else of Halmos changes, and SHA-256 stays a function of which
nothing is known.
"""

import sys
from typing import Any

from halmos import __main__ as command
from halmos import sevm

_SHA256 = "f_sha256_"
_declare = sevm.Function


def declare(name: str, *sorts: Any) -> Any:
    """Declare a function for the solver."""
    if name.startswith(_SHA256):
        size = 8 * int(name.removeprefix(_SHA256))
        sorts = (sevm.BitVecSorts[size], *sorts[1:])
    return _declare(name, *sorts)


sevm.Function = declare

if __name__ == "__main__":
    sys.exit(command.main())
