"""S6, S10: who stands in the queue, and how long an offer waits for one of them."""

import pytest

from tests.seed.people import Operator
from tests.seed.portal import Portal
from tests.seed.time import HOUR


def _people(house: Portal) -> list[int]:
    """The people the queue stands for now, in order."""
    entries = house.chief.ask("GET", f"/lines/{house.line}/queue")["items"]
    return [person["user_id"] for entry in entries for person in entry.get("people", ())]


def _department(house: Portal, name: str, *members: Operator, **more: int) -> int:
    value = {"name": name, "member_ids": [each.id for each in members], **more}
    return int(house.chief.ask("POST", "/departments", value)["id"])


def test_s06_people_and_departments_with_those_below_and_without_their_head(house: Portal) -> None:
    names = ("Anton", "Boris", "Carla", "Dina", "Egor")
    a, b, c, d, e = (house.operator(name, comes=False) for name in names)
    sales = _department(house, "Sales", b, c, head_id=b.id)
    below = _department(house, "Night", d, parent_id=sales)
    house.queue(a, {"department_id": sales}, c)
    assert _people(house) == [a.id, c.id, d.id]  # Carla stands where she comes first
    house.queue(c, a, {"department_id": sales})
    assert _people(house) == [c.id, a.id, d.id]
    house.queue({"department_id": sales, "with_head": True}, a)
    assert _people(house) == [b.id, c.id, d.id, a.id]
    version = next(each["version"] for each in house.chief.ask("GET", "/departments")["items"] if each["id"] == below)
    house.chief.ask("PATCH", f"/departments/{below}", {"version": version, "member_ids": [e.id]})
    assert _people(house) == [b.id, c.id, e.id, a.id]


def test_s06_who_comes_into_a_department_is_offered_and_who_is_dismissed_gives_back_at_once(house: Portal) -> None:
    a, b = house.operators("Anton", "Boris")
    sales = _department(house, "Sales", a)
    house.queue({"department_id": sales})
    house.set(mode="strictly", queue_time=3600)
    customer = house.customer()
    conversation = customer.says()
    assert a.offers == [conversation]
    a.accepts(conversation)
    house.chief.ask("PATCH", f"/departments/{sales}", {"version": 1, "member_ids": [a.id, b.id]})
    assert b.offers == []
    version = house.chief.ask("GET", f"/users/{a.id}")["version"]
    house.chief.ask("PATCH", f"/users/{a.id}", {"version": version, "active": False})
    assert _people(house) == [b.id]
    assert b.offers == [conversation]


def test_s06_whoever_stands_twice_is_asked_at_his_first_place(house: Portal) -> None:
    a, c = house.operators("Anton", "Carla")
    sales = _department(house, "Sales", c)
    house.queue(c, a, {"department_id": sales})
    house.set(mode="strictly", queue_time=60)
    conversation = house.customer().says()
    assert (c.offers, a.offers) == ([conversation], [])
    house.later(60)
    assert (c.offers, a.offers) == ([], [conversation])


def test_s06_nobody_unknown_twice_or_neither_of_both(house: Portal) -> None:
    a = house.operator("Anton", comes=False)
    for members, path, code in (
        ([{"user_id": 4711}], "members.0.user_id", "unknown_user"),
        ([{"department_id": 4711}], "members.0.department_id", "unknown_department"),
        ([{"user_id": a.id}, {"user_id": a.id}], "members.1", "repeated"),
        ([{}], "members.0", "one_target"),
    ):
        value = {"version": house.line_of()["version"], "members": members}
        answer = house.chief.try_("PUT", f"/lines/{house.line}/queue", value)
        assert (answer.status, answer.json["fields"][path]["code"]) == (422, code)
        assert answer.json["fields"][path]["message"]


def test_s10_from_one_minute_to_twelve_hours_and_nothing_else(house: Portal) -> None:
    for seconds in (59, 0, -60, 43_201, "60", 60.5, True, None):
        answer = house.try_settings(queue_time=seconds)
        assert answer.status == 422, seconds
        assert answer.json["fields"]["queue_time"]["message"]
    for seconds in (60, 90, 43_200):
        house.set(queue_time=seconds)
        assert house.line_of()["settings"]["queue_time"] == seconds


@pytest.mark.parametrize("seconds", [60, 12 * HOUR])
def test_s10_the_next_one_is_asked_to_the_second(house: Portal, seconds: int) -> None:
    a, b = house.operators("Anton", "Boris")
    house.queue(a, b)
    house.set(mode="strictly", queue_time=seconds)
    conversation = house.customer().says()
    house.later(seconds - 0.001)
    assert (a.offers, b.offers) == ([conversation], [])
    house.later(0.001)
    assert (a.offers, b.offers) == ([], [conversation])


def test_s10_a_change_holds_for_an_offer_that_is_out_already(house: Portal) -> None:
    a, b = house.operators("Anton", "Boris")
    house.queue(a, b)
    house.set(mode="strictly", queue_time=3600)
    conversation = house.customer().says()
    house.later(120)
    house.set(queue_time=180)
    house.later(59)
    assert a.offers == [conversation]
    house.later(1)
    assert b.offers == [conversation]
