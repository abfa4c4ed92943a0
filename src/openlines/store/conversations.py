"""Conversations: a row becomes the value and what surrounds it, and goes back as a difference."""

from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, delete, exists, func, insert, literal_column, select, update
from sqlalchemy.sql import ColumnElement

from openlines.core.state import Conversation
from openlines.store.portal import PORTAL
from openlines.store.statement import Statement, among
from openlines.store.statement import insert as insert_or
from openlines.store.tables import (
    channels,
    conversations,
    customers,
    lines,
    listeners,
    messages,
    portals,
    seats,
    threads,
    tries,
    users,
)
from openlines.store.tx import Reader, Row, Tx

FIELDS = Conversation._fields
COLUMNS = [conversations.c[name] for name in FIELDS]
_WIDTH = len(FIELDS)


class Around(NamedTuple):
    """What a use case must know beside the conversation itself; one read brings it all."""

    unread: int
    line_active: int
    settings: str
    kind: str
    channel_active: int
    channel_line_id: int
    language: str
    customer_name: str
    greeted_at: int | None
    blocked_at: int | None
    last_conversation_id: int | None
    last_operator_id: int | None
    seq: int | None  # last one of the thread
    holder_unavailable: str | None
    holder_active: int | None
    holder_at_limit: int | None
    holder_name: str | None
    somebody: int
    consent_asked: str | None  # None: a new customer
    consent_given: str | None
    form_waiting: str | None
    portal_language: str | None


holder = users.alias("holder")
seat_of_holder = seats.alias("seat")

SOMEBODY: ColumnElement[Any] = (
    exists(literal_column("1"))
    .where(
        seats.c.line_id == lines.c.id,
        seats.c.present == literal_column("1"),
        seats.c.member == literal_column("1"),
    )
    .correlate(lines)
)

AROUND = [
    conversations.c.unread,
    lines.c.active,
    lines.c.settings,
    channels.c.kind,
    channels.c.active.label("channel_active"),
    channels.c.line_id.label("channel_line_id"),
    customers.c.language,
    customers.c.name.label("customer_name"),
    threads.c.greeted_at,
    threads.c.blocked_at,
    threads.c.last_conversation_id,
    threads.c.last_operator_id,
    select(func.max(messages.c.seq)).where(messages.c.thread_id == threads.c.id).scalar_subquery(),
    holder.c.unavailable,
    holder.c.active.label("holder_active"),
    (1 - seat_of_holder.c.eligible).label("holder_at_limit"),
    holder.c.name.label("holder_name"),
    func.coalesce(select(literal_column("1")).where(SOMEBODY).scalar_subquery(), literal_column("0")),
    threads.c.consent_asked,
    threads.c.consent_given,
    threads.c.form_waiting,
    select(portals.c.language).where(portals.c.id == PORTAL).scalar_subquery(),
]

_JOINED = (
    conversations.join(threads, threads.c.id == conversations.c.thread_id)
    .join(customers, customers.c.id == threads.c.customer_id)
    .join(channels, channels.c.id == threads.c.channel_id)
    .join(lines, lines.c.id == conversations.c.line_id)
    .outerjoin(holder, holder.c.id == conversations.c.operator_id)
    .outerjoin(
        seat_of_holder,
        and_(seat_of_holder.c.user_id == conversations.c.operator_id, seat_of_holder.c.line_id == lines.c.id),
    )
)
_CASE = select(*COLUMNS, *AROUND).select_from(_JOINED)
_BY_ID = Statement(_CASE.where(conversations.c.id == bindparam("id")))
_BY_IDS = Statement(_CASE.where(among(conversations.c.id, "ids")).order_by(conversations.c.id))

DUE_CHUNK = 20
WAITING_CHUNK = 40
_DUE = Statement(
    select(conversations.c.id)
    .where(conversations.c.due_at.is_not(None), conversations.c.due_at <= bindparam("now"))
    .order_by(conversations.c.due_at)
    .limit(DUE_CHUNK)
    .with_for_update(skip_locked=True)
)
_PUT_OFF = Statement(
    update(conversations).where(conversations.c.id == bindparam("of_id"), conversations.c.due_at <= bindparam("now"))
)
_SET_LAST_WORDS = Statement(
    update(conversations).where(conversations.c.id == bindparam("of_id"), conversations.c.last_at == bindparam("of_at"))
)
_NEXT_DUE = Statement(select(func.min(conversations.c.due_at)).where(conversations.c.due_at.is_not(None)))
_QUEUE_KEY: ColumnElement[Any] = literal_column("(waiting_since - priority * 600000000)")
_WAITING = Statement(
    select(conversations.c.id)
    .where(
        conversations.c.line_id == bindparam("line_id"),
        conversations.c.state == literal_column("'waiting'"),
    )
    .order_by(_QUEUE_KEY, conversations.c.id)
    .limit(WAITING_CHUNK)
)
_HEAD = (
    select(conversations.c.id)
    .where(
        conversations.c.line_id == bindparam("line_id"),
        conversations.c.state == literal_column("'waiting'"),
        conversations.c.route_at.is_(None),
    )
    .order_by(_QUEUE_KEY)
    .limit(1)
    .scalar_subquery()
)
_KICK = Statement(
    update(conversations)
    .where(conversations.c.id == _HEAD)
    .values(
        route_at=bindparam("now", type_=conversations.c.route_at.type),
        version=conversations.c.version + 1,
    )
)
_NAMED_LINES = Statement(
    select(conversations.c.line_id)
    .where(
        conversations.c.state == literal_column("'waiting'"),
        conversations.c.route_at.is_(None),
        conversations.c.department_id.is_not(None),
    )
    .distinct()
)
_KICK_NAMED = Statement(
    update(conversations)
    .where(
        conversations.c.line_id == bindparam("line_id"),
        conversations.c.state == literal_column("'waiting'"),
        conversations.c.route_at.is_(None),
        conversations.c.department_id.is_not(None),
    )
    .values(route_at=bindparam("now"), due_at=bindparam("now"), version=conversations.c.version + 1)
)
_INSERT = Statement(insert(conversations))
_UPDATE = Statement(
    update(conversations).where(conversations.c.id == bindparam("of_id"), conversations.c.version == bindparam("seen"))
)
_TO_ROUTE = Statement(
    select(conversations.c.line_id)
    .select_from(conversations.join(lines, lines.c.id == conversations.c.line_id))
    .where(
        lines.c.active == literal_column("1"),
        conversations.c.state == literal_column("'waiting'"),
        conversations.c.route_at <= bindparam("now"),
    )
    .distinct()
)
_TRIED = Statement(
    select(tries.c.user_id, tries.c.outcome, tries.c.at).where(tries.c.conversation_id == bindparam("id"))
)
# One may be there already: who let an offer pass as the customer's own operator can be the queue's first choice.
_NEW_TRY = insert_or(tries)
_ADD_TRY = Statement(
    _NEW_TRY.on_conflict_do_update(
        index_elements=[tries.c.conversation_id, tries.c.user_id],
        set_={"outcome": _NEW_TRY.excluded.outcome, "at": _NEW_TRY.excluded.at},
    )
)
_SET_TRY = Statement(
    update(tries).where(tries.c.conversation_id == bindparam("of_id"), tries.c.user_id == bindparam("of_user"))
)
_CLEAR_TRIES = Statement(delete(tries).where(tries.c.conversation_id == bindparam("id")))
_HELD = Statement(
    select(conversations.c.id, conversations.c.line_id).where(
        conversations.c.operator_id == bindparam("user_id"),
        conversations.c.state != literal_column("'closed'"),
        conversations.c.state != literal_column("'closing'"),
    )
)
_OFFERED_TO = Statement(
    select(conversations.c.id, conversations.c.line_id).where(
        conversations.c.offered_to == bindparam("user_id"), conversations.c.offered_to.is_not(None)
    )
)
_OPEN_OF_LINE = Statement(
    select(conversations.c.id)
    .where(
        conversations.c.line_id == bindparam("line_id"),
        conversations.c.state != literal_column("'closed'"),
        conversations.c.id > bindparam("after"),
    )
    .order_by(conversations.c.id)
    .limit(100)
)
# By the customer, whose conversations have an index; a thread's own has only the open one.
_OPERATORS_OF_THREAD = Statement(
    select(conversations.c.operator_id)
    .where(
        conversations.c.customer_id == bindparam("customer_id"),
        conversations.c.thread_id == bindparam("thread_id"),
        conversations.c.operator_id.is_not(None),
    )
    .distinct()
)
_LAST_WITH = Statement(
    select(func.max(func.coalesce(conversations.c.closed_at, conversations.c.opened_at))).where(
        conversations.c.customer_id == bindparam("customer_id"),
        conversations.c.thread_id == bindparam("thread_id"),
        conversations.c.operator_id == bindparam("user_id"),
    )
)
_OPEN_OF_THREAD = Statement(
    select(conversations.c.id).where(
        conversations.c.thread_id == bindparam("thread_id"), conversations.c.state != literal_column("'closed'")
    )
)
_LISTENERS = Statement(select(listeners.c.user_id).where(listeners.c.conversation_id == bindparam("id")))
_ADD_LISTENER = Statement(insert(listeners))
_DROP_LISTENER = Statement(
    delete(listeners).where(listeners.c.conversation_id == bindparam("id"), listeners.c.user_id == bindparam("user_id"))
)
# The two parts of what the global cap counts, each by an index of its own.
_OF_PERSON = [
    select(func.count())
    .select_from(conversations)
    .where(
        conversations.c.operator_id == users.c.id,
        conversations.c.state != literal_column("'closed'"),
        conversations.c.state != literal_column("'closing'"),
    )
    .scalar_subquery(),
    select(func.count())
    .select_from(conversations)
    .where(conversations.c.offered_to == users.c.id, conversations.c.offered_to.is_not(None))
    .scalar_subquery(),
]
_OPEN_COUNT = Statement(select(_OF_PERSON[0] + _OF_PERSON[1]).where(users.c.id == bindparam("user_id")))
_OPEN_COUNTS = Statement(select(users.c.id, _OF_PERSON[0] + _OF_PERSON[1]).where(among(users.c.id, "user_ids")))


def split(row: Row) -> tuple[Conversation, Around]:
    return Conversation._make(row[:_WIDTH]), Around._make(row[_WIDTH : _WIDTH + len(Around._fields)])


def one(reader: Reader, conversation_id: int) -> tuple[Conversation, Around] | None:
    row = reader.one(_BY_ID, id=conversation_id)
    return None if row is None else split(row)


def some(reader: Reader, ids: list[int]) -> list[tuple[Conversation, Around]]:
    return [split(row) for row in reader.all(_BY_IDS, ids=ids)] if ids else []


def due(tx: Tx) -> list[int]:
    return [row[0] for row in tx.all(_DUE, now=tx.now)]


def put_off(tx: Tx, conversation_id: int, until: int) -> None:
    """Looks at it again later, whatever is in it; nothing else of it is touched."""
    tx.run(_PUT_OFF, of_id=conversation_id, now=tx.now, due_at=until)
    tx.wake(until)


def put_last_words(tx: Tx, conversation_id: int, at: int, **values: Any) -> None:
    """Other last words for a conversation whose last words are of this instant; whatever was said since stays."""
    tx.run(_SET_LAST_WORDS, of_id=conversation_id, of_at=at, **values)


def next_due(reader: Reader) -> int | None:
    row = reader.one(_NEXT_DUE)
    return row[0] if row else None


def waiting(tx: Tx, line_id: int) -> list[int]:
    """The first waiting conversations of a line, in the order in which they are served."""
    return [row[0] for row in tx.all(_WAITING, line_id=line_id)]


def kick(tx: Tx, line_id: int) -> None:
    """Somebody of this line can take one more: whatever waits there longest is due now."""
    tx.run(_KICK, line_id=line_id, now=tx.now)
    tx.poke(f"route:{line_id}")


def kick_departments(tx: Tx) -> None:
    """Somebody has become available: what waits for the people of a department is due, wherever he sits."""
    for (line_id,) in tx.all(_NAMED_LINES):
        tx.run(_KICK_NAMED, line_id=line_id, now=tx.now)
        tx.poke(f"route:{line_id}")


def lines_to_route(reader: Reader) -> list[int]:
    """Lines where something waits whose time to be routed has come."""
    return [row[0] for row in reader.all(_TO_ROUTE, now=reader.now)]


def insert_new(tx: Tx, c: Conversation, **shown: Any) -> None:
    tx.run(_INSERT, **c._asdict(), **shown)


def put(tx: Tx, before: Conversation, after: Conversation, **shown: Any) -> None:
    """Writes the difference, on condition that nobody else wrote meanwhile (the whole group is run again then)."""
    changes = {name: new for name, old, new in zip(FIELDS, before, after, strict=True) if old != new}
    changes.update(shown)
    if changes:
        tx.expect(_UPDATE, of_id=before.id, seen=before.version, **changes)


def tried(reader: Reader, conversation_id: int) -> dict[int, tuple[str, int]]:
    """Who was asked in this round: how it ended, and when."""
    return {row[0]: (row[1], row[2]) for row in reader.all(_TRIED, id=conversation_id)}


def add_tries(tx: Tx, rows: list[dict[str, Any]]) -> None:
    """Several people asked at once, as rows of `tries`."""
    tx.run_many(_ADD_TRY, rows)


def put_try(tx: Tx, conversation_id: int, user_id: int, outcome: str) -> None:
    known = {"of_id": conversation_id, "of_user": user_id}
    if outcome == "offered" or not tx.changed(_SET_TRY, **known, outcome=outcome, at=tx.now):
        tx.run(_ADD_TRY, conversation_id=conversation_id, user_id=user_id, outcome=outcome, at=tx.now)


def clear_tries(tx: Tx, conversation_id: int) -> None:
    tx.run(_CLEAR_TRIES, id=conversation_id)


def in_hand(reader: Reader, user_id: int) -> dict[int, int]:
    """What he holds and has not finished, and what he is offered, each with its line."""
    return {**dict(reader.all(_HELD, user_id=user_id)), **offered_with_lines(reader, user_id)}


def offered_with_lines(reader: Reader, user_id: int) -> dict[int, int]:
    return dict(reader.all(_OFFERED_TO, user_id=user_id))


def offered_to(reader: Reader, user_id: int) -> list[int]:
    return [row[0] for row in reader.all(_OFFERED_TO, user_id=user_id)]


def open_of_line(reader: Reader, line_id: int, after: int) -> list[int]:
    """Up to a hundred open conversations of a line with ids above `after`: a chunk of a long job."""
    return [row[0] for row in reader.all(_OPEN_OF_LINE, line_id=line_id, after=after)]


def operators_of_thread(reader: Reader, customer_id: int, thread_id: int) -> list[int]:
    """Who has had its conversations."""
    return [row[0] for row in reader.all(_OPERATORS_OF_THREAD, customer_id=customer_id, thread_id=thread_id)]


def last_with(reader: Reader, customer_id: int, thread_id: int, user_id: int) -> int | None:
    """When the last of a thread's conversations that this operator had was closed."""
    row = reader.one(_LAST_WITH, customer_id=customer_id, thread_id=thread_id, user_id=user_id)
    return row[0] if row else None


def open_of_thread(reader: Reader, thread_id: int) -> int | None:
    row = reader.one(_OPEN_OF_THREAD, thread_id=thread_id)
    return row[0] if row else None


def open_count(reader: Reader, user_id: int) -> int:
    """What the global cap counts: held (not closing) and personally offered, over all lines."""
    row = reader.one(_OPEN_COUNT, user_id=user_id)
    return int(row[0]) if row else 0


def open_counts(reader: Reader, user_ids: list[int]) -> dict[int, int]:
    """The same of several users."""
    return dict(reader.all(_OPEN_COUNTS, user_ids=user_ids)) if user_ids else {}


def listening(reader: Reader, conversation_id: int) -> list[int]:
    return [row[0] for row in reader.all(_LISTENERS, id=conversation_id)]


def add_listener(tx: Tx, conversation_id: int, user_id: int) -> None:
    if user_id not in listening(tx, conversation_id):
        tx.run(_ADD_LISTENER, conversation_id=conversation_id, user_id=user_id)


def drop_listener(tx: Tx, conversation_id: int, user_id: int) -> None:
    tx.run(_DROP_LISTENER, id=conversation_id, user_id=user_id)


class LineOfChannel(NamedTuple):
    line_id: int
    active: int
    settings: str


_LINE_OF_CHANNEL = Statement(
    select(lines.c.id, lines.c.active, lines.c.settings)
    .select_from(channels.join(lines, lines.c.id == channels.c.line_id))
    .where(channels.c.id == bindparam("channel_id"))
)


def line_of_channel(reader: Reader, channel_id: int) -> LineOfChannel:
    row = reader.one(_LINE_OF_CHANNEL, channel_id=channel_id)
    if row is None:
        raise LookupError(f"channel {channel_id} has no line")
    return LineOfChannel._make(row)


_OF_MESSAGE = Statement(select(messages.c.conversation_id).where(messages.c.id == bindparam("id")))
_OFFERED_TO_LINES = Statement(
    select(conversations.c.id, func.min(seats.c.user_id))
    .select_from(conversations.join(seats, seats.c.line_id == conversations.c.line_id))
    .where(
        conversations.c.state == literal_column("'offered'"),
        conversations.c.offer == literal_column("'everyone'"),
        seats.c.eligible == literal_column("1"),
        seats.c.member == literal_column("1"),
        among(seats.c.user_id, "user_ids"),
    )
    .group_by(conversations.c.id)
)


def of_message(reader: Reader, message_id: int) -> int:
    """The conversation of a message; raises LookupError for an unknown one."""
    row = reader.one(_OF_MESSAGE, id=message_id)
    if row is None:
        raise LookupError(f"no message {message_id}")
    return int(row[0])


def offered_to_lines(reader: Reader, user_ids: list[int]) -> list[tuple[int, int]]:
    """What is offered to everyone of a line, with one of these people who may take it."""
    return [(row[0], row[1]) for row in reader.all(_OFFERED_TO_LINES, user_ids=user_ids)]
