"""Who is on the other side: visitors who write, colleagues whose sockets are open."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, Self

import msgspec

from benchmarks.product import Product
from benchmarks.wire import Connection, Listener, request
from benchmarks.world import World, cookie, visitor_token

NEWCOMERS_FROM = 10_000_000
_WORDS = "Здравствуйте! Where is my order 12345? Жду ответа уже полчаса."


def message_request(key: str, visitor: int, client_id: str, text: str = _WORDS) -> bytes:
    """What a visitor's browser sends, through a proxy that tells the visitor's own address."""
    body = msgspec.json.encode({"client_message_id": client_id, "text": text})
    headers = {
        "Authorization": f"Bearer {visitor_token(visitor)}",
        "X-Forwarded-For": f"10.{visitor >> 16 & 255}.{visitor >> 8 & 255}.{visitor & 255}",
        "X-Forwarded-Proto": "http",
        "Origin": "https://shop.example",
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "Accept": "*/*",
        "Accept-Language": "ru,en;q=0.8",
        "Accept-Encoding": "gzip, deflate",
    }
    return request("POST", f"/api/v1/widget/{key}/messages", headers, body)


def visitors(world: World, *, newcomer_each: int, first_newcomer: int = NEWCOMERS_FROM) -> Iterator[int]:
    """Distinct visitors in turn; every `newcomer_each`-th has never been here (1: all, 0: none)."""
    fresh = itertools.count(first_newcomer)
    known = itertools.cycle(range(1, world.size.open + 1))
    for count in itertools.count(1):
        yield next(fresh) if newcomer_each and count % newcomer_each == 0 else next(known)


class Load(NamedTuple):
    """What a run of clients came to."""

    done: int
    seconds: float
    latencies: list[float]  # seconds, sorted
    cpu: float  # seconds of the product
    groups: float  # commits of the store
    calls: float

    @property
    def rate(self) -> float:
        return self.done / self.seconds

    def latency(self, part: float) -> float:
        return self.latencies[min(int(len(self.latencies) * part), len(self.latencies) - 1)]

    @property
    def cpu_us(self) -> float:
        """Processor time of the product for one message, everything it does included, µs."""
        return self.cpu / self.done * 1e6


async def closed_loop(
    product: Product, world: World, turns: Iterator[int], *, clients: int, seconds: float, tag: str
) -> Load:
    """Each client writes, waits for the answer and writes again, always as another visitor."""
    latencies: list[float] = []
    ids = itertools.count()
    before = product.cpu_seconds(), product.writer("groups"), product.writer("calls")
    began = time.perf_counter()
    end = began + seconds

    async def client() -> None:
        connection = await Connection.open(product.port)
        while (sent := time.perf_counter()) < end:
            status, body = await connection.ask(message_request(world.key, next(turns), f"{tag}-{next(ids)}"))
            if status != 201:
                raise RuntimeError(f"a message was not taken: {status} {body[:300]!r}")
            latencies.append(time.perf_counter() - sent)
        connection.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    took = time.perf_counter() - began
    after = product.cpu_seconds(), product.writer("groups"), product.writer("calls")
    latencies.sort()
    return Load(len(latencies), took, latencies, *(new - old for old, new in zip(before, after, strict=True)))


Heard = Callable[[int, bytes], None]


def _deaf(number: int, frame: bytes) -> None:
    del number, frame


class Office:
    """Everybody who is signed in, each with an open socket that looks at some threads, as a workspace does."""

    def __init__(self, product: Product, world: World, heard: Heard = _deaf, *, threads: int = 1) -> None:
        self._product = product
        self._world = world
        self._heard = heard
        self._threads = threads
        self.sockets: list[Listener] = []
        self.watched: list[int] = []

    async def __aenter__(self) -> Self:
        size = self._world.size
        for number in range(1, size.sockets + 1):
            watched = self._watched_by(number) if number <= size.operators else []
            lists = [] if number <= size.operators else ["all"]
            self.sockets.append(await connect(self._product.port, number, self._heard, watched, lists))
            self.watched += watched
        await asyncio.sleep(0.5)  # what their coming has set off is over
        return self

    async def __aexit__(self, *_: object) -> None:
        closed = [each.closed for each in self.sockets if each.closed]
        for socket in self.sockets:
            socket.close()
        await asyncio.sleep(0.1)
        if closed:
            raise RuntimeError(f"the server closed {len(closed)} sockets: {closed[0]}")

    def _watched_by(self, number: int) -> list[int]:
        """The first of his own conversations."""
        size = self._world.size
        own = range(number - 1 or size.operators, size.open + 1, size.operators)
        return list(own)[: self._threads]

    @property
    def bytes(self) -> int:
        return sum(each.bytes for each in self.sockets)


async def connect(
    port: int, number: int, heard: Heard, threads: list[int], lists: list[str], *, subscribe: bool = True
) -> Listener:
    """The socket of sign-in `number`: snapshot first, then its cursor, as the workspace does."""
    headers = {"Cookie": f"openlines={cookie(number)}", "Accept-Language": "en", "Origin": "http://127.0.0.1"}
    frame: dict[str, object] = {"type": "subscribe", "threads": threads, "lists": lists}
    if subscribe:
        connection = await Connection.open(port)
        status, body = await connection.ask(request("GET", "/api/v1/snapshot", headers))
        connection.close()
        if status != 200:
            raise RuntimeError(f"no snapshot: {status} {body[:300]!r}")
        snapshot = msgspec.json.decode(body)
        frame.update(cursor=snapshot["cursor"], epoch=snapshot["epoch"])
    socket = await Listener.open(port, "/api/v1/socket", headers, lambda data: heard(number, data))
    socket.say(msgspec.json.encode(frame))
    return socket
