"""Who may call a handler. Every handler says what it needs; one that says nothing is open to nobody."""

from http.cookies import CookieError, SimpleCookie
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.handlers.base import BaseRouteHandler

from openlines.api.asgi import Scope, header
from openlines.api.edge import Edge
from openlines.api.refusals import HttpRefused, TooMany, Unauthorized
from openlines.api.speakers import Speaker
from openlines.services.access import Actor
from openlines.services.errors import Forbidden
from openlines.services.sessions import ABSOLUTE

Conn = ASGIConnection[Any, Any, Any, Any]
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_SPEAKER: Final = "openlines.speaker"
_LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class Need(NamedTuple):
    """`who` at least; for programs also the scope; `browser`: not for programs at all."""

    who: Literal["anyone", "operator", "administrator"]
    scope: Literal["read", "reply", "manage", "admin"] = "read"
    browser: bool = False


def needs(
    who: Literal["anyone", "operator", "administrator"],
    scope: Literal["read", "reply", "manage", "admin"] = "read",
    *,
    browser: bool = False,
) -> dict[str, Any]:
    """The `opt` of a handler."""
    return {"need": Need(who, scope, browser)}


MADE: Final = "made"


def makes(need: dict[str, Any], place: str) -> dict[str, Any]:
    """The `opt` of a handler that makes something: where it stands afterwards, with fields of the answer in braces."""
    return {**need, MADE: place}


ANYONE: Final = needs("anyone")
READS: Final = needs("operator", "read")
WORKS: Final = needs("operator", "reply")
LOOKS_AT_SETTINGS: Final = needs("administrator", "manage")
CONFIGURES: Final = needs("administrator", "manage")
MANAGES_PEOPLE: Final = needs("administrator", "admin")
HIMSELF: Final = needs("operator", "admin")
IN_A_BROWSER: Final = needs("operator", "admin", browser=True)


async def let_in(connection: Conn, handler: BaseRouteHandler) -> None:
    """The guard of every handler of the framework. Raises `HttpRefused` or `Forbidden`."""
    need: Need | None = handler.opt.get("need")
    if need is None:
        raise Forbidden
    scope: Scope = connection.scope  # type: ignore[assignment]
    edge: Edge = connection.app.state.edge
    unsafe = scope.get("method", "GET") not in SAFE_METHODS
    if need.who == "anyone":
        if unsafe:
            same_site(scope, edge)
        return
    speaker = await who_speaks(scope, edge)
    if speaker is None:
        raise Unauthorized
    if any(isinstance(each, int) and not 0 < each < 2**53 for each in connection.path_params.values()):
        raise HttpRefused(404, "not_found")
    if unsafe and speaker.session_id:
        same_site(scope, edge)
    check_need(speaker, need)
    wait = edge.limits.staff.take(str(speaker.actor.user_id))
    if wait:
        raise TooMany(wait)
    scope[_SPEAKER] = speaker


def check_need(speaker: Speaker, need: Need) -> None:
    """Raises `Forbidden`, or `HttpRefused` for a program that may not."""
    actor = speaker.actor
    if need.who == "administrator" and actor.role != "administrator":
        raise Forbidden("only_administrators")
    if speaker.token_id and need.browser:
        raise HttpRefused(403, "cookie_needed")
    if not speaker.may(need.scope):
        raise HttpRefused(403, "scope_missing", scope=need.scope)


async def who_speaks(scope: Scope, edge: Edge) -> Speaker | None:
    """The sign-in of this request: a key in Authorization wins over a cookie."""
    authorization = header(scope, b"authorization")
    if authorization:
        kind, _, key = authorization.partition(" ")
        return await edge.speakers.by_key(key.strip()) if kind.lower() == "bearer" else None
    cookie = session_cookie(scope)
    return await edge.speakers.by_cookie(cookie) if cookie else None


def speaker_of(connection: Conn) -> Speaker:
    """Who passed the guard."""
    scope: Scope = connection.scope  # type: ignore[assignment]
    speaker: Speaker = scope[_SPEAKER]
    return speaker


def actor_of(connection: Conn) -> Actor:
    return speaker_of(connection).actor


# --- cookies ------------------------------------------------------------------------------------------------


def cookie_name(scheme: str) -> str:
    """Over https the name itself forbids that another host or path plants it."""
    return "__Host-openlines" if scheme in {"https", "wss"} else "openlines"


def session_cookie(scope: Scope) -> str:
    """The session's cookie, "" when there is none."""
    text = header(scope, b"cookie")
    name = cookie_name(scope["scheme"])
    if name not in text:
        return ""
    try:
        morsel = SimpleCookie(text).get(name)
    except CookieError:
        return ""
    return morsel.value if morsel is not None else ""


def new_cookie(scheme: str, value: str) -> Cookie:
    """The cookie that signs a browser in; an empty value signs it out."""
    return Cookie(
        key=cookie_name(scheme),
        value=value,
        path="/",
        httponly=True,
        secure=scheme == "https",
        samesite="lax",
        max_age=ABSOLUTE // 1_000_000 if value else 0,
    )


# --- other people's pages -----------------------------------------------------------------------------------


def own_origins(scope: Scope, edge: Edge) -> set[str]:
    """The origins whose pages are ours."""
    scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
    found = {f"{scheme}://{header(scope, b'host')}"}
    if edge.public_url:
        found.add(edge.public_url)
    return found


def same_site(scope: Scope, edge: Edge) -> None:
    """Refuse what a page of another site made a browser send.

    Browsers say where a request comes from and pages cannot change what they say; a request that carries
    neither header comes from no browser, so no browser was tricked into sending it.
    """
    origin = header(scope, b"origin")
    site = header(scope, b"sec-fetch-site")
    if origin and origin not in own_origins(scope, edge):
        raise HttpRefused(403, "cross_site")
    if not origin and site not in {"", "same-origin", "none"}:
        raise HttpRefused(403, "cross_site")


def insecure(scope: Scope) -> bool:
    """Reached over plain http from another machine: passwords and words can be read on the way."""
    host = urlsplit(f"//{header(scope, b'host')}").hostname or ""
    local = host in _LOCAL_HOSTS or host.endswith(".localhost") or host.startswith("127.")
    return scope["scheme"] in {"http", "ws"} and not local
