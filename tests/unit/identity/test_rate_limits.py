"""Limits in memory: each account and each network address on its own."""

import pytest

from service.identity import RateLimits, TooManyRequestsError
from tests.unit.identity.conftest import Desk


def test_each_rule_counts_each_one_on_its_own(desk: Desk) -> None:
    limits = RateLimits(keyring=desk.keyring)
    for what, who in (("verify", "a"), ("verify", "b"), ("upload", "a")):
        for _ in range(2):
            limits.hit("2/minute", what, who)
        with pytest.raises(TooManyRequestsError) as refusal:
            limits.hit("2/minute", what, who)
        wait = refusal.value.facts["retry_after_s"]
        assert isinstance(wait, int)
        assert 1 <= wait <= 61
