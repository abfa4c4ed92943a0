"""One system call for one answer.

The web server hands an answer's head and its body to the transport one after the other, and the loop's transport
sends each at once: two calls, two packets, two wake-ups of whoever reads, a tenth of all that a short answer costs.
"""

import asyncio
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

HEAD_LIMIT: Final = 64 * 1024  # bytes
HEAD_WITHIN: Final = 30.0  # seconds
_HEAD = b"HTTP/1.1 "
_TOO_LONG = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: 26\r\nconnection: close\r\n\r\nThe head is far too large."
)


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


class CutSockets(WebSocketsSansIOProtocol):
    """A socket whose other side is dead, or reads nothing, is cut: what was written to it will never leave, and the web
    server would wait for that."""

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()


class OneWrite(HttpToolsProtocol):
    """The web server's protocol on such a transport. It bounds what the web server does not: how long the head of a
    request may be, and for how long one may be on its way."""

    _head = 0  # bytes of the head that is on its way
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast(asyncio.Transport, HeldHead(transport, self.loop)))
        self.ws_protocol_class = CutSockets
        self._patience = self.loop.call_later(HEAD_WITHIN, self._given_up)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        scope: Any = self.scope
        if scope is None:  # empty lines before anything else; they get no more time than a head
            return
        if "method" in scope:
            self._head = 0
            self._arrived()
            return
        self._head += len(data)
        if self._head > HEAD_LIMIT:
            self.transport.write(_TOO_LONG)
            self.transport.close()
        elif self._patience is None:
            self._patience = self.loop.call_later(HEAD_WITHIN, self._given_up)

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        self._arrived()
        self.transport = cast(HeldHead, self.transport).plain
        super().handle_websocket_upgrade()

    def _arrived(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _given_up(self) -> None:
        self._patience = None
        self.transport.close()
