"""Who is asked next, why, and in which order those who wait are served."""

from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlines.core import inputs as i
from openlines.core.capacity import has_room
from openlines.core.line import DAY, MINUTE, LineSettings, Mode
from openlines.core.routing import (
    Candidate,
    Choice,
    Chosen,
    Nobody,
    Reason,
    Skipped,
    Waiting,
    choose,
    choose_wanted,
    held,
    next_stamp,
    owns_still,
    pick_order,
    why_wanted,
)
from tests.core.cases import BOB, BOT, Story
from tests.core.oracle import choose_among_all, read_from_index

A, B, C, D = 1, 2, 3, 4
NOW = 1_800_000_000_000_000


def seat(user_id: int, **facts: object) -> Candidate:
    """Somebody free, in the order of his id; `offline` and `full` say what is wrong."""
    plain = Candidate(user_id, position=user_id, first_at=0, again_at=0, counted=0, present=1, eligible=1)
    return plain._replace(**facts)  # type: ignore[arg-type]


def offline(user_id: int, why: str = "offline", **facts: object) -> Candidate:
    return seat(user_id, present=0, eligible=0, unavailable=why, **facts)


def full(user_id: int, **facts: object) -> Candidate:
    return seat(user_id, eligible=0, **facts)


def tried(user_id: int, **facts: object) -> Candidate:
    return seat(user_id, tried=True, **facts)


# ---------------------------------------------------------------- evenly


def test_evenly_takes_who_has_had_no_new_one_for_longest() -> None:
    choice = choose("evenly", [seat(A, first_at=30), seat(B, first_at=10), seat(C, first_at=20)], first=True)
    assert choice == Choice(B, Reason("longest_without_new", {"since": 10}))


def test_evenly_begins_with_the_order_of_the_queue() -> None:
    choice = choose("evenly", [seat(B), seat(A)], first=True)
    assert (choice.user_id, choice.reason) == (A, Reason("longest_without_new", {"since": None}))


def test_evenly_looks_at_the_stamp_of_repeats_when_it_offers_again() -> None:
    seats = [tried(A), seat(B, first_at=1, again_at=30), seat(C, first_at=9, again_at=20)]
    choice = choose("evenly", seats, first=False, last=A)
    assert (choice.user_id, choice.reason) == (C, Reason("longest_without_repeat", {"since": 20}))
    assert not choice.new_round


def test_two_seats_in_one_place_are_told_apart_by_the_person() -> None:
    assert choose("evenly", [seat(B, position=7), seat(A, position=7)], first=True).user_id == A
    assert choose("strictly", [seat(B, position=7), seat(A, position=7)], first=True).user_id == A
    assert choose("least_busy", [seat(B, position=7), seat(A, position=7)], first=True).user_id == A


# ---------------------------------------------------------------- strictly, fewest


def test_strictly_takes_the_next_in_order_whatever_the_stamps() -> None:
    seats = [seat(B, first_at=1), seat(A, first_at=9), seat(C)]
    choice = choose("strictly", seats, first=True)
    assert (choice.user_id, choice.reason) == (A, Reason("next_in_order"))
    assert choose("strictly", [tried(A), seat(B), seat(C)], first=False, last=A).user_id == B


def test_fewest_then_evenly() -> None:
    seats = [seat(A, counted=2), seat(B, counted=1, first_at=9), seat(C, counted=1, first_at=5)]
    choice = choose("least_busy", seats, first=True)
    assert (choice.user_id, choice.reason) == (C, Reason("fewest", {"counted": 1}))
    again = choose("least_busy", [seat(A, first_at=5, again_at=1), seat(B, first_at=1, again_at=5)], first=False)
    assert again.user_id == B  # the stamp of repeats is evenly's own


# ---------------------------------------------------------------- rounds


@pytest.mark.parametrize("mode", ["evenly", "strictly", "least_busy"])
def test_when_all_were_asked_a_new_round_begins(mode: Mode) -> None:
    seats = [tried(A, again_at=30), tried(B, again_at=10, first_at=1, counted=1), tried(C, again_at=20, first_at=1)]
    choice = choose(mode, seats, first=False, last=C)
    assert choice.new_round
    assert choice.reason == Reason("round_again")
    assert choice.user_id == {"evenly": B, "strictly": A, "least_busy": A}[mode]


@pytest.mark.parametrize("mode", ["evenly", "strictly", "least_busy"])
def test_a_new_round_does_not_begin_with_who_has_just_let_it_pass(mode: Mode) -> None:
    choice = choose(mode, [tried(A), tried(B, first_at=5, again_at=5, counted=5)], first=False, last=A)
    assert (choice.user_id, choice.new_round) == (B, True)
    assert choice.skipped == ((A, "just_asked"),)


@pytest.mark.parametrize("mode", ["evenly", "strictly", "least_busy"])
def test_alone_he_keeps_it_in_a_new_round_each_time(mode: Mode) -> None:
    choice = choose(mode, [tried(A), offline(B)], first=False, last=A)
    assert (choice.user_id, choice.new_round, choice.reason) == (A, True, Reason("only_one"))


def test_the_only_one_is_told_so_from_the_start() -> None:
    choice = choose("evenly", [seat(A), full(B)], first=True)
    assert (choice.reason, choice.new_round) == (Reason("only_one"), False)


def test_the_last_untried_is_not_the_only_one() -> None:
    choice = choose("strictly", [tried(A), seat(B)], first=False, last=A)
    assert (choice.user_id, choice.reason, choice.new_round) == (B, Reason("next_in_order"), False)


def test_somebody_who_was_asked_and_has_gone_keeps_no_round_open() -> None:
    choice = choose("strictly", [tried(A), offline(B), tried(C)], first=False, last=C)
    assert (choice.user_id, choice.new_round) == (A, True)


@pytest.mark.parametrize("mode", ["evenly", "strictly", "least_busy"])
def test_those_who_were_skipped_are_named_in_the_order_of_the_queue(mode: Mode) -> None:
    choice = choose(mode, [seat(D), offline(C), full(A), offline(B, "pause")], first=True)
    assert (choice.user_id, choice.skipped) == (D, ((A, "at_limit"), (B, "pause"), (C, "offline")))


# ---------------------------------------------------------------- everyone


def test_everyone_names_nobody() -> None:
    choice = choose("everyone", [seat(A), seat(B), offline(C)], first=True)
    assert choice == Choice(None, Reason("everyone"), everyone=True, skipped=((C, "offline"),))


def test_everyone_goes_on_while_somebody_has_not_declined() -> None:
    choice = choose("everyone", [seat(A, declined=True), seat(B)], first=False)
    assert choice.everyone
    assert not choice.new_round  # the timer ends the round, not the choice
    assert choice.skipped == ((A, "declined"),)


def test_everyone_waits_when_all_have_declined() -> None:
    choice = choose("everyone", [seat(A, declined=True), seat(B, declined=True), offline(C)], first=False)
    assert (choice.everyone, choice.user_id, choice.reason) == (False, None, Reason("all_declined"))
    assert choice.skipped == ((A, "declined"), (B, "declined"), (C, "offline"))


# ---------------------------------------------------------------- nobody


@pytest.mark.parametrize("mode", ["evenly", "strictly", "least_busy", "everyone"])
def test_why_nobody_can_be_asked(mode: Mode) -> None:
    def code(*seats: Candidate, members: int | None = None, somebody: bool | None = None) -> str:
        choice = choose(mode, seats, first=True, members=members, somebody=somebody)
        assert choice.user_id is None
        assert not choice.everyone
        assert not choice.new_round
        return choice.reason.code

    assert code() == "queue_empty"
    assert code(offline(A), offline(B)) == "nobody_available"
    assert code(offline(A), full(B)) == "all_at_limit"
    # What the candidates do not show, the caller says.
    assert code(members=0) == "queue_empty"
    assert code(members=9, somebody=False) == "nobody_available"
    assert code(members=9, somebody=True) == "all_at_limit"
    assert code(offline(A), members=9, somebody=True) == "all_at_limit"
    assert code(full(A), somebody=False) == "nobody_available"


def test_who_could_not_be_asked_is_named_in_the_order_of_the_queue() -> None:
    choice = choose("evenly", [full(C), offline(A, "pause"), offline(B, "absent")], first=True)
    assert choice.skipped == ((A, "pause"), (B, "absent"), (C, "at_limit"))


# ---------------------------------------------------------------- the explanation


def test_those_who_would_have_come_before_are_named_with_the_reason() -> None:
    seats = [
        seat(9, first_at=50),
        offline(A, "pause", first_at=10),
        full(B, first_at=20),
        tried(C, first_at=30),
        offline(D, "offline", first_at=60),  # behind the chosen: no word about him
    ]
    choice = choose("evenly", seats, first=True)
    assert choice.user_id == 9
    assert choice.skipped == ((A, "pause"), (B, "at_limit"), (C, "tried"))
    assert choice.rest == {}


def test_five_are_named_and_the_rest_is_counted() -> None:
    seats = [offline(user, "pause" if user % 2 else "absent") for user in range(1, 9)]
    choice = choose("strictly", [*seats, seat(20)], first=True)
    assert [user for user, _ in choice.skipped] == [1, 2, 3, 4, 5]
    assert choice.rest == {"absent": 2, "pause": 1}


def test_a_reason_nobody_recorded_is_offline() -> None:
    assert choose("strictly", [offline(A)._replace(unavailable=None), seat(B)], first=True).skipped == ((A, "offline"),)


def test_the_stored_form_leaves_out_what_is_empty() -> None:
    assert choose("strictly", [seat(A), seat(B)], first=True).explained() == {"code": "next_in_order"}
    seats = [*(offline(user) for user in range(1, 8)), seat(8, first_at=4), seat(9, first_at=6)]
    assert choose("evenly", seats, first=True).explained() == {
        "code": "longest_without_new",
        "params": {"since": 4},
        "skipped": [[1, "offline"], [2, "offline"], [3, "offline"], [4, "offline"], [5, "offline"]],
        "rest": {"offline": 2},
    }


# ---------------------------------------------------------------- before the queue


def test_the_customers_own_operator_is_asked_first_if_he_can() -> None:
    why = Reason("own_operator", {"at": 5})
    assert choose_wanted(seat(A), why) == Choice(A, why)
    assert choose_wanted(None, why) is None
    assert choose_wanted(offline(A), why) is None
    assert choose_wanted(full(A), why) is None
    assert choose_wanted(tried(A), why) is None


def test_who_is_asked_by_name_was_named_by_the_bot_that_handed_over_or_is_the_customers_own() -> None:
    assert why_wanted(Story(wanted_id=BOB).c) == Reason("own_operator")
    handed = Story(bot_id=BOT).give(i.BotHandedOver(to_user=BOB)).c
    assert (handed.wanted_id, why_wanted(handed)) == (BOB, Reason("asked_for"))


def test_a_customer_comes_back_to_his_operator_within_the_days_of_the_line() -> None:
    line = LineSettings(own_days=3)
    assert owns_still(line, NOW - 3 * DAY, NOW)
    assert not owns_still(line, NOW - 3 * DAY - 1, NOW)
    assert not owns_still(line, None, NOW)
    assert not owns_still(LineSettings(own_days=0), NOW, NOW)
    assert owns_still(LineSettings(own_days=1), NOW - DAY, NOW)


def test_a_line_that_is_off_or_holds_until_it_opens_offers_nothing() -> None:
    hold = LineSettings(hours_on=True, off_hours="hold")
    assert held(hold, active=False, open_now=True) == Reason("line_off")
    assert held(hold, active=True, open_now=False, opens_at=7) == Reason("held_until_opening", {"opens_at": 7})
    assert held(hold, active=True, open_now=True) is None
    assert held(LineSettings(hours_on=True, off_hours="collect"), active=True, open_now=False) is not None
    assert held(LineSettings(hours_on=True, off_hours="offer"), active=True, open_now=False) is None
    assert held(LineSettings(hours_on=False, off_hours="hold"), active=True, open_now=False) is None


# ---------------------------------------------------------------- which conversation is next


def served(*waiting: Waiting) -> list[int]:
    return [each.conversation_id for each in pick_order(waiting)]


def test_the_highest_class_is_served_first_then_the_longest_wait() -> None:
    assert served(Waiting(1, 0, NOW - 50), Waiting(2, 1, NOW - 10), Waiting(3, 0, NOW - 60)) == [2, 3, 1]
    assert served(Waiting(2, 0, NOW), Waiting(1, 0, NOW)) == [1, 2]


def test_ten_minutes_of_waiting_are_worth_one_class() -> None:
    assert served(Waiting(1, 1, NOW), Waiting(2, 0, NOW - 10 * MINUTE + 1)) == [1, 2]
    assert served(Waiting(1, 1, NOW), Waiting(2, 0, NOW - 10 * MINUTE - 1)) == [2, 1]


def test_nothing_starves_behind_more_important_ones_that_keep_coming() -> None:
    old = Waiting(1, -10, NOW - 201 * MINUTE)
    assert served(Waiting(2, 10, NOW), old) == [1, 2]


waits = st.builds(Waiting, st.integers(1, 99), st.integers(-10, 10), st.integers(NOW - 5 * 60 * MINUTE, NOW))


@given(st.lists(waits, min_size=1, max_size=12, unique_by=lambda each: each.conversation_id))
def test_the_first_of_each_priority_are_enough_to_find_the_next(waiting: list[Waiting]) -> None:
    by_wait = sorted(waiting, key=lambda each: (each.since, each.conversation_id))
    heads = list({each.priority: each for each in reversed(by_wait)}.values())
    assert pick_order(heads)[0] == pick_order(waiting)[0]


# ---------------------------------------------------------------- whatever the line

MODES = st.sampled_from(["evenly", "strictly", "least_busy"])


@st.composite
def lines(draw: st.DrawFn) -> list[Candidate]:
    limit = draw(st.integers(0, 3))
    seats = []
    for user_id in draw(st.lists(st.integers(1, 40), unique=True, max_size=12)):
        counted, present = draw(st.integers(0, 4)), draw(st.booleans())
        seats.append(
            Candidate(
                user_id,
                position=draw(st.integers(0, 5)),
                first_at=draw(st.integers(0, 5)),
                again_at=draw(st.integers(0, 5)),
                counted=counted,
                present=int(present),
                eligible=int(present and has_room(counted, limit, counted)),
                unavailable=None if present else draw(st.sampled_from(["pause", "offline"])),
                tried=draw(st.booleans()),
            )
        )
    return seats


@given(MODES, lines(), st.booleans(), st.integers(1, 40))
def test_the_choice_is_that_of_the_plain_rule_over_all_members(
    mode: Mode, seats: list[Candidate], first: bool, last: int
) -> None:
    if first:
        seats = [each._replace(tried=False) for each in seats]
    choice = choose(mode, seats, first=first, last=last)
    assert (choice.user_id, choice.new_round) == choose_among_all(mode, seats, first=first, last=last)
    assert choice.reason.code in get_args(Chosen if choice.user_id else Nobody)
    by_id = {each.user_id: each for each in seats}
    for user_id, why in choice.skipped:
        assert not by_id[user_id].eligible or by_id[user_id].tried
        assert why in (*get_args(Skipped), "pause", "offline")


@given(MODES, lines(), st.booleans(), st.data())
def test_a_few_candidates_of_an_index_decide_like_all_members(
    mode: Mode, seats: list[Candidate], first: bool, data: st.DataObject
) -> None:
    if first:
        seats = [each._replace(tried=False) for each in seats]
    asked = [each.user_id for each in seats if each.tried]
    last = data.draw(st.sampled_from(asked)) if asked else None
    of_all = choose(mode, seats, first=first, last=last)
    of_few = choose(
        mode,
        read_from_index(mode, seats, first=first),
        first=first,
        last=last,
        members=len(seats),
        somebody=any(each.present for each in seats),
    )
    assert of_few[:4] == of_all[:4]


@given(st.integers(2, 6), st.lists(st.integers(0, 3), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_first_offers_differ_by_one_at_the_most(people: int, pauses: list[int], shuffle: object) -> None:
    """Evenly, whatever the rhythm (0: several offers at one instant) and the order of reading."""
    seats = {user: seat(user, position=user % 3) for user in range(1, people + 1)}
    offers = dict.fromkeys(seats, 0)
    now = NOW
    for pause in pauses:
        now += pause
        line = list(seats.values())
        shuffle.shuffle(line)  # type: ignore[attr-defined]
        chosen = choose("evenly", line, first=True).user_id
        assert chosen is not None
        offers[chosen] += 1
        newest = max(each.first_at for each in seats.values())
        seats[chosen] = seats[chosen]._replace(first_at=next_stamp(now, newest))
        assert max(offers.values()) - min(offers.values()) <= 1


def test_a_stamp_is_the_time_but_always_later_than_every_other() -> None:
    assert next_stamp(NOW, 0) == NOW
    assert next_stamp(NOW, NOW) == NOW + 1
    assert next_stamp(NOW, NOW + 5) == NOW + 6


@given(MODES, st.integers(1, 6), st.integers(1, 4))
def test_round_after_round_everybody_is_asked_once(mode: Mode, people: int, rounds: int) -> None:
    """A conversation that nobody accepts."""
    seats = {user: seat(user) for user in range(1, people + 1)}
    asked: list[int] = []
    for offer in range(people * rounds):
        choice = choose(mode, list(seats.values()), first=not asked, last=asked[-1] if asked else None)
        user = choice.user_id
        assert user is not None
        assert choice.new_round == (offer > 0 and offer % people == 0)
        if choice.new_round:
            seats = {each: facts._replace(tried=False) for each, facts in seats.items()}
        seats[user] = seats[user]._replace(tried=True, again_at=NOW + offer if asked else 0)
        asked.append(user)
    for start in range(0, len(asked), people):
        assert sorted(asked[start : start + people]) == sorted(seats)
    if people > 1:
        assert all(one != next_ for one, next_ in pairwise(asked))
