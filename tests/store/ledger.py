"""A use case that shows afterwards whether it was done entirely, once, or not at all.

Each entry is a customer named by its token, one more on the counter (the version of customer 1), a row of the
idempotency table and an event. A call that was half done or done twice leaves them at odds.
"""

from typing import NamedTuple

from sqlalchemy import bindparam, func, insert, select, update

from openlines.store import Reader, Statement, Store, Tx, tables
from openlines.store.events import read_events

_C, _K = tables.customers.c, tables.idempotency_keys.c

COUNTER = Statement(select(_C.version).where(_C.id == 1))
ADD = Statement(insert(tables.customers))
COUNT = Statement(
    update(tables.customers).where(_C.id == 1, _C.version == bindparam("seen")).values(version=_C.version + 1)
)
MARK = Statement(insert(tables.idempotency_keys))
NAMES = Statement(select(_C.name).where(_C.id > 1).order_by(_C.id))
MARKS = Statement(select(_K.key))
HIGHEST = Statement(select(func.max(_C.id)))


class Refused(Exception):
    """What a use case says when it will not."""


class Entries(NamedTuple):
    counted: int
    names: list[str]
    marks: list[str]
    events: list[str]


def begin_ledger(tx: Tx) -> None:
    tx.run(ADD, id=tx.new_id(tables.customers), created_at=tx.now)


def enter(tx: Tx, token: str) -> int:
    """One entry: a read, three writes, an event, a poke. Returns the entry's number."""
    row = tx.one(COUNTER)
    assert row is not None
    number = tx.new_id(tables.customers)
    tx.run(ADD, id=number, name=token, created_at=tx.now)
    tx.expect(COUNT, seen=row[0])  # on PostgreSQL a group that is run again may meet the one after it
    tx.run(MARK, owner="ledger", key=token, request_hash="", status=200, response="", at=tx.now)
    tx.event("entered", data={"token": token})
    tx.poke("entries")
    return int(row[0])


def refuse(tx: Tx) -> None:
    """Refuses before it writes."""
    tx.one(COUNTER)
    tx.wake(1)
    tx.poke("refused")
    raise Refused


def enter_and_raise(tx: Tx, token: str) -> None:
    """Raises after it wrote, so that its group is gone."""
    enter(tx, token)
    raise Refused


def entries(reader: Reader) -> Entries:
    row = reader.one(COUNTER)
    return Entries(
        0 if row is None else row[0] - 1,
        [name for (name,) in reader.all(NAMES)],
        [key for (key,) in reader.all(MARKS)],
        [event.data["token"] for event in read_events(reader, 0, 100_000) if event.data is not None],
    )


async def check(store: Store, acknowledged: set[str], unsure: set[str] = frozenset()) -> Entries:  # type: ignore[assignment]
    """Everything acknowledged is there, once and entirely; nothing else is, but for what nobody could say."""
    found = await store.read(entries)
    names = set(found.names)
    assert len(found.names) == len(names), "done twice"
    assert acknowledged <= names, "acknowledged and lost"
    assert names <= acknowledged | unsure, "done without being acknowledged"
    assert set(found.marks) == names, "half done"
    assert sorted(found.events) == sorted(found.names), "half done"
    assert found.counted == len(names), "half done"
    return found
