"""How operators are shown to customers: each line's choice, and the names and photos that it has of its own."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select

from openlines.store.line_tables import line_faces
from openlines.store.statement import Statement, among
from openlines.store.tables import conversations, lines
from openlines.store.tx import Reader, Row, Tx


class OwnFace(NamedTuple):
    """A name and a photo of an operator for one line. An empty name: the one of the profile."""

    line_id: int
    user_id: int
    name: str
    photo: str | None


_FACE = select(*(line_faces.c[name] for name in OwnFace._fields))
_ALL = Statement(_FACE)
_OF_LINES = Statement(_FACE.where(among(line_faces.c.line_id, "ids")).order_by(line_faces.c.user_id))
_ONE = Statement(
    _FACE.where(line_faces.c.line_id == bindparam("line_id"), line_faces.c.user_id == bindparam("user_id"))
)
# Removed lines too: their conversations are still read.
_SETTINGS = Statement(select(lines.c.id, lines.c.settings))
_SETTINGS_OF = Statement(select(lines.c.id, lines.c.settings).where(among(lines.c.id, "ids")))
_LINE_OF = Statement(select(conversations.c.id, conversations.c.line_id).where(among(conversations.c.id, "ids")))
_CLEAR = Statement(delete(line_faces).where(line_faces.c.line_id == bindparam("line_id")))
_ADD = Statement(insert(line_faces))


def settings(reader: Reader, line_ids: Iterable[int] | None) -> list[Row]:
    """(line, its settings as text), of these lines or of every one."""
    return reader.all(_SETTINGS) if line_ids is None else reader.all(_SETTINGS_OF, ids=sorted(line_ids))


def own(reader: Reader, line_ids: Iterable[int] | None) -> list[OwnFace]:
    """The names and photos that these lines (None: all) have of their own."""
    rows = reader.all(_ALL) if line_ids is None else reader.all(_OF_LINES, ids=sorted(line_ids))
    return [OwnFace._make(row) for row in rows]


def one(reader: Reader, line_id: int, user_id: int) -> OwnFace | None:
    row = reader.one(_ONE, line_id=line_id, user_id=user_id)
    return None if row is None else OwnFace._make(row)


def lines_of(reader: Reader, conversation_ids: Iterable[int]) -> dict[int, int]:
    """The line of each of these conversations."""
    ids = sorted(set(conversation_ids))
    return {row[0]: row[1] for row in reader.all(_LINE_OF, ids=ids)} if ids else {}


def put(tx: Tx, line_id: int, faces: Iterable[OwnFace]) -> None:
    """Replaces the line's own names and photos by these."""
    tx.run(_CLEAR, line_id=line_id)
    tx.run_many(_ADD, [each._asdict() for each in faces])
