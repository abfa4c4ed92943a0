"""Showing a customer on a vendor's channel that somebody is writing to him: as often as it helps, no oftener."""

import asyncio
from collections import OrderedDict
from typing import Final

from openlines.store import Store, threads
from openlines.support.log import logger
from openlines.workers.accounts import Accounts

log = logger(__name__)

_EVERY: Final = 4.0  # seconds: vendors show it for about five
_MOST: Final = 10_000


class Typing:
    """Call `show` whenever an operator types; nothing waits for it, and nothing depends on it."""

    def __init__(self, store: Store, accounts: Accounts) -> None:
        self._store = store
        self._accounts = accounts
        self._shown: OrderedDict[int, float] = OrderedDict()  # thread → loop time
        self._tasks: set[asyncio.Task[None]] = set()

    def show(self, thread_id: int) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._shown.get(thread_id, -_EVERY) < _EVERY:
            return
        self._shown[thread_id] = now
        self._shown.move_to_end(thread_id)
        if len(self._shown) > _MOST:
            self._shown.popitem(last=False)
        task = asyncio.create_task(self._show(thread_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _show(self, thread_id: int) -> None:
        try:
            thread = await self._store.read(threads.one, thread_id)
            connected = await self._accounts.get(thread.channel_id) if thread is not None else None
            if thread is not None and connected is not None and connected.channel.manifest.capabilities.typing_out:
                await connected.channel.typing(connected.account, thread.external_id, connected.http)
        except Exception as problem:  # noqa: BLE001 - it is a courtesy
            log.info("typing was not shown", thread=thread_id, problem=repr(problem)[:200])
