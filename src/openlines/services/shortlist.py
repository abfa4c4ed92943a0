"""Who comes next in a line's queue, read once for all that one look at the queue offers.

An offer moves its person here as it moves his seat: one conversation more, a newer stamp, perhaps full. So many more
people are read than conversations wait that nobody who was not read can come before the first few of those who were.
What is read may be out of date when it is written, so the write is on condition (`seats.count_offer`).
"""

from bisect import insort

from openlines.core.capacity import has_room
from openlines.core.line import Mode
from openlines.core.routing import Candidate, place_of
from openlines.store import conversations, seats
from openlines.store.tx import Tx

ORDERS = {"evenly": "first", "strictly": "position", "least_busy": "counted", "everyone": "position"}


class Shortlist:
    """For first offers; what a repeated one asks depends on who was asked, so it is read for itself."""

    def __init__(self, tx: Tx, line_id: int, mode: Mode, limit: int, waiting: int) -> None:
        """`waiting`: how many offers there may be; `limit`: of the line, 0 is none."""
        self._tx = tx
        self._mode = mode
        self._limit = limit
        order = ORDERS[mode]
        self._free = seats.candidates(tx, line_id, order, waiting + seats.SHOWN)
        self._passed = seats.passed_over(tx, line_id, order)
        self._open = conversations.open_counts(tx, [each.user_id for each in self._free[:waiting]])

    def free(self) -> list[Candidate]:
        """The first few who may be offered one more, the cap over all lines included.

        The cap is so high that it is looked at only for who is about to be chosen.
        """
        while self._free and not has_room(0, 0, self._count(self._free[0].user_id)):
            del self._free[0]
        return self._free[: seats.SHOWN]

    def invited(self) -> list[Candidate]:
        """The same for an offer to everyone, which counts for nobody."""
        return self._free[: seats.SHOWN]

    def passed(self) -> list[Candidate]:
        """The first few who cannot take one now."""
        return self._passed[: seats.SHOWN]

    def offered(self, user_id: int, stamp: int) -> None:
        """He was offered a conversation: where he stands now."""
        was = next(each for each in self._free if each.user_id == user_id)
        self._free.remove(was)
        counted = was.counted + 1
        eligible = int(has_room(counted, self._limit, 0))
        now = was._replace(first_at=stamp, counted=counted, eligible=eligible)
        if eligible:
            insort(self._free, now, key=lambda each: place_of(self._mode, each, first=True))
        else:  # of the least busy the full ones stand in the queue's own order
            mode: Mode = "strictly" if self._mode == "least_busy" else self._mode
            insort(self._passed, now, key=lambda each: place_of(mode, each, first=True))
        self._open[user_id] = self._count(user_id) + 1

    def _count(self, user_id: int) -> int:
        found = self._open.get(user_id)
        if found is None:
            found = self._open[user_id] = conversations.open_count(self._tx, user_id)
        return found
