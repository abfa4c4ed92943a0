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
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from openlines.store.calls import Call, Spoiled
from openlines.store.errors import CommitUnknown, ConstraintFailed, StoreBusy, StoreClosed, Transient
from openlines.store.hands import Hands
from openlines.store.tx import Commit, Tx
from openlines.support import failpoints

logger = logging.getLogger(__name__)

GROUP_CALLS: Final = 64
# New conversations cost several calls each: at 5 ms their groups ended at ten, and every third millisecond was a sync.
GROUP_SECONDS: Final = 0.010
# Where a commit takes longer than that, a group may take as long as a commit does: on a slow disk half of the
# time, rather than nearly all of it, goes into waiting.
LONGEST_SECONDS: Final = 0.025
ATTEMPTS: Final = 6  # of a call alone, when others were in its way


_WORTH_ANOTHER: Final = (Transient, ConstraintFailed)

T = TypeVar("T", bound=Tx)


class Session(Protocol[T]):
    """A connection of an engine, as one of the writer's hands uses it."""

    abreast: int  # how many calls it carries out at once

    def begin(self) -> T:
        """Opens a transaction; raises StoreUnavailable."""

    def carry_out(self, tx: T, calls: Sequence[Call]) -> None:
        """Runs calls; raises Spoiled when the transaction cannot be committed any more."""

    def send_commit(self, tx: T) -> None:
        """Everything short of waiting for the COMMIT; raises StoreError when there will be none."""

    def commit(self, tx: T) -> None:
        """Comes back when what was sent is committed; raises StoreError, and CommitUnknown when nobody can say."""

    def rollback(self) -> None:
        """Leaves no transaction behind, whatever happened. Never raises."""

    def close(self) -> None:
        """Gives the connection back. Never raises."""


class WriterStats(NamedTuple):
    """Counted since the store was opened."""

    waiting: int
    calls: int
    groups: int
    reruns: int  # groups that were rolled back and whose calls were run one by one
    retries: int  # further attempts of a single call
    slow_calls: int  # that took longer than a group may
    busy_seconds: float


class Writer:
    """Its hands, their queue, and the way back to the event loop. All methods are called in the loop.

    A hand is a thread with a connection. One hand at a time carries out calls; while it waits for its COMMIT, another
    may begin the next group, as on another node: what it needs of the first is locked until that is committed.
    """

    def __init__(
        self,
        name: str,
        connect: Callable[[], Session[Any]],
        committed: Callable[[Commit], None],
        *,
        limit: int,
        hands: int = 1,
    ) -> None:
        """`connect` runs in each hand; `committed` runs in the loop after each commit that others should know of."""
        self._loop = asyncio.get_running_loop()
        self._connect = connect
        self._committed = committed
        self._limit = limit
        self._waiting = 0
        self._closed = False
        self._stopping = False
        self._calls: queue.SimpleQueue[Call | None] = queue.SimpleQueue()
        self._turn = threading.Lock()
        self._batches: dict[Session[Any], list[Call]] = {}
        self._count = self._groups = self._reruns = self._retries = self._slow = 0
        self._busy = 0.0
        self._commit_seconds = 0.0  # what a commit takes, lately
        self._patience = GROUP_SECONDS
        self._hands: Hands[Session[Any]] = Hands(name, hands, self._open, self._work)

    async def open(self) -> None:
        """Starts the hands; raises what connecting raised."""
        await self._hands.start()

    def stop(self) -> None:
        """Takes no more calls."""
        self._closed = True

    async def close(self) -> None:
        """Carries out what waits, then ends the hands."""
        self.stop()
        self._calls.put(None)
        await self._hands.ended()

    def submit(
        self, use_case: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], about: str | int | None
    ) -> asyncio.Future[Any]:
        """Queues a call; its future is answered after its COMMIT. Raises StoreBusy and StoreClosed at once."""
        if self._closed:
            raise StoreClosed("the store is closed")
        if self._waiting >= self._limit:
            raise StoreBusy(f"{self._waiting} calls are waiting to be written")
        self._waiting += 1
        future = self._loop.create_future()
        self._calls.put(Call(future, use_case, args, kwargs, about))
        return future

    def stats(self) -> WriterStats:
        return WriterStats(
            self._waiting, self._count, self._groups, self._reruns, self._retries, self._slow, self._busy
        )

    # ------------------------------------------------------------------ in a hand

    def _open(self) -> Session[Any]:
        try:
            return self._connect()
        except BaseException:
            self._stopping = True  # the others need not begin
            raise

    def _work(self, session: Session[Any]) -> None:
        try:
            while True:
                with self._turn:
                    if (call := self._next()) is None:
                        break
                    tx = self._group(session, call)
                if tx is not None:
                    self._finish(session, tx)
        except BaseException:
            logger.critical("the store's writer has failed and takes no more calls", exc_info=True)
            self._fail_all(session)

    def _next(self) -> Call | None:
        """Waits for a call; None, to every hand, when there will be no more."""
        call = None if self._stopping else self._calls.get()
        self._stopping = call is None
        return call

    def _fail_all(self, session: Session[Any]) -> None:
        """A mistake in the engine itself: nobody is left without an answer."""
        self._closed = self._stopping = True
        left = self._batches.pop(session, [])
        with contextlib.suppress(queue.Empty):
            while True:
                left += [call for call in (self._calls.get_nowait(),) if call is not None]
        for call in left:
            call.error = CommitUnknown("the store's writer has failed; its log says why")
        self._deliver(left, None)

    def _group(self, session: Session[Any], first: Call) -> Tx | None:
        """One group: `first` and those who wait, up to the limits. None when its calls have their answers already."""
        batch = self._batches[session] = [first]
        if session.abreast > 1:
            self._join(batch, session.abreast - 1)
        started = time.perf_counter()
        try:
            tx: Tx = session.begin()
            self._carry_out(session, tx, batch, started)
            if failpoints.ARMED:
                failpoints.passing(failpoints.BEFORE_COMMIT)
            session.send_commit(tx)
        except BaseException as error:  # noqa: BLE001 - each call gets its own answer
            session.rollback()
            self._again(session, batch, error.cause if isinstance(error, Spoiled) else error)
            return None
        finally:
            self._busy += time.perf_counter() - started
        return tx

    def _carry_out(self, session: Session[Any], tx: Tx, batch: list[Call], started: float) -> None:
        done = 0
        while True:
            session.carry_out(tx, batch[done:])
            done = len(batch)
            if time.perf_counter() - started >= self._patience or done >= GROUP_CALLS:
                self._slow += done == 1
                return
            if not self._join(batch, session.abreast):
                return

    def _finish(self, session: Session[Any], tx: Tx) -> None:
        """Waits for the COMMIT and gives the group's calls their answers."""
        batch = self._batches[session]
        started = time.perf_counter()
        try:
            session.commit(tx)
        except BaseException as error:  # noqa: BLE001 - each call gets its own answer
            session.rollback()
            # Without the turn, which another hand may hold while it waits for calls: beside it, as on another node.
            self._again(session, batch, error)
            return
        seconds = time.perf_counter() - started
        self._busy += seconds
        self._commit_seconds += (seconds - self._commit_seconds) / 8
        self._patience = min(max(GROUP_SECONDS, self._commit_seconds), LONGEST_SECONDS)
        if failpoints.ARMED:
            failpoints.passing(failpoints.AFTER_COMMIT)
        self._deliver(batch, tx.outcome())

    def _join(self, batch: list[Call], most: int) -> bool:
        """Up to `most` of those who wait join the group; False when nobody does."""
        done = len(batch)
        with contextlib.suppress(queue.Empty):
            while not self._stopping and len(batch) < min(done + most, GROUP_CALLS):
                call = self._calls.get_nowait()
                if call is None:
                    self._stopping = True
                else:
                    batch.append(call)
        return len(batch) > done

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
                session.carry_out(tx, [call])
                session.send_commit(tx)
                session.commit(tx)
            except Exception as error:  # noqa: BLE001 - it is the answer to this call
                session.rollback()
                call.error = error.cause if isinstance(error, Spoiled) else error
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
        try:
            self._loop.call_soon_threadsafe(self._settle, batch, outcome)
        except RuntimeError:  # the loop has ended: nobody is left to be answered
            logger.warning("%d calls were carried out after their loop had ended", len(batch))

    # ------------------------------------------------------------------ in the loop

    def _settle(self, batch: list[Call], outcome: Commit | None) -> None:
        self._waiting -= len(batch)
        self._count += len(batch)
        self._groups += outcome is not None
        for call in batch:
            call.settle()
        if outcome is not None and (outcome.events or outcome.wake_at is not None or outcome.pokes):
            self._committed(outcome)
