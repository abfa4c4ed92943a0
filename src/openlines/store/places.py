"""Places in the queue of a line: who waits before whom, and how long such places took lately."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, bindparam, func, literal_column, or_, select
from sqlalchemy.sql import ColumnElement

from openlines.core.state import Conversation
from openlines.store.statement import Statement
from openlines.store.tables import conversations
from openlines.store.tx import Reader

MOST: Final = 1000  # places that are counted; further behind nobody cares for the number
PAGE: Final = 100
_CLASS: Final = 600_000_000  # a class of priority in microseconds, as the index of the waiting has it

_KEY: ColumnElement[Any] = literal_column(f"(waiting_since - priority * {_CLASS})", conversations.c.waiting_since.type)
_WAITING = and_(conversations.c.line_id == bindparam("line_id"), conversations.c.state == literal_column("'waiting'"))
_own_key = bindparam("key", type_=conversations.c.waiting_since.type)
_BEFORE = Statement(
    select(func.count()).select_from(
        select(literal_column("1"))
        .where(_WAITING, or_(_own_key > _KEY, and_(_own_key == _KEY, conversations.c.id < bindparam("id"))))
        .limit(MOST)
        .subquery()
    )
)
_IN_ORDER = Statement(select(conversations.c.id).where(_WAITING).order_by(_KEY, conversations.c.id).limit(MOST))
_LAST = Statement(
    select(conversations.c.id, conversations.c.place_said, conversations.c.route_at)
    .where(_WAITING)
    .order_by(_KEY.desc(), conversations.c.id.desc())
    .limit(PAGE)
)
_TAKEN = Statement(
    select(conversations.c.replied_at - conversations.c.responsible_at, conversations.c.place_said)
    .where(
        conversations.c.line_id == bindparam("line_id"),
        conversations.c.place_said > literal_column("0"),
        conversations.c.replied_at.is_not(None),
        conversations.c.replied_at > bindparam("since"),
    )
    .order_by(conversations.c.replied_at.desc())
    .limit(bindparam("most", type_=conversations.c.place_said.type))
)
_ANY_WAITS = Statement(select(literal_column("1")).select_from(conversations).where(_WAITING).limit(1))


class Waits(NamedTuple):
    id: int
    place_said: int
    route_at: int | None


def before(reader: Reader, c: Conversation) -> int:
    """How many of its line wait before this one, in the order in which they are served; at most `MOST`."""
    since = c.waiting_since if c.waiting_since is not None else c.opened_at
    row = reader.one(_BEFORE, line_id=c.line_id, key=since - c.priority * _CLASS, id=c.id)
    return int(row[0]) if row else 0


def in_order(reader: Reader, line_id: int) -> list[int]:
    """The conversations that wait in a line in the order in which they are served, the first `MOST`."""
    return [row[0] for row in reader.all(_IN_ORDER, line_id=line_id)]


def last(reader: Reader, line_id: int) -> Sequence[Waits]:
    """The last page of those who wait in a line, in the order in which they are served."""
    return [Waits._make(row) for row in reversed(reader.all(_LAST, line_id=line_id))]


def taken(reader: Reader, line_id: int, since: int, most: int) -> list[tuple[int, int]]:
    """(time to the first answer in microseconds, place that was told) of those answered since, newest first."""
    return [(row[0], row[1]) for row in reader.all(_TAKEN, line_id=line_id, since=since, most=most)]


def anybody_waits(reader: Reader, line_id: int) -> bool:
    return reader.one(_ANY_WAITS, line_id=line_id) is not None
