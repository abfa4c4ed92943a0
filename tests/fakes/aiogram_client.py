"""An independent client of the Bot API, driven against the fake: `python aiogram_client.py <base> <token>`.

Runs in an environment of its own (`.venv-aiogram`) and knows nothing of this project. What the fake answers must
be what aiogram's models accept, and what it refuses must be what aiogram knows as an error.
"""

# mypy: disable-error-code="import-not-found,misc,untyped-decorator"

import asyncio
import base64
import io
import json
import sys
from collections import Counter
from typing import Any

import aiohttp
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.filters import CommandObject, CommandStart
from aiogram.types import (
    BufferedInputFile,
    CallbackQuery,
    ChatMemberUpdated,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    Message,
    MessageEntity,
    ReplyParameters,
    User,
)

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
ANNA, BORIS, NOBODY = 1001, 1002, 9999


class Fake:
    """The customers' side, by the fake's control."""

    def __init__(self, base: str, token: str, http: aiohttp.ClientSession) -> None:
        self._base, self._token, self._http = base, token, http

    async def do(self, verb: str, **values: Any) -> Any:
        if verb not in {"person", "fault", "calm", "duplicate", "ledger", "calls"}:
            values["token"] = self._token
        async with self._http.post(f"{self._base}/control/{verb}", json=values) as answer:
            body = await answer.json()
            assert answer.status == 200, body
            return body


async def refused(kind: type[Exception], call: Any, words: str) -> None:
    problem: Exception | None = None
    try:
        await call
    except kind as caught:
        problem = caught
    assert problem is not None, f"not refused: {words}"
    assert words in str(problem), f"{words!r} is not in {problem}"


async def check_bot(bot: Bot, fake: Fake) -> None:
    me = await bot.get_me()
    assert isinstance(me, User)
    assert me.is_bot
    assert me.username == "shop_bot"
    await refused(TelegramBadRequest, bot.send_message(NOBODY, "hi"), "chat not found")
    await fake.do("person", person=BORIS, first_name="Boris")
    await refused(TelegramForbiddenError, bot.send_message(BORIS, "hi"), "can't initiate conversation")
    other = Bot("123456:" + "x" * 35, session=bot.session)
    await refused(TelegramUnauthorizedError, other.get_me(), "Unauthorized")


async def check_incoming(bot: Bot, fake: Fake) -> None:
    """Everything that a customer may send, as aiogram's dispatcher understands it."""
    seen: list[tuple[str, Any]] = []
    dispatcher = Dispatcher()

    @dispatcher.message(CommandStart(deep_link=True))
    async def _start(message: Message, command: CommandObject) -> None:
        seen.append(("start", command.args))

    @dispatcher.message(F.media_group_id)
    async def _album(message: Message) -> None:
        seen.append(("album", (message.media_group_id, message.caption)))

    @dispatcher.message()
    async def _any(message: Message) -> None:
        assert message.from_user is not None
        reply = message.reply_to_message.message_id if message.reply_to_message else None
        kind = message.content_type
        seen.append((str(getattr(kind, "value", kind)), (message.from_user.full_name, message.text, reply)))

    @dispatcher.edited_message()
    async def _edited(message: Message) -> None:
        seen.append(("edited", message.text))

    @dispatcher.callback_query()
    async def _pressed(query: CallbackQuery) -> None:
        seen.append(("pressed", query.data))
        await query.answer("thank you")

    @dispatcher.my_chat_member()
    async def _member(change: ChatMemberUpdated) -> None:
        seen.append(("member", change.new_chat_member.status))

    await fake.do("person", person=ANNA, first_name="Anna", last_name="Berg", username="anna")
    png = base64.b64encode(PNG).decode()
    await fake.do("start", person=ANNA, payload="abc_1")
    first = await fake.do("say", person=ANNA, text="hello")
    await fake.do("say", person=ANNA, text="again", reply_to=first)
    await fake.do("edit", person=ANNA, message_id=first, text="hello!")
    for kind in ("photo", "document", "video", "voice", "audio", "video_note", "animation", "sticker"):
        await fake.do("send", person=ANNA, kind=kind, content=png, name=f"a.{kind}", type_="image/png")
    await fake.do("send", person=ANNA, kind="photo", content=png, album="7", caption="two")
    await fake.do("send", person=ANNA, kind="photo", content=png, album="7")
    await fake.do("send_raw", person=ANNA, shape={"location": {"latitude": 55.75, "longitude": 37.62}})
    await fake.do("send_raw", person=ANNA, shape={"contact": {"phone_number": "+79", "first_name": "B"}})
    keyboard = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="5", callback_data="rate:5")]])
    asked = await bot.send_message(ANNA, "how was it?", reply_markup=keyboard)
    await fake.do("press", person=ANNA, message_id=asked.message_id, key="rate:5")
    await fake.do("block", person=ANNA)
    await refused(TelegramForbiddenError, bot.send_message(ANNA, "hi"), "blocked by the user")
    await fake.do("unblock", person=ANNA)
    await fake.do("in_group", person=ANNA, text="nothing for us")

    polling = asyncio.create_task(
        dispatcher.start_polling(bot, handle_signals=False, polling_timeout=1, handle_as_tasks=False)
    )
    for _ in range(100):
        await asyncio.sleep(0.05)
        if len(seen) >= 20:
            break
    await dispatcher.stop_polling()
    await polling
    assert seen[:4] == [
        ("start", "abc_1"),
        ("text", ("Anna Berg", "hello", None)),
        ("text", ("Anna Berg", "again", first)),
        ("edited", "hello!"),
    ], seen[:4]
    files = ["photo", "document", "video", "voice", "audio", "video_note", "animation", "sticker"]
    others = ["album", "album", "location", "contact", "pressed", "member", "member", "text"]
    assert Counter(kind for kind, _ in seen[4:]) == Counter([*files, *others]), seen[4:]
    assert ("pressed", "rate:5") in seen
    assert [value for kind, value in seen if kind == "member"] == ["kicked", "member"]
    state = await fake.do("state")
    assert state["pending"] == 0, state
    assert state["unanswered_presses"] == [], state
    await refused(TelegramBadRequest, bot.answer_callback_query("123"), "query is too old")


async def check_sending(bot: Bot, fake: Fake) -> None:
    """Texts, limits, entities, replies, edits, deletions."""
    await refused(TelegramBadRequest, bot.send_message(ANNA, "x" * 4097), "message is too long")
    await refused(TelegramBadRequest, bot.send_message(ANNA, "\N{GRINNING FACE}" * 2049), "message is too long")
    await refused(TelegramBadRequest, bot.send_message(ANNA, "  \n "), "message text is empty")
    entity = MessageEntity(type="bold", offset=0, length=5)
    sent = await bot.send_message(ANNA, "hello", entities=[entity])
    assert sent.entities is not None
    assert sent.entities[0].type == "bold"
    beyond = MessageEntity(type="bold", offset=3, length=9)
    await refused(TelegramBadRequest, bot.send_message(ANNA, "hello", entities=[beyond]), "can't parse entities")
    answer = await bot.send_message(ANNA, "re", reply_parameters=ReplyParameters(message_id=sent.message_id))
    assert answer.reply_to_message is not None
    assert answer.reply_to_message.message_id == sent.message_id
    lost = ReplyParameters(message_id=555)
    await refused(
        TelegramBadRequest, bot.send_message(ANNA, "re", reply_parameters=lost), "message to be replied not found"
    )
    lost = ReplyParameters(message_id=555, allow_sending_without_reply=True)
    assert (await bot.send_message(ANNA, "re", reply_parameters=lost)).reply_to_message is None
    await fake.do("calm")
    edited = await bot.edit_message_text("hello there", chat_id=ANNA, message_id=sent.message_id)
    assert isinstance(edited, Message)
    assert edited.text == "hello there"
    same = bot.edit_message_text("hello there", chat_id=ANNA, message_id=sent.message_id)
    await refused(TelegramBadRequest, same, "message is not modified")
    nothing = bot.edit_message_text("x", chat_id=ANNA, message_id=4000)
    await refused(TelegramBadRequest, nothing, "message to edit not found")
    assert await bot.delete_message(ANNA, answer.message_id)
    await refused(TelegramBadRequest, bot.delete_message(ANNA, answer.message_id), "message to delete not found")
    assert await bot.delete_messages(ANNA, [answer.message_id, sent.message_id])
    assert await bot.send_chat_action(ANNA, "typing")
    await refused(TelegramBadRequest, bot.send_chat_action(ANNA, "dancing"), "wrong parameter action")
    long_key = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="x", callback_data="я" * 33)]])
    await refused(TelegramBadRequest, bot.send_message(ANNA, "x", reply_markup=long_key), "BUTTON_DATA_INVALID")
    seen = await fake.do("chat", person=ANNA)
    assert sent.message_id not in [each["message_id"] for each in seen]


async def check_files(bot: Bot, fake: Fake) -> None:
    picture = BufferedInputFile(PNG, "картинка.png")
    photo = await bot.send_photo(ANNA, picture, caption="look")
    assert photo.photo
    document = await bot.send_document(ANNA, BufferedInputFile(b"%PDF-1.4", "договор.pdf"))
    assert document.document is not None
    again = await bot.send_document(ANNA, document.document.file_id)
    assert again.document is not None
    album = await bot.send_media_group(
        ANNA, [InputMediaPhoto(media=picture, caption="one"), InputMediaPhoto(media=picture)]
    )
    assert len({each.media_group_id for each in album}) == 1
    one = [InputMediaPhoto(media=picture)]
    await refused(TelegramBadRequest, bot.send_media_group(ANNA, one), "at least 2")
    mixed: list[Any] = [InputMediaPhoto(media=picture), InputMediaDocument(media=picture)]
    await refused(TelegramBadRequest, bot.send_media_group(ANNA, mixed), "can't use the media")
    await refused(
        TelegramBadRequest, bot.send_photo(ANNA, BufferedInputFile(b"no picture", "a.png")), "IMAGE_PROCESS_FAILED"
    )
    await refused(TelegramBadRequest, bot.send_photo(ANNA, picture, caption="x" * 1025), "caption is too long")
    file = await bot.get_file(document.document.file_id)
    into = io.BytesIO()
    await bot.download_file(str(file.file_path), into)
    assert into.getvalue() == b"%PDF-1.4"
    await refused(TelegramBadRequest, bot.get_file("nothing"), "wrong file_id")
    assert (await bot.get_user_profile_photos(ANNA)).total_count == 0
    await fake.do("person", person=ANNA, photo=base64.b64encode(PNG).decode())
    photos = await bot.get_user_profile_photos(ANNA)
    assert photos.total_count == 1
    assert photos.photos[0][-1].width == 640
    seen = await fake.do("chat", person=ANNA)
    assert [each["files"][0]["name"] for each in seen if each["kind"] == "document"][-1] == "договор.pdf"


async def check_troubles(bot: Bot, fake: Fake) -> None:
    await fake.do("fault", method="sendMessage", kind="429", seconds=7)
    await refused(TelegramRetryAfter, bot.send_message(ANNA, "x"), "Retry in 7 seconds")
    await fake.do("fault", method="sendMessage", kind="500")
    await refused(TelegramServerError, bot.send_message(ANNA, "x"), "restart")
    before = len(await fake.do("chat", person=ANNA))
    await fake.do("fault", method="sendMessage", kind="cut-before")
    await refused(TelegramNetworkError, bot.send_message(ANNA, "lost"), "")
    assert len(await fake.do("chat", person=ANNA)) == before
    await fake.do("fault", method="sendMessage", kind="cut")
    await refused(TelegramNetworkError, bot.send_message(ANNA, "arrived"), "")
    assert (await fake.do("chat", person=ANNA))[-1]["text"] == "arrived"


async def check_polling_rules(bot: Bot, fake: Fake) -> None:
    await bot.get_updates(offset=-1, timeout=0)
    first = asyncio.create_task(bot.get_updates(timeout=50))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(bot.get_updates(timeout=50))
    await refused(TelegramConflictError, first, "terminated by other getUpdates")
    await fake.do("say", person=ANNA, text="one")
    await fake.do("say", person=ANNA, text="two")
    updates = await second
    assert [each.message.text for each in updates if each.message][:1] == ["one"]
    updates = await bot.get_updates(offset=updates[0].update_id, timeout=1)
    assert [each.message.text for each in updates if each.message] == ["one", "two"]
    assert await bot.get_updates(offset=updates[-1].update_id + 1, timeout=0) == []
    await fake.do("jump", to=5_000_000)
    await fake.do("say", person=ANNA, text="after a week")
    (jumped,) = await bot.get_updates(timeout=1)
    assert jumped.update_id == 5_000_000
    await bot.get_updates(offset=5_000_001, timeout=0)
    await bot.get_updates(offset=5_000_001, timeout=0, allowed_updates=["callback_query"])
    await fake.do("say", person=ANNA, text="not asked for")
    assert await bot.get_updates(offset=5_000_001, timeout=1) == []
    await bot.get_updates(offset=5_000_001, timeout=0, allowed_updates=["message"])


async def check_webhook(bot: Bot, fake: Fake) -> None:
    bad = {
        "http://example.com/": "An HTTPS URL must be provided",
        "https://example.com:8080/": "only on ports 80, 88, 443 or 8443",
        "https://127.0.0.1/": "reserved",
        "ftp://example.com/": "invalid webhook URL",
    }
    for url, words in bad.items():
        await asyncio.sleep(0.06)
        await refused(TelegramBadRequest, bot.set_webhook(url), words)
    await asyncio.sleep(0.06)
    await refused(
        TelegramBadRequest, bot.set_webhook("https://example.com/", secret_token="не"), "unallowed characters"
    )
    await asyncio.sleep(0.06)
    assert await bot.set_webhook("https://example.com/hook", secret_token="abc_-1", allowed_updates=["message"])
    await refused(TelegramConflictError, bot.get_updates(), "webhook is active")
    info = await bot.get_webhook_info()
    assert info.url == "https://example.com/hook"
    assert info.allowed_updates == ["message"]
    assert info.max_connections == 40
    assert await bot.delete_webhook()
    assert (await bot.get_webhook_info()).url == ""


async def main(base: str, token: str) -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(base))
    async with Bot(token, session=session) as bot, aiohttp.ClientSession() as http:
        fake = Fake(base, token, http)
        checks = [
            check_bot,
            check_incoming,
            check_sending,
            check_files,
            check_troubles,
            check_polling_rules,
            check_webhook,
        ]
        for check in checks:
            await check(bot, fake)
        print(json.dumps([each.__name__ for each in checks]))  # noqa: T201 - read by the test


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
