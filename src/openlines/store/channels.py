"""Channels: what is connected, how it is, and who of the nodes looks after it.

`version` counts what people change; what the house finds out by itself (state, facts, cursor) leaves it alone,
so that nobody's form is out of date because a health check ran.
"""

from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, insert, select, update

from openlines.store.statement import Statement, among
from openlines.store.tables import channels, users
from openlines.store.tx import Reader, Tx


class ChannelRow(NamedTuple):
    id: int
    line_id: int
    kind: str
    name: str
    active: int
    key: str
    settings: str  # JSON
    secrets: str  # sealed
    state: str  # new | ok | broken | off
    state_reason: str
    state_detail: str
    state_at: int | None
    cursor: str
    created_at: int
    deleted_at: int | None
    version: int

    @property
    def values(self) -> dict[str, Any]:
        """The settings as a value."""
        found: dict[str, Any] = msgspec.json.decode(self.settings)
        return found


class Saved(NamedTuple):
    """Who changed a channel last (empty: the house itself), and when."""

    by: str
    at: int


class Keeping(NamedTuple):
    """Which node looks after a channel until when, and where it goes on polling."""

    cursor: str = ""
    node: str = ""
    until: int = 0


_COLUMNS: Final = [channels.c[name] for name in ChannelRow._fields]
_PRESENT: Final = channels.c.deleted_at.is_(None)
_ONE: Final = Statement(select(*_COLUMNS).where(channels.c.id == bindparam("id")))
_LOCKED: Final = Statement(select(*_COLUMNS).where(channels.c.id == bindparam("id")).with_for_update(key_share=True))
_BY_KEY: Final = Statement(select(*_COLUMNS).where(channels.c.key == bindparam("key"), _PRESENT))
_BY_ALIAS: Final = Statement(select(*_COLUMNS).where(channels.c.alias == bindparam("alias"), _PRESENT))
_ALL: Final = Statement(select(*_COLUMNS).where(_PRESENT).order_by(channels.c.id))
_SOME_LOCKED: Final = Statement(
    select(*_COLUMNS)
    .where(among(channels.c.id, "ids"), _PRESENT)
    .order_by(channels.c.id)
    .with_for_update(key_share=True)
)
_OF_LINE: Final = Statement(
    select(*_COLUMNS).where(channels.c.line_id == bindparam("line_id"), _PRESENT).order_by(channels.c.id)
)
_ADD: Final = Statement(insert(channels))
_SET: Final = Statement(update(channels).where(channels.c.id == bindparam("of_id")))
_CHANGE: Final = Statement(
    update(channels)
    .where(channels.c.id == bindparam("of_id"), channels.c.version == bindparam("seen"), _PRESENT)
    .values(version=channels.c.version + 1)
)

_SAVED: Final = Statement(
    select(users.c.name, channels.c.saved_at)
    .select_from(channels.join(users, users.c.id == channels.c.saved_by))
    .where(channels.c.id == bindparam("id"))
)


def one(reader: Reader, channel_id: int) -> ChannelRow | None:
    """A channel, removed or not."""
    row = reader.one(_ONE, id=channel_id)
    return None if row is None else ChannelRow._make(row)


def locked(tx: Tx, channel_id: int) -> ChannelRow | None:
    """The same, and nobody else changes it until this transaction ends."""
    row = tx.one(_LOCKED, id=channel_id)
    return None if row is None else ChannelRow._make(row)


def by_key(reader: Reader, key: str) -> ChannelRow | None:
    """A present channel by its public key."""
    row = reader.one(_BY_KEY, key=key)
    return None if row is None else ChannelRow._make(row)


def by_alias(reader: Reader, alias: str) -> ChannelRow | None:
    """A present channel by the address that its owner chose."""
    row = reader.one(_BY_ALIAS, alias=alias)
    return None if row is None else ChannelRow._make(row)


def every(reader: Reader) -> list[ChannelRow]:
    """All present channels."""
    return [ChannelRow._make(row) for row in reader.all(_ALL)]


def some_locked(tx: Tx, ids: list[int]) -> list[ChannelRow]:
    """Present ones of these channels, which nobody else changes until this transaction ends."""
    return [ChannelRow._make(row) for row in tx.all(_SOME_LOCKED, ids=ids)] if ids else []


def of_line(reader: Reader, line_id: int) -> list[ChannelRow]:
    """Present channels of a line."""
    return [ChannelRow._make(row) for row in reader.all(_OF_LINE, line_id=line_id)]


def add(tx: Tx, **values: Any) -> None:
    tx.run(_ADD, **values)


def put(tx: Tx, channel_id: int, **values: Any) -> None:
    """Changes what the house found out by itself."""
    tx.run(_SET, of_id=channel_id, **values)


def change(tx: Tx, channel_id: int, seen: int, **values: Any) -> bool:
    """Changes what a person changed who saw version `seen`; False when it is another by now."""
    return tx.changed(_CHANGE, of_id=channel_id, seen=seen, **values) == 1


def saved(reader: Reader, channel_id: int) -> Saved | None:
    """Who changed it last; None where nobody did, or it was the house itself."""
    row = reader.one(_SAVED, id=channel_id)
    return None if row is None else Saved(row[0], row[1])


def keeping(row: ChannelRow) -> Keeping:
    """Read from the cursor's column, which carries the lease as well: one value, changed at once."""
    return Keeping(*msgspec.json.decode(row.cursor, type=tuple[str, str, int])) if row.cursor else Keeping()


def begin_anew(tx: Tx, channel_id: int) -> None:
    """Forgets where polling goes on: another account has a numbering of its own. The lease stays whose it is."""
    row = locked(tx, channel_id)
    if row is not None:
        put_keeping(tx, channel_id, keeping(row)._replace(cursor=""))


def put_keeping(tx: Tx, channel_id: int, keeping: Keeping) -> None:
    """For whoever has read the row locked."""
    tx.run(_SET, of_id=channel_id, cursor=msgspec.json.encode(tuple(keeping)).decode())
