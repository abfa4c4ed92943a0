"""Talking to a Bot API: what its answers, and its misfortunes, mean."""

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import pytest
from PIL import Image

from openlines.channels.base import (
    Account,
    AuthDead,
    Call,
    Channel,
    Failed,
    FetchFailed,
    Outgoing,
    OutgoingFile,
    Polled,
    Request,
    Retry,
    Sent,
    Unknown,
)
from openlines.channels.registry import channel
from openlines.support import http
from openlines.support.outbound import Http
from openlines.support.secrets import Secret
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.world import Bot, Fault, Person

SECRET = "s3cret_-"


def picture(width: int = 40, height: int = 30) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG")
    return out.getvalue()


class Bench:
    """A bot, a customer who has written to it, and a channel account on it."""

    def __init__(self, fake: FakeTelegram, client: http.Client) -> None:
        self.fake = fake
        self.bot: Bot = fake.world.add_bot()
        self.anna: Person = fake.world.person(5, first_name="Anna")
        found = channel("telegram")
        assert found is not None
        self.channel: Channel = found
        self.http: Http = client.allowing(fake.base)
        self.files: dict[str, bytes] = {"1": picture(), "2": b"%PDF", "3": picture(30, 1200), "4": b""}
        self.account = self.with_token(self.bot.token)
        self.fake.people.say(self.bot, self.anna, "hello")

    def with_token(self, token: str, public_url: str | None = None) -> Account:
        secrets = {"token": Secret(token), "webhook_secret": Secret(SECRET)}
        return Account(1, "key1", {"base_url": self.fake.base}, secrets, public_url)

    async def open_file(self, file_id: str) -> AsyncIterator[bytes]:
        if file_id not in self.files:
            raise FileNotFoundError(file_id)
        content = self.files[file_id]
        for start in range(0, len(content), 1000):
            yield content[start : start + 1000]

    async def send(self, **outgoing: Any) -> list[Any]:
        calls = self.channel.render(self.account, Outgoing(external_id="5", address="", **outgoing))
        return [await self.call(call) for call in calls]

    async def call(self, call: Call) -> Any:
        return await self.channel.send(self.account, call, self.http, self.open_file)

    def seen(self) -> list[str]:
        return [
            message.text
            for message in self.fake.world.chat(self.bot, self.anna).messages.values()
            if message.author == "bot"
        ]

    def strike(self, kind: str, method: str = "*", seconds: float = 0.0, count: int = 1) -> None:
        self.fake.world.faults.append(Fault(method, kind, count, seconds))


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    client = http.Client("test")
    async with FakeTelegram(speed=50.0, chat_burst=100) as fake:
        yield Bench(fake, client)
        await client.close()


async def test_texts_files_albums_arrive(bench: Bench) -> None:
    photo, pdf = OutgoingFile("1", "кот.png", "image/png", 100), OutgoingFile("2", "договор.pdf", "application/pdf", 4)
    assert await bench.send(text="hello") == [Sent(("2",))]
    assert await bench.send(text="look", files=(photo,)) == [Sent(("3",))]
    assert await bench.send(files=(pdf,)) == [Sent(("4",))]
    assert await bench.send(files=(photo, photo), text="two") == [Sent(("5", "6"))]
    messages = bench.fake.world.chat(bench.bot, bench.anna).messages
    assert messages[3].files[0].content == bench.files["1"]
    assert messages[4].files[0].name == "договор.pdf"
    assert messages[5].shape["media_group_id"] == messages[6].shape["media_group_id"]
    assert [messages[number].kind for number in range(2, 7)] == ["text", "photo", "document", "photo", "photo"]
    assert not bench.fake.world.violations


async def test_edits_and_deletions_arrive(bench: Bench) -> None:
    ((first,),) = [outcome.external_ids for outcome in await bench.send(text="hello")]
    assert await bench.send(what="edit", text="hello there", target=(first,)) == [Sent((first,))]
    assert await bench.send(what="edit", text="hello there", target=(first,)) == [Sent((first,))], (
        "not modified is done"
    )
    assert bench.seen() == ["hello there"]
    assert await bench.send(what="delete", target=(first,)) == [Sent(gone=(first,))]
    assert await bench.send(what="delete", target=(first,)) == [Sent(gone=(first,))], "deleted twice is deleted"
    (outcome,) = await bench.send(what="edit", text="x", target=(first,))
    assert outcome == Failed("edit_gone", "Bad Request: message to edit not found")


async def test_what_was_sent_two_days_ago_stays_and_nobody_is_told_otherwise(bench: Bench) -> None:
    ((old,), (new,)) = [(await bench.send(text=text))[0].external_ids for text in ("old", "new")]
    bench.fake.world.chat(bench.bot, bench.anna).messages[int(old)].at -= 49 * 3600
    (outcome,) = await bench.send(what="delete", target=(old, new))
    assert outcome == Failed("delete_refused", "Bad Request: message can't be deleted for everyone")
    messages = bench.fake.world.chat(bench.bot, bench.anna).messages
    assert [messages[int(each)].deleted for each in (old, new)] == [False, False]


async def test_a_picture_of_an_impossible_shape_goes_as_a_document(bench: Bench) -> None:
    assert await bench.send(files=(OutgoingFile("3", "long.png", "image/png", 100),)) == [Sent(("2",))]
    assert await bench.send(files=(OutgoingFile("2", "no.png", "image/png", 4),)) == [Sent(("3",))]
    messages = bench.fake.world.chat(bench.bot, bench.anna).messages
    assert [messages[2].kind, messages[3].kind] == ["document", "document"]


async def test_an_album_with_one_picture_of_an_impossible_shape_goes_as_documents(bench: Bench) -> None:
    photo, long = OutgoingFile("1", "кот.png", "image/png", 100), OutgoingFile("3", "long.png", "image/png", 100)
    film = OutgoingFile("2", "кино.mp4", "video/mp4", 4)
    assert await bench.send(files=(photo, long, film), text="three") == [Sent(("2", "3", "4"))]
    messages = bench.fake.world.chat(bench.bot, bench.anna).messages
    assert [messages[number].kind for number in (2, 3, 4)] == ["document"] * 3
    assert [messages[number].files[0].name for number in (2, 3, 4)] == ["кот.png", "long.png", "кино.mp4"]
    assert messages[2].text == "three"
    assert await bench.send(what="edit", text="all three", files=(photo, long, film), target=("2", "3", "4")) == [
        Sent(("2",))
    ]


async def test_an_answer_to_a_message_that_is_gone_still_goes(bench: Bench) -> None:
    assert await bench.send(text="a", reply_to="1") == [Sent(("2",))]
    assert await bench.send(text="b", reply_to="999") == [Sent(("3",))]
    messages = bench.fake.world.chat(bench.bot, bench.anna).messages
    assert [messages[2].reply_to, messages[3].reply_to] == [1, None]


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("429", Retry(7.0, "thread", "too_many_requests")),
        ("429-bare", Retry(5.0, "thread", "too_many_requests")),
        ("500", Unknown("Internal Server Error: restart")),
        ("502", Unknown("HTTP 502, not an answer of the Bot API")),
        ("redirect", Retry(15.0, "channel", "vendor_unreachable", "HTTP 302")),
        ("cut", Unknown("ServerDisconnectedError")),
        ("cut-before", Unknown("ServerDisconnectedError")),
        ("html", Unknown("HTTP 200, not an answer of the Bot API")),
        ("broken-json", Unknown("HTTP 200, not an answer of the Bot API")),
        ("bomb", Unknown("HTTP 200, not an answer of the Bot API")),
    ],
)
async def test_misfortunes(bench: Bench, kind: str, outcome: object) -> None:
    bench.strike(kind, "sendMessage", 7.0)
    found = await bench.call(Call("sendMessage", {"chat_id": 5, "text": "x"}))
    assert found == outcome
    carried_out = kind in {"cut", "html", "broken-json", "bomb"}
    assert bench.seen() == (["x"] if carried_out else [])
    assert bench.bot.token not in repr(found)


async def test_an_absurd_pause_is_capped(bench: Bench) -> None:
    bench.strike("429", "sendMessage", 10_000_000)
    (outcome,) = await bench.send(text="x")
    assert outcome.after == 3600


@pytest.mark.parametrize("kind", ["hang", "drip"])
async def test_no_answer_is_unknown(bench: Bench, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openlines.channels.telegram.transport._SECONDS", 0.3)
    bench.strike(kind, "sendMessage")
    assert await bench.send(text="x") == [Unknown("timed out")]
    assert bench.seen() == ["x"]


async def test_a_server_that_is_not_there_is_tried_again(bench: Bench) -> None:
    account = bench.account._replace(settings={"base_url": "http://127.0.0.1:9"})
    client = http.Client("test")
    nowhere = client.allowing("http://127.0.0.1:9")
    outcome = await bench.channel.send(
        account, Call("sendMessage", {"chat_id": 5, "text": "x"}), nowhere, bench.open_file
    )
    await client.close()
    assert isinstance(outcome, Retry)
    assert (outcome.after, outcome.scope, outcome.code) == (0.0, "message", "vendor_unreachable")


async def test_refusals_are_told_apart(bench: Bench) -> None:
    world = bench.fake.world
    assert await bench.send(text="x") == [Sent(("2",))]
    bench.fake.people.block(bench.bot, bench.anna)
    assert await bench.send(text="x") == [Failed("blocked", "Forbidden: bot was blocked by the user", unreachable=True)]
    bench.anna.deactivated = True
    assert await bench.send(text="x") == [Failed("deactivated", "Forbidden: user is deactivated", unreachable=True)]
    world.person(6)
    stranger = await bench.call(Call("sendMessage", {"chat_id": 6, "text": "x"}))
    assert (stranger.code, stranger.unreachable) == ("not_started", True)
    nobody = await bench.call(Call("sendMessage", {"chat_id": 77, "text": "x"}))
    assert (nobody.code, nobody.unreachable) == ("chat_gone", True)
    bench.anna.deactivated = False
    bench.fake.people.unblock(bench.bot, bench.anna)
    empty = await bench.send(files=(OutgoingFile("4", "a.txt", "text/plain", 0),))
    assert empty == [Failed("file_refused", "Bad Request: file must be non-empty")]
    gone = await bench.send(files=(OutgoingFile("99", "a.txt", "text/plain", 5),))
    assert gone == [Failed("file_missing")]
    odd = await bench.call(Call("sendChatAction", {"chat_id": 5, "action": "dance"}))
    assert odd == Failed("refused", "Bad Request: wrong parameter action in request")
    bench.bot.revoked = True
    assert await bench.send(text="x") == [AuthDead("token_refused", "Unauthorized")]


async def test_connecting_without_an_address_polls(bench: Bench) -> None:
    bench.bot.webhook.url = "https://elsewhere.example/hook"
    health = await bench.channel.connect(bench.account, bench.http)
    assert (health.ok, health.by, health.code) == (True, "poll", "")
    assert health.facts == {"bot": {"id": bench.bot.id, "name": "Shop", "username": "shop_bot"}}
    assert bench.bot.webhook.url == ""
    assert (await bench.channel.check(bench.account, bench.http)).ok


async def test_connecting_with_an_address_sets_a_webhook_with_a_secret(bench: Bench) -> None:
    bench.bot.updates.clear()
    account = bench.with_token(bench.bot.token, "https://chat.example.org")
    health = await bench.channel.connect(account, bench.http)
    assert (health.ok, health.by) == (True, "webhook")
    assert bench.bot.webhook.url == "https://chat.example.org/hooks/telegram/key1"
    assert bench.bot.webhook.secret == SECRET
    assert bench.bot.allowed == {"message", "edited_message", "callback_query", "my_chat_member"}
    assert (await bench.channel.check(account, bench.http)).ok
    moved = bench.with_token(bench.bot.token, "https://new.example.org")
    health = await bench.channel.check(moved, bench.http)
    assert (health.ok, health.code, health.again) == (False, "webhook_lost", True)
    await asyncio.sleep(0.05)
    assert (await bench.channel.connect(moved, bench.http)).ok
    assert bench.bot.webhook.url.startswith("https://new.example.org/")
    await bench.channel.disconnect(moved, bench.http)
    assert bench.bot.webhook.url == ""


async def test_a_token_in_the_address_of_another_program_is_told_to_nobody(bench: Bench) -> None:
    """Programs put it into their webhook's address, and it is ours as well."""
    secret = bench.bot.token.partition(":")[2]
    for token in (bench.bot.token, bench.bot.token.replace(":", "%3A"), secret):
        bench.bot.webhook.url = f"https://elsewhere.example/hook/{token}?b=1"
        health = await bench.channel.check(bench.account, bench.http)
        assert (health.code, health.again) == ("webhook_lost", True)
        assert secret not in health.detail
        assert health.detail.startswith("https://elsewhere.example/hook/")


@pytest.mark.parametrize("address", ["https://chat.example.org:8080", "https://192.168.1.5"])
async def test_an_address_that_telegram_does_not_take_means_polling(bench: Bench, address: str) -> None:
    health = await bench.channel.connect(bench.with_token(bench.bot.token, address), bench.http)
    assert (health.ok, health.by, health.code) == (True, "poll", "webhook_refused")


async def test_a_webhook_that_fails_is_noticed_and_repaired_by_setting_it_anew(bench: Bench) -> None:
    account = bench.with_token(bench.bot.token, "https://chat.example.org")
    await bench.channel.connect(account, bench.http)
    assert bench.bot.updates
    async with asyncio.timeout(10):
        while not bench.bot.webhook.last_error_message:  # noqa: ASYNC110 - a vendor tells nobody
            await asyncio.sleep(0.005)
    health = await bench.channel.check(account, bench.http)
    assert (health.ok, health.code, health.again) == (False, "webhook_failing", False)
    assert health.detail == "Connection failed: OSError"
    bench.bot.updates.clear()
    await asyncio.sleep(0.05)
    assert (await bench.channel.connect(account, bench.http)).ok
    assert bench.bot.webhook.last_error_message == "", "looked at anew"


async def test_a_check_that_comes_too_often_is_no_reason_to_connect_anew(bench: Bench) -> None:
    bench.strike("429", "getMe", 17)
    health = await bench.channel.check(bench.account, bench.http)
    assert (health.ok, health.code, health.again) == (False, "too_many_requests", False)


async def test_a_wrong_token_is_said_so(bench: Bench) -> None:
    wrong = bench.with_token("123456:" + "A" * 35)
    for ask in (bench.channel.connect, bench.channel.check):
        health = await ask(wrong, bench.http)
        assert (health.ok, health.code) == (False, "token_refused")
    polled = await bench.channel.poll(wrong, "", bench.http)
    assert isinstance(polled, AuthDead)


async def _poll(bench: Bench, cursor: str) -> Polled:
    polled = await bench.channel.poll(bench.account, cursor, bench.http)
    assert isinstance(polled, Polled)
    return polled


async def test_polling_goes_on_where_it_was(bench: Bench) -> None:
    bench.fake.people.say(bench.bot, bench.anna, "two")
    polled = await _poll(bench, "")
    assert [each.lane for each in polled.events] == ["5", "5"]
    assert polled.cursor == str(bench.bot.next_update_id)
    await asyncio.sleep(0.02)  # a second of the fake's: who asks the same at once gets less
    again = await _poll(bench, "")
    assert [each.dedupe for each in again.events] == [each.dedupe for each in polled.events]
    assert await _poll(bench, polled.cursor) == Polled((), "")
    bench.bot.next_update_id = 17  # a week has passed
    bench.fake.people.say(bench.bot, bench.anna, "three")
    polled = await _poll(bench, "")
    assert [each.dedupe for each in polled.events] == ["17"]


async def test_two_who_poll_are_told_apart_from_a_webhook(bench: Bench) -> None:
    bench.bot.updates.clear()
    polls = [asyncio.create_task(bench.channel.poll(bench.account, "", bench.http)) for _ in range(2)]
    found = [await poll for poll in polls]
    (conflict,) = [each for each in found if isinstance(each, Retry)]
    assert conflict.code == "token_shared"
    bench.bot.webhook.url = "https://elsewhere.example/"
    lost = await bench.channel.poll(bench.account, "", bench.http)
    assert isinstance(lost, Retry)
    assert lost.code == "webhook_lost"
    bench.strike("502", "getUpdates")
    assert isinstance(await bench.channel.poll(bench.account, "", bench.http), Retry)


async def _fetched(bench: Bench, ref: str) -> bytes:
    return b"".join([piece async for piece in bench.channel.fetch(bench.account, ref, bench.http)])


async def _not_fetched(bench: Bench, ref: str) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        await _fetched(bench, ref)
    return caught.value


async def test_files_of_customers(bench: Bench) -> None:
    file = bench.fake.world.keep_file(bench.bot, b"x" * 100_000, "a.bin")
    assert await _fetched(bench, f"file:{file.file_id}") == b"x" * 100_000
    assert ((await _not_fetched(bench, "file:nothing")).code) == "file_gone"
    largest = bench.fake.world.keep_file(bench.bot, b"x" * (20 << 20))
    assert len(await _fetched(bench, f"file:{largest.file_id}")) == 20 << 20
    big = bench.fake.world.keep_file(bench.bot, b"x" * ((20 << 20) + 1))
    problem = await _not_fetched(bench, f"file:{big.file_id}")
    assert (problem.code, problem.again) == ("file_too_big", False)
    for kind in ("502", "cut-before", "redirect"):
        bench.strike(kind, "download", count=3)  # a GET is repeated by itself on a fresh connection
        problem = await _not_fetched(bench, f"file:{file.file_id}")
        bench.fake.world.faults.clear()
        assert (problem.code, problem.again) == ("vendor_unreachable", True)
        assert bench.bot.token not in repr(problem)


async def test_a_file_may_be_had_later_that_cannot_be_had_now(bench: Bench) -> None:
    """With a token that was changed the same bot has the same files; Telegram may also be slow to find one."""
    file = bench.fake.world.keep_file(bench.bot, b"x")
    bench.bot.revoked = True
    problem = await _not_fetched(bench, f"file:{file.file_id}")
    assert (problem.code, problem.again) == ("vendor_unreachable", True)
    bench.bot.revoked = False
    for kind, again in (("429", True), ("500", True)):
        bench.strike(kind, "getFile", 1)
        assert (await _not_fetched(bench, f"file:{file.file_id}")).again is again
    # "wrong file_id or the file is temporarily unavailable": nobody can say which.
    assert (await _not_fetched(bench, "file:nothing")).again
    assert await _fetched(bench, f"file:{file.file_id}") == b"x"


async def test_a_file_path_may_not_lead_elsewhere(bench: Bench) -> None:
    for place in ("/var/lib/telegram/1.jpg", "../../getMe", "files/../../x"):
        file = bench.fake.world.keep_file(bench.bot, b"x")
        file.place = place
        problem = await _not_fetched(bench, f"file:{file.file_id}")
        assert (problem.code, problem.again) == ("file_elsewhere", False)


async def test_photos_of_customers(bench: Bench) -> None:
    assert (await _not_fetched(bench, "photo:5")).code == "no_photo"
    assert (await _not_fetched(bench, "photo:404")).code == "no_photo"
    bench.anna.photo = bench.fake.world.keep_file(bench.bot, b"face")
    assert await _fetched(bench, "photo:5") == b"face"


async def test_presses_and_typing_are_answered(bench: Bench) -> None:
    await bench.send(text="?", buttons=())
    message = bench.fake.world.chat(bench.bot, bench.anna).messages[2]
    message.markup = {"inline_keyboard": [[{"text": "5", "callback_data": "5"}]]}
    query = bench.fake.people.press(bench.bot, bench.anna, 2, "5")
    await bench.channel.answer_press(bench.account, query, "спасибо" * 100, bench.http)
    assert bench.fake.people.unanswered(bench.bot) == []
    await bench.channel.typing(bench.account, "5", bench.http)
    assert bench.fake.world.chat(bench.bot, bench.anna).typing_until > bench.fake.world.clock.now()


def test_the_secret_is_the_proof() -> None:
    found = channel("telegram")
    assert found is not None
    account = Account(1, "k", {}, {"webhook_secret": Secret(SECRET)}, None)

    def request(**headers: str) -> Request:
        return Request("POST", {}, {name.replace("_", "-"): value for name, value in headers.items()}, b"{}")

    assert found.verify(account, request(x_telegram_bot_api_secret_token=SECRET))
    assert not found.verify(account, request(x_telegram_bot_api_secret_token=SECRET + "x"))
    assert not found.verify(account, request(x_telegram_bot_api_secret_token=""))
    assert not found.verify(account, request())
    assert not found.verify(account._replace(secrets={}), request(x_telegram_bot_api_secret_token=""))
    assert found.acknowledge(account, request()).status == 200
