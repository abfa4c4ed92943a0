"""Lanes of the inbox: none holds up another, none is out of order with another node at it, none turns in circles."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import literal_column, select, update

from openlines.channels.base import Account, RawEvent
from openlines.channels.telegram.channel import Telegram
from openlines.services import channels, inbox, lines
from openlines.services.receive import receive_message
from openlines.store import ConstraintFailed, tables, threads
from openlines.store.messages import data_of
from openlines.store.statement import Statement
from openlines.support.outbound import Http
from tests.channels.telegram.test_parse import CHAT, message
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.world import Person
from tests.workers.office import Office, office
from tests.workers.test_parse import event, keep

pytestmark = pytest.mark.slow

_ATTEMPTED = Statement(select(tables.inbox.c.id).where(tables.inbox.c.attempts > literal_column("0")))
_BEGUN = Statement(update(tables.inbox).values(attempts=1))


def picture(number: int, chat: int) -> RawEvent:
    """A photo, as it comes from the vendor."""
    content = message(message_id=number + 1, photo=[{"file_id": f"F{number}", "file_unique_id": f"U{number}"}])
    content["photo"][0] |= {"width": 4, "height": 4, "file_size": 10}
    content |= {"chat": {**CHAT, "id": chat}, "from": {"id": chat, "is_bot": False, "first_name": f"C{chat}"}}
    return RawEvent(str(number), str(chat), json.dumps({"update_id": number, "message": content}).encode())


@pytest.fixture
def hanging(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of the first channel never come; those of others are there at once."""

    async def fetch(self: Telegram, account: Account, ref: str, http: Http) -> AsyncIterator[bytes]:
        if account.id == desk.channel_id:
            await asyncio.Event().wait()
        yield b"content"

    monkeypatch.setattr(Telegram, "fetch", fetch)


@pytest.mark.usefixtures("hanging")
async def test_a_crowd_behind_one_slow_event_holds_up_nobody_else(desk: Office) -> None:
    await keep(desk, picture(1, chat=1))
    await keep(desk, *(event(number, "x", chat=1) for number in range(2, 302)))
    await keep(desk, event(400, "a word", chat=2))
    desk.work(keep=False)
    thread_id = await desk.thread(Person(2))
    assert await desk.texts(thread_id) == ["a word"]


@pytest.mark.usefixtures("hanging")
async def test_a_channel_whose_files_do_not_come_holds_up_no_other(desk: Office) -> None:
    other = await desk.store.write(lines.create, desk.admin, "Sales", time_zone="UTC")
    bot = desk.fake.world.add_bot()
    settings, secrets = {"base_url": desk.fake.base}, {"token": bot.token}
    second = await desk.store.write(
        channels.create, desk.admin, other, "telegram", "Other", settings=settings, secrets=secrets, seal=desk.seal
    )
    for number in range(1, 101):
        await keep(desk, picture(number, chat=number))
    await desk.store.write(inbox.keep, second, [picture(1, chat=7)], {})
    desk.work(keep=False)
    found = await desk.until(lambda: desk.store.read(threads.by_identity, second, "7"), seconds=10)
    row, *_ = await desk.until(lambda: desk.messages(found.id))
    assert "missing" not in data_of(row)["files"][0]


async def test_a_mistake_in_fetching_a_file_is_a_file_that_is_missing(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    async def fetch(self: Telegram, account: Account, ref: str, http: Http) -> AsyncIterator[bytes]:
        nonlocal tries
        tries += not ref.startswith("photo:")
        if ref:
            raise KeyError("what the vendor has never said before")
        yield b""

    monkeypatch.setattr(Telegram, "fetch", fetch)
    await keep(desk, picture(1, chat=5), event(2, "видно?"))
    desk.work(keep=False)
    await desk.until(lambda: _texts(desk, ["", "видно?"]))
    (photo, _) = await desk.messages(await desk.thread(Person(5)))
    assert data_of(photo)["files"][0]["missing"] == "not_fetched"
    assert tries == 1


async def _texts(desk: Office, wanted: list[str]) -> bool:
    found = await desk.store.read(threads.by_identity, desk.channel_id, "5")
    return found is not None and await desk.texts(found.id) == wanted


async def test_an_event_that_the_store_refuses_steps_aside(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = receive_message

    def clumsy(tx: Any, channel_id: int, incoming: Any) -> Any:
        if incoming.text == "бум":
            raise ConstraintFailed("a row that breaks a rule, however often it is tried")
        return whole(tx, channel_id, incoming)

    monkeypatch.setattr("openlines.services.inbox.receive_message", clumsy)
    desk.work(keep=False)
    await keep(desk, event(1, "до"), event(2, "бум"), event(3, "после"))
    await desk.idle()
    assert await desk.texts(await desk.thread(Person(5))) == ["до", "после"]
    assert [row[2] for row in await desk.inbox()] == ["done", "quarantined", "done"]


@pytest.mark.postgres
async def test_an_event_that_another_node_is_at_is_not_overtaken(
    postgres_url: str, tmp_path: Path, telegram: FakeTelegram
) -> None:
    async with office(postgres_url, tmp_path, telegram) as desk:
        await keep(desk, event(1, "один"), event(2, "два"), event(3, "три"))
        with psycopg.connect(postgres_url) as other:
            other.execute("SELECT 1 FROM inbox WHERE dedupe = '1' FOR UPDATE")
            desk.work(keep=False)
            await asyncio.sleep(1.0)
        await desk.idle()
        assert await desk.texts(await desk.thread(Person(5))) == ["один", "два", "три"]


@pytest.mark.postgres
async def test_after_a_restart_a_lane_does_not_wait_for_itself(
    postgres_url: str, tmp_path: Path, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang = True

    async def fetch(self: Telegram, account: Account, ref: str, http: Http) -> AsyncIterator[bytes]:
        if hang:
            await asyncio.Event().wait()
        yield b"content"

    monkeypatch.setattr(Telegram, "fetch", fetch)
    async with office(postgres_url, tmp_path, telegram) as desk:
        await keep(desk, picture(1, chat=5))
        desk.work(keep=False, deliver=False)
        await desk.until(lambda: desk.store.read(lambda reader: reader.all(_ATTEMPTED)))
        await desk.rest(crash=True)
        hang = False
        desk.work(keep=False, deliver=False)
        row, *_ = await desk.messages(await desk.thread(Person(5)))
        assert "missing" not in data_of(row)["files"][0]


@pytest.mark.postgres
async def test_waiting_for_another_node_is_not_turning_in_circles(
    postgres_url: str, tmp_path: Path, telegram: FakeTelegram
) -> None:
    async with office(postgres_url, tmp_path, telegram) as desk:
        await keep(desk, picture(1, chat=5))
        await desk.store.write(lambda tx: tx.run(_BEGUN))
        desk.work(keep=False, deliver=False)
        await asyncio.sleep(0.3)
        before = desk.store.stats().readers.queries
        await asyncio.sleep(2.0)
        assert desk.store.stats().readers.queries - before < 40
