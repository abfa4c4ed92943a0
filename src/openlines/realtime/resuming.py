"""What a session missed between the cursor it had and now, read for it alone."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from openlines.realtime import frames
from openlines.realtime.fanout import NOBODY, channel_of, sees, ticks
from openlines.realtime.frames import Changes
from openlines.realtime.reading import has_ticks
from openlines.realtime.shapes import Wording, department_of, line_of, message_of, row_of, user_of
from openlines.realtime.staff import StaffSession
from openlines.services.access import Sight
from openlines.store import departments, lines, messages, screens, users
from openlines.store.events import Event, last_event_id, oldest_event_id, read_events
from openlines.store.tx import Reader
from openlines.support.clock import SECOND

# Further behind than this a new snapshot is cheaper than the difference.
MOST_EVENTS: Final = 5000
_JUST: Final = 10 * SECOND
_LAST: Final = 20  # messages of a thread at the most


class Missed(NamedTuple):
    cursor: int
    changes: Changes


def resume(
    reader: Reader, cursor: int, session: StaffSession, word: Wording, *, members: frozenset[int]
) -> Missed | None:
    """The difference since `cursor`; None when only a new snapshot will do."""
    last, oldest = last_event_id(reader), oldest_event_id(reader)
    if cursor > last or (cursor != last and oldest > cursor + 1) or last - cursor > MOST_EVENTS:
        return None
    events = read_events(reader, cursor, MOST_EVENTS)
    if any(_moves_sight(each, session.actor.user_id) for each in events):
        return None
    changes = Changes()
    _conversations(reader, events, session, changes)
    _messages(reader, events, session, word, changes)
    _rest(reader, events, session, word, changes, members)
    return Missed(last, changes)


def _moves_sight(event: Event, user_id: int) -> bool:
    if event.kind in {"queue.changed", "department.changed"}:
        return True
    if event.kind in {"line.changed", "channel.changed"} and (event.data or {}).get("what") == "removed":
        return True
    data = event.data or {}
    mine = event.kind == "user.changed" and event.user_id == user_id
    return mine and ("ended" in data or "departments" in data.get("what", ()))


def _conversations(reader: Reader, events: list[Event], session: StaffSession, changes: Changes) -> None:
    about: dict[int, list[Event]] = {}
    for event in events:
        if event.conversation_id is not None:
            about.setdefault(event.conversation_id, []).append(event)
    renamed = {each.thread_id for each in events if each.kind == "customer.changed" and each.thread_id is not None}
    for conversation_id in screens.open_of_threads(reader, renamed) if renamed else ():
        about.setdefault(conversation_id, [])
    if not about:
        return
    places = screens.places_of(reader, about)
    listeners = screens.listeners_of(reader, about)
    user_id = session.actor.user_id
    seen = [each.id for each in places if sees(session.sight, each, listeners.get(each.id, NOBODY))]
    declined = screens.declined_by(reader, seen) if seen else {}
    for shown in screens.shown(reader, seen) if seen else ():
        row = row_of(
            shown,
            declined=user_id in declined.get(shown.c.id, NOBODY),
            listening=user_id in listeners.get(shown.c.id, NOBODY),
        )
        changes.rows[shown.c.id] = frames.text(row)
    unseen = about.keys() - set(seen)
    changes.gone |= {each for each in unseen if any(_saw(session.sight, event) for event in about[each])}
    if seen or changes.gone:
        changes.stale |= session.lists


def _saw(sight: Sight, event: Event) -> bool:
    """Whether he saw the conversation when this happened: the fact names him, or one of his lines."""
    data: dict[str, Any] = event.data or {}
    named = {event.user_id, *(value for value in data.values() if isinstance(value, int))}
    return sight.user_id in named or event.line_id in sight.line_ids or data.get("from_line") in sight.line_ids


def _messages(reader: Reader, events: list[Event], session: StaffSession, word: Wording, changes: Changes) -> None:
    threads = session.threads
    ids = {each.message_id for each in events if each.message_id is not None and each.thread_id in threads}
    for thread_id in threads & {each.thread_id for each in events if each.kind == "thread.watermark"}:
        ids |= {each.id for each in messages.before(reader, thread_id, 1 << 60, 30) if has_ticks(each)}
    if not ids:
        return
    sent = screens.sent(reader, ids)
    marks = {each.id: each for each in screens.marks(reader, threads)}
    for row in sorted(messages.some(reader, sorted(ids)), key=lambda each: (each.thread_id, each.seq)):
        shown = message_of(row, session.language, word, sent=sent.get(row.id), marks=ticks(marks.get(row.thread_id)))
        changes.messages.append(frames.text(shown))


def just_said(reader: Reader, thread_ids: Iterable[int], language: str, word: Wording) -> list[tuple[int, str]]:
    """The words of the last seconds in threads that are followed from now on, by thread.

    Whoever opens a thread asks for its messages at the same time, by another way: what was said after they were read
    and before the thread was followed would be lost to him. A repeat is harmless.
    """
    rows = [
        row
        for thread_id in thread_ids
        for row in messages.before(reader, thread_id, 1 << 60, _LAST)
        if row.at > reader.now - _JUST
    ]
    sent = screens.sent(reader, [each.id for each in rows]) if rows else {}
    marks = {each.id: each for each in screens.marks(reader, {each.thread_id for each in rows})} if rows else {}
    return [
        (row.thread_id, frames.text(message_of(row, language, word, sent=sent.get(row.id), marks=ticks(mark))))
        for row in rows
        for mark in (marks.get(row.thread_id),)
    ]


def _rest(
    reader: Reader, events: list[Event], session: StaffSession, word: Wording, changes: Changes, members: frozenset[int]
) -> None:
    kinds = {each.kind for each in events}
    people = {e.user_id for e in events if e.kind in {"user.changed", "presence.changed"} and e.user_id is not None}
    if people:
        changes.lists["users"] = frames.listed(map(user_of, users.some_users(reader, people)))
    if session.actor.user_id in people:
        changes.stale.add("me")
    if kinds & {"line.changed", "line.trouble"}:
        every = lines.every(reader)
        changes.lists["lines"] = frames.listed(line_of(each, member=each.id in members) for each in every)
    if "channel.changed" in kinds:
        facts = screens.channels_facts(reader)
        changes.lists["channels"] = frames.listed(channel_of(each, session.language, word) for each in facts)
    if "department.changed" in kinds:
        changes.lists["departments"] = frames.listed(map(department_of, departments.all_departments(reader)))
    changes.stale |= {f"line:{e.line_id}" for e in events if e.kind == "line.changed" and e.line_id is not None}
    if "portal.changed" in kinds:
        changes.stale.add("portal")
    if any(e.kind in {"notice.added", "notice.read"} and e.user_id == session.actor.user_id for e in events):
        changes.stale.add("notices")
    for event in events:
        if event.kind == "customer.changed" and event.thread_id in session.threads:
            changes.stale.add(f"customer:{(event.data or {}).get('customer_id', 0)}")
