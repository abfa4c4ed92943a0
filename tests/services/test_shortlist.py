"""Who comes next is read once for many offers: it must stay what reading it anew for each would say."""

from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from openlines.core.line import Mode
from openlines.core.routing import Candidate
from openlines.services import route
from openlines.services.shortlist import ORDERS, Shortlist
from openlines.store import Tx, conversations, seats, tables
from openlines.store.errors import Contention
from openlines.store.statement import Statement
from tests.services.portal import Portal

_ADD_SEAT = Statement(insert(tables.seats))
PEOPLE = st.lists(
    st.fixed_dictionaries(
        {
            "eligible": st.booleans(),
            "counted": st.integers(0, 3),
            "first_at": st.integers(0, 5),
            "again_at": st.integers(0, 5),
        }
    ),
    min_size=1,
    max_size=18,
)


@pytest.mark.hypothesis
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=PEOPLE,
    mode=st.sampled_from(["evenly", "strictly", "least_busy"]),
    limit=st.sampled_from([0, 2, 4]),
    offers=st.integers(1, 12),
)
def test_offer_after_offer_it_names_the_same_people_as_the_database(
    house: Portal, people: list[dict[str, int]], mode: str, limit: int, offers: int
) -> None:
    tx = house.session.begin()
    try:
        _compare(tx, _furnish(tx, people, limit), cast(Mode, mode), limit, offers)
    finally:
        house.session.rollback()


def _furnish(tx: Tx, people: list[dict[str, int]], limit: int) -> int:
    line_id = tx.new_id(tables.lines)
    tx.run(Statement(insert(tables.lines)), id=line_id, name="Line", settings="{}", created_at=tx.now)
    for position, each in enumerate(people):
        user_id = tx.new_id(tables.users)
        tx.run(
            Statement(insert(tables.users)),
            id=user_id,
            email=f"{user_id}@example.com",
            name="Somebody",
            role="operator",
            created_at=tx.now,
        )
        free = each["eligible"] and (not limit or each["counted"] < limit)
        values = {**each, "eligible": int(free), "present": int(each["eligible"])}
        tx.run(_ADD_SEAT, line_id=line_id, user_id=user_id, member=1, position=position, **values)
    return line_id


def _compare(tx: Tx, line_id: int, mode: Mode, limit: int, offers: int) -> None:
    order = ORDERS[mode]
    shortlist = Shortlist(tx, line_id, mode, limit, offers)
    for stamp in range(100, 100 + offers):
        free, passed = seats.candidates(tx, line_id, order), seats.passed_over(tx, line_id, order)
        assert _places(shortlist.free(), mode) == _places(free, mode)
        assert {each.user_id for each in shortlist.passed()} == {each.user_id for each in passed} or len(passed) == 6
        if not free:
            return
        chosen = shortlist.free()[0]
        seats.count_offer(tx, line_id, chosen.user_id, 1, limit, first_at=stamp)
        shortlist.offered(chosen.user_id, stamp)


def _places(people: list[Candidate], mode: Mode) -> list[tuple[int, ...]]:
    """What decides, without whom: between equals the engine's order is nobody's business."""
    if mode == "least_busy":
        return [(each.counted, each.first_at, each.position) for each in people]
    return [(each.position,) if mode == "strictly" else (each.first_at, each.position) for each in people]


def test_forty_at_once_are_shared_like_forty_one_after_the_other(house: Portal) -> None:
    team = [house.operator(name) for name in "ABC"]
    line = house.line(*team, limit=10)
    channel = house.channel(line)
    house.switch(line, on=False)
    asked = [house.writes(channel, str(number)).conversation_id for number in range(40)]
    house.switch(line, on=True)
    house.settle()
    held = {each.user_id: each.counted for each in house.do(seats.of_line, line)}
    assert held == {each.user_id: 10 for each in team}
    assert len([each for each in asked if house.conversation(each).state == "offered"]) == 30
    first = [house.conversation(each).offered_to for each in asked[:6]]
    assert first == [each.user_id for each in team] * 2


def test_who_has_gone_since_he_was_read_is_not_offered_anything(house: Portal) -> None:
    a = house.operator("A")
    line = house.line(a)

    def went_meanwhile(tx: Tx) -> None:
        (candidate,) = Shortlist(tx, line, "evenly", 0, 1).free()
        seats.put(tx, line, candidate.user_id, present=0, eligible=0)
        seats.count_offer(tx, line, candidate.user_id, 1, 0, first_at=tx.now)

    with pytest.raises(Contention):
        house.do(went_meanwhile)
    seat = house.do(seats.one, line, a.user_id)
    assert seat is not None
    assert seat.counted == 0


def test_the_cap_over_all_lines_holds_within_one_look(house: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openlines.core.capacity.GLOBAL_CAP", 3)
    a, b = house.operator("A"), house.operator("B")
    line = house.line(a, b)
    channel = house.channel(line)
    house.switch(line, on=False)
    for number in range(8):
        house.writes(channel, str(number))
    house.switch(line, on=True)
    house.settle()
    assert [house.do(conversations.open_count, each.user_id) for each in (a, b)] == [3, 3]
    assert house.do(route.route, line).offered == 0
