"""What is known of attachments; their bytes lie elsewhere, under their hash, written before the row."""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, update

from openlines.store import lines
from openlines.store.line_tables import line_faces
from openlines.store.statement import Statement, among
from openlines.store.tables import files, users
from openlines.store.tx import Reader, Tx


class FileRow(NamedTuple):
    id: str
    hash: str
    name: str
    size: int
    type: str
    width: int | None
    height: int | None
    thread_id: int | None
    user_id: int | None
    created_at: int

    def shown(self) -> dict[str, Any]:
        """As messages carry it."""
        facts = {"id": self.id, "name": self.name, "size": self.size, "type": self.type}
        if self.width and self.height:
            facts |= {"width": self.width, "height": self.height}
        return facts


_COLUMNS = [files.c[name] for name in FileRow._fields]
_ONE = Statement(select(*_COLUMNS).where(files.c.id == bindparam("id")))
_SOME = Statement(select(*_COLUMNS).where(among(files.c.id, "ids")))
_FACE = Statement(select(users.c.id).where(users.c.photo_id == bindparam("id")))
_LINE_FACE = Statement(select(line_faces.c.user_id).where(line_faces.c.photo == bindparam("id")).limit(1))
_ADD = Statement(insert(files))
_ATTACH = Statement(
    update(files).where(among(files.c.id, "ids"), files.c.thread_id.is_(None)).values(thread_id=bindparam("thread_id"))
)


def one(reader: Reader, file_id: str) -> FileRow | None:
    row = reader.one(_ONE, id=file_id)
    return None if row is None else FileRow._make(row)


def some(reader: Reader, ids: list[str]) -> list[FileRow]:
    """In the order of `ids`; unknown ones are left out."""
    found = {row[0]: FileRow._make(row) for row in reader.all(_SOME, ids=ids)} if ids else {}
    return [found[each] for each in ids if each in found]


def is_face(reader: Reader, file_id: str) -> bool:
    """Is it somebody's photo: of a profile, of an operator in one line, of all operators of a line?"""
    if reader.one(_FACE, id=file_id) is not None or reader.one(_LINE_FACE, id=file_id) is not None:
        return True
    return any(line.rules.common_photo == file_id for line in lines.every(reader))


def add(tx: Tx, **values: Any) -> None:
    tx.run(_ADD, **values)


def attach(tx: Tx, ids: list[str], thread_id: int) -> None:
    """Uploaded files become part of a thread: whoever sees the thread sees them."""
    tx.run(_ATTACH, ids=ids, thread_id=thread_id)
