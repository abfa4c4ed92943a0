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

    def wait(self, key: str) -> float:
        """Seconds until a token can be taken; 0 = now. Takes none."""
        tokens, at = self._buckets.get(key, (self._burst, 0.0))
        return max(0.0, (1.0 - min(self._burst, tokens + (self._clock() - at) * self._rate)) / self._rate)

    def give_back(self, key: str) -> None:
        """A token that was taken need not have been."""
        held = self._buckets.get(key)
        if held is not None:
            self._buckets[key] = (min(self._burst, held[0] + 1.0), held[1])


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

    def forgive(self, key: str) -> None:
        """The last failure was none."""
        failures, last = self._failures.get(key, (0, 0.0))
        if failures > 1:
            self._failures[key] = (failures - 1, last)
        else:
            self._failures.pop(key, None)

    def forget(self, key: str) -> None:
        """He has shown who he is."""
        self._failures.pop(key, None)


class Tries:
    """Who may try a password now. A try counts as a failure from its beginning until it proves right, so that many at
    once are no more than one after another.

    An account waits longer with every failure, wherever it came from. Behind one address there may be a whole office:
    it has many failures free and gets them back one by one. Whoever has signed in from an address before is counted
    there by himself: no stranger elsewhere, and no neighbour behind the same address, keeps him out.
    """

    __slots__ = ("_accounts", "_addresses", "_known", "_most")

    def __init__(self, *, most: int = 50_000, clock: Callable[[], float] = monotonic) -> None:
        self._accounts = Delays(free=5, most=most, clock=clock)
        self._addresses = Buckets(1 / 6, 24, most=most, clock=clock)
        self._known: OrderedDict[str, None] = OrderedDict()
        self._most = most

    def begin(self, account: str, address: str) -> float:
        """Count a try; 0 when it may go on, else the seconds until one may (nothing is counted)."""
        own = f"{account} {address}"
        known = own in self._known
        key = own if known else account
        wait = self._accounts.wait(key) or (0.0 if known else self._addresses.take(address))
        if not wait:
            self._accounts.failed(key)
        return wait

    def undo(self, account: str, address: str) -> None:
        """Nobody has looked at the password."""
        own = f"{account} {address}"
        known = own in self._known
        self._accounts.forgive(own if known else account)
        if not known:
            self._addresses.give_back(address)

    def right(self, account: str, address: str) -> None:
        """He has shown who he is."""
        own = f"{account} {address}"
        if own not in self._known:
            self._addresses.give_back(address)
            self._accounts.forget(account)
        self._accounts.forget(own)
        self._known[own] = None
        self._known.move_to_end(own)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
