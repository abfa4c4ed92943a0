"""The names and photos that a line has of its operators, as an administrator puts them (see services.faces)."""

from collections.abc import Sequence

from openlines.core.line import Problem
from openlines.core.line_problems import NAME_LIMIT
from openlines.services.access import Actor, require_administrator
from openlines.services.errors import Invalid, NotFound
from openlines.services.line_versions import keep, overtaken
from openlines.store import faces as rows
from openlines.store import files, lines, users
from openlines.store.faces import OwnFace
from openlines.store.tx import Tx


def put_faces(tx: Tx, actor: Actor, line_id: int, version: int, faces: Sequence[OwnFace]) -> None:
    """Replaces the line's own names and photos; entries with neither are left out.

    Refuses with `Invalid` (words at the field) and `Conflict` (somebody saved meanwhile).
    """
    require_administrator(actor)
    line = lines.one(tx, line_id)
    if line is None:
        raise NotFound("line", id=line_id)
    chosen = [each._replace(line_id=line_id, name=each.name.strip(), photo=each.photo or None) for each in faces]
    problems = _problems(tx, chosen)
    if problems:
        raise Invalid(problems)
    if not lines.put_seen(tx, line_id, version):
        raise overtaken(tx, line)
    rows.put(tx, line_id, [each for each in chosen if each.name or each.photo])
    keep(tx, actor, line_id)
    tx.event("line.changed", line_id=line_id, user_id=actor.user_id, data={"fields": ["faces"]})


def _problems(tx: Tx, faces: Sequence[OwnFace]) -> list[Problem]:
    people = {each.id for each in users.some_users(tx, {face.user_id for face in faces})} if faces else set()
    found = []
    seen: set[int] = set()
    for place, each in enumerate(faces):
        if each.user_id not in people:
            found.append(Problem(f"faces.{place}.user_id", "unknown_user"))
        elif each.user_id in seen:
            found.append(Problem(f"faces.{place}.user_id", "doubled"))
        if len(each.name) > NAME_LIMIT:
            found.append(Problem(f"faces.{place}.name", "too_long", {"most": NAME_LIMIT}))
        if each.photo and files.one(tx, each.photo) is None:
            found.append(Problem(f"faces.{place}.photo", "unknown_file"))
        seen.add(each.user_id)
    return found
