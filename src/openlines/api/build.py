"""The web application: the framework's handlers behind their guard, and what runs without it, behind one door."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec
from litestar import Litestar, Request, Response
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.exceptions import HTTPException, ValidationException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ControllerRouterHandler

from openlines.api import refusals
from openlines.api.asgi import JSON_BODY_LIMIT, App, Receive, Scope, Send, refuse
from openlines.api.door import Door, Network
from openlines.api.edge import Edge
from openlines.api.guard import actor_of, let_in
from openlines.api.ingress.hooks import Hooks, Opened
from openlines.api.misfits import path_of
from openlines.api.ops.described import describe
from openlines.api.ops.docs import Described
from openlines.api.ops.health import Gauge, Ops
from openlines.api.pages.handlers import Pages
from openlines.api.refusals import BadBody, HttpRefused, misfit
from openlines.api.staff import (
    actions,
    channels,
    chat_page,
    customers,
    entry,
    files,
    forecast,
    inbox,
    keys,
    kpi,
    line_files,
    line_versions,
    lines,
    me,
    notices,
    notify,
    people,
    previews,
    quality,
    quarantine,
    timetables,
    transcripts,
)
from openlines.api.staff.socket import StaffSockets
from openlines.api.strict import StrictRequest
from openlines.api.visitor.handlers import PREFIX as VISITOR
from openlines.api.visitor.handlers import VisitorApi
from openlines.api.words import choose_language
from openlines.core.line import Problem
from openlines.services.access import Actor
from openlines.store.channels import ChannelRow
from openlines.support.log import logger

API: Final = "/api/v1"
STAFF_SOCKET: Final = f"{API}/socket"
HANDLERS: Final[Sequence[ControllerRouterHandler]] = [
    *entry.HANDLERS,
    *me.HANDLERS,
    *keys.HANDLERS,
    *inbox.HANDLERS,
    *actions.HANDLERS,
    *transcripts.HANDLERS,
    *customers.HANDLERS,
    *files.HANDLERS,
    *people.HANDLERS,
    *lines.HANDLERS,
    *previews.HANDLERS,
    *forecast.HANDLERS,
    *line_versions.HANDLERS,
    *line_files.HANDLERS,
    *channels.HANDLERS,
    *chat_page.HANDLERS,
    *quality.HANDLERS,
    *quarantine.HANDLERS,
    *kpi.HANDLERS,
    *notices.HANDLERS,
    *notify.HANDLERS,
    *timetables.HANDLERS,
]
_DESCRIPTION: Final = """\
Everything that the workspace does, for programs. Instants are RFC 3339 in UTC, lengths of time are seconds.

Sign in with a key: `Authorization: Bearer olt_…`. Keys are made under My profile → Tokens for programs, or by \
`openlines token create`. A key speaks for its user and has scopes: `read` looks, `reply` works with conversations, \
`manage` changes lines and channels, `admin` everything. `reply` and `manage` may read as well; no key may do more \
than its user.

Lists answer `{items, next}`: give `next` back as `cursor` for the page after; the last page has `next: null`. What \
comes in meanwhile moves nothing that is still to be read. Messages of a thread answer `{items, more}` and are paged \
by their `seq`; the kinds of channel and a line's queue are whole lists, without a frame.

A field of an answer that equals null, false, 0 or is empty may be left out. A field of a request's body that nobody \
knows is refused (a visitor's is passed over: pages live long), a parameter of an address is passed over.

A change sent with an `Idempotency-Key` is carried out once, however often it is repeated. What others may have \
changed meanwhile is sent with the `version` that was seen; 409 says which one there is now, of a line also who saved \
it and when.

A refusal is `application/problem+json` (RFC 9457): `code` is for programs and never changes its meaning, `detail` is \
for people, in the language of `Accept-Language` (en, ru), `fields` names each value that cannot be used. 429 and 503 \
say in `Retry-After` when to ask again.

Try it: `curl -H "Authorization: Bearer $KEY" https://chat.example.org/api/v1/conversations?list=all`\
"""

Req = Request[Any, Any, Any]

log = logger(__name__)


def build(
    edge: Edge,
    *,
    open_channel: Callable[[ChannelRow], Opened | None],
    figures: Callable[[], Iterable[Gauge]] = tuple,
    trusted: Sequence[Network] = (),
) -> Door:
    """One ASGI application for everything that this server answers."""
    framework = staff_app(edge)
    visitor = VisitorApi(edge)
    inner = Switch(
        framework=framework,  # type: ignore[arg-type]
        described=Described(lambda: describe(framework)),
        visitor=visitor,
        sockets=StaffSockets(edge),
        hooks=Hooks(edge.store, open_channel),
        ops=Ops(edge, figures),
        pages=Pages(edge, visitor.sites),
    )
    return Door(inner, trusted=trusted, traffic=edge.traffic)


class Switch:
    """Sends a request to its part of the house by the beginning of its path."""

    def __init__(
        self, *, framework: App, described: App, visitor: App, sockets: App, hooks: App, ops: App, pages: App
    ) -> None:
        self._framework = framework
        self._described = described
        self._visitor = visitor
        self._sockets = sockets
        self._hooks = hooks
        self._ops = ops
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path.startswith(VISITOR):
            await self._visitor(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif path.startswith(f"{API}/"):
            await self._framework(scope, receive, send)
        elif path in {"/api/openapi.json", "/api/docs"}:
            await self._described(scope, receive, send)
        elif path.startswith("/hooks/"):
            await self._hooks(scope, receive, send)
        elif path in {"/healthz", "/readyz", "/metrics"}:
            await self._ops(scope, receive, send)
        elif path == "/api" or path.startswith("/api/"):
            await refuse(scope, send, HttpRefused(404, "not_found"))
        else:
            await self._pages(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == STAFF_SOCKET:
            await self._sockets(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 4404, "reason": ""})


def staff_app(edge: Edge) -> Litestar:
    """The framework's application, with the guard in front of every handler."""
    app = Litestar(
        path=API,  # rather than a router: each layer would register every handler once more
        route_handlers=HANDLERS,
        guards=[let_in],
        request_class=StrictRequest,
        dependencies={
            "edge": Provide(lambda: edge, sync_to_thread=False, use_cache=True),
            "actor": Provide(_actor, sync_to_thread=False),
            "language": Provide(_language, sync_to_thread=False),
        },
        exception_handlers={HTTPException: _framework_refused, Exception: _refused},
        request_max_body_size=JSON_BODY_LIMIT,
        openapi_config=OpenAPIConfig(
            title="openlines",
            version=edge.version,
            description=_DESCRIPTION,
            path="/schema",
            render_plugins=[JsonRenderPlugin()],
            use_handler_docstrings=True,
            create_examples=False,
            operation_id_creator=_operation_name,
        ),
        logging_config=None,
        debug=False,
    )
    app.state.edge = edge
    return app


def _operation_name(handler: HTTPRouteHandler, method: object, path: object) -> str:
    """`list_lines` is `listLines`: what a generated client calls it, whatever becomes of the address."""
    first, *others = handler.fn.__name__.split("_")
    return first + "".join(each.title() for each in others)


def _actor(request: ASGIConnection[Any, Any, Any, Any]) -> Actor:
    return actor_of(request)


def _language(request: ASGIConnection[Any, Any, Any, Any]) -> str:
    return choose_language(request.headers.get("accept-language", ""))


# --- refusals -----------------------------------------------------------------------------------------------

_CODES: Final = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}


# What the framework calls otherwise than we do: the body, and a parameter that would hide a word of Python's.
_QUERY_NAMES: Final = {"data": "body", "list_": "list", "from_": "from"}


def _refused(request: Req, error: Exception) -> Response[Any]:
    reply = refusals.reply(error, choose_language(request.headers.get("accept-language", "")))
    if reply.status >= 500 and reply.status != 503:
        log.error("a request failed", path=request.url.path, method=request.method, exc_info=error)
    return Response(reply.body, status_code=reply.status, media_type=refusals.MEDIA_TYPE, headers=reply.headers)


def _framework_refused(request: Req, error: HTTPException) -> Response[Any]:
    """What the framework refuses before a handler is reached, in our shape."""
    if isinstance(error, ValidationException):
        return _refused(request, _bad_values(request, error))
    status = error.status_code
    if status >= 500:
        return _refused(request, error)
    headers = {key.lower(): value for key, value in (error.headers or {}).items() if key.lower() == "allow"}
    if status == 413:
        headers["connection"] = "close"
    params: dict[str, Any] = {"method": request.method} if status == 405 else {}
    if status == 413:
        handler = request.scope.get("route_handler")
        known = handler.resolve_request_max_body_size() if isinstance(handler, HTTPRouteHandler) else None
        params = {"limit": known or JSON_BODY_LIMIT}
    cause = error.__cause__
    if status == 400 and not _says_json(request.headers.get("content-type", "")):
        return _refused(request, HttpRefused(415, "unsupported_media_type"))
    if status == 400 and isinstance(cause, (msgspec.DecodeError, UnicodeDecodeError)):
        return _refused(request, BadBody(cause))
    return _refused(request, HttpRefused(status, _CODES.get(status, "bad_request"), headers=headers, **params))


def _says_json(content_type: str) -> bool:
    """Also where nothing is said: then the body itself is asked."""
    kind = content_type.partition(";")[0].strip().lower()
    return not kind or kind == "application/json" or kind.endswith("+json")


_MISSING: Final = re.compile(r"Missing required \w+ parameter '(\w+)' for .*")


def _bad_values(request: Req, error: ValidationException) -> Exception:
    """Each value that has the wrong type or is missing, by its path."""
    refused = HttpRefused(422, "invalid")
    taken = request.route_handler.parsed_fn_signature.parameters
    found = []
    for each in error.extra if isinstance(error.extra, list) else ():
        words, _, path = str(each.get("message", "")).partition(" - at `$")
        key = each.get("key", "body")
        field = _QUERY_NAMES.get(key, key)
        if words == repr(key):  # there is none: the framework names it and says no more
            found.append(Problem(field, "required"))
            continue
        shape = next((taken[name].annotation for name in (key, f"{key}_") if name in taken), None)
        found.append(misfit(words, path_of(path), field, shape))
    if missing := _MISSING.fullmatch(error.detail):
        found.append(Problem(missing[1], "required"))
    refused.problems = found  # type: ignore[attr-defined]
    return refused
