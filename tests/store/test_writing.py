"""Writing: groups, refusals, reruns, what others are told. On both engines."""

import asyncio
import contextlib
import gc
import threading
import time
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, func, insert, select, update

from openlines.store import (
    Commit,
    ConstraintFailed,
    Reader,
    Statement,
    Store,
    StoreBusy,
    StoreClosed,
    StoreError,
    Tx,
    tables,
    writer,
)
from openlines.store.errors import Contention
from openlines.store.events import Event, last_event_id, oldest_event_id, read_events, trim_events
from openlines.store.writer import ATTEMPTS, GROUP_CALLS
from openlines.support.clock import SettableClock
from tests.store.conftest import OpenStore
from tests.store.gate import Gate
from tests.store.ledger import ADD, Entries, Refused, begin_ledger, check, enter, enter_and_raise, entries, refuse

_C = tables.customers.c
REMOVE = Statement(delete(tables.customers).where(_C.id == bindparam("id")))
NAME = Statement(select(_C.name).where(_C.id == bindparam("id")))


def add(tx: Tx, name: str) -> int:
    number = tx.new_id(tables.customers)
    tx.run(ADD, id=number, name=name, created_at=tx.now)
    return number


def name_of(reader: Reader, number: int) -> Any:
    row = reader.one(NAME, id=number)
    return row and row[0]


async def gather(*calls: Any) -> list[Any]:
    return await asyncio.gather(*calls, return_exceptions=True)


async def test_what_was_answered_is_read(store: Store) -> None:
    for number in range(30):
        added = await store.write(add, f"n{number}")
        assert await store.read(name_of, added) == f"n{number}"


async def test_a_use_case_gets_its_arguments_and_its_answer_comes_back(store: Store) -> None:
    def sum_up(tx: Tx, first: int, *, second: int) -> int:
        return first + second

    assert await store.write(sum_up, 2, second=3) == 5
    assert await store.write(sum_up, 2, second=3, lane=7) == 5


async def test_calls_that_wait_share_one_commit(store: Store) -> None:
    await store.write(begin_ledger)
    before = store.stats().writers[0]
    async with Gate(store):
        calls = [asyncio.ensure_future(store.write(enter, f"t{number}")) for number in range(40)]
    numbers = await asyncio.gather(*calls)
    after = store.stats().writers[0]
    assert numbers == list(range(1, 41)), "one after another, in the order in which they came"
    assert after.groups - before.groups < 25
    assert after.calls - before.calls == 41
    assert after.waiting == 0
    await check(store, {f"t{number}" for number in range(40)})


async def test_a_group_ends_at_its_limit(store: Store) -> None:
    sizes: list[int] = []
    seen: dict[int, int] = {}

    def count(tx: Tx) -> None:
        seen[id(tx)] = seen.get(id(tx), 0) + 1
        sizes.append(seen[id(tx)])
        held.append(tx)

    held: list[Tx] = []
    async with Gate(store):
        calls = [asyncio.ensure_future(store.write(count)) for _ in range(3 * GROUP_CALLS)]
    await asyncio.gather(*calls)
    assert 1 < max(sizes) <= GROUP_CALLS


async def test_a_refusal_before_the_first_write_spoils_nobody_elses_call(store: Store) -> None:
    await store.write(begin_ledger)
    heard: list[Commit] = []
    store.subscribe(heard.append)
    async with Gate(store):
        results = asyncio.ensure_future(gather(store.write(enter, "a"), store.write(refuse), store.write(enter, "b")))
    first, refused, second = await results
    assert (first, second) == (1, 2)
    assert isinstance(refused, Refused)
    assert store.stats().writers[0].reruns == 0
    assert "refused" not in {poke for commit in heard for poke in commit.pokes}, "what it asked for is forgotten"
    assert all(commit.wake_at is None for commit in heard)
    await check(store, {"a", "b"})


async def test_a_call_that_raises_after_a_write_is_undone_and_the_others_run_again(store: Store) -> None:
    await store.write(begin_ledger)
    async with Gate(store):
        results = asyncio.ensure_future(
            gather(store.write(enter, "a"), store.write(enter_and_raise, "x"), store.write(enter, "b"))
        )
    first, refused, second = await results
    assert {first, second} == {1, 2}
    assert isinstance(refused, Refused)
    assert store.stats().writers[0].reruns == 1
    await check(store, {"a", "b"})


async def test_alone_in_its_group_it_is_undone_too(store: Store) -> None:
    await store.write(begin_ledger)
    with pytest.raises(Refused):
        await store.write(enter_and_raise, "x")
    await check(store, set())


async def test_a_broken_rule_of_the_schema_is_told_to_who_broke_it(store: Store) -> None:
    def twice(tx: Tx) -> None:
        tx.run(ADD, id=1, created_at=tx.now)

    await store.write(begin_ledger)
    async with Gate(store):
        results = asyncio.ensure_future(gather(store.write(enter, "a"), store.write(twice), store.write(enter, "b")))
    first, broken, second = await results
    assert {first, second} == {1, 2}
    assert isinstance(broken, ConstraintFailed)
    await check(store, {"a", "b"})


async def test_a_failed_statement_cannot_be_swallowed(store: Store) -> None:
    def swallow(tx: Tx) -> str:
        number = tx.new_id(tables.customers)
        tx.run(ADD, id=number, name="half", created_at=tx.now)
        with contextlib.suppress(StoreError):
            tx.changed(ADD, id=number, created_at=tx.now)
        return "all is well"

    await store.write(begin_ledger)
    with pytest.raises(ConstraintFailed):
        await store.write(swallow)
    await check(store, set())


GUARDED = Statement(
    update(tables.customers).where(_C.id == bindparam("of"), _C.version == bindparam("seen")).values(version=9)
)


async def test_a_guard_that_misses_spoils_the_group_and_the_second_run_finds_what_is_true(store: Store) -> None:
    seen: list[int] = []

    def guarded(tx: Tx) -> int:
        # The first run believes what was true a while ago; the second looks.
        version = 77 if not seen else 1
        seen.append(version)
        enter(tx, "guarded")
        tx.run(ADD, id=99, name="", created_at=0)
        tx.expect(GUARDED, of=99, seen=version)
        tx.run(REMOVE, id=99)
        return version

    await store.write(begin_ledger)
    async with Gate(store):
        results = asyncio.ensure_future(gather(store.write(enter, "a"), store.write(guarded), store.write(enter, "b")))
    assert sorted(await results) == [1, 1, 3]
    assert seen == [77, 1]
    await check(store, {"a", "guarded", "b"})


async def test_a_guard_that_keeps_missing_is_told(store: Store) -> None:
    def guarded(tx: Tx) -> None:
        enter(tx, "never")
        tx.expect(GUARDED, of=1, seen=77)

    await store.write(begin_ledger)
    with pytest.raises(Contention):
        await store.write(guarded)
    assert store.stats().writers[0].retries == ATTEMPTS - 1
    await check(store, set())


async def test_a_mistake_in_the_program_is_an_error_and_no_more(store: Store) -> None:
    wrong = Statement(select(_C.name).where(_C.id == bindparam("id")))

    def mistake(tx: Tx) -> None:
        tx.one(wrong, name="?")

    with pytest.raises(TypeError, match=r"missing parameters \['id'\], unknown parameters \['name'\]"):
        await store.write(mistake)
    with pytest.raises(ZeroDivisionError):
        await store.write(lambda tx: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        await store.read(lambda reader: 1 // 0)
    assert await store.write(add, "and on it goes") == 1


async def test_ids_are_new_even_after_a_rollback_and_a_restart(open_again: OpenStore) -> None:
    def add_and_raise(tx: Tx) -> None:
        add(tx, "never")
        raise Refused

    store = await open_again()
    numbers = [await store.write(add, "a")]
    with pytest.raises(Refused):
        await store.write(add_and_raise)
    numbers += await asyncio.gather(*(store.write(add, "b") for _ in range(200)))
    await store.close()
    store = await open_again()
    numbers.append(await store.write(add, "c"))
    assert numbers == sorted(set(numbers))
    assert numbers[0] == 1


async def test_an_id_whose_row_was_removed_is_not_given_again(open_again: OpenStore) -> None:
    """Others remember it: an earlier state of a line, a notice, whoever was told of it."""
    store = await open_again()
    first, second = [await store.write(add, name) for name in ("a", "b")]
    await store.close()
    store = await open_again()
    await store.write(lambda tx: tx.run(REMOVE, id=second))
    await store.close()
    store = await open_again()
    third = await store.write(add, "c")
    assert first < second < third
    await store.write(lambda tx: (tx.run(REMOVE, id=third), tx.run(REMOVE, id=first)))
    assert await store.write(add, "d") > third
    await store.close()
    store = await open_again()
    assert await store.write(add, "e") > third + 1


async def test_reads_and_writes_of_a_call_see_its_own_earlier_writes(store: Store) -> None:
    def look_back(tx: Tx) -> tuple[Any, ...]:
        number = add(tx, "mine")
        seen = tx.one(NAME, id=number)
        gone = tx.changed(Statement(delete(tables.customers).where(_C.id == bindparam("id"))), id=number)
        return seen, gone, tx.one(NAME, id=number), tx.all(NAME, id=number)

    assert await store.write(look_back) == (("mine",), 1, None, [])


async def test_others_are_told_after_the_commit_and_once_for_a_group(store: Store) -> None:
    heard: list[tuple[Commit, threading.Thread, int]] = []

    def listen(commit: Commit) -> None:
        heard.append((commit, threading.current_thread(), len(heard)))

    def work(tx: Tx, at: int, poke: str) -> None:
        tx.wake(at)
        tx.poke(poke)
        tx.event("worked", data={"at": at})

    store.subscribe(listen)
    await store.write(add, "nobody cares")
    assert heard == []
    async with Gate(store):
        calls = [asyncio.ensure_future(store.write(work, at, poke)) for at, poke in [(50, "a"), (30, "b"), (40, "a")]]
    await asyncio.gather(*calls)
    total = Commit()
    for commit, thread, _ in heard:
        assert thread is threading.current_thread()
        total |= commit
    assert total == Commit(True, 30, frozenset({"a", "b"}))


async def test_a_listener_that_fails_harms_nobody(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Commit] = []

    def fail(commit: Commit) -> None:
        raise ZeroDivisionError

    store.subscribe(fail)
    store.subscribe(heard.append)
    await store.write(lambda tx: tx.poke("a"))
    await asyncio.sleep(0)
    assert heard == [Commit(False, None, frozenset({"a"}))]
    assert "a listener of the store failed" in caplog.text


async def test_a_mistake_in_the_engine_leaves_nobody_waiting(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await store.write(begin_ledger)
    monkeypatch.setattr(writer.Writer, "_again", None)
    async with Gate(store):
        calls = [asyncio.ensure_future(store.write(enter_and_raise, f"{number}")) for number in range(100)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(result, StoreError) for result in results)
    with pytest.raises(StoreClosed):
        await store.write(add, "late")
    assert "the store's writer has failed" in caplog.text


async def test_the_queue_is_bounded(open_again: OpenStore) -> None:
    store = await open_again(queue=5)
    async with Gate(store):
        calls = [asyncio.ensure_future(store.write(add, "x")) for _ in range(4)]
        await asyncio.sleep(0)
        with pytest.raises(StoreBusy) as busy:
            await store.write(add, "too many")
        assert busy.value.retry_after > 0
    assert len(await asyncio.gather(*calls)) == 4
    assert await store.write(add, "there is room again") == 5


async def test_the_queue_of_reads_is_bounded(open_again: OpenStore) -> None:
    store = await open_again(queue=3, readers=1)
    go_on = threading.Event()
    calls = [asyncio.ensure_future(store.read(lambda reader: go_on.wait(10))) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(StoreBusy):
        await store.read(name_of, 1)
    go_on.set()
    assert await asyncio.gather(*calls) == [True] * 3


async def test_closing_carries_out_what_waits_and_refuses_what_comes(store: Store, open_again: OpenStore) -> None:
    await store.write(begin_ledger)
    async with Gate(store):
        calls = [asyncio.ensure_future(store.write(enter, f"t{number}")) for number in range(200)]
        await asyncio.sleep(0)
        closing = asyncio.ensure_future(store.close())
        await asyncio.sleep(0)
        with pytest.raises(StoreClosed):
            await store.write(enter, "late")
    await asyncio.gather(*calls, closing)
    with pytest.raises(StoreClosed):
        await store.read(entries)
    await store.close()
    await check(await open_again(), {f"t{number}" for number in range(200)})


async def test_a_caller_who_goes_away_disturbs_nobody(store: Store) -> None:
    await store.write(begin_ledger)
    async with Gate(store):
        leaving = asyncio.ensure_future(store.write(enter, "gone"))
        staying = asyncio.ensure_future(store.write(enter, "stays"))
        await asyncio.sleep(0)
        leaving.cancel()
    assert await staying in {1, 2}
    with pytest.raises(asyncio.CancelledError):
        await leaving
    await check(store, {"stays"}, {"gone"})


@pytest.mark.alone
async def test_the_loop_is_free_while_the_store_works(store: Store) -> None:
    """Even while a server thinks: libpq's own waiting would stop every thread of the process."""
    server_sleeps = Statement(select(func.pg_sleep(0.8)))

    def slow(reader: Reader) -> None:
        if store.dialect == "postgresql":
            reader.one(server_sleeps)
        else:
            time.sleep(0.8)

    longest, last = 0.0, time.perf_counter()
    working = [asyncio.ensure_future(store.write(slow)), asyncio.ensure_future(store.read(slow))]
    while not all(call.done() for call in working):
        await asyncio.sleep(0.001)
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
    await asyncio.gather(*working)
    assert longest < 0.5


async def test_the_time_can_be_given(open_again: OpenStore) -> None:
    clock = SettableClock(1_000)
    store = await open_again(clock=clock)
    assert store.clock is clock
    assert await store.write(lambda tx: tx.now) == 1_000
    clock.advance(1)
    assert await store.write(lambda tx: tx.now) == await store.read(lambda reader: reader.now) == 1_001_000
    await store.write(lambda tx: tx.event("timed"))
    assert (await store.read(read_events, 0, 1))[0].at == 1_001_000


async def test_the_time_is_that_of_the_transaction(store: Store) -> None:
    before = time.time_ns() // 1000  # noqa: TID251 - the clock under test is compared with the machine's
    first, second = await store.write(lambda tx: (tx.now, tx.now))
    later = await store.write(lambda tx: tx.now)
    assert first == second
    assert before - 5_000 <= first < later < before + 60_000_000
    looked, again = await store.read(lambda reader: (reader.now, reader.now))
    assert looked == again
    assert abs(looked - later) < 60_000_000
    assert abs(store.clock.now() - later) < 60_000_000
    assert store.clock.jumped_at is None


async def test_events_are_numbered_in_the_order_of_commits_and_read_from_a_cursor(store: Store) -> None:
    def happen(tx: Tx, number: int) -> None:
        for part in range(3):
            tx.event("happened", line_id=number, data={"part": part, "слово": "да"})

    assert await store.read(last_event_id) == await store.read(oldest_event_id) == 0
    await asyncio.gather(*(store.write(happen, number) for number in range(50)))
    events = await store.read(read_events, 0, 1000)
    assert [event.id for event in events] == sorted({event.id for event in events})
    assert [(event.line_id, event.data) for event in events] == [
        (number, {"part": part, "слово": "да"}) for number in range(50) for part in range(3)
    ]
    assert await store.read(read_events, events[9].id, 5) == events[10:15]
    assert await store.read(last_event_id) == events[-1].id
    assert isinstance(events[0], Event)
    assert events[0].message_id is None


async def test_the_log_is_cut_from_behind_and_goes_on_after_a_restart(open_again: OpenStore) -> None:
    store = await open_again()
    await asyncio.gather(*(store.write(lambda tx: tx.event("e")) for _ in range(30)))
    ids = [event.id for event in await store.read(read_events, 0, 100)]
    assert await store.write(trim_events, ids[10]) == 10
    assert await store.read(oldest_event_id) == ids[10]
    assert await store.write(trim_events, ids[-1] + 100, 5) == 5
    assert await store.write(trim_events, ids[-1] + 100) == 14, "the newest stays"
    assert await store.write(trim_events, ids[-1] + 100) == 0
    assert await store.read(last_event_id) == ids[-1]
    await store.close()
    store = await open_again()
    await store.write(lambda tx: tx.event("e"))
    assert await store.read(last_event_id) > ids[-1]


async def test_many_rows_at_once(store: Store) -> None:
    def add_rows(tx: Tx, count: int) -> int:
        tx.run_many(ADD, [{"id": number, "name": f"n{number}", "created_at": 1} for number in range(1, count + 1)])
        return len(tx.all(Statement(select(_C.id))))

    def add_and_raise(tx: Tx, count: int) -> None:
        assert add_rows(tx, count) == count
        raise Refused

    for count in (0, 1, 2, 63, 64, 65, 300):
        with pytest.raises(Refused):
            await store.write(add_and_raise, count)
    assert await store.write(add_rows, 100) == 100
    with pytest.raises(TypeError, match="same columns in the same order"):
        await store.write(lambda tx: tx.run_many(ADD, [{"id": 1, "name": ""}, {"name": "", "id": 2}]))


async def test_a_read_sees_one_state_of_the_database(store: Store) -> None:
    await store.write(begin_ledger)
    looked, go_on = threading.Event(), threading.Event()

    def look_twice(reader: Reader) -> tuple[Entries, Entries]:
        first = entries(reader)
        looked.set()
        go_on.wait(10)
        return first, entries(reader)

    reading = asyncio.ensure_future(store.read(look_twice))
    await asyncio.to_thread(looked.wait, 10)
    await store.write(enter, "meanwhile")
    go_on.set()
    first, second = await reading
    assert first == second
    assert first.names == []
    await check(store, {"meanwhile"})


async def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError):
        await store.read(lambda reader: reader.all(Statement(insert(tables.customers)), id=1, created_at=1))
    assert await store.read(name_of, 1) is None


async def test_errors_leave_no_garbage_in_circles(store: Store) -> None:
    def refused() -> int:
        return sum(1 for thing in gc.get_objects() if isinstance(thing, Refused))

    gc.collect()
    gc.disable()
    try:
        for _ in range(20):
            with pytest.raises(Refused):
                await store.write(refuse)
        await asyncio.sleep(0)
        left = refused()
    finally:
        gc.enable()
    assert left < 5
