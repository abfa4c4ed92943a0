"""Where one is signed in, and one's keys for programs."""

import msgspec
from litestar import Response, delete, get, post
from litestar.params import FromPath, JSONBody

from openlines.api.acting import act
from openlines.api.guard import HIMSELF, IN_A_BROWSER, speaker_of
from openlines.api.speakers import KEY_PREFIX
from openlines.api.staff.common import Req, TheActor, TheEdge, when
from openlines.services import sessions, tokens
from openlines.services.access import Actor
from openlines.store.tokens import Token
from openlines.store.tx import Reader, Tx
from openlines.support.ids import fingerprint, new_token
from openlines.support.stamps import stamp, stamp_or_none


class SessionShown(msgspec.Struct, omit_defaults=True):
    id: int
    created_at: str
    seen_at: str
    expires_at: str
    agent: str = ""
    address: str = ""
    current: bool = False


class SessionsAnswer(msgspec.Struct):
    items: list[SessionShown]
    next: str | None


@get("/sessions", opt=HIMSELF, tags=["account"], summary="Where I am signed in")
async def list_sessions(edge: TheEdge, request: Req, actor: TheActor) -> SessionsAnswer:
    this = speaker_of(request).session_id
    items = [
        SessionShown(
            each.id,
            stamp(each.created_at),
            stamp(each.seen_at),
            stamp(each.expires_at),
            each.agent,
            each.address,
            each.id == this,
        )
        for each in await edge.store.read(sessions.my_sessions, actor)
    ]
    return SessionsAnswer(items, None)


@delete("/sessions/{session_id:int}", opt=HIMSELF, tags=["account"], summary="End one of my sessions", status_code=204)
async def end_session(edge: TheEdge, request: Req, actor: TheActor, session_id: FromPath[int]) -> Response[None]:
    edge.speakers.forget_user(actor.user_id)
    return await act(edge, request, lambda tx: sessions.end_session(tx, actor, session_id))


class TokenShown(msgspec.Struct, omit_defaults=True):
    id: int
    name: str
    hint: str
    scopes: tuple[str, ...]
    created_at: str
    expires_at: str | None = None
    used_at: str | None = None


class TokenInput(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    scopes: list[str]
    expires_at: str | None = None


class TokenAnswer(TokenShown, omit_defaults=True):
    """With the key itself, this once. A repeat under the same Idempotency-Key lacks it."""

    token: str = ""


class TokensAnswer(msgspec.Struct):
    items: list[TokenShown]
    next: str | None


@get("/tokens", opt=HIMSELF, tags=["account"], summary="My keys for programs")
async def list_tokens(edge: TheEdge, actor: TheActor) -> TokensAnswer:
    return TokensAnswer([token_shown(each) for each in await edge.store.read(tokens.my_tokens, actor)], None)


def token_shown(row: Token) -> TokenShown:
    return TokenShown(
        row.id,
        row.name,
        row.hint,
        row.scopes,
        stamp(row.created_at),
        stamp_or_none(row.expires_at),
        stamp_or_none(row.used_at),
    )


@post("/tokens", opt=IN_A_BROWSER, tags=["account"], summary="Make a key; it is shown once", status_code=201)
async def create_token(
    edge: TheEdge, request: Req, actor: TheActor, data: JSONBody[TokenInput]
) -> Response[TokenAnswer]:
    """The key is in this answer and kept nowhere, only its hash.

    Repeated with the same Idempotency-Key, the request makes no second key and gets the same answer without `token`:
    whoever lost the first answer revokes that key (its `id` is there) and makes another one.
    """
    token = new_token(KEY_PREFIX)
    expires_at = when("expires_at", data.expires_at)

    def create(tx: Tx) -> int:
        return tokens.create_token(
            tx,
            actor.user_id,
            name=data.name,
            scopes=data.scopes,
            token_hash=fingerprint(token),
            hint=token[-4:],
            expires_at=expires_at,
        )

    return await act(
        edge,
        request,
        create,
        lambda reader, token_id: token_shown(_token(reader, actor, token_id)),
        status=201,
        secret={"token": token},
    )


def _token(reader: Reader, actor: Actor, token_id: int) -> Token:
    return next(each for each in tokens.my_tokens(reader, actor) if each.id == token_id)


@delete("/tokens/{token_id:int}", opt=HIMSELF, tags=["account"], summary="Revoke a key", status_code=204)
async def revoke_token(edge: TheEdge, request: Req, actor: TheActor, token_id: FromPath[int]) -> Response[None]:
    answered = await act(edge, request, lambda tx: tokens.revoke_token(tx, actor, token_id))
    edge.speakers.forget_user(actor.user_id)
    return answered


HANDLERS = [list_sessions, end_session, list_tokens, create_token, revoke_token]
