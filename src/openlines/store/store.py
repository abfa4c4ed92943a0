"""The store as the rest of the house sees it: write, read, subscribe, close."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any, Concatenate, NamedTuple, ParamSpec, Protocol, TypeVar, overload

from openlines.store.readers import Readers, ReaderStats
from openlines.store.tx import Commit, Reader, Tx
from openlines.store.writer import Writer, WriterStats
from openlines.support.clock import Clock

P = ParamSpec("P")
R = TypeVar("R")

logger = logging.getLogger(__name__)


class Peers(Protocol):
    """The way to the other nodes of a portal."""

    def tell(self, commit: Commit) -> None:
        """Lets the others know, soon and without waiting."""

    async def open(self) -> None:
        """Starts to tell and to hear."""

    async def close(self) -> None:
        """Stops telling and hearing."""


class StoreStats(NamedTuple):
    """For metrics: the writers' figures in order, and the readers'."""

    writers: tuple[WriterStats, ...]
    readers: ReaderStats


class Store:
    """One open portal. Made by `open_store`; used in the loop in which it was opened."""

    def __init__(self, dialect: str, clock: Clock, limit: int) -> None:
        self.dialect = dialect  # "sqlite" or "postgresql"
        self.clock = clock  # the engine's clock as seen from here; its `jumped_at` tells of jumps
        # Of the event log: a cursor of another epoch is void. Empty until the portal has its row; whoever adds
        # the row to an open store sets it here.
        self.epoch = ""
        self._limit = limit
        self._writers: Sequence[Writer] = ()
        self._readers: Readers
        self._pools: list[Writer | Readers] = []
        self._peers: Peers | None = None
        self._listeners: list[Callable[[Commit], None]] = []
        self._closing = AsyncExitStack()

    @overload
    async def write(self, use_case: Callable[Concatenate[Tx, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R: ...
    @overload
    async def write(
        self, use_case: Callable[..., R], /, *args: Any, lane: int = 0, about: str | int | None = None, **kwargs: Any
    ) -> R: ...
    async def write(self, use_case: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Carries out `use_case(tx, *args, **kwargs)` off the loop and answers after its COMMIT.

        It shares a transaction with calls that come at the same time, and may be run again when that fails; so it
        has no effect outside of `tx`. `lane`: calls that fight for the same rows (a line's number, say) go to the
        same connection. `about`: whose thread it is about, where it locks nothing: such calls may be carried out side
        by side, as on two nodes, those about the same one after another; all others have the transaction to
        themselves while they run. Raises what the use case raised, StoreBusy and StoreClosed at once,
        StoreUnavailable when nothing was kept, CommitUnknown when nobody can say.
        """
        lane, about = kwargs.pop("lane", 0), kwargs.pop("about", None)
        return await self._writers[lane % len(self._writers)].submit(use_case, args, kwargs, about)

    async def read(self, query: Callable[Concatenate[Reader, P], R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Carries out `query(reader, *args, **kwargs)` off the loop on one state of the database.

        It sees every write that was answered before. Raises what the query raised, StoreBusy, StoreUnavailable.
        """
        result: R = await self._readers.submit(query, args, kwargs)
        return result

    def subscribe(self, listener: Callable[[Commit], None]) -> None:
        """Calls `listener` in the loop after every commit that others should know of, of this and of other nodes."""
        self._listeners.append(listener)

    def stats(self) -> StoreStats:
        return StoreStats(tuple(writer.stats() for writer in self._writers), self._readers.stats())

    async def close(self) -> None:
        """Carries out what waits, then closes everything. Calls that come later are refused with StoreClosed."""
        for pool in self._pools:
            pool.stop()
        await self._closing.aclose()

    # ------------------------------------------------------------------ for open_store

    async def start(
        self,
        writers: Sequence[Callable[[], Any]],
        readers: Callable[[], Any],
        *,
        size: int,
        hands: int = 1,
        peers: Peers | None = None,
    ) -> None:
        """Opens the connections: a writer of `hands` for each factory, `size` readers, the way to other nodes."""
        # Closed in the opposite order: SQLite tidies up behind the last connection, if that one may write.
        if peers is not None:
            await peers.open()
            self._closing.push_async_callback(peers.close)
            self._peers = peers
        self._writers = [
            Writer(f"store-writer-{index}", connect, self.committed, limit=self._limit, hands=hands)
            for index, connect in enumerate(writers)
        ]
        for writer in self._writers:
            # Before it is open: of its hands some may have a connection when another finds none.
            self._closing.push_async_callback(writer.close)
            self._pools.append(writer)
            await writer.open()
        self._readers = Readers("store-reader", readers, size=size, limit=self._limit)
        self._closing.push_async_callback(self._readers.close)
        self._pools.append(self._readers)
        await self._readers.open()

    def on_close(self, callback: Callable[[], None]) -> None:
        """Runs `callback` after everything that was started later has been closed."""
        self._closing.callback(callback)

    def committed(self, commit: Commit) -> None:
        """A group of this node was committed."""
        if self._peers is not None:
            self._peers.tell(commit)
        self.heard(commit)

    def heard(self, commit: Commit) -> None:
        """A group of some node was committed."""
        for listener in self._listeners:
            try:
                listener(commit)
            except Exception:
                logger.exception("a listener of the store failed")


async def off_loop(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Runs what blocks (migrations, locks) beside the loop."""
    return await asyncio.to_thread(function, *args, **kwargs)
