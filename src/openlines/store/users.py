"""Users: the people who work in the portal. Presence and availability are written by their own use cases."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, select, update

from openlines.store.statement import Statement, among
from openlines.store.tables import department_members, users
from openlines.store.tx import Reader, Tx


class User(NamedTuple):
    """One row without the password; instants in microseconds, flags 0/1."""

    id: int
    email: str
    name: str
    role: str
    language: str
    time_zone: str
    position: str
    photo_id: str | None
    active: int
    presence: str
    pause_reason: str
    presence_since: int | None
    absent_from: int | None
    absent_until: int | None
    online: int
    grace_until: int | None
    available: int
    unavailable: str | None
    created_at: int
    version: int


class Credentials(NamedTuple):
    id: int
    password_hash: str | None
    active: int


_COLUMNS = [users.c[name] for name in User._fields]
_BY_ID = Statement(select(*_COLUMNS).where(users.c.id == bindparam("id")))
_BY_EMAIL = Statement(select(*_COLUMNS).where(users.c.email == bindparam("email")))
_ALL = Statement(select(*_COLUMNS).order_by(users.c.name, users.c.id))
_SOME = Statement(select(*_COLUMNS).where(among(users.c.id, "ids")))
_CREDENTIALS = Statement(
    select(users.c.id, users.c.password_hash, users.c.active).where(users.c.email == bindparam("email"))
)
_PASSWORD = Statement(select(users.c.password_hash).where(users.c.id == bindparam("id")))
_ADD = Statement(insert(users))
_CHANGE = Statement(
    update(users)
    .where(users.c.id == bindparam("of"), users.c.version == bindparam("was"))
    .values(version=users.c.version + 1)
)
_SET = Statement(update(users).where(users.c.id == bindparam("of")))
_DUE = Statement(
    select(users.c.id)
    .where(users.c.due_at.is_not(None), users.c.due_at <= bindparam("now"))
    .order_by(users.c.due_at)
    .limit(100)
    .with_for_update(skip_locked=True)
)
_NEXT_DUE = Statement(select(func.min(users.c.due_at)).where(users.c.due_at.is_not(None)))
_OTHER_ADMINISTRATORS = Statement(
    select(func.count())
    .select_from(users)
    .where(users.c.role == "administrator", users.c.active == 1, users.c.id != bindparam("id"))
)
_MEMBERSHIPS = Statement(
    select(department_members.c.user_id, department_members.c.department_id).order_by(
        department_members.c.user_id, department_members.c.department_id
    )
)


def user_by_id(reader: Reader, user_id: int) -> User | None:
    row = reader.one(_BY_ID, id=user_id)
    return None if row is None else User(*row)


def user_by_email(reader: Reader, email: str) -> User | None:
    """`email` in lower case, as stored."""
    row = reader.one(_BY_EMAIL, email=email)
    return None if row is None else User(*row)


def all_users(reader: Reader) -> list[User]:
    """Everybody, the inactive too, by name."""
    return [User(*row) for row in reader.all(_ALL)]


def some_users(reader: Reader, user_ids: Iterable[int]) -> list[User]:
    return [User(*row) for row in reader.all(_SOME, ids=sorted(user_ids))]


def credentials(reader: Reader, email: str) -> Credentials | None:
    """What a sign-in is checked against."""
    row = reader.one(_CREDENTIALS, email=email)
    return None if row is None else Credentials(*row)


def password_hash(reader: Reader, user_id: int) -> str | None:
    row = reader.one(_PASSWORD, id=user_id)
    return None if row is None else row[0]


def memberships(reader: Reader) -> dict[int, list[int]]:
    """The departments of each user who has any."""
    found: dict[int, list[int]] = {}
    for user_id, department_id in reader.all(_MEMBERSHIPS):
        found.setdefault(user_id, []).append(department_id)
    return found


def add_user(tx: Tx, **columns: Any) -> int:
    """A new user; returns his id. `email` must be free (checked by the use case, kept by the database)."""
    user_id = tx.new_id(users)
    # Nobody is there before he has come; said so that "why not" is answered from the first moment.
    tx.run(_ADD, id=user_id, created_at=tx.now, **{"unavailable": "offline", **columns})
    return user_id


def change_user(tx: Tx, user_id: int, version: int, **columns: Any) -> bool:
    """Set some columns if the row still has this version; False when it has not."""
    return tx.changed(_CHANGE, of=user_id, was=version, **columns) == 1


def put(tx: Tx, user_id: int, **columns: Any) -> None:
    """Set columns that nobody edits side by side (password, presence); the version stays."""
    tx.run(_SET, of=user_id, **columns)


def due(tx: Tx) -> list[int]:
    """Up to a hundred users whose availability time alone has changed; two nodes skip each other's."""
    return [row[0] for row in tx.all(_DUE, now=tx.now)]


def next_due(reader: Reader) -> int | None:
    """When time alone changes somebody's availability next."""
    row = reader.one(_NEXT_DUE)
    return row[0] if row else None


def other_administrators(reader: Reader, user_id: int) -> int:
    """How many active administrators there are beside this user."""
    row = reader.one(_OTHER_ADMINISTRATORS, id=user_id)
    return row[0] if row else 0
