"""The inbox: what vendors sent, kept as it came before anybody was answered.

A lane (the vendor's chat) is worked through in the order of arrival. Rows of one moment are told apart by id;
across nodes ids are no order, because each node draws them from a block of its own.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Text, bindparam, cast, func, select, update
from sqlalchemy import delete as delete_from
from sqlalchemy.dialects.postgresql import insert

from openlines.store.statement import Statement, among
from openlines.store.tables import inbox
from openlines.store.tx import Reader, Tx

_NEW: Final = inbox.c.state == "new"


class InboxRow(NamedTuple):
    id: int
    channel_id: int
    lane: str
    headers: str
    body: bytes
    received_at: int
    attempts: int
    taken_by: str | None  # node that attempted it last


class Kept(NamedTuple):
    """A row to keep."""

    dedupe: str
    lane: str
    headers: str
    body: bytes


_COLUMNS: Final = [inbox.c[name] for name in InboxRow._fields]
# Written in PostgreSQL's dialect; SQLite says it with the same words.
_ADD: Final = Statement(insert(inbox).on_conflict_do_nothing(index_elements=["channel_id", "dedupe"]))
_LANE: Final[ColumnElement[str]] = cast(inbox.c.channel_id, Text).concat(":").concat(inbox.c.lane)
_NEWEST: Final = Statement(
    select(*_COLUMNS)
    .where(_NEW, ~among(inbox.c.channel_id, "but_channels"), ~among(_LANE, "but_lanes"))
    .order_by(inbox.c.received_at, inbox.c.id)
    .limit(256)
)
_HOLD: Final = Statement(
    select(inbox.c.attempts).where(inbox.c.id == bindparam("id"), _NEW).with_for_update(skip_locked=True)
)
_DONE: Final = Statement(update(inbox).where(inbox.c.id == bindparam("of_id")))
_TAKE: Final = Statement(
    update(inbox)
    .where(inbox.c.id == bindparam("of_id"), _NEW, inbox.c.attempts == bindparam("seen"))
    .values(attempts=inbox.c.attempts + 1)
)
_REPLAY: Final = Statement(
    update(inbox)
    .where(among(inbox.c.id, "ids"), inbox.c.state == "quarantined")
    .values(state="new", error=None, attempts=0)
)
_ASIDE: Final = inbox.c.state == "quarantined"
_QUARANTINED: Final = Statement(
    select(inbox.c.id, inbox.c.channel_id, inbox.c.lane, inbox.c.error, inbox.c.received_at)
    .where(_ASIDE, inbox.c.id < bindparam("below"))
    .order_by(inbox.c.id.desc())
    .limit(200)
)
_ASIDE_DEPTH: Final = Statement(select(func.count(), func.min(inbox.c.received_at)).where(_ASIDE))
_ONE: Final = Statement(select(*_COLUMNS, inbox.c.state, inbox.c.error).where(inbox.c.id == bindparam("id")))
# What was understood is not needed any more once vendors have stopped repeating it; what was not is kept.
_OLD: Final = (
    select(inbox.c.id)
    .where(inbox.c.received_at < bindparam("before"), inbox.c.state == "done", inbox.c.error.is_(None))
    .order_by(inbox.c.received_at)
    .limit(100)
)
_TRIM: Final = Statement(delete_from(inbox).where(inbox.c.id.in_(_OLD)))
_DEPTH: Final = Statement(select(func.count(), func.min(inbox.c.received_at)).where(_NEW))


def keep(tx: Tx, channel_id: int, rows: Sequence[Kept]) -> None:
    """Keeps rows in their order; one that is already here, by the vendor's own id, is left as it is."""
    tx.run_many(
        _ADD,
        [
            {
                "id": tx.new_id(inbox),
                "channel_id": channel_id,
                "dedupe": row.dedupe,
                "lane": row.lane,
                "headers": row.headers,
                "body": row.body,
                "received_at": tx.now,
            }
            for row in rows
        ],
    )


def newest(
    reader: Reader, *, but_lanes: Iterable[tuple[int, str]] = (), but_channels: Iterable[int] = ()
) -> list[InboxRow]:
    """Up to 256 rows that nobody has worked through, in the order of arrival. Those of some lanes (channel, lane) and
    channels are left out, so that what waits there keeps nobody else from being seen.
    """
    lanes = [f"{channel_id}:{lane}" for channel_id, lane in but_lanes]
    rows = reader.all(_NEWEST, but_channels=list(but_channels), but_lanes=lanes)
    return [InboxRow._make(row) for row in rows]


def hold(tx: Tx, row_id: int) -> int | None:
    """Keeps others away from a new row until this transaction ends; its attempts, None when it is not to be had."""
    row = tx.one(_HOLD, id=row_id)
    return None if row is None else row[0]


def take(tx: Tx, row_id: int, seen: int, node: str) -> bool:
    """Says that this node works on a row; False when another said so first."""
    return tx.changed(_TAKE, of_id=row_id, seen=seen, taken_by=node) == 1


def done(tx: Tx, row_id: int, note: str | None = None) -> None:
    """`note` keeps the row from being trimmed."""
    tx.run(_DONE, of_id=row_id, state="done", error=note)


def quarantine(tx: Tx, row_id: int, error: str) -> None:
    tx.run(_DONE, of_id=row_id, state="quarantined", error=error)


def replay(tx: Tx, ids: list[int]) -> int:
    """Quarantined rows are new again; how many there were."""
    return tx.changed(_REPLAY, ids=ids)


class Aside(NamedTuple):
    """A quarantined row, without its body."""

    id: int
    channel_id: int
    lane: str
    error: str
    received_at: int


def quarantined(reader: Reader, *, below: int = 2**62, limit: int = 200) -> list[Aside]:
    """Up to 200 quarantined rows with ids below one, newest first."""
    rows = reader.all(_QUARANTINED, below=below)[:limit]
    return [Aside(row[0], row[1], row[2], row[3] or "", row[4]) for row in rows]


def one(reader: Reader, row_id: int) -> tuple[InboxRow, str, str | None] | None:
    """A row with its state and error."""
    row = reader.one(_ONE, id=row_id)
    return None if row is None else (InboxRow._make(row[:-2]), row[-2], row[-1])


def trim(tx: Tx, *, before: int) -> int:
    """Drops up to 100 rows done and received before an instant; how many."""
    return tx.changed(_TRIM, before=before)


def depths(reader: Reader) -> dict[str, tuple[int, int | None]]:
    """How many rows wait or are quarantined, and since when the oldest of them; each counted in its own index."""
    return {
        state: (row[0], row[1]) if (row := reader.one(statement)) is not None else (0, None)
        for state, statement in (("new", _DEPTH), ("quarantined", _ASIDE_DEPTH))
    }
