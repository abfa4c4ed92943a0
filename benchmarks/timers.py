"""How late a timer is played, as seen at a socket, while very many others are pending."""

import asyncio
import sqlite3

import msgspec
import uvloop

from benchmarks.figures import Figure
from benchmarks.people import connect
from benchmarks.product import Product
from benchmarks.setting import Setting
from benchmarks.world import SETTINGS, World
from openlines.support.clock import HostClock

_SECOND = 1_000_000
_AHEAD = 6.0  # seconds from the furnishing to the first that is due, beside what a start takes
_STARTS = 3  # times what a start has just taken
_WITHIN = 60.0


def timer_lateness(setting: Setting) -> list[Figure]:
    """A thousand conversations nobody goes on with are closed when their time has come."""
    spread = _play(setting, spread=_SECOND)
    burst = _play(setting, spread=0)
    return [
        Figure("timer_lateness_p99", spread[len(spread) * 99 // 100] / 1e3, "ms", note=_words(spread)),
        Figure("timer_lateness_burst", burst[-1] / 1e3, "ms", note=_words(burst)),
    ]


def _words(late: list[int]) -> str:
    return f"p50 {late[len(late) // 2] / 1e3:.0f} max {late[-1] / 1e3:.0f} ms, {len(late)} timers"


def _play(setting: Setting, *, spread: int) -> list[int]:
    world = setting.sqlite("timers")
    count = min(1000, world.size.open // 2)
    with Product(world.folder, setting.port) as product:
        ahead = _AHEAD + _STARTS * product.start_seconds
    due = _furnish(world, count, spread, int(ahead * _SECOND))
    with Product(world.folder, setting.port) as product:
        return uvloop.run(_watch(product, world, due))


def _furnish(world: World, count: int, spread: int, ahead: int) -> dict[int, int]:
    """Every conversation is open with a timer some hours away; of `count` it is due soon. Returns those, with when."""
    now = HostClock().now()
    hours = SETTINGS.auto_close_time * _SECOND
    connection = sqlite3.connect(world.folder / "portal.db")
    connection.execute(
        "UPDATE conversations SET state = 'active', awaiting = 'customer', reason = NULL, finished_at = NULL,"
        " closed_at = NULL, opened_at = ?1 - id * 1000, accepted_at = ?1 - id * 1000,"
        " operator_at = ?1 - id * 1000, customer_at = ?1 - id * 1000, due_at = ?1 - id * 1000 + ?2",
        (now, hours),
    )
    due = {n: now + ahead + (n - 1) * spread // count for n in range(1, count + 1)}
    connection.executemany(
        "UPDATE conversations SET opened_at = ?1 - ?2, accepted_at = ?1 - ?2, operator_at = ?1 - ?2,"
        " customer_at = ?1 - ?2, due_at = ?1 WHERE id = ?3",
        [(at, hours, number) for number, at in due.items()],
    )
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return due


async def _watch(product: Product, world: World, due: dict[int, int]) -> list[int]:
    """Microseconds from each due time to the frame that tells an administrator, sorted."""
    clock, late = HostClock(), {}

    def heard(_: int, frame: bytes) -> None:
        now = clock.now()
        told = msgspec.json.decode(frame)
        over = [row["id"] for row in told.get("conversations", ()) if row["state"] in ("closing", "closed")]
        for number in [*over, *told.get("gone", ())]:
            if number in due and number not in late:
                late[number] = now - due[number]

    sockets = []
    for number in range(1, world.size.sockets + 1):
        chief = number > world.size.operators
        sockets.append(
            await connect(product.port, number, heard if chief else _deaf, [], ["all", "closed"] if chief else [])
        )
    if clock.now() > min(due.values()):
        raise RuntimeError("the timers were due before everybody was there")
    lasts = (max(due.values()) - clock.now()) / _SECOND + _WITHIN
    for _ in range(int(lasts / 0.05)):
        if len(late) == len(due):
            break
        await asyncio.sleep(0.05)
    for socket in sockets:
        socket.close()
    if len(late) < len(due):
        raise RuntimeError(f"{len(due) - len(late)} timers were not seen to be played")
    return sorted(late.values())


def _deaf(number: int, frame: bytes) -> None:
    del number, frame
