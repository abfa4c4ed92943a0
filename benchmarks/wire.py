"""The load generator's own HTTP and WebSocket: as little work as possible, because it shares the cores."""

import asyncio
import base64
import os
import struct
from collections.abc import Callable
from typing import Any

Answer = tuple[int, bytes]


class Connection(asyncio.Protocol):
    """One kept-alive connection, one request at a time."""

    def __init__(self) -> None:
        self._transport: Any = None
        self._buffer = b""
        self._waiting: asyncio.Future[Answer] | None = None
        self._loop = asyncio.get_running_loop()

    @classmethod
    async def open(cls, port: int) -> "Connection":
        _, made = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return made

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error or ConnectionError("the server closed the connection"))

    def ask(self, request: bytes) -> "asyncio.Future[Answer]":
        self._waiting = future = self._loop.create_future()
        self._transport.write(request)
        return future

    def data_received(self, data: bytes) -> None:
        self._buffer = buffer = self._buffer + data if self._buffer else data
        head = buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        at = buffer.lower().find(b"content-length:", 0, head)
        size = int(buffer[at + 15 : buffer.find(b"\r\n", at)]) if at >= 0 else 0
        end = head + 4 + size
        if len(buffer) < end:
            return
        self._buffer = buffer[end:]
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result((int(buffer[9:12]), buffer[head + 4 : end]))

    def close(self) -> None:
        self._transport.close()


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{key}: {value}" for key, value in headers.items())]
    if body or method == "POST":
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Listener(asyncio.Protocol):
    """A WebSocket that hands every text frame to `heard` as it comes. Knows what the server sends: whole frames."""

    def __init__(self, hello: bytes, heard: Callable[[bytes], None]) -> None:
        self._hello = hello
        self._heard = heard
        self._buffer = b""
        self._transport: Any = None
        self.opened = asyncio.get_running_loop().create_future()
        self.bytes = 0
        self.frames = 0
        self.closed = ""

    @classmethod
    async def open(cls, port: int, path: str, headers: dict[str, str], heard: Callable[[bytes], None]) -> "Listener":
        """Connected and upgraded; raises `ConnectionError` when the server does not want to."""
        own = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        }
        hello = request("GET", path, {**headers, **own})
        _, made = await asyncio.get_running_loop().create_connection(lambda: cls(hello, heard), "127.0.0.1", port)
        await made.opened
        return made

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.write(self._hello)

    def connection_lost(self, error: Exception | None) -> None:
        self.closed = self.closed or "lost"
        if not self.opened.done():
            self.opened.set_exception(ConnectionError(f"not upgraded: {error}"))

    def data_received(self, data: bytes) -> None:
        self.bytes += len(data)
        buffer = self._buffer + data if self._buffer else data
        if not self.opened.done():
            head = buffer.find(b"\r\n\r\n")
            if head < 0:
                self._buffer = buffer
                return
            if not buffer.startswith(b"HTTP/1.1 101"):
                self.opened.set_exception(ConnectionError(buffer[:200].decode("latin-1")))
                return
            self.opened.set_result(None)
            buffer = buffer[head + 4 :]
        at = 0
        while (frame := _frame(buffer, at)) is not None:
            opcode, start, at = frame
            if opcode == 1:
                self.frames += 1
                self._heard(buffer[start:at])
            elif opcode == 8:
                code = struct.unpack("!H", buffer[start : start + 2])[0] if at - start >= 2 else 0
                self.closed = f"code {code}"
            elif opcode == 9:
                self._send(0x8A, buffer[start:at])
        self._buffer = buffer[at:]

    def say(self, text: bytes) -> None:
        self._send(0x81, text)

    def _send(self, first: int, payload: bytes) -> None:
        size = len(payload)
        head = struct.pack("!BB", first, 0x80 | size) if size < 126 else struct.pack("!BBH", first, 0x80 | 126, size)
        self._transport.write(head + b"\0\0\0\0" + payload)  # masked with nothing

    def close(self) -> None:
        self._transport.close()


def _frame(buffer: bytes, at: int) -> tuple[int, int, int] | None:
    """(opcode, start, end) of the whole frame at `at`; None while it is not all here."""
    left = len(buffer) - at
    if left < 2:
        return None
    size, start = buffer[at + 1] & 0x7F, at + 2
    if size == 126:
        if left < 4:
            return None
        size, start = int.from_bytes(buffer[at + 2 : at + 4], "big"), at + 4
    elif size == 127:
        if left < 10:
            return None
        size, start = int.from_bytes(buffer[at + 2 : at + 10], "big"), at + 10
    end = start + size
    return (buffer[at] & 0x0F, start, end) if len(buffer) >= end else None
