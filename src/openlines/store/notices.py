"""Words to staff, one row per (kind, subject, step, person, medium)."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, func, literal_column, select, update

from openlines.store.statement import Statement, among, insert
from openlines.store.tables import conversations, customers, notices
from openlines.store.tx import Reader, Tx


class NoticeRow(NamedTuple):
    """A notice in the workspace. `params` is JSON; `customer`: the name on the card of its conversation's."""

    id: int
    kind: str
    subject: int
    step: int
    state: str
    params: str
    conversation_id: int | None
    line_id: int | None
    created_at: int
    thread_id: int | None
    customer: str | None


_N = notices.c
_ADD = Statement(
    insert(notices).on_conflict_do_nothing(index_elements=["kind", "subject", "step", "user_id", "medium"])
)
_KNOWN = Statement(
    select(_N.user_id, _N.medium).where(
        _N.kind == bindparam("kind"), _N.subject == bindparam("subject"), _N.step == bindparam("step")
    )
)
_HIS = (_N.user_id == bindparam("user_id")) & (_N.medium == literal_column("'workspace'"))
_UNREAD = _N.state != literal_column("'read'")
_PAGE = Statement(
    select(
        *(_N[name] for name in NoticeRow._fields[:-2]),
        conversations.c.thread_id,
        customers.c.name,
    )
    .select_from(
        notices.outerjoin(conversations, conversations.c.id == _N.conversation_id).outerjoin(
            customers, customers.c.id == conversations.c.customer_id
        )
    )
    .where(_HIS, _N.id < bindparam("before"))
    .order_by(_N.id.desc())
    .limit(bindparam("limit"))
)
_UNREAD_COUNT = Statement(select(func.count()).select_from(notices).where(_HIS, _UNREAD))
_READ_ALL = Statement(update(notices).where(_HIS, _UNREAD, _N.id <= bindparam("up_to")).values(state="read"))
_READ = Statement(update(notices).where(_HIS, _UNREAD, among(_N.id, "ids")).values(state="read"))
_OLDEST = select(_N.id, _N.state, _N.created_at).order_by(_N.id).limit(bindparam("limit")).subquery()
_FORGET = Statement(
    delete(notices).where(
        _N.id.in_(
            select(_OLDEST.c.id).where(
                _OLDEST.c.created_at < bindparam("before"),
                _OLDEST.c.state.not_in(["queued", "sending"]),
            )
        )
    )
)


def known(reader: Reader, kind: str, subject: int, step: int) -> set[tuple[int, str]]:
    """Who was told of this step already, and by what: (user, medium)."""
    return {(row[0], row[1]) for row in reader.all(_KNOWN, kind=kind, subject=subject, step=step)}


def add(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """New rows; one that is there already stays as it is."""
    tx.run_many(_ADD, [{"id": tx.new_id(notices), **row} for row in rows])


def forget(tx: Tx, before: int, limit: int) -> int:
    """Drops, of the oldest `limit` rows, those made before an instant that are not on their way; how many."""
    return tx.changed(_FORGET, before=before, limit=limit)


def page(reader: Reader, user_id: int, before: int, limit: int) -> list[NoticeRow]:
    """Newest first, those below the id `before`."""
    return [NoticeRow._make(row) for row in reader.all(_PAGE, user_id=user_id, before=before, limit=limit)]


def unread(reader: Reader, user_id: int) -> int:
    row = reader.one(_UNREAD_COUNT, user_id=user_id)
    return int(row[0]) if row else 0


def read(tx: Tx, user_id: int, ids: Iterable[int]) -> int:
    return tx.changed(_READ, user_id=user_id, ids=sorted(set(ids)), state_at=tx.now)


def read_up_to(tx: Tx, user_id: int, up_to: int) -> int:
    return tx.changed(_READ_ALL, user_id=user_id, up_to=up_to, state_at=tx.now)
