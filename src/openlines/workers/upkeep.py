"""What a node does to stay one of the house: renews its lease, buries dead nodes, carries changes of rules."""

import asyncio

from openlines.services import lines, presence
from openlines.store import Commit, Store
from openlines.workers.persist import persist

RENEWED_EVERY = 5.0  # seconds; the lease is three times as long


class Upkeep:
    def __init__(self, store: Store, node: str) -> None:
        self._store = store
        self._node = node
        self._changed = asyncio.Event()
        self._changed.set()  # a change may have been left half carried by whoever ran before
        store.subscribe(self._committed)

    def _committed(self, commit: Commit) -> None:
        if "rearm" in commit.pokes:
            self._changed.set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(persist("lease", self._renew))
            tasks.create_task(persist("rules", self._rearm))

    async def join(self) -> None:
        """The first lease, before the first connection is counted."""
        await self._store.write(presence.arrive, self._node)

    async def leave(self) -> None:
        """A node that stops says so: its people's grace begins at once rather than when the lease runs out."""
        await self._store.write(presence.leave, self._node)

    async def _renew(self) -> None:
        await self._store.write(presence.renew, self._node)
        await asyncio.sleep(RENEWED_EVERY)

    async def _rearm(self) -> None:
        await self._changed.wait()
        self._changed.clear()
        for line_id in await self._store.read(lines.to_rearm):
            while await self._store.write(lines.rearm, line_id, lane=line_id):
                pass
