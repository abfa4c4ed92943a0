"""The KPI page: how fast answers came, by line and by operator, over a period of whole days in the portal's zone.

An administrator sees everybody's answers, a head of a department those of his people and his own, an operator his own.
An answer belongs to who gave it; a breach to who held the conversation at the deadline, and to the line itself when
nobody did. What ended without an answer is counted apart.
"""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from openlines.core.kpi import Figures, figures, held_by
from openlines.core.line import SECOND
from openlines.services.access import Actor, led_by
from openlines.services.errors import Invalid
from openlines.services.portal import the_portal
from openlines.store import kpi, lines
from openlines.store.kpi import Breach, Record, Wanted
from openlines.store.tx import Reader

MOST_DAYS = 366
KINDS: tuple[str, ...] = ("first", "further")
EXPORT_PAGE = 2000


class Asked(NamedTuple):
    """Days are inclusive ("2026-01-31"); without them, the last `days` days with today."""

    first: str | None = None
    last: str | None = None
    days: int = 7
    line_id: int | None = None
    kind: Literal["all", "first", "further"] = "all"
    operator_id: int | None = None  # 0: the line itself


class Period(NamedTuple):
    """Whole local days: `bounds` are their midnights, one more than there are days."""

    days: tuple[date, ...]
    bounds: tuple[int, ...]
    zone: str


class Group(NamedTuple):
    """`key`: a line, an operator (None: nobody), or None for all together. `owed` and `overdue` are of this moment."""

    key: int | None
    figures: Figures
    owed: int = 0
    overdue: int = 0


class Day(NamedTuple):
    day: date
    met: int
    breached: int
    closed: int


class Report(NamedTuple):
    period: Period
    total: Group
    lines: list[Group]
    operators: list[Group]
    days: list[Day]


def report(reader: Reader, actor: Actor, asked: Asked) -> Report:
    """Raises `Invalid` for a period that is none."""
    period, wanted = _wanted(reader, actor, asked)
    owners = _owners(reader, actor, asked)
    # By outcome, line and operator: each answer is counted once. There may be very many: no call is made for each.
    cells: dict[str, dict[tuple[int, int | None], list[int]]] = {"met": {}, "breached": {}, "closed": {}}
    begun: dict[str, list[int]] = {"met": [], "breached": [], "closed": []}
    for line_id, started_at, outcome, elapsed, holder_id in kpi.ended(reader, wanted):
        if owners is not None and (holder_id or 0) not in owners:
            continue
        times = cells[outcome].get((line_id, holder_id))
        if times is None:
            times = cells[outcome][line_id, holder_id] = []
        times.append(elapsed)
        begun[outcome].append(started_at)
    total, by_line, by_operator = _Pile(), _Piles(), _Piles()
    for outcome, found in cells.items():
        for (line_id, holder_id), times in found.items():
            for pile in (total, by_line.of(line_id), by_operator.of(holder_id)):
                pile.add(outcome, times)
    for line_id, _, due_at, operator_id in kpi.running(reader, wanted):
        if owners is not None and (operator_id or 0) not in owners:
            continue
        for pile in (total, by_line.of(line_id), by_operator.of(operator_id)):
            pile.owed += 1
            pile.overdue += due_at < reader.now
    days = zip(*(_by_day(period, begun[outcome]) for outcome in Day._fields[1:]), strict=True)
    shown = [Day(day, *counts) for day, counts in zip(period.days, days, strict=True)]
    return Report(period, total.group(None), by_line.groups(), by_operator.groups(), shown)


def _by_day(period: Period, instants: list[int]) -> list[int]:
    """How many fall on each day."""
    instants.sort()
    ends = [bisect_left(instants, bound) for bound in period.bounds]
    return [after - before for before, after in pairwise(ends)]


class _Pile:
    __slots__ = ("breached", "closed", "met", "overdue", "owed", "times")

    def __init__(self) -> None:
        self.met = self.breached = self.closed = self.owed = self.overdue = 0
        self.times: list[int] = []

    def add(self, outcome: str, times: list[int]) -> None:
        if outcome == "closed":
            self.closed += len(times)
            return
        if outcome == "met":
            self.met += len(times)
        else:
            self.breached += len(times)
        self.times += times

    def group(self, key: int | None) -> Group:
        return Group(key, figures(self.met, self.breached, self.closed, self.times), self.owed, self.overdue)


class _Piles:
    def __init__(self) -> None:
        self._piles: dict[int | None, _Pile] = {}

    def of(self, key: int | None) -> _Pile:
        found = self._piles.get(key)
        if found is None:
            found = self._piles[key] = _Pile()
        return found

    def groups(self) -> list[Group]:
        """Those with the most answers first."""
        found = [pile.group(key) for key, pile in self._piles.items()]
        return sorted(found, key=lambda each: (-each.figures.answers, -each.owed, each.key or 0))


# --- breaches, and everything as a file -------------------------------------------------------------------


class Late(NamedTuple):
    breach: Breach
    owner_id: int | None


def breaches(
    reader: Reader, actor: Actor, asked: Asked, *, before: int | None, limit: int
) -> tuple[list[Late], int | None]:
    """Answers that are overdue now, then those that came late, newest first, and where the next page begins."""
    _, wanted = _wanted(reader, actor, asked)
    owners = _owners(reader, actor, asked)
    listed = None if owners is None else sorted(owners)
    found = kpi.breaches(reader, wanted, listed, before=before, limit=limit + 1)
    following = found[limit - 1].id if len(found) > limit else None
    first = kpi.overdue(reader, wanted) if before is None else []
    late = [Late(each, _owner(each)) for each in (*first, *found[:limit])]
    return [each for each in late if owners is None or (each.owner_id or 0) in owners], following


def _owner(each: Breach | Record) -> int | None:
    if each.stopped_at is not None:
        return each.holder_id
    return held_by(kpi.marks_of(each.held), each.due_at)


def exported(reader: Reader, actor: Actor, asked: Asked, after: int) -> list[Record]:
    """A page of all records of the period after the id `after`; empty at the end."""
    _, wanted = _wanted(reader, actor, asked)
    owners = _owners(reader, actor, asked)
    while True:
        found = kpi.export(reader, wanted, after, EXPORT_PAGE)
        kept = [each for each in found if owners is None or (_owner(each) or 0) in owners]
        if kept or len(found) < EXPORT_PAGE:
            return kept
        after = found[-1].id


# --- what may be seen, and when it was ----------------------------------------------------------------------


def _owners(reader: Reader, actor: Actor, asked: Asked) -> frozenset[int] | None:
    """Whose answers: None for everybody's; 0 stands for the line."""
    wanted = None if asked.operator_id is None else frozenset([asked.operator_id])
    if actor.administrator:
        return wanted
    people = led_by(reader, actor) | {actor.user_id}
    return people if wanted is None else wanted & people


def _wanted(reader: Reader, actor: Actor, asked: Asked) -> tuple[Period, Wanted]:
    period = report_period(reader, asked)
    every = [row.id for row in lines.every(reader)]
    line_ids = every if asked.line_id is None else [each for each in every if each == asked.line_id]
    kinds = KINDS if asked.kind == "all" else (asked.kind,)
    return period, Wanted(line_ids, kinds, period.bounds[0], period.bounds[-1])


def report_period(reader: Reader, asked: Asked) -> Period:
    """The days asked for, in the portal's zone. Raises `Invalid`."""
    return period_of(the_portal(reader).time_zone, reader.now, asked)


def period_of(zone: str, now: int, asked: Asked) -> Period:
    """The days asked for. Raises `Invalid` (from, to, days)."""
    place = ZoneInfo(zone or "UTC")
    today = datetime.fromtimestamp(now / SECOND, place).date()
    last = _date("to", asked.last) or today
    if not 1 <= asked.days <= MOST_DAYS:
        raise Invalid.field("days", "out_of_range", {"least": 1, "most": MOST_DAYS})
    first = _date("from", asked.first) or last - timedelta(days=asked.days - 1)
    count = (last - first).days + 1
    if not 1 <= count <= MOST_DAYS:
        raise Invalid.field("from", "bad_period", {"most": MOST_DAYS})
    days = tuple(first + timedelta(days=each) for each in range(count))
    bounds = tuple(_midnight(each, place) for each in (*days, last + timedelta(days=1)))
    return Period(days, bounds, zone or "UTC")


def _date(field: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Invalid.field(field, "bad_date") from None
    if not 2000 <= found.year < 2200:
        raise Invalid.field(field, "bad_date")
    return found


def _midnight(day: date, zone: ZoneInfo) -> int:
    return round(datetime.combine(day, time(), zone).timestamp()) * SECOND


def seconds(microseconds: int | None) -> float | None:
    return None if microseconds is None else round(microseconds / SECOND, 1)


def held_seconds(record: Breach | Record, now: int) -> Sequence[tuple[int | None, float]]:
    """For how long each held it; of one that still runs by the calendar, until now."""
    marks = kpi.marks_of(record.held)
    if record.stopped_at is not None:
        return [(who, time_held / SECOND) for who, time_held in marks]
    ends = [*(at for _, at in marks[1:]), now]
    return [(who, max(end - since, 0) / SECOND) for (who, since), end in zip(marks, ends, strict=True)]
