"""A hundred operators online: the server is killed and started again, or one of two nodes dies."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from tests.crash.people import PASSWORD, Api, Operator
from tests.crash.server import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
PEOPLE = 100
CONVERSATIONS = 40


async def signed_in(server: Server, path: str, body: dict[str, Any]) -> tuple[str, Any]:
    async with aiohttp.ClientSession() as session, session.post(server.base + path, json=body) as answer:
        found = msgspec.json.decode(await answer.read())
        assert answer.status < 300, found
        return "; ".join(f"{name}={morsel.value}" for name, morsel in answer.cookies.items()), found


class Shift:
    """A line with a hundred people in its queue, all of them at their screens."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.operators: list[Operator] = []
        self.stop = asyncio.Event()
        self.apis: list[Api] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def set_up(self) -> None:
        person = {"name": "Chief", "email": "chief@example.com", "password": PASSWORD}
        portal = {"token": self.server.setup_token, "portal_name": "Grace", "language": "en", "time_zone": "UTC"}
        cookie, made = await signed_in(self.server, "/api/v1/setup", {**portal, **person})
        self.admin = Api(self.server, {"Cookie": cookie})
        self.apis.append(self.admin)
        self.line_id, self.key = made["line_id"], made["snippet"].split('data-key="')[1].split('"')[0]
        bodies = [
            {"name": f"Operator {number}", "email": f"o{number}@example.com", "password": PASSWORD, "role": "operator",
             "department_ids": []}
            for number in range(PEOPLE)
        ]  # fmt: skip
        members = []
        for body in bodies:
            status, created = await self.admin("POST", "/api/v1/users", body)
            assert status == 201, created
            members.append(created["id"])
        for body, user_id in zip(bodies, members, strict=True):
            given = {"email": body["email"], "password": PASSWORD}
            cookie, _ = await signed_in(self.server, "/api/v1/login", given)
            api = Api(self.server, {"Cookie": cookie})
            self.apis.append(api)
            self.operators.append(Operator(api, user_id, works=False))
        status, line = await self.admin("GET", f"/api/v1/lines/{self.line_id}")
        queue = {"version": line["version"], "members": [{"user_id": each} for each in members]}
        status, answer = await self.admin("PUT", f"/api/v1/lines/{self.line_id}/queue", queue)
        assert status == 200, answer
        status, line = await self.admin("GET", f"/api/v1/lines/{self.line_id}")
        longer = {"version": line["version"], "settings": {"queue_time": 3600}}
        status, answer = await self.admin("PATCH", f"/api/v1/lines/{self.line_id}", longer)
        assert status == 200, answer

    def come(self) -> None:
        self._tasks = [asyncio.create_task(each.run(self.stop)) for each in self.operators]

    async def all_there(self) -> None:
        online: list[Any] = []
        for _ in range(300):
            _, snapshot = await self.admin("GET", "/api/v1/snapshot")
            online = [user for user in snapshot["users"] if user.get("online")]
            if len(online) >= PEOPLE:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{len(online)} of {PEOPLE} are there")

    async def customers_write(self) -> None:
        for number in range(CONVERSATIONS):
            _, opened = await self.admin("POST", f"/api/v1/widget/{self.key}/session", {"language": "en"})
            visitor = Api(self.server, {"Authorization": f"Bearer {opened['token']}"})
            self.apis.append(visitor)
            said = {"client_message_id": "one", "text": f"hello {number}"}
            status, answer = await visitor("POST", f"/api/v1/widget/{self.key}/messages", said)
            assert status == 201, answer

    async def hands(self) -> dict[int, tuple[str, int | None]]:
        """Who is asked for each conversation."""
        found: dict[int, tuple[str, int | None]] = {}
        for _ in range(100):
            _, snapshot = await self.admin("GET", "/api/v1/snapshot")
            rows = snapshot.get("conversations", ())
            _, page = await self.admin("GET", "/api/v1/conversations?list=all&limit=100")
            rows = {row["id"]: row for row in (*rows, *page["items"])}.values()
            found = {row["id"]: (row["state"], row.get("offered_to")) for row in rows}
            if len(found) == CONVERSATIONS and all(state == "offered" for state, _ in found.values()):
                return found
            await asyncio.sleep(0.1)
        raise AssertionError(found)

    async def end(self) -> None:
        self.stop.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for api in self.apis:
            await api.close()


async def test_a_server_killed_and_started_again_moves_no_conversation(store_url: str, tmp_path: Path) -> None:
    server = Server(tmp_path / "data", database=store_url if store_url.startswith("postgres") else "")
    await server.start()
    shift = Shift(server)
    try:
        await shift.set_up()
        shift.come()
        await shift.all_there()
        await shift.customers_write()
        before = await shift.hands()
        server.kill()
        await server.died(5)
        await server.start()
        await shift.all_there()
        await asyncio.sleep(20)  # past the lease of the node that was killed
        assert await shift.hands() == before
    finally:
        await shift.end()
        await server.stop()


async def test_the_death_of_one_of_two_nodes_moves_no_conversation(postgres_url: str, tmp_path: Path) -> None:
    left = Server(tmp_path / "left", database=postgres_url, node="left")
    await left.start()
    right = Server(tmp_path / "right", database=postgres_url, node="right")
    (tmp_path / "right").mkdir()
    (tmp_path / "right" / "secret.key").write_bytes((tmp_path / "left" / "secret.key").read_bytes())
    shift = Shift(left)
    try:
        await shift.set_up()
        await right.start()
        for api in shift.apis[1:]:
            api.server = right
        shift.come()
        await shift.all_there()
        await shift.customers_write()
        before = await shift.hands()
        right.kill()
        await right.died(5)
        for api in shift.apis[1:]:
            api.server = left
        await shift.all_there()
        await asyncio.sleep(20)
        assert await shift.hands() == before
    finally:
        await shift.end()
        await left.stop()
        await right.stop()
