"""The way in: set-up, signing in, signing out."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, patch, post
from litestar.params import JSONBody

from openlines.api.acting import act, answer, shown
from openlines.api.edge import Edge
from openlines.api.guard import ANYONE, CONFIGURES, LOOKS_AT_SETTINGS, insecure, new_cookie, session_cookie
from openlines.api.refusals import Unauthorized
from openlines.api.speakers import SESSION_PREFIX
from openlines.api.staff.common import (
    Req,
    TheActor,
    TheEdge,
    base_url,
    check_password,
    client_address,
    given,
    scope_of,
    tried,
)
from openlines.realtime.snapshot import Me, PortalBrief, me_of
from openlines.services import accounts, portal, sessions
from openlines.services.portal import FirstPerson, SetUp
from openlines.store import channels
from openlines.store import users as user_rows
from openlines.store.portal import Portal
from openlines.store.tx import Reader, Tx
from openlines.support.ids import fingerprint, new_token


@get("/portal", opt=ANYONE, tags=["portal"], summary="What may be known before signing in")
async def read_portal(edge: TheEdge, request: Req) -> PortalBrief:
    found = await edge.store.read(portal.the_portal)
    return PortalBrief(
        name=found.name,
        language=found.language,
        time_zone=found.time_zone,
        version=edge.version,
        setup_needed=found.setup_hash is not None,
        insecure=insecure(scope_of(request)),
    )


class PortalSettings(msgspec.Struct):
    """What holds for the whole portal. `one_channel_of_a_kind`: a line takes one channel of each kind at the most.

    `public_url` ("" when none is set) and `max_lines` (0: no limit) are told to the server when it starts
    (OPENLINES_PUBLIC_URL, OPENLINES_MAX_LINES) and cannot be changed here.
    """

    name: str
    language: str
    time_zone: str
    one_channel_of_a_kind: bool
    public_url: str
    max_lines: int


class PortalInput(msgspec.Struct, forbid_unknown_fields=True):
    name: str | msgspec.UnsetType = msgspec.UNSET
    language: str | msgspec.UnsetType = msgspec.UNSET
    time_zone: str | msgspec.UnsetType = msgspec.UNSET
    one_channel_of_a_kind: bool | msgspec.UnsetType = msgspec.UNSET


def settings_of(found: Portal, edge: Edge) -> PortalSettings:
    one = bool(found.settings.get("one_channel_of_a_kind", True))
    return PortalSettings(found.name, found.language, found.time_zone, one, edge.public_url, edge.max_lines)


@get("/portal/settings", opt=LOOKS_AT_SETTINGS, tags=["portal"], summary="What holds for the whole portal")
async def read_settings(edge: TheEdge) -> PortalSettings:
    return settings_of(await edge.store.read(portal.the_portal), edge)


@patch("/portal/settings", opt=CONFIGURES, tags=["portal"], summary="Change what holds for the whole portal")
async def change_settings(
    edge: TheEdge, request: Req, actor: TheActor, data: JSONBody[PortalInput]
) -> Response[PortalSettings]:
    changes = given(data)
    return await act(
        edge,
        request,
        lambda tx: portal.change_portal(tx, actor, **changes),
        lambda _, found: settings_of(found, edge),
    )


class SetUpInput(msgspec.Struct, forbid_unknown_fields=True):
    token: str
    portal_name: str
    name: str
    email: str
    password: str
    language: str
    time_zone: str


class SetUpAnswer(msgspec.Struct):
    me: Me
    line_id: int
    channel_id: int
    snippet: str
    try_url: str


@post("/setup", opt=ANYONE, tags=["portal"], summary="Set the portal up, once, with the printed link", status_code=201)
async def set_up(edge: TheEdge, request: Req, data: JSONBody[SetUpInput]) -> Response[SetUpAnswer]:
    check_password(data.password, data.name, data.email)
    done: list[SetUp] = []

    async def carry_out() -> bool:
        hashed = await edge.passwords.hash(data.password)
        person = FirstPerson(data.name, data.email, hashed, data.language, data.time_zone)
        write, token_hash = edge.store.write, fingerprint(data.token)
        done.append(await write(portal.set_up, token_hash, data.portal_name, person, seal=edge.seal))
        return True

    address = client_address(request)
    await tried(edge, f"setup:{address}", address, carry_out)
    [made] = done
    cookie = await open_session(edge, request, made.user_id)
    me, key = await edge.store.read(_set_up_answer, made.user_id, made.channel_id)
    base = base_url(edge, request)
    body = SetUpAnswer(me, made.line_id, made.channel_id, snippet(base, key), f"{base}/try/{key}")
    response: Response[Any] = shown(body, 201)
    response.cookies.append(new_cookie(request.scope["scheme"], cookie))
    return response


def _set_up_answer(reader: Reader, user_id: int, channel_id: int) -> tuple[Me, str]:
    channel = channels.one(reader, channel_id)
    return me_of(accounts.access_user(reader, user_id)), channel.key if channel is not None else ""


def snippet(base: str, key: str) -> str:
    """The one line to paste into a site."""
    return f'<script async src="{base}/widget.js" data-key="{key}"></script>'


class LoginInput(msgspec.Struct, forbid_unknown_fields=True):
    email: Annotated[str, msgspec.Meta(max_length=300)]
    password: Annotated[str, msgspec.Meta(max_length=1024)]


class MeAnswer(msgspec.Struct):
    me: Me


@post("/login", opt=ANYONE, tags=["account"], summary="Sign in; the answer sets the session's cookie", status_code=200)
async def login(edge: TheEdge, request: Req, data: JSONBody[LoginInput]) -> Response[MeAnswer]:
    email = data.email.strip().lower()
    known = await edge.store.read(user_rows.credentials, email)

    async def fits() -> bool:
        # An unknown address costs the same time and gets the same words as a wrong password.
        right = await edge.passwords.verify(known.password_hash if known is not None else None, data.password)
        return right and known is not None and bool(known.active)

    if not await tried(edge, f"account:{email}", client_address(request), fits) or known is None:
        raise Unauthorized("bad_credentials")
    new_hash = None
    if known.password_hash and edge.passwords.outdated(known.password_hash):
        new_hash = await edge.passwords.hash(data.password)
    cookie = await open_session(edge, request, known.id, new_hash=new_hash)
    me = await edge.store.read(accounts.access_user, known.id)
    response: Response[Any] = shown(MeAnswer(me_of(me)))
    response.cookies.append(new_cookie(request.scope["scheme"], cookie))
    return response


async def open_session(edge: Edge, request: Req, user_id: int, *, new_hash: str | None = None) -> str:
    """A fresh cookie; the one that the browser had, whoever's it was, is worth nothing afterwards."""
    cookie = new_token(SESSION_PREFIX)
    old = session_cookie(scope_of(request))
    agent, address = request.headers.get("user-agent", ""), client_address(request)

    def sign_in(tx: Tx) -> None:
        if old:  # signed out, so that its sockets end and every node forgets it
            sessions.sign_out(tx, fingerprint(old))
        sessions.sign_in(tx, user_id, fingerprint(cookie), agent=agent, address=address, new_hash=new_hash)

    await edge.store.write(sign_in)
    if old:
        edge.speakers.forget_all()
    return cookie


@post("/logout", opt=ANYONE, tags=["account"], summary="Sign out", status_code=204)
async def logout(edge: TheEdge, request: Req) -> Response[None]:
    cookie = session_cookie(scope_of(request))
    if cookie:
        await edge.store.write(sessions.sign_out, fingerprint(cookie))
        edge.speakers.forget_all()
    response: Response[Any] = answer(b"", 204)
    response.cookies.append(new_cookie(request.scope["scheme"], ""))
    return response


HANDLERS = [read_portal, read_settings, change_settings, set_up, login, logout]
