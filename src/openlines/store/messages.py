"""Messages of threads."""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, func, insert, literal_column, select, update

from openlines.store.statement import Statement, among
from openlines.store.tables import messages
from openlines.store.tx import Reader, Tx


class MessageRow(NamedTuple):
    id: int
    thread_id: int
    conversation_id: int
    seq: int
    author: str
    author_id: int | None
    kind: str
    text: str
    data: str
    dedupe: str | None
    at: int
    edited_at: int | None
    deleted_at: int | None


_COLUMNS = [messages.c[name] for name in MessageRow._fields]
_ADD = Statement(insert(messages))
_BY_ID = Statement(select(*_COLUMNS).where(messages.c.id == bindparam("id")))
_BY_IDS = Statement(select(*_COLUMNS).where(among(messages.c.id, "ids")).order_by(messages.c.id))
_BY_DEDUPE = Statement(
    select(*_COLUMNS).where(
        messages.c.thread_id == bindparam("thread_id"),
        messages.c.dedupe == bindparam("dedupe"),
        messages.c.dedupe.is_not(None),
    )
)
_BEFORE = Statement(
    select(*_COLUMNS)
    .where(messages.c.thread_id == bindparam("thread_id"), messages.c.seq < bindparam("seq"))
    .order_by(messages.c.seq.desc())
    .limit(200)
)
_AFTER = Statement(
    select(*_COLUMNS)
    .where(messages.c.thread_id == bindparam("thread_id"), messages.c.seq > bindparam("seq"))
    .order_by(messages.c.seq)
    .limit(200)
)
_PUBLIC_BEFORE = Statement(
    select(*_COLUMNS)
    .where(
        messages.c.thread_id == bindparam("thread_id"),
        messages.c.seq < bindparam("seq"),
        messages.c.kind == literal_column("'text'"),
    )
    .order_by(messages.c.seq.desc())
    .limit(200)
)
_PUBLIC_AFTER = Statement(
    select(*_COLUMNS)
    .where(
        messages.c.thread_id == bindparam("thread_id"),
        messages.c.seq > bindparam("seq"),
        messages.c.kind == literal_column("'text'"),
    )
    .order_by(messages.c.seq)
    .limit(200)
)
_LAST_SAID = Statement(
    select(*_COLUMNS)
    .where(
        messages.c.thread_id == bindparam("thread_id"),
        messages.c.conversation_id == bindparam("conversation_id"),
        messages.c.kind == literal_column("'text'"),
        messages.c.author != literal_column("'system'"),
        messages.c.deleted_at.is_(None),
    )
    .order_by(messages.c.seq.desc())
    .limit(1)
)
_SET = Statement(update(messages).where(messages.c.id == bindparam("of_id")))
_LAST_SEQ = Statement(select(func.max(messages.c.seq)).where(messages.c.thread_id == bindparam("thread_id")))


def one(reader: Reader, message_id: int) -> MessageRow | None:
    row = reader.one(_BY_ID, id=message_id)
    return None if row is None else MessageRow._make(row)


def some(reader: Reader, ids: list[int]) -> list[MessageRow]:
    return [MessageRow._make(row) for row in reader.all(_BY_IDS, ids=ids)] if ids else []


def by_dedupe(reader: Reader, thread_id: int, dedupe: str) -> MessageRow | None:
    row = reader.one(_BY_DEDUPE, thread_id=thread_id, dedupe=dedupe)
    return None if row is None else MessageRow._make(row)


def before(reader: Reader, thread_id: int, seq: int, limit: int, *, public: bool = False) -> list[MessageRow]:
    """Up to 200 messages below `seq`, ascending. `public`: only what the customer may see."""
    rows = reader.all(_PUBLIC_BEFORE if public else _BEFORE, thread_id=thread_id, seq=seq)[:limit]
    return [MessageRow._make(row) for row in reversed(rows)]


def after(reader: Reader, thread_id: int, seq: int, limit: int, *, public: bool = False) -> list[MessageRow]:
    rows = reader.all(_PUBLIC_AFTER if public else _AFTER, thread_id=thread_id, seq=seq)[:limit]
    return [MessageRow._make(row) for row in rows]


def last_seq(reader: Reader, thread_id: int) -> int:
    row = reader.one(_LAST_SEQ, thread_id=thread_id)
    return int(row[0]) if row and row[0] is not None else 0


def last_said(reader: Reader, thread_id: int, conversation_id: int) -> MessageRow | None:
    """The newest words of a person in a conversation; notes are none, nor are deleted ones."""
    row = reader.one(_LAST_SAID, thread_id=thread_id, conversation_id=conversation_id)
    return None if row is None else MessageRow._make(row)


def put(tx: Tx, message_id: int, **values: Any) -> None:
    tx.run(_SET, of_id=message_id, **values)


def data_of(row: MessageRow) -> dict[str, Any]:
    return msgspec.json.decode(row.data) if row.data else {}


def text_of(data: dict[str, Any] | None) -> str:
    return msgspec.json.encode(data).decode() if data else ""


def add_rows(tx: Tx, rows: list[dict[str, Any]]) -> None:
    """Several messages in one statement; all rows name the same columns."""
    if len(rows) == 1:
        tx.run(_ADD, **rows[0])
    else:
        tx.run_many(_ADD, rows)
