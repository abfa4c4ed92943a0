"""What something that has happened means for connections, beyond what it changes on their screens."""

from collections.abc import Mapping
from typing import Any

from openlines.realtime.reading import Batch
from openlines.realtime.staff import StaffSession
from openlines.store.events import Event
from openlines.store.screens import Place


def moved_queues(batch: Batch, before: Mapping[int, Place]) -> set[int]:
    """Lines whose queue somebody came into or left, or whose rules have changed."""
    moved = set(batch.faces)
    for now in batch.places.values():
        was = before.get(now.id)
        waited = was.line_id if was is not None and was.state == "waiting" else None
        waits = now.line_id if now.state == "waiting" else None
        if waited != waits:
            moved |= {each for each in (waited, waits) if each is not None}
    return moved


def ends(what: Mapping[str, Any], session: StaffSession) -> bool:
    """Whether a change of a user ends this connection of his."""
    if what.get("ended") == "all":
        return True
    if what.get("ended") == "sessions":
        return session.session_id not in {0, what.get("but")}
    return (session.session_id != 0 and what.get("session") == session.session_id) or (
        session.token_id != 0 and what.get("token") == session.token_id
    )


def removed(event: Event) -> bool:
    """A line, a channel or a department is gone: lists of them are sent whole, and only a snapshot forgets."""
    if event.kind not in {"line.changed", "channel.changed", "department.changed"} or not event.data:
        return False
    return event.data.get("what") == "removed" or bool(event.data.get("deleted"))


def moves_heads(event: Event) -> bool:
    """Who leads whom has changed."""
    if event.kind == "user.changed":
        return "departments" in (event.data or {}).get("what", ())
    return event.kind == "department.changed"
