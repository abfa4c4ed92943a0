"""Pages of long lists, on somebody's behalf: all open and all closed conversations, customers."""

from typing import Any, Final, NamedTuple

from sqlalchemy import Select, and_, bindparam, exists, func, literal_column, or_, select
from sqlalchemy.sql import ColumnElement

from openlines.store.screens import CLOSED, JOINED, OPEN, SHOWN, Shown, shown_of
from openlines.store.statement import Statement, among
from openlines.store.tables import conversations, customers, listeners, threads
from openlines.store.tx import Reader


class Sight(NamedTuple):
    """The conditions under which somebody sees conversations. `lines` None: all of them."""

    user_id: int
    lines: tuple[int, ...] | None


class Wanted(NamedTuple):
    """What a page of a list is asked for. `before` is the id of the last row of the page before."""

    list: str  # "all" | "closed"
    before: int | None = None
    limit: int = 50
    line_id: int | None = None
    operator_id: int | None = None
    customer_id: int | None = None
    words: str = ""


def _seen_by(sight: Sight, *, closed: bool = False) -> list[ColumnElement[Any]]:
    """A closed one is offered to nobody; without that question an index answers it all."""
    if sight.lines is None:
        return []
    listened = select(listeners.c.conversation_id).where(listeners.c.user_id == bindparam("user_id"))
    return [
        or_(
            among(conversations.c.line_id, "line_ids"),
            conversations.c.operator_id == bindparam("user_id"),
            *([] if closed else [conversations.c.offered_to == bindparam("user_id")]),
            conversations.c.id.in_(listened),
        )
    ]


_FILTERS: Final[dict[str, ColumnElement[Any]]] = {
    "before": conversations.c.id < bindparam("before"),
    "line_id": conversations.c.line_id == bindparam("line_id"),
    "operator_id": conversations.c.operator_id == bindparam("operator_id"),
    "customer_id": conversations.c.customer_id == bindparam("customer_id"),
    "words": or_(
        func.lower(customers.c.name).like(bindparam("words"), escape="\\"),
        func.lower(customers.c.email).like(bindparam("words"), escape="\\"),
        customers.c.phone.like(bindparam("words"), escape="\\"),
        func.lower(conversations.c.last_text).like(bindparam("words"), escape="\\"),
    ),
}
_STATES: Final = {"all": OPEN, "closed": CLOSED}
_pages: dict[tuple[str, bool, tuple[str, ...], bool], Statement] = {}


def _statement(wanted: Wanted, sight: Sight, names: tuple[str, ...], *, counting: bool) -> Statement:
    key = (wanted.list, sight.lines is None, names, counting)
    if key not in _pages:
        conditions = [
            _STATES[wanted.list],
            *_seen_by(sight, closed=wanted.list == "closed"),
            *(_FILTERS[name] for name in names),
        ]
        if counting:
            counted: Select[Any] = select(func.count()).select_from(JOINED if "words" in names else conversations)
            _pages[key] = Statement(counted.where(and_(*conditions)))
        else:
            _pages[key] = Statement(
                SHOWN.where(and_(*conditions)).order_by(conversations.c.id.desc()).limit(bindparam("limit"))
            )
    return _pages[key]


def page(reader: Reader, wanted: Wanted, sight: Sight) -> list[Shown]:
    """A page of a list, newest first."""
    names, params = _asked(wanted, sight)
    return shown_of(reader.all(_statement(wanted, sight, names, counting=False), **params, limit=wanted.limit))


def count(reader: Reader, wanted: Wanted, sight: Sight) -> int:
    """How many rows the whole list has."""
    names, params = _asked(wanted._replace(before=None), sight)
    row = reader.one(_statement(wanted, sight, names, counting=True), **params)
    return int(row[0]) if row else 0


def _asked(wanted: Wanted, sight: Sight) -> tuple[tuple[str, ...], dict[str, Any]]:
    values = {name: getattr(wanted, name) for name in _FILTERS if getattr(wanted, name) not in (None, "")}
    names = tuple(values)
    if "words" in values:
        values["words"] = _like(values["words"])
    if sight.lines is not None:
        values |= {"line_ids": list(sight.lines), "user_id": sight.user_id}
    return names, values


def _like(words: str) -> str:
    escaped = words.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


_CUSTOMER_WORDS = or_(
    func.lower(customers.c.name).like(bindparam("words"), escape="\\"),
    func.lower(customers.c.email).like(bindparam("words"), escape="\\"),
    customers.c.phone.like(bindparam("words"), escape="\\"),
    customers.c.id.in_(
        select(threads.c.customer_id).where(func.lower(threads.c.handle).like(bindparam("words"), escape="\\"))
    ),
)
_customer_pages: dict[tuple[bool, bool], Statement] = {}


def customers_page(reader: Reader, sight: Sight, words: str, before: int | None, limit: int) -> list[int]:
    """Ids of customers, newest first, that hold `words` and that somebody with this sight may see."""
    key = (bool(words), sight.lines is None)
    if key not in _customer_pages:
        wanted = [customers.c.merged_into.is_(None), customers.c.id < bindparam("before")]
        wanted += [_CUSTOMER_WORDS] if words else []
        if sight.lines is not None:
            seen: Select[Any] = select(literal_column("1")).where(
                conversations.c.customer_id == customers.c.id, *_seen_by(sight)
            )
            wanted.append(exists(seen.correlate(customers)))
        _customer_pages[key] = Statement(
            select(customers.c.id).where(and_(*wanted)).order_by(customers.c.id.desc()).limit(bindparam("limit"))
        )
    params: dict[str, Any] = {"before": before or 1 << 60, "limit": limit}
    if words:
        params["words"] = _like(words)
    if sight.lines is not None:
        params |= {"line_ids": list(sight.lines), "user_id": sight.user_id}
    return [row[0] for row in reader.all(_customer_pages[key], **params)]
