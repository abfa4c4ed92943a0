"""What several handlers of staff need beside the framework."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

import msgspec
from litestar import Request
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from openlines.api.asgi import Scope, address_of
from openlines.api.edge import Edge
from openlines.api.refusals import TooMany
from openlines.core.line import Problem
from openlines.services.access import Actor
from openlines.services.errors import Invalid
from openlines.store import StoreError
from openlines.support.passwords import TooBusy, weakness
from openlines.support.stamps import instant
from openlines.support.tolerant import clean

Req = Request[Any, Any, Any]
# Numbers that both databases and every browser can hold.
MOST: Final = 2**53 - 1
Number = Annotated[int, msgspec.Meta(ge=-MOST, le=MOST)]
FilterId = Annotated[int | None, QueryParameter(ge=0, le=MOST)]
TheEdge = NamedDependency[Edge]
TheActor = NamedDependency[Actor]
TheLanguage = NamedDependency[str]


def scope_of(request: Req) -> Scope:
    """The ASGI scope, as handlers by hand have it."""
    scope: Scope = request.scope  # type: ignore[assignment]
    return scope


def base_url(edge: Edge, request: Req) -> str:
    """The address under which others reach us: the configured one, else the one this request came to."""
    return edge.public_url or f"{request.scope['scheme']}://{request.headers.get('host', '')}"


def client_address(request: Req) -> str:
    return address_of(scope_of(request))


async def tried(edge: Edge, account: str, address: str, right: Callable[[], Awaitable[bool]]) -> bool:
    """Whether what opens an account is right, which `right` looks at. Raises `TooMany` while too many tries failed."""
    tries = edge.limits.tries
    wait = tries.begin(account, address)
    if wait:
        raise TooMany(wait, "too_many_tries")
    try:
        fits = await right()
    except (TooBusy, StoreError):
        tries.undo(account, address)  # nobody has looked
        raise
    if fits:
        tries.right(account, address)
    return fits


def check_password(password: str, *personal: str, field: str = "password") -> None:
    """Raises `Invalid` for one that is too easy to guess."""
    why = weakness(password, personal=(*personal, *(each.partition("@")[0] for each in personal)))
    if why is not None:
        raise Invalid.field(field, why)


def harmless(text: str) -> str:
    """Text that every database keeps; what a keyboard cannot produce is shown as a sign of itself."""
    kept: str = clean(text)
    return kept


def given(data: msgspec.Struct) -> dict[str, Any]:
    """The fields of a partial change that were sent."""
    return {name: value for name in data.__struct_fields__ if (value := getattr(data, name)) is not msgspec.UNSET}


def when(field: str, text: str | None) -> int | None:
    """An instant from a request. Raises `Invalid`."""
    if text is None:
        return None
    try:
        return instant(text)
    except (ValueError, OverflowError):
        raise Invalid([Problem(field, "bad_instant")]) from None
