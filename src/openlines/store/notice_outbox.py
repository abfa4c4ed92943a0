"""Words to staff on their way: rows of `notices` whose medium leaves the house (email, push, webhook)."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, bindparam, func, literal_column, or_, select, update

from openlines.store.statement import Statement, among, insert
from openlines.store.tables import conversations, customers, lines, notices, users
from openlines.store.tx import Reader, Tx

_N = notices.c
# The very words of the partial indexes: SQLite uses an index only where its condition stands in the query.
_OPEN: Final = _N.state.in_(["queued", "sending"])
_TROUBLE: Final = _N.state.in_(["failed", "unknown"])


class Ref(NamedTuple):
    """One attempt: a later one is told apart by `attempts`."""

    id: int
    lease: str
    attempts: int


class Candidate(NamedTuple):
    """A row whose turn it is. `params` and `error` are JSON; the person's columns are None for a row of nobody."""

    id: int
    kind: str
    step: int
    user_id: int
    medium: str
    params: str
    conversation_id: int | None
    line_id: int | None
    attempts: int
    due_at: int
    error: str | None
    created_at: int
    email: str | None
    name: str | None
    language: str | None
    active: int | None
    line_name: str | None
    customer: str | None


class Failure(NamedTuple):
    """What did not arrive. `error` is JSON (services.notice_outbox.Trouble)."""

    id: int
    kind: str
    step: int
    user_id: int
    medium: str
    state: str
    params: str
    attempts: int
    error: str | None
    created_at: int
    state_at: int
    user_name: str | None


_DUE = Statement(
    select(
        *(_N[name] for name in Candidate._fields[:12]),
        users.c.email,
        users.c.name,
        users.c.language,
        users.c.active,
        lines.c.name.label("line_name"),
        customers.c.name.label("customer"),
    )
    .select_from(
        notices.outerjoin(users, users.c.id == _N.user_id)
        .outerjoin(lines, lines.c.id == _N.line_id)
        .outerjoin(conversations, conversations.c.id == _N.conversation_id)
        .outerjoin(customers, customers.c.id == conversations.c.customer_id)
    )
    .where(
        _OPEN,
        _N.state == "queued",
        _N.due_at <= bindparam("now"),
        ~among(_N.lane, "but_lanes"),
        or_(_N.medium != literal_column("'push'"), ~among(_N.user_id, "but_push_of")),
    )
    .order_by(_N.due_at, _N.id)
    .limit(100)
    .with_for_update(of=notices, skip_locked=True)
)
_NEXT = Statement(select(func.min(_N.due_at)).where(_OPEN, _N.state == "queued", _N.due_at > bindparam("now")))
_CLAIM = Statement(update(notices).where(among(_N.id, "ids")).values(attempts=_N.attempts + 1, state="sending"))
_END = Statement(update(notices).where(_N.id == bindparam("of_id")))
_SETTLE = Statement(
    update(notices).where(
        and_(
            _N.id == bindparam("of_id"),
            _N.state == "sending",
            _N.lease == bindparam("of_lease"),
            _N.attempts == bindparam("of_attempts"),
        )
    )
)
_RENEW = Statement(update(notices).where(among(_N.id, "ids"), _N.state == "sending", _N.lease == bindparam("of_lease")))
_LOST = Statement(
    select(_N.id, _N.lease, _N.attempts, _N.medium)
    .where(
        _OPEN,
        _N.state == "sending",
        or_(_N.leased_until < bindparam("before"), _N.lease == bindparam("dead")),
    )
    .limit(100)
    .with_for_update(skip_locked=True)
)
_RELEASE = Statement(
    update(notices).where(
        _OPEN,
        _N.state == "queued",
        _N.medium == bindparam("of_medium"),
        _N.due_at > bindparam("now"),
    )
)
_ADD = Statement(
    insert(notices).on_conflict_do_nothing(index_elements=["kind", "subject", "step", "user_id", "medium"])
)
_KNOWN = Statement(
    select(literal_column("1")).where(
        _N.kind == bindparam("kind"),
        _N.subject == bindparam("subject"),
        _N.step == literal_column("0"),
        _N.user_id == literal_column("0"),
        _N.medium == literal_column("'email'"),
    )
)
_TROUBLES = Statement(
    select(*(_N[name] for name in Failure._fields[:-1]), users.c.name)
    .select_from(notices.outerjoin(users, users.c.id == _N.user_id))
    .where(_TROUBLE, _N.medium != literal_column("'workspace'"), _N.id < bindparam("before"))
    .order_by(_N.id.desc())
    .limit(bindparam("limit"))
)
_WAITING = Statement(select(_N.medium, func.count()).where(_OPEN).group_by(_N.medium))
_AGAIN = Statement(
    update(notices).where(_N.id == bindparam("of_id"), _TROUBLE, _N.medium != literal_column("'workspace'"))
)
_DISMISS = Statement(
    update(notices)
    .where(among(_N.id, "ids"), _TROUBLE, _N.medium != literal_column("'workspace'"))
    .values(state="dropped")
)
_OF_CUSTOMER = and_(
    _N.kind == bindparam("kind"),
    _N.conversation_id.in_(select(conversations.c.id).where(conversations.c.customer_id == bindparam("customer_id"))),
)
# Two, so that each of them walks along its own small index.
_UNSENT = [
    Statement(select(_N.id, _N.params).where(where, _OF_CUSTOMER))
    for where in (and_(_OPEN, _N.state == literal_column("'queued'")), _TROUBLE)
]
_TAKE_BACK = Statement(
    update(notices).where(among(_N.id, "ids"), _N.state != "sending").values(state="dropped", params="{}")
)


def due(tx: Tx, *, but_lanes: Iterable[str] = (), but_push_of: Iterable[int] = ()) -> list[Candidate]:
    """Up to 100 whose turn it is, the longest waiting first; two nodes skip each other's. Some lanes, and what goes to
    the browsers of some people, are left out, so that what waits there keeps nobody else from being seen.
    """
    rows = tx.all(_DUE, now=tx.now, but_lanes=list(but_lanes), but_push_of=list(but_push_of))
    return [Candidate._make(row) for row in rows]


def next_due(reader: Reader) -> int | None:
    row = reader.one(_NEXT, now=reader.now)
    return row[0] if row else None


def claim(tx: Tx, ids: Sequence[int], *, lease: str, until: int) -> None:
    tx.run(_CLAIM, ids=list(ids), lease=lease, leased_until=until, state_at=tx.now)


def end(tx: Tx, notice_id: int, **values: Any) -> None:
    """Of one that is not under way."""
    tx.run(_END, of_id=notice_id, state_at=tx.now, **values)


def settle(tx: Tx, ref: Ref, **values: Any) -> bool:
    """What became of an attempt; False when it was taken away meanwhile."""
    changes = {"state_at": tx.now, "lease": None, "leased_until": None, **values}
    return tx.changed(_SETTLE, of_id=ref.id, of_lease=ref.lease, of_attempts=ref.attempts, **changes) == 1


def put_back(tx: Tx, refs: Iterable[Ref]) -> None:
    """These were claimed and not begun: as if they had never been claimed."""
    for ref in refs:
        settle(tx, ref, state="queued", due_at=tx.now, attempts=ref.attempts - 1)
    tx.poke("notices")


def renew(tx: Tx, ids: Sequence[int], *, lease: str, until: int) -> None:
    tx.run(_RENEW, ids=list(ids), of_lease=lease, leased_until=until)


def lost(tx: Tx, *, before: int, dead: str | None) -> list[tuple[Ref, str]]:
    """Up to 100 attempts whose lease ended before an instant, and those of a node that is known to be dead."""
    return [(Ref._make(row[:3]), row[3]) for row in tx.all(_LOST, before=before, dead=dead)]


def release(tx: Tx, medium: str) -> int:
    """Lets what waits for its next try go now; how many there were."""
    return tx.changed(_RELEASE, of_medium=medium, now=tx.now, due_at=tx.now)


def known_mail(reader: Reader, kind: str, subject: int) -> bool:
    return reader.one(_KNOWN, kind=kind, subject=subject) is not None


def add(tx: Tx, **columns: Any) -> None:
    """A row of its own; one that is there already stays as it is."""
    tx.run_many(_ADD, [{"id": tx.new_id(notices), **columns}])


def troubles(reader: Reader, before: int, limit: int) -> list[Failure]:
    """What did not arrive, newest first."""
    return [Failure._make(row) for row in reader.all(_TROUBLES, before=before, limit=limit)]


def waiting(reader: Reader) -> dict[str, int]:
    """How many are on their way, by medium."""
    return {row[0]: row[1] for row in reader.all(_WAITING)}


def again(tx: Tx, notice_id: int, **columns: Any) -> bool:
    """What did not arrive is to go once more; False when there is no such."""
    return tx.changed(_AGAIN, of_id=notice_id, state="queued", state_at=tx.now, **columns) == 1


def dismiss(tx: Tx, ids: Iterable[int]) -> int:
    """Somebody has seen that they did not arrive."""
    return tx.changed(_DISMISS, ids=sorted(ids), state_at=tx.now)


def unsent_to(tx: Tx, kind: str, customer_id: int) -> list[tuple[int, str]]:
    """(row, its JSON) of what waits to be sent in a customer's conversations, or was not sent."""
    return [(row[0], row[1]) for each in _UNSENT for row in tx.all(each, kind=kind, customer_id=customer_id)]


def take_back(tx: Tx, ids: Sequence[int]) -> None:
    """These are not sent, and nothing of them is kept; what leaves at this moment leaves."""
    if ids:
        tx.run(_TAKE_BACK, ids=list(ids), state_at=tx.now)
