"""The real application in this process, in a thread with a loop of its own, with a clock that can be moved.

The clock goes on with the machine's and can be put ahead: a minute of waiting need not be waited for. Timers and
routing are told to look after each move; everything else is as in `openlines serve`.
"""

import asyncio
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext

from openlines.app import Application, Server, create_app
from openlines.config import Config
from openlines.services import wake
from openlines.store.tx import Reader
from openlines.support.clock import HostClock
from openlines.support.listening import listen
from openlines.support.log import set_up
from tests.support_servers.ports import free_port

PASSWORD = "correct horse battery 9"
CHIEF = {"name": "Анна Ким", "email": "anna@example.com"}


# For an answer of the API on a busy machine; what never comes fails all the same.
PATIENTLY = 20.0


class MovableClock:
    """The machine's clock, put ahead by what a test has let pass."""

    def __init__(self) -> None:
        self._host = HostClock()
        self._ahead = 0
        self.jumped_at: int | None = None

    def now(self) -> int:
        return self._host.now() + self._ahead

    def pass_by(self, seconds: float) -> None:
        self._ahead += round(seconds * 1_000_000)


class House:
    """One running server. Stopped and started again it has the same data and the same address."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.clock = MovableClock()
        port = free_port()
        self._config = Config(data=folder, database=database, port=port, log_level="error")
        self.base = f"http://127.0.0.1:{port}"
        self.application: Application
        self._server: Server
        self._thread: threading.Thread
        self._loop: asyncio.AbstractEventLoop
        self.start()

    def start(self) -> None:
        set_up(self._config.log_format, self._config.log_level)
        self.application = create_app(self._config, clock=self.clock)
        started = threading.Event()
        self._server = Server(self.application, lambda *_: started.set())
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        if not started.wait(30):
            raise RuntimeError("the server does not start")

    def _serve(self) -> None:
        listening = listen("127.0.0.1", self._config.port)
        with listening:
            self._loop = asyncio.new_event_loop()
            self._loop.run_until_complete(self._server.serve(sockets=[listening]))
            self._loop.close()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(30)

    def later(self, seconds: float) -> None:
        """So much time passes, in steps, so that people stay there and timers come in their order."""
        left = seconds
        while left > 0:
            step = min(left, 4.0)
            left -= step
            self.clock.pass_by(step)
            self._loop.call_soon_threadsafe(self._look)
            self._run(self._played())

    async def _played(self) -> None:
        """What came due by the step is done before the next one; for what does not get done nobody waits long."""
        await asyncio.sleep(0.12)
        for _ in range(50):
            if not await self.application.edge.store.read(_is_due):
                return
            await asyncio.sleep(0.04)

    def _look(self) -> None:
        if self.application.timers is not None:
            self.application.timers.look()
        if self.application.letters is not None:
            self.application.letters.look()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def write(self, use_case: Any, *args: Any, **kwargs: Any) -> Any:
        """A use case, to set a scene that is not what the test is about."""
        return self._run(self.application.edge.store.write(use_case, *args, **kwargs))

    def read(self, query: Any, *args: Any) -> Any:
        return self._run(self.application.edge.store.read(query, *args))


def _is_due(reader: Reader) -> bool:
    due = wake.next_due(reader)
    return bool(wake.next_routing(reader)) or (due is not None and due <= reader.now)


class Portal:
    """A house that is set up: signs people in and makes more of them, through the API."""

    def __init__(self, house: House, chief: BrowserContext, language: str = "ru") -> None:
        self.house = house
        self.chief = chief
        body = {
            "token": house.application.setup_token,
            "portal_name": "Лампа и плед",
            "language": language,
            "time_zone": "Europe/Moscow",
            "password": PASSWORD,
            **CHIEF,
        }
        made = self.ask(chief, "POST", "/api/v1/setup", body)
        self.line_id: int = made["line_id"]
        self.channel_id: int = made["channel_id"]
        self.try_url: str = made["try_url"]
        self.chief_id: int = made["me"]["id"]
        found = re.search(r'data-key="([^"]+)"', made["snippet"])
        if found is None:
            raise AssertionError(made["snippet"])
        self.key = found[1]

    def ask(self, context: BrowserContext, method: str, path: str, body: Any = None) -> Any:
        answer = context.request.fetch(
            self.house.base + path, method=method, data=body, headers={"Origin": self.house.base}
        )
        if not answer.ok:
            raise AssertionError(f"{method} {path}: {answer.status} {answer.text()}")
        return answer.json() if answer.body() else None

    def eventually(self, path: str, true_of: Callable[[Any], Any]) -> Any:
        """What the API says as soon as it is so."""
        deadline = time.monotonic() + PATIENTLY
        while not true_of(found := self.ask(self.chief, "GET", path)):
            assert time.monotonic() < deadline, f"{path} stays at {found}"
            time.sleep(0.1)
        return found

    def comes_to(self, state: str) -> None:
        """The only conversation has this state with the server: the page may have shown it before."""
        self.eventually("/api/v1/conversations?list=all", lambda found: found["items"][0]["state"] == state)

    def operator(self, context: BrowserContext, name: str) -> int:
        """A new operator, signed in in this browser. Returns his id."""
        email = f"o{name.lower()}@example.com"
        user = {"name": name, "email": email, "password": PASSWORD, "role": "operator", "department_ids": []}
        made = self.ask(self.chief, "POST", "/api/v1/users", user)
        self.ask(context, "POST", "/api/v1/login", {"email": email, "password": PASSWORD})
        return int(made["id"])

    def change_line(self, line_id: int, members: list[int] | None = None, **settings: Any) -> None:
        line = self.ask(self.chief, "GET", f"/api/v1/lines/{line_id}")
        if settings:
            change = {"version": line["version"], "settings": settings}
            line = self.ask(self.chief, "PATCH", f"/api/v1/lines/{line_id}", change)
        if members is not None:
            queue = {"version": line["version"], "members": [{"user_id": each} for each in members]}
            self.ask(self.chief, "PUT", f"/api/v1/lines/{line_id}/queue", queue)


@contextmanager
def running(folder: Path, database: str = "") -> Iterator[House]:
    house = House(folder, database)
    try:
        yield house
    finally:
        house.stop()
