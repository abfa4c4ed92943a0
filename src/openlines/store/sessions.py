"""Sign-ins of staff, known by the SHA-256 of the cookie."""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, insert, select, update

from openlines.store.statement import Statement
from openlines.store.tables import sessions, users
from openlines.store.tx import Reader, Tx


class Session(NamedTuple):
    id: int
    user_id: int
    created_at: int
    seen_at: int
    expires_at: int
    agent: str
    address: str


class SignedIn(NamedTuple):
    """A session together with what decides about its rights."""

    session_id: int
    user_id: int
    role: str
    active: int
    seen_at: int
    expires_at: int


_COLUMNS = [sessions.c[name] for name in Session._fields]
_SIGNED_IN = Statement(
    select(
        sessions.c.id,
        sessions.c.user_id,
        users.c.role,
        users.c.active,
        sessions.c.seen_at,
        sessions.c.expires_at,
    )
    .join_from(sessions, users, users.c.id == sessions.c.user_id)
    .where(sessions.c.token_hash == bindparam("token_hash"))
)
_OF_USER = Statement(
    select(*_COLUMNS).where(sessions.c.user_id == bindparam("user_id")).order_by(sessions.c.seen_at.desc())
)
_ADD = Statement(insert(sessions))
_SEEN = Statement(update(sessions).where(sessions.c.id == bindparam("of")))
_END = Statement(delete(sessions).where(sessions.c.id == bindparam("id"), sessions.c.user_id == bindparam("user_id")))
_END_ALL = Statement(
    delete(sessions).where(sessions.c.user_id == bindparam("user_id"), sessions.c.id != bindparam("but"))
)
_END_OLD = Statement(delete(sessions).where(sessions.c.expires_at <= bindparam("now")))


def session_by_token(reader: Reader, token_hash: str) -> SignedIn | None:
    row = reader.one(_SIGNED_IN, token_hash=token_hash)
    return None if row is None else SignedIn(*row)


def sessions_of(reader: Reader, user_id: int) -> list[Session]:
    """The one used last comes first."""
    return [Session(*row) for row in reader.all(_OF_USER, user_id=user_id)]


def add_session(tx: Tx, **columns: Any) -> int:
    session_id = tx.new_id(sessions)
    tx.run(_ADD, id=session_id, created_at=tx.now, seen_at=tx.now, **columns)
    return session_id


def seen_session(tx: Tx, session_id: int, expires_at: int) -> None:
    tx.run(_SEEN, of=session_id, seen_at=tx.now, expires_at=expires_at)


def change_token(tx: Tx, session_id: int, token_hash: str) -> None:
    tx.run(_SEEN, of=session_id, token_hash=token_hash)


def end_session(tx: Tx, session_id: int, user_id: int) -> bool:
    """False when this user has no such session."""
    return tx.changed(_END, id=session_id, user_id=user_id) == 1


def end_sessions_of(tx: Tx, user_id: int, *, but: int = 0) -> None:
    """End all sessions of a user, but for one."""
    tx.run(_END_ALL, user_id=user_id, but=but)


def end_old_sessions(tx: Tx) -> int:
    """Drop the rows of sessions that have run out; how many there were."""
    return tx.changed(_END_OLD, now=tx.now)
