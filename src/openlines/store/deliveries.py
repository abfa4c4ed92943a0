"""Deliveries: what must go out to vendors, and how far each has come.

A thread is a lane: its deliveries go one at a time, in the order in which they were made. An open one (queued,
sending) holds up those after it; an unknown one for thirty seconds; a failed one not at all.
"""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    FromClause,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from openlines.store.statement import Statement, among
from openlines.store.tables import channels, conversations, deliveries, lines, messages, threads
from openlines.store.tx import Reader, Tx

CALLS: Final = " "  # between the vendor's ids of the calls of one delivery
PARTS: Final = ","  # between the ids that one call gave (an album)

# The very words of the partial indexes: SQLite uses an index only where its condition stands in the query.
_OPEN: Final = deliveries.c.state.in_(["queued", "sending"])
_UNFINISHED: Final = deliveries.c.state.in_(["queued", "sending", "unknown"])


class Ref(NamedTuple):
    """One attempt at one delivery: who attempts a later one is told apart by `attempts`."""

    id: int
    lease: str
    attempts: int
    message_id: int
    conversation_id: int
    thread_id: int
    line_id: int


class Candidate(NamedTuple):
    """A delivery whose turn it is, with everything that sending it takes."""

    id: int
    message_id: int
    thread_id: int
    channel_id: int
    what: str
    attempts: int
    done: str | None  # the vendor's ids of the calls that are through
    created_at: int
    not_before: int
    text: str
    data: str
    deleted_at: int | None
    conversation_id: int
    external_id: str
    address: str
    unreachable: str | None
    kind: str
    channel_version: int
    channel_active: int
    channel_deleted_at: int | None
    line_id: int
    line_active: int
    target: str | None  # edit, delete: the vendor's ids of the message


class Known(NamedTuple):
    """A delivery as it lies."""

    id: int
    message_id: int
    thread_id: int
    channel_id: int
    what: str
    state: str
    attempts: int
    external_id: str | None
    error: str | None
    error_detail: str | None
    state_at: int


_earlier = deliveries.alias("earlier")
_first = deliveries.alias("first_sent")
_HELD_UP: Final = (
    select(literal_column("1"))
    .where(
        _earlier.c.thread_id == deliveries.c.thread_id,
        _earlier.c.state.in_(["queued", "sending", "unknown"]),
        or_(_earlier.c.state != "unknown", _earlier.c.state_at > bindparam("unknown_since")),
        tuple_(_earlier.c.created_at, _earlier.c.id) < tuple_(deliveries.c.created_at, deliveries.c.id),
    )
    .exists()
)
_TARGET: Final = (
    select(_first.c.external_id)
    .where(_first.c.message_id == deliveries.c.message_id, _first.c.what == "message")
    .order_by(_first.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_DUE: Final = Statement(
    select(
        deliveries.c.id,
        deliveries.c.message_id,
        deliveries.c.thread_id,
        deliveries.c.channel_id,
        deliveries.c.what,
        deliveries.c.attempts,
        deliveries.c.external_id,
        deliveries.c.created_at,
        deliveries.c.not_before,
        messages.c.text,
        messages.c.data,
        messages.c.deleted_at,
        messages.c.conversation_id,
        threads.c.external_id.label("thread_external_id"),
        threads.c.address,
        threads.c.unreachable,
        channels.c.kind,
        channels.c.version,
        channels.c.active,
        channels.c.deleted_at.label("channel_deleted_at"),
        lines.c.id.label("of_line"),
        lines.c.active.label("line_active"),
        _TARGET.label("target"),
    )
    .select_from(
        deliveries.join(messages, messages.c.id == deliveries.c.message_id)
        .join(threads, threads.c.id == deliveries.c.thread_id)
        .join(channels, channels.c.id == deliveries.c.channel_id)
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .join(lines, lines.c.id == conversations.c.line_id)
    )
    .where(
        _OPEN,
        deliveries.c.state == "queued",
        deliveries.c.not_before <= bindparam("now"),
        ~among(deliveries.c.channel_id, "but_channels"),
        ~_HELD_UP,
    )
    # The order of the index, so that looking stops after the first hundred; within a thread only its head is seen.
    .order_by(deliveries.c.not_before, deliveries.c.id)
    .limit(100)
    .with_for_update(of=deliveries, skip_locked=True)
)
_NEXT: Final = Statement(
    select(func.min(deliveries.c.not_before)).where(
        _OPEN, deliveries.c.state == "queued", deliveries.c.not_before > bindparam("now")
    )
)
_ADD: Final = Statement(insert(deliveries))
_CLAIM: Final = Statement(
    update(deliveries).where(among(deliveries.c.id, "ids")).values(attempts=deliveries.c.attempts + 1, state="sending")
)
_POSTPONE: Final = Statement(update(deliveries).where(among(deliveries.c.id, "ids")))
_MINE: Final = and_(
    deliveries.c.id == bindparam("of_id"),
    deliveries.c.state == "sending",
    deliveries.c.lease == bindparam("of_lease"),
    deliveries.c.attempts == bindparam("of_attempts"),
)
_SETTLE: Final = Statement(update(deliveries).where(_MINE))
_SETTLE_UNKNOWN: Final = Statement(
    update(deliveries).where(
        deliveries.c.id == bindparam("of_id"),
        deliveries.c.state == "unknown",
        deliveries.c.attempts == bindparam("of_attempts"),
    )
)
_RENEW: Final = Statement(
    update(deliveries).where(
        among(deliveries.c.id, "ids"), deliveries.c.state == "sending", deliveries.c.lease == bindparam("of_lease")
    )
)
_LOST_COLUMNS: Final = (
    deliveries.c.id,
    deliveries.c.lease,
    deliveries.c.attempts,
    deliveries.c.message_id,
    messages.c.conversation_id,
    deliveries.c.thread_id,
    conversations.c.line_id,
)
_WITH_CONVERSATION: Final = deliveries.join(messages, messages.c.id == deliveries.c.message_id).join(
    conversations, conversations.c.id == messages.c.conversation_id
)
_LOST: Final = Statement(
    select(*_LOST_COLUMNS)
    .select_from(_WITH_CONVERSATION)
    .where(
        _OPEN,
        deliveries.c.state == "sending",
        or_(deliveries.c.leased_until < bindparam("before"), deliveries.c.lease == bindparam("dead")),
    )
    .limit(100)
    .with_for_update(of=deliveries, skip_locked=True)
)
_VENDOR_ID: Final = Statement(
    select(
        messages.c.author,
        messages.c.dedupe,
        select(_first.c.external_id)
        .where(_first.c.message_id == messages.c.id, _first.c.what == "message")
        .order_by(_first.c.id.desc())
        .limit(1)
        .scalar_subquery(),
    ).where(messages.c.id == bindparam("id"))
)
_KNOWN: Final = [deliveries.c[name] for name in Known._fields]
_OF_MESSAGE: Final = Statement(
    select(*_KNOWN).where(deliveries.c.message_id == bindparam("message_id")).order_by(deliveries.c.id)
)
_BY_EXTERNAL: Final = Statement(
    select(*_KNOWN).where(
        deliveries.c.channel_id == bindparam("channel_id"),
        deliveries.c.external_id == bindparam("external_id"),
        deliveries.c.external_id.is_not(None),
        deliveries.c.what == "message",
    )
)
# A message of several parts is found among the last words of its thread.
_LATELY: Final = Statement(
    select(*_KNOWN)
    .select_from(messages.join(deliveries, deliveries.c.message_id == messages.c.id))
    .where(
        messages.c.thread_id == bindparam("thread_id"),
        deliveries.c.external_id.is_not(None),
        deliveries.c.what == "message",
    )
    .order_by(messages.c.seq.desc())
    .limit(100)
)
_SET: Final = Statement(update(deliveries).where(deliveries.c.id == bindparam("of_id")))
_SET_FROM: Final = Statement(
    update(deliveries).where(deliveries.c.id == bindparam("of_id"), among(deliveries.c.state, "before"))
)
_DROP: Final = Statement(
    delete(deliveries).where(
        deliveries.c.message_id == bindparam("message_id"),
        deliveries.c.state == "queued",
        deliveries.c.attempts == 0,
    )
)


def _release(whose: ColumnElement[bool], rows: FromClause = deliveries) -> Statement:
    """Lets up to 100 of those that are put off go at `not_before`."""
    put_off = (
        select(deliveries.c.id)
        .select_from(rows)
        .where(_OPEN, deliveries.c.state == "queued", deliveries.c.not_before > bindparam("now"), whose)
        .limit(100)
    )
    return Statement(update(deliveries).where(deliveries.c.id.in_(put_off)))


_RELEASE: Final = _release(deliveries.c.channel_id == bindparam("channel_id"))
_RELEASE_OF_LINE: Final = _release(conversations.c.line_id == bindparam("line_id"), _WITH_CONVERSATION)
_DEPTHS: Final = Statement(
    select(deliveries.c.state, func.count(), func.min(deliveries.c.created_at))
    .where(_UNFINISHED)
    .group_by(deliveries.c.state)
)


def add(
    tx: Tx,
    *,
    id: int,  # noqa: A002 - the column's name
    message_id: int,
    thread_id: int,
    channel_id: int,
    what: str,
    not_before: int | None = None,
) -> None:
    """A delivery that may leave at once, or from `not_before` on."""
    tx.run(
        _ADD,
        id=id,
        message_id=message_id,
        thread_id=thread_id,
        channel_id=channel_id,
        what=what,
        state="queued",
        not_before=tx.now if not_before is None else not_before,
        created_at=tx.now,
        state_at=tx.now,
    )
    tx.poke("deliver")


def due(tx: Tx, *, unknown_since: int, but_channels: Iterable[int] = ()) -> list[Candidate]:
    """Up to 100 heads of lanes whose time has come, the longest due first, locked where another node might look.
    Those of some channels are left out, so that what waits there keeps nobody else from being seen.
    """
    rows = tx.all(_DUE, unknown_since=unknown_since, now=tx.now, but_channels=list(but_channels))
    return [Candidate._make(row) for row in rows]


def next_due(reader: Reader) -> int | None:
    """The next instant after now at which a queued delivery may leave."""
    row = reader.one(_NEXT, now=reader.now)
    return None if row is None else row[0]


def claim(tx: Tx, ids: list[int], *, lease: str, until: int) -> None:
    tx.run(_CLAIM, ids=ids, lease=lease, leased_until=until, state_at=tx.now)


def postpone(tx: Tx, ids: list[int], until: int) -> None:
    tx.run(_POSTPONE, ids=ids, not_before=until)


def settle(tx: Tx, ref: Ref, **values: Any) -> bool:
    """Changes a delivery that this attempt still holds; False when it was taken away meanwhile."""
    return tx.changed(_SETTLE, of_id=ref.id, of_lease=ref.lease, of_attempts=ref.attempts, **values) == 1


def settle_unknown(tx: Tx, ref: Ref, **values: Any) -> bool:
    """The same for one that was given up as unknown before its answer came."""
    return tx.changed(_SETTLE_UNKNOWN, of_id=ref.id, of_attempts=ref.attempts, **values) == 1


def renew(tx: Tx, ids: list[int], *, lease: str, until: int) -> None:
    tx.run(_RENEW, ids=ids, of_lease=lease, leased_until=until)


def lost(tx: Tx, *, before: int, dead: str | None) -> list[Ref]:
    """Up to 100 attempts whose lease ended before an instant, and those of a node that is known to be dead."""
    return [Ref._make(row) for row in tx.all(_LOST, before=before, dead=dead)]


def vendor_id(reader: Reader, message_id: int) -> str | None:
    """How the vendor calls a message, the customer's or ours (of several parts: the first)."""
    row = reader.one(_VENDOR_ID, id=message_id)
    if row is None:
        return None
    author, dedupe, external_id = row
    if author == "customer":
        return str(dedupe) if dedupe else None
    found = parts(external_id)
    return found[0] if found else None


def of_message(reader: Reader, message_id: int) -> list[Known]:
    return [Known._make(row) for row in reader.all(_OF_MESSAGE, message_id=message_id)]


def by_external(reader: Reader, channel_id: int, external_id: str, thread_id: int | None = None) -> Known | None:
    """The delivery of which the vendor speaks. Ids that are unique only in their chat need the thread."""
    rows = [Known._make(row) for row in reader.all(_BY_EXTERNAL, channel_id=channel_id, external_id=external_id)]
    for row in rows:
        if thread_id in (None, row.thread_id):
            return row
    if thread_id is None:
        return None
    for found in reader.all(_LATELY, thread_id=thread_id):
        known = Known._make(found)
        if external_id in parts(known.external_id):
            return known
    return None


def put(tx: Tx, delivery_id: int, **values: Any) -> None:
    tx.run(_SET, of_id=delivery_id, **values)


def put_from(tx: Tx, delivery_id: int, before: Iterable[str], **values: Any) -> bool:
    """The same of one that is in one of these states; False when it is (by now) in another."""
    return tx.changed(_SET_FROM, of_id=delivery_id, before=list(before), **values) == 1


def drop(tx: Tx, message_id: int) -> bool:
    """Takes back what has not begun to leave; False when there was nothing (any more)."""
    return tx.changed(_DROP, message_id=message_id) > 0


def release(tx: Tx, channel_id: int) -> int:
    """Lets up to 100 postponed deliveries of a channel go now; how many there were."""
    return tx.changed(_RELEASE, now=tx.now, channel_id=channel_id, not_before=tx.now)


def release_of_line(tx: Tx, line_id: int) -> int:
    """The same of a line's conversations."""
    return tx.changed(_RELEASE_OF_LINE, now=tx.now, line_id=line_id, not_before=tx.now)


def depths(reader: Reader) -> dict[str, tuple[int, int]]:
    """How many are queued, sending and unknown, and when the oldest of each was made; for metrics."""
    return {state: (count, oldest) for state, count, oldest in reader.all(_DEPTHS)}


def parts(external_id: str | None) -> tuple[str, ...]:
    """All of the vendor's ids of a delivery, in order."""
    return tuple(part for call in calls(external_id) for part in call)


def calls(external_id: str | None) -> tuple[tuple[str, ...], ...]:
    """The vendor's ids by call."""
    if external_id is None:
        return ()
    return tuple(tuple(part for part in call.split(PARTS) if part) for call in external_id.split(CALLS))


def joined(ids: tuple[tuple[str, ...], ...]) -> str | None:
    """The opposite of `calls`."""
    return CALLS.join(PARTS.join(call) for call in ids) if ids else None
