"""Serves Acta and kills its own process, as SIGKILL does, at one named point.

    python -m tests.faults.crashing_server MODULE:QUALNAME before|after NTH

The point is the NTH call of a function, before it does anything or after it returned. Nothing is
replaced: the function runs as it is.
"""

import functools
import importlib
import os
import signal
import sys
import threading
from typing import Any


def arm(target: str, moment: str, nth: int) -> None:
    """Arrange for the process to be killed at the point."""
    module_name, _, qualname = target.partition(":")
    owner: Any = importlib.import_module(module_name)
    *parents, name = qualname.split(".")
    for parent in parents:
        owner = getattr(owner, parent)
    function = getattr(owner, name)
    lock = threading.Lock()
    calls = 0

    @functools.wraps(function)
    def deadly(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        with lock:
            calls += 1
            due = calls == nth
        if due and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = function(*arguments, **named)
        if due and moment == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, name, deadly)
    # Modules that imported the function by name hold it too.
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("service.") and (
            getattr(module, name, None) is function
        ):
            setattr(module, name, deadly)


def main() -> int:
    """Arm the point and serve."""
    target, moment, nth = sys.argv[1:4]
    importlib.import_module("service.app")
    arm(target, moment, int(nth))
    from anchoring.cli import main as acta

    return acta(["serve"])


if __name__ == "__main__":
    sys.exit(main())
