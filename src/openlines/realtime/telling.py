"""What visitors of the website are told of a batch: words, who answers them, how far staff have read, new settings."""

from openlines.realtime import frames
from openlines.realtime.queue_places import QueuePlaces
from openlines.realtime.reading import Batch
from openlines.realtime.rooms import Rooms
from openlines.realtime.visitors import VisitorSession, visitor_conversation, visitor_message
from openlines.services.faces import People
from openlines.store.messages import MessageRow


def tell_visitors(batch: Batch, rooms: Rooms, people: People, queue: QueuePlaces) -> None:
    """Push to the visitors of this node, each in his language."""
    _messages(batch, rooms, people)
    _conversations(batch, rooms, people, queue)
    _settings(batch, rooms)


def _messages(batch: Batch, rooms: Rooms, people: People) -> None:
    by_thread: dict[int, list[MessageRow]] = {}
    # Ticks that moved are news for staff only.
    said = {each.message_id for each in batch.events if each.kind.startswith("message.")}
    for row in sorted(batch.messages.values(), key=lambda each: each.seq):
        if row.kind != "text" or row.id not in said:
            continue
        watch = rooms.by_thread.get(row.thread_id)
        if watch is not None and watch.visitors:
            by_thread.setdefault(row.thread_id, []).append(row)
    for thread_id, rows in by_thread.items():
        for language, visitors in _by_language(rooms.by_thread[thread_id].visitors).items():
            items = [visitor_message(row, people, language) for row in rows]
            frame = frames.visitor("messages", {"items": items})
            for visitor in visitors:
                visitor.push(frame)


def _by_language(visitors: set[VisitorSession]) -> dict[str, list[VisitorSession]]:
    found: dict[str, list[VisitorSession]] = {}
    for visitor in visitors:
        found.setdefault(visitor.language, []).append(visitor)
    return found


def _conversations(batch: Batch, rooms: Rooms, people: People, queue: QueuePlaces) -> None:
    for shown in batch.shown.values():
        c = shown.c
        watch = rooms.by_thread.get(c.thread_id)
        if watch is None or not watch.visitors:
            continue
        mark = batch.marks.get(c.thread_id)
        for language, visitors in _by_language(watch.visitors).items():
            frame = frames.visitor("conversation", {"conversation": visitor_conversation(c, people, language)})
            for visitor in visitors:
                visitor.line_id = c.line_id
                if visitor.last_conversation != frame:
                    visitor.last_conversation = frame
                    visitor.push(frame)
                if c.state == "waiting":
                    queue.follow(visitor, c.line_id, c.id)
                else:
                    queue.leave(visitor)
                if mark is not None and not shown.unread and c.operator_id and mark.last_seq > visitor.read_by_staff:
                    visitor.read_by_staff = mark.last_seq
                    visitor.push(frames.visitor("read_by_staff", {"seq": mark.last_seq}))


def _settings(batch: Batch, rooms: Rooms) -> None:
    """Colours, texts, hours: the widget asks for its settings again."""
    if not any(each.kind in {"channel.changed", "line.changed"} for each in batch.events):
        return
    for visitor in rooms.visitors:
        visitor.push('{"type":"config"}')
