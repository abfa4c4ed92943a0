"""What counts against an operator's limit, row by row."""

import pytest

from openlines.core.capacity import counts, counts_globally, has_room, limit_for_offers
from openlines.core.line import GLOBAL_CAP, Counting, LineSettings
from openlines.core.state import STATES

# rules.md 3: offered · first reply due · later reply due · customer's turn · snoozed · closing · bot
SITUATIONS = (
    {"state": "offered", "awaiting": None, "replied": False},
    {"state": "active", "awaiting": "operator", "replied": False},
    {"state": "active", "awaiting": "operator", "replied": True},
    {"state": "active", "awaiting": "customer", "replied": True},
    {"state": "active", "awaiting": "operator", "replied": True, "snoozed": True},
    {"state": "closing", "awaiting": None, "replied": True},
    {"state": "bot", "awaiting": None, "replied": False},
)


@pytest.mark.parametrize(
    ("rule", "row"),
    [
        ("unanswered", (1, 1, 0, 0, 0, 0, 0)),
        ("not_replied", (1, 1, 1, 0, 0, 0, 0)),
        ("open", (1, 1, 1, 1, 1, 0, 0)),
    ],
)
def test_the_table(rule: Counting, row: tuple[int, ...]) -> None:
    assert tuple(counts(rule=rule, **situation) for situation in SITUATIONS) == row


def test_the_cap_over_all_lines_counts_what_is_offered_or_open() -> None:
    assert {state: counts_globally(state) for state in STATES} == {
        "bot": 0,
        "waiting": 0,
        "offered": 1,
        "active": 1,
        "closing": 0,
        "closed": 0,
    }


@pytest.mark.parametrize("rule", ["unanswered", "not_replied", "open"])
def test_what_waits_or_is_over_counts_for_nobody(rule: Counting) -> None:
    assert counts("waiting", None, False, rule) == 0
    assert counts("closed", None, True, rule) == 0


def test_a_snoozed_first_reply_counts_as_the_customers_turn() -> None:
    assert counts("active", "operator", False, "unanswered", snoozed=True) == 0
    assert counts("active", "operator", False, "open", snoozed=True) == 1


def test_an_offer_counts_even_when_somebody_has_replied_before() -> None:
    assert counts("offered", None, True, "unanswered") == 1


def test_there_is_room_below_the_limit_and_below_the_cap() -> None:
    assert has_room(1, 2, 1)
    assert not has_room(2, 2, 2)
    assert not has_room(3, 2, 3)
    assert has_room(500, 0, 500)
    assert has_room(0, 0, GLOBAL_CAP - 1)
    assert not has_room(0, 0, GLOBAL_CAP)
    assert GLOBAL_CAP == 1000


def test_everyone_may_be_invited_above_the_limit_by_option() -> None:
    settings = LineSettings(mode="everyone", limit=3)
    assert limit_for_offers(settings) == 3
    assert limit_for_offers(LineSettings(mode="everyone", limit=3, everyone_respects_limit=False)) == 0
    assert limit_for_offers(LineSettings(mode="evenly", limit=3, everyone_respects_limit=False)) == 3
