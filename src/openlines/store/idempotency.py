"""Answers already given, by the key that the caller chose for his request."""

from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select, tuple_

from openlines.store.statement import Statement
from openlines.store.tables import idempotency_keys
from openlines.store.tx import Reader, Tx


class Given(NamedTuple):
    request_hash: str
    status: int
    response: str


_GIVEN = Statement(
    select(idempotency_keys.c.request_hash, idempotency_keys.c.status, idempotency_keys.c.response).where(
        idempotency_keys.c.owner == bindparam("owner"), idempotency_keys.c.key == bindparam("key")
    )
)
_KEEP = Statement(insert(idempotency_keys))
_WHOSE = (idempotency_keys.c.owner, idempotency_keys.c.key)
_OLD = (
    select(*_WHOSE)
    .where(idempotency_keys.c.at < bindparam("before"))
    .order_by(idempotency_keys.c.at)
    .limit(bindparam("limit"))
)
_DROP = Statement(delete(idempotency_keys).where(tuple_(*_WHOSE).in_(_OLD)))


def given_answer(reader: Reader, owner: str, key: str) -> Given | None:
    row = reader.one(_GIVEN, owner=owner, key=key)
    return None if row is None else Given(*row)


def keep_answer(tx: Tx, owner: str, key: str, given: Given) -> None:
    tx.run(_KEEP, owner=owner, key=key, at=tx.now, **given._asdict())


def drop_answers(tx: Tx, before: int, limit: int = 500) -> int:
    """Drops the oldest `limit` at most of those given before an instant; how many."""
    return tx.changed(_DROP, before=before, limit=limit)
