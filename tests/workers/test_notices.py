"""Words to staff on their way: sent once, retried where nothing was taken over, never twice where somebody may know."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from sqlalchemy import insert, select, update

from openlines.notify.base import Again
from openlines.notify.hooks import signature
from openlines.services import mail, notice_outbox, notices, notify_settings
from openlines.services.access import Actor
from openlines.store import Store, open_store, push, tables
from openlines.store.statement import Statement
from openlines.store.tx import Tx
from openlines.support.http import Client
from openlines.support.secrets import Seal
from openlines.workers.notices import Notices, make_keys
from tests.notify.browser import FakePushService
from tests.notify.smtp import smtp_server

SECOND = 1_000_000
CHIEF = Actor(1, "administrator")
_ROWS = Statement(select(tables.notices).order_by(tables.notices.c.id))
_HURRY = Statement(update(tables.notices).where(tables.notices.c.state == "queued"))
_AGE = Statement(update(tables.notices).where(tables.notices.c.id > 0))


class Desk:
    """A portal with two people, and one node's worker."""

    def __init__(self, store: Store, node: str = "one") -> None:
        self.store = store
        self.seal = Seal(b"k" * 32)
        self.made = make_keys()
        self.client = Client("openlines-test")
        self.node = node
        self.bases: tuple[str, ...] = ()
        self.worker: Notices
        self._running: asyncio.Task[None] | None = None
        self.chief = CHIEF

    async def set_up(self) -> None:
        def add(tx: Tx) -> int:
            tx.run(Statement(insert(tables.portals)), id=1, epoch="epoch", created_at=tx.now)
            ids = []
            for name, language in (("ann", "en"), ("bob", "ru")):
                ids.append(tx.new_id(tables.users))
                values = {"email": f"{name}@example.com", "name": name.title(), "role": "administrator"}
                tx.run(Statement(insert(tables.users)), id=ids[-1], language=language, created_at=tx.now, **values)
            self.people = ids
            return ids[0]

        self.chief = Actor(await self.store.write(add), "administrator")

    async def settings(self, version: int = 0, **changes: Any) -> None:
        await self.store.write(notify_settings.change, self.chief, version, seal=self.seal, made=self.made, **changes)

    async def mail_to(self, port: int) -> None:
        server = {"host": "127.0.0.1", "port": port, "security": "none", "from_address": "portal@example.com"}
        await self.settings(mail=server)

    async def tell(self, *media: str, step: int = 100, people: list[int] | None = None, url: str = "") -> int:
        params = {"customer": "Carol", "line": "Sales", "step": step, "waited": 60 * SECOND, "target": 60 * SECOND}
        whom = self.people[:1] if people is None else people
        return await self.store.write(notices.add, "kpi_first", 7, step, whom, media, params, 41, 1, webhook_url=url)

    def work(self) -> None:
        self.worker = Notices(self.store, self.seal, self.client, self.node, push_bases=self.bases)
        self._running = asyncio.create_task(self.worker.run())

    async def die(self) -> None:
        """The process is gone: nothing that was under way is written down any more."""
        if self._running is None:
            return
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)
        tasks = [task for _, task in self.worker._under_way.values()]
        self.worker.__dict__["_store"] = _Dead()
        while not all(task.done() for task in tasks):
            for task in tasks:
                task.cancel()
            await asyncio.sleep(0.01)
        self._running = None

    async def rows(self) -> list[dict[str, Any]]:
        names = [column.name for column in tables.notices.columns]
        return [dict(zip(names, row, strict=True)) for row in await self.store.read(lambda r: r.all(_ROWS))]

    async def states(self) -> list[str]:
        return [row["state"] for row in await self.rows()]

    async def until(self, *states: str) -> list[dict[str, Any]]:
        await eventually(lambda: self._are(list(states)))
        return await self.rows()

    async def _are(self, states: list[str]) -> bool:
        return await self.states() == states

    async def hurry(self) -> None:
        """What waits for its next try is due now."""
        await self.store.write(lambda tx: (tx.run(_HURRY, due_at=tx.now), tx.poke("notices")))

    async def close(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            await self.worker.stop()
        await self.client.close()
        await self.store.close()


class _Dead:
    async def write(self, *_: Any, **__: Any) -> Any:
        await asyncio.Event().wait()

    read = write


async def eventually(look: Callable[[], Awaitable[bool]], seconds: float = 15.0) -> None:
    async with asyncio.timeout(seconds):
        while True:
            if await look():
                return
            await asyncio.sleep(0.02)


@pytest.fixture
async def desk(store_url: str) -> AsyncIterator[Desk]:
    found = Desk(await open_store(store_url, node="one"))
    try:
        await found.set_up()
        yield found
    finally:
        await found.close()


@pytest.fixture
async def small_desk(tmp_path: Path) -> AsyncIterator[Desk]:
    found = Desk(await open_store(f"sqlite:///{tmp_path / 'portal.db'}", node="one"))
    try:
        await found.set_up()
        yield found
    finally:
        await found.close()


class Receiver:
    """An address of somebody's that takes webhooks."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.hang = False

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        if self.hang:
            await asyncio.sleep(60)
        return web.Response(status=self.answers.pop(0) if self.answers else 204)


@asynccontextmanager
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    found, app = Receiver(), web.Application()
    app.router.add_post("/in", found.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield found, f"http://127.0.0.1:{runner.addresses[0][1]}/in"
    finally:
        await runner.cleanup()


# --- letters ----------------------------------------------------------------------------------------------------


async def test_each_reads_his_letter_in_his_language(desk: Desk) -> None:
    with smtp_server() as (box, port):
        await desk.mail_to(port)
        await desk.tell("email", people=desk.people)
        desk.work()
        await desk.until("sent", "sent")
    found = {str(letter["to"]): letter for letter in box.letters}
    assert found["Ann <ann@example.com>"]["subject"].startswith("First answer")
    assert found["Bob <bob@example.com>"]["subject"].startswith("Первый ответ")
    assert "Carol ждёт первого ответа уже 1 мин" in found["Bob <bob@example.com>"].get_content()


async def test_a_letter_is_tried_again_until_the_server_is_there(desk: Desk) -> None:
    with smtp_server() as (_, port):
        pass
    await desk.mail_to(port)
    await desk.tell("email")
    desk.work()

    async def tried() -> bool:
        (row,) = await desk.rows()
        return row["state"] == "queued" and row["attempts"] == 1 and "mail_nobody_listens" in (row["error"] or "")

    await eventually(tried)
    (row,) = await desk.rows()
    assert row["due_at"] > row["state_at"] + 4 * SECOND
    with smtp_server(port=port) as (box, _):
        # Saving the settings lets everything that waits go at once.
        await desk.settings(2, mail={"port": port})
        await desk.until("sent")
    assert box.letters[0]["message-id"] == f"<notice.{row['id']}.epoch@example.com>"


async def test_a_refused_recipient_is_not_tried_again(small_desk: Desk) -> None:
    with smtp_server() as (box, port):
        box.refuse = {"recipient": "550 no such user"}
        await small_desk.mail_to(port)
        await small_desk.tell("email")
        small_desk.work()
        await small_desk.until("failed")
    (failure,) = (await small_desk.store.read(notice_outbox.outbox, small_desk.chief)).troubles
    assert (failure.trouble.code, failure.trouble.detail, failure.to) == (
        "mail_recipient_refused",
        "550 no such user",
        "Ann",
    )


async def test_without_a_mail_server_nothing_waits_for_one(small_desk: Desk) -> None:
    await small_desk.tell("email")
    small_desk.work()
    (row,) = await small_desk.until("failed")
    assert msgspec.json.decode(row["error"])["code"] == "mail_not_set"
    assert not await small_desk.store.write(mail.queue_mail, "v@example.com", "s", "t", None, "a")


async def test_a_letter_to_somebody_outside_goes_once_and_is_forgotten(desk: Desk) -> None:
    with smtp_server() as (box, port):
        await desk.mail_to(port)
        assert await desk.store.write(mail.queue_mail, "v@example.com", "Reply", "Text", "<p>Text</p>", "reply:1:5")
        assert not await desk.store.write(mail.queue_mail, "v@example.com", "Reply", "Text", None, "reply:1:5")
        assert await desk.store.write(mail.queue_mail, "v@example.com", "Reply", "More", None, "reply:1:6")
        desk.work()
        rows = await desk.until("sent", "sent")
        assert not await desk.store.write(mail.queue_mail, "v@example.com", "Reply", "Text", None, "reply:1:5")
    assert [letter["to"] for letter in box.letters] == ["v@example.com"] * 2
    assert {row["params"] for row in rows} == {"{}"}


async def told(desk: Desk, kind: str) -> list[int]:
    """Who has a notice of this kind in the workspace."""
    return [row["user_id"] for row in await desk.rows() if row["kind"] == kind and row["medium"] == "workspace"]


async def test_administrators_are_told_once_that_letters_do_not_leave(small_desk: Desk) -> None:
    with smtp_server() as (box, port):
        box.refuse = {"sender": "550 not yours"}
        await small_desk.mail_to(port)
        await small_desk.tell("email")
        await small_desk.tell("email", step=200)
        small_desk.work()

        async def tried(times: int) -> bool:
            found = [row for row in await small_desk.rows() if row["medium"] == "email"]
            return all(row["attempts"] == times and row["state"] == "queued" for row in found)

        await eventually(lambda: tried(1))
        assert await told(small_desk, "mail_broken") == []
        await small_desk.hurry()
        await eventually(lambda: tried(2))
        assert await told(small_desk, "mail_broken") == small_desk.people


# --- crashes ------------------------------------------------------------------------------------------------------


async def test_what_was_under_way_in_a_crash_is_repeated_only_where_it_is_known_again(desk: Desk) -> None:
    async with FakePushService() as service, receiver() as (hooked, url):
        service.hang = hooked.hang = True
        desk.bases = (service.base,)
        await desk.settings(private_hooks=True)
        await desk.store.write(push.put, desk.people[0], *service.subscribe("ann", desk.made.push_public), "Chrome")
        await desk.tell("push", "webhook", url=url)
        desk.work()

        async def both() -> bool:
            return service.asked == 1 and len(hooked.got) == 1

        await eventually(both)
        assert await desk.states() == ["sending", "sending"]
        await desk.die()
        assert await desk.states() == ["sending", "sending"]
        service.hang = hooked.hang = False
        desk.work()
        await desk.until("unknown", "sent")
        await asyncio.sleep(0.2)
        assert service.asked == 1
        first, second = hooked.got
        assert first[0]["webhook-id"] == second[0]["webhook-id"]
        assert first[1] == second[1]


async def test_a_letter_under_way_in_a_crash_is_unknown(small_desk: Desk) -> None:
    with smtp_server() as (box, port):
        await small_desk.mail_to(port)
        await small_desk.tell("email")
        claimed = await small_desk.store.write(notice_outbox.claim, small_desk.node, 10, {})
        assert [job.medium for job in claimed.jobs] == ["email"]
        assert await small_desk.states() == ["sending"]
        small_desk.work()
        await small_desk.until("unknown")
        # What the dead one reports after all is dropped.
        await small_desk.store.write(notice_outbox.settle, claimed.jobs[0], Again("mail_timeout"))
        assert await small_desk.states() == ["unknown"]
    assert box.letters == []


# --- webhooks -----------------------------------------------------------------------------------------------------


async def test_a_webhook_is_signed_and_says_what_happened(desk: Desk) -> None:
    async with receiver() as (hooked, url):
        await desk.settings(private_hooks=True)
        await desk.tell("webhook", url=url)
        desk.work()
        (row,) = await desk.until("sent")
    headers, body = hooked.got[0]
    value = msgspec.json.decode(body)
    assert value["id"] == headers["webhook-id"] == f"notice-{row['id']}"
    assert (value["kind"], value["step"], value["target"], value["conversation"]) == ("kpi_first", 100, 60, {"id": 41})
    assert value["at"].endswith("Z")
    stamp = int(headers["webhook-timestamp"])
    assert headers["webhook-signature"] == signature(desk.made.hook_secret, value["id"], stamp, body)


async def test_a_webhook_is_repeated_under_its_id_and_parked_after_a_day(desk: Desk) -> None:
    async with receiver() as (hooked, url):
        hooked.answers = [500, 503, 500]
        await desk.settings(private_hooks=True)
        await desk.tell("webhook", url=url)
        desk.work()

        async def tried(times: int) -> bool:
            (row,) = await desk.rows()
            return bool(row["state"] != "sending" and row["attempts"] == times)

        for times in (1, 2):
            await eventually(partial(tried, times))
            if times == 1:
                await desk.hurry()
        (row,) = await desk.rows()
        assert row["state"] == "queued"
        day = row["created_at"] - 24 * 3600 * SECOND
        await desk.store.write(lambda tx: tx.run(_AGE, created_at=day))
        await desk.hurry()
        await desk.until("failed", "sent", "sent")
        (failure,) = (await desk.store.read(notice_outbox.outbox, desk.chief)).troubles
        assert (failure.trouble.code, failure.trouble.detail, failure.trouble.given_up, failure.to) == (
            "hook_status",
            "HTTP 500",
            True,
            url,
        )
        assert await told(desk, "hook_parked") == desk.people
        # A person asks for one more try.
        await desk.store.write(notice_outbox.again, desk.chief, failure.row.id)
        await desk.until("sent", "sent", "sent")
    assert len({headers["webhook-id"] for headers, _ in hooked.got}) == 1
    assert len(hooked.got) == 4


async def test_a_webhook_into_the_own_network_only_where_that_is_allowed(small_desk: Desk) -> None:
    async with receiver() as (hooked, url):
        await small_desk.tell("webhook", url=url)
        small_desk.work()
        (row,) = await small_desk.until("failed")
        assert msgspec.json.decode(row["error"])["code"] == "hook_private_address"
        assert hooked.got == []


async def test_one_that_hangs_delays_nobody_else(small_desk: Desk) -> None:
    async with receiver() as (hanging, slow), receiver() as (quick, url):
        hanging.hang = True
        await small_desk.settings(private_hooks=True)
        for step in range(1, 151):
            await small_desk.tell("webhook", step=step, url=slow)
        await small_desk.tell("webhook", step=1000, url=url)
        small_desk.work()

        async def through() -> bool:
            return len(quick.got) == 1

        await eventually(through, 5)
        assert len(hanging.got) <= notice_outbox.LANE_ROOM["webhook"]


async def test_a_server_without_room_is_left_alone_and_keeps_no_other_from_being_seen(desk: Desk) -> None:
    """Putting its rows off again and again would keep the store busy with nothing else."""
    await desk.settings()
    url, lane = "https://crowded.example/hook", "webhook crowded.example"

    def crowd(tx: Tx) -> int:
        for step in range(1, 301):
            notices.add(tx, "kpi_first", 7, step, [], ["webhook"], {}, 41, 1, webhook_url=url)
        return tx.now

    since = await desk.store.write(crowd)
    await desk.tell("webhook", step=1000, url="https://other.example/hook")
    claimed = await desk.store.write(notice_outbox.claim, desk.node, 64, {lane: notice_outbox.LANE_ROOM["webhook"]})
    assert [job.lanes for job in claimed.jobs] == [("webhook other.example",)]
    assert not claimed.more
    claimed = await desk.store.write(notice_outbox.claim, desk.node, 64, {})
    assert [job.lanes for job in claimed.jobs] == [(lane,)] * notice_outbox.LANE_ROOM["webhook"]
    assert not claimed.more
    assert {row["due_at"] for row in await desk.rows() if row["step"] <= 300} == {since}


async def test_a_push_service_without_room_keeps_no_other_from_being_seen(desk: Desk) -> None:
    await desk.settings()
    ann, bob = desk.people
    for who, name in ((ann, "crowded"), (bob, "other")):
        await desk.store.write(push.put, who, f"https://{name}.example/1", "key", "auth", name)

    def crowd(tx: Tx) -> None:
        for step in range(1, 301):
            notices.add(tx, "kpi_first", 7, step, [ann], ["push"], {}, 41, 1)

    await desk.store.write(crowd)
    await desk.tell("push", people=[bob])
    full = {"push crowded.example": notice_outbox.LANE_ROOM["push"]}
    claimed = await desk.store.write(notice_outbox.claim, desk.node, 64, full)
    assert [job.lanes for job in claimed.jobs] == [("push other.example",)]
    assert not claimed.more


async def test_what_waits_for_room_goes_as_soon_as_there_is_some(small_desk: Desk) -> None:
    async with receiver() as (hooked, url):
        await small_desk.settings(private_hooks=True)
        for step in range(1, 41):
            await small_desk.tell("webhook", step=step, url=url)
        small_desk.work()

        async def through() -> bool:
            return len(hooked.got) == 40

        await eventually(through, 5)


# --- web push -------------------------------------------------------------------------------------------------------


async def test_a_browser_shows_what_happened_and_one_that_is_gone_is_forgotten(desk: Desk) -> None:
    async with FakePushService() as service:
        desk.bases = (service.base,)
        await desk.settings()
        for name in ("laptop", "phone"):
            await desk.store.write(push.put, desk.people[1], *service.subscribe(name, desk.made.push_public), name)
        service.gone.add("phone")
        await desk.tell("push", people=[desk.people[1]])
        desk.work()
        (row,) = await desk.until("sent")
        (shown,) = service.shown["laptop"]
        assert shown["title"].startswith("Первый ответ")
        assert shown["path"] == "/c/41"
        assert shown["tag"] == f"notice-{row['id']}"
        left = await desk.store.read(push.of_users, desk.people)
        assert [each.agent for each in left[desk.people[1]]] == ["laptop"]


async def test_only_the_browser_that_did_not_take_it_is_asked_again(small_desk: Desk) -> None:
    async with FakePushService() as service:
        small_desk.bases = (service.base,)
        await small_desk.settings()
        for name in ("laptop", "phone"):
            subscription = service.subscribe(name, small_desk.made.push_public)
            await small_desk.store.write(push.put, small_desk.people[0], *subscription, name)
        service.answers = [503]
        await small_desk.tell("push")
        small_desk.work()

        async def tried() -> bool:
            (row,) = await small_desk.rows()
            return bool(row["state"] == "queued" and row["attempts"] == 1)

        await eventually(tried)
        await small_desk.hurry()
        await small_desk.until("sent")
        assert [len(service.shown[name]) for name in ("laptop", "phone")] == [1, 1]


async def test_somebody_without_a_browser_is_no_trouble(small_desk: Desk) -> None:
    await small_desk.tell("push")
    small_desk.work()
    await small_desk.until("failed")
    assert (await small_desk.store.read(notice_outbox.outbox, small_desk.chief)).troubles == []


async def test_a_notice_that_says_nothing_more_arrives_and_holds_nobody_up(small_desk: Desk) -> None:
    """As the button "show a test notice in my browsers" writes it: there is nothing to fill into its words."""
    async with FakePushService() as service:
        small_desk.bases = (service.base,)
        await small_desk.settings()
        who = small_desk.people[0]
        subscription = service.subscribe("laptop", small_desk.made.push_public)
        await small_desk.store.write(push.put, who, *subscription, "laptop")
        await small_desk.store.write(notices.add, "push_test", 1, 0, [who], ["push"], {})
        await small_desk.tell("push")
        small_desk.work()

        async def sent() -> bool:
            return {each["state"] for each in await small_desk.rows()} == {"sent"}

        await eventually(sent)
        assert len(service.shown["laptop"]) == 2


async def test_a_push_service_in_the_own_network_is_not_asked(small_desk: Desk) -> None:
    async with FakePushService() as service:
        await small_desk.settings()
        subscription = service.subscribe("x", small_desk.made.push_public)
        await small_desk.store.write(push.put, small_desk.people[0], *subscription, "x")
        await small_desk.tell("push")
        small_desk.work()
        await small_desk.until("failed")
        assert service.asked == 0


async def test_who_stops_while_he_claims_puts_back_what_he_got(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a letter that never left would be taken for one of which nobody knows, and would not be sent."""
    with smtp_server() as (box, port):
        await desk.mail_to(port)
        await desk.tell("email")
        whole, claiming = notice_outbox.claim, threading.Event()

        def slow(*args: Any) -> notice_outbox.Claimed:
            claimed = whole(*args)
            claiming.set()
            time.sleep(0.3)
            return claimed

        with monkeypatch.context() as patch:
            patch.setattr("openlines.services.notice_outbox.claim", slow)
            desk.work()
            await asyncio.to_thread(claiming.wait, 10)
            assert desk._running is not None
            desk._running.cancel()
            await asyncio.gather(desk._running, return_exceptions=True)
            await desk.worker.stop()
        (row,) = await desk.rows()
        assert (row["state"], row["attempts"], row["lease"]) == ("queued", 0, None)
        desk.work()
        await desk.until("sent")
        assert len(box.letters) == 1
