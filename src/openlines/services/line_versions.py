"""Every saved state of a line is kept, with who saved it: for undo, for what has changed, for who was first."""

from typing import Any, Final, NamedTuple

import msgspec

from openlines.services import looks
from openlines.services.access import Actor, access_line
from openlines.services.errors import Conflict
from openlines.store import faces, line_versions, lines
from openlines.store.faces import OwnFace
from openlines.store.line_versions import Version
from openlines.store.lines import LineRow, Member
from openlines.store.tx import Reader, Tx

NEWEST: Final = 2**53 - 1


def keep(tx: Tx, actor: Actor, line_id: int) -> None:
    """Writes down the line as it is now, in the transaction that saved it."""
    row = lines.one(tx, line_id)
    if row is None:
        raise LookupError(f"no line {line_id}")
    saved_by = actor.user_id or None
    queue = queue_text(tx, line_id)
    given = (line_id, row.version, row.name, row.active, row.settings, queue, saved_by, tx.now)
    line_versions.add(tx, Version(*given, *_beside(tx, line_id)))


def complete(tx: Tx, line: LineRow) -> None:
    """Before a save: the present state gets what joined it without one, like a chat that was connected meanwhile."""
    faces_now, looks_now = _beside(tx, line.id)
    line_versions.fill(tx, line.id, line.version, faces=faces_now, looks=looks_now)


def _beside(reader: Reader, line_id: int) -> tuple[str, str]:
    """The faces and the looks of a line as texts."""
    own = [{"user_id": each.user_id, "name": each.name, "photo": each.photo} for each in faces.own(reader, [line_id])]
    return msgspec.json.encode(own).decode(), looks.as_text(looks.of_the_line(reader, line_id))


def queue_text(reader: Reader, line_id: int) -> str:
    """The queue as a version keeps it: a JSON list of {"user_id"} and {"department_id", "with_head"}, in order."""
    members = [
        {"user_id": user_id} if department_id is None else {"department_id": department_id, "with_head": bool(head)}
        for _, _, user_id, department_id, head in lines.members(reader, [line_id])
    ]
    return msgspec.json.encode(members).decode()


def overtaken(reader: Reader, line: LineRow) -> Conflict:
    """Somebody saved this line since it was looked at: who (`by`), and when (`at`), where that is known."""
    saved = line_versions.last(reader, line.id)
    if saved is None or not saved.by:
        return Conflict("changed_meanwhile", version=line.version)
    return Conflict("changed_meanwhile", version=line.version, by=saved.by, at=saved.at)


class Kept(NamedTuple):
    """A state of a line as it was saved; `by` is empty for the house itself. Faces and looks are None in states from
    before they were kept."""

    saved: Version
    by: str
    members: list[Member]
    faces: list[OwnFace] | None
    looks: dict[int, dict[str, Any]] | None


def history(reader: Reader, actor: Actor, line_id: int, before: int | None = None) -> tuple[list[Kept], int | None]:
    """The saved states of a line, newest first; the second value is `before` for the next page, or None."""
    access_line(reader, actor, line_id)
    found = line_versions.before(reader, line_id, before if before is not None else NEWEST)
    shown = [
        Kept(saved, by, _members_in(saved.queue), _faces_in(saved), looks.in_text(saved.looks) if saved.looks else None)
        for saved, by in found[: line_versions.PAGE]
    ]
    more = len(found) > line_versions.PAGE
    return shown, shown[-1].saved.version if more else None


def _members_in(queue: str) -> list[Member]:
    return [
        Member(each.get("user_id"), each.get("department_id"), int(each.get("with_head", False)))
        for each in msgspec.json.decode(queue)
    ]


def _faces_in(saved: Version) -> list[OwnFace] | None:
    if saved.faces is None:
        return None
    kept = msgspec.json.decode(saved.faces)
    return [OwnFace(saved.line_id, each["user_id"], each["name"], each["photo"]) for each in kept]
