"""What the product takes while nobody asks anything of it: time to start, memory, memory of a socket."""

import asyncio
import sqlite3
import time

import uvloop

from benchmarks.figures import Figure
from benchmarks.people import connect
from benchmarks.product import Product
from benchmarks.setting import Setting
from benchmarks.wire import Listener
from benchmarks.world import FIRST_OPERATOR, World, add_sign_ins
from openlines.support.clock import HostClock

_STARTS = 3
_AT_ONCE = 20
_FEW = 40  # are open before the memory is first looked at


def idle(setting: Setting) -> list[Figure]:
    """The median of a few starts, and the memory of the last of them."""
    world = setting.sqlite("idle")
    starts, memory, cpu = [], 0, 0.0
    for _ in range(_STARTS):
        with Product(world.folder, setting.port) as product:
            starts.append(product.start_seconds)
            cpu = product.cpu_seconds()
            time.sleep(1.0)
            memory = product.memory()
    starts.sort()
    note = f"{starts[0]:.2f}–{starts[-1]:.2f} s, {cpu:.2f} s of CPU"
    return [
        Figure("start_s", starts[len(starts) // 2], "s", note=note),
        Figure("idle_mb", memory / 1e6, "MB"),
    ]


def socket_kb(setting: Setting) -> list[Figure]:
    """Signed-in workspaces, a hundred of each operator at most, each with a sign-in of its own."""
    sockets = 5000 if setting.size.conversations >= 100_000 else 400
    world = setting.sqlite("sockets")
    _sign_in(world, sockets)
    with Product(world.folder, setting.port) as product:
        before, after = uvloop.run(_open(product, sockets, world.size.sockets + 1))
    note = f"{sockets} sockets, {before / 1e6:.0f} → {after / 1e6:.0f} MB"
    return [Figure("socket_kb", (after - before) / (sockets - _FEW) / 1000, "kB", note=note)]


def _sign_in(world: World, sockets: int) -> None:
    users = [FIRST_OPERATOR + number % world.size.operators for number in range(sockets)]
    connection = sqlite3.connect(world.folder / "portal.db")
    add_sign_ins(connection.executemany, list(enumerate(users, world.size.sockets + 1)), HostClock().now())
    connection.commit()
    connection.close()


async def _open(product: Product, sockets: int, first: int) -> tuple[int, int]:
    """Bytes in memory with a few sockets, and with all of them."""
    opened: list[Listener] = []

    async def some(count: int) -> None:
        for _ in range(0, count, _AT_ONCE):
            numbers = range(first + len(opened), first + len(opened) + _AT_ONCE)
            opened.extend(
                await asyncio.gather(
                    *(connect(product.port, each, lambda _, __: None, [], [], subscribe=False) for each in numbers)
                )
            )

    await some(_FEW)
    await asyncio.sleep(1.0)
    before = product.memory()
    await some(sockets - _FEW)
    await asyncio.sleep(1.0)
    after = product.memory()
    closed = [each.closed for each in opened if each.closed]
    for each in opened:
        each.close()
    if closed:
        raise RuntimeError(f"the server closed {len(closed)} sockets: {closed[0]}")
    return before, after
