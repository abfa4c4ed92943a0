"""Carrying out a mutation: once per Idempotency-Key, answered from the same transaction that did it."""

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import msgspec
from litestar import MediaType, Request, Response

from openlines.api.edge import Edge
from openlines.api.guard import MADE, actor_of
from openlines.api.refusals import HttpRefused
from openlines.services.idempotency import once
from openlines.store.tx import Reader, Tx

R = TypeVar("R")
Req = Request[Any, Any, Any]

_encode = msgspec.json.Encoder().encode
KEY_LIMIT = 200


async def act(
    edge: Edge,
    request: Req,
    use_case: Callable[[Tx], R],
    show: Callable[[Reader, R], Any] | None = None,
    *,
    status: int = 200,
    secret: Mapping[str, str] | None = None,
) -> Response[Any]:
    """Run `use_case`; answer with what `show` makes of its result, read in the same transaction.

    Without `show` the answer has no body (204). A handler whose `opt` says where what it makes stands (`guard.makes`)
    tells it in Location. With an Idempotency-Key the answer is kept with the act, and a
    repeat of the request gets it again. `secret` joins the first answer only: what is shown once (a key, a password
    that we made up) is kept nowhere, so a repeat names what was made and leaves it out.
    """
    status = status if show is not None else 204
    key = request.headers.get("idempotency-key", "")
    if not key:
        body = await edge.store.write(_act, use_case, show)
        return answer(_with(body, secret), status, _made(request, body))
    if len(key) > KEY_LIMIT:
        raise HttpRefused(400, "key_too_long", most=KEY_LIMIT)
    digest = hashlib.sha256(f"{request.method} {request.url.path}\n".encode() + await request.body()).hexdigest()
    owner = f"user:{actor_of(request).user_id}"
    given = await edge.store.write(once, owner, key, digest, partial(_answered, use_case, show, status))
    body = given.body.encode()
    if given.repeated:
        return answer(body, given.status, {**_made(request, body), "idempotency-replayed": "true"})
    return answer(_with(body, secret), given.status, _made(request, body))


def _made(request: Req, body: bytes) -> dict[str, str]:
    """Where that which was made can be read from now on."""
    place: str = request.route_handler.opt.get(MADE, "")
    return {"location": place.format(**msgspec.json.decode(body))} if place else {}


def _with(body: bytes, secret: Mapping[str, str] | None) -> bytes:
    return _encode({**msgspec.json.decode(body), **secret}) if secret else body


def _act(tx: Tx, use_case: Callable[[Tx], R], show: Callable[[Reader, R], Any] | None) -> bytes:
    result = use_case(tx)
    return b"" if show is None else _encode(show(tx, result))


def _answered(
    use_case: Callable[[Tx], R], show: Callable[[Reader, R], Any] | None, status: int, tx: Tx
) -> tuple[int, str]:
    return status, _act(tx, use_case, show).decode()


def answer(body: bytes, status: int, headers: dict[str, str] | None = None) -> Response[Any]:
    """JSON that is encoded already."""
    return Response(body, status_code=status, media_type=MediaType.JSON if body else "", headers=headers)


def shown(value: Any, status: int = 200) -> Response[Any]:
    """A value as JSON."""
    return answer(_encode(value), status)


def made(request: Req, value: Any) -> Response[Any]:
    """What a handler has made without `act`, as JSON; Location tells where it stands."""
    body = _encode(value)
    return answer(body, 201, _made(request, body))
