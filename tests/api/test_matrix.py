"""Who may do what: every route and every frame of the sockets, for every role. A route without a row is a failure.

Roles: `nobody`; `outsider`, an operator who is not in the line's queue; `member`, one who is; `admin`; `reader`, a
program of the administrator that may only read. "ok" means that the request got past every question of rights,
whatever the use case then says to it.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from litestar.routes import HTTPRoute

from openlines.api.build import staff_app
from openlines.api.ops.by_hand import BY_HAND
from tests.api.asgi_client import Answer, Browser, Socket
from tests.api.house import House, Visitor

ROLES = ("nobody", "outsider", "member", "admin", "reader")


class Row(NamedTuple):
    """What each role gets: "ok" or the refusal's status."""

    nobody: str
    outsider: str
    member: str
    admin: str
    reader: str


PUBLIC = Row("ok", "ok", "ok", "ok", "ok")
ANY_STAFF = Row("401", "ok", "ok", "ok", "ok")
ANY_WORKER = Row("401", "ok", "ok", "ok", "403")
SEES = Row("401", "404", "ok", "ok", "ok")
WORKS = Row("401", "404", "ok", "ok", "403")
CONFIGURES = Row("401", "403", "403", "ok", "403")
MANAGES = CONFIGURES
HIMSELF = Row("401", "ok", "ok", "ok", "403")
OWN_ONLY = Row("401", "404", "404", "404", "403")  # an id that is somebody else's

C, T, M, CU, L, CH, U, D, F = (
    "{conversation}",
    "{thread}",
    "{message}",
    "{customer}",
    "{line}",
    "{channel}",
    "{user}",
    "{department}",
    "{file}",
)
MESSAGE = {"client_message_id": "matrix", "text": "words"}

# (method, path) → who may, and a request that reaches the question.
MATRIX: dict[tuple[str, str], tuple[Row, str, Any]] = {
    ("GET", "/portal"): (PUBLIC, "/portal", None),
    ("GET", "/portal/settings"): (CONFIGURES, "/portal/settings", None),
    ("PATCH", "/portal/settings"): (CONFIGURES, "/portal/settings", {"one_channel_of_a_kind": True}),
    ("GET", "/quarantine"): (CONFIGURES, "/quarantine", None),
    ("GET", "/quarantine/{event_id}"): (
        Row("401", "403", "403", "404", "403"), "/quarantine/999", None,
    ),
    ("POST", "/quarantine/replay"): (CONFIGURES, "/quarantine/replay", {"ids": [999]}),
    ("POST", "/setup"): (PUBLIC, "/setup", None),
    ("POST", "/login"): (PUBLIC, "/login", {"email": "member@example.org", "password": "{password}"}),
    ("POST", "/logout"): (PUBLIC, "/logout", {}),
    ("GET", "/me"): (ANY_STAFF, "/me", None),
    ("PATCH", "/me"): (ANY_WORKER, "/me", {"position": "x"}),
    ("POST", "/me/password"): (HIMSELF, "/me/password", {"current": "x", "new": "y"}),
    ("PUT", "/me/presence"): (ANY_WORKER, "/me/presence", {"state": "online"}),
    ("GET", "/notices"): (ANY_STAFF, "/notices", None),
    ("POST", "/notices/read"): (ANY_WORKER, "/notices/read", {"ids": [1]}),
    ("GET", "/notify"): (CONFIGURES, "/notify", None),
    ("PATCH", "/notify"): (CONFIGURES, "/notify", {"version": 0, "private_hooks": False}),
    ("POST", "/notify/mail/test"): (CONFIGURES, "/notify/mail/test", {"to": "x"}),
    ("POST", "/notify/hooks/test"): (CONFIGURES, "/notify/hooks/test", {"url": "http://127.0.0.1:9/"}),
    ("POST", "/notify/hook-secret"): (CONFIGURES, "/notify/hook-secret", {}),
    ("GET", "/notify/outbox"): (CONFIGURES, "/notify/outbox", None),
    ("POST", "/notify/outbox/{notice_id}/retry"): (
        Row("401", "403", "403", "404", "403"), "/notify/outbox/999/retry", {},
    ),
    ("POST", "/notify/outbox/dismiss"): (CONFIGURES, "/notify/outbox/dismiss", {"ids": [999]}),
    ("GET", "/me/push"): (ANY_STAFF, "/me/push", None),
    ("POST", "/me/push"): (ANY_WORKER, "/me/push", {"endpoint": "x", "p256dh": "x", "auth": "x"}),
    ("DELETE", "/me/push/{browser_id}"): (OWN_ONLY, "/me/push/999", None),
    ("POST", "/me/push/test"): (ANY_WORKER, "/me/push/test", {}),
    ("GET", "/kpi"): (ANY_STAFF, "/kpi", None),
    ("GET", "/kpi/late"): (ANY_STAFF, "/kpi/late", None),
    ("GET", "/kpi/export"): (ANY_STAFF, "/kpi/export", None),
    ("GET", "/sessions"): (HIMSELF, "/sessions", None),
    ("DELETE", "/sessions/{session_id}"): (OWN_ONLY, "/sessions/999", None),
    ("GET", "/tokens"): (HIMSELF, "/tokens", None),
    ("POST", "/tokens"): (HIMSELF, "/tokens", {"name": "x", "scopes": ["read"]}),
    ("DELETE", "/tokens/{token_id}"): (OWN_ONLY, "/tokens/999", None),
    ("GET", "/snapshot"): (ANY_STAFF, "/snapshot", None),
    ("GET", "/conversations"): (ANY_STAFF, "/conversations?list=all", None),
    ("GET", "/conversations/{conversation_id}"): (SEES, f"/conversations/{C}", None),
    ("GET", "/threads/{thread_id}/messages"): (SEES, f"/threads/{T}/messages", None),
    ("POST", "/conversations/{conversation_id}/messages"): (WORKS, f"/conversations/{C}/messages", MESSAGE),
    ("POST", "/threads/{thread_id}/conversations"): (WORKS, f"/threads/{T}/conversations", MESSAGE),
    ("PATCH", "/messages/{message_id}"): (
        Row("401", "404", "403", "403", "403"), f"/messages/{M}", {"text": "not mine to change"},
    ),
    ("DELETE", "/messages/{message_id}"): (Row("401", "404", "403", "403", "403"), f"/messages/{M}", None),
    ("POST", "/messages/{message_id}/retry"): (WORKS, f"/messages/{M}/retry", {}),
    ("POST", "/conversations/{conversation_id}/accept"): (WORKS, f"/conversations/{C}/accept", {"version": 1}),
    ("POST", "/conversations/{conversation_id}/decline"): (WORKS, f"/conversations/{C}/decline", {"version": 1}),
    ("POST", "/conversations/{conversation_id}/finish"): (WORKS, f"/conversations/{C}/finish", {}),
    ("POST", "/conversations/{conversation_id}/undo-finish"): (WORKS, f"/conversations/{C}/undo-finish", {}),
    ("POST", "/conversations/{conversation_id}/transfer"): (
        WORKS, f"/conversations/{C}/transfer", {"version": 1, "user_id": 1},
    ),
    ("POST", "/conversations/{conversation_id}/intercept"): (WORKS, f"/conversations/{C}/intercept", {}),
    ("POST", "/conversations/{conversation_id}/join"): (WORKS, f"/conversations/{C}/join", {}),
    ("POST", "/conversations/{conversation_id}/leave"): (WORKS, f"/conversations/{C}/leave", {}),
    ("POST", "/conversations/{conversation_id}/pin"): (WORKS, f"/conversations/{C}/pin", {"pinned": True}),
    ("POST", "/conversations/{conversation_id}/snooze"): (WORKS, f"/conversations/{C}/snooze", {"until": None}),
    ("POST", "/conversations/{conversation_id}/spam"): (WORKS, f"/conversations/{C}/spam", {}),
    ("POST", "/conversations/{conversation_id}/read"): (WORKS, f"/conversations/{C}/read", {"seq": 1}),
    ("POST", "/conversations/{conversation_id}/transcript"): (WORKS, f"/conversations/{C}/transcript", {}),
    ("GET", "/conversations/{conversation_id}/transcript"): (SEES, f"/conversations/{C}/transcript", None),
    ("POST", "/threads/{thread_id}/block"): (WORKS, f"/threads/{T}/block", {}),
    ("POST", "/threads/{thread_id}/unblock"): (WORKS, f"/threads/{T}/unblock", {}),
    ("GET", "/customers"): (ANY_STAFF, "/customers", None),
    ("POST", "/conversations/{conversation_id}/head-rating"): (
        Row("401", "404", "403", "ok", "403"),
        f"/conversations/{C}/head-rating",
        {"rating": 5},
    ),
    ("GET", "/customers/{customer_id}"): (SEES, f"/customers/{CU}", None),
    ("GET", "/customers/{customer_id}/consents"): (SEES, f"/customers/{CU}/consents", None),
    ("PATCH", "/customers/{customer_id}"): (WORKS, f"/customers/{CU}", {"version": 1, "name": "x"}),
    ("POST", "/files"): (ANY_WORKER, "/files", b"content"),
    ("GET", "/files/{file_id}"): (SEES, f"/files/{F}", None),
    ("GET", "/users"): (MANAGES, "/users", None),
    ("GET", "/users/{user_id}"): (MANAGES, f"/users/{U}", None),
    ("POST", "/users"): (MANAGES, "/users", {"name": "x", "email": "x@example.org"}),
    ("PATCH", "/users/{user_id}"): (MANAGES, f"/users/{U}", {"version": 0, "name": "x"}),
    ("GET", "/departments"): (ANY_STAFF, "/departments", None),
    ("POST", "/departments"): (MANAGES, "/departments", {"name": "x"}),
    ("GET", "/departments/{department_id}"): (ANY_STAFF, f"/departments/{D}", None),
    ("PATCH", "/departments/{department_id}"): (MANAGES, f"/departments/{D}", {"version": 0, "name": "x"}),
    ("DELETE", "/departments/{department_id}"): (MANAGES, f"/departments/{D}", None),
    ("GET", "/lines"): (CONFIGURES, "/lines", None),
    ("POST", "/lines"): (CONFIGURES, "/lines", {"name": "x"}),
    ("GET", "/lines/{line_id}"): (CONFIGURES, f"/lines/{L}", None),
    ("PATCH", "/lines/{line_id}"): (CONFIGURES, f"/lines/{L}", {"version": 0, "name": "x"}),
    ("DELETE", "/lines/{line_id}"): (CONFIGURES, f"/lines/{L}", None),
    ("POST", "/lines/{line_id}/forecast"): (CONFIGURES, f"/lines/{L}/forecast", {}),
    ("GET", "/lines/{line_id}/versions"): (CONFIGURES, f"/lines/{L}/versions", None),
    ("GET", "/lines/{line_id}/export"): (CONFIGURES, f"/lines/{L}/export", None),
    ("POST", "/lines/read-file"): (CONFIGURES, "/lines/read-file", {"file": {}}),
    ("POST", "/lines/import"): (CONFIGURES, "/lines/import", {"file": {}}),
    ("POST", "/lines/{line_id}/copy"): (CONFIGURES, f"/lines/{L}/copy", {}),
    ("POST", "/lines/{line_id}/previews"): (CONFIGURES, f"/lines/{L}/previews", {"name": "greeting", "texts": {}}),
    ("GET", "/lines/{line_id}/queue"): (CONFIGURES, f"/lines/{L}/queue", None),
    ("PUT", "/lines/{line_id}/queue"): (CONFIGURES, f"/lines/{L}/queue", {"version": 0, "members": []}),
    ("GET", "/timetables"): (CONFIGURES, "/timetables", None),
    ("POST", "/timetables"): (CONFIGURES, "/timetables", {"name": "x"}),
    ("GET", "/timetables/{timetable_id}"): (Row("401", "403", "403", "404", "403"), "/timetables/999", None),
    ("PATCH", "/timetables/{timetable_id}"): (
        Row("401", "403", "403", "404", "403"), "/timetables/999", {"version": 1, "name": "x"},
    ),
    ("DELETE", "/timetables/{timetable_id}"): (Row("401", "403", "403", "404", "403"), "/timetables/999", None),
    ("GET", "/holidays/countries"): (CONFIGURES, "/holidays/countries", None),
    ("GET", "/holidays"): (CONFIGURES, "/holidays?country=DE", None),
    ("GET", "/channel-kinds"): (ANY_STAFF, "/channel-kinds", None),
    ("GET", "/channels"): (CONFIGURES, "/channels", None),
    ("POST", "/channels"): (CONFIGURES, "/channels", {"line_id": 1, "kind": "website", "name": "x"}),
    ("GET", "/channels/{channel_id}"): (CONFIGURES, f"/channels/{CH}", None),
    ("PATCH", "/channels/{channel_id}"): (CONFIGURES, f"/channels/{CH}", {"version": 0, "name": "x"}),
    ("DELETE", "/channels/{channel_id}"): (CONFIGURES, "/channels/{spare}", None),
    ("GET", "/channels/{channel_id}/qr.svg"): (CONFIGURES, f"/channels/{CH}/qr.svg", None),
    ("POST", "/channels/{channel_id}/check"): (CONFIGURES, f"/channels/{CH}/check", {}),
    ("POST", "/channels/{channel_id}/secrets"): (CONFIGURES, f"/channels/{CH}/secrets", {"name": "identity_key"}),
}  # fmt: skip


def routes(app: Any) -> Iterator[tuple[str, str]]:
    """Every route of the framework below /api/v1, as the matrix names it."""
    for route in staff_app(app.edge).routes:
        if isinstance(route, HTTPRoute) and route.path.startswith("/api/v1/"):
            path = route.path_format.removeprefix("/api/v1")
            if path.startswith("/schema"):
                continue  # the framework's own pages; see the test below
            for method in route.methods:
                if method not in {"OPTIONS", "HEAD"}:
                    yield method, path


async def test_every_route_has_a_row(house: House) -> None:
    found = set(routes(house.app))
    assert found - MATRIX.keys() == set(), "routes without a row"
    assert MATRIX.keys() - found == set(), "rows without a route"


async def test_a_handler_that_says_nothing_about_rights_is_open_to_nobody(house: House) -> None:
    for path in ("/schema", "/schema/openapi.json", "/schema/anything"):
        assert (await house.admin.get(f"/api/v1{path}")).status == 403
        assert (await house.browser().get(f"/api/v1{path}")).status == 403


async def test_every_route_by_hand_has_a_row() -> None:
    assert {(each.method, each.path) for each in BY_HAND} == VISITOR_MATRIX.keys() | OTHERS


OTHERS = {
    ("WS", "/api/v1/socket"),  # test_frames_of_the_socket
    ("POST", "/hooks/{kind}/{key}"),  # test_bad_input: vendors without proof
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/metrics"),
}


class Place(NamedTuple):
    """What a request is about; made anew for each, since requests change it."""

    ids: dict[str, Any]
    browsers: dict[str, Browser]


class Building:
    """A house with somebody of every role."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.ids: dict[str, Any] = {}
        self.browsers: dict[str, Browser] = {}

    async def furnish(self) -> None:
        house = self.house
        # Rates have their own tests.
        for bucket in ("staff", "visitor", "newcomers", "address", "uploads"):
            setattr(house.app.edge.limits, bucket, NoLimit())
        member, outsider = await house.add_user("Member"), await house.add_user("Outsider")
        await house.put_queue(house.line_id, [member])
        department = await house.admin.post("/api/v1/departments", {"name": "D"})
        key = (await house.admin.post("/api/v1/tokens", {"name": "r", "scopes": ["read"]})).json["token"]
        self.browsers = {
            "nobody": house.browser(),
            "outsider": await house.sign_in("Outsider"),
            "member": await house.sign_in("Member"),
            "admin": house.admin,
            "reader": house.browser(key=key),
        }
        self.ids = {
            "line": house.line_id,
            "channel": house.channel_id,
            "user": outsider,
            "department": department.json["id"],
        }

    async def case(self) -> dict[str, Any]:
        """A fresh conversation in the line, with a file."""
        house = self.house
        visitor = await house.visitor()
        up = await visitor.ask("POST", "/files", raw=b"file")
        said = await visitor.say("words", files=[up.json["id"]])
        rows = (await house.admin.get("/api/v1/conversations?list=all&limit=1")).json["items"]
        details = (await house.admin.get(f"/api/v1/conversations/{rows[0]['id']}")).json
        return {
            **self.ids,
            "conversation": rows[0]["id"],
            "thread": rows[0]["thread_id"],
            "customer": details["customer"]["id"],
            "message": said.json["id"],
            "file": up.json["id"],
        }


class NoLimit:
    def take(self, *_: Any) -> float:
        return 0.0


@pytest.fixture
async def building(house: House) -> Building:
    found = Building(house)
    await found.furnish()
    return found


def got(answer: Answer) -> str:
    return str(answer.status) if answer.status in {401, 403, 404} else "ok"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("role", ROLES)
async def test_rights_of_every_role_on_every_route(building: Building, role: str) -> None:
    wrong = []
    for (method, path), (row, pattern, value) in MATRIX.items():
        ids = await building.case() if any(each in pattern for each in (C, T, M, CU, F)) else dict(building.ids)
        if "{spare}" in pattern:
            line = (await building.house.admin.post("/api/v1/lines", {"name": "Spare"})).json["id"]
            made = {"line_id": line, "kind": "website", "name": "Spare"}
            ids["spare"] = (await building.house.admin.post("/api/v1/channels", made)).json["id"]
        browser = building.browsers[role]
        if path in {"/login", "/logout", "/setup"}:
            browser = building.house.browser()  # without disturbing anybody's session
        more: dict[str, Any] = {"raw": value} if isinstance(value, bytes) else {"value": value}
        if path == "/setup":
            more = {"value": SETUP}
        answer = await browser.ask(method, "/api/v1" + pattern.format(**ids), **more)
        expected = getattr(row, role)
        if path == "/login":
            expected = "401"  # a wrong password; nobody is kept out by his role
        if got(answer) != expected:
            wrong.append(f"{role} {method} {path}: {answer.status} {answer.body[:120]!r}, expected {expected}")
    assert wrong == []


@pytest.mark.timeout(300)
async def test_a_head_may_with_what_his_people_have_what_they_may_and_rate_it(building: Building) -> None:
    """He is in no queue: of everything else he is an outsider."""
    house = building.house
    people = {each["name"]: each["id"] for each in (await house.admin.get("/api/v1/users")).json["items"]}
    led = {"name": "Led", "head_id": await house.add_user("Head"), "member_ids": [people["Member"]]}
    assert (await house.admin.post("/api/v1/departments", led)).status == 201
    head, member = await house.sign_in("Head"), building.browsers["member"]
    wrong = []
    for (method, path), (row, pattern, value) in MATRIX.items():
        if not any(each in pattern for each in (C, T, M, CU, F)):
            continue
        for held in (False, True):
            ids = await building.case()
            if held:
                await member.post(f"/api/v1/conversations/{ids['conversation']}/accept", {})
            answer = await head.ask(method, "/api/v1" + pattern.format(**ids), value=value)
            expected = row.outsider if not held else "ok" if path.endswith("/head-rating") else row.member
            if got(answer) != expected:
                wrong.append(f"{method} {path} {held=}: {answer.status} {answer.body[:120]!r}, expected {expected}")
    assert wrong == []
    found = (await head.get(f"/api/v1/conversations?list=all&operator_id={people['Member']}")).json["items"]
    assert found
    assert {each["operator_id"] for each in found} == {people["Member"]}
    his = (await head.get("/api/v1/conversations?list=all")).json["items"]
    known = [each for each in his if each.get("listening") or each.get("operator_id") != people["Member"]]
    assert his == known, "those of his people do not come into his lists by themselves"


SETUP = {
    "token": "wrong",
    "portal_name": "x",
    "name": "x",
    "email": "x@example.org",
    "password": "a good password",
    "language": "en",
    "time_zone": "UTC",
}


# --- the staff socket ---------------------------------------------------------------------------------------


async def live(browser: Browser, threads: list[int]) -> Socket:
    snapshot = (await browser.get("/api/v1/snapshot")).json
    socket = browser.socket()
    await socket.__aenter__()
    socket.say(
        {
            "type": "subscribe",
            "cursor": snapshot["cursor"],
            "epoch": snapshot["epoch"],
            "threads": threads,
            "lists": ["all", "closed"],
        }
    )
    await socket.hear("ready")
    await socket.silence()
    return socket


async def comes(true: Callable[[], bool], expected: bool) -> bool:
    """Whether it comes true: what is expected is waited for, what is not has a moment to happen all the same."""
    end = asyncio.get_running_loop().time() + (10 if expected else 0.3)
    while not true() and asyncio.get_running_loop().time() < end:  # noqa: ASYNC110 - sockets of tests tell nobody
        await asyncio.sleep(0.01)
    return true()


async def conversation(house: House, conversation_id: int) -> dict[str, Any]:
    found: dict[str, Any] = (await house.admin.get(f"/api/v1/conversations/{conversation_id}")).json["conversation"]
    return found


# role → is told of the conversation, is seen typing by the visitor, may mark it as read
FRAMES = {
    "outsider": (False, False, False),
    "member": (True, True, True),
    "admin": (True, True, False),  # only who holds it has read it for the house
    "reader": (True, False, False),
}


@pytest.mark.parametrize("role", [each for each in ROLES if each != "nobody"])
async def test_frames_of_the_socket(building: Building, role: str) -> None:
    told, types, marks = FRAMES[role]
    house, member = building.house, building.browsers["member"]
    visitor = await house.visitor()
    await visitor.say("first")
    row = (await house.admin.get("/api/v1/conversations?list=all&limit=1")).json["items"][0]
    await member.post(f"/api/v1/conversations/{row['id']}/accept", {"version": row["version"]})
    socket = await live(building.browsers[role], [row["thread_id"]])
    async with visitor.browser.socket(f"{visitor.base}/socket") as window:
        window.say({"type": "hello", "token": visitor.token, "after": 0})
        await window.silence()
        await visitor.say("marker-second")
        assert await comes(lambda: "marker-second" in "".join(socket.told), told) is told
        socket.say({"type": "typing", "thread_id": row["thread_id"]})
        assert await comes(lambda: '"typing"' in "".join(window.told), types) is types
        socket.say({"type": "seen", "thread_id": row["thread_id"], "seq": 99})
        await comes(lambda: False, False)
    async with asyncio.timeout(10):
        while ("unread" not in await conversation(house, row["id"])) is not marks:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.02)
    await socket.__aexit__()


async def test_frames_of_the_socket_for_nobody(building: Building) -> None:
    async with building.browsers["nobody"].socket() as socket:
        assert await socket.ended() == 4001


# --- visitors -----------------------------------------------------------------------------------------------

W = "/api/v1/widget/{key}"
# own token · another visitor's token · no token · a colleague's cookie instead
VISITOR_MATRIX: dict[tuple[str, str], tuple[tuple[str, str, str, str], str, Any]] = {
    ("GET", f"{W}/config"): (("ok", "ok", "ok", "ok"), "/config", None),
    ("POST", f"{W}/session"): (("ok", "ok", "ok", "ok"), "/session", {}),
    ("PATCH", f"{W}/session"): (("ok", "ok", "401", "401"), "/session", {"name": "x"}),
    ("POST", f"{W}/messages"): (("ok", "ok", "401", "401"), "/messages", MESSAGE),
    ("GET", f"{W}/messages"): (("ok", "ok", "401", "401"), "/messages", None),
    ("POST", f"{W}/files"): (("ok", "ok", "401", "401"), "/files", b"content"),
    ("GET", f"{W}/files/{{file_id}}"): (("ok", "404", "401", "401"), "/files/{file}", None),
    ("POST", f"{W}/rating"): (
        ("ok", "404", "401", "401"),
        "/rating",
        {"value": 5, "conversation_id": "{conversation}"},
    ),
    ("POST", f"{W}/press"): (("ok", "ok", "401", "401"), "/press", {"message_id": 1, "key": "x"}),
    ("POST", f"{W}/consent"): (("ok", "ok", "401", "401"), "/consent", {"version": "0"}),
    ("POST", f"{W}/form"): (("ok", "ok", "401", "401"), "/form", {"answers": {}}),
    ("POST", f"{W}/transcript"): (("ok", "ok", "401", "401"), "/transcript", {"email": "x@example.org"}),
    ("WS", f"{W}/socket"): (("ok", "ok", "no", "no"), "/socket", None),
}


async def _as(building: Building, who: int, visitor: Visitor, other: Visitor) -> Browser:
    if who == 2:
        return building.house.browser()
    return [visitor.browser, other.browser, visitor.browser, building.browsers["member"]][who]


@pytest.mark.parametrize("who", range(4), ids=["own", "another", "none", "cookie"])
async def test_rights_of_visitors(building: Building, who: int) -> None:
    wrong = []
    for (method, path), (row, suffix, value) in VISITOR_MATRIX.items():
        visitor, other = await building.house.visitor(), await building.house.visitor()
        up = await visitor.ask("POST", "/files", raw=b"file")
        await visitor.say("first", files=[up.json["id"]])
        await other.say("other")
        rows = (await building.house.admin.get("/api/v1/conversations?list=all&limit=2")).json["items"]
        mine = min(each["id"] for each in rows)
        browser = await _as(building, who, visitor, other)
        if method == "WS":
            async with browser.socket(f"{visitor.base}/socket") as socket:
                socket.say({"type": "hello", "token": browser.key, "after": 0})
                frame = await socket.hear("ready")  # what happens meanwhile may come before it
            result = "no" if frame is None else "ok"
        else:
            body = {**value, "conversation_id": mine} if "rating" in path else value
            more: dict[str, Any] = {"raw": body} if isinstance(body, bytes) else {"value": body}
            url = f"{visitor.base}{suffix.format(file=up.json['id'])}"
            result = got(await browser.ask(method, url, **more))
        if result != row[who]:
            wrong.append(f"{method} {path}: {result}, expected {row[who]}")
    assert wrong == []
