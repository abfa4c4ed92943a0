"""Threads and the customers behind them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, case, func, insert, literal_column, or_, select, update

from openlines.core.state import Conversation
from openlines.store.conversations import AROUND, COLUMNS, Around, holder, seat_of_holder
from openlines.store.statement import Statement, among
from openlines.store.tables import channels, conversations, customers, lines, messages, threads
from openlines.store.tx import Reader, Tx


class Arrival(NamedTuple):
    """Where a customer's message arrives: all that receiving it needs, in one read.

    `c` is the open conversation of the thread, if there is one; `repeated` the id of the message when it is
    already here. Without a thread the customer is new.
    """

    c: Conversation | None
    around: Around
    line_id: int
    line_deleted: int | None
    channel_deleted: int | None
    thread_id: int | None
    customer_id: int | None
    address: str | None
    unreachable: str | None
    contact: str | None
    repeated: int | None


class ThreadRow(NamedTuple):
    id: int
    channel_id: int
    external_id: str
    customer_id: int
    handle: str
    address: str
    context: str
    created_at: int
    delivered_seq: int
    read_seq: int
    greeted_at: int | None
    consent_at: int | None
    blocked_at: int | None
    unreachable: str | None
    last_operator_id: int | None
    last_conversation_id: int | None
    consent_asked: str
    consent_given: str
    form_at: int | None


class CustomerRow(NamedTuple):
    id: int
    name: str
    email: str
    phone: str
    photo_id: str | None
    language: str
    time_zone: str
    fields: str
    merged_into: int | None
    created_at: int
    version: int


_OPEN = and_(conversations.c.thread_id == threads.c.id, conversations.c.state != literal_column("'closed'"))
_SAME = (
    select(messages.c.id)
    .where(
        messages.c.thread_id == threads.c.id,
        messages.c.dedupe == bindparam("dedupe"),
        messages.c.dedupe.is_not(None),
    )
    .scalar_subquery()
)
_ARRIVAL = Statement(
    select(
        *COLUMNS,
        *AROUND,
        lines.c.id.label("of_line"),
        lines.c.deleted_at,
        channels.c.deleted_at.label("channel_deleted"),
        threads.c.id.label("of_thread"),
        threads.c.customer_id.label("of_customer"),
        threads.c.address,
        threads.c.unreachable,
        (customers.c.email + customers.c.phone).label("contact"),
        _SAME.label("repeated"),
    )
    .select_from(
        channels.outerjoin(
            threads, and_(threads.c.channel_id == channels.c.id, threads.c.external_id == bindparam("external_id"))
        )
        .outerjoin(customers, customers.c.id == threads.c.customer_id)
        .outerjoin(conversations, _OPEN)
        .join(lines, lines.c.id == func.coalesce(conversations.c.line_id, channels.c.line_id))
        .outerjoin(holder, holder.c.id == conversations.c.operator_id)
        .outerjoin(
            seat_of_holder,
            and_(seat_of_holder.c.user_id == conversations.c.operator_id, seat_of_holder.c.line_id == lines.c.id),
        )
    )
    .where(channels.c.id == bindparam("channel_id"))
)
_THREAD = [threads.c[name] for name in ThreadRow._fields]
_BY_ID = Statement(select(*_THREAD).where(threads.c.id == bindparam("id")))
_BY_IDS = Statement(select(*_THREAD).where(among(threads.c.id, "ids")))
_BY_IDENTITY = Statement(
    select(*_THREAD).where(
        threads.c.channel_id == bindparam("channel_id"), threads.c.external_id == bindparam("external_id")
    )
)
_FIRST_OF = Statement(
    select(threads.c.customer_id, func.min(threads.c.id))
    .where(among(threads.c.customer_id, "ids"))
    .group_by(threads.c.customer_id)
)
_OF_CUSTOMER = Statement(
    select(*_THREAD).where(threads.c.customer_id == bindparam("customer_id")).order_by(threads.c.id)
)
_ADD = Statement(insert(threads))
_SET = Statement(update(threads).where(threads.c.id == bindparam("of_id")))
_SET_UNBLOCKED = Statement(update(threads).where(threads.c.id == bindparam("of_id"), threads.c.blocked_at.is_(None)))
_TO = {name: bindparam(name, type_=threads.c[f"{name}_seq"].type) for name in ("delivered", "read")}
_BELOW = {name: threads.c[f"{name}_seq"] < to for name, to in _TO.items()}
_SET_SEEN = Statement(
    update(threads)
    .where(threads.c.id == bindparam("of_id"), or_(*_BELOW.values()))
    .values({f"{name}_seq": case((_BELOW[name], to), else_=threads.c[f"{name}_seq"]) for name, to in _TO.items()})
)
_CUSTOMER = [customers.c[name] for name in CustomerRow._fields]
_CUSTOMER_BY_ID = Statement(select(*_CUSTOMER).where(customers.c.id == bindparam("id")))
_CUSTOMERS_BY_IDS = Statement(select(*_CUSTOMER).where(among(customers.c.id, "ids")))
_ADD_CUSTOMER = Statement(insert(customers))
_SET_CUSTOMER = Statement(
    update(customers).where(customers.c.id == bindparam("of_id")).values(version=customers.c.version + 1)
)
_SET_CUSTOMER_SEEN = Statement(
    update(customers)
    .where(customers.c.id == bindparam("of_id"), customers.c.version == bindparam("seen"))
    .values(version=customers.c.version + 1)
)

_WIDTH = len(COLUMNS)
_END = _WIDTH + len(Around._fields)


def arrival(tx: Tx, channel_id: int, external_id: str, dedupe: str | None) -> Arrival | None:
    """None when there is no such channel."""
    row = tx.one(_ARRIVAL, channel_id=channel_id, external_id=external_id, dedupe=dedupe)
    if row is None:
        return None
    c = Conversation._make(row[:_WIDTH]) if row[0] is not None else None
    return Arrival(c, Around._make(row[_WIDTH:_END]), *row[_END:])


def one(reader: Reader, thread_id: int) -> ThreadRow | None:
    row = reader.one(_BY_ID, id=thread_id)
    return None if row is None else ThreadRow._make(row)


def some(reader: Reader, ids: list[int]) -> list[ThreadRow]:
    return [ThreadRow._make(row) for row in reader.all(_BY_IDS, ids=ids)] if ids else []


def by_identity(reader: Reader, channel_id: int, external_id: str) -> ThreadRow | None:
    row = reader.one(_BY_IDENTITY, channel_id=channel_id, external_id=external_id)
    return None if row is None else ThreadRow._make(row)


def of_customer(reader: Reader, customer_id: int) -> list[ThreadRow]:
    return [ThreadRow._make(row) for row in reader.all(_OF_CUSTOMER, customer_id=customer_id)]


def add(tx: Tx, **values: Any) -> None:
    tx.run(_ADD, **values)


def put(tx: Tx, thread_id: int, **values: Any) -> None:
    tx.run(_SET, of_id=thread_id, **values)


def put_unblocked(tx: Tx, thread_id: int, **values: Any) -> None:
    """The same of a customer who is not blocked; one who has been meanwhile makes the call run again."""
    tx.expect(_SET_UNBLOCKED, of_id=thread_id, **values)


def put_seen(tx: Tx, thread_id: int, *, delivered: int, read: int) -> bool:
    """Moves the watermarks of the customer's device, each forward only; False when both were as far already."""
    return tx.changed(_SET_SEEN, of_id=thread_id, delivered=delivered, read=read) == 1


def first_of_customers(reader: Reader, customer_ids: Sequence[int]) -> dict[int, int]:
    """The first thread of each of these customers."""
    return dict(reader.all(_FIRST_OF, ids=list(customer_ids))) if customer_ids else {}


def customer(reader: Reader, customer_id: int) -> CustomerRow | None:
    row = reader.one(_CUSTOMER_BY_ID, id=customer_id)
    return None if row is None else CustomerRow._make(row)


def customers_of(reader: Reader, ids: list[int]) -> list[CustomerRow]:
    return [CustomerRow._make(row) for row in reader.all(_CUSTOMERS_BY_IDS, ids=ids)] if ids else []


def add_customer(tx: Tx, **values: Any) -> None:
    tx.run(_ADD_CUSTOMER, **values)


def put_customer(tx: Tx, customer_id: int, **values: Any) -> None:
    tx.run(_SET_CUSTOMER, of_id=customer_id, **values)


def put_customer_seen(tx: Tx, customer_id: int, seen: int, **values: Any) -> bool:
    return tx.changed(_SET_CUSTOMER_SEEN, of_id=customer_id, seen=seen, **values) == 1
