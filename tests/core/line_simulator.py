"""A line in memory that uses nothing but functions of the core: people, conversations, a clock that jumps."""

from openlines.core import inputs as i
from openlines.core.availability import Person, availability, next_change
from openlines.core.capacity import counts, has_room, limit_for_offers
from openlines.core.conversation import may_reopen, opened, step
from openlines.core.inputs import Fact, Given, Outcome, RoundOver, Say, Tried
from openlines.core.line import SECOND
from openlines.core.routing import Candidate, Reason, Waiting, choose, choose_wanted, next_stamp, pick_order
from openlines.core.schedule import is_open
from openlines.core.state import Conversation, Rules
from openlines.core.timers import target_at


class Seat:
    """What the line remembers of one member."""

    def __init__(self, position: int) -> None:
        self.position, self.first_at, self.again_at = position, 0, 0
        self.person = Person()


class SimulatedLine:
    """Times are seconds after `start`. What is said and offered is kept in `heard` and `offers`."""

    def __init__(self, rules: Rules, members: dict[int, bool], start: int) -> None:
        """`members`: user id → online, in the order of the queue."""
        self.rules, self.start, self.now = rules, start, start
        self.seats = {user: Seat(position) for position, user in enumerate(members)}
        for user, online in members.items():
            self.seats[user].person = Person(online=online)
        self.cases: dict[int, Conversation] = {}
        self.tried: dict[int, dict[int, str]] = {}
        self.last: dict[int, int] = {}
        self.invited: dict[int, set[int]] = {}
        self.heard: list[tuple[float, int, str]] = []
        self.offers: list[tuple[float, int, int | None, str]] = []

    # --- what people do -------------------------------------------------------------------------------------

    def customer(self, number: int, *, wanted: int | None = None, bot_id: int | None = None) -> Conversation:
        """A customer writes; his first words open the conversation (number and thread are the same here)."""
        c = self.cases.get(number)
        if c is None or (c.state == "closed" and not may_reopen(c, self.rules, self.now)):
            c, outcomes = opened(
                id=number,
                thread_id=number,
                channel_id=1,
                customer_id=number,
                now=self.now,
                rules=self.rules,
                wanted_id=wanted,
                bot_id=bot_id,
            )
            self.cases[number] = c
            self._follow(number, outcomes)
        return self.give(
            number,
            i.CustomerWrote(
                open=is_open(self.rules.schedule, self.now),
                somebody=any(self._present(user) for user in self.seats),
                holder_unavailable=self._why_not(c.operator_id),
            ),
        )

    def give(self, number: int, given: Given) -> Conversation:
        c, outcomes = step(self.cases[number], given, now=self.now, rules=self.rules)
        self.cases[number] = c
        self._follow(number, outcomes)
        self._free_the_waiting()
        self.route()
        return self.cases[number]

    def person(self, user: int, **facts: object) -> None:
        """Somebody comes, pauses, goes."""
        seat = self.seats[user]
        seat.person = seat.person._replace(**facts)  # type: ignore[arg-type]
        self._presence(user)

    def at(self, second: float) -> "SimulatedLine":
        """Time passes; timers of conversations and of people fire at their moments."""
        until = self.start + int(second * SECOND)
        while (due := self._next()) is not None and due <= until:
            self.now = max(self.now, due)
            for user in self.seats:
                self._presence(user)
            for number, c in list(self.cases.items()):
                if c.due_at is not None and c.due_at <= self.now:
                    self.give(number, i.Woke())
            self.route()
        self.now = until
        return self

    # --- what can be seen -----------------------------------------------------------------------------------

    def offered_to(self, number: int) -> int | None:
        return self.cases[number].offered_to

    def counted(self, user: int) -> int:
        return sum(
            counts(c.state, c.awaiting, c.replied_at is not None, self.rules.settings.counting)
            for c in self.cases.values()
            if user in (c.operator_id, c.offered_to)
        )

    def can_see(self, number: int) -> set[int]:
        """Whom an offer to everyone invites now: derived, never stored."""
        hidden = self.tried.get(number, {})
        return {user for user in self.seats if self._eligible(user) and hidden.get(user) != "declined"}

    def target(self, number: int) -> float | None:
        at = target_at(self.cases[number], self.rules)
        return None if at is None else (at - self.start) / SECOND

    @property
    def second(self) -> float:
        return (self.now - self.start) / SECOND

    # --- routing --------------------------------------------------------------------------------------------

    def route(self) -> None:
        while True:
            due = [
                Waiting(c.id, c.priority, c.waiting_since or c.opened_at)
                for c in self.cases.values()
                if c.state == "waiting" and c.route_at is not None and c.route_at <= self.now
            ]
            if not due or not self.rules.active:
                return
            self._offer(pick_order(due)[0].conversation_id)

    def _offer(self, number: int) -> None:
        c, settings = self.cases[number], self.rules.settings
        if c.wanted_id is not None:
            wanted = choose_wanted(self._candidate(number, c.wanted_id), Reason("own_operator"))
            if wanted is not None:
                self._say(number, i.Offered(wanted.user_id, "own", wanted.explained()))
                return
        first = c.round == 0
        people = [self._candidate(number, user) for user in self.seats]
        choice = choose(settings.mode, people, first=first, last=self.last.get(number))
        if choice.user_id is None and not choice.everyone:
            self._say(number, i.NobodyToOffer(choice.reason.code))
            return
        if choice.user_id is not None:
            self._stamp(choice.user_id, first=first)
            self.last[number] = choice.user_id
        kind = "everyone" if choice.everyone else "queue"
        self._say(number, i.Offered(choice.user_id, kind, choice.explained(), new_round=choice.new_round))  # type: ignore[arg-type]

    def _say(self, number: int, given: Given) -> None:
        self.cases[number], outcomes = step(self.cases[number], given, now=self.now, rules=self.rules)
        self._follow(number, outcomes)

    def _stamp(self, user: int, *, first: bool) -> None:
        seat = self.seats[user]
        if first:
            seat.first_at = next_stamp(self.now, max(each.first_at for each in self.seats.values()))
        else:
            seat.again_at = next_stamp(self.now, max(each.again_at for each in self.seats.values()))

    def _candidate(self, number: int, user: int) -> Candidate:
        seat, tried = self.seats[user], self.tried.get(number, {})
        return Candidate(
            user,
            seat.position,
            seat.first_at,
            seat.again_at,
            self.counted(user),
            int(self._present(user)),
            int(self._eligible(user)),
            self._why_not(user),
            tried=user in tried,
            declined=tried.get(user) == "declined",
        )

    def _eligible(self, user: int) -> bool:
        return self._present(user) and has_room(self.counted(user), limit_for_offers(self.rules.settings), 0)

    def _present(self, user: int) -> bool:
        return self._why_not(user) is None

    def _why_not(self, user: int | None) -> str | None:
        if user is None:
            return None
        return availability(self.seats[user].person, self.now, check=self.rules.settings.check_availability)

    # --- keeping up -----------------------------------------------------------------------------------------

    def _follow(self, number: int, outcomes: tuple[Outcome, ...]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Say):
                self.heard.append((self.second, number, outcome.auto))
            elif isinstance(outcome, Tried):
                self.tried.setdefault(number, {})[outcome.user_id] = outcome.outcome
            elif isinstance(outcome, RoundOver):
                self.tried.pop(number, None)
            elif isinstance(outcome, Fact) and outcome.code == "offered":
                self.offers.append((self.second, number, outcome.params["to"], outcome.params["why"]["code"]))

    def _presence(self, user: int) -> None:
        why = self._why_not(user)
        if why is not None:
            for number in list(self.cases):
                self.give(number, i.OperatorUnavailable(user, why))
        self._free_the_waiting()
        self.route()

    def _free_the_waiting(self) -> None:
        """Whoever frees a seat makes due what waits."""
        if any(self._eligible(user) for user in self.seats):
            for number, c in self.cases.items():
                if c.state == "waiting" and c.route_at is None:
                    self.cases[number] = c._replace(route_at=self.now)

    def _next(self) -> int | None:
        moments = [c.due_at for c in self.cases.values()]
        moments += [next_change(seat.person, self.now) for seat in self.seats.values()]
        return min((at for at in moments if at is not None and at > self.now - 1), default=None)
