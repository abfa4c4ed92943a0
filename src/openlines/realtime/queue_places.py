"""The live place in the queue, for visitors who wait with the chat open.

Whenever somebody comes into a line's queue or leaves it, its order is read once for all who watch it, and not more
often than every two seconds: what this costs does not grow with what others write. A line whose queue nobody
watches, or that tells no places, is not read.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Final

from openlines.core.line import SECOND
from openlines.realtime import frames
from openlines.realtime.visitors import VisitorSession
from openlines.services import places
from openlines.services.places import Place
from openlines.store import Store, StoreUnavailable

EVERY: Final = 2.0  # seconds
NONE: Final = frames.visitor("place")


def shown_place(place: Place) -> dict[str, Any]:
    """As a visitor's window gets it; the wait in seconds, where it is known."""
    known = {} if place.wait is None else {"wait": -(-place.wait // SECOND)}
    return {"place": place.place, **known}


class QueuePlaces:
    """See the module. `tells` says whether a line tells its places."""

    def __init__(self, store: Store, tells: Callable[[int], bool]) -> None:
        self._store = store
        self._tells = tells
        self._watched: dict[int, dict[VisitorSession, int]] = {}  # line → visitor → his conversation
        self._line_of: dict[VisitorSession, int] = {}
        self._last: dict[VisitorSession, str] = {}
        self._again: set[int] = set()
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def follow(self, visitor: VisitorSession, line_id: int, conversation_id: int) -> None:
        """He waits there; told at once, and whenever his place changes."""
        if self._watched.get(line_id, {}).get(visitor) == conversation_id:
            return
        self._forget(visitor)
        self._watched.setdefault(line_id, {})[visitor] = conversation_id
        self._line_of[visitor] = line_id
        self.moved([line_id])

    def leave(self, visitor: VisitorSession) -> None:
        """He does not wait any more, or has gone."""
        self._forget(visitor)
        if self._last.pop(visitor, NONE) != NONE:
            visitor.push(NONE)

    def moved(self, line_ids: Iterable[int]) -> None:
        """Somebody came into the queues of these lines or left them, or their rules have changed."""
        for line_id in line_ids:
            if line_id not in self._watched:
                continue
            self._again.add(line_id)
            if line_id not in self._tasks:
                self._tasks[line_id] = asyncio.create_task(self._tell(line_id))

    async def stop(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self, visitor: VisitorSession) -> None:
        line_id = self._line_of.pop(visitor, None)
        if line_id is None:
            return
        self._watched[line_id].pop(visitor, None)
        if not self._watched[line_id]:
            del self._watched[line_id]

    async def _tell(self, line_id: int) -> None:
        try:
            while line_id in self._again:
                self._again.discard(line_id)
                await self._look(line_id)
                await asyncio.sleep(EVERY)
        finally:
            self._tasks.pop(line_id, None)

    async def _look(self, line_id: int) -> None:
        order: dict[int, int] = {}
        each: int | None = None
        if self._tells(line_id):
            try:
                order, each = await self._store.read(places.of_line, line_id)
            except StoreUnavailable:
                self._again.add(line_id)
                return
        for visitor, conversation_id in list(self._watched.get(line_id, {}).items()):
            place = order.get(conversation_id)
            told = Place(place, None if each is None else each * place) if place is not None else None
            frame = NONE if told is None else frames.visitor("place", shown_place(told))
            if self._last.get(visitor, NONE) != frame:
                self._last[visitor] = frame
                visitor.push(frame)
