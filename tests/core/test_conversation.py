"""What happens to a conversation: opening, offers, work, transfers, bots. Finish and rating: test_finish."""

from collections.abc import Callable
from typing import Any

import pytest

from openlines.core import inputs as i
from openlines.core.inputs import Fact, RoundOver, TellBot, Tried
from openlines.core.line import DAY, HOUR, MINUTE, SECOND
from openlines.core.state import STATES, Refused, State
from tests.core.cases import (
    ANN,
    BOB,
    BOT,
    EVE,
    T0,
    TEXT,
    Story,
    active,
    answered,
    closed,
    closing,
    in_state,
    offered,
    rules,
)

# ---------------------------------------------------------------- opening


def test_a_customers_first_words_wait_for_a_person_at_once() -> None:
    story = Story(rules(priority=4))
    c = story.c
    assert (c.state, c.mode, c.awaiting, c.operator_id) == ("waiting", "incoming", None, None)
    assert (c.opened_at, c.responsible_at, c.waiting_since, c.route_at) == (T0,) * 4
    assert (c.priority, c.version) == (4, 1)
    assert story.outcomes == [Fact("opened", {})]
    story.give(i.CustomerWrote())
    assert (story.c.customer_at, story.c.customer_since) == (T0, T0)


def test_in_a_new_conversation_nothing_has_been_said_told_or_counted() -> None:
    for c in (Story().c, Story(operator_id=ANN).c, Story(bot_id=BOT).c):
        said = (c.greeted, c.off_hours_said, c.no_answer, c.inactive_said, c.place_said, c.last_words)
        told = (c.unanswered, c.escalated, c.kpi_step, c.round)
        assert (said, told) == ((0, 0, None, 0, 0, None), (0,) * 4)


def test_an_operator_who_writes_first_opens_his_own() -> None:
    story = Story(operator_id=ANN, wanted_id=BOB, bot_id=BOT)
    c = story.c
    assert (c.state, c.mode, c.operator_id, c.awaiting) == ("active", "outgoing", ANN, "customer")
    assert (c.wanted_id, c.bot_id, c.route_at, c.waiting_since) == (None, None, None, None)
    assert (c.accepted_at, c.responsible_at) == (T0, T0)
    assert story.outcomes == [Fact("opened", {"operator": ANN})]


def test_a_bot_goes_before_the_queue() -> None:
    c = Story(bot_id=BOT, wanted_id=BOB).c
    assert (c.state, c.bot_id, c.responsible_at, c.waiting_since, c.route_at) == ("bot", BOT, None, None, None)
    assert c.wanted_id is None


def test_the_customers_own_operator_is_wanted_first() -> None:
    story = Story(rules(own_time=30, queue_time=60), wanted_id=BOB)
    opened = story.c
    assert opened.wanted_id == BOB
    story.give(i.Offered(BOB, "own", {"code": "own_operator"}))
    assert story.outcomes == [Fact("offered", {"to": BOB, "offer": "own", "why": {"code": "own_operator"}})]
    assert (story.c.wanted_id, story.due()["offer"]) == (None, 30)
    story.at(30)
    assert (story.c.state, story.c.wanted_id) == ("waiting", None)
    assert Tried(BOB, "timeout") in story.outcomes


# ---------------------------------------------------------------- offers


def test_an_offer_names_one_operator_for_the_time_of_the_queue() -> None:
    story = offered(rules(queue_time=90))
    c = story.c
    assert (c.state, c.offered_to, c.offer, c.offered_at, c.operator_id) == ("offered", ANN, "queue", T0, None)
    assert (c.round, c.route_at) == (1, None)
    assert story.outcomes[0] == Tried(ANN, "offered")
    assert story.due()["offer"] == 90


def test_an_offer_that_runs_out_goes_back_to_the_queue() -> None:
    story = offered().at(60)
    c = story.c
    assert (c.state, c.offered_to, c.offer, c.offered_at, c.round) == ("waiting", None, None, None, 1)
    assert (c.route_at, c.waiting_since) == (T0 + MINUTE, T0)  # it goes on waiting, it does not begin to
    assert story.outcomes == [Tried(ANN, "timeout"), Fact("timed_out", {"operator": ANN})]


def test_a_new_round_lets_everybody_be_asked_again() -> None:
    story = offered().at(60).give(i.Offered(ANN, "queue", {"code": "only_one"}, new_round=True))
    assert story.c.round == 2
    assert story.outcomes[:2] == [RoundOver(), Tried(ANN, "offered")]


def test_only_a_waiting_one_can_be_offered() -> None:
    story = active()
    before = story.c
    assert story.give(i.Offered(BOB, "queue", {})).c is before
    assert story.outcomes == []


def test_who_is_asked_accepts() -> None:
    story = offered().at(7).give(i.Accepted(ANN))
    c = story.c
    assert (c.state, c.operator_id, c.awaiting, c.accepted_at) == ("active", ANN, "operator", T0 + 7 * SECOND)
    assert (c.offered_to, c.offer, c.offered_at, c.waiting_since) == (None, None, None, None)
    assert story.outcomes == [Fact("accepted", {"operator": ANN, "after": 7 * SECOND}), RoundOver()]


def test_what_is_offered_to_one_another_cannot_accept() -> None:
    assert offered().refuses(i.Accepted(BOB)) == "offered_to_other"


def test_what_waits_anybody_may_take() -> None:
    story = Story().give(i.CustomerWrote(), i.Accepted(EVE))
    assert (story.c.state, story.c.operator_id, story.c.route_at) == ("active", EVE, None)
    assert story.outcomes[0] == Fact("accepted", {"operator": EVE, "after": None})


def test_of_everyone_the_first_wins_and_the_next_is_told_who() -> None:
    story = offered(to=None, offer="everyone").give(i.Accepted(BOB))
    assert story.c.operator_id == BOB
    with pytest.raises(Refused) as refused:
        story.give(i.Accepted(ANN))
    assert (refused.value.code, refused.value.params) == ("taken", {"operator": BOB})


def test_who_declines_is_passed_over_in_this_round() -> None:
    story = offered().give(i.Declined(ANN))
    assert (story.c.state, story.c.route_at) == ("waiting", T0)
    assert story.outcomes == [Tried(ANN, "declined"), Fact("declined", {"operator": ANN})]
    assert offered().refuses(i.Declined(BOB)) == "not_offered"


def test_who_declines_what_is_for_everyone_hides_it_for_himself() -> None:
    story = offered(to=None, offer="everyone")
    version = story.c.version
    story.give(i.Declined(ANN))
    assert (story.c.state, story.c.offer, story.c.version) == ("offered", "everyone", version + 1)
    assert story.outcomes == [Tried(ANN, "declined"), Fact("declined", {"operator": ANN})]


def test_the_timer_ends_the_round_of_everyone_and_counts_it() -> None:
    story = offered(to=None, offer="everyone").at(60)
    assert (story.c.state, story.c.round) == ("waiting", 2)
    assert story.outcomes == [RoundOver(), Fact("round_over", {"round": 1})]
    story.give(i.Offered(None, "everyone", {}))
    assert story.c.round == 2
    assert [type(each) for each in story.outcomes] == [Fact]  # nobody was tried by name


def test_nobody_to_offer_parks_it_until_something_changes() -> None:
    story = Story(wanted_id=BOB).give(i.CustomerWrote(), i.NobodyToOffer("all_at_limit"))
    assert (story.c.state, story.c.route_at, story.c.wanted_id) == ("waiting", None, None)
    parked = story.c
    assert story.give(i.NobodyToOffer("all_at_limit")).c is parked


def test_an_offered_one_goes_on_at_once_when_its_operator_becomes_unavailable() -> None:
    story = offered().at(5).give(i.OperatorUnavailable(ANN, "pause"))
    assert (story.c.state, story.c.route_at) == ("waiting", T0 + 5 * SECOND)
    assert story.outcomes == [Tried(ANN, "unavailable"), Fact("returned", {"why": "pause", "from": ANN})]


@pytest.mark.parametrize("state", STATES)
def test_another_operators_presence_changes_nothing(state: State) -> None:
    story = in_state(state)
    before = story.c
    assert story.give(i.OperatorUnavailable(EVE, "pause"), i.OperatorAvailable(ANN)).c is before


def test_a_refusal_says_its_code_where_only_the_error_is_seen() -> None:
    with pytest.raises(Refused, match=r"^closed$"):
        closed().give(i.CustomerWrote())


# ---------------------------------------------------------------- the operator at work


def test_the_first_reply_answers_the_customer() -> None:
    story = active().at(40).give(i.Wrote(ANN))
    c, at = story.c, T0 + 40 * SECOND
    assert (c.awaiting, c.replied_at, c.operator_at, c.customer_since) == ("customer", at, at, None)
    assert story.outcomes == [Fact("replied", {"operator": ANN, "after": 40 * SECOND})]
    story.at(50).give(i.Wrote(ANN))
    assert (story.c.replied_at, story.c.operator_at) == (at, T0 + 50 * SECOND)
    assert story.outcomes == []  # the first reply is one fact


def test_writing_accepts() -> None:
    story = offered().give(i.Wrote(ANN))
    assert (story.c.state, story.c.operator_id, story.c.awaiting) == ("active", ANN, "customer")
    assert story.facts() == ["accepted", "replied"]
    assert offered().refuses(i.Wrote(BOB)) == "offered_to_other"
    waiting = Story().give(i.CustomerWrote(), i.Wrote(BOB))
    assert (waiting.c.operator_id, waiting.facts()) == (BOB, ["accepted", "replied"])


def test_a_reply_never_fails_because_the_customer_wrote_meanwhile() -> None:
    story = active().at(3).give(i.CustomerWrote(), i.Wrote(ANN))
    assert (story.c.awaiting, story.c.customer_since) == ("customer", None)


def test_the_customers_words_count_from_the_first_unanswered_ones() -> None:
    story = answered().at(10).give(i.CustomerWrote()).at(20).give(i.CustomerWrote())
    assert story.c.awaiting == "operator"
    assert (story.c.customer_since, story.c.customer_at) == (T0 + 10 * SECOND, T0 + 20 * SECOND)


def test_notes_listeners_and_edits_change_nothing() -> None:
    for state in STATES:
        story = in_state(state)
        before = story.c
        story.give(i.Noted(ANN), i.CustomerEdited(), i.Left(EVE))
        assert story.c is before
        if state != "closed":
            assert story.give(i.Joined(EVE)).c is before
            assert story.outcomes == [Fact("joined", {"operator": EVE})]


def test_a_customer_comes_back_to_an_operator_who_is_there_or_at_his_limit() -> None:
    for why in (None, "full"):
        story = answered().give(i.CustomerWrote(holder_unavailable=why))
        assert (story.c.state, story.c.operator_id) == ("active", ANN)


def test_a_customer_who_writes_while_his_operator_is_away_goes_to_routing() -> None:
    story = answered().at(5).give(i.CustomerWrote(holder_unavailable="offline"))
    c = story.c
    assert (c.state, c.operator_id, c.round, c.route_at) == ("waiting", None, 0, T0 + 5 * SECOND)
    assert c.waiting_since == T0 + 5 * SECOND
    assert story.outcomes == [RoundOver(), Fact("returned", {"why": "offline", "from": ANN})]


def test_a_pinned_one_stays_although_its_operator_is_away() -> None:
    story = answered().give(i.Pinned(ANN, on=True), i.CustomerWrote(holder_unavailable="offline"))
    assert (story.c.state, story.c.operator_id, story.c.awaiting) == ("active", ANN, "operator")
    story.give(i.Pinned(ANN, on=False))
    assert story.facts() == ["unpinned"]
    assert story.give(i.CustomerWrote(holder_unavailable="offline")).c.state == "waiting"


def test_a_removed_operator_gives_back_all_he_has_also_what_is_pinned() -> None:
    story = answered().give(i.Pinned(ANN, on=True), i.OperatorRemoved(ANN))
    assert (story.c.state, story.c.operator_id, story.c.pinned_at) == ("waiting", None, None)
    assert story.outcomes == [Fact("returned", {"why": "removed", "from": ANN}), RoundOver()]
    assert offered().give(i.OperatorRemoved(ANN)).c.state == "waiting"
    waiting = Story(wanted_id=ANN).give(i.OperatorRemoved(BOB))
    assert waiting.c.wanted_id == ANN
    assert waiting.give(i.OperatorRemoved(ANN)).c.wanted_id is None
    assert answered().give(i.OperatorRemoved(BOB)).c.operator_id == ANN


def test_intercepting_takes_it_whoever_has_it() -> None:
    for state in STATES[:-1]:
        story = in_state(state)
        holder = story.c.operator_id
        story.give(i.Intercepted(EVE))
        assert (story.c.state, story.c.operator_id) == ("active", EVE)
        assert story.outcomes == [Fact("intercepted", {"operator": EVE, "from": holder}), RoundOver()]
    assert answered().refuses(i.Intercepted(ANN)) == "already_yours"


def asleep() -> Story:
    return answered().give(i.Snoozed(ANN, T0 + HOUR))


@pytest.mark.parametrize(
    ("story", "given", "told"),
    [
        (answered, i.Left(EVE), [Fact("left", {"operator": EVE})]),
        (asleep, i.Snoozed(ANN, None), [Fact("woken", {"operator": ANN})]),
        (answered, i.Pinned(ANN, on=False), [Fact("unpinned", {"operator": ANN})]),
        (answered, i.MarkedSpam(ANN), [Fact("spam", {"operator": ANN}), RoundOver()]),
        (
            answered,
            i.Transferred(ANN, to_department=8),
            [Fact("transferred", {"operator": ANN, "to_department": 8, "to_line": None}), RoundOver()],
        ),
        (offered, i.OperatorRemoved(ANN), [Fact("returned", {"why": "removed", "from": ANN})]),
    ],
)
def test_what_is_written_down_of_a_deed_says_whose_it_is(story: Callable[[], Story], given: i.Given, told: Any) -> None:
    assert story().give(given).outcomes == told


@pytest.mark.parametrize(
    ("story", "given", "code", "whose"),
    [
        (offered, i.Accepted(BOB), "offered_to_other", ANN),
        (answered, i.Accepted(BOB), "taken", ANN),
        (closing, i.Accepted(BOB), "closing", ANN),
        (closing, i.Transferred(ANN, to_user=BOB), "closing", ANN),
        (answered, i.Transferred(EVE, to_user=ANN), "already_his", ANN),
    ],
)
def test_who_comes_too_late_is_told_whose_it_is(
    story: Callable[[], Story], given: i.Given, code: str, whose: int
) -> None:
    with pytest.raises(Refused) as refused:
        story().give(given)
    assert (refused.value.code, refused.value.params) == (code, {"operator": whose})


# ---------------------------------------------------------------- snooze and pin


def test_snoozed_it_sleeps_until_its_time() -> None:
    story = answered(rules(auto_close_time=600)).give(i.Snoozed(ANN, T0 + HOUR))
    assert story.due() == {"snooze": 3600}
    assert story.outcomes == [Fact("snoozed", {"operator": ANN, "until": T0 + HOUR})]
    story.at(3600)
    assert (story.c.state, story.c.snoozed_until) == ("active", None)
    assert story.outcomes == [Fact("woken", {"operator": None})]
    assert story.due() == {"auto_close": 3600 + 600}  # the silence counts from its waking


def test_the_customers_words_or_the_operators_end_the_sleep() -> None:
    for given in (i.CustomerWrote(), i.Wrote(ANN), i.Snoozed(ANN, None)):
        assert answered().give(i.Snoozed(ANN, T0 + HOUR), given).c.snoozed_until is None
    assert answered().refuses(i.Snoozed(ANN, T0)) == "in_the_past"


def test_a_pinned_one_closes_by_itself_only_after_a_week() -> None:
    story = answered().at(60).give(i.Pinned(ANN, on=True))
    assert story.due() == {"auto_close": 60 + 7 * DAY // SECOND}
    assert story.outcomes == [Fact("pinned", {"operator": ANN})]
    story.at(90).give(i.Wrote(ANN))
    assert story.due() == {"auto_close": 90 + 7 * DAY // SECOND}


# ---------------------------------------------------------------- transfers


def test_a_transfer_to_an_operator_is_his_at_once() -> None:
    story = answered().at(9).give(i.Transferred(ANN, to_user=BOB))
    assert (story.c.state, story.c.operator_id, story.c.awaiting) == ("active", BOB, "customer")
    assert story.c.accepted_at == T0 + 9 * SECOND
    assert story.outcomes == [Fact("transferred", {"operator": ANN, "to": BOB}), RoundOver()]
    assert answered().refuses(i.Transferred(EVE, to_user=ANN)) == "already_his"


def must_accept() -> Story:
    return answered(rules(transfer_must_accept=True, queue_time=60)).at(100).give(i.Transferred(ANN, to_user=BOB))


def test_a_transfer_that_must_be_accepted_is_offered() -> None:
    c = must_accept().c
    assert (c.state, c.offered_to, c.offer, c.sender_id, c.operator_id) == ("offered", BOB, "transfer", ANN, None)
    assert c.waiting_since == T0 + 100 * SECOND  # nobody waited before; who did waits since his first words
    unanswered = active(rules(transfer_must_accept=True)).at(30).give(i.Transferred(ANN, to_user=BOB))
    assert unanswered.c.waiting_since == T0
    taken = must_accept().give(i.Accepted(BOB))
    assert (taken.c.state, taken.c.operator_id, taken.c.sender_id) == ("active", BOB, None)


@pytest.mark.parametrize(
    ("given", "fact"),
    [
        (i.Declined(BOB), "declined"),
        (i.OperatorUnavailable(BOB, "pause"), "returned"),
        (i.OperatorRemoved(BOB), "returned"),
    ],
)
def test_a_transfer_that_is_not_taken_comes_back_to_the_sender_with_a_word(given: i.Given, fact: str) -> None:
    story = must_accept().give(given)
    assert (story.c.state, story.c.operator_id, story.c.sender_id) == ("active", ANN, None)
    assert story.facts() == [fact, "came_back"]
    assert story.outcomes[-1] == Fact("came_back", {"to": ANN})


def test_a_transfer_that_runs_out_comes_back_too() -> None:
    story = must_accept().at(160)
    assert (story.c.state, story.c.operator_id) == ("active", ANN)
    assert story.facts() == ["timed_out", "came_back"]


def test_when_the_sender_has_gone_it_goes_to_the_queue() -> None:
    for given in (i.Declined(BOB, sender_gone=True), i.OperatorUnavailable(BOB, "pause", sender_gone=True)):
        story = must_accept().give(given)
        assert (story.c.state, story.c.route_at) == ("waiting", T0 + 100 * SECOND)
        assert story.outcomes[-1] == Fact("queued", {"why": "sender_gone"})
    third = must_accept()
    before = third.c
    assert third.give(i.OperatorRemoved(EVE)).c is before  # it comes back to its sender all the same
    story = must_accept().give(i.OperatorRemoved(ANN))
    assert (story.c.state, story.c.sender_id) == ("offered", None)
    assert story.give(i.Declined(BOB)).c.state == "waiting"


def test_a_transfer_to_a_department_is_routed_there() -> None:
    story = answered().at(10).give(i.CustomerWrote()).at(20).give(i.Transferred(ANN, to_department=8))
    c = story.c
    assert (c.state, c.department_id, c.line_id, c.operator_id, c.round) == ("waiting", 8, 1, None, 0)
    assert (c.waiting_since, c.route_at) == (T0 + 10 * SECOND, T0 + 20 * SECOND)
    assert story.facts() == ["transferred"]
    assert story.give(i.Accepted(EVE)).c.department_id is None


def test_in_another_line_that_lines_rules_hold_and_the_clock_keeps_its_start() -> None:
    line = rules(queue_time=60, kpi_first=60)
    other = rules(line_id=2, queue_time=300, priority=5, no_answer_time=500)
    story = active(line).at(30).give(i.Transferred(ANN, to_line=2, rules=other))
    c = story.c
    assert (c.state, c.line_id, c.priority, c.channel_id, c.responsible_at) == ("waiting", 2, 5, 3, T0)
    story.rules = other
    story.give(i.Offered(BOB, "queue", {}))
    assert story.due() == {"offer": 330, "no_answer": 500}


# ---------------------------------------------------------------- bots


def test_while_a_bot_leads_nobody_is_asked_and_the_bot_hears() -> None:
    story = Story(rules(greeting=TEXT, no_answer_action="text", no_answer_text=TEXT), bot_id=BOT)
    story.give(i.CustomerWrote(open=False, somebody=False))
    assert story.outcomes == [TellBot("message")]
    assert story.heard == []
    assert story.due() == {"bot_time": 600}
    assert story.give(i.CustomerPressed("menu:2")).outcomes == [TellBot("pressed:menu:2")]
    story.at(4).give(i.BotSaid())
    assert (story.c.bot_at, story.c.state) == (T0 + 4 * SECOND, "bot")
    assert story.refuses(i.Accepted(ANN)) == "bot_leads"
    assert story.refuses(i.Wrote(ANN)) == "bot_leads"


def test_the_clocks_of_people_start_when_the_bot_hands_over() -> None:
    story = Story(bot_id=BOT).give(i.CustomerWrote()).at(60).give(i.BotHandedOver(to_user=BOB, to_department=8))
    c, at = story.c, T0 + MINUTE
    assert (c.state, c.responsible_at, c.waiting_since, c.route_at) == ("waiting", at, at, at)
    assert (c.wanted_id, c.department_id) == (BOB, 8)
    assert c.customer_since == T0  # his words are still unanswered
    assert story.outcomes == [Fact("handed_over", {"why": "asked"})]
    story.rules = rules(no_answer_time=180, escalate_after=100)
    assert story.due() == {"route": 60, "no_answer": 240, "escalate": 160}


def test_a_bot_that_hands_over_before_the_customer_has_spoken() -> None:
    story = Story(bot_id=BOT).at(60).give(i.BotHandedOver())
    assert story.c.customer_since == T0 + MINUTE  # somebody is waited for


def test_a_bots_time_runs_out() -> None:
    story = Story(rules(bot_time=600), bot_id=BOT).give(i.CustomerWrote()).at(600)
    assert (story.c.state, story.c.responsible_at) == ("waiting", T0 + 600 * SECOND)
    assert story.outcomes == [Fact("handed_over", {"why": "bot_time"})]
    patient = Story(rules(bot_time=0), bot_id=BOT)
    assert patient.c.due_at is None


def test_a_bot_that_fails_leaves_to_people_and_one_that_is_done_finishes() -> None:
    failed = Story(bot_id=BOT).give(i.CustomerWrote(), i.BotFailed("timeout"))
    assert (failed.c.state, failed.outcomes) == ("waiting", [Fact("bot_failed", {"why": "timeout"})])
    done = Story(rules(close_text=TEXT), bot_id=BOT).give(i.CustomerWrote(), i.BotFinished())
    assert (done.c.state, done.c.reason) == ("closing", "finished")
    assert done.at(20).give(i.CustomerWrote()).c.state == "waiting"  # the bot is not asked again


# ---------------------------------------------------------------- reopening


def test_within_the_window_the_same_number_comes_back_to_its_operator() -> None:
    line = rules(reopen_window=3600, greeting=TEXT, greeting_each=True, kpi_first=60, kpi_further=120)
    story = answered(line).at(10).give(i.FinishedNow(ANN)).at(3609).give(i.CustomerWrote())
    c = story.c
    assert (c.state, c.operator_id, c.offered_to, c.awaiting) == ("active", ANN, None, "operator")
    assert (c.closed_at, c.finished_at, c.reason) == (None, None, None)
    assert c.customer_since == c.responsible_at == T0 + 3609 * SECOND
    assert story.facts() == ["reopened"]
    assert story.heard == [(0, "greeting")]  # not a second time


def test_what_silence_or_a_vote_closed_comes_back_too() -> None:
    silent = answered(rules(reopen_window=3600, auto_close_time=600)).at(700)
    voted = closing(rules(reopen_window=3600, close_text=TEXT, rating="like", close_after_rating=True)).at(10)
    for story in (silent, voted.give(i.CustomerRated(5))):
        assert story.c.reason in ("silent", "rated")
        assert story.give(i.CustomerWrote()).c.state == "active"


def test_the_window_closes() -> None:
    story = answered(rules(reopen_window=3600)).at(10).give(i.FinishedNow(ANN)).at(3610)
    assert story.refuses(i.CustomerWrote()) == "closed"
    assert closed(rules(reopen_window=0)).refuses(i.CustomerWrote()) == "closed"


@pytest.mark.parametrize("why", ["full", "pause"])
def test_a_reopened_one_goes_to_routing_when_its_operator_cannot_take_it(why: str) -> None:
    story = closed(rules(reopen_window=3600)).at(60).give(i.CustomerWrote(holder_unavailable=why))
    assert (story.c.state, story.c.operator_id, story.c.round) == ("waiting", None, 0)
    assert story.outcomes == [
        RoundOver(),
        Fact("reopened"),
        Fact("returned", {"why": why, "from": ANN}),
    ]


def test_what_was_closed_as_spam_or_with_its_customer_stays_closed() -> None:
    line = rules(reopen_window=3600)
    for given in (i.MarkedSpam(ANN), i.CustomerBlocked(), i.CustomerErased(), i.ChannelRemoved()):
        assert answered(line).give(given).refuses(i.CustomerWrote()) == "closed"


def test_a_reopened_one_that_nobody_ever_answered_starts_its_clocks_anew() -> None:
    line = rules(reopen_window=3600, no_answer_time=180)
    story = active(line).give(i.FinishedNow(ANN)).at(1000).give(i.CustomerWrote())
    assert story.c.state == "active"
    assert story.due()["no_answer"] == 1180


# ---------------------------------------------------------------- endings


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (i.CustomerBlocked(), "blocked"),
        (i.CustomerErased(), "erased"),
        (i.ChannelRemoved(), "channel_removed"),
        (i.MarkedSpam(ANN), "spam"),
    ],
)
@pytest.mark.parametrize("state", STATES[:-1])
def test_some_endings_say_nothing(state: State, given: i.Given, reason: str) -> None:
    story = in_state(state, rules(close_text=TEXT, rating="like")).give(given)
    c = story.c
    assert (c.state, c.reason, c.closed_at) == ("closed", reason, T0)
    told = Fact("spam", {"operator": ANN}) if reason == "spam" else Fact("closed", {"why": reason})
    assert story.outcomes[0] == told
    assert (c.offered_to, c.route_at, c.snoozed_until, c.waiting_since, c.due_at) == (None,) * 5
    assert story.at(DAY // SECOND).heard == []


def test_a_closed_one_may_be_marked_spam_later() -> None:
    story = closed().give(i.MarkedSpam(EVE))
    assert (story.c.reason, story.outcomes) == ("spam", [Fact("spam", {"operator": EVE})])


def test_a_merged_customer_takes_his_conversations_along() -> None:
    for state in STATES:
        story = in_state(state).give(i.CustomerMerged(77))
        assert (story.c.customer_id, story.c.state) == (77, state)


# ---------------------------------------------------------------- the line


def test_a_line_that_is_off_plays_no_timer_and_goes_on_when_it_is_on_again() -> None:
    on = rules(queue_time=60)
    story = offered(on)
    story.rules = on._replace(active=False)
    story.give(i.LineSwitched(on=False))
    assert (story.c.due_at, story.at(600).c.state) == (None, "offered")
    assert story.refuses(i.Wrote(ANN)) == "line_off"
    story.rules = on
    story.give(i.LineSwitched(on=True))
    assert story.c.due_at == T0 + MINUTE
    story.wake_until(story.now)
    assert (story.c.state, story.c.route_at) == ("waiting", T0 + 600 * SECOND)


def test_what_waits_in_a_line_that_is_switched_on_is_routed_at_once() -> None:
    off = rules(active=False)
    story = Story(off).give(i.CustomerWrote())
    assert (story.c.state, story.c.due_at) == ("waiting", None)
    story.at(50).rules = off._replace(active=True)
    story.give(i.LineSwitched(on=True))
    assert story.c.route_at == T0 + 50 * SECOND


def test_a_change_of_mode_takes_offers_back() -> None:
    by_name, all_of_them = rules(mode="evenly"), rules(mode="everyone")
    story = offered(by_name).change(all_of_them)
    assert (story.c.state, story.outcomes) == ("waiting", [Fact("queued", {"why": "mode_changed"}), RoundOver()])
    story = offered(all_of_them, to=None, offer="everyone").change(by_name)
    assert story.c.state == "waiting"
    assert RoundOver() in story.outcomes
    assert offered(by_name).change(rules(mode="strictly")).c.state == "offered"
    assert offered(by_name, offer="own").change(all_of_them).c.state == "offered"


def test_new_rules_look_for_an_operator_at_once() -> None:
    story = Story().give(i.CustomerWrote(), i.NobodyToOffer("queue_empty")).at(5).change(rules())
    assert story.c.route_at == T0 + 5 * SECOND
