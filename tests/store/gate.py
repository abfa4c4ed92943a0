"""Makes groups whose members are known."""

import asyncio
import contextlib
import threading

from openlines.store import Store, StoreError, Tx
from openlines.store.writer import LONGEST_SECONDS


class Gate:
    """Holds the writer's thread inside a call, so that those who come meanwhile make one group."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._entered = threading.Event()
        self._open = threading.Event()

    async def __aenter__(self) -> None:
        self._call = asyncio.ensure_future(self._store.write(self._hold))
        await asyncio.to_thread(self._entered.wait, 10)

    async def __aexit__(self, *_: object) -> None:
        # Whoever was just started gets in line, and the gate's own group has had its time.
        await asyncio.sleep(2 * LONGEST_SECONDS)
        self._open.set()
        with contextlib.suppress(StoreError):  # it may meet the failure that was prepared for the others
            await self._call

    def _hold(self, tx: Tx) -> None:
        self._entered.set()
        if not self._open.wait(20):
            raise TimeoutError
