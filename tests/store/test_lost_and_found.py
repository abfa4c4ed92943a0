"""Connections that die in awkward ways: nothing hangs, nothing stays deaf, nothing is left behind."""

import asyncio
import contextlib
import os
import resource
import socket
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, literal_column, select

from openlines.store import Commit, Reader, Statement, Store, StoreUnavailable, Tx, open_store, postgres, wire
from openlines.store.postgres import _EVENT_LOCK
from tests.store.ledger import begin_ledger, check, enter, entries
from tests.store.proxy import Proxy

pytestmark = pytest.mark.slow

_SLEEP = Statement(select(func.pg_sleep(0.6)))
_SEVEN = Statement(select(literal_column("7")))


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[Proxy]:
    proxy = Proxy(postgres_url)
    yield proxy
    proxy.close()


# ---------------------------------------------------------------- SQLite


async def test_a_writer_that_could_not_be_opened_anew_is_opened_later(tmp_path: Path) -> None:
    """COMMIT fails, ROLLBACK fails, the new connection fails: when the trouble ends, so does its memory."""
    trouble: set[str] = set()

    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, parameters: Any = (), /) -> "Cursor":
            if sql in trouble:
                raise sqlite3.OperationalError("disk I/O error")
            return super().execute(sql, parameters)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = None) -> Any:
            return super().cursor(Cursor)

    def connect(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        if trouble:
            error = sqlite3.OperationalError("unable to open database file")
            error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
            raise error
        return sqlite3.connect(*args, **kwargs, factory=Connection)

    store = await open_store(tmp_path / "portal.db", node="one", connect=connect)
    await store.write(begin_ledger)
    trouble |= {"COMMIT", "ROLLBACK"}
    for _ in range(3):
        with pytest.raises(Exception, match=r"disk I/O error|unable to open"):
            await store.write(enter, "never")
    trouble.clear()
    assert await store.write(enter, "after") == 1
    await check(store, {"after"})
    await store.close()


# ---------------------------------------------------------------- PostgreSQL's writers and readers


async def test_a_commit_that_nobody_waits_for_any_more_is_ended_and_told(
    proxy: Proxy, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is lost while the server still waits for a lock: it is ended, so that its fate is known."""
    monkeypatch.setattr(postgres, "_RESOLVE_SECONDS", 0.7)
    store = await open_store(proxy.url, node="one")
    await store.write(begin_ledger)
    with psycopg.connect(postgres_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (_EVENT_LOCK,))
        writing = asyncio.ensure_future(store.write(enter, "once"))
        await asyncio.sleep(0.5)
        proxy.cut()
        await asyncio.sleep(2.0)
    assert await writing == 1
    await check(store, {"once"})
    await store.close()


async def test_a_reader_that_was_not_answered_in_time_is_replaced(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await open_store(postgres_url, node="one", readers=1)

    def slow(reader: Reader) -> None:
        reader.one(_SLEEP)

    with monkeypatch.context() as patch:
        patch.setattr(wire, "_PATIENCE", 200)
        with pytest.raises(StoreUnavailable):
            await store.read(slow)
    for _ in range(3):
        assert await store.read(lambda reader: reader.one(_SEVEN)) == (7,)
    await store.close()


async def test_readers_refuse_soon_what_a_silent_network_swallows(proxy: Proxy) -> None:
    """Each would else wait for a connection of its own, one after the other."""
    store = await open_store(proxy.url + "?connect_timeout=2", node="one", readers=1)
    await store.write(begin_ledger)
    await store.read(entries)
    proxy.swallowing = True
    proxy.cut()
    started = time.monotonic()
    found = await asyncio.gather(*(store.read(entries) for _ in range(10)), return_exceptions=True)
    assert all(isinstance(each, StoreUnavailable) for each in found)
    assert time.monotonic() - started < 8
    proxy.swallowing = False
    proxy.cut()
    await asyncio.sleep(1.0)
    assert (await store.read(entries)).counted == 0
    await store.close()


async def test_a_store_that_could_not_be_opened_leaves_no_connection(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = 0

    class Session(postgres.PostgresSession):
        def __init__(self, *args: Any) -> None:
            nonlocal made
            made += 1
            if made == 2:
                time.sleep(0.2)
                raise StoreUnavailable("too many connections")
            super().__init__(*args)

    monkeypatch.setattr(postgres, "PostgresSession", Session)
    with pytest.raises(StoreUnavailable, match="too many"):
        await open_store(postgres_url, node="one")
    left: Any = None
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for _ in range(50):
            left = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'openlines one%'"
                " AND datname = current_database()"
            ).fetchone()
            if left == (0,):
                break
            await asyncio.sleep(0.1)
    assert left == (0,)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("store-writer")]


# ---------------------------------------------------------------- pokes between nodes


@pytest.fixture
async def nodes(postgres_url: str) -> AsyncIterator[tuple[Store, Store]]:
    first = await open_store(postgres_url, node="one")
    second = await open_store(postgres_url, node="two")
    yield first, second
    await first.close()
    await second.close()


async def until_heard(heard: list[Commit], wanted: frozenset[str]) -> None:
    async with asyncio.timeout(15):
        while not wanted <= frozenset().union(*(commit.pokes for commit in heard)):  # noqa: ASYNC110 - a listener fills it
            await asyncio.sleep(0.02)


async def test_more_pokes_than_a_notice_holds_are_told_all_the_same(nodes: tuple[Store, Store]) -> None:
    here, there = nodes
    heard: list[Commit] = []
    there.subscribe(heard.append)
    many = frozenset(f"route:{number}" for number in range(100_000, 102_000))

    def poke(tx: Tx) -> None:
        for each in many:
            tx.poke(each)
        tx.wake(5)

    await here.write(poke)
    await until_heard(heard, many)
    assert min(commit.wake_at for commit in heard if commit.wake_at is not None) == 5
    await here.write(lambda tx: tx.poke("later"))
    await until_heard(heard, frozenset({"later"}))


async def test_a_node_with_a_thousand_sockets_hears_after_an_outage(
    nodes: tuple[Store, Store], postgres_url: str
) -> None:
    """The new connection's number is beyond what select() can wait for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 2048:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    here, there = nodes
    heard: list[Commit] = []
    there.subscribe(heard.append)
    taken: list[int] = []
    with contextlib.ExitStack() as stack:
        stack.callback(_close, taken)
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'openlines two peers'"
            )
        end = time.monotonic() + 0.7
        while time.monotonic() < end:
            while not taken or taken[-1] < 1500:
                taken.append(os.dup(0))
            await asyncio.sleep(0.05)
            taken.append(os.dup(0))
        await asyncio.sleep(1.5)
        await here.write(lambda tx: tx.poke("parse"))
        await until_heard(heard, frozenset({"parse"}))


async def test_the_way_between_nodes_gives_up_a_connection_that_takes_nothing(postgres_url: str) -> None:
    """As the writers do: else the system tries for a quarter of an hour, and the node is deaf."""
    store = await open_store(postgres_url, node="one")
    try:
        found = _user_timeouts(postgres_url)
        assert len(found) >= 4, "writers, readers, the way between nodes"
        assert all(0 < each <= 30_000 for each in found), found
    finally:
        await store.close()


def _user_timeouts(url: str) -> list[int]:
    """Of this process's connections to the server, in milliseconds."""
    port = int(psycopg.conninfo.conninfo_to_dict(url)["port"] or 5432)
    found = []
    for name in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(int(name.name))) as each:
            if each.family == socket.AF_INET and each.getpeername()[1] == port:
                found.append(each.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT))
    return found


def _close(taken: list[int]) -> None:
    for each in taken:
        os.close(each)
