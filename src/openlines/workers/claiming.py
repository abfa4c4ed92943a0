"""Claims work so that a worker who is told to stop can give back what he has not begun.

A claim is a write: it marks rows as this node's, and answers with what is to be done about them. Work whose answer
nobody has read would lie until its lease runs out, and would then be taken for work of which nobody knows whether it
was done. A worker is stopped by being cancelled, which may reach him between any two lines:

* While the claim waits to be written, or is written. The store carries it out all the same, however late it comes, and
  would answer nobody. So the write is a future of its own: only the waiting for it is cancelled.
* When the claim has come and the worker has not run since. The cancellation reaches him in the place of the answer. So
  what counts is not whether the claim is done: it is unread until the very line that hands its answer over. From there
  on nothing may wait until all of it has begun, since only what waits can be cancelled.
* When the claim fails. Nothing was claimed, or (`CommitUnknown`) nobody can say: there is nothing to give back, and the
  lease is the way out.

What was left unread is given back as it was, so that another node takes it at once.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Claiming(Generic[T]):
    """The claims of one worker, one at a time; `T` is what a claim answers with."""

    def __init__(self) -> None:
        self._unread: asyncio.Future[T] | None = None

    async def claim(self, write: Coroutine[Any, Any, T]) -> T:
        """What was claimed. The caller begins all of it before he waits for anything."""
        self._unread = asyncio.ensure_future(write)
        claimed = await asyncio.shield(self._unread)
        self._unread = None
        return claimed

    async def unread(self) -> T | None:
        """For a worker who was cancelled: what he claimed and did not come to read, as soon as it is known; None when
        there is nothing to give back.
        """
        claim, self._unread = self._unread, None
        if claim is None:
            return None
        (claimed,) = await asyncio.gather(claim, return_exceptions=True)
        return None if isinstance(claimed, BaseException) else claimed
