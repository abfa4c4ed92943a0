"""What a query and a use case are given: a `Reader` and a `Tx`. The engines fill in how statements run."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Table

from openlines.store.errors import Contention
from openlines.store.statement import Statement

# What of an event `Tx.event` is given; its id and instant come at the group's end.
FACT: Final = ("kind", "line_id", "conversation_id", "thread_id", "message_id", "user_id", "data")

Row = tuple[Any, ...]

# Several rows are written in statements of these sizes, so that there are few different statements to prepare.
_ROWS: Final = (64, 32, 16, 8, 4, 2, 1)


class Commit(NamedTuple):
    """What one or several committed groups mean to those who wait: there are events, when to look, whom to poke."""

    events: bool = False
    wake_at: int | None = None
    pokes: frozenset[str] = frozenset()

    def __or__(self, other: "Commit") -> "Commit":
        moments = [at for at in (self.wake_at, other.wake_at) if at is not None]
        return Commit(self.events or other.events, min(moments, default=None), self.pokes | other.pokes)


class Mark(NamedTuple):
    """How far a transaction had come when a call began."""

    writes: int
    wakes: int
    pokes: int


class Reader(ABC):
    """A look at one state of the database: all reads of a query see the same commits."""

    __slots__ = ()

    @property
    @abstractmethod
    def now(self) -> int:
        """The instant of this transaction: the database's clock on PostgreSQL, the host's on SQLite."""

    @abstractmethod
    def one(self, statement: Statement, /, **params: Any) -> Row | None:
        """The first row, or None."""

    @abstractmethod
    def all(self, statement: Statement, /, **params: Any) -> list[Row]:
        """All rows."""


class Tx(Reader):
    """A transaction that use cases share: everything they do is kept together or not at all.

    A use case may be run a second time when the group it was in could not be committed, so it touches nothing
    but its `Tx`; and what it refuses, it refuses before it writes, so that the group need not be repeated.
    """

    __slots__ = ("_events", "_pokes", "_wakes", "_writes", "failure")

    def __init__(self) -> None:
        self.failure: Exception | None = None  # a statement failed: nothing of this transaction can be kept
        self._writes = 0
        self._events: list[tuple[Any, ...]] = []
        self._wakes: list[int] = []
        self._pokes: list[str] = []

    @abstractmethod
    def run(self, statement: Statement, /, **params: Any) -> None:
        """A write whose result nobody needs now. On PostgreSQL its failure shows later, and fails the group."""

    @abstractmethod
    def changed(self, statement: Statement, /, **params: Any) -> int:
        """A write, and how many rows it touched."""

    def expect(self, statement: Statement, /, **params: Any) -> None:
        """A write that must touch exactly one row: a guard on the version that was seen.

        A miss means that somebody else wrote meanwhile; the call is run again and sees what he wrote.
        """
        if self.changed(statement, **params) != 1:
            self.failure = Contention("somebody else has changed the row meanwhile")
            raise self.failure

    @abstractmethod
    def new_id(self, table: Table) -> int:
        """A new id for a row of `table`, from memory. Ids left over by a rolled back call are not used again."""

    @abstractmethod
    def _run_rows(self, statement: Statement, names: tuple[str, ...], count: int, values: tuple[Any, ...]) -> None:
        """An insert of `count` rows whose values stand one after another."""

    def run_many(self, statement: Statement, rows: Sequence[Mapping[str, Any]]) -> None:
        """Inserts several rows of one table, all naming the same columns in the same order."""
        if rows:
            names = tuple(rows[0])
            values = [value for row in rows for value in row.values()]
            if len(values) != len(names) * len(rows) or any(tuple(row) != names for row in rows):
                raise TypeError("rows of one insert must name the same columns in the same order")
            self._run_values(statement, names, values)

    def _run_values(self, statement: Statement, names: tuple[str, ...], values: Sequence[Any]) -> None:
        width, done = len(names), 0
        rest = len(values) // width
        for count in _ROWS:
            while rest >= count:
                end = done + count * width
                self._run_rows(statement, names, count, tuple(values[done:end]))
                done, rest = end, rest - count

    def event(
        self,
        kind: str,
        *,
        line_id: int | None = None,
        conversation_id: int | None = None,
        thread_id: int | None = None,
        message_id: int | None = None,
        user_id: int | None = None,
        data: dict[str, Any] | None = None,
    ) -> None:
        """A fact for the log: ids and versions, no personal data. Written, with its id, at the group's end."""
        self._writes += 1
        text = None if data is None else msgspec.json.encode(data).decode()
        self._events.append((kind, line_id, conversation_id, thread_id, message_id, user_id, text))

    def wake(self, at: int) -> None:
        """Somebody must look again at the instant `at`."""
        self._wakes.append(at)

    def poke(self, what: str) -> None:
        """There is work for `what` ("deliver", "parse", …) as soon as this is committed."""
        self._pokes.append(what)

    # What the writer asks around each call.

    def mark(self) -> Mark:
        return Mark(self._writes, len(self._wakes), len(self._pokes))

    def wrote_since(self, mark: Mark) -> bool:
        return self._writes != mark.writes

    def forget_since(self, mark: Mark) -> None:
        """Drops the wakes and pokes of a call that refused before it wrote anything."""
        del self._wakes[mark.wakes :]
        del self._pokes[mark.pokes :]

    @property
    def wrote(self) -> bool:
        return self._writes > 0

    def take(self, other: "Tx") -> None:
        """Makes what a call did on a transaction object of its own part of this one."""
        self._writes += other._writes  # noqa: SLF001 - another of this class
        self._events += other._events  # noqa: SLF001
        self._wakes += other._wakes  # noqa: SLF001
        self._pokes += other._pokes  # noqa: SLF001

    def outcome(self) -> Commit:
        """What this transaction means to others once it is committed."""
        return Commit(bool(self._events), min(self._wakes, default=None), frozenset(self._pokes))
