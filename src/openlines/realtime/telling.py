"""What visitors of the website are told of a batch: words, who answers them, how far staff have read, new settings."""

from collections.abc import Mapping

from openlines.realtime import frames
from openlines.realtime.reading import Batch
from openlines.realtime.rooms import Rooms
from openlines.realtime.visitors import visitor_conversation, visitor_message
from openlines.store.users import User


def tell_visitors(batch: Batch, rooms: Rooms, people: Mapping[int, User]) -> None:
    """Push to the visitors of this node."""
    _messages(batch, rooms, people)
    _conversations(batch, rooms, people)
    _settings(batch, rooms)


def _messages(batch: Batch, rooms: Rooms, people: Mapping[int, User]) -> None:
    by_thread: dict[int, list[object]] = {}
    # Ticks that moved are news for staff only.
    said = {each.message_id for each in batch.events if each.kind.startswith("message.")}
    for row in sorted(batch.messages.values(), key=lambda each: each.seq):
        if row.kind != "text" or row.id not in said:
            continue
        watch = rooms.by_thread.get(row.thread_id)
        if watch is not None and watch.visitors:
            by_thread.setdefault(row.thread_id, []).append(visitor_message(row, people))
    for thread_id, items in by_thread.items():
        frame = frames.visitor("messages", {"items": items})
        for visitor in rooms.by_thread[thread_id].visitors:
            visitor.push(frame)


def _conversations(batch: Batch, rooms: Rooms, people: Mapping[int, User]) -> None:
    for shown in batch.shown.values():
        c = shown.c
        watch = rooms.by_thread.get(c.thread_id)
        if watch is None or not watch.visitors:
            continue
        frame = frames.visitor("conversation", {"conversation": visitor_conversation(c, people)})
        mark = batch.marks.get(c.thread_id)
        for visitor in watch.visitors:
            if visitor.last_conversation != frame:
                visitor.last_conversation = frame
                visitor.push(frame)
            if mark is not None and not shown.unread and c.operator_id and mark.last_seq > visitor.read_by_staff:
                visitor.read_by_staff = mark.last_seq
                visitor.push(frames.visitor("read_by_staff", {"seq": mark.last_seq}))


def _settings(batch: Batch, rooms: Rooms) -> None:
    """Colours, texts, hours: the widget asks for its settings again."""
    if not any(each.kind in {"channel.changed", "line.changed"} for each in batch.events):
        return
    for visitor in rooms.visitors:
        visitor.push('{"type":"config"}')
