"""What staff are shown, as values that become JSON: the same for lists, the snapshot and the socket.

A field that equals null, false, "", 0 or [] is left out. Instants are texts (support.stamps), ids numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from openlines.channels.words import FAILURES, UNKNOWN
from openlines.core.timers import target_at, timers
from openlines.store.departments import Department as DepartmentRow
from openlines.store.lines import LineRow, rules_of
from openlines.store.messages import MessageRow
from openlines.store.screens import Sent, Shown
from openlines.store.users import User as UserRow
from openlines.support.stamps import stamp, stamp_or_none

PREVIEW: Final = 60

Wording = Callable[[str, Mapping[str, Any] | None, str], str]  # code, parameters, language → words


class Coded(msgspec.Struct, omit_defaults=True):
    """Something that happened or holds, for the reader's own words; `text` is the server's wording."""

    code: str
    params: dict[str, Any] = {}
    text: str = ""
    at: str | None = None


class LastWords(msgspec.Struct, omit_defaults=True):
    at: str
    text: str = ""
    author: str = ""


class Row(msgspec.Struct, omit_defaults=True):
    """One conversation as lists show it."""

    id: int
    version: int
    thread_id: int
    line_id: int
    channel_id: int
    state: str
    opened_at: str
    customer: str = ""
    awaiting: str | None = None
    operator_id: int | None = None
    offered_to: int | None = None
    offer: str | None = None
    declined: bool = False
    offer_ends_at: str | None = None
    waiting_since: str | None = None
    target_at: str | None = None
    closes_at: str | None = None
    last: LastWords | None = None
    unread: int = 0
    unanswered: bool = False
    pinned: bool = False
    snoozed_until: str | None = None
    mode: str | None = None
    priority: int = 0
    rating: int | None = None
    head_rating: int | None = None
    listening: bool = False


def row_of(shown: Shown, *, declined: bool = False, listening: bool = False) -> Row:
    """A conversation's row; the two flags are the reader's own."""
    c = shown.c
    rules = rules_of(c.line_id, shown.line_active, shown.line_settings, True)
    due = {each.name: each.at for each in timers(c, rules)} if c.state in {"offered", "closing"} else {}
    owed = c.customer_since
    if owed is None and c.state in {"waiting", "offered"}:
        owed = c.waiting_since
    return Row(
        id=c.id,
        version=c.version,
        thread_id=c.thread_id,
        line_id=c.line_id,
        channel_id=c.channel_id,
        state=c.state,
        opened_at=stamp(c.opened_at),
        customer=shown.customer_name,
        awaiting=c.awaiting if c.state == "active" else None,
        operator_id=c.operator_id,
        offered_to=c.offered_to,
        offer=c.offer if c.state == "offered" else None,
        declined=declined and c.state == "offered" and c.offered_to is None,
        offer_ends_at=stamp_or_none(due.get("offer")),
        waiting_since=None if c.state == "closed" else stamp_or_none(owed),
        target_at=stamp_or_none(target_at(c, rules)),
        closes_at=stamp_or_none(due.get("full_close")),
        last=_last(shown),
        unread=shown.unread,
        unanswered=bool(c.unanswered),
        pinned=c.pinned_at is not None,
        snoozed_until=stamp_or_none(c.snoozed_until),
        mode="outgoing" if c.mode == "outgoing" else None,
        priority=c.priority,
        rating=c.rating,
        head_rating=c.head_rating,
        listening=listening,
    )


def _last(shown: Shown) -> LastWords | None:
    if shown.last_at is None:
        return None
    text = shown.last_text
    return LastWords(
        stamp(shown.last_at), text if len(text) <= PREVIEW else text[: PREVIEW - 1] + "…", shown.last_author
    )


class Delivery(msgspec.Struct, omit_defaults=True):
    state: str
    error: str | None = None
    text: str = ""
    at: str | None = None


class Message(msgspec.Struct, omit_defaults=True):
    """One thing said in a thread, as staff see it."""

    id: int
    thread_id: int
    conversation_id: int
    seq: int
    author: str
    kind: str
    at: str
    author_id: int | None = None
    text: str = ""
    edited_at: str | None = None
    deleted_at: str | None = None
    client_message_id: str | None = None
    files: list[dict[str, Any]] = []
    reply_to: int | None = None
    buttons: list[dict[str, Any]] = []
    auto: str | None = None
    why: Coded | None = None
    fact: Coded | None = None
    rating: dict[str, Any] | None = None
    location: dict[str, Any] | None = None
    contact: dict[str, Any] | None = None
    sticker: dict[str, Any] | None = None
    unsupported: str | None = None
    album: str | None = None
    original: list[dict[str, Any]] = []
    blocked: bool = False
    delivery: Delivery | None = None


# Keys of a message's data that are shown as they are.
_AS_THEY_ARE: Final = (
    "files",
    "reply_to",
    "buttons",
    "auto",
    "rating",
    "location",
    "contact",
    "sticker",
    "unsupported",
    "album",
    "blocked",
)


def message_of(
    row: MessageRow,
    language: str,
    word: Wording,
    *,
    sent: Sent | None = None,
    marks: tuple[int, int] | None = None,
) -> Message:
    """A message in one language. `marks` (delivered, read): how far a device that reads from us has come."""
    message = Message(
        id=row.id,
        thread_id=row.thread_id,
        conversation_id=row.conversation_id,
        seq=row.seq,
        author=row.author,
        kind=row.kind,
        at=stamp(row.at),
        author_id=row.author_id,
        text=row.text,
        edited_at=stamp_or_none(row.edited_at),
        deleted_at=stamp_or_none(row.deleted_at),
        client_message_id=row.dedupe.partition(":")[2] if row.author == "operator" and row.dedupe else None,
    )
    if row.data:
        _add_data(message, msgspec.json.decode(row.data), language, word)
    if row.author != "customer" and row.kind == "text":
        message.delivery = _delivery(row, language, sent, marks)
    return message


_INSTANTS: Final = frozenset({"until", "since", "at", "opens_at"})


def at_the_edge(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of a fact with their instants as texts; lengths stay microseconds."""
    return {
        name: stamp(value) if name in _INSTANTS and isinstance(value, int) else value for name, value in params.items()
    }


def _add_data(message: Message, data: dict[str, Any], language: str, word: Wording) -> None:
    for key in _AS_THEY_ARE:
        if key in data:
            setattr(message, key, data[key])
    message.files = [shown_file(each) for each in message.files]
    for key, area in (("why", "said"), ("fact", "fact")):
        if key in data:
            coded = data[key]
            params = at_the_edge(coded.get("params") or {})
            setattr(message, key, Coded(coded["code"], params, word(f"{area}.{coded['code']}", params, language)))
    message.original = [{**each, "at": stamp(each["at"])} for each in data.get("original", ())]


def shown_file(file: dict[str, Any]) -> dict[str, Any]:
    """A file without `ref`: where the vendor keeps it is between him and us."""
    return {name: value for name, value in file.items() if name != "ref"} if "ref" in file else file


def _delivery(row: MessageRow, language: str, sent: Sent | None, marks: tuple[int, int] | None) -> Delivery | None:
    if sent is not None:
        return Delivery(sent.state, sent.error, _trouble(sent, language), stamp(sent.at))
    if marks is None:
        return None
    delivered, read = marks
    return Delivery("read" if row.seq <= read else "delivered" if row.seq <= delivered else "sent")


def _trouble(sent: Sent, language: str) -> str:
    """What went wrong and what to do, in words; of a code that nobody worded, the vendor's own sentence."""
    if sent.state == "unknown":
        return UNKNOWN[language]
    if not sent.error:
        return ""
    words = FAILURES.get(sent.error)
    return words[language] if words is not None else (sent.detail or sent.error)


class User(msgspec.Struct, omit_defaults=True):
    """A colleague, as every colleague sees him."""

    id: int
    name: str
    role: str
    active: bool = False
    presence: str | None = None
    online: bool = False
    available: bool = False
    unavailable: str | None = None
    photo: str | None = None
    position: str = ""


def user_of(row: UserRow) -> User:
    return User(
        id=row.id,
        name=row.name,
        role=row.role,
        active=bool(row.active),
        presence=row.presence,
        online=bool(row.online),
        available=bool(row.available),
        unavailable=row.unavailable,
        photo=row.photo_id,
        position=row.position,
    )


class Department(msgspec.Struct, omit_defaults=True):
    id: int
    name: str
    version: int
    parent_id: int | None = None
    head_id: int | None = None
    member_ids: tuple[int, ...] = ()
    position: int = 0


def department_of(row: DepartmentRow) -> Department:
    return Department(row.id, row.name, row.version, row.parent_id, row.head_id, row.member_ids, row.position)


class LineBrief(msgspec.Struct, omit_defaults=True):
    id: int
    name: str
    mode: str
    queue_time: int
    active: bool = False
    member: bool = False
    queue_empty: bool = False
    nobody_there: bool = False  # conversations wait, and of the queue there is nobody


def line_of(row: LineRow, *, member: bool) -> LineBrief:
    settings = row.rules
    return LineBrief(
        row.id,
        row.name,
        settings.mode,
        settings.queue_time,
        active=bool(row.active),
        member=member,
        queue_empty=row.queue_empty_at is not None,
        nobody_there=row.nobody_at is not None,
    )


class ChannelBrief(msgspec.Struct, omit_defaults=True):
    id: int
    line_id: int
    kind: str
    name: str
    active: bool = False
    state: str = "new"
    state_text: str = ""


class KindBrief(msgspec.Struct, omit_defaults=True):
    kind: str
    name: Mapping[str, str]
    color: str
    capabilities: dict[str, Any]


_CAPABILITIES: Final[Sequence[str]] = (
    "text_limit",
    "text_unit",
    "buttons",
    "files",
    "file_limit",
    "edits",
    "deletes",
    "typing_in",
    "typing_out",
    "delivered",
    "read",
    "reply_window",
    "outgoing",
)


def capabilities_of(capabilities: object) -> dict[str, Any]:
    """What the workspace asks of a kind; what is off is left out."""
    values = {name: getattr(capabilities, name) for name in _CAPABILITIES}
    return {name: value for name, value in values.items() if value not in (None, False)}
