"""Offers are made here and nowhere else.

`route` works under the line's row lock, so two nodes never offer from one queue at once, and fills free seats:
next conversation by priority and waiting time, next operator by the line's mode. Whatever queues a conversation
or frees an operator leaves work in its own transaction (a waiting conversation whose `route_at` has come), so
a crash between any two lines leaves something due, never a customer waiting beside a free operator. What can
find nobody is parked (`route_at` None) and is made due again by whoever frees a seat.
"""

from typing import Literal, NamedTuple

from openlines.core.capacity import has_room, limit_for_offers
from openlines.core.conversation import tells_place
from openlines.core.inputs import NobodyToOffer, Offered, RulesChanged
from openlines.core.routing import Candidate, Choice, choose, choose_wanted, next_stamp, why_wanted
from openlines.core.schedule import is_open
from openlines.services import line_trouble, outsiders
from openlines.services.shortlist import Shortlist
from openlines.services.tell_places import tell_those_behind
from openlines.services.tree import with_children
from openlines.services.turn import Case, Later, Turn, load_some
from openlines.store import conversations, departments, lines, places, seats
from openlines.store.lines import LineRow
from openlines.store.tx import Tx

Offer = Literal["queue", "own", "everyone"]


class Routed(NamedTuple):
    offered: int
    more: bool  # there may be more to do at once


# In what order people are asked again, in a round that has begun.
_AGAIN = {"evenly": "again", "strictly": "position", "least_busy": "counted"}


def route(tx: Tx, line_id: int) -> Routed:
    """Offers what waits in a line, up to a chunk. Called again while `more`."""
    line = lines.locked(tx, line_id)
    if line is None or not line.active:
        return Routed(0, more=False)
    ids = conversations.waiting(tx, line_id)
    if not ids:
        return Routed(0, more=False)
    look = Look(tx, line_id, ids)
    routed = _serve(tx, line, look)
    look.later.write(tx)
    if len(ids) == conversations.WAITING_CHUNK and not routed.offered and not look.of_queue:
        return _serve_behind(tx, line)
    return routed


def _serve_behind(tx: Tx, line: LineRow) -> Routed:
    """The first chunk waits for the people of departments, who are not there: no reason for those behind it to wait
    beside the line's own people."""
    order = places.in_order(tx, line.id)
    for start in range(conversations.WAITING_CHUNK, len(order), conversations.WAITING_CHUNK):
        look = Look(tx, line.id, order[start : start + conversations.WAITING_CHUNK], ahead=start)
        if look.of_queue:
            routed = _serve(tx, line, look)
            look.later.write(tx)
            return routed
    return Routed(0, more=False)


class Look:
    """One look at what waits in a line: the cases in the order in which they are served, and what is read once."""

    def __init__(self, tx: Tx, line_id: int, ids: list[int], *, ahead: int = 0) -> None:
        """`ahead`: how many wait before the first of these."""
        self.ids = ids
        self.ahead = ahead
        self.cases = {case.c.id: case for case in load_some(tx, ids)}
        # Offers made at one instant must not share a stamp, or the first in order would get every one after the first.
        self.stamp = max(tx.now, seats.newest(tx, line_id) + 1)
        self.later = Later()
        self._shortlist: Shortlist | None = None

    @property
    def of_queue(self) -> bool:
        """Whether anything among it is for the line's queue rather than for a department."""
        return any(case.c.department_id is None for case in self.cases.values())

    def shortlist(self, tx: Tx, case: Case) -> Shortlist:
        """Of first offers; read anew after an offer that it did not see."""
        if self._shortlist is None:
            s = case.rules.settings
            self._shortlist = Shortlist(tx, case.c.line_id, s.mode, limit_for_offers(s), len(self.ids))
        return self._shortlist

    def offered(self, user_id: int | None, stamp: int, *, listed: bool) -> None:
        """Somebody was offered a conversation; `listed`: the shortlist named him."""
        if user_id is None:
            return
        if listed and self._shortlist is not None:
            self._shortlist.offered(user_id, stamp)
        else:
            self._shortlist = None


def _serve(tx: Tx, line: LineRow, look: Look) -> Routed:
    ids, cases = look.ids, look.cases
    offered, parked = 0, False
    for place, conversation_id in enumerate(ids, look.ahead + 1):
        case = cases[conversation_id]
        if case.c.route_at is not None and case.c.route_at > tx.now:
            continue  # held until the line opens
        if (parked and _plain(case)) or _held(tx, case):
            continue
        choice, offer, asked = _choose(tx, case, look)
        if choice is not None and (choice.user_id is not None or choice.everyone):
            _offer(tx, case, choice, offer, asked, look, stamp=look.stamp + offered)
            offered += 1
        elif _park(tx, case, choice, place - offered) and _plain(case) and not parked:
            # Nobody can take this one, so nobody can take those behind it: they are parked by their own turn.
            # Only who is wished for by name, or is of a department, may be free all the same.
            if choice is None or choice.reason.code in line_trouble.NOBODY:
                line_trouble.look(tx, line.id)
            behind = [cases[each] for each in ids[place - look.ahead :]]
            _park_rest(tx, behind, choice, place + 1 - offered)
            if len(ids) == conversations.WAITING_CHUNK and line.rules.place_on and tell_those_behind(tx, line.id):
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


def _choose(tx: Tx, case: Case, look: Look) -> tuple[Choice | None, Offer, list[Candidate]]:
    """Whom to ask, how, and the people among whom he was chosen."""
    c = case.c
    if c.wanted_id is not None:
        wanted = _wanted(tx, case, c.wanted_id)
        if wanted is not None:
            return wanted, "own", []
    if c.department_id is not None and (ids := _with_those_below(tx, c.department_id)):
        return _choose_in_department(tx, case, ids)
    if case.rules.settings.mode == "everyone":
        return _choose_everyone(tx, case, look.shortlist(tx, case)), "everyone", []
    if c.round == 0:
        return _choose_first(tx, case, look.shortlist(tx, case))
    return _choose_again(tx, case)


def _wanted(tx: Tx, case: Case, user_id: int) -> Choice | None:
    """The customer's own operator, or the one a bot asked for: available and below his limit."""
    person = seats.person(tx, user_id)
    if person is None or not person[1] or (case.rules.settings.check_availability and not person[0]):
        return None
    seat = seats.one(tx, case.c.line_id, user_id)
    limit = limit_for_offers(case.rules.settings)
    counted = seat.counted if seat else 0
    if not has_room(counted, limit, conversations.open_count(tx, user_id)):
        return None
    candidate = Candidate(user_id, 0, 0, 0, counted, 1, 1)
    return choose_wanted(candidate, why_wanted(case.c))


def _choose_first(tx: Tx, case: Case, shortlist: Shortlist) -> tuple[Choice, Offer, list[Candidate]]:
    free = shortlist.free()
    members, present = (1, 1) if free else seats.counts(tx, case.c.line_id)[:2]
    people = [*free, *shortlist.passed()]
    choice = choose(case.rules.settings.mode, people, first=True, members=members, somebody=present > 0)
    return choice, "queue", free


def _choose_again(tx: Tx, case: Case) -> tuple[Choice, Offer, list[Candidate]]:
    c, mode = case.c, case.rules.settings.mode
    order = _AGAIN[mode]
    free = _below_cap(tx, seats.untried(tx, c.line_id, order, c.id))
    if not free:
        free = [each._replace(tried=True) for each in _below_cap(tx, seats.candidates(tx, c.line_id, order))]
    if free and order == "again":
        passed = seats.passed_again(tx, c.line_id, free[0].again_at)
    else:
        passed = seats.passed_over(tx, c.line_id, "position")
    outcome = conversations.tried(tx, c.id)
    others = [each._replace(tried=each.user_id in outcome) for each in passed]
    members, present = (1, 1) if free else seats.counts(tx, c.line_id)[:2]
    last = _last_asked(outcome)
    choice = choose(mode, [*free, *others], first=False, last=last, members=members, somebody=present > 0)
    return choice, "queue", free


def _last_asked(outcome: dict[int, tuple[str, int]]) -> int | None:
    return max(outcome, key=lambda user: outcome[user][1]) if outcome else None


def _below_cap(tx: Tx, free: list[Candidate]) -> list[Candidate]:
    """The cap over all lines is so high that it is looked at only for who is about to be chosen."""
    while free and not has_room(0, 0, conversations.open_count(tx, free[0].user_id)):
        free = free[1:]
    return free


def _choose_everyone(tx: Tx, case: Case, shortlist: Shortlist) -> Choice:
    """To the whole line, if anybody of it can be invited."""
    free = shortlist.invited()
    members, present = (1, 1) if free else seats.counts(tx, case.c.line_id)[:2]
    people = [*free, *shortlist.passed()]
    return choose("everyone", people, first=True, members=members, somebody=present > 0)


def _with_those_below(tx: Tx, department_id: int) -> list[int]:
    """A department with those below it. None when it was deleted: what waits for it is the line's own again."""
    tree = departments.all_departments(tx)
    return with_children(tree, department_id) if any(each.id == department_id for each in tree) else []


def _choose_in_department(tx: Tx, case: Case, ids: list[int]) -> tuple[Choice, Offer, list[Candidate]]:
    """Transferred to a department: its people and those below it (`ids`), evenly, whether or not they are in the
    line's queue."""
    c, settings = case.c, case.rules.settings
    limit = limit_for_offers(settings)
    people = []
    for each in seats.of_departments(tx, c.line_id, ids):
        active = bool(each.eligible)
        present = active and (bool(each.present) or not settings.check_availability)
        eligible = present and (limit == 0 or each.counted < limit)
        people.append(each._replace(present=int(present), eligible=int(eligible)))
    outcome = conversations.tried(tx, c.id)
    candidates = [each._replace(tried=each.user_id in outcome) for each in people]
    choice = choose("evenly", candidates, first=c.round == 0, last=_last_asked(outcome))
    if choice.user_id is not None:
        outsiders.seat(tx, c.line_id, choice.user_id, case.rules)
    return choice, "queue", people


def _offer(tx: Tx, case: Case, choice: Choice, offer: Offer, asked: list[Candidate], look: Look, *, stamp: int) -> None:
    first = case.c.round == 0
    turn = Turn(tx, case, later=look.later)
    kind: Offer = "everyone" if choice.everyone else offer
    turn.step(Offered(choice.user_id, kind, choice.explained(), new_round=choice.new_round))
    listed = False
    if choice.user_id is not None and kind == "queue":
        before = next((each for each in asked if each.user_id == choice.user_id), None)
        newest = 0 if before is None else before.first_at if first else before.again_at
        stamp = next_stamp(stamp, newest)
        turn.stamp = {"first_at" if first else "again_at": stamp}
        turn.by_queue = case.c.department_id is None
        listed = first and turn.by_queue
    turn.done()
    look.offered(choice.user_id, stamp, listed=listed)


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
