"""One request of a visitor, as the handlers of his side of the API get it."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

import msgspec

from openlines.api.asgi import JSON, Header, Receive, Scope, Send, answer, header, read_body
from openlines.api.edge import Edge
from openlines.api.refusals import BadBody, HttpRefused
from openlines.api.visitor import identity
from openlines.api.visitor.identity import Visitor
from openlines.api.visitor.sites import KnownSite

T = TypeVar("T")
_encode = msgspec.json.Encoder().encode


class Visitors(Protocol):
    """What a request needs of the application that it came to."""

    edge: Edge

    def signing_key(self, site: KnownSite) -> str: ...

    def count(self, call: "Call", visitor: Visitor, *, begins: bool = False) -> None: ...

    def allow(self, scope: Scope, site: KnownSite) -> list[Header]: ...


class Call:
    """One request of a visitor."""

    __slots__ = ("receive", "scope", "send", "site", "visitors")

    def __init__(self, visitors: Visitors, site: KnownSite, scope: Scope, receive: Receive, send: Send) -> None:
        self.visitors = visitors
        self.site = site
        self.scope = scope
        self.receive = receive
        self.send = send

    async def body(self, decoder: "msgspec.json.Decoder[T]") -> T:
        raw = await read_body(self.scope, self.receive)
        try:
            return decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadBody(error) from None

    def visitor(self) -> Visitor:
        """Raises `HttpRefused` 401."""
        token = header(self.scope, b"authorization").removeprefix("Bearer ")
        found = identity.known(token, self.visitors.signing_key(self.site))
        if found is None:
            raise HttpRefused(401, "unknown_visitor", headers={"www-authenticate": "Bearer"})
        return found

    async def answer(self, value: Any, status: int = 200) -> None:
        await answer(self.send, status, _encode(value), (JSON, *self.visitors.allow(self.scope, self.site)))


Handler = Callable[[Call], Awaitable[None]]
