"""Attachments of staff: up, then named in a message; down, for whoever sees the thread."""

from typing import Any
from urllib.parse import unquote

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from openlines.api.acting import made
from openlines.api.guard import READS, WORKS, makes
from openlines.api.refusals import HttpRefused, TooMany
from openlines.api.serving import as_response
from openlines.api.staff.common import Req, TheActor, TheEdge
from openlines.files.base import Kept
from openlines.services.access import access_file
from openlines.services.files import add_file
from openlines.store.files import FileRow


class Uploaded(msgspec.Struct, omit_defaults=True):
    """What a message needs to name the file, and what the page needs to show it."""

    id: str
    name: str
    size: int
    type: str
    width: int | None = None
    height: int | None = None


def uploaded(row: FileRow) -> Uploaded:
    return Uploaded(row.id, row.name, row.size, row.type, row.width, row.height)


def file_name(header: str) -> str:
    """X-File-Name, percent-encoded."""
    return unquote(header[:2000], errors="replace")


@post(
    "/files",
    opt=makes(WORKS, "/api/v1/files/{id}"),
    tags=["files"],
    summary="Upload a file: the raw body, with Content-Type, Content-Length and X-File-Name",
    status_code=201,
    request_max_body_size=None,
)
async def upload_file(edge: TheEdge, request: Req, actor: TheActor) -> Response[Uploaded]:
    """The name is percent-encoded. Pictures lose where and when they were taken."""
    wait = edge.limits.uploads.take(f"user:{actor.user_id}")
    if wait:
        raise TooMany(wait)
    if request.content_length is None:
        raise HttpRefused(411, "length_required")
    if request.content_length > edge.file_limit:
        raise HttpRefused(
            413, "file_too_large", headers={"connection": "close"}, megabytes=edge.file_limit // 1_000_000
        )
    kept = await edge.files.keep(
        request.stream(),
        name=file_name(request.headers.get("x-file-name", "")),
        declared=request.headers.get("content-type", ""),
        limit=edge.file_limit,
    )
    if not kept.size:
        raise HttpRefused(422, "file_empty")
    row = await edge.store.write(add_file, **facts_of(kept), user_id=actor.user_id)
    return made(request, uploaded(row))


def facts_of(kept: Kept) -> dict[str, Any]:
    """As `add_file` takes them."""
    return {
        "hash_": kept.hash,
        "name": kept.name,
        "size": kept.size,
        "type_": kept.type,
        "width": kept.width,
        "height": kept.height,
    }


@get("/files/{file_id:str}", opt=READS, tags=["files"], summary="A file, or with `preview=1` a small picture of it")
async def read_file(
    edge: TheEdge, request: Req, actor: TheActor, file_id: FromPath[str], preview: FromQuery[bool] = False
) -> Response[Any]:
    row = await edge.store.read(access_file, actor, file_id)
    return await as_response(edge, row, preview=preview, if_none_match=request.headers.get("if-none-match", ""))


HANDLERS = [upload_file, read_file]
