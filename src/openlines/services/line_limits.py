"""How many lines an installation allows (`OPENLINES_MAX_LINES`), and what becomes of those beyond it.

The oldest lines that are to be on are on. When the number is lowered, the newest go off, with the reason `limit`:
their customers' words are kept, nothing is offered or said. When it allows more again they come back by themselves;
a line that somebody switched off by hand takes no place and stays as he left it.
"""

from openlines.services import deliveries
from openlines.services.errors import Conflict
from openlines.store import lines
from openlines.store.lines import LineRow
from openlines.store.tx import Reader, Tx

BY_HAND = "by_hand"
BY_LIMIT = "limit"


def check_one_more(reader: Reader, limit: int | None) -> None:
    """Before a line is switched on by hand. Raises `Conflict` `too_many_lines`."""
    if limit is not None and sum(each.active for each in lines.every(reader)) >= limit:
        raise Conflict("too_many_lines", limit=limit)


def out_of_place(reader: Reader, limit: int | None) -> list[tuple[LineRow, bool]]:
    """Lines that are on and should be off, or the other way round, each with how it should be (None: any number)."""
    wanted = sorted((each for each in lines.every(reader) if _to_be_on(each)), key=lambda each: each.id)
    should = ((row, limit is None or place < limit) for place, row in enumerate(wanted))
    return [(row, on) for row, on in should if on != bool(row.active)]


def hold_to_limit(tx: Tx, limit: int | None) -> list[int]:
    """Switches lines off and on so that the oldest `limit` (None: any number) are on. Returns those it switched."""
    moved = out_of_place(tx, limit)
    for row, on in moved:
        _switch(tx, row, on=on)
    return [row.id for row, _ in moved]


def give_room(tx: Tx, limit: int | None) -> None:
    """After a line was changed or has gone: another may come back in its place."""
    if limit is not None:
        hold_to_limit(tx, limit)


def _to_be_on(row: LineRow) -> bool:
    return bool(row.active) or row.off_reason == BY_LIMIT


def _switch(tx: Tx, row: LineRow, *, on: bool) -> None:
    # Not a save of somebody's: what an administrator has open stays his to save, so the version does not move.
    lines.put(tx, row.id, active=int(on), off_reason=None if on else BY_LIMIT, rearm_after=0)
    if on:
        deliveries.release_line(tx, row.id)
    tx.event("line.changed", line_id=row.id, data={"fields": ["active"]})
    tx.poke("rearm")
