"""Timetables: working time that is written once and given to several lines. A change holds for all of them at once."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from openlines.core import schedule
from openlines.core.line import LineSettings, Problem
from openlines.services import holidays, working_time
from openlines.services.access import Actor, require_administrator
from openlines.services.errors import Conflict, Invalid, NotFound
from openlines.services.line_settings import shape_problem, strangers
from openlines.store import lines
from openlines.store import timetables as rows
from openlines.store.lines import LineRow
from openlines.store.tables import timetables as timetables_table
from openlines.store.timetables import Timetable
from openlines.store.tx import Reader, Tx

NAME_LIMIT = 100
HOURS = ("time_zone", "week", "exceptions", "holidays_country", "holidays_region")


class Shared(NamedTuple):
    """A timetable with the lines that keep to it."""

    timetable: Timetable
    lines: list[LineRow]


def every(reader: Reader) -> list[Shared]:
    all_lines = lines.every(reader)
    return [Shared(each, _users(all_lines, each.id)) for each in rows.every(reader)]


def one(reader: Reader, timetable_id: int) -> Shared:
    found = rows.one(reader, timetable_id)
    if found is None:
        raise NotFound("timetable", id=timetable_id)
    return Shared(found, _users(lines.every(reader), timetable_id))


def _users(all_lines: Sequence[LineRow], timetable_id: int) -> list[LineRow]:
    return [each for each in all_lines if each.rules.timetable_id == timetable_id]


def create(tx: Tx, actor: Actor, name: str, hours: Mapping[str, Any]) -> int:
    """`hours`: fields of `HOURS`, as a line has them; what is missing is as a newcomer would choose."""
    require_administrator(actor)
    values = _values(LineSettings(), hours)
    _check_name(name)
    timetable_id = tx.new_id(timetables_table)
    rows.add(tx, id=timetable_id, name=name.strip(), version=1, created_at=tx.now, **values)
    tx.event("portal.changed", user_id=actor.user_id, data={"what": "timetables"})
    return timetable_id


def change(
    tx: Tx, actor: Actor, timetable_id: int, version: int, *, name: str | None, hours: Mapping[str, Any]
) -> Shared:
    """Changes what is named, for every line that keeps to it. Refuses with `Invalid` and `Conflict`."""
    require_administrator(actor)
    found = one(tx, timetable_id)
    values = _values(settings_of(found.timetable), hours)
    if name is not None:
        _check_name(name)
        values["name"] = name.strip()
    if found.timetable.version != version or not rows.put_seen(tx, timetable_id, version, **values):
        raise Conflict("changed_meanwhile", version=found.timetable.version)
    tx.event("portal.changed", user_id=actor.user_id, data={"what": "timetables"})
    for line in found.lines:
        working_time.renew(tx, line.id)
    return one(tx, timetable_id)


def remove(tx: Tx, actor: Actor, timetable_id: int) -> None:
    """Only a timetable that no line keeps to can go."""
    require_administrator(actor)
    found = one(tx, timetable_id)
    if found.lines:
        raise Conflict("timetable_in_use", lines=", ".join(each.name for each in found.lines))
    rows.remove(tx, timetable_id)
    tx.event("portal.changed", user_id=actor.user_id, data={"what": "timetables"})


def settings_of(timetable: Timetable) -> LineSettings:
    """The working time of a timetable in the shape in which a line has its own."""
    return LineSettings(
        hours_on=True,
        time_zone=timetable.time_zone,
        week=timetable.intervals,
        exceptions=timetable.special_days,
        holidays_country=timetable.holidays_country,
        holidays_region=timetable.holidays_region,
    )


def _values(present: LineSettings, hours: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of a timetable; each fault stands at the field where a line would have it."""
    try:
        after = msgspec.convert({**msgspec.to_builtins(present), **hours}, LineSettings, strict=True)
    except msgspec.ValidationError as error:
        raise Invalid([shape_problem(str(error), hours)]) from None
    found = [*schedule.problems(after.week, after.exceptions, after.time_zone)]
    found += holidays.problems(after.holidays_country, after.holidays_region)
    for name in hours:
        found += strangers(name, hours[name], msgspec.to_builtins(getattr(after, name)))
    if found:
        raise Invalid(found)
    return {
        "time_zone": after.time_zone,
        "week": msgspec.json.encode(after.week).decode(),
        "exceptions": msgspec.json.encode(after.exceptions).decode(),
        "holidays_country": after.holidays_country,
        "holidays_region": after.holidays_region,
    }


def _check_name(name: str) -> None:
    if not name.strip():
        raise Invalid([Problem("name", "name_needed")])
    if len(name) > NAME_LIMIT:
        raise Invalid([Problem("name", "too_long", {"most": NAME_LIMIT})])
