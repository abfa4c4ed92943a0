"""Opening a portal's store: which engine, the folder's lock, the schema, the connections."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from openlines.store import schema
from openlines.store.errors import NotADatabase, SchemaBehind, StoreError
from openlines.store.sqlite import (
    Connect,
    FolderLock,
    SqliteReadSession,
    SqliteSession,
    connect_writer,
    error_of,
    prepare_file,
)
from openlines.store.store import Store, off_loop
from openlines.support.clock import Clock, HostClock

QUEUE: Final = 2048

EPOCH: Final = "SELECT epoch FROM portals WHERE id = 1"


async def open_store(
    url: str | Path,
    *,
    node: str,
    migrate: bool | None = None,
    clock: Clock | None = None,
    writers: int = 1,
    readers: int = 2,
    queue: int = QUEUE,
    connect: Connect = sqlite3.connect,
) -> Store:
    """Opens `sqlite:///path/portal.db`, a path, or `postgresql://…`; whoever opens it closes it.

    `node` names this process among others on PostgreSQL. `migrate`: bring the tables to the newest version
    first; None means yes on SQLite, no on PostgreSQL. `clock` replaces the engine's own (tests, replays).
    `writers` counts for PostgreSQL only.
    Raises StoreInUse, SchemaBehind, StoreUnavailable, StoreError.
    """
    path = sqlite_path(url)
    if path is None:
        from openlines.store.postgres import open_postgres

        return await open_postgres(
            str(url), node=node, migrate=bool(migrate), clock=clock, writers=writers, readers=readers, queue=queue
        )
    clock = clock or HostClock()
    store = Store("sqlite", clock, queue)
    try:
        lock, store.epoch = await off_loop(_prepare, path, migrate is not False)
        store.on_close(lock.release)
        await store.start(
            [lambda: SqliteSession(path, clock, connect)], lambda: SqliteReadSession(path, clock), size=readers
        )
    except BaseException:
        await store.close()
        raise
    return store


def migrate(url: str | Path) -> None:
    """Brings the tables to the newest version. On SQLite nobody else may have the portal open (StoreInUse)."""
    path = sqlite_path(url)
    if path is None:
        schema.migrate_postgres(str(url))
        return
    prepare_file(path)
    lock = FolderLock(path.with_suffix(".lock"))
    try:
        with _understood(path):
            schema.sqlite_version(path)  # what is no database is told apart before anything is changed
            schema.migrate_sqlite(path)
    finally:
        lock.release()


def sqlite_path(url: str | Path) -> Path | None:
    """Where the file of a SQLite portal lies; None for PostgreSQL. Raises StoreError for anything else."""
    if isinstance(url, Path) or "://" not in url:
        return Path(url)
    parsed = make_url(url)
    match parsed.get_backend_name(), parsed.database:
        case "sqlite", str(database) if database not in {"", ":memory:"}:
            return Path(database)
        case (("postgresql" | "postgres"), _):
            return None
    raise StoreError("a portal lives in sqlite:///path/portal.db or postgresql://user@host/database")


def same_database(one: str, other: str) -> bool:
    """Whether two addresses can mean one database; hosts and users have several names and are not compared."""
    try:
        here, there = sqlite_path(one), sqlite_path(other)
        if here is not None and there is not None:
            return here.resolve() == there.resolve()
        return here is there and make_url(one).database == make_url(other).database
    except (StoreError, ArgumentError):
        return False


def _prepare(path: Path, migrate: bool) -> tuple[FolderLock, str]:
    prepare_file(path)
    lock = FolderLock(path.with_suffix(".lock"))
    try:
        with _understood(path):
            epoch = _brought_up(path, migrate)
    except BaseException:
        lock.release()
        raise
    return lock, epoch


def _brought_up(path: Path, migrate: bool) -> str:
    found, wanted = schema.sqlite_version(path), schema.newest()
    if found is None or found < wanted:
        if not migrate:
            raise SchemaBehind(found, wanted)
        schema.migrate_sqlite(path)
    with closing(connect_writer(path)) as connection:
        row = connection.execute(EPOCH).fetchone()
    return row[0] if row else ""


@contextmanager
def _understood(path: Path) -> Iterator[None]:
    """What the driver says of a file that it cannot open, in the store's words."""
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
            raise NotADatabase(str(path)) from error
        raise error_of(error) from error
