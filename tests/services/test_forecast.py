"""What was foretold is what happens: the same line played forward in memory, and through the use cases with a clock.

Each example sets up a line with people who are there or not and customers who wait already, asks what would happen to
one more, and then lets it happen. Every fact that the thread shows and every automatic text must come at the foretold
moment, to the foretold people, in the foretold words.
"""

from typing import Any

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from sqlalchemy import select

from openlines.core.inputs import Fact, Say
from openlines.core.line import MINUTE, SECOND
from openlines.services import handle
from openlines.services.access import Actor
from openlines.services.forecast import Asked, scene
from openlines.services.forecast_past import Customer
from openlines.services.forecast_steps import Moment, Teller
from openlines.services.turn import SHOWN_FACTS
from openlines.store import tables
from openlines.store.statement import Statement
from tests.services.portal import Portal

HELLO = {"en": "Hello, {customer}! {line}", "ru": "Здравствуйте"}
AWAY = {"en": "Nobody here until {opens_at}"}
WEEK = st.sampled_from([[["09:00", "18:00"]], [["09:30", "10:15"]], [["20:00", "08:00"]], [["09:00", "09:20"]]])
# Collecting a contact goes with words that ask for it; without them it is refused.
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "mode": st.sampled_from(["evenly", "strictly", "everyone", "least_busy"]),
        "queue_time": st.sampled_from([60, 150]),
        "limit": st.sampled_from([0, 1, 2]),
        "counting": st.sampled_from(["unanswered", "not_replied", "open"]),
        "check_availability": st.booleans(),
        "no_answer_time": st.sampled_from([30, 60, 600]),
        "no_answer_action": st.just("text"),
        "off_hours_text": st.just(AWAY),
        "off_hours_when_available": st.booleans(),
        "greeting": st.just(HELLO),
        "full_close_delay": st.sampled_from([0, 10, 600]),
        "auto_close_time": st.sampled_from([0, 60, 3600]),
        "auto_close_text": st.just({"en": "Closing"}),
        "close_text": st.just({"en": "Bye, {customer}"}),
        "rating": st.sampled_from(["off", "like", "stars"]),
        "hours_on": st.booleans(),
        "off_hours": st.sampled_from(["offer", "hold", "collect"]),
        "escalate_after": st.sampled_from([0, 300]),
        "own_days": st.sampled_from([0, 7]),
        "own_time": st.sampled_from([30, 120]),
        "place_on": st.booleans(),
        "place_text": st.just({"en": "You are number {position}"}),
        "consent_text": st.just({"en": "We keep what you write"}),
        "kpi_first": st.sampled_from([0, 45]),
        "kpi_first_notice": st.just({"on": True, "steps": [80, 100, 200]}),
        "inactivity": st.just([{"after": 60, "text": {"en": "Are you there?"}}]),
        "escalate_to": st.sampled_from(["head", "queue"]),
        "reopen_window": st.sampled_from([0, 7200]),
    },
).map(lambda drawn: {"off_hours_text": AWAY, **drawn} if drawn.get("off_hours") == "collect" else drawn)
MINUTES_AHEAD = 12


def told(house: Portal, actor: Actor, line_id: int, asked: Asked, minutes: int) -> list[tuple[Any, ...]]:
    """What is foretold for so many minutes if nobody does anything: (instant, fact or text, whom or which words)."""

    def ask(tx: Any) -> list[tuple[Any, ...]]:
        found = scene(tx, actor, line_id, asked)
        until = tx.now + minutes * MINUTE
        found.stage.play(until, most=10_000, endless=True)
        teller = Teller(Moment(tx, tx.now), found.rules, found.around)
        lines: list[tuple[Any, ...]] = []
        for each in found.stage.told:
            if each.at > until:
                continue
            match each.outcome:
                case Say():
                    lines += [(step.at, "text", step.text) for step in teller.steps([each], found.stage.seats)]
                case Fact(code, params) if code in SHOWN_FACTS:
                    lines.append((each.at, code, compared(params)))
        return lines

    return house.do(ask)


def compared(params: Any) -> tuple[Any, ...]:
    """Of a fact's parameters what must agree: of an explanation only its code, because a look at all sees more."""
    plain = {name: value for name, value in params.items() if name != "why"}
    why = params.get("why")
    return (*sorted((name, str(value)) for name, value in plain.items()), why["code"] if isinstance(why, dict) else why)


def happened(house: Portal, conversation_id: int, until: int) -> list[tuple[Any, ...]]:
    statement = Statement(
        select(*(tables.messages.c[name] for name in ("at", "kind", "text", "data", "author")))
        .where(tables.messages.c.conversation_id == conversation_id)
        .order_by(tables.messages.c.seq)
    )
    lines: list[tuple[Any, ...]] = []
    for at, kind, text, data, author in house.do(lambda tx: tx.all(statement)):
        if at > until or author != "system":
            continue
        if kind == "fact":
            fact = msgspec.json.decode(data)["fact"]
            if fact["code"] == "consented":  # of words before the line asked: what this customer did, not the line
                continue
            lines.append((at, fact["code"], compared(fact["params"])))
        else:
            lines.append((at, "text", text))
    return lines


@pytest.mark.parametrize("returning", [False, True], ids=["new", "returning"])
def test_what_was_foretold_is_what_happens(house: Portal, returning: bool) -> None:
    @given(
        chosen=SETTINGS,
        week=WEEK,
        people=st.lists(st.booleans(), min_size=0, max_size=4),
        waiting=st.integers(0, 3),
        wait=st.sampled_from([0, 40, 200]),
    )
    @example(chosen={"mode": "evenly"}, week=[["09:00", "18:00"]], people=[True, True, False], waiting=2, wait=40)
    @example(chosen={"limit": 1}, week=[["09:00", "18:00"]], people=[True], waiting=2, wait=40)
    @example(
        chosen={"off_hours": "hold", "hours_on": True}, week=[["20:00", "08:00"]], people=[True], waiting=1, wait=0
    )
    @example(chosen={"reopen_window": 7200}, week=[["09:00", "18:00"]], people=[False], waiting=1, wait=0)
    @example(chosen={"own_days": 7}, week=[["09:00", "18:00"]], people=[False], waiting=3, wait=0)
    @settings(
        max_examples=12,
        phases=[Phase.explicit, Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    def agrees(chosen: dict[str, Any], week: Any, people: list[bool], waiting: int, wait: int) -> None:
        ended = house.now
        day = [{"from": start, "to": end} for start, end in week]
        operators = [house.operator(f"op{place}", online=online) for place, online in enumerate(people)]
        line_id = house.line(*operators, week=[day] * 7, **chosen)
        channel_id = house.channel(line_id)
        customer = Customer(name="ann", language="en")
        if returning and operators:
            first = house.writes(channel_id, "ann")
            house.acts(handle.intercept, operators[0], first.conversation_id)
            house.replies(operators[0], first.conversation_id)
            house.acts(handle.finish, operators[0], first.conversation_id, now=True)
            ended = house.now
            house.after(60)
        for number in range(waiting):
            house.writes(channel_id, f"other{number}")
        house.after(wait)
        if returning and operators:
            ago = (house.now - ended) // SECOND
            customer = customer._replace(returning=True, operator_id=operators[0].user_id, ago=ago)
        asked = Asked(channel_id, customer=customer)
        expected = told(house, house.admin, line_id, asked, MINUTES_AHEAD)
        now = house.now
        wrote = house.writes(channel_id, "ann")
        house.go_to(now + MINUTES_AHEAD * MINUTE)
        seen = [each for each in happened(house, wrote.conversation_id, now + MINUTES_AHEAD * MINUTE) if each[0] >= now]
        house.switch(line_id, on=False)
        assert expected == seen

    agrees()
