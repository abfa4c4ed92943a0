"""How often somebody may do something: token buckets and growing delays, in memory and bounded.

A limit protects this process, so each process counts for itself. When more callers come than there is room
for, the one seen longest ago is forgotten: he has had the time to earn his tokens back.
"""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic


class Buckets:
    """A bucket per key holds up to `burst` tokens and gains `rate` of them a second."""

    __slots__ = ("_buckets", "_burst", "_clock", "_most", "_rate")

    def __init__(
        self, rate: float, burst: float, *, most: int = 50_000, clock: Callable[[], float] = monotonic
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._most = most
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, cost: float = 1.0) -> float:
        """Take `cost` tokens; 0 when there were enough, else seconds until there will be (nothing is taken)."""
        now = self._clock()
        tokens, at = self._buckets.get(key, (self._burst, now))
        tokens = min(self._burst, tokens + (now - at) * self._rate)
        wait = 0.0 if tokens >= cost else (cost - tokens) / self._rate
        self._buckets[key] = (tokens - cost if not wait else tokens, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return wait


class Delays:
    """After `free` failures each further one doubles the wait, from one second up to `longest`.

    Nobody is locked out for good: a lock would let a stranger keep the owner out.
    """

    __slots__ = ("_clock", "_failures", "_forget", "_free", "_longest", "_most")

    def __init__(
        self,
        *,
        free: int = 5,
        longest: float = 300.0,
        forget: float = 3600.0,
        most: int = 50_000,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._free = free
        self._longest = longest
        self._forget = forget
        self._most = most
        self._clock = clock
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, key: str) -> float:
        """Seconds until another try is listened to; 0 = now."""
        failures, last = self._failures.get(key, (0, 0.0))
        now = self._clock()
        if failures <= self._free or now - last > self._forget:
            return 0.0
        return max(0.0, last + min(self._longest, 2.0 ** (failures - self._free - 1)) - now)

    def failed(self, key: str) -> None:
        """Count a failure."""
        now = self._clock()
        failures, last = self._failures.get(key, (0, now))
        self._failures[key] = (1 if now - last > self._forget else failures + 1, now)
        self._failures.move_to_end(key)
        if len(self._failures) > self._most:
            self._failures.popitem(last=False)

    def forget(self, key: str) -> None:
        """He has shown who he is."""
        self._failures.pop(key, None)
