"""Timers are data: what is due follows from what happened and from the rules that hold now."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlines.core import inputs as i
from openlines.core.conversation import opened, step
from openlines.core.line import HOUR, MINUTE, SECOND, Interval, KpiNotice
from openlines.core.state import Conversation, Refused, Rules
from openlines.core.timers import due_at, target_at, timers
from tests.core.cases import (
    ANN,
    BOB,
    BOT,
    SILENT,
    T0,
    TEXT,
    Story,
    Walked,
    active,
    answered,
    closed,
    closing,
    offered,
    rules,
    walks,
)

# ---------------------------------------------------------------- a wake-up may come at any time


@pytest.fixture(scope="module")
def walked() -> list[Walked]:
    return list(walks(4, 400))


def test_what_is_stored_is_never_later_than_what_is_due(walked: list[Walked]) -> None:
    for taken in walked:
        if taken.after is None or taken.after is taken.before or (isinstance(taken.given, i.Woke) and taken.given.calm):
            continue
        due = due_at(taken.after, taken.rules, taken.now)
        assert due is None or (taken.after.due_at is not None and taken.after.due_at <= due)


def test_waking_plays_all_that_is_due_and_a_second_time_nothing(walked: list[Walked]) -> None:
    for taken in walked:
        c = taken.after or taken.before
        once, _ = step(c, i.Woke(), now=taken.now, rules=taken.rules)
        assert all(timer.at > taken.now or timer.name == "route" for timer in timers(once, taken.rules))
        assert once.due_at == due_at(once, taken.rules, taken.now)
        twice, outcomes = step(once, i.Woke(), now=taken.now, rules=taken.rules)
        assert twice is once
        assert outcomes == ()


def test_an_early_wake_up_sets_the_time_right_and_does_nothing_else(walked: list[Walked]) -> None:
    for taken in walked:
        c = taken.after or taken.before
        if any(timer.at <= taken.now for timer in timers(c, taken.rules)):
            continue
        woken, outcomes = step(c, i.Woke(), now=taken.now, rules=taken.rules)
        assert outcomes == ()
        assert woken == c._replace(due_at=due_at(c, taken.rules, taken.now))


def test_late_timers_are_played_in_the_order_of_their_times() -> None:
    line = rules(no_answer_time=100, escalate_after=50, no_answer_action="text", no_answer_text=TEXT)
    story = active(line)
    story.now = T0 + HOUR
    assert story.give(i.Woke()).facts() == ["escalated", "unanswered"]
    asleep = answered(rules(auto_close_time=600, close_text=TEXT, auto_close_text=TEXT)).give(
        i.Snoozed(ANN, T0 + MINUTE)
    )
    asleep.now = T0 + HOUR
    assert asleep.give(i.Woke()).c.woken_at == T0 + HOUR  # the silence counts from the waking, not from the past
    assert asleep.due() == {"auto_close": 3600 + 600}


def test_while_the_clock_is_not_trusted_nothing_closes_or_is_marked() -> None:
    line = rules(close_text=TEXT, auto_close_time=600, escalate_after=60, no_answer_time=60)
    for story, waits in ((active(line), True), (answered(line), True), (offered(line), False)):
        story.now = T0 + HOUR
        before = story.c
        story.give(i.Woke(calm=True))
        same = story.c._replace(due_at=None, version=0) == before._replace(due_at=None, version=0)
        assert same is waits  # an offer goes on
        assert story.c.due_at == T0 + HOUR + 10 * SECOND
        assert story.facts() == ([] if waits else ["timed_out"])
    finished = closing(line)
    finished.now = T0 + HOUR
    finished.give(i.Woke(calm=True))
    assert (finished.c.state, finished.heard, finished.c.due_at) == (
        "closing",
        [(3600, "close")],
        T0 + HOUR + 10 * SECOND,
    )
    assert finished.give(i.Woke()).c.state == "closed"
    told = active(rules(kpi_first=60, kpi_first_notice=KpiNotice(on=True), no_answer_time=7200))
    told.now = T0 + HOUR
    assert told.give(i.Woke(calm=True)).outcomes == []  # nobody is late before it is sure that so much time has passed
    assert told.c.due_at == T0 + HOUR + 10 * SECOND  # and that is looked at soon, not when the next thing is due
    assert told.give(i.Woke()).facts() == ["kpi_step"]
    calmed = answered(line)
    calmed.now = T0 + HOUR
    calmed.give(i.Woke(calm=True)).give(i.Woke())
    assert calmed.c.reason == "silent"  # the clock is trusted again


def test_due_moves_earlier_at_once_and_later_lazily() -> None:
    story = answered(rules(auto_close_time=600, escalate_after=60))
    assert story.c.due_at == T0 + MINUTE  # of the first words, answered meanwhile: an early wake-up sets it right
    story.give(i.Woke())
    assert story.c.due_at == T0 + 600 * SECOND
    story.at(10).give(i.CustomerWrote())
    assert story.c.due_at == T0 + 70 * SECOND


def test_nobody_is_waited_for() -> None:
    assert closed().c.due_at is None
    assert Story(rules(bot_time=0), bot_id=BOT).c.due_at is None


def test_routing_that_is_due_is_work_for_the_router_and_no_timer() -> None:
    story = Story().give(i.CustomerWrote())
    assert (story.c.route_at, story.c.due_at) == (T0, T0 + 180 * SECOND)


# ---------------------------------------------------------------- rules that change under way

DURATIONS = (
    "queue_time",
    "own_time",
    "no_answer_time",
    "full_close_delay",
    "auto_close_time",
    "escalate_after",
    "bot_time",
    "kpi_first",
    "kpi_further",
)
durations = st.fixed_dictionaries({name: st.integers(1, 10_000) for name in DURATIONS})
flags = st.fixed_dictionaries(
    {
        "transfer_must_accept": st.booleans(),
        "rating": st.sampled_from(["off", "like"]),
        "inactivity": st.sampled_from([(), SILENT]),
        "escalate_to": st.sampled_from(["head", "queue"]),
        "close_text": st.sampled_from([{}, TEXT]),
        "no_answer_stops_on": st.sampled_from(["reply", "accept"]),
        "kpi_from": st.sampled_from(["responsible", "words"]),
    }
)
happenings = st.lists(
    st.tuples(
        st.integers(0, 5000),
        st.sampled_from(
            [
                i.CustomerWrote(),
                i.CustomerWrote(holder_unavailable="pause"),
                i.Offered(ANN, "queue", {}),
                i.Offered(BOB, "own", {}),
                i.Accepted(ANN),
                i.Wrote(ANN),
                i.Finished(ANN),
                i.UndidFinish(ANN),
                i.Pinned(ANN, on=True),
                i.Pinned(ANN, on=False),
                i.Transferred(ANN, to_user=BOB),
                i.Snoozed(ANN, T0 + 10**6 * SECOND),
                i.Snoozed(ANN, None),
                i.BotHandedOver(),
                i.NobodyToOffer("queue_empty"),
                i.CustomerRated(5),
            ]
        ),
    ),
    max_size=12,
)


def lived(line: Rules, happened: list[tuple[int, i.Given]], bot_id: int | None) -> tuple[Conversation, int]:
    """The conversation after what people did; no timer fired meanwhile."""
    now = T0
    c, _ = opened(id=1, thread_id=2, channel_id=3, customer_id=4, now=now, rules=line, bot_id=bot_id)
    for pause, given_ in happened:
        now += pause * SECOND
        try:
            c, _ = step(c, given_, now=now, rules=line)
        except Refused:
            continue
    return c, now


@given(durations, durations, flags, happenings, st.sampled_from([None, BOT]))
def test_new_times_are_as_if_they_had_always_held(
    old: dict[str, Any], new: dict[str, Any], same: dict[str, Any], happened: Any, bot_id: int | None
) -> None:
    before, after = rules(**old, **same), rules(**new, **same)
    changed, now = lived(before, happened, bot_id)
    always, _ = lived(after, happened, bot_id)
    changed, _ = step(changed, i.RulesChanged(), now=now, rules=after)
    always, _ = step(always, i.RulesChanged(), now=now, rules=after)
    assert changed == always
    assert timers(changed, after) == timers(always, after)
    assert target_at(changed, after) == target_at(always, after)


@given(durations, durations, flags, happenings, st.sampled_from([None, BOT]))
def test_a_change_that_is_taken_back_leaves_no_trace(
    old: dict[str, Any], new: dict[str, Any], same: dict[str, Any], happened: Any, bot_id: int | None
) -> None:
    before, between = rules(**old, **same), rules(**new, **same)
    c, now = lived(before, happened, bot_id)
    exact, _ = step(c, i.RulesChanged(), now=now, rules=before)
    back, _ = step(step(c, i.RulesChanged(), now=now, rules=between)[0], i.RulesChanged(), now=now, rules=before)
    assert back == exact


@pytest.mark.parametrize(
    ("story", "old", "new", "due"),
    [
        (offered, {"queue_time": 60}, {"queue_time": 300}, {"offer": 300, "no_answer": 180}),
        (offered, {"queue_time": 300}, {"queue_time": 60}, {"offer": 60, "no_answer": 180}),
        (answered, {"auto_close_time": 600}, {"auto_close_time": 0}, {}),
        (answered, {"auto_close_time": 0}, {"auto_close_time": 600}, {"auto_close": 600}),
        (
            active,
            {"no_answer_time": 60},
            {"no_answer_time": 600, "escalate_after": 90},
            {"no_answer": 600, "escalate": 90},
        ),
    ],
)
def test_a_change_of_rules_re_arms(story: Any, old: dict[str, Any], new: dict[str, Any], due: dict[str, int]) -> None:
    changed = story(rules(**old)).change(rules(**new))
    assert changed.due() == due
    assert changed.c.due_at == (T0 + min(due.values()) * SECOND if due else None)


def test_a_shorter_delay_closes_what_is_closing_and_loses_no_words() -> None:
    story = answered(rules(close_text=TEXT, full_close_delay=600)).give(i.Finished(ANN)).at(3)
    story.change(rules(close_text=TEXT, full_close_delay=0)).wake_until(story.now)
    assert story.c.state == "closed"
    assert story.at(60).heard == [(5, "close")]


# ---------------------------------------------------------------- response targets


def target(story: Story) -> float | None:
    at = target_at(story.c, story.rules)
    return None if at is None else (at - story.start) / SECOND


KPI: dict[str, Any] = {"kpi_first": 60, "kpi_further": 120}
EARLY = KpiNotice(on=True, steps=(1, 50))


def test_the_first_answer_is_due_from_when_people_became_responsible() -> None:
    assert target(Story(rules(**KPI)).give(i.CustomerWrote())) == 60
    led = Story(rules(**KPI), bot_id=BOT).give(i.CustomerWrote()).at(30)
    assert target(led) is None
    assert target(led.give(i.BotHandedOver())) == 90
    words = Story(rules(**KPI, kpi_from="words"), bot_id=BOT).give(i.CustomerWrote()).at(30).give(i.BotHandedOver())
    assert target(words) == 60  # from the customer's first words


def test_further_answers_are_due_from_the_first_unanswered_words() -> None:
    story = active(rules(**KPI)).at(40).give(i.Wrote(ANN))
    assert target(story) is None
    story.at(300).give(i.CustomerWrote()).at(360).give(i.CustomerWrote())
    assert target(story) == 420
    assert target(story.give(i.Transferred(ANN, to_user=BOB))) == 420  # transfers keep the clock
    assert target(story.give(i.Finished(BOB))) is None


def test_with_an_answer_the_steps_of_the_next_target_begin_anew() -> None:
    line = rules(kpi_first=100, kpi_further=100, kpi_first_notice=EARLY, kpi_further_notice=EARLY)
    story = active(line).at(60)
    assert (story.c.kpi_step, "kpi_step" in story.due()) == (50, False)
    assert story.give(i.Wrote(ANN)).c.kpi_step == 0
    assert story.give(i.CustomerWrote()).due()["kpi_step"] == 61


def test_nobody_is_pressed_for_an_answer_to_what_is_finished() -> None:
    story = active(rules(**KPI, close_text=TEXT)).give(i.Finished(ANN))
    assert (story.c.state, story.c.customer_since, target(story)) == ("closing", T0, None)


def test_no_target_where_none_is_set() -> None:
    assert target(active(rules())) is None
    assert target(active(rules(kpi_first=60)).give(i.Wrote(ANN), i.CustomerWrote())) is None
    assert target(Story(rules(**KPI), operator_id=ANN)) is None


def test_by_working_time_the_clock_stands_still_while_the_line_is_closed() -> None:
    zero = T0 // SECOND % 86400 // 60  # minutes since midnight, UTC
    start, end = ((zero + minutes) % 1440 for minutes in (-60, 1))
    week = ((Interval(f"{start // 60:02d}:{start % 60:02d}", f"{end // 60:02d}:{end % 60:02d}"),),) * 7
    line = rules(kpi_first=90, kpi_clock="hours", hours_on=True, week=week)
    tomorrow = 24 * 3600 - 3600  # 60 s are left today; the rest is due half a minute after the next opening
    assert target(Story(line).give(i.CustomerWrote())) == tomorrow + 30
    assert target(Story(rules(kpi_first=90, kpi_clock="hours")).give(i.CustomerWrote())) == 90
    assert target(Story(rules(kpi_first=90, hours_on=True, week=week)).give(i.CustomerWrote())) == 90
