"""Settings of a line as people and programs send them: checked whole, each fault at the path of its field."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from openlines.core import schedule
from openlines.core.line import LineSettings, Problem
from openlines.core.line_problems import problems
from openlines.services import holidays
from openlines.services.errors import Invalid
from openlines.store import files, timetables, users
from openlines.store.tx import Reader

_NOTICES = ("kpi_first_notice", "kpi_further_notice")
_PLACE = re.compile(r"\[(\d+|\.\.\.)\]")


def merged(reader: Reader, present: LineSettings, changes: Mapping[str, Any]) -> LineSettings:
    """The settings with some fields changed; `Invalid` names each wrong one."""
    known = set(LineSettings.__dataclass_fields__)
    found = [Problem(name, "unknown_setting") for name in changes if name not in known]
    given = inward({name: value for name, value in changes.items() if name in known})
    after, misshapen = _shaped(msgspec.to_builtins(present), given)
    fitting = [name for name in given if name not in misshapen]
    # In place of what has no shape stands the present value, of which nothing is to be said.
    of_values = [*problems(after), *schedule.problems(after.week, after.exceptions, after.time_zone)]
    found += [each for each in of_values if each.field.partition(".")[0] not in misshapen]
    for name in fitting:
        found += strangers(name, given[name], msgspec.to_builtins(getattr(after, name)))
    found += _reference_problems(reader, after, set(fitting))
    found += misshapen.values()
    if found:
        raise Invalid(found)
    return after


def _shaped(present: Mapping[str, Any], given: Mapping[str, Any]) -> tuple[LineSettings, dict[str, Problem]]:
    """The settings with what is given, as far as it has its shape, and a fault for each field that has not."""
    try:
        return msgspec.convert({**present, **given}, LineSettings, strict=True), {}
    except msgspec.ValidationError:
        found = {name: problem for name in given if (problem := _misshapen(present, name, given[name])) is not None}
        fitting = {name: value for name, value in given.items() if name not in found}
        return msgspec.convert({**present, **fitting}, LineSettings, strict=True), found


def _misshapen(present: Mapping[str, Any], name: str, value: Any) -> Problem | None:
    try:
        msgspec.convert({**present, name: value}, LineSettings, strict=True)
    except msgspec.ValidationError as error:
        return shape_problem(str(error), {name: value})
    return None


def shape_problem(words: str, changes: Mapping[str, Any]) -> Problem:
    """msgspec says "Expected `int`, got `str` - at `$.inactivity[0].after`"; the path is the field."""
    path = words.rpartition("`$.")[2].rstrip("`") if "`$." in words else next(iter(changes), "settings")
    place = _PLACE.sub(lambda found: "" if found[1] == "..." else f".{found[1]}", path)
    return Problem(place, "wrong_type", {"detail": words.split(" - at ", maxsplit=1)[0]})


def strangers(path: str, given: Any, kept: Any) -> Sequence[Problem]:
    """Names inside a value that nothing reads: a slip of the pen would be lost silently."""
    if isinstance(given, Mapping) and isinstance(kept, Mapping):
        found = [Problem(f"{path}.{name}", "unknown_setting") for name in given if name not in kept]
        inside = [(f"{path}.{name}", each, kept[name]) for name, each in given.items() if name in kept]
    elif isinstance(given, (list, tuple)) and isinstance(kept, (list, tuple)):
        found = []
        inside = [(f"{path}.{place}", *both) for place, both in enumerate(zip(given, kept, strict=True))]
    else:
        return []
    return [*found, *(problem for where, each, was in inside for problem in strangers(where, each, was))]


def _reference_problems(reader: Reader, after: LineSettings, changed: set[str]) -> Sequence[Problem]:
    """What the settings name and the store does not know. Only of what is being changed: people leave."""
    found = []
    for name in _NOTICES:
        people = getattr(after, name).people if name in changed else ()
        active = {user.id for user in users.some_users(reader, people) if user.active} if people else set()
        found += [
            Problem(f"{name}.people.{place}", "unknown_user") for place, one in enumerate(people) if one not in active
        ]
    if "common_photo" in changed and after.common_photo and files.one(reader, after.common_photo) is None:
        found.append(Problem("common_photo", "unknown_file"))
    if "timetable_id" in changed and after.timetable_id > 0 and not timetables.known(reader, after.timetable_id):
        found.append(Problem("timetable_id", "unknown_timetable"))
    if changed & {"holidays_country", "holidays_region"} and after.holidays_country:
        found += holidays.problems(after.holidays_country, after.holidays_region)
    return found


# --- settings as JSON -----------------------------------------------------------------------------------


def shown_settings(settings: LineSettings) -> dict[str, Any]:
    """Settings as the API and files of settings carry them: an interval is {"from": …, "to": …}."""
    plain: dict[str, Any] = msgspec.to_builtins(settings)
    plain["week"] = [_renamed(day, _OUT) for day in plain["week"]]
    plain["exceptions"] = [{**each, "intervals": _renamed(each["intervals"], _OUT)} for each in plain["exceptions"]]
    return plain


_OUT = {"start": "from", "end": "to"}
_IN = {"from": "start", "to": "end"}


def _renamed(intervals: Any, names: Mapping[str, str]) -> Any:
    """Intervals with other names of their ends; whatever is no interval stays, for the shape's check to name."""
    if not isinstance(intervals, (list, tuple)):
        return intervals
    return [
        {names.get(name, name): value for name, value in each.items()} if isinstance(each, dict) else each
        for each in intervals
    ]


def inward(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The opposite of `shown_settings`, for the fields that are there."""
    plain = dict(changes)
    if isinstance(plain.get("week"), (list, tuple)):
        plain["week"] = [_renamed(day, _IN) for day in plain["week"]]
    if isinstance(plain.get("exceptions"), (list, tuple)):
        plain["exceptions"] = [
            {**each, "intervals": _renamed(each.get("intervals", []), _IN)} if isinstance(each, dict) else each
            for each in plain["exceptions"]
        ]
    return plain
