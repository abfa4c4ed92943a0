"""What concerns oneself: name and language, password, presence."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, patch, post, put
from litestar.params import JSONBody

from openlines.api.acting import act, answer
from openlines.api.guard import IN_A_BROWSER, READS, WORKS, new_cookie, speaker_of
from openlines.api.speakers import SESSION_PREFIX, Speaker
from openlines.api.staff.common import Req, TheActor, TheEdge, check_password, client_address, given, tried
from openlines.realtime.snapshot import Me, me_of
from openlines.services import accounts, presence, sessions
from openlines.services.errors import Invalid
from openlines.store import users as user_rows
from openlines.store.tx import Tx
from openlines.support.ids import fingerprint, new_token


@get("/me", opt=READS, tags=["account"], summary="Who I am")
async def read_me(edge: TheEdge, actor: TheActor) -> Me:
    return me_of(await edge.store.read(accounts.access_user, actor.user_id))


class MeInput(msgspec.Struct, forbid_unknown_fields=True):
    name: str | msgspec.UnsetType = msgspec.UNSET
    language: str | msgspec.UnsetType = msgspec.UNSET
    time_zone: str | msgspec.UnsetType = msgspec.UNSET
    position: str | msgspec.UnsetType = msgspec.UNSET
    photo_id: str | msgspec.UnsetType | None = msgspec.UNSET


@patch("/me", opt=WORKS, tags=["account"], summary="Change what concerns me")
async def change_me(edge: TheEdge, request: Req, actor: TheActor, data: JSONBody[MeInput]) -> Response[Me]:
    changes = given(data)
    return await act(edge, request, lambda tx: accounts.change_me(tx, actor, **changes), lambda _, user: me_of(user))


class PasswordInput(msgspec.Struct, forbid_unknown_fields=True):
    current: str
    new: str


@post("/me/password", opt=IN_A_BROWSER, tags=["account"], summary="Change my password", status_code=204)
async def change_password(
    edge: TheEdge, request: Req, actor: TheActor, data: JSONBody[PasswordInput]
) -> Response[None]:
    """Every other session of mine ends, and this one gets a new cookie."""
    stored = await edge.store.read(user_rows.password_hash, actor.user_id)

    async def fits() -> bool:
        return await edge.passwords.verify(stored, data.current)

    if not await tried(edge, f"password:{actor.user_id}", client_address(request), fits):
        raise Invalid.field("current", "wrong_password")
    me = await edge.store.read(accounts.access_user, actor.user_id)
    check_password(data.new, me.name, me.email, field="new")
    cookie = new_token(SESSION_PREFIX)
    hashed = await edge.passwords.hash(data.new)
    await edge.store.write(_new_password, speaker_of(request), hashed, fingerprint(cookie))
    edge.speakers.forget_user(actor.user_id)
    response: Response[Any] = answer(b"", 204)
    response.cookies.append(new_cookie(request.scope["scheme"], cookie))
    return response


def _new_password(tx: Tx, speaker: Speaker, password_hash: str, token_hash: str) -> None:
    accounts.set_password(tx, speaker.actor.user_id, password_hash, keep_session=speaker.session_id)
    sessions.rotate(tx, speaker.session_id, token_hash)


class PresenceInput(msgspec.Struct, forbid_unknown_fields=True):
    state: str
    reason: Annotated[str, msgspec.Meta(max_length=1000)] = ""


@put("/me/presence", opt=WORKS, tags=["account"], summary="Say whether I am there: online, pause, offline")
async def choose_presence(edge: TheEdge, request: Req, actor: TheActor, data: JSONBody[PresenceInput]) -> Response[Me]:
    return await act(
        edge,
        request,
        lambda tx: presence.choose(tx, actor.user_id, data.state, data.reason),
        lambda reader, _: me_of(accounts.access_user(reader, actor.user_id)),
    )


HANDLERS = [read_me, change_me, change_password, choose_presence]
