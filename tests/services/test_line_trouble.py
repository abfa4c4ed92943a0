"""Administrators are told once that a queue is empty, and once that customers wait with nobody there."""

from sqlalchemy import select

from openlines.services.access import Actor
from openlines.store import lines, tables
from openlines.store.statement import Statement
from tests.services.portal import Portal

_NOTICES = Statement(select(tables.notices.c.kind, tables.notices.c.user_id).order_by(tables.notices.c.id))


def told(house: Portal, who: Actor) -> list[str]:
    return [kind for kind, user_id in house.do(lambda tx: tx.all(_NOTICES)) if user_id == who.user_id]


def administrator(house: Portal) -> Actor:
    return house.operator("Chief", role="administrator")


def test_an_empty_queue_is_told_once_and_again_when_it_was_filled(house: Portal) -> None:
    chief, ann = administrator(house), house.operator("Ann")
    line_id = house.line(ann)
    assert told(house, chief) == []
    house.put_queue(line_id)
    house.put_queue(line_id)
    assert told(house, chief) == ["queue_empty"]
    house.put_queue(line_id, ann)
    house.after(60)
    house.put_queue(line_id)
    assert told(house, chief) == ["queue_empty", "queue_empty"]
    assert told(house, ann) == []


def test_whoever_makes_a_line_is_not_told_that_it_is_empty(house: Portal) -> None:
    chief = administrator(house)
    house.line()
    assert told(house, chief) == []


def test_customers_who_wait_with_nobody_there_are_told_once_until_somebody_came(house: Portal) -> None:
    chief, ann = administrator(house), house.operator("Ann", online=False)
    channel = house.channel(house.line(ann))
    house.writes(channel, "a")
    house.writes(channel, "b")
    assert told(house, chief) == ["nobody_there"]
    house.online(ann)
    house.settle()
    house.offline(ann)
    house.after(120)
    assert told(house, chief) == ["nobody_there", "nobody_there"]


def test_the_last_one_who_goes_leaves_those_behind_who_wait(house: Portal) -> None:
    chief, ann = administrator(house), house.operator("Ann")
    line_id = house.line(ann, limit=1)
    channel = house.channel(line_id)
    first = house.writes(channel, "a").conversation_id
    house.writes(channel, "b")
    house.accepts(ann, first)
    assert told(house, chief) == []
    house.offline(ann)
    house.after(120)
    assert told(house, chief) == ["nobody_there"]
    row = house.do(lines.one, line_id)
    assert row is not None
    assert row.nobody_at is not None


def test_nobody_waits_nobody_is_told(house: Portal) -> None:
    chief, ann = administrator(house), house.operator("Ann")
    house.line(ann)
    house.offline(ann)
    house.after(120)
    assert told(house, chief) == []


def test_a_line_that_is_off_troubles_nobody(house: Portal) -> None:
    chief, ann = administrator(house), house.operator("Ann", online=False)
    line_id = house.line(ann)
    channel = house.channel(line_id)
    house.switch(line_id, on=False)
    house.writes(channel, "a")
    assert told(house, chief) == []
    house.switch(line_id, on=True)
    house.settle()
    assert told(house, chief) == ["nobody_there"]
