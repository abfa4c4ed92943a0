"""Anything that people can do, in any order, at any time, with rules changing under way: what must always hold.

A stateful machine over the public use cases, on both stores. After every step the workers come to rest, and then:
timers stand where somebody is waited for; what waits has no operator; counters equal a recount; nothing waits
while somebody can take it; nobody was offered more than his limit; the log knows every message.
"""

import contextlib
import itertools
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from openlines.core.capacity import limit_for_offers
from openlines.core.kpi import clock, moment
from openlines.core.state import Conversation, Refused
from openlines.core.timers import due_at
from openlines.services import handle, presence, react
from openlines.services.access import Actor
from openlines.store import kpi, lines, seats, tables
from openlines.store.statement import Statement
from tests.services.portal import Portal

MODES = st.sampled_from(["evenly", "strictly", "everyone", "least_busy"])
OPERATORS = st.integers(0, 3)
CUSTOMERS = st.sampled_from(["ann", "bob", "cem", "dora", "eve"])
SECONDS = st.sampled_from([0.5, 5, 30, 59, 60, 61, 180, 601, 4 * 3600, 86400])
# Of a silence: words after a minute and after an hour, with every button.
REMINDERS = [
    {"after": 60, "text": {"en": "Are you still there?"}, "buttons": []},
    {
        "after": 3600,
        "text": {"en": "What shall we do?"},
        "buttons": [
            {"action": "continue", "caption": {"en": "Go on"}, "reply": {}},
            {"action": "close", "caption": {"en": "Finish"}, "reply": {"en": "Goodbye"}},
            {"action": "new", "caption": {"en": "New question"}, "reply": {}},
        ],
    },
]
CLOSED = {"en": "We are closed. How can we reach you?"}
NOTICES = st.sampled_from([{"on": False}, {"on": True, "steps": [100]}, {"on": True, "steps": [80, 100, 200]}])
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "mode": MODES,
        "queue_time": st.sampled_from([60, 120, 600]),
        "limit": st.sampled_from([0, 1, 2]),
        "counting": st.sampled_from(["unanswered", "not_replied", "open"]),
        "check_availability": st.booleans(),
        "no_answer_time": st.sampled_from([10, 60, 600]),
        "full_close_delay": st.sampled_from([0, 600]),
        "auto_close_time": st.sampled_from([0, 60, 3600]),
        "close_text": st.sampled_from([{}, {"en": "bye"}]),
        "rating": st.sampled_from(["off", "like"]),
        "reopen_window": st.sampled_from([0, 600]),
        "own_days": st.sampled_from([0, 7]),
        "transfer_must_accept": st.booleans(),
        "hours_on": st.booleans(),
        "off_hours": st.sampled_from(["offer", "hold", "collect"]),
        "escalate_after": st.sampled_from([0, 300]),
        "escalate_to": st.sampled_from(["head", "queue"]),
        "inactivity": st.sampled_from([[], REMINDERS[:1], REMINDERS]),
        "kpi_first": st.sampled_from([0, 60, 600]),
        "kpi_further": st.sampled_from([0, 120]),
        "kpi_clock": st.sampled_from(["calendar", "hours"]),
        "kpi_from": st.sampled_from(["responsible", "words"]),
        "kpi_first_notice": NOTICES,
        "kpi_further_notice": NOTICES,
        "place_on": st.booleans(),
    },
)


class House(Portal):
    """Looks at every offer the moment it is made."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.over_limit: list[str] = []

    def do(self, use_case: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        result = super().do(use_case, *args, **kwargs)
        if getattr(use_case, "__name__", "") == "route" and result.offered:
            self._check_offers(args[0])
        return result

    def _check_offers(self, line_id: int) -> None:
        row = super().do(lines.one, line_id)
        limit = limit_for_offers(row.rules) if row is not None else 0
        for c in self.all():
            if c.state == "offered" and c.offered_at == self.now and c.line_id == line_id and c.offered_to and limit:
                seat = super().do(seats.one, line_id, c.offered_to)
                if c.offer != "transfer" and seat is not None and seat.counted > limit:
                    self.over_limit.append(f"{c.id} to {c.offered_to}: {seat.counted} of {limit}")


class Machine(RuleBasedStateMachine):
    url: Callable[[], str]

    def __init__(self) -> None:
        super().__init__()
        self.house = House(type(self).url())
        self.operators: list[Actor] = []
        self.lines: list[int] = []
        self.channels: list[int] = []
        self.connections: dict[int, int] = {}

    def teardown(self) -> None:
        self.house.close()

    @initialize(modes=st.tuples(MODES, MODES))
    def portal(self, modes: tuple[str, str]) -> None:
        self.operators = [self.house.operator(name) for name in "ABCD"]
        self.connections = {each.user_id: 1 for each in self.operators}
        self.lines = [
            self.house.line(*self.operators[:3], mode=modes[0], limit=2, off_hours_text=CLOSED),
            self.house.line(*self.operators[1:], mode=modes[1], off_hours_text=CLOSED),
        ]
        self.channels = [self.house.channel(each) for each in self.lines]

    def _open(self, n: int) -> Conversation | None:
        found = [c for c in self.house.all() if c.state != "closed"]
        return found[n % len(found)] if found else None

    def _try(self, action: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        with contextlib.suppress(Refused):  # a refusal is an answer; what it must not do is change anything
            self.house.do(action, *args, **kwargs)
        self.house.settle()

    @rule(line=st.integers(0, 1), customer=CUSTOMERS, text=st.sampled_from(["hello", "1", "0", "call +49 30 1234567"]))
    def customer_writes(self, line: int, customer: str, text: str) -> None:
        self.house.writes(self.channels[line], f"{customer}{line}", text)

    @rule(n=st.integers(0, 9), who=OPERATORS)
    def accept(self, n: int, who: int) -> None:
        c = self._open(n)
        if c:
            self._try(handle.accept, self.operators[who], c.id)

    @rule(n=st.integers(0, 9))
    def asked_one_declines(self, n: int) -> None:
        c = self._open(n)
        if c and c.state == "offered":
            who = next((each for each in self.operators if each.user_id == c.offered_to), self.operators[1])
            self._try(handle.decline, who, c.id)

    @rule(n=st.integers(0, 9))
    def holder_replies(self, n: int) -> None:
        c = self._open(n)
        holder = c.operator_id or c.offered_to if c else None
        who = next((each for each in self.operators if each.user_id == holder), None)
        if c and who:
            try:
                self.house.replies(who, c.id)
            except Refused:
                self.house.settle()

    @rule(n=st.integers(0, 9), now=st.booleans())
    def finish(self, n: int, now: bool) -> None:
        c = self._open(n)
        if c:
            self._try(handle.finish, Actor(self.operators[1].user_id, "administrator"), c.id, now=now)

    @rule(n=st.integers(0, 9))
    def undo(self, n: int) -> None:
        found = [c for c in self.house.all() if c.finished_at]
        if found:
            self._try(handle.undo_finish, Actor(self.operators[1].user_id, "administrator"), found[n % len(found)].id)

    @rule(n=st.integers(0, 9), who=OPERATORS, to=OPERATORS, line=st.none() | st.integers(0, 1))
    def transfer(self, n: int, who: int, to: int, line: int | None) -> None:
        c = self._open(n)
        if c:
            admin = Actor(self.operators[who].user_id, "administrator")
            target = {"line_id": self.lines[line]} if line is not None else {"user_id": self.operators[to].user_id}
            self._try(handle.transfer, admin, c.id, **target)

    @rule(n=st.integers(0, 9), who=OPERATORS)
    def intercept(self, n: int, who: int) -> None:
        c = self._open(n)
        if c:
            self._try(handle.intercept, self.operators[who], c.id)

    @rule(n=st.integers(0, 9), what=st.sampled_from(["pin", "unpin", "snooze", "unsnooze", "spam"]))
    def set_aside(self, n: int, what: str) -> None:
        c = self._open(n)
        if c is None:
            return
        admin = Actor(self.operators[1].user_id, "administrator")
        if what in ("pin", "unpin"):
            self._try(handle.pin, admin, c.id, what == "pin")
        elif what == "spam":
            self._try(handle.spam, admin, c.id)
        else:
            self._try(handle.snooze, admin, c.id, self.house.now + 300_000_000 if what == "snooze" else None)

    @rule(n=st.integers(0, 9), value=st.integers(1, 5))
    def rate(self, n: int, value: int) -> None:
        found = self.house.all()
        if found:
            c = found[n % len(found)]
            self._try(react.receive_rating, c.thread_id, value, conversation_id=c.id)

    @rule(who=OPERATORS, on=st.booleans())
    def connection(self, who: int, on: bool) -> None:
        user_id = self.operators[who].user_id
        if on:
            self.house.online(user_id)
            self.connections[user_id] += 1
        elif self.connections[user_id]:
            self.house.offline(user_id)
            self.connections[user_id] -= 1
        self.house.settle()

    @rule(who=OPERATORS, state=st.sampled_from(["online", "pause", "offline"]))
    def presence(self, who: int, state: str) -> None:
        self._try(presence.choose, self.operators[who].user_id, state)

    @rule(line=st.integers(0, 1), changes=CHANGES)
    def rules_change(self, line: int, changes: dict[str, Any]) -> None:
        self.house.change(self.lines[line], **changes)
        self.house.settle()

    @rule(line=st.integers(0, 1), on=st.booleans())
    def line_switched(self, line: int, on: bool) -> None:
        self.house.switch(self.lines[line], on)
        self.house.settle()

    @rule(line=st.integers(0, 1), members=st.lists(OPERATORS, unique=True, max_size=4))
    def queue_changes(self, line: int, members: list[int]) -> None:
        self.house.put_queue(self.lines[line], *(self.operators[each] for each in members))
        self.house.settle()

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        self.house.do(presence.renew, "node")
        self.house.after(min(seconds, 10))
        self.house.do(presence.renew, "node")
        if seconds > 10:
            self.house.clock.set(self.house.now + round((seconds - 10) * 1_000_000))
            self.house.do(presence.renew, "node")
            self.house.settle()

    # --- what must always hold ------------------------------------------------------------------------------

    @precondition(lambda self: bool(self.lines))
    @invariant()
    def each_answer_that_is_owed_has_one_open_record_as_the_present_rules_want_it(self) -> None:
        for case in self.house.cases():
            running, record = clock(case.c, case.rules), self.house.do(kpi.open_of, case.c.id)
            if record is not None and record.line_id != case.c.line_id:
                continue  # its deadline passed in another line, which owns the miss
            expected = running and (running.kind, running.start, running.target, moment(running, case.rules))
            found = record and (record.kind, record.started_at, record.target, record.due_at)
            assert found == expected, case.c

    @precondition(lambda self: bool(self.lines))
    @invariant()
    def timers_stand_where_somebody_is_waited_for(self) -> None:
        for case in self.house.cases():
            c = case.c
            expected = due_at(c, case.rules, self.house.now)
            if expected is not None:
                assert c.due_at is not None, (c, expected)
                assert c.due_at <= max(expected, self.house.now), (c, expected)
            if c.state == "closed" and expected is None:
                assert c.due_at is None, c

    @invariant()
    def what_waits_has_no_operator_and_what_is_held_has_one(self) -> None:
        for c in self.house.all():
            if c.state in ("waiting", "bot"):
                assert (c.operator_id, c.offered_to) == (None, None), c
            if c.state == "active":
                assert c.operator_id is not None, c
                assert c.offered_to is None, c

    @invariant()
    def counters_equal_a_recount(self) -> None:
        for line_id in self.lines:
            settings_now = self.house.do(lines.one, line_id).rules
            found = self.house.do(seats.recount, line_id, settings_now.counting)
            stored = {seat.user_id: seat.counted for seat in self.house.do(seats.of_line, line_id) if seat.counted}
            assert stored == found, (line_id, settings_now.counting)

    @invariant()
    def nothing_waits_while_somebody_can_take_it(self) -> None:
        for line_id in self.lines:
            row = self.house.do(lines.one, line_id)
            free = [s.user_id for s in self.house.do(seats.of_line, line_id) if s.eligible and s.member]
            for c in self.house.all():
                held = c.route_at is not None and c.route_at > self.house.now
                if c.state == "waiting" and c.line_id == line_id and row.active and not held:
                    assert not free, (c, free)

    @invariant()
    def seats_are_what_availability_and_limits_make_them(self) -> None:
        for line_id in self.lines:
            rules = self.house.do(lines.one, line_id).rules
            limit = limit_for_offers(rules)
            for seat in self.house.do(seats.of_line, line_id):
                if seat.member:
                    assert seat.eligible == int(seat.present and (not limit or seat.counted < limit)), seat

    @invariant()
    def nobody_was_offered_above_his_limit(self) -> None:
        assert not self.house.over_limit

    @invariant()
    def the_log_knows_every_message_once(self) -> None:
        def both(tx: Any) -> tuple[int, int]:
            kept = tx.one(Statement(select(func.count()).select_from(tables.messages)))
            known = tx.one(Statement(select(func.count(func.distinct(tables.events.c.message_id)))))
            return kept[0], known[0]

        kept, known = self.house.do(both)
        assert kept == known


EXAMPLES = int(os.environ.get("OPENLINES_MACHINE_EXAMPLES", "25"))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_whatever_people_do_the_rules_hold(request: pytest.FixtureRequest, engine: str) -> None:
    if engine == "sqlite":
        folder = Path(request.getfixturevalue("tmp_path"))
        template, count = folder / "template.db", itertools.count()
        Portal(f"sqlite:///{template}").close()

        def url() -> str:
            path = folder / f"{next(count)}.db"
            shutil.copy(template, path)
            return f"sqlite:///{path}"
    else:
        url = request.getfixturevalue("new_postgres_url")
    machine = type("Machine", (Machine,), {"url": staticmethod(url)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES if engine == "sqlite" else max(EXAMPLES // 5, 3),
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
