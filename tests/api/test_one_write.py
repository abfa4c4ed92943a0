"""An answer leaves in one piece; what has no body yet leaves all the same."""

import asyncio
from typing import Any

from openlines.api.one_write import HeldHead

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


class Plain:
    """A transport that remembers what was written and when it was closed."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed_after: int | None = None

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def close(self) -> None:
        self.closed_after = len(self.written)

    def is_closing(self) -> bool:
        return self.closed_after is not None


def held() -> tuple[HeldHead, Plain]:
    plain: Any = Plain()
    return HeldHead(plain, asyncio.get_running_loop()), plain


async def test_head_and_body_are_one_write() -> None:
    transport, plain = held()
    transport.write(HEAD)
    transport.write(b"ok")
    await asyncio.sleep(0)
    assert plain.written == [HEAD + b"ok"]


async def test_later_pieces_of_a_body_are_not_held() -> None:
    transport, plain = held()
    for piece in (HEAD, b"o", b"k"):
        transport.write(piece)
    assert plain.written == [HEAD + b"o", b"k"]


async def test_a_head_alone_leaves_with_the_next_turn() -> None:
    transport, plain = held()
    transport.write(HEAD)
    assert plain.written == []
    await asyncio.sleep(0)
    assert plain.written == [HEAD]


async def test_closing_loses_nothing() -> None:
    transport, plain = held()
    transport.write(HEAD)
    transport.close()
    await asyncio.sleep(0)
    assert (plain.written, plain.closed_after) == ([HEAD], 1)
    assert transport.is_closing()
