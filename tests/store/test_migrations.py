"""The sum of the migrations is the schema, on both engines; they stand for themselves and happen entirely or not."""

import ast
import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import BigInteger, NullPool, create_engine
from sqlalchemy.engine import make_url

from openlines.store import SchemaBehind, StoreError, migrate, open_store, schema
from openlines.store.columns import metadata
from openlines.store.errors import Contention
from openlines.store.sqlite import connect_writer

VERSIONS = sorted((Path(schema.__file__).parent / "migrations" / "versions").glob("[0-9]*.py"))

WHAT_POSTGRES_HAS = """
    SELECT 'column', table_name, column_name, ordinal_position::text || ' ' || data_type || ' ' || is_nullable
        || ' ' || coalesce(column_default, '-')
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
"""


def without_versions(rows: Iterable[tuple[Any, ...]]) -> set[tuple[Any, ...]]:
    return {row for row in rows if "alembic_version" not in row}


def test_sqlite_migrations_make_the_schema(tmp_path: Path) -> None:
    def made(path: Path) -> set[tuple[Any, ...]]:
        with closing(sqlite3.connect(path)) as connection:
            return without_versions(
                (
                    kind,
                    name,
                    table,
                    " ".join((sql or "").replace("\t", " ").split()).replace("( ", "(").replace(" )", ")"),
                )
                for kind, name, table, sql in connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
            )

    migrate(tmp_path / "migrated.db")
    metadata.create_all(create_engine(f"sqlite:///{tmp_path / 'made.db'}", poolclass=NullPool))
    assert made(tmp_path / "migrated.db") == made(tmp_path / "made.db")


def test_postgres_migrations_make_the_schema(empty_postgres_url: str, postgres_url: str) -> None:
    def made(url: str) -> set[tuple[Any, ...]]:
        with psycopg.connect(url) as connection:
            return without_versions(connection.execute(WHAT_POSTGRES_HAS))

    engine = create_engine(make_url(empty_postgres_url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    metadata.create_all(engine)
    assert made(postgres_url) == made(empty_postgres_url)


def test_every_table_with_numbered_rows_has_its_sequence(postgres_url: str) -> None:
    numbered = {
        name for name, table in metadata.tables.items() if "id" in table.c and isinstance(table.c.id.type, BigInteger)
    }
    with psycopg.connect(postgres_url) as connection:
        sequences: dict[str, int] = dict(
            connection.execute("SELECT sequencename, increment_by FROM pg_sequences").fetchall()
        )
    assert sequences == {f"{name}_ids": 1 if name == "events" else 64 for name in numbered}


def test_sqlite_row_ids_are_the_primary_keys(tmp_path: Path) -> None:
    """Else each table would have a second tree beside itself, from its id to its row."""
    migrate(tmp_path / "portal.db")
    with closing(sqlite3.connect(tmp_path / "portal.db")) as connection:
        for table in ("messages", "conversations", "events", "threads", "deliveries"):
            own = [row for row in connection.execute(f"PRAGMA index_list({table})") if row[3] == "pk"]
            assert own == [], table


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.stem)
def test_a_version_imports_nothing_of_the_package(version: Path) -> None:
    for node in ast.walk(ast.parse(version.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
        assert not [name for name in names if name.startswith(("openlines", "."))]


def test_versions_are_numbered_on_and_on() -> None:
    assert [version.name[:4] for version in VERSIONS] == [f"{number:04}" for number in range(1, len(VERSIONS) + 1)]
    assert schema.newest() == VERSIONS[-1].name[:4]
    for previous, version in zip([None, *VERSIONS], VERSIONS, strict=False):
        lines = version.read_text().splitlines()
        assert f'revision = "{version.name[:4]}"' in lines
        assert f"down_revision = {f'{chr(34)}{previous.name[:4]}{chr(34)}' if previous else None}" in lines


def test_migrating_twice_is_migrating_once(tmp_path: Path, postgres_url: str) -> None:
    for _ in range(2):
        migrate(tmp_path / "portal.db")
        migrate(postgres_url)
    assert schema.sqlite_version(tmp_path / "portal.db") == schema.newest()
    assert schema.postgres_version(postgres_url) == schema.newest()


async def test_two_may_migrate_at_once(empty_postgres_url: str) -> None:
    await asyncio.gather(*(asyncio.to_thread(migrate, empty_postgres_url) for _ in range(3)))
    assert schema.postgres_version(empty_postgres_url) == schema.newest()


async def test_a_migration_that_finds_a_table_in_use_holds_nobody_up_for_long(
    empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alembic import command

    upgrade = command.upgrade
    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", lambda config, _: upgrade(config, "0011"))
        migrate(empty_postgres_url)
    monkeypatch.setattr(schema, "_LOCK_MILLISECONDS", 300)
    monkeypatch.setattr(schema, "_PASS_SECONDS", 0.2)
    monkeypatch.setattr(schema, "_TRIES", 2)
    with psycopg.connect(empty_postgres_url) as report, psycopg.connect(empty_postgres_url, autocommit=True) as node:
        report.execute("SELECT count(*) FROM deliveries")
        migrating = asyncio.create_task(asyncio.to_thread(migrate, empty_postgres_url))
        await asyncio.sleep(0.2)
        node.execute("SET statement_timeout = '3s'")
        await asyncio.to_thread(node.execute, "SELECT count(*) FROM deliveries")
        with pytest.raises(Contention, match="try again later"):
            await migrating
    assert schema.postgres_version(empty_postgres_url) == "0011"
    await asyncio.to_thread(migrate, empty_postgres_url)
    assert schema.postgres_version(empty_postgres_url) == schema.newest()


@pytest.mark.parametrize("statements", [1, 5, 20, 45])
def test_a_migration_that_is_interrupted_has_not_happened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statements: int
) -> None:
    path = tmp_path / "portal.db"
    left = statements

    def authorise(*_: Any) -> int:
        nonlocal left
        left -= 1
        return sqlite3.SQLITE_OK if left else sqlite3.SQLITE_DENY

    def connect_doomed(path: Path) -> sqlite3.Connection:
        connection = connect_writer(path)
        connection.set_authorizer(authorise)
        return connection

    monkeypatch.setattr(schema, "connect_writer", connect_doomed)
    with pytest.raises(StoreError):
        migrate(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM sqlite_master").fetchall() == []
    monkeypatch.undo()
    migrate(path)
    assert schema.sqlite_version(path) == schema.newest()


async def test_postgres_is_not_migrated_by_itself(empty_postgres_url: str) -> None:
    with pytest.raises(SchemaBehind, match="openlines migrate"):
        await open_store(empty_postgres_url, node="one")
    await (await open_store(empty_postgres_url, node="one", migrate=True)).close()
    await (await open_store(empty_postgres_url, node="one")).close()


async def test_a_database_that_is_ahead_is_opened(postgres_url: str, tmp_path: Path) -> None:
    """Old programs run on new tables: that is how a portal of several nodes is renewed."""
    migrate(tmp_path / "portal.db")
    ahead = "UPDATE alembic_version SET version_num = '9999'"
    with psycopg.connect(postgres_url) as connection:
        connection.execute(ahead)
    with closing(sqlite3.connect(tmp_path / "portal.db")) as sqlite:
        sqlite.execute(ahead)
        sqlite.commit()
    for url in (postgres_url, tmp_path / "portal.db"):
        await (await open_store(url, node="one")).close()


async def test_sqlite_may_be_told_not_to_migrate(tmp_path: Path) -> None:
    with pytest.raises(SchemaBehind):
        await open_store(tmp_path / "portal.db", node="one", migrate=False)


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "https://example.org/"])
async def test_what_is_no_portal_is_refused_with_words(url: str) -> None:
    opening: Callable[..., Any] = open_store
    with pytest.raises(StoreError, match="a portal lives in"):
        await opening(url, node="one")
