"""Seats: who sits in a line's queue, who may be offered a conversation, and how many each one has.

`eligible` folds availability and the line's limit, so that a decision reads the head of an index. Counters
only move by relative updates, so two writers never lose one another's change.
"""

from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, case, exists, func, insert, literal_column, select, update
from sqlalchemy.sql import ColumnElement

from openlines.core.routing import Candidate
from openlines.store.statement import Statement, among
from openlines.store.tables import conversations, department_members, seats, tries, users
from openlines.store.tx import Reader, Row, Tx


class Seat(NamedTuple):
    line_id: int
    user_id: int
    member: int
    position: int
    present: int
    eligible: int
    counted: int
    first_at: int
    again_at: int


_ONE: ColumnElement[Any] = literal_column("1")
_ZERO: ColumnElement[Any] = literal_column("0")
_SEAT = [seats.c[name] for name in Seat._fields]
# A candidate for an offer, or somebody who is passed over: the fields of `Candidate` that a seat has.
_ASKED = [*(seats.c[name] for name in Candidate._fields[:7]), users.c.unavailable]
_OF_LINE = Statement(select(*_SEAT).where(seats.c.line_id == bindparam("line_id")).order_by(seats.c.position))
_OF_USER = Statement(select(*_SEAT).where(seats.c.user_id == bindparam("user_id")))
_OF_LINES = Statement(select(*_SEAT).where(among(seats.c.line_id, "line_ids")))
_ADD = Statement(insert(seats))
_AT = and_(seats.c.line_id == bindparam("of_line"), seats.c.user_id == bindparam("of_user"))
_SET = Statement(update(seats).where(_AT))


def _eligible(counted: ColumnElement[Any]) -> ColumnElement[Any]:
    """`limit` 0 means no limit."""
    limit = bindparam("limit", type_=seats.c.counted.type)
    below = (limit == _ZERO) | (counted < limit)
    return case((and_(seats.c.present == _ONE, below), _ONE), else_=_ZERO)


_MORE: ColumnElement[Any] = seats.c.counted + bindparam("more", type_=seats.c.counted.type)
_COUNT = Statement(update(seats).where(_AT).values(counted=_MORE, eligible=_eligible(_MORE)))
_COUNT_OFFER = Statement(
    update(seats).where(_AT, seats.c.eligible == _ONE).values(counted=_MORE, eligible=_eligible(_MORE))
)

# --- candidates -----------------------------------------------------------------------------------------

_FREE = and_(seats.c.line_id == bindparam("line_id"), seats.c.eligible == _ONE, seats.c.member == _ONE)
_PASSED = and_(seats.c.line_id == bindparam("line_id"), seats.c.eligible == _ZERO, seats.c.member == _ONE)
_NOT_TRIED = ~exists(_ONE).where(
    tries.c.conversation_id == bindparam("conversation_id"), tries.c.user_id == seats.c.user_id
)
_WITH_USER = seats.join(users, users.c.id == seats.c.user_id)
SHOWN = 6  # five names and one more, to know that there are more


def _asked(*where: ColumnElement[bool]) -> Select[Any]:
    return select(*_ASKED).select_from(_WITH_USER).where(*where).limit(SHOWN)


def _next(*order: ColumnElement[Any]) -> Statement:
    most = bindparam("most", type_=seats.c.counted.type)
    return Statement(select(*_ASKED).select_from(_WITH_USER).where(_FREE).order_by(*order).limit(most))


_ORDERS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "first": (seats.c.first_at, seats.c.position),
    "again": (seats.c.again_at, seats.c.position),
    "position": (seats.c.position,),
    "counted": (seats.c.counted, seats.c.first_at, seats.c.position),
}
_UNTRIED = {name: Statement(_asked(_FREE, _NOT_TRIED).order_by(*order)) for name, order in _ORDERS.items()}
_ANYBODY = {name: _next(*order) for name, order in _ORDERS.items()}
_AHEAD_AGAIN = Statement(
    _asked(_PASSED, seats.c.again_at <= bindparam("mark", type_=seats.c.again_at.type)).order_by(seats.c.first_at)
)
_NEWEST = Statement(select(seats.c.first_at).where(_FREE).order_by(seats.c.first_at.desc()).limit(1))
_PASSED_BY_POSITION = Statement(_asked(_PASSED).order_by(seats.c.position))
_PASSED_OVER = {
    "first": Statement(_asked(_PASSED).order_by(seats.c.first_at)),
    "position": _PASSED_BY_POSITION,
    "counted": _PASSED_BY_POSITION,
}
_OF_DEPARTMENT = Statement(
    select(
        users.c.id,
        func.coalesce(seats.c.position, _ZERO),
        func.coalesce(seats.c.first_at, _ZERO),
        func.coalesce(seats.c.again_at, _ZERO),
        func.coalesce(seats.c.counted, _ZERO),
        users.c.available,
        users.c.active,
        users.c.unavailable,
    )
    .select_from(
        department_members.join(users, users.c.id == department_members.c.user_id).outerjoin(
            seats, and_(seats.c.user_id == users.c.id, seats.c.line_id == bindparam("line_id"))
        )
    )
    .where(among(department_members.c.department_id, "department_ids"))
    .distinct()
)
_PERSON = Statement(select(users.c.available, users.c.active, users.c.unavailable).where(users.c.id == bindparam("id")))
LEFT = -1  # the place of who has left the queue, until everything that he had in the line has gone back
_LEFT = Statement(
    select(seats.c.user_id)
    .where(seats.c.line_id == bindparam("line_id"), seats.c.position == literal_column(str(LEFT)))
    .order_by(seats.c.user_id)
)
_SEAT_OF = Statement(select(*_SEAT).where(_AT))
_MEMBER_LINES = Statement(
    select(seats.c.line_id).where(seats.c.user_id == bindparam("user_id"), seats.c.member == _ONE)
)
_COUNTS = Statement(
    select(
        func.count(),
        func.coalesce(func.sum(seats.c.present), _ZERO),
        func.coalesce(func.sum(seats.c.eligible), _ZERO),
    ).where(seats.c.line_id == bindparam("line_id"), seats.c.member == _ONE)
)


# What counts for a line's limit, as SQL: the table of rules.md 3 (core.capacity says the same of one conversation).
_COUNTS_RULE: dict[str, str] = {
    "unanswered": "state = 'active' AND awaiting = 'operator' AND snoozed_until IS NULL AND replied_at IS NULL",
    "not_replied": "state = 'active' AND awaiting = 'operator' AND snoozed_until IS NULL",
    "open": "state = 'active'",
}
_HELD_BY = case(
    (conversations.c.state == literal_column("'offered'"), conversations.c.offered_to),
    else_=conversations.c.operator_id,
)
_RECOUNT = {
    rule: Statement(
        select(_HELD_BY.label("person"), func.count())
        .where(
            conversations.c.line_id == bindparam("line_id"),
            conversations.c.state != literal_column("'closed'"),
            _HELD_BY.is_not(None),
            literal_column("(state = 'offered')") | literal_column(f"({counted})"),
        )
        .group_by(literal_column("person"))
    )
    for rule, counted in _COUNTS_RULE.items()
}


def recount(reader: Reader, line_id: int, counting: str) -> dict[int, int]:
    """What the counters of a line's seats must be, counted plainly; only those above zero."""
    return {row[0]: row[1] for row in reader.all(_RECOUNT[counting], line_id=line_id)}


def of_line(reader: Reader, line_id: int) -> list[Seat]:
    return [Seat._make(row) for row in reader.all(_OF_LINE, line_id=line_id)]


def of_lines(reader: Reader, line_ids: list[int]) -> list[Seat]:
    return [Seat._make(row) for row in reader.all(_OF_LINES, line_ids=line_ids)]


def of_user(reader: Reader, user_id: int) -> list[Seat]:
    return [Seat._make(row) for row in reader.all(_OF_USER, user_id=user_id)]


def one(reader: Reader, line_id: int, user_id: int) -> Seat | None:
    row = reader.one(_SEAT_OF, of_line=line_id, of_user=user_id)
    return None if row is None else Seat._make(row)


def left(reader: Reader, line_id: int) -> list[int]:
    """Who has left the line's queue and may still hold something of it."""
    return [row[0] for row in reader.all(_LEFT, line_id=line_id)]


def member_lines(reader: Reader, user_id: int) -> list[int]:
    return [row[0] for row in reader.all(_MEMBER_LINES, user_id=user_id)]


def counts(reader: Reader, line_id: int) -> tuple[int, int, int]:
    """Members, those present, those who may be offered one more."""
    row = reader.one(_COUNTS, line_id=line_id)
    return (0, 0, 0) if row is None else (int(row[0]), int(row[1]), int(row[2]))


def add(tx: Tx, line_id: int, user_id: int, **values: Any) -> None:
    tx.run(_ADD, line_id=line_id, user_id=user_id, **values)


def put(tx: Tx, line_id: int, user_id: int, **values: Any) -> None:
    tx.run(_SET, of_line=line_id, of_user=user_id, **values)


def put_eligible(tx: Tx, line_id: int, user_id: int, limit: int, **values: Any) -> None:
    """Changes a seat, and who may be offered more follows by what is counted at this moment: another node may have
    moved it since the seat was read."""
    put(tx, line_id, user_id, **values)
    count(tx, line_id, user_id, 0, limit)


def count(tx: Tx, line_id: int, user_id: int, more: int, limit: int, **stamp: int) -> None:
    """Moves a counter; `stamp` remembers in the same write when an offer was made (`first_at` or `again_at`)."""
    tx.run(_COUNT, of_line=line_id, of_user=user_id, more=more, limit=limit, **stamp)


def count_offer(tx: Tx, line_id: int, user_id: int, more: int, limit: int, **stamp: int) -> None:
    """The same for somebody whom the queue has chosen, on condition that he still may be chosen: who has gone or
    become busy since he was read makes the call run again.
    """
    tx.expect(_COUNT_OFFER, of_line=line_id, of_user=user_id, more=more, limit=limit, **stamp)


def newest(tx: Tx, line_id: int) -> int:
    """The latest stamp of a first offer among those who may be offered more: one look at the end of the index."""
    row = tx.one(_NEWEST, line_id=line_id)
    return int(row[0]) if row else 0


def candidates(tx: Tx, line_id: int, order: str, most: int = SHOWN) -> list[Candidate]:
    """The first few who may be offered a conversation."""
    return _candidates(tx.all(_ANYBODY[order], line_id=line_id, most=most))


def untried(tx: Tx, line_id: int, order: str, conversation_id: int) -> list[Candidate]:
    """The first few of them whom this conversation's round has not asked yet."""
    return _candidates(tx.all(_UNTRIED[order], line_id=line_id, conversation_id=conversation_id))


def passed_over(tx: Tx, line_id: int, order: str) -> list[Candidate]:
    """The first few members, in the order of the queue, who cannot take a conversation."""
    return _candidates(tx.all(_PASSED_OVER[order], line_id=line_id))


def passed_again(tx: Tx, line_id: int, again_at: int) -> list[Candidate]:
    """The same of a repeated offer in even order: those who would have come before this stamp."""
    return _candidates(tx.all(_AHEAD_AGAIN, line_id=line_id, mark=again_at))


def of_departments(tx: Tx, line_id: int, department_ids: list[int]) -> list[Candidate]:
    """The people of departments, for a transfer to one; `present` and `eligible` are availability and activity."""
    return _candidates(tx.all(_OF_DEPARTMENT, line_id=line_id, department_ids=department_ids))


def _candidates(rows: list[Row]) -> list[Candidate]:
    return [Candidate(*row) for row in rows]


def person(reader: Reader, user_id: int) -> tuple[int, int, str | None] | None:
    """(available, active, why not) of one user."""
    row = reader.one(_PERSON, id=user_id)
    return None if row is None else (row[0], row[1], row[2])
