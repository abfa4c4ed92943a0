"""Plays the demo: customers through the visitors' API of the running server, operators through the use cases."""

import asyncio
import itertools
import logging
import random
from collections.abc import Callable
from typing import Any

import aiohttp

from openlines.core.state import Conversation, Refused
from openlines.demo.people import LEFT_TO_YOU, OPERATORS, DemoPortal
from openlines.demo.talk import SCENES, Scene, again
from openlines.services import handle, presence
from openlines.services.access import Actor
from openlines.services.reply import Reply, reply
from openlines.services.turn import load
from openlines.store import Store, StoreUnavailable, conversations
from openlines.store.tx import Reader

log = logging.getLogger(__name__)

AT_ONCE = 6  # scenes under way besides those at the start
PAUSE = (3.0, 9.0)  # seconds between two customers
THINKING = (2.0, 6.0)  # before somebody writes
ACCEPTING = (1.0, 6.0)
BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)


class Life:
    def __init__(self, store: Store, node: str, address: str, portal: DemoPortal) -> None:
        self._store = store
        self._node = node
        self._api = f"{address}/api/v1/widget"
        self._portal = portal
        self._random = random.Random(4)
        self._numbers = itertools.count(1)
        self._acting = {portal.operators[email].user_id for _, email, _, _ in OPERATORS[LEFT_TO_YOU:]}

    async def run(self) -> None:
        for user_id in self._acting:
            await self._store.write(presence.connected, user_id, self._node)
        async with aiohttp.ClientSession(headers={"User-Agent": BROWSER}) as session, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._operators())
            tasks.create_task(self._breaks())
            places = asyncio.Semaphore(AT_ONCE)
            for scene in itertools.chain(SCENES, again(self._random)):
                await places.acquire()
                tasks.create_task(self._play(session, scene, places))
                await self._wait(PAUSE)

    async def _wait(self, between: tuple[float, float]) -> None:
        await asyncio.sleep(self._random.uniform(*between))

    # --- customers ------------------------------------------------------------------------------------------

    async def _play(self, session: aiohttp.ClientSession, scene: Scene, places: asyncio.Semaphore) -> None:
        try:
            await self._scene(session, scene)
        except (aiohttp.ClientError, StoreUnavailable, TimeoutError) as error:
            log.debug("a scene of the demo broke off: %r", error)
        finally:
            places.release()

    async def _scene(self, session: aiohttp.ClientSession, scene: Scene) -> None:
        visitor = Visitor(session, f"{self._api}/{self._portal.keys[scene.line]}", scene)
        await visitor.open()
        conversation_id = 0
        said = scene.said()
        for words, answer in itertools.zip_longest(said[::2], said[1::2]):
            await self._wait(THINKING)
            conversation_id = await visitor.say(words, next(self._numbers), self._store)
            if answer is not None and not await self._answered(conversation_id, answer):
                return
        await self._wait(THINKING)
        await self._finish(conversation_id)
        if scene.rating is not None and await self._finished(conversation_id):
            await asyncio.sleep(7)
            await visitor.rate(scene.rating if scene.line == "Продажи" else (5 if scene.rating > 2 else 1))

    async def _answered(self, conversation_id: int, words: str) -> bool:
        """An operator of ours says his part, if it has come to one of ours; whoever looks may have taken it."""
        for _ in range(90):
            await asyncio.sleep(1)
            c = await self._conversation(conversation_id)
            if c.state == "closed":
                return False
            if c.state == "active" and c.operator_id in self._acting:
                await self._wait(THINKING)
                said = Reply(f"demo{next(self._numbers)}", words)
                return await self._try(reply, Actor(c.operator_id, "operator"), conversation_id, said)
            if c.state == "active" and c.awaiting == "customer":
                return True
        return False

    async def _finish(self, conversation_id: int) -> None:
        c = await self._conversation(conversation_id)
        if c.state == "active" and c.operator_id in self._acting:
            await self._try(handle.finish, Actor(c.operator_id, "operator"), conversation_id)

    async def _finished(self, conversation_id: int) -> bool:
        """Whether somebody has ended it; whoever looks may take his time."""
        for _ in range(300):
            if (await self._conversation(conversation_id)).state in ("closing", "closed"):
                return True
            await asyncio.sleep(1)
        return False

    async def _conversation(self, conversation_id: int) -> Conversation:
        return (await self._store.read(load, conversation_id)).c

    async def _try(self, use_case: Callable[..., Any], *args: Any) -> bool:
        try:
            await self._store.write(use_case, *args)
        except Refused:
            return False
        return True

    # --- operators ------------------------------------------------------------------------------------------

    async def _operators(self) -> None:
        """Whoever of ours is asked accepts after a while; an offer to everyone is left to others for longer."""
        while True:
            await self._wait(ACCEPTING)
            for conversation_id, user_id in await self._store.read(_asked, tuple(self._acting)):
                await self._try(handle.accept, Actor(user_id, "operator"), conversation_id)
                await asyncio.sleep(self._random.uniform(0.5, 2))

    async def _breaks(self) -> None:
        """Now and then somebody goes for a coffee."""
        while True:
            await asyncio.sleep(45)
            user_id = self._random.choice(sorted(self._acting))
            await self._try(presence.choose, user_id, "pause", "обед" if self._random.random() < 0.5 else "coffee")
            await asyncio.sleep(25)
            await self._try(presence.choose, user_id, "online")


def _asked(reader: Reader, user_ids: tuple[int, ...]) -> list[tuple[int, int]]:
    """(conversation, operator) for what is offered to these people, by name or with all of their line."""
    found = [(each, user_id) for user_id in user_ids for each in conversations.offered_to(reader, user_id)]
    return found + conversations.offered_to_lines(reader, list(user_ids))


class Visitor:
    """A browser of a customer."""

    def __init__(self, session: aiohttp.ClientSession, url: str, scene: Scene) -> None:
        self._session = session
        self._url = url
        self._scene = scene
        self._headers: dict[str, str] = {}

    async def open(self) -> None:
        page = {"page": "https://lamp.example/catalog", "title": "Лампы и пледы", "language": self._scene.language}
        opened = await self._send("POST", "session", page)
        self._headers = {"Authorization": f"Bearer {opened['token']}"}
        await self._send("PATCH", "session", {"name": self._scene.customer})

    async def say(self, words: str, number: int, store: Store) -> int:
        """Writes; returns the conversation."""
        sent = await self._send("POST", "messages", {"client_message_id": f"demo-{number}", "text": words})
        return int(await store.read(conversations.of_message, sent["id"]))

    async def rate(self, value: int) -> None:
        async with self._session.post(f"{self._url}/rating", json={"value": value}, headers=self._headers) as answer:
            await answer.read()  # too late, or not asked: no matter

    async def _send(self, method: str, path: str, body: dict[str, Any]) -> Any:
        async with self._session.request(
            method, f"{self._url}/{path}", json=body, headers=self._headers, raise_for_status=True
        ) as answer:
            return await answer.json()
