"""For every reader: the snapshot then, and the changes since, make the snapshot now. Whatever happens in between."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openlines.services import presence, wake
from openlines.store import migrate
from openlines.store.events import last_event_id
from openlines.store.tx import Reader as StoreReader
from openlines.support.clock import SettableClock
from tests.api.asgi_client import Browser, Socket
from tests.api.house import House, Visitor, running
from tests.realtime.world import World, facts

READERS = ("Ann", "Boris", "Carla", "Dina")  # administrator; first line; both lines; second line


class Reader:
    """One colleague with his socket and what he knows."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.world: World
        self.socket: Socket
        self.threads: list[int] = []

    async def look(self) -> None:
        """A snapshot and a socket that goes on from it."""
        self.world = World((await self.browser.get("/api/v1/snapshot")).json)
        await self._connect()

    async def _connect(self) -> None:
        self.socket = self.browser.socket()
        await self.socket.__aenter__()
        self.subscribe()
        first = await self.socket.hear()
        if first["type"] == "reset":
            await self.again()

    def subscribe(self) -> None:
        world = self.world
        self.socket.say(
            {
                "type": "subscribe",
                "cursor": world.cursor,
                "epoch": world.epoch,
                "threads": self.threads,
                "lists": ["all"],
            }
        )

    async def drop(self) -> None:
        await self.socket.__aexit__()

    async def resume(self) -> None:
        await self._connect()

    async def again(self) -> None:
        """What a client does after `reset`."""
        await self.drop()
        await self.look()

    async def listen(self) -> None:
        """Take in everything that has come."""
        while True:
            try:
                frame = await self.socket.hear(within=0.03)
            except TimeoutError:
                return
            assert frame is not None
            if frame["type"] == "reset":
                await self.again()
            elif frame["type"] == "changes":
                self.world.apply(frame)


class Simulation:
    """A small portal in which anything may happen."""

    def __init__(self, house: House, clock: SettableClock) -> None:
        self.house = house
        self.clock = clock
        self.readers: dict[str, Reader] = {}
        self.ids: dict[str, int] = {}
        self.lines: list[int] = []
        self.keys: list[str] = []
        self.visitors: list[Visitor] = []
        self.said = 0

    async def furnish(self) -> None:
        house = self.house
        await house.set_up()
        self.ids = {name: await house.add_user(name) for name in READERS[1:]}
        self.ids["Ann"] = 1
        second = await house.add_line("Second", [self.ids["Carla"], self.ids["Dina"]])
        await house.put_queue(house.line_id, [self.ids["Boris"], self.ids["Carla"]])
        self.lines = [house.line_id, second]
        self.keys = [house.key, await house.add_chat(second)]
        for name in READERS:
            browser = house.admin if name == "Ann" else await house.sign_in(name)
            self.readers[name] = Reader(browser)
            await self.readers[name].look()
        self.visitors = [await house.visitor(self.keys[each % 2]) for each in range(4)]

    # --- what can happen ------------------------------------------------------------------------------------

    async def write(self, who: int, _: int) -> None:
        self.said += 1
        await self.visitors[who % 4].say(f"words {self.said}")

    async def rename(self, who: int, what: int) -> None:
        await self.visitors[who % 4].ask("PATCH", "/session", {"name": f"Name {what}"})

    async def _row(self, what: int) -> dict[str, Any] | None:
        rows = (await self.house.admin.get("/api/v1/conversations?list=all")).json["items"]
        return rows[what % len(rows)] if rows else None

    async def act(self, who: int, what: int) -> None:
        row = await self._row(what)
        if row is None:
            return
        path = f"/api/v1/conversations/{row['id']}"
        names = list(READERS)
        actions: list[tuple[str, dict[str, Any]]] = [
            ("accept", {"version": row["version"]}),
            ("decline", {"version": row["version"]}),
            ("messages", {"client_message_id": f"c{self.clock.now()}-{what}", "text": "answer"}),
            ("messages", {"client_message_id": f"n{self.clock.now()}-{what}", "text": "note", "note": True}),
            ("finish", {}),
            ("finish", {"now": True}),
            ("undo-finish", {}),
            ("transfer", {"user_id": self.ids[names[what % 4]]}),
            ("transfer", {"line_id": self.lines[what % 2]}),
            ("intercept", {}),
            ("join", {}),
            ("leave", {}),
            ("pin", {"pinned": bool(what % 2)}),
            ("snooze", {"until": "2033-01-01T00:00:00Z" if what % 2 else None}),
            ("spam", {}),
            ("read", {"seq": 1}),
        ]
        action, body = actions[what % len(actions)]
        await self.readers[names[who % 4]].browser.post(f"{path}/{action}", body)

    async def be(self, who: int, what: int) -> None:
        name = READERS[who % 4]
        await self.readers[name].browser.put(
            "/api/v1/me/presence", {"state": ("online", "pause", "offline")[what % 3], "reason": "tea"}
        )

    async def configure(self, who: int, what: int) -> None:
        line_id = self.lines[who % 2]
        mode = ("evenly", "strictly", "everyone", "least_busy")[what % 4]
        await self.house.change_line(line_id, mode=mode, queue_time=60 + what, kpi_first=(what % 3) * 60)

    async def queue(self, who: int, what: int) -> None:
        members = [self.ids[name] for n, name in enumerate(READERS) if what >> n & 1]
        await self.house.put_queue(self.lines[who % 2], members)

    async def department(self, who: int, what: int) -> None:
        await self.house.admin.post("/api/v1/departments", {"name": f"D{what}", "member_ids": [self.ids["Dina"]]})

    async def wait(self, who: int, what: int) -> None:
        self.clock.advance((1, 30, 61, 700)[what % 4])
        # The leases of a node are renewed by the hour of the clock that was just moved.
        await self.house.app.edge.store.write(presence.renew, self.house.app.edge.node)
        assert self.house.app.timers is not None
        self.house.app.timers.look()

    async def blink(self, who: int, what: int) -> None:
        """A connection is lost, something is missed, and it comes back."""
        reader = self.readers[READERS[who % 4]]
        await reader.listen()
        await reader.drop()
        await self.act(what, what * 7 + 3)
        await self.settle()
        await reader.resume()

    async def watch(self, who: int, what: int) -> None:
        reader = self.readers[READERS[who % 4]]
        row = await self._row(what)
        reader.threads = [row["thread_id"]] if row is not None else []
        reader.subscribe()

    # --- comparing ------------------------------------------------------------------------------------------

    async def settle(self) -> None:
        """Until nothing moves any more: routing has routed, timers have played, the hub has told."""
        hub, store = self.house.app.edge.hub, self.house.app.edge.store
        still, last = 0, (-1, True)
        for _ in range(500):
            await asyncio.sleep(0.02)
            now = (await store.read(last_event_id), await store.read(is_work_left))
            still = still + 1 if now == last == (hub.cursor, False) else 0
            last = now
            if still == 3:
                return
        raise AssertionError(f"it does not come to rest: {last}, the hub is at {hub.cursor}")

    async def compare(self, after: str) -> None:
        await self.settle()
        for name, reader in self.readers.items():
            await reader.listen()
            now = World((await reader.browser.get("/api/v1/snapshot")).json)
            known, true = facts(reader.world), facts(now)
            for part, value in true.items():
                assert known[part] == value, f"{name} after {after}: {part}"

    async def end(self) -> None:
        for reader in self.readers.values():
            await reader.drop()


HAPPENINGS: dict[str, Callable[[Simulation, int, int], Awaitable[None]]] = {
    "write": Simulation.write,
    "act": Simulation.act,
    "rename": Simulation.rename,
    "be": Simulation.be,
    "configure": Simulation.configure,
    "queue": Simulation.queue,
    "department": Simulation.department,
    "wait": Simulation.wait,
    "blink": Simulation.blink,
    "watch": Simulation.watch,
}
# What happens most in a day happens most here.
KINDS = ["write"] * 4 + ["act"] * 8 + ["rename", "be", "be", "configure", "queue", "department", "wait", "wait"]
KINDS += ["blink", "blink", "watch"]

STEPS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 3), st.integers(0, 63)), min_size=8, max_size=24)


async def simulate(folder: Path, template: Path, steps: list[tuple[str, int, int]], database: str = "") -> None:
    clock = SettableClock()
    async with running(folder, template=template, clock=clock, database=database) as house:
        for bucket in ("staff", "visitor", "newcomers", "address"):
            setattr(house.app.edge.limits, bucket, NoLimit())
        simulation = Simulation(house, clock)
        await simulation.furnish()
        try:
            for number, (kind, who, what) in enumerate(steps):
                clock.advance(0.5)
                await HAPPENINGS[kind](simulation, who, what)
                if number % 4 == 3 or number == len(steps) - 1:
                    await simulation.compare(f"{number}: {kind} {who} {what}")
        finally:
            await simulation.end()


def is_work_left(reader: StoreReader) -> bool:
    """Something waits to be routed, or a timer is due."""
    due = wake.next_due(reader)
    return bool(wake.next_routing(reader)) or (due is not None and due <= reader.now)


class NoLimit:
    def take(self, *_: Any) -> float:
        return 0.0


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "portal.db"
    migrate(path)
    return path


@pytest.mark.timeout(600)
@pytest.mark.slow
@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_snapshot_then_and_changes_make_the_snapshot_now(template: Path, steps: list[tuple[str, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(simulate(Path(folder), template, steps))


DAY = [
    ("write", 0, 0), ("write", 1, 0), ("act", 1, 0), ("act", 2, 32), ("write", 0, 1), ("watch", 1, 0), ("act", 1, 18),
    ("blink", 2, 8), ("act", 0, 24), ("wait", 0, 2), ("queue", 0, 6), ("configure", 0, 2), ("write", 2, 3),
    ("act", 3, 16), ("be", 2, 1), ("act", 1, 4), ("wait", 0, 3), ("rename", 0, 5), ("write", 0, 9), ("blink", 0, 40),
    ("act", 2, 9), ("act", 2, 10), ("act", 2, 11), ("queue", 0, 15), ("act", 0, 5), ("write", 3, 3),
]  # fmt: skip


@pytest.mark.timeout(200)
async def test_a_day_on_sqlite(tmp_path: Path, template: Path) -> None:
    await simulate(tmp_path, template, DAY)


@pytest.mark.timeout(200)
async def test_a_day_on_postgresql(tmp_path: Path, template: Path, postgres_url: str) -> None:
    await simulate(tmp_path, template, DAY, database=postgres_url)
