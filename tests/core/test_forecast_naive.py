"""A forecast and the same line lived through tick by tick: nothing is counted, parked or woken ahead of time there."""

from collections.abc import Iterator
from typing import Any

import hypothesis.strategies as st
from hypothesis import given

from openlines.core import inputs as i
from openlines.core.availability import Person, availability
from openlines.core.capacity import counts, counts_globally, has_room, limit_for_offers
from openlines.core.conversation import opened, step
from openlines.core.forecast import Case, Seat, Stage, Waits
from openlines.core.inputs import Given, Outcome, RoundOver, Tried
from openlines.core.line import DAY, SECOND, Interval
from openlines.core.routing import Candidate, Choice, Reason, Waiting, choose, choose_wanted, next_stamp, pick_order
from openlines.core.schedule import is_open
from openlines.core.state import Conversation, Refused, Rules
from openlines.core.timers import holds
from tests.core.cases import ANN, BOB, EVE, T0, TEXT, rules

TICK = 10 * SECOND
OURS = 100  # the conversation that is asked about; smaller numbers came before it
OUTSIDE = 14  # can only be asked by name


class NaiveLine:
    """Every tick: whatever waits is offered, whatever is due is woken, everybody is looked at; all counted anew."""

    def __init__(self, line: Rules, people: list[Seat], cases: list[Conversation]) -> None:
        self.rules, self.now = line, T0
        self.people = {seat.user_id: seat for seat in people}
        self.base = {seat.user_id: seat.counted for seat in people}
        self.cases = {c.id: c for c in cases}
        self.asked: dict[int, dict[int, int]] = {c.id: {} for c in cases}  # in this round: whom, and when
        self.told: list[tuple[int, Outcome]] = []

    def live(self, until: int) -> None:
        while self.now <= until:
            while self._offer_all() | self._wake_all() | self._look_at_all():
                pass
            self.now += TICK

    def counted(self, user: int) -> int:
        rule = self.rules.settings.counting
        held = [c for c in self.cases.values() if user in (c.operator_id, c.offered_to)]
        return self.base[user] + sum(counts(c.state, c.awaiting, c.replied_at is not None, rule) for c in held)

    def give(self, number: int, given: Given) -> None:
        self.cases[number], outcomes = step(self.cases[number], given, now=self.now, rules=self.rules)
        self.follow(number, outcomes)

    def follow(self, number: int, outcomes: tuple[Outcome, ...]) -> None:
        for outcome in outcomes:
            if isinstance(outcome, Tried):
                self.asked[number][outcome.user_id] = self.now
            if isinstance(outcome, RoundOver):
                self.asked[number] = {}
            if number == OURS:
                self.told.append((self.now, outcome))

    def _offer_all(self) -> bool:
        """In the order of the queue. True when somebody was asked."""
        queue = [c for c in self.cases.values() if c.state == "waiting"]
        if holds(self.rules) and not is_open(self.rules.schedule, self.now):
            return False
        asked = 0
        seen = [self._seen(user, set()) for user, seat in self.people.items() if seat.member]
        newest = max((each.first_at for each in seen if each.eligible), default=0)  # among who may be asked
        order = pick_order([Waiting(c.id, c.priority, c.waiting_since or 0) for c in queue])
        for place, (number, _, _) in enumerate(order, 1):
            choice, how = self._choice(self.cases[number])
            if choice.user_id is None and not choice.everyone:
                self.give(number, i.NobodyToOffer(choice.reason.code, place - asked))
                continue
            first = self.cases[number].round == 0
            self.give(number, i.Offered(choice.user_id, how, choice.explained(), new_round=choice.new_round))
            asked += 1
            if choice.user_id is not None and how == "queue":
                stamp = "first_at" if first else "again_at"
                chosen = self.people[choice.user_id]
                setattr(chosen, stamp, next_stamp(next_stamp(self.now, newest) + asked - 1, getattr(chosen, stamp)))
        return asked > 0

    def _choice(self, c: Conversation) -> tuple[Choice, Any]:
        tried = self.asked[c.id] if c.round else {}
        if c.wanted_id in self.people:
            own = choose_wanted(self._seen(c.wanted_id, set()), Reason("own_operator"))
            if own is not None:
                return own, "own"
        queue = [self._seen(user, set(tried)) for user, seat in self.people.items() if seat.member]
        mode = self.rules.settings.mode
        choice = choose(mode, queue, first=not c.round, last=max(tried, key=lambda user: tried[user], default=None))
        return choice, "everyone" if mode == "everyone" else "queue"

    def _seen(self, user: int, tried: set[int]) -> Candidate:
        seat, counted = self.people[user], self.counted(user)
        here = self._there(user)
        room = has_room(counted, limit_for_offers(self.rules.settings), 0)
        why = availability(seat.person, self.now)
        numbers = (seat.position, seat.first_at, seat.again_at, counted, int(here), int(here and room))
        return Candidate(user, *numbers, why, user in tried)

    def _there(self, user: int) -> bool:
        check = self.rules.settings.check_availability
        return availability(self.people[user].person, self.now, check=check) is None

    def _wake_all(self) -> bool:
        due = [number for number, c in self.cases.items() if c.due_at is not None and c.due_at <= self.now]
        for number in due:
            self.give(number, i.Woke())
        return bool(due)

    def _look_at_all(self) -> bool:
        gone = [c for c in self.cases.values() if c.offered_to is not None and not self._there(c.offered_to)]
        for c in gone:
            why = availability(self.people[c.offered_to or 0].person, self.now)
            self.give(c.id, i.OperatorUnavailable(c.offered_to or 0, str(why)))
        return bool(gone)


# --- lines ----------------------------------------------------------------------------------------------------

SETTINGS = st.fixed_dictionaries(
    {
        "mode": st.sampled_from(["evenly", "strictly", "everyone", "least_busy"]),
        "limit": st.sampled_from([0, 1, 1, 2]),
        "queue_time": st.sampled_from([60, 150]),
    },
    optional={
        "counting": st.sampled_from(["unanswered", "not_replied", "open"]),
        "everyone_respects_limit": st.booleans(),
        "check_availability": st.booleans(),
        "own_time": st.just(30),
        "place_on": st.just(True),
        "no_answer_time": st.sampled_from([30, 600]),
        "hours_on": st.just(True),
        "off_hours": st.sampled_from(["offer", "hold"]),
        "week": st.sampled_from([((Interval("08:05", "18:00"),),) * 7, ((Interval("07:00", "08:05"),),) * 7]),
        "escalate_after": st.just(240),
        "escalate_to": st.sampled_from(["head", "queue"]),
    },
)
MOMENT = st.integers(-3, 60).map(lambda ticks: T0 + ticks * TICK)
PERSON = st.one_of(
    st.builds(Person, online=st.booleans()),
    st.builds(Person, grace_until=MOMENT),
    st.builds(Person, absent_from=MOMENT),
    st.builds(Person, absent_until=MOMENT),
    st.builds(Person, active=st.just(False)),
)
PEOPLE = st.lists(st.tuples(PERSON, st.sampled_from([0, 0, 1])), min_size=1, max_size=3)
QUEUE = st.lists(st.tuples(st.integers(0, 80), st.sampled_from([None, None, ANN, OUTSIDE])), max_size=4)


def queue(people: list[tuple[Person, int]]) -> list[Seat]:
    inside = zip((ANN, BOB, EVE), people, strict=False)
    seats = [Seat(user, at, counted=hand, person=who) for at, (user, (who, hand)) in enumerate(inside)]
    return [*seats, Seat(OUTSIDE, len(seats), member=False)]


def wrote(number: int, line: Rules, ago: int, wanted: int | None) -> tuple[Conversation, tuple[Outcome, ...]]:
    at = T0 - ago * TICK
    who = {"id": number, "thread_id": number, "channel_id": 1, "customer_id": number}
    c, begun = opened(**who, now=at, rules=line, wanted_id=wanted)
    c, outcomes = step(c, i.CustomerWrote(open=is_open(line.schedule, at)), now=at, rules=line)
    return c, (*begun, *outcomes)


def staged(line: Rules, people: list[Seat], waiting: list[tuple[int, int | None]], wanted: int | None) -> Stage:
    others = [Case(wrote(number, line, *each)[0], line) for number, each in enumerate(waiting, 1)]
    stage = Stage(line, people, others, T0)
    stage.enter(*wrote(OURS, line, 0, wanted))
    return stage


def recounted(stage: Stage, seat: Seat) -> tuple[int, int]:
    found = [case.c for case in stage.others]
    found += [stage.ours.c] if stage.ours is not None else []
    mine = [c for c in found if seat.user_id in (c.operator_id, c.offered_to)]
    rule = stage.rules.settings.counting
    snoozed = [c.snoozed_until is not None for c in mine]
    in_hand = [
        counts(c.state, c.awaiting, c.replied_at is not None, rule, snoozed=asleep)
        for c, asleep in zip(mine, snoozed, strict=True)
    ]
    return sum(in_hand), sum(counts_globally(c.state) for c in mine)


# --- the same life --------------------------------------------------------------------------------------------


@given(SETTINGS, PEOPLE, QUEUE, st.sampled_from([None, BOB, OUTSIDE]))
def test_what_is_foretold_is_what_a_line_lived_tick_by_tick_brings(
    chosen: dict[str, Any], people: list[tuple[Person, int]], waiting: list[tuple[int, int | None]], wanted: int | None
) -> None:
    line = rules(off_hours_text=TEXT, **chosen)
    until = T0 + 80 * TICK
    stage = staged(line, queue(people), waiting, wanted)
    assert stage.play(until, most=10_000, endless=True) in ("later", "waits")

    ours, outcomes = wrote(OURS, line, 0, wanted)
    others = [wrote(number, line, *each)[0] for number, each in enumerate(waiting, 1)]
    naive = NaiveLine(line, queue(people), [*others, ours])
    naive.follow(OURS, outcomes)
    naive.live(until)
    assert [(each.at, each.outcome) for each in stage.told if not isinstance(each.outcome, Waits)] == naive.told
    assert stage.ours is not None
    assert {case.c.id: case.c.state for case in [*stage.others, stage.ours]} == {
        number: c.state for number, c in naive.cases.items()
    }


# --- counters -------------------------------------------------------------------------------------------------


def inputs(now: int) -> Iterator[Given]:
    """What can be done to the conversation that is asked about."""
    for who in (ANN, BOB, OUTSIDE):
        yield from (i.Accepted(who), i.Wrote(who), i.Declined(who), i.Finished(who), i.FinishedNow(who))
        yield from (i.Snoozed(who, now + DAY), i.Snoozed(who, None), i.Intercepted(who), i.UndidFinish(who))
        yield from (i.Transferred(who, to_user=BOB), i.Transferred(who, to_user=OUTSIDE), i.OperatorRemoved(who))
    yield from (i.CustomerWrote(), i.CustomerWrote(holder_unavailable="pause"), i.CustomerBlocked())


@given(SETTINGS, QUEUE, st.booleans(), st.lists(st.tuples(st.integers(0, 38), st.sampled_from([0, 0, 70])), max_size=8))
def test_a_recount_after_any_sequence_equals_the_counters(
    chosen: dict[str, Any], waiting: list[tuple[int, int | None]], accept: bool, done: list[tuple[int, int]]
) -> None:
    """rules.md 3; and nobody of the queue has room while somebody waits."""
    line = rules(close_text=TEXT, transfer_must_accept=accept, **{**chosen, "hours_on": False})
    stage = staged(line, queue([(Person(), 0), (Person(), 0)]), waiting, None)
    for which, seconds in done:
        try:
            stage.give(list(inputs(stage.now))[which])
        except Refused:
            continue
        stage.play(stage.now + seconds * SECOND, most=100, endless=True)
        assert {user: (seat.counted, seat.open_count) for user, seat in stage.seats.items()} == {
            user: recounted(stage, seat) for user, seat in stage.seats.items()
        }
        waits = any(case.c.state == "waiting" for case in stage.others)
        limit = limit_for_offers(line.settings)
        assert not (waits and any(seat.member and has_room(seat.counted, limit, 0) for seat in stage.seats.values()))
