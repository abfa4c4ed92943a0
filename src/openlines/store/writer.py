"""The group commit: one thread that carries out use cases one after another and commits them together.

Calls that wait while a commit runs share the next one. A group is optimistic (docs/adr/0003): there are no
savepoints; when anything spoils its transaction, it is rolled back whole and its calls are run again, each in
a transaction of its own. Nobody is answered before the COMMIT that carries his call.
"""

import asyncio
import contextlib
import logging
import queue
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from openlines.store.errors import CommitUnknown, ConstraintFailed, StoreBusy, StoreClosed, Transient
from openlines.store.tx import Commit, Tx
from openlines.support import failpoints

logger = logging.getLogger(__name__)

GROUP_CALLS: Final = 64
GROUP_SECONDS: Final = 0.005
# Where a commit takes longer than that, a group may take as long as a commit does: on a slow disk half of the
# time, rather than nearly all of it, goes into waiting.
LONGEST_SECONDS: Final = 0.025
ATTEMPTS: Final = 6  # of a call alone, when others were in its way


_WORTH_ANOTHER: Final = (Transient, ConstraintFailed)

T = TypeVar("T", bound=Tx)


class Session(Protocol[T]):
    """A connection of an engine, as the writer's thread uses it."""

    def begin(self) -> T:
        """Opens a transaction; raises StoreUnavailable."""

    def commit(self, tx: T) -> None:
        """Writes the events and commits; raises StoreError, and CommitUnknown when nobody can say."""

    def rollback(self) -> None:
        """Leaves no transaction behind, whatever happened. Never raises."""

    def close(self) -> None:
        """Gives the connection back. Never raises."""


class Call:
    """One use case that waits to be carried out, and what came of it."""

    __slots__ = ("args", "error", "future", "kwargs", "result", "use_case")

    def __init__(
        self, future: asyncio.Future[Any], use_case: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        self.future: asyncio.Future[Any] | None = future
        self.use_case = use_case
        self.args = args
        self.kwargs = kwargs
        self.result: Any = None
        self.error: BaseException | None = None

    def settle(self) -> None:
        """Answers the caller, unless he has gone. Runs in the loop, once."""
        # An error knows the frames it came through, and they know this call: without its future it closes no circle.
        future, error = self.future, self.error
        self.future = self.error = None
        if future is None or future.done():
            return
        if error is None:
            future.set_result(self.result)
        else:
            future.set_exception(error)


class WriterStats(NamedTuple):
    """Counted since the store was opened."""

    waiting: int
    calls: int
    groups: int
    reruns: int  # groups that were rolled back and whose calls were run one by one
    retries: int  # further attempts of a single call
    slow_calls: int  # that took longer than a group may
    busy_seconds: float


class _Spoiled(Exception):
    """The group's transaction cannot be committed; `cause` is why."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__()
        self.cause = cause


class Writer:
    """The thread, its queue, and the way back to the event loop. All methods are called in the loop."""

    def __init__(
        self, name: str, connect: Callable[[], Session[Any]], committed: Callable[[Commit], None], *, limit: int
    ) -> None:
        """`connect` runs in the thread; `committed` runs in the loop after each commit that others should know of."""
        self._loop = asyncio.get_running_loop()
        self._connect = connect
        self._committed = committed
        self._limit = limit
        self._waiting = 0
        self._closed = False
        self._stopping = False
        self._calls: queue.SimpleQueue[Call | None] = queue.SimpleQueue()
        self._batch: list[Call] = []
        self._count = self._groups = self._reruns = self._retries = self._slow = 0
        self._busy = 0.0
        self._commit_seconds = 0.0  # what a commit takes, lately
        self._patience = GROUP_SECONDS
        self._ready: Future[None] = Future()
        self._done: Future[None] = Future()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    async def open(self) -> None:
        """Starts the thread; raises what connecting raised."""
        self._thread.start()
        await asyncio.wrap_future(self._ready)

    def stop(self) -> None:
        """Takes no more calls."""
        self._closed = True

    async def close(self) -> None:
        """Carries out what waits, then ends the thread."""
        self.stop()
        self._calls.put(None)
        await asyncio.wrap_future(self._done)

    def submit(
        self, use_case: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> asyncio.Future[Any]:
        """Queues a call; its future is answered after its COMMIT. Raises StoreBusy and StoreClosed at once."""
        if self._closed:
            raise StoreClosed("the store is closed")
        if self._waiting >= self._limit:
            raise StoreBusy(f"{self._waiting} calls are waiting to be written")
        self._waiting += 1
        future = self._loop.create_future()
        self._calls.put(Call(future, use_case, args, kwargs))
        return future

    def stats(self) -> WriterStats:
        return WriterStats(
            self._waiting, self._count, self._groups, self._reruns, self._retries, self._slow, self._busy
        )

    # ------------------------------------------------------------------ in the thread

    def _work(self) -> None:
        try:
            session = self._connect()
        except BaseException as error:  # noqa: BLE001 - it is raised where the store is opened
            self._ready.set_exception(error)
            return
        self._ready.set_result(None)
        try:
            while not self._stopping and (call := self._calls.get()) is not None:
                started = time.perf_counter()
                self._group(session, call)
                self._busy += time.perf_counter() - started
        except BaseException:
            logger.critical("the store's writer has failed and takes no more calls", exc_info=True)
            self._fail_all()
        finally:
            session.close()
            self._done.set_result(None)

    def _fail_all(self) -> None:
        """A mistake in the engine itself: nobody is left without an answer."""
        self._closed = True
        left = self._batch
        with contextlib.suppress(queue.Empty):
            while True:
                left += [call for call in (self._calls.get_nowait(),) if call is not None]
        for call in left:
            call.error = CommitUnknown("the store's writer has failed; its log says why")
        self._deliver(left, None)

    def _group(self, session: Session[Any], first: Call) -> None:
        """One group: `first` and those who wait, up to the limits."""
        batch = self._batch = [first]
        try:
            outcome = self._together(session, batch)
        except _Spoiled as spoiled:
            session.rollback()
            self._again(session, batch, spoiled.cause)
        except BaseException as error:  # noqa: BLE001 - begin or commit failed; each call gets its own answer
            session.rollback()
            self._again(session, batch, error)
        else:
            self._deliver(batch, outcome)

    def _together(self, session: Session[Any], batch: list[Call]) -> Commit:
        tx: Tx = session.begin()
        started = time.perf_counter()
        while True:
            _carry_out(tx, batch[-1])
            elapsed = time.perf_counter() - started
            if elapsed >= self._patience or len(batch) >= GROUP_CALLS:
                self._slow += len(batch) == 1
                break
            try:
                call = self._calls.get_nowait()
            except queue.Empty:
                break
            if call is None:
                self._stopping = True
                break
            batch.append(call)
        if failpoints.ARMED:
            failpoints.passing(failpoints.BEFORE_COMMIT)
        started = time.perf_counter()
        session.commit(tx)
        self._commit_seconds += (time.perf_counter() - started - self._commit_seconds) / 8
        self._patience = min(max(GROUP_SECONDS, self._commit_seconds), LONGEST_SECONDS)
        if failpoints.ARMED:
            failpoints.passing(failpoints.AFTER_COMMIT)
        return tx.outcome()

    def _again(self, session: Session[Any], batch: list[Call], cause: BaseException) -> None:
        """The group is gone as if it had never been: its calls once more, each on its own."""
        if isinstance(cause, CommitUnknown):
            for call in batch:
                call.error = cause
            self._deliver(batch, None)
            return
        self._reruns += 1
        for call in batch:
            outcome = self._alone(session, call)
            self._deliver([call], outcome)

    def _alone(self, session: Session[Any], call: Call) -> Commit | None:
        for attempt in range(ATTEMPTS):
            try:
                tx: Tx = session.begin()
                _carry_out(tx, call)
                session.commit(tx)
            except Exception as error:  # noqa: BLE001 - it is the answer to this call
                session.rollback()
                call.error = error.cause if isinstance(error, _Spoiled) else error
                # A lost race on a unique key is seen by the second run, which finds what the winner has made.
                last = ATTEMPTS - 1 if isinstance(call.error, Transient) else 1
                if not isinstance(call.error, _WORTH_ANOTHER) or attempt >= last:
                    return None
                self._retries += 1
                time.sleep(random.uniform(0, 0.002 * 2**attempt))
            else:
                return tx.outcome()
        return None

    def _deliver(self, batch: list[Call], outcome: Commit | None) -> None:
        self._count += len(batch)
        self._groups += outcome is not None
        try:
            self._loop.call_soon_threadsafe(self._settle, batch, outcome)
        except RuntimeError:  # the loop has ended: nobody is left to be answered
            logger.warning("%d calls were carried out after their loop had ended", len(batch))

    # ------------------------------------------------------------------ in the loop

    def _settle(self, batch: list[Call], outcome: Commit | None) -> None:
        self._waiting -= len(batch)
        for call in batch:
            call.settle()
        if outcome is not None and (outcome.events or outcome.wake_at is not None or outcome.pokes):
            self._committed(outcome)


def _carry_out(tx: Tx, call: Call) -> None:
    """Runs a call; a refusal before its first write is its answer, anything else that raises spoils the group."""
    mark = tx.mark()
    call.error = None
    try:
        call.result = call.use_case(tx, *call.args, **call.kwargs)
    except BaseException as error:  # noqa: BLE001 - it is the answer to this call
        if isinstance(tx.failure, Transient):
            raise _Spoiled(tx.failure) from None
        if tx.failure is not None or tx.wrote_since(mark):
            raise _Spoiled(error) from None
        tx.forget_since(mark)
        call.error = error
    if tx.failure is not None:
        raise _Spoiled(tx.failure)
