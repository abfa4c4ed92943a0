"""A customer in Telegram and an operator here: everything that can be said, in both directions."""

from typing import Any

import pytest

from openlines.services import reply
from openlines.store import messages, threads
from openlines.store.messages import data_of
from openlines.workers.typist import Typist
from tests.channels.telegram.test_transport import picture
from tests.workers.office import Office


async def test_a_conversation(desk: Office) -> None:
    desk.work()
    anna = desk.fake.world.person(5, first_name="Анна", last_name="Берг", username="anna", language="ru")
    for text in ("Здравствуйте", "Где заказ?", "\N{GRINNING FACE}"):
        desk.fake.people.say(desk.bot, anna, text)
    thread_id = await desk.thread(anna)
    await desk.until(lambda: _count(desk, thread_id, 3))
    sent = [await desk.replies(thread_id, text) for text in ("Сейчас посмотрю", "В пути")]
    for row in sent:
        await desk.settled(row.id, "sent")
    assert await desk.texts(thread_id) == ["Здравствуйте", "Где заказ?", "😀", "Сейчас посмотрю", "В пути"]
    assert [message.text for message in desk.chat(anna)] == await desk.texts(thread_id)
    thread = await desk.store.read(threads.one, thread_id)
    assert thread is not None
    customer = await desk.store.read(threads.customer, thread.customer_id)
    assert customer is not None
    assert (customer.name, thread.handle, customer.language) == ("Анна Берг", "@anna", "ru")
    assert not desk.fake.world.violations
    assert desk.deliverer.found_late == 0
    assert desk.parser.found_late == 0


async def _count(desk: Office, thread_id: int, count: int) -> bool:
    return len(await desk.messages(thread_id)) >= count


async def _said(desk: Office, thread_id: int, count: int) -> tuple[str, dict[str, Any]]:
    """The last of so many messages: its text and data."""
    await desk.until(lambda: _count(desk, thread_id, count))
    row = (await desk.messages(thread_id))[count - 1]
    return row.text, data_of(row)


async def test_files_in(desk: Office) -> None:
    desk.work()
    anna = desk.fake.world.person(5)
    people = desk.fake.people
    people.send(desk.bot, anna, "photo", picture(), caption="вот")
    thread_id = await desk.thread(anna)
    text, data = await _said(desk, thread_id, 1)
    (photo,) = data["files"]
    assert (text, photo["type"], photo["width"], photo["height"]) == ("вот", "image/png", 40, 30)
    people.send(desk.bot, anna, "document", b"%PDF-1.4 ...", name="счёт.pdf", type_="application/pdf")
    _, data = await _said(desk, thread_id, 2)
    (document,) = data["files"]
    assert (document["name"], document["type"], document["size"]) == ("счёт.pdf", "application/pdf", 12)
    open_file = desk.deliverer._open_file
    assert b"".join([piece async for piece in open_file(document["id"])]) == b"%PDF-1.4 ..."
    people.send(desk.bot, anna, "voice", b"OggS" + b"\0" * 100, name="")
    assert (await _said(desk, thread_id, 3))[1]["files"][0]["name"].endswith(".ogg")
    people.send(desk.bot, anna, "sticker", picture())
    _, data = await _said(desk, thread_id, 4)
    assert data["sticker"] == {"emoji": "👍"}
    for caption in ("два", ""):
        people.send(desk.bot, anna, "photo", picture(), album="77", caption=caption)
    assert [(await _said(desk, thread_id, number))[1]["album"] for number in (5, 6)] == ["77", "77"]
    people.send_raw(desk.bot, anna, {"location": {"latitude": 1.5, "longitude": 2.5}})
    assert (await _said(desk, thread_id, 7))[1]["location"] == {"lat": 1.5, "lon": 2.5, "title": ""}
    people.send_raw(desk.bot, anna, {"contact": {"phone_number": "+7", "first_name": "Б"}})
    assert (await _said(desk, thread_id, 8))[1]["contact"] == {"name": "Б", "phone": "+7"}
    people.send_raw(desk.bot, anna, {"hologram": {"depth": 3}})
    assert (await _said(desk, thread_id, 9))[1]["unsupported"] == "hologram"
    rows = await desk.inbox()
    assert {row[2] for row in rows} == {"done"}
    assert [row[3] for row in rows if row[3]] == ["unsupported: hologram"]


async def test_files_out(desk: Office) -> None:
    desk.work()
    anna = desk.fake.world.person(5)
    desk.fake.people.say(desk.bot, anna, "пришлите")
    thread_id = await desk.thread(anna)
    photo, pdf = await desk.uploads(picture(), "кот.png"), await desk.uploads(b"%PDF-1.4", "договор.pdf")
    row = await desk.replies(thread_id, "вот", files=(photo, pdf))
    await desk.settled(row.id, "sent")
    one, two = [message for message in desk.chat(anna) if message.author == "bot"]
    assert (one.kind, one.text, two.kind, two.files[0].name) == ("photo", "вот", "document", "договор.pdf")
    other = await desk.uploads(picture(), "пёс.png")
    row = await desk.replies(thread_id, "альбом", files=(photo, other))
    known = await desk.settled(row.id, "sent")
    assert known.external_id == "4,5"


async def test_replies_both_ways(desk: Office) -> None:
    desk.work()
    anna = desk.fake.world.person(5)
    first = desk.fake.people.say(desk.bot, anna, "сколько стоит?")
    thread_id = await desk.thread(anna)
    (asked,) = await desk.messages(thread_id)
    answer = await desk.replies(thread_id, "100", reply_to=asked.id)
    known = await desk.settled(answer.id, "sent")
    assert desk.chat(anna)[-1].reply_to == first
    desk.fake.people.say(desk.bot, anna, "дорого", reply_to=int(known.external_id or 0))
    assert (await _said(desk, thread_id, 3))[1]["reply_to"] == answer.id
    desk.fake.people.say(desk.bot, anna, "но беру", reply_to=first)
    assert (await _said(desk, thread_id, 4))[1]["reply_to"] == asked.id
    # An answer to the second part of a long message finds the message.
    long = await desk.replies(thread_id, "слово " * 1000)
    known = await desk.settled(long.id, "sent")
    assert known.external_id is not None
    desk.fake.people.say(desk.bot, anna, "ого", reply_to=int(known.external_id.split()[1]))
    assert (await _said(desk, thread_id, 6))[1]["reply_to"] == long.id


@pytest.mark.slow
async def test_edits_and_deletions_both_ways(desk: Office) -> None:
    desk.work()
    anna = desk.fake.world.person(5)
    first = desk.fake.people.say(desk.bot, anna, "превет")
    thread_id = await desk.thread(anna)
    desk.fake.people.edit(desk.bot, anna, first, "привет")
    (said,) = await desk.messages(thread_id)

    async def changed() -> bool:
        return (await desk.texts(thread_id)) == ["привет"]

    await desk.until(changed)
    row = await desk.store.read(messages.one, said.id)
    assert row is not None
    assert data_of(row)["original"][0]["text"] == "превет"

    answer = await desk.replies(thread_id, "здраствуйте")
    await desk.settled(answer.id, "sent")
    await desk.store.write(reply.edit, desk.admin, answer.id, "здравствуйте")
    await desk.settled(answer.id, "sent", what="edit")
    assert desk.seen(anna) == ["здравствуйте"]
    # Longer than one message now: a second one comes; shorter again: it goes.
    await desk.store.write(reply.edit, desk.admin, answer.id, "слово " * 1000)
    await desk.until(lambda: len(desk.seen(anna)) == 2)
    await desk.settled(answer.id, "sent", what="edit")
    await desk.store.write(reply.edit, desk.admin, answer.id, "коротко")
    await desk.until(lambda: desk.seen(anna) == ["коротко"])
    await desk.store.write(reply.delete, desk.admin, answer.id)
    await desk.settled(answer.id, "sent", what="delete")
    assert desk.seen(anna) == []


async def test_what_is_changed_before_it_leaves_leaves_changed(desk: Office) -> None:
    desk.work(deliver=False)
    anna = desk.fake.world.person(5)
    desk.fake.people.say(desk.bot, anna, "привет")
    thread_id = await desk.thread(anna)
    kept, gone = await desk.replies(thread_id, "опечтка"), await desk.replies(thread_id, "не то окно")
    await desk.store.write(reply.edit, desk.admin, kept.id, "опечатка")
    await desk.store.write(reply.delete, desk.admin, gone.id)
    await desk.rest()
    desk.work()
    await desk.settled(kept.id, "sent", what="edit")
    assert desk.seen(anna) == ["опечатка"]


async def test_an_edit_of_a_message_that_we_never_had_is_a_message(desk: Office) -> None:
    desk.work(keep=False)
    anna = desk.fake.world.person(5)
    first = desk.fake.people.say(desk.bot, anna, "один")
    desk.bot.updates.clear()
    desk.fake.people.edit(desk.bot, anna, first, "один!")
    await desk.rest()
    desk.work()
    thread_id = await desk.thread(anna)
    assert await desk.texts(thread_id) == ["один!"]


async def test_a_press_is_confirmed(desk: Office) -> None:
    desk.work()
    anna = desk.fake.world.person(5)
    desk.fake.people.say(desk.bot, anna, "привет")
    thread_id = await desk.thread(anna)
    row = await desk.replies(thread_id, "оцените")
    await desk.settled(row.id, "sent")
    message = desk.chat(anna)[-1]
    message.markup = {"inline_keyboard": [[{"text": "1", "callback_data": "anything"}]]}
    desk.fake.people.press(desk.bot, anna, message.id, "anything")
    await desk.until(lambda: not desk.fake.people.unanswered(desk.bot))


async def test_who_has_blocked_us_is_marked_and_found_again(desk: Office) -> None:
    desk.work()
    anna = desk.fake.world.person(5)
    desk.fake.people.say(desk.bot, anna, "привет")
    thread_id = await desk.thread(anna)

    async def reason() -> str | None:
        thread = await desk.store.read(threads.one, thread_id)
        assert thread is not None
        return thread.unreachable

    async def blocked() -> bool:
        return await reason() == "blocked"

    async def free() -> bool:
        return await reason() is None

    desk.fake.people.block(desk.bot, anna)
    await desk.until(blocked)
    desk.fake.people.unblock(desk.bot, anna)
    await desk.until(free)
    # We may learn it only from an answer.
    desk.fake.world.chat(desk.bot, anna).blocked = True
    row = await desk.replies(thread_id, "вы тут?")
    known = await desk.settled(row.id, "failed")
    assert known.error == "blocked"
    assert await reason() == "blocked"
    desk.fake.people.say(desk.bot, anna, "тут")
    await desk.until(free)
    await desk.store.write(reply.retry, desk.admin, row.id)
    await desk.settled(row.id, "sent")


async def test_a_face_is_fetched_once(desk: Office) -> None:
    desk.work()
    anna = desk.fake.world.person(5)
    anna.photo = desk.fake.world.keep_file(desk.bot, picture(), "photo.jpg", "image/jpeg", (640, 640))
    desk.fake.people.say(desk.bot, anna, "привет")
    thread_id = await desk.thread(anna)

    async def has_face() -> bool:
        thread = await desk.store.read(threads.one, thread_id)
        customer = await desk.store.read(threads.customer, thread.customer_id if thread else 0)
        return customer is not None and customer.photo_id is not None

    await desk.until(has_face)
    desk.fake.people.say(desk.bot, anna, "ещё")
    await desk.until(lambda: _count(desk, thread_id, 2))
    assert [method for method, _ in desk.fake.world.calls].count("getuserprofilephotos") == 1


async def test_groups_are_left_alone(desk: Office) -> None:
    desk.work()
    anna = desk.fake.world.person(5)
    desk.fake.people.in_group(desk.bot, anna, "всем привет")
    desk.fake.people.say(desk.bot, anna, "а вам лично")
    thread_id = await desk.thread(anna)
    assert await desk.texts(thread_id) == ["а вам лично"]
    assert [row[2] for row in await desk.inbox()] == ["done", "done"]


async def test_typing_is_shown_and_not_too_often(desk: Office) -> None:
    desk.work()
    anna = desk.fake.world.person(5)
    desk.fake.people.say(desk.bot, anna, "привет")
    thread_id = await desk.thread(anna)
    typist = Typist(desk.store, desk.accounts)
    for _ in range(10):
        typist.typed(thread_id)
    typist.typed(404)
    chat = desk.fake.world.chat(desk.bot, anna)
    await desk.until(lambda: chat.typing_until > 0)
    await typist.stop()
    assert [method for method, _ in desk.fake.world.calls].count("sendchataction") == 1
