"""The rest of the worked examples, and what the rules say of reopening, own operators, transfers, lines off."""

from typing import Any

import pytest

from openlines.core.state import Refused
from openlines.services import handle, presence, react
from openlines.services.access import Actor
from openlines.services.errors import Conflict, NotFound
from openlines.store import events
from tests.services.portal import Portal

CLOSE: dict[str, Any] = {"close_text": {"en": "Goodbye"}, "rating": "like", "full_close_delay": 600}


def test_e4_a_reply_frees_a_slot_and_the_longest_waiting_is_offered_at_once(house: Portal) -> None:
    a = house.operator("A")
    channel = house.channel(house.line(a, limit=2, counting="not_replied"))
    first, second, third = (house.writes(channel, name).conversation_id for name in ("one", "two", "three"))
    assert house.offered_to(first) == house.offered_to(second) == a.user_id
    assert house.conversation(third).state == "waiting"
    house.replies(a, first)
    assert house.offered_to(third) == a.user_id


def test_e4_words_to_an_answered_conversation_count_again_and_nothing_is_taken_away(house: Portal) -> None:
    a = house.operator("A")
    channel = house.channel(house.line(a, limit=2, counting="not_replied"))
    first, second = (house.writes(channel, name).conversation_id for name in ("one", "two"))
    house.replies(a, second)
    third = house.writes(channel, "three").conversation_id
    assert house.offered_to(third) == a.user_id
    house.writes(channel, "two", "are you there?")
    assert house.conversation(second).operator_id == a.user_id
    house.writes(channel, "four")
    assert house.conversation(first).state == "offered"
    waiting = [c for c in house.all() if c.state == "waiting"]
    assert len(waiting) == 1
    house.replies(a, second)
    assert house.conversation(waiting[0].id).state == "waiting"  # still two whose first reply is due
    house.replies(a, first)
    assert house.offered_to(waiting[0].id) == a.user_id


def test_e5_last_words_wait_five_seconds_and_a_digit_rates(house: Portal) -> None:
    a = house.operator("A")
    channel = house.channel(house.line(a, **CLOSE), kind="telegram")
    one = house.writes(channel, "one").conversation_id
    house.replies(a, one)
    house.acts(handle.finish, a, one)
    assert house.conversation(one).state == "closing"
    house.after(4.9)
    assert [auto for auto, _ in house.said(one)] == ["customer", "operator"]
    house.after(0.1)
    assert [auto for auto, _ in house.said(one)] == ["customer", "operator", "close", "rating"]
    house.after(115)
    house.writes(channel, "one", "1")
    rated = house.conversation(one)
    assert (rated.state, rated.rating) == ("closing", 5)
    assert house.said(one)[-1][0] == "rating_thanks_good"
    house.after(480)
    assert house.conversation(one).state == "closed"


def test_e5_closed_at_once_on_the_vote_when_the_line_says_so(house: Portal) -> None:
    a = house.operator("A")
    channel = house.channel(house.line(a, **CLOSE, close_after_rating=True), kind="telegram")
    one = house.writes(channel, "one").conversation_id
    house.replies(a, one)
    house.acts(handle.finish, a, one)
    house.after(5)
    house.writes(channel, "one", "0")
    assert (house.conversation(one).state, house.conversation(one).rating) == ("closed", 1)


def test_e5_one_more_thing_brings_the_same_operator_back_and_voids_the_rating(house: Portal) -> None:
    a = house.operator("A")
    channel = house.channel(house.line(a, **CLOSE), kind="telegram")
    one = house.writes(channel, "one").conversation_id
    house.replies(a, one)
    house.acts(handle.finish, a, one)
    house.after(300)
    house.writes(channel, "one", "and one more thing")
    back = house.conversation(one)
    assert (back.state, back.operator_id, back.awaiting) == ("active", a.user_id, "operator")
    house.writes(channel, "one", "1")
    assert house.conversation(one).rating is None


def test_e5_a_digit_after_the_close_is_a_rating_and_a_word_is_the_next_conversation(house: Portal) -> None:
    a = house.operator("A")
    channel = house.channel(house.line(a, **CLOSE), kind="telegram")
    one = house.writes(channel, "one").conversation_id
    house.replies(a, one)
    house.acts(handle.finish, a, one)
    house.after(1200)
    assert house.writes(channel, "one", "1").conversation_id == one
    assert (house.conversation(one).state, house.conversation(one).rating) == ("closed", 5)
    assert house.writes(channel, "one", "hello").conversation_id != one


def test_e6_off_hours_text_once_until_a_person_answers(house: Portal) -> None:
    a = house.operator("A")
    line = house.line(
        a,
        hours_on=True,
        week=[[{"from": "09:00", "to": "18:00"}]] * 5 + [[], []],
        check_availability=False,
        off_hours_text={"en": "We are closed"},
    )
    channel = house.channel(line)
    house.at(5 * 86400)  # Saturday
    one = house.writes(channel, "one").conversation_id
    house.writes(channel, "one", "anybody?")
    assert [auto for auto, _ in house.said(one)] == ["customer", "off_hours", "customer"]
    assert house.offered_to(one) == a.user_id
    house.replies(a, one)
    house.writes(channel, "one", "thanks")
    assert [auto for auto, _ in house.said(one)][-1] == "off_hours"


def test_held_until_opening_is_offered_when_the_line_opens(house: Portal) -> None:
    a = house.operator("A")
    line = house.line(
        a,
        hours_on=True,
        week=[[{"from": "09:00", "to": "18:00"}]] * 5 + [[], []],
        off_hours="hold",
        check_availability=False,
    )
    channel = house.channel(line)
    house.at(5 * 86400)
    one = house.writes(channel, "one").conversation_id
    house.at(7 * 86400 - 1)
    assert house.conversation(one).state == "waiting"
    house.at(7 * 86400)
    assert house.offered_to(one) == a.user_id


def test_words_within_the_reopen_window_bring_the_same_number_back_to_its_operator(house: Portal) -> None:
    a, b = house.operator("A"), house.operator("B")
    channel = house.channel(house.line(a, b, reopen_window=3600))
    one = house.writes(channel, "one").conversation_id
    house.replies(a, one)
    house.acts(handle.finish, a, one)
    assert house.conversation(one).state == "closed"
    house.after(600)
    assert house.writes(channel, "one", "me again").conversation_id == one
    assert (house.conversation(one).state, house.conversation(one).operator_id) == ("active", a.user_id)


def test_a_returning_customer_is_offered_to_his_own_operator_first(house: Portal) -> None:
    a, b = house.operator("A"), house.operator("B")
    channel = house.channel(house.line(a, b, mode="strictly", own_days=7, own_time=30))
    one = house.writes(channel, "one").conversation_id
    house.acts(handle.intercept, b, one)
    house.replies(b, one)
    house.acts(handle.finish, b, one)
    house.after(60)
    again = house.writes(channel, "one", "me again").conversation_id
    assert (house.conversation(again).offer, house.offered_to(again)) == ("own", b.user_id)
    house.after(30)
    assert house.offered_to(again) == a.user_id


def closed_by_nobody(house: Portal, b: Actor, channel: int) -> None:
    """B answers the customer's first conversation; the second one is closed by a head before anybody has it."""
    one = house.writes(channel, "one").conversation_id
    house.acts(handle.intercept, b, one)
    house.replies(b, one)
    house.acts(handle.finish, b, one)
    house.after(3 * 86400)
    unheld = house.writes(channel, "one", "once more").conversation_id
    house.acts(handle.finish, house.admin, unheld, now=True)
    assert house.conversation(unheld).operator_id is None


def test_a_conversation_that_nobody_had_does_not_make_the_customers_own_operator_forgotten(house: Portal) -> None:
    a, b = house.operator("A"), house.operator("B")
    channel = house.channel(house.line(a, b, mode="strictly", own_days=7, own_time=30))
    closed_by_nobody(house, b, channel)
    house.after(3 * 86400)
    again = house.writes(channel, "one", "me again").conversation_id
    assert (house.conversation(again).offer, house.offered_to(again)) == ("own", b.user_id)


def test_the_days_of_an_own_operator_count_from_the_last_conversation_that_he_had(house: Portal) -> None:
    a, b = house.operator("A"), house.operator("B")
    channel = house.channel(house.line(a, b, mode="strictly", own_days=5, own_time=30))
    closed_by_nobody(house, b, channel)
    house.after(3 * 86400)
    again = house.writes(channel, "one", "me again").conversation_id
    assert (house.conversation(again).offer, house.offered_to(again)) == ("queue", a.user_id)


def test_transfer_to_another_line_follows_its_rules_and_leaves_the_senders_sight(house: Portal) -> None:
    a, b = house.operator("A"), house.operator("B")
    sales = house.line(b, name="Sales", queue_time=120)
    channel = house.channel(house.line(a))
    one = house.writes(channel, "one").conversation_id
    house.accepts(a, one)
    house.acts(handle.transfer, a, one, line_id=sales, note="wants a quote")
    assert (house.conversation(one).line_id, house.offered_to(one)) == (sales, b.user_id)
    with pytest.raises(NotFound):
        house.do(handle.accept, a, one)
    house.accepts(b, one)
    house.acts(handle.finish, b, one)
    assert house.conversation(house.writes(channel, "one", "hi").conversation_id).line_id != sales


def test_a_transfer_that_must_be_accepted_comes_back_to_its_sender(house: Portal) -> None:
    a, b = house.operator("A"), house.operator("B")
    channel = house.channel(house.line(a, b, mode="strictly", transfer_must_accept=True))
    one = house.writes(channel, "one").conversation_id
    house.accepts(a, one)
    house.acts(handle.transfer, a, one, user_id=b.user_id)
    assert (house.conversation(one).offer, house.offered_to(one)) == ("transfer", b.user_id)
    house.after(60)
    assert (house.conversation(one).state, house.conversation(one).operator_id) == ("active", a.user_id)


def test_an_offered_one_goes_on_at_once_when_its_operator_leaves_past_the_grace(house: Portal) -> None:
    a, b = house.operator("A"), house.operator("B")
    channel = house.channel(house.line(a, b, mode="strictly", queue_time=600))
    one = house.writes(channel, "one").conversation_id
    house.offline(a)
    house.after(59)
    assert house.offered_to(one) == a.user_id
    house.after(1)
    assert house.offered_to(one) == b.user_id


def test_a_held_one_stays_until_the_customer_writes_to_an_absent_operator(house: Portal) -> None:
    a, b = house.operator("A"), house.operator("B")
    channel = house.channel(house.line(a, b, mode="strictly"))
    one = house.writes(channel, "one").conversation_id
    house.replies(a, one)
    house.offline(a)
    house.after(120)
    assert house.conversation(one).operator_id == a.user_id
    house.writes(channel, "one", "hello?")
    assert house.offered_to(one) == b.user_id
    assert "returned" in house.facts(one)


def test_a_pinned_one_is_not_taken_back(house: Portal) -> None:
    a, b = house.operator("A"), house.operator("B")
    channel = house.channel(house.line(a, b, mode="strictly"))
    one = house.writes(channel, "one").conversation_id
    house.replies(a, one)
    house.acts(handle.pin, a, one, True)
    house.offline(a)
    house.after(120)
    house.writes(channel, "one", "hello?")
    assert house.conversation(one).operator_id == a.user_id


def test_a_line_that_is_off_keeps_words_and_goes_on_when_it_is_on_again(house: Portal) -> None:
    a = house.operator("A")
    line = house.line(a, greeting={"en": "Hello"})
    channel = house.channel(line)
    house.switch(line, on=False)
    one = house.writes(channel, "one").conversation_id
    house.after(7200)
    assert house.conversation(one).state == "waiting"
    assert house.said(one) == [("customer", "hello")]
    with pytest.raises(Refused, match="line_off"):
        house.replies(a, one)
    house.switch(line, on=True)
    house.settle()
    assert house.offered_to(one) == a.user_id


def test_the_loser_of_a_race_is_told_who_was_first(house: Portal) -> None:
    a, b = house.operator("A"), house.operator("B")
    channel = house.channel(house.line(a, b, mode="everyone"))
    one = house.writes(channel, "one").conversation_id
    house.accepts(a, one)
    with pytest.raises(Conflict) as lost:
        house.do(handle.accept, b, one)
    assert (lost.value.code, lost.value.params["operator"]) == ("taken", a.user_id)


def test_the_same_words_twice_are_one_message(house: Portal) -> None:
    channel = house.channel(house.line(house.operator("A")))
    first = house.writes(channel, "one", "hello", dedupe="same")
    again = house.writes(channel, "one", "hello", dedupe="same")
    assert (again.repeated, again.message_id) == (True, first.message_id)


@pytest.mark.parametrize("does", ["edits", "deletes"])
def test_what_becomes_of_old_words_is_told_in_the_line_where_they_lie(house: Portal, does: str) -> None:
    a = house.operator("A")
    channel, sales = house.channel(house.line(a)), house.line(a, name="Sales")
    one = house.writes(channel, "one", dedupe="old")
    house.acts(handle.transfer, house.admin, one.conversation_id, line_id=sales)
    house.acts(handle.finish, house.admin, one.conversation_id, now=True)
    house.writes(channel, "one", "again")
    before = house.conversation(one.conversation_id)
    if does == "edits":
        house.do(react.receive_edit, channel, "one", "old", "hello there")
    else:
        house.do(react.receive_delete, channel, "one", "old")
    told = house.do(events.read_events, 0, 10_000)[-1]
    assert (told.message_id, told.conversation_id, told.line_id) == (one.message_id, one.conversation_id, sales)
    assert house.conversation(one.conversation_id) == before


def test_spam_of_an_earlier_conversation_with_a_block_closes_the_open_one(house: Portal) -> None:
    a = house.operator("A")
    channel = house.channel(house.line(a))
    one = house.writes(channel, "one").conversation_id
    house.acts(handle.finish, a, one, now=True)
    again = house.writes(channel, "one", "buy!").conversation_id
    house.acts(handle.spam, a, one, block=True)
    assert (house.conversation(again).state, house.conversation(again).reason) == ("closed", "blocked")


def test_spam_with_a_block_is_kept_and_answered_by_nothing(house: Portal) -> None:
    a = house.operator("A")
    channel = house.channel(house.line(a, greeting={"en": "Hello"}, greeting_each=True))
    one = house.writes(channel, "one").conversation_id
    house.accepts(a, one)
    house.acts(handle.spam, a, one, block=True)
    before = len(house.thread(one))
    assert house.writes(channel, "one", "buy now").conversation_id == one
    assert len(house.thread(one)) == before + 1
    assert house.conversation(one).state == "closed"
    house.acts(handle.unblock, a, house.conversation(one).thread_id)
    assert house.writes(channel, "one", "sorry").conversation_id != one


def test_nobody_answers_and_the_mark_goes_with_the_first_reply(house: Portal) -> None:
    a = house.operator("A")
    channel = house.channel(
        house.line(a, no_answer_time=180, no_answer_action="text", no_answer_text={"en": "One moment"})
    )
    one = house.writes(channel, "one").conversation_id
    house.accepts(a, one)
    house.after(180)
    assert house.conversation(one).unanswered == 1
    assert house.said(one)[-1] == ("no_answer", "One moment")
    house.replies(a, one)
    assert house.conversation(one).unanswered == 0


def test_a_rating_of_somebody_elses_conversation_does_not_exist(house: Portal) -> None:
    channel = house.channel(house.line(house.operator("A"), rating="like"))
    mine, other = house.writes(channel, "one"), house.writes(channel, "two")
    with pytest.raises(NotFound):
        house.do(react.receive_rating, mine.thread_id, 5, conversation_id=other.conversation_id)


def test_timers_that_are_due_together_do_not_stand_in_each_others_way(house: Portal) -> None:
    """The end of one's offer frees a seat and moves the first in the queue, whose own timer is due at that moment."""
    ann = house.operator("Ann")
    line = house.line(ann, limit=1, queue_time=60, no_answer_time=60)
    channel = house.channel(line)
    both = [house.writes(channel, name).conversation_id for name in ("one", "two")]
    house.after(61)
    assert [house.conversation(each).no_answer for each in both] == ["marked", "marked"]


def test_a_new_mode_frees_seats_while_the_line_is_being_rearmed(house: Portal) -> None:
    ann = house.operator("Ann")
    line = house.line(ann, limit=1, queue_time=600)
    channel = house.channel(line)
    both = [house.writes(channel, name).conversation_id for name in ("one", "two")]
    house.change(line, mode="everyone")
    house.after(1)
    assert [house.conversation(each).state for each in both] == ["offered", "offered"]


def test_who_let_an_offer_pass_before_somebody_took_it_is_asked_in_the_next_round(house: Portal) -> None:
    first, own, third = (house.operator(name, online=False) for name in ("First", "Own", "Third"))
    boss = house.operator("Boss", role="administrator")
    line = house.line(first, own, third, mode="strictly", own_days=30, queue_time=60)
    channel = house.channel(line)
    house.online(own)
    one = house.writes(channel, "one").conversation_id
    house.replies(own, one)
    house.acts(handle.finish, own, one, now=True)
    again = house.writes(channel, "one").conversation_id
    assert house.conversation(again).offer == "own"
    house.do(presence.choose, own.user_id, "pause")
    house.settle()
    assert house.conversation(again).state == "waiting"
    house.accepts(boss, again)
    for who in (first, third):
        house.online(who)
    house.do(presence.choose, own.user_id, "online")
    house.do(presence.choose, boss.user_id, "pause")
    house.writes(channel, "one", "are you there?")
    assert house.offered_to(again) == first.user_id
    house.after(60)
    assert house.offered_to(again) == own.user_id
