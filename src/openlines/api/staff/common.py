"""What several handlers of staff need beside the framework."""

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
from openlines.support.passwords import weakness
from openlines.support.stamps import instant

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


def slow_down(edge: Edge, account: str, address: str) -> None:
    """Raises `TooMany` while too many tries have failed."""
    wait = max(edge.limits.sign_in_account.wait(account), edge.limits.sign_in_address.wait(address))
    if wait:
        raise TooMany(wait, "too_many_tries")


def check_password(password: str, *personal: str, field: str = "password") -> None:
    """Raises `Invalid` for one that is too easy to guess."""
    why = weakness(password, personal=(*personal, *(each.partition("@")[0] for each in personal)))
    if why is not None:
        raise Invalid.field(field, why)


def harmless(text: str) -> str:
    """Text that every database keeps; what a keyboard cannot produce is shown as a sign of itself."""
    return text.replace("\x00", "\u2400")


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
