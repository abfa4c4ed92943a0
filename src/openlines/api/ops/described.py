"""The description of the API: what the framework derives from its handlers, and by hand what runs without it."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from litestar import Litestar

from openlines.api.acting import KEY_LIMIT
from openlines.api.ops.completed import complete
from openlines.api.refusals import ProblemDetails
from openlines.api.staff.socket import Seen, Subscribe, Typing
from openlines.api.visitor.asking import Agreement, FormAnswers
from openlines.api.visitor.letters import TranscriptRequest, TranscriptSent
from openlines.api.visitor.shapes import Introduction, Opening, Press, Rating, Writing
from openlines.realtime.visitors import VisitorConversation, VisitorMessage

WIDGET: Final = "/api/v1/widget/{key}"


class ByHand(NamedTuple):
    """A route that the framework does not know."""

    method: str  # GET, POST, PATCH, or WS
    path: str
    tag: str
    summary: str
    body: Any = None
    answer: Any = None
    status: int = 200
    query: Sequence[str] = ()
    secured: bool = True


class Sent(msgspec.Struct):
    """`200` instead of `201` says that the message was there already."""

    id: int
    seq: int
    at: str


class VisitorSessionAnswer(msgspec.Struct):
    token: str
    last_seq: int
    messages: list[VisitorMessage]
    unread: int
    thread_id: int | None = None
    delivered: int = 0
    name: str = ""
    email: str = ""
    conversation: VisitorConversation | None = None


class VisitorHistory(msgspec.Struct):
    items: list[VisitorMessage]
    more: bool


class Nothing(msgspec.Struct):
    """Done."""


BY_HAND: Final[Sequence[ByHand]] = (
    ByHand("GET", f"{WIDGET}/config", "visitor", "How the chat looks and behaves", query=("lang",), secured=False),
    ByHand(
        "POST",
        f"{WIDGET}/session",
        "visitor",
        "Be known, and hear what was said so far",
        Opening,
        VisitorSessionAnswer,
        secured=False,
    ),
    ByHand("PATCH", f"{WIDGET}/session", "visitor", "Say who one is; how far one has read", Introduction, Nothing),
    ByHand("POST", f"{WIDGET}/messages", "visitor", "Write. Answered when the words are on disk", Writing, Sent, 201),
    ByHand(
        "GET",
        f"{WIDGET}/messages",
        "visitor",
        "What was said, in order",
        None,
        VisitorHistory,
        query=("before", "after", "limit"),
    ),
    ByHand("POST", f"{WIDGET}/files", "visitor", "Upload a file: the raw body, with X-File-Name", status=201),
    ByHand("GET", f"{WIDGET}/files/{{file_id}}", "visitor", "A file of one's own thread", query=("preview",)),
    ByHand("POST", f"{WIDGET}/rating", "visitor", "Rate a conversation", Rating, Nothing),
    ByHand("POST", f"{WIDGET}/press", "visitor", "Press a button under a message", Press, Nothing),
    ByHand("POST", f"{WIDGET}/consent", "visitor", "Agree to the consent text that was shown", Agreement, Nothing),
    ByHand("POST", f"{WIDGET}/form", "visitor", "Answer the form of the line", FormAnswers, Nothing),
    ByHand(
        "POST",
        f"{WIDGET}/transcript",
        "visitor",
        "Be sent the conversation by e-mail",
        TranscriptRequest,
        TranscriptSent,
    ),
    ByHand("WS", f"{WIDGET}/socket", "visitor", "The visitor's socket; its first frame says hello", secured=False),
    ByHand(
        "WS", "/api/v1/socket", "realtime", "The workspace's socket: subscribe, typing, seen", Subscribe | Typing | Seen
    ),
    ByHand(
        "POST", "/hooks/{kind}/{key}", "vendors", "Events of a vendor; proven as his protocol has it", secured=False
    ),
    ByHand("GET", "/healthz", "operations", "The process is alive", secured=False),
    ByHand("GET", "/readyz", "operations", "The process may be sent requests", secured=False),
    ByHand("GET", "/metrics", "operations", "Figures for Prometheus", secured=False),
)


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
    structs = [each.body for each in BY_HAND if each.body is not None]
    structs += [each.answer for each in BY_HAND if each.answer is not None]
    references, components = msgspec.json.schema_components(
        [ProblemDetails, *structs], ref_template="#/components/schemas/{name}"
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name, schema in components.items():
        schemas.setdefault(name, schema)
    by_type = dict(zip([ProblemDetails, *map(id, structs)], references, strict=True))
    paths = document.setdefault("paths", {})
    _add_keys(paths)
    for route in BY_HAND:
        method = "get" if route.method == "WS" else route.method.lower()
        paths.setdefault(route.path, {})[method] = _operation(route, by_type)
    complete(document, app)
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
        "operationId": f"{route.method}{route.path}".replace("/", "_").replace("{", "").replace("}", ""),
        "parameters": [
            *({"name": each, "in": "path", "required": True, "schema": {"type": "string"}} for each in names),
            *({"name": each, "in": "query", "schema": {"type": "string"}} for each in route.query),
        ],
        "responses": {str(101 if route.method == "WS" else route.status): {"description": "Done"}},
    }
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
    if route.answer is not None:
        content = {"application/json": {"schema": by_type[id(route.answer)]}}
        operation["responses"][str(route.status)]["content"] = content
    return operation


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
