"""Every saved state of a line is kept in the transaction that saved it, with who and when."""

import json
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from openlines.core.line import SECOND
from openlines.services import lines, queue
from openlines.services.access import Actor
from openlines.services.errors import Conflict, Invalid
from openlines.store import Tx, line_versions, tables
from openlines.store import lines as rows
from openlines.store.line_versions import Version
from openlines.store.lines import Member
from openlines.store.statement import Statement
from tests.services.portal import Portal

_COUNT = Statement(select(func.count()).select_from(tables.line_versions))


def version_of(house: Portal, line_id: int) -> Version:
    """What is kept of the line as it is now."""

    def read(tx: Tx) -> Version:
        row = rows.one(tx, line_id)
        assert row is not None
        found = line_versions.one(tx, line_id, row.version)
        assert found is not None, f"version {row.version} was not kept"
        return found

    return house.do(read)


def count(house: Portal) -> int:
    return int(house.do(lambda tx: tx.all(_COUNT))[0][0])


def administrator(house: Portal, name: str) -> Actor:
    return Actor(house.operator(name, role="administrator").user_id, "administrator")


def change(house: Portal, actor: Actor, line_id: int, version: int, **what: Any) -> None:
    house.do(lines.change, actor, line_id, version, **what)


def test_a_new_line_is_its_own_first_version(house: Portal) -> None:
    ann = administrator(house, "Ann")
    line_id = house.do(lines.create, ann, "Sales", time_zone="UTC")
    kept = version_of(house, line_id)
    assert (kept.version, kept.name, kept.active, kept.saved_by, kept.at) == (1, "Sales", 1, ann.user_id, house.now)
    assert kept.queue == "[]"
    assert json.loads(kept.settings)["rating"] == "like"


def test_settings_name_and_queue_are_kept_as_they_were_saved(house: Portal) -> None:
    ann = administrator(house, "Ann")
    line_id = house.do(lines.create, ann, "Sales", time_zone="UTC")
    change(house, ann, line_id, 1, name="Bakery", active=False, settings={"queue_time": 300})
    kept = version_of(house, line_id)
    assert (kept.version, kept.name, kept.active) == (2, "Bakery", 0)
    assert json.loads(kept.settings)["queue_time"] == 300
    house.do(queue.put_queue, ann, line_id, 2, [(ann.user_id, None)])
    kept = version_of(house, line_id)
    assert (kept.version, json.loads(kept.queue)) == (3, [{"user_id": ann.user_id}])


def test_a_copy_keeps_its_queue_and_who_copied(house: Portal) -> None:
    ann = administrator(house, "Ann")
    line_id = house.line(ann, queue_time=240)
    copied = house.do(lines.copy, ann, line_id, "Copy")
    kept = version_of(house, copied)
    assert (kept.version, kept.saved_by, json.loads(kept.queue)) == (1, ann.user_id, [{"user_id": ann.user_id}])
    assert json.loads(kept.settings)["queue_time"] == 240


def test_what_is_refused_or_changes_nothing_is_no_version(house: Portal) -> None:
    ann = administrator(house, "Ann")
    line_id = house.do(lines.create, ann, "Sales", time_zone="UTC")
    before = count(house)
    with pytest.raises(Invalid):
        change(house, ann, line_id, 1, settings={"queue_time": 1})
    change(house, ann, line_id, 1)
    assert count(house) == before


def test_what_is_saved_as_it_was_is_no_version(house: Portal) -> None:
    """A program that sets a portal up may be run again and again."""
    a = house.operator("A")
    line_id = house.line(a, queue_time=120)
    version, before = house.do(lambda tx: rows.some(tx, [line_id]))[0].version, count(house)
    house.do(
        lines.change,
        house.admin,
        line_id,
        version,
        name="Support",
        active=True,
        settings={"queue_time": 120},
        members=[Member(a.user_id, None)],
    )
    house.do(queue.put_queue, house.admin, line_id, version, [(a.user_id, None)])
    assert (house.do(lambda tx: rows.some(tx, [line_id]))[0].version, count(house)) == (version, before)
    with pytest.raises(Conflict):
        house.do(queue.put_queue, house.admin, line_id, version - 1, [(a.user_id, None)])


def save(house: Portal, actor: Actor, line_id: int, what: str) -> None:
    """A change of the line as it was when it was made."""
    if what == "settings":
        change(house, actor, line_id, 1, settings={"limit": 3})
    else:
        house.do(queue.put_queue, actor, line_id, 1, [(actor.user_id, None)])


@pytest.mark.parametrize("what", ["settings", "queue"])
def test_whoever_comes_second_is_told_who_was_first_and_when(house: Portal, what: str) -> None:
    ann, boris = administrator(house, "Ann"), administrator(house, "Boris")
    line_id = house.do(lines.create, ann, "Sales", time_zone="UTC")
    house.after(30)
    change(house, boris, line_id, 1, settings={"queue_time": 300})
    saved = house.now
    house.after(30)
    with pytest.raises(Conflict) as refused:
        save(house, ann, line_id, what)
    assert (refused.value.code, refused.value.params) == (
        "changed_meanwhile",
        {"version": 2, "by": "Boris", "at": saved},
    )
    assert saved == house.now - 30 * SECOND


def test_the_house_itself_is_not_named(house: Portal) -> None:
    line_id = house.do(lines.create, house.admin, "Sales", time_zone="UTC")
    assert version_of(house, line_id).saved_by is None
    change(house, house.admin, line_id, 1, name="Other")
    with pytest.raises(Conflict) as refused:
        change(house, house.admin, line_id, 1, name="Third")
    assert refused.value.params == {"version": 2}


def test_the_head_of_a_department_comes_along_where_it_is_wished(house: Portal) -> None:
    ann = administrator(house, "Ann")
    line_id = house.do(lines.create, ann, "Sales", time_zone="UTC")

    def department(tx: Tx) -> int:
        department_id = tx.new_id(tables.departments)
        tx.run(Statement(insert(tables.departments)), id=department_id, name="Bakers")
        return department_id

    bakers = house.do(department)
    house.do(queue.put_queue, ann, line_id, 1, [Member(None, bakers, 1), Member(ann.user_id, None)])
    kept = json.loads(version_of(house, line_id).queue)
    assert kept == [{"department_id": bakers, "with_head": True}, {"user_id": ann.user_id}]
    assert [row[2:] for row in house.do(rows.members, [line_id])] == [(None, bakers, 1), (ann.user_id, None, 0)]
    with pytest.raises(Invalid):
        house.do(queue.put_queue, ann, line_id, 2, [Member(None, bakers, 1), Member(None, bakers, 0)])
