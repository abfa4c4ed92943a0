"""Keys of programs (API tokens), known by their SHA-256."""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, insert, or_, select, update

from openlines.store.statement import Statement
from openlines.store.tables import api_tokens, users
from openlines.store.tx import Reader, Tx


class Token(NamedTuple):
    id: int
    user_id: int
    name: str
    hint: str
    scopes: tuple[str, ...]
    created_at: int
    expires_at: int | None
    used_at: int | None


class Bearer(NamedTuple):
    """A valid token together with what decides about its rights."""

    token_id: int
    user_id: int
    role: str
    scopes: tuple[str, ...]
    expires_at: int | None
    used_at: int | None


_COLUMNS = [api_tokens.c[name] for name in Token._fields]
_OF_USER = Statement(
    select(*_COLUMNS)
    .where(api_tokens.c.user_id == bindparam("user_id"), api_tokens.c.revoked_at.is_(None))
    .order_by(api_tokens.c.id)
)
_BEARER = Statement(
    select(
        api_tokens.c.id,
        api_tokens.c.user_id,
        users.c.role,
        api_tokens.c.scopes,
        api_tokens.c.expires_at,
        api_tokens.c.used_at,
    )
    .join_from(api_tokens, users, users.c.id == api_tokens.c.user_id)
    .where(
        api_tokens.c.token_hash == bindparam("token_hash"),
        api_tokens.c.revoked_at.is_(None),
        users.c.active == 1,
        or_(api_tokens.c.expires_at.is_(None), api_tokens.c.expires_at > bindparam("now")),
    )
)
_ADD = Statement(insert(api_tokens))
_REVOKE = Statement(
    update(api_tokens).where(
        api_tokens.c.id == bindparam("of"),
        api_tokens.c.user_id == bindparam("owner"),
        api_tokens.c.revoked_at.is_(None),
    )
)
_USED = Statement(update(api_tokens).where(api_tokens.c.id == bindparam("of")))


def tokens_of(reader: Reader, user_id: int) -> list[Token]:
    rows = reader.all(_OF_USER, user_id=user_id)
    return [Token._make((*row[:4], tuple(msgspec.json.decode(row[4])), *row[5:])) for row in rows]


def bearer(reader: Reader, token_hash: str) -> Bearer | None:
    """Who a program speaks for; None when the token is unknown, revoked, run out, or its user inactive."""
    row = reader.one(_BEARER, token_hash=token_hash, now=reader.now)
    return None if row is None else Bearer._make((*row[:3], tuple(msgspec.json.decode(row[3])), *row[4:]))


def add_token(tx: Tx, *, scopes: tuple[str, ...], **columns: Any) -> int:
    token_id = tx.new_id(api_tokens)
    tx.run(_ADD, id=token_id, created_at=tx.now, scopes=msgspec.json.encode(scopes).decode(), **columns)
    return token_id


def revoke_token(tx: Tx, token_id: int, user_id: int) -> bool:
    """False when this user has no such token."""
    return tx.changed(_REVOKE, of=token_id, owner=user_id, revoked_at=tx.now) == 1


def used_token(tx: Tx, token_id: int) -> None:
    tx.run(_USED, of=token_id, used_at=tx.now)
