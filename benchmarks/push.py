"""From a visitor's request to the frame at the operator's socket."""

import asyncio
import itertools
import time

import uvloop

from benchmarks.figures import Figure
from benchmarks.people import Office, message_request
from benchmarks.product import Product
from benchmarks.setting import Setting
from benchmarks.wire import Connection
from benchmarks.world import World

_MARK = b"push-"
_CONNECTIONS = 24
_LOST_AFTER = 5.0


def push_p99_50(setting: Setting) -> list[Figure]:
    return _push("push_p99_50", setting, rate=50, seconds=setting.size.seconds * 2)


def push_p99_500(setting: Setting) -> list[Figure]:
    return _push("push_p99_500", setting, rate=500, seconds=setting.size.seconds)


def _push(name: str, setting: Setting, *, rate: int, seconds: float) -> list[Figure]:
    world = setting.sqlite("push")
    with Product(world.folder, setting.port) as product:
        latencies = uvloop.run(_paced(product, world, rate, seconds))
    middle, late = latencies[len(latencies) // 2], latencies[len(latencies) * 99 // 100]
    note = f"p50 {middle * 1e3:.1f} max {latencies[-1] * 1e3:.1f} ms, {len(latencies)} messages"
    return [Figure(name, late * 1e3, "ms", note=note)]


async def _paced(product: Product, world: World, rate: int, seconds: float) -> list[float]:
    """Messages at a steady rate, each to a thread somebody looks at; seconds from writing the request, sorted."""
    sent: dict[bytes, float] = {}
    latencies: list[float] = []

    def heard(_: int, frame: bytes) -> None:
        now, at = time.perf_counter(), 0
        while (at := frame.find(_MARK, at)) >= 0:
            end = frame.find(b".", at)
            began = sent.pop(frame[at:end], None)
            if began is not None:
                latencies.append(now - began)
            at = end

    async with Office(product, world, heard, threads=max(world.size.open // world.size.operators // 2, 1)) as office:
        pool: asyncio.Queue[Connection] = asyncio.Queue()
        for _ in range(_CONNECTIONS):
            pool.put_nowait(await Connection.open(product.port))
        threads = itertools.cycle(office.watched)
        warm = rate // 2
        tasks = []
        began = time.perf_counter()
        for number in range(warm + int(rate * seconds)):
            if number == warm:
                latencies.clear()
            await asyncio.sleep(max(began + number / rate - time.perf_counter(), 0))
            tasks.append(asyncio.create_task(_say(pool, world.key, next(threads), number, sent)))
        await asyncio.gather(*tasks)
        for _ in range(int(_LOST_AFTER / 0.02)):
            if not sent:
                break
            await asyncio.sleep(0.02)
    if sent:
        raise RuntimeError(f"{len(sent)} messages were never seen at a socket")
    return sorted(latencies)


async def _say(pool: "asyncio.Queue[Connection]", key: str, thread: int, number: int, sent: dict[bytes, float]) -> None:
    connection = await pool.get()
    mark = b"%s%d" % (_MARK, number)
    wanted = message_request(key, thread, f"p-{number}", f"{mark.decode()}. Where is my order?")
    sent[mark] = time.perf_counter()
    status, body = await connection.ask(wanted)
    pool.put_nowait(connection)
    if status != 201:
        raise RuntimeError(f"a message was not taken: {status} {body[:300]!r}")
