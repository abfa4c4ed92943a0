"""What heads said of conversations; the mark itself stands in the conversation's value."""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from openlines.store.statement import Statement
from openlines.store.tables import conversations
from openlines.store.tx import Reader


class HeadRating(NamedTuple):
    value: int
    comment: str
    by: int | None
    at: int | None


_ONE = Statement(
    select(
        conversations.c.head_rating,
        conversations.c.head_comment,
        conversations.c.head_rated_by,
        conversations.c.head_rated_at,
    ).where(conversations.c.id == bindparam("id"), conversations.c.head_rating.is_not(None))
)


def one(reader: Reader, conversation_id: int) -> HeadRating | None:
    row = reader.one(_ONE, id=conversation_id)
    return None if row is None else HeadRating(row[0], row[1] or "", row[2], row[3])
