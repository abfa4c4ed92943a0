"""A line as it was saved each time, and by whom."""

from typing import NamedTuple

from sqlalchemy import bindparam, insert, or_, select, update

from openlines.store.statement import Statement
from openlines.store.tables import line_versions, users
from openlines.store.tx import Reader, Tx


class Version(NamedTuple):
    """One state of a line. `settings`, `queue`, `faces` and `looks` are JSON texts, the last two None in states from
    before they were kept; without `saved_by` it was the house itself."""

    line_id: int
    version: int
    name: str
    active: int
    settings: str
    queue: str
    saved_by: int | None
    at: int
    faces: str | None = None
    looks: str | None = None


class Saved(NamedTuple):
    """Who saved a line, and when; `by` is empty for the house itself."""

    version: int
    by: str
    at: int


PAGE = 20

_ADD = Statement(insert(line_versions))
_LAST = Statement(
    select(line_versions.c.version, users.c.name, line_versions.c.at)
    .select_from(line_versions.outerjoin(users, users.c.id == line_versions.c.saved_by))
    .where(line_versions.c.line_id == bindparam("line_id"))
    .order_by(line_versions.c.version.desc())
    .limit(1)
)
_ONE = Statement(
    select(*(line_versions.c[name] for name in Version._fields)).where(
        line_versions.c.line_id == bindparam("line_id"), line_versions.c.version == bindparam("version")
    )
)
_AT = Statement(
    select(*(line_versions.c[name] for name in Version._fields))
    .where(line_versions.c.line_id == bindparam("line_id"), line_versions.c.at <= bindparam("at"))
    .order_by(line_versions.c.version.desc())
    .limit(1)
)
_BEFORE = Statement(
    select(*(line_versions.c[name] for name in Version._fields), users.c.name.label("by"))
    .select_from(line_versions.outerjoin(users, users.c.id == line_versions.c.saved_by))
    .where(line_versions.c.line_id == bindparam("line_id"), line_versions.c.version < bindparam("before"))
    .order_by(line_versions.c.version.desc())
    .limit(PAGE + 1)
)

_FILL = Statement(
    update(line_versions).where(
        line_versions.c.line_id == bindparam("of_line"), line_versions.c.version == bindparam("of_version")
    )
)
_NAMES_FILE = Statement(
    select(line_versions.c.line_id)
    .where(or_(line_versions.c.faces.like(bindparam("quoted")), line_versions.c.settings.like(bindparam("quoted"))))
    .limit(1)
)


def add(tx: Tx, version: Version) -> None:
    tx.run(_ADD, **version._asdict())


def fill(tx: Tx, line_id: int, version: int, *, faces: str, looks: str) -> None:
    """Completes a state by what belonged to it, however it came to be."""
    tx.run(_FILL, of_line=line_id, of_version=version, faces=faces, looks=looks)


def names_file(reader: Reader, file_id: str) -> bool:
    """Whether a saved state has this file for a photo. Reads every state: for administrators who look at them."""
    return reader.one(_NAMES_FILE, quoted=f'%"{file_id}"%') is not None


def last(reader: Reader, line_id: int) -> Saved | None:
    row = reader.one(_LAST, line_id=line_id)
    return None if row is None else Saved(row[0], row[1] or "", row[2])


def one(reader: Reader, line_id: int, version: int) -> Version | None:
    row = reader.one(_ONE, line_id=line_id, version=version)
    return None if row is None else Version._make(row)


def at(reader: Reader, line_id: int, moment: int) -> Version | None:
    """The state that held at a moment; None before the first that is kept."""
    row = reader.one(_AT, line_id=line_id, at=moment)
    return None if row is None else Version._make(row)


def before(reader: Reader, line_id: int, version: int) -> list[tuple[Version, str]]:
    """The states before a version, newest first, with who saved each: a page and one more."""
    width = len(Version._fields)
    rows = reader.all(_BEFORE, line_id=line_id, before=version)
    return [(Version._make(row[:width]), row[width] or "") for row in rows]
