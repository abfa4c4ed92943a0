"""What would happen: one line, played forward in memory by the same functions that run it.

A `Stage` holds what routing sees of a line (the seats of its people) and the conversations that compete for them.
`play` lets time pass: timers fire at their moments, absences begin and end, whatever waits is offered to whoever
is next. Nobody accepts, answers or writes unless the caller says so (`give`). What happens to the conversation that
is asked about is kept in `told`, in order, each with its instant.

The order of work at one instant is that of the workers: first what waits is offered, then timers are played, then
people come and go. A test compares all of it with what the use cases do on a store.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from openlines.core.availability import Person, availability, next_change
from openlines.core.capacity import counts, counts_globally, has_room, limit_for_offers
from openlines.core.conversation import step
from openlines.core.inputs import (
    Given,
    NobodyToOffer,
    Offered,
    OperatorUnavailable,
    Outcome,
    RoundOver,
    RulesChanged,
    Tried,
    Woke,
)
from openlines.core.routing import (
    Candidate,
    Choice,
    Waiting,
    choose,
    choose_wanted,
    next_stamp,
    pick_order,
    why_wanted,
)
from openlines.core.schedule import is_open
from openlines.core.state import Conversation, Rules
from openlines.core.timers import holds, place_at, timers

REPEATS = frozenset(["offer", "route"])  # timers that go round for ever

Offer = Literal["queue", "own", "everyone"]
Ended = Literal["closed", "again", "waits", "later", "long"]


@dataclass(slots=True)
class Seat:
    """One person as the line sees him. `member`: of its queue; others can only be asked by name."""

    user_id: int
    position: int
    first_at: int = 0
    again_at: int = 0
    counted: int = 0
    open_count: int = 0  # over all lines
    person: Person = field(default_factory=Person)
    member: bool = True
    present: bool = False
    unavailable: str | None = None
    changes_at: int | None = None  # when time alone changes whether he is there


@dataclass(slots=True)
class Case:
    """A conversation on the stage; `tried` says who was asked in its round: how it ended, and when."""

    c: Conversation
    rules: Rules
    tried: dict[int, tuple[str, int]] = field(default_factory=dict)


class Waits(NamedTuple):
    """There is nobody to ask now; no thread shows it."""

    why: Choice


class Told(NamedTuple):
    """Something that happened to the conversation; `c` is how it was afterwards."""

    at: int
    outcome: Outcome | Waits
    c: Conversation


class Stage:
    """See the module. Instants are microseconds, UTC; `ours` is the conversation that is asked about."""

    def __init__(self, rules: Rules, seats: Iterable[Seat], others: Iterable[Case], now: int) -> None:
        self.rules, self.now = rules, now
        self.seats = {seat.user_id: seat for seat in seats}
        self.others = list(others)
        self.ours: Case | None = None
        self.told: list[Told] = []
        self.wakes = 0
        for seat in self.seats.values():
            self._look_at(seat)
        self._hold_for_others()

    def copy(self, *, alone: bool = False) -> "Stage":
        """The same moment for another course of events; `alone`: without the other conversations."""
        seats = [replace(seat) for seat in self.seats.values()]
        other = Stage(self.rules, seats, (), self.now)
        other.others = [] if alone else [replace(case, tried=dict(case.tried)) for case in self.others]
        other.ours = replace(self._asked, tried=dict(self._asked.tried))
        return other

    # --- what happens ---------------------------------------------------------------------------------------

    def enter(self, c: Conversation, outcomes: Sequence[Outcome]) -> None:
        """The conversation that is asked about has just been opened, or comes back."""
        self.ours = Case(c, self.rules)
        self._keep(self.ours, outcomes)

    def give(self, given: Given) -> Conversation:
        """Something is done to the conversation that is asked about."""
        self._step(self._asked, given)
        return self._asked.c

    def play(self, until: int, *, most: int, pause: frozenset[str] = frozenset(), endless: bool = False) -> Ended:
        """Time passes up to `until`, or to the end of what can happen, or through `most` wake-ups.

        With `pause` it stops as soon as the conversation is in one of these states, and may be played on. From the
        second round on it goes from one moment to the next at which anything but an offer happens; `endless` goes
        through every offer.
        """
        while True:
            self._settle()
            c = self._asked.c
            if c.state == "closed" and c.due_at is None:
                return "closed"
            if c.state in pause:
                return "later"
            due = self._next()
            if c.round >= 2 and not endless:
                once = [timer.at for timer in timers(c, self.rules) if timer.name not in REPEATS]
                place = place_at(c, self.rules, self.now)
                once += [place] if place is not None else []
                if not once:
                    return "again"
                due = min(once)
            if due is None:
                return "waits"
            if due > until:
                return "later"
            if self.wakes >= most:
                return "long"
            self.now = due

    def why_not(self, user_id: int | None) -> str | None:
        """Why this person can take nothing now, limits included (rules.md 3)."""
        seat = self._seat(user_id)
        if seat is None:
            return None
        if not seat.present:
            return seat.unavailable
        return None if self._eligible(seat) else "full"

    @property
    def somebody(self) -> bool:
        """Is anybody of the queue there? Limits do not count: the busy are not away."""
        return any(seat.present and seat.member for seat in self.seats.values())

    # --- time -----------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        for _ in range(100):
            self._route()
            happened = (self._wake(), self._presence())
            if not any(happened):
                return

    def _next(self) -> int | None:
        moments = [case.c.due_at for case in self._cases()]
        moments += [seat.changes_at for seat in self.seats.values()]
        return min((at for at in moments if at is not None), default=None)

    @property
    def _asked(self) -> Case:
        if self.ours is None:
            raise ValueError("nobody has written yet")
        return self.ours

    def _cases(self) -> list[Case]:
        return [*self.others, self.ours] if self.ours is not None else self.others

    def _wake(self) -> bool:
        due = [case for case in self._cases() if case.c.due_at is not None and case.c.due_at <= self.now]
        for case in due:
            self.wakes += 1
            self._step(case, Woke())
        return bool(due)

    # --- rules ----------------------------------------------------------------------------------------------

    def _hold_for_others(self) -> None:
        """Those who compete began under the stored rules; from now on these hold, as after a save."""
        for case in self.others:
            self._step(case, RulesChanged())
        for seat in self.seats.values():
            if not seat.present:  # where availability was not checked before
                self._taken_from(seat)

    # --- people ---------------------------------------------------------------------------------------------

    def _presence(self) -> bool:
        over = [seat for seat in self.seats.values() if seat.changes_at is not None and seat.changes_at <= self.now]
        changed = [seat for seat in over if self._look_at(seat)]
        for seat in changed:
            if not seat.present:
                self._taken_from(seat)
            elif seat.member and self._eligible(seat):
                self._kick()
        return bool(changed)

    def _look_at(self, seat: Seat) -> bool:
        """Is he there now? True when that has changed."""
        before = seat.present
        seat.unavailable = availability(seat.person, self.now)
        seat.present = availability(seat.person, self.now, check=self.rules.settings.check_availability) is None
        seat.changes_at = next_change(seat.person, self.now)
        return seat.present != before

    def _taken_from(self, seat: Seat) -> None:
        for case in self._cases():
            if case.c.offered_to == seat.user_id:
                self._step(case, OperatorUnavailable(seat.user_id, str(seat.unavailable)))

    def _eligible(self, seat: Seat) -> bool:
        return seat.present and has_room(seat.counted, limit_for_offers(self.rules.settings), seat.open_count)

    def _kick(self) -> None:
        """Somebody can take one more: whatever waits there longest is due now."""
        parked = {case.c.id: case for case in self._cases() if case.c.state == "waiting" and case.c.route_at is None}
        if parked:
            first = parked[pick_order([_waiting(case.c) for case in parked.values()])[0].conversation_id]
            first.c = first.c._replace(route_at=self.now)

    # --- routing --------------------------------------------------------------------------------------------

    def _route(self) -> None:
        """Offers what waits, as far as there are people for it."""
        waiting = {case.c.id: case for case in self._cases() if case.c.state == "waiting"}
        due = any(case.c.route_at is not None and case.c.route_at <= self.now for case in waiting.values())
        if not due or not self.rules.active:
            return
        free = [seat for seat in self.seats.values() if seat.member and self._eligible(seat)]
        stamp = max([self.now, *(seat.first_at + 1 for seat in free)])
        offered = 0
        nobody: Choice | None = None  # nobody can take one of them, so nobody of the queue can take those behind it
        for here, place in enumerate(pick_order([_waiting(case.c) for case in waiting.values()]), 1):
            case = waiting[place.conversation_id]
            if (case.c.route_at is not None and case.c.route_at > self.now) or self._held(case):
                continue  # until the line opens
            choice, offer = self._choice(case) if nobody is None or case.c.wanted_id is not None else (nobody, "queue")
            if choice.user_id is None and not choice.everyone:
                self._park(case, choice, here - offered)
                nobody = choice
            else:
                self._offer(case, choice, offer, stamp + offered)
                offered += 1

    def _held(self, case: Case) -> bool:
        """Off hours, of a line that offers nothing then: what was parked while it was open is held like the rest."""
        if not holds(self.rules) or is_open(self.rules.schedule, self.now):
            return False
        self._step(case, RulesChanged())
        return True

    def _park(self, case: Case, why: Choice, place: int) -> None:
        waited = case.c.route_at is None
        self._step(case, NobodyToOffer(why.reason.code, place))
        if case is self.ours and not waited:
            self.told.append(Told(self.now, Waits(why), case.c))

    def _offer(self, case: Case, choice: Choice, offer: Offer, stamp: int) -> None:
        first = case.c.round == 0
        self._step(case, Offered(choice.user_id, offer, choice.explained(), new_round=choice.new_round))
        seat = self._seat(choice.user_id)
        if seat is not None and offer == "queue":
            if first:
                seat.first_at = next_stamp(stamp, seat.first_at)
            else:
                seat.again_at = next_stamp(stamp, seat.again_at)

    def _choice(self, case: Case) -> tuple[Choice, Offer]:
        """Whom to ask, and how; or why nobody can be asked now."""
        wanted = self._seat(case.c.wanted_id)
        if wanted is not None:
            own = choose_wanted(self._candidate(wanted, {}), why_wanted(case.c))
            if own is not None:
                return own, "own"
        first = case.c.round == 0
        tried = {} if first else case.tried
        people = [self._candidate(seat, tried) for seat in self.seats.values() if seat.member]
        last = max(tried, key=lambda user: tried[user][1], default=None)
        choice = choose(self.rules.settings.mode, people, first=first, last=last)
        return choice, "everyone" if choice.everyone else "queue"

    def _candidate(self, seat: Seat, tried: dict[int, tuple[str, int]]) -> Candidate:
        return Candidate(
            seat.user_id,
            seat.position,
            seat.first_at,
            seat.again_at,
            seat.counted,
            int(seat.present),
            int(self._eligible(seat)),
            seat.unavailable,
            seat.user_id in tried,
        )

    # --- keeping up -----------------------------------------------------------------------------------------

    def _step(self, case: Case, given: Given) -> None:
        before = case.c
        case.c, outcomes = step(before, given, now=self.now, rules=case.rules)
        self._keep(case, outcomes)
        self._count(before, case.c)

    def _keep(self, case: Case, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Tried):
                case.tried[outcome.user_id] = (outcome.outcome, self.now)
            elif isinstance(outcome, RoundOver):
                case.tried.clear()
            if case is self.ours:
                self.told.append(Told(self.now, outcome, case.c))

    def _count(self, before: Conversation, after: Conversation) -> None:
        """Moves the counters of seats; whoever of the queue has room again wakes it."""
        holder = self._holder(before)
        rule = self.rules.settings.counting
        for c, sign in ((before, -1), (after, 1)):
            seat = self._holder(c)
            if seat is not None:
                snoozed = c.snoozed_until is not None
                seat.counted += sign * counts(c.state, c.awaiting, c.replied_at is not None, rule, snoozed=snoozed)
                seat.open_count += sign * counts_globally(c.state)
        if holder is not None and holder.member and self._eligible(holder):
            self._kick()

    def _holder(self, c: Conversation) -> Seat | None:
        """Who has it in hand, or is asked by name."""
        return self._seat(c.operator_id if c.offered_to is None else c.offered_to)

    def _seat(self, user_id: int | None) -> Seat | None:
        return None if user_id is None else self.seats.get(user_id)


def _waiting(c: Conversation) -> Waiting:
    return Waiting(c.id, c.priority, c.waiting_since or c.opened_at)
