"""How many use cases a second the store carries out, beside a raw loop with the same statements.

    python -m benchmarks.store [sqlite] [postgres] [--callers 64] [--seconds 3] [--rounds 3]

The use case is the shape of a customer's message: read the open conversation with its thread and last
number, insert the message, update the conversation and the thread, one event. `raw` runs the very same
SQL on the driver's own cursor in one thread, as many calls in a commit as there were callers, events in
one statement. PostgreSQL is started for the run, with its care for the data on.
"""

import argparse
import asyncio
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from openlines.store import Reader, Statement, Store, Tx, migrate, open_store, tables
from openlines.store.sqlite import connect_writer

THREADS = 2000
WORDS = "Здравствуйте! Where is my order 12345? " * 2

_C, _T, _M = tables.conversations.c, tables.threads.c, tables.messages.c

_LAST = select(func.max(_M.seq)).where(_M.thread_id == bindparam("thread_id")).scalar_subquery()
OPEN = Statement(
    select(*_C, _T.blocked_at, _T.greeted_at, _T.last_operator_id, _LAST)
    .join_from(tables.conversations, tables.threads, _T.id == _C.thread_id)
    .where(_C.thread_id == bindparam("thread_id"), _C.state != "closed")
)
LAST = Statement(select(_M.seq).where(_M.thread_id == bindparam("thread_id")).order_by(_M.seq.desc()).limit(1))
ADD = Statement(insert(tables.messages))
MOVE = Statement(
    update(tables.conversations)
    .where(_C.id == bindparam("of"), _C.version == bindparam("seen"))
    .values(version=_C.version + 1, unread=_C.unread + 1)
)
SEEN = Statement(update(tables.threads).where(_T.id == bindparam("of")))
COLUMNS = [column.name for column in _C]
ID, VERSION, LINE = (COLUMNS.index(name) for name in ("id", "version", "line_id"))


def say(tx: Tx, thread_id: int, words: str) -> int:
    """A customer's message: two reads, two writes, one event."""
    row = tx.one(OPEN, thread_id=thread_id)
    if row is None:
        raise LookupError(thread_id)
    seq = (row[-1] or 0) + 1
    message_id = tx.new_id(tables.messages)
    tx.run(
        ADD,
        id=message_id,
        thread_id=thread_id,
        conversation_id=row[ID],
        seq=seq,
        author="customer",
        kind="text",
        text=words,
        dedupe=f"d{message_id}",
        at=tx.now,
    )
    tx.run(
        MOVE,
        of=row[ID],
        seen=row[VERSION],
        awaiting="operator",
        customer_at=tx.now,
        last_text=words[:60],
        last_author="customer",
        last_at=tx.now,
    )
    tx.run(SEEN, of=thread_id, read_seq=seq, delivered_seq=seq)
    tx.event("message.added", line_id=row[LINE], conversation_id=row[ID], thread_id=thread_id, message_id=message_id)
    return seq


def look(reader: Reader, thread_id: int) -> Any:
    """A short read, for the time of a trip to a reader."""
    return reader.one(LAST, thread_id=thread_id)


def furnish(tx: Tx) -> None:
    """One line with one channel."""
    at = tx.now
    tx.run(Statement(insert(tables.lines)), id=1, name="Sales", settings="{}", created_at=at)
    channel = {"id": 1, "line_id": 1, "kind": "website", "name": "Site", "key": "k", "created_at": at}
    tx.run(Statement(insert(tables.channels)), **channel)


def add_threads(tx: Tx, first: int, last: int) -> None:
    """Customers, each with a thread and an open conversation, all of one id."""
    numbers, at = range(first, last), tx.now
    tx.run_many(CUSTOMERS, [{"id": n, "created_at": at} for n in numbers])
    tx.run_many(
        THREAD, [{"id": n, "channel_id": 1, "customer_id": n, "external_id": str(n), "created_at": at} for n in numbers]
    )
    tx.run_many(
        CONVERSATION,
        [
            {
                "id": n,
                "thread_id": n,
                "channel_id": 1,
                "customer_id": n,
                "line_id": 1,
                "state": "active",
                "opened_at": at,
            }
            for n in numbers
        ],
    )


CUSTOMERS, THREAD, CONVERSATION = (
    Statement(insert(table)) for table in (tables.customers, tables.threads, tables.conversations)
)


async def fill(store: Store) -> None:
    await store.write(furnish)
    for first in range(1, THREADS + 1, 100):
        await store.write(add_threads, first, first + 100)


async def drive(store: Store, callers: int, seconds: float) -> tuple[float, list[float]]:
    """Calls a second, and how long each took."""
    end = time.perf_counter() + seconds
    took: list[float] = []

    async def caller(number: int) -> None:
        random_thread = random.Random(number)
        while (started := time.perf_counter()) < end:
            thread_id = random_thread.randrange(1, THREADS + 1)
            await store.write(say, thread_id, WORDS, lane=thread_id)
            took.append(time.perf_counter() - started)

    started = time.perf_counter()
    await asyncio.gather(*(caller(number) for number in range(callers)))
    return len(took) / (time.perf_counter() - started), took


async def measure(
    url: str | Path, rounds: int, seconds: float, callers: int, writers: int
) -> tuple[list[float], list[float]]:
    store = await open_store(url, node="bench", writers=writers)
    rates, took = [], []
    try:
        await fill(store)
        await drive(store, callers, 0.5)
        for _ in range(rounds):
            rate, times = await drive(store, callers, seconds)
            rates.append(rate)
            took += times
        trips = []
        for number in range(500):
            started = time.perf_counter()
            await store.read(look, number + 1)
            trips.append(time.perf_counter() - started)
        print(f"    a read there and back: {statistics.median(trips) * 1e6:.0f} µs")
    finally:
        await store.close()
    return rates, took


def raw_sqlite(path: Path, seconds: float, batch: int) -> float:
    """The same SQL in a loop, `batch` calls in a commit."""
    connection = connect_writer(path)
    cursor = connection.cursor()
    sql = {
        "open": OPEN.for_sqlite(("thread_id",)).sql,
        "add": next(iter(ADD.sqlite.values())).sql,
        "seen": next(iter(SEEN.sqlite.values())).sql,
        "move": next(iter(MOVE.sqlite.values())).sql,
    }
    holes = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?)"] * batch)
    add_events = (
        "INSERT INTO events (id, at, kind, line_id, conversation_id, thread_id, message_id, user_id, data)"
        f" VALUES {holes}"
    )
    (message_id,) = cursor.execute("SELECT max(id) FROM messages").fetchone()
    (event_id,) = cursor.execute("SELECT max(id) FROM events").fetchone()
    choose, done = random.Random(7), 0
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        cursor.execute("BEGIN IMMEDIATE")
        events: list[Any] = []
        for _ in range(batch):
            thread_id = choose.randrange(1, THREADS + 1)
            row = cursor.execute(sql["open"], (thread_id,)).fetchone()
            message_id, event_id = message_id + 1, event_id + 1
            seq = (row[-1] or 0) + 1
            cursor.execute(
                sql["add"],
                (message_id, thread_id, row[ID], seq, "customer", "text", WORDS, f"d{message_id}", event_id),
            )
            cursor.execute(sql["move"], (row[ID], row[VERSION], "operator", event_id, WORDS[:60], "customer", event_id))
            cursor.execute(sql["seen"], (thread_id, seq, seq))
            events += (event_id, event_id, "message.added", row[LINE], row[ID], thread_id, message_id, None, None)
        cursor.execute(add_events, events)
        cursor.execute("COMMIT")
        done += batch
    connection.close()
    return done / (time.perf_counter() - started)


def report(name: str, rates: list[float], took: list[float], raw: float | None) -> None:
    took.sort()
    rate = statistics.median(rates)
    line = f"{name:<12}{rate:>8.0f} calls/s ({min(rates):.0f}–{max(rates):.0f})"
    line += f"   p50 {took[len(took) // 2] * 1e3:.2f} ms  p99 {took[len(took) * 99 // 100] * 1e3:.2f} ms"
    if raw is not None:
        line += f"   raw {raw:.0f}/s, ratio {rate / raw:.2f}"
    print(line, flush=True)


def bench_sqlite(options: argparse.Namespace, run: Callable[..., Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "portal.db"
        rates, took = run(measure(path, options.rounds, options.seconds, options.callers, 1))
        raw = statistics.median(raw_sqlite(path, options.seconds, options.callers) for _ in range(options.rounds))
        report("sqlite", rates, took, raw)


def bench_postgres(options: argparse.Namespace, run: Callable[..., Any]) -> None:
    from tests.support_servers.postgres import PostgresServer, find_postgres

    binaries = find_postgres()
    if binaries is None:
        raise SystemExit("there is no PostgreSQL here")
    server = PostgresServer(binaries, durable=True)
    try:
        for writers in options.writers:
            url = server.create()
            migrate(url)
            rates, took = run(measure(url, options.rounds, options.seconds, options.callers, writers))
            report(f"postgres ×{writers}", rates, took, None)
            server.drop(url)
    finally:
        server.stop()


def main() -> None:
    import uvloop

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("engines", nargs="*", metavar="engine", help="sqlite, postgres; both when none is named")
    parser.add_argument("--callers", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--writers", type=int, nargs="+", default=[1, 2], help="connections to PostgreSQL")
    options = parser.parse_args()
    print(f"SQLite {sqlite3.sqlite_version}, {options.callers} callers, {options.rounds} × {options.seconds:g} s")
    for engine in options.engines or ("sqlite", "postgres"):
        (bench_sqlite if engine == "sqlite" else bench_postgres)(options, uvloop.run)


if __name__ == "__main__":
    main()
