"""One look at the event log: the events after a cursor, and in the same state of the database what they changed.

A handful of set queries for a whole batch, whatever its size; the bodies are read here because the log holds
none. What nobody on this node looks at is not read.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from openlines.services import faces
from openlines.services.faces import LineFaces
from openlines.store import departments, lines, messages, screens, users
from openlines.store.departments import Department
from openlines.store.events import Event, oldest_event_id, read_events
from openlines.store.lines import LineRow
from openlines.store.messages import MessageRow
from openlines.store.screens import Place, Sent, Shown, ThreadMark
from openlines.store.tx import Reader
from openlines.store.users import User

BATCH: Final = 500  # events


class Interest(NamedTuple):
    """What somebody on this node looks at. Live collections of the hub: only asked for membership here."""

    users: Collection[int]
    lines: Collection[int]
    everything: bool  # somebody sees every waiting conversation
    threads: Collection[int]
    places: Mapping[int, Place]
    lists: bool  # somebody has a list of all or of the closed ones open
    newcomers: bool  # a visitor is connected whose thread does not exist yet


@dataclass(slots=True)
class Batch:
    """What happened after a cursor. `too_old`: the log no longer reaches back so far."""

    cursor: int
    events: list[Event]
    too_old: bool = False
    places: dict[int, Place] = field(default_factory=dict)
    shown: dict[int, Shown] = field(default_factory=dict)
    listeners: dict[int, frozenset[int]] = field(default_factory=dict)
    declined: dict[int, frozenset[int]] = field(default_factory=dict)
    messages: dict[int, MessageRow] = field(default_factory=dict)
    sent: dict[int, Sent] = field(default_factory=dict)
    marks: dict[int, ThreadMark] = field(default_factory=dict)
    users: list[User] = field(default_factory=list)
    lines: list[LineRow] | None = None
    faces: dict[int, LineFaces] = field(default_factory=dict)  # of the lines that have changed
    channels: list[screens.ChannelFacts] | None = None
    departments: list[Department] | None = None
    members: dict[int, frozenset[int]] | None = None


def read_batch(reader: Reader, after: int, interest: Interest) -> Batch:
    """What came after `after`, at most `BATCH` events of it."""
    events = read_events(reader, after, BATCH)
    if not events:
        return Batch(after, [])
    if events[0].id > after + 1 and oldest_event_id(reader) > after + 1 and after:
        return Batch(events[-1].id, [], too_old=True)
    batch = Batch(events[-1].id, events)
    _add_conversations(reader, batch, interest)
    _add_messages(reader, batch, interest)
    _add_people_and_settings(reader, batch)
    return batch


def _add_conversations(reader: Reader, batch: Batch, interest: Interest) -> None:
    ids = {each.conversation_id for each in batch.events if each.conversation_id is not None}
    # A customer's name stands in the rows of his conversations.
    renamed = {e.thread_id for e in batch.events if e.kind == "customer.changed" and e.thread_id is not None}
    if renamed:
        ids |= set(screens.open_of_threads(reader, renamed))
    if not ids:
        return
    batch.places = {each.id: each for each in screens.places_of(reader, ids)}
    looked_at = [each.id for each in batch.places.values() if _looked_at(each, interest)]
    if not looked_at:
        return
    batch.shown = {each.c.id: each for each in screens.shown(reader, looked_at)}
    listened = [each for each in looked_at if batch.places[each].listened]
    if listened:
        batch.listeners = screens.listeners_of(reader, listened)
    offered = [each for each in looked_at if batch.places[each].offer == "everyone"]
    if offered:
        batch.declined = screens.declined_by(reader, offered)


def _looked_at(place: Place, interest: Interest) -> bool:
    if interest.lists or place.thread_id in interest.threads or _in_front(place, interest):
        return True
    before = interest.places.get(place.id)
    return before is not None and _in_front(before, interest)


def _in_front(place: Place, interest: Interest) -> bool:
    if place.operator_id in interest.users or place.offered_to in interest.users:
        return True
    queued = place.state in {"waiting", "offered"} and (interest.everything or place.line_id in interest.lines)
    return queued or bool(place.listened)


def _add_messages(reader: Reader, batch: Batch, interest: Interest) -> None:
    threads = {e.thread_id for e in batch.events if e.thread_id is not None and e.thread_id in interest.threads}
    wanted = set(threads)
    if interest.newcomers:
        wanted |= {e.thread_id for e in batch.events if e.kind == "conversation.opened" and e.thread_id is not None}
    if wanted:
        batch.marks = {each.id: each for each in screens.marks(reader, wanted)}
    ids = {e.message_id for e in batch.events if e.message_id is not None and e.thread_id in threads}
    for thread_id in threads & {e.thread_id for e in batch.events if e.kind == "thread.watermark"}:
        ids |= {each.id for each in messages.before(reader, thread_id, _NEWEST, _TICKS) if has_ticks(each)}
    if ids:
        batch.messages = {each.id: each for each in messages.some(reader, sorted(ids))}
        batch.sent = screens.sent(reader, ids)


def has_ticks(row: MessageRow) -> bool:
    """Whether it is shown how far the message has come."""
    return row.kind == "text" and row.author != "customer"


_NEWEST: Final = 1 << 60
_TICKS: Final = 30  # how many messages back a moved watermark is shown
_MOVES_MEMBERS: Final = frozenset({"queue.changed", "department.changed", "line.changed", "user.changed"})


def _add_people_and_settings(reader: Reader, batch: Batch) -> None:
    kinds = {each.kind for each in batch.events}
    people = {
        e.user_id for e in batch.events if e.kind in {"user.changed", "presence.changed"} and e.user_id is not None
    }
    if people:
        batch.users = users.some_users(reader, people)
    if kinds & {"line.changed", "line.trouble"}:
        batch.lines = lines.every(reader)
        moved = {e.line_id for e in batch.events if e.kind == "line.changed" and e.line_id is not None}
        batch.faces = faces.of_lines(reader, moved)
    if "channel.changed" in kinds:
        batch.channels = screens.channels_facts(reader)
    if "department.changed" in kinds:
        batch.departments = departments.all_departments(reader)
    if kinds & _MOVES_MEMBERS:
        batch.members = screens.members(reader)
