"""How fast messages may leave: so many at once, then one every so often, for each key (a thread, a channel).

Kept as one instant per key: when the key would have used up its allowance if it had sent evenly (GCRA).
"""

from collections import OrderedDict
from typing import Final

from openlines.workers.alarm import SECOND

_MOST: Final = 50_000


class Pace:
    """One message every `seconds`, after `burst` at once; 0 seconds is no limit. Instants in microseconds."""

    def __init__(self, seconds: float, burst: float) -> None:
        self._step = round(seconds * SECOND)
        self._allowance = round(max(burst - 1, 0.0) * self._step)
        self._used_up: OrderedDict[int, int] = OrderedDict()

    def reserve(self, key: int, now: int) -> int:
        """The instant at which one more may leave, from now on taken."""
        used_up = self._used_up.get(key, 0)
        at = max(now, used_up - self._allowance)
        if self._step:
            self._used_up[key] = max(used_up, at) + self._step
            self._used_up.move_to_end(key)
            if len(self._used_up) > _MOST:
                self._used_up.popitem(last=False)
        return at

    def not_ready(self, now: int) -> dict[int, int]:
        """Keys that must wait, each with the instant until which; forgets those that need not any more."""
        for key in [key for key, used_up in self._used_up.items() if used_up <= now]:
            del self._used_up[key]
        waiting = {key: used_up - self._allowance for key, used_up in self._used_up.items()}
        return {key: until for key, until in waiting.items() if until > now}
