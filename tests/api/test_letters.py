"""Letters to customers through a whole server: a reply to who has left, a conversation on request."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from openlines.support.clock import HostClock
from tests.api.house import House, Visitor, running
from tests.notify.smtp import Box, smtp_server

NOTIFY = "/api/v1/notify"


class Clock:
    """The machine's clock, put ahead by what a test has let pass."""

    def __init__(self) -> None:
        self._host = HostClock()
        self.ahead = 0
        self.jumped_at: int | None = None

    def now(self) -> int:
        return self._host.now() + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def post() -> Iterator[tuple[Box, int]]:
    with smtp_server() as found:
        yield found


@asynccontextmanager
async def portal(folder: Path, clock: Clock, port: int, **settings: Any) -> AsyncIterator[House]:
    async with running(
        folder, clock=clock, roles=frozenset({"api", "workers"}), public_url="https://desk.example", **settings
    ) as house:
        await house.set_up()
        if port:
            mail = {"host": "127.0.0.1", "port": port, "security": "none", "from_address": "desk@example.com"}
            answer = await house.admin.patch(NOTIFY, {"version": 0, "mail": mail})
            assert answer.status == 200, answer.body
        yield house


@pytest.fixture
async def desk(tmp_path: Path, empty_portal: Path, clock: Clock, post: tuple[Box, int]) -> AsyncIterator[House]:
    async with portal(tmp_path / "data", clock, post[1], template=empty_portal) as house:
        yield house


async def until(look: Callable[[], Any]) -> Any:
    for _ in range(1500):
        if found := look():
            return found
        await asyncio.sleep(0.02)
    return None


async def pass_by(clock: Clock, seconds: int, *houses: House) -> None:
    """So much time passes, and every server looks."""
    clock.ahead += seconds * 1_000_000
    for house in houses:
        assert house.app.letters is not None
        house.app.letters.look()
    await asyncio.sleep(0.2)


async def talk(house: House, email: str = "carl@example.com") -> tuple[Visitor, int]:
    """A visitor has asked and left his address; his conversation."""
    visitor = await house.visitor()
    said = await visitor.say("Is the cake ready?")
    await visitor.ask("PATCH", "/session", {"email": email, "read_seq": said.json["seq"]})
    opened = await visitor.ask("POST", "/session", {"token": visitor.token, "language": "en"})
    return visitor, opened.json["conversation"]["id"]


async def reply(house: House, conversation_id: int, text: str) -> dict[str, Any]:
    value = {"client_message_id": text[:40], "text": text}
    answer = await house.admin.post(f"/api/v1/conversations/{conversation_id}/messages", value)
    assert answer.status < 300, answer.body
    return dict(answer.json)


async def test_a_reply_follows_who_has_left(desk: House, clock: Clock, post: tuple[Box, int]) -> None:
    box, _ = post
    _, conversation_id = await talk(desk, "Carl@bücher.example")
    await reply(desk, conversation_id, "It is ready 🎂.")
    await pass_by(clock, 61, desk)
    assert await until(lambda: box.letters)
    (letter,) = box.letters
    assert letter["to"] == "Carl@xn--bcher-kva.example"
    assert letter["subject"] == "Bakery: you have an answer"
    assert letter["auto-submitted"] == "auto-generated"
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "It is ready 🎂." in text.get_content()
    assert "https://desk.example/chat/" in text.get_content()
    assert "It is ready 🎂." in html.get_content()
    page = (await desk.admin.get(f"/api/v1/conversations/{conversation_id}")).json
    messages = (await desk.admin.get(f"/api/v1/threads/{page['thread']['id']}/messages")).json["items"]
    assert messages[-1]["fact"]["code"] == "mailed"
    await pass_by(clock, 3600, desk)
    assert len(box.letters) == 1


async def test_who_reads_in_time_gets_no_letter(desk: House, clock: Clock, post: tuple[Box, int]) -> None:
    box, _ = post
    visitor, conversation_id = await talk(desk)
    said = await reply(desk, conversation_id, "It is ready.")
    async with visitor.browser.socket(f"{visitor.base}/socket") as socket:
        socket.say({"type": "hello", "token": visitor.token, "after": 0})
        await socket.hear()
        socket.say({"type": "read", "seq": said["seq"]})
        await asyncio.sleep(0.2)
    await pass_by(clock, 700, desk)
    assert box.letters == []


async def test_while_the_server_is_away_the_letter_waits_and_is_not_needed_any_more(
    desk: House, clock: Clock, post: tuple[Box, int]
) -> None:
    box, _ = post
    box.refuse["sender"] = "451 4.3.0 later"
    visitor, conversation_id = await talk(desk)
    said = await reply(desk, conversation_id, "It is ready.")
    await pass_by(clock, 61, desk)
    assert await until(lambda: box.tries)
    await visitor.ask("PATCH", "/session", {"read_seq": said["seq"]})
    box.refuse.clear()
    await pass_by(clock, 3600, desk)
    assert desk.app.notices is not None
    desk.app.notices._alarm.ring()
    await asyncio.sleep(0.3)
    assert box.letters == []
    assert (await desk.admin.get(f"{NOTIFY}/outbox")).json["items"] == []


@pytest.mark.postgres
async def test_two_nodes_send_one_letter(
    tmp_path: Path, clock: Clock, post: tuple[Box, int], postgres_url: str
) -> None:
    box, port = post
    shared: dict[str, Any] = {"database": postgres_url, "secret_key": "k" * 43 + "="}
    async with (
        portal(tmp_path / "one", clock, port, node="one", **shared) as house,
        running(
            tmp_path / "two",
            clock=clock,
            roles=frozenset({"api", "workers"}),
            node="two",
            public_url="https://desk.example",
            **shared,
        ) as other,
    ):
        for n in range(3):
            _, conversation_id = await talk(house, f"carl{n}@example.com")
            await reply(house, conversation_id, f"It is ready {n}.")
        await pass_by(clock, 61, house, other)
        assert await until(lambda: len(box.letters) == 3)
        await pass_by(clock, 600, house, other)
        assert sorted(letter["to"] for letter in box.letters) == [f"carl{n}@example.com" for n in range(3)]


# --- on request -----------------------------------------------------------------------------------------------------


async def test_a_visitor_asks_for_his_conversation(desk: House, post: tuple[Box, int]) -> None:
    box, _ = post
    assert (await desk.browser().get(f"/api/v1/widget/{desk.key}/config")).json["transcript"] is True
    visitor, conversation_id = await talk(desk)
    early = await visitor.ask("POST", "/transcript", {})
    assert (early.status, early.code) == (409, "transcript_early")
    assert early.json["detail"] == "Nobody has answered yet: there is nothing to send."
    await reply(desk, conversation_id, "It is ready.")
    wrong = await visitor.ask("POST", "/transcript", {"email": "carl"})
    assert (wrong.status, list(wrong.json["fields"])) == (422, ["email"])
    visitor.browser.language = "ru"
    answer = await visitor.ask("POST", "/transcript", {"email": "other@example.com"})
    assert (answer.status, answer.json) == (200, {"to": "other@example.com"})
    assert await until(lambda: box.letters)
    (letter,) = box.letters
    assert (letter["to"], letter["subject"]) == ("other@example.com", "Bakery: ваша переписка")
    again = await visitor.ask("POST", "/transcript", {})
    assert (again.status, again.code) == (429, "transcript_too_often")
    assert 0 < int(again.headers["retry-after"]) <= 60
    assert again.json["detail"].startswith("Письмо только что отправлено. Ещё одно — через ")


async def test_a_chat_that_sends_none_says_so(desk: House) -> None:
    visitor, conversation_id = await talk(desk)
    await reply(desk, conversation_id, "It is ready.")
    path = f"/api/v1/channels/{desk.channel_id}"
    version = (await desk.admin.get(path)).json["version"]
    changed = await desk.admin.patch(path, {"version": version, "settings": {"transcript": False}})
    assert changed.status == 200, changed.body
    for _ in range(500):  # what a node remembers of a channel follows the log
        if "transcript" not in (await desk.browser().get(f"{visitor.base}/config")).json:
            break
        await asyncio.sleep(0.02)
    answer = await visitor.ask("POST", "/transcript", {})
    assert (answer.status, answer.code) == (409, "transcript_off")


async def test_without_a_mail_server_nothing_is_offered(house: House) -> None:
    visitor, conversation_id = await talk(house)
    await reply(house, conversation_id, "It is ready.")
    assert "transcript" not in (await house.browser().get(f"{visitor.base}/config")).json
    assert (await visitor.ask("POST", "/transcript", {})).code == "transcript_off"
    answer = await house.admin.post(f"/api/v1/conversations/{conversation_id}/transcript", {})
    assert (answer.status, answer.code) == (409, "mail_not_set")


async def test_an_operator_sends_it_once_for_one_key_and_saves_it(desk: House, post: tuple[Box, int]) -> None:
    box, _ = post
    _, conversation_id = await talk(desk)
    await reply(desk, conversation_id, "It is ready 🎂.")
    note = {"client_message_id": "n", "text": "He never pays.", "note": True}
    await desk.admin.post(f"/api/v1/conversations/{conversation_id}/messages", note)
    path = f"/api/v1/conversations/{conversation_id}/transcript"
    for _ in range(2):
        answer = await desk.admin.ask("POST", path, {}, headers={"idempotency-key": "once"})
        assert (answer.status, answer.json) == (200, {"to": "carl@example.com"})
    assert await until(lambda: box.letters)
    assert (await desk.admin.post(path, {})).code == "transcript_too_often"
    assert len(box.letters) == 1
    saved = await desk.admin.get(path)
    assert saved.headers["content-type"] == "text/plain; charset=utf-8"
    assert saved.headers["content-disposition"] == f'attachment; filename="conversation-{conversation_id}.txt"'
    text = saved.body.decode("utf-8-sig")
    assert "It is ready 🎂.\r\n" in text
    assert "He never pays." not in text


async def test_who_asks_without_end_is_slowed_down_before_anything_is_read(desk: House) -> None:
    visitor, conversation_id = await talk(desk)
    await reply(desk, conversation_id, "It is ready.")
    codes = [(await visitor.ask("POST", "/transcript", {})).code for _ in range(40)]
    assert codes[0] == ""
    assert codes[1] == "transcript_too_often"
    assert codes[-1] == "too_many_requests"
