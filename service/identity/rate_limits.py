"""How often one account or one network address may ask for something."""

import time

from limits import RateLimitItem, parse
from limits.storage import MovingWindowSupport, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from service.identity.errors import TooManyRequestsError
from service.keyring import Keyring


class RateLimits:
    """Counts requests in moving windows, in this process's memory or in a shared store.

    The memory of one process is forgotten at a restart and not shared among processes, so a limit
    that guards a secret also needs a bound in the database. ``storage_uri`` is one of the
    ``limits`` package. What is counted is stored as a MAC: neither accounts nor addresses are
    readable in the store.
    """

    def __init__(self, *, keyring: Keyring, storage_uri: str = "memory://") -> None:
        storage = storage_from_string(storage_uri)
        if not isinstance(storage, MovingWindowSupport):
            # A setting has the wrong value, whatever the type it leads to.
            raise ValueError(  # noqa: TRY004
                "expected a store that supports moving windows, such as redis://"
            )
        self._limiter = MovingWindowRateLimiter(storage)
        self._keyring = keyring
        self._parsed: dict[str, RateLimitItem] = {}

    def hit(self, rule: str, what: str, who: str) -> None:
        """Count one ``what`` by ``who``; raises TooManyRequestsError if ``rule`` is exceeded.

        ``rule`` reads such as ``30/hour``. A refused request is not counted.
        """
        item = self._parsed.get(rule) or self._parsed.setdefault(rule, parse(rule))
        key = self._keyring.mac(who.encode(), purpose=f"identity/rate/{what}").hex()
        if not self._limiter.hit(item, what, key):
            reset = self._limiter.get_window_stats(item, what, key).reset_time
            raise too_many_requests(reset - time.time())


def too_many_requests(wait_s: float) -> TooManyRequestsError:
    """Return the error that asks to wait, in whole seconds and at least one."""
    seconds = max(1, int(wait_s) + 1)
    return TooManyRequestsError(
        f"asked too often; try again in {seconds} seconds", retry_after_s=seconds
    )
