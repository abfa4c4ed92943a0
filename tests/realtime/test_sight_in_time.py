"""Whoever loses a right in the very moment in which he asks for something gets nothing by it; what a session may
keep waiting is bounded; a connection that fails while it opens leaves nothing behind."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from openlines.realtime.sockets import MOST_BYTES, MOST_FRAMES
from openlines.services import presence
from openlines.store import CommitUnknown, StoreUnavailable
from openlines.store.events import last_event_id
from tests.api.asgi_client import Browser, Socket
from tests.api.house import PASSWORD, House, Visitor

Row = dict[str, Any]


async def two_lines(house: House) -> tuple[Browser, Visitor, Row, int]:
    """An operator of the first line, a visitor who writes to it, and a line that the operator does not see."""
    insider, outsider = await house.add_user("Ines"), await house.add_user("Otto")
    await house.put_queue(house.line_id, [insider])
    elsewhere = await house.add_line("Elsewhere", [outsider])
    visitor = await house.visitor()
    await visitor.say("first words")
    row = (await house.admin.get("/api/v1/conversations?list=all")).json["items"][0]
    return await house.sign_in("Ines"), visitor, row, elsewhere


async def follow(browser: Browser, **more: Any) -> Socket:
    snapshot = (await browser.get("/api/v1/snapshot")).json
    socket = browser.socket()
    await socket.__aenter__()
    socket.say({"type": "subscribe", "cursor": snapshot["cursor"], "epoch": snapshot["epoch"], **more})
    await socket.hear("ready")
    return socket


class Slow:
    """Makes one kind of read of the store answer late: what it read is old by then."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        store, self._name = house.app.edge.store, name
        self._read = store.read
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()
        self._once = False
        monkeypatch.setattr(store, "read", self)

    async def __call__(self, what: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        found = await self._read(what, *args, **kwargs)
        if getattr(what, "__name__", "") == self._name and not self._once:
            self._once = True
            self.reached.set()
            await self.go_on.wait()
        return found


async def caught_up(house: House) -> None:
    """Until the hub has told everything that has happened."""
    hub, store = house.app.edge.hub, house.app.edge.store
    for _ in range(200):
        if hub.cursor >= await store.read(last_event_id):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the hub does not catch up")


async def test_a_thread_that_goes_out_of_sight_while_it_is_asked_for_is_not_followed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    insider, visitor, row, elsewhere = await two_lines(house)
    socket = await follow(insider)
    slow = Slow(house, monkeypatch, "followed")
    socket.say({"type": "subscribe", "threads": [row["thread_id"]]})
    await asyncio.wait_for(slow.reached.wait(), 5)
    moved = await house.admin.post(f"/api/v1/conversations/{row['id']}/transfer", {"line_id": elsewhere})
    assert moved.status == 200, moved.body
    await caught_up(house)
    slow.go_on.set()
    await socket.silence()
    [session] = house.app.edge.hub.rooms.staff
    assert row["thread_id"] not in session.threads
    await visitor.say("marker")
    await socket.silence()
    assert "marker" not in "".join(socket.told)
    await socket.__aexit__()


async def test_a_conversation_that_begins_out_of_sight_takes_its_thread_along(house: House) -> None:
    """The last one was transferred to his line and closed there; the next one begins on the line of the channel."""
    insider, visitor, row, elsewhere = await two_lines(house)
    outsider = await house.sign_in("Otto")
    path = f"/api/v1/conversations/{row['id']}"
    assert (await house.admin.post(f"{path}/transfer", {"line_id": elsewhere})).status == 200
    socket = await follow(outsider, threads=[row["thread_id"]])
    assert (await outsider.post(f"{path}/accept", {})).status == 200
    assert (await outsider.post(f"{path}/finish", {"now": True})).status == 200
    await socket.silence()
    await visitor.say("marker one")
    await visitor.say("marker two")
    await socket.silence()
    assert (await outsider.get(f"/api/v1/threads/{row['thread_id']}/messages")).status == 404
    assert "marker" not in "".join(socket.told)
    await socket.__aexit__()
    assert insider.cookies


async def test_a_head_goes_on_watching_what_his_people_have_had_and_no_longer_than_he_is_head(house: House) -> None:
    insider, visitor, row, elsewhere = await two_lines(house)
    head, held = await house.add_user("Hanna"), 0
    people = {each["name"]: each["id"] for each in (await house.admin.get("/api/v1/users")).json["items"]}
    department = (
        await house.admin.post("/api/v1/departments", {"name": "Shop", "head_id": head, "member_ids": [people["Ines"]]})
    ).json
    path = f"/api/v1/conversations/{row['id']}"
    assert (await insider.post(f"{path}/accept", {})).status == 200
    socket = await follow(await house.sign_in("Hanna"), threads=[row["thread_id"]])
    await visitor.say("for the head, too")
    while held < 1:
        held += "for the head, too" in str(await socket.hear("changes", within=5))
    change = {"version": department["version"], "head_id": None}
    assert (await house.admin.patch(f"/api/v1/departments/{department['id']}", change)).status == 200
    await socket.hear("reset", within=5)
    await visitor.say("marker")
    await socket.silence()
    assert "marker" not in "".join(socket.told)
    await socket.__aexit__()
    assert elsewhere


async def test_a_line_that_is_lost_while_the_socket_opens_is_not_seen_by_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    insider, _, _, elsewhere = await two_lines(house)
    slow = Slow(house, monkeypatch, "_opening")
    socket = insider.socket()
    await socket.__aenter__()
    await asyncio.wait_for(slow.reached.wait(), 5)
    await house.put_queue(house.line_id, [1])
    await caught_up(house)
    slow.go_on.set()
    snapshot = (await insider.get("/api/v1/snapshot")).json
    socket.say({"type": "subscribe", "cursor": snapshot["cursor"], "epoch": snapshot["epoch"]})
    await socket.hear("ready")
    await (await house.visitor()).say("marker")
    await socket.silence()
    assert "marker" not in "".join(socket.told)
    await socket.__aexit__()
    assert elsewhere


async def test_a_sign_in_that_ends_while_its_socket_opens_ends_the_socket(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    insider, _, _, _ = await two_lines(house)
    slow = Slow(house, monkeypatch, "_opening")
    socket = insider.socket()
    await socket.__aenter__()
    await asyncio.wait_for(slow.reached.wait(), 5)
    assert (await insider.post("/api/v1/logout")).status == 204
    await caught_up(house)
    slow.go_on.set()
    assert await socket.ended(5) == 4001


async def test_what_was_read_for_a_session_that_must_begin_anew_meanwhile_is_thrown_away(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    insider, visitor, _, _ = await two_lines(house)
    snapshot = (await insider.get("/api/v1/snapshot")).json
    await visitor.say("marker")
    slow = Slow(house, monkeypatch, "resume")
    socket = insider.socket()
    await socket.__aenter__()
    socket.say({"type": "subscribe", "cursor": snapshot["cursor"], "epoch": snapshot["epoch"]})
    await asyncio.wait_for(slow.reached.wait(), 5)
    await house.put_queue(house.line_id, [1])
    await caught_up(house)
    slow.go_on.set()
    heard = [await socket.hear(within=5), *await socket.silence()]
    assert [each["type"] for each in heard] == ["reset"]
    assert not next(iter(house.app.edge.hub.rooms.by_user[snapshot["me"]["id"]])).live
    await socket.__aexit__()


async def test_a_socket_that_never_subscribes_keeps_nothing(house: House) -> None:
    async with house.admin.socket() as socket:
        await caught_up(house)
        visitor = await house.visitor()
        for number in range(5):
            await visitor.say(f"words {number}")
            await caught_up(house)
        [session] = house.app.edge.hub.rooms.staff
        assert not session.held
        assert socket.told == []


async def test_what_comes_while_the_missed_is_read_is_bounded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = (await house.admin.get("/api/v1/snapshot")).json
    slow = Slow(house, monkeypatch, "resume")
    socket = house.admin.socket()
    await socket.__aenter__()
    socket.say({"type": "subscribe", "cursor": snapshot["cursor"], "epoch": snapshot["epoch"]})
    await asyncio.wait_for(slow.reached.wait(), 5)
    [session] = house.app.edge.hub.rooms.staff
    for number in range(MOST_FRAMES + 2):
        session.tell('{"type":"changes","cursor":1}', number)
    assert not session.held
    slow.go_on.set()
    assert await socket.ended(5) == 4008


async def test_more_than_a_connection_may_queue_is_no_difference_but_a_new_snapshot(house: House) -> None:
    """Sent as one frame it would cut the connection off as too slow, and the next one, and the next."""
    visitor = await house.visitor()
    await visitor.say("first words")
    snapshot = (await house.admin.get("/api/v1/snapshot")).json
    thread = snapshot["conversations"][0]["thread_id"]
    texts, size = 0, 3900
    while texts * size < MOST_BYTES * 1.2:
        house.app.edge.limits.visitor._buckets.clear()
        assert (await visitor.say(f"{texts} {'x' * size}")).status == 201
        texts += 1
    socket = house.admin.socket()
    await socket.__aenter__()
    socket.say({"type": "subscribe", "cursor": snapshot["cursor"], "epoch": snapshot["epoch"], "threads": [thread]})
    assert (await socket.hear(within=5))["type"] == "reset"
    assert socket.closed is None
    await socket.__aexit__()


async def test_a_socket_that_fails_while_it_opens_leaves_nothing_behind(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, hub = house.app.edge.store, house.app.edge.hub
    write = store.write

    async def full(use_case: Any, *args: Any, **kwargs: Any) -> Any:
        if use_case is presence.connected:
            raise StoreUnavailable("the disk is full", retry_after=1.0)
        return await write(use_case, *args, **kwargs)

    monkeypatch.setattr(store, "write", full)
    socket = house.admin.socket()
    await socket.__aenter__()
    assert await socket.ended(5) == 1013
    assert not hub.rooms.staff
    monkeypatch.setattr(store, "write", write)
    again = await follow(house.admin)
    online: list[Any] = []
    for _ in range(100):
        online = [each for each in (await house.admin.get("/api/v1/snapshot")).json["users"] if each.get("online")]
        if online:
            break
        await asyncio.sleep(0.02)
    assert [each["name"] for each in online] == ["Ann"]
    await again.__aexit__()


async def test_a_visitors_socket_that_fails_while_it_opens_leaves_nothing_behind(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await house.visitor()
    store, hub = house.app.edge.store, house.app.edge.hub
    read = store.read

    async def away(what: Any, *args: Any, **kwargs: Any) -> Any:
        if getattr(what, "__name__", "") == "card":
            raise StoreUnavailable("the database is away", retry_after=1.0)
        return await read(what, *args, **kwargs)

    monkeypatch.setattr(store, "read", away)
    window = visitor.browser.socket(f"{visitor.base}/socket")
    await window.__aenter__()
    window.say({"type": "hello", "token": visitor.token, "after": 0})
    assert await window.ended(5) == 1013
    assert not hub.rooms.visitors
    assert not hub.rooms.newcomers


async def test_a_new_password_leaves_the_socket_of_its_own_session_open(house: House) -> None:
    """It has a new cookie, but it is the same sign-in: looked at again, it is still good."""
    socket = await follow(house.admin)
    value = {"current": PASSWORD, "new": "battery horse correct"}
    assert (await house.admin.post("/api/v1/me/password", value)).status == 204
    await socket.silence()
    await house.app.edge.hub.look_at_sign_ins()
    await socket.silence()
    assert socket.closed is None
    assert (await house.admin.post("/api/v1/logout")).status == 204
    assert await socket.ended(5) == 4001


async def test_whoever_signs_in_over_another_ends_the_sockets_of_the_other(house: House) -> None:
    await house.add_user("Boris")
    socket = await follow(house.admin)
    cookies = dict(house.admin.cookies)
    answer = await house.admin.post("/api/v1/login", {"email": "boris@example.org", "password": PASSWORD})
    assert answer.status == 200
    assert await socket.ended(5) == 4001
    old = house.browser()
    old.cookies = cookies
    assert (await old.get("/api/v1/me")).status == 401


async def test_moved_to_another_department_while_away_means_a_new_snapshot(house: House) -> None:
    user_id = await house.add_user("Boris")
    department = (await house.admin.post("/api/v1/departments", {"name": "Shop", "member_ids": [user_id]})).json
    version = (await house.admin.get(f"/api/v1/lines/{house.line_id}")).json["version"]
    members = [{"department_id": department["id"]}]
    queue = {"version": version, "members": members}
    assert (await house.admin.put(f"/api/v1/lines/{house.line_id}/queue", queue)).status == 200
    boris = await house.sign_in("Boris")
    snapshot = (await boris.get("/api/v1/snapshot")).json
    version = (await house.admin.get(f"/api/v1/users/{user_id}")).json["version"]
    moved = await house.admin.patch(f"/api/v1/users/{user_id}", {"version": version, "department_ids": []})
    assert moved.status == 200, moved.body
    await caught_up(house)
    socket = boris.socket()
    await socket.__aenter__()
    socket.say({"type": "subscribe", "cursor": snapshot["cursor"], "epoch": snapshot["epoch"]})
    assert (await socket.hear(within=5))["type"] == "reset"
    await socket.__aexit__()


async def test_pages_of_settings_that_changed_while_away_are_asked_for_again(house: House) -> None:
    snapshot = (await house.admin.get("/api/v1/snapshot")).json
    await house.change_line(house.line_id, queue_time=77)
    await caught_up(house)
    socket = house.admin.socket()
    await socket.__aenter__()
    socket.say({"type": "subscribe", "cursor": snapshot["cursor"], "epoch": snapshot["epoch"]})
    frame = await socket.hear("changes", within=5)
    assert f"line:{house.line_id}" in frame["stale"]
    await socket.__aexit__()


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 2**70])
@pytest.mark.parametrize("kind", ["subscribe", "seen", "typing", "cursor"])
async def test_numbers_that_no_database_holds_end_no_socket_with_an_error(house: House, kind: str, number: int) -> None:
    frames = {
        "subscribe": {"type": "subscribe", "threads": [number]},
        "seen": {"type": "seen", "thread_id": number, "seq": 1},
        "typing": {"type": "typing", "thread_id": number},
        "cursor": {"type": "subscribe", "cursor": number, "epoch": house.app.edge.store.epoch},
    }
    socket = await follow(house.admin)
    socket.say(frames[kind])
    socket.say({"type": "subscribe", "threads": []})
    heard = await socket.silence()
    assert socket.closed in {None, 4400}, heard
    await socket.__aexit__()
    assert (await house.admin.get("/api/v1/me")).status == 200


async def test_what_is_said_between_reading_a_thread_and_following_it_is_not_lost(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    insider, visitor, row, _ = await two_lines(house)
    socket = await follow(insider)
    messages = f"/api/v1/threads/{row['thread_id']}/messages"
    known = {each["id"] for each in (await insider.get(messages)).json["items"]}
    slow = Slow(house, monkeypatch, "followed")
    socket.say({"type": "subscribe", "threads": [row["thread_id"]]})
    await asyncio.wait_for(slow.reached.wait(), 5)
    await visitor.say("in between")
    await caught_up(house)
    said = {each["id"] for each in (await insider.get(messages)).json["items"]}
    slow.go_on.set()
    while not known >= said:
        known |= {each["id"] for each in (await socket.hear("changes", within=5)).get("messages", ())}
    await socket.__aexit__()


async def test_a_thread_that_was_quiet_is_followed_without_a_word(house: House) -> None:
    insider, _, row, _ = await two_lines(house)
    store = house.app.edge.store
    socket = await follow(insider)
    await socket.silence()
    before = len(socket.told)
    monkey = store.clock.now
    store.clock.now = lambda: monkey() + 60_000_000  # type: ignore[method-assign]
    try:
        socket.say({"type": "subscribe", "threads": [row["thread_id"]]})
        await socket.silence()
    finally:
        store.clock.now = monkey  # type: ignore[method-assign]
    assert len(socket.told) == before
    await socket.__aexit__()


@pytest.mark.parametrize("error", [StoreUnavailable("away"), CommitUnknown("away")])
async def test_a_database_that_is_away_for_a_moment_ends_no_sign_in_and_no_looking(
    house: House, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    socket = await follow(house.admin)

    async def away(*_: Any, **__: Any) -> Any:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(house.app.edge.store, "write", away)
        await house.app.edge.hub.look_at_sign_ins()
    await socket.silence()
    assert socket.closed is None
    await socket.__aexit__()
