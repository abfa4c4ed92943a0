"""PostgreSQL fails at every statement of a group in turn, and connections are lost at every moment."""

import asyncio
import functools
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

import psycopg
import pytest

from openlines.store import CommitUnknown, ConstraintFailed, Store, StoreUnavailable, Tx, open_store, postgres
from openlines.store.statement import PostgresForm
from openlines.store.wire import Wire
from tests.store.gate import Gate
from tests.store.ledger import Refused, begin_ledger, check, enter, enter_and_raise, entries, refuse
from tests.store.proxy import Proxy

GROUP = 4
STATEMENTS = 4 * GROUP + 9  # more than a group has, with BEGIN, the time, the lock, the events and COMMIT

FAIL = PostgresForm("SELECT fail_as($1::text)", ())
FAIL_AS = """
    CREATE FUNCTION fail_as(state text) RETURNS bigint LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'made to fail' USING ERRCODE = state; END $$
"""


class Plan:
    """Which of the writer's statements fail and how, counted from the moment it is armed."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.failing: Callable[[int, bytes], str | None] = lambda index, sql: None
        self.before_sync: Callable[[], None] | None = None
        self.seen: list[bytes] = []
        self.fired = 0

    def arm(self, how: str, *indexes: int) -> None:
        self.seen, self.fired = [], 0
        self.failing = lambda index, sql: how if index in indexes else None

    def disarm(self) -> None:
        self.failing = lambda index, sql: None

    def kill(self, pid: int) -> None:
        """Ends a server process, and waits until it has gone."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
            while connection.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone():
                time.sleep(0.001)


@pytest.fixture
def plan(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Plan:
    plan = Plan(postgres_url)

    class FaultyWire(Wire):
        def __init__(self, url: str, *, application: str) -> None:
            super().__init__(url, application=application)
            self.writes = "writer" in application

        def queue(self, form: PostgresForm, values: Sequence[Any] = (), then: Any = None) -> None:
            if self.writes and form.sql != b"ROLLBACK":
                plan.seen.append(form.sql)
                how = plan.failing(len(plan.seen) - 1, form.sql)
                if how is not None:
                    plan.fired += 1
                    if how != "kill":
                        super().queue(FAIL, (how,), then)
                        return
                    plan.kill(self.pid)
            super().queue(form, values, then)

        def sync(self) -> None:
            if self.writes and plan.before_sync is not None:
                before, plan.before_sync = plan.before_sync, None
                before()
            super().sync()

    monkeypatch.setattr(postgres, "Wire", FaultyWire)
    return plan


@pytest.fixture
async def store(postgres_url: str, plan: Plan) -> AsyncIterator[Store]:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(FAIL_AS)
    store = await open_store(postgres_url, node="one")
    await store.write(begin_ledger)
    yield store
    plan.disarm()
    await store.close()


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[Proxy]:
    proxy = Proxy(postgres_url)
    yield proxy
    proxy.close()


@pytest.fixture
async def store_behind_proxy(proxy: Proxy, plan: Plan) -> AsyncIterator[Store]:
    store = await open_store(proxy.url, node="one")
    await store.write(begin_ledger)
    yield store
    proxy.refusing = False
    await store.close()


async def group(store: Store, arm: Callable[[], None], *calls: Any) -> list[Any]:
    """What becomes of calls that make one group, with a failure prepared."""
    async with Gate(store):
        futures = [asyncio.ensure_future(store.write(*call)) for call in calls]
        arm()
    return await asyncio.gather(*futures, return_exceptions=True)


@pytest.mark.parametrize("how", ["40001", "40P01", "23505", "53100", "57P01", "kill"])
async def test_one_failure_at_each_statement(store: Store, plan: Plan, how: str) -> None:
    done: set[str] = set()
    touched: set[bytes] = set()
    for index in range(STATEMENTS):
        tokens = [f"{index}.{number}" for number in range(GROUP)]
        results = await group(store, functools.partial(plan.arm, how, index), *((enter, token) for token in tokens))
        if plan.fired:
            touched.add(plan.seen[index].split()[0])
        plan.disarm()
        assert sorted(results) == list(range(len(done) + 1, len(done) + GROUP + 1)), "it fails once, so all succeed"
        done |= set(tokens)
        await check(store, done)
    assert touched == {b"BEGIN", b"SELECT", b"INSERT", b"UPDATE", b"COMMIT"}


async def test_a_deadlock_that_comes_back_is_tried_again_a_few_times(store: Store, plan: Plan) -> None:
    plan.arm("40P01", *range(12, 18), 24, 28, 31)
    results = await asyncio.gather(*(store.write(enter, f"{number}") for number in range(8)))
    assert plan.fired > 3
    plan.disarm()
    assert store.stats().writers[0].retries > 0
    assert sorted(results) == list(range(1, 9))
    await check(store, {f"{number}" for number in range(8)})


async def test_a_failure_that_lasts_is_told_to_all_who_met_it(store: Store, plan: Plan) -> None:
    plan.failing = lambda index, sql: "40001" if sql.startswith(b"UPDATE") else None
    results = await asyncio.gather(*(store.write(enter, f"{number}") for number in range(3)), return_exceptions=True)
    assert all(isinstance(result, StoreUnavailable) and result.sqlstate == "40001" for result in results)
    plan.disarm()
    await check(store, set())
    assert await store.write(enter, "after") == 1


async def test_refusals_and_failures_mixed_at_each_statement(store: Store, plan: Plan) -> None:
    done: set[str] = set()
    for index in range(0, STATEMENTS, 2):
        calls = [(enter, f"{index}.a"), (refuse,), (enter_and_raise, f"{index}.x"), (enter, f"{index}.b")]
        how = "kill" if index % 4 else "40001"
        first, refused, raised, second = await group(store, functools.partial(plan.arm, how, index), *calls)
        plan.disarm()
        assert isinstance(first, int)
        assert isinstance(refused, Refused)
        assert isinstance(raised, Refused)
        assert isinstance(second, int)
        done |= {f"{index}.a", f"{index}.b"}
        await check(store, done)


async def test_a_broken_rule_is_told_to_who_broke_it_though_it_shows_late(store: Store) -> None:
    def again(tx: Tx) -> str:
        enter(tx, "twice")
        return "not known yet"

    await store.write(enter, "twice")
    results = await group(store, lambda: None, (enter, "a"), (again,), (enter, "b"))
    assert [type(result) for result in results] == [int, ConstraintFailed, int]
    await check(store, {"twice", "a", "b"})


async def test_a_connection_that_died_while_idle_costs_nobody_anything(store: Store, plan: Plan) -> None:
    for number in range(3):
        with psycopg.connect(plan.url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name LIKE 'openlines %' AND datname = current_database()"
            )
        await asyncio.sleep(0.05)
        assert await store.write(enter, f"{number}") == number + 1
        assert (await store.read(entries)).counted == number + 1
    await check(store, {"0", "1", "2"})


async def test_the_answer_to_commit_is_lost_and_the_server_asked(store_behind_proxy: Store, proxy: Proxy) -> None:
    def arm() -> None:
        proxy.cut_at = b"COMMIT\0"

    # The gate's own COMMIT is the first to be cut off; a second cut meets that of the group.
    tokens = [f"{number}" for number in range(GROUP)]
    assert sorted(await group(store_behind_proxy, arm, *((enter, token) for token in tokens))) == [1, 2, 3, 4]
    assert proxy.cuts == 1
    proxy.cut_at = b"COMMIT\0"
    assert await store_behind_proxy.write(enter, "alone") == 5
    assert proxy.cuts == 2
    assert store_behind_proxy.stats().writers[0].reruns == 0, "found out, so there was nothing to repeat"
    await check(store_behind_proxy, {*tokens, "alone"})


async def test_the_connection_is_lost_again_while_the_server_is_asked(store_behind_proxy: Store, proxy: Proxy) -> None:
    proxy.cut_at, proxy.then_cut_at = b"COMMIT\0", b"committed"
    assert await store_behind_proxy.write(enter, "once") == 1
    assert proxy.cuts == 2
    await check(store_behind_proxy, {"once"})


async def test_the_connection_is_lost_before_commit_leaves(store_behind_proxy: Store, proxy: Proxy, plan: Plan) -> None:
    plan.before_sync = proxy.cut
    assert await store_behind_proxy.write(enter, "once") == 1
    assert store_behind_proxy.stats().writers[0].reruns == 1
    await check(store_behind_proxy, {"once"})


async def test_nobody_can_say(
    store_behind_proxy: Store, proxy: Proxy, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_RECONNECT_SECONDS", 0.2)
    proxy.cut_at, proxy.then_refuse = b"COMMIT\0", True
    with pytest.raises(CommitUnknown):
        await store_behind_proxy.write(enter, "who knows")
    proxy.cut()  # the other hand's connection too
    with pytest.raises(StoreUnavailable):
        await store_behind_proxy.write(enter, "surely not")
    proxy.refusing = False
    await asyncio.sleep(0.6)
    assert await store_behind_proxy.write(enter, "after") == 2, "it had been carried out"
    await check(store_behind_proxy, {"after"}, {"who knows"})


async def test_a_server_that_comes_back_soon_costs_nobody_his_answer(store_behind_proxy: Store, proxy: Proxy) -> None:
    done: set[str] = set()

    async def caller(name: str) -> None:
        for number in range(20):
            await store_behind_proxy.write(enter, f"{name}.{number}")
            done.add(f"{name}.{number}")

    callers = asyncio.gather(*(caller(f"{number}") for number in range(8)))
    for _ in range(3):
        await asyncio.sleep(0.05)
        proxy.refusing = True
        proxy.cut()
        await asyncio.sleep(0.3)
        proxy.refusing = False
    await callers
    assert len(done) == 160
    await check(store_behind_proxy, done)


async def test_while_the_server_is_away_calls_are_refused_soon(
    store_behind_proxy: Store, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_RECONNECT_SECONDS", 0.2)
    proxy.refusing = True
    proxy.cut()
    started = time.monotonic()
    results = await asyncio.gather(
        *(store_behind_proxy.write(enter, f"{number}") for number in range(100)), return_exceptions=True
    )
    assert all(isinstance(result, StoreUnavailable) for result in results)
    with pytest.raises(StoreUnavailable):
        await store_behind_proxy.read(entries)
    assert time.monotonic() - started < 20
    proxy.refusing = False
    await asyncio.sleep(0.6)
    assert await store_behind_proxy.write(enter, "after") == 1
    await check(store_behind_proxy, {"after"})
