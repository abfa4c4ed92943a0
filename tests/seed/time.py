"""Time in the hand: a clock that stands still until it is moved, and an event loop that believes it.

The server's own sleeps are of the loop: when the loop's time is put ahead together with the clock, everything that
waits for a moment finds that it has come (timers, leases, held deliveries), and nobody need be told to look.
"""

import asyncio

SECOND = 1_000_000
MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

MONDAY = 1_811_721_600 * SECOND  # 2027-05-31 00:00 UTC, a Monday
NOON = MONDAY + 12 * HOUR * SECOND


class Clock:
    """What `create_app` takes instead of the host's clock: instants in microseconds since the epoch, UTC."""

    def __init__(self, instant: int = NOON) -> None:
        self._now = instant
        self.jumped_at: int | None = None

    def now(self) -> int:
        return self._now

    def move(self, seconds: float) -> None:
        self._now += round(seconds * SECOND)


class Loop(asyncio.SelectorEventLoop):
    """Runs as every loop does, plus what was let pass."""

    ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead
