"""A portal with a Telegram channel and its workers, beside a fake Telegram: what the workers' tests have in common."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from openlines.channels.registry import channel
from openlines.files.disk import DiskFiles
from openlines.services import channels, inbox, lines, queue, reply
from openlines.services.access import Actor
from openlines.store import Store, Tx, deliveries, files, messages, open_store, tables, threads
from openlines.store.deliveries import Known
from openlines.store.messages import MessageRow
from openlines.store.statement import Statement
from openlines.support.http import Client
from openlines.support.secrets import Seal
from openlines.workers.accounts import Accounts
from openlines.workers.attachments import Attachments
from openlines.workers.deliver import Deliverer
from openlines.workers.parse import Parser
from openlines.workers.poll import Keeper
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.world import Bot, Fault, Message, Person

KEY = b"k" * 32
_EVERY_MESSAGE = Statement(
    select(tables.messages.c.id)
    .where(tables.messages.c.kind == "text")
    .order_by(tables.messages.c.thread_id, tables.messages.c.seq)
)
_INBOX = Statement(
    select(tables.inbox.c.dedupe, tables.inbox.c.lane, tables.inbox.c.state, tables.inbox.c.error).order_by(
        tables.inbox.c.id
    )
)


class Office:
    """One node: a store and, once `work` is called, its workers."""

    def __init__(self, store: Store, fake: FakeTelegram, folder: Path, *, node: str, public_url: str) -> None:
        self.store = store
        self.fake = fake
        self.node = node
        self.seal = Seal(KEY)
        self.client = Client("openlines-test")
        self.files = DiskFiles(folder / "files")
        self.files.open()
        self.accounts = Accounts(store, self.seal, self.client, public_url)
        self.admin = Actor(0, "administrator")
        self.channel_id = 0
        self.bot: Bot
        self.deliverer: Deliverer
        self.parser: Parser
        self.keeper: Keeper
        self._running: list[asyncio.Task[None]] = []
        self._said = itertools.count(1)

    # --- setting up ---------------------------------------------------------------------------------------

    async def set_up(self) -> None:
        """An operator, a line, a Telegram channel on a bot of the fake."""
        self.bot = self.fake.world.add_bot()
        await self.store.write(_add_portal)
        user_id = await self.store.write(_add_user)
        self.admin = Actor(user_id, "administrator")
        line_id = await self.store.write(lines.create, self.admin, "Support", time_zone="UTC")
        await self.store.write(queue.put_queue, self.admin, line_id, 1, [(user_id, None)])
        await self.store.write(_quiet, line_id)
        self.line_id = line_id
        self.channel_id = await self.store.write(
            channels.create,
            self.admin,
            line_id,
            "telegram",
            "Shop",
            settings={"base_url": self.fake.base},
            secrets={"token": self.bot.token},
            seal=self.seal,
        )

    def share(self, other: "Office") -> None:
        """The same portal as another node knows it."""
        self.bot, self.channel_id, self.admin, self.line_id = (
            other.bot,
            other.channel_id,
            other.admin,
            other.line_id,
        )

    # --- running ------------------------------------------------------------------------------------------

    def work(self, *, parse: bool = True, deliver: bool = True, keep: bool = True, check_every: float = 0.2) -> None:
        """Starts the workers, new ones each time."""
        self.parser = Parser(self.store, self.accounts, self.files, self.node)
        self.deliverer = Deliverer(self.store, self.accounts, Attachments(self.store, self.files), self.node)
        self.keeper = Keeper(self.store, self.accounts, self.node, check_every=check_every)
        wanted = [(self.parser.run, parse), (self.deliverer.run, deliver), (self.keeper.run, keep)]
        self._running = [asyncio.create_task(run()) for run, yes in wanted if yes]

    async def rest(self, *, crash: bool = False) -> None:
        """Stops the workers; as a crash does it, without a word to anybody."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self._running = []
        if crash:
            for worker in (self.deliverer, self.parser, self.keeper):
                worker.__dict__["_store"] = _Dead()
            gone = [kept.task for kept in self.keeper._kept.values()]
            gone += [*self.parser._lanes.values(), *self.parser._asides]
            # What is in the air stays in the air: the vendor's answer finds nobody.
            for task in gone:
                task.cancel()
            await asyncio.gather(*gone, return_exceptions=True)
            return
        await self.keeper.stop()
        await self.parser.stop()
        await self.deliverer.stop()

    async def close(self) -> None:
        if self._running:
            await self.rest()
        await self.client.close()
        self.files.close()
        await self.store.close()

    # --- acting -------------------------------------------------------------------------------------------

    async def replies(self, thread_id: int, text: str = "", **extra: Any) -> MessageRow:
        """The operator answers in the open conversation of a thread."""
        from openlines.store import conversations

        conversation_id = await self.store.read(conversations.open_of_thread, thread_id)
        assert conversation_id is not None
        said = reply.Reply(f"{self.node}{next(self._said)}", text, **extra)
        return await self.store.write(reply.reply, self.admin, conversation_id, said)

    async def uploads(self, content: bytes, name: str) -> str:
        """The operator uploads a file; returns its id."""

        async def chunks() -> AsyncIterator[bytes]:
            yield content

        kept = await self.files.keep(chunks(), name=name, limit=100_000_000)
        file_id = f"{self.node}file{next(self._said)}"
        values = kept._asdict()

        def add(tx: Tx) -> None:
            files.add(tx, id=file_id, user_id=self.admin.user_id, created_at=tx.now, **values)

        await self.store.write(add)
        return file_id

    def strike(
        self, kind: str, method: str = "sendMessage", count: int = 1, seconds: float = 0, chat: int | None = None
    ) -> None:
        self.fake.world.faults.append(Fault(method, kind, count, seconds, chat))

    # --- looking ------------------------------------------------------------------------------------------

    async def thread(self, person: Person) -> int:
        """The thread of a customer, once it is there."""
        found = await self.until(lambda: self.store.read(threads.by_identity, self.channel_id, str(person.id)))
        return int(found.id)

    async def until(self, look: Callable[[], Any], seconds: float = 20.0) -> Any:
        """Waits until `look` gives something true; gives it."""
        async with asyncio.timeout(seconds):
            while True:
                found = look()
                if asyncio.iscoroutine(found):
                    found = await found
                if found:
                    return found
                await asyncio.sleep(0.01)

    async def messages(self, thread_id: int) -> list[MessageRow]:
        """What the customer may see of a thread."""
        rows = await self.store.read(messages.after, thread_id, 0, 200)
        return [row for row in rows if row.kind == "text"]

    async def texts(self, thread_id: int) -> list[str]:
        return [row.text for row in await self.messages(thread_id)]

    async def delivery(self, message_id: int, what: str = "message") -> Known:
        found = await self.store.read(deliveries.of_message, message_id)
        return [each for each in found if each.what == what][-1]

    async def state(self, message_id: int, what: str = "message") -> str:
        return (await self.delivery(message_id, what)).state

    async def settled(self, message_id: int, *states: str, what: str = "message", seconds: float = 20.0) -> Known:
        """The delivery once it is in one of these states."""

        async def look() -> Known | None:
            found = await self.delivery(message_id, what)
            return found if found.state in states else None

        known: Known = await self.until(look, seconds)
        return known

    async def inbox(self) -> list[tuple[Any, ...]]:
        """(dedupe, lane, state, error) of every event that was kept."""
        return await self.store.read(lambda reader: reader.all(_INBOX))

    async def idle(self) -> None:
        """Waits until nothing is left in the inbox."""

        async def look() -> bool:
            return (await self.store.read(inbox.depths))["new"][0] == 0

        await self.until(look)

    def chat(self, person: Person) -> list[Message]:
        """What the customer's screen shows."""
        found = self.fake.world.chat(self.bot, person).messages.values()
        return [message for message in found if not message.deleted]

    def seen(self, person: Person) -> list[str]:
        """The texts from us on the customer's screen."""
        return [message.text for message in self.chat(person) if message.author == "bot"]

    async def hook(self, body: bytes, headers: dict[str, str]) -> int:
        """What the way in does: proof, keep, answer."""
        connected = await self.accounts.get(self.channel_id)
        assert connected is not None
        from openlines.channels.base import Request

        request = Request("POST", {}, headers, body)
        if not connected.channel.verify(connected.account, request):
            return 403
        events = connected.channel.explode(connected.account, body)
        await self.store.write(inbox.keep, self.channel_id, events, headers)
        return connected.channel.acknowledge(connected.account, request).status


class _Dead:
    """The store of a process that is no more."""

    dialect = "sqlite"

    async def write(self, *_args: Any, **_kwargs: Any) -> Any:
        await asyncio.Event().wait()

    read = write


def _add_portal(tx: Tx) -> None:
    tx.run(Statement(insert(tables.portals)), id=1, epoch="e", created_at=tx.now)


def _add_user(tx: Tx) -> int:
    user_id = tx.new_id(tables.users)
    values = {"email": "o@example.com", "name": "Olga", "role": "administrator", "created_at": tx.now}
    tx.run(Statement(insert(tables.users)), id=user_id, **values)
    return user_id


def _quiet(tx: Tx, line_id: int) -> None:
    """Nothing is said by itself: tests hear only what they say."""
    version = lines._line(tx, line_id).version
    quiet = {"greeting": {}, "off_hours_text": {}, "close_text": {}, "rating": "off", "check_availability": False}
    lines.change(tx, Actor(0, "administrator"), line_id, version, settings=quiet)


@asynccontextmanager
async def office(
    url: str, folder: Path, fake: FakeTelegram, *, node: str = "one", public_url: str = "", beside: Office | None = None
) -> AsyncIterator[Office]:
    """An office on a store; `beside` another node of the same portal."""
    store = await open_store(url, node=node)
    found = Office(store, fake, folder, node=node, public_url=public_url)
    try:
        if beside is None:
            await found.set_up()
        else:
            found.share(beside)
        yield found
    finally:
        await found.close()


assert channel("telegram") is not None
