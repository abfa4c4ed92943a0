"""The PostgreSQL engine: writers and readers on pipelined connections, any number of nodes.

The events of a group are inserted in its last trip, under one lock that is held until the commit, with numbers
taken under that lock: their order is the order of commits, and a reader with an id for a cursor misses none.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import psycopg
from sqlalchemy import Table, insert, literal_column

from openlines.store import schema, tables
from openlines.store.abreast import side_by_side
from openlines.store.calls import Call, Spoiled, carry_out
from openlines.store.errors import (
    CommitUnknown,
    ConnectionLost,
    Contention,
    SchemaBehind,
    StoreError,
    StoreUnavailable,
)
from openlines.store.id_blocks import Ids
from openlines.store.listen import PostgresPeers
from openlines.store.statement import PostgresForm, Statement
from openlines.store.store import Store, off_loop
from openlines.store.tx import FACT, Reader, Row, Tx
from openlines.store.wire import Then, Wire
from openlines.store.writer import GROUP_CALLS
from openlines.support.clock import Clock, FollowingClock

_RECONNECT_SECONDS: Final = 5.0
_RESOLVE_SECONDS: Final = 5.0
_AWAY_SECONDS: Final = 0.5  # for which a server that was not there is not asked again
_HANDS: Final = 2  # while one group is committed, the next is carried out
_MOST_BLOCKS: Final = 10  # of ids, that one row may wait for
_EVENT_LOCK: Final = 0x6F70656E6C696E65  # "openline"

_MICROSECONDS: Final = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
_BEGIN: Final = PostgresForm("BEGIN", ())
_BEGIN_READING: Final = PostgresForm("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", ())
_NOW: Final = PostgresForm(f"SELECT {_MICROSECONDS}", ())
_START: Final = PostgresForm("SELECT (extract(epoch FROM transaction_timestamp()) * 1000000)::bigint", ())
_NOW_AND_XID: Final = PostgresForm(f"SELECT {_MICROSECONDS}, pg_current_xact_id()::text", ())
_LOCK_EVENTS: Final = PostgresForm(f"SELECT pg_advisory_xact_lock({_EVENT_LOCK})", ())
_COMMIT: Final = PostgresForm("COMMIT", ())
_ROLLBACK: Final = PostgresForm("ROLLBACK", ())
# The timeline changes when another server is promoted: its transaction numbers are not ours.
_TIMELINE: Final = PostgresForm("SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)", ())
_FATE: Final = PostgresForm("SELECT pg_xact_status($1::xid8)", ())
_END: Final = PostgresForm(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1::int AND backend_xid = $2::xid8::xid", ()
)

_ADD_EVENT: Final = Statement(insert(tables.events).values(id=literal_column("nextval('events_ids')")))
_EVENT: Final = ("at", *FACT)


class PostgresReader(Reader):
    """A read transaction: one snapshot for all its reads."""

    __slots__ = ("_now", "_wire")

    def __init__(self, wire: Wire, now: int | None) -> None:
        self._wire = wire
        self._now = now

    @property
    def now(self) -> int:
        if self._now is None:  # asked for only where somebody wants to know: it costs a trip
            self._now = int(self._wire.ask(_START)[0][0])
        return self._now

    def one(self, statement: Statement, /, **params: Any) -> Row | None:
        rows = self.all(statement, **params)
        return rows[0] if rows else None

    def all(self, statement: Statement, /, **params: Any) -> list[Row]:
        names = tuple(params)
        form = statement.postgres.get(names) or statement.for_postgres(names)
        return self._wire.ask(form, tuple(params.values()))


class PostgresTx(Tx):
    """A write transaction on a pipelined connection, as one call at a time has it."""

    __slots__ = ("_answer", "_group", "_ids", "_wait", "_wire")

    def __init__(self, wire: Wire, ids: Ids, group: "Group", wait: Callable[[int], Any]) -> None:
        """`wait` comes back when so many statements of the connection are answered."""
        super().__init__()
        self._wire = wire
        self._ids = ids
        self._group = group
        self._wait = wait
        self._answer: Any = None

    @property
    def now(self) -> int:
        if self._group.time is None:
            self._fetch()
            if self._group.time is None:
                raise StoreError("the transaction has no time")
        return self._group.time

    def one(self, statement: Statement, /, **params: Any) -> Row | None:
        rows = self.all(statement, **params)
        return rows[0] if rows else None

    def all(self, statement: Statement, /, **params: Any) -> list[Row]:
        names = tuple(params)
        form = statement.postgres.get(names) or statement.for_postgres(names)
        if statement.writes:
            self._writes += 1
        return self._wire.rows(form, self._ask(form, tuple(params.values())))

    def run(self, statement: Statement, /, **params: Any) -> None:
        names = tuple(params)
        form = statement.postgres.get(names) or statement.for_postgres(names)
        self._writes += 1
        self._queue(form, tuple(params.values()))

    def changed(self, statement: Statement, /, **params: Any) -> int:
        names = tuple(params)
        form = statement.postgres.get(names) or statement.for_postgres(names)
        self._writes += 1
        return self._ask(form, tuple(params.values())).command_tuples or 0

    def expect(self, statement: Statement, /, **params: Any) -> None:
        """Queued like any write; the guards of a group are looked at together, before its COMMIT."""
        names = tuple(params)
        form = statement.postgres.get(names) or statement.for_postgres(names)
        self._writes += 1
        self._queue(form, tuple(params.values()), self._group.guarded)

    def new_id(self, table: Table) -> int:
        for _ in range(_MOST_BLOCKS):
            value = self._ids.next(table)
            if value is not None:
                return value
            self._ids.queue(table, self._wire)
            self._fetch()
        raise StoreError(f"no ids for {table.name}")

    def _run_rows(self, statement: Statement, names: tuple[str, ...], count: int, values: tuple[Any, ...]) -> None:
        form = statement.postgres_many.get((count, names)) or statement.many_for_postgres(count, names)
        self._writes += 1
        self._queue(form, values)

    def _ask(self, form: PostgresForm, values: tuple[Any, ...]) -> Any:
        self._queue(form, values, self._hear)
        self._fetch()
        answer, self._answer = self._answer, None
        return answer

    def _hear(self, result: Any) -> None:
        self._answer = result

    def _queue(self, form: PostgresForm, values: tuple[Any, ...], then: Then | None = None) -> None:
        try:
            self._wire.queue(form, values, then)
        except StoreError as error:
            self.failure = error
            raise

    def _fetch(self) -> None:
        try:
            self._wait(self._wire.queued)
        except StoreError as error:
            self.failure = error
            raise


class Group(PostgresTx):
    """The transaction itself, and what all its calls share; a call that runs alone is given it as its own."""

    __slots__ = ("missed", "time", "xid")

    def __init__(self, wire: Wire, ids: Ids, now: int | None) -> None:
        super().__init__(wire, ids, self, wire.fetch)
        self.time = now
        self.xid: str | None = None
        self.missed = False  # a guard touched no row

    def heard(self, now: int, xid: str) -> None:
        """The answer to the transaction's first statement."""
        self.xid = xid
        if self.time is None:
            self.time = now

    def guarded(self, result: Any) -> None:
        if result.command_tuples != 1:
            self.missed = True

    def carry_out(self, calls: Sequence[Call]) -> None:
        """See `store.abreast`."""
        wave: list[Call] = []
        for call in calls:
            if call.about is None or any(call.about == other.about for other in wave):
                self._side_by_side(wave)
                wave = []
            if call.about is None:
                carry_out(self, call)
            else:
                wave.append(call)
        self._side_by_side(wave)

    def _side_by_side(self, calls: Sequence[Call]) -> None:
        if len(calls) < 2:
            for call in calls:
                carry_out(self, call)
            return
        own: list[PostgresTx] = []

        def begin(wait: Callable[[int], Any]) -> PostgresTx:
            own.append(PostgresTx(self._wire, self._ids, self, wait))
            return own[-1]

        try:
            side_by_side(calls, begin, self._wire.fetch)
        except StoreError as error:
            raise Spoiled(error) from None
        for call, tx in zip(calls, own, strict=True):
            spoiled = tx.failure or (call.error if tx.wrote else None)
            if spoiled is not None:
                raise Spoiled(spoiled) from None
            if call.error is None:
                self.take(tx)

    def queue_events(self) -> None:
        """The group's events, under the lock that makes their order that of the commits."""
        if self._events:
            now = self.now
            self._wire.queue(_LOCK_EVENTS)
            values: list[Any] = []
            for fact in self._events:
                values.append(now)
                values += fact
            self._run_values(_ADD_EVENT, _EVENT, values)


class PostgresSession:
    """A writer's connection, made anew when it is lost."""

    abreast = GROUP_CALLS

    def __init__(self, url: str, application: str, clock: Clock | None, following: FollowingClock, ids: Ids) -> None:
        self._url = url
        self._application = application
        self._clock = clock
        self._following = following
        self._ids = ids
        self._down_until = 0.0
        self._was_down = False
        self._wire: Wire | None = None
        self._timeline = ""
        self._open = False
        self._tag = b""  # what the server said to COMMIT
        self._broken: StoreError | None = None  # COMMIT could not set out
        self._connect()

    def begin(self) -> Group:
        wire = self._wire or self._reconnect()
        tx = Group(wire, self._ids, None if self._clock is None else self._clock.now())
        self._open = True
        wire.queue(_BEGIN)
        wire.queue(_NOW_AND_XID, (), partial(self._heard, tx))
        self._ids.queue_low(wire)
        return tx

    def carry_out(self, tx: Group, calls: Sequence[Call]) -> None:
        tx.carry_out(calls)

    def send_commit(self, tx: Group) -> None:
        wire = self._wire
        if wire is None:
            raise ConnectionLost("the connection is gone")
        # Whoever comes next must find every lock taken: groups that take theirs at the same time could wait for one
        # another. It also shows the guards, and keeps COMMIT from setting out on a connection that died long ago.
        wire.fetch()
        if tx.missed:
            raise Contention("somebody else has changed a row meanwhile")
        tx.queue_events()
        self._tag, self._broken = b"", None
        try:
            wire.queue(_COMMIT, (), self._committed)
            wire.sync()
        except StoreError as error:
            self._broken = error

    def commit(self, tx: Group) -> None:
        wire = self._wire
        if wire is None:
            raise ConnectionLost("the connection is gone")
        try:
            if self._broken is not None:
                raise self._broken
            wire.drain()
        except StoreError as error:
            if not self._tag:
                if not isinstance(error, ConnectionLost) or (error.sqlstate and wire.failed_at != self._committed):
                    raise  # the server told what went wrong, so it did not commit
                self._drop()
                self._resolve(tx, wire.pid, error)
            self._drop()
        if self._tag and self._tag != b"COMMIT":
            raise StoreError("the server rolled back where it was told to commit")
        self._open = False

    def _committed(self, result: Any) -> None:
        self._tag = result.command_status

    def rollback(self) -> None:
        if self._wire is not None and self._open and not self._wire.recover(_ROLLBACK):
            self._drop()
        self._open = False

    def close(self) -> None:
        self._drop()

    def _resolve(self, tx: Group, pid: int, cause: StoreError) -> None:
        """COMMIT was under way when the connection was lost: asks the server what became of it.

        Returns when it was carried out; raises ConnectionLost when it was not, CommitUnknown when nobody can say.
        """
        unknown = CommitUnknown(f"the connection was lost during COMMIT: {cause}")
        timeline, fate = self._timeline, None
        deadline = time.monotonic() + _RESOLVE_SECONDS
        while fate is None:
            try:
                wire = self._reconnect()
                if self._timeline != timeline:
                    raise unknown
                fate = self._fate(wire, pid, tx.xid, deadline)
            except StoreError as error:
                self._drop()
                # Losing this one too loses nothing: the server is asked anew. One that is away is not waited for.
                if not isinstance(error, ConnectionLost) or time.monotonic() >= deadline:
                    raise unknown from error
        if fate == "aborted":
            raise ConnectionLost(f"the connection was lost, and the server rolled back: {cause}")
        if fate != "committed":
            raise unknown

    @staticmethod
    def _fate(wire: Wire, pid: int, xid: str | None, deadline: float) -> str:
        wire.ask_alone(_END, (pid, xid))  # the other end may not have noticed yet
        while True:
            fate = str(wire.ask_alone(_FATE, (xid,))[0][0])
            if fate != "in progress" or time.monotonic() >= deadline:
                return fate
            time.sleep(0.02)

    def _heard(self, tx: Group, result: Any) -> None:
        now = int(result.get_value(0, 0))
        self._following.heard(now)
        tx.heard(now, result.get_value(0, 1).decode())

    def _drop(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def _connect(self) -> Wire:
        wire = Wire(self._url, application=self._application)
        try:
            self._following.heard(wire.ask_alone(_NOW)[0][0])
            self._timeline = wire.ask_alone(_TIMELINE)[0][0]
        except BaseException:
            wire.close()
            raise
        self._wire = wire
        return wire

    def _reconnect(self) -> Wire:
        """Waits for a server that restarts; once it has been missed for long, each call tries only once."""
        now = time.monotonic()
        if now < self._down_until:
            raise StoreUnavailable("PostgreSQL cannot be reached")
        deadline = now if self._was_down else now + _RECONNECT_SECONDS
        while True:
            try:
                wire = self._connect()
            except StoreUnavailable as error:
                if time.monotonic() >= deadline:
                    self._was_down = True
                    self._down_until = time.monotonic() + _AWAY_SECONDS
                    raise StoreUnavailable(str(error)) from error
                time.sleep(0.1)
            else:
                self._was_down = False
                return wire


class PostgresReadSession:
    """A reader's connection, made anew when it is lost."""

    def __init__(self, url: str, application: str, clock: Clock | None) -> None:
        self._url = url
        self._application = application
        self._clock = clock
        self._down_until = 0.0
        self._wire: Wire | None = Wire(url, application=application)

    def begin(self) -> Reader:
        wire = self._wire or self._reconnect()
        wire.queue(_BEGIN_READING)
        return PostgresReader(wire, None if self._clock is None else self._clock.now())

    def _reconnect(self) -> Wire:
        """Tries once for all who wait: a server that does not answer would take its time for each of them."""
        if time.monotonic() < self._down_until:
            raise StoreUnavailable("PostgreSQL cannot be reached")
        try:
            self._wire = Wire(self._url, application=self._application)
        except StoreUnavailable:
            self._down_until = time.monotonic() + _AWAY_SECONDS
            raise
        return self._wire

    def end(self) -> None:
        """Leaves the transaction without waiting: the answer to COMMIT is fetched with the next query's."""
        wire = self._wire
        if wire is None:
            return
        try:
            if not wire.spoiled:
                wire.queue(_COMMIT)
                wire.sync()
                return
        except StoreError:
            self.close()
            return
        if not wire.recover(_ROLLBACK):
            self.close()

    def close(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None


async def open_postgres(
    url: str, *, node: str, migrate: bool, clock: Clock | None, writers: int, readers: int, queue: int
) -> Store:
    """See `open_store`."""
    following = FollowingClock()
    store = Store("postgresql", clock or following, queue)
    try:
        store.epoch = await off_loop(_prepare, url, migrate)
        await store.start(
            [
                partial(PostgresSession, url, f"openlines {node} writer {number}", clock, following, Ids())
                for number in range(1, writers + 1)
            ],
            partial(PostgresReadSession, url, f"openlines {node} reader", clock),
            size=readers,
            hands=_HANDS,
            peers=PostgresPeers(url, node=node, heard=store.heard),
        )
    except BaseException:
        await store.close()
        raise
    return store


def _prepare(url: str, migrate: bool) -> str:
    if migrate:
        schema.migrate_postgres(url)
    found, wanted = schema.postgres_version(url), schema.newest()
    if found is None or found < wanted:
        raise SchemaBehind(found, wanted)
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT epoch FROM portals WHERE id = 1").fetchone()
    return row[0] if row else ""
