"""The one reader of the event log on this node, and everybody who is told what it reads.

The reader is poked when a commit had events, and looks by itself every few seconds in case a poke was lost. One
look reads a batch of events together with what they changed (`reading`), decides who is told what (`fanout`) and
pushes. A session takes its snapshot, then subscribes with the snapshot's cursor: what happened in between is read
for it alone (`resuming`) while its live frames are held back, so nothing is missed and repeats are harmless.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from openlines.realtime import frames
from openlines.realtime.asked import Followed, followed
from openlines.realtime.consequences import ends, moved_queues, moves_heads, removed
from openlines.realtime.fanout import NOBODY, FanOut
from openlines.realtime.queue_places import QueuePlaces
from openlines.realtime.reading import BATCH, Batch, Interest, read_batch
from openlines.realtime.resuming import just_said, resume
from openlines.realtime.rooms import Rooms
from openlines.realtime.shapes import Wording
from openlines.realtime.sign_ins import keep_alive
from openlines.realtime.sockets import GOING_AWAY, MOST_BYTES, SIGNED_OUT
from openlines.realtime.staff import StaffSession
from openlines.realtime.telling import tell_visitors
from openlines.realtime.visitors import VisitorSession
from openlines.services import faces
from openlines.services.access import Sight
from openlines.services.faces import LineFaces, People, face_of
from openlines.store import Commit, Store, StoreError, StoreUnavailable, screens, users
from openlines.store.events import Event, last_event_id
from openlines.store.screens import Place
from openlines.store.tx import Reader
from openlines.store.users import User
from openlines.support.log import logger
from openlines.support.stamps import stamp

SAFETY_LOOK: Final = 5.0  # seconds
PING_EVERY: Final = 25.0
# From one look at the log to the next. Each look costs a handful of queries and each frame a write for every socket
# that gets it (at fifty sockets a third of all work), so under load looks are fewer and frames fuller. The first
# change after a quiet moment waits for nothing, and no screen shows more often what has changed.
BETWEEN_LOOKS: Final = 0.004  # seconds
_MORE_PER_EVENT: Final = 0.0004  # of the last batch
_MOST_BETWEEN: Final = 0.080
_SIGN_INS_EVERY: Final = 240.0
_DRAINED_WITHIN: Final = 3.0  # seconds
MOST_THREADS: Final = 50  # that one session may watch
MOST_QUEUES: Final = 10
MOST_MISSED: Final = MOST_BYTES // 2  # that is sent as a difference; a new snapshot costs no more

log = logger(__name__)


class Hub:
    """See the module. Everything but reading happens in the loop."""

    def __init__(self, store: Store, word: Wording) -> None:
        self._store = store
        self._word = word
        self._poked = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._watchers: list[Callable[[list[Event]], None]] = []
        self._listeners: dict[int, frozenset[int]] = {}
        self._places: dict[int, Place] = {}
        self.rooms = Rooms()
        self.people: dict[int, User] = {}
        self.faces: dict[int, LineFaces] = {}  # what each line shows customers of its operators
        self.queue = QueuePlaces(store, self._tells_places)
        self.members: dict[int, frozenset[int]] = {}
        # Told the threads in which staff type, for channels that show it to their customers.
        self.on_typed: Callable[[int], None] = lambda thread_id: None
        self.cursor = 0
        self._next_look = 0.0  # the loop's time before which nothing is read
        self.batches = 0
        self.events = 0
        self.found_by_safety_look = 0

    # --- life -----------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Take the present state and follow the log from here."""
        await self._load()
        self._store.subscribe(self._committed)
        self._tasks = [asyncio.create_task(each()) for each in (self._follow, self._ping, self._look_at_sign_ins)]

    async def stop(self) -> None:
        """Tell every socket that this node goes away."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.queue.stop()
        sockets = [*self.rooms.staff, *self.rooms.visitors]
        for socket in sockets:
            socket.close(GOING_AWAY)
        try:
            async with asyncio.timeout(_DRAINED_WITHIN):
                await asyncio.gather(*(each.drained() for each in sockets))
        except TimeoutError:
            log.info("some sockets were too slow to be told")

    def watch(self, watcher: Callable[[list[Event]], None]) -> None:
        """Call `watcher` with the events of every batch; with none when nobody can say what has changed."""
        self._watchers.append(watcher)

    def _committed(self, commit: Commit) -> None:
        if commit.events:
            self._poked.set()

    # --- reading --------------------------------------------------------------------------------------------

    async def _load(self) -> None:
        start = await self._store.read(_start)
        self.cursor, self.people, self.members, self._listeners, self.faces = start
        self._places = {}
        after = 0
        while chunk := await self._store.read(screens.places, after):
            self._places.update({each.id: each for each in chunk})
            after = chunk[-1].id

    async def _follow(self) -> None:
        while True:
            poked = True
            if not self._poked.is_set():
                try:
                    # Not wait_for: it can swallow a cancellation that meets the poke.
                    async with asyncio.timeout(SAFETY_LOOK):
                        await self._poked.wait()
                except TimeoutError:
                    poked = False
            self._poked.clear()
            try:
                await self._catch_up(poked=poked)
            except StoreUnavailable:
                await asyncio.sleep(0.1)
                self._poked.set()
            except Exception:
                log.exception("fan-out failed; every session takes a new snapshot")
                await self._start_over()

    async def _catch_up(self, *, poked: bool) -> None:
        loop = asyncio.get_running_loop()
        while True:
            rest = self._next_look - loop.time()
            if rest > 0:
                await asyncio.sleep(rest)
            self._next_look = loop.time() + BETWEEN_LOOKS
            batch = await self._store.read(read_batch, self.cursor, self._interest())
            if batch.too_old:
                await self._start_over()
                return
            if not batch.events:
                return
            if not poked:
                self.found_by_safety_look += len(batch.events)
            self._next_look += min(len(batch.events) * _MORE_PER_EVENT, _MOST_BETWEEN - BETWEEN_LOOKS)
            self.deliver(batch)
            self.cursor = batch.cursor
            if len(batch.events) < BATCH:
                return  # what came meanwhile has poked again

    def _interest(self) -> Interest:
        rooms = self.rooms
        return Interest(
            users=rooms.by_user,
            lines=rooms.by_line,
            everything=bool(rooms.everything),
            threads=rooms.by_thread,
            places=self._places,
            lists=bool(rooms.listing),
            newcomers=bool(rooms.newcomers),
        )

    async def _start_over(self) -> None:
        for session in list(self.rooms.staff):
            self._reset(session)
        for watcher in self._watchers:
            watcher([])
        while True:
            try:
                await self._load()
                return
            except StoreError:
                await asyncio.sleep(0.5)

    # --- telling --------------------------------------------------------------------------------------------

    def deliver(self, batch: Batch) -> None:
        """Tell everybody on this node what a batch means to him."""
        self.batches += 1
        self.events += len(batch.events)
        for watcher in self._watchers:
            watcher(batch.events)
        self.people.update({each.id: each for each in batch.users})
        self.faces.update(batch.faces)
        self._sign_out(batch.events)
        if batch.members is not None:
            self._move(batch.members)
        if self.rooms.newcomers:
            for mark in batch.marks.values():
                self.rooms.arrive(mark.channel_id, mark.external_id, mark.id)
        if self.rooms.visitors:
            self.queue.moved(moved_queues(batch, self._places))
        told = FanOut(batch, self.rooms, self._places, self._listeners, self.members, self._word).run()
        made: dict[tuple[str, ...], frames.Shared] = {}
        for session, changes in told.items():
            session.tell(changes.frame(batch.cursor, made), batch.cursor)
        if self.rooms.visitors:
            lines = {each.id: each.line_id for each in batch.places.values()}
            tell_visitors(batch, self.rooms, People(self.faces, self.people, lines), self.queue)
        everybody, heads = any(map(removed, batch.events)), any(map(moves_heads, batch.events))
        if everybody or heads:
            for session in [each for each in self.rooms.staff if everybody or each.led]:
                self._reset(session)

    def _sign_out(self, events: Iterable[Event]) -> None:
        """Sockets end with the sign-in that opened them."""
        for event in events:
            if event.kind != "user.changed" or event.user_id is None or not event.data:
                continue
            for session in list(self.rooms.by_user.get(event.user_id, ())):
                if ends(event.data, session):
                    session.close(SIGNED_OUT)

    def _move(self, members: dict[int, frozenset[int]]) -> None:
        """Whose sight has changed takes a new snapshot."""
        before, self.members = self.members, members
        for session in list(self.rooms.staff):
            user_id = session.actor.user_id
            lines = members.get(user_id, NOBODY)
            if lines == before.get(user_id, NOBODY):
                continue
            if not session.sight.everything:
                self.rooms.move(session, Sight(user_id, everything=False, line_ids=lines))
            self._reset(session)

    def _reset(self, session: StaffSession) -> None:
        session.begins_anew()
        self.rooms.watch(session, ())
        session.push(frames.RESET)

    async def _ping(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(PING_EVERY / 5)
            quiet = loop.time() - PING_EVERY * 4 / 5
            for session in self.rooms.staff:
                if session.last_pushed < quiet:
                    behind = session.live and session.cursor < self.cursor
                    session.cursor = self.cursor
                    session.push(frames.Changes().frame(self.cursor) if behind else frames.PING)
            for visitor in self.rooms.visitors:
                if visitor.last_pushed < quiet:
                    visitor.push(frames.PING)

    async def _look_at_sign_ins(self) -> None:
        while True:
            await asyncio.sleep(_SIGN_INS_EVERY)
            await self.look_at_sign_ins()

    async def look_at_sign_ins(self) -> None:
        """An open workspace keeps its session alive; one that has run out ends its sockets."""
        for sign_in in {each.sign_in for each in self.rooms.staff}:
            try:
                good = await self._store.write(keep_alive, sign_in)
            except StoreError:
                continue
            for session in [each for each in self.rooms.staff if each.sign_in == sign_in and not good]:
                session.close(SIGNED_OUT)

    # --- sessions of staff ----------------------------------------------------------------------------------

    def join(self, session: StaffSession) -> bool:
        """Connect; True when it is this user's first connection on this node."""
        first = session.actor.user_id not in self.rooms.by_user
        self.rooms.enter(session)
        return first

    def leave(self, session: StaffSession) -> bool:
        """Disconnect; True when it was this user's last connection on this node."""
        session.gone()
        self.rooms.leave(session)
        return session.actor.user_id not in self.rooms.by_user

    async def subscribe(
        self, session: StaffSession, cursor: int | None, epoch: str | None, threads: list[int], lists: list[str]
    ) -> None:
        """Look at these threads and lists; the first time, or after a break, go on from `cursor`."""
        began = session.resets
        await self._watch(session, threads)
        self.rooms.list(session, frozenset(lists) & {"all", "closed"})
        queues = _queues(lists) if session.sight.everything else []
        self.rooms.look_at_queues(session, queues)
        if session.live or session.resets != began:
            return
        if epoch != self._store.epoch or cursor is None:
            session.push(frames.RESET if cursor is not None else self._ready())
            session.live = cursor is None
            session.cursor = self.cursor
            return
        await self._resume(session, cursor, queues)

    async def _watch(self, session: StaffSession, threads: list[int]) -> None:
        """Watch those of these threads that he may see."""
        began = session.resets
        wanted = [each for each in dict.fromkeys(threads) if each not in session.threads][:MOST_THREADS]
        new = Followed(self.cursor)
        while wanted:
            new = await self._store.read(followed, session.actor, session.sight, wanted)
            if new.cursor >= self.cursor:
                break
            # Something was told since this was read; it may have taken one of them out of his sight.
        if session.resets != began:
            return
        kept = session.threads & set(threads)
        self.rooms.watch(session, [*kept, *new.threads][:MOST_THREADS])
        session.led |= new.led & session.threads
        if session.live and new.threads:
            said = await self._store.read(just_said, new.threads, session.language, self._word)
            changes = frames.Changes()
            changes.messages += [each for thread_id, each in said if thread_id in session.threads]
            if changes and session.live:
                session.push(changes.frame(session.cursor))

    async def _resume(self, session: StaffSession, cursor: int, queues: list[int]) -> None:
        """Send what was missed since `cursor`, then what has come while it was read."""
        began, session.held = session.resets, []
        members = self.members.get(session.actor.user_id, NOBODY)
        try:
            missed = await self._store.read(resume, cursor, session, self._word, members=members)
        except BaseException:
            session.held = None
            raise
        if session.resets != began or session.closed:
            return
        frame = ""
        if missed is not None and missed.cursor > cursor:
            missed.changes.stale |= {f"queue:{each}" for each in queues}
            frame = missed.changes.frame(missed.cursor) if missed.changes else ""
        # As one frame too much would cut the connection off, and the next one that tries.
        if missed is None or len(frame) > MOST_MISSED:
            self._reset(session)
            return
        session.push(self._ready())
        if frame:
            session.push(frame)
        session.go_live(max(missed.cursor, self.cursor))

    def _ready(self) -> str:
        return frames.ready(self.cursor, self._store.epoch, stamp(self._store.clock.now()))

    # --- what is said at once and written nowhere -----------------------------------------------------------

    def typed_by_customer(self, visitor: VisitorSession, words: str) -> None:
        """He is typing; what he types goes on only where the line that has him wants to see it."""
        thread_id = visitor.thread_id
        watch = self.rooms.by_thread.get(thread_id) if thread_id is not None else None
        if thread_id is not None and watch is not None and watch.staff:
            line = self.faces.get(visitor.line_id)
            words = words if line is not None and line.settings.see_typing else ""
            frame = frames.typing(thread_id, "customer", words=words)
            for session in watch.staff:
                session.push(frame)

    def typed_by_staff(self, session: StaffSession, thread_id: int) -> None:
        """Only who watches the thread, which he may, can be seen typing in it."""
        watch = self.rooms.by_thread.get(thread_id)
        if watch is None or session not in watch.staff or not session.writes:
            return
        user_id = session.actor.user_id
        frame = frames.typing(thread_id, "operator", user_id=user_id)
        for other in watch.staff:
            if other.actor.user_id != user_id:
                other.push(frame)
        self.on_typed(thread_id)
        person = self.people.get(user_id)
        for visitor in watch.visitors:
            face = face_of(self.faces.get(visitor.line_id), person, visitor.language)
            visitor.push(frames.visitor("typing", {"name": face.name} if face.name else {}))

    # --- visitors -------------------------------------------------------------------------------------------

    def join_visitor(self, session: VisitorSession) -> None:
        self.rooms.enter_visitor(session)

    def leave_visitor(self, session: VisitorSession) -> None:
        session.gone()
        self.queue.leave(session)
        self.rooms.leave_visitor(session)

    def _tells_places(self, line_id: int) -> bool:
        line = self.faces.get(line_id)
        return line is not None and line.settings.place_on

    def visitor_arrived(self, channel_id: int, external_id: str, thread_id: int) -> None:
        """His first words are in: his sockets follow the new thread from the next event on."""
        if self.rooms.newcomers:
            self.rooms.arrive(channel_id, external_id, thread_id)


def _queues(lists: Iterable[str]) -> list[int]:
    """The lines of "queue:3", "queue:5", …; a few at the most."""
    numbers = [each.removeprefix("queue:") for each in lists if each.startswith("queue:")]
    return [int(each) for each in numbers if each.isdecimal() and len(each) < 16][:MOST_QUEUES]


Start = tuple[int, dict[int, User], dict[int, frozenset[int]], dict[int, frozenset[int]], dict[int, LineFaces]]


def _start(reader: Reader) -> Start:
    # The cursor first: what commits while the rest is read comes again as an event, which harms nobody.
    cursor = last_event_id(reader)
    people = {each.id: each for each in users.all_users(reader)}
    return cursor, people, screens.members(reader), screens.all_listeners(reader), faces.of_lines(reader, None)
