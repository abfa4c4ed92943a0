"""The installation allows so many lines: the newest go off, what customers write is kept, and they come back."""

import pytest

from openlines.services import lines as line_cases
from openlines.services.errors import Conflict
from openlines.services.line_limits import hold_to_limit
from openlines.store import lines
from tests.services.portal import Portal


def state(house: Portal) -> list[tuple[bool, str | None]]:
    """(on, why off) of each line, the oldest first."""
    rows = house.do(lambda tx: sorted(lines.every(tx), key=lambda each: each.id))
    return [(bool(row.active), row.off_reason) for row in rows]


def switch(house: Portal, line_id: int, *, on: bool, limit: int | None) -> None:
    version = house.do(lambda tx: lines.one(tx, line_id).version)  # type: ignore[union-attr]
    house.do(line_cases.change, house.admin, line_id, version, active=on, limit=limit)


@pytest.fixture
def three(house: Portal) -> list[int]:
    return [house.line(), house.line(), house.line()]


def test_a_lowered_limit_switches_the_newest_off_and_a_raised_one_on_again(house: Portal, three: list[int]) -> None:
    assert house.do(hold_to_limit, 1) == three[1:]
    assert state(house) == [(True, None), (False, "limit"), (False, "limit")]
    assert house.do(hold_to_limit, 1) == [], "held to it already"
    assert house.do(hold_to_limit, 2) == [three[1]]
    assert state(house) == [(True, None), (True, None), (False, "limit")]
    assert house.do(hold_to_limit, None) == [three[2]]
    assert [on for on, _ in state(house)] == [True, True, True]


def test_who_was_switched_off_by_hand_takes_no_place_and_stays_off(house: Portal, three: list[int]) -> None:
    switch(house, three[0], on=False, limit=None)
    assert house.do(hold_to_limit, 1) == [three[2]]
    assert state(house) == [(False, "by_hand"), (True, None), (False, "limit")]
    house.do(hold_to_limit, None)
    assert state(house) == [(False, "by_hand"), (True, None), (True, None)]


def test_nobody_switches_one_on_beyond_the_limit_but_may_give_its_place_to_another(
    house: Portal, three: list[int]
) -> None:
    house.do(hold_to_limit, 2)
    with pytest.raises(Conflict, match="too_many_lines"):
        switch(house, three[2], on=True, limit=2)
    switch(house, three[0], on=False, limit=2)
    assert state(house) == [(False, "by_hand"), (True, None), (True, None)], "there is room, so it comes back by itself"


def test_words_to_a_line_beyond_the_limit_are_kept_and_offered_when_it_is_on_again(house: Portal) -> None:
    ann = house.operator("Ann")
    house.line()
    channel = house.channel(house.line(ann))
    house.do(hold_to_limit, 1)
    one = house.writes(channel, "somebody").conversation_id
    assert (house.conversation(one).state, house.said(one)) == ("waiting", [("customer", "hello")])
    house.do(hold_to_limit, None)
    house.settle()
    assert house.offered_to(one) == ann.user_id
