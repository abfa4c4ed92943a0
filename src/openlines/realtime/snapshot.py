"""The state of the house as one colleague sees it, with the cursor after which its changes come."""

from typing import Any, Final, NamedTuple

import msgspec

from openlines.channels.registry import manifests
from openlines.realtime.fanout import NOBODY, channel_of
from openlines.realtime.shapes import (
    ChannelBrief,
    Department,
    KindBrief,
    LineBrief,
    Row,
    User,
    Wording,
    capabilities_of,
    department_of,
    line_of,
    row_of,
    user_of,
)
from openlines.services.access import Actor, Sight, sight, sight_of
from openlines.services.errors import NotFound
from openlines.store import departments, lines, pages, portal, screens, users
from openlines.store.events import last_event_id
from openlines.store.pages import Wanted
from openlines.store.screens import Shown
from openlines.store.tx import Reader
from openlines.store.users import User as UserRow
from openlines.support.stamps import stamp

RIGHTS: Final = {
    "administrator": ("work", "see_everything", "configure", "manage_people"),
    "operator": ("work",),
}


class Me(msgspec.Struct, omit_defaults=True):
    """The reader himself. `rights` names what his role lets him do; nothing is decided by it on the server."""

    id: int
    name: str
    email: str
    role: str
    language: str
    time_zone: str
    version: int
    active: bool = False
    presence: str = ""
    pause_reason: str = ""
    online: bool = False
    available: bool = False
    unavailable: str | None = None
    photo: str | None = None
    position: str = ""
    rights: dict[str, bool] = {}


def me_of(row: UserRow) -> Me:
    return Me(
        id=row.id,
        name=row.name,
        email=row.email,
        role=row.role,
        language=row.language,
        time_zone=row.time_zone,
        version=row.version,
        active=bool(row.active),
        presence=row.presence,
        pause_reason=row.pause_reason,
        online=bool(row.online),
        available=bool(row.available),
        unavailable=row.unavailable,
        photo=row.photo_id,
        position=row.position,
        rights=dict.fromkeys(RIGHTS.get(row.role, ()), True),
    )


class PortalBrief(msgspec.Struct, omit_defaults=True):
    name: str
    language: str
    time_zone: str = ""
    version: str = ""
    setup_needed: bool = False
    insecure: bool = False


class Counts(msgspec.Struct):
    all: int
    closed: int


class Snapshot(msgspec.Struct, omit_defaults=True):
    cursor: int
    epoch: str
    now: str
    me: Me
    portal: PortalBrief
    users: list[User] = []
    departments: list[Department] = []
    lines: list[LineBrief] = []
    channels: list[ChannelBrief] = []
    kinds: list[KindBrief] = []
    conversations: list[Row] = []
    counts: Counts | None = None


def kinds() -> list[KindBrief]:
    """The kinds of channel with what they can do."""
    return [
        KindBrief(each.kind, each.name, each.color, capabilities_of(each.capabilities)) for each in manifests().values()
    ]


class Asker(NamedTuple):
    actor: Actor
    language: str
    version: str  # of the program
    insecure: bool  # reached over plain http from another machine


def take_snapshot(reader: Reader, asker: Asker, word: Wording) -> Snapshot:
    """All of it in one state of the database; the cursor is read first, so nothing after it is missed."""
    cursor = last_event_id(reader)
    actor = asker.actor
    the_portal = portal.the_portal(reader)
    every_user = users.all_users(reader)
    me = next((each for each in every_user if each.id == actor.user_id), None)
    if me is None or the_portal is None:
        raise NotFound("user")
    mine = screens.lines_of(reader, actor.user_id)
    return Snapshot(
        cursor=cursor,
        epoch=the_portal.epoch,
        now=stamp(reader.now),
        me=me_of(me),
        portal=PortalBrief(
            the_portal.name,
            the_portal.language,
            the_portal.time_zone,
            asker.version,
            insecure=asker.insecure,
        ),
        users=[user_of(each) for each in every_user],
        departments=[department_of(each) for each in departments.all_departments(reader)],
        lines=[line_of(each, member=each.id in mine) for each in lines.every(reader)],
        channels=[channel_of(each, asker.language, word) for each in screens.channels_facts(reader)],
        kinds=kinds(),
        conversations=front_rows(reader, actor),
        counts=counts(reader, sight(reader, actor)),
    )


def front_rows(reader: Reader, actor: Actor, *, mine: bool = True, queue: bool = True) -> list[Row]:
    """What is in front of somebody: his own conversations and what waits in his lines."""
    seen = sight(reader, actor)
    found: dict[int, Shown] = {}
    if mine:
        found |= {each.c.id: each for each in screens.mine(reader, actor.user_id)}
    if queue:
        line_ids = None if seen.everything else sorted(seen.line_ids)
        found |= {each.c.id: each for each in screens.queued(reader, line_ids)}
    return rows(reader, actor.user_id, list(found.values()))


def rows(reader: Reader, user_id: int, shown: list[Shown]) -> list[Row]:
    """Rows with the reader's own flags."""
    ids = [each.c.id for each in shown]
    if not ids:
        return []
    listeners = screens.listeners_of(reader, ids)
    offered = [each.c.id for each in shown if each.c.offer == "everyone"]
    declined = screens.declined_by(reader, offered) if offered else {}
    return [
        row_of(
            each,
            declined=user_id in declined.get(each.c.id, NOBODY),
            listening=user_id in listeners.get(each.c.id, NOBODY),
        )
        for each in shown
    ]


def one_row(reader: Reader, user_id: int, conversation_id: int) -> Row:
    """One conversation's row. Raises `NotFound`; whether he may see it, the caller has asked."""
    shown = screens.shown(reader, [conversation_id])
    if not shown:
        raise NotFound("conversation", id=conversation_id)
    return rows(reader, user_id, shown)[0]


def counts(reader: Reader, seen: Sight) -> Counts:
    """How many rows the lists of all open and of all closed conversations have for this reader."""
    limits = screen_sight(seen)
    return Counts(
        pages.count(reader, Wanted("all"), limits),
        pages.count(reader, Wanted("closed"), limits),
    )


def screen_sight(seen: Sight) -> pages.Sight:
    return pages.Sight(seen.user_id, None if seen.everything else tuple(sorted(seen.line_ids)))


class ListPage(msgspec.Struct):
    items: list[Row]
    next: str | None


def list_page(reader: Reader, actor: Actor, wanted: Wanted) -> ListPage:
    """A page of all open or all closed conversations that the actor may see, newest first."""
    seen = screen_sight(sight_of(reader, actor, wanted.operator_id))
    found = pages.page(reader, wanted._replace(limit=wanted.limit + 1), seen)
    items = rows(reader, actor.user_id, found[: wanted.limit])
    more = len(found) > wanted.limit
    return ListPage(items, str(found[wanted.limit - 1].c.id) if more else None)


def whole(items: list[Any]) -> dict[str, Any]:
    """A list that has no further page."""
    return {"items": items, "next": None}
