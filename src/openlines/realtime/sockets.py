"""One connection's way out: bounded, never in anybody's way.

What is pushed is written by a task that lives only while there is something to write, so an idle connection
costs a few objects. Whoever reads too slowly is cut off when the bound is reached and resumes by his cursor.
"""

import asyncio
from collections import deque
from typing import Final, Protocol

SIGNED_OUT: Final = 4001
TOO_SLOW: Final = 4008
GOING_AWAY: Final = 1012

MOST_FRAMES: Final = 1000
MOST_BYTES: Final = 256 * 1024


class Wire(Protocol):
    """What the web server gives: one text frame out, or the end."""

    async def send(self, text: str) -> None: ...

    async def close(self, code: int) -> None: ...


class Socket:
    """A connection that frames are pushed to."""

    __slots__ = ("_bytes", "_close_code", "_frames", "_task", "_wire", "closed", "last_pushed")

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._frames: deque[str] = deque()
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None
        self._close_code = 0
        self.closed = False
        self.last_pushed = 0.0  # the loop's time

    def push(self, frame: str) -> None:
        """Queue one frame; cuts the connection off when it is too far behind."""
        if self.closed:
            return
        self._frames.append(frame)
        self._bytes += len(frame)
        if len(self._frames) > MOST_FRAMES or self._bytes > MOST_BYTES:
            # What already waits would be resent by the cursor anyway.
            self._frames.clear()
            self._bytes = 0
            self.close(TOO_SLOW)
            return
        self._start()

    def close(self, code: int) -> None:
        """End the connection after what is queued."""
        if not self.closed:
            self.closed = True
            self._close_code = code
            self._start()

    def gone(self) -> None:
        """The other side has ended it: nothing can be written any more."""
        self.closed = True
        self._frames.clear()
        self._bytes = 0
        if self._task is not None:
            self._task.cancel()

    async def drained(self) -> None:
        """Wait until everything pushed so far is written."""
        if self._task is not None:
            await asyncio.wait([self._task])

    def _start(self) -> None:
        if self._task is None:
            loop = asyncio.get_running_loop()
            self.last_pushed = loop.time()
            self._task = loop.create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._frames:
                frame = self._frames.popleft()
                self._bytes -= len(frame)
                await self._wire.send(frame)
            if self._close_code:
                await self._wire.close(self._close_code)
        except (OSError, RuntimeError):
            # The connection broke under the write; whoever reads from it notices and clears up.
            self.closed = True
            self._frames.clear()
        finally:
            self._task = None
