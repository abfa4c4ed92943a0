"""The work itself: the snapshot, lists, one conversation, its messages, and what is done with it."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from openlines.api.acting import act
from openlines.api.guard import READS, WORKS, insecure, makes
from openlines.api.staff.common import FilterId, Number, Req, TheActor, TheEdge, TheLanguage, harmless, scope_of
from openlines.api.staff.details import Details, details, messages_of
from openlines.api.words import word
from openlines.realtime.shapes import Message, Row
from openlines.realtime.snapshot import Asker, ListPage, Snapshot, front_rows, list_page, one_row, take_snapshot
from openlines.services import reply
from openlines.services.access import Actor, access_thread
from openlines.services.errors import Invalid
from openlines.services.reply import Reply
from openlines.store import messages
from openlines.store.messages import MessageRow
from openlines.store.pages import Wanted
from openlines.store.tx import Reader

PAGE_LIMIT = 100
TAGS = ["conversations"]
# Longer than any use case takes, so that the use case says what is too long and where.
Words = Annotated[str, msgspec.Meta(max_length=100_000)]
Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_LIMIT)]


@get("/snapshot", opt=READS, tags=TAGS, summary="Everything the workspace starts from, with a cursor for the socket")
async def read_snapshot(edge: TheEdge, request: Req, actor: TheActor, language: TheLanguage) -> Snapshot:
    asker = Asker(actor, language, edge.version, insecure(scope_of(request)))
    return await edge.store.read(take_snapshot, asker, word)


@get("/conversations", opt=READS, tags=TAGS, summary="A list of conversations, newest first")
async def list_conversations(  # noqa: PLR0913, PLR0917 - one per filter
    edge: TheEdge,
    actor: TheActor,
    list_: Annotated[Literal["mine", "queue", "all", "closed"], QueryParameter(name="list")] = "all",
    line_id: FilterId = None,
    operator_id: FilterId = None,
    customer_id: FilterId = None,
    q: Annotated[str, QueryParameter(max_length=200)] = "",
    cursor: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> ListPage:
    """`mine` and `queue` come whole; `all` (open) and `closed` in pages."""
    if list_ in {"mine", "queue"}:
        rows = await edge.store.read(front_rows, actor, mine=list_ == "mine", queue=list_ == "queue")
        return ListPage(rows, None)
    wanted = Wanted(list_, page_after(cursor), limit, line_id, operator_id, customer_id, clean(q.strip()))
    return await edge.store.read(list_page, actor, wanted)


def page_after(cursor: str | None) -> int | None:
    """Where a page goes on. Raises `Invalid`."""
    if cursor is None:
        return None
    if not cursor.isdecimal() or len(cursor) > 18:
        raise Invalid.field("cursor", "bad_value")
    return int(cursor)


def clean(text: str) -> str:
    """A search text without what no database takes."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


@get(
    "/conversations/{conversation_id:int}", opt=READS, tags=TAGS, summary="One conversation with all that surrounds it"
)
async def read_conversation(
    edge: TheEdge, actor: TheActor, language: TheLanguage, conversation_id: FromPath[int]
) -> Details:
    return await edge.store.read(details, actor, conversation_id, language, word)


class MessagePage(msgspec.Struct):
    items: list[Message]
    more: bool


@get("/threads/{thread_id:int}/messages", opt=READS, tags=TAGS, summary="Messages of a thread, in order")
async def list_messages(  # noqa: PLR0917 - as the address has them
    edge: TheEdge,
    actor: TheActor,
    language: TheLanguage,
    thread_id: FromPath[int],
    before: FilterId = None,
    after: FilterId = None,
    limit: Limit = 50,
) -> MessagePage:
    """The last ones, or those before or after a `seq`."""
    return await edge.store.read(_messages, actor, thread_id, (before, after, limit), language)


def _messages(
    reader: Reader, actor: Actor, thread_id: int, window: tuple[int | None, int | None, int], language: str
) -> MessagePage:
    access_thread(reader, actor, thread_id)
    before, after, limit = window
    if after is not None:
        found = messages.after(reader, thread_id, after, limit + 1)
        kept = found[:limit]
    else:
        found = messages.before(reader, thread_id, before if before is not None else 1 << 60, limit + 1)
        kept = found[-limit:]
    return MessagePage(messages_of(reader, kept, language, word), len(found) > limit)


# --- saying -------------------------------------------------------------------------------------------------


class NewMessage(msgspec.Struct, forbid_unknown_fields=True):
    client_message_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    text: Words = ""
    files: list[str] = []
    note: bool = False
    reply_to: Number | None = None

    def said(self) -> Reply:
        return Reply(self.client_message_id, harmless(self.text), tuple(self.files), self.reply_to, self.note)


class Started(msgspec.Struct):
    conversation: Row
    message: Message


@post(
    "/conversations/{conversation_id:int}/messages",
    opt=WORKS,
    tags=TAGS,
    summary="Answer the customer, or leave a note for colleagues",
    status_code=201,
)
async def send_message(
    edge: TheEdge,
    request: Req,
    actor: TheActor,
    language: TheLanguage,
    conversation_id: FromPath[int],
    data: JSONBody[NewMessage],
) -> Response[Message]:
    """The same `client_message_id` twice is one message."""
    said = data.said()

    def show(reader: Reader, row: MessageRow) -> Message:
        return messages_of(reader, [row], language, word)[0]

    return await act(edge, request, lambda tx: reply.reply(tx, actor, conversation_id, said), show, status=201)


@post(
    "/threads/{thread_id:int}/conversations",
    opt=makes(WORKS, "/api/v1/conversations/{conversation[id]}"),
    tags=TAGS,
    summary="Write first: a new conversation in a thread that has none open",
    status_code=201,
)
async def start_conversation(
    edge: TheEdge,
    request: Req,
    actor: TheActor,
    language: TheLanguage,
    thread_id: FromPath[int],
    data: JSONBody[NewMessage],
) -> Response[Started]:
    said = data.said()

    def show(reader: Reader, row: MessageRow) -> Started:
        message = messages_of(reader, [row], language, word)[0]
        return Started(one_row(reader, actor.user_id, row.conversation_id), message)

    return await act(edge, request, lambda tx: reply.start(tx, actor, thread_id, said), show, status=201)


class NewText(msgspec.Struct, forbid_unknown_fields=True):
    text: Words


@patch("/messages/{message_id:int}", opt=WORKS, tags=TAGS, summary="Change one's own words")
async def edit_message(
    edge: TheEdge,
    request: Req,
    actor: TheActor,
    language: TheLanguage,
    message_id: FromPath[int],
    data: JSONBody[NewText],
) -> Response[Message]:
    text = harmless(data.text)
    return await act(
        edge,
        request,
        lambda tx: reply.edit(tx, actor, message_id, text),
        lambda reader, row: messages_of(reader, [row], language, word)[0],
    )


@delete("/messages/{message_id:int}", opt=WORKS, tags=TAGS, summary="Take one's own words back", status_code=200)
async def delete_message(
    edge: TheEdge, request: Req, actor: TheActor, language: TheLanguage, message_id: FromPath[int]
) -> Response[Message]:
    return await act(
        edge,
        request,
        lambda tx: reply.delete(tx, actor, message_id),
        lambda reader, row: messages_of(reader, [row], language, word)[0],
    )


@post(
    "/messages/{message_id:int}/retry",
    opt=WORKS,
    tags=TAGS,
    summary="Send again what failed or was never confirmed",
    status_code=200,
)
async def retry_message(
    edge: TheEdge, request: Req, actor: TheActor, language: TheLanguage, message_id: FromPath[int]
) -> Response[Message]:
    return await act(
        edge,
        request,
        lambda tx: reply.retry(tx, actor, message_id),
        lambda reader, row: messages_of(reader, [row], language, word)[0],
    )


HANDLERS = [
    read_snapshot,
    list_conversations,
    read_conversation,
    list_messages,
    send_message,
    start_conversation,
    edit_message,
    delete_message,
    retry_message,
]
