"""What operators do with a conversation, one handler per action; each answers with the row as it is afterwards."""

from typing import Annotated, Any

import msgspec
from litestar import Response, post
from litestar.params import FromPath, JSONBody

from openlines.api.acting import act
from openlines.api.edge import Edge
from openlines.api.guard import WORKS
from openlines.api.staff.common import Number, Req, TheActor, TheEdge, TheLanguage, harmless, when
from openlines.api.staff.details import Acted, acted
from openlines.api.words import word
from openlines.core.state import Conversation
from openlines.services import handle
from openlines.services.access import Actor
from openlines.store.tx import Reader, Tx

TAGS = ["conversations"]
Words = Annotated[str, msgspec.Meta(max_length=100_000)]


class SeenVersion(msgspec.Struct, forbid_unknown_fields=True):
    """The version of the row on which a person decided."""

    version: Number | None = None


class FinishInput(SeenVersion, forbid_unknown_fields=True):
    now: bool = False


class TransferInput(SeenVersion, forbid_unknown_fields=True):
    user_id: Number | None = None
    department_id: Number | None = None
    line_id: Number | None = None
    note: Words = ""


class PinInput(msgspec.Struct, forbid_unknown_fields=True):
    pinned: bool


class SnoozeInput(msgspec.Struct, forbid_unknown_fields=True):
    until: str | None


class SpamInput(msgspec.Struct, forbid_unknown_fields=True):
    block: bool = False


class HasReadInput(msgspec.Struct, forbid_unknown_fields=True):
    seq: Number = 0


async def _do(edge: Edge, request: Req, actor: Actor, language: str, use_case: Any) -> Response[Acted]:
    def show(reader: Reader, c: Conversation) -> Acted:
        return acted(reader, actor, c, language, word)

    return await act(edge, request, use_case, show)


CONVERSATION = "/conversations/{conversation_id:int}"


@post(f"{CONVERSATION}/accept", opt=WORKS, tags=TAGS, summary="Take what is offered or waits", status_code=200)
async def accept(
    edge: TheEdge,
    request: Req,
    actor: TheActor,
    language: TheLanguage,
    conversation_id: FromPath[int],
    data: JSONBody[SeenVersion],
) -> Response[Acted]:
    return await _do(edge, request, actor, language, lambda tx: handle.accept(tx, actor, conversation_id))


@post(f"{CONVERSATION}/decline", opt=WORKS, tags=TAGS, summary="Let it go to the next operator", status_code=200)
async def decline(
    edge: TheEdge,
    request: Req,
    actor: TheActor,
    language: TheLanguage,
    conversation_id: FromPath[int],
    data: JSONBody[SeenVersion],
) -> Response[Acted]:
    return await _do(edge, request, actor, language, lambda tx: handle.decline(tx, actor, conversation_id))


@post(f"{CONVERSATION}/finish", opt=WORKS, tags=TAGS, summary="Finish: last words, a delay, closed", status_code=200)
async def finish(
    edge: TheEdge,
    request: Req,
    actor: TheActor,
    language: TheLanguage,
    conversation_id: FromPath[int],
    data: JSONBody[FinishInput],
) -> Response[Acted]:
    """With `now` it closes at once and says nothing."""
    return await _do(
        edge,
        request,
        actor,
        language,
        lambda tx: handle.finish(tx, actor, conversation_id, data.version, now=data.now),
    )


@post(f"{CONVERSATION}/undo-finish", opt=WORKS, tags=TAGS, summary="Take a finish back", status_code=200)
async def undo_finish(
    edge: TheEdge, request: Req, actor: TheActor, language: TheLanguage, conversation_id: FromPath[int]
) -> Response[Acted]:
    return await _do(edge, request, actor, language, lambda tx: handle.undo_finish(tx, actor, conversation_id))


@post(
    f"{CONVERSATION}/transfer",
    opt=WORKS,
    tags=TAGS,
    summary="Transfer to an operator, a department or a line",
    status_code=200,
)
async def transfer(
    edge: TheEdge,
    request: Req,
    actor: TheActor,
    language: TheLanguage,
    conversation_id: FromPath[int],
    data: JSONBody[TransferInput],
) -> Response[Acted]:
    """Exactly one of `user_id`, `department_id`, `line_id`."""

    def use_case(tx: Tx) -> Conversation:
        return handle.transfer(
            tx,
            actor,
            conversation_id,
            data.version,
            user_id=data.user_id,
            department_id=data.department_id,
            line_id=data.line_id,
            note=harmless(data.note),
        )

    return await _do(edge, request, actor, language, use_case)


@post(f"{CONVERSATION}/intercept", opt=WORKS, tags=TAGS, summary="Take it over from a colleague", status_code=200)
async def intercept(
    edge: TheEdge,
    request: Req,
    actor: TheActor,
    language: TheLanguage,
    conversation_id: FromPath[int],
    data: JSONBody[SeenVersion],
) -> Response[Acted]:
    return await _do(
        edge, request, actor, language, lambda tx: handle.intercept(tx, actor, conversation_id, data.version)
    )


@post(f"{CONVERSATION}/join", opt=WORKS, tags=TAGS, summary="Listen in", status_code=200)
async def join(
    edge: TheEdge, request: Req, actor: TheActor, language: TheLanguage, conversation_id: FromPath[int]
) -> Response[Acted]:
    return await _do(edge, request, actor, language, lambda tx: handle.join(tx, actor, conversation_id))


@post(f"{CONVERSATION}/leave", opt=WORKS, tags=TAGS, summary="Stop listening in", status_code=200)
async def leave(
    edge: TheEdge, request: Req, actor: TheActor, language: TheLanguage, conversation_id: FromPath[int]
) -> Response[Acted]:
    return await _do(edge, request, actor, language, lambda tx: handle.leave(tx, actor, conversation_id))


@post(f"{CONVERSATION}/pin", opt=WORKS, tags=TAGS, summary="Pin to its operator, or unpin", status_code=200)
async def pin(
    edge: TheEdge,
    request: Req,
    actor: TheActor,
    language: TheLanguage,
    conversation_id: FromPath[int],
    data: JSONBody[PinInput],
) -> Response[Acted]:
    return await _do(edge, request, actor, language, lambda tx: handle.pin(tx, actor, conversation_id, data.pinned))


@post(
    f"{CONVERSATION}/snooze",
    opt=WORKS,
    tags=TAGS,
    summary="Put aside until a time; null brings it back",
    status_code=200,
)
async def snooze(
    edge: TheEdge,
    request: Req,
    actor: TheActor,
    language: TheLanguage,
    conversation_id: FromPath[int],
    data: JSONBody[SnoozeInput],
) -> Response[Acted]:
    until = when("until", data.until)
    return await _do(edge, request, actor, language, lambda tx: handle.snooze(tx, actor, conversation_id, until))


@post(f"{CONVERSATION}/spam", opt=WORKS, tags=TAGS, summary="Close as spam, at once and silently", status_code=200)
async def spam(
    edge: TheEdge,
    request: Req,
    actor: TheActor,
    language: TheLanguage,
    conversation_id: FromPath[int],
    data: JSONBody[SpamInput],
) -> Response[Acted]:
    return await _do(
        edge, request, actor, language, lambda tx: handle.spam(tx, actor, conversation_id, block=data.block)
    )


@post(f"{CONVERSATION}/read", opt=WORKS, tags=TAGS, summary="Its operator has seen everything in it", status_code=200)
async def read(
    edge: TheEdge,
    request: Req,
    actor: TheActor,
    language: TheLanguage,
    conversation_id: FromPath[int],
    data: JSONBody[HasReadInput],
) -> Response[Acted]:
    return await _do(edge, request, actor, language, lambda tx: handle.read(tx, actor, conversation_id))


@post("/threads/{thread_id:int}/block", opt=WORKS, tags=TAGS, summary="Block the customer", status_code=204)
async def block(edge: TheEdge, request: Req, actor: TheActor, thread_id: FromPath[int]) -> Response[None]:
    return await act(edge, request, lambda tx: handle.block(tx, actor, thread_id))


@post("/threads/{thread_id:int}/unblock", opt=WORKS, tags=TAGS, summary="Let the customer write again", status_code=204)
async def unblock(edge: TheEdge, request: Req, actor: TheActor, thread_id: FromPath[int]) -> Response[None]:
    return await act(edge, request, lambda tx: handle.unblock(tx, actor, thread_id))


HANDLERS = [
    accept,
    decline,
    finish,
    undo_finish,
    transfer,
    intercept,
    join,
    leave,
    pin,
    snooze,
    spam,
    read,
    block,
    unblock,
]
