"""The figures of the KPI page agree with a plain recount of the event log, whatever people did."""

import shutil
from collections import defaultdict
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from openlines.core.state import Refused
from openlines.services import handle, kpi_report, reply
from openlines.services.access import Actor
from openlines.services.kpi_report import Asked
from openlines.services.portal import open_portal
from openlines.store import messages
from openlines.store.events import Event, read_events
from openlines.store.tx import Reader
from tests.services.portal import Portal, portal

FIRST, FURTHER = 60, 90
SECOND = 1_000_000


# --- the recount: what a person with the log and a pencil would do -------------------------------------------


class Answer(NamedTuple):
    line_id: int
    owner: int | None
    outcome: str
    elapsed: int


class Case:
    """One conversation, followed fact by fact."""

    def __init__(self, opened: int) -> None:
        self.opened = opened
        self.since: int | None = None  # the first words that nobody answered
        self.replied = False
        self.closing = False
        self.marks: list[tuple[int, int | None]] = [(0, None)]
        self.ended: list[Answer] = []
        self.undo: tuple[int | None, list[Answer]] = (None, [])

    def hold(self, at: int, who: int | None) -> None:
        self.marks.append((at, who))

    def holder(self, at: int) -> int | None:
        return [who for since, who in self.marks if since <= at][-1]

    def end(self, event: Event, outcome: str, by: int | None) -> None:
        if self.since is None or event.line_id is None:
            return
        start, target = (self.since, FURTHER) if self.replied else (self.opened, FIRST)
        due = start + target * SECOND
        if outcome == "answered":
            late = event.at > due
            owner, outcome = (self.holder(due), "breached") if late else (by, "met")
        else:
            owner = self.holder(event.at)
        self.ended.append(Answer(event.line_id, owner, outcome, event.at - start))


def recount(reader: Reader) -> list[Answer]:
    """Every answer that was owed and is not any more, by the log alone (and who wrote which message)."""
    cases: dict[int, Case] = {}
    log = read_events(reader, 0, 100_000)
    rows = {row.id: row for row in messages.some(reader, sorted({e.message_id for e in log if e.message_id}))}
    for event in log:
        if event.conversation_id is None:
            continue
        if event.kind == "conversation.opened":
            cases[event.conversation_id] = Case(event.at)
        case = cases[event.conversation_id]
        if event.kind == "message.added" and event.message_id is not None:
            _said(case, event, rows[event.message_id])
        else:
            _happened(case, event, event.data or {})
    return [each for case in cases.values() for each in case.ended]


def _said(case: Case, event: Event, row: messages.MessageRow) -> None:
    if row.kind != "text":
        return
    if row.author == "customer":
        if case.closing and case.replied:  # a finish settles what was said before it
            case.end(event, "closed", None)
            case.since = event.at
        case.since = case.since or event.at
        case.closing = False
    elif row.author == "operator":
        case.end(event, "answered", event.user_id)
        case.since, case.replied = None, True


def _happened(case: Case, event: Event, data: dict[str, Any]) -> None:
    match event.kind.removeprefix("conversation."):
        case "accepted":
            case.hold(event.at, data["operator"])
        case "intercepted":
            case.hold(event.at, data["operator"])
        case "transferred":
            case.hold(event.at, data.get("to"))
        case "returned":
            case.hold(event.at, None)
        case "finishing":
            case.closing = True
        case "closed" | "spam":
            case.undo = (case.since, list(case.ended))
            case.end(event, "closed", None)
            case.since, case.closing = None, False
        case "finish_undone":
            if not case.closing:
                case.since, case.ended = case.undo
            case.closing = False


# --- histories -----------------------------------------------------------------------------------------------


acts = st.lists(
    st.tuples(
        st.sampled_from(
            ["write", "write", "write", "reply", "reply", "note", "accept", "give", "take", "finish", "end", "undo"]
        ),
        st.integers(0, 2),  # which customer
        st.integers(0, 1),  # which operator
        st.sampled_from([0, 1, 7, 60, 61, 90, 91, 200, 700]),  # seconds before it
    ),
    min_size=1,
    max_size=25,
)


def play(house: Portal, history: list[Any], people: list[Actor], channel: int) -> None:
    current: dict[int, int] = {}
    for what, customer, number, pause in history:
        house.after(pause)
        who = people[number]
        if what == "write":
            current[customer] = house.writes(channel, f"customer{customer}").conversation_id
        elif customer in current:
            try:
                _act(house, what, who, people[1 - number], current[customer])
            except Refused:
                house.settle()


def _act(house: Portal, what: str, who: Actor, other: Actor, conversation_id: int) -> None:
    match what:
        case "reply":
            house.replies(who, conversation_id)
        case "note":
            house.do(reply.reply, who, conversation_id, reply.Reply(f"n{house.now}", "hm", note=True))
        case "accept":
            house.accepts(who, conversation_id)
        case "give":
            house.acts(handle.transfer, who, conversation_id, user_id=other.user_id)
        case "take":
            house.acts(handle.intercept, who, conversation_id)
        case "finish":
            house.acts(handle.finish, who, conversation_id)
        case "end":
            house.acts(handle.finish, who, conversation_id, now=True)
        case "undo":
            house.acts(handle.undo_finish, who, conversation_id)


def plain(answers: list[Answer]) -> dict[str, Any]:
    """The figures, in the plainest way."""
    times = sorted(each.elapsed for each in answers if each.outcome != "closed")
    outcomes = [each.outcome for each in answers]
    found: dict[str, Any] = {name: outcomes.count(name) for name in ("met", "breached", "closed")}
    if times:
        found |= {
            "average": round(sum(times) / len(times)),
            "median": times[ceil(len(times) / 2) - 1],
            "p90": times[ceil(len(times) * 90 / 100) - 1],
            "longest": times[-1],
        }
    else:
        found |= dict.fromkeys(("average", "median", "p90", "longest"))
    return found


def agree(house: Portal) -> None:
    answers = house.do(recount)
    report = house.do(kpi_report.report, house.admin, Asked(days=30))
    assert report.total.figures._asdict() == plain(answers)
    by_line, by_operator = defaultdict(list), defaultdict(list)
    for each in answers:
        by_line[each.line_id].append(each)
        by_operator[each.owner].append(each)
    shown = {each.key: each.figures._asdict() for each in report.lines if each.figures != type(each.figures)()}
    assert shown == {key: plain(found) for key, found in by_line.items()}
    shown = {each.key: each.figures._asdict() for each in report.operators if each.figures != type(each.figures)()}
    assert shown == {key: plain(found) for key, found in by_operator.items()}
    assert sum(each.met + each.breached + each.closed for each in report.days) == len(answers)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a new portal, to be copied."""
    path = tmp_path_factory.mktemp("fresh") / "portal.db"
    with portal(f"sqlite:///{path}") as house:
        house.do(open_portal, "epoch", "hash")
    return path


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@example(history=[("write", 0, 0, 0), ("reply", 0, 0, 61), ("write", 0, 0, 1), ("reply", 0, 1, 91)], says_goodbye=False)
@example(history=[("write", 0, 0, 0), ("accept", 0, 0, 7), ("give", 0, 0, 60), ("reply", 0, 1, 0)], says_goodbye=True)
@given(history=acts, says_goodbye=st.booleans())
def test_the_page_agrees_with_a_recount_of_the_log(
    tmp_path_factory: Any, fresh: Path, history: Any, says_goodbye: bool
) -> None:
    folder: Path = tmp_path_factory.mktemp("recount")
    shutil.copy(fresh, folder / "portal.db")
    with portal(f"sqlite:///{folder / 'portal.db'}") as house:
        people = [house.operator("Ann", role="administrator"), house.operator("Bob", role="administrator")]
        goodbye: dict[str, Any] = {"close_text": {"en": "Bye"}} if says_goodbye else {}
        line = house.line(*people, kpi_first=FIRST, kpi_further=FURTHER, auto_close_time=0, **goodbye)
        play(house, history, people, house.channel(line))
        agree(house)
