"""Keys for programs. A key speaks for the user who made it and never has more rights than he."""

from collections.abc import Sequence
from typing import Final

from openlines.core.line import Problem
from openlines.services.access import Actor
from openlines.services.errors import Invalid, NotFound
from openlines.store import tokens as rows
from openlines.store import users as user_rows
from openlines.store.tokens import Bearer, Token
from openlines.store.tx import Reader, Tx

# What each scope lets a program do; `admin` is everything that its user may do.
SCOPES: Final = ("read", "reply", "manage", "admin")
IMPLIED: Final = {
    "read": frozenset({"read"}),
    "reply": frozenset({"read", "reply"}),
    "manage": frozenset({"read", "manage"}),
    "admin": frozenset(SCOPES),
}
OF_OPERATORS: Final = frozenset({"read", "reply"})
NAME_LIMIT: Final = 100


def create_token(
    tx: Tx,
    user_id: int,
    *,
    name: str,
    scopes: Sequence[str],
    token_hash: str,
    hint: str,
    expires_at: int | None = None,
) -> int:
    """A new key; returns its id. The key itself is shown once by the caller and stored nowhere.

    Refuses with `Invalid` (name, scopes, expires_at) and `NotFound` for an unknown user.
    """
    user = user_rows.user_by_id(tx, user_id)
    if user is None:
        raise NotFound("user")
    allowed = frozenset(SCOPES) if user.role == "administrator" else OF_OPERATORS
    problems = [Problem.not_among("scopes", each, SCOPES) for each in scopes if each not in SCOPES][:1]
    problems += [Problem("scopes", "scope_too_wide", {"scope": e}) for e in scopes if e in SCOPES and e not in allowed]
    if not scopes:
        problems.append(Problem("scopes", "scope_needed"))
    if not 0 < len(name.strip()) <= NAME_LIMIT:
        problems.append(Problem("name", "too_long" if name.strip() else "name_needed", {"most": NAME_LIMIT}))
    if expires_at is not None and expires_at <= tx.now:
        problems.append(Problem("expires_at", "in_the_past"))
    if problems:
        raise Invalid(problems)
    token_id = rows.add_token(
        tx,
        scopes=tuple(each for each in SCOPES if each in scopes),
        user_id=user_id,
        name=name.strip(),
        token_hash=token_hash,
        hint=hint,
        expires_at=expires_at,
    )
    tx.event("user.changed", user_id=user_id, data={"what": ["tokens"]})
    return token_id


def revoke_token(tx: Tx, actor: Actor, token_id: int) -> None:
    """Refuses with `NotFound`."""
    if not any(each.id == token_id for each in rows.tokens_of(tx, actor.user_id)):
        raise NotFound("token")
    rows.revoke_token(tx, token_id, actor.user_id)
    tx.event("user.changed", user_id=actor.user_id, data={"what": ["tokens"], "token": token_id})


def my_tokens(reader: Reader, actor: Actor) -> list[Token]:
    return rows.tokens_of(reader, actor.user_id)


def find_bearer(reader: Reader, token_hash: str) -> Bearer | None:
    """Who a program speaks for, with what its scopes imply, cut to what its user may do today."""
    found = rows.bearer(reader, token_hash)
    if found is None:
        return None
    implied = frozenset[str]().union(*(IMPLIED[each] for each in found.scopes))
    if found.role != "administrator":
        implied &= OF_OPERATORS
    return found._replace(scopes=tuple(sorted(implied)))


def token_used(tx: Tx, token_id: int) -> None:
    rows.used_token(tx, token_id)
