"""The courses of events of a forecast, step by step: what a reader wants to know, in the order in which it happens.

A step says what happens (a code with parameters, worded at the edge) and why. What only repeats is told once.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from openlines.core.forecast import Ended, Seat, Stage, Told, Waits
from openlines.core.inputs import Accepted, Fact, Finished, Say, TargetStep, Wrote
from openlines.core.line import DAY, HOUR, KpiNotice, worded
from openlines.core.schedule import closes_at, is_open, next_open
from openlines.core.state import Refused, Rules
from openlines.core.texts import DEFAULT_TEXTS
from openlines.core.timers import target_at
from openlines.services.turn import capabilities
from openlines.services.wording import auto_message
from openlines.store import users
from openlines.store.conversations import Around
from openlines.store.statement import Statement
from openlines.store.tx import Reader, Row

AHEAD: Final = 12 * HOUR  # so far the course without an answer is followed
LONG: Final = 62 * DAY  # a silent customer: longer than every timer that a line can have
WAKES: Final = 900
NOTHING: Final[Mapping[str, Any]] = {}
FULL: Final = 100  # percent of a target: the answer is due
SHOWN: Final = 60  # steps of one part at the most

Kind = Literal["asks", "text", "fact", "offer", "waits", "held", "again", "target", "hours", "answer"]
# Facts that a step of its own tells better, or that say nothing to whoever sets up a line.
_QUIET: Final = frozenset({"opened", "timed_out", "offered", "round_over", "accepted", "replied", "kpi_step"})


class Step(NamedTuple):
    """`why`: an explanation of routing ({code, params, skipped, rest}) or the reason of a text ({code})."""

    at: int
    kind: Kind
    code: str
    params: Mapping[str, Any] = {}
    text: str = ""
    data: Mapping[str, Any] = {}
    why: Mapping[str, Any] | None = None


class Part(NamedTuple):
    """One course of events. `operator_id`: who answers in it; `whole`: there are no more steps than are told."""

    name: Literal["nobody", "silent", "finished"]
    since: int
    steps: Sequence[Step]
    ended: Ended
    operator_id: int | None = None
    whole: bool = True


class Moment(Reader):
    """The same look at the database, at another time."""

    __slots__ = ("_now", "_reader")

    def __init__(self, reader: Reader, now: int) -> None:
        self._reader, self._now = reader, now

    @property
    def now(self) -> int:
        return self._now

    def at(self, now: int) -> "Moment":
        return Moment(self._reader, now)

    def one(self, statement: Statement, /, **params: Any) -> Row | None:
        return self._reader.one(statement, **params)

    def all(self, statement: Statement, /, **params: Any) -> list[Row]:
        return self._reader.all(statement, **params)


def parts_of(
    reader: Moment, stage: Stage, rules: Rules, around: Around, asks: Mapping[str, Any] = NOTHING
) -> list[Part]:
    """All parts, from the moment at which the customer's words have been taken in by `stage`.

    `asks`: what the window of a chat asks him (visitor_asking); most of it before he may write.
    """
    start = stage.now
    tell = Teller(reader, rules, around)
    answering = _answering(stage)
    c = stage.ours.c if stage.ours is not None else None
    held = c.route_at if c is not None and c.state == "waiting" else None
    until = max(start, held or start) + AHEAD
    ended = stage.play(until, most=WAKES)
    steps = [*tell.steps(stage.told, stage.seats), *_held(rules, held, start), *_marks(stage, rules, start, until)]
    steps = [*_asked(asks, start, around.language), *steps, *_asked(asks, start, around.language, before=False)]
    steps.sort(key=lambda each: each.at)
    parts = [_part("nobody", start, steps, ended, None)]
    if answering is None:
        return parts
    who, answered = answering
    for name in ("silent", "finished"):
        course = _answered(answered, who, finishes=name == "finished")
        if course is None:
            continue
        since = course.now
        done = course.play(since + LONG, most=WAKES)
        parts.append(_part(name, since, [_answer(since, who), *tell.steps(course.told, course.seats)], done, who))
    return parts


def _part(name: Any, since: int, steps: Sequence[Step], ended: Ended, who: int | None) -> Part:
    return Part(name, since, list(steps[:SHOWN]), ended, who, whole=len(steps) <= SHOWN)


# --- somebody answers ---------------------------------------------------------------------------------------


def _answering(stage: Stage) -> tuple[int, Stage] | None:
    """The moment at which somebody is asked first, and who it is; None for a line without people."""
    course = stage.copy()
    course.play(course.now + AHEAD, most=WAKES, pause=frozenset(["offered", "active"]))
    c = course.ours.c if course.ours is not None else None
    if c is None or not course.rules.active or c.state == "closed":
        return None
    present = sorted(course.seats.values(), key=lambda seat: (not seat.present, seat.position))
    who = c.operator_id or c.offered_to or next((seat.user_id for seat in present if seat.member), None)
    if c.state == "waiting":  # nobody is there: somebody takes it when he comes
        course = stage.copy()
    return None if who is None else (who, course.copy(alone=True))


def _answered(stage: Stage, who: int, *, finishes: bool) -> Stage | None:
    """He takes it and answers at once; the customer says no more."""
    course = stage.copy(alone=True)
    try:
        if course.ours is not None and course.ours.c.state != "active":
            course.give(Accepted(who))
        course.give(Wrote(who))
        if finishes:
            course.give(Finished(who))
    except Refused:
        return None
    return course


def _answer(at: int, who: int) -> Step:
    return Step(at, "answer", "answered", {"operator": who})


# --- telling ------------------------------------------------------------------------------------------------


class Teller:
    """Makes steps of what happened. Texts are worded as the customer would get them."""

    def __init__(self, reader: Moment, rules: Rules, around: Around) -> None:
        self._reader, self._rules, self._around = reader, rules, around
        self._capabilities = capabilities(around.kind)
        self._names: dict[int, str] = {}

    def steps(self, told: Iterable[Told], seats: Mapping[int, Seat]) -> list[Step]:
        found: list[Step] = []
        again = False
        for each in told:
            match each.outcome:
                case Say() as said:
                    found += self._text(each, said, seats)
                case TargetStep(kind, percent):
                    told_late = _told_late(_notice(self._rules, kind))
                    found.append(Step(each.at, "target", kind, {"step": percent, **told_late}))
                case Fact("offered", params) if each.c.round < 2 or params["offer"] == "own":
                    found.append(Step(each.at, "offer", params["offer"], {"to": params["to"]}, why=params["why"]))
                case Fact("offered", params) if not again:
                    again = True
                    found.append(Step(each.at, "again", "round", {"to": params["to"]}, why=params["why"]))
                case Waits(why) if not again:
                    found.append(Step(each.at, "waits", why.reason.code, why=why.explained()))
                case Fact(code, params) if code not in _QUIET and not (again and code == "returned"):
                    found.append(Step(each.at, "fact", code, params))
        return found

    def _text(self, told: Told, said: Say, seats: Mapping[int, Seat]) -> list[Step]:
        holder = told.c.operator_id
        seat = seats.get(holder) if holder is not None else None
        around = self._around._replace(
            holder_name=self._name(holder) if holder is not None else None,
            holder_unavailable=seat.unavailable if seat is not None else None,
            holder_active=1 if seat is not None else None,
        )
        reader = self._reader.at(told.at)
        if not self._rules.automatic or not self._rules.active:
            return []
        text, data = auto_message(reader, said.auto, told.c, self._rules, around, self._capabilities, part=said.part)
        return [Step(told.at, "text", said.auto, {}, text, data, {"code": said.why})] if text else []

    def _name(self, user_id: int) -> str:
        if user_id not in self._names:
            user = users.user_by_id(self._reader, user_id)
            self._names[user_id] = user.name if user is not None else ""
        return self._names[user_id]


# --- what the window of a chat asks -------------------------------------------------------------------------


def _asked(asks: Mapping[str, Any], at: int, language: str, *, before: bool = True) -> list[Step]:
    """The consent and the form that come before the first words, or the form that comes after them."""
    found = []
    if before and "consent" in asks:
        text = "\n".join(filter(None, (asks["consent"]["text"], asks["consent"]["url"])))
        button = {"text": worded(DEFAULT_TEXTS["consent_button"], language)}
        found.append(Step(at, "asks", "consent", {}, text, {"buttons": [button]}))
    form = asks.get("form")
    if form is not None and (form["when"] == "before") is before:
        fields = [{"label": each["label"], "required": each.get("required", False)} for each in form["fields"]]
        found.append(Step(at, "asks", f"form_{form['when']}", {"fields": fields}))
    return found


# --- what is worth knowing beside what happens --------------------------------------------------------------


def _held(rules: Rules, until: int | None, start: int) -> list[Step]:
    if until is None or until <= start:
        return []
    return [Step(start, "held", "held_until_opening", {"opens_at": until})]


def _marks(stage: Stage, rules: Rules, start: int, until: int) -> list[Step]:
    """When the answer is due by the line's targets, and when the line closes or opens meanwhile."""
    found = []
    c = stage.ours.c if stage.ours is not None else None
    due = target_at(c, rules) if c is not None and rules.active else None
    kind = "first" if c is not None and c.replied_at is None else "further"
    if due is not None and not (_notice(rules, kind).on and FULL in _notice(rules, kind).steps):
        found.append(Step(due, "target", kind, {"step": FULL}))
    open_now = is_open(rules.schedule, start)
    changes = closes_at(rules.schedule, start) if open_now else next_open(rules.schedule, start)
    if rules.settings.hours_on and changes is not None and start < changes <= max(until, start + DAY):
        found.append(Step(changes, "hours", "closes" if open_now else "opens", {"then": rules.settings.off_hours}))
    return found


def _notice(rules: Rules, kind: str) -> KpiNotice:
    return rules.settings.kpi_first_notice if kind == "first" else rules.settings.kpi_further_notice


def _told_late(notice: KpiNotice) -> dict[str, Any]:
    """Who hears of an answer that is late."""
    if not notice.on:
        return {}
    return {
        "people": list(notice.people),
        "head": notice.head,
        "operator": notice.operator,
        "media": list(notice.media),
    }
