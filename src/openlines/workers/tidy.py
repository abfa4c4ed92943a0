"""Puts away what nobody needs any more: old events, sessions that ran out, answers kept for repeats, old notices,
open cases of channels that were removed. In chunks, so that nobody waits for it."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from openlines.services import channels, holidays, idempotency, notices, transcripts, working_time
from openlines.store import Store, StoreUnavailable, sessions
from openlines.store.events import last_event_id, oldest_event_id, trim_events
from openlines.store.tx import Tx
from openlines.support.log import logger
from openlines.workers.persist import persist

EVERY: Final = 30.0  # seconds
KEPT_EVENTS: Final = 200_000  # a socket that was away for longer takes a new snapshot
CHUNK: Final = 500
_MOST_CHUNKS: Final = 1000  # in one turn; the next one goes on
_BREATH: Final = 0.02

log = logger(__name__)


class Tidy:
    """One per node that works; several do no harm."""

    def __init__(self, store: Store, *, kept_events: int = KEPT_EVENTS) -> None:
        self._store = store
        self._kept_events = kept_events
        self._holidays_of: tuple[int, int] | None = None  # the years that every place in use has
        self._chores: dict[str, Callable[[], Awaitable[None]]] = {
            "sessions": partial(self._write, sessions.end_old_sessions),
            "answers": partial(self._repeat, idempotency.forget_old),
            "transcripts": partial(self._write, transcripts.forget_old),
            "holidays": self._extend_holidays,
            "orphans": partial(self._repeat, channels.close_orphans),
            "notices": partial(self._repeat, notices.forget_old),
            "events": self._trim_events,
        }

    async def run(self) -> None:
        await persist("tidying", self._turn)

    async def _turn(self) -> None:
        await asyncio.sleep(EVERY)
        await self.once()

    async def once(self) -> None:
        """Puts away everything that is there to be put away. A chore that fails keeps no other from being done."""
        for name, chore in self._chores.items():
            try:
                await chore()
            except StoreUnavailable:
                raise
            except Exception:
                log.exception("a chore failed and is tried again at the next tidying", chore=name)

    async def _write(self, use_case: Callable[[Tx], object]) -> None:
        await self._store.write(use_case)

    async def _trim_events(self) -> None:
        before = await self._store.read(last_event_id) - self._kept_events
        if before > await self._store.read(oldest_event_id):
            await self._repeat(partial(trim_events, before=before, limit=CHUNK))

    async def _extend_holidays(self) -> None:
        """When a year begins, the holidays of two years later; worked out off the loop and before the transaction."""
        year = holidays.years_around(self._store.clock.now())
        if year == self._holidays_of:
            return
        for country, region in await self._store.read(working_time.holidays_behind):
            await asyncio.to_thread(holidays.days_of, country, region, *year)
            await self._store.write(working_time.extend_holidays, country, region)
        self._holidays_of = year

    async def _repeat(self, chunk: Callable[[Tx], int]) -> None:
        """Chunk by chunk; others write in between."""
        for _ in range(_MOST_CHUNKS):
            if not await self._store.write(chunk):
                return
            await asyncio.sleep(_BREATH)
