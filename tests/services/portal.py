"""A portal for tests of the use cases: a real store, a clock that is set by hand, and the workers played by hand.

Everything goes through the public use cases. `settle` does what the workers would do by now: it plays due
timers, routes lines, carries changes of rules, until nothing is due.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import insert, select

from openlines.core.line import SECOND
from openlines.core.state import Conversation
from openlines.services import handle, lines, presence, queue, receive, reply, route, wake
from openlines.services.access import Actor
from openlines.services.receive import Incoming, Person, Received
from openlines.services.turn import Case, load, load_some
from openlines.store import Tx, conversations, events, messages, schema, tables
from openlines.store.id_blocks import Ids
from openlines.store.messages import MessageRow
from openlines.store.postgres import PostgresSession
from openlines.store.sqlite import SqliteSession, prepare_file
from openlines.store.statement import Statement
from openlines.support.clock import FollowingClock, SettableClock

P = ParamSpec("P")
T = TypeVar("T")

_ALL = Statement(select(*conversations.COLUMNS).order_by(tables.conversations.c.id))

START = 1_767_603_600 * SECOND  # Monday 2026-01-05 09:00 UTC


class Portal:
    def __init__(self, url: str) -> None:
        self.clock = SettableClock(START)
        if url.startswith("sqlite:///"):
            path = Path(url.removeprefix("sqlite:///"))
            if not path.exists():
                prepare_file(path)
                path.write_bytes(_empty_database())
            self.session: Any = SqliteSession(path, self.clock)
            # No power fails in a test, so none waits for the disk.
            self.session._connection.execute("PRAGMA synchronous = OFF")
        else:
            self.session = PostgresSession(url, "test", self.clock, FollowingClock(), Ids())
        self.pokes: set[str] = set()
        self._number = itertools.count(1)
        self.admin = Actor(0, "administrator")

    def close(self) -> None:
        self.session.close()

    # --- running use cases ------------------------------------------------------------------------------

    def do(self, use_case: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One use case in a transaction of its own."""
        tx = self.session.begin()
        try:
            result = use_case(tx, *args, **kwargs)
            self.session.send_commit(tx)
            self.session.commit(tx)
        except BaseException:
            self.session.rollback()
            raise
        self.pokes |= tx.outcome().pokes
        return result

    @property
    def now(self) -> int:
        return self.clock.now()

    def at(self, seconds: float) -> None:
        """Moves the clock to so many seconds after the start, playing everything that falls due on the way."""
        self.go_to(START + round(seconds * SECOND))

    def after(self, seconds: float) -> None:
        self.go_to(self.now + round(seconds * SECOND))

    def go_to(self, instant: int) -> None:
        while True:
            self.settle()
            due = self.do(wake.next_due)
            if due is None or due > instant:
                break
            self.clock.set(max(due, self.now))
        self.clock.set(instant)
        self.settle()

    def settle(self) -> None:
        """What the workers would have done by now."""
        for _ in range(1000):
            busy = False
            for line_id in {*self._poked_lines(), *self.do(wake.next_routing)}:
                while self.do(route.route, line_id).more:
                    pass
                busy = True
            woken = self.do(wake.wake_due)
            people = self.do(wake.wake_people)
            for line_id in woken.lines:
                self.do(route.route, line_id)
            for line_id in self.do(lines.to_rearm):
                while self.do(lines.rearm, line_id):
                    pass
                busy = True
            if not (busy or woken.played or people or self.pokes):
                return
        raise AssertionError("the workers never come to rest")

    def _poked_lines(self) -> set[int]:
        pokes, self.pokes = self.pokes, set()
        return {int(each.partition(":")[2]) for each in pokes if each.startswith("route:")}

    # --- people, lines, channels --------------------------------------------------------------------------

    def operator(self, name: str, *, online: bool = True, role: str = "operator") -> Actor:
        def add(tx: Tx) -> int:
            user_id = tx.new_id(tables.users)
            tx.run(
                Statement(insert(tables.users)),
                id=user_id,
                email=f"{name.lower()}{user_id}@example.com",
                name=name,
                role=role,
                created_at=tx.now,
            )
            presence.refresh_user(tx, user_id)
            return user_id

        user_id = self.do(add)
        if online:
            self.online(user_id)
        return Actor(user_id, role)

    def online(self, who: int | Actor) -> None:
        self.do(presence.renew, "node")
        self.do(presence.connected, _id(who), "node")

    def offline(self, who: int | Actor) -> None:
        self.do(presence.disconnected, _id(who), "node")

    def line(self, *members: Actor, name: str = "Support", **settings: Any) -> int:
        line_id = self.do(lines.create, self.admin, name, time_zone="UTC")
        quiet = {"greeting": {}, "off_hours_text": {}, "close_text": {}, "rating": "off", "no_answer_time": 43200}
        self.change(line_id, **{**quiet, **settings})
        self.put_queue(line_id, *members)
        return line_id

    def change(self, line_id: int, **settings: Any) -> None:
        version = self.do(lambda tx: lines._line(tx, line_id).version)
        self.do(lines.change, self.admin, line_id, version, settings=settings)

    def switch(self, line_id: int, on: bool) -> None:
        version = self.do(lambda tx: lines._line(tx, line_id).version)
        self.do(lines.change, self.admin, line_id, version, active=on)

    def put_queue(self, line_id: int, *members: Actor) -> None:
        version = self.do(lambda tx: lines._line(tx, line_id).version)
        self.do(queue.put_queue, self.admin, line_id, version, [(each.user_id, None) for each in members])

    def channel(self, line_id: int, kind: str = "website") -> int:
        def add(tx: Tx) -> int:
            channel_id = tx.new_id(tables.channels)
            tx.run(
                Statement(insert(tables.channels)),
                id=channel_id,
                line_id=line_id,
                kind=kind,
                name=kind,
                key=f"key{channel_id}",
                created_at=tx.now,
            )
            return channel_id

        return self.do(add)

    # --- what people do -----------------------------------------------------------------------------------

    def writes(self, channel_id: int, customer: str, text: str = "hello", *, dedupe: str | None = None) -> Received:
        """A customer writes; the conversation is routed as far as it goes at once."""
        incoming = Incoming(customer, dedupe or f"m{next(self._number)}", text, person=Person(name=customer))
        received = self.do(receive.receive_message, channel_id, incoming)
        self.settle()
        return received

    def replies(self, who: Actor, conversation_id: int, text: str = "hi") -> MessageRow:
        said = reply.Reply(f"c{next(self._number)}", text)
        row = self.do(reply.reply, who, conversation_id, said)
        self.settle()
        return row

    def accepts(self, who: Actor, conversation_id: int) -> Conversation:
        c = self.do(handle.accept, who, conversation_id)
        self.settle()
        return c

    def acts(self, action: Callable[..., Any], who: Actor, conversation_id: int, *args: Any, **kwargs: Any) -> Any:
        result = self.do(action, who, conversation_id, *args, **kwargs)
        self.settle()
        return result

    # --- looking ------------------------------------------------------------------------------------------

    def conversation(self, conversation_id: int) -> Conversation:
        return self.do(load, conversation_id).c

    def offered_to(self, conversation_id: int) -> int | None:
        c = self.conversation(conversation_id)
        return c.offered_to if c.state == "offered" else None

    def thread(self, conversation_id: int) -> list[MessageRow]:
        return self.do(messages.after, self.conversation(conversation_id).thread_id, 0, 200)

    def said(self, conversation_id: int) -> list[tuple[str, str]]:
        """(author or kind of automatic text, words) of everything the customer can see."""
        found = []
        for row in self.thread(conversation_id):
            if row.kind == "text":
                data = messages.data_of(row)
                found.append((data.get("auto", row.author), row.text))
        return found

    def facts(self, conversation_id: int) -> list[str]:
        rows = [row for row in self.thread(conversation_id) if row.kind == "fact"]
        return [messages.data_of(row)["fact"]["code"] for row in rows]

    def all(self) -> list[Conversation]:
        return [Conversation._make(row) for row in self.do(lambda tx: tx.all(_ALL))]

    def cases(self) -> list[Case]:
        return self.do(lambda tx: load_some(tx, [row[0] for row in tx.all(_ALL)]))

    def log(self) -> list[str]:
        return [each.kind for each in self.do(events.read_events, 0, 10_000)]


@cache
def _empty_database() -> bytes:
    """The file of a database with the current schema and nothing in it, made once: migrating takes longer than most
    tests do."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "portal.db"
        prepare_file(path)
        schema.migrate_sqlite(path)
        return path.read_bytes()


def _id(who: int | Actor) -> int:
    return who if isinstance(who, int) else who.user_id


@contextmanager
def portal(url: str) -> Iterator[Portal]:
    found = Portal(url)
    try:
        yield found
    finally:
        found.close()
