"""Webhook or polling, by itself; and the truth about a channel within a minute."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from openlines.channels.base import Account, RawEvent
from openlines.channels.telegram.channel import Telegram
from openlines.services import channel_state, channels, lines
from openlines.services.channels import Wish
from openlines.services.errors import Conflict
from openlines.store import channels as rows
from openlines.store.channels import ChannelRow, keeping
from openlines.support.outbound import Http
from openlines.workers.poll import Keeper
from tests.fakes.telegram import FakeTelegram
from tests.workers.office import Office, office

pytestmark = pytest.mark.slow

PUBLIC = "https://chat.example.org"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits that are a minute in life are moments here."""
    monkeypatch.setattr("openlines.workers.poll._LONGEST_PAUSE", 0.3)
    monkeypatch.setattr("openlines.channels.telegram.channel._AFTER_CONFLICT", 0.1)
    monkeypatch.setattr("openlines.channels.telegram.channel._AFTER_ERROR", 0.05)


async def row_of(desk: Office) -> ChannelRow:
    found = await desk.store.read(rows.one, desk.channel_id)
    assert found is not None
    return found


async def becomes(desk: Office, state: str, code: str = "", seconds: float = 20.0) -> ChannelRow:
    """The channel once its state and code are these."""

    async def look() -> ChannelRow | None:
        found = await row_of(desk)
        return found if (found.state, found.state_reason) == (state, code) else None

    found: ChannelRow = await desk.until(look, seconds)
    return found


class Door:
    """The portal's public address: a way in that can be shut."""

    def __init__(self) -> None:
        self.desk: Office | None = None
        self.status: int | None = None
        self.asked = 0

    async def take(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self.status is not None or self.desk is None:
            return web.Response(status=self.status or 503)
        headers = {name.lower(): value for name, value in request.headers.items()}
        return web.Response(status=await self.desk.hook(await request.read(), headers))


@pytest.fixture
async def door(telegram: FakeTelegram) -> AsyncIterator[Door]:
    door = Door()
    app = web.Application()
    app.router.add_post("/hooks/telegram/{key}", door.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    telegram.world.addresses[PUBLIC] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield door
    await runner.cleanup()


@pytest.fixture
async def public(store_url: str, tmp_path: Path, telegram: FakeTelegram, door: Door) -> AsyncIterator[Office]:
    """An office with a public address."""
    async with office(store_url, tmp_path, telegram, public_url=PUBLIC) as found:
        door.desk = found
        yield found


async def test_without_an_address_messages_are_fetched(desk: Office) -> None:
    desk.work()
    row = await becomes(desk, "ok")
    facts = row.values["facts"]
    assert facts == {"bot": {"id": desk.bot.id, "name": "Shop", "username": "shop_bot"}, "by": "poll"}
    assert row.version == 1, "nobody's form is out of date because of this"
    anna = desk.fake.world.person(5)
    desk.fake.people.say(desk.bot, anna, "привет")
    assert await desk.texts(await desk.thread(anna)) == ["привет"]


async def test_with_an_address_messages_are_brought(public: Office, door: Door) -> None:
    public.work()
    await becomes(public, "ok")
    assert public.bot.webhook.url.startswith(f"{PUBLIC}/hooks/telegram/")
    anna = public.fake.world.person(5)
    for text in ("раз", "два", "три"):
        public.fake.people.say(public.bot, anna, text)
    thread_id = await public.thread(anna)

    async def all_here() -> bool:
        return await public.texts(thread_id) == ["раз", "два", "три"]

    await public.until(all_here)
    assert door.asked == 3
    assert "getupdates" not in [method for method, _ in public.fake.world.calls]


async def test_a_restart_loses_nothing(desk: Office) -> None:
    anna = desk.fake.world.person(5)
    said = []
    for number in range(12):
        desk.work()
        for text in (f"{number}а", f"{number}б"):
            desk.fake.people.say(desk.bot, anna, text)
            said.append(text)
        await asyncio.sleep(0.03 * (number % 4))
        await desk.rest(crash=bool(number % 2))
    desk.work()
    thread_id = await desk.thread(anna)

    async def all_here() -> bool:
        return len(await desk.texts(thread_id)) >= len(said)

    await desk.until(all_here)
    assert await desk.texts(thread_id) == said


async def test_an_outage_of_ours_loses_nothing(public: Office, door: Door) -> None:
    public.work()
    await becomes(public, "ok")
    anna = public.fake.world.person(5)
    await public.rest()
    door.status = 503
    for text in ("раз", "два"):
        public.fake.people.say(public.bot, anna, text)
    await public.until(lambda: door.asked >= 2)
    door.status = None
    public.work()
    thread_id = await public.thread(anna)

    async def all_here() -> bool:
        return await public.texts(thread_id) == ["раз", "два"]

    await public.until(all_here)


async def test_a_webhook_that_others_change_is_set_again(public: Office) -> None:
    public.work()
    await becomes(public, "ok")
    ours = public.bot.webhook.url
    public.bot.webhook.url = "https://elsewhere.example/"
    await public.until(lambda: public.bot.webhook.url == ours)
    # Once is mended in silence; a war is told.
    for _ in range(2):
        public.bot.webhook.url = "https://elsewhere.example/"
        await public.until(lambda: public.bot.webhook.url == ours)
    row = await becomes(public, "broken", "webhook_lost")
    assert row.state_detail == "https://elsewhere.example/"


async def test_where_a_webhook_does_not_get_through_messages_are_fetched(public: Office, door: Door) -> None:
    public.work()
    await becomes(public, "ok")
    door.status = 500
    anna = public.fake.world.person(5)
    public.fake.people.say(public.bot, anna, "слышно?")
    row = await becomes(public, "ok", "webhook_failing")
    assert row.state_detail == "Wrong response from the webhook: 500 Internal Server Error"
    assert await public.texts(await public.thread(anna)) == ["слышно?"]
    assert public.bot.webhook.url == ""
    facts = (await row_of(public)).values["facts"]
    assert facts["by"] == "poll"
    # Who asks by hand is told how it is, not how it should have been.
    connected = await public.accounts.get(public.channel_id)
    assert connected is not None
    assert (await connected.channel.check(connected.account, connected.http)).ok


async def test_an_address_that_telegram_refuses_is_told_once_and_messages_are_fetched(
    store_url: str, tmp_path: Path, telegram: FakeTelegram
) -> None:
    async with office(store_url, tmp_path, telegram, public_url="https://10.0.0.5") as desk:
        desk.work(check_every=0.05)
        await becomes(desk, "ok", "webhook_refused")
        before = await _changes(desk)
        await desk.until(lambda: desk.keeper.counts["checked"] >= 5)
        row = await row_of(desk)
        assert (row.state, row.state_reason) == ("ok", "webhook_refused")
        assert row.state_detail == "Bad Request: bad webhook: IP address 10.0.0.5 is reserved"
        assert await _changes(desk) == before
        assert desk.keeper.counts["connected"] == 1, "it is as well as it can be: nothing to begin anew"
        anna = telegram.world.person(5)
        telegram.people.say(desk.bot, anna, "слышно?")
        assert await desk.texts(await desk.thread(anna)) == ["слышно?"]


async def test_and_later_the_webhook_is_tried_again(
    public: Office, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openlines.workers.poll._WEBHOOK_AGAIN", 1.0)
    public.work()
    await becomes(public, "ok")
    door.status = 500
    anna = public.fake.world.person(5)
    public.fake.people.say(public.bot, anna, "слышно?")
    await becomes(public, "ok", "webhook_failing")
    door.status = None
    await becomes(public, "ok")
    assert public.bot.webhook.url.startswith(PUBLIC)
    public.fake.people.say(public.bot, anna, "а теперь?")
    thread_id = await public.thread(anna)

    async def all_here() -> bool:
        return await public.texts(thread_id) == ["слышно?", "а теперь?"]

    await public.until(all_here)


async def test_a_new_address_is_registered_by_itself(
    store_url: str, tmp_path: Path, telegram: FakeTelegram, door: Door
) -> None:
    async with office(store_url, tmp_path, telegram) as desk:
        desk.work()
        await becomes(desk, "ok")
        assert desk.bot.webhook.url == ""
        for address in (PUBLIC, "https://new.example.org", ""):
            telegram.world.addresses[address or "-"] = telegram.world.addresses[PUBLIC]
            await desk.rest()
            desk.accounts = type(desk.accounts)(desk.store, desk.seal, desk.client, address)
            door.desk = desk
            desk.work()
            await desk.until(partial(_registered, desk, address))


def _registered(desk: Office, address: str) -> bool:
    url = desk.bot.webhook.url
    return url.startswith(f"{address}/hooks/") if address else not url


async def test_a_revoked_token_is_told(desk: Office) -> None:
    desk.work()
    await becomes(desk, "ok")
    desk.bot.revoked = True
    await becomes(desk, "broken", "token_refused")
    desk.bot.revoked = False
    await becomes(desk, "ok")


async def test_another_who_polls_is_told(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openlines.workers.poll._TAKEN_FOR", 3.0)
    desk.work()
    await becomes(desk, "ok")

    async def other() -> None:
        connected = await desk.accounts.get(desk.channel_id)
        assert connected is not None
        while True:
            await connected.channel.poll(connected.account, "", connected.http)

    task = asyncio.create_task(other())
    await becomes(desk, "broken", "token_shared")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await becomes(desk, "ok")


async def test_a_vendor_who_is_away_is_told_and_missed_by_nobody(desk: Office) -> None:
    desk.work()
    await becomes(desk, "ok")
    anna = desk.fake.world.person(5)
    desk.strike("502", method="*", count=10_000)
    await becomes(desk, "broken", "vendor_unreachable")
    desk.fake.people.say(desk.bot, anna, "есть кто?")
    desk.fake.world.faults.clear()
    await becomes(desk, "ok")
    assert await desk.texts(await desk.thread(anna)) == ["есть кто?"]


async def test_a_single_failure_is_no_news(desk: Office) -> None:
    desk.work(check_every=60)
    await becomes(desk, "ok")
    before = await _changes(desk)
    desk.strike("502", method="getUpdates", count=1)
    await desk.until(lambda: desk.keeper.counts["not_polled"] == 1)
    await desk.until(lambda: desk.keeper.counts["polled"] >= 2)
    assert (await row_of(desk)).state == "ok"
    assert await _changes(desk) == before


async def _changes(desk: Office) -> int:
    from openlines.store import events

    return len([each for each in await desk.store.read(events.read_events, 0, 1000) if each.kind == "channel.changed"])


async def test_secrets_of_another_key_are_told(desk: Office) -> None:
    from openlines.support.secrets import Seal

    desk.accounts._seal = Seal(b"x" * 32)
    desk.work()
    await becomes(desk, "broken", "secrets_unreadable")


async def test_a_channel_that_is_switched_off_leaves_nothing_behind(public: Office) -> None:
    public.work()
    await becomes(public, "ok")
    row = await row_of(public)
    off = Wish(active=False)
    await public.store.write(channels.change, public.admin, public.channel_id, row.version, off, seal=public.seal)
    await public.until(lambda: public.bot.webhook.url == "")
    assert (await row_of(public)).state == "off"
    on = Wish(active=True)
    await public.store.write(channels.change, public.admin, public.channel_id, row.version + 1, on, seal=public.seal)
    await public.until(lambda: public.bot.webhook.url != "")
    await becomes(public, "ok")
    await public.store.write(channels.remove, public.admin, public.channel_id)
    await public.until(lambda: public.bot.webhook.url == "")


async def test_a_channel_that_gets_another_bot_leaves_the_old_one(public: Office) -> None:
    public.work()
    await becomes(public, "ok")
    old, new = public.bot, public.fake.world.add_bot(name="Other")
    row = await row_of(public)
    wish = Wish(secrets={"token": new.token})
    await public.store.write(channels.change, public.admin, public.channel_id, row.version, wish, seal=public.seal)
    await public.until(lambda: new.webhook.url)
    assert old.webhook.url == "", "what is written to it must not come to us"
    assert new.webhook.url.startswith(PUBLIC)


async def _connects(desk: Office, token: str) -> int:
    """Another channel, on a line of its own."""
    line_id = await desk.store.write(lines.create, desk.admin, "Sales", time_zone="UTC")
    where: dict[str, Any] = {"settings": {"base_url": desk.fake.base}, "secrets": {"token": token}, "seal": desk.seal}
    return await desk.store.write(channels.create, desk.admin, line_id, "telegram", "Second", **where)


async def _gets(desk: Office, channel_id: int, token: str) -> ChannelRow:
    row = await desk.store.read(rows.one, channel_id)
    assert row is not None
    wish = Wish(secrets={"token": token})
    return await desk.store.write(channels.change, desk.admin, channel_id, row.version, wish, seal=desk.seal)


async def test_a_bot_belongs_to_one_channel(desk: Office) -> None:
    """Two would take each other's messages away, and each would blame another program."""
    renewed = f"{desk.bot.id}:{'A' * 35}"
    for token in (desk.bot.token, renewed):
        with pytest.raises(Conflict, match="account_taken") as refused:
            await _connects(desk, token)
        where = {"channel_id": desk.channel_id, "name": "Shop", "line_id": desk.line_id, "line": "Support"}
        assert refused.value.params == {"kind": "telegram", **where}
    second = await _connects(desk, desk.fake.world.add_bot().token)
    with pytest.raises(Conflict, match="account_taken"):
        await _gets(desk, second, renewed)
    await _gets(desk, desk.channel_id, renewed)  # a new token of its own bot
    await desk.store.write(channels.remove, desk.admin, desk.channel_id)
    await _gets(desk, second, desk.bot.token)


async def test_another_bot_is_asked_from_its_beginning(desk: Office) -> None:
    """Where the old one's numbering stood, messages of the new one would be confirmed unread."""
    event = RawEvent("1", "5", b"{}")
    await desk.store.write(channel_state.take, "one", [desk.channel_id], alone=False)
    assert await desk.store.write(channel_state.polled, desk.channel_id, "one", "", [event], "17")
    await _gets(desk, desk.channel_id, f"{desk.bot.id}:{'A' * 35}")
    assert await desk.store.read(channel_state.cursor, desk.channel_id) == "17", "the same bot goes on"
    await _gets(desk, desk.channel_id, desk.fake.world.add_bot().token)
    assert await desk.store.read(channel_state.cursor, desk.channel_id) == ""
    assert keeping(await row_of(desk)).node == "one"


@pytest.mark.postgres
async def test_of_two_channels_that_are_made_at_once_a_bot_gets_one(
    postgres_url: str, tmp_path: Path, telegram: FakeTelegram
) -> None:
    async with (
        office(postgres_url, tmp_path, telegram, node="one") as one,
        office(postgres_url, tmp_path, telegram, node="two", beside=one) as two,
    ):
        for _ in range(10):
            token = telegram.world.add_bot().token
            made = await asyncio.gather(_connects(one, token), _connects(two, token), return_exceptions=True)
            assert sorted(type(each).__name__ for each in made) == ["Conflict", "int"]


async def test_a_channel_that_is_changed_and_keeps_its_bot_stays_connected(public: Office) -> None:
    public.work()
    await becomes(public, "ok")
    row = await row_of(public)
    wish = Wish(name="Renamed")
    await public.store.write(channels.change, public.admin, public.channel_id, row.version, wish, seal=public.seal)
    await public.until(lambda: public.keeper.counts["connected"] == 2)
    assert public.bot.webhook.url.startswith(PUBLIC)
    assert "deletewebhook" not in [method for method, _ in public.fake.world.calls]


async def test_only_first_calls_are_kept_apart(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Channels that are broken try again and again: those that are well must not queue up behind them."""
    monkeypatch.setattr("openlines.workers.poll._EASY", 2)
    monkeypatch.setattr("openlines.workers.poll._SPACED", 0.3)
    keeper = Keeper(desk.store, desk.accounts, "one")

    async def waited(*channel_ids: int) -> float:
        begun = asyncio.get_running_loop().time()
        await asyncio.gather(*(keeper.space(channel_id) for channel_id in channel_ids))
        return asyncio.get_running_loop().time() - begun

    assert await waited(1, 2) < 0.2
    assert await waited(3, 4) > 0.5, "the third after a pause, the fourth after another"
    assert await waited(*[1, 2, 3, 4] * 10) < 0.2, "they have been connected before"
    await asyncio.sleep(0.4)
    assert await waited(5) < 0.2, "long after the start there is no crowd"


async def test_a_vendor_who_hangs_while_he_is_left_holds_up_no_other_channel(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, leaving = asyncio.Event(), asyncio.Event()

    async def hang(self: Telegram, account: Account, http: Http) -> None:
        leaving.set()
        await left.wait()

    monkeypatch.setattr(Telegram, "disconnect", hang)
    desk.work()
    await becomes(desk, "ok")
    await desk.store.write(channels.remove, desk.admin, desk.channel_id)
    await asyncio.wait_for(leaving.wait(), 10)
    bot = desk.fake.world.add_bot()
    settings, secrets = {"base_url": desk.fake.base}, {"token": bot.token}
    desk.channel_id = await desk.store.write(
        channels.create,
        desk.admin,
        desk.line_id,
        "telegram",
        "Next",
        settings=settings,
        secrets=secrets,
        seal=desk.seal,
    )
    await becomes(desk, "ok", seconds=5.0)
    left.set()


async def test_what_was_polled_and_where_to_go_on_are_kept_together(desk: Office) -> None:
    event = RawEvent("1", "5", b"{}")
    take, polled = channel_state.take, channel_state.polled
    assert await desk.store.write(take, "a", [desk.channel_id], alone=False) == {desk.channel_id}
    assert await desk.store.write(polled, desk.channel_id, "a", "", [event], "17")
    assert await desk.store.read(channel_state.cursor, desk.channel_id) == "17"
    # Somebody who does not know that has nothing to say.
    assert not await desk.store.write(polled, desk.channel_id, "a", "", [event], "18")
    assert not await desk.store.write(polled, desk.channel_id, "b", "17", [event], "18")
    assert len(await desk.inbox()) == 1
    assert await desk.store.write(take, "b", [desk.channel_id], alone=False) == set()
    await desk.store.write(channel_state.leave, "b", [desk.channel_id])
    assert keeping(await row_of(desk)).node == "a"
    await desk.store.write(channel_state.leave, "a", [desk.channel_id])
    assert await desk.store.write(take, "b", [desk.channel_id], alone=False) == {desk.channel_id}
    assert await desk.store.read(channel_state.cursor, desk.channel_id) == "17"
    assert await desk.store.write(take, "c", [desk.channel_id], alone=True) == {desk.channel_id}


@pytest.mark.postgres
async def test_one_node_at_a_time_keeps_a_channel(
    postgres_url: str, tmp_path: Path, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openlines.workers.poll.LOOK_EVERY", 0.2)
    async with (
        office(postgres_url, tmp_path, telegram, node="one") as one,
        office(postgres_url, tmp_path, telegram, node="two", beside=one) as two,
    ):
        one.work()
        await becomes(one, "ok")
        two.work()
        anna = telegram.world.person(5)
        telegram.people.say(one.bot, anna, "раз")
        thread_id = await one.thread(anna)
        await asyncio.sleep(0.5)
        assert two.keeper.counts["polled"] == 0
        assert (await row_of(one)).state == "ok"
        # A node that leaves says so; one that dies is missed when its lease is over.
        await one.rest()
        telegram.people.say(one.bot, anna, "два")
        await two.until(lambda: _texts(two, thread_id, 2))
        one.work()
        await two.rest(crash=True)
        await asyncio.sleep(0.3)
        assert one.keeper.counts["polled"] == 0
        monkeypatch.setattr("openlines.services.channel_state.LEASE", 0)
        await one.store.write(_let_lapse, one.channel_id)
        telegram.people.say(one.bot, anna, "три")
        await one.until(lambda: _texts(one, thread_id, 3))


def _let_lapse(tx: Any, channel_id: int) -> None:
    row = rows.locked(tx, channel_id)
    assert row is not None
    rows.put_keeping(tx, channel_id, keeping(row)._replace(until=0))


async def _texts(desk: Office, thread_id: int, count: int) -> bool:
    return len(await desk.texts(thread_id)) >= count
