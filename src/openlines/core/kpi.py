"""Response targets (rules.md 7): which answer is owed, when it is due, and what became of it.

A clock is derived, like every timer, from the conversation's anchors and the line's present rules. It runs from the
moment at which people became responsible (the first answer) or from the customer's first unanswered words (further
ones) until a person's words go to the customer. What was measured is kept as a record; this module says what it holds.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import ceil
from typing import Literal, NamedTuple

from openlines.core.line import SECOND, KpiNotice, LineSettings
from openlines.core.schedule import add_open_time, open_time_between
from openlines.core.state import Conversation, Rules

Kind = Literal["first", "further"]
Outcome = Literal["met", "breached", "closed"]
Mark = tuple[int | None, int]  # who holds it (None: nobody), since when


class Clock(NamedTuple):
    """An answer that is owed. `target` in seconds."""

    kind: Kind
    start: int
    target: int


class Measured(NamedTuple):
    """What became of an answer that was owed: `elapsed` and `held` in microseconds of the line's clock."""

    outcome: Outcome
    elapsed: int
    holder_id: int | None  # who answers for it; None: the line
    held: tuple[Mark, ...]


def has_targets(s: LineSettings) -> bool:
    return bool(s.kpi_first or s.kpi_further)


def clock(c: Conversation, rules: Rules) -> Clock | None:
    """The answer that people owe; None while none is owed, and where the line has no target for it.

    A finish does not end it: until the conversation is closed an operator's words are still the answer.
    """
    if c.customer_since is None or c.responsible_at is None or c.state == "closed":
        return None
    s = rules.settings
    if c.replied_at is not None:
        return Clock("further", c.customer_since, s.kpi_further) if s.kpi_further else None
    if not s.kpi_first:
        return None
    start = c.customer_since if s.kpi_from == "words" else max(c.responsible_at, c.opened_at)
    return Clock("first", start, s.kpi_first)


def by_hours(rules: Rules) -> bool:
    """The targets' clock stands still while the line is closed."""
    return rules.settings.kpi_clock == "hours" and rules.settings.hours_on


def moment(running: Clock, rules: Rules, percent: int = 100) -> int:
    """When so many percent of the target have passed."""
    amount = running.target * SECOND * percent // 100
    return add_open_time(rules.schedule, running.start, amount) if by_hours(rules) else running.start + amount


def passed(a: int, b: int, rules: Rules) -> int:
    """Microseconds from `a` to `b` by the line's clock."""
    return open_time_between(rules.schedule, a, b) if by_hours(rules) else max(b - a, 0)


# --- steps ----------------------------------------------------------------------------------------------


def notice_of(kind: Kind, s: LineSettings) -> KpiNotice:
    return s.kpi_first_notice if kind == "first" else s.kpi_further_notice


def next_step(c: Conversation, rules: Rules) -> int | None:
    """When the next step of the target is reached that nobody was told of; None where nobody wants to be told."""
    running = _told_clock(c, rules)
    if running is None:
        return None
    steps = (step for step in notice_of(running.kind, rules.settings).steps if step > c.kpi_step)
    step = min(steps, default=None)
    return None if step is None else moment(running, rules, step)


def reached(c: Conversation, rules: Rules, now: int) -> tuple[Clock, int] | None:
    """The highest step that is reached and was not told. Of several that were missed only the last is news."""
    running = _told_clock(c, rules)
    if running is None:
        return None
    steps = [
        step
        for step in notice_of(running.kind, rules.settings).steps
        if step > c.kpi_step and moment(running, rules, step) <= now
    ]
    return (running, max(steps)) if steps else None


def _told_clock(c: Conversation, rules: Rules) -> Clock | None:
    running = None if c.state == "closing" else clock(c, rules)
    return running if running is not None and notice_of(running.kind, rules.settings).on else None


# --- what became of it ----------------------------------------------------------------------------------


def holder(c: Conversation) -> int | None:
    """In whose hands it is; being asked is not holding."""
    return c.operator_id if c.state in ("active", "closing") else None


def measure(
    marks: Sequence[Mark], start: int, due: int, stop: int, rules: Rules, *, answered_by: int | None, closed: bool
) -> Measured:
    """The end of a clock. Whoever held it at the deadline owns a breach; else it is his who ended it.

    `marks`: at least one, in order. What was held before `start` (rules that changed moved it) is not counted.
    """
    outcome: Outcome = "met"
    owner = answered_by
    if closed:
        outcome, owner = "closed", marks[-1][0]
    elif stop > due:
        outcome, owner = "breached", held_by(marks, due)
    spells = pairwise((*marks, (None, stop)))
    held = [(who, passed(max(since, start), end, rules)) for (who, since), (_, end) in spells]
    return Measured(outcome, passed(start, stop, rules), owner, _joined(held))


def held_by(marks: Iterable[Mark], at: int) -> int | None:
    """Who held it at an instant; a change at that very instant counts."""
    found = None
    for who, since in marks:
        if since <= at:
            found = who
    return found


def _joined(held: Iterable[Mark]) -> tuple[Mark, ...]:
    """Without empty spells, neighbours of one person as one."""
    found: list[Mark] = []
    for who, time in held:
        if found and found[-1][0] == who:
            found[-1] = (who, found[-1][1] + time)
        elif time:
            found.append((who, time))
    return tuple(found)


# --- figures --------------------------------------------------------------------------------------------


class Figures(NamedTuple):
    """Of a group of answers. `closed` ended without one and count nowhere else; times are microseconds."""

    met: int = 0
    breached: int = 0
    closed: int = 0
    average: int | None = None
    median: int | None = None
    p90: int | None = None
    longest: int | None = None

    @property
    def answers(self) -> int:
        return self.met + self.breached

    @property
    def met_percent(self) -> float | None:
        return round(100 * self.met / self.answers, 1) if self.answers else None


def figures(met: int, breached: int, closed: int, times: list[int]) -> Figures:
    """Percentiles by nearest rank: the smallest time within which so many of the answers came. Sorts `times`."""
    if not times:
        return Figures(met, breached, closed)
    times.sort()
    average = round(sum(times) / len(times))
    return Figures(met, breached, closed, average, _rank(times, 50), _rank(times, 90), times[-1])


def _rank(ordered: Sequence[int], percent: int) -> int:
    return ordered[ceil(percent * len(ordered) / 100) - 1]
