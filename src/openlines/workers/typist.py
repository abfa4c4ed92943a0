"""Shows customers of vendors' channels that somebody is typing. Said at most every few seconds, written nowhere: when
it cannot be shown, nothing is missing."""

import asyncio
from collections import OrderedDict
from typing import Final

from openlines.channels.registry import manifest
from openlines.store import Store, StoreError, channels, threads
from openlines.store.tx import Reader
from openlines.support.log import logger
from openlines.workers.accounts import Accounts

EVERY: Final = 4.0  # seconds; vendors show it for about five
AT_ONCE: Final = 16
_MOST: Final = 5000

log = logger(__name__)


class Typist:
    """One per node that has sockets; `typed` is told the thread."""

    def __init__(self, store: Store, accounts: Accounts) -> None:
        self._store = store
        self._accounts = accounts
        self._lately: OrderedDict[int, float] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def typed(self, thread_id: int) -> None:
        """Somebody of staff types in this thread."""
        now = asyncio.get_running_loop().time()
        if now - self._lately.get(thread_id, -EVERY) < EVERY or len(self._tasks) >= AT_ONCE:
            return
        self._lately[thread_id] = now
        self._lately.move_to_end(thread_id)
        if len(self._lately) > _MOST:
            self._lately.popitem(last=False)
        task = asyncio.create_task(self._show(thread_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _show(self, thread_id: int) -> None:
        try:
            found = await self._store.read(_where, thread_id)
            connected = await self._accounts.get(found[0]) if found is not None else None
            if found is not None and connected is not None:
                await connected.channel.typing(connected.account, found[1], connected.http)
        except StoreError:
            return
        except Exception as problem:  # noqa: BLE001 - whatever the vendor says, it was only a courtesy
            log.debug("typing was not shown", problem=repr(problem)[:200])


def _where(reader: Reader, thread_id: int) -> tuple[int, str] | None:
    """The channel and the customer's name there, if the channel can show it."""
    thread = threads.one(reader, thread_id)
    channel = channels.one(reader, thread.channel_id) if thread is not None else None
    if thread is None or channel is None or not channel.active or channel.deleted_at is not None:
        return None
    able = manifest(channel.kind).capabilities
    return (channel.id, thread.external_id) if able.pushes and able.typing_out else None
