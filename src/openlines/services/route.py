"""Offers are made here and nowhere else.

`route` works under the line's row lock, so two nodes never offer from one queue at once, and fills free seats:
next conversation by priority and waiting time, next operator by the line's mode. Whatever queues a conversation
or frees an operator leaves work in its own transaction (a waiting conversation whose `route_at` has come), so
a crash between any two lines leaves something due, never a customer waiting beside a free operator. What can
find nobody is parked (`route_at` None) and is made due again by whoever frees a seat.
"""

from typing import Literal, NamedTuple

from openlines.core.capacity import limit_for_offers
from openlines.core.conversation import tells_place
from openlines.core.inputs import NobodyToOffer, Offered, RulesChanged
from openlines.core.line import GLOBAL_CAP
from openlines.core.routing import Candidate, Choice, Reason, choose, choose_wanted, next_stamp
from openlines.core.schedule import is_open
from openlines.services import line_trouble
from openlines.services.queue import with_children
from openlines.services.tell_places import tell_those_behind
from openlines.services.turn import Case, Turn, load_some
from openlines.store import conversations, departments, lines, seats
from openlines.store.seats import Asked
from openlines.store.tx import Tx

Offer = Literal["queue", "own", "everyone"]


class Routed(NamedTuple):
    offered: int
    more: bool  # there may be more to do at once


_ORDER = {"evenly": ("first", "again"), "strictly": ("position", "position"), "least_busy": ("counted", "counted")}


def route(tx: Tx, line_id: int) -> Routed:
    """Offers what waits in a line, up to a chunk. Called again while `more`."""
    line = lines.locked(tx, line_id)
    if line is None or not line.active:
        return Routed(0, more=False)
    ids = conversations.waiting(tx, line_id)
    # Offers made at one instant must not share a stamp, or the first in order would get every one after the first.
    stamp = max(tx.now, seats.newest(tx, line_id) + 1) if ids else 0
    cases = {case.c.id: case for case in load_some(tx, ids)}
    offered, parked = 0, False
    for conversation_id in ids:
        case = cases[conversation_id]
        if case.c.route_at is not None and case.c.route_at > tx.now:
            continue  # held until the line opens
        if (parked and _plain(case)) or _held(tx, case):
            continue
        choice, offer, asked = _choose(tx, case)
        if choice is not None and (choice.user_id is not None or choice.everyone):
            _offer(tx, case, choice, offer, asked, stamp=stamp + offered)
            offered += 1
        elif _park(tx, case, choice, ids.index(conversation_id) + 1 - offered) and _plain(case) and not parked:
            # Nobody can take this one, so nobody can take those behind it: they are parked by their own turn.
            # Only who is wished for by name, or is of a department, may be free all the same.
            if choice is None or choice.reason.code in line_trouble.NOBODY:
                line_trouble.look(tx, line_id)
            behind = ids.index(conversation_id) + 1
            _park_rest(tx, [cases[each] for each in ids[behind:]], choice, behind + 1 - offered)
            if len(ids) == conversations.WAITING_CHUNK and line.rules.place_on and tell_those_behind(tx, line_id):
                return Routed(offered, more=True)
            parked = True
    return Routed(offered, more=offered > 0 and len(ids) == conversations.WAITING_CHUNK)


def _plain(case: Case) -> bool:
    """For the queue: nobody is asked by name before it, and it was not sent to a department."""
    return case.c.department_id is None and case.c.wanted_id is None


def _held(tx: Tx, case: Case) -> bool:
    """Off hours, of a line that offers nothing then: what was parked while it was open is held like the rest."""
    s = case.rules.settings
    if not s.hours_on or s.off_hours == "offer" or is_open(case.rules.schedule, tx.now):
        return False
    turn = Turn(tx, case)
    turn.step(RulesChanged())
    turn.done()
    return True


def _choose(tx: Tx, case: Case) -> tuple[Choice | None, Offer, list[Asked]]:
    c = case.c
    if c.wanted_id is not None:
        wanted = _wanted(tx, case, c.wanted_id)
        if wanted is not None:
            return wanted, "own", []
    if c.department_id is not None:
        return _choose_in_department(tx, case, c.department_id)
    if case.rules.settings.mode == "everyone":
        return _choose_everyone(tx, case), "everyone", []
    return _choose_by_mode(tx, case)


def _wanted(tx: Tx, case: Case, user_id: int) -> Choice | None:
    """The customer's own operator, or the one a bot asked for: available and below his limit."""
    person = seats.person(tx, user_id)
    if person is None or not person[1] or (case.rules.settings.check_availability and not person[0]):
        return None
    seat = seats.one(tx, case.c.line_id, user_id)
    limit = limit_for_offers(case.rules.settings)
    counted = seat.counted if seat else 0
    if (limit and counted >= limit) or conversations.open_count(tx, user_id) >= GLOBAL_CAP:
        return None
    candidate = Candidate(user_id, 0, 0, 0, counted, 1, 1)
    return choose_wanted(candidate, Reason("own_operator"))


def _choose_by_mode(tx: Tx, case: Case) -> tuple[Choice | None, Offer, list[Asked]]:
    c, mode = case.c, case.rules.settings.mode
    first = c.round == 0
    order = _ORDER[mode][0 if first else 1]
    asked = _below_cap(tx, seats.candidates(tx, c.line_id, order, None if first else c.id))
    tried = False
    if not asked and not first:
        asked, tried = _below_cap(tx, seats.candidates(tx, c.line_id, order, None)), True
    free = [_candidate(each, tried=tried) for each in asked]
    best = asked[0] if asked else None
    passed = seats.passed_over(tx, c.line_id, order, best)
    outcome = conversations.tried(tx, c.id) if not first else {}
    others = [_candidate(each, tried=each.user_id in outcome) for each in passed]
    members, present, _ = seats.counts(tx, c.line_id) if not asked else (1, 1, 1)
    last = _last_asked(outcome)
    choice = choose(mode, [*free, *others], first=first, last=last, members=members, somebody=present > 0)
    return choice, "queue", asked


def _last_asked(outcome: dict[int, tuple[str, int]]) -> int | None:
    return max(outcome, key=lambda user: outcome[user][1]) if outcome else None


def _below_cap(tx: Tx, asked: list[Asked]) -> list[Asked]:
    """The cap over all lines is so high that it is looked at only for who is about to be chosen."""
    while asked and conversations.open_count(tx, asked[0].user_id) >= GLOBAL_CAP:
        asked = asked[1:]
    return asked


def _candidate(each: Asked, *, tried: bool = False) -> Candidate:
    return Candidate(
        each.user_id,
        each.position,
        each.first_at,
        each.again_at,
        each.counted,
        each.present,
        each.eligible,
        each.unavailable,
        tried,
    )


def _choose_everyone(tx: Tx, case: Case) -> Choice:
    """To the whole line, if anybody of it can be invited."""
    free = seats.candidates(tx, case.c.line_id, "position", None)
    left_out = seats.passed_over(tx, case.c.line_id, "counted", None)
    members, present, _ = seats.counts(tx, case.c.line_id) if not free else (1, 1, 1)
    people = [_candidate(each) for each in (*free, *left_out)]
    return choose("everyone", people, first=True, members=members, somebody=present > 0)


def _choose_in_department(tx: Tx, case: Case, department_id: int) -> tuple[Choice | None, Offer, list[Asked]]:
    """Transferred to a department: its people, evenly, whether or not they are in the line's queue."""
    c, settings = case.c, case.rules.settings
    ids = with_children(departments.all_departments(tx), department_id)
    limit = limit_for_offers(settings)
    people = []
    for each in seats.of_departments(tx, c.line_id, ids):
        active = bool(each.eligible)
        present = active and (bool(each.present) or not settings.check_availability)
        eligible = present and (limit == 0 or each.counted < limit)
        people.append(each._replace(present=int(present), eligible=int(eligible)))
    outcome = conversations.tried(tx, c.id)
    candidates = [_candidate(each, tried=each.user_id in outcome) for each in people]
    choice = choose("evenly", candidates, first=c.round == 0, last=_last_asked(outcome))
    if choice.user_id is not None:
        seats.ensure(tx, c.line_id, choice.user_id)
    return choice, "queue", people


def _offer(tx: Tx, case: Case, choice: Choice, offer: Offer, asked: list[Asked], *, stamp: int) -> None:
    first = case.c.round == 0
    turn = Turn(tx, case)
    kind: Offer = "everyone" if choice.everyone else offer
    turn.step(Offered(choice.user_id, kind, choice.explained(), new_round=choice.new_round))
    if choice.user_id is not None and kind == "queue":
        known = next((each for each in asked if each.user_id == choice.user_id), None)
        before = 0 if known is None else known.first_at if first else known.again_at
        turn.stamp = {"first_at" if first else "again_at": next_stamp(stamp, before)}
    turn.done()


def _park(tx: Tx, case: Case, choice: Choice | None, place: int) -> bool:
    """Nobody can take it now: not looked at before something changes. The customer is told his place, if ever."""
    if case.c.route_at is None and case.c.wanted_id is None and not tells_place(case.c, case.rules, tx.now):
        return True
    turn = Turn(tx, case)
    turn.step(NobodyToOffer(choice.reason.code if choice else "nobody_available", place))
    turn.done()
    return True


def _park_rest(tx: Tx, behind: list[Case], choice: Choice | None, place: int) -> None:
    for here, case in enumerate(behind, place):
        held = case.c.route_at is not None and case.c.route_at > tx.now
        if not held and _plain(case):
            _park(tx, case, choice, here)
