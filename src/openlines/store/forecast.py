"""What a forecast reads of a line's queue: who else is waiting or asked at the moment."""

from sqlalchemy import bindparam, literal_column, select

from openlines.store.statement import Statement
from openlines.store.tables import conversations
from openlines.store.tx import Reader

_OTHERS = 60  # so many compete on the stage of a forecast; the rest counts in the seats and is taken as it is

_COMPETING = Statement(
    select(conversations.c.id)
    .where(
        conversations.c.line_id == bindparam("line_id"),
        conversations.c.state.in_([literal_column("'waiting'"), literal_column("'offered'")]),
        conversations.c.department_id.is_(None),
    )
    .order_by(literal_column("(waiting_since - priority * 600000000)"), conversations.c.id)
    .limit(_OTHERS)
)


def competing(reader: Reader, line_id: int) -> list[int]:
    """The first waiting and offered conversations of a line, in the order in which they are served."""
    return [row[0] for row in reader.all(_COMPETING, line_id=line_id)]
