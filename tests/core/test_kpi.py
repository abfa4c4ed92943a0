"""Response targets (rules.md 7): which answer is owed, when somebody is told, and what became of it."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlines.core import inputs as i
from openlines.core.inputs import TargetStep
from openlines.core.kpi import (
    Clock,
    Figures,
    Mark,
    Measured,
    clock,
    figures,
    has_targets,
    held_by,
    holder,
    measure,
    moment,
    next_step,
    passed,
    reached,
)
from openlines.core.line import DAY, HOUR, MINUTE, SECOND, Interval, KpiNotice, LineSettings
from openlines.core.state import STATES, Rules, State
from tests.core.cases import ANN, BOB, BOT, EVE, T0, TEXT, Story, active, answered, in_state, rules

TARGETS: dict[str, Any] = {"kpi_first": 60, "kpi_further": 120}
TUESDAY = 1_767_657_600_000_000  # 2026-01-06 00:00 UTC
DAYS = ("Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon")
OFFICE = ((Interval("09:00", "13:00"), Interval("14:00", "18:00")),) * 5 + ((),) * 2
BY_HOURS: dict[str, Any] = {"kpi_clock": "hours", "hours_on": True, "week": OFFICE}


def when(words: str) -> int:
    """ "Fri 17:45", UTC, in the week that begins on TUESDAY."""
    day, time = words.split()
    hours, minutes = time.split(":")
    return TUESDAY + DAYS.index(day) * DAY + int(hours) * HOUR + int(minutes) * MINUTE


def owed(story: Story) -> tuple[str, float, int] | None:
    """(kind, second of its start, target) of the answer that is owed."""
    running = clock(story.c, story.rules)
    return None if running is None else (running.kind, (running.start - story.start) / SECOND, running.target)


# --- which answer is owed -----------------------------------------------------------------------------------


def test_a_line_has_targets_as_soon_as_it_has_one() -> None:
    assert not has_targets(LineSettings())
    assert has_targets(LineSettings(kpi_first=60))
    assert has_targets(LineSettings(kpi_further=60))


def test_the_first_answer_is_owed_until_a_person_has_answered_then_the_further_ones() -> None:
    story = active(rules(**TARGETS))
    assert owed(story) == ("first", 0, 60)
    story.at(40).give(i.Wrote(ANN))
    assert owed(story) is None
    story.at(300).give(i.CustomerWrote()).at(310).give(i.CustomerWrote())
    assert owed(story) == ("further", 300, 120)


def test_each_target_stands_alone() -> None:
    only_first = active(rules(kpi_first=60))
    assert owed(only_first) == ("first", 0, 60)
    assert owed(only_first.give(i.Wrote(ANN)).at(9).give(i.CustomerWrote())) is None
    only_further = active(rules(kpi_further=120))
    assert owed(only_further) is None
    assert owed(only_further.give(i.Wrote(ANN)).at(9).give(i.CustomerWrote())) == ("further", 9, 120)


def test_while_the_bot_leads_people_owe_nothing() -> None:
    led = Story(rules(**TARGETS, bot_time=600), bot_id=BOT).give(i.CustomerWrote()).at(30)
    assert owed(led) is None
    assert owed(led.give(i.BotHandedOver())) == ("first", 30, 60)


def test_after_the_finish_words_are_still_the_answer_and_nobody_is_pressed() -> None:
    line = rules(**TARGETS, close_text=TEXT, kpi_further_notice=KpiNotice(on=True))
    story = answered(line).at(10).give(i.CustomerWrote())
    assert story.due()["kpi_step"] == 130
    story.at(20).give(i.Finished(ANN))
    assert story.c.state == "closing"
    assert owed(story) == ("further", 10, 120)
    assert next_step(story.c, line) is None
    assert reached(story.c, line, story.now + DAY) is None


# --- the line's clock -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("percent", "due"), [(50, "Fri 17:55"), (75, "Fri 18:00"), (100, "Mon 09:05")])
def test_by_working_time_the_clock_stands_still_while_the_line_is_closed(percent: int, due: str) -> None:
    assert moment(Clock("first", when("Fri 17:45"), 20 * 60), rules(**BY_HOURS), percent) == when(due)


def test_what_has_passed_is_counted_by_the_same_clock() -> None:
    friday, monday = when("Fri 17:45"), when("Mon 09:05")
    assert passed(friday, monday, rules(**BY_HOURS)) == 20 * MINUTE
    assert passed(friday, monday, rules(**{**BY_HOURS, "kpi_clock": "calendar"})) == monday - friday
    assert passed(friday, monday, rules(**{**BY_HOURS, "hours_on": False})) == monday - friday


@pytest.mark.parametrize("line", [rules(), rules(**BY_HOURS)], ids=["calendar", "hours"])
def test_nothing_has_passed_before_a_start_that_was_moved(line: Rules) -> None:
    assert passed(when("Tue 12:00"), when("Tue 11:00"), line) == 0


# --- steps --------------------------------------------------------------------------------------------------------


def warned(*steps: int, **settings: Any) -> Rules:
    """A line that tells the given percents of its first answer's target of a minute."""
    return rules(kpi_first=60, kpi_first_notice=KpiNotice(on=True, steps=steps), **settings)


def told(story: Story) -> list[tuple[int, float]]:
    """(percent, seconds waited) of what the last turn told."""
    return [(each.step, each.waited / SECOND) for each in story.outcomes if isinstance(each, TargetStep)]


def test_each_step_is_told_once_at_its_very_moment() -> None:
    story = active(warned(50, 100, 200))
    for second, percent, following in ((30, 50, 60), (60, 100, 120), (120, 200, None)):
        story.at(second - 1)
        assert reached(story.c, story.rules, story.now + SECOND - 1) is None
        story.at(second)
        assert told(story) == [(percent, second)]
        assert story.due().get("kpi_step") == following
    assert reached(story.c, story.rules, story.now + DAY) is None


def test_of_several_steps_that_were_missed_only_the_last_is_news() -> None:
    line = warned(50, 100, 200)
    story = active(line)
    assert reached(story.c, line, T0 + 61 * SECOND) == (Clock("first", T0, 60), 100)
    told_of_it = story.c._replace(kpi_step=100)
    assert reached(told_of_it, line, T0 + 119 * SECOND) is None
    assert next_step(told_of_it, line) == T0 + 120 * SECOND


def test_each_kind_of_answer_has_its_own_notice() -> None:
    notices: dict[str, Any] = {
        "kpi_first_notice": KpiNotice(steps=(50,)),
        "kpi_further_notice": KpiNotice(on=True, steps=(200,)),
    }
    line = rules(**TARGETS, **notices)
    story = active(line)
    assert next_step(story.c, line) is None
    assert reached(story.c, line, T0 + HOUR) is None
    story.give(i.Wrote(ANN)).at(10).give(i.CustomerWrote())
    assert next_step(story.c, line) == T0 + 250 * SECOND
    assert reached(story.c, line, T0 + 250 * SECOND) == (Clock("further", T0 + 10 * SECOND, 120), 200)


def test_nobody_is_told_of_an_answer_that_nobody_owes() -> None:
    on = KpiNotice(on=True)
    line = rules(kpi_first=60, kpi_first_notice=on, kpi_further_notice=on)
    story = answered(line).at(10).give(i.CustomerWrote())
    assert next_step(story.c, line) is None
    assert reached(story.c, line, T0 + DAY) is None


# --- who answers for it -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
def test_only_who_accepted_it_holds_it(state: State) -> None:
    assert holder(in_state(state).c) == (ANN if state in {"active", "closing"} else None)


def minute(number: int) -> int:
    return T0 + number * MINUTE


def came(marks: Sequence[Mark], due: int, stop: int, *, by: int | None = ANN, closed: bool = False) -> Measured:
    """What became of an answer that was owed from minute 0 on; times of the arguments are minutes."""
    held = [(who, minute(since)) for who, since in marks]
    return measure(held, T0, minute(due), minute(stop), rules(), answered_by=by, closed=closed)


def test_an_answer_in_time_is_his_who_gave_it() -> None:
    for stop in (9, 10):  # at the deadline it is in time
        assert came([(None, 0), (BOB, 5)], 10, stop)[:3] == ("met", stop * MINUTE, ANN)


def test_a_breach_is_his_who_held_it_at_the_deadline() -> None:
    passed_on: list[Mark] = [(None, 0), (ANN, 4), (BOB, 10), (EVE, 11)]
    assert came(passed_on, 10, 12, by=EVE)[:3] == ("breached", 12 * MINUTE, BOB)
    assert came(passed_on, 9, 12, by=EVE).holder_id == ANN
    assert came(passed_on, 3, 12, by=EVE).holder_id is None  # the line's
    assert came(passed_on, 12, 13, by=ANN).holder_id == EVE


def test_closed_without_a_reply_is_never_met_and_not_late_either() -> None:
    for stop in (5, 15):
        assert came([(ANN, 0), (BOB, 2)], 10, stop, by=None, closed=True)[:3] == ("closed", stop * MINUTE, BOB)


def test_before_the_first_mark_nobody_held_it() -> None:
    assert held_by([(ANN, minute(5))], minute(4)) is None
    assert held_by([(ANN, minute(5))], minute(5)) == ANN


def test_who_held_it_for_how_long_is_kept_without_empty_spells() -> None:
    marks: list[Mark] = [(None, 0), (ANN, 0), (BOB, 4), (ANN, 4), (BOB, 6), (EVE, 9)]
    assert came(marks, 60, 9).held == ((ANN, 6 * MINUTE), (BOB, 3 * MINUTE))


def test_what_was_held_before_a_start_that_was_moved_is_not_counted() -> None:
    assert came([(ANN, -20), (BOB, -10), (EVE, 2)], 60, 5).held == ((BOB, 2 * MINUTE), (EVE, 3 * MINUTE))


def minute_by_minute(marks: Sequence[Mark], start: int, stop: int, line: Rules) -> tuple[Mark, ...]:
    """Who held it for how long, by asking at each minute of working time who has it."""
    working = (at for at in range(start, stop, MINUTE) if passed(at, at + MINUTE, line))
    hands = ([who for who, since in marks if since <= at][-1] for at in working)
    return tuple((who, len(list(spell)) * MINUTE) for who, spell in groupby(hands))


@given(
    st.lists(st.tuples(st.sampled_from([None, ANN, BOB]), st.integers(0, 150)), max_size=8),
    st.integers(0, 150),
    st.sampled_from([rules(), rules(**BY_HOURS)]),
)
def test_every_minute_of_the_clock_is_somebodys(moves: list[Mark], length: int, line: Rules) -> None:
    start = when("Tue 12:30")  # half an hour before the break
    stop = start + length * MINUTE
    in_order = sorted(moves, key=lambda move: move[1])
    marks: list[Mark] = [(None, start), *((who, start + min(at, length) * MINUTE) for who, at in in_order)]
    found = measure(marks, start, stop, stop, line, answered_by=BOB, closed=False)
    assert found.held == minute_by_minute(marks, start, stop, line)
    assert sum(time for _, time in found.held) == found.elapsed == passed(start, stop, line)


# --- figures ------------------------------------------------------------------------------------------------------


def within(times: Sequence[int], percent: int) -> int:
    """The smallest time within which so many percent of the answers came."""
    return min(each for each in times if 100 * sum(other <= each for other in times) >= percent * len(times))


@given(st.lists(st.integers(0, 40) | st.integers(0, 10**13), min_size=1, max_size=120))
def test_percentiles_are_times_within_which_so_many_answers_came(times: list[int]) -> None:
    found = figures(len(times), 0, 0, [*times])
    assert (found.median, found.p90) == (within(times, 50), within(times, 90))
    assert found.longest == max(times)
    assert found.average is not None
    assert abs(found.average * len(times) - sum(times)) <= len(times)


def test_the_figures_of_many_answers_are_plain_to_see() -> None:
    found = figures(196, 4, 5, list(range(200, 0, -1)))
    assert (found.average, found.median, found.p90, found.longest) == (100, 100, 180, 200)
    assert (found.answers, found.met_percent) == (200, 98.0)


def test_what_was_closed_without_an_answer_is_no_answer() -> None:
    assert figures(0, 0, 0, []) == Figures()
    none = figures(0, 0, 3, [])
    assert (none.answers, none.met_percent, none.average, none.longest) == (0, None, None, None)
    assert figures(2, 1, 40, [1, 2, 3]).met_percent == 66.7
