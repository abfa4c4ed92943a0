"""The end of a conversation: two phases, undo, rating, silence. Times are seconds since the opening."""

from typing import Any

import pytest

from openlines.core import inputs as i
from openlines.core.conversation import UNDO_CLOSED, rating_awaited
from openlines.core.inputs import Fact, RoundOver, Say
from openlines.core.line import DAY, SECOND
from openlines.core.rating import COMMENT_TIME
from openlines.core.timers import UNDO
from tests.core.cases import ANN, BOT, EVE, T0, TEXT, Story, active, answered, closing, offered, rules

LINE = rules(close_text=TEXT, rating="like", full_close_delay=600)

# ---------------------------------------------------------------- two phases


def test_finishing_says_its_last_words_after_five_seconds_and_closes_after_the_delay() -> None:
    story = answered(LINE).at(100).give(i.Finished(ANN))
    c = story.c
    assert (c.state, c.reason, c.finished_at, c.operator_id, c.awaiting) == (
        "closing",
        "finished",
        T0 + 100 * SECOND,
        ANN,
        None,
    )
    assert story.outcomes == [Fact("finishing", {"operator": ANN, "why": "finished"}), RoundOver()]
    assert story.due() == {"last_words": 105, "full_close": 700}
    assert story.at(104.9).heard == []
    assert story.at(105).heard == [(105, "close"), (105, "rating")]
    assert story.c.rating_asked_at == T0 + 105 * SECOND
    story.at(700)
    assert (story.c.state, story.c.reason, story.c.closed_at) == ("closed", "finished", T0 + 700 * SECOND)
    assert story.outcomes == [Fact("closed", {"why": "finished"})]
    assert story.at(DAY // SECOND).heard == [(105, "close"), (105, "rating")]


def test_what_is_said_at_the_end_goes_with_its_reason() -> None:
    story = closing(LINE).at(5)
    assert story.outcomes == [Say("close", "finished"), Say("rating", "finished")]
    assert story.at(6).give(i.CustomerRated(5)).said() == [Say("rating_thanks_good", "rated")]
    assert story.at(7).give(i.CustomerRated(5, "")).said() == [Say("rating_comment", "rated")]  # he wants to add a word
    limited = closing(rules(close_text=TEXT, rating="like", rating_limit=100)).at(106)
    assert limited.give(i.CustomerRated(1)).outcomes == [Say("rating_late", "limit")]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"close_text": TEXT}, ["close"]),
        ({"rating": "stars"}, ["rating"]),
        ({"close_text": TEXT, "rating": "stars"}, ["close", "rating"]),
    ],
)
def test_what_is_said_at_the_end(settings: dict[str, Any], said: list[str]) -> None:
    story = answered(rules(**settings)).give(i.Finished(ANN)).at(5)
    assert [auto for _, auto in story.heard] == said


def test_with_nothing_to_say_it_closes_at_once() -> None:
    for line in (rules(), rules(close_text={"ru": ""}), rules(close_text=TEXT, automatic=False)):
        story = answered(line).give(i.Finished(ANN))
        assert (story.c.state, story.c.reason) == ("closed", "finished")
        assert story.outcomes == [Fact("closed", {"operator": ANN, "why": "finished"}), RoundOver()]


def test_without_a_delay_it_closes_at_once_and_still_says_its_last_words() -> None:
    story = answered(rules(close_text=TEXT, rating="like", full_close_delay=0)).give(i.Finished(ANN))
    assert story.c.state == "closed"
    assert story.due() == {"last_words": 5}
    assert story.at(60).heard == [(5, "close"), (5, "rating")]
    assert story.c.due_at is None


def test_a_delay_shorter_than_undo_loses_no_words() -> None:
    story = answered(rules(close_text=TEXT, full_close_delay=2)).give(i.Finished(ANN)).at(60)
    assert (story.c.state, story.heard) == ("closed", [(5, "close")])


def test_finishing_again_closes_at_once_and_says_nothing() -> None:
    story = closing().at(3).give(i.Finished(ANN))
    assert (story.c.state, story.c.closed_at) == ("closed", T0 + 3 * SECOND)
    assert story.outcomes == [Fact("closed", {"operator": ANN, "why": "finished"}), RoundOver()]
    assert story.at(60).heard == []
    now = answered(LINE).give(i.FinishedNow(ANN))
    assert (now.c.state, now.c.reason, now.at(60).heard) == ("closed", "finished", [])
    assert now.refuses(i.Finished(ANN)) == now.refuses(i.FinishedNow(ANN)) == "closed"


def test_each_is_said_once_and_again_only_after_a_new_reply() -> None:
    story = closing(LINE).at(10).give(i.CustomerWrote()).give(i.Finished(ANN))
    assert story.c.state == "closed"  # all was said: nothing to say
    taken = closing(LINE).at(10).give(i.Intercepted(EVE), i.Finished(EVE)).at(20)
    assert (taken.c.state, taken.heard) == ("closed", [(5, "close"), (5, "rating")])
    story = closing(LINE).at(10).give(i.CustomerWrote()).give(i.Wrote(ANN), i.Finished(ANN)).at(20)
    assert story.heard == [(5, "close"), (5, "rating"), (15, "close"), (15, "rating")]


def test_whatever_state_it_is_finished_from_nobody_is_asked_any_more() -> None:
    for story in (Story(LINE).give(i.CustomerWrote()), offered(LINE), offered(LINE, None, "everyone"), active(LINE)):
        c = story.give(i.Finished(EVE)).c
        assert (c.state, c.offered_to, c.offer, c.offered_at, c.route_at, c.waiting_since) == ("closing", *(None,) * 5)
        assert set(story.due()) == {"last_words", "full_close"}


def test_an_operators_words_start_the_delay_anew() -> None:
    story = closing(LINE).at(300).give(i.Wrote(ANN))
    assert (story.c.state, story.due()) == ("closing", {"full_close": 900})
    assert story.at(899).c.state == "closing"
    assert story.at(900).c.reason == "finished"


def test_a_first_reply_that_comes_in_closing_is_a_reply_all_the_same() -> None:
    story = active(LINE).at(200)
    assert story.c.unanswered == 1
    story.give(i.Finished(ANN)).at(210).give(i.Wrote(ANN))
    c = story.c
    assert (c.replied_at, c.operator_at, c.customer_since, c.unanswered) == (T0 + 210 * SECOND,) * 2 + (None, 0)
    assert story.outcomes == [Fact("replied", {"operator": ANN, "after": 210 * SECOND})]


# ---------------------------------------------------------------- back again


def test_a_customers_words_in_closing_bring_it_back_to_the_same_operator() -> None:
    story = closing(LINE).at(2).give(i.CustomerWrote())
    c = story.c
    assert (c.state, c.operator_id, c.awaiting, c.finished_at, c.reason) == ("active", ANN, "operator", None, None)
    assert (c.last_words, c.rating_asked_at) == (None, None)
    assert story.facts() == ["resumed"]
    assert story.at(60).heard == []  # what was not said yet is not said any more


def test_what_was_said_before_a_finish_needed_no_answer_unless_nobody_ever_answered() -> None:
    story = answered(LINE).at(10).give(i.CustomerWrote()).at(20).give(i.Finished(ANN)).at(30).give(i.CustomerWrote())
    assert story.c.customer_since == T0 + 30 * SECOND
    ignored = active(LINE).at(20).give(i.Finished(ANN)).at(30).give(i.CustomerWrote())
    assert ignored.c.customer_since == T0


def test_if_he_is_unavailable_they_bring_it_to_routing() -> None:
    story = closing(LINE).at(20).give(i.CustomerWrote(holder_unavailable="pause"))
    assert (story.c.state, story.c.operator_id, story.c.waiting_since) == ("waiting", None, T0 + 20 * SECOND)
    assert story.facts() == ["resumed", "returned"]
    full = closing(LINE).give(i.CustomerWrote(holder_unavailable="full"))
    assert full.c.state == "active"  # nothing is taken away from who is at his limit


def test_undo_within_five_seconds_is_as_if_nothing_was_said() -> None:
    assert UNDO == 5 * SECOND
    story = answered(LINE).at(100).give(i.Finished(ANN)).at(104).give(i.UndidFinish(ANN))
    c = story.c
    assert (c.state, c.operator_id, c.awaiting, c.finished_at, c.reason) == ("active", ANN, "customer", None, None)
    assert story.outcomes == [Fact("finish_undone", {"operator": ANN})]
    assert story.at(200).heard == []


def test_undo_later_takes_nothing_back_that_was_said() -> None:
    story = closing(LINE).at(60).give(i.UndidFinish(ANN)).give(i.Finished(ANN))
    assert (story.c.state, story.heard) == ("closed", [(5, "close"), (5, "rating")])
    story.give(i.UndidFinish(ANN), i.Finished(ANN)).at(80)
    assert story.heard == [(5, "close"), (5, "rating")]  # however often it is undone


def test_a_question_that_nobody_answered_is_asked_again_after_undo_and_a_reply() -> None:
    story = closing(LINE).at(60).give(i.UndidFinish(ANN), i.Wrote(ANN), i.Finished(ANN)).at(70)
    assert story.heard == [(5, "close"), (5, "rating"), (65, "close"), (65, "rating")]


def test_what_closed_at_once_can_be_undone_for_ten_seconds() -> None:
    assert UNDO_CLOSED == 10 * SECOND
    story = answered().give(i.Finished(ANN)).at(10).give(i.UndidFinish(ANN))
    assert (story.c.state, story.c.closed_at) == ("active", None)
    assert answered().give(i.Finished(ANN)).at(11).refuses(i.UndidFinish(ANN)) == "too_late"
    assert answered().give(i.MarkedSpam(ANN)).refuses(i.UndidFinish(ANN)) == "too_late"
    assert answered().refuses(i.UndidFinish(ANN)) == "not_finished"


def test_undo_gives_back_what_nobody_had_and_what_a_bot_had() -> None:
    waiting = Story(LINE).give(i.CustomerWrote(), i.Finished(ANN)).at(3).give(i.UndidFinish(ANN))
    assert (waiting.c.state, waiting.c.route_at, waiting.c.waiting_since) == ("waiting", T0 + 3 * SECOND, T0)
    bot = Story(LINE, bot_id=BOT).give(i.CustomerWrote(), i.Finished(ANN), i.UndidFinish(ANN))
    assert (bot.c.state, bot.c.awaiting) == ("bot", None)
    led = Story(LINE, bot_id=BOT).give(i.CustomerWrote(), i.BotHandedOver(), i.Finished(ANN), i.UndidFinish(ANN))
    assert led.c.state == "waiting"


def test_what_silence_closed_does_not_close_again_right_after_undo() -> None:
    story = answered(rules(close_text=TEXT, auto_close_text=TEXT, auto_close_time=600)).at(601)
    assert story.c.state == "closing"
    story.give(i.UndidFinish(ANN)).at(1200)
    assert story.due() == {"auto_close": 1201}


# ---------------------------------------------------------------- rating


def test_a_rating_in_closing_is_kept_and_thanked_and_the_delay_runs_on() -> None:
    story = closing(LINE).at(120).give(i.CustomerRated(5, "great"))
    c = story.c
    assert (c.state, c.rating, c.rating_comment, c.rated_at) == ("closing", 5, "great", T0 + 120 * SECOND)
    assert story.outcomes[0] == Fact("rated", {"value": 5, "again": False})
    assert story.heard[-1] == (120, "rating_thanks_good")
    assert story.at(600).c.closed_at == T0 + 600 * SECOND


@pytest.mark.parametrize(("value", "said"), [(5, "good"), (4, "good"), (3, "bad"), (1, "bad")])
def test_four_and_five_are_good(value: int, said: str) -> None:
    assert closing(LINE).at(6).give(i.CustomerRated(value)).heard[-1][1] == f"rating_thanks_{said}"


def test_close_at_once_after_rating_closes_on_the_vote() -> None:
    line = rules(close_text=TEXT, rating="like", close_after_rating=True)
    story = closing(line).at(120).give(i.CustomerRated(1))
    assert (story.c.state, story.c.reason, story.c.closed_at) == ("closed", "rated", T0 + 120 * SECOND)
    assert story.outcomes[-1] == Fact("closed", {"why": "rated"})
    early = closing(line).at(2).give(i.CustomerRated(5)).at(60)
    assert early.heard == [(2, "rating_thanks_good"), (5, "close")]  # the close text is still owed, the question not
    working = answered(line).give(i.CustomerRated(5))
    assert working.c.state == "active"  # a vote ends what is finished, nothing else


def test_a_rating_of_a_closed_one_reopens_nothing() -> None:
    story = closing(LINE).at(1200).give(i.CustomerRated(5))
    assert (story.c.state, story.c.rating, story.c.closed_at) == ("closed", 5, T0 + 600 * SECOND)


def test_after_its_time_the_customer_is_told_that_it_is_too_late() -> None:
    line = rules(close_text=TEXT, rating="like", rating_limit=100)
    story = closing(line).at(105).give(i.CustomerRated(5))
    assert story.c.rating == 5
    late = closing(line).at(105.000001).give(i.CustomerRated(5))
    assert (late.c.rating, late.heard[-1]) == (None, (105, "rating_late"))
    quiet = closing(line).at(106)
    quiet.rules = line._replace(active=False)
    assert quiet.give(i.CustomerRated(5)).outcomes == []


def test_a_rating_may_be_changed_within_its_time_and_thanks_are_given_once() -> None:
    story = closing(LINE).at(10).give(i.CustomerRated(1, "slow")).at(20).give(i.CustomerRated(5))
    assert (story.c.rating, story.c.rating_comment, story.c.rated_at) == (5, "slow", T0 + 20 * SECOND)
    assert story.outcomes == [Fact("rated", {"value": 5, "again": True})]


def test_a_word_to_a_vote_is_taken_for_an_hour_and_later_changes_the_vote() -> None:
    assert COMMENT_TIME == 3600 * SECOND
    in_time = closing(LINE).at(10).give(i.CustomerRated(1)).at(3610).give(i.CustomerRated(1, "slow"))
    assert (in_time.c.rating_comment, in_time.c.rated_at) == ("slow", T0 + 10 * SECOND)
    assert in_time.outcomes == [Fact("rating_commented")]
    later = closing(LINE).at(10).give(i.CustomerRated(1)).at(3610.000001).give(i.CustomerRated(1, "slow"))
    assert (later.c.rating_comment, later.facts()) == ("slow", ["rated"])


def test_a_rating_before_the_end_is_an_option() -> None:
    assert answered(rules(rating="like")).give(i.CustomerRated(5)).c.rating == 5
    assert answered(rules(rating="like", rating_before_finish=False)).refuses(i.CustomerRated(5)) == "rating_too_early"
    assert answered(rules()).refuses(i.CustomerRated(5)) == "rating_off"


def test_it_is_asked_again_only_if_it_was_not_given() -> None:
    rated = closing(LINE).at(10).give(i.CustomerRated(5), i.CustomerWrote(), i.Wrote(ANN), i.Finished(ANN)).at(20)
    assert [auto for _, auto in rated.heard] == ["close", "rating", "rating_thanks_good", "close"]


def test_when_a_bare_digit_is_a_rating() -> None:
    line = rules(close_text=TEXT, rating="like", rating_limit=100)

    def awaited(story: Story) -> str:
        return rating_awaited(story.c, story.rules, story.now)

    assert awaited(answered(line)) == "no"
    assert awaited(closing(line).at(4)) == "no"  # not asked yet
    assert awaited(closing(line).at(5)) == "yes"
    assert awaited(closing(line).at(105)) == "yes"
    assert awaited(closing(line).at(106)) == "late"
    assert awaited(closing(line).at(105 + 7 * 86400)) == "late"
    assert awaited(closing(line).at(106 + 7 * 86400)) == "no"
    assert awaited(closing(line).at(6).give(i.CustomerRated(5))) == "no"
    assert awaited(closing(line).at(6).give(i.CustomerWrote())) == "no"  # void until the next reply and finish
    unlimited = closing(LINE).at(10**7)
    assert awaited(unlimited) == "yes"
    unlimited.rules = rules(rating="off")
    assert awaited(unlimited) == "no"


# ---------------------------------------------------------------- silence


def test_a_silent_customer_is_closed_after_his_time() -> None:
    story = answered(rules(auto_close_time=3600, auto_close_text=TEXT, close_text=TEXT)).at(3600)
    assert (story.c.state, story.c.reason) == ("closing", "silent")
    assert story.outcomes == [Fact("finishing", {"operator": None, "why": "silent"}), RoundOver()]
    assert story.at(3605).heard == [(3605, "auto_close")]
    story.at(3600 + 600)
    assert (story.c.state, story.c.reason) == ("closed", "silent")
    assert story.outcomes == [Fact("closed", {"why": "silent"})]
    assert answered(rules(auto_close_time=3600)).at(3600).c.state == "closed"
    assert answered(rules(auto_close_time=0)).due() == {}


def test_what_silence_closes_without_a_delay_says_its_last_words_all_the_same() -> None:
    story = answered(rules(auto_close_time=600, auto_close_text=TEXT, full_close_delay=0)).at(700)
    assert (story.c.closed_at, story.heard) == (T0 + 600 * SECOND, [(605, "auto_close")])


def test_unanswered_words_never_close_by_themselves() -> None:
    story = active(rules(auto_close_time=600, no_answer_time=60))
    assert story.at(DAY // SECOND).c.state == "active"
    assert answered(rules(auto_close_time=600)).at(100).give(i.CustomerWrote()).at(DAY // SECOND).c.state == "active"


def test_the_silence_counts_from_the_last_words_or_from_who_took_it_over() -> None:
    line = rules(auto_close_time=600)
    assert answered(line).at(100).give(i.Wrote(ANN)).due() == {"auto_close": 700}
    assert answered(line).at(200).give(i.Transferred(ANN, to_user=EVE)).due() == {"auto_close": 800}
    assert Story(line, operator_id=ANN).due() == {"auto_close": 600}
