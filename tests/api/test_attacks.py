"""Attacks that others have suffered, tried against us. The names are those of the published advisories' list."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from openlines.api.asgi import JSON_BODY_LIMIT
from openlines.realtime.sockets import SIGNED_OUT
from tests.api.asgi_client import HOST, Browser, Socket
from tests.api.house import PASSWORD, House, Visitor

FOREIGN = "https://evil.example"


async def two_lines(house: House) -> tuple[Browser, Browser, Visitor, dict[str, Any]]:
    """An operator of the first line, one of the second, and a visitor who writes to the first."""
    insider, outsider = await house.add_user("Ines"), await house.add_user("Otto")
    await house.put_queue(house.line_id, [insider])
    await house.add_line("Elsewhere", [outsider])
    visitor = await house.visitor()
    await visitor.say("first words")
    row = (await house.admin.get("/api/v1/conversations?list=all")).json["items"][0]
    return await house.sign_in("Ines"), await house.sign_in("Otto"), visitor, row


async def snapshot_socket(browser: Browser, **more: Any) -> Socket:
    """A live socket after a snapshot; whoever asked closes it."""
    snapshot = (await browser.get("/api/v1/snapshot")).json
    socket = browser.socket()
    await socket.__aenter__()
    socket.say({"type": "subscribe", "cursor": snapshot["cursor"], "epoch": snapshot["epoch"], **more})
    await socket.hear("ready")
    return socket


# --- visitors -----------------------------------------------------------------------------------------------


async def test_a11_a_visitor_reads_nothing_of_another(house: House) -> None:
    one, other = await house.visitor(), await house.visitor()
    await one.say("my secret is 4711")
    await other.say("hello")
    rows = (await house.admin.get("/api/v1/conversations?list=all")).json["items"]
    foreign = next(each for each in rows if each["id"] == min(row["id"] for row in rows))
    answers = [
        await other.ask("GET", "/messages?before=1000"),
        await other.ask("POST", "/rating", {"value": 5, "conversation_id": foreign["id"]}),
        await other.ask("POST", "/press", {"message_id": 1, "key": f"rate:5:{foreign['id']}"}),
        await other.ask("GET", f"/messages?thread_id={foreign['thread_id']}"),
    ]
    assert all(b"4711" not in each.body for each in answers)
    assert answers[1].status == 404
    details = (await house.admin.get(f"/api/v1/conversations/{foreign['id']}")).json
    assert "rating" not in details


async def test_a11_a_token_of_one_chat_opens_no_other(house: House) -> None:
    key = await house.add_chat(await house.add_line("Second", []))
    here = await house.visitor()
    await here.say("words for the first chat only")
    there = Visitor(house.browser(key=here.token), key)
    answer = await there.ask("GET", "/messages")
    assert b"words for" not in answer.body


async def test_a12_files_follow_their_thread(house: House) -> None:
    insider, outsider, visitor, _ = await two_lines(house)
    up = await visitor.ask("POST", "/files", raw=b"%PDF-1.4 top secret", headers={"x-file-name": "a.pdf"})
    assert up.status == 201
    file_id = up.json["id"]
    assert len(file_id) >= 22, "128 bits of an id, in base64"
    assert (await visitor.say("see this", files=[file_id])).status == 201
    stranger = await house.visitor()
    statuses = {
        "own visitor": (await visitor.ask("GET", f"/files/{file_id}")).status,
        "other visitor": (await stranger.ask("GET", f"/files/{file_id}")).status,
        "no token": (await house.browser().get(f"{visitor.base}/files/{file_id}")).status,
        "insider": (await insider.get(f"/api/v1/files/{file_id}")).status,
        "outsider": (await outsider.get(f"/api/v1/files/{file_id}")).status,
        "nobody": (await house.browser().get(f"/api/v1/files/{file_id}")).status,
    }
    assert statuses == {
        "own visitor": 200,
        "other visitor": 404,
        "no token": 401,
        "insider": 200,
        "outsider": 404,
        "nobody": 401,
    }
    assert (await stranger.say("mine now", files=[file_id])).status == 422


# --- the socket ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "subscribe", "cursor": 0, "epoch": "", "threads": [1], "lists": ["all"]},
        {"type": "typing", "thread_id": 1},
        {"type": "seen", "thread_id": 1, "seq": 99},
        {"type": "delete", "thread_id": None},
        {"type": None},
    ],
)
async def test_a13_no_command_before_signing_in(house: House, frame: Any) -> None:
    async with house.browser().socket() as socket:
        socket.say(frame)
        assert await socket.ended() == SIGNED_OUT
    assert socket.told == []


async def test_a13_no_command_after_signing_out(house: House) -> None:
    browser = await house.sign_in("Ann")
    socket = await snapshot_socket(browser)
    await browser.post("/api/v1/logout")
    assert await socket.ended(within=5) == SIGNED_OUT
    async with browser.socket() as again:
        assert await again.ended() == SIGNED_OUT


async def test_a14_the_socket_asks_for_the_same_rights_as_rest(house: House) -> None:
    _, outsider, visitor, row = await two_lines(house)
    thread = row["thread_id"]
    assert (await outsider.get(f"/api/v1/threads/{thread}/messages")).status == 404
    socket = await snapshot_socket(outsider, threads=[thread], lists=["all", "closed"])
    async with visitor.browser.socket(f"{visitor.base}/socket") as window:
        window.say({"type": "hello", "token": visitor.token, "after": 0})
        await window.hear("ready")
        await window.silence()
        socket.say({"type": "typing", "thread_id": thread})
        socket.say({"type": "seen", "thread_id": thread, "seq": 5})
        window.say({"type": "typing", "text": "top secret"})
        await visitor.say("second words")
        heard = await window.silence()
    assert all(each["type"] != "typing" for each in heard)
    told = json.dumps(await socket.silence())
    assert "secret" not in told
    assert "words" not in told
    assert f'"thread_id": {thread}' not in told
    await socket.__aexit__()


async def test_a15_reading_is_not_writing(house: House) -> None:
    visitor = await house.visitor()
    await visitor.say("hello")
    row = (await house.admin.get("/api/v1/conversations?list=all")).json["items"][0]
    await house.admin.post(f"/api/v1/conversations/{row['id']}/accept", {"version": row["version"]})
    key = (await house.admin.post("/api/v1/tokens", {"name": "reader", "scopes": ["read"]})).json["token"]
    reader = house.browser(key=key)
    assert (await reader.get(f"/api/v1/threads/{row['thread_id']}/messages")).status == 200
    said = await reader.post(
        f"/api/v1/conversations/{row['id']}/messages", {"client_message_id": "x", "text": "not allowed"}
    )
    assert (said.status, said.code) == (403, "scope_missing")
    socket = await snapshot_socket(reader, threads=[row["thread_id"]])
    socket.say({"type": "seen", "thread_id": row["thread_id"], "seq": 99})
    await socket.silence()
    assert (await house.admin.get(f"/api/v1/conversations/{row['id']}")).json["conversation"]["unread"] == 1
    await socket.__aexit__()


@pytest.mark.parametrize("password", ["", "x", PASSWORD + "x", PASSWORD.upper(), PASSWORD[:-1], "\x00", "🔑" * 50])
async def test_a16_only_the_password_opens(house: House, password: str) -> None:
    answer = await house.browser().post("/api/v1/login", {"email": "ann@example.org", "password": password})
    assert (answer.status, answer.code, answer.cookies) == (401, "bad_credentials", {})


@pytest.mark.parametrize("credential", ["ols_", "ols_" + "a" * 43, "olt_" + "a" * 43, "null", "undefined", "' OR 1=1"])
async def test_a16_only_our_own_cookies_and_keys_open(house: House, credential: str) -> None:
    stranger = house.browser()
    stranger.cookies["__Host-openlines"] = credential
    assert (await stranger.get("/api/v1/me")).status == 401
    assert (await house.browser(key=credential).get("/api/v1/me")).status == 401


CONFUSED: list[Any] = [{"$ne": None}, {"$gt": ""}, ["a", "b"], [], {}, 0, 1.5, True, None, "x" * 5000]


@pytest.mark.parametrize("value", CONFUSED, ids=[repr(each)[:20] for each in CONFUSED])
async def test_a18_no_other_type_where_a_text_is_meant(house: House, value: Any) -> None:
    bodies = {
        "/api/v1/login": [{"email": value, "password": PASSWORD}, {"email": "ann@example.org", "password": value}],
        "/api/v1/setup": [{"token": value}],
        "/api/v1/users": [{"name": value, "email": value, "role": value}],
        "/api/v1/lines": [{"name": value}],
        "/api/v1/tokens": [{"name": "x", "scopes": value}],
    }
    for path, tried in bodies.items():
        for body in tried:
            answer = await house.browser().post(path, body) if "log" in path else await house.admin.post(path, body)
            allowed = isinstance(value, str) and path == "/api/v1/lines"
            assert 400 <= answer.status < 500 or allowed, (path, body, answer.status, answer.body)
            assert answer.headers["content-type"] == "application/problem+json"


# --- sign-ins -----------------------------------------------------------------------------------------------


async def test_a22_a_planted_cookie_is_worth_nothing(house: House) -> None:
    planted = "ols_" + "p" * 43
    victim = house.browser()
    victim.cookies["__Host-openlines"] = planted
    await victim.post("/api/v1/login", {"email": "ann@example.org", "password": PASSWORD})
    assert victim.cookies["__Host-openlines"] != planted
    thief = house.browser()
    thief.cookies["__Host-openlines"] = planted
    assert (await thief.get("/api/v1/me")).status == 401


async def test_a22_every_sign_in_and_new_password_changes_the_cookie(house: House) -> None:
    browser = await house.sign_in("Ann")
    seen = [browser.cookies["__Host-openlines"]]
    await browser.post("/api/v1/login", {"email": "ann@example.org", "password": PASSWORD})
    seen.append(browser.cookies["__Host-openlines"])
    await browser.post("/api/v1/me/password", {"current": PASSWORD, "new": "another good one"})
    seen.append(browser.cookies["__Host-openlines"])
    assert len(set(seen)) == 3
    for old in seen[:-1]:
        thief = house.browser()
        thief.cookies["__Host-openlines"] = old
        assert (await thief.get("/api/v1/me")).status == 401
    assert (await browser.get("/api/v1/me")).status == 200


async def test_a22_the_cookie_belongs_to_this_host_and_no_script(house: House) -> None:
    answer = await house.browser().post("/api/v1/login", {"email": "ann@example.org", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("__host-openlines=")
    assert all(each in cookie for each in ("secure", "httponly", "samesite=lax", "path=/"))
    assert "domain" not in cookie


async def test_a23_what_opens_is_long_and_stored_nowhere(house: House, tmp_path: Path) -> None:
    cookie = house.admin.cookies["__Host-openlines"]
    key = (await house.admin.post("/api/v1/tokens", {"name": "p", "scopes": ["read"]})).json["token"]
    visitor = await house.visitor()
    await visitor.say("hello")
    others = [(await house.visitor()).token for _ in range(3)]
    for secret in (cookie, key, visitor.token, house.app.setup_token):
        assert len(secret) >= 43
    assert len({visitor.token, *others}) == 4
    kept = b"".join(each.read_bytes() for each in (tmp_path / "data").iterdir() if each.name.startswith("portal.db"))
    secrets = (cookie, key, visitor.token, house.app.setup_token, PASSWORD)
    found = [each for each in secrets if each.encode() in kept]
    assert found == []


async def test_a24_guessing_gets_slower_for_account_and_address(house: House) -> None:
    thief = house.browser(address="203.0.113.66")
    answers = [
        await thief.post("/api/v1/login", {"email": "ann@example.org", "password": f"wrong {n}"}) for n in range(9)
    ]
    assert answers[0].status == 401
    assert answers[-1].status == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    elsewhere = house.browser(address="203.0.113.67")
    by_account = await elsewhere.post("/api/v1/login", {"email": "ann@example.org", "password": "wrong"})
    assert by_account.status == 429, "another address does not help against the same account"


async def test_a24_unknown_and_known_addresses_look_alike(house: House) -> None:
    async def tried(email: str) -> tuple[int, bytes, float]:
        """With the processor's time, that of the hash: what else runs on the machine does not count."""
        began = time.process_time()
        answer = await house.browser().post("/api/v1/login", {"email": email, "password": "wrong"})
        return answer.status, answer.body, time.process_time() - began

    await tried("nobody0@example.org")
    known = [await tried("ann@example.org") for _ in range(3)]
    unknown = [await tried(f"nobody{n}@example.org") for n in range(1, 4)]
    assert {each[:2] for each in known} == {each[:2] for each in unknown}
    assert min(each[2] for each in unknown) > 0.3 * min(each[2] for each in known), "the hash is worked out for both"


async def test_a25_a_new_password_ends_the_other_sign_ins_within_a_second(house: House) -> None:
    here, there = await house.sign_in("Ann"), await house.sign_in("Ann")
    mine, other = await snapshot_socket(here), await snapshot_socket(there)
    answer = await here.post("/api/v1/me/password", {"current": PASSWORD, "new": "another good one"})
    assert answer.status == 204
    assert await other.ended(within=5) == SIGNED_OUT
    assert (await there.get("/api/v1/me")).status == 401
    assert (await here.get("/api/v1/me")).status == 200
    mine.say({"type": "subscribe", "threads": []})
    await asyncio.sleep(0.1)
    assert mine.closed is None, "the one who changed it stays"
    await mine.__aexit__()


async def test_a25_switching_somebody_off_ends_everything_of_his(house: House) -> None:
    user_id = await house.add_user("Boris")
    await house.put_queue(house.line_id, [user_id])
    browser = await house.sign_in("Boris")
    key = house.browser(key=(await browser.post("/api/v1/tokens", {"name": "p", "scopes": ["read"]})).json["token"])
    by_cookie, by_key = await snapshot_socket(browser), await snapshot_socket(key)
    version = (await house.admin.get(f"/api/v1/users/{user_id}")).json["version"]
    answer = await house.admin.patch(f"/api/v1/users/{user_id}", {"version": version, "active": False})
    assert answer.status == 200
    assert await by_cookie.ended(within=5) == SIGNED_OUT
    assert await by_key.ended(within=5) == SIGNED_OUT
    assert (await browser.get("/api/v1/me")).status == 401
    assert (await key.get("/api/v1/me")).status == 401


async def test_a25_a_revoked_key_is_dead_at_once(house: House) -> None:
    made = (await house.admin.post("/api/v1/tokens", {"name": "p", "scopes": ["read"]})).json
    program = house.browser(key=made["token"])
    socket = await snapshot_socket(program)
    await house.admin.delete(f"/api/v1/tokens/{made['id']}")
    assert await socket.ended(within=5) == SIGNED_OUT
    assert (await program.get("/api/v1/me")).status == 401


async def test_a31_a_key_never_has_more_rights_than_its_user(house: House) -> None:
    await house.add_user("Boris")
    browser = await house.sign_in("Boris")
    for scope in ("manage", "admin"):
        answer = await browser.post("/api/v1/tokens", {"name": "p", "scopes": [scope]})
        assert (answer.status, answer.json["fields"]["scopes"]["code"]) == (422, "scope_too_wide")
    boss = await house.add_user("Carla", role="administrator")
    key = (await (await house.sign_in("Carla")).post("/api/v1/tokens", {"name": "p", "scopes": ["admin"]})).json[
        "token"
    ]
    program = house.browser(key=key)
    assert (await program.get("/api/v1/users")).status == 200
    version = (await house.admin.get(f"/api/v1/users/{boss}")).json["version"]
    await house.admin.patch(f"/api/v1/users/{boss}", {"version": version, "role": "operator"})
    assert (await program.get("/api/v1/users")).status in {401, 403}


# --- what leaves the server ---------------------------------------------------------------------------------


async def test_a30_forbidden_things_are_not_sent_rather_than_hidden(house: House) -> None:
    insider, outsider, visitor, row = await two_lines(house)
    watching = await snapshot_socket(outsider, threads=[row["thread_id"]], lists=["all", "closed"])
    version = row["version"]
    path = f"/api/v1/conversations/{row['id']}"
    version = (await insider.post(f"{path}/accept", {"version": version})).json["conversation"]["version"]
    await insider.post(f"{path}/messages", {"client_message_id": "1", "text": "marker-reply"})
    await insider.post(f"{path}/messages", {"client_message_id": "2", "text": "marker-note", "note": True})
    await visitor.say("marker-words")
    await visitor.ask("PATCH", "/session", {"name": "marker-name", "email": "marker@example.org"})
    await insider.post(f"{path}/finish", {"now": True})
    await watching.silence(0.4)
    told = "".join(watching.told)
    assert "marker" not in told
    assert f'"thread_id":{row["thread_id"]}' not in told
    await watching.__aexit__()


async def test_a29_whoever_loses_sight_loses_it_everywhere_at_once(house: House) -> None:
    insider, outsider, visitor, row = await two_lines(house)
    path, thread = f"/api/v1/conversations/{row['id']}", row["thread_id"]
    watching = await snapshot_socket(insider, threads=[thread], lists=["all"])
    lines = {each["name"]: each["id"] for each in (await house.admin.get("/api/v1/lines")).json["items"]}
    moved = await house.admin.post(f"{path}/transfer", {"line_id": lines["Elsewhere"]})
    assert moved.status == 200, moved.body
    frame = await watching.hear("changes")
    while "gone" not in frame:
        frame = await watching.hear("changes")
    assert frame["gone"] == [row["id"]]
    heard = len(watching.told)
    await visitor.say("marker-after")
    await watching.silence()
    assert "marker" not in "".join(watching.told[heard:])
    assert (await insider.get(path)).status == 404
    assert (await insider.get(f"/api/v1/threads/{thread}/messages")).status == 404
    assert (await outsider.get(path)).status == 200
    await watching.__aexit__()


# --- floods and nonsense ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "[]",
        "null",
        "true",
        '"subscribe"',
        '{"type":"subscribe","threads":"all"}',
        '{"type":"subscribe","threads":[null]}',
        '{"type":"subscribe","cursor":"1"}',
        '{"type":"typing"}',
        '{"type":"typing","thread_id":{"$ne":null}}',
        '{"type":"seen","thread_id":[1],"seq":[1]}',
        "[" * 5000,
        '{"type":"subscribe","threads":[' + ",".join(["1"] * 40000) + "]}",
        "\ud800",
    ],
)
async def test_a32_a33_no_frame_hurts_the_server(house: House, frame: str) -> None:
    async with house.admin.socket() as socket:
        socket.say(frame)
        assert await socket.ended() == 4400
    assert (await house.browser().get("/healthz")).status == 200


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"\x80" * 1000, b"{" * 70_000])
async def test_a32_binary_frames_that_are_no_text(house: House, data: bytes) -> None:
    async with house.admin.socket() as socket:
        socket.say_bytes(data)
        assert await socket.ended() == 4400
    visitor = await house.visitor()
    async with visitor.browser.socket(f"{visitor.base}/socket") as window:
        window.say_bytes(data)
        assert await window.ended() >= 4000


async def test_a34_a_large_body_is_refused_before_it_is_read(house: House) -> None:
    read = 0

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b"x" * 65536, "more_body": True}

    visitor = await house.visitor()
    paths = {
        "/api/v1/login": "",
        f"{visitor.base}/messages": f"Bearer {visitor.token}",
        f"{visitor.base}/files": f"Bearer {visitor.token}",
        "/api/v1/lines": "",
    }
    for path, authorization in paths.items():
        for announced in (True, False):
            read = 0
            sent: list[Any] = []
            size = b"1000000000" if announced else b""
            if "files" in path and not announced:
                continue  # its cap is the file limit; it streams to disk and stops there
            headers = [(b"host", HOST.encode()), (b"content-type", b"application/json")]
            headers += [(b"content-length", size)] if announced else []
            headers += [(b"authorization", authorization.encode())] if authorization else []
            headers += [(b"cookie", f"__Host-openlines={house.admin.cookies['__Host-openlines']}".encode())]
            scope = {
                "type": "http", "method": "POST", "scheme": "https", "path": path, "raw_path": path.encode(),
                "query_string": b"", "root_path": "", "headers": headers, "client": ("203.0.113.9", 1), "state": {},
                "asgi": {"version": "3.0"}, "http_version": "1.1", "server": (HOST, 443), "extensions": {},
            }  # fmt: skip

            async def send(message: Any, sent: list[Any] = sent) -> None:
                sent.append(message)

            await house.app(scope, receive, send)
            assert sent[0]["status"] == 413, path
            assert json.loads(sent[1]["body"])["code"] in {"too_large", "file_too_large"}
            assert read <= (0 if announced else JSON_BODY_LIMIT // 65536 + 2), path


async def test_a35_a_flood_of_frames_ends_the_connection(house: House) -> None:
    async with house.admin.socket() as socket:
        for _ in range(300):
            socket.say({"type": "typing", "thread_id": 1})
        assert await socket.ended() == 4429


async def test_a35_a_flood_of_messages_is_slowed_down_and_nothing_is_lost(house: House) -> None:
    visitor = await house.visitor()
    answers = [await visitor.say(f"n{n}", id_=f"n{n}") for n in range(40)]
    refused = [each for each in answers if each.status == 429]
    assert refused
    assert all(int(each.headers["retry-after"]) >= 1 for each in refused)
    kept = [each["text"] for each in (await visitor.ask("GET", "/messages?limit=100")).json["items"]]
    assert [each for each in kept if each.startswith("n")] == [
        f"n{n}" for n, each in enumerate(answers) if each.status == 201
    ]


async def test_a35_a_flood_of_newcomers_is_slowed_down(house: House) -> None:
    browser = house.browser(address="198.51.100.200")
    statuses = [(await browser.post(f"/api/v1/widget/{house.key}/session", {})).status for _ in range(200)]
    assert statuses[0] == 200
    assert 429 in statuses


async def test_a35_a_flood_of_requests_of_one_colleague_is_slowed_down(house: House) -> None:
    statuses = [(await house.admin.get("/api/v1/me")).status for _ in range(500)]
    assert 429 in statuses


# --- other people's pages -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": FOREIGN, "sec-fetch-site": "cross-site"},
        {"origin": FOREIGN, "sec-fetch-site": ""},
        {"origin": "", "sec-fetch-site": "cross-site"},
        {"origin": "", "sec-fetch-site": "same-site"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": f"http://{HOST}", "sec-fetch-site": ""},
        {"origin": f"https://{HOST}.evil.example", "sec-fetch-site": ""},
    ],
)
async def test_a37_another_site_cannot_act_for_us(house: House, headers: dict[str, str]) -> None:
    tried = {
        "signed in": await house.admin.post("/api/v1/lines", {"name": "planted"}, headers=headers),
        "sign in": await house.browser().post(
            "/api/v1/login", {"email": "ann@example.org", "password": PASSWORD}, headers=headers
        ),
        "sign out": await house.admin.post("/api/v1/logout", {}, headers=headers),
        "set up": await house.browser().post("/api/v1/setup", {"token": "x"}, headers=headers),
    }
    assert {name: (each.status, each.code) for name, each in tried.items()} == dict.fromkeys(tried, (403, "cross_site"))
    assert (await house.admin.get("/api/v1/me")).status == 200


async def test_a37_another_site_cannot_listen(house: House) -> None:
    async with house.admin.socket(headers={"origin": FOREIGN}) as socket:
        assert await socket.ended() == SIGNED_OUT
    assert socket.told == []


async def test_a37_a_key_is_no_cookie(house: House) -> None:
    key = (await house.admin.post("/api/v1/tokens", {"name": "p", "scopes": ["manage"]})).json["token"]
    program = house.browser(key=key)
    answer = await program.post("/api/v1/lines", {"name": "By a program"}, headers={"origin": FOREIGN})
    assert answer.status == 201, "no browser adds an Authorization header by itself"
    refused = await program.post("/api/v1/tokens", {"name": "more", "scopes": ["admin"]})
    assert (refused.status, refused.code) == (403, "cookie_needed")


async def test_a21_only_our_own_proxies_say_who_is_asking(house: House) -> None:
    spoofing = house.browser(address="203.0.113.80")
    for n in range(30):
        await spoofing.post(
            "/api/v1/login",
            {"email": f"x{n}@example.org", "password": "wrong"},
            headers={"x-forwarded-for": f"192.0.2.{n}"},
        )
    answer = await spoofing.post("/api/v1/login", {"email": "y@example.org", "password": "wrong"})
    assert answer.status == 429, "the address counted is the real one"
    proxied = house.browser(address="127.0.0.1")
    answer = await proxied.post(
        "/api/v1/login",
        {"email": "z@example.org", "password": "wrong"},
        headers={"x-forwarded-for": "203.0.113.80, 192.0.2.5"},
    )
    assert answer.status == 401, "behind our proxy the last foreign address counts"
