"""One connection to PostgreSQL, driven at the level of libpq in its pipeline mode.

Statements are queued, and travel together when the first answer is needed: a write whose result nobody waits
for costs no trip. psycopg connects, knows the data types and the errors; its cursors would cost more than the
server does (measured: 84 µs of client time for a message here, 183 µs through cursors in a pipeline).
"""

import select
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final

import psycopg
from psycopg import abc, adapt, pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from openlines.store.errors import (
    ConnectionLost,
    ConstraintFailed,
    Contention,
    ServerTooOld,
    StatementFailed,
    StoreError,
    StoreFailed,
    StoreFull,
    StoreUnavailable,
)
from openlines.store.statement import PostgresForm
from openlines.store.tx import Row

_OK: Final = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)
OLDEST_SERVER: Final = 15  # major version; docs/production.md names it

# A peer that is gone without a word is noticed within half a minute, not after hours.
_CONNECTION: Final[dict[str, Any]] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "target_session_attrs": "read-write",
}

# A node that stops in the middle of a transaction (suspended, swapped out) must not hold the others up for ever.
_SETTINGS: Final = (
    b"SET jit = off; SET lock_timeout = '10s'; SET statement_timeout = '60s';"
    b"SET idle_in_transaction_session_timeout = '15s'; SET client_min_messages = warning; SET timezone = 'UTC'"
)
_DURABLE: Final = (
    b"SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
)

_STATES: Final[dict[str, type[StoreError]]] = {
    **dict.fromkeys(("57P01", "57P02", "57P03", "57P05", "25P03", "25P04", "25006"), ConnectionLost),
    **dict.fromkeys(("40001", "40P01", "55P03"), Contention),
    "53100": StoreFull,
}
_CLASSES: Final[dict[str, type[StoreError]]] = {
    "08": ConnectionLost,
    "23": ConstraintFailed,
    "53": StoreUnavailable,
    "57": StoreUnavailable,
    "58": StoreFailed,
}

_PATIENCE: Final = 90_000  # milliseconds without an answer; longer than statement_timeout

# So many statements set out together: each setting out is a system call on both sides, and while the first are worked
# on, the next are made here.
_SENT_AT: Final = 16

_SYNC: Final = object()
_PREPARED: Final = object()
Then = Callable[[pq.abc.PGresult], None]


def error_of(state: str, message: str) -> StoreError:
    """The store's word for an SQLSTATE."""
    kind = _STATES.get(state) or _CLASSES.get(state[:2], StatementFailed)
    error = kind(message)
    error.sqlstate = state
    return error


def address_of(url: str, application: str) -> str:
    """The address as libpq takes it, with what every connection of ours has unless the address says otherwise."""
    given: dict[str, Any] = conninfo_to_dict(url)
    given.setdefault("application_name", application)
    return make_conninfo(**{**_CONNECTION, **given, "client_encoding": "UTF8"})


def refuse_old(server_version: int) -> None:
    """`server_version` as libpq tells it, 150012 for 15.12. Raises ServerTooOld."""
    found = server_version // 10_000
    if found < OLDEST_SERVER:
        raise ServerTooOld(found, OLDEST_SERVER)


class Wire:
    """Queue statements, fetch answers in order. Anything but success raises StoreError and needs `recover`."""

    def __init__(self, url: str, *, application: str) -> None:
        """Connects; raises StoreUnavailable with the server's words, ServerTooOld."""
        try:
            self._connection = psycopg.Connection.connect(address_of(url, application), autocommit=True)
        except psycopg.Error as error:
            raise StoreUnavailable(f"PostgreSQL cannot be reached: {error}") from error
        self._pgconn = self._connection.pgconn
        try:
            refuse_old(self._pgconn.server_version)
        except ServerTooOld:
            self.close()
            raise
        self._connection.adapters.register_loader("numeric", _WholeNumbers)
        try:
            for command in (_SETTINGS, _DURABLE):
                self._connection.execute(command)
        except psycopg.Error as error:
            self.close()
            raise StoreUnavailable(f"PostgreSQL refused the settings of a connection: {error}") from error
        # The server's process at the other end, while libpq knows it: of a lost connection it says 0.
        self.pid = self._pgconn.backend_pid
        self._poll = select.poll()
        self._poll.register(self._pgconn.socket, select.POLLIN)
        self._pgconn.nonblocking = 1
        self._pgconn.enter_pipeline_mode()
        self._silent = False  # it has not answered in time, and will not be asked again
        self.spoiled = False  # an answer was an error: only `recover` helps
        self.failed_at: Any = None  # the `then` of the statement whose answer it was
        # For each answer that is due: None, what to do with it, _PREPARED or _SYNC.
        self._waiting: deque[Any] = deque()
        self._held = 0  # statements that were not sent yet
        self.queued = 0  # statements so far, and how many of them were answered
        self._answered = 0
        self._names: dict[PostgresForm, bytes] = {}
        self._unsure: list[PostgresForm] = []  # prepared since the last time that all was well
        self._loaders: dict[PostgresForm, abc.Transformer] = {}
        self._count = 0

    def queue(self, form: PostgresForm, values: Sequence[Any] = (), then: Then | None = None) -> None:
        """Queues a statement; `then` is given its answer when it is fetched."""
        encoded = [_ENCODE[type(value)](value) for value in values]
        try:
            name = self._names.get(form)
            if name is None:
                self._count += 1
                name = self._names[form] = b"s%d" % self._count
                self._unsure.append(form)
                self._pgconn.send_prepare(name, form.sql)
                self._waiting.append(_PREPARED)
            self._pgconn.send_query_prepared(name, encoded, form.formats)
        except psycopg.Error as error:
            self.failed_at = then
            raise ConnectionLost(str(error)) from error
        self._waiting.append(then)
        self.queued += 1
        self._held += 1
        if self._held >= _SENT_AT:
            self.send()

    def send(self) -> None:
        """Lets what is queued set out; the server works on it, and its answers come, while more is queued."""
        if not self._held:
            return
        try:
            self._pgconn.send_flush_request()
            self._flush()
        except psycopg.Error as error:
            raise ConnectionLost(str(error)) from error
        self._held = 0

    def fetch(self, until: int | None = None) -> Any:
        """Sends what is queued and waits for all answers, or until so many have ever come; returns the last."""
        if until is None:
            until = self.queued
        if until > self.queued - self._held:
            self.send()
        try:
            return self._drain(until)
        except psycopg.Error as error:
            raise ConnectionLost(str(error)) from error

    def ask(self, form: PostgresForm, values: Sequence[Any] = ()) -> list[Row]:
        """Queues a statement, fetches, and reads its rows; inside a transaction."""
        self.queue(form, values)
        return self.rows(form, self.fetch())

    def ask_alone(self, form: PostgresForm, values: Sequence[Any] = ()) -> list[Row]:
        """The same outside of a transaction."""
        rows = self.ask(form, values)
        self.sync()
        self.drain()
        return rows

    def sync(self) -> None:
        """Ends a stretch of the pipeline without waiting: what is queued goes out."""
        try:
            self._pgconn.pipeline_sync()
            self._flush()
        except psycopg.Error as error:
            raise ConnectionLost(str(error)) from error
        self._held = 0
        self._waiting.append(_SYNC)

    def drain(self) -> None:
        """Waits for the answers of everything that was sent."""
        try:
            self._drain(None)
        except psycopg.Error as error:
            raise ConnectionLost(str(error)) from error

    def rows(self, form: PostgresForm, result: Any) -> list[Row]:
        loader = self._loaders.get(form)
        if loader is None:
            loader = self._loaders[form] = adapt.Transformer(self._connection)
            loader.set_pgresult(result)
        else:  # a statement's columns keep their types, and finding the loaders is most of the work
            loader.set_pgresult(result, set_loaders=False)
        rows = loader.load_rows(0, result.ntuples, tuple)
        loader.set_pgresult(None, set_loaders=False)
        return rows

    def recover(self, rollback: PostgresForm) -> bool:
        """Leaves a spoiled stretch and the transaction. False when only closing the connection helps."""
        for form in self._unsure:
            self._names.pop(form, None)  # under a new name next time, whether this one came to be or not
        self._unsure.clear()
        if self._silent:
            return False
        try:
            self.sync()
            while self._waiting:
                self._answer()
                if self._waiting.popleft() is not _SYNC:
                    self._pgconn.get_result()
                if self._bad():
                    return False
            self.spoiled = False
            self._held = 0
            self._answered = self.queued
            self.queue(rollback)
            self.sync()
            self.drain()
        except (psycopg.Error, StoreError):
            return False
        return not self._bad()

    def close(self) -> None:
        self._connection.close()

    def _bad(self) -> bool:
        return self._pgconn.status == pq.ConnStatus.BAD

    def _flush(self) -> None:
        """Sends, reading meanwhile: a server whose own answers find no room would read no further."""
        pgconn = self._pgconn
        while pgconn.flush():
            self._poll.modify(pgconn.socket, select.POLLIN | select.POLLOUT)
            if self._wait() & select.POLLIN:
                pgconn.consume_input()
            self._poll.modify(pgconn.socket, select.POLLIN)

    def _answer(self) -> pq.abc.PGresult | None:
        # libpq's own waiting would hold up all threads of the process: psycopg keeps the interpreter's lock there.
        pgconn = self._pgconn
        while pgconn.is_busy():
            self.send()  # nothing lies here while the server has nothing to do
            self._wait()
            pgconn.consume_input()
        return pgconn.get_result()

    def _wait(self) -> int:
        ready = self._poll.poll(_PATIENCE)
        if not ready:
            self._silent = True
            raise ConnectionLost("the server has not answered for longer than any statement may take")
        return ready[0][1]

    def _drain(self, until: int | None) -> Any:
        pgconn, waiting = self._pgconn, self._waiting
        last: pq.abc.PGresult | None = None
        while waiting and (until is None or self._answered < until):
            then = waiting.popleft()
            result = self._answer()
            if then is _SYNC:
                if result is None or result.status != pq.ExecStatus.PIPELINE_SYNC:
                    raise self._failure(result, then)
                continue
            pgconn.get_result()  # the gap between two answers
            if result is None or result.status not in _OK:
                raise self._failure(result, then)
            last = result
            if then is not _PREPARED:
                self._answered += 1
                if then is not None:
                    then(result)
        if not waiting:
            self._unsure.clear()
        return last

    def _failure(self, result: pq.abc.PGresult | None, then: Any) -> StoreError:
        self.spoiled = True
        self.failed_at = then
        if result is None:
            return ConnectionLost(self._pgconn.get_error_message())
        state = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
        message = result.get_error_message()
        return error_of(state, message) if state else ConnectionLost(message)


class _WholeNumbers(adapt.Loader):
    """Sums of bigint are numeric to PostgreSQL and integers to everybody else."""

    def load(self, data: Any) -> int | float:
        text = bytes(data)
        return int(text) if text.lstrip(b"-").isdigit() else float(text)


def _whole(value: int) -> bytes:
    return b"%d" % value


def _text(value: str) -> bytes:
    if "\0" in value:  # libpq would cut the text off there without a word
        raise ValueError("PostgreSQL keeps no NUL in a text")
    return value.encode()


def _list(values: Sequence[Any]) -> bytes:
    """An array literal of integers or texts."""
    parts = [
        b'"' + _text(value).replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
        if isinstance(value, str)
        else _whole(value)
        for value in values
    ]
    return b"{" + b",".join(parts) + b"}"


Encoder = Callable[[Any], bytes | None]


class _Encoders(dict[type, Encoder]):
    """How a value travels, by its type; a subclass (an enumeration, say) travels like its base."""

    def __missing__(self, kind: type) -> Encoder:
        for base in (bool, int, str, float, bytes, list, tuple):
            if issubclass(kind, base):
                encoder = self[kind] = self[base]
                return encoder
        raise TypeError(f"no parameter of a statement may be a {kind.__name__}")


_ENCODE: Final = _Encoders(
    {
        type(None): lambda value: None,
        bool: lambda value: b"1" if value else b"0",
        int: _whole,
        str: _text,
        float: lambda value: repr(value).encode(),
        bytes: lambda value: value,
        list: _list,
        tuple: _list,
    }
)
