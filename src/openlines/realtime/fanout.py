"""From a batch of the log to what each session is told. Decides who may see what; encodes each piece once."""

from typing import Final

from openlines.channels.registry import manifest
from openlines.realtime import frames
from openlines.realtime.frames import Changes
from openlines.realtime.reading import Batch
from openlines.realtime.rooms import Rooms
from openlines.realtime.shapes import (
    ChannelBrief,
    Wording,
    department_of,
    line_of,
    message_of,
    row_of,
    user_of,
)
from openlines.realtime.staff import StaffSession
from openlines.services.access import Sight
from openlines.store.screens import ChannelFacts, Place, Sent, ThreadMark

NOBODY: Final[frozenset[int]] = frozenset()
QUEUED: Final = frozenset({"waiting", "offered"})


def sees(sight: Sight, place: Place, listeners: frozenset[int]) -> bool:
    """Whether somebody with this sight may see a conversation that stands there."""
    return sight.sees(
        line_id=place.line_id, operator_id=place.operator_id, offered_to=place.offered_to, listeners=listeners
    )


class FanOut:
    """One batch on its way to the staff sessions of this node."""

    def __init__(
        self,
        batch: Batch,
        rooms: Rooms,
        places: dict[int, Place],
        listeners: dict[int, frozenset[int]],
        members: dict[int, frozenset[int]],
        word: Wording,
    ) -> None:
        self._batch = batch
        self._rooms = rooms
        self._places = places
        self._listeners = listeners
        self._members = members
        self._word = word
        self._rows: dict[tuple[int, bool, bool], str] = {}
        self._crowds: dict[int, set[StaffSession]] = {}
        self._of_crowds: dict[int, dict[int, str]] = {}  # by line: rows that everybody who sees its queue is told
        self.told: dict[StaffSession, Changes] = {}

    def run(self) -> dict[StaffSession, Changes]:
        """What each session is told. Moves `places` and `listeners` on to the state after the batch."""
        for place in self._batch.places.values():
            self._conversation(place)
        self._tell_crowds()
        self._people()  # before the messages: whoever has changed his language is told in it
        self._messages()
        self._settings()
        return self.told

    def _to(self, session: StaffSession) -> Changes:
        found = self.told.get(session)
        if found is None:
            found = self.told[session] = Changes()
        return found

    # --- conversations --------------------------------------------------------------------------------------

    def _conversation(self, now: Place) -> None:
        was = self._places.get(now.id)
        self._queues(was, now)
        listened = self._listeners.get(now.id, NOBODY)
        listens = self._batch.listeners.get(now.id, NOBODY)
        self._move(now, listens)
        if now.id not in self._batch.shown:
            return
        watch = self._rooms.by_thread.get(now.thread_id)
        watching = watch.staff if watch is not None else set()
        declined = self._batch.declined.get(now.id, NOBODY)
        same = "" if declined or listens else self._row(now.id, declined=False, listening=False)
        before = set(self._rooms.named(was, listened)) if was is not None else set()
        others = {*before, *self._rooms.named(now, listens), *watching, *self._rooms.listing}
        queues = {each.line_id for each in (was, now) if each is not None and each.state in QUEUED}
        if same and queues == {now.line_id}:  # what most batches are full of: told once for all who see the queue
            self._of_crowds.setdefault(now.line_id, {})[now.id] = same
            others -= self._crowd(now.line_id)
        else:
            if was is not None and was.state in QUEUED:
                before |= self._crowd(was.line_id)
            others.update(*map(self._crowd, queues))
        for session in others:
            if sees(session.sight, now, listens):
                user_id = session.actor.user_id
                row = same or self._row(now.id, declined=user_id in declined, listening=user_id in listens)
                self._to(session).rows[now.id] = row
                continue
            if session in before or (was is not None and sees(session.sight, was, listened)):
                self._to(session).gone.add(now.id)
            if now.state != "closed" and now.thread_id not in session.led:
                self._rooms.unwatch(session, now.thread_id)
        self._lists(was, now, listened, listens)

    def _crowd(self, line_id: int) -> set[StaffSession]:
        found = self._crowds.get(line_id)
        if found is None:
            found = self._crowds[line_id] = self._rooms.crowd(line_id)
        return found

    def _tell_crowds(self) -> None:
        for line_id, rows in self._of_crowds.items():
            piece = ",".join(rows.values())
            for session in self._crowd(line_id):
                self._to(session).shared.append(piece)

    def _queues(self, was: Place | None, now: Place) -> None:
        """Who looks at the queue of a line asks again who would be asked there now."""
        if self._rooms.queues:
            for line_id in {now.line_id, now.line_id if was is None else was.line_id}:
                for session in self._rooms.queues.get(line_id, ()):
                    self._to(session).stale.add(f"queue:{line_id}")

    def _move(self, now: Place, listens: frozenset[int]) -> None:
        if now.state == "closed":
            self._places.pop(now.id, None)
            self._listeners.pop(now.id, None)
            return
        self._places[now.id] = now
        if listens:
            self._listeners[now.id] = listens
        elif not now.listened:
            self._listeners.pop(now.id, None)

    def _lists(self, was: Place | None, now: Place, listened: frozenset[int], listens: frozenset[int]) -> None:
        """Pages of lists are fetched again when something entered or left them."""
        is_open, was_open = now.state != "closed", was is not None
        if is_open and was is not None and was.line_id == now.line_id:
            return
        for session in self._rooms.listing:
            stale = session.lists if is_open != was_open else session.lists & {"all"}
            told = self.told.get(session)
            if told is not None and stale <= told.stale:
                continue
            if sees(session.sight, now, listens) or (was is not None and sees(session.sight, was, listened)):
                self._to(session).stale |= stale

    def _row(self, conversation_id: int, *, declined: bool, listening: bool) -> str:
        key = (conversation_id, declined, listening)
        row = self._rows.get(key)
        if row is None:
            shown = self._batch.shown[conversation_id]
            row = self._rows[key] = frames.text(row_of(shown, declined=declined, listening=listening))
        return row

    # --- messages -------------------------------------------------------------------------------------------

    def _messages(self) -> None:
        for row in sorted(self._batch.messages.values(), key=lambda each: each.seq):
            watch = self._rooms.by_thread.get(row.thread_id)
            if watch is None or not watch.staff:
                continue
            mark = self._batch.marks.get(row.thread_id)
            by_language: dict[str, str] = {}
            for session in watch.staff:
                piece = by_language.get(session.language)
                if piece is None:
                    sent: Sent | None = self._batch.sent.get(row.id)
                    message = message_of(row, session.language, self._word, sent=sent, marks=ticks(mark))
                    piece = by_language[session.language] = frames.text(message)
                self._to(session).messages.append(piece)

    # --- people and settings --------------------------------------------------------------------------------

    def _people(self) -> None:
        batch = self._batch
        if batch.users:
            users = frames.listed(user_of(each) for each in batch.users)
            for session in self._rooms.staff:
                self._to(session).lists["users"] = users
        for each in batch.users:
            for session in self._rooms.by_user.get(each.id, ()):
                session.speaks(each.language)
        self._persons()

    def _persons(self) -> None:
        """What one person has changed, or what concerns one person alone."""
        for event in self._batch.events:
            if event.kind == "user.changed" and event.user_id is not None:
                for session in self._rooms.by_user.get(event.user_id, ()):
                    self._to(session).stale.add("me")
            elif event.kind in {"notice.added", "notice.read"} and event.user_id is not None:
                for session in self._rooms.by_user.get(event.user_id, ()):
                    self._to(session).stale.add("notices")
            elif event.kind == "customer.changed" and event.thread_id is not None:
                watch = self._rooms.by_thread.get(event.thread_id)
                for session in watch.staff if watch is not None else ():
                    self._to(session).stale.add(f"customer:{(event.data or {}).get('customer_id', 0)}")

    def _settings(self) -> None:
        batch = self._batch
        stale: set[str] = set()
        for event in batch.events:
            if event.kind in {"line.changed", "queue.changed"} and event.line_id is not None:
                stale.add(f"line:{event.line_id}")
            elif event.kind == "portal.changed":
                stale.add("portal")
        departments = frames.listed(map(department_of, batch.departments)) if batch.departments is not None else ""
        channels: dict[str, str] = {}
        if not stale and not departments and batch.lines is None and batch.channels is None:
            return
        for session in self._rooms.staff:
            changes = self._to(session)
            changes.stale |= stale
            if departments:
                changes.lists["departments"] = departments
            if batch.lines is not None:
                mine = self._members.get(session.actor.user_id, NOBODY)
                changes.lists["lines"] = frames.listed(line_of(e, member=e.id in mine) for e in batch.lines)
            if batch.channels is not None:
                if session.language not in channels:
                    channels[session.language] = frames.listed(
                        channel_of(each, session.language, self._word) for each in batch.channels
                    )
                changes.lists["channels"] = channels[session.language]


def channel_of(facts: ChannelFacts, language: str, word: Wording) -> ChannelBrief:
    return ChannelBrief(
        id=facts.id,
        line_id=facts.line_id,
        kind=facts.kind,
        name=facts.name,
        active=bool(facts.active),
        state=facts.state,
        state_text=_trouble(facts, language, word),
    )


def _trouble(facts: ChannelFacts, language: str, word: Wording) -> str:
    """What is wrong, in the kind's own words where it has some."""
    if not facts.state_reason:
        return ""
    words = manifest(facts.kind).troubles.get(facts.state_reason)
    return words.get(language, words["en"]) if words is not None else word(facts.state_reason, {}, language)


def ticks(mark: ThreadMark | None) -> tuple[int, int] | None:
    """How far the customer's device is, where there is no delivery that tells it."""
    return None if mark is None else (mark.delivered_seq, mark.read_seq)
