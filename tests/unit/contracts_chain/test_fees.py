"""What is offered for inclusion, and what for replacing a stuck transaction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts_chain import AnchorRefused, FeePolicy
from contracts_chain.fees import Fees

GWEI = 10**9
POLICY = FeePolicy(floor_tip=GWEI // 10, floor_total=GWEI, ceiling_total=100 * GWEI)


def test_the_offer_stays_good_while_the_base_fee_doubles() -> None:
    assert POLICY.offer(base_fee=20 * GWEI, suggested_tip=2 * GWEI) == Fees(2 * GWEI, 42 * GWEI)


def test_floors_hold_where_gas_costs_next_to_nothing() -> None:
    assert POLICY.offer(base_fee=7, suggested_tip=0) == Fees(GWEI // 10, GWEI)


def test_the_ceiling_cuts_the_margin_before_it_refuses() -> None:
    assert POLICY.offer(base_fee=90 * GWEI, suggested_tip=GWEI) == Fees(GWEI, 100 * GWEI)
    with pytest.raises(AnchorRefused) as refused:
        POLICY.offer(base_fee=100 * GWEI, suggested_tip=GWEI)
    assert refused.value.reason == "fee-ceiling"
    assert not refused.value.permanent


@given(
    tip=st.integers(0, 5 * GWEI),
    extra=st.integers(0, 5 * GWEI),
    offered=st.integers(0, 50 * GWEI),
)
def test_a_replacement_is_more_than_a_tenth_higher_in_both(
    tip: int, extra: int, offered: int
) -> None:
    before = Fees(tip=tip, total=tip + extra)
    after = POLICY.raised(before, at_least=Fees(offered // 10, offered))
    assert after.tip * 10 > before.tip * 11
    assert after.total * 10 > before.total * 11
    assert after.tip >= offered // 10
    assert after.total >= offered
    assert after.tip <= after.total


def test_a_replacement_above_the_ceiling_is_refused() -> None:
    with pytest.raises(AnchorRefused) as refused:
        POLICY.raised(Fees(GWEI, 95 * GWEI), at_least=Fees(GWEI, GWEI))
    assert refused.value.reason == "fee-ceiling"
