"""A person's notices: what the bell in the rail shows."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromQuery, JSONBody

from openlines.api.acting import act
from openlines.api.guard import READS, WORKS
from openlines.api.staff.common import Number, Req, TheActor, TheEdge, TheLanguage
from openlines.api.staff.inbox import Limit, page_after
from openlines.core.notice_words import notice_words
from openlines.services import my_notices
from openlines.services.notices import filled
from openlines.store.notices import NoticeRow
from openlines.support.stamps import stamp

TAGS = ["notices"]
READ_AT_ONCE = 500


class NoticeShown(msgspec.Struct, omit_defaults=True):
    """In the reader's language; `kind` and `step` are for programs. With `thread_id` there is something to open."""

    id: int
    kind: str
    title: str
    at: str
    text: str = ""
    step: int = 0
    read: bool = False
    conversation_id: int | None = None
    thread_id: int | None = None
    line_id: int | None = None


class NoticePage(msgspec.Struct):
    """`unread` counts all of them, not only those of this page."""

    items: list[NoticeShown]
    next: str | None
    unread: int


class NoticesRead(msgspec.Struct, forbid_unknown_fields=True):
    """Those named, or all up to (and with) one."""

    ids: Annotated[list[Number], msgspec.Meta(max_length=READ_AT_ONCE)] = []
    up_to: Number | None = None


def notice_shown(row: NoticeRow, language: str) -> NoticeShown:
    title, text = notice_words(row.kind, filled(row.params, row.customer), language)
    return NoticeShown(
        row.id,
        row.kind,
        title,
        stamp(row.created_at),
        text,
        row.step,
        row.state == "read",
        row.conversation_id,
        row.thread_id,
        row.line_id,
    )


@get("/notices", opt=READS, tags=TAGS, summary="My notices, newest first")
async def list_notices(
    edge: TheEdge,
    actor: TheActor,
    language: TheLanguage,
    cursor: FromQuery[str | None] = None,
    limit: Limit = 30,
) -> NoticePage:
    found = await edge.store.read(my_notices.mine, actor, before=page_after(cursor), limit=limit + 1)
    following = str(found.rows[limit - 1].id) if len(found.rows) > limit else None
    return NoticePage([notice_shown(each, language) for each in found.rows[:limit]], following, found.unread)


@post("/notices/read", opt=WORKS, tags=TAGS, summary="I have read them", status_code=204)
async def read_notices(edge: TheEdge, request: Req, actor: TheActor, data: JSONBody[NoticesRead]) -> Response[None]:
    return await act(edge, request, lambda tx: my_notices.mark_read(tx, actor, data.ids, data.up_to))


HANDLERS = [list_notices, read_notices]
