"""What the tests of the core share: rules of a line in a word, one conversation told as a story, random walks."""

import os
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

from openlines.core import inputs as i
from openlines.core.conversation import opened, step
from openlines.core.inactivity import Choice
from openlines.core.inputs import Fact, Given, Outcome, Say, Woke
from openlines.core.line import DAY, MINUTE, SECOND, InactivityButton, InactivityMessage, LineSettings
from openlines.core.schedule import schedule_of
from openlines.core.state import Conversation, Refused, Rules, State
from openlines.core.timers import timers

T0 = 1_800_000_000 * SECOND
ANN, BOB, EVE = 11, 12, 13  # operators
BOT = 5
TEXT = {"ru": "Слова", "en": "Words"}


def rules(
    *, active: bool = True, automatic: bool = True, zone: str = "UTC", line_id: int = 1, **settings: Any
) -> Rules:
    chosen = LineSettings(**settings)
    return Rules(line_id, active, chosen, schedule_of(chosen, zone), automatic)


class Story:
    """One conversation from its opening on. Times are seconds since the opening, unless `start` says otherwise."""

    def __init__(self, line: Rules | None = None, *, start: int = T0, **how: Any) -> None:
        self.rules = line or rules()
        self.start = self.now = start
        self.c, outcomes = opened(id=1, thread_id=2, channel_id=3, customer_id=4, now=start, rules=self.rules, **how)
        self.outcomes: list[Outcome] = list(outcomes)
        self.heard: list[tuple[int, str]] = []  # (second, automatic text)

    def at(self, second: float) -> "Story":
        """Time passes; what is due meanwhile happens at its moment."""
        self.wake_until(self.start + int(second * SECOND))
        self.now = self.start + int(second * SECOND)
        return self

    def give(self, *given: Given) -> "Story":
        for each in given:
            self.c, outcomes = step(self.c, each, now=self.now, rules=self.rules)
            self.outcomes = list(outcomes)
            self.heard += [(self.second, said.auto) for said in self.said()]
        return self

    def wake_until(self, at: int) -> None:
        """The waker: at each due time it wakes the conversation. Routing is left to the test."""
        while self.c.due_at is not None and self.c.due_at <= at:
            self.now = max(self.now, self.c.due_at)
            next_due = self.give(Woke()).c.due_at
            assert next_due is None or next_due > self.now, "the waker would turn in circles"

    def change(self, line: Rules) -> "Story":
        self.rules = line
        return self.give(i.RulesChanged())

    @property
    def second(self) -> int:
        return (self.now - self.start) // SECOND

    def said(self) -> list[Say]:
        return [each for each in self.outcomes if isinstance(each, Say)]

    def facts(self) -> list[str]:
        return [each.code for each in self.outcomes if isinstance(each, Fact)]

    def due(self) -> dict[str, float]:
        """Name of each timer and its second."""
        return {each.name: (each.at - self.start) / SECOND for each in timers(self.c, self.rules)}

    def refuses(self, given: Given) -> str:
        """The code with which an input is refused; fails when it is not, or when it changes anything."""
        before = self.c
        try:
            step(self.c, given, now=self.now, rules=self.rules)
        except Refused as refused:
            assert self.c is before
            return refused.code
        raise AssertionError(f"{type(given).__name__} was not refused in {self.c.state}")


def offered(line: Rules | None = None, to: int | None = ANN, offer: Any = "queue", **how: Any) -> Story:
    """A customer has written and the conversation is offered."""
    story = Story(line, **how).give(i.CustomerWrote())
    return story.give(i.Offered(to, offer, {"code": "next_in_order"}))


def active(line: Rules | None = None, who: int = ANN, **how: Any) -> Story:
    """Accepted, the customer's first words unanswered."""
    return offered(line, who, **how).give(i.Accepted(who))


def answered(line: Rules | None = None, who: int = ANN, **how: Any) -> Story:
    """Accepted and answered at once: the customer's turn."""
    return active(line, who, **how).give(i.Wrote(who))


def closing(line: Rules | None = None, who: int = ANN) -> Story:
    return answered(line or rules(close_text=TEXT), who).give(i.Finished(who))


def closed(line: Rules | None = None, who: int = ANN) -> Story:
    return answered(line, who).give(i.FinishedNow(who))


def in_state(state: State, line: Rules | None = None) -> Story:
    line = line or rules(close_text=TEXT)
    stories: dict[State, Callable[[], Story]] = {
        "bot": lambda: Story(line, bot_id=BOT).give(i.CustomerWrote()),
        "waiting": lambda: Story(line).give(i.CustomerWrote()),
        "offered": lambda: offered(line),
        "active": lambda: answered(line),
        "closing": lambda: closing(line),
        "closed": lambda: closed(line),
    }
    return stories[state]()


# ---------------------------------------------------------------- random walks

QUICK = os.environ.get("OPENLINES_HYPOTHESIS") == "mutants"
PEOPLE = (ANN, BOB)
SILENT = (
    InactivityMessage(60, TEXT, tuple(InactivityButton(each, TEXT) for each in ("continue", "close", "new"))),
    InactivityMessage(300, TEXT),
)
NIGHT: dict[str, Any] = {"hours_on": True, "week": ((),) * 7}


def some_rules(chance: Random) -> Rules:
    """Rules that differ in whatever the machine looks at."""
    pick = chance.choice
    return rules(
        active=chance.random() < 0.8,
        automatic=chance.random() < 0.9,
        mode=pick(["evenly", "evenly", "everyone"]),
        queue_time=pick([60, 300]),
        own_time=pick([10, 90]),
        reopen_window=pick([0, 3600]),
        transfer_must_accept=pick([False, True]),
        greeting=pick([{}, TEXT]),
        greeting_each=pick([False, True]),
        off_hours=pick(["offer", "hold", "collect"]),
        off_hours_text=pick([{}, TEXT]),
        collected_text=pick([{}, TEXT]),
        no_answer_time=pick([30, 180]),
        no_answer_action=pick(["text", "none"]),
        no_answer_text=TEXT,
        no_answer_stops_on=pick(["reply", "accept"]),
        close_text=pick([{}, TEXT]),
        auto_close_text=pick([{}, TEXT]),
        full_close_delay=pick([0, 3, 600]),
        auto_close_time=pick([0, 600, 4 * 3600]),
        escalate_after=pick([0, 240]),
        escalate_to=pick(["head", "queue"]),
        inactivity=pick([(), SILENT, SILENT]),
        rating=pick(["off", "like", "stars"]),
        rating_limit=pick([0, 120]),
        rating_before_finish=pick([False, True]),
        close_after_rating=pick([False, True]),
        kpi_first=pick([0, 60]),
        kpi_further=pick([0, 120]),
        kpi_from=pick(["responsible", "words"]),
        bot_time=pick([0, 600]),
        priority=pick([0, 3]),
        **(NIGHT if chance.random() < 0.5 else {}),
    )


def some_given(chance: Random, now: int) -> Given:
    """Any input, with whatever makes its answer differ."""
    who, whom, coin = chance.choice(PEOPLE), chance.choice(PEOPLE), chance.random() < 0.5
    made: Sequence[Callable[[], Given]] = (
        lambda: i.CustomerWrote(
            open=coin,
            somebody=chance.random() < 0.7,
            holder_unavailable=chance.choice([None, None, "pause", "full"]),
            greeted_before=chance.random() < 0.5,
            contact=chance.random() < 0.5,
            asks_consent=chance.random() < 0.3,
        ),
        *[lambda: i.ContactGiven(open=coin)] * 2,
        i.CustomerEdited,
        lambda: i.CustomerPressed("key"),
        *[lambda: i.CustomerChose(Choice(0, 0, chance.choice(["close", "continue", "new"])))] * 3,
        lambda: i.CustomerRated(chance.choice([1, 5]), chance.choice([None, "because"])),
        lambda: i.HeadRated(who, chance.choice([2, 4])),
        i.CustomerBlocked,
        lambda: i.CustomerMerged(chance.choice([4, 9])),
        i.CustomerErased,
        lambda: i.Accepted(who),
        lambda: i.Declined(who, sender_gone=coin),
        lambda: i.Wrote(who),
        lambda: i.Noted(who),
        lambda: i.Joined(who),
        lambda: i.Left(who),
        lambda: i.Finished(who),
        lambda: i.FinishedNow(who),
        lambda: i.UndidFinish(who),
        lambda: i.MarkedSpam(who),
        lambda: i.Snoozed(who, chance.choice([None, now + 60 * SECOND, now + DAY])),
        lambda: i.Pinned(who, coin),
        lambda: i.Transferred(who, to_user=whom),
        lambda: i.Transferred(who, to_department=8),
        lambda: i.Transferred(who, to_line=2, rules=some_rules(chance)._replace(line_id=2, active=True)),
        lambda: i.Intercepted(who),
        lambda: i.OperatorUnavailable(who, "pause", sender_gone=coin),
        lambda: i.OperatorAvailable(who),
        lambda: i.OperatorRemoved(who),
        lambda: i.Offered(who, chance.choice(["queue", "own"]), {"code": "fewest"}, new_round=coin),
        lambda: i.Offered(None, "everyone", {"code": "everyone"}),
        lambda: i.NobodyToOffer("nobody_available"),
        i.BotSaid,
        lambda: i.BotHandedOver(chance.choice([None, who]), chance.choice([None, 8])),
        i.BotFinished,
        lambda: i.BotFailed("timeout"),
        i.RulesChanged,
        lambda: i.LineSwitched(coin),
        i.ChannelRemoved,
        lambda: Woke(calm=chance.random() < 0.2, sender_gone=coin),
        Woke,
        Woke,
    )
    return chance.choice(made)()


class Walked:
    """One step of a walk: before, input, and what came of it (`after` is None when it was refused)."""

    __slots__ = ("after", "before", "given", "now", "outcomes", "refused", "rules", "rules_before")

    def __init__(self, before: Conversation, given: Given, now: int, rules_before: Rules) -> None:
        self.before, self.given, self.now, self.rules_before = before, given, now, rules_before
        self.rules = rules_before
        self.after: Conversation | None = None
        self.outcomes: tuple[Outcome, ...] = ()
        self.refused: str | None = None


ENDINGS = (i.CustomerBlocked, i.CustomerErased, i.ChannelRemoved, i.MarkedSpam, i.FinishedNow)


def walks(seed: int, count: int) -> Iterator[Walked]:
    """Every step of so many walks, the same ones each time; fewer where each mutant of the core walks them."""
    chance = Random(seed)
    for _ in range(count // 4 if QUICK else count):
        yield from walk(chance)


def walk(chance: Random, steps: int = 40) -> Iterator[Walked]:
    """Inputs at random times, timers at theirs; sometimes the rules change under way, and are told."""
    line = some_rules(chance)
    now = T0
    who = {"operator_id": ANN} if chance.random() < 0.15 else {"bot_id": BOT} if chance.random() < 0.3 else {}
    if not who and chance.random() < 0.3:
        who = {"wanted_id": BOB}
    c, _ = opened(id=1, thread_id=2, channel_id=3, customer_id=4, now=now, rules=line, **who)
    for _ in range(steps):
        now += chance.choice([0, 1, 2 * SECOND, 30 * SECOND, 5 * MINUTE, 11 * MINUTE])
        if chance.random() < 0.3 and c.due_at is not None:
            now = max(now, c.due_at)
        given = some_given(chance, now)
        if isinstance(given, ENDINGS) and chance.random() < 0.7:
            continue  # stories that end at once tell little
        taken = Walked(c, given, now, line)
        if isinstance(given, i.RulesChanged):
            line = some_rules(chance)._replace(line_id=c.line_id, active=line.active)
        elif isinstance(given, i.LineSwitched):
            line = line._replace(active=given.on)
        taken.rules = line
        try:
            taken.after, taken.outcomes = step(c, given, now=now, rules=line)
        except Refused as refused:
            taken.refused = refused.code
        else:
            c = taken.after
            if isinstance(given, i.Transferred) and given.rules is not None:
                line = taken.rules = given.rules
        yield taken
