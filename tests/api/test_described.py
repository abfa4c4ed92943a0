"""The description of the API says what there is, and its page needs nobody else."""

import inspect
import re
from typing import Any

from litestar.handlers import HTTPRouteHandler

from openlines.api.build import HANDLERS
from openlines.api.ops.described import KEYLESS
from tests.api.house import House
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
    assert paths["/api/v1/files"]["post"]["requestBody"]["content"] == {
        "*/*": {"schema": {"type": "string", "format": "binary"}}
    }


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
