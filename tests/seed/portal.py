"""A whole portal in this process, asked only as its clients ask it: requests and sockets.

Of the package only the application is imported, with a clock that the test moves. The driver is synchronous: each
act runs the server's loop until nothing moves any more, and in between time stands still.
"""

import asyncio
import itertools
import shutil
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from openlines.app import create_app
from openlines.config import Config
from tests.api.asgi_client import Answer, Browser
from tests.seed.people import Customer, Operator, Refused, Row
from tests.seed.time import Clock, Loop

PASSWORD = "correct horse battery 7"
CHIEF = "Ann"
BERLIN = "Europe/Berlin"

# What moves while something is still being done, as the page of metrics tells it.
_MOVES = ("openlines_store_writer_calls", "openlines_events_fanned_out", "openlines_timers_played", "openlines_offers")
_WAITS = ("openlines_store_writer_waiting", "openlines_store_reader_waiting")
_QUIET_ROUNDS = 3


class Portal:
    """One running server with an administrator (Ann), a first line and a chat on a website."""

    def __init__(self, folder: Path, database: str = "", *, clock: Clock | None = None, **settings: Any) -> None:
        self.clock = clock or Clock()
        self._loop = Loop()
        self._runner = asyncio.Runner(loop_factory=lambda: self._loop)
        self._config = Config(data=folder, database=database, log_level="critical", **settings)
        self._app = create_app(self._config, clock=self.clock)
        self._numbers = itertools.count(1)
        self.run(self._app.start())
        self.chief = Operator(self, self.browser(), CHIEF, 0)
        self.line = 0
        self.channel = 0
        self.key = ""  # of the first chat

    # --- running and time -----------------------------------------------------------------------------------

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(work)

    def later(self, seconds: float) -> None:
        """So much time passes; whatever was due in it has been done afterwards."""
        self.clock.move(seconds)
        self._loop.ahead += seconds
        self.settle()

    def until(self, instant: int) -> None:
        """Time passes until this instant."""
        self.later((instant - self.clock.now()) / 1_000_000)

    def settle(self) -> None:
        """Until nothing moves any more."""
        self.run(self._settle())

    async def _settle(self) -> None:
        quiet, last = 0, ""
        for _ in range(1000):
            await asyncio.sleep(0.004)
            lines = (await self.chief.browser.get("/metrics")).body.decode().splitlines()
            now = "\n".join(each for each in lines if each.startswith(_MOVES))
            waits = [float(each.rpartition(" ")[2]) for each in lines if each.startswith(_WAITS)]
            quiet = quiet + 1 if now == last and not any(waits) else 0
            last = now
            if quiet == _QUIET_ROUNDS:
                return
        raise AssertionError(f"it does not come to rest: {last}")

    def close(self) -> None:
        self.run(self._app.stop())
        self._runner.close()

    # --- people ---------------------------------------------------------------------------------------------

    def browser(self) -> Browser:
        return Browser(self._app, address=f"198.51.100.{next(self._numbers) % 250}")

    def set_up(self, language: str = "en", time_zone: str = BERLIN) -> None:
        """What the first visit of the printed link does."""
        who = {"name": CHIEF, "email": "ann@example.org", "password": PASSWORD}
        where = {"portal_name": "Bakery", "language": language, "time_zone": time_zone}
        made = self.chief.ask("POST", "/setup", {"token": self._app.setup_token, **who, **where})
        self._know(made["me"]["id"], made["line_id"], made["channel_id"])

    def sign_in_again(self) -> None:
        """The administrator of a portal that was set up before."""
        self.chief.ask("POST", "/login", {"email": "ann@example.org", "password": PASSWORD})
        channel = self.chief.ask("GET", "/channels")["items"][0]
        self._know(self.chief.ask("GET", "/me")["id"], channel["line_id"], channel["id"])

    def _know(self, user: int, line: int, channel: int) -> None:
        self.chief.id, self.line, self.channel = user, line, channel
        self.key = self.chief.ask("GET", f"/channels/{channel}")["key"]

    def operator(self, name: str, *, comes: bool = True, **values: Any) -> Operator:
        """A new colleague, signed in, at work unless he does not come."""
        email = f"{name.lower()}@example.org"
        account = {"name": name, "email": email, "password": PASSWORD, "role": "operator", **values}
        found = Operator(self, self.browser(), name, self.chief.ask("POST", "/users", account)["id"])
        found.ask("POST", "/login", {"email": email, "password": PASSWORD})
        return found.comes() if comes else found

    def operators(self, *names: str) -> list[Operator]:
        return [self.operator(name) for name in names]

    def customer(self, key: str = "") -> Customer:
        return Customer(self, self.browser(), key or self.key, lambda: next(self._numbers))

    # --- settings -------------------------------------------------------------------------------------------

    def line_of(self, line: int = 0) -> Row:
        row: Row = self.chief.ask("GET", f"/lines/{line or self.line}")
        return row

    def try_settings(self, line: int = 0, **settings: Any) -> Answer:
        """Saves some settings of a line, whatever comes of it."""
        version = self.line_of(line)["version"]
        change = {"version": version, "settings": settings}
        return self.chief.try_("PATCH", f"/lines/{line or self.line}", change)

    def set(self, line: int = 0, **settings: Any) -> None:
        answer = self.try_settings(line, **settings)
        if answer.status >= 400:
            raise Refused("PATCH", f"/lines/{line or self.line}", answer)

    def queue(self, *members: Operator | Row, line: int = 0) -> None:
        """Who is in the queue: people, or rows as the API takes them."""
        rows = [{"user_id": each.id} if isinstance(each, Operator) else each for each in members]
        value = {"version": self.line_of(line)["version"], "members": rows}
        self.chief.ask("PUT", f"/lines/{line or self.line}/queue", value)

    def new_line(self, name: str = "Second") -> int:
        return int(self.chief.ask("POST", "/lines", {"name": name})["id"])

    def chat(self, line: int, **settings: Any) -> str:
        """One more chat on a website; its key."""
        value = {"line_id": line, "kind": "website", "name": "Chat", "settings": settings, "secrets": {}}
        return str(self.chief.ask("POST", "/channels", value)["key"])


@contextmanager
def portal(folder: Path, database: str = "", *, template: Path | None = None, **settings: Any) -> Iterator[Portal]:
    """A portal that is set up. `template` is the folder of one that was, to save its making."""
    if template is not None:
        shutil.copytree(template, folder, dirs_exist_ok=True)
    found = Portal(folder, database, **settings)
    try:
        if template is not None:
            found.sign_in_again()
        else:
            found.set_up()
        yield found
    finally:
        found.close()


Opens = Callable[..., Portal]
