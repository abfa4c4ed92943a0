"""Everything about one conversation that stands beside its messages: the customer, why, what happens next, what may
be done."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from openlines.api.staff.shown_quality import (
    ConsentState,
    FormAnswer,
    HeadRating,
    answers_of,
    consent_of,
    head_rating_of,
)
from openlines.core.capacity import limit_for_offers
from openlines.core.conversation import UNDO_CLOSED
from openlines.core.state import Conversation
from openlines.core.timers import timers
from openlines.realtime.fanout import ticks
from openlines.realtime.shapes import PREVIEW, Coded, LastWords, Message, Row, Wording, at_the_edge, message_of
from openlines.realtime.snapshot import one_row
from openlines.services.access import Actor, access_conversation, may_rate_as_head
from openlines.services.errors import NotFound
from openlines.services.turn import Case, capabilities
from openlines.store import conversations, departments, lines, messages, screens, seats, threads, users
from openlines.store.messages import MessageRow
from openlines.store.screens import Shown
from openlines.store.threads import CustomerRow, ThreadRow
from openlines.store.tx import Reader
from openlines.support.stamps import stamp, stamp_or_none

_FACTS_LOOKED_AT: Final = 200
_EXPLAINING: Final = frozenset({"offered", "accepted", "transferred", "intercepted", "came_back", "queued", "returned"})


class Customer(msgspec.Struct, omit_defaults=True):
    id: int
    created_at: str
    version: int
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    time_zone: str = ""
    photo: str | None = None
    fields: dict[str, Any] = {}
    # Lists of customers: the first thread, whose number is the name of a guest without one.
    thread_id: int | None = None


class Thread(msgspec.Struct, omit_defaults=True):
    id: int
    channel_id: int
    handle: str = ""
    blocked: bool = False
    unreachable: str | None = None
    context: dict[str, Any] = {}
    delivered_seq: int = 0
    read_seq: int = 0
    last_seq: int = 0


class Earlier(msgspec.Struct, omit_defaults=True):
    id: int
    opened_at: str
    line_id: int
    closed_at: str | None = None
    operator_id: int | None = None
    rating: int | None = None
    last: LastWords | None = None
    head_rating: int | None = None


class Skipped(msgspec.Struct, omit_defaults=True):
    code: str
    user_id: int | None = None
    params: dict[str, Any] = {}
    text: str = ""


class Details(msgspec.Struct, omit_defaults=True):
    conversation: Row
    customer: Customer
    thread: Thread
    opened_at: str
    mode: str = ""
    reason: str | None = None
    replied_at: str | None = None
    why: Coded | None = None
    next: Coded | None = None
    skipped: list[Skipped] = []
    rating: int | None = None
    rating_comment: str | None = None
    head_rating: HeadRating | None = None
    consent: ConsentState | None = None
    form: list[FormAnswer] = []
    listeners: list[int] = []
    earlier: list[Earlier] = []
    may: list[str] = []


class Acted(msgspec.Struct, omit_defaults=True):
    """What an action leaves behind; `warning` when it was allowed and unwise."""

    conversation: Row
    warning: Coded | None = None


def customer_of(row: CustomerRow) -> Customer:
    return Customer(
        id=row.id,
        created_at=stamp(row.created_at),
        version=row.version,
        name=row.name,
        email=row.email,
        phone=row.phone,
        language=row.language,
        time_zone=row.time_zone,
        photo=row.photo_id,
        fields=msgspec.json.decode(row.fields),
    )


def thread_of(reader: Reader, row: ThreadRow) -> Thread:
    return Thread(
        id=row.id,
        channel_id=row.channel_id,
        handle=row.handle,
        blocked=row.blocked_at is not None,
        unreachable=row.unreachable,
        context=msgspec.json.decode(row.context),
        delivered_seq=row.delivered_seq,
        read_seq=row.read_seq,
        last_seq=messages.last_seq(reader, row.id),
    )


def details(reader: Reader, actor: Actor, conversation_id: int, language: str, word: Wording) -> Details:
    """Raises `NotFound`."""
    case = access_conversation(reader, actor, conversation_id)
    c = case.c
    thread = threads.one(reader, c.thread_id)
    customer = threads.customer(reader, c.customer_id)
    if thread is None or customer is None:
        raise NotFound("conversation", id=conversation_id)
    listeners = conversations.listening(reader, c.id)
    why, skipped = _why(reader, c, language, word)
    others = [each for each in screens.of_customer(reader, c.customer_id) if each.c.id != c.id]
    return Details(
        conversation=one_row(reader, actor.user_id, c.id),
        customer=customer_of(customer),
        thread=thread_of(reader, thread),
        opened_at=stamp(c.opened_at),
        mode=c.mode,
        reason=c.reason,
        replied_at=stamp_or_none(c.replied_at),
        why=why,
        next=_next(case, reader.now, language, word),
        skipped=skipped,
        rating=c.rating,
        rating_comment=c.rating_comment or None,
        head_rating=head_rating_of(reader, c),
        consent=consent_of(reader, case.rules.settings, thread),
        form=answers_of(reader, c),
        listeners=sorted(listeners),
        earlier=[_earlier(each) for each in others if _may_see(reader, actor, each)],
        may=[
            *may(case, actor, listening=actor.user_id in listeners, now=reader.now, thread=thread),
            *(["rate_as_head"] if may_rate_as_head(reader, actor, c) else []),
        ],
    )


def _may_see(reader: Reader, actor: Actor, other: Shown) -> bool:
    if actor.administrator or actor.user_id in (other.c.operator_id, other.c.offered_to):
        return True
    seat = seats.one(reader, other.c.line_id, actor.user_id)
    return seat is not None and bool(seat.member)


def _earlier(shown: Shown) -> Earlier:
    c = shown.c
    last = (
        None if shown.last_at is None else LastWords(stamp(shown.last_at), shown.last_text[:PREVIEW], shown.last_author)
    )
    closed = stamp_or_none(c.closed_at)
    return Earlier(c.id, stamp(c.opened_at), c.line_id, closed, c.operator_id, c.rating, last, c.head_rating)


# --- why this operator --------------------------------------------------------------------------------------


def _why(reader: Reader, c: Conversation, language: str, word: Wording) -> tuple[Coded | None, list[Skipped]]:
    """What the newest fact that moved the conversation says about why it is where it is."""
    if c.state == "closed":
        return None, []
    for row in reversed(messages.before(reader, c.thread_id, 1 << 60, _FACTS_LOOKED_AT)):
        if row.kind != "fact" or row.conversation_id != c.id:
            continue
        fact = messages.data_of(row).get("fact") or {}
        if fact.get("code") in _EXPLAINING:
            return _explained(reader, fact, row, language, word)
    return None, []


def fact_text(reader: Reader, code: str, params: Mapping[str, Any], language: str, word: Wording) -> str:
    """A fact in words. A transfer names who did it and to whom: its parameters are ids, which say nothing to people."""
    if code == "transferred":
        who = users.user_by_id(reader, params.get("operator") or 0)
        to = _target(reader, params)
        if who is not None and to:
            return word("fact.transferred_named", {"who": who.name, "to": to}, language)
    return word(f"fact.{code}", params, language)


def _target(reader: Reader, params: Mapping[str, Any]) -> str:
    """The name of the person, department or line that a conversation was given to; "" when it is gone."""
    if params.get("to"):
        person = users.user_by_id(reader, params["to"])
        return person.name if person is not None else ""
    if params.get("to_department"):
        found = departments.department_by_id(reader, params["to_department"])
        return found.name if found is not None else ""
    line = lines.one(reader, params["to_line"]) if params.get("to_line") else None
    return line.name if line is not None else ""


def _explained(
    reader: Reader, fact: dict[str, Any], row: MessageRow, language: str, word: Wording
) -> tuple[Coded, list[Skipped]]:
    params = fact.get("params") or {}
    why = params.get("why")
    if not isinstance(why, dict):
        text = fact_text(reader, fact["code"], params, language, word)
        return Coded(fact["code"], at_the_edge(params), text, stamp(row.at)), []
    given = why.get("params") or {}
    coded = Coded(why["code"], at_the_edge(given), word(f"why.{why['code']}", given, language), stamp(row.at))
    skipped = [
        Skipped(code, user_id, {}, word(f"skip.{code}", {}, language)) for user_id, code in why.get("skipped", ())
    ]
    skipped += [
        Skipped(code, None, {"count": count}, word(f"skip.{code}", {}, language))
        for code, count in why.get("rest", {}).items()
    ]
    return coded, skipped


# --- what happens next --------------------------------------------------------------------------------------

_NEXT: Final = {
    "full_close": "closes",
    "auto_close": "auto_close",
    "snooze": "woken",
    "bot_time": "bot_time",
    "no_answer": "no_answer",
    "escalate": "escalate",
    "inactivity": "inactivity",
    "last_words": "last_words",
}


def _next(case: Case, now: int, language: str, word: Wording) -> Coded | None:
    """The next thing that time alone will do, and when."""
    c = case.c
    if c.state == "waiting" and (c.route_at is None or c.route_at <= now):
        return Coded("routes", {}, word("next.routes", {}, language))
    # That people are told of a target changes nothing for the conversation; the target itself is shown.
    due = sorted(each for each in timers(c, case.rules) if each.name != "kpi_step")
    if not due:
        return None
    at, name = due[0].at, due[0].name
    params: dict[str, Any] = {}
    if name == "offer":
        code = "round_over" if c.offered_to is None else "offer_ends"
        if c.sender_id is not None and c.offer == "transfer":
            code, params = "back_to_sender", {"user_id": c.sender_id}
    else:
        code = "opening" if name == "route" else _NEXT.get(name, name)
        if name == "escalate" and case.rules.settings.escalate_to == "queue" and c.operator_id and not c.pinned_at:
            code = "escalate_queue"
    return Coded(code, params, word(f"next.{code}", params, language), stamp(at))


# --- what may be done ---------------------------------------------------------------------------------------


def may(case: Case, actor: Actor, *, listening: bool, now: int, thread: ThreadRow) -> list[str]:
    """Names of the actions that would not be refused now."""
    c = case.c
    mine = c.operator_id == actor.user_id
    found = ["note"] if c.state != "bot" else []
    if c.state == "closed":
        found += ["start"] if capabilities(case.around.kind).outgoing else []
        if c.reason == "finished" and c.closed_at is not None and now - c.closed_at <= UNDO_CLOSED:
            found.append("undo_finish")
    elif c.state == "closing":
        found += ["undo_finish", "finish_now"] if mine or actor.administrator else []
    found += _may_open(c, actor, mine=mine, listening=listening)
    return [*found, "unblock" if thread.blocked_at is not None else "block"]


def _may_open(c: Conversation, actor: Actor, *, mine: bool, listening: bool) -> list[str]:
    found: list[str] = []
    if c.state == "waiting" or (c.state == "offered" and c.offered_to in (None, actor.user_id)):
        found += ["accept", "reply", "finish", "transfer", "spam"]
    if c.state == "offered" and c.offered_to in (None, actor.user_id):
        found.append("decline")
    if c.state == "offered" and c.offered_to not in (None, actor.user_id):
        found.append("intercept")
    if c.state == "active":
        if mine or actor.administrator:
            found += ["finish", "finish_now", "transfer", "spam", "snooze", "unpin" if c.pinned_at else "pin"]
        if mine or actor.administrator or listening:
            found.append("reply")
    if c.state in {"active", "closing", "bot"} and not mine:
        found += ["intercept", "leave" if listening else "join"]
    return found


# --- after an action ----------------------------------------------------------------------------------------


def acted(reader: Reader, actor: Actor, c: Conversation, language: str, word: Wording) -> Acted:
    """The row after an action, with a warning when whoever has it now has more than the line allows."""
    warning = None
    if c.state == "active" and c.operator_id is not None:
        line, seat = lines.one(reader, c.line_id), seats.one(reader, c.line_id, c.operator_id)
        limit = limit_for_offers(line.rules) if line is not None else 0
        if limit and seat is not None and seat.counted > limit:
            params = {"user_id": c.operator_id, "counted": seat.counted, "limit": limit}
            warning = Coded("over_limit", params, word("over_limit", params, language))
    return Acted(one_row(reader, actor.user_id, c.id), warning)


def messages_of(reader: Reader, rows: list[MessageRow], language: str, word: Wording) -> list[Message]:
    """Messages with how far each has got."""
    if not rows:
        return []
    sent = screens.sent(reader, [each.id for each in rows])
    marks = {each.id: each for each in screens.marks(reader, {each.thread_id for each in rows})}
    found = [
        message_of(each, language, word, sent=sent.get(each.id), marks=ticks(marks.get(each.thread_id)))
        for each in rows
    ]
    for each in found:
        if each.fact is not None and each.fact.code == "transferred":
            text = fact_text(reader, "transferred", each.fact.params, language, word)
            each.fact = Coded(each.fact.code, each.fact.params, text)
    return found
