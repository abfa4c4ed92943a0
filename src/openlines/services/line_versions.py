"""Every saved state of a line is kept, with who saved it: for undo, for what has changed, for who was first."""

from typing import Final, NamedTuple

import msgspec

from openlines.services.access import Actor, access_line
from openlines.services.errors import Conflict
from openlines.store import line_versions, lines
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
    line_versions.add(tx, Version(line_id, row.version, row.name, row.active, row.settings, queue, saved_by, tx.now))


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
        return Conflict("changed", version=line.version)
    return Conflict("changed", version=line.version, by=saved.by, at=saved.at)


class Kept(NamedTuple):
    """A state of a line as it was saved; `by` is empty for the house itself."""

    saved: Version
    by: str
    members: list[Member]


def history(reader: Reader, actor: Actor, line_id: int, before: int | None = None) -> tuple[list[Kept], int | None]:
    """The saved states of a line, newest first; the second value is `before` for the next page, or None."""
    access_line(reader, actor, line_id)
    found = line_versions.before(reader, line_id, before if before is not None else NEWEST)
    shown = [Kept(saved, by, _members_in(saved.queue)) for saved, by in found[: line_versions.PAGE]]
    more = len(found) > line_versions.PAGE
    return shown, shown[-1].saved.version if more else None


def _members_in(queue: str) -> list[Member]:
    return [
        Member(each.get("user_id"), each.get("department_id"), int(each.get("with_head", False)))
        for each in msgspec.json.decode(queue)
    ]
