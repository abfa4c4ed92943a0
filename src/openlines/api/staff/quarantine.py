"""Events of vendors that could not be understood: listed, looked at, tried again once their cause is mended."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from openlines.api.acting import act
from openlines.api.guard import CONFIGURES, LOOKS_AT_SETTINGS
from openlines.api.staff.common import Number, Req, TheActor, TheEdge
from openlines.api.staff.inbox import Limit, page_after
from openlines.services import inbox
from openlines.store.inbox import Aside
from openlines.store.tx import Reader
from openlines.support.stamps import stamp

TAGS = ["operations"]
SHOWN = 65_536  # bytes of a body


class AsideShown(msgspec.Struct, omit_defaults=True):
    """`error` is the program's own sentence, for whoever mends it; `lane` the vendor's chat."""

    id: int
    channel_id: int
    lane: str
    received_at: str
    error: str = ""


class AsidePage(msgspec.Struct):
    """`total` counts all of them."""

    items: list[AsideShown]
    next: str | None
    total: int


class AsideWhole(AsideShown, omit_defaults=True):
    """With the body as it came; bytes that are no UTF-8 are written `\\xff`. `cut`: only the first 64 KiB are here."""

    headers: dict[str, str] = {}
    body: str = ""
    cut: bool = False


class ReplayInput(msgspec.Struct, forbid_unknown_fields=True):
    ids: Annotated[list[Number], msgspec.Meta(min_length=1, max_length=inbox.REPLAYED_AT_ONCE)]


class Replayed(msgspec.Struct):
    """How many of them were put aside and are tried again now."""

    count: int


def aside_shown(row: Aside) -> AsideShown:
    return AsideShown(row.id, row.channel_id, row.lane, stamp(row.received_at), row.error)


@get("/quarantine", opt=LOOKS_AT_SETTINGS, tags=TAGS, summary="Events of vendors that were put aside, newest first")
async def list_aside(
    edge: TheEdge, actor: TheActor, cursor: FromQuery[str | None] = None, limit: Limit = 50
) -> AsidePage:
    below = page_after(cursor)

    def look(reader: Reader) -> tuple[list[Aside], int]:
        found = inbox.list_aside(reader, actor, 2**62 if below is None else below, limit + 1)
        return found, inbox.depths(reader)["quarantined"][0]

    found, total = await edge.store.read(look)
    following = str(found[limit - 1].id) if len(found) > limit else None
    return AsidePage([aside_shown(each) for each in found[:limit]], following, total)


@get("/quarantine/{event_id:int}", opt=LOOKS_AT_SETTINGS, tags=TAGS, summary="One of them, with its raw body")
async def read_aside(edge: TheEdge, actor: TheActor, event_id: FromPath[int]) -> AsideWhole:
    found = await edge.store.read(inbox.open_aside, actor, event_id)
    shown = aside_shown(found.aside)
    body = found.body[:SHOWN].decode("utf-8", "backslashreplace").replace("\x00", "\u2400")
    return AsideWhole(**msgspec.structs.asdict(shown), headers=found.headers, body=body, cut=len(found.body) > SHOWN)


@post("/quarantine/replay", opt=CONFIGURES, tags=TAGS, summary="Try some of them again", status_code=200)
async def replay(edge: TheEdge, request: Req, actor: TheActor, data: JSONBody[ReplayInput]) -> Response[Replayed]:
    """What still cannot be understood is put aside again. An event is applied once, however often it is replayed."""
    return await act(edge, request, lambda tx: inbox.replay(tx, data.ids, actor), lambda _, count: Replayed(count))


HANDLERS = [list_aside, read_aside, replay]
