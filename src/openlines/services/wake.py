"""Timers: what is due is found by the index on `due_at` and played in the same transaction; no lease.

A wake-up that comes early, late or twice is harmless: the core plays what is due by the anchors and sets `due_at`
right. Two nodes skip each other's locked rows.

A chunk is played in one transaction, so one conversation that cannot be played (a fault of ours) fails all of it, and
being the longest due it would come first for ever. Whoever plays therefore takes a chunk that failed apart: `due_now`
names its conversations, each is played in a transaction of its own, and the one that still fails is put off by a
minute. On the way that is usual nothing of this is asked or written.
"""

from collections.abc import Iterable
from typing import NamedTuple

from openlines.core.inputs import Woke
from openlines.core.line import MINUTE
from openlines.services import presence
from openlines.services.turn import load_some, turns
from openlines.store import conversations, users
from openlines.store import lines as line_rows
from openlines.store.tx import Reader, Tx

CALM = 5 * MINUTE  # after a jump of the clock nothing is closed or marked for so long (rules.md 2)
PUT_OFF = MINUTE  # until a conversation that cannot be played is tried again
PEOPLE_CHUNK = 100  # users.due gives so many at a time


class Woken(NamedTuple):
    played: int
    more: bool
    lines: frozenset[int]  # where something waits for routing
    lateness: tuple[int, ...]  # µs behind the time each was due


def wake_due(tx: Tx, *, jumped_at: int | None = None, only: int | None = None) -> Woken:
    """Plays up to a chunk of due timers, or those of one conversation."""
    ids = conversations.due(tx) if only is None else [only]
    lines: set[int] = set()
    lateness: list[int] = []
    calm = jumped_at is not None and 0 <= tx.now - jumped_at < CALM
    for turn in turns(tx, load_some(tx, ids)):
        if turn.c.due_at is not None:
            lateness.append(tx.now - turn.c.due_at)
        turn.step(Woke(calm=calm, sender_gone=presence.gone(tx, turn.c.sender_id)))
        after = turn.done()
        if after.state == "waiting" and after.route_at is not None and after.route_at <= tx.now:
            lines.add(after.line_id)
    more = len(ids) == conversations.DUE_CHUNK
    return Woken(len(ids), more, frozenset(lines), tuple(lateness))


def due_now(tx: Tx) -> list[int]:
    """The conversations of the next chunk."""
    return conversations.due(tx)


def put_off(tx: Tx, conversation_id: int) -> None:
    """Of a conversation that cannot be played. Nothing but its `due_at` is written."""
    conversations.put_off(tx, conversation_id, tx.now + PUT_OFF)


def wake_people(tx: Tx) -> int:
    """Operators whose availability time alone has changed: the grace is over, an absence begins or ends."""
    ids = users.due(tx)
    for user_id in ids:
        presence.refresh_user(tx, user_id)
    return len(ids)


def next_due(reader: Reader) -> int | None:
    """The earliest timer of conversations and people."""
    moments = [conversations.next_due(reader), users.next_due(reader)]
    return min((at for at in moments if at is not None), default=None)


def by_priority(reader: Reader, line_ids: Iterable[int]) -> list[int]:
    """Lines in the order in which an operator of several of them is offered conversations: the higher number first."""
    found = {line.id: line.rules.priority for line in line_rows.some(reader, list(line_ids))}
    return sorted(found, key=lambda line_id: -found[line_id])


def next_routing(reader: Reader) -> list[int]:
    """Lines where something waits that is due: what the safety look of the router asks."""
    return conversations.lines_to_route(reader)
