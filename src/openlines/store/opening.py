"""Opening a portal's store: which engine, the folder's lock, the schema, the connections."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from openlines.store import schema
from openlines.store.errors import SchemaBehind, StoreError
from openlines.store.sqlite import (
    Connect,
    FolderLock,
    SqliteReadSession,
    SqliteSession,
    connect_writer,
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


def _prepare(path: Path, migrate: bool) -> tuple[FolderLock, str]:
    prepare_file(path)
    lock = FolderLock(path.with_suffix(".lock"))
    try:
        found, wanted = schema.sqlite_version(path), schema.newest()
        if found is None or found < wanted:
            if not migrate:
                raise SchemaBehind(found, wanted)
            schema.migrate_sqlite(path)
        with closing(connect_writer(path)) as connection:
            row = connection.execute(EPOCH).fetchone()
    except BaseException:
        lock.release()
        raise
    return lock, row[0] if row else ""
