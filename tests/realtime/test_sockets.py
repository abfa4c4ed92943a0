"""One connection's way out: in order, bounded, and never in anybody's way."""

import asyncio

import pytest

from openlines.realtime.sockets import MOST_BYTES, MOST_FRAMES, SIGNED_OUT, TOO_SLOW, Socket


class Wire:
    """A web server's end that can be told to stop taking frames, or to break."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.closed: int | None = None
        self.open = asyncio.Event()
        self.open.set()
        self.broken = False

    async def send(self, text: str) -> None:
        await self.open.wait()
        if self.broken:
            raise OSError("broken")
        self.sent.append(text)

    async def close(self, code: int) -> None:
        self.closed = code


async def test_frames_come_in_order_and_an_idle_socket_has_no_task() -> None:
    wire = Wire()
    socket = Socket(wire)
    for number in range(100):
        socket.push(str(number))
    await socket.drained()
    await asyncio.sleep(0)
    assert wire.sent == [str(number) for number in range(100)]
    assert socket._task is None


@pytest.mark.parametrize(("size", "count"), [(1, MOST_FRAMES + 2), (MOST_BYTES // 4, 6)])
async def test_whoever_is_too_slow_is_cut_off_and_what_waits_is_dropped(size: int, count: int) -> None:
    wire = Wire()
    wire.open.clear()
    socket = Socket(wire)
    socket.push("first")
    await asyncio.sleep(0)
    for _ in range(count):
        socket.push("x" * size)
    assert socket.closed
    wire.open.set()
    await socket.drained()
    assert wire.closed == TOO_SLOW
    assert wire.sent == ["first"]
    socket.push("late")
    assert wire.sent == ["first"]


async def test_a_close_comes_after_what_was_pushed() -> None:
    wire = Wire()
    socket = Socket(wire)
    socket.push("last words")
    socket.close(SIGNED_OUT)
    socket.push("too late")
    await socket.drained()
    assert (wire.sent, wire.closed) == (["last words"], SIGNED_OUT)


async def test_a_broken_connection_hurts_nobody() -> None:
    wire = Wire()
    wire.broken = True
    socket = Socket(wire)
    socket.push("x")
    await socket.drained()
    await asyncio.sleep(0)
    assert socket.closed
    socket.push("y")
    assert wire.sent == []


async def test_a_gone_socket_stops_writing() -> None:
    wire = Wire()
    wire.open.clear()
    socket = Socket(wire)
    socket.push("x")
    await asyncio.sleep(0)
    socket.gone()
    await asyncio.sleep(0.01)
    assert socket._task is None
    assert wire.sent == []
