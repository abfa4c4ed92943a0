"""Lines as files: out of this portal, and into it."""

import re
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from openlines.api.acting import act
from openlines.api.guard import CONFIGURES, LOOKS_AT_SETTINGS, makes
from openlines.api.line_photos import FILE_LIMIT, stored, with_photos
from openlines.api.staff.common import Number, Req, TheActor, TheEdge, TheLanguage, harmless
from openlines.api.staff.lines import Line, OperatorFace, QueueMember, Text, line_out
from openlines.api.words import word
from openlines.services import line_files
from openlines.services.access import access_line
from openlines.services.line_files import Content
from openlines.support.tolerant import clean

TAGS = ["lines"]


class UnknownHere(msgspec.Struct):
    """Something that the file names and this portal does not know; `path` is its place in the file."""

    path: str
    code: str
    value: str
    message: str


class FileChat(msgspec.Struct, omit_defaults=True):
    """A chat of the file: which channel of the line takes it over, or none when a new one is made for it."""

    kind: str
    name: str
    settings: dict[str, Any]
    channel_id: int = 0


class LineFileContent(msgspec.Struct):
    """What a file would bring; people and departments are already those of this portal, photos are named as in it."""

    name: str
    settings: dict[str, Any]
    members: list[QueueMember] | None
    faces: list[OperatorFace]
    chats: list[FileChat]
    unknown: list[UnknownHere]


class FileInput(msgspec.Struct, forbid_unknown_fields=True):
    """With `line_id`: what it would bring to this line."""

    file: dict[str, Any]
    line_id: Number | None = None


class ImportInput(msgspec.Struct, forbid_unknown_fields=True):
    """Without `line_id` a new line is made; with it, `version` is the one that was seen."""

    file: dict[str, Any]
    line_id: Number | None = None
    version: Number | None = None
    name: Text | None = None
    skip_unknown: bool = False


@get("/lines/{line_id:int}/export", opt=LOOKS_AT_SETTINGS, tags=TAGS, summary="A line as a file")
async def export_line(edge: TheEdge, actor: TheActor, line_id: FromPath[int]) -> Response[bytes]:
    """JSON without numbers of this portal and without secrets; another portal can read it. Photos are in it, small."""
    found = await with_photos(edge.files, await edge.store.read(line_files.exported, actor, line_id))
    body = msgspec.json.format(msgspec.json.encode(found), indent=2)
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", found["name"]).strip("-.") or "line"
    name = f"attachment; filename=\"{plain[:80]}.json\"; filename*=UTF-8''{quote(found['name'][:80])}.json"
    return Response(body, media_type="application/json", headers={"content-disposition": name})


def _shown(found: Content, language: str) -> LineFileContent:
    unknown = [
        UnknownHere(each.field, each.code, str(each.params.get("value", "")), word(each.code, each.params, language))
        for each in found.unknown
    ]
    members = found.members
    return LineFileContent(
        found.name,
        dict(found.settings),
        None if members is None else [QueueMember(each[0], each[1], bool(each[2])) for each in members],
        [OperatorFace(each.user_id, each.name, each.photo or "") for each in found.faces],
        [FileChat(each.kind, each.name, each.settings, each.channel_id) for each in found.chats],
        unknown,
    )


@post(
    "/lines/read-file",
    opt=CONFIGURES,
    tags=TAGS,
    status_code=200,
    summary="What a file of a line would bring",
    request_max_body_size=FILE_LIMIT,
)
async def read_line_file(
    edge: TheEdge, actor: TheActor, language: TheLanguage, data: JSONBody[FileInput]
) -> LineFileContent:
    """Nothing is written: to look before importing."""
    found = await edge.store.read(line_files.content, actor, clean(data.file), data.line_id)
    return _shown(found, language)


@post(
    "/lines/import",
    opt=makes(CONFIGURES, "/api/v1/lines/{id}"),
    tags=TAGS,
    status_code=201,
    summary="A line from a file",
    request_max_body_size=FILE_LIMIT,
)
async def import_line(
    edge: TheEdge, request: Req, actor: TheActor, language: TheLanguage, data: JSONBody[ImportInput]
) -> Response[Line]:
    """A new line, or an existing one brought to what the file says. What is unknown here is refused by its path,
    or skipped if `skip_unknown` says so."""
    name = harmless(data.name) if data.name is not None else None
    file = clean(data.file)
    photos = await stored(edge.files, file)
    return await act(
        edge,
        request,
        lambda tx: line_files.imported(
            tx,
            actor,
            file,
            seal=edge.seal,
            photos=photos,
            line_id=data.line_id,
            version=data.version,
            name=name,
            skip_unknown=data.skip_unknown,
            limit=edge.max_lines or None,
        ),
        lambda reader, line_id: line_out(reader, access_line(reader, actor, line_id), language),
        status=201,
    )


HANDLERS = [export_line, read_line_file, import_line]
