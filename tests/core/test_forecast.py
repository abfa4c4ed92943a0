"""What would happen to a customer who writes now, told by a line that is played forward in memory."""

import pytest

from openlines.core import inputs as i
from openlines.core.availability import Person
from openlines.core.conversation import step
from openlines.core.forecast import Case, Seat, Stage
from openlines.core.inputs import Fact
from openlines.core.line import DAY, GLOBAL_CAP, HOUR, SECOND
from openlines.core.state import Rules
from tests.core.cases import ANN, BOB, EVE, TEXT, rules
from tests.core.forecasts import (
    AWAY,
    LONG,
    OURS,
    START,
    ZED,
    asked,
    back_at,
    customer,
    facts,
    gone_at,
    ours,
    played,
    queue,
    reasons,
    seat,
    seconds,
    story,
    waiting,
    wrote,
)

# --- who is asked -------------------------------------------------------------------------------------------


def test_one_after_the_other_is_asked_and_then_all_again() -> None:
    stage = customer(rules(mode="strictly"), queue(seat(ANN), seat(BOB), seat(EVE)))
    people = [(second, user) for second, _, user in played(stage, 300)]
    assert people == [(0, ANN), (60, BOB), (120, EVE), (180, ANN), (240, BOB), (300, EVE)]
    assert [each["code"] for each in reasons(stage)] == [*["next_in_order"] * 3, "round_again", *["next_in_order"] * 2]
    assert ours(stage).round == 2
    assert facts(stage)[0] == (0, "opened")


def test_evenly_those_are_asked_again_first_who_had_no_repeat_for_longest() -> None:
    people = queue(seat(ANN, first_at=1), seat(BOB, first_at=7, again_at=30), seat(EVE, first_at=7, again_at=20))
    stage = customer(rules(), people)
    assert [user for _, _, user in played(stage, 360)] == [ANN, EVE, BOB, ANN, EVE, BOB, ANN]
    assert [each["params"] for each in reasons(stage)[:3]] == [{"since": 1}, {"since": 20}, {"since": 30}]


def test_who_was_never_asked_comes_first_and_it_is_said_so() -> None:
    stage = customer(rules(), queue(seat(ANN), seat(BOB)))
    played(stage, 60)
    assert [(each["code"], each["params"]) for each in reasons(stage)] == [
        ("longest_without_new", {"since": None}),
        ("longest_without_repeat", {"since": None}),
    ]


def test_several_who_wait_are_shared_out_evenly_even_at_one_instant() -> None:
    line = rules()
    people = queue(seat(ANN, first_at=START + 10), seat(BOB, first_at=5), seat(EVE))
    others = [waiting(number, line, ago=30 - number) for number in (1, 2, 3)]
    stage = customer(line, people, others)
    assert played(stage, 0) == [(0, "queue", EVE)]
    assert [each.c.offered_to for each in others] == [EVE, BOB, ANN]
    assert reasons(stage)[0]["params"] == {"since": START + 11}, "after everybody's last one"


def test_two_who_are_asked_again_at_one_instant_are_asked_in_that_order_the_next_time() -> None:
    line = rules()
    stage = customer(line, queue(seat(ANN), seat(BOB), seat(EVE)), [waiting(1, line, ago=30)])
    assert [user for _, _, user in played(stage, 120)] == [BOB, ANN, EVE], "the other one: Ann, Bob, Eve"
    assert [user for _, _, user in played(stage, 180)][3:] == [ANN], "Bob, before her the last time, has the other one"


def test_where_the_least_busy_is_asked_it_counts_what_each_has_in_hand() -> None:
    stage = customer(rules(mode="least_busy"), queue(seat(ANN, counted=2), seat(BOB, counted=1)))
    assert played(stage, 0) == [(0, "queue", BOB)]
    assert reasons(stage) == [{"code": "fewest", "params": {"counted": 1}}]


def test_an_offer_to_everyone_names_nobody_and_is_made_again_round_by_round() -> None:
    people = queue(seat(ANN), seat(BOB))
    stage = customer(rules(mode="everyone"), people)
    assert played(stage, 120) == [(second, "everyone", None) for second in (0, 60, 120)]
    assert [each for each in facts(stage) if each[1] == "round_over"] == [(60, "round_over"), (120, "round_over")]
    assert [(each.first_at, each.counted) for each in people] == [(0, 0), (0, 0)], "it is nobody's turn"


def test_it_is_said_who_was_passed_over_and_why() -> None:
    people = queue(
        seat(ANN, person=Person(presence="pause")), seat(BOB, counted=1), seat(ZED, open_count=GLOBAL_CAP), seat(EVE)
    )
    stage = customer(rules(mode="strictly", limit=1), people)
    played(stage, 0)
    assert reasons(stage) == [{"code": "only_one", "skipped": [[ANN, "pause"], [BOB, "at_limit"], [ZED, "at_limit"]]}]
    again = customer(rules(mode="strictly"), queue(seat(ANN), seat(BOB)))
    played(again, 60)
    assert reasons(again)[1] == {"code": "next_in_order", "skipped": [[ANN, "tried"]]}


# --- the customer's own operator ------------------------------------------------------------------------------


def test_his_own_operator_is_asked_first_and_then_the_queue_as_if_nobody_had_been() -> None:
    stage = customer(rules(own_time=30), queue(seat(ANN), seat(BOB)), wanted_id=ANN)
    assert played(stage, 90) == [(0, "own", ANN), (30, "queue", ANN), (90, "queue", BOB)]
    assert reasons(stage)[0] == {"code": "own_operator"}


def test_his_own_operator_need_not_be_of_the_queue_and_is_asked_by_name_only() -> None:
    stage = customer(rules(own_time=30), queue(seat(ANN), seat(ZED, member=False)), wanted_id=ZED)
    assert [(how, user) for _, how, user in played(stage, 150)] == [("own", ZED), *[("queue", ANN)] * 3]


@pytest.mark.parametrize("own", [seat(ZED, member=False, person=AWAY), seat(ZED, member=False, counted=1), seat(EVE)])
def test_an_own_operator_who_cannot_take_it_or_is_unknown_is_not_asked(own: Seat) -> None:
    stage = customer(rules(limit=1), queue(seat(ANN), own), wanted_id=ZED)
    assert played(stage, 0) == [(0, "queue", ANN)]


def test_who_is_wished_for_may_be_free_when_nobody_of_the_queue_is() -> None:
    line = rules(own_time=30)
    people = queue(seat(ANN, person=AWAY), seat(ZED, member=False))
    stage = customer(line, people, [waiting(1, line, ago=30)], wanted_id=ZED)
    assert played(stage) == [(0, "own", ZED), (30, "waits", "nobody_available")]


# --- nobody can take it ---------------------------------------------------------------------------------------


def test_the_customer_waits_until_somebody_comes() -> None:
    stage = customer(rules(), queue(seat(ANN, person=back_at(100)), seat(BOB, person=back_at(130))))
    assert played(stage, 120) == [(0, "waits", "nobody_available"), (100, "queue", ANN)]
    assert not customer(rules(), queue(seat(ANN, person=back_at(100)))).somebody


@pytest.mark.parametrize(
    ("people", "why"),
    [
        ([], "queue_empty"),
        ([seat(ZED, member=False)], "queue_empty"),
        ([seat(ANN, person=AWAY)], "nobody_available"),
        ([seat(ANN, person=AWAY), seat(BOB, counted=1)], "all_at_limit"),
    ],
)
@pytest.mark.parametrize("mode", ["evenly", "everyone"])
def test_it_is_said_once_why_nobody_can_take_it(people: list[Seat], why: str, mode: str) -> None:
    stage = customer(rules(limit=1, mode=mode), queue(*people))
    assert stage.play(LONG, most=1000) == "waits"
    assert story(stage) == [(0, "waits", why)]
    assert facts(stage)[-1] == (180, "unanswered")
    assert stage.somebody == (why == "all_at_limit"), "the busy are not away"


@pytest.mark.parametrize(
    "comes", [seat(BOB, person=back_at(100), counted=1), seat(ZED, person=back_at(100), member=False)]
)
def test_somebody_who_can_take_nothing_more_or_is_not_of_the_queue_may_come_and_nothing_changes(comes: Seat) -> None:
    stage = customer(rules(limit=1), queue(seat(ANN, person=AWAY), comes))
    assert played(stage) == [(0, "waits", "nobody_available")]


def test_who_waits_longer_or_is_more_important_is_served_first() -> None:
    line = rules(limit=1)
    first = customer(line, queue(seat(ANN)), [waiting(1, line, ago=30)])
    assert played(first, 0) == [(0, "waits", "all_at_limit")]
    assert first.others[0].c.offered_to == ANN
    later = waiting(1, rules(priority=-1), ago=30)
    assert played(customer(line, queue(seat(ANN)), [later]), 0) == [(0, "queue", ANN)]


def test_whoever_comes_back_into_an_old_conversation_waits_since_now() -> None:
    line = rules(limit=1, reopen_window=3600)
    before = START - 1000 * SECOND
    old, _ = wrote(OURS, line, before)
    for each in (i.Intercepted(EVE), i.Wrote(EVE), i.FinishedNow(EVE)):
        old, _ = step(old, each, now=before, rules=line)
    stage = Stage(line, queue(seat(ANN)), [waiting(1, line, ago=30)], START)
    stage.enter(old, ())
    assert stage.give(i.CustomerWrote(holder_unavailable="offline")).state == "waiting"
    assert played(stage, 0) == [(0, "waits", "all_at_limit")]


@pytest.mark.parametrize("ahead", [0, 2, 45])
def test_he_hears_his_place_among_those_who_still_wait(ahead: int) -> None:
    line = rules(place_on=True, limit=1)
    others = [waiting(number, line, ago=100 - number) for number in range(ahead)]
    full = customer(line, queue(seat(ANN, counted=1)), others)
    assert played(full, 0) == [(0, "says", "place"), (0, "waits", "all_at_limit")]
    assert ours(full).place_said == ahead + 1
    if ahead:
        free = customer(line, queue(seat(ANN)), [waiting(number, line, ago=100 - number) for number in range(ahead)])
        played(free, 0)
        assert ours(free).place_said == ahead, "one of them is being served"


# --- people come and go ---------------------------------------------------------------------------------------


def test_who_leaves_is_asked_no_longer() -> None:
    stage = customer(rules(), queue(seat(ANN, person=gone_at(30)), seat(BOB), seat(EVE, person=AWAY)))
    assert played(stage, 90) == [(0, "queue", ANN), (30, "queue", BOB), (90, "queue", BOB)]
    assert (30, Fact("returned", {"why": "absent", "from": ANN})) in seconds(stage)
    assert stage.seats[ANN].counted == 0


def test_where_availability_is_not_checked_only_the_account_counts() -> None:
    line = rules(mode="strictly", check_availability=False)
    people = queue(seat(EVE, person=Person(active=False)), seat(ANN, person=gone_at(30)), seat(BOB, person=AWAY))
    stage = customer(line, people)
    assert played(stage, 60) == [(0, "queue", ANN), (60, "queue", BOB)]
    assert (stage.why_not(EVE), stage.why_not(ANN)) == ("inactive", None)


def test_why_somebody_can_take_nothing_now() -> None:
    people = [seat(ANN), seat(BOB, counted=1), seat(EVE, person=AWAY), seat(ZED, person=Person(presence="pause"))]
    stage = Stage(rules(limit=1), queue(*people), (), START)
    assert [stage.why_not(user) for user in (ANN, BOB, EVE, ZED)] == [None, "full", "offline", "pause"]
    assert (stage.why_not(None), stage.why_not(99)) == (None, None)


def transferred(number: int, line: Rules, to: Seat, *, ago: float) -> Case:
    """Another customer's conversation, that Bob has passed on and that has to be accepted."""
    at = START - int(ago * SECOND)
    c, _ = wrote(number, line, at)
    for each in (i.Intercepted(BOB), i.Transferred(BOB, to_user=to.user_id)):
        c, _ = step(c, each, now=at, rules=line)
    to.counted += 1
    to.open_count += 1
    return Case(c, line)


def test_who_lets_a_transfer_pass_has_room_for_whoever_waits() -> None:
    line = rules(limit=1, transfer_must_accept=True)
    people = queue(seat(ANN), seat(BOB, person=AWAY))
    stage = customer(line, people, [transferred(1, line, people[0], ago=40)])
    assert played(stage, 30) == [(0, "waits", "all_at_limit"), (20, "queue", ANN)]
    assert stage.others[0].c.operator_id == BOB, "back to its sender"
    assert [(each.counted, each.open_count) for each in people] == [(1, 1), (1, 1)]


def test_room_of_somebody_outside_the_queue_is_no_use_to_it() -> None:
    line = rules(limit=1, transfer_must_accept=True)
    people = queue(seat(ANN, person=AWAY), seat(BOB, person=AWAY), seat(ZED, member=False))
    stage = customer(line, people, [transferred(1, line, people[2], ago=40)])
    assert played(stage) == [(0, "waits", "nobody_available")]


def test_a_transfer_goes_back_when_who_was_asked_leaves() -> None:
    line = rules(transfer_must_accept=True)
    people = queue(seat(ANN, person=gone_at(10)), seat(BOB, person=AWAY))
    stage = customer(line, people, [transferred(1, line, people[0], ago=40)])
    assert played(stage, 15) == [(0, "queue", ANN), (10, "waits", "nobody_available")]
    assert (stage.others[0].c.state, stage.others[0].c.operator_id) == ("active", BOB)


# --- what each has in hand --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "offered", "first", "customers", "later", "asleep"),
    [("unanswered", 1, 1, 0, 0, 0), ("not_replied", 1, 1, 0, 1, 0), ("open", 1, 1, 1, 1, 1)],
)
def test_what_counts_is_the_table_of_capacity(
    rule: str, offered: int, first: int, customers: int, later: int, asleep: int
) -> None:
    stage = customer(rules(counting=rule, close_text=TEXT), queue(seat(ANN, counted=3)))
    played(stage, 0)
    found = [stage.seats[ANN].counted - 3]
    sleeps = i.Snoozed(ANN, START + DAY)
    for each in (i.Accepted(ANN), i.Wrote(ANN), i.CustomerWrote(), sleeps, i.Finished(ANN), i.FinishedNow(ANN)):
        stage.give(each)
        found.append(stage.seats[ANN].counted - 3)
    assert found == [offered, first, customers, later, asleep, 0, 0]
    assert stage.seats[ANN].open_count == 0


# --- the line ---------------------------------------------------------------------------------------------------


def test_settings_on_trial_hold_for_those_too_who_compete() -> None:
    stored, tried = rules(limit=1), rules(limit=1, mode="everyone")
    ann = seat(ANN)
    other = asked(1, stored, ann, ago=10)
    other.rules = tried
    stage = customer(tried, [ann], [other])
    assert played(stage, 0) == [(0, "everyone", None)]
    assert (other.c.offer, ann.counted) == ("everyone", 0), "asked by name no more"


def test_who_was_asked_though_he_is_away_is_not_where_availability_is_checked_on_trial() -> None:
    tried = rules(limit=1)
    people = queue(seat(ANN, person=AWAY), seat(BOB))
    other = asked(1, rules(limit=1, check_availability=False), people[0], ago=10)
    other.rules = tried
    assert played(customer(tried, people, [other]), 0) == [(0, "waits", "all_at_limit")]
    assert (other.c.offered_to, people[0].counted, people[1].counted) == (BOB, 0, 1)


def test_who_is_held_is_served_at_once_where_hours_are_off_on_trial() -> None:
    stored, tried = rules(hours_on=True, off_hours="hold", limit=1), rules(limit=1)
    night = START - 2 * HOUR
    other = Case(wrote(1, stored, night - SECOND)[0], tried)
    stage = customer(tried, queue(seat(ANN)), [other], at=night)
    assert [each[1:] for each in played(stage, -2 * 3600)] == [("waits", "all_at_limit")]
    assert other.c.offered_to == ANN


def test_a_line_that_is_off_asks_nobody() -> None:
    stage = customer(rules(active=False), queue(seat(ANN, person=back_at(50))))
    assert stage.play(LONG, most=100) == "waits"
    assert (story(stage), ours(stage).state) == ([], "waiting")


def test_a_line_that_holds_asks_when_it_opens_and_those_first_who_wait_since_yesterday() -> None:
    line = rules(hours_on=True, off_hours="hold", limit=1)
    stage = customer(line, queue(seat(ANN)), at=START - HOUR)
    assert stage.play(LONG, most=1000, pause=frozenset(["offered"])) == "later"
    assert (stage.now, story(stage)) == (START, [(0, "queue", ANN)])
    behind = customer(line, queue(seat(ANN)), [waiting(1, line, ago=15.5 * 3600)], at=START - HOUR)
    assert played(behind, 30) == [(0, "waits", "all_at_limit")]


@pytest.mark.parametrize(("off_hours", "at"), [("offer", 9.5 * 3600), ("hold", 24 * 3600), ("collect", 24 * 3600)])
def test_who_still_waits_when_the_line_closes_is_held_until_it_opens(off_hours: str, at: float) -> None:
    people = queue(seat(ANN, person=back_at(9.5 * 3600)))
    stage = customer(rules(hours_on=True, off_hours=off_hours), people, at=START + 9 * HOUR - 60 * SECOND)
    assert played(stage, at) == [(9 * 3600 - 60, "waits", "nobody_available"), (at, "queue", ANN)]


# --- how far it goes --------------------------------------------------------------------------------------------


def test_it_goes_up_to_a_moment_and_may_go_on_from_there() -> None:
    stage = customer(rules(mode="strictly"), queue(seat(ANN), seat(BOB)))
    assert stage.play(START + 60 * SECOND - 1, most=100) == "later"
    assert (stage.now, story(stage)) == (START, [(0, "queue", ANN)])
    assert stage.play(START + 60 * SECOND, most=100) == "later"
    assert story(stage) == [(0, "queue", ANN), (60, "queue", BOB)]


def test_it_stops_after_so_many_wake_ups() -> None:
    stage = customer(rules(), queue(seat(ANN)))
    assert stage.play(LONG, most=2, endless=True) == "long"
    assert story(stage) == [(0, "queue", ANN), (60, "queue", ANN), (120, "queue", ANN)]
    assert stage.wakes == 2


def test_what_only_repeats_is_played_once_up_to_what_else_there_is() -> None:
    stage = customer(rules(mode="strictly", no_answer_time=600, escalate_after=900), queue(seat(ANN), seat(BOB)))
    assert stage.play(LONG, most=1000) == "again"
    assert [each[0] for each in story(stage)] == [0, 60, 120, 600, 900], "then from one event to the next"
    assert [each for each in facts(stage) if each[1] in ("unanswered", "escalated")] == [
        (600, "unanswered"),
        (900, "escalated"),
    ]
    assert stage.play(START + HOUR, most=1000, endless=True) == "later"
    assert story(stage)[-1][0] == 3600


def test_waiting_for_the_morning_only_repeats_too() -> None:
    late = START + 9 * HOUR - 120 * SECOND
    line = rules(hours_on=True, off_hours="hold", no_answer_time=120)
    stage = customer(line, queue(seat(ANN)), at=late)
    assert stage.play(LONG, most=1000) == "again"
    assert (stage.now, ours(stage).state) == (START + 9 * HOUR, "waiting")


@pytest.mark.parametrize(("delay", "closes"), [(600, 600), (0, 0)])
def test_who_is_answered_and_finished_hears_the_last_words_and_then_it_is_over(delay: int, closes: int) -> None:
    stage = customer(rules(close_text=TEXT, full_close_delay=delay), queue(seat(ANN)))
    assert stage.play(LONG, most=100, pause=frozenset(["offered"])) == "later"
    for each in (i.Accepted(ANN), i.Wrote(ANN)):
        stage.give(each)
    assert stage.give(i.Finished(ANN)).finished_at == START
    assert stage.play(LONG, most=100) == "closed"
    assert story(stage) == [(0, "queue", ANN), (5, "says", "close")]
    assert facts(stage)[-1] == (closes, "closed")
    assert (stage.seats[ANN].counted, stage.seats[ANN].open_count) == (0, 0)


def test_a_copy_is_another_course_of_events() -> None:
    line = rules(mode="strictly", limit=1)
    stage = customer(line, queue(seat(ANN), seat(BOB), seat(EVE)), [waiting(1, line, ago=30)])
    assert played(stage, 0) == [(0, "queue", BOB)]
    with_others, alone = stage.copy(), stage.copy(alone=True)
    with_others.give(i.Accepted(BOB))
    assert (ours(with_others).state, len(with_others.others), alone.others) == ("active", 1, [])
    assert played(with_others, 120) == []
    assert (ours(stage).state, stage.seats[BOB].open_count, story(stage)) == ("offered", 1, [(0, "queue", BOB)])
    assert stage.others[0].c.offered_to == ANN
    assert played(alone, 60) == [(60, "queue", EVE)], "Bob was asked already, Ann has the other one in hand"
    assert played(stage, 60) == [(0, "queue", BOB), (60, "queue", ANN)], "Bob has the other one now"


def test_before_anybody_has_written_nothing_can_be_done() -> None:
    stage = Stage(rules(), queue(seat(ANN)), (), START)
    for act in (stage.copy, lambda: stage.give(i.Accepted(ANN)), lambda: stage.play(LONG, most=9)):
        with pytest.raises(ValueError, match="nobody has written yet"):
            act()
