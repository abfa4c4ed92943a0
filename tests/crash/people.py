"""The load: visitors, Telegram customers and operators who go on through every crash, and remember everything."""

import asyncio
import contextlib
import itertools
import random
from collections import defaultdict
from typing import Any

import aiohttp
import msgspec

from tests.crash.server import Server

PASSWORD = "a long enough password 7"
_GONE = (aiohttp.ClientError, TimeoutError, ConnectionError, msgspec.DecodeError, ValueError)


class Api:
    """HTTP with the one habit that makes crashes harmless: ask again until there is an answer."""

    def __init__(self, server: Server, headers: dict[str, str]) -> None:
        self.server = server
        self._headers = headers
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=8))
        self.repeated = 0

    async def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and body; server errors and lost connections are tried again."""
        for attempt in itertools.count():
            try:
                async with self._session.request(
                    method, self.server.base + path, json=body, headers=self._headers
                ) as answer:
                    text = await answer.read()
                    if answer.status < 500 and answer.status != 429:
                        return answer.status, msgspec.json.decode(text) if text else None
            except _GONE:
                pass
            self.repeated += 1
            await asyncio.sleep(min(0.05 * 2**attempt, 0.5))
        raise AssertionError

    async def socket(self, path: str) -> aiohttp.ClientWebSocketResponse:
        return await self._session.ws_connect(self.server.base + path, headers=self._headers, heartbeat=10)

    async def close(self) -> None:
        await self._session.close()


class Visitor:
    """Writes one message after the other; the next only when the last one is acknowledged."""

    def __init__(self, api: Api, key: str, number: int) -> None:
        self._api = api
        self._path = f"/api/v1/widget/{key}"
        self._number = number
        self.acknowledged: list[tuple[str, int, int]] = []  # client id, message id, seq

    async def run(self, stop: asyncio.Event, rng: random.Random) -> None:
        status, opened = await self._api("POST", f"{self._path}/session", {"language": "en"})
        assert status == 200, opened
        own = Api(self._api.server, {"Authorization": f"Bearer {opened['token']}"})
        try:
            for count in itertools.count():
                if stop.is_set():
                    return
                client_id = f"v{self._number}-{count}"
                status, answer = await own(
                    "POST", f"{self._path}/messages", {"client_message_id": client_id, "text": f"words {client_id}"}
                )
                assert status in (200, 201), answer
                self.acknowledged.append((client_id, answer["id"], answer["seq"]))
                await asyncio.sleep(rng.uniform(0.02, 0.3))
        finally:
            self._api.repeated += own.repeated
            await own.close()


class Operator:
    """A workspace: a socket that resumes by its cursor, accepts what is offered, answers what waits for an answer."""

    def __init__(self, api: Api, user_id: int, *, works: bool = True) -> None:
        self._api = api
        self.user_id = user_id
        self._works = works
        self._cursor: int | None = None
        self._epoch = ""
        self._rows: dict[int, dict[str, Any]] = {}
        self._asked: dict[int, float] = {}
        self._seen_to: dict[int, int] = defaultdict(int)
        self.shown: dict[int, dict[str, Any]] = {}  # by message id
        self.acknowledged: dict[str, int] = {}  # own client id → message id
        self.owed: set[int] = set()
        self._numbers = itertools.count(1)
        self.changed_hands: list[tuple[int, int | None, int | None]] = []

    async def run(self, stop: asyncio.Event) -> None:
        work = asyncio.create_task(self._work(stop)) if self._works else None
        while not stop.is_set():
            with contextlib.suppress(*_GONE):
                await self._connected(stop)
            await asyncio.sleep(0.1)
        if work is not None:
            await work

    async def _snapshot(self) -> None:
        status, found = await self._api("GET", "/api/v1/snapshot")
        assert status == 200, found
        self._cursor, self._epoch = found["cursor"], found["epoch"]
        self._rows = {row["id"]: row for row in found.get("conversations", ())}

    async def _connected(self, stop: asyncio.Event) -> None:
        if self._cursor is None:
            await self._snapshot()
        socket = await self._api.socket("/api/v1/socket")
        try:
            threads = await self._subscribe(socket)
            while not stop.is_set():
                try:
                    message = await asyncio.wait_for(socket.receive(), 0.25)
                except TimeoutError:
                    message = None
                if message is not None:
                    if message.type is not aiohttp.WSMsgType.TEXT:
                        return
                    if self._hear(msgspec.json.decode(message.data)):
                        self._cursor = None
                        return
                if {row["thread_id"] for row in self._rows.values()} - threads:
                    threads = await self._subscribe(socket)
        finally:
            await socket.close()

    async def _subscribe(self, socket: aiohttp.ClientWebSocketResponse) -> set[int]:
        threads = {row["thread_id"] for row in self._rows.values()}
        frame = {"type": "subscribe", "cursor": self._cursor, "epoch": self._epoch, "threads": sorted(threads)}
        await socket.send_str(msgspec.json.encode(frame).decode())
        for thread_id in threads:
            await self._catch_up(thread_id)
        return threads

    async def _catch_up(self, thread_id: int) -> None:
        """What an opened thread shows before its events come."""
        more = True
        while more:
            after = self._seen_to[thread_id]
            status, page = await self._api("GET", f"/api/v1/threads/{thread_id}/messages?after={after}&limit=100")
            if status != 200:
                return
            for each in page.get("items", ()):
                self._show(each)
                self._seen_to[thread_id] = max(self._seen_to[thread_id], each["seq"])
            more = page.get("more", False)

    def _show(self, message: dict[str, Any]) -> None:
        known = self.shown.get(message["id"])
        assert known is None or known["seq"] == message["seq"], (known, message)
        self.shown[message["id"]] = message

    def _hear(self, frame: dict[str, Any]) -> bool:
        """True when a new snapshot is needed."""
        if frame["type"] == "reset":
            return True
        self._cursor = frame.get("cursor", self._cursor)
        for row in frame.get("conversations", ()):
            known = self._rows.get(row["id"])
            if known is not None and known["version"] > row["version"]:
                continue
            if known is not None and known.get("operator_id") != row.get("operator_id"):
                self.changed_hands.append((row["id"], known.get("operator_id"), row.get("operator_id")))
            self._rows[row["id"]] = row
        for gone in frame.get("gone", ()):
            self._rows.pop(gone, None)
        for message in frame.get("messages", ()):
            self._show(message)
        return False

    async def _work(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await asyncio.sleep(0.1)
            for row in list(self._rows.values()):
                if stop.is_set():
                    return
                if row["state"] == "offered" and row.get("offered_to") == self.user_id:
                    await self._api("POST", f"/api/v1/conversations/{row['id']}/accept", {"version": row["version"]})
                elif (row["state"], row.get("awaiting"), row.get("operator_id")) == (
                    "active",
                    "operator",
                    self.user_id,
                ):
                    await self._answer(row)

    async def _answer(self, row: dict[str, Any]) -> None:
        if self._asked.get(row["id"]) == row["version"]:
            return
        self._asked[row["id"]] = row["version"]
        client_id = f"o{self.user_id}-{next(self._numbers)}"
        status, answer = await self._api(
            "POST",
            f"/api/v1/conversations/{row['id']}/messages",
            {"client_message_id": client_id, "text": f"answer {client_id}"},
        )
        if status in (200, 201):
            self.acknowledged[client_id] = answer["id"]
