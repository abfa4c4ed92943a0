"""Who is connected to this node, found by what he looks at."""

from collections.abc import Iterable, Iterator

from openlines.realtime.staff import StaffSession
from openlines.realtime.visitors import VisitorSession
from openlines.services.access import Sight
from openlines.store.screens import Place


class Watch:
    """Who looks at one thread."""

    __slots__ = ("staff", "visitors")

    def __init__(self) -> None:
        self.staff: set[StaffSession] = set()
        self.visitors: set[VisitorSession] = set()


class Rooms:
    """The connected, indexed by user, by line, by thread and by open list."""

    def __init__(self) -> None:
        self.staff: set[StaffSession] = set()
        self.visitors: set[VisitorSession] = set()
        self.by_user: dict[int, set[StaffSession]] = {}
        self.by_line: dict[int, set[StaffSession]] = {}
        self.everything: set[StaffSession] = set()
        self.by_thread: dict[int, Watch] = {}
        self.listing: set[StaffSession] = set()
        self.queues: dict[int, set[StaffSession]] = {}  # who looks at the queue of a line
        self.newcomers: dict[tuple[int, str], set[VisitorSession]] = {}  # by channel and identity

    # --- staff ----------------------------------------------------------------------------------------------

    def enter(self, session: StaffSession) -> None:
        self.staff.add(session)
        self.by_user.setdefault(session.actor.user_id, set()).add(session)
        self._index(session)

    def leave(self, session: StaffSession) -> None:
        self.staff.discard(session)
        _drop(self.by_user, session.actor.user_id, session)
        self._unindex(session)
        self.watch(session, ())
        self.listing.discard(session)
        self.look_at_queues(session, ())

    def move(self, session: StaffSession, sight: Sight) -> None:
        """What he may see has changed."""
        self._unindex(session)
        session.sight = sight
        self._index(session)

    def _index(self, session: StaffSession) -> None:
        if session.sight.everything:
            self.everything.add(session)
        for line_id in session.sight.line_ids:
            self.by_line.setdefault(line_id, set()).add(session)

    def _unindex(self, session: StaffSession) -> None:
        self.everything.discard(session)
        for line_id in session.sight.line_ids:
            _drop(self.by_line, line_id, session)

    def watch(self, session: StaffSession, threads: Iterable[int]) -> None:
        """From now on this session looks at exactly these threads."""
        wanted = set(threads)
        for thread_id in session.threads - wanted:
            self.unwatch(session, thread_id)
        for thread_id in wanted - session.threads:
            self.by_thread.setdefault(thread_id, Watch()).staff.add(session)
            session.threads.add(thread_id)

    def unwatch(self, session: StaffSession, thread_id: int) -> None:
        session.threads.discard(thread_id)
        session.led.discard(thread_id)
        watch = self.by_thread.get(thread_id)
        if watch is not None:
            watch.staff.discard(session)
            self._tidy(thread_id, watch)

    def list(self, session: StaffSession, lists: frozenset[str]) -> None:
        session.lists = lists
        if lists:
            self.listing.add(session)
        else:
            self.listing.discard(session)

    def look_at_queues(self, session: StaffSession, line_ids: Iterable[int]) -> None:
        """From now on this session is told when something moves in these lines, and in no others."""
        for line_id in [each for each, sessions in self.queues.items() if session in sessions]:
            _drop(self.queues, line_id, session)
        for line_id in line_ids:
            self.queues.setdefault(line_id, set()).add(session)

    def named(self, place: Place, listeners: frozenset[int]) -> Iterator[StaffSession]:
        """Sessions of those whose own an open conversation is: held, offered to them by name, listened to."""
        if place.state == "closed":
            return
        for user_id in {place.operator_id, place.offered_to, *listeners}:
            if user_id is not None:
                yield from self.by_user.get(user_id, ())

    def crowd(self, line_id: int) -> set[StaffSession]:
        """Sessions in whose lists whatever is in the queue of this line stands by itself. All of them may see it."""
        return self.by_line.get(line_id, set()) | self.everything

    # --- visitors -------------------------------------------------------------------------------------------

    def enter_visitor(self, session: VisitorSession) -> None:
        self.visitors.add(session)
        if session.thread_id is None:
            self.newcomers.setdefault((session.channel_id, session.external_id), set()).add(session)
        else:
            self.by_thread.setdefault(session.thread_id, Watch()).visitors.add(session)

    def leave_visitor(self, session: VisitorSession) -> None:
        self.visitors.discard(session)
        if session.thread_id is None:
            _drop(self.newcomers, (session.channel_id, session.external_id), session)
        elif (watch := self.by_thread.get(session.thread_id)) is not None:
            watch.visitors.discard(session)
            self._tidy(session.thread_id, watch)

    def arrive(self, channel_id: int, external_id: str, thread_id: int) -> None:
        """The thread of visitors who were connected before their first words exists now."""
        for session in self.newcomers.pop((channel_id, external_id), ()):
            session.thread_id = thread_id
            self.by_thread.setdefault(thread_id, Watch()).visitors.add(session)

    def _tidy(self, thread_id: int, watch: Watch) -> None:
        if not watch.staff and not watch.visitors:
            self.by_thread.pop(thread_id, None)


def _drop(index: dict, key: object, session: object) -> None:  # type: ignore[type-arg]
    found = index.get(key)
    if found is not None:
        found.discard(session)
        if not found:
            del index[key]
