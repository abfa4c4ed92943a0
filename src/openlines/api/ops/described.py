"""The description of the API: what the framework derives from its handlers, and by hand what runs without it."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec
from litestar import Litestar

from openlines.api.acting import KEY_LIMIT
from openlines.api.ops.by_hand import BY_HAND, ByHand
from openlines.api.ops.completed import complete
from openlines.api.ops.worded import say_meanings
from openlines.api.refusals import ProblemDetails
from openlines.core.line import LineSettings

# Changes that a repeated key does not make once: signing in and out, uploads (a file is known by its content's hash),
# asking a vendor. Every other change of staff goes through `acting.act`; a test compares the two.
KEYLESS: Final = frozenset(
    {
        ("post", "/api/v1/setup"),
        ("post", "/api/v1/login"),
        ("post", "/api/v1/logout"),
        ("post", "/api/v1/me/password"),
        ("post", "/api/v1/files"),
        ("post", "/api/v1/channels/{channel_id}/check"),
        ("post", "/api/v1/notify/mail/test"),
        ("post", "/api/v1/notify/hooks/test"),
        # These ask, with more than an address can say, and change nothing.
        ("post", "/api/v1/lines/read-file"),
        ("post", "/api/v1/lines/{line_id}/forecast"),
        ("post", "/api/v1/lines/{line_id}/previews"),
    }
)
_CHANGES: Final = ("post", "put", "patch", "delete")
_IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of yours, new for every change. A repeat within a day is not carried out again and gets "
    "the first answer, with Idempotency-Replayed: true; what was shown once (a key, a made-up password) is not in it. "
    "The same key with another request is refused (409 key_reused); an empty one is none.",
    "schema": {"type": "string", "maxLength": KEY_LIMIT},
}


def describe(app: Litestar) -> dict[str, Any]:
    """The whole OpenAPI document."""
    document: dict[str, Any] = app.openapi_schema.to_schema()
    structs = [each for route in BY_HAND for each in (route.body, route.answer, route.down) if each is not None]
    references, components = msgspec.json.schema_components(
        [ProblemDetails, LineSettings, *structs], ref_template="#/components/schemas/{name}"
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name, schema in components.items():
        schemas.setdefault(name, schema)
    by_type = dict(zip([ProblemDetails, LineSettings, *map(id, structs)], references, strict=True))
    paths = document.setdefault("paths", {})
    _add_keys(paths)
    for route in BY_HAND:
        method = "get" if route.method == "WS" else route.method.lower()
        paths.setdefault(route.path, {})[method] = _operation(route, by_type)
    complete(document, app)
    _describe_settings(schemas, by_type[LineSettings])
    say_meanings(document, app)
    _add_refusals(paths.values(), by_type[ProblemDetails])
    document["components"]["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": "__Host-openlines"},
        "key": {"type": "http", "scheme": "bearer", "description": "A key for programs, olt_…"},
        "visitor": {"type": "http", "scheme": "bearer", "description": "A visitor's token, olv_…"},
    }
    document["security"] = [{"session": []}, {"key": []}]
    return document


def _operation(route: ByHand, by_type: dict[Any, Any]) -> dict[str, Any]:
    names = [each.strip("{}") for each in route.path.split("/") if each.startswith("{")]
    operation: dict[str, Any] = {
        "tags": [route.tag],
        "summary": route.summary,
        "operationId": route.name,
        "parameters": [
            *({"name": each, "in": "path", "required": True, "schema": {"type": "string"}} for each in names),
            *({"name": each, "in": "query", "schema": schema} for each, schema in route.query.items()),
        ],
        "responses": {str(101 if route.method == "WS" else route.status): {"description": "Done"}},
    }
    if route.about:
        operation["description"] = route.about
    if route.tag == "visitor":
        operation["security"] = [{"visitor": []}] if route.secured else []
    elif not route.secured:
        operation["security"] = []
    if route.body is not None:
        content = {"application/json": {"schema": by_type[id(route.body)]}}
        if route.method == "WS":
            operation["x-frames-up"] = content["application/json"]["schema"]
        else:
            operation["requestBody"] = {"required": True, "content": content}
    if route.down is not None:
        operation["x-frames-down"] = by_type[id(route.down)]
    if route.answer is not None:
        content = {"application/json": {"schema": by_type[id(route.answer)]}}
        operation["responses"][str(route.status)]["content"] = content
    return operation


# Where the settings of a line stand; of a change only some of them.
_SETTINGS: Final = ("Line", "LineChange", "LineVersion", "ForecastInput")


def _describe_settings(schemas: dict[str, Any], reference: dict[str, Any]) -> None:
    """The settings of a line by name, type and choice. Intervals are shown as the API carries them."""
    for name in _SETTINGS:
        schemas[name]["properties"]["settings"] = dict(reference)
    interval = schemas["Interval"]
    interval["properties"] = {"from": interval["properties"]["start"], "to": interval["properties"]["end"]}
    interval["required"] = ["from", "to"]


def _add_keys(paths: dict[str, Any]) -> None:
    """The header that makes repeating safe, on every change of the framework's handlers that honours it."""
    for path, item in paths.items():
        for method in _CHANGES:
            if method in item and (method, path) not in KEYLESS:
                item[method].setdefault("parameters", []).append(_IDEMPOTENCY_KEY)


def _add_refusals(items: Iterable[dict[str, Any]], problem: Any) -> None:
    """Every refusal has one shape."""
    refusal = {"description": "Refused", "content": {"application/problem+json": {"schema": problem}}}
    for item in items:
        for operation in item.values():
            if isinstance(operation, dict) and "responses" in operation:
                operation["responses"].pop("400", None)
                operation["responses"]["default"] = refusal
