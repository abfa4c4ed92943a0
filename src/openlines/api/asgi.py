"""The little of HTTP that handlers without the framework need: headers, bodies with a cap, answers."""

import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl

from openlines.api import refusals
from openlines.api.refusals import HttpRefused
from openlines.api.words import choose_language

JSON_BODY_LIMIT: Final = 256 * 1024  # bytes
JSON: Final = (b"content-type", b"application/json")
PROBLEM: Final = (b"content-type", refusals.MEDIA_TYPE.encode())

# The framework's own types tell apart what handlers by hand treat alike, and know nothing of what we add.
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

Header = tuple[bytes, bytes]


def header(scope: Scope, name: bytes) -> str:
    """The first header of this lower-case name, "" when there is none."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return ""


def headers_of(scope: Scope) -> dict[str, str]:
    """All headers by lower-case name; of a repeated one the first."""
    found: dict[str, str] = {}
    for key, value in scope["headers"]:
        found.setdefault(key.decode("latin-1"), value.decode("latin-1"))
    return found


def address_of(scope: Scope) -> str:
    """Who asks, for limits: the address, of IPv6 the network that one customer gets."""
    client = scope.get("client")
    address: str = client[0] if client else ""
    return _network(address) if ":" in address else address


@lru_cache(maxsize=10_000)
def _network(address: str) -> str:
    try:
        ip = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(ip.ipv4_mapped or ipaddress.IPv6Network((int(ip) >> 64 << 64, 64)))


def query_of(scope: Scope) -> dict[str, str]:
    """The query's parameters; of a repeated one the first. Raises `HttpRefused` 400 for more than anybody means."""
    text = scope["query_string"].decode("latin-1")
    found: dict[str, str] = {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=100) if text else ()
    except ValueError:
        raise HttpRefused(400, "bad_request") from None
    for key, value in pairs:
        found.setdefault(key, value)
    return found


def announced_size(scope: Scope) -> int | None:
    """Content-Length as a number, None when it is not told. Raises `HttpRefused` 400 for nonsense."""
    text = header(scope, b"content-length")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 15:
        raise HttpRefused(400, "bad_request")
    return int(text)


async def read_body(scope: Scope, receive: Receive, limit: int = JSON_BODY_LIMIT) -> bytes:
    """The whole body. Raises `HttpRefused` 413 before reading what is announced too large, and as soon as it is."""
    size = announced_size(scope)
    if size is not None and size > limit:
        raise too_large(limit)
    event = await receive()
    body: bytes = event.get("body", b"")
    if not event.get("more_body", False):
        if event["type"] == "http.disconnect":
            raise Disconnected
        if len(body) > limit:
            raise too_large(limit)
        return body
    pieces = [body]
    total = len(body)
    async for piece in _pieces(receive):
        total += len(piece)
        if total > limit:
            raise too_large(limit)
        pieces.append(piece)
    return b"".join(pieces)


async def stream_body(scope: Scope, receive: Receive, limit: int) -> AsyncIterator[bytes]:
    """The body in pieces, refused like `read_body` does."""
    size = announced_size(scope)
    if size is not None and size > limit:
        raise too_large(limit)
    total = 0
    async for piece in _pieces(receive):
        total += len(piece)
        if total > limit:
            raise too_large(limit)
        yield piece


async def _pieces(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise Disconnected
        yield event.get("body", b"")
        more = event.get("more_body", False)


class Disconnected(Exception):
    """Whoever asked is gone; nobody waits for an answer."""


def too_large(limit: int) -> HttpRefused:
    """What is left of the body stays unread, so the connection cannot be used again."""
    return HttpRefused(413, "too_large", headers={"connection": "close"}, limit=limit)


async def answer(send: Send, status: int, body: bytes, headers: Iterable[Header] = (JSON,)) -> None:
    """One whole answer."""
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [*headers, (b"content-length", b"%d" % len(body))],
        }
    )
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def refuse(scope: Scope, send: Send, error: Exception, headers: Iterable[Header] = ()) -> None:
    """Answer with problem details."""
    reply = refusals.reply(error, choose_language(header(scope, b"accept-language")))
    own = [(key.encode("latin-1"), value.encode("latin-1")) for key, value in reply.headers.items()]
    await answer(send, reply.status, reply.body, [PROBLEM, *own, *headers])


def only_looked_at(method: str) -> HttpRefused:
    """The refusal of any other method by what can only be read."""
    return HttpRefused(405, "method_not_allowed", headers={"allow": "GET, HEAD"}, method=method)


def encode_headers(headers: Mapping[str, Any]) -> list[Header]:
    return [(key.encode("latin-1"), str(value).encode("latin-1")) for key, value in headers.items()]
