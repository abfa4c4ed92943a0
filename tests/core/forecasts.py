"""What the tests of a forecast share: people of a queue, other customers, and a forecast told as a story."""

from collections.abc import Sequence
from typing import Any

from openlines.core import inputs as i
from openlines.core.availability import Person
from openlines.core.conversation import opened, step
from openlines.core.forecast import Case, Seat, Stage, Waits
from openlines.core.inputs import Fact, Outcome, Say
from openlines.core.line import DAY, SECOND
from openlines.core.schedule import is_open
from openlines.core.state import Conversation, Rules

START = 1_767_603_600_000_000  # Monday, 2026-01-05 09:00 UTC
LONG = START + 100 * DAY
OURS = 100  # the conversation that is asked about
ZED = 14  # nobody of the queue, who may be asked by name

AWAY = Person(presence="offline")


def queue(*people: Seat) -> list[Seat]:
    """In this order."""
    for position, seat in enumerate(people):
        seat.position = position
    return list(people)


def seat(user: int, **more: Any) -> Seat:
    return Seat(user, 0, **more)


def back_at(second: float) -> Person:
    return Person(absent_until=START + int(second * SECOND))


def gone_at(second: float) -> Person:
    return Person(absent_from=START + int(second * SECOND))


def wrote(number: int, line: Rules, at: int, **how: Any) -> tuple[Conversation, tuple[Outcome, ...]]:
    """The first words of a customer."""
    c, begun = opened(id=number, thread_id=number, channel_id=1, customer_id=number, now=at, rules=line, **how)
    c, outcomes = step(c, i.CustomerWrote(open=is_open(line.schedule, at)), now=at, rules=line)
    return c, (*begun, *outcomes)


def waiting(number: int, line: Rules, *, ago: float, **how: Any) -> Case:
    """Another customer, who has found nobody so far."""
    at = START - int(ago * SECOND)
    c, _ = step(wrote(number, line, at, **how)[0], i.NobodyToOffer("all_at_limit"), now=at, rules=line)
    return Case(c, line)


def asked(number: int, line: Rules, person: Seat, *, ago: float) -> Case:
    """Another customer, with whom this person was asked to speak so many seconds ago."""
    at = START - int(ago * SECOND)
    c, _ = wrote(number, line, at)
    c, _ = step(c, i.Offered(person.user_id, "queue", {"code": "only_one"}), now=at, rules=line)
    person.counted += 1
    person.open_count += 1
    return Case(c, line, {person.user_id: ("offered", at)})


def customer(line: Rules, people: Sequence[Seat], others: Sequence[Case] = (), *, at: int = START, **how: Any) -> Stage:
    """The moment at which the customer's words have been taken in."""
    stage = Stage(line, people, others, at)
    stage.enter(*wrote(OURS, line, at, **how))
    return stage


def seconds(stage: Stage) -> list[tuple[float, Outcome | Waits]]:
    return [((each.at - START) / SECOND, each.outcome) for each in stage.told]


def story(stage: Stage) -> list[tuple[float, str, Any]]:
    """Who is asked, or why nobody is, and what the customer hears."""
    found: list[tuple[float, str, Any]] = []
    for second, outcome in seconds(stage):
        match outcome:
            case Fact("offered", params):
                found.append((second, params["offer"], params["to"]))
            case Waits(why):
                found.append((second, "waits", why.reason.code))
            case Say(auto):
                found.append((second, "says", auto))
    return found


def played(stage: Stage, until: float = 250) -> list[tuple[float, str, Any]]:
    stage.play(START + int(until * SECOND), most=1000, endless=True)
    return story(stage)


def reasons(stage: Stage) -> list[dict[str, Any]]:
    """The stored explanation of each offer."""
    return [
        dict(outcome.params["why"])
        for _, outcome in seconds(stage)
        if isinstance(outcome, Fact) and outcome.code == "offered"
    ]


def facts(stage: Stage) -> list[tuple[float, str]]:
    return [(second, outcome.code) for second, outcome in seconds(stage) if isinstance(outcome, Fact)]


def ours(stage: Stage) -> Conversation:
    assert stage.ours is not None
    return stage.ours.c
