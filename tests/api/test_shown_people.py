"""Whom customers see: a hidden name leaves by no door; what is typed goes nowhere where it is not to be seen."""

import asyncio
import json
from typing import Any

import pytest

from tests.api.asgi_client import Socket
from tests.api.house import House, Visitor
from tests.api.test_attacks import snapshot_socket

PATH = "/api/v1"
REAL = "Ann"
OPERATOR = {"en": "{operator} has answered"}


async def _connected(visitor: Visitor) -> Socket:
    socket = visitor.browser.socket(f"{visitor.base}/socket")
    await socket.__aenter__()
    socket.say({"type": "hello", "token": visitor.token, "after": 0})
    await socket.hear("ready")
    return socket


async def _row(house: House) -> dict[str, Any]:
    row: dict[str, Any] = (await house.admin.get(f"{PATH}/conversations?list=all")).json["items"][0]
    return row


async def _everything_of(house: House, visitor: Visitor) -> tuple[list[str], list[str]]:
    """A whole conversation; every frame, and every answer that the visitor gets on the way."""
    socket = await _connected(visitor)
    assert (await visitor.say("hello")).status == 201
    row = await _row(house)
    staff = await snapshot_socket(house.admin, threads=[row["thread_id"]])
    assert (await house.admin.post(f"{PATH}/conversations/{row['id']}/accept", {})).status == 200
    staff.say({"type": "typing", "thread_id": row["thread_id"]})
    await socket.hear("typing")
    said = {"client_message_id": "a1", "text": "Good morning"}
    assert (await house.admin.post(f"{PATH}/conversations/{row['id']}/messages", said)).status in {200, 201}
    assert (await house.admin.post(f"{PATH}/conversations/{row['id']}/finish", {})).status == 200
    await socket.silence(0.3)
    answers = [
        await visitor.ask("GET", "/config?lang=en"),
        await visitor.ask("GET", "/messages"),
        await visitor.ask("POST", "/session", {"token": visitor.token, "language": "en"}),
    ]
    later = await _connected(visitor)
    await later.silence(0.2)
    for each in (socket, staff, later):
        await each.__aexit__()
    return [*socket.told, *later.told], [each.body.decode() for each in answers]


async def _faces(house: House, *faces: dict[str, Any]) -> None:
    version = (await house.admin.get(f"{PATH}/lines/{house.line_id}")).json["version"]
    answer = await house.admin.patch(f"{PATH}/lines/{house.line_id}", {"version": version, "faces": list(faces)})
    assert answer.status == 200, answer.body
    assert answer.json.get("faces", []) == list(faces)


async def test_one_common_name_is_all_that_customers_learn(house: House) -> None:
    common = {"operator_shown": "common", "common_name": {"en": "Bakery team", "ru": "Пекарня"}}
    await house.change_line(house.line_id, **common, close_text=OPERATOR, full_close_delay=0)
    frames, answers = await _everything_of(house, await house.visitor())
    for text in (*frames, *answers):
        assert REAL not in text
    assert any("Bakery team" in each for each in frames)
    assert all("Bakery team" in each for each in answers)


async def test_a_name_for_this_line_stands_in_for_the_one_of_the_profile(house: House) -> None:
    await house.change_line(house.line_id, operator_shown="line", close_text=OPERATOR)
    await _faces(house, {"user_id": 1, "name": "Maria"})
    frames, answers = await _everything_of(house, await house.visitor())
    for text in (*frames, *answers):
        assert REAL not in text
    assert any("Maria" in each for each in frames)


async def test_the_profile_is_shown_where_nothing_else_is_chosen(house: House) -> None:
    await _faces(house, {"user_id": 1, "name": "Maria"})
    frames, _ = await _everything_of(house, await house.visitor())
    assert any(REAL in each for each in frames)
    assert not any("Maria" in each for each in frames)


async def test_a_hidden_name_is_hidden_at_once_for_who_is_connected(house: House) -> None:
    visitor = await house.visitor()
    socket = await _connected(visitor)
    await visitor.say("hello")
    row = await _row(house)
    await house.change_line(house.line_id, operator_shown="common", common_name={"en": "Bakery team"})
    await socket.hear("config")
    socket.told.clear()
    assert (await house.admin.post(f"{PATH}/conversations/{row['id']}/accept", {})).status == 200
    shown = await socket.hear("conversation")
    while shown["conversation"]["state"] != "active":
        shown = await socket.hear("conversation")
    assert shown["conversation"]["operator"] == {"name": "Bakery team"}
    assert not any(REAL in each for each in socket.told)
    await socket.__aexit__()


@pytest.mark.parametrize(
    ("face", "field"),
    [
        ({"user_id": 4711, "name": "x"}, "faces.0.user_id"),
        ({"user_id": 1, "name": "x" * 101}, "faces.0.name"),
        ({"user_id": 1, "photo": "nowhere"}, "faces.0.photo"),
    ],
)
async def test_a_wrong_face_has_words_at_its_field(house: House, face: dict[str, Any], field: str) -> None:
    version = (await house.admin.get(f"{PATH}/lines/{house.line_id}")).json["version"]
    answer = await house.admin.patch(f"{PATH}/lines/{house.line_id}", {"version": version, "faces": [face]})
    assert (answer.status, list(answer.json["fields"])) == (422, [field])
    assert answer.json["fields"][field]["message"]


@pytest.mark.parametrize("seen", [True, False])
async def test_what_is_typed_is_seen_only_where_the_line_wants_it(house: House, seen: bool) -> None:
    await house.change_line(house.line_id, see_typing=seen)
    visitor = await house.visitor()
    await visitor.say("hello")
    row = await _row(house)
    staff = await snapshot_socket(house.admin, threads=[row["thread_id"]])
    socket = await _connected(visitor)
    assert (await visitor.ask("GET", "/config")).json["typing_text"] is seen
    socket.say({"type": "typing", "text": "my secret"})
    heard = await staff.hear("typing")
    assert heard.get("text", "") == ("my secret" if seen else "")
    assert seen or not any("my secret" in each for each in staff.told)
    for each in (socket, staff):
        await each.__aexit__()


async def test_the_place_in_the_queue_moves_with_the_queue(house: House) -> None:
    await house.change_line(house.line_id, place_on=True, mode="strictly", check_availability=True)
    first, second = await house.visitor(), await house.visitor()
    await first.say("one")
    sockets = [await _connected(first)]
    await second.say("two")
    sockets.append(await _connected(second))
    assert [(await each.hear("place"))["place"] for each in sockets] == [1, 2]
    opened = await second.ask("POST", "/session", {"token": second.token, "language": "en"})
    assert opened.json["place"] == {"place": 2}
    rows = (await house.admin.get(f"{PATH}/conversations?list=all")).json["items"]
    ahead = min(each["id"] for each in rows)
    assert (await house.admin.post(f"{PATH}/conversations/{ahead}/accept", {})).status == 200
    assert "place" not in await sockets[0].hear("place")
    assert (await sockets[1].hear("place"))["place"] == 1
    await asyncio.gather(*(each.__aexit__() for each in sockets))


async def test_administrators_see_who_would_not_be_asked_and_why(house: House) -> None:
    boris = await house.add_user("Boris")
    await house.put_queue(house.line_id, [1, boris])
    found = (await house.admin.get(f"{PATH}/lines/{house.line_id}/queue")).json["items"]
    assert [each["people"][0].get("why_not") for each in found] == ["offline", "offline"]
    await house.change_line(house.line_id, check_availability=False)
    found = (await house.admin.get(f"{PATH}/lines/{house.line_id}/queue")).json["items"]
    assert [(each["people"][0].get("why_not"), each["people"][0].get("next", False)) for each in found] == [
        (None, True),
        (None, False),
    ]


async def test_a_line_tells_the_workspace_that_nobody_is_there(house: House) -> None:
    visitor = await house.visitor()
    await visitor.say("hello")
    await asyncio.sleep(0.3)
    lines = (await house.admin.get(f"{PATH}/snapshot")).json["lines"]
    assert json.dumps(lines).count('"nobody_there": true') == 1


async def test_who_looks_at_a_queue_is_told_when_something_moves_in_it(house: House) -> None:
    visitor = await house.visitor()
    await visitor.say("hello")
    row = await _row(house)
    staff = await snapshot_socket(house.admin, lists=[f"queue:{house.line_id}"])
    assert (await house.admin.post(f"{PATH}/conversations/{row['id']}/accept", {})).status == 200
    async with asyncio.timeout(10):
        while f"queue:{house.line_id}" not in (await staff.hear("changes")).get("stale", ()):
            pass
    await staff.__aexit__()
