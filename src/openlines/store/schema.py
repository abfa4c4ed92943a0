"""Which version of the tables a database has, and how it gets the newest.

Versions are numbered files in migrations/versions; the numbers are compared as text. Older programs run on newer
tables, never the other way round.
"""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openlines.store.errors import BadAddress, Contention, StoreError, StoreUnavailable
from openlines.store.sqlite import connect_writer, error_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

_MIGRATIONS = Path(__file__).with_name("migrations")
_LOCK_MILLISECONDS = 5000  # that a table is waited for, with everybody else behind
_PASS_SECONDS = 1.0
_TRIES = 6
_IN_USE = ("55P03", "40P01")  # a lock that did not come free, a deadlock


def newest() -> str:
    """The version this program was written for."""
    return max(file.name[:4] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def sqlite_version(path: Path) -> str | None:
    """The version of the database in `path`; None before its first."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            return None
    return None if row is None else str(row[0])


def postgres_version(url: str) -> str | None:
    """The version of the database at `url`; None before its first. Raises StoreUnavailable, ServerTooOld,
    BadAddress."""
    import psycopg

    from openlines.store.wire import refuse_old

    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            refuse_old(connection.info.server_version)
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    except psycopg.OperationalError as error:
        raise StoreUnavailable(f"PostgreSQL cannot be reached: {error}") from error
    except psycopg.ProgrammingError:
        raise BadAddress from None  # the driver's words repeat the address, and the password in it
    return None if row is None else str(row[0])


def migrate_sqlite(path: Path) -> None:
    """Brings the database in `path` to the newest version, entirely or not at all. Needs the folder's lock."""
    from sqlalchemy import NullPool, create_engine, event

    def connect() -> sqlite3.Connection:
        connection = connect_writer(path)
        connection.execute("PRAGMA foreign_keys = OFF")  # a version may build a table anew
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)

    # The driver begins no transaction before DDL, so SQLAlchemy is told to.

    @event.listens_for(engine, "begin")
    def begin(connection: "Connection") -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with _words(), engine.connect() as connection, connection.begin():
        _upgrade(connection)


def migrate_postgres(url: str) -> None:
    """Brings the database to the newest version, entirely or not at all; a second one at the same time waits.

    Nodes may be at work meanwhile. Whoever waits for a table keeps all who come later from it, so it is never waited
    for long: a version that finds its tables in use lets the others pass and tries again. Raises Contention when that
    does not help.
    """
    for left in reversed(range(_TRIES)):
        try:
            _migrate_postgres(url)
        except Contention:
            if not left:
                raise
            time.sleep(_PASS_SECONDS)
        else:
            return


def _migrate_postgres(url: str) -> None:
    from sqlalchemy import NullPool, create_engine, text
    from sqlalchemy.engine import make_url

    postgres_version(url)  # says in words why a database cannot be reached
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with _words(), engine.connect() as connection, connection.begin():
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('openlines migrate'))"))
        connection.execute(text(f"SET LOCAL lock_timeout = {_LOCK_MILLISECONDS}"))
        _upgrade(connection)


def _upgrade(connection: "Connection") -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@contextlib.contextmanager
def _words() -> Iterator[None]:
    """Turns what the driver raises into the store's words."""
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except DBAPIError as error:
        cause: Any = error.orig
        if isinstance(cause, sqlite3.Error):
            raise error_of(cause) from error
        if getattr(cause, "sqlstate", None) in _IN_USE:
            words = "others use its tables for long (a report, a backup); nothing was changed, try again later"
            raise Contention(f"the database could not be migrated: {words}") from error
        raise StoreError(f"the database could not be migrated: {cause}") from error
