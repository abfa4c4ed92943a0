"""What would happen now: the walk-through of a customer who writes to a line at this moment, or at a chosen one.

Everything is read once and nothing is written or locked; then `core.forecast` plays the line forward in memory by
the functions that run it. The answer has up to three parts, each a course of events:

    nobody    nobody takes it: who is asked and why, what the customer hears, until it only repeats
    silent    the first one asked answers, then the customer is silent: up to the full close
    finished  he answers and finishes: last words, rating, full close

Settings that are not saved yet may be tried: they are checked as a save would check them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from openlines.core.availability import Person
from openlines.core.conversation import may_reopen, opened
from openlines.core.forecast import Case, Seat, Stage
from openlines.core.hours import Hours
from openlines.core.inputs import CustomerWrote
from openlines.core.line import DAY, LineSettings
from openlines.core.routing import owns_still
from openlines.core.schedule import closes_at, is_open, next_open
from openlines.core.state import Conversation, Rules
from openlines.services import consent, holidays
from openlines.services.access import Actor, access_line
from openlines.services.errors import Invalid
from openlines.services.forecast_past import NEWEST, Customer, around_of, asks, last_time, settings_then
from openlines.services.forecast_steps import Moment, Part, parts_of
from openlines.services.line_settings import merged
from openlines.services.queue import expand, queue_of
from openlines.services.timetables import settings_of as timetable_settings
from openlines.services.turn import capabilities, rules_for
from openlines.services.working_time import portal_zone
from openlines.store import channels, conversations, departments, seats, timetables, users
from openlines.store import forecast as rows
from openlines.store.conversations import Around
from openlines.store.lines import LineRow, Member, text_of
from openlines.store.tx import Reader

FARTHEST: Final = 366 * DAY


class Asked(NamedTuple):
    """The question. Without `at` it is this moment; `everybody`: as if all were there with nothing in hand.

    `settings`, `members`, `active` are what the page holds and nobody has saved yet.
    """

    channel_id: int | None = None
    at: int | None = None
    everybody: bool = False
    customer: Customer = Customer()
    settings: Mapping[str, Any] | None = None
    members: Sequence[Member] | None = None
    active: bool | None = None


class Forecast(NamedTuple):
    """`open` and `changes_at`: the line's hours at that moment, and when that changes next; `time_zone`: its clock."""

    at: int
    time_zone: str
    kind: str
    channel_id: int | None
    open: bool
    changes_at: int | None
    active: bool
    automatic: bool  # the channel takes automatic texts
    ahead: int  # conversations that wait before this one
    reopened: bool
    parts: Sequence[Part]


class Scene(NamedTuple):
    """The stage at the moment when the customer's words have been taken in, and what stands around it."""

    stage: Stage
    rules: Rules
    around: Around
    channel_id: int | None
    ahead: int
    reopened: bool
    asks: Mapping[str, Any]  # by the window of a chat, before or after the first words
    time_zone: str


def forecast(reader: Reader, actor: Actor, line_id: int, asked: Asked) -> Forecast:
    """See the module. Refuses with `Invalid` (settings that could not be saved, a strange moment or channel)."""
    found = scene(reader, actor, line_id, asked)
    rules, now = found.rules, found.stage.now
    open_now = is_open(rules.schedule, now)
    return Forecast(
        now,
        found.time_zone,
        found.around.kind,
        found.channel_id,
        open_now,
        closes_at(rules.schedule, now) if open_now else next_open(rules.schedule, now),
        rules.active,
        rules.automatic,
        found.ahead,
        found.reopened,
        parts_of(Moment(reader, now), found.stage, rules, found.around, found.asks),
    )


def scene(reader: Reader, actor: Actor, line_id: int, asked: Asked) -> Scene:
    """Sets the stage: one read of everything that bears on the question."""
    line = access_line(reader, actor, line_id)
    now = _moment(reader, asked.at)
    stored = line.rules
    settings = merged(reader, stored, asked.settings) if asked.settings else stored
    text = _text(reader, settings) if asked.settings else line.settings
    channel_id, kind = _channel(reader, line, asked.channel_id)
    active = bool(line.active) if asked.active is None else asked.active
    around = around_of(int(active), text, kind, asked.customer, None)
    rules = rules_for(line_id, around)
    last = last_time(rules, asked.customer, now)
    then = settings_then(reader, line_id, last)
    around = around_of(int(active), text, kind, asked.customer, then)
    others = [] if asked.everybody or asked.at is not None else _others(reader, line_id, rules)
    stage = Stage(rules, _seats(reader, line_id, settings, stored, asked), others, now)
    _write(stage, rules, asked.customer, last, around)
    ahead = sum(case.c.state == "waiting" for case in others)
    reopened = last is not None and may_reopen(last, rules, now)
    window = asks(reader, rules, capabilities(kind), asked.customer, then)
    return Scene(stage, rules, around, channel_id, ahead, reopened, window, _zone(reader, settings))


def _moment(reader: Reader, at: int | None) -> int:
    if at is None:
        return reader.now
    if not reader.now - DAY <= at <= reader.now + FARTHEST:
        raise Invalid.field("at", "bad_moment")
    return at


def _text(reader: Reader, settings: LineSettings) -> str:
    """Settings that are being tried, with the working time that they would come to; nothing is written down."""
    if not settings.hours_on:
        return text_of(settings)
    shared = timetables.one(reader, settings.timetable_id) if settings.timetable_id else None
    own = settings if shared is None else timetable_settings(shared)
    days = holidays.days_of(own.holidays_country, own.holidays_region, *holidays.years_around(reader.now))
    zone = own.time_zone or portal_zone(reader)
    return text_of(settings, Hours(zone, own.week, own.exceptions, tuple(day.date for day in days)))


def _zone(reader: Reader, settings: LineSettings) -> str:
    """The clock by which the line's people read times."""
    shared = timetables.one(reader, settings.timetable_id) if settings.hours_on and settings.timetable_id else None
    return (settings.time_zone if shared is None else shared.time_zone) or portal_zone(reader)


def _channel(reader: Reader, line: LineRow, wanted: int | None) -> tuple[int | None, str]:
    """The channel that is asked about, else the line's first; a line without one is shown as a website."""
    mine = channels.of_line(reader, line.id)
    if wanted is not None:
        chosen = next((each for each in mine if each.id == wanted), None)
        if chosen is None:
            raise Invalid.field("channel_id", "unknown_channel")
        return chosen.id, chosen.kind
    return (mine[0].id, mine[0].kind) if mine else (None, "website")


# --- the stage ----------------------------------------------------------------------------------------------


def _seats(reader: Reader, line_id: int, settings: LineSettings, stored: LineSettings, asked: Asked) -> list[Seat]:
    """The people of the queue in order, and whoever may be asked by name, with what each has in hand."""
    members = queue_of(reader, line_id) if asked.members is None else list(asked.members)
    order = expand(members, departments.all_departments(reader))
    known = {seat.user_id: seat for seat in seats.of_line(reader, line_id)}
    named = asked.customer.operator_id
    people = {user.id: user for user in users.some_users(reader, {*order, *([named] if named else [])})}
    counted = {user: seat.counted for user, seat in known.items()}
    if settings.counting != stored.counting:
        counted = seats.recount(reader, line_id, settings.counting)
    held = {} if asked.everybody else conversations.open_counts(reader, list(people))
    found = []
    place = 0
    for user_id in [*order, *([named] if named in people and named not in order else [])]:
        user = people.get(user_id)
        if user is None or (not user.active and user_id in order):
            continue
        seat = known.get(user_id)
        stamps = (seat.first_at, seat.again_at) if seat else (0, 0)
        in_hand = 0 if asked.everybody else counted.get(user_id, 0)
        person = _person(user, everybody=asked.everybody)
        open_count = held.get(user_id, 0)
        found.append(Seat(user_id, place, *stamps, in_hand, open_count, person=person, member=user_id in order))
        place += 1
    return found


def _person(user: users.User, *, everybody: bool) -> Person:
    person = Person(
        active=bool(user.active),
        absent_from=user.absent_from,
        absent_until=user.absent_until,
        presence=user.presence,  # type: ignore[arg-type]
        online=bool(user.online),
        grace_until=user.grace_until,
    )
    return person._replace(presence="online", online=True, grace_until=None) if everybody else person


def _others(reader: Reader, line_id: int, rules: Rules) -> list[Case]:
    """Those who compete for the same people now."""
    found = []
    for c, _ in conversations.some(reader, rows.competing(reader, line_id)):
        tried = conversations.tried(reader, c.id) if c.round else {}
        found.append(Case(c, rules, dict(tried)))
    return found


# --- the customer -------------------------------------------------------------------------------------------


def _write(stage: Stage, rules: Rules, customer: Customer, last: Conversation | None, around: Around) -> None:
    """The customer's words arrive."""
    now = stage.now
    if last is not None and may_reopen(last, rules, now):
        entered = last
        stage.enter(last, ())
    else:
        own = customer.operator_id if customer.returning else None
        ended = last.closed_at if last is not None else None
        wanted = own if owns_still(rules.settings, ended, now) else None
        entered, outcomes = opened(
            id=NEWEST, thread_id=0, channel_id=0, customer_id=0, now=now, rules=rules, wanted_id=wanted
        )
        stage.enter(entered, outcomes)
    stage.give(
        CustomerWrote(
            open=is_open(rules.schedule, now),
            somebody=stage.somebody,
            holder_unavailable=stage.why_not(entered.operator_id),
            greeted_before=customer.returning,
            asks_consent=consent.due(entered, rules.settings, around, "") == "ask",
        )
    )
