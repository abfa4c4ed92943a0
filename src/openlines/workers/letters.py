"""Looks, when it is time, whether the words of operators were read, and sends those that were not as letters.

A reply tells that somebody is to look in a minute; between replies the alarm is set to the earliest row of the
database, and a safety look finds what was lost on the way.
"""

from openlines.core.letters import GONE_FOR
from openlines.services import reply_letters
from openlines.store import Commit, Store
from openlines.store import letters as rows
from openlines.workers.alarm import Alarm
from openlines.workers.persist import persist


class Letters:
    """One per node that works. `public_url`: where the chat's own pages are, "" when nobody said."""

    def __init__(self, store: Store, public_url: str) -> None:
        self._store = store
        self._public_url = public_url
        self._alarm = Alarm(store.clock.now)
        self.sent = 0
        store.subscribe(self._committed)

    def _committed(self, commit: Commit) -> None:
        if "letters" in commit.pokes:
            self._alarm.at(self._store.clock.now() + GONE_FOR)

    def look(self) -> None:
        """Looks at once: after a start, or when a clock was set by hand."""
        self._alarm.ring()

    async def run(self) -> None:
        self.look()
        await persist("letters", self._turn)

    async def _turn(self) -> None:
        await self._alarm.wait()
        due = await self._store.read(rows.next_due)
        if due is not None and due <= self._store.clock.now():
            more = True
            while more:
                looked = await self._store.write(reply_letters.send_due, self._public_url)
                self.sent += looked.sent
                more = looked.more
            due = await self._store.read(rows.next_due)
        if due is not None:
            self._alarm.at(due)
