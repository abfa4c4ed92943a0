"""What time it is: microseconds since the epoch, UTC (an *instant*), from one place.

Three clocks with one face: the host's, which never goes backwards; one that follows a clock heard from afar
(the database server's); and one that is set by hand, for tests and replays. The first two notice when the
wall clock jumps against the monotonic one: by a correction of the time, or because the machine was suspended.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

logger = logging.getLogger(__name__)

SECOND: Final = 1_000_000
JUMP: Final = 60 * SECOND

# While the host clock stands behind what was already told, time goes on at this part of its pace.
_CATCH_UP_TENTHS: Final = 9

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """What tells the time. Safe to ask from any thread."""

    def now(self) -> int:
        """The present instant."""

    @property
    def jumped_at(self) -> int | None:
        """The instant (after the jump) at which the last jump of more than a minute was noticed."""


def to_datetime(instant: int) -> datetime:
    """An aware datetime in UTC, exact to the microsecond."""
    return _EPOCH + timedelta(microseconds=instant)


def from_datetime(moment: datetime) -> int:
    """The instant of an aware datetime; a naive one is refused with TypeError."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _wall() -> int:
    return time.time_ns() // 1000


def _monotonic() -> int:
    return time.monotonic_ns() // 1000


class HostClock:
    """The machine's own clock, never backwards.

    When the wall clock is set back, the time goes on from what was told last, a tenth slower than it should,
    until the wall clock has caught up: timers keep firing, and nothing is ever earlier than what came before.
    """

    def __init__(self, wall: Callable[[], int] = _wall, monotonic: Callable[[], int] = _monotonic) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._told = wall()
        self._told_at = monotonic()
        self._offset = self._told - self._told_at
        self.jumped_at: int | None = None

    def now(self) -> int:
        with self._lock:
            wall, elapsed = self._wall(), self._monotonic()
            offset = wall - elapsed
            floor = self._told + max(elapsed - self._told_at, 0) * _CATCH_UP_TENTHS // 10
            self._told = told = max(wall, floor)
            self._told_at = elapsed
            if abs(offset - self._offset) > JUMP:
                self.jumped_at = told
                logger.warning("the clock jumped by %+.1f seconds", (offset - self._offset) / SECOND)
            self._offset = offset
            return told


class FollowingClock:
    """Follows a clock that is heard from time to time, going on by the monotonic clock in between."""

    def __init__(self, monotonic: Callable[[], int] = _monotonic) -> None:
        self._monotonic = monotonic
        self._offset: int | None = None
        self.jumped_at: int | None = None

    def heard(self, instant: int) -> None:
        """The other clock has just said `instant`."""
        offset = instant - self._monotonic()
        if self._offset is not None and abs(offset - self._offset) > JUMP:
            self.jumped_at = instant
            logger.warning("the database's clock jumped by %+.1f seconds", (offset - self._offset) / SECOND)
        self._offset = offset

    def now(self) -> int:
        if self._offset is None:
            raise RuntimeError("the clock to follow has not been heard yet")
        return self._monotonic() + self._offset


class SettableClock:
    """Stands still until it is set or moved."""

    def __init__(self, instant: int = 1_700_000_000 * SECOND) -> None:
        self._now = instant
        self.jumped_at: int | None = None

    def now(self) -> int:
        return self._now

    def set(self, instant: int) -> None:
        self._now = instant

    def advance(self, seconds: float) -> int:
        """Moves on by `seconds` and says the new instant."""
        self._now += round(seconds * SECOND)
        return self._now
