"""When a line works: weekly intervals, dated exceptions, the line's own zone.

How the words of a schedule become instants:

* An interval belongs to the local day on which it *starts*; an end at or before the start lies on the next
  day, so "09:00"–"09:00" is a whole day and "20:00"–"04:00" a night.
* An exception replaces the intervals that start on its days. A night that began the day before goes on to
  its end: a shift is one thing, and who wants to cut it writes an exception for the day on which it starts.
  Where two exceptions meet on one day, the shorter one holds (a half-day inside the holidays), between equal
  ones the later listed.
* A public holiday is an exception without intervals that gives way to every other one: who works on it says so.
* Whenever the clock on the wall shows a time inside an interval, the line is open. So an interval starts when
  the wall clock *first* shows its start and ends when it *last* shows its end (an hour that is repeated
  counts twice). A time that the wall clock skips is the moment of the jump; an interval that lies in the
  gap as a whole does not happen.
* Intervals that touch or overlap are one.

Instants are microseconds since the epoch, UTC. Everything here is a function of its arguments and of the
time zone data of the machine. Compile a schedule once per version of a line and keep it: the opening
hours of a day are computed once per schedule.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from openlines.core.hours import Hours
from openlines.core.line import DAY, MINUTE, SECOND, Interval, LineSettings, Problem, SpecialDays

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_LAST_DAY = date.max.toordinal() - 3  # far enough from the end of the calendar to add a night and an offset
_DAY_MINUTES = 24 * 60
_MICROSECOND = timedelta(microseconds=1)

NAME_LIMIT = 100  # characters of the name of dated exceptions
EXCEPTIONS_MOST = 400
INTERVALS_MOST = 24  # of one day

# How far ahead openings are looked for: past every exception by three whole weeks, but ten years at most.
_DAYS_AFTER = 21
_HORIZON = 3660

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

Span = tuple[int, int]  # [start, end): instants here, minutes of the local day inside a Schedule


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """A compiled schedule: minutes instead of words. Equal only to itself, so that it is a quick cache key."""

    zone: tzinfo
    week: tuple[tuple[Span, ...], ...]  # Monday first
    dated: tuple[tuple[int, int, tuple[Span, ...]], ...]  # first and last day (ordinals); the first that fits holds
    always: bool
    last_dated: int
    holidays: frozenset[int] = frozenset()  # days (ordinals)


ALWAYS = Schedule(UTC, ((),) * 7, (), True, 0)


def schedule_of(settings: LineSettings, zone: str, holidays: tuple[str, ...] = ()) -> Schedule:
    """The schedule of a line's own working time; always open where it is off. `holidays` are dates ("2026-12-25").

    `zone` is the line's, or the portal's. A zone that this machine does not know counts as UTC: a customer's
    message must not fail because a database of time zones is old (`problems` names it when settings are saved).
    """
    if not settings.hours_on:
        return ALWAYS
    return _compiled(settings.week, settings.exceptions, holidays, zone)


def schedule_in_force(hours: Hours) -> Schedule:
    """The schedule of working time that holidays and a shared timetable have come into."""
    return _compiled(hours.week, hours.exceptions, hours.holidays, hours.time_zone)


def is_open(schedule: Schedule, at: int) -> bool:
    """Whether the line works at this instant (an interval's start is inside, its end is not)."""
    if schedule.always:
        return True
    day = at // DAY + _EPOCH_DAY
    return any(start <= at < end for near in range(day - 2, day + 2) for start, end in _spans(schedule, near))


def next_open(schedule: Schedule, at: int) -> int | None:
    """The start of the next open time; `at` itself when open; None when the line does not open again."""
    if is_open(schedule, at):
        return at
    return next((start for start, _ in _spans_from(schedule, at, _days_ahead(schedule, at))), None)


def closes_at(schedule: Schedule, at: int) -> int | None:
    """The end of the present open time; None when closed, and when it never ends."""
    if schedule.always or not is_open(schedule, at):
        return None
    end = at
    for start, stop in _spans_from(schedule, at, _days_ahead(schedule, at)):
        if start > end:
            return end
        end = max(end, stop)
    return None


def open_time_between(schedule: Schedule, a: int, b: int) -> int:
    """How many microseconds of [a, b) are open time; 0 when b is not after a."""
    if schedule.always:
        return max(b - a, 0)
    total, since = 0, a
    for start, end in _spans_from(schedule, a, (b - a) // DAY + 3):
        total += max(min(end, b) - max(start, since), 0)
        since = max(since, end)
    return total


def add_open_time(schedule: Schedule, at: int, amount: int) -> int:
    """The first instant by which `amount` microseconds of open time have passed since `at`.

    A line that is not open for so long within ten years gives the end of these ten years.
    """
    if schedule.always or amount <= 0:
        return at + max(amount, 0)
    since, left = at, amount
    for start, end in _spans_from(schedule, at, _HORIZON):
        begin = max(start, since)
        if left <= end - begin:
            return begin + left
        left -= max(end - begin, 0)
        since = max(since, end)
    return at + _HORIZON * DAY


def zone_known(zone: str) -> bool:
    """Whether the machine's time zone data has this zone ("Europe/Berlin")."""
    return _zone(zone) is not None


# ---------------------------------------------------------------- what is wrong with a schedule


def problems(week: Sequence[Sequence[Interval]], exceptions: Sequence[SpecialDays], zone: str) -> Sequence[Problem]:
    """Everything that is wrong, by field; empty when `schedule_of` gives what the words mean.

    An empty zone is the portal's. Codes: unknown_zone, week_of_seven, bad_time, overlap (with what follows it,
    next morning included), bad_date, date_order, repeated_dates.
    """
    found: list[Problem] = []
    if zone and not zone_known(zone):
        found.append(Problem("time_zone", "unknown_zone", {"value": zone}))
    if len(week) != 7:
        found.append(Problem("week", "week_of_seven", {"days": len(week)}))
    days = [(f"week.{index}", day) for index, day in enumerate(week)]
    bad = [problem for path, day in days for problem in _time_problems(path, day)]
    found += bad or _overlaps([*days, *days[:1]])
    if len(exceptions) > EXCEPTIONS_MOST:
        return [*found, Problem("exceptions", "too_many", {"most": EXCEPTIONS_MOST})]
    seen: set[tuple[str, str]] = set()
    for index, exception in enumerate(exceptions):
        found += _exception_problems(f"exceptions.{index}", exception, seen)
    return found


def _time_problems(path: str, day: Sequence[Interval]) -> Sequence[Problem]:
    if len(day) > INTERVALS_MOST:
        return [Problem(path, "too_many", {"most": INTERVALS_MOST})]
    found = []
    for index, interval in enumerate(day):
        if not _TIME.fullmatch(interval.start) or interval.start == "24:00":
            found.append(Problem(f"{path}.{index}.start", "bad_time", {"value": interval.start}))
        if not _TIME.fullmatch(interval.end):
            found.append(Problem(f"{path}.{index}.end", "bad_time", {"value": interval.end}))
    return found


def _overlaps(days: Sequence[tuple[str, Sequence[Interval]]]) -> Sequence[Problem]:
    """Each interval that begins before an earlier one ends, on days (path, intervals) that follow each other."""
    laid = [
        (_DAY_MINUTES * day + start, _DAY_MINUTES * day + end, f"{path}.{index}")
        for day, (path, intervals) in enumerate(days)
        for index, (start, end) in enumerate(map(_minutes, intervals))
    ]
    places, reach = [], 0
    for start, end, place in sorted(laid):
        if start < reach and place not in places:
            places.append(place)
        reach = max(reach, end)
    return [Problem(place, "overlap") for place in places]


def _exception_problems(path: str, exception: SpecialDays, seen: set[tuple[str, str]]) -> Sequence[Problem]:
    until = exception.until or exception.date
    dates = {"date": exception.date, "until": until} if exception.until else {"date": exception.date}
    found = [
        Problem(f"{path}.{name}", "bad_date", {"value": value})
        for name, value in dates.items()
        if _ordinal(value) is None
    ]
    if not found and until < exception.date:
        found.append(Problem(f"{path}.until", "date_order", {"date": exception.date}))
    elif not found and (exception.date, until) in seen:
        found.append(Problem(f"{path}.date", "repeated_dates", {"date": exception.date, "until": until}))
    seen.add((exception.date, until))
    if len(exception.name) > NAME_LIMIT:
        found.append(Problem(f"{path}.name", "too_long", {"most": NAME_LIMIT}))
    times = _time_problems(f"{path}.intervals", exception.intervals)
    if times:
        return [*found, *times]
    # A range follows itself from day to day; a single day is followed by the week's, which it may touch.
    return [*found, *_overlaps([(f"{path}.intervals", exception.intervals)] * (2 if until > exception.date else 1))]


# ---------------------------------------------------------------- compiling


@lru_cache(maxsize=1024)
def _compiled(
    week: tuple[tuple[Interval, ...], ...],
    exceptions: tuple[SpecialDays, ...],
    holidays: tuple[str, ...],
    zone: str,
) -> Schedule:
    dated = []
    for index, each in enumerate(exceptions):
        first, last = _ordinal(each.date), _ordinal(each.until or each.date)
        if first is None or last is None:
            raise ValueError(f"not a date: {each.date!r} to {each.until!r}")
        dated.append((last - first, -index, first, last, tuple(map(_minutes, each.intervals))))
    dated.sort()  # no two have the same length and the same index
    compiled = tuple(tuple(map(_minutes, day)) for day in week)
    free = frozenset(day for each in holidays if (day := _ordinal(each)) is not None)
    return Schedule(
        zone=_zone(zone) or UTC,
        week=compiled,
        dated=tuple((first, last, spans) for _, _, first, last, spans in dated),
        always=not dated and not free and all((0, _DAY_MINUTES) in day for day in compiled),
        last_dated=max((*free, *(last for _, _, _, last, _ in dated)), default=0),
        holidays=free,
    )


def _minutes(interval: Interval) -> Span:
    """Minutes since the local midnight of the day on which it starts; the end may lie on the next day."""
    start, end = _minute(interval.start), _minute(interval.end)
    return start, end if end > start else end + _DAY_MINUTES


def _minute(time: str) -> int:
    if not _TIME.fullmatch(time):
        raise ValueError(f"not a time of day: {time!r}")
    return int(time[:2]) * 60 + int(time[3:])


def _ordinal(words: str) -> int | None:
    if not _DATE.fullmatch(words):
        return None
    try:
        return date.fromisoformat(words).toordinal()
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: the name of a folder of the zone data ("America")
        return None


# ---------------------------------------------------------------- from local days to instants


def _days_ahead(schedule: Schedule, at: int) -> int:
    """How many days from `at` the week must be followed before it can only repeat itself."""
    return min(max(schedule.last_dated - (at // DAY + _EPOCH_DAY), 0) + _DAYS_AFTER, _HORIZON)


def _spans_from(schedule: Schedule, at: int, days: int) -> Iterator[Span]:
    """Open times that end after `at`, in order of their start, for so many days; neighbours may overlap."""
    day = at // DAY + _EPOCH_DAY
    for near in range(day - 2, day + days + 1):
        for span in _spans(schedule, near):
            if span[1] > at:
                yield span


@lru_cache(maxsize=4096)
def _spans(schedule: Schedule, day: int) -> tuple[Span, ...]:
    """The open times that start on a local day (ordinal), as instants, in order."""
    if not 0 < day < _LAST_DAY:
        return ()
    laid = next((spans for first, last, spans in schedule.dated if first <= day <= last), None)
    if laid is None and day in schedule.holidays:
        return ()
    if laid is None:
        laid = schedule.week[(day - 1) % 7]  # ordinal 1 is a Monday
    zone = schedule.zone
    bounds = sorted((_shown(zone, day, a, last=False), _shown(zone, day, b, last=True)) for a, b in laid)
    return tuple((start, end) for start, end in bounds if start < end)


def _shown(zone: tzinfo, day: int, minute: int, *, last: bool) -> int:
    """When the wall clock shows this minute of this local day: first or last.

    A time that is skipped is shown, as it were, at the moment of the jump.
    """
    wall = datetime.fromordinal(day).replace(tzinfo=zone) + timedelta(minutes=minute)
    before, after = _offset(wall), _offset(wall.replace(fold=1))
    naive = (day - _EPOCH_DAY) * DAY + minute * MINUTE
    if before < after:
        return _jump(zone, naive - after, naive - before)
    return naive - (after if last else before)


def _jump(zone: tzinfo, low: int, high: int) -> int:
    """The instant in (low, high] at which the zone's offset changes; zones change on whole seconds."""
    left, right = low // SECOND, high // SECOND
    before = _offset((_EPOCH + timedelta(seconds=left)).astimezone(zone))
    while right - left > 1:
        middle = (left + right) // 2
        if _offset((_EPOCH + timedelta(seconds=middle)).astimezone(zone)) == before:
            left = middle
        else:
            right = middle
    return right * SECOND


def _offset(wall: datetime) -> int:
    """Microseconds that the wall clock is ahead of UTC."""
    return (wall.utcoffset() or timedelta()) // _MICROSECOND
