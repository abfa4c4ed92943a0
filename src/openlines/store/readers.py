"""The pool of read-only connections: each in a thread of its own, all fed from one queue.

A query sees one state of the database. That state holds everything whose write was answered before the query
was asked, because its transaction begins afterwards.
"""

import asyncio
import queue
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from openlines.store.errors import StoreBusy, StoreClosed, Transient
from openlines.store.hands import Hands
from openlines.store.tx import Reader


class ReadSession(Protocol):
    """A connection of an engine, as a reader's thread uses it."""

    def begin(self) -> Reader:
        """Opens a read-only transaction; raises StoreUnavailable."""

    def end(self) -> None:
        """Leaves it. Never raises."""

    def close(self) -> None:
        """Gives the connection back. Never raises."""


class ReaderStats(NamedTuple):
    """Counted since the store was opened."""

    waiting: int
    queries: int


class _Query(NamedTuple):
    future: asyncio.Future[Any]
    query: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class Readers:
    """The pool. All methods are called in the loop."""

    def __init__(self, name: str, connect: Callable[[], ReadSession], *, size: int, limit: int) -> None:
        """`connect` runs once in each of the `size` threads."""
        self._loop = asyncio.get_running_loop()
        self._limit = limit
        self._waiting = 0
        self._count = 0
        self._closed = False
        self._queries: queue.SimpleQueue[_Query | None] = queue.SimpleQueue()
        self._hands: Hands[ReadSession] = Hands(name, size, connect, self._work)

    async def open(self) -> None:
        """Starts the threads; raises what connecting raised."""
        await self._hands.start()

    def stop(self) -> None:
        """Takes no more queries."""
        self._closed = True

    async def close(self) -> None:
        """Answers what waits, then ends the threads."""
        self.stop()
        for _ in range(len(self._hands)):
            self._queries.put(None)
        await self._hands.ended()

    def submit(self, query: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> asyncio.Future[Any]:
        """Queues a query. Raises StoreBusy and StoreClosed at once."""
        if self._closed:
            raise StoreClosed("the store is closed")
        if self._waiting >= self._limit:
            raise StoreBusy(f"{self._waiting} queries are waiting")
        self._waiting += 1
        future = self._loop.create_future()
        self._queries.put(_Query(future, query, args, kwargs))
        return future

    def stats(self) -> ReaderStats:
        return ReaderStats(self._waiting, self._count)

    # ------------------------------------------------------------------ in a thread

    def _work(self, session: ReadSession) -> None:
        while (query := self._queries.get()) is not None:
            answer = _answer(session, query.query, query.args, query.kwargs)
            try:
                self._loop.call_soon_threadsafe(self._settle, query.future, *answer)
            except RuntimeError:  # the loop has ended: nobody is left to be answered
                break

    # ------------------------------------------------------------------ in the loop

    def _settle(self, future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
        self._waiting -= 1
        self._count += 1
        if future.done():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)


def _answer(
    session: ReadSession, query: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Any, BaseException | None]:
    """Runs a query; once more when its connection had gone, since reading twice harms nobody.

    It does not know the future: an error knows the frames it came through, and would close a circle.
    """
    for last in (False, True):
        try:
            return query(session.begin(), *args, **kwargs), None
        except Transient as error:
            if last:
                return None, error
        except BaseException as error:  # noqa: BLE001 - it is the answer to this query
            return None, error
        finally:
            session.end()
    raise AssertionError("unreachable")
