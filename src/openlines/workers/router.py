"""Routes lines where something waits: poked by the commit that queued or freed, one call per line at a time."""

import asyncio

from openlines.services import wake
from openlines.services.route import route
from openlines.store import Commit, Store, StoreClosed
from openlines.support.log import logger
from openlines.workers.persist import persist

POKE = "route:"
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 10.0

log = logger(__name__)


class Router:
    """One per node; the line's row lock keeps nodes out of each other's way."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lines: dict[int, None] = {}  # in the order of being poked
        self._poked = asyncio.Event()
        self._looked = False
        self._pauses: dict[int, float] = {}  # of lines that could not be routed: seconds until the next try
        self._tries: dict[int, asyncio.TimerHandle] = {}  # which is this, one for each of them
        self.offers = 0
        store.subscribe(self._committed)

    def _committed(self, commit: Commit) -> None:
        for poke in commit.pokes:
            if poke.startswith(POKE):
                self.poke(int(poke[len(POKE) :]))

    def poke(self, line_id: int) -> None:
        self._lines[line_id] = None
        self._poked.set()

    async def run(self) -> None:
        await persist("routing", self._turn)

    async def _turn(self) -> None:
        if not self._looked:  # what was left by whoever ran before
            for line_id in await self._store.read(wake.next_routing):
                self.poke(line_id)
            self._looked = True
        await self._poked.wait()
        self._poked.clear()
        lines, self._lines = list(self._lines), {}
        try:
            if len(lines) > 1:
                lines = await self._store.read(wake.by_priority, lines)
        except BaseException:
            for line_id in lines:
                self.poke(line_id)
            raise
        await asyncio.gather(*(self._route(line_id) for line_id in lines))

    async def _route(self, line_id: int) -> None:
        """One look at a line. What keeps it from being routed delays no other line: it is tried again by itself."""
        if (next_try := self._tries.pop(line_id, None)) is not None:
            next_try.cancel()  # else there would be one more of them with every poke, for as long as it fails
        try:
            routed = await self._store.write(route, line_id, lane=line_id)
        except StoreClosed:
            raise
        except Exception as problem:  # noqa: BLE001 - whatever it is, what waits there is still due
            pause = self._pauses.get(line_id, _FIRST_PAUSE)
            self._pauses[line_id] = min(pause * 2, _LONGEST_PAUSE)
            log.error("a line could not be routed", line=line_id, again_in=pause, problem=repr(problem)[:500])
            self._tries[line_id] = asyncio.get_running_loop().call_later(pause, self.poke, line_id)
            return
        self._pauses.pop(line_id, None)
        self.offers += routed.offered
        if routed.more:
            self.poke(line_id)
