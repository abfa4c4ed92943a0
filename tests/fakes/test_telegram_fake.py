"""The fake Bot API is what an independent client takes for the real one; and its own rules, one by one."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.world import Bot

_HERE = Path(__file__).parent
_ENVIRONMENT = _HERE.parent.parent / ".venv-aiogram" / "bin" / "python"


@pytest.mark.slow
async def test_an_independent_client_accepts_it() -> None:
    if not _ENVIRONMENT.exists():
        pytest.fail(
            "aiogram's environment is missing: `make .venv-aiogram/.made` makes it (`make test` does so itself)"
        )
    # Quick in its own time, and with room: the limits have tests of their own.
    async with FakeTelegram(speed=20.0, chat_burst=1000) as fake:
        bot = fake.world.add_bot()
        process = await asyncio.create_subprocess_exec(
            _ENVIRONMENT,
            _HERE / "aiogram_client.py",
            fake.base,
            bot.token,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), 90)
    assert process.returncode == 0, err.decode()[-3000:]
    assert len(json.loads(out)) == 7


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram(speed=100.0, local=True) as fake:
        yield fake


@pytest.fixture
def bot(fake: FakeTelegram) -> Bot:
    return fake.world.add_bot()


async def _ask(fake: FakeTelegram, bot: Bot, method: str, **args: Any) -> dict[str, Any]:
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{fake.base}/bot{bot.token}/{method}", json=args) as answer,
    ):
        body: dict[str, Any] = await answer.json()
        assert (answer.status == 200) == body["ok"]
        return body


class _Hook:
    """A receiver of webhooks that answers as told."""

    def __init__(self) -> None:
        self.seen: list[tuple[float, str]] = []
        self.secrets: set[str | None] = set()
        self.statuses: dict[str, list[int]] = {}
        self.hold: dict[str, asyncio.Event] = {}
        self.retry_after: dict[int, str] = {}

    async def take(self, request: web.Request) -> web.Response:
        update = await request.json()
        text = update["message"]["text"] if "message" in update else next(iter(update))
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.seen.append((asyncio.get_running_loop().time(), text))
        if text in self.hold:
            await self.hold[text].wait()
        statuses = self.statuses.get(text, [])
        status = statuses.pop(0) if statuses else 200
        headers = {"Retry-After": self.retry_after[status]} if status in self.retry_after else {}
        return web.Response(status=status, headers=headers)

    def texts(self) -> list[str]:
        return [text for _, text in self.seen]


@pytest.fixture
async def hook() -> AsyncIterator[tuple[_Hook, str]]:
    hook = _Hook()
    app = web.Application()
    app.router.add_post("/hook", hook.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield hook, f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    for event in hook.hold.values():
        event.set()
    await runner.cleanup()


async def _until(condition: Any, seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - of things that tell nobody
            await asyncio.sleep(0.005)


async def test_a_webhook_gets_each_chat_in_order_and_chats_side_by_side(
    fake: FakeTelegram, bot: Bot, hook: tuple[_Hook, str]
) -> None:
    receiver, url = hook
    anna, boris = fake.world.person(1), fake.world.person(2)
    await _ask(fake, bot, "setWebhook", url=url, secret_token="s3cret")
    receiver.hold["a1"] = asyncio.Event()
    for text in ("a1", "a2", "a3"):
        fake.people.say(bot, anna, text)
    fake.people.say(bot, boris, "b1")
    await _until(lambda: len(receiver.seen) == 2)
    await asyncio.sleep(0.05)
    assert sorted(receiver.texts()) == ["a1", "b1"]
    receiver.hold["a1"].set()
    await _until(lambda: not bot.updates)
    assert [text for text in receiver.texts() if text[0] == "a"] == ["a1", "a2", "a3"]
    assert receiver.secrets == {"s3cret"}


@pytest.mark.alone
async def test_a_failed_post_is_repeated_at_once_and_then_ever_later(
    fake: FakeTelegram, bot: Bot, hook: tuple[_Hook, str]
) -> None:
    receiver, url = hook
    await _ask(fake, bot, "setWebhook", url=url)
    receiver.statuses["x"] = [500, 500, 500, 500]
    fake.people.say(bot, fake.world.person(1), "x")
    await _until(lambda: not bot.updates)
    at = [moment for moment, _ in receiver.seen]
    gaps = [(later - earlier) * 100 for earlier, later in pairwise(at)]
    assert len(gaps) == 4
    assert gaps[0] < 1.9
    assert 1.9 < gaps[1] < 3.9
    assert 3.9 < gaps[2] < 7.9
    assert 7.9 < gaps[3] < 16
    info = (await _ask(fake, bot, "getWebhookInfo"))["result"]
    assert "Wrong response from the webhook: 500" in info["last_error_message"]


@pytest.mark.alone
async def test_retry_after_of_the_receiver_is_kept_to(fake: FakeTelegram, bot: Bot, hook: tuple[_Hook, str]) -> None:
    receiver, url = hook
    receiver.retry_after[503] = "20"
    receiver.statuses["x"] = [503]
    await _ask(fake, bot, "setWebhook", url=url)
    fake.people.say(bot, fake.world.person(1), "x")
    await _until(lambda: not bot.updates)
    (first, _), (second, _) = receiver.seen
    assert 0.19 < second - first < 0.4


async def test_old_updates_vanish(fake: FakeTelegram, bot: Bot) -> None:
    person = fake.world.person(1)
    fake.people.say(bot, person, "hello")
    sent = await _ask(
        fake,
        bot,
        "sendMessage",
        chat_id=1,
        text="?",
        reply_markup={"inline_keyboard": [[{"text": "5", "callback_data": "5"}]]},
    )
    fake.people.press(bot, person, sent["result"]["message_id"], "5")
    assert [each.kind for each in bot.updates] == ["message", "callback_query"]
    fake.world.clock._started += 200
    answer = await _ask(fake, bot, "getUpdates")
    assert [next(name for name in each if name != "update_id") for each in answer["result"]] == ["message"]
    fake.world.clock._started += 86_400
    assert (await _ask(fake, bot, "getUpdates"))["result"] == []


async def test_haste_is_refused_and_noted(fake: FakeTelegram, bot: Bot) -> None:
    fake.people.say(bot, fake.world.person(1), "hello")
    answers = [await _ask(fake, bot, "sendMessage", chat_id=1, text=str(n)) for n in range(30)]
    refused = [each for each in answers if not each["ok"]]
    assert answers[0]["ok"]
    assert refused
    assert refused[0]["error_code"] == 429
    assert refused[0]["parameters"]["retry_after"] >= 1
    assert fake.world.violations


async def test_updates_come_twice_when_told(fake: FakeTelegram, bot: Bot) -> None:
    fake.world.duplicate_updates = 1
    fake.people.say(bot, fake.world.person(1), "x")
    answer = await _ask(fake, bot, "getUpdates")
    assert len({each["update_id"] for each in answer["result"]}) == 1
    assert len(answer["result"]) == 2


async def test_the_ledger_has_what_was_said_and_seen(fake: FakeTelegram, bot: Bot) -> None:
    person = fake.world.person(1)
    first = fake.people.say(bot, person, "hello")
    await _ask(fake, bot, "sendMessage", chat_id=1, text="hi")
    fake.people.edit(bot, person, first, "hello!")
    assert [(entry.who, entry.what, entry.text) for entry in fake.world.ledger] == [
        ("customer", "said", "hello"),
        ("bot", "said", "hi"),
        ("customer", "edited", "hello!"),
    ]


async def test_it_runs_alone_and_is_moved_from_outside() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fakes.telegram", "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        base = (await asyncio.wait_for(process.stdout.readline(), 20)).decode().strip()
        async with aiohttp.ClientSession() as http:

            async def control(verb: str, **values: Any) -> Any:
                async with http.post(f"{base}/control/{verb}", json=values) as answer:
                    return await answer.json()

            token = (await control("add_bot"))["token"]
            await control("say", token=token, person=5, text="hello")
            async with http.get(f"{base}/bot{token}/getUpdates") as answer:
                (update,) = (await answer.json())["result"]
            assert update["message"]["text"] == "hello"
            async with http.get(f"{base}/bot{token}/sendMessage?chat_id=5&text=hi") as answer:
                assert answer.status == 200
            assert [each["text"] for each in await control("chat", token=token, person=5)] == ["hello", "hi"]
            assert "error" in await control("no_such_verb")
            assert "error" in await control("say", nonsense=1)
    finally:
        process.terminate()
        await process.wait()
