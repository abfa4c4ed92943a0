"""Routes lines where something waits: poked by the commit that queued or freed, one call per line at a time."""

import asyncio

from openlines.services import wake
from openlines.services.route import route
from openlines.store import Commit, Store
from openlines.workers.persist import persist

POKE = "route:"


class Router:
    """One per node; the line's row lock keeps nodes out of each other's way."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lines: dict[int, None] = {}  # in the order of being poked
        self._poked = asyncio.Event()
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
        for line_id in await self._store.read(wake.next_routing):
            self.poke(line_id)
        await persist("routing", self._turn)

    async def _turn(self) -> None:
        await self._poked.wait()
        self._poked.clear()
        lines, self._lines = list(self._lines), {}
        try:
            if len(lines) > 1:
                lines = await self._store.read(wake.by_priority, lines)
            await asyncio.gather(*(self._route(line_id) for line_id in lines))
        except BaseException:
            for line_id in lines:
                self.poke(line_id)
            raise

    async def _route(self, line_id: int) -> None:
        routed = await self._store.write(route, line_id, lane=line_id)
        self.offers += routed.offered
        if routed.more:
            self.poke(line_id)
