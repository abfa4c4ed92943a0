"""What programs expect of any API: where a new thing stands, what may be asked instead, and never a stack trace."""

import asyncio
from typing import Any

import jwt
import pytest
import uvicorn
from uvicorn.server import ServerState

from openlines.api import one_write
from openlines.api.one_write import CutSockets, OneWrite
from openlines.api.refusals import HttpRefused
from openlines.api.visitor.identity import known, vouched
from openlines.store import StoreUnavailable
from tests.api.house import House

NOW = 1_900_000_000


async def test_what_was_made_is_found_where_the_answer_says(house: House) -> None:
    week = {"name": "Early"}
    for path, value in (
        ("/api/v1/lines", {"name": "Second"}),
        (f"/api/v1/lines/{house.line_id}/copy", {}),
        ("/api/v1/users", {"name": "Boris", "email": "boris@example.org"}),
        ("/api/v1/timetables", week),
    ):
        made = await house.admin.post(path, value, headers={"idempotency-key": f"one {path}"})
        assert made.status == 201, made.body
        found = await house.admin.get(made.headers["location"])
        assert (found.status, found.json["id"]) == (200, made.json["id"])
        again = await house.admin.post(path, value, headers={"idempotency-key": f"one {path}"})
        assert again.headers["location"] == made.headers["location"]
    line_id = (await house.admin.get("/api/v1/lines")).json["items"][-1]["id"]
    chat = {"line_id": line_id, "kind": "website", "name": "Chat", "settings": {}, "secrets": {}}
    made = await house.admin.post("/api/v1/channels", chat)
    assert (await house.admin.get(made.headers["location"])).json["id"] == made.json["id"]
    sent = await house.admin.post("/api/v1/files", raw=b"words", headers={"x-file-name": "a.txt"})
    assert (await house.admin.get(sent.headers["location"])).body == b"words"


async def test_a_conversation_that_staff_begin_is_found_where_the_answer_says(house: House) -> None:
    visitor = await house.visitor()
    await visitor.say("hello")
    row = (await house.admin.get("/api/v1/conversations?list=all")).json["items"][0]
    assert (await house.admin.post(f"/api/v1/conversations/{row['id']}/spam", {})).status == 200
    words = {"client_message_id": "1", "text": "Are you still there?"}
    made = await house.admin.post(f"/api/v1/threads/{row['thread_id']}/conversations", words)
    assert made.status == 201, made.body
    found = await house.admin.get(made.headers["location"])
    assert found.json["conversation"]["id"] == made.json["conversation"]["id"] != row["id"]


async def test_the_description_names_where_new_things_stand(house: House) -> None:
    document = (await house.browser().get("/api/openapi.json")).json
    assert "Location" in document["paths"]["/api/v1/lines"]["post"]["responses"]["201"]["headers"]
    messages = document["paths"]["/api/v1/conversations/{conversation_id}/messages"]["post"]
    assert not messages["responses"]["201"].get("headers")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/config", "GET, OPTIONS"),
        ("GET", "/rating", "OPTIONS, POST"),
        ("PUT", "/messages", "GET, OPTIONS, POST"),
        ("DELETE", "/files/abc", "GET, OPTIONS"),
    ],
)
async def test_a_method_that_is_not_there_names_those_that_are(
    house: House, method: str, path: str, allowed: str
) -> None:
    visitor = await house.visitor()
    answer = await visitor.ask(method, path)
    assert (answer.status, answer.headers["allow"]) == (405, allowed)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/api/v1/widget/{key}/config", "/widget/frame", "/hooks/telegram/{key}", "/try/{key}"]
)
async def test_a_query_of_a_thousand_parts_is_refused_in_words(house: House, path: str) -> None:
    answer = await house.browser().get(f"{path.format(key=house.key)}?{'a=1&' * 1000}lang=en")
    assert answer.status in {400, 404}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_letters_of_any_alphabet_in_a_token_are_no_error(house: House) -> None:
    made = await house.admin.post(f"/api/v1/channels/{house.channel_id}/secrets", {"name": "identity_key"})
    assert made.status == 201, made.body
    for token in ("ols1_dTE.\u00e9\u00e9", "ols1_dTE.", "ols1_\u00e9.x", "ols1_", "olv_" + "\u00e9" * 43):
        answer = await house.browser(key=token).get(f"/api/v1/widget/{house.key}/messages")
        # Nobody knows the first four; the last may be a newcomer's, who has said nothing yet.
        assert answer.status == (200 if token.startswith("olv_") else 401), token
    async with house.browser().socket(f"/api/v1/widget/{house.key}/socket") as socket:
        socket.say({"type": "hello", "token": "ols1_dTE.\u00e9\u0436", "after": 0})
        assert await socket.ended(5) == 4401
    assert known("ols1_dTE.\u0436", "k" * 40) is None


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": "9999999999"},
        {"exp": NOW + 60, "iat": str(NOW - 60)},
        {"exp": float("inf")},
        {"exp": [1]},
        {"exp": NOW + 60, "iat": None},
        {"exp": NOW + 60, "nbf": {}},
        {"exp": NOW + 60, "iat": True},
        {"exp": NOW + 60, "sub": 5},
    ],
)
def test_claims_of_the_wrong_type_are_refused_in_words(claims: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    token = _signed({"sub": "u1", **claims}, "k" * 40)
    with pytest.raises(HttpRefused) as refused:
        vouched(token, "k" * 40, "site", NOW)
    assert refused.value.status == 403


def _signed(claims: dict[str, Any], key: str) -> str:
    """A JWT with whatever claims; the library that reads it would not write all of them."""
    import json

    return jwt.api_jws.encode(json.dumps(claims).encode(), key, algorithm="HS256")


async def test_a_vendor_who_comes_while_the_database_is_away_is_told_to_come_again_and_no_more(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def away(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable("away", retry_after=3.0)

    with monkeypatch.context() as patched:
        patched.setattr(house.app.edge.store, "read", away)
        answer = await house.browser().post("/hooks/telegram/abc", raw=b"{}")
    assert (answer.status, answer.headers["retry-after"]) == (503, "3")
    assert "could not be answered" not in capsys.readouterr().out


# --- what comes over the wire before there is a request -------------------------------------------------------


async def _answering(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


async def _served() -> tuple[asyncio.Server, int]:
    config = uvicorn.Config(_answering, ws="websockets-sansio", log_config=None, lifespan="off")
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: OneWrite(config, state, {}), "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


async def test_a_head_without_end_is_refused_and_not_kept() -> None:
    server, port = await _served()
    async with server:
        for start, piece in (
            (b"GET / HTTP/1.1\r\nX-Long: ", b"x"),
            (b"GET /", b"a"),
            (b"GET / HTTP/1.1\r\n", b"x: y\r\n"),
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(start)
            try:
                for _ in range(100):
                    writer.write(piece * 2000)
                    await writer.drain()
            except ConnectionError:
                pass
            try:
                said = await asyncio.wait_for(reader.read(), 5)
            except ConnectionError:
                said = b"HTTP/1.1 431"  # cut while we were still talking
            assert said.startswith(b"HTTP/1.1 431")
            writer.close()


async def test_ordinary_requests_one_after_another_and_in_pieces_are_answered() -> None:
    server, port = await _served()
    async with server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(40):
            for piece in (b"GET / HT", b"TP/1.1\r\nHost: x\r\n", b"X-Some: " + b"y" * 3000 + b"\r\n", b"\r\n"):
                writer.write(piece)
                await asyncio.sleep(0.001)
            assert b"ok" in await asyncio.wait_for(reader.readuntil(b"ok"), 5)
        writer.close()


@pytest.mark.parametrize("words", [b"", b"GET / HTTP/1.1\r\nHost:", b"\r\n"])
async def test_whoever_does_not_come_to_an_end_is_let_go(words: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_write, "HEAD_WITHIN", 0.2)
    server, port = await _served()
    async with server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(words)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()


async def test_a_dead_socket_is_cut_though_something_waits_to_leave() -> None:
    class Transport:
        closed = aborted = False

        def write(self, data: bytes) -> None: ...
        def is_closing(self) -> bool:
            return self.closed

        def close(self) -> None:
            self.closed = True

        def abort(self) -> None:
            self.aborted = True

        def get_extra_info(self, name: str, default: Any = None) -> Any:
            return default

    config = uvicorn.Config(_answering, ws="websockets-sansio", log_config=None, lifespan="off")
    config.load()
    socket, transport = CutSockets(config, ServerState(), {}), Transport()
    socket.connection_made(transport)  # type: ignore[arg-type]
    socket.keepalive_timeout()
    assert transport.aborted
