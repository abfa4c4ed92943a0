"""Plays timers when they are due, and sends what waits to the router.

A commit tells when it wants to be looked at; between commits the alarm is set to the earliest `due_at` of the
database. No latency depends on a period: the safety look only finds what was lost, and counts it.
"""

from collections.abc import Callable

from openlines.services import wake
from openlines.services.wake import Woken
from openlines.store import Commit, Store, store_failed
from openlines.support.log import logger
from openlines.workers.alarm import Alarm
from openlines.workers.persist import persist

log = logger(__name__)

_ELSEWHERE = 50_000  # µs until what another node or use case has locked is looked at again
LATE = 1_000_000  # µs overdue at a safety look: nobody had told us


class Timers:
    """One per node. `to_route` is told the lines where something waits."""

    def __init__(self, store: Store, to_route: Callable[[int], None]) -> None:
        self._store = store
        self._to_route = to_route
        self._alarm = Alarm(store.clock.now)
        self.played = 0
        self.faults = 0  # conversations that could not be played, for a fault of ours
        self.found_late = 0  # by safety looks; stays 0 as long as nothing is lost
        self.observe: Callable[[int], None] = lambda lateness: None  # µs, for the metric
        store.subscribe(self._committed)

    def _committed(self, commit: Commit) -> None:
        if commit.wake_at is not None:
            self._alarm.at(commit.wake_at)

    def look(self) -> None:
        """Looks at once: after a start, or when a clock was set by hand."""
        self._alarm.ring()

    async def run(self) -> None:
        self.look()
        await persist("timers", self._turn)

    async def _turn(self) -> None:
        expected = await self._alarm.wait()
        due = await self._store.read(wake.next_due)
        if due is not None and due <= self._store.clock.now():
            if not expected and self._store.clock.now() - due > LATE:
                self.found_late += 1
            played = await self._play()
            due = await self._store.read(wake.next_due)
            if due is not None and not played:  # it is in other hands: not to be asked for all the time
                due = max(due, self._store.clock.now() + _ELSEWHERE)
        if due is not None:
            self._alarm.at(due)
        if self._alarm.look_is_due() or not expected:
            for line_id in await self._store.read(wake.next_routing):
                self._to_route(line_id)

    async def _play(self) -> int:
        """Plays what is due; how many there were."""
        more, count = True, 0
        while more:
            woken = await self._chunk()
            people = await self._store.write(wake.wake_people)
            more = woken.more or people == wake.PEOPLE_CHUNK
            count += woken.played + people
        return count

    async def _chunk(self) -> Woken:
        """Plays the next chunk; one that fails, conversation by conversation. Raises where the store is away."""
        woken = await self._try()
        if woken is not None:
            return woken
        ids = await self._store.write(wake.due_now)
        for conversation_id in ids:
            if await self._try(conversation_id) is None:
                self.faults += 1
                await self._store.write(wake.put_off, conversation_id)
        return Woken(len(ids), len(ids) > 0, frozenset(), ())

    async def _try(self, only: int | None = None) -> Woken | None:
        """Plays a chunk, or one conversation; None when it failed for a fault of ours."""
        try:
            woken = await self._store.write(wake.wake_due, jumped_at=self._store.clock.jumped_at, only=only)
        except Exception as problem:
            if store_failed(problem):
                raise
            log.exception("timers could not be played", conversation=only)
            return None
        self.played += woken.played
        for line_id in woken.lines:
            self._to_route(line_id)
        for lateness in woken.lateness:
            self.observe(lateness)
        return woken
