"""The raw limit: the very statements that the product ran for a load, replayed on the driver in a tight loop.

On one copy of the portal the use cases are run in groups and every statement is written down with its values;
on another copy, equal to the first, the list is played. So both do the same work on the same data, and what
is left out is everything but the database.
"""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.people import visitors
from benchmarks.world import LINE, World, visitor_token
from openlines.services.receive import Incoming, receive_message
from openlines.services.route import route
from openlines.store.calls import Call
from openlines.store.sqlite import SqliteSession, connect_writer
from openlines.support.clock import HostClock
from openlines.support.ids import fingerprint

_MESSAGES = 8000
_CHANNEL = 1
_WORDS = "Здравствуйте! Where is my order 12345? Жду ответа уже полчаса."

Statements = list[tuple[str, Any]]


class _Recorder(sqlite3.Cursor):
    """Writes down what it executes."""

    heard: Statements = []  # noqa: RUF012 - one list for the one run

    def execute(self, sql: str, parameters: Any = (), /) -> "_Recorder":
        self.heard.append((sql, parameters))
        super().execute(sql, parameters)
        return self


class _Recorded(sqlite3.Connection):
    def cursor(self, factory: Any = _Recorder) -> Any:
        return super().cursor(factory)


def raw_rate(recorded: World, replayed: World, batch: int, *, newcomer_each: int) -> float:
    """Messages a second of the replay, `batch` calls in a commit."""
    for world in (recorded, replayed):
        _present(world)
    _Recorder.heard = []
    _record(recorded, batch, newcomer_each)
    return _MESSAGES / _replay(replayed, _Recorder.heard)


def _present(world: World) -> None:
    """Everybody is there, as when their sockets are open."""
    connection = sqlite3.connect(world.folder / "portal.db")
    connection.execute("UPDATE users SET online = 1, available = 1, unavailable = NULL WHERE id > 1000")
    connection.execute("UPDATE seats SET present = 1, eligible = 1 WHERE user_id > 1000")
    connection.commit()
    connection.close()


def _record(world: World, batch: int, newcomer_each: int) -> None:
    def connect(*args: Any, **kwargs: Any) -> Any:
        return sqlite3.connect(*args, **kwargs, factory=_Recorded)

    session = SqliteSession(world.folder / "portal.db", HostClock(), connect)
    _Recorder.heard.clear()  # what opening has said
    turns = visitors(world, newcomer_each=newcomer_each)
    done, to_route = 0, False
    while done < _MESSAGES:
        calls = []
        for _ in range(min(batch - to_route, _MESSAGES - done)):
            visitor = fingerprint(visitor_token(next(turns)))
            calls.append(_call(receive_message, _CHANNEL, Incoming(visitor, f"r-{done}", _WORDS), about=visitor))
            done += 1
        if to_route:
            calls.append(_call(route, LINE))
        tx = session.begin()
        session.carry_out(tx, calls)
        for call in calls:
            if call.error is not None:
                raise call.error
        session.send_commit(tx)
        to_route = any(poke.startswith("route:") for poke in tx.outcome().pokes)
        session.commit(tx)
    session.close()


def _call(use_case: Callable[..., Any], *args: Any, about: str | None = None) -> Call:
    return Call(None, use_case, args, {}, about)


def _replay(world: World, statements: Statements) -> float:
    """Seconds."""
    connection = connect_writer(Path(world.folder / "portal.db"))
    cursor = connection.cursor()
    began = time.perf_counter()
    for sql, values in statements:
        cursor.execute(sql, values)
        if sql.startswith("SELECT"):
            cursor.fetchall()
    took = time.perf_counter() - began
    cursor.close()
    connection.close()
    return took
