"""Pokes between nodes over PostgreSQL's LISTEN/NOTIFY, on a connection and in a thread of their own.

A poke only says that there is more; the truth is in the tables. So pokes are coalesced, none is sent inside of
a transaction that carries data (NOTIFY takes a lock at commit that all databases of a server share), and a lost
one costs no more than the wait for the next look.
"""

import asyncio
import contextlib
import logging
import select
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final

import msgspec
import psycopg

from openlines.store.tx import Commit
from openlines.store.wire import address_of

logger = logging.getLogger(__name__)

_CHANNEL: Final = "openlines"
_GAP: Final = 0.002  # seconds at least between two notices of one node
_RETRY_SECONDS: Final = 1.0
_LOOK_SECONDS: Final = 30.0  # how long a connection may be silent before it is asked whether it lives
_LONGEST: Final = 7900  # bytes that a notice may have


class PostgresPeers:
    """Tells the other nodes of commits, and hears of theirs."""

    def __init__(self, url: str, *, node: str, heard: Callable[[Commit], None]) -> None:
        """`heard` is called in the loop."""
        self._url = url
        self._node = node
        self._heard = heard
        self._loop = asyncio.get_running_loop()
        self._pending: Commit | None = None
        self._names: frozenset[str] = frozenset()  # every poke ever seen, for the time after an outage
        self._lock = threading.Lock()
        self._closing = False
        self._ready: Future[None] = Future()
        self._done: Future[None] = Future()
        self._bell, self._ringer = socket.socketpair()
        self._bell.setblocking(False)
        self._ringer.setblocking(False)
        self._thread = threading.Thread(target=self._work, name="store-peers", daemon=True)

    async def open(self) -> None:
        """Starts to listen; raises what connecting raised."""
        self._thread.start()
        await asyncio.wrap_future(self._ready)

    def tell(self, commit: Commit) -> None:
        """Lets the others know, soon and without waiting; what comes meanwhile goes along."""
        with self._lock:
            rings = self._pending is None
            self._pending = commit if self._pending is None else self._pending | commit
            self._names |= commit.pokes
        if rings:
            self._ring()

    async def close(self) -> None:
        """Tells what is left to tell, then stops."""
        if not self._closing:
            self._closing = True
            self._ring()
        await asyncio.wrap_future(self._done)

    def _ring(self) -> None:
        with contextlib.suppress(OSError):  # a full socket rings already
            self._ringer.send(b"!")

    # ------------------------------------------------------------------ in the thread

    def _work(self) -> None:
        connection: psycopg.Connection[Any] | None = None
        lost = False
        try:
            while not self._closing or self._pending is not None:
                try:
                    if connection is None:
                        connection = self._connect()
                        if lost:
                            self._missed()
                    self._turn(connection)
                except Exception as error:  # noqa: BLE001 - whatever it was: a node may not stay deaf
                    if not self._ready.done():
                        self._ready.set_exception(error)
                        return
                    _close(connection)
                    lost, connection = True, None
                    if self._closing:
                        return
                    logger.warning("the connection for notices between nodes was lost: %s", error)
                    time.sleep(_RETRY_SECONDS)
        finally:
            _close(connection)
            self._bell.close()
            self._ringer.close()
            self._done.set_result(None)

    def _connect(self) -> psycopg.Connection[Any]:
        connection = psycopg.connect(address_of(self._url, f"openlines {self._node} peers"), autocommit=True)
        connection.execute(f"LISTEN {_CHANNEL}".encode())
        if not self._ready.done():
            self._ready.set_result(None)
        return connection

    def _turn(self, connection: psycopg.Connection[Any]) -> None:
        """Waits for either side, then tells and hears."""
        if not self._closing:
            # Not select(): it knows no number above a thousand, and a node has as many sockets.
            either = select.poll()
            for each in (self._bell, connection):
                either.register(each.fileno(), select.POLLIN)
            ready = {number for number, _ in either.poll(_LOOK_SECONDS * 1000)}
            if not ready:
                connection.execute(b"SELECT 1")
            if self._bell.fileno() in ready:
                with contextlib.suppress(BlockingIOError):
                    self._bell.recv(4096)
        with self._lock:
            commit, self._pending = self._pending, None
        if commit is not None:
            try:
                for notice in self._notices(commit):
                    connection.execute("SELECT pg_notify(%s, %s)", (_CHANNEL, notice))
            except psycopg.Error:
                self.tell(commit)
                raise
            time.sleep(_GAP)
        for heard in connection.notifies(timeout=0):
            self._hear(heard.payload)

    def _notices(self, commit: Commit) -> list[str]:
        """The commit in as many notices as it takes: somebody who sits in a thousand lines pokes them all at once."""
        pokes = sorted(commit.pokes)
        text = msgspec.json.encode((self._node, commit.events, commit.wake_at, pokes))
        if len(text) <= _LONGEST:
            return [text.decode()]
        if len(pokes) < 2:
            raise ValueError("a poke is a word, not a message")
        middle = len(pokes) // 2
        halves = (commit._replace(pokes=frozenset(half)) for half in (pokes[:middle], pokes[middle:]))
        return [notice for half in halves for notice in self._notices(half)]

    def _hear(self, payload: str) -> None:
        try:
            node, events, wake_at, pokes = msgspec.json.decode(payload, type=tuple[str, bool, int | None, list[str]])
        except msgspec.DecodeError:
            logger.warning("a notice that is none of ours on the channel %s", _CHANNEL)
            return
        if node != self._node:
            with self._lock:
                self._names |= frozenset(pokes)
            self._say(Commit(events, wake_at, frozenset(pokes)))

    def _missed(self) -> None:
        """After an outage: whatever may have been said, may have been missed."""
        self._say(Commit(True, 0, self._names))

    def _say(self, commit: Commit) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._heard, commit)


def _close(connection: psycopg.Connection[Any] | None) -> None:
    if connection is not None:
        connection.close()
