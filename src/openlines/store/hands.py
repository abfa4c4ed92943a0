"""Hands: threads of which each has a connection of its own, opened together and ended together."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, Protocol, TypeVar


class Closing(Protocol):
    def close(self) -> None:
        """Gives the connection back. Never raises."""


S = TypeVar("S", bound=Closing)


class Hands(Generic[S]):
    """`connect` and then `work` run once in each; what is to be done, and when it ends, is between `work` and its
    owner.
    """

    def __init__(self, name: str, count: int, connect: Callable[[], S], work: Callable[[S], None]) -> None:
        self._connect = connect
        self._do = work
        self._ready: list[Future[None]] = [Future() for _ in range(count)]
        self._done: list[Future[None]] = [Future() for _ in range(count)]
        self._threads = [
            threading.Thread(target=self._work, args=(ready, done), name=f"{name}-{number}", daemon=True)
            for number, (ready, done) in enumerate(zip(self._ready, self._done, strict=True))
        ]

    def __len__(self) -> int:
        return len(self._threads)

    async def start(self) -> None:
        """Comes back when each has its connection; raises what connecting raised."""
        for thread in self._threads:
            thread.start()
        await asyncio.gather(*map(asyncio.wrap_future, self._ready))

    async def ended(self) -> None:
        """Comes back when all that were started have ended and given their connections back."""
        started = [done for thread, done in zip(self._threads, self._done, strict=True) if thread.ident is not None]
        await asyncio.gather(*map(asyncio.wrap_future, started))

    # ------------------------------------------------------------------ in a hand

    def _work(self, ready: "Future[None]", done: "Future[None]") -> None:
        try:
            session = self._connect()
        except BaseException as error:  # noqa: BLE001 - it is raised where the store is opened
            ready.set_exception(error)
            done.set_result(None)
            return
        ready.set_result(None)
        try:
            self._do(session)
        finally:
            session.close()
            done.set_result(None)
