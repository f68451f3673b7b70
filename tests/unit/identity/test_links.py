"""Links in invitations: looked at as often as scanners like, used once."""

import pytest

from service.identity import LinkRevokedError, LinkUnknownError, LinkUsedError, LinkView
from tests.unit.identity.conftest import Desk

VIEW = LinkView(agreement="agr_1", party=2)


def issue(desk: Desk, agreement: str = "agr_1", party: int = 2) -> str:
    with desk.database.transaction() as session:
        return desk.links.issue_link(session, agreement=agreement, party=party)


def consume(desk: Desk, token: str) -> LinkView:
    with desk.database.transaction() as session:
        return desk.links.consume_link(session, token)


def test_looking_leaves_a_link_whole_and_using_does_not(desk: Desk) -> None:
    token = issue(desk)
    assert len(token) == 43
    for _ in range(3):
        assert desk.links.peek_link(token) == VIEW
    assert consume(desk, token) == VIEW
    for again in (lambda: desk.links.peek_link(token), lambda: consume(desk, token)):
        with pytest.raises(LinkUsedError, match="sign in with your e-mail"):
            again()


def test_a_use_that_is_undone_leaves_the_link_whole(desk: Desk) -> None:
    token = issue(desk)

    def consume_and_fail() -> None:
        with desk.database.transaction() as session:
            desk.links.consume_link(session, token)
            raise RuntimeError("the caller failed")

    with pytest.raises(RuntimeError):
        consume_and_fail()
    assert consume(desk, token) == VIEW


def test_using_one_link_withdraws_the_partys_others_and_no_more(desk: Desk) -> None:
    first, reminder = issue(desk), issue(desk)
    others = [issue(desk, party=3), issue(desk, agreement="agr_2")]
    assert desk.links.peek_link(first) == VIEW
    consume(desk, reminder)
    with pytest.raises(LinkRevokedError, match="sign in with your e-mail"):
        desk.links.peek_link(first)
    for token in others:
        desk.links.peek_link(token)


def test_links_are_withdrawn(desk: Desk) -> None:
    two, three = issue(desk, party=2), issue(desk, party=3)
    elsewhere = issue(desk, agreement="agr_2")
    with desk.database.transaction() as session:
        desk.links.revoke_links(session, agreement="agr_1", party=2)
    with pytest.raises(LinkRevokedError):
        consume(desk, two)
    desk.links.peek_link(three)
    with desk.database.transaction() as session:
        desk.links.revoke_links(session, agreement="agr_1")
    with pytest.raises(LinkRevokedError):
        desk.links.peek_link(three)
    desk.links.peek_link(elsewhere)


def test_a_link_issued_and_withdrawn_in_one_transaction_is_withdrawn(desk: Desk) -> None:
    with desk.database.transaction() as session:
        token = desk.links.issue_link(session, agreement="agr_1", party=2)
        desk.links.revoke_links(session, agreement="agr_1")
    with pytest.raises(LinkRevokedError):
        desk.links.peek_link(token)


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 100_000, "\x00", "\ud800"])
def test_what_is_no_link_is_unknown(desk: Desk, token: str) -> None:
    issue(desk)
    with pytest.raises(LinkUnknownError):
        desk.links.peek_link(token)


def test_only_the_hash_of_a_link_is_kept(desk: Desk) -> None:
    token = issue(desk)
    assert token.encode() not in desk.stored()
