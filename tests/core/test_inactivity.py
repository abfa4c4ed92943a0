"""The customer goes silent: what he is told and when, and what his answer to it does."""

from typing import Any

import pytest

from openlines.core import inputs as i
from openlines.core.inactivity import Choice, choice_of, key_of, menu, typed_choice
from openlines.core.inputs import Fact, RoundOver, Say
from openlines.core.line import InactivityButton, InactivityMessage
from tests.core.cases import ANN, BOB, TEXT, Story, answered, rules

BUTTONS = (
    InactivityButton("close", {"en": "All is well", "ru": "Вопрос решён"}),
    InactivityButton("continue", {"en": "I am here"}, {"en": "We wait."}),
    InactivityButton("new", {"en": "Something else"}),
)
FIRST, SECOND_ONE = InactivityMessage(600, TEXT, BUTTONS), InactivityMessage(1800, TEXT)


def silent(**settings: Any) -> Story:
    """An operator has answered at 0; the customer says nothing."""
    return answered(rules(**{"inactivity": (FIRST, SECOND_ONE), "auto_close_time": 7200, **settings}))


def test_each_message_comes_at_its_time_after_the_last_words_of_a_person() -> None:
    story = silent().at(7100)
    assert story.heard == [(600, "inactivity"), (1800, "inactivity")]
    assert story.c.inactive_said == 2
    assert story.at(7200).c.reason == "silent"


def test_a_message_names_its_place_in_the_list() -> None:
    assert silent().at(600).said() == [Say("inactivity", "silent", (0,))]
    assert silent().at(1800).said() == [Say("inactivity", "silent", (1,))]


def test_where_nothing_closes_by_itself_the_last_message_is_said_too() -> None:
    assert silent(auto_close_time=0).at(9000).heard == [(600, "inactivity"), (1800, "inactivity")]


def test_words_of_either_side_begin_the_count_anew() -> None:
    story = silent().at(700).give(i.CustomerWrote())
    assert (story.c.inactive_said, "inactivity" in story.due()) == (0, False)
    story.at(1000).give(i.Wrote(ANN))
    assert story.due()["inactivity"] == 1600
    story.at(1200).give(i.Wrote(ANN))
    assert story.due()["inactivity"] == 1800


def test_nobody_is_reminded_before_a_person_has_spoken_or_when_he_owes_nothing() -> None:
    line = rules(inactivity=(FIRST,))
    assert "inactivity" not in Story(line).give(i.CustomerWrote()).due()
    assert "inactivity" not in Story(line).give(i.CustomerWrote(), i.Intercepted(ANN)).due()
    assert "inactivity" not in answered(rules(inactivity=(FIRST,), automatic=False)).due()
    assert "inactivity" not in silent().change(rules(inactivity=(FIRST,), active=False)).due()


def test_what_is_pinned_or_snoozed_reminds_nobody() -> None:
    assert "inactivity" not in silent().give(i.Pinned(ANN, True)).due()
    story = silent()
    story.give(i.Snoozed(ANN, story.now + 900_000_000))
    assert "inactivity" not in story.due()
    assert story.at(900).due()["inactivity"] == 1500  # the silence counts from the waking


def test_whoever_takes_over_begins_the_count_anew() -> None:
    story = silent().at(700).give(i.Transferred(ANN, to_user=BOB))
    assert (story.c.inactive_said, story.due()["inactivity"]) == (0, 1300)
    back = silent().at(700).give(i.OperatorRemoved(ANN))  # to the queue: nobody reminds him there
    assert (back.c.inactive_said, "inactivity" in back.due()) == (0, False)


def test_of_several_that_fell_due_while_the_server_was_away_only_the_last_is_said() -> None:
    story = silent()
    story.now += 2000 * 1_000_000
    assert story.give(i.Woke()).said() == [Say("inactivity", "silent", (1,))]
    assert (story.c.inactive_said, "inactivity" in story.due()) == (2, False)


def test_what_closes_by_itself_at_the_same_time_is_not_asked_whether_he_is_there() -> None:
    story = silent()
    story.now += 7200 * 1_000_000
    assert (story.give(i.Woke()).heard, story.c.state) == ([], "closed")


def test_after_a_jump_of_the_clock_nobody_is_reminded_at_once() -> None:
    story = silent()
    story.now += 700 * 1_000_000
    assert story.give(i.Woke(calm=True)).heard == []
    assert story.c.due_at is not None
    assert story.c.due_at > story.now


def test_a_change_of_rules_holds_for_the_silence_under_way() -> None:
    story = silent(inactivity=()).at(300)
    assert "inactivity" not in story.due()
    story.change(rules(inactivity=(FIRST,)))
    assert (story.due()["inactivity"], story.c.due_at) == (600, story.start + 600_000_000)
    assert story.at(600).heard == [(600, "inactivity")]
    story.change(rules(inactivity=()))
    assert "inactivity" not in story.due()
    assert menu(story.c, story.rules.settings) is None


# --- the answer -----------------------------------------------------------------------------------------------


def chose(action: Any, button: int = 0, message: int = 0) -> i.CustomerChose:
    return i.CustomerChose(Choice(message, button, action))


def test_close_finishes_as_an_operator_would() -> None:
    story = silent(close_text=TEXT, rating="like", full_close_delay=600).at(700).give(chose("close"))
    assert (story.c.state, story.c.reason) == ("closing", "chosen")
    assert story.said() == [Say("inactivity_reply", "chosen", (0, 0))]
    assert story.facts() == ["chosen", "finishing"]
    assert story.at(1400).heard[-2:] == [(705, "close"), (705, "rating")]
    assert story.c.state == "closed"


def test_close_with_nothing_to_say_closes_at_once() -> None:
    story = silent().at(700).give(chose("close"))
    assert (story.c.state, story.c.reason, story.c.operator_id) == ("closed", "chosen", ANN)


def test_continue_keeps_it_open_and_begins_the_count_anew() -> None:
    story = silent().at(700).give(chose("continue", 1))
    assert (story.c.state, story.c.awaiting, story.c.inactive_said) == ("active", "customer", 0)
    assert story.outcomes == [Fact("chosen", {"action": "continue"}), Say("inactivity_reply", "chosen", (0, 1))]
    assert (story.due()["inactivity"], story.due()["auto_close"]) == (1300, 7900)


def test_new_closes_without_last_words_or_rating() -> None:
    story = silent(close_text=TEXT, rating="like", reopen_window=3600).at(700).give(chose("new", 2))
    assert (story.c.state, story.c.reason) == ("closed", "renewed")
    assert story.outcomes == [
        Fact("chosen", {"action": "new"}),
        Say("inactivity_reply", "chosen", (0, 2)),
        Fact("closed", {"why": "renewed"}),
        RoundOver(),
    ]
    assert story.at(2000).heard == [(600, "inactivity"), (700, "inactivity_reply")]
    assert story.refuses(i.CustomerWrote()) == "closed"  # the next words are another conversation


@pytest.mark.parametrize("action", ["close", "continue", "new"])
def test_a_button_does_nothing_once_somebody_has_spoken(action: Any) -> None:
    for words in (i.CustomerWrote(), i.Wrote(ANN)):
        story = silent().at(700).give(words)
        before = story.c
        assert story.give(chose(action)).outcomes == []
        assert story.c == before


def test_an_earlier_message_may_still_be_answered_a_later_one_not_yet() -> None:
    assert silent().at(1900).give(chose("close")).c.state == "closed"
    assert silent().at(700).give(chose("close", message=1)).c.state == "active"


def test_a_line_that_is_off_answers_no_button() -> None:
    story = silent().at(700).change(rules(inactivity=(FIRST,), active=False))
    assert story.give(chose("close")).c.state == "active"


# --- typed instead of pressed ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "button"),
    [("1", 0), (" 2 ", 1), ("3\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}", 2), ("３", 2)],
)
def test_the_number_of_a_button_is_a_choice(text: str, button: int) -> None:
    story = silent().at(700)
    found = typed_choice(story.c, story.rules.settings, text)
    assert found == Choice(0, button, BUTTONS[button].action)


@pytest.mark.parametrize(("text", "button"), [("all is well", 0), ("Вопрос решён!", 0), ("  I AM HERE.", 1)])
def test_its_caption_in_any_language_is_a_choice(text: str, button: int) -> None:
    story = silent().at(700)
    found = typed_choice(story.c, story.rules.settings, text)
    assert found is not None
    assert found.button == button


@pytest.mark.parametrize("text", ["", "0", "4", "12", "1 more thing", "all", ".", "!"])
def test_anything_else_is_a_message(text: str) -> None:
    story = silent().at(700)
    assert typed_choice(story.c, story.rules.settings, text) is None


def test_nothing_is_a_choice_before_the_menu_or_after_other_words() -> None:
    early, later = silent().at(500), silent().at(700).give(i.CustomerWrote())
    last = silent().at(1900)  # the last thing said has no buttons
    for story in (early, later, last):
        assert typed_choice(story.c, story.rules.settings, "1") is None


def test_the_only_message_is_a_menu_once_it_was_said() -> None:
    for second, found in ((599, None), (600, Choice(0, 0, "close"))):
        story = silent(inactivity=(FIRST,)).at(second)
        assert typed_choice(story.c, story.rules.settings, "1") == found


@pytest.mark.parametrize("action", ["close", "continue", "new"])
def test_a_key_carries_its_button(action: Any) -> None:
    key = key_of(2**53, Choice(9, 2, action))
    assert len(key) <= 64
    assert choice_of(key) == (2**53, Choice(9, 2, action))


@pytest.mark.parametrize(
    "key", ["", "rate:5:1", "idle:1:0:0", "idle:1:0:0:open", "idle:x:0:0:close", "idle:1:-1:0:new"]
)
def test_any_other_key_is_none(key: str) -> None:
    assert choice_of(key) is None
