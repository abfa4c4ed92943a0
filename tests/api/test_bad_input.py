"""Whatever is sent, the answer is a clear refusal or harmless text; nothing is lost, nothing breaks."""

import logging
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from openlines.store import channels
from openlines.store.tx import Reader
from tests.api.asgi_client import Answer, Browser
from tests.api.house import PASSWORD, House

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}${7*7}"
BROKEN = {
    "not json": b"{",
    "empty": b"",
    "half a text": b'{"text": "abc',
    "trailing": b'{"text":"x"} x',
    "no utf-8": b'{"text":"\xff\xfe"}',
    "lone surrogate": b'{"client_message_id":"s","text":"\\ud800"}',
    "deep": b'{"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "endless number": b'{"client_message_id":"n","text":"x","files":[1e999]}',
    "nan": b'{"client_message_id":NaN,"text":"x"}',
    "huge integer": b'{"version":' + b"9" * 5000 + b"}",
    "array": b"[]",
    "text": b'"text"',
    "null": b"null",
    "xml": b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>",
}


def clear(answer: Answer) -> None:
    """A refusal that says what is wrong, in the shape of all refusals."""
    assert 400 <= answer.status < 500, (answer.status, answer.body[:200])
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json
    assert problem["status"] == answer.status
    assert problem["code"]
    assert problem["detail"]


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
async def test_broken_bodies_are_refused_clearly(house: House, body: bytes) -> None:
    visitor = await house.visitor()
    await visitor.say("hello")
    tried = [
        await visitor.ask("POST", "/messages", raw=body),
        await visitor.ask("POST", "/rating", raw=body),
        await house.admin.post("/api/v1/lines", raw=body, headers={"content-type": "application/json"}),
        await house.admin.patch("/api/v1/lines/1", raw=body, headers={"content-type": "application/json"}),
        await house.admin.post(
            "/api/v1/conversations/1/messages", raw=body, headers={"content-type": "application/json"}
        ),
        await house.browser().post("/api/v1/login", raw=body, headers={"content-type": "application/json"}),
    ]
    for answer in tried:
        clear(answer)
    items = (await visitor.ask("GET", "/messages")).json["items"]
    assert [each["text"] for each in items if each["author"] == "customer"] == ["hello"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_other_content_types_change_nothing(house: House, content_type: str) -> None:
    answer = await house.admin.post("/api/v1/lines", raw=b"name=x", headers={"content-type": content_type})
    clear(answer)
    if content_type:
        assert (answer.status, answer.json["code"]) == (415, "unsupported_media_type")


async def test_nul_is_kept_as_a_sign_of_itself(house: House) -> None:
    visitor = await house.visitor()
    assert (await visitor.say("a\x00b")).status == 201
    row = (await house.admin.get("/api/v1/conversations?list=all")).json["items"][0]
    said = await house.admin.post(
        f"/api/v1/conversations/{row['id']}/messages", {"client_message_id": "1", "text": "c\x00d"}
    )
    assert said.status == 201
    texts = [each.get("text") for each in (await visitor.ask("GET", "/messages")).json["items"]]
    assert "a\u2400b" in texts
    assert "c\u2400d" in texts


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b" * 0])
async def test_a_message_needs_words(house: House, text: str) -> None:
    answer = await (await house.visitor()).say(text)
    clear(answer)
    assert answer.json["fields"]["text"]["code"] == "text_needed"


async def test_a_message_has_a_limit_and_says_so(house: House) -> None:
    visitor = await house.visitor()
    assert (await visitor.say("я" * 4000)).status == 201
    answer = await visitor.say("я" * 4001)
    clear(answer)
    assert answer.json["fields"]["text"]["params"] == {"most": 4000}


@pytest.mark.parametrize("value", [1, None, True, [], {}, "x" * 2000], ids=["1", "null", "true", "[]", "{}", "long"])
async def test_a_field_called_language_is_looked_at_like_any_other(house: House, value: Any) -> None:
    """The framework hands handlers something of the same name, and took such a field for a fault of ours."""
    for answer in (
        await house.admin.patch("/api/v1/me", {"language": value}),
        await house.admin.patch("/api/v1/portal/settings", {"language": value}),
        await house.admin.patch("/api/v1/users/1", {"version": 1, "language": value}),
        await house.admin.post("/api/v1/users", {"name": "B", "email": "b@example.org", "language": value}),
    ):
        clear(answer)
        assert answer.status == 422
        assert "language" in answer.json["fields"]


async def test_an_empty_file_is_refused_before_anybody_is_to_send_it(house: House) -> None:
    visitor = await house.visitor()
    for answer in (
        await house.admin.post("/api/v1/files", raw=b"", headers={"x-file-name": "a.txt"}),
        await visitor.ask("POST", "/files", raw=b"", headers={"x-file-name": "a.txt"}),
    ):
        clear(answer)
        assert (answer.status, answer.json["code"]) == (422, "file_empty")


UNKNOWN = ["0", "-1", "999999999", "9007199254740993", "99999999999999999999999", "abc", "1e3", "1;drop", "%00", "'"]


@pytest.mark.parametrize("id_", UNKNOWN)
async def test_unknown_ids_do_not_exist(house: House, id_: str) -> None:
    for path in ("conversations", "lines", "channels", "users", "customers"):
        answer = await house.admin.get(f"/api/v1/{path}/{id_}")
        assert answer.status in {400, 404, 405, 422}, (path, answer.status, answer.body)
        assert answer.json["code"]
    answer = await house.admin.get(f"/api/v1/threads/{id_}/messages")
    assert answer.status in {400, 404, 422}, answer.body
    answer = await house.admin.get(f"/api/v1/files/{id_}")
    assert answer.status == 404


QUERIES = [
    "list=nothing",
    "list=all&limit=0",
    "list=all&limit=100000",
    "list=all&limit=x",
    "list=all&cursor=x",
    "list=all&line_id=x",
    "list=all&cursor=99999999999999999999999",
]


@pytest.mark.parametrize("query", QUERIES)
async def test_wrong_filters_are_named(house: House, query: str) -> None:
    clear(await house.admin.get(f"/api/v1/conversations?{query}"))


@pytest.mark.parametrize("words", ["%", "_", "\\", "'", '"', "a' OR '1'='1", "%00", "\ud7ff", "😀" * 40])
async def test_search_words_are_only_words(house: House, words: str) -> None:
    visitor = await house.visitor()
    await visitor.say("plain")
    answer = await house.admin.get(f"/api/v1/conversations?list=all&q={quote(words)}")
    assert answer.status == 200
    assert answer.json["items"] == []


WRONG_TYPES: list[tuple[str, str, Any]] = [
    ("PATCH", "/lines/1", {"version": "1"}),
    ("PATCH", "/lines/1", {"version": 1, "settings": []}),
    ("PATCH", "/lines/1", {"version": 1, "settings": {"queue_time": "60"}}),
    ("PATCH", "/lines/1", {"version": 1, "settings": {"queue_time": 59}}),
    ("PATCH", "/lines/1", {"version": 1, "settings": {"queue_time": 43201}}),
    ("PATCH", "/lines/1", {"version": 1, "settings": {"week": [[{"from": 9, "to": "18:00"}]]}}),
    ("PATCH", "/lines/1", {"version": 1, "settings": {"week": "always"}}),
    ("PATCH", "/lines/1", {"version": 1, "settings": {"greeting": {"de": "Hallo"}}}),
    ("PATCH", "/lines/1", {"version": 1, "settings": {"greeting": {"en": "Hi {nobody}"}}}),
    ("PATCH", "/lines/1", {"version": 1, "settings": {"no_such_setting": 1}}),
    ("PATCH", "/lines/1", {"version": 1, "colour": "red"}),
    ("PUT", "/lines/1/queue", {"version": 1, "members": [{"user_id": 1, "department_id": 1}]}),
    ("PUT", "/lines/1/queue", {"version": 1, "members": [{}]}),
    ("PUT", "/lines/1/queue", {"version": 1, "members": [{"user_id": 999}]}),
    ("POST", "/channels", {"line_id": 1, "kind": "carrier pigeon", "name": "x"}),
    ("POST", "/channels", {"line_id": 999, "kind": "website", "name": "x"}),
    ("POST", "/channels", {"line_id": 1, "kind": "website", "name": "x", "settings": {"accent": "red"}}),
    ("POST", "/users", {"name": "x", "email": "no address", "role": "operator"}),
    ("POST", "/users", {"name": "x", "email": "ANN@example.org", "role": "operator"}),
    ("POST", "/users", {"name": "x", "email": "x@example.org", "role": "king"}),
    ("POST", "/users", {"name": "x", "email": "x@example.org", "password": "short"}),
    ("POST", "/users", {"name": "x", "email": "x@example.org", "password": "password"}),
    ("POST", "/departments", {"name": "x", "parent_id": 77}),
    ("PATCH", "/me", {"language": "de"}),
    ("PATCH", "/me", {"time_zone": "Mars/Olympus"}),
    ("PATCH", "/me", {"role": "administrator"}),
    ("PUT", "/me/presence", {"state": "asleep"}),
    ("POST", "/conversations/1/snooze", {"until": "tomorrow"}),
    ("POST", "/conversations/1/snooze", {"until": "2030-01-01T00:00:00"}),
    ("POST", "/conversations/1/transfer", {}),
    ("POST", "/conversations/1/transfer", {"user_id": 1, "line_id": 1}),
    ("POST", "/conversations/1/messages", {"client_message_id": "", "text": "x"}),
    ("POST", "/conversations/1/messages", {"client_message_id": "x", "text": "x", "files": ["nothing"]}),
    ("POST", "/conversations/1/messages", {"client_message_id": "x", "text": "x", "reply_to": 999}),
]


@pytest.mark.parametrize(("method", "path", "value"), WRONG_TYPES, ids=[f"{m} {p} {v}"[:60] for m, p, v in WRONG_TYPES])
async def test_wrong_values_are_named(house: House, method: str, path: str, value: Any) -> None:
    await (await house.visitor()).say("hello")
    answer = await house.admin.ask(method, f"/api/v1{path}", value)
    clear(answer)
    assert answer.status in {404, 409, 422}, answer.body
    problem = answer.json
    if answer.status == 422:
        assert problem["fields"], problem
        assert all(each["message"] for each in problem["fields"].values())


async def test_refusals_are_worded_in_the_readers_language(house: House) -> None:
    house.admin.language = "ru"
    answer = await house.admin.get("/api/v1/lines/999")
    assert answer.json["detail"].startswith("Здесь ничего нет")
    house.admin.language = "en"
    assert (await house.admin.get("/api/v1/lines/999")).json["detail"].startswith("There is nothing here")


async def test_script_stays_text_everywhere(house: House) -> None:
    visitor = await house.visitor()
    await visitor.browser.post(
        f"{visitor.base}/session", {"token": visitor.token, "page": SCRIPT, "title": SCRIPT, "referrer": SCRIPT}
    )
    await visitor.say(SCRIPT)
    await visitor.ask("PATCH", "/session", {"name": SCRIPT, "data": {SCRIPT[:64]: SCRIPT}})
    up = await visitor.ask(
        "POST", "/files", raw=SCRIPT.encode(), headers={"x-file-name": "x.html", "content-type": "text/html"}
    )
    await visitor.say("file", files=[up.json["id"]])
    row = (await house.admin.get("/api/v1/conversations?list=all")).json["items"][0]
    details = (await house.admin.get(f"/api/v1/conversations/{row['id']}")).json
    assert details["customer"]["name"] == SCRIPT[:200]
    messages = (await house.admin.get(f"/api/v1/threads/{row['thread_id']}/messages")).json["items"]
    assert SCRIPT in [each.get("text") for each in messages]
    down = await house.admin.get(f"/api/v1/files/{up.json['id']}")
    assert down.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in down.headers["content-security-policy"]
    assert down.headers["x-content-type-options"] == "nosniff"
    assert "html" not in down.headers["content-type"]


EVIL_NAMES = [
    "../../etc/passwd",
    "a\r\nSet-Cookie: x=1",
    "exe.\u202egpj",
    "x" * 400 + ".txt",
    "",
    "a/b\\c.txt",
    "\x00.png",
]


@pytest.mark.parametrize("name", EVIL_NAMES)
async def test_names_of_files_lead_nowhere(house: House, name: str, tmp_path: Path) -> None:
    up = await house.admin.post("/api/v1/files", raw=b"content", headers={"x-file-name": quote(name)})
    assert up.status == 201, up.body
    shown = up.json["name"]
    assert len(shown) <= 150
    assert not set(shown) & set("/\\\r\n\x00\u202e")
    down = await house.admin.get(f"/api/v1/files/{up.json['id']}")
    assert down.body == b"content"
    assert "\r" not in down.headers["content-disposition"]
    outside = _outside(tmp_path)
    assert outside == []


def _outside(folder: Path) -> list[Path]:
    return [each for each in folder.rglob("*") if each.is_file() and "data" not in each.parts]


HOSTILE_HEADERS = [
    {"host": ""},
    {"host": "evil.example\r\nx: y"},
    {"content-length": "-1"},
    {"content-length": "abc"},
    {"content-length": "9" * 30},
    {"authorization": "Bearer " + "x" * 10_000},
    {"authorization": "Basic " + "x" * 100},
    {"cookie": "=;=;" * 1000},
    {"cookie": '__Host-openlines="\\"'},
    {"accept-language": "x" * 10_000},
    {"accept-language": ";q=,q=;q=1e999,ru;q=nan"},
    {"idempotency-key": "k" * 10_000},
    {"x-forwarded-for": "999.999.999.999, ::g, ,"},
]


@pytest.mark.parametrize("headers", HOSTILE_HEADERS, ids=[repr(each)[:40] for each in HOSTILE_HEADERS])
async def test_headers_of_strangers(house: House, headers: dict[str, str]) -> None:
    visitor = await house.visitor()
    answers = [
        await house.browser().get("/api/v1/portal", headers=headers),
        await house.admin.post("/api/v1/lines", {"name": "x"}, headers=headers),
        await visitor.browser.post(
            f"{visitor.base}/messages", {"client_message_id": "1", "text": "x"}, headers=headers
        ),
        await house.browser().get("/", headers=headers),
    ]
    assert all(each.status < 500 or each.json["code"] == "not_built" for each in answers), [e.status for e in answers]


async def test_a_key_says_once_however_often_it_is_repeated(house: House) -> None:
    headers = {"idempotency-key": "one"}
    answers = [await house.admin.post("/api/v1/lines", {"name": "Once"}, headers=headers) for _ in range(3)]
    assert {each.body for each in answers} == {answers[0].body}
    assert [each.headers.get("idempotency-replayed") for each in answers] == [None, "true", "true"]
    names = [each["name"] for each in (await house.admin.get("/api/v1/lines")).json["items"]]
    assert names.count("Once") == 1
    other = await house.admin.post("/api/v1/lines", {"name": "Another"}, headers=headers)
    assert (other.status, other.code) == (409, "key_reused")


async def test_what_is_shown_once_is_not_in_the_answer_to_a_repeat(house: House) -> None:
    headers = {"idempotency-key": "shown"}
    asked: list[tuple[str, dict[str, Any], str]] = [
        ("/tokens", {"name": "Robot", "scopes": ["read"]}, "token"),
        ("/users", {"name": "Bob", "email": "bob@example.org"}, "password"),
        (f"/channels/{house.channel_id}/secrets", {"name": "identity_key"}, "value"),
    ]
    for number, (path, value, secret) in enumerate(asked):
        headers = {"idempotency-key": f"shown {number}"}
        first = await house.admin.post(f"/api/v1{path}", value, headers=headers)
        again = await house.admin.post(f"/api/v1{path}", value, headers=headers)
        assert (first.status, again.status) == (201, 201), (first.body, again.body)
        assert again.headers["idempotency-replayed"] == "true"
        assert first.json[secret]
        assert again.json == {name: each for name, each in first.json.items() if name != secret}
    items = (await house.admin.get("/api/v1/tokens")).json["items"]
    assert [each["name"] for each in items] == ["Robot"]
    made = await house.admin.post("/api/v1/tokens", {"name": "Robot", "scopes": ["read"]}, headers={})
    program = house.browser()
    program.key = made.json["token"]
    assert (await program.get("/api/v1/me")).status == 200


# --- vendors ------------------------------------------------------------------------------------------------


async def connect_vendor(house: House) -> tuple[Browser, str, int]:
    """A Telegram channel whose vendor is us."""
    value = {
        "line_id": house.line_id,
        "kind": "telegram",
        "name": "Bot",
        "settings": {"base_url": "http://127.0.0.1:1"},
        "secrets": {"token": "123456789:" + "A" * 35},
    }
    made = await house.admin.post("/api/v1/channels", value)
    assert made.status == 201, made.body
    return house.browser(), f"/hooks/telegram/{made.json['key']}", made.json["id"]


async def test_vendors_without_proof_are_refused(house: House) -> None:
    vendor, path, _ = await connect_vendor(house)
    update = {
        "update_id": 1,
        "message": {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "text": "x"},
    }
    for headers in ({}, {"x-telegram-bot-api-secret-token": "wrong"}, {"x-telegram-bot-api-secret-token": ""}):
        assert (await vendor.post(path, update, headers=headers)).status in {401, 403}
    assert (await vendor.post("/hooks/telegram/unknown", update)).status == 404
    assert (await vendor.post(path.replace("telegram", "website"), update)).status == 404


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[]", b"null", b'{"update_id":"x"}', b"[" * 50_000, b'"\\ud800"'])
async def test_what_vendors_send_is_kept_and_put_aside_rather_than_refused(
    house: House, body: bytes, tmp_path: Path
) -> None:
    vendor, path, channel_id = await connect_vendor(house)
    edge = house.app.edge
    secrets = edge.seal.open("channels", channel_id, await edge.store.read(_sealed, channel_id))
    headers = {"x-telegram-bot-api-secret-token": secrets["webhook_secret"].reveal()}
    answer = await vendor.post(path, raw=body, headers=headers)
    assert answer.status == 200, answer.body
    kept = sqlite3.connect(tmp_path / "data" / "portal.db").execute("SELECT body FROM inbox").fetchall()
    assert body in [each[0] for each in kept]


def _sealed(reader: Reader, channel_id: int) -> str:
    row = channels.one(reader, channel_id)
    assert row is not None
    return row.secrets


# --- what is written down -----------------------------------------------------------------------------------


async def test_no_secret_reaches_the_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    visitor = await house.visitor()
    await house.browser().post("/api/v1/login", {"email": "ann@example.org", "password": "a-wrong-secret"})
    key = (await house.admin.post("/api/v1/tokens", {"name": "p", "scopes": ["read"]})).json["token"]
    await house.browser(key=key).get("/api/v1/me")
    await visitor.say("words")
    token = "987654321:" + "B" * 35
    await house.admin.post(
        "/api/v1/channels",
        {
            "line_id": house.line_id,
            "kind": "telegram",
            "name": "Bot",
            "settings": {"base_url": "http://127.0.0.1:1"},
            "secrets": {"token": token},
        },
    )
    text = "\n".join(each.getMessage() for each in caplog.records)
    for secret in ("a-wrong-secret", PASSWORD, key, visitor.token, token, house.admin.cookies["__Host-openlines"]):
        assert secret not in text
