"""The hub: what is missed comes later, what is lost is found, what is too old begins anew."""

import asyncio
from typing import Any

from openlines.realtime.frames import Changes
from openlines.store import Commit
from openlines.store.events import last_event_id, trim_events
from tests.api.asgi_client import Browser, Socket
from tests.api.house import House
from tests.realtime.test_sight_in_time import caught_up


async def follow(browser: Browser, cursor: int, epoch: str, **more: Any) -> Socket:
    socket = browser.socket()
    await socket.__aenter__()
    socket.say({"type": "subscribe", "cursor": cursor, "epoch": epoch, **more})
    return socket


async def test_what_was_missed_comes_after_a_break(house: House) -> None:
    snapshot = (await house.admin.get("/api/v1/snapshot")).json
    visitor = await house.visitor()
    await visitor.say("while you were away")
    socket = await follow(house.admin, snapshot["cursor"], snapshot["epoch"])
    assert (await socket.hear())["type"] == "ready"
    frame = await socket.hear("changes")
    assert [each["unread"] for each in frame["conversations"]] == [1]
    assert frame["cursor"] > snapshot["cursor"]
    await socket.__aexit__()


async def test_a_cursor_of_another_epoch_means_a_new_snapshot(house: House) -> None:
    snapshot = (await house.admin.get("/api/v1/snapshot")).json
    socket = await follow(house.admin, snapshot["cursor"], "another")
    assert (await socket.hear())["type"] == "reset"
    await socket.__aexit__()


async def test_a_cursor_of_the_future_means_a_new_snapshot(house: House) -> None:
    epoch = (await house.admin.get("/api/v1/snapshot")).json["epoch"]
    socket = await follow(house.admin, 10**9, epoch)
    assert (await socket.hear())["type"] == "reset"
    await socket.__aexit__()


async def test_a_cursor_behind_the_cut_log_means_a_new_snapshot(house: House) -> None:
    snapshot = (await house.admin.get("/api/v1/snapshot")).json
    visitor = await house.visitor()
    for number in range(5):
        await visitor.say(str(number))
    store = house.app.edge.store
    last = await store.read(last_event_id)
    while await store.write(trim_events, last):
        pass
    socket = await follow(house.admin, snapshot["cursor"], snapshot["epoch"])
    assert (await socket.hear())["type"] == "reset"
    now = (await house.admin.get("/api/v1/snapshot")).json
    again = await follow(house.admin, now["cursor"], now["epoch"])
    assert (await again.hear())["type"] == "ready"
    await socket.__aexit__()
    await again.__aexit__()


async def test_a_lost_poke_is_found_by_the_safety_look(house: House) -> None:
    hub = house.app.edge.hub
    snapshot = (await house.admin.get("/api/v1/snapshot")).json
    socket = await follow(house.admin, snapshot["cursor"], snapshot["epoch"])
    await socket.silence()
    before = hub.found_by_safety_look
    hub._committed = lambda commit: None  # type: ignore[method-assign]
    house.app.edge.store._listeners = [
        each for each in house.app.edge.store._listeners if getattr(each, "__self__", None) is not hub
    ]
    await (await house.visitor()).say("nobody was told")
    frame = await socket.hear("changes", within=15)
    while "conversations" not in frame:
        frame = await socket.hear("changes", within=15)
    assert hub.found_by_safety_look > before
    await socket.__aexit__()
    assert Commit().events is False


async def test_nothing_is_found_by_safety_looks_in_ordinary_times(house: House) -> None:
    visitor = await house.visitor()
    for number in range(10):
        await visitor.say(str(number))
    await asyncio.sleep(0.3)
    assert house.app.edge.hub.found_by_safety_look == 0


async def test_a_closing_server_tells_its_sockets(house: House) -> None:
    snapshot = (await house.admin.get("/api/v1/snapshot")).json
    socket = await follow(house.admin, snapshot["cursor"], snapshot["epoch"])
    await socket.silence()
    await house.app.edge.hub.stop()
    assert await socket.ended() == 1012


async def test_a_client_with_the_snapshots_cursor_and_a_change_in_between_misses_nothing(house: House) -> None:
    """The moment between snapshot and subscription, tried with writes going on all the time."""
    visitor = await house.visitor()

    async def write() -> None:
        for number in range(15):
            await visitor.say(f"words {number}")
            await asyncio.sleep(0.005)

    writing = asyncio.create_task(write())
    await asyncio.sleep(0.02)
    snapshot = (await house.admin.get("/api/v1/snapshot")).json
    thread = snapshot["conversations"][0]["thread_id"]
    socket = await follow(house.admin, snapshot["cursor"], snapshot["epoch"], threads=[thread])
    await writing
    await caught_up(house)
    heard = await socket.silence(0.4)
    told = {each["text"] for frame in heard for each in frame.get("messages", ()) if each["author"] == "customer"}
    every = (await house.admin.get(f"/api/v1/threads/{thread}/messages?limit=100")).json["items"]
    said = [each for each in every if each["author"] == "customer"]
    last_in_snapshot = snapshot["conversations"][0]["last"]["text"]
    missed = {each["text"] for each in said if each["at"] > snapshot["now"]} - told
    assert missed == set(), (last_in_snapshot, sorted(told))
    await socket.__aexit__()


async def test_visitors_hear_their_thread_from_the_message_they_saw_last(house: House) -> None:
    visitor = await house.visitor()
    first = (await visitor.say("one")).json
    second = (await visitor.say("two")).json
    async with visitor.browser.socket(f"{visitor.base}/socket") as window:
        window.say({"type": "hello", "token": visitor.token, "after": first["seq"]})
        ready = await window.hear("ready")
        assert ready["last_seq"] >= second["seq"]
        items = (await window.hear("messages"))["items"]
        assert "one" not in [each["text"] for each in items]
        assert "two" in [each["text"] for each in items]
        row = (await house.admin.get("/api/v1/conversations?list=all")).json["items"][0]
        path = f"/api/v1/conversations/{row['id']}"
        await house.admin.post(f"{path}/accept", {"version": row["version"]})
        await house.admin.post(f"{path}/messages", {"client_message_id": "1", "text": "note", "note": True})
        await house.admin.post(f"{path}/messages", {"client_message_id": "2", "text": "answer"})
        await caught_up(house)
        heard = await window.silence(0.3)
    said = [each for frame in heard if frame["type"] == "messages" for each in frame["items"]]
    # What was committed while he said hello may come twice; notes never come.
    assert [(each["text"], each["name"]) for each in said if each["author"] == "operator"] == [("answer", "Ann")]
    assert "note" not in [each["text"] for each in said]
    conversations = [frame["conversation"] for frame in heard if frame["type"] == "conversation"]
    assert conversations[-1]["operator"] == {"name": "Ann"}
    read = [frame["seq"] for frame in heard if frame["type"] == "read_by_staff"]
    assert read
    # Where there can be no socket, the session says it, as the socket's "ready" does.
    back = {"token": visitor.token}
    assert (await visitor.ask("POST", "/session", back)).json["read_by_staff"] >= read[-1]
    await visitor.say("three")
    assert (await visitor.ask("POST", "/session", back)).json["read_by_staff"] == 0


async def test_a_visitors_first_words_reach_the_socket_he_had_open(house: House) -> None:
    visitor = await house.visitor()
    async with visitor.browser.socket(f"{visitor.base}/socket") as window:
        window.say({"type": "hello", "token": visitor.token, "after": 0})
        await window.hear("ready")
        await visitor.say("first")
        items = (await window.hear("messages"))["items"]
        assert items[0]["text"] == "first"


def test_a_frame_of_changes_is_put_together_from_encoded_pieces() -> None:
    changes = Changes()
    assert not changes
    assert changes.frame(5) == '{"type":"changes","cursor":5}'
    changes.rows[3] = '{"id":3}'
    changes.gone |= {9, 7}
    changes.messages.append('{"id":1}')
    changes.lists["users"] = "[]"
    changes.stale.add("me")
    assert changes
    assert changes.frame(6) == (
        '{"type":"changes","cursor":6,"conversations":[{"id":3}],"gone":[7,9],"messages":[{"id":1}],"users":[],'
        '"stale":["me"]}'
    )
