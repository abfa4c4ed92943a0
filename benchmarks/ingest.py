"""Customers' messages through the real HTTP endpoint, and new conversations until they are offered."""

import asyncio
from typing import Any

import uvloop

from benchmarks.figures import Figure
from benchmarks.people import NEWCOMERS_FROM, Load, Office, closed_loop, visitors
from benchmarks.product import Product
from benchmarks.replay import raw_rate
from benchmarks.setting import Setting
from benchmarks.world import World

NEWCOMER_EACH = 50  # one message in so many opens a conversation: greeted, offered, in the queue of somebody
_SETTLED = 0.5


def ingest_sqlite(setting: Setting) -> list[Figure]:
    """At 32 and at 8 clients, and beside the very statements replayed raw in batches of the same size."""
    world = setting.sqlite("ingest")
    with Product(world.folder, setting.port) as product:
        many, few = uvloop.run(_ingest(product, world, setting))
    _count(world, many.done + few.done)
    setting.say("replaying the statements raw")
    batch = max(round(many.calls / many.groups), 1)
    raw = raw_rate(setting.sqlite("recorded"), setting.sqlite("replayed"), batch, newcomer_each=NEWCOMER_EACH)
    return [
        Figure("ingest_sqlite", many.rate, "1/s", raw, _words(many)),
        Figure("ingest_sqlite_8", few.rate, "1/s", note=_words(few)),
        Figure("ingest_sqlite_8_p99", few.latency(0.99) * 1e3, "ms"),
        Figure("ingest_sqlite_of_raw", many.rate / raw, "", note=f"raw {raw:.0f}/s in commits of {batch}"),
    ]


def ingest_postgres(setting: Setting) -> list[Figure]:
    with setting.postgres() as world, Product(world.folder, setting.port, world.database) as product:
        many, _ = uvloop.run(_ingest(product, world, setting, few=False))
    return [Figure("ingest_postgres", many.rate, "1/s", note=_words(many))]


async def _ingest(product: Product, world: World, setting: Setting, *, few: bool = True) -> tuple[Load, Load]:
    async with Office(product, world):
        turns = visitors(world, newcomer_each=NEWCOMER_EACH)
        await closed_loop(product, world, turns, clients=32, seconds=1.0, tag="w")
        results = []
        for clients in (32, 8) if few else (32,):
            setting.say(f"{clients} clients")
            results.append(
                await closed_loop(product, world, turns, clients=clients, seconds=world.size.seconds, tag=f"c{clients}")
            )
            await asyncio.sleep(_SETTLED)
    return results[0], results[-1]


def _words(load: Load) -> str:
    return (
        f"p50 {load.latency(0.5) * 1e3:.1f} p99 {load.latency(0.99) * 1e3:.1f} ms, "
        f"{load.cpu_us:.0f} µs CPU each, {load.calls / load.groups:.1f} calls in a commit"
    )


def _count(world: World, acknowledged: int) -> None:
    """Whatever was acknowledged is there."""
    import sqlite3

    connection = sqlite3.connect(world.folder / "portal.db")
    (found,) = connection.execute(
        "SELECT count(*) FROM messages WHERE author = 'customer' AND dedupe LIKE 'c%-%'"
    ).fetchone()
    connection.close()
    if found != acknowledged:
        raise RuntimeError(f"{acknowledged} messages were acknowledged, {found} are stored")


def route_new(setting: Setting) -> list[Figure]:
    world = setting.sqlite("route")
    with Product(world.folder, setting.port) as product:
        return [_offers("route_new", *uvloop.run(_newcomers(product, world)))]


def route_new_postgres(setting: Setting) -> list[Figure]:
    with setting.postgres() as world, Product(world.folder, setting.port, world.database) as product:
        return [_offers("route_new_postgres", *uvloop.run(_newcomers(product, world)))]


def _offers(name: str, load: Load, offers: float, seconds: float) -> Figure:
    note = f"{load.rate:.0f}/s opened, {load.cpu_us:.0f} µs CPU each, p99 {load.latency(0.99) * 1e3:.1f} ms"
    return Figure(name, offers / seconds, "1/s", note=note)


async def _newcomers(product: Product, world: World) -> tuple[Load, float, float]:
    """Everybody is new. Returns the load, and how many offers were made in how many seconds."""
    async with Office(product, world):
        turns = visitors(world, newcomer_each=1, first_newcomer=NEWCOMERS_FROM * 2)
        await closed_loop(product, world, turns, clients=32, seconds=1.0, tag="w")
        before = 0.0
        for _ in range(200):
            if (before := offers(product)) >= _expected(product):
                break
            await asyncio.sleep(0.05)
        load = await closed_loop(product, world, turns, clients=32, seconds=world.size.seconds, tag="n")
        made = offers(product) - before
        return load, made, load.seconds


def offers(product: Product) -> float:
    return _metric(product.metrics(), "openlines_offers_total")


def _metric(metrics: dict[str, Any], name: str) -> float:
    return float(metrics.get(name, 0.0))


def _expected(product: Product) -> float:
    """As many offers as there were new conversations: each visitor's answer 201 is one."""
    return sum(
        value
        for name, value in product.metrics().items()
        if name.startswith("openlines_http_requests_total{") and 'area="visitor"' in name and 'status="201"' in name
    )
