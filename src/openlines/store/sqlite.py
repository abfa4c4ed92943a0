"""The SQLite engine: one writer connection in WAL mode with `synchronous=FULL`, read-only readers beside it.

Acknowledged means on disk: COMMIT returns after the write-ahead log was synced. The folder is locked while it
is open, so that the ids and the event counter kept in memory are nobody else's business.

Rows that calls add are written together (docs/adr/0012): a statement costs less than the way to it, and each one
gives the interpreter away and must get it back. So a call that says what it is about leaves its plain inserts to the
end of a wave of such calls, no two about the same. What could go wrong between any two lines, and why nothing is lost:

* A call reads, updates or deletes after it has added a row: everything that was left is written first.
* A call does not see what another of its wave has added. On PostgreSQL it does not either (docs/adr/0008): versions
  and unique keys find out what matters, and the group is run again one by one.
* A row that was left cannot be written: the group is spoiled as by any failed statement, and so is its COMMIT.
* A row needs one of another table: tables are written in the order in which they refer to one another.
"""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import BigInteger, Table, insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import TypeCompiler

from openlines.store import last_ids, tables
from openlines.store.calls import Call, Spoiled, carry_out
from openlines.store.columns import metadata
from openlines.store.errors import (
    ConstraintFailed,
    Contention,
    StatementFailed,
    StoreError,
    StoreFailed,
    StoreFull,
    StoreInUse,
)
from openlines.store.statement import Statement
from openlines.store.tx import FACT, Reader, Row, Tx
from openlines.support.clock import Clock

Connect = Callable[..., sqlite3.Connection]

_STATEMENTS: Final = 512  # kept prepared by the driver
_ADD_EVENT: Final = Statement(insert(tables.events))
_EVENT: Final = ("id", "at", *FACT)

_ERRORS: Final[dict[int, type[StoreError]]] = {
    sqlite3.SQLITE_FULL: StoreFull,
    sqlite3.SQLITE_BUSY: Contention,
    sqlite3.SQLITE_LOCKED: Contention,
    sqlite3.SQLITE_CONSTRAINT: ConstraintFailed,
    sqlite3.SQLITE_IOERR: StoreFailed,
    sqlite3.SQLITE_READONLY: StoreFailed,
    sqlite3.SQLITE_CANTOPEN: StoreFailed,
    sqlite3.SQLITE_CORRUPT: StoreFailed,
    sqlite3.SQLITE_NOTADB: StoreFailed,
    sqlite3.SQLITE_NOMEM: StoreFailed,
    sqlite3.SQLITE_INTERRUPT: StoreFailed,
}


@compiles(BigInteger, "sqlite")
def _integer(type_: BigInteger, compiler: TypeCompiler, **kwargs: Any) -> str:
    """SQLite's INTEGER holds 64 bits, and only a primary key of that name is the row id itself."""
    return "INTEGER"


def error_of(error: sqlite3.Error) -> StoreError:
    """The store's word for what sqlite3 raised."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return StatementFailed(str(error))
    return _ERRORS.get(code & 0xFF, StatementFailed)(str(error))


class FolderLock:
    """Keeps a second process out of the folder; gone with the process, however it ends."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            held_by = os.read(self._file, 20).decode("ascii", "replace").strip()
            os.close(self._file)
            raise StoreInUse(str(path.parent), int(held_by) if held_by.isdigit() else None) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        os.close(self._file)


def prepare_file(path: Path) -> None:
    """Makes the folder and an empty file that only their owner may read; SQLite's other files follow suit."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def connect_writer(path: Path, connect: Connect = sqlite3.connect) -> sqlite3.Connection:
    connection = connect(path, isolation_level=None, cached_statements=_STATEMENTS)
    connection.execute("PRAGMA busy_timeout = 5000")
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        connection.close()
        raise StoreFailed(f"{path}: the file system does not support SQLite's write-ahead log")
    for setting in (
        "synchronous = FULL",
        "wal_autocheckpoint = 1000",
        "journal_size_limit = 67108864",
        "foreign_keys = ON",
        "temp_store = MEMORY",
        "cache_size = -65536",
        "trusted_schema = OFF",
    ):
        connection.execute(f"PRAGMA {setting}")
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, cached_statements=_STATEMENTS
    )
    for setting in ("query_only = ON", "busy_timeout = 5000", "temp_store = MEMORY", "cache_size = -16384"):
        connection.execute(f"PRAGMA {setting}")
    return connection


class SqliteReader(Reader):
    """A read transaction."""

    __slots__ = ("_cursor", "_now")

    def __init__(self, cursor: sqlite3.Cursor, now: int) -> None:
        self._cursor = cursor
        self._now = now

    @property
    def now(self) -> int:
        return self._now

    def one(self, statement: Statement, /, **params: Any) -> Row | None:
        row: Row | None = self._execute(statement, params).fetchone()
        return row

    def all(self, statement: Statement, /, **params: Any) -> list[Row]:
        return self._execute(statement, params).fetchall()

    def _execute(self, statement: Statement, params: dict[str, Any]) -> sqlite3.Cursor:
        names = tuple(params)
        form = statement.sqlite.get(names) or statement.for_sqlite(names)
        try:
            return self._cursor.execute(form.sql, form.values(params) if form.lists else tuple(params.values()))
        except sqlite3.Error as error:
            raise error_of(error) from error


class SqliteTx(Tx):
    """A write transaction on the writer's one cursor."""

    __slots__ = ("_abouts", "_cursor", "_ids", "_leaves", "_left", "_left_by_call", "_now", "_removed")

    def __init__(self, cursor: sqlite3.Cursor, now: int, ids: dict[Table, int]) -> None:
        super().__init__()
        self._cursor = cursor
        self._ids = ids
        self._now = now
        self._left: dict[tuple[Statement, tuple[str, ...]], list[Any]] = {}  # values of rows, one after another
        self._leaves = False  # whether the present call leaves its inserts
        self._left_by_call = False  # whether it has
        self._abouts: set[str | int] = set()  # of the wave
        self._removed: dict[Table, None] = {}  # tables that have lost rows

    @property
    def now(self) -> int:
        return self._now

    def one(self, statement: Statement, /, **params: Any) -> Row | None:
        names = tuple(params)
        form = statement.sqlite.get(names) or statement.for_sqlite(names)
        if self._left_by_call:
            self.write_left()
        if statement.writes:
            self._writes += 1
        try:
            self._cursor.execute(form.sql, form.values(params) if form.lists else tuple(params.values()))
            row: Row | None = self._cursor.fetchone()
        except sqlite3.Error as error:
            raise self._failed(error) from error
        return row

    def all(self, statement: Statement, /, **params: Any) -> list[Row]:
        names = tuple(params)
        form = statement.sqlite.get(names) or statement.for_sqlite(names)
        if self._left_by_call:
            self.write_left()
        if statement.writes:
            self._writes += 1
        try:
            self._cursor.execute(form.sql, form.values(params) if form.lists else tuple(params.values()))
            return self._cursor.fetchall()
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def run(self, statement: Statement, /, **params: Any) -> None:
        names = tuple(params)
        if self._leaves and statement.adds_to is not None:
            self._writes += 1
            self._leave(statement, names, params.values())
            return
        form = statement.sqlite.get(names) or statement.for_sqlite(names)
        if self._left_by_call:
            self.write_left()
        if statement.removes_from is not None:
            self._removing(statement.removes_from)
        self._writes += 1
        try:
            self._cursor.execute(form.sql, form.values(params) if form.lists else tuple(params.values()))
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def changed(self, statement: Statement, /, **params: Any) -> int:
        self.run(statement, **params)
        return self._cursor.rowcount

    def new_id(self, table: Table) -> int:
        value = self._ids.get(table)
        if value is None:
            value = last_ids.last_id(self, table)
        self._ids[table] = value = value + 1
        return value

    def _removing(self, table: Table) -> None:
        """Rows of it go: their ids must not come back after the next start."""
        if table not in self._removed and last_ids.numbered(table):
            if table not in self._ids:
                self._ids[table] = last_ids.last_id(self, table)
            self._removed[table] = None

    def write_last_ids(self, kept: dict[Table, int]) -> dict[Table, int]:
        """Keeps the last ids of tables that lost rows, but for those that are kept; which are now."""
        news = {table: last for table in self._removed if (last := self._ids[table]) != kept.get(table)}
        for table, last in news.items():
            last_ids.keep(self, table, last)
        return news

    # --- rows that are left to the end of a wave ------------------------------------------------------------

    def start_call(self, about: str | int | None) -> None:
        """The next call begins. Raises what writing the rows of those before it raises."""
        if about is None or about in self._abouts:
            self.write_left()
            self._abouts.clear()
        self._left_by_call = False
        self._leaves = about is not None
        if about is not None:
            self._abouts.add(about)

    def _leave(self, statement: Statement, names: tuple[str, ...], values: Iterable[Any]) -> None:
        self._left_by_call = True
        left = self._left.get((statement, names))
        if left is None:
            left = self._left[statement, names] = []
        left += values

    def write_left(self) -> None:
        """Writes the rows that calls have left, those first to which others refer."""
        self._left_by_call = False
        if self._left:
            left, self._left = self._left, {}
            for (statement, names), values in sorted(left.items(), key=_rank):
                super()._run_values(statement, names, values)

    def _run_values(self, statement: Statement, names: tuple[str, ...], values: Sequence[Any]) -> None:
        if self._leaves and statement.adds_to is not None:
            self._writes += 1
            self._leave(statement, names, values)
        else:
            if self._left_by_call:
                self.write_left()
            super()._run_values(statement, names, values)

    def _run_rows(self, statement: Statement, names: tuple[str, ...], count: int, values: tuple[Any, ...]) -> None:
        form = statement.sqlite_many.get((count, names)) or statement.many_for_sqlite(count, names)
        self._writes += 1
        try:
            self._cursor.execute(form.sql, values)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _failed(self, error: sqlite3.Error) -> StoreError:
        self.failure = failure = error_of(error)
        return failure

    def write_events(self, last_id: int) -> int:
        """Writes the group's events after `last_id`; says the new last one."""
        values: list[Any] = []
        for last_id, fact in enumerate(self._events, last_id + 1):  # noqa: B020, PLR1704 - counts on from it
            values += (last_id, self._now)
            values += fact
        super()._run_values(_ADD_EVENT, _EVENT, values)
        return last_id


_RANK: Final = {table: place for place, table in enumerate(metadata.sorted_tables)}


def _rank(left: tuple[tuple[Statement, tuple[str, ...]], list[Any]]) -> int:
    (statement, _), _ = left
    return -1 if statement.adds_to is None else _RANK[statement.adds_to]


class SqliteSession:
    """The writer's connection with what it keeps in memory: last ids, last event."""

    abreast = 1

    def __init__(self, path: Path, clock: Clock, connect: Connect = sqlite3.connect) -> None:
        self._path = path
        self._clock = clock
        self._connect = connect
        self._lost = False  # the connection is closed, and no other could be opened yet
        self._connection = connect_writer(path, connect)
        self._cursor = self._connection.cursor()
        self._ids: dict[Table, int] = {}
        self._kept_ids: dict[Table, int] = {}  # as the database knows them, of tables that lost rows
        (last,) = self._cursor.execute("SELECT max(id) FROM events").fetchone()
        self._last_event: int = last or 0

    def begin(self) -> SqliteTx:
        try:
            if self._lost or self._connection.in_transaction:  # its ROLLBACK failed: only a new connection is free
                self._open_anew()
            self._cursor.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise error_of(error) from error
        return SqliteTx(self._cursor, self._clock.now(), self._ids)

    def _open_anew(self) -> None:
        self.close()
        self._lost = True
        self._connection = connect_writer(self._path, self._connect)
        self._cursor = self._connection.cursor()
        self._lost = False

    def carry_out(self, tx: SqliteTx, calls: Sequence[Call]) -> None:
        for call in calls:
            try:
                tx.start_call(call.about)
            except StoreError as error:
                raise Spoiled(error) from None
            carry_out(tx, call)

    def send_commit(self, tx: SqliteTx) -> None:
        tx.write_left()

    def commit(self, tx: SqliteTx) -> None:
        kept = tx.write_last_ids(self._kept_ids)
        last = tx.write_events(self._last_event)
        try:
            self._cursor.execute("COMMIT")
        except sqlite3.Error as error:
            raise error_of(error) from error
        self._last_event = last
        self._kept_ids |= kept

    def rollback(self) -> None:
        # A full disk or a failed write may already have rolled back by itself.
        if not self._lost and self._connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self._cursor.execute("ROLLBACK")

    def close(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._cursor.close()  # its last statement would keep the connection from really closing
            self._connection.close()


class SqliteReadSession:
    """A reader's connection: each query in a transaction of its own."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._connection = connect_reader(path)
        self._cursor = self._connection.cursor()

    def begin(self) -> Reader:
        try:
            self._cursor.execute("BEGIN")
        except sqlite3.Error as error:
            raise error_of(error) from error
        return SqliteReader(self._cursor, self._clock.now())

    def end(self) -> None:
        if self._connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self._cursor.execute("ROLLBACK")

    def close(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._cursor.close()  # its last statement would keep the connection from really closing
            self._connection.close()
