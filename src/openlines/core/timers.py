"""What a conversation is waiting for: derived from its anchors and the line's present rules, never stored."""

from typing import NamedTuple

from openlines.core.inactivity import next_words_at, silent_since
from openlines.core.kpi import clock, moment, next_step
from openlines.core.line import DAY, SECOND, LineSettings
from openlines.core.schedule import add_open_time, is_open, next_open, open_time_between
from openlines.core.state import Conversation, Rules

UNDO = 5 * SECOND  # what a finish says waits so long, so that undo is real (rules.md 1)
PINNED_FOR = 7 * DAY


class Timer(NamedTuple):
    at: int
    name: str


def timers(c: Conversation, rules: Rules) -> list[Timer]:
    """Everything this conversation is waiting for, derived from its anchors and the present rules."""
    if not rules.active:
        return []  # a line that is off offers, says and closes nothing; it goes on when it is on again
    due: list[Timer] = []
    state, s = c.state, rules.settings
    if state == "closed":
        if c.last_words in ("close", "auto_close") and c.finished_at is not None:
            due.append(Timer(c.finished_at + UNDO, "last_words"))
        return due
    if state == "closing":
        return _closing_timers(c, s)
    if state == "bot":
        if s.bot_time:
            due.append(Timer(c.opened_at + s.bot_time * SECOND, "bot_time"))
        return due
    if c.route_at is not None:  # it waits
        due.append(Timer(c.route_at, "route"))
    elif c.offered_at is not None:
        seconds = s.own_time if c.offer == "own" else s.queue_time
        due.append(Timer(c.offered_at + seconds * SECOND, "offer"))
    elif state == "active":
        _active_timers(c, rules, due)
    _waiting_customer_timers(c, rules, due)
    _target_timers(c, rules, due)
    return due


def _closing_timers(c: Conversation, s: LineSettings) -> list[Timer]:
    finished = c.finished_at or c.opened_at
    due = [Timer(max(finished, c.operator_at or finished) + s.full_close_delay * SECOND, "full_close")]
    if c.last_words in ("close", "auto_close"):
        due.append(Timer(finished + UNDO, "last_words"))
    return due


def _active_timers(c: Conversation, rules: Rules, due: list[Timer]) -> None:
    s = rules.settings
    if c.snoozed_until is not None:
        due.append(Timer(c.snoozed_until, "snooze"))
    elif c.awaiting == "customer":
        since = silent_since(c)
        if c.pinned_at is not None:
            due.append(Timer(max(since, c.pinned_at) + PINNED_FOR, "auto_close"))
        elif s.auto_close_time:
            due.append(Timer(since + s.auto_close_time * SECOND, "auto_close"))
        reminded_at = next_words_at(c, rules) if s.inactivity else None
        if reminded_at is not None:
            due.append(Timer(reminded_at, "inactivity"))


def _waiting_customer_timers(c: Conversation, rules: Rules, due: list[Timer]) -> None:
    """No-answer and escalation: they run from when people became responsible for words that nobody answered."""
    s = rules.settings
    if c.responsible_at is not None and c.replied_at is None and c.no_answer is None and c.mode == "incoming":
        accepted = s.no_answer_stops_on == "accept" and c.accepted_at is not None
        if not accepted:
            _people_timer(c.responsible_at, s.no_answer_time, "no_answer", rules, due)
    if s.escalate_after and c.customer_since is not None and not c.escalated:
        since = max(c.customer_since, c.responsible_at or c.customer_since)
        _people_timer(since, s.escalate_after, "escalate", rules, due)


def _people_timer(since: int, seconds: int, name: str, rules: Rules, due: list[Timer]) -> None:
    if not holds(rules):
        due.append(Timer(since + seconds * SECOND, name))
        return
    begins = next_open(rules.schedule, since)
    if begins is not None:  # else the line opens no more: nobody is waited for
        due.append(Timer(add_open_time(rules.schedule, begins, seconds * SECOND), name))


def holds(rules: Rules) -> bool:
    """Off hours the line offers nothing to anybody: nobody is late then, and the time of people stands still."""
    s = rules.settings
    return s.hours_on and s.off_hours != "offer"


def waited(since: int, now: int, rules: Rules) -> int:
    """Microseconds for which people could have answered."""
    return open_time_between(rules.schedule, since, now) if holds(rules) else now - since


def _target_timers(c: Conversation, rules: Rules, due: list[Timer]) -> None:
    """The next step of a response target that somebody is to be told of."""
    at = next_step(c, rules)
    if at is not None:
        due.append(Timer(at, "kpi_step"))


def due_at(c: Conversation, rules: Rules, now: int) -> int | None:
    """The earliest timer, or None when nobody is waited for.

    Routing that is due already is no timer: it is work for the router, found by `route_at` itself.
    """
    due = [timer.at for timer in timers(c, rules) if timer.name != "route" or timer.at > now]
    place = place_at(c, rules, now)
    return min(due if place is None else [*due, place], default=None)


def owes_place(c: Conversation, rules: Rules) -> bool:
    """Is the customer still to be told his place in the queue? Once per conversation."""
    speaks = c.state == "waiting" and rules.settings.place_on and rules.active and rules.automatic
    return speaks and not c.place_said


def place_at(c: Conversation, rules: Rules, now: int) -> int | None:
    """When routing must look at a customer again who found nobody free while the line was closed: at its opening, for
    then he is told his place. No anchor says so: whenever he is looked at it is the next opening from then on.
    """
    if not owes_place(c, rules) or c.route_at is not None or is_open(rules.schedule, now):
        return None
    return next_open(rules.schedule, now)


def target_at(c: Conversation, rules: Rules) -> int | None:
    """When the answer that is owed must come (rules.md 7), or None when none is owed or no target is set."""
    if c.state == "closing":
        return None  # finished: nobody is pressed for it any more
    running = clock(c, rules)
    return None if running is None else moment(running, rules)
