"""A whole server inside a test: started on a store of its own, with people, lines and a chat."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from openlines.app import Application, create_app
from openlines.config import Config
from openlines.support.clock import Clock
from tests.api.asgi_client import Answer, Browser

PASSWORD = "correct horse battery"


class House:
    """The server and the ways into it."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.admin = Browser(app)
        self.line_id = 0
        self.channel_id = 0
        self.key = ""  # of the website chat
        self._visitors = 0

    def browser(self, **more: Any) -> Browser:
        return Browser(self.app, **more)

    async def set_up(self) -> None:
        answer = await self.admin.post(
            "/api/v1/setup",
            {
                "token": self.app.setup_token,
                "portal_name": "Bakery",
                "name": "Ann",
                "email": "ann@example.org",
                "password": PASSWORD,
                "language": "en",
                "time_zone": "Europe/Berlin",
            },
        )
        assert answer.status == 201, answer.body
        self.line_id, self.channel_id = answer.json["line_id"], answer.json["channel_id"]
        self.key = answer.json["snippet"].partition('data-key="')[2].partition('"')[0]

    async def add_user(self, name: str, *, role: str = "operator") -> int:
        """A colleague with a known password; `sign_in` makes a browser of his."""
        answer = await self.admin.post(
            "/api/v1/users", {"name": name, "email": f"{name.lower()}@example.org", "password": PASSWORD, "role": role}
        )
        assert answer.status == 201, answer.body
        user_id: int = answer.json["id"]
        return user_id

    async def sign_in(self, name: str) -> Browser:
        browser = self.browser()
        answer = await browser.post("/api/v1/login", {"email": f"{name.lower()}@example.org", "password": PASSWORD})
        assert answer.status == 200, answer.body
        return browser

    async def add_line(self, name: str, members: list[int]) -> int:
        answer = await self.admin.post("/api/v1/lines", {"name": name})
        assert answer.status == 201, answer.body
        await self.put_queue(answer.json["id"], members)
        line_id: int = answer.json["id"]
        return line_id

    async def put_queue(self, line_id: int, members: list[int]) -> None:
        version = (await self.admin.get(f"/api/v1/lines/{line_id}")).json["version"]
        value = {"version": version, "members": [{"user_id": each} for each in members]}
        answer = await self.admin.put(f"/api/v1/lines/{line_id}/queue", value)
        assert answer.status == 200, answer.body

    async def change_line(self, line_id: int, **settings: Any) -> None:
        version = (await self.admin.get(f"/api/v1/lines/{line_id}")).json["version"]
        answer = await self.admin.patch(f"/api/v1/lines/{line_id}", {"version": version, "settings": settings})
        assert answer.status == 200, answer.body

    async def add_chat(self, line_id: int) -> str:
        """A website channel on this line; its key."""
        value = {"line_id": line_id, "kind": "website", "name": "Chat", "settings": {}, "secrets": {}}
        answer = await self.admin.post("/api/v1/channels", value)
        assert answer.status == 201, answer.body
        key: str = answer.json["key"]
        return key

    async def visitor(self, key: str = "") -> "Visitor":
        self._visitors += 1
        visitor = Visitor(self.browser(address=f"198.51.100.{self._visitors % 250}"), key or self.key)
        await visitor.come()
        return visitor


class Visitor:
    """Somebody on the website."""

    def __init__(self, browser: Browser, key: str) -> None:
        self.browser = browser
        self.base = f"/api/v1/widget/{key}"
        self.thread_id = 0
        self.conversation_id = 0
        self._said = 0

    async def come(self) -> None:
        answer = await self.browser.post(f"{self.base}/session", {"page": "https://bakery.example/", "language": "en"})
        assert answer.status == 200, answer.body
        self.browser.key = answer.json["token"]

    @property
    def token(self) -> str:
        return self.browser.key

    async def say(self, text: str, *, id_: str = "", **more: Any) -> Answer:
        self._said += 1
        value = {"client_message_id": id_ or f"m{self._said}", "text": text, **more}
        return await self.browser.post(f"{self.base}/messages", value)

    async def ask(self, method: str, path: str, value: Any = None, **more: Any) -> Answer:
        return await self.browser.ask(method, f"{self.base}{path}", value, **more)


@asynccontextmanager
async def running(
    folder: Path, *, template: Path | None = None, database: str = "", clock: Clock | None = None, **settings: Any
) -> AsyncIterator[House]:
    """A started server. `template` is an empty SQLite portal with the current schema, to save the migration."""
    _prepare(folder, None if database else template)
    app = create_app(Config(data=folder, database=database, **settings), clock=clock)
    await app.start()
    try:
        yield House(app)
    finally:
        await app.stop()


def _prepare(folder: Path, template: Path | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if template is not None and not (folder / "portal.db").exists():
        shutil.copyfile(template, folder / "portal.db")
