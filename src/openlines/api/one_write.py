"""One system call for one answer.

The web server hands an answer's head and its body to the transport one after the other, and the loop's transport
sends each at once: two calls, two packets, two wake-ups of whoever reads, a tenth of all that a short answer costs.
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_HEAD = b"HTTP/1.1 "


class HeldHead:
    """A transport that keeps an answer's head back for its body, at the longest until the loop's next turn."""

    __slots__ = ("_held", "_loop", "plain")

    def __init__(self, plain: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self.plain = plain
        self._loop = loop
        self._held = b""

    def write(self, data: bytes) -> None:
        if self._held:
            data, self._held = self._held + data, b""
            self.plain.write(data)
        elif data.startswith(_HEAD):
            self._held = data
            self._loop.call_soon(self._flush)
        else:
            self.plain.write(data)

    def close(self) -> None:
        self._flush()
        self.plain.close()

    def _flush(self) -> None:
        if self._held:
            data, self._held = self._held, b""
            self.plain.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.plain, name)


class OneWrite(HttpToolsProtocol):
    """The web server's protocol on such a transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast(asyncio.Transport, HeldHead(transport, self.loop)))

    def handle_websocket_upgrade(self) -> None:
        self.transport = cast(HeldHead, self.transport).plain
        super().handle_websocket_upgrade()
