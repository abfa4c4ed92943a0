"""Waiting for an instant that others may bring forward."""

import asyncio
from collections.abc import Callable

SECOND = 1_000_000
LONGEST = 5.0  # seconds: the safety look finds what a lost poke or a suspended machine left behind


class Alarm:
    """Sleeps until the earliest instant that was asked for, at the longest until the next safety look."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._at: int | None = None
        self._rung = asyncio.Event()
        self._next_look = 0.0  # loop time

    def at(self, instant: int) -> None:
        """Wakes at `instant`, or earlier if that was asked for already."""
        if self._at is None or instant < self._at:
            self._at = instant
            self._rung.set()

    def ring(self) -> None:
        """Wakes now."""
        self.at(self._now())

    async def wait(self) -> bool:
        """True when the time has come; False when only the time for a safety look has."""
        deadline = asyncio.get_running_loop().time() + LONGEST
        while True:
            self._rung.clear()
            due = None if self._at is None else (self._at - self._now()) / SECOND
            if due is not None and due <= 0:
                self._at = None
                return True
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return False
            try:
                async with asyncio.timeout(left if due is None else min(left, due)):
                    await self._rung.wait()
            except TimeoutError:
                continue

    def look_is_due(self) -> bool:
        """Whether it is time for a safety look, though it may have rung all the time; then not again for so long."""
        now = asyncio.get_running_loop().time()
        if now < self._next_look:
            return False
        self._next_look = now + LONGEST
        return True
