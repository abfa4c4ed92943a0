"""The description of the API says what there is, and its page needs nobody else."""

import inspect
import re
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from openlines.api.build import HANDLERS
from openlines.api.ops.by_hand import Asks, ChatConfig
from openlines.api.ops.described import KEYLESS
from openlines.api.ops.frames import STAFF_DOWN, VISITOR_DOWN
from openlines.api.ops.meanings import FIELDS
from openlines.api.ops.meanings_of import OF
from openlines.api.ops.setting_meanings import SETTINGS
from tests.api.house import House
from tests.api.test_attacks import snapshot_socket
from tests.api.test_matrix import MATRIX, VISITOR_MATRIX


async def document(house: House) -> dict[str, Any]:
    answer = await house.browser().get("/api/openapi.json")
    assert answer.status == 200
    found: dict[str, Any] = answer.json
    return found


async def test_every_route_is_described(house: House) -> None:
    paths = (await document(house))["paths"]
    described = {(method.upper(), path) for path, item in paths.items() for method in item}
    wanted = {(method, f"/api/v1{path}") for method, path in MATRIX}
    wanted |= {("GET" if method == "WS" else method, path) for method, path in VISITOR_MATRIX}
    assert wanted - described == set()


async def test_every_reference_leads_somewhere_and_every_operation_has_words(house: House) -> None:
    found = await document(house)
    schemas = found["components"]["schemas"]
    references = set(re.findall(r'"\$ref":\s*"#/components/schemas/([^"]+)"', str(found).replace("'", '"')))
    assert references - schemas.keys() == set()
    for path, item in found["paths"].items():
        for method, operation in item.items():
            assert operation["summary"], f"{method} {path}"
            assert operation["tags"], f"{method} {path}"
            assert "default" in operation["responses"], f"{method} {path}"


async def test_bodies_and_answers_are_described(house: House) -> None:
    paths = (await document(house))["paths"]
    send = paths["/api/v1/conversations/{conversation_id}/messages"]["post"]
    assert "requestBody" in send
    assert "application/json" in send["responses"]["201"]["content"]
    assert "requestBody" in paths["/api/v1/widget/{key}/messages"]["post"]


async def test_the_key_that_makes_repeating_safe_is_described_where_it_is_honoured(house: House) -> None:
    paths = (await document(house))["paths"]
    listed = {
        (method, path)
        for path, item in paths.items()
        for method, operation in item.items()
        if any(each["name"] == "Idempotency-Key" and each["in"] == "header" for each in operation.get("parameters", ()))
    }
    # What goes through `act` is carried out once a key; `_do` of the conversations' actions is made of it.
    honoured = set()
    for handler in HANDLERS:
        assert isinstance(handler, HTTPRouteHandler)
        method = next(iter(handler.http_methods)).lower()
        if re.search(r"\b(act|_do)\(\s*edge", inspect.getsource(handler.fn)):
            path = re.sub(r":\w+", "", f"/api/v1{next(iter(handler.paths))}")
            honoured.add((method, path))
    assert listed == honoured
    assert ("post", "/api/v1/tokens") in listed
    assert ("post", "/api/v1/conversations/{conversation_id}/transfer") in listed
    changes = {(method, path) for path, item in paths.items() for method in item if path.startswith("/api/v1/")}
    assert changes >= KEYLESS


async def test_an_answer_without_a_body_is_described_without_one(house: House) -> None:
    paths = (await document(house))["paths"]
    empty = [
        item[method]["responses"]["204"]
        for item in paths.values()
        for method in item
        if "204" in item[method]["responses"]
    ]
    assert len(empty) > 10
    assert all("content" not in each for each in empty)


async def test_every_answer_has_its_kind(house: House) -> None:
    """What a program gets: JSON, or what else stands there."""
    paths = (await document(house))["paths"]
    for path, item in paths.items():
        for method, operation in item.items():
            for status, response in operation["responses"].items():
                if status not in {"204", "101"} and not path.startswith("/hooks/"):
                    assert response["content"], (method, path, status)
    export = paths["/api/v1/kpi/export"]["get"]["responses"]["200"]["content"]
    answer = await house.admin.get("/api/v1/kpi/export")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert list(export) == ["text/csv"]
    anything = {"schema": {"type": "string", "format": "binary"}}
    upload = paths["/api/v1/files"]["post"]["requestBody"]["content"]
    # Any kind of file; generators of clients know the first name only.
    assert upload == {"application/octet-stream": anything, "*/*": anything}


async def test_unknown_fields_are_refused_as_the_description_says(house: House) -> None:
    schemas = (await document(house))["components"]["schemas"]
    for name in ("NewLine", "LineInput", "LoginInput", "NewUser", "TransferInput"):
        if name in schemas:
            assert schemas[name]["additionalProperties"] is False, name
    assert sum("additionalProperties" in each for each in schemas.values()) > 20
    for field in ("surprise", "x-y z", "a`b", "я\nб"):
        answer = await house.admin.patch("/api/v1/me", {field: 1})
        assert answer.status == 422
        assert answer.json["fields"][field]["code"] == "unknown_field"


async def test_who_may_call_is_described(house: House) -> None:
    paths = (await document(house))["paths"]
    for path, item in paths.items():
        for method, operation in item.items():
            if f"/api/v1{path.removeprefix('/api/v1')}" == path and operation["tags"] not in (
                ["visitor"],
                ["realtime"],
            ):
                assert operation["x-needs"]["who"] in {"anyone", "operator", "administrator"}, (method, path)
    assert paths["/api/v1/users"]["post"]["x-needs"] == {"who": "administrator", "scope": "admin"}
    assert paths["/api/v1/login"]["post"]["security"] == []
    page = (await house.browser().get("/api/docs")).body.decode()
    assert "Administrators; a key needs the scope admin." in page
    assert "Open to anyone; no sign-in." in page


async def test_what_can_only_be_read_takes_no_other_method(house: House) -> None:
    for path in ("/healthz", "/readyz", "/metrics", "/api/docs", "/api/openapi.json"):
        for method in ("POST", "DELETE", "TRACE"):
            answer = await house.browser().ask(method, path)
            assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD"), (method, path)
            assert answer.json["code"] == "method_not_allowed"


async def test_the_page_says_how_programs_begin(house: House) -> None:
    page = (await house.browser().get("/api/docs")).body.decode()
    for words in ("Authorization: Bearer", "<code>next: null</code>", "Retry-After", "Idempotency-Key", "curl -H"):
        assert words in page, words
    assert "`" not in page


async def test_the_page_is_whole_by_itself(house: House) -> None:
    answer = await house.browser().get("/api/docs")
    assert answer.status == 200
    page = answer.body.decode()
    assert "<script" not in page
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    for words in (
        "/api/v1/conversations/{conversation_id}/transfer",
        "/api/v1/widget/{key}/messages",
        "Idempotency-Key",
    ):
        assert words in page


async def test_every_answer_carries_the_headers_that_protect(house: House) -> None:
    visitor = await house.visitor()
    for browser, path in (
        (house.admin, "/api/v1/me"),
        (house.browser(), "/api/v1/me"),
        (house.browser(), "/api/v1/portal"),
        (house.browser(), "/healthz"),
        (house.browser(), "/nowhere.js"),
        (visitor.browser, f"{visitor.base}/config"),
        (house.browser(), "/api/docs"),
    ):
        headers = (await browser.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert "frame-ancestors" in headers["content-security-policy"], path
        # For this host alone: names below it are not ours to promise https for.
        assert headers["strict-transport-security"] == "max-age=31536000", path
        assert headers["cross-origin-opener-policy"] == "same-origin", path
        assert headers["referrer-policy"], path
        assert "server" not in headers, path


async def test_health_readiness_and_figures(house: House) -> None:
    browser = house.browser()
    assert (await browser.get("/healthz")).body == b"ok\n"
    assert (await browser.get("/readyz")).json == {"ready": True}
    await (await house.visitor()).say("hello")
    text = (await browser.get("/metrics")).body.decode()
    for name in (
        "openlines_http_requests_total",
        "openlines_http_seconds_bucket",
        "openlines_sockets",
        "openlines_events_fanned_out_total",
        "openlines_found_by_safety_look_total",
        "openlines_timers_played_total",
        "openlines_info",
    ):
        assert name in text, name
    house.app.leaving()
    assert (await browser.get("/readyz")).status == 503


async def test_every_schema_has_a_name_of_its_own_and_every_operation_a_plain_one(house: House) -> None:
    """What a generated client is made of: two shapes under one name would be one shape there."""
    found = await document(house)
    schemas = found["components"]["schemas"]
    assert [name for name in schemas if not name.isalnum()] == []
    titles = [each.get("title", name) for name, each in schemas.items()]
    assert sorted(titles) == sorted(set(titles))
    names = [operation["operationId"] for item in found["paths"].values() for operation in item.values()]
    assert sorted(names) == sorted(set(names))
    assert [name for name in names if not re.fullmatch(r"[a-z][A-Za-z]+", name)] == []
    assert found["paths"]["/api/v1/conversations"]["get"]["operationId"] == "listConversations"


async def test_every_field_and_every_parameter_is_said_in_words(house: House) -> None:
    found = await document(house)
    silent = [
        f"{name}.{field}"
        for name, schema in found["components"]["schemas"].items()
        for field, shown in schema.get("properties", {}).items()
        if field != "type" and not shown.get("description")
    ]
    assert silent == []
    for path, item in found["paths"].items():
        for method, operation in item.items():
            for each in operation.get("parameters", ()):
                assert each.get("description"), (method, path, each["name"])
    page = (await house.browser().get("/api/docs")).body.decode()
    assert "queue_time?: integer   — Seconds that an offer waits for one person" in page


async def test_words_are_said_of_nothing_that_is_not_there(house: House) -> None:
    schemas = (await document(house))["components"]["schemas"]
    there = {f"{name}.{field}" for name, schema in schemas.items() for field in schema.get("properties", {})}
    assert {*OF, *SETTINGS} - there == set()
    assert FIELDS.keys() - {each.partition(".")[2] for each in there} == set()


async def test_the_settings_of_a_line_are_described_by_name_and_choice(house: House) -> None:
    schemas = (await document(house))["components"]["schemas"]
    line = (await house.admin.get(f"/api/v1/lines/{house.line_id}")).json
    for name in ("Line", "LineChange"):
        assert schemas[name]["properties"]["settings"]["$ref"] == "#/components/schemas/LineSettings"
    shown = schemas["LineSettings"]["properties"]
    assert shown.keys() == line["settings"].keys()
    assert shown["rating"]["enum"] == ["like", "off", "stars"]
    assert schemas["Interval"]["properties"].keys() == line["settings"]["week"][0][0].keys()


async def test_frames_are_described_as_they_come(house: House) -> None:
    """Every frame of both sockets has a described shape, and no field besides."""
    staff, window = msgspec.json.Decoder(STAFF_DOWN), msgspec.json.Decoder(VISITOR_DOWN)
    visitor = await house.visitor()
    await visitor.say("hello")
    row = (await house.admin.get("/api/v1/conversations?list=all")).json["items"][0]
    socket = await snapshot_socket(house.admin, threads=[row["thread_id"]], lists=["all"])
    async with visitor.browser.socket(f"{visitor.base}/socket") as chat:
        chat.say({"type": "hello", "token": visitor.token, "after": 0})
        await chat.hear("conversation")
        await house.admin.post(f"/api/v1/conversations/{row['id']}/accept", {})
        chat.say({"type": "typing", "text": "so"})
        await socket.hear("typing")
        socket.say({"type": "typing", "thread_id": row["thread_id"]})
        await chat.hear("typing")
        await house.admin.patch(f"/api/v1/lines/{house.line_id}", {"version": 99})
        await house.add_user("Bob")
        await socket.hear("changes")
        await socket.silence()
        await chat.silence()
    await socket.__aexit__()
    told, heard = ([msgspec.json.decode(each) for each in one.told] for one in (socket, chat))
    assert {each["type"] for each in told} >= {"ready", "changes", "typing"}
    assert {each["type"] for each in heard} >= {"ready", "messages", "conversation", "typing"}
    for frame in told:
        staff.decode(msgspec.json.encode(frame))
    for frame in heard:
        window.decode(msgspec.json.encode(frame))
    schemas = (await document(house))["components"]["schemas"]
    assert schemas["Seen"]["properties"].keys() == {"type", "thread_id", "seq"}
    page = (await house.browser().get("/api/docs")).body.decode()
    assert "Frames down" in page
    assert "&quot;changes&quot;" in page


async def test_what_a_visitor_gets_is_described(house: House) -> None:
    schemas = (await document(house))["components"]["schemas"]
    await house.change_line(
        house.line_id,
        consent_text={"en": "We keep it."},
        consent_kind="agree",
        form="before",
        form_fields=[{"key": "order", "kind": "text", "label": {"en": "Order"}, "required": True}],
    )
    visitor = await house.visitor()
    session = (await visitor.ask("POST", "/session", {})).json
    assert session.keys() <= schemas["VisitorSessionAnswer"]["properties"].keys()
    msgspec.convert(session["asks"], Asks)
    config = (await visitor.ask("GET", "/config")).json
    msgspec.convert(config, ChatConfig)
    assert config.keys() <= schemas["ChatConfig"]["properties"].keys()
