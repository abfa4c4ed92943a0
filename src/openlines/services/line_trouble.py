"""What administrators are told of a line once, until it is over: nobody in its queue; nobody there for who waits.

Looked at where it can begin or end: a queue or a person's availability changes (services.queue, presence), routing
finds nobody (services.route). Since when they know stands with the line; the workspace shows it from there.
"""

from openlines.core.line import SECOND
from openlines.services import notices
from openlines.store import lines, places, seats, users
from openlines.store.lines import LineRow
from openlines.store.tx import Tx

# Codes of routing (core.routing) that may mean that nobody is there at all.
NOBODY = frozenset({"queue_empty", "nobody_available"})


def look(tx: Tx, line_id: int) -> None:
    """Sets a line's troubles right and tells administrators of a new one."""
    line = lines.one(tx, line_id)
    if line is None or not line.active:
        return
    members, present, _ = seats.counts(tx, line_id)
    changes: dict[str, int | None] = {}
    if (members == 0) != (line.queue_empty_at is not None):
        changes["queue_empty_at"] = tx.now if members == 0 else None
    if present and line.nobody_at is not None:
        changes["nobody_at"] = None
    elif not present and line.nobody_at is None and places.anybody_waits(tx, line_id):
        changes["nobody_at"] = tx.now
    if not changes:
        return
    lines.put(tx, line_id, **changes)
    tx.event("line.trouble", line_id=line_id)
    if changes.get("queue_empty_at"):
        _tell(tx, line, "queue_empty")
    if changes.get("nobody_at"):
        _tell(tx, line, "nobody_there")


def _tell(tx: Tx, line: LineRow, kind: str) -> None:
    """One notice to every administrator; a new one each time that it begins anew."""
    people = [each.id for each in users.all_users(tx) if each.role == "administrator" and each.active]
    notices.add(tx, kind, line.id, tx.now // SECOND, people, ["workspace"], {"line": line.name}, line_id=line.id)
