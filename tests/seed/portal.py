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
from typing import Any, NamedTuple

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


class Known(NamedTuple):
    """A portal that was set up and stopped: where it lies, and who was signed in (name → id and cookies)."""

    folder: Path
    people: dict[str, tuple[int, dict[str, str]]]
    database: str = ""


class Portal:
    """One running server with an administrator (Ann), a first line and a chat on a website."""

    def __init__(
        self,
        folder: Path,
        database: str = "",
        *,
        known: Known | None = None,
        clock: Clock | None = None,
        **settings: Any,
    ) -> None:
        self.clock = clock or Clock()
        self._closed = False
        self._known = known
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
        if known is None:
            self.set_up()
        else:
            self.sign_in(self.chief)
            self._look_around()

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

    def wait_for(self, true: Callable[[], object], within: float = 20.0) -> None:
        """Until something is so that others than the server do too (a vendor's side of a channel)."""
        for _ in range(round(within / 0.02)):
            if true():
                self.settle()
                return
            self.run(asyncio.sleep(0.02))
        raise AssertionError("it never came to be so")

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
        """Stops the server; a second time nothing happens."""
        if not self._closed:
            self._closed = True
            self.run(self._app.stop())
            self._runner.close()

    # --- people ---------------------------------------------------------------------------------------------

    def browser(self) -> Browser:
        return Browser(self._app, address=f"198.51.100.{next(self._numbers) % 250}")

    def set_up(self, language: str = "en", time_zone: str = BERLIN) -> None:
        """What the first visit of the printed link does."""
        who = {"name": CHIEF, "email": "ann@example.org", "password": PASSWORD}
        where = {"portal_name": "Bakery", "language": language, "time_zone": time_zone}
        self.chief.ask("POST", "/setup", {"token": self._app.setup_token, **who, **where})
        self._look_around()

    def _look_around(self) -> None:
        self.chief.id = self.chief.ask("GET", "/me")["id"]
        channel = self.chief.ask("GET", "/channels")["items"][0]
        self.line, self.channel, self.key = channel["line_id"], channel["id"], channel["key"]

    def sign_in(self, person: Operator) -> None:
        """With the cookie that the portal knows, where there is one and it still holds."""
        if self._known is not None and person.name in self._known.people:
            person.browser.cookies = dict(self._known.people[person.name][1])
            if person.try_("GET", "/me").status == 200:
                return
        email = f"{person.name.lower()}@example.org"
        person.ask("POST", "/login", {"email": email, "password": PASSWORD})

    def operator(self, name: str, *, comes: bool = True) -> Operator:
        """A colleague, at work unless he does not come (yet)."""
        found = Operator(self, self.browser(), name, self._account(name))
        self.sign_in(found)
        return found.comes() if comes else found

    def _account(self, name: str) -> int:
        if self._known is not None and name in self._known.people:
            return self._known.people[name][0]
        account = {"name": name, "email": f"{name.lower()}@example.org", "password": PASSWORD, "role": "operator"}
        return int(self.chief.ask("POST", "/users", account)["id"])

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
def portal(folder: Path, database: str = "", **settings: Any) -> Iterator[Portal]:
    """A portal that is set up, until the end of the block."""
    found = Portal(folder, database, **settings)
    try:
        yield found
    finally:
        found.close()


def prepared(folder: Path, *names: str, database: str = "") -> Known:
    """A portal that was set up, with people who were signed in, and stopped: to be copied."""
    with portal(folder, database) as found:
        team = [found.chief, *(found.operator(name, comes=False) for name in names)]
        people = {each.name: (each.id, each.browser.cookies) for each in team}
    return Known(folder, people, database)


def copied(known: Known, folder: Path) -> None:
    """What a portal has on disk: the key of its secrets, its files, a SQLite database."""
    ignored = shutil.ignore_patterns("control.sock", *(["portal.db*"] if known.database else []))
    shutil.copytree(known.folder, folder, ignore=ignored)


Opens = Callable[..., Portal]
