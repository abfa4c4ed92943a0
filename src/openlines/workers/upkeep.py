"""What a node does to stay one of the house: renews its lease, buries dead nodes, carries changes of rules."""

import asyncio

from openlines.services import lines, presence
from openlines.store import Commit, Store, StoreClosed, StoreError
from openlines.support.log import logger
from openlines.workers.persist import persist

log = logger(__name__)

RENEWED_EVERY = 5.0  # seconds; the lease is three times as long
LEAVE_SECONDS = 3.0  # that stopping may wait for the database


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
        """A node that stops says so: its people's grace begins at once rather than when the lease runs out.

        A database that is away is not waited for: the lease runs out by itself, and stopping must come to an end.
        """
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await self._store.write(presence.leave, self._node)
        except (StoreError, TimeoutError):
            log.warning("stopped while the database was away; this node's lease runs out by itself")

    async def _renew(self) -> None:
        await self._store.write(presence.renew, self._node)
        await asyncio.sleep(RENEWED_EVERY)

    async def _rearm(self) -> None:
        await self._changed.wait()
        self._changed.clear()
        problem: Exception | None = None
        try:
            for line_id in await self._store.read(lines.to_rearm):
                problem = await self._rearm_line(line_id) or problem
        except BaseException:
            self._changed.set()
            raise
        if problem is not None:
            self._changed.set()  # what was not reached is still to be carried
            raise problem

    async def _rearm_line(self, line_id: int) -> Exception | None:
        """Carries a change to all of a line; what keeps it from that keeps no other line waiting."""
        try:
            while await self._store.write(lines.rearm, line_id, lane=line_id):
                pass
        except StoreClosed:
            raise
        except Exception as problem:  # noqa: BLE001 - raised when the other lines are done
            return problem
        return None
