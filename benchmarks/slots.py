"""A slot becomes free while a thousand wait: how long until its operator sees the next offer."""

import asyncio
import itertools
import sqlite3
import time
from typing import Any

import msgspec
import uvloop

from benchmarks.figures import Figure
from benchmarks.people import connect
from benchmarks.product import Product
from benchmarks.setting import Setting
from benchmarks.wire import Connection, request
from benchmarks.world import SETTINGS, World, add_sign_ins, cookie, seat
from openlines.core.line import LineSettings
from openlines.store.lines import text_of
from openlines.support.clock import HostClock

_LINES = (11, 12, 13)
_OPERATORS = 100
_FIRST_USER = 5001
_FIRST_COOKIE = 5001
_WAITING = 1000
_FIRST = 200_000_001
_PAUSE = 0.03  # seconds between two who finish
_RULES = LineSettings(greeting=SETTINGS.greeting, queue_time=12 * 3600, limit=1, counting="open")
_WITHIN = 10.0


def slot_to_offer_p99(setting: Setting) -> list[Figure]:
    world = setting.sqlite("slots")
    _furnish(world)
    with Product(world.folder, setting.port) as product:
        latencies = uvloop.run(_free_slots(product, 200 if setting.size.conversations >= 100_000 else 60))
    late = latencies[len(latencies) * 99 // 100]
    note = f"p50 {latencies[len(latencies) // 2] * 1e3:.1f} max {latencies[-1] * 1e3:.1f} ms, {len(latencies)} slots"
    return [Figure("slot_to_offer_p99", late * 1e3, "ms", note=note)]


def _furnish(world: World) -> None:
    """Three lines, a hundred operators among them who have one conversation each and may have no more."""
    now = HostClock().now()
    connection = sqlite3.connect(world.folder / "portal.db")
    run, run_many = connection.execute, connection.executemany
    users = list(range(_FIRST_USER, _FIRST_USER + _OPERATORS))
    add = (
        "INSERT INTO users (id, email, name, role, unavailable, created_at) VALUES (?, ?, ?, 'operator', 'offline', 1)"
    )
    run_many(add, [(user, f"s{user}@example.com", f"Slot {user}") for user in users])
    add_sign_ins(run_many, list(enumerate(users, _FIRST_COOKIE)), now)
    for line in _LINES:
        run("INSERT INTO lines (id, name, settings, created_at) VALUES (?, 'Line', ?, 1)", (line, text_of(_RULES)))
        run(
            "INSERT INTO channels (id, line_id, kind, name, key, created_at) VALUES (?, ?, 'website', 'Site', ?, 1)",
            (line, line, f"key-{line}"),
        )
    for line, sitting in zip(_LINES, (users[0::3], users[1::3], users[2::3]), strict=True):
        seat(run_many, line, sitting)
        run("UPDATE seats SET counted = 1 WHERE line_id = ?", (line,))
    lines = itertools.cycle(_LINES)
    for number, user in enumerate(users):
        _conversation(run, _FIRST + number, next(lines), now, user)
    for number in range(_WAITING):
        _conversation(run, _FIRST + _OPERATORS + number, next(lines), now - number, None)
    connection.commit()
    connection.close()


def _conversation(run: Any, number: int, line: int, at: int, operator: int | None) -> None:
    run("INSERT INTO customers (id, name, created_at) VALUES (?, 'Customer', ?)", (number, at))
    run(
        "INSERT INTO threads (id, channel_id, external_id, customer_id, created_at, greeted_at, last_conversation_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (number, line, f"slot {number}", number, at, at, number),
    )
    state = ("waiting", None) if operator is None else ("active", "operator")
    run(
        "INSERT INTO conversations (id, thread_id, channel_id, customer_id, line_id, version, state, awaiting,"
        " operator_id, opened_at, responsible_at, waiting_since, accepted_at, customer_at, customer_since, greeted,"
        " first_seq, last_text, last_author, last_at) VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 1,"
        " 'Hello', 'customer', ?)",
        (number, number, line, number, line, *state, operator, at, at, at, operator and at, at, at, at),
    )
    run(
        "INSERT INTO messages (id, thread_id, conversation_id, seq, author, kind, text, dedupe, at)"
        " VALUES (?, ?, ?, 1, 'customer', 'text', 'Hello', '1', ?)",
        (number, number, number, at),
    )


async def _free_slots(product: Product, wanted: int) -> list[float]:
    """Seconds from writing `finish` to the frame with the offer, sorted."""
    offered: dict[int, asyncio.Future[tuple[int, int]]] = {}

    def heard(number: int, frame: bytes) -> None:
        if b'"offered"' not in frame:
            return
        user = number - _FIRST_COOKIE + _FIRST_USER
        for row in msgspec.json.decode(frame).get("conversations", ()):
            waiting = offered.get(user)
            if row["state"] == "offered" and row.get("offered_to") == user and waiting and not waiting.done():
                waiting.set_result((row["id"], row["version"]))

    sockets = [await connect(product.port, _FIRST_COOKIE + n, heard, [], []) for n in range(_OPERATORS)]
    connection = await Connection.open(product.port)
    holds = {_FIRST_USER + number: _FIRST + number for number in range(_OPERATORS)}
    await asyncio.sleep(1.0)
    latencies = []
    for count in range(wanted):
        number = count % _OPERATORS
        user = _FIRST_USER + number
        offered[user] = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        await _act(connection, number, f"{holds[user]}/finish", {"now": True})
        conversation, version = await asyncio.wait_for(offered[user], _WITHIN)
        latencies.append(time.perf_counter() - began)
        await _act(connection, number, f"{conversation}/accept", {"version": version})
        holds[user] = conversation
        await asyncio.sleep(_PAUSE)
    for socket in sockets:
        socket.close()
    connection.close()
    return sorted(latencies)


async def _act(connection: Connection, number: int, path: str, body: dict[str, Any]) -> None:
    headers = {"Cookie": f"openlines={cookie(_FIRST_COOKIE + number)}"}
    wanted = request("POST", f"/api/v1/conversations/{path}", headers, msgspec.json.encode(body))
    status, answer = await connection.ask(wanted)
    if status != 200:
        raise RuntimeError(f"{path}: {status} {answer[:300]!r}")
