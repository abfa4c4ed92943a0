"""Ids for new rows on PostgreSQL, from blocks that the sequences give out."""

import threading
from functools import partial
from typing import Any, Final

from sqlalchemy import Table, func, select

from openlines.store.statement import PostgresForm, Statement
from openlines.store.wire import Wire

BLOCK: Final = 64  # ids taken at once, as the sequences step


class Ids:
    """Blocks of ids, taken from the sequences ahead of need. What a stopped node had left is never used.

    The hands of a writer share them, so that ids grow with the groups.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks: dict[Table, tuple[int, int]] = {}  # next, end
        self._takes: dict[Table, PostgresForm] = {}

    def next(self, table: Table) -> int | None:
        with self._lock:
            value, end = self._blocks.get(table, (0, 0))
            if value == end:
                return None
            self._blocks[table] = (value + 1, end)
            return value

    def queue(self, table: Table, wire: Wire) -> None:
        """Takes a block with the next trip."""
        form = self._takes.get(table)
        if form is None:
            form = self._takes[table] = Statement(select(func.nextval(f"{table.name}_ids"))).for_postgres(())
        wire.queue(form, (), partial(self._take, table))

    def queue_low(self, wire: Wire) -> None:
        """Takes a block for each table that may run out within a group, so that nobody waits for a trip."""
        for table, (value, end) in list(self._blocks.items()):
            if end - value < BLOCK:
                self.queue(table, wire)

    def _take(self, table: Table, result: Any) -> None:
        first = int(result.get_value(0, 0))
        with self._lock:
            value, end = self._blocks.get(table, (0, 0))
            # Of two blocks that do not follow each other the newer is kept; numbers may be missing.
            self._blocks[table] = (value, first + BLOCK) if end == first and value < end else (first, first + BLOCK)
