"""A line that cannot be routed is tried again by itself, and no more often for being asked for often."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from openlines.services.route import Routed
from openlines.store import Store
from openlines.workers import router
from openlines.workers.router import Router


class Sick:
    """As much of a store as a router asks of it; nothing can be written until it is well."""

    def __init__(self) -> None:
        self.tried = 0
        self.well = False
        self.asked = asyncio.Event()

    def subscribe(self, listener: Callable[[Any], None]) -> None:
        pass

    async def read(self, query: Any, /, *args: Any) -> list[int]:
        return []

    async def write(self, use_case: Any, /, line_id: int, *, lane: int) -> Routed:
        self.tried += 1
        self.asked.set()
        if self.well:
            return Routed(0, more=False)
        raise ZeroDivisionError("a mistake of ours")


async def test_a_line_that_cannot_be_routed_is_not_tried_more_often_than_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(router, "_FIRST_PAUSE", 0.2)
    monkeypatch.setattr(router, "_LONGEST_PAUSE", 0.2)
    store: Any = Sick()
    routing_of: Store = store
    routing = asyncio.create_task((desk := Router(routing_of)).run())
    for _ in range(30):
        store.asked.clear()
        desk.poke(1)
        await store.asked.wait()
        await asyncio.sleep(0.01)
    before = store.tried
    await asyncio.sleep(1.0)
    assert 1 <= store.tried - before <= 6, "every fifth of a second, however often it was asked for"
    store.well = True
    await asyncio.sleep(0.4)
    before = store.tried
    await asyncio.sleep(0.4)
    assert store.tried == before, "a line that is well again is left in peace"
    routing.cancel()
