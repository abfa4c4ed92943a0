"""What the socket says in words is in the language that its user has chosen, whatever his browser speaks."""

import asyncio
from typing import Any

from tests.api.asgi_client import Socket
from tests.api.house import House
from tests.api.test_attacks import snapshot_socket


async def _fact_of(socket: Socket, code: str) -> dict[str, Any]:
    """The next fact with this code that comes over the socket."""
    async with asyncio.timeout(20):
        while True:
            for message in (await socket.hear("changes")).get("messages", ()):
                fact = message.get("fact") or {}
                if fact.get("code") == code:
                    return dict(fact)


async def test_words_follow_the_user_and_not_his_browser(house: House) -> None:
    await house.admin.patch("/api/v1/me", {"language": "ru"})
    visitor = await house.visitor()
    await visitor.say("hello")
    row = (await house.admin.get("/api/v1/conversations?list=all")).json["items"][0]
    house.admin.language = "en"  # what the browser asks for
    socket = await snapshot_socket(house.admin, threads=[row["thread_id"]])
    accepted = await house.admin.post(f"/api/v1/conversations/{row['id']}/accept", {})
    assert accepted.status == 200, accepted.body
    assert (await _fact_of(socket, "accepted"))["text"] == "Принято"
    assert (await house.admin.patch("/api/v1/me", {"language": "en"})).status == 200
    pinned = await house.admin.post(f"/api/v1/conversations/{row['id']}/pin", {"pinned": True})
    assert pinned.status == 200, pinned.body
    assert (await _fact_of(socket, "pinned"))["text"] == "Pinned"
    await socket.__aexit__()
