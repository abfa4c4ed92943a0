"""The inbox: nothing lost, nothing twice, order kept, and what cannot be understood steps aside."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from openlines.channels.base import RawEvent
from openlines.core.line import SECOND
from openlines.services import inbox
from openlines.services.receive import receive_message
from openlines.store import messages
from openlines.store.messages import data_of
from tests.channels.telegram.test_parse import CHAT, message
from tests.channels.telegram.test_transport import picture
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.world import Person
from tests.workers.office import Office, office


def event(number: int, text: str, chat: int = 5, message_id: int | None = None) -> RawEvent:
    """An update as it comes from the vendor."""
    content = message(text=text, message_id=message_id or number + 1)
    content |= {"chat": {**CHAT, "id": chat}, "from": {"id": chat, "is_bot": False, "first_name": f"C{chat}"}}
    return RawEvent(str(number), str(chat), json.dumps({"update_id": number, "message": content}).encode())


async def keep(desk: Office, *events: RawEvent) -> None:
    await desk.store.write(inbox.keep, desk.channel_id, events, {})


async def test_lanes_keep_their_order_side_by_side(desk: Office) -> None:
    for number in range(60):
        await keep(desk, event(number, f"{number // 4}", chat=number % 4 + 1))
    desk.work(keep=False)
    await desk.idle()
    for chat in range(1, 5):
        thread_id = await desk.thread(Person(chat))
        assert await desk.texts(thread_id) == [str(number) for number in range(15)]
    assert desk.parser.counts == {"applied": 60}


async def test_the_same_event_many_times_is_one_message(desk: Office) -> None:
    desk.work(keep=False)
    one = event(1, "привет")
    await asyncio.gather(*(keep(desk, one) for _ in range(50)))
    await keep(desk, one, one)
    # Another number for the same message, as after the vendor's numbering began anew.
    await keep(desk, event(2, "привет", message_id=2))
    await desk.idle()
    assert await desk.texts(await desk.thread(Person(5))) == ["привет"]
    assert len(await desk.inbox()) == 2


async def test_a_poisoned_event_steps_aside_and_comes_back_after_the_cure(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openlines.channels.telegram import parse

    whole = parse.parse

    def fragile(body: bytes) -> Any:
        if b"POISON" in body:
            raise ZeroDivisionError("a mistake of ours")
        return whole(body)

    monkeypatch.setattr("openlines.channels.telegram.parse.parse", fragile)
    desk.work(keep=False)
    await keep(desk, event(1, "до"), event(2, "POISON"), event(3, "после"))
    started = asyncio.get_running_loop().time()
    await desk.idle()
    assert asyncio.get_running_loop().time() - started < 5
    thread_id = await desk.thread(Person(5))
    assert await desk.texts(thread_id) == ["до", "после"]
    states = {row[0]: (row[2], row[3]) for row in await desk.inbox()}
    assert states["2"] == ("quarantined", "ZeroDivisionError: a mistake of ours")
    monkeypatch.undo()
    ids = [row[0] for row in await desk.store.read(_quarantined)]
    assert await desk.store.write(inbox.replay, ids) == 1
    await desk.idle()
    assert sorted(await desk.texts(thread_id)) == sorted(["до", "после", "POISON"])


def _quarantined(reader: Any) -> Any:
    from openlines.store import inbox as rows

    return rows.quarantined(reader)


async def test_a_use_case_that_fails_puts_its_event_aside(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = receive_message

    def clumsy(tx: Any, channel_id: int, incoming: Any) -> Any:
        received = whole(tx, channel_id, incoming)
        if incoming.text == "бум":
            raise KeyError("after it had written")
        return received

    monkeypatch.setattr("openlines.services.inbox.receive_message", clumsy)
    desk.work(keep=False)
    await keep(desk, event(1, "до"), event(2, "бум"), event(3, "после"))
    await desk.idle()
    assert await desk.texts(await desk.thread(Person(5))) == ["до", "после"]
    assert [row[2] for row in await desk.inbox()] == ["done", "quarantined", "done"]


async def test_garbage_is_kept_and_put_aside(desk: Office) -> None:
    desk.work(keep=False)
    headers = {
        "x-telegram-bot-api-secret-token": await _secret(desk),
        "authorization": "x",
        "content-type": "application/json",
    }
    for body in (b"", b"\xff\xfe", b"[" * 10_000, b'{"update_id": 5, "message": 7}', "я".encode()):
        assert await desk.hook(body, headers) == 200
    assert await desk.hook(b"{}", {**headers, "x-telegram-bot-api-secret-token": "guess"}) == 403
    await desk.idle()
    rows = await desk.inbox()
    assert [row[2] for row in rows] == ["quarantined"] * 5


async def _secret(desk: Office) -> str:
    connected = await desk.accounts.get(desk.channel_id)
    assert connected is not None
    return connected.account.secrets["webhook_secret"].reveal()


async def test_the_proof_is_not_kept(desk: Office) -> None:
    secret = await _secret(desk)
    await desk.hook(event(1, "x").body, {"x-telegram-bot-api-secret-token": secret, "user-agent": "TG"})
    from openlines.store import inbox as rows

    (row,) = await desk.store.read(rows.newest)
    assert json.loads(row.headers) == {"user-agent": "TG"}


async def test_a_crash_loses_nothing_and_doubles_nothing(desk: Office) -> None:
    for number in range(120):
        await keep(desk, event(number, str(number), chat=number % 3 + 1))
    for _ in range(3):
        desk.work(keep=False)
        await asyncio.sleep(0.05)
        await desk.rest(crash=True)
    desk.work(keep=False)
    await desk.idle()
    for chat in range(1, 4):
        texts = await desk.texts(await desk.thread(Person(chat)))
        assert texts == [str(number) for number in range(120) if number % 3 + 1 == chat]


async def test_two_first_messages_at_once_are_one_customer(desk: Office) -> None:
    desk.work(keep=False)
    await asyncio.gather(*(keep(desk, event(number, "x", message_id=number)) for number in range(1, 11)))
    await desk.idle()
    assert len(await desk.texts(await desk.thread(Person(5)))) == 10


async def test_a_file_that_does_not_come_is_shown_as_missing_and_comes_later(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.work()
    anna = desk.fake.world.person(5)
    desk.strike("502", method="download", count=2)
    desk.fake.people.send(desk.bot, anna, "photo", picture(), caption="вот")
    desk.fake.people.say(desk.bot, anna, "видно?")
    thread_id = await desk.thread(anna)

    async def both() -> bool:
        return await desk.texts(thread_id) == ["вот", "видно?"]

    await desk.until(both)
    (photo, _) = await desk.messages(thread_id)
    (file,) = data_of(photo)["files"]
    assert (file["id"], file["missing"], file["type"]) == ("", "vendor_unreachable", "image/jpeg")
    assert await desk.parser.refetch(photo.id) == 0, "still away"
    assert await desk.parser.refetch(photo.id) == 1
    assert await desk.parser.refetch(photo.id) == 0, "nothing is missing any more"
    row = await desk.store.read(messages.one, photo.id)
    assert row is not None
    (file,) = data_of(row)["files"]
    assert "missing" not in file
    assert "ref" not in file
    assert (file["width"], file["height"]) == (40, 30)


async def test_a_file_that_is_too_big_is_said_so_without_asking(desk: Office) -> None:
    desk.work()
    anna = desk.fake.world.person(5)
    desk.fake.people.send(desk.bot, anna, "document", b"x" * ((20 << 20) + 1), name="a.zip")
    thread_id = await desk.thread(anna)
    (row,) = await desk.messages(thread_id)
    assert data_of(row)["files"][0]["missing"] == "file_too_big"
    assert "getfile" not in [method for method, _ in desk.fake.world.calls]


async def test_what_comes_in_while_the_store_is_in_trouble_comes_in_the_end(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openlines.store import StoreUnavailable

    whole = desk.store.write
    failing = True

    async def moody(use_case: Any, /, *args: Any, **kwargs: Any) -> Any:
        if failing and use_case in (inbox.apply, inbox.quarantine):
            raise StoreUnavailable("disk full")
        return await whole(use_case, *args, **kwargs)

    monkeypatch.setattr(desk.store, "write", moody)
    desk.work(keep=False)
    await keep(desk, event(1, "один"), event(2, "два"))
    await asyncio.sleep(1.0)
    assert [row[2] for row in await desk.inbox()] == ["new", "new"]
    failing = False
    await desk.idle()
    assert await desk.texts(await desk.thread(Person(5))) == ["один", "два"]


async def test_events_of_a_removed_channel_are_put_aside(desk: Office) -> None:
    from openlines.services import channels

    await keep(desk, event(1, "поздно"))
    await desk.store.write(channels.remove, desk.admin, desk.channel_id)
    desk.work(keep=False)
    await desk.idle()
    assert [row[2] for row in await desk.inbox()] == ["quarantined"]


async def test_what_was_understood_is_forgotten_in_time(desk: Office) -> None:
    desk.work(keep=False)
    await keep(desk, event(1, "x"), RawEvent("2", "5", b"garbage"))
    unknown = message(message_id=3, hologram={})
    await keep(desk, RawEvent("3", "5", json.dumps({"update_id": 3, "message": unknown}).encode()))
    await desk.idle()
    now = desk.store.clock.now()
    assert not await desk.store.write(inbox.trim, before=now - 60 * SECOND)
    assert len(await desk.inbox()) == 3
    assert not await desk.store.write(inbox.trim, before=now + 60 * SECOND)
    assert sorted(row[0] for row in await desk.inbox()) == ["2", "3"], "what was not understood stays"


async def test_a_thousand_events_are_soon_done(desk: Office) -> None:
    for start in range(0, 1000, 100):
        await keep(desk, *(event(number, str(number), chat=number % 50 + 1) for number in range(start, start + 100)))
    started = asyncio.get_running_loop().time()
    desk.work(keep=False, deliver=False)
    await desk.idle()
    assert asyncio.get_running_loop().time() - started < 30
    assert len(await desk.texts(await desk.thread(Person(1)))) == 20


@pytest.mark.postgres
async def test_two_nodes_parse_each_event_once(postgres_url: str, tmp_path: Path, telegram: FakeTelegram) -> None:
    async with (
        office(postgres_url, tmp_path, telegram, node="one") as one,
        office(postgres_url, tmp_path, telegram, node="two", beside=one) as two,
    ):
        one.work(keep=False)
        two.work(keep=False)
        anna = telegram.world.person(5)
        for number in range(40):
            desk = one if number % 2 else two
            await keep(desk, event(number + 1, str(number), chat=number % 4 + 1))
            await keep(two if number % 2 else one, event(number + 1, str(number), chat=number % 4 + 1))
        await one.idle()
        for chat in range(1, 5):
            texts = await one.texts(await one.thread(Person(chat)))
            assert texts == [str(number) for number in range(40) if number % 4 + 1 == chat]
        assert one.parser.counts["applied"] + two.parser.counts["applied"] == 40
        assert anna.id == 5
