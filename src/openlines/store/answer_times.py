"""How long first answers took lately."""

from sqlalchemy import bindparam, func, literal_column, select

from openlines.store.statement import Statement
from openlines.store.tables import conversations
from openlines.store.tx import Reader

_NEWEST = 1000  # conversations of the portal that are looked at: a read of bounded size, without an index of its own
_SOME = 50

_LAST = Statement(
    select(conversations.c.replied_at - conversations.c.responsible_at)
    .where(
        conversations.c.id > select(func.max(conversations.c.id)).scalar_subquery() - literal_column(str(_NEWEST)),
        conversations.c.line_id == bindparam("line_id"),
        conversations.c.mode == literal_column("'incoming'"),
        conversations.c.replied_at.is_not(None),
        conversations.c.responsible_at.is_not(None),
        conversations.c.opened_at >= bindparam("since"),
    )
    .order_by(conversations.c.id.desc())
    .limit(_SOME)
)


def last_first_answers(reader: Reader, line_id: int, since: int) -> list[int]:
    """Microseconds from when people became responsible to their first words, of a line's newest conversations."""
    return [row[0] for row in reader.all(_LAST, line_id=line_id, since=since)]
