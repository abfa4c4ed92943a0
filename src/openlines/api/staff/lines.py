"""Lines, their rules and their queues, for those who configure."""

from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody

from openlines.api.acting import act, shown
from openlines.api.guard import CONFIGURES, LOOKS_AT_SETTINGS, makes
from openlines.api.staff.channels import Channel, channel_of
from openlines.api.staff.common import Number, Req, TheActor, TheEdge, TheLanguage, harmless
from openlines.api.staff.timetables import warm
from openlines.core.schedule import closes_at, is_open, next_open
from openlines.realtime.snapshot import whole
from openlines.services import lines, looks, queue, standing
from openlines.services.access import Actor, access_line
from openlines.services.line_settings import shown_settings
from openlines.store import channels as channel_rows
from openlines.store import faces, portal
from openlines.store import lines as rows
from openlines.store.faces import OwnFace
from openlines.store.lines import LineRow, Member, schedule_in
from openlines.store.tx import Reader, Tx
from openlines.support.stamps import stamp, stamp_or_none
from openlines.support.tolerant import clean

TAGS = ["lines"]
Text = Annotated[str, msgspec.Meta(max_length=1000)]
Looks = dict[int, dict[str, Any]]  # by channel: those of its settings that stand on the line's page


class OperatorFace(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """How an operator is shown to customers of this line (operator_shown "line"). Without a name: the profile's."""

    user_id: Number
    name: Text = ""
    photo: str = ""  # id of an uploaded file


class Line(msgspec.Struct, omit_defaults=True):
    """A line with all of its rules: durations in whole seconds, texts by language, Monday first."""

    id: int
    version: int
    name: str
    created_at: str
    settings: dict[str, Any]
    active: bool = False
    off_reason: str | None = None
    open: bool = False
    opens_at: str | None = None
    closes_at: str | None = None
    channels: list[Channel] = []
    faces: list[OperatorFace] = []
    looks: Looks = {}


class Lines(msgspec.Struct):
    items: list[Line]
    next: str | None


def members_in(members: list["QueueMember"]) -> list[Member]:
    return [Member(each.user_id, each.department_id, int(each.with_head)) for each in members]


def faces_in(line_id: int, given: list[OperatorFace]) -> list[OwnFace]:
    return [OwnFace(line_id, each.user_id, harmless(each.name), harmless(each.photo) or None) for each in given]


def line_out(reader: Reader, row: LineRow, language: str) -> Line:
    settings, schedule = row.rules, schedule_in(row.settings)
    now = reader.now
    open_now = is_open(schedule, now)
    return Line(
        id=row.id,
        version=row.version,
        name=row.name,
        created_at=stamp(row.created_at),
        settings=shown_settings(settings),
        active=bool(row.active),
        off_reason=row.off_reason,
        open=open_now,
        opens_at=None if open_now else stamp_or_none(next_open(schedule, now)),
        closes_at=stamp_or_none(closes_at(schedule, now)) if open_now else None,
        channels=[channel_of(each, language) for each in channel_rows.of_line(reader, row.id)],
        faces=[OperatorFace(each.user_id, each.name, each.photo or "") for each in faces.own(reader, [row.id])],
        looks=looks.of_the_line(reader, row.id),
    )


def _lines(reader: Reader, language: str) -> list[Line]:
    return [line_out(reader, each, language) for each in rows.every(reader)]


def _line(reader: Reader, actor: Actor, line_id: int, language: str) -> Line:
    return line_out(reader, access_line(reader, actor, line_id), language)


@get("/lines", opt=LOOKS_AT_SETTINGS, tags=TAGS, summary="Every line with its rules")
async def list_lines(edge: TheEdge, language: TheLanguage) -> Response[Lines]:
    return shown(whole(await edge.store.read(_lines, language)))


class NewLine(msgspec.Struct, forbid_unknown_fields=True):
    name: Text


@post("/lines", opt=makes(CONFIGURES, "/api/v1/lines/{id}"), tags=TAGS, summary="Make a line", status_code=201)
async def create_line(
    edge: TheEdge, request: Req, actor: TheActor, language: TheLanguage, data: JSONBody[NewLine]
) -> Response[Line]:
    limit = edge.max_lines or None

    def create(tx: Tx) -> int:
        the_portal = portal.the_portal(tx)
        zone = the_portal.time_zone if the_portal is not None else "UTC"
        return lines.create(tx, actor, harmless(data.name), time_zone=zone, limit=limit)

    return await act(edge, request, create, lambda reader, line_id: _line(reader, actor, line_id, language), status=201)


class CopyInput(msgspec.Struct, forbid_unknown_fields=True):
    name: Text | None = None
    chats: bool = False  # with chats of its own that look and speak like those of the first line


@post(
    "/lines/{line_id:int}/copy",
    opt=makes(CONFIGURES, "/api/v1/lines/{id}"),
    tags=TAGS,
    summary="A new line with the same rules",
    status_code=201,
)
async def copy_line(
    edge: TheEdge,
    request: Req,
    actor: TheActor,
    language: TheLanguage,
    line_id: FromPath[int],
    data: JSONBody[CopyInput],
) -> Response[Line]:
    """Same rules, queue and faces; channels stay where they are. Without a name it is called after the first one."""
    limit = edge.max_lines or None

    def copy(tx: Tx) -> int:
        name = data.name or f"{access_line(tx, actor, line_id).name} 2"
        return lines.copy(tx, actor, line_id, harmless(name), limit=limit, chats=edge.seal if data.chats else None)

    return await act(edge, request, copy, lambda reader, copied: _line(reader, actor, copied, language), status=201)


@get("/lines/{line_id:int}", opt=LOOKS_AT_SETTINGS, tags=TAGS, summary="One line with its rules")
async def read_line(edge: TheEdge, actor: TheActor, language: TheLanguage, line_id: FromPath[int]) -> Line:
    return await edge.store.read(_line, actor, line_id, language)


class QueueMember(msgspec.Struct, forbid_unknown_fields=True):
    user_id: Number | None = None
    department_id: Number | None = None
    with_head: bool = False  # of a department: its head too


class LineChange(msgspec.Struct, forbid_unknown_fields=True):
    version: Number
    name: Text | None = None
    active: bool | None = None
    settings: dict[str, Any] | None = None
    members: list[QueueMember] | None = None  # the whole queue
    faces: list[OperatorFace] | None = None  # all of them
    looks: Looks | None = None  # of each channel only what is named


@patch("/lines/{line_id:int}", opt=CONFIGURES, tags=TAGS, summary="Change a line; of `settings` only what is named")
async def change_line(
    edge: TheEdge,
    request: Req,
    actor: TheActor,
    language: TheLanguage,
    line_id: FromPath[int],
    data: JSONBody[LineChange],
) -> Response[Line]:
    """Holds at once, also for what is under way; all of it is one save. 409 when somebody saved since `version`."""
    settings = clean(data.settings) if data.settings is not None else None
    members = None if data.members is None else members_in(data.members)
    own_faces = None if data.faces is None else faces_in(line_id, data.faces)
    chats = {each: clean(values) for each, values in (data.looks or {}).items()}
    if settings:
        await warm(settings.get("holidays_country"), settings.get("holidays_region"), edge.store.clock.now())

    def change(tx: Tx) -> LineRow:
        name = harmless(data.name) if data.name is not None else None
        return lines.change(
            tx,
            actor,
            line_id,
            data.version,
            name=name,
            active=data.active,
            settings=settings,
            members=members,
            own_faces=own_faces,
            chats=chats,
            limit=edge.max_lines or None,
        )

    return await act(edge, request, change, lambda reader, row: line_out(reader, row, language))


@delete("/lines/{line_id:int}", opt=CONFIGURES, tags=TAGS, summary="Remove a line without channels and conversations")
async def delete_line(edge: TheEdge, request: Req, actor: TheActor, line_id: FromPath[int]) -> None:
    await act(edge, request, lambda tx: lines.remove(tx, actor, line_id, limit=edge.max_lines or None))


# --- the queue ----------------------------------------------------------------------------------------------


class QueuePerson(msgspec.Struct, omit_defaults=True):
    """`counted` of `limit` conversations (0: no limit). `why_not`: the first reason why he would not be asked now
    (line_off, inactive, absent, pause, offline, at_limit); `next`: who would be asked first, or all of them in the
    mode "everyone". `unavailable` is his own reason, whether or not this line looks at it."""

    user_id: int
    available: bool
    unavailable: str | None = None
    counted: int = 0
    limit: int = 0
    why_not: str | None = None
    next: bool = False


class QueueEntry(msgspec.Struct, omit_defaults=True):
    position: int
    user_id: int | None = None
    department_id: int | None = None
    with_head: bool = False
    people: list[QueuePerson] = []


class Queue(msgspec.Struct):
    items: list[QueueEntry]
    next: str | None


class QueueInput(msgspec.Struct, forbid_unknown_fields=True):
    version: Number
    members: list[QueueMember]


def _queue(reader: Reader, actor: Actor, line_id: int) -> Queue:
    found = standing.of_queue(reader, access_line(reader, actor, line_id))
    entries = [
        QueueEntry(
            position,
            member.user_id,
            member.department_id,
            bool(member.with_head),
            [QueuePerson(*each) for each in people],
        )
        for position, (member, people) in enumerate(found)
    ]
    return Queue(entries, None)


@get(
    "/lines/{line_id:int}/queue", opt=LOOKS_AT_SETTINGS, tags=TAGS, summary="The queue: members and who they stand for"
)
async def read_queue(edge: TheEdge, actor: TheActor, line_id: FromPath[int]) -> Queue:
    return await edge.store.read(_queue, actor, line_id)


@put("/lines/{line_id:int}/queue", opt=CONFIGURES, tags=TAGS, summary="Replace the queue; holds at once")
async def put_queue(
    edge: TheEdge, request: Req, actor: TheActor, line_id: FromPath[int], data: JSONBody[QueueInput]
) -> Response[Queue]:
    """Each member names a user or a department. `version` is the line's."""
    members = members_in(data.members)
    return await act(
        edge,
        request,
        lambda tx: queue.put_queue(tx, actor, line_id, data.version, members),
        lambda reader, _: _queue(reader, actor, line_id),
    )


HANDLERS = [list_lines, create_line, copy_line, read_line, change_line, delete_line, read_queue, put_queue]
