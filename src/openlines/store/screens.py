"""What the screens read: rows of lists, the places of open conversations, how far messages have got.

Reads only. Everything here is asked on somebody's behalf: whoever calls gives the conditions of sight.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import bindparam, case, exists, func, literal_column, select

from openlines.core.state import Conversation
from openlines.store.conversations import COLUMNS
from openlines.store.statement import Statement, among
from openlines.store.tables import (
    channels,
    conversations,
    customers,
    deliveries,
    lines,
    listeners,
    messages,
    seats,
    threads,
    tries,
)
from openlines.store.tx import Reader, Row

PAGE: Final = 100

OPEN: Final = conversations.c.state != literal_column("'closed'")
CLOSED: Final = conversations.c.state == literal_column("'closed'")


class Shown(NamedTuple):
    """A conversation with what its row in a list needs."""

    c: Conversation
    unread: int
    last_text: str
    last_author: str
    last_at: int | None
    customer_name: str
    line_active: int
    line_settings: str


class Place(NamedTuple):
    """Where an open conversation stands: what decides who sees it, and in which of his lists."""

    id: int
    thread_id: int
    line_id: int
    state: str
    operator_id: int | None
    offered_to: int | None
    offer: str | None
    listened: int  # somebody listens to it


class ThreadMark(NamedTuple):
    """How far the customer's device has come, for channels whose customers read from us."""

    id: int
    channel_id: int
    external_id: str
    kind: str
    delivered_seq: int
    read_seq: int
    last_seq: int


class ChannelFacts(NamedTuple):
    """A channel as staff are shown it; no secrets, no settings."""

    id: int
    line_id: int
    kind: str
    name: str
    active: int
    state: str
    state_reason: str


class Sent(NamedTuple):
    """How far a message has got on its way to the customer."""

    message_id: int
    state: str
    error: str | None
    at: int
    detail: str | None


_AROUND = [
    conversations.c.unread,
    conversations.c.last_text,
    conversations.c.last_author,
    conversations.c.last_at,
    customers.c.name.label("customer_name"),
    lines.c.active.label("line_active"),
    lines.c.settings.label("line_settings"),
]
_WIDTH = len(COLUMNS)
JOINED = conversations.join(customers, customers.c.id == conversations.c.customer_id).join(
    lines, lines.c.id == conversations.c.line_id
)
SHOWN = select(*COLUMNS, *_AROUND).select_from(JOINED)
_IS_LISTENED = exists(literal_column("1")).where(listeners.c.conversation_id == conversations.c.id)
_PLACE = select(
    *(conversations.c[name] for name in Place._fields[:-1]),
    case((_IS_LISTENED, literal_column("1")), else_=literal_column("0")),
)


def shown_of(rows: Iterable[Row]) -> list[Shown]:
    return [Shown(Conversation._make(row[:_WIDTH]), *row[_WIDTH:]) for row in rows]


_BY_IDS = Statement(SHOWN.where(among(conversations.c.id, "ids")))
_HELD = Statement(SHOWN.where(conversations.c.operator_id == bindparam("user_id"), OPEN))
_OFFERED_TO = Statement(
    SHOWN.where(conversations.c.offered_to == bindparam("user_id"), conversations.c.offered_to.is_not(None))
)
_LISTENED = Statement(
    select(*COLUMNS, *_AROUND)
    .select_from(JOINED.join(listeners, listeners.c.conversation_id == conversations.c.id))
    .where(listeners.c.user_id == bindparam("user_id"), OPEN)
)
_WAITING = conversations.c.state == literal_column("'waiting'")
_OFFERED = conversations.c.state == literal_column("'offered'")
_QUEUED_OF = [
    Statement(SHOWN.where(state, among(conversations.c.line_id, "line_ids"))) for state in (_WAITING, _OFFERED)
]
_QUEUED = [Statement(SHOWN.where(state)) for state in (_WAITING, _OFFERED)]
_LISTENERS = Statement(
    select(listeners.c.conversation_id, listeners.c.user_id).where(among(listeners.c.conversation_id, "ids"))
)
_ALL_LISTENERS = Statement(
    select(listeners.c.conversation_id, listeners.c.user_id)
    .select_from(listeners.join(conversations, conversations.c.id == listeners.c.conversation_id))
    .where(OPEN)
)
_DECLINED = Statement(
    select(tries.c.conversation_id, tries.c.user_id).where(
        among(tries.c.conversation_id, "ids"), tries.c.outcome == literal_column("'declined'")
    )
)
# "+ 0" keeps the engines from walking along all ids, closed ones too: an index of the open ones finds them.
_open_id: Final = conversations.c.id + literal_column("0")
_PLACES = Statement(_PLACE.where(OPEN, _open_id > bindparam("after")).order_by(_open_id).limit(5000))
_MEMBERS = Statement(select(seats.c.user_id, seats.c.line_id).where(seats.c.member == literal_column("1")))
_LINES_OF = Statement(
    select(seats.c.line_id).where(seats.c.user_id == bindparam("user_id"), seats.c.member == literal_column("1"))
)
_SENT = Statement(
    select(
        deliveries.c.message_id,
        deliveries.c.state,
        deliveries.c.error,
        deliveries.c.state_at,
        deliveries.c.error_detail,
    )
    .where(among(deliveries.c.message_id, "ids"), deliveries.c.what == literal_column("'message'"))
    .order_by(deliveries.c.id)
)
_LAST_SEQ = (
    select(func.coalesce(func.max(messages.c.seq), literal_column("0")))
    .where(messages.c.thread_id == threads.c.id)
    .correlate(threads)
    .scalar_subquery()
)
_MARKS = Statement(
    select(
        threads.c.id,
        threads.c.channel_id,
        threads.c.external_id,
        channels.c.kind,
        threads.c.delivered_seq,
        threads.c.read_seq,
        _LAST_SEQ,
    )
    .join_from(threads, channels, channels.c.id == threads.c.channel_id)
    .where(among(threads.c.id, "ids"))
)
_OPEN_OF_THREADS = Statement(select(conversations.c.id).where(among(conversations.c.thread_id, "ids"), OPEN))
_PLACES_OF = Statement(_PLACE.where(among(conversations.c.id, "ids")))
_CHANNELS = Statement(
    select(*(channels.c[name] for name in ChannelFacts._fields))
    .where(channels.c.deleted_at.is_(None))
    .order_by(channels.c.id)
)
_OF_CUSTOMER = Statement(
    SHOWN.where(conversations.c.customer_id == bindparam("customer_id")).order_by(conversations.c.id.desc()).limit(PAGE)
)


def shown(reader: Reader, ids: Iterable[int]) -> list[Shown]:
    """Rows of these conversations, in no order."""
    return shown_of(reader.all(_BY_IDS, ids=list(ids)))


def mine(reader: Reader, user_id: int) -> list[Shown]:
    """What is in front of a user: held, offered to him by name, listened to; each once."""
    found = [
        *shown_of(reader.all(_HELD, user_id=user_id)),
        *shown_of(reader.all(_OFFERED_TO, user_id=user_id)),
        *shown_of(reader.all(_LISTENED, user_id=user_id)),
    ]
    return list({each.c.id: each for each in found}.values())


def queued(reader: Reader, line_ids: Sequence[int] | None) -> list[Shown]:
    """What waits or is offered in these lines (None: in all)."""
    if line_ids is None:
        return [each for statement in _QUEUED for each in shown_of(reader.all(statement))]
    return [each for statement in _QUEUED_OF for each in shown_of(reader.all(statement, line_ids=list(line_ids)))]


def listeners_of(reader: Reader, ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Who listens to these conversations."""
    return _grouped(reader.all(_LISTENERS, ids=list(ids)))


def all_listeners(reader: Reader) -> dict[int, frozenset[int]]:
    """Who listens to any open conversation."""
    return _grouped(reader.all(_ALL_LISTENERS))


def declined_by(reader: Reader, ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Who has declined these conversations in the present round."""
    return _grouped(reader.all(_DECLINED, ids=list(ids)))


def places(reader: Reader, after: int) -> list[Place]:
    """Up to 5 000 open conversations with ids above `after`."""
    return [Place._make(row) for row in reader.all(_PLACES, after=after)]


def members(reader: Reader) -> dict[int, frozenset[int]]:
    """The lines in whose queue each user is, by user."""
    return _grouped(reader.all(_MEMBERS))


def lines_of(reader: Reader, user_id: int) -> frozenset[int]:
    """The lines in whose queue a user is."""
    return frozenset(row[0] for row in reader.all(_LINES_OF, user_id=user_id))


def sent(reader: Reader, message_ids: Iterable[int]) -> dict[int, Sent]:
    """The delivery of each message that has one."""
    return {row[0]: Sent._make(row) for row in reader.all(_SENT, ids=list(message_ids))}


def open_of_threads(reader: Reader, thread_ids: Iterable[int]) -> list[int]:
    """The open conversations of these threads."""
    return [row[0] for row in reader.all(_OPEN_OF_THREADS, ids=list(thread_ids))]


def marks(reader: Reader, thread_ids: Iterable[int]) -> list[ThreadMark]:
    return [ThreadMark._make(row) for row in reader.all(_MARKS, ids=list(thread_ids))]


def places_of(reader: Reader, ids: Iterable[int]) -> list[Place]:
    """Where these conversations stand, open or not."""
    return [Place._make(row) for row in reader.all(_PLACES_OF, ids=list(ids))]


def channels_facts(reader: Reader) -> list[ChannelFacts]:
    """Every connected channel."""
    return [ChannelFacts._make(row) for row in reader.all(_CHANNELS)]


def of_customer(reader: Reader, customer_id: int) -> list[Shown]:
    """The newest hundred conversations of a customer."""
    return shown_of(reader.all(_OF_CUSTOMER, customer_id=customer_id))


def _grouped(rows: Iterable[Row]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for key, value in rows:
        found.setdefault(key, set()).add(value)
    return {key: frozenset(values) for key, values in found.items()}


_ORPHANS = Statement(
    select(conversations.c.id)
    .join_from(channels, conversations, conversations.c.channel_id == channels.c.id)
    .where(channels.c.deleted_at.is_not(None), OPEN)
    .limit(PAGE)
)


def orphans(reader: Reader) -> list[int]:
    """Up to a hundred open conversations whose channel was removed."""
    return [row[0] for row in reader.all(_ORPHANS)]
