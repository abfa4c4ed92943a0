"""The worked examples of the rules, with a line that consists of the core alone."""

from datetime import UTC, datetime
from typing import Any

import pytest

from openlines.core import inputs as i
from openlines.core.line import SECOND, Interval
from openlines.core.state import Refused
from tests.core.cases import BOT, T0, TEXT, rules
from tests.core.line_simulator import SimulatedLine

A, B, C = 1, 2, 3


def clock(words: str) -> int:
    """A moment of Monday, 23 November 2026, UTC."""
    return int(datetime.fromisoformat(f"2026-11-23T{words}").replace(tzinfo=UTC).timestamp()) * SECOND


class TestE1:
    """Evenly, A B C free, a minute for each."""

    def line(self) -> SimulatedLine:
        line = SimulatedLine(rules(mode="evenly", queue_time=60), {A: True, B: True, C: True}, T0)
        for second, number in ((0, 1), (5, 2), (12, 3), (15, 4)):
            line.at(second).customer(number)
        return line

    def test_first_offers_go_round(self) -> None:
        assert self.line().offers == [
            (0, 1, A, "longest_without_new"),
            (5, 2, B, "longest_without_new"),
            (12, 3, C, "longest_without_new"),
            (15, 4, A, "longest_without_new"),
        ]

    def test_what_is_not_accepted_goes_on_to_those_not_asked_in_this_round(self) -> None:
        line = self.line()
        for number, user in ((1, A), (3, C), (4, A)):
            line.give(number, i.Accepted(user))
        line.at(200)
        assert line.offers[4:] == [
            (65, 2, A, "longest_without_repeat"),
            (125, 2, C, "longest_without_repeat"),
            (185, 2, B, "round_again"),
        ]
        assert line.cases[2].round == 2


class TestE2:
    """Strictly A B C."""

    def line(self) -> SimulatedLine:
        line = SimulatedLine(rules(mode="strictly", queue_time=60), {A: True, B: True, C: True}, T0)
        line.customer(1)
        return line

    def test_in_order_and_round_again(self) -> None:
        assert self.line().at(181).offers == [
            (0, 1, A, "next_in_order"),
            (60, 1, B, "next_in_order"),
            (120, 1, C, "next_in_order"),
            (180, 1, A, "round_again"),
        ]

    def test_who_is_offline_is_passed_over(self) -> None:
        line = self.line().at(150)
        line.person(A, online=False)
        assert line.at(181).offers[-1] == (180, 1, B, "round_again")


class TestE3:
    """Everyone, A and B online, C offline."""

    def line(self) -> SimulatedLine:
        line = SimulatedLine(rules(mode="everyone", queue_time=60), {A: True, B: True, C: False}, T0)
        line.customer(1)
        return line

    def test_all_who_are_there_are_invited_also_who_comes_later(self) -> None:
        line = self.line()
        assert (line.cases[1].offer, line.offered_to(1), line.can_see(1)) == ("everyone", None, {A, B})
        line.at(10).person(C, online=True)
        assert line.can_see(1) == {A, B, C}

    def test_the_first_wins_the_others_are_told_and_a_transfer_is_a_transfer(self) -> None:
        line = self.line().at(20)
        line.give(1, i.Accepted(B))
        with pytest.raises(Refused) as refused:
            line.give(1, i.Accepted(A))
        assert (refused.value.code, refused.value.params) == ("taken", {"operator": B})
        assert line.give(1, i.Transferred(B, to_user=A)).operator_id == A

    def test_who_declines_does_not_see_it_until_the_round_ends(self) -> None:
        line = self.line()
        line.give(1, i.Declined(A))
        assert line.can_see(1) == {B}
        line.at(61)
        assert (line.can_see(1), line.cases[1].round) == ({A, B}, 2)


class TestE4:
    """A limit of two, counting what is not replied to."""

    def line(self) -> SimulatedLine:
        line = SimulatedLine(rules(mode="evenly", limit=2, counting="not_replied", queue_time=600), {A: True}, T0)
        for number in (1, 2):
            line.customer(number)
            line.give(number, i.Accepted(A))
        line.give(2, i.Wrote(A))
        return line

    def test_the_customers_turn_frees_a_place(self) -> None:
        line = self.line()
        assert line.counted(A) == 1
        line.at(10).customer(3)
        assert (line.offered_to(3), line.counted(A)) == (A, 2)

    def test_when_a_customer_writes_again_nothing_new_comes_and_nothing_is_taken_away(self) -> None:
        line = self.line()
        line.customer(2)
        assert line.counted(A) == 2
        line.at(10).customer(3)
        assert (line.cases[3].state, line.cases[3].route_at) == ("waiting", None)
        full = self.line()
        full.customer(3)
        full.customer(2)  # his turn is over while a third one has been given
        assert (full.counted(A), full.offered_to(3)) == (3, A)

    def test_the_longest_waiting_is_offered_at_once_when_he_counts_below_two(self) -> None:
        line = self.line()
        line.customer(3)
        line.give(3, i.Accepted(A))
        line.customer(2)  # three count
        line.at(10).customer(4)
        line.at(20).customer(5)
        line.at(30).give(1, i.Wrote(A))
        assert line.cases[4].state == "waiting"  # two count still
        line.at(40).give(2, i.Wrote(A))
        assert (line.offered_to(4), line.cases[5].state) == (A, "waiting")
        assert line.offers[-1] == (40, 4, A, "only_one")


class TestE5:
    """Close text and rating on, ten minutes of delay, finished at 12:00."""

    def line(self, **settings: Any) -> SimulatedLine:
        chosen = rules(close_text=TEXT, rating="like", full_close_delay=600, **settings)
        line = SimulatedLine(chosen, {A: True}, clock("12:00:00"))
        line.customer(1)
        line.give(1, i.Accepted(A))
        line.give(1, i.Wrote(A))
        line.give(1, i.Finished(A))
        return line

    def test_a_vote_is_stored_and_thanked_and_it_closes_at_its_time(self) -> None:
        line = self.line().at(120)
        assert line.heard == [(5, 1, "close"), (5, 1, "rating")]
        line.give(1, i.CustomerRated(5))
        assert (line.cases[1].state, line.heard[-1]) == ("closing", (120, 1, "rating_thanks_good"))
        assert line.at(3600).cases[1].closed_at == clock("12:10:00")

    def test_with_close_at_once_it_closes_on_the_vote(self) -> None:
        line = self.line(close_after_rating=True).at(120)
        assert line.give(1, i.CustomerRated(5)).closed_at == clock("12:02:00")

    def test_one_more_thing_brings_it_back_to_the_same_operator(self) -> None:
        line = self.line().at(300)
        c = line.customer(1)
        assert (c.state, c.operator_id, c.rating_asked_at) == ("active", A, None)
        line.at(360).give(1, i.Wrote(A))
        line.give(1, i.Finished(A))
        assert line.at(400).heard[2:] == [(365, 1, "close"), (365, 1, "rating")]

    def test_silence_closes_it_a_late_vote_is_recorded_and_new_words_are_a_new_case(self) -> None:
        line = self.line().at(1200)
        assert line.cases[1].closed_at == clock("12:10:00")
        rated = line.give(1, i.CustomerRated(5))
        assert (rated.state, rated.rating) == ("closed", 5)
        c = line.customer(1)
        assert (c.state, c.opened_at, c.rating) == ("offered", clock("12:20:00"), None)

    def test_or_the_same_case_within_its_window(self) -> None:
        line = self.line(reopen_window=3600).at(1200)
        c = line.customer(1)
        assert (c.state, c.operator_id, c.opened_at) == ("active", A, clock("12:00:00"))


class TestE6:
    """Monday to Friday 9–18, no check of availability; a Saturday."""

    def test_the_off_hours_text_once_and_offered_all_the_same(self) -> None:
        week = (*(((Interval("09:00", "18:00"),),) * 5), (), ())
        line_rules = rules(hours_on=True, week=week, check_availability=False, off_hours_text=TEXT)
        line = SimulatedLine(line_rules, {A: False}, clock("12:00:00") + 5 * 86400 * SECOND)
        line.customer(1)
        assert (line.heard, line.offered_to(1)) == ([(0, 1, "off_hours")], A)
        line.at(10).customer(1)
        assert len(line.heard) == 1
        line.at(20).give(1, i.Wrote(A))
        line.at(30).customer(1)
        assert line.heard == [(0, 1, "off_hours"), (30, 1, "off_hours")]


class TestE7:
    """A bot always, 600 seconds, that leaves when it hands over."""

    def line(self) -> SimulatedLine:
        line = SimulatedLine(rules(bot_time=600, kpi_first=60, no_answer_time=180), {A: True}, clock("10:00:00"))
        line.customer(1, bot_id=BOT)
        return line

    def test_on_request_people_are_responsible_from_then_on(self) -> None:
        line = self.line()
        assert (line.cases[1].state, line.target(1), line.offers) == ("bot", None, [])
        line.at(60).give(1, i.BotHandedOver())
        assert (line.offered_to(1), line.target(1)) == (A, 120)
        line.give(1, i.Accepted(A))
        line.at(239.9)
        assert line.cases[1].unanswered == 0
        assert line.at(240).cases[1].unanswered == 1

    def test_without_a_request_it_comes_to_the_queue_at_its_time(self) -> None:
        line = self.line().at(599)
        assert line.cases[1].state == "bot"
        assert line.at(600).offers == [(600, 1, A, "only_one")]


class TestE8:
    """KPI first 60, further 120."""

    def test_each_answer_has_its_due_time_to_the_second(self) -> None:
        line = SimulatedLine(rules(kpi_first=60, kpi_further=120), {A: True}, clock("10:00:00"))
        line.customer(1)
        assert line.target(1) == 60
        line.at(40).give(1, i.Wrote(A))
        assert line.target(1) is None
        assert line.cases[1].replied_at == clock("10:00:40")  # 40 s, met
        line.at(300).customer(1)
        line.at(360).customer(1)
        assert line.target(1) == 420  # one record, due 10:07:00
        line.at(480)
        assert line.target(1) == 420  # breached since then
        since = line.cases[1].customer_since or 0
        line.give(1, i.Wrote(A))
        assert ((line.cases[1].operator_at or 0) - since, line.target(1)) == (180 * SECOND, None)
        assert line.cases[1].operator_id == A


class TestPresence:
    """What the grace is for."""

    def test_a_restart_moves_nothing_within_the_grace(self) -> None:
        line = SimulatedLine(rules(queue_time=600), {A: True, B: True}, T0)
        line.customer(1)
        line.at(10).person(A, grace_until=T0 + 70 * SECOND)
        line.person(B, grace_until=T0 + 70 * SECOND)
        assert line.at(69).offered_to(1) == A
        line.person(A, grace_until=None)  # back again
        assert line.at(200).offered_to(1) == A

    def test_after_the_grace_what_was_offered_goes_on_and_what_is_active_stays_until_the_customer_writes(self) -> None:
        line = SimulatedLine(rules(queue_time=600), {A: True, B: True}, T0)
        line.customer(1)
        line.customer(2)
        line.give(2, i.Accepted(B))
        line.customer(3)
        line.give(3, i.Accepted(A))
        line.person(A, grace_until=T0 + 60 * SECOND)
        line.at(60)
        assert (line.offered_to(1), line.cases[3].operator_id) == (B, A)
        line.customer(3)
        assert line.offered_to(3) == B

    def test_the_customers_own_operator_is_asked_first_then_the_queue(self) -> None:
        line = SimulatedLine(rules(own_time=30, queue_time=60), {A: True, B: True}, T0)
        line.customer(1, wanted=B)
        line.at(40)
        assert line.offers == [(0, 1, B, "own_operator"), (30, 1, A, "longest_without_new")]
        busy = SimulatedLine(rules(limit=1), {A: True, B: True}, T0)
        busy.customer(1, wanted=B)
        busy.customer(2, wanted=B)
        assert busy.offered_to(2) == A


def test_nothing_waits_while_somebody_can_take_it() -> None:
    line = SimulatedLine(rules(limit=1, queue_time=600, counting="open"), {A: True, B: False}, T0)
    for number in (1, 2, 3):
        line.customer(number)
    assert [line.cases[number].state for number in (1, 2, 3)] == ["offered", "waiting", "waiting"]
    line.at(5).person(B, online=True)
    assert line.offered_to(2) == B
    line.give(1, i.Accepted(A))
    line.at(9).give(1, i.FinishedNow(A))
    assert line.offered_to(3) == A
