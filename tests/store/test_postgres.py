"""What is PostgreSQL's own: several writers and nodes, the order of the log, pokes between nodes."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable

import psycopg
import pytest
from sqlalchemy import bindparam, func, insert, select, update

from openlines.store import Commit, ServerTooOld, Statement, Store, StoreUnavailable, Tx, migrate, open_store, tables
from openlines.store.events import Event, last_event_id, read_events
from openlines.store.wire import refuse_old
from tests.store.ledger import ADD, Refused

_C = tables.customers.c

RENAME = Statement(update(tables.customers).where(_C.id == bindparam("of")).values(version=_C.version + 1))
VERSIONS = Statement(select(_C.version).order_by(_C.id))


def test_a_server_older_than_what_is_tested_is_refused_in_words() -> None:
    refuse_old(150_000)
    with pytest.raises(ServerTooOld, match="PostgreSQL 15 or newer is needed, and this is 14"):
        refuse_old(140_019)


async def test_neither_opened_nor_migrated(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openlines.store.wire.OLDEST_SERVER", 99)
    with pytest.raises(ServerTooOld):
        migrate(postgres_url)
    with pytest.raises(ServerTooOld):
        await open_store(postgres_url, node="one")


@pytest.fixture
async def nodes(postgres_url: str) -> AsyncIterator[tuple[Store, Store]]:
    """Two nodes of one portal, each with two writers."""
    first = await open_store(postgres_url, node="one", writers=2)
    second = await open_store(postgres_url, node="two", writers=2)
    yield first, second
    await first.close()
    await second.close()


async def until(true: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came true"
        await asyncio.sleep(0.005)


def happen(tx: Tx, token: str, pause: float, fails: bool) -> None:
    tx.run(ADD, id=tx.new_id(tables.customers), name=token, created_at=tx.now)
    tx.event("happened", data={"token": token})
    time.sleep(pause)
    tx.event("happened again", data={"token": token})
    if fails:
        raise Refused


async def test_a_reader_with_a_cursor_misses_nothing_of_four_writers(
    nodes: tuple[Store, Store], postgres_url: str
) -> None:
    """Writers pause in the middle and roll back; a reader that only knows the last id it saw sees it all, in order."""
    chance = random.Random(5)
    reader = await open_store(postgres_url, node="reader")
    seen: list[Event] = []
    writing = True

    async def follow() -> None:
        cursor = 0
        while writing or await reader.read(last_event_id) > cursor:
            events = await reader.read(read_events, cursor, 50)
            seen.extend(events)
            cursor = events[-1].id if events else cursor
            await asyncio.sleep(0)

    async def caller(name: int) -> set[str]:
        done = set()
        for number in range(40):
            token, pause, fails = f"{name}.{number}", chance.choice([0, 0, 0, 0.002, 0.01]), chance.random() < 0.05
            try:
                await nodes[name % 2].write(happen, token, pause, fails, lane=name // 2)
                done.add(token)
            except Refused:
                pass
        return done

    following = asyncio.ensure_future(follow())
    done = set().union(*await asyncio.gather(*(caller(name) for name in range(16))))
    writing = False
    await following
    everything = await reader.read(read_events, 0, 100_000)
    await reader.close()
    assert seen == everything, "what a reader saw on its way is what is there in the end"
    assert [event.id for event in seen] == sorted({event.id for event in seen})
    assert sorted(event.data["token"] for event in seen if event.data) == sorted([*done, *done])
    assert 500 < len(done) < 640


async def test_each_lane_keeps_its_order_and_lanes_do_not_wait_for_each_other(nodes: tuple[Store, Store]) -> None:
    store, _ = nodes
    order: list[str] = []

    def slow(tx: Tx) -> None:
        time.sleep(0.5)
        order.append("slow")

    def quick(tx: Tx, name: str) -> None:
        order.append(name)

    calls = [
        store.write(slow, lane=2),
        store.write(quick, "after", lane=4),
        store.write(quick, "beside", lane=3),
        store.write(quick, "beside too", lane=5),
    ]
    await asyncio.gather(*calls)
    assert order == ["beside", "beside too", "slow", "after"]


async def test_deadlocks_are_sorted_out(postgres_url: str) -> None:
    """Rows locked in opposite orders: PostgreSQL ends one of the two, which is then carried out again."""

    def add(tx: Tx) -> None:
        tx.run_many(ADD, [{"id": number, "created_at": 0} for number in (1, 2)])

    def both(tx: Tx, first: int, second: int) -> None:
        tx.changed(RENAME, of=first)
        time.sleep(0.02)
        tx.changed(RENAME, of=second)

    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {connection.info.dbname} SET deadlock_timeout = '20ms'".encode())
    store = await open_store(postgres_url, node="one", writers=2)
    try:
        await store.write(add)
        await asyncio.gather(*(store.write(both, 1 + n % 2, 2 - n % 2, lane=n) for n in range(16)))
        assert await store.read(lambda reader: reader.all(VERSIONS)) == [(17,), (17,)]
        assert sum(writer.reruns for writer in store.stats().writers) > 0, "there was a deadlock"
    finally:
        await store.close()


async def test_ids_of_two_nodes_never_meet(nodes: tuple[Store, Store]) -> None:
    def add(tx: Tx) -> int:
        number = tx.new_id(tables.customers)
        tx.run(ADD, id=number, created_at=0)
        return number

    calls = [nodes[number % 2].write(add, lane=number // 2) for number in range(600)]
    numbers = await asyncio.gather(*calls)
    assert len(set(numbers)) == 600


async def test_other_nodes_are_told(nodes: tuple[Store, Store]) -> None:
    here, there = nodes
    heard_here: list[Commit] = []
    heard_there: list[Commit] = []
    here.subscribe(heard_here.append)
    there.subscribe(heard_there.append)

    def work(tx: Tx) -> None:
        tx.event("worked")
        tx.wake(77)
        tx.poke("deliver")

    await here.write(work)
    await until(lambda: bool(heard_there))
    assert heard_here == heard_there == [Commit(True, 77, frozenset({"deliver"}))]
    assert len(await there.read(read_events, 0, 10)) == 1, "who is told finds it there"

    await asyncio.gather(*(here.write(work) for _ in range(500)))
    await until(lambda: len(heard_there) > 1)
    await asyncio.sleep(0.2)
    assert len(heard_there) <= len(heard_here) <= 502, "coalesced, and never one's own"


async def test_after_an_outage_whatever_may_have_been_missed_is_said(
    nodes: tuple[Store, Store], postgres_url: str
) -> None:
    here, there = nodes
    heard: list[Commit] = []
    await here.write(lambda tx: tx.poke("deliver"))
    there.subscribe(heard.append)
    await until(lambda: bool(heard))
    heard.clear()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'openlines two peers'"
        )
    await until(lambda: bool(heard))
    assert heard[0] == Commit(True, 0, frozenset({"deliver"}))
    heard.clear()
    await here.write(lambda tx: tx.poke("parse"))
    await until(lambda: Commit(False, None, frozenset({"parse"})) in heard)


async def test_a_stranger_on_the_channel_harms_nobody(nodes: tuple[Store, Store], postgres_url: str) -> None:
    heard: list[Commit] = []
    nodes[1].subscribe(heard.append)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("SELECT pg_notify('openlines', 'hello')")
    await nodes[0].write(lambda tx: tx.poke("parse"))
    await until(lambda: bool(heard))
    assert heard == [Commit(False, None, frozenset({"parse"}))]


async def test_acknowledged_means_on_disk_and_nobody_is_held_up_for_ever(postgres_url: str) -> None:
    """Whatever the database's own settings say."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {connection.info.dbname} SET synchronous_commit = off".encode())
    names = ("synchronous_commit", "idle_in_transaction_session_timeout", "lock_timeout", "jit")
    ask = Statement(select(*(func.current_setting(name) for name in names)))
    store = await open_store(postgres_url, node="one")
    try:
        assert await store.write(lambda tx: tx.one(ask)) == ("on", "15s", "10s", "off")
    finally:
        await store.close()


async def test_a_server_that_is_not_there_is_told_in_words(postgres_url: str) -> None:
    with pytest.raises(StoreUnavailable, match="PostgreSQL cannot be reached"):
        await open_store("postgresql://openlines@127.0.0.1:18149/nothing", node="one")


async def test_a_long_batch_of_writes_goes_out_while_the_server_answers(postgres_url: str) -> None:
    """Megabytes queued in both directions: neither side may wait for the other."""
    words = "x" * 50_000
    add = Statement(insert(tables.customers).returning(_C.name))

    def much(tx: Tx) -> int:
        for number in range(1, 201):
            tx.run(add, id=number, name=words, created_at=0)
        return len(tx.all(VERSIONS))

    store = await open_store(postgres_url, node="one")
    try:
        assert await store.write(much) == 200
    finally:
        await store.close()
