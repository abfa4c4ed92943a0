"""Records of answers that are owed (rules.md 7), and who is told when they are late."""

from typing import Any

import msgspec
import pytest

from openlines.core.conversation import opened, step
from openlines.core.inputs import BotHandedOver, CustomerWrote
from openlines.core.kpi import clock
from openlines.services import handle, kpi_report, my_notices, reply
from openlines.services import lines as line_cases
from openlines.services.access import Actor
from openlines.services.departments import add_department
from openlines.services.kpi_report import Asked
from openlines.services.portal import open_portal
from openlines.store import kpi
from openlines.store import lines as line_rows
from openlines.store.kpi import Record
from openlines.store.lines import LineRow, rules_of
from tests.services.portal import START, Portal

TARGETS: dict[str, Any] = {"kpi_first": 60, "kpi_further": 120}
NOTICE: dict[str, Any] = {"on": True, "steps": [80, 100, 200], "head": False, "operator": True}


def records(house: Portal, conversation_id: int) -> list[Record]:
    return house.do(kpi.of_conversation, conversation_id)


def line_row(house: Portal, line_id: int) -> LineRow:
    row = house.do(line_rows.one, line_id)
    assert row is not None
    return row


def outcomes(house: Portal, conversation_id: int) -> list[tuple[str, str | None, float | None, int | None]]:
    """(kind, outcome, seconds, who answers for it)"""
    return [
        (each.kind, each.outcome, None if each.elapsed is None else each.elapsed / 1e6, each.holder_id)
        for each in records(house, conversation_id)
    ]


def held(record: Record) -> list[list[Any]]:
    return [[who, time / 1e6] for who, time in msgspec.json.decode(record.held)]


def steps(house: Portal, who: Actor) -> list[tuple[str, int]]:
    return [(each.kind, each.step) for each in reversed(house.do(my_notices.mine, who).rows)]


def test_e8_the_first_and_the_further_answers(house: Portal) -> None:
    ann = house.operator("Ann")
    line = house.line(ann, **TARGETS, kpi_further_notice={**NOTICE, "steps": [100]})
    channel = house.channel(line)
    c = house.writes(channel, "Carol").conversation_id
    house.at(40)
    house.replies(ann, c)
    assert outcomes(house, c) == [("first", "met", 40, ann.user_id)]
    house.at(300)
    house.writes(channel, "Carol")
    house.at(360)
    house.writes(channel, "Carol")
    open_one = records(house, c)[1]
    assert (open_one.due_at - START) / 1e6 == 420
    house.at(419.9)
    assert steps(house, ann) == []
    house.at(420)
    assert steps(house, ann) == [("kpi_further", 100)]
    house.at(480)
    house.replies(ann, c)
    assert outcomes(house, c)[1] == ("further", "breached", 180, ann.user_id)
    assert len(records(house, c)) == 2


def test_without_targets_nothing_is_kept(house: Portal) -> None:
    ann = house.operator("Ann")
    channel = house.channel(house.line(ann))
    c = house.writes(channel, "Carol").conversation_id
    house.replies(ann, c)
    assert records(house, c) == []


def test_a_message_costs_one_write_where_a_clock_starts_and_nothing_elsewhere(
    house: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def spied(name: str) -> Any:
        real = getattr(kpi, name)

        def spy(*given: Any, **more: Any) -> Any:
            asked.append(name)
            return real(*given, **more)

        return spy

    for name in ("add", "put", "drop", "open_of", "open_of_some", "started_then"):
        monkeypatch.setattr(kpi, name, spied(name))
    ann = house.operator("Ann")
    without, channel = house.channel(house.line(ann)), house.channel(house.line(ann, name="Other", **TARGETS))
    house.settle()
    asked.clear()
    house.replies(ann, house.writes(without, "Dave").conversation_id)
    assert asked == []
    c = house.writes(channel, "Carol").conversation_id
    house.writes(channel, "Carol")
    assert asked == ["add"]
    house.replies(ann, c)
    house.replies(ann, c)
    assert asked == ["add", "open_of", "put"]
    house.writes(channel, "Carol")
    house.writes(channel, "Carol")
    assert asked == ["add", "open_of", "put", "add"]


def test_each_target_stands_alone(house: Portal) -> None:
    ann = house.operator("Ann")
    channel = house.channel(house.line(ann, kpi_further=120))
    c = house.writes(channel, "Carol").conversation_id
    house.replies(ann, c)
    house.writes(channel, "Carol")
    assert [each.kind for each in records(house, c)] == ["further"]


def test_a_note_is_no_answer(house: Portal) -> None:
    ann = house.operator("Ann")
    channel = house.channel(house.line(ann, **TARGETS))
    c = house.writes(channel, "Carol").conversation_id
    house.accepts(ann, c)
    house.do(reply.reply, ann, c, reply.Reply("n1", "hm", note=True))
    assert records(house, c)[0].outcome is None


def test_closed_without_a_reply_is_neither_met_nor_breached(house: Portal) -> None:
    ann = house.operator("Ann")
    channel = house.channel(house.line(ann, **TARGETS))
    c = house.writes(channel, "Carol").conversation_id
    house.accepts(ann, c)
    house.after(10)
    house.acts(handle.finish, ann, c, now=True)
    assert outcomes(house, c) == [("first", "closed", 10, ann.user_id)]


def test_an_undone_finish_never_happened(house: Portal) -> None:
    ann = house.operator("Ann")
    channel = house.channel(house.line(ann, **TARGETS))
    c = house.writes(channel, "Carol").conversation_id
    house.accepts(ann, c)
    house.after(10)
    house.acts(handle.finish, ann, c, now=True)
    house.after(5)
    house.acts(handle.undo_finish, ann, c)
    house.after(20)
    house.replies(ann, c)
    assert outcomes(house, c) == [("first", "met", 35, ann.user_id)]


def test_the_finish_settles_what_needed_no_answer(house: Portal) -> None:
    """ "Thanks!" before a finish is not held against the operator when more comes later."""
    ann = house.operator("Ann")
    channel = house.channel(house.line(ann, **TARGETS, close_text={"en": "Bye"}))
    c = house.writes(channel, "Carol").conversation_id
    house.replies(ann, c)
    house.after(10)
    house.writes(channel, "Carol", "thanks")
    house.after(10)
    house.acts(handle.finish, ann, c)
    house.after(300)
    house.writes(channel, "Carol", "one more thing")
    house.after(30)
    house.replies(ann, c)
    assert [each[1:3] for each in outcomes(house, c)] == [("met", 0), ("closed", 310), ("met", 30)]


def test_a_reply_while_it_is_closing_is_the_answer(house: Portal) -> None:
    ann = house.operator("Ann")
    channel = house.channel(house.line(ann, **TARGETS, close_text={"en": "Bye"}))
    c = house.writes(channel, "Carol").conversation_id
    house.accepts(ann, c)
    house.acts(handle.finish, ann, c)
    house.after(30)
    house.replies(ann, c)
    assert outcomes(house, c) == [("first", "met", 30, ann.user_id)]


def test_the_holder_at_the_deadline_owns_the_breach(house: Portal) -> None:
    ann, bob = house.operator("Ann"), house.operator("Bob")
    channel = house.channel(house.line(ann, bob, **TARGETS, mode="everyone"))
    c = house.writes(channel, "Carol").conversation_id
    house.at(20)
    house.accepts(ann, c)
    house.at(90)
    house.acts(handle.transfer, ann, c, user_id=bob.user_id)
    house.at(100)
    house.replies(bob, c)
    (record,) = records(house, c)
    assert (record.outcome, record.holder_id, record.answered_by) == ("breached", ann.user_id, bob.user_id)
    assert held(record) == [[None, 20], [ann.user_id, 70], [bob.user_id, 10]]


def test_held_by_nobody_at_the_deadline_it_is_the_lines(house: Portal) -> None:
    ann = house.operator("Ann")
    channel = house.channel(house.line(ann, **TARGETS, queue_time=600))
    c = house.writes(channel, "Carol").conversation_id
    house.at(70)
    house.replies(ann, c)
    assert outcomes(house, c) == [("first", "breached", 70, None)]


def test_another_line_has_its_own_target_and_the_clock_keeps_its_start(house: Portal) -> None:
    ann = house.operator("Ann")
    first = house.line(ann, **TARGETS)
    second = house.line(ann, name="Other", kpi_first=600)
    channel = house.channel(first)
    c = house.writes(channel, "Carol").conversation_id
    house.at(30)
    house.acts(handle.transfer, house.admin, c, line_id=second)
    (record,) = records(house, c)
    assert (record.line_id, record.target, record.started_at, record.due_at - START) == (
        second,
        600,
        START,
        600 * 10**6,
    )


def test_a_passed_deadline_stays_where_it_passed(house: Portal) -> None:
    ann = house.operator("Ann")
    first = house.line(ann, **TARGETS)
    second, third = house.line(ann, name="Other", kpi_first=600), house.line(ann, name="Third")
    channel = house.channel(first)
    for target, expected in ((second, None), (third, "breached")):
        start = house.now
        c = house.writes(channel, f"C{target}").conversation_id
        house.after(90)
        house.acts(handle.transfer, house.admin, c, line_id=target)
        (record,) = records(house, c)
        assert (record.line_id, record.target, record.outcome) == (first, 60, expected)
        assert record.started_at == start
        house.replies(ann, c)
        assert records(house, c)[0].outcome == "breached"


def test_before_its_deadline_it_goes_with_the_conversation_even_to_a_line_without_targets(house: Portal) -> None:
    ann = house.operator("Ann")
    first, second = house.line(ann, **TARGETS), house.line(ann, name="Other")
    c = house.writes(house.channel(first), "Carol").conversation_id
    house.after(10)
    house.acts(handle.transfer, house.admin, c, line_id=second)
    assert records(house, c) == []


@pytest.mark.parametrize("reaches", [True, False])
def test_new_targets_are_as_if_they_had_always_held(house: Portal, reaches: bool) -> None:
    ann = house.operator("Ann")
    line = house.line(ann, kpi_first=600 if reaches else 0)
    c = house.writes(house.channel(line), "Carol").conversation_id
    house.at(30)
    house.change(line, kpi_first=45)
    house.settle()
    (record,) = records(house, c)
    assert (record.target, record.started_at, (record.due_at - START) / 1e6) == (45, START, 45)
    house.at(50)
    house.replies(ann, c)
    assert outcomes(house, c) == [("first", "breached", 50, None)]


def test_a_target_that_is_taken_away_leaves_nothing_running(house: Portal) -> None:
    ann = house.operator("Ann")
    line = house.line(ann, **TARGETS)
    channel = house.channel(line)
    c = house.writes(channel, "Carol").conversation_id
    other = house.writes(channel, "Dave").conversation_id
    version = line_row(house, line).version
    house.do(line_cases.change, house.admin, line, version, settings={"kpi_first": 0})
    house.do(handle.finish, house.admin, other, now=True)  # before the change has reached it
    house.settle()
    assert records(house, c) == []
    assert records(house, other) == []


def test_working_time_stops_the_clock(house: Portal) -> None:
    ann = house.operator("Ann")
    week = [[{"from": "09:00", "to": "09:01"}, {"from": "10:00", "to": "18:00"}]] * 7
    line = house.line(ann, kpi_first=120, kpi_clock="hours", hours_on=True, time_zone="UTC", week=week)
    c = house.writes(house.channel(line), "Carol").conversation_id  # 09:00
    (record,) = records(house, c)
    assert (record.due_at - START) / 1e6 == 3660
    house.at(3630)
    house.replies(ann, c)
    assert outcomes(house, c) == [("first", "met", 90, ann.user_id)]


def test_each_step_is_told_once_to_whom_the_line_names(house: Portal) -> None:
    boss, ann, bob = house.operator("Boss", role="administrator"), house.operator("Ann"), house.operator("Bob")
    head = house.operator("Head")
    house.do(add_department, None, name="Sales", head_id=head.user_id, member_ids=[ann.user_id])
    notice = {**NOTICE, "people": [bob.user_id], "head": True, "text": {"en": "{customer} waits {waited}"}}
    line = house.line(ann, kpi_first=60, kpi_first_notice=notice, queue_time=600, no_answer_time=43200)
    c = house.writes(house.channel(line), "Carol").conversation_id
    house.at(10)
    house.accepts(ann, c)
    house.at(300)
    house.at(600)
    for who in (ann, bob, head):
        assert steps(house, who) == [("kpi_first", 80), ("kpi_first", 100), ("kpi_first", 200)]
    assert steps(house, boss) == []
    row = house.do(my_notices.mine, ann).rows[1]
    params = msgspec.json.decode(row.params)
    assert (row.customer, params["waited"], params["operator"]) == ("Carol", 60_000_000, "Ann")
    assert row.created_at == START + 60 * 10**6
    assert row.conversation_id == c


def test_nobody_holds_it_then_heads_are_told_and_without_heads_administrators(house: Portal) -> None:
    boss, ann = house.operator("Boss", role="administrator"), house.operator("Ann")
    line = house.line(ann, kpi_first=60, kpi_first_notice={**NOTICE, "head": True}, queue_time=600)
    house.writes(house.channel(line), "Carol")
    house.at(60)
    assert steps(house, ann) == []
    assert steps(house, boss) == [("kpi_first", 80), ("kpi_first", 100)]


def test_a_changed_target_tells_no_step_twice_and_of_missed_steps_the_last(house: Portal) -> None:
    ann = house.operator("Ann")
    line = house.line(ann, kpi_first=60, kpi_first_notice=NOTICE, queue_time=600)
    c = house.writes(house.channel(line), "Carol").conversation_id
    house.accepts(ann, c)
    house.at(50)
    assert steps(house, ann) == [("kpi_first", 80)]
    house.change(line, kpi_first=100)
    house.at(90)
    assert steps(house, ann) == [("kpi_first", 80)]
    house.change(line, kpi_first=30)
    house.settle()
    assert steps(house, ann) == [("kpi_first", 80), ("kpi_first", 200)]


def test_the_next_answer_starts_with_its_first_step_again(house: Portal) -> None:
    ann = house.operator("Ann")
    line = house.line(ann, **TARGETS, kpi_further_notice=NOTICE)
    channel = house.channel(line)
    c = house.writes(channel, "Carol").conversation_id
    house.replies(ann, c)
    for _ in range(2):
        house.writes(channel, "Carol")
        house.after(130)
        house.replies(ann, c)
    assert steps(house, ann) == [("kpi_further", 80), ("kpi_further", 100)] * 2


@pytest.mark.parametrize("owner", [None, 0])
def test_late_answers_come_in_pages_and_what_is_overdue_first(house: Portal, owner: int | None) -> None:
    house.do(open_portal, "epoch", "hash")
    ann = house.operator("Ann")
    channel = house.channel(house.line(ann, kpi_first=60, queue_time=600))
    together = [house.writes(channel, f"C{each}").conversation_id for each in range(4)]  # begun at one instant
    house.after(100)
    for c in together:
        house.replies(ann, c)
    waiting = house.writes(channel, "Waiting").conversation_id
    house.after(61)
    asked, seen, before = Asked(days=1, operator_id=owner), [], None
    while True:
        page, before = house.do(kpi_report.breaches, house.admin, asked, before=before, limit=3)
        seen += [each.breach.conversation_id for each in page]
        if before is None:
            break
    assert seen == [waiting, *reversed(together)]
    assert house.do(kpi_report.report, house.admin, asked).total.overdue == 1


def test_a_bots_time_is_not_the_peoples(house: Portal) -> None:
    line = house.line(**TARGETS)
    rules = rules_of(line, 1, line_row(house, line).settings, True)
    c, _ = opened(id=1, thread_id=1, channel_id=1, customer_id=1, now=START, rules=rules, bot_id=5)
    c, _ = step(c, CustomerWrote(), now=START, rules=rules)
    assert clock(c, rules) is None
    c, _ = step(c, BotHandedOver(), now=START + 50, rules=rules)
    running = clock(c, rules)
    assert running is not None
    assert running.start == START + 50


def test_a_head_sees_the_answers_of_those_who_lead_below_him(house: Portal) -> None:
    house.do(open_portal, "epoch", "hash")
    top, head, other = house.operator("Top"), house.operator("Head"), house.operator("Other")
    above = house.do(add_department, None, name="All", head_id=top.user_id)
    house.do(add_department, None, name="Sales", parent_id=above, head_id=head.user_id)
    channel = house.channel(house.line(head, other, mode="strictly", **TARGETS))
    c = house.writes(channel, "Carol").conversation_id
    house.after(20)
    house.replies(head, c)
    seen = {who.user_id: house.do(kpi_report.report, who, Asked()).total.figures.answers for who in (top, head, other)}
    assert seen == {top.user_id: 1, head.user_id: 1, other.user_id: 0}
