"""Records of answers that were due (rules.md 7): one open one per conversation, and what the KPI page reads."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    type_coerce,
    update,
)

from openlines.core.kpi import Mark
from openlines.store.statement import Statement, among
from openlines.store.tables import conversations, customers, kpi_records
from openlines.store.tx import Reader, Row, Tx

_R = kpi_records.c
_NEWEST = 1 << 60


class Record(NamedTuple):
    """While it runs, `held` tells since when who holds it; afterwards, for how long (both in microseconds)."""

    id: int
    conversation_id: int
    line_id: int
    kind: str
    started_at: int
    target: int
    due_at: int
    stopped_at: int | None
    outcome: str | None
    elapsed: int | None
    holder_id: int | None
    answered_by: int | None
    held: str

    @property
    def marks(self) -> tuple[Mark, ...]:
        return marks_of(self.held)


marks_of = msgspec.json.Decoder(tuple[Mark, ...]).decode


def text_of(marks: Sequence[Mark]) -> str:
    return msgspec.json.encode(marks).decode()


_COLUMNS = [_R[name] for name in Record._fields]
_RUNNING = _R.stopped_at.is_(None)
_ADD = Statement(insert(kpi_records))
_SET = Statement(update(kpi_records).where(_R.id == bindparam("of_id")))
_DROP = Statement(delete(kpi_records).where(_R.id == bindparam("id")))
_OPEN = Statement(select(*_COLUMNS).where(_R.conversation_id == bindparam("conversation_id"), _RUNNING))
_OPEN_SOME = Statement(select(*_COLUMNS).where(among(_R.conversation_id, "ids"), _RUNNING))
_SAME = Statement(
    select(*_COLUMNS).where(
        _R.conversation_id == bindparam("conversation_id"),
        _R.kind == bindparam("kind"),
        _R.started_at == bindparam("started_at"),
    )
)
_OF_CONVERSATION = Statement(
    select(*_COLUMNS).where(_R.conversation_id == bindparam("conversation_id")).order_by(_R.started_at, _R.id)
)
_SWEEP = Statement(
    delete(kpi_records).where(_R.line_id == bindparam("line_id"), _RUNNING, _R.kind == bindparam("kind"))
)


def add(tx: Tx, record: Record) -> None:
    tx.run(_ADD, **record._asdict())


def put(tx: Tx, record_id: int, **values: Any) -> None:
    tx.run(_SET, of_id=record_id, **values)


def drop(tx: Tx, record_id: int) -> None:
    tx.run(_DROP, id=record_id)


def open_of(reader: Reader, conversation_id: int) -> Record | None:
    """The record of the answer that is owed now."""
    row = reader.one(_OPEN, conversation_id=conversation_id)
    return None if row is None else Record._make(row)


def open_of_some(reader: Reader, ids: list[int]) -> dict[int, Record]:
    return {row[1]: Record._make(row) for row in reader.all(_OPEN_SOME, ids=ids)} if ids else {}


def started_then(reader: Reader, conversation_id: int, kind: str, started_at: int) -> Record | None:
    """The record that began with these very words."""
    row = reader.one(_SAME, conversation_id=conversation_id, kind=kind, started_at=started_at)
    return None if row is None else Record._make(row)


def of_conversation(reader: Reader, conversation_id: int) -> list[Record]:
    return [Record._make(row) for row in reader.all(_OF_CONVERSATION, conversation_id=conversation_id)]


def sweep(tx: Tx, line_id: int, kind: str) -> None:
    """A line has no such target any more: nothing of it runs."""
    tx.run(_SWEEP, line_id=line_id, kind=kind)


# --- for the page ---------------------------------------------------------------------------------------


class Ended(NamedTuple):
    """One answer that was owed and is not any more."""

    line_id: int
    started_at: int
    outcome: str
    elapsed: int
    holder_id: int | None


class Running(NamedTuple):
    """One answer that is owed now. `operator_id`: who holds the conversation."""

    line_id: int
    kind: str
    due_at: int
    operator_id: int | None


class Breach(NamedTuple):
    """An answer that came late, or has not come yet (`stopped_at` is None)."""

    id: int
    conversation_id: int
    thread_id: int
    line_id: int
    kind: str
    started_at: int
    target: int
    due_at: int
    stopped_at: int | None
    elapsed: int | None
    holder_id: int | None
    answered_by: int | None
    held: str
    customer: str


_IN_PERIOD = and_(
    among(_R.line_id, "line_ids"),
    among(_R.kind, "kinds"),
    _R.started_at >= bindparam("since"),
    _R.started_at < bindparam("until"),
)
_ENDED = Statement(select(*(_R[name] for name in Ended._fields)).where(_IN_PERIOD, _R.outcome.is_not(None)))
_RUNNING_NOW = Statement(
    select(_R.line_id, _R.kind, _R.due_at, conversations.c.operator_id)
    .select_from(kpi_records.join(conversations, conversations.c.id == _R.conversation_id))
    .where(among(_R.line_id, "line_ids"), among(_R.kind, "kinds"), _RUNNING)
)
_LATE_ROWS = select(
    _R.id,
    _R.conversation_id,
    conversations.c.thread_id,
    *(_R[name] for name in Breach._fields[3:-1]),
    customers.c.name,
).select_from(
    kpi_records.join(conversations, conversations.c.id == _R.conversation_id).join(
        customers, customers.c.id == conversations.c.customer_id
    )
)
# Not by the index on lines: late answers have one of their own, in the order in which they are shown.
_any_line: ColumnElement[int] = type_coerce(literal_column("(kpi_records.line_id + 0)"), BigInteger)
_LATE = (
    _LATE_ROWS.where(
        _R.outcome == literal_column("'breached'"),
        _R.started_at >= bindparam("since"),
        _R.started_at <= bindparam("last_at"),
        or_(_R.started_at < bindparam("last_at"), _R.id < bindparam("last_id")),
        among(_any_line, "line_ids"),
        among(_R.kind, "kinds"),
    )
    .order_by(_R.started_at.desc(), _R.id.desc())
    .limit(bindparam("limit"))
)
_ALL_LATE = Statement(_LATE)
_LATE_OF = Statement(_LATE.where(among(func.coalesce(_R.holder_id, 0), "owners")))
# By the index of what runs, which is short: the days only sift what it gives.
_any_day: ColumnElement[int] = type_coerce(literal_column("(kpi_records.started_at + 0)"), BigInteger)
_OVERDUE = Statement(
    _LATE_ROWS.where(
        among(_R.line_id, "line_ids"),
        among(_R.kind, "kinds"),
        _any_day >= bindparam("since"),
        _any_day < bindparam("until"),
        _RUNNING,
        _R.due_at < bindparam("now"),
    )
    .order_by(_R.due_at, _R.id)
    .limit(500)
)
_STARTED = Statement(select(_R.started_at).where(_R.id == bindparam("id")))
_EXPORT = Statement(
    select(*_COLUMNS).where(_IN_PERIOD, _R.id > bindparam("after")).order_by(_R.id).limit(bindparam("limit"))
)


class Wanted(NamedTuple):
    """Which records: of these lines and kinds, begun at `since` or later and before `until`."""

    line_ids: list[int]
    kinds: tuple[str, ...]
    since: int
    until: int


def ended(reader: Reader, wanted: Wanted) -> list[Row]:
    """What an `Ended` is, as plain rows: there may be very many."""
    return reader.all(_ENDED, **wanted._asdict())


def running(reader: Reader, wanted: Wanted) -> list[Running]:
    """What is owed at this moment, whenever it began."""
    rows = reader.all(_RUNNING_NOW, line_ids=wanted.line_ids, kinds=wanted.kinds)
    return [Running._make(row) for row in rows]


def overdue(reader: Reader, wanted: Wanted) -> list[Breach]:
    """What is owed and late at this moment, the longest first."""
    return [Breach._make(row) for row in reader.all(_OVERDUE, **wanted._asdict(), now=reader.now)]


def breaches(
    reader: Reader, wanted: Wanted, owners: Sequence[int] | None, *, before: int | None, limit: int
) -> list[Breach]:
    """Answers that came late, newest first, those after the one with the id `before`; with `owners` (0: the line)
    theirs only."""
    row = None if before is None else reader.one(_STARTED, id=before)
    last_at, last_id = (wanted.until - 1, _NEWEST) if row is None or before is None else (row[0], before)
    params: dict[str, Any] = {
        "since": wanted.since,
        "last_at": last_at,
        "last_id": last_id,
        "line_ids": wanted.line_ids,
        "kinds": wanted.kinds,
        "limit": limit,
    }
    if owners is None:
        return [Breach._make(row) for row in reader.all(_ALL_LATE, **params)]
    return [Breach._make(row) for row in reader.all(_LATE_OF, **params, owners=owners)]


def export(reader: Reader, wanted: Wanted, after: int, limit: int) -> list[Record]:
    """All records in the order of their ids, a page after the id `after`."""
    return [Record._make(row) for row in reader.all(_EXPORT, **wanted._asdict(), after=after, limit=limit)]
