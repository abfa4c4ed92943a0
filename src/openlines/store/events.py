"""Reading the event log, and cutting it behind its readers. (Writing is `Tx.event`.)

Ids grow in the order of commits, so a reader with the last id it has seen never misses one. Numbers may be
missing between two ids.
"""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, func, select

from openlines.store import tables
from openlines.store.statement import Statement
from openlines.store.tx import Reader, Tx

_E = tables.events.c

_AFTER = Statement(
    select(_E.id, _E.at, _E.kind, _E.line_id, _E.conversation_id, _E.thread_id, _E.message_id, _E.user_id, _E.data)
    .where(_E.id > bindparam("after"))
    .order_by(_E.id)
    .limit(bindparam("limit"))
)
_LAST = Statement(select(func.max(_E.id)))
_FIRST = Statement(select(func.min(_E.id)))
_NTH = Statement(select(_E.id).where(_E.id < bindparam("before")).order_by(_E.id).limit(1).offset(bindparam("skip")))
_TRIM = Statement(delete(tables.events).where(_E.id < bindparam("before")))


class Event(NamedTuple):
    """A fact that happened. `at` is an instant; the ids that do not apply are None."""

    id: int
    at: int
    kind: str
    line_id: int | None
    conversation_id: int | None
    thread_id: int | None
    message_id: int | None
    user_id: int | None
    data: dict[str, Any] | None


def read_events(reader: Reader, after: int, limit: int) -> list[Event]:
    """Up to `limit` events after the id `after`, oldest first."""
    return [
        Event._make(row) if row[8] is None else Event._make((*row[:8], msgspec.json.decode(row[8])))
        for row in reader.all(_AFTER, after=after, limit=limit)
    ]


def last_event_id(reader: Reader) -> int:
    """The id of the newest event; 0 while there is none."""
    row = reader.one(_LAST)
    return (row[0] if row else None) or 0


def oldest_event_id(reader: Reader) -> int:
    """The id of the oldest event that was not cut off; 0 while there is none. A cursor below it minus 1 is too old."""
    row = reader.one(_FIRST)
    return (row[0] if row else None) or 0


def trim_events(tx: Tx, before: int, limit: int = 100) -> int:
    """Cuts off events with an id below `before`, the oldest `limit` at most; says how many.

    The newest event always stays: its id is where the numbers go on after a restart.
    """
    before = min(before, last_event_id(tx))
    row = tx.one(_NTH, before=before, skip=limit)
    return tx.changed(_TRIM, before=before if row is None else row[0])
