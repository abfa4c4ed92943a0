"""SQLite fails at every statement of a group in turn: nothing acknowledged is lost, half done or done twice."""

import asyncio
import functools
import itertools
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from openlines.store import Store, StoreFull, open_store
from openlines.store.errors import StoreFailed
from tests.store.gate import Gate
from tests.store.ledger import Refused, begin_ledger, check, enter, enter_and_raise, refuse

GROUP = 4
STATEMENTS = 5 * GROUP + 8  # more than a group has, with BEGIN, the first id, the events and COMMIT


def failure(kind: type[sqlite3.Error], code: int, words: str) -> Callable[[], sqlite3.Error]:
    def make() -> sqlite3.Error:
        error = kind(words)
        error.sqlite_errorcode = code
        return error

    return make


FAILURES = {
    "full": failure(sqlite3.OperationalError, sqlite3.SQLITE_FULL, "database or disk is full"),
    "io": failure(sqlite3.OperationalError, sqlite3.SQLITE_IOERR_FSYNC, "disk I/O error"),
    "constraint": failure(sqlite3.IntegrityError, sqlite3.SQLITE_CONSTRAINT_UNIQUE, "UNIQUE constraint failed"),
    "busy": failure(sqlite3.OperationalError, sqlite3.SQLITE_BUSY, "database is locked"),
}


class Plan:
    """Which statements fail, counted from the moment it is armed."""

    def __init__(self) -> None:
        self.fails: Callable[[int, str], bool] = lambda index, sql: False
        self.error: Callable[[], sqlite3.Error] = FAILURES["io"]
        self.rolls_back = False
        self.seen: list[str] = []
        self.fired = 0

    def arm(self, error: str, fails: Callable[[int, str], bool], *, rolls_back: bool = False) -> None:
        self.error, self.fails, self.rolls_back = FAILURES[error], fails, rolls_back
        self.seen, self.fired = [], 0

    def disarm(self) -> None:
        self.fails = lambda index, sql: False


class FaultyCursor(sqlite3.Cursor):
    plan: Plan

    def execute(self, sql: str, parameters: Any = (), /) -> "FaultyCursor":
        plan = self.plan
        plan.seen.append(sql)
        if plan.fails(len(plan.seen) - 1, sql):
            plan.fired += 1
            if plan.rolls_back and self.connection.in_transaction:  # as SQLite does of itself when the disk is full
                super().execute("ROLLBACK")
            raise plan.error()
        return super().execute(sql, parameters)


class FaultyConnection(sqlite3.Connection):
    plan: Plan

    def cursor(self, factory: Any = None) -> Any:
        made = super().cursor(FaultyCursor)
        made.plan = self.plan
        return made


@pytest.fixture
def plan() -> Plan:
    return Plan()


@pytest.fixture
async def store(tmp_path: Path, plan: Plan) -> AsyncIterator[Store]:
    class Connection(FaultyConnection):
        pass

    Connection.plan = plan
    store = await open_store(
        tmp_path / "portal.db", node="one", connect=functools.partial(sqlite3.connect, factory=Connection)
    )
    await store.write(begin_ledger)
    yield store
    plan.disarm()
    await store.close()


@pytest.fixture(params=[False, True], ids=["", "leaving_rows"])
def leaving(request: pytest.FixtureRequest) -> bool:
    """Whether the calls say what they are about, so that the rows which they add are written together."""
    return bool(request.param)


async def group(store: Store, plan: Plan, arm: Callable[[], None], *calls: Any, leaving: bool = False) -> list[Any]:
    """What becomes of calls that make one group, while the plan is armed."""
    async with Gate(store):
        futures = [
            asyncio.ensure_future(store.write(*call, about=number if leaving else None))
            for number, call in enumerate(calls)
        ]
        arm()
    return await asyncio.gather(*futures, return_exceptions=True)


@pytest.mark.parametrize("rolls_back", [False, True])
@pytest.mark.parametrize("error", FAILURES)
async def test_one_failure_at_each_statement(
    store: Store, plan: Plan, error: str, rolls_back: bool, leaving: bool
) -> None:
    done: set[str] = set()
    touched: set[str] = set()
    for index in range(STATEMENTS):
        tokens = [f"{index}.{number}" for number in range(GROUP)]

        def arm(index: int = index) -> None:
            plan.arm(error, lambda at, sql: at == index, rolls_back=rolls_back)

        results = await group(store, plan, arm, *((enter, token) for token in tokens), leaving=leaving)
        if plan.fired:
            touched.add(plan.seen[index].split()[0])
        assert sorted(results) == list(range(len(done) + 1, len(done) + GROUP + 1)), "it fails once, so all succeed"
        done |= set(tokens)
        await check(store, done)
        plan.disarm()
    assert touched == {"BEGIN", "SELECT", "INSERT", "UPDATE", "COMMIT"}


@pytest.mark.parametrize("error", ["full", "io"])
async def test_a_failure_that_lasts_from_each_statement_on(store: Store, plan: Plan, error: str, leaving: bool) -> None:
    done: set[str] = set()
    words = StoreFull if error == "full" else StoreFailed
    for index in range(1, STATEMENTS):
        tokens = [f"{index}.{number}" for number in range(GROUP)]

        def arm(index: int = index) -> None:
            plan.arm(error, lambda at, sql: at >= index and sql != "ROLLBACK")

        results = await group(store, plan, arm, *((enter, token) for token in tokens), leaving=leaving)
        plan.disarm()
        done |= {token for token, result in zip(tokens, results, strict=True) if isinstance(result, int)}
        assert all(isinstance(result, int | words) for result in results)
        if plan.fired and any(isinstance(result, int) for result in results):
            # On a busy machine the calls come in two groups, and the first may be done before the trouble begins.
            assert "COMMIT" in plan.seen[1:index]
        await check(store, done)
        assert isinstance(await store.write(enter, f"{index}.after"), int), "it frees itself when the trouble ends"
        done.add(f"{index}.after")
    await check(store, done)


async def test_a_rollback_that_fails_too(store: Store, plan: Plan) -> None:
    failing = itertools.count()
    results = await group(
        store,
        plan,
        lambda: plan.arm("io", lambda at, sql: sql in {"COMMIT", "ROLLBACK"} and next(failing) in range(1, 4)),
        *((enter, f"{number}") for number in range(GROUP)),
    )
    done = {f"{number}" for number, result in enumerate(results) if isinstance(result, int)}
    assert plan.fired == 3
    await check(store, done)
    assert isinstance(await store.write(enter, "after"), int)
    await check(store, done | {"after"})


async def test_refusals_and_failures_mixed_at_each_statement(store: Store, plan: Plan, leaving: bool) -> None:
    done: set[str] = set()
    for index in range(1, STATEMENTS):

        def arm(index: int = index) -> None:
            plan.arm("io", lambda at, sql: at == index)

        calls = [(enter, f"{index}.a"), (refuse,), (enter_and_raise, f"{index}.x"), (enter, f"{index}.b")]
        first, refused, raised, second = await group(store, plan, arm, *calls, leaving=leaving)
        plan.disarm()
        assert isinstance(refused, Refused | StoreFailed)
        assert isinstance(raised, Refused | StoreFailed)
        done |= {f"{index}.{token}" for token, result in (("a", first), ("b", second)) if isinstance(result, int)}
        await check(store, done)
    assert len(done) > 1.5 * STATEMENTS


async def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """SQLite's own SQLITE_FULL, from a limit on the pages of the file."""
    limits: list[sqlite3.Connection] = []

    def connect(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = sqlite3.connect(*args, **{**kwargs, "check_same_thread": False})
        limits.append(connection)
        return connection

    store = await open_store(tmp_path / "portal.db", node="one", connect=connect)
    await store.write(begin_ledger)
    (pages,) = limits[-1].execute("PRAGMA page_count").fetchone()

    def limit(tx: Any, count: int) -> int:
        (now,) = limits[-1].execute(f"PRAGMA max_page_count = {count}").fetchone()
        return int(now)

    await store.write(limit, pages + 12)
    big = "x" * 3000
    results = await asyncio.gather(*(store.write(enter, f"{n} {big}") for n in range(40)), return_exceptions=True)
    done = {f"{number} {big}" for number, result in enumerate(results) if isinstance(result, int)}
    assert 0 < len(done) < 40
    assert all(isinstance(result, int | StoreFull) for result in results)
    await check(store, done)
    await store.write(limit, pages + 10_000)
    assert isinstance(await store.write(enter, "room again"), int)
    await check(store, done | {"room again"})
    await store.close()
    store = await open_store(tmp_path / "portal.db", node="one")
    await check(store, done | {"room again"})
    await store.close()
