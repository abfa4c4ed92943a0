"""Lines and their queues."""

from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, update

from openlines.core.hours import Hours
from openlines.core.line import LineSettings
from openlines.core.schedule import Schedule, schedule_in_force, schedule_of
from openlines.core.state import Rules
from openlines.store.statement import Statement, among
from openlines.store.tables import channels, lines, queue_members
from openlines.store.tx import Reader, Row, Tx


class LineRow(msgspec.Struct, frozen=True, gc=False):
    id: int
    name: str
    active: int
    off_reason: str | None
    settings: str
    version: int
    created_at: int
    queue_empty_at: int | None = None  # since when administrators know that nobody is in the queue
    nobody_at: int | None = None  # … that customers wait and nobody is there

    @property
    def rules(self) -> LineSettings:
        return settings_of(self.settings)


class Member(NamedTuple):
    """One place of a queue: a user, or a department (whose head comes along where that is wished)."""

    user_id: int | None
    department_id: int | None
    with_head: int = 0


_decode = msgspec.json.Decoder(LineSettings).decode


@lru_cache(maxsize=4096)
def settings_of(text: str) -> LineSettings:
    """The stored settings as a value. Cached by the text itself, so a change needs no invalidation."""
    return _decode(text)


class _Beside(msgspec.Struct):
    """What is kept in the text of the settings beside them: the working time that they come to."""

    in_force: Hours | None = None


_decode_beside = msgspec.json.Decoder(_Beside).decode


def text_of(settings: LineSettings, hours: Hours | None = None) -> str:
    """The settings as they are stored. `hours`: what holds where it is not simply the line's own week (core.hours)."""
    plain = msgspec.to_builtins(settings)
    return msgspec.json.encode({**plain, "in_force": hours} if hours is not None else plain).decode()


@lru_cache(maxsize=4096)
def schedule_in(text: str) -> Schedule:
    """The working time of a line by its stored settings."""
    settings, hours = settings_of(text), _decode_beside(text).in_force
    if hours is None or not settings.hours_on:
        return schedule_of(settings, settings.time_zone)
    return schedule_in_force(hours)


@lru_cache(maxsize=8192)
def rules_of(line_id: int, active: int, settings: str, automatic: bool) -> Rules:
    """The present rules of a line for one kind of channel."""
    value = settings_of(settings)
    return Rules(line_id, bool(active), value, schedule_in(settings), automatic)


_COLUMNS = [lines.c[name] for name in LineRow.__struct_fields__]
_PRESENT = lines.c.deleted_at.is_(None)
_ONE = Statement(select(*_COLUMNS).where(lines.c.id == bindparam("id"), _PRESENT))
_LOCKED = Statement(select(*_COLUMNS).where(lines.c.id == bindparam("id"), _PRESENT).with_for_update())
_ALL = Statement(select(*_COLUMNS).where(_PRESENT).order_by(lines.c.id))
_SOME = Statement(select(*_COLUMNS).where(among(lines.c.id, "ids"), _PRESENT).order_by(lines.c.id))
_COUNT = Statement(select(func.count()).select_from(lines).where(_PRESENT))
_ADD = Statement(insert(lines))
_SET = Statement(update(lines).where(lines.c.id == bindparam("of_id")))
_SET_GUARDED = Statement(
    update(lines).where(lines.c.id == bindparam("of_id"), lines.c.version == bindparam("seen"), _PRESENT)
)
_MEMBERS = Statement(
    select(*(queue_members.c[name] for name in ("line_id", "position", *Member._fields)))
    .where(among(queue_members.c.line_id, "line_ids"))
    .order_by(queue_members.c.line_id, queue_members.c.position)
)
_CHANNELS = Statement(
    select(func.count())
    .select_from(channels)
    .where(channels.c.line_id == bindparam("line_id"), channels.c.deleted_at.is_(None))
)
_REARMING = Statement(select(lines.c.rearm_after).where(lines.c.id == bindparam("id")).with_for_update())
_TO_REARM = Statement(select(lines.c.id).where(lines.c.rearm_after.is_not(None)).order_by(lines.c.id))
_CLEAR_MEMBERS = Statement(delete(queue_members).where(queue_members.c.line_id == bindparam("line_id")))
_ADD_MEMBER = Statement(insert(queue_members))


def one(reader: Reader, line_id: int) -> LineRow | None:
    row = reader.one(_ONE, id=line_id)
    return None if row is None else LineRow(*row)


def locked(tx: Tx, line_id: int) -> LineRow | None:
    """The line under its row lock: whoever offers conversations of a line is alone with it."""
    row = tx.one(_LOCKED, id=line_id)
    return None if row is None else LineRow(*row)


def every(reader: Reader) -> list[LineRow]:
    return [LineRow(*row) for row in reader.all(_ALL)]


def some(reader: Reader, ids: list[int]) -> list[LineRow]:
    return [LineRow(*row) for row in reader.all(_SOME, ids=ids)]


def count(reader: Reader) -> int:
    row = reader.one(_COUNT)
    return int(row[0]) if row else 0


def add(tx: Tx, **values: Any) -> None:
    tx.run(_ADD, **values)


def put(tx: Tx, line_id: int, **values: Any) -> None:
    tx.run(_SET, of_id=line_id, **values)


def put_seen(tx: Tx, line_id: int, seen: int, **values: Any) -> bool:
    """Changes the line if it is still the one that was seen; False when somebody was first."""
    return tx.changed(_SET_GUARDED, of_id=line_id, seen=seen, version=seen + 1, **values) == 1


def members(reader: Reader, line_ids: list[int]) -> list[Row]:
    """(line_id, position, and what a `Member` is) in the order of the queue."""
    return reader.all(_MEMBERS, line_ids=line_ids)


def put_members(tx: Tx, line_id: int, chosen: list[Member]) -> None:
    """Replaces the queue by these, in this order."""
    tx.run(_CLEAR_MEMBERS, line_id=line_id)
    rows = [{"line_id": line_id, "position": place, **member._asdict()} for place, member in enumerate(chosen)]
    tx.run_many(_ADD_MEMBER, rows)


def channel_count(reader: Reader, line_id: int) -> int:
    row = reader.one(_CHANNELS, line_id=line_id)
    return int(row[0]) if row else 0


NOTHING_TO_REARM = 2**62  # behind every conversation: the line is looked at once more, and no rule has changed


def rearming(tx: Tx, line_id: int) -> int | None:
    """The last conversation that a change of rules has reached; None when it has reached all."""
    row = tx.one(_REARMING, id=line_id)
    return None if row is None else row[0]


def to_rearm(reader: Reader) -> list[int]:
    return [row[0] for row in reader.all(_TO_REARM)]
