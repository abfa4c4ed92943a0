"""The names and photos that a line has of its operators, as an administrator puts them (see services.faces)."""

from collections.abc import Sequence

from openlines.core.line import Problem
from openlines.core.line_problems import NAME_LIMIT
from openlines.services.errors import Invalid
from openlines.store import faces as rows
from openlines.store import files, users
from openlines.store.faces import OwnFace
from openlines.store.tx import Reader, Tx


def checked(reader: Reader, line_id: int, faces: Sequence[OwnFace]) -> list[OwnFace]:
    """As they are to be kept; those without a name and a photo are left out. `Invalid` names each fault."""
    found = [each._replace(line_id=line_id, name=each.name.strip(), photo=each.photo or None) for each in faces]
    problems = _problems(reader, found)
    if problems:
        raise Invalid(problems)
    return [each for each in found if each.name or each.photo]


def put(tx: Tx, line_id: int, faces: Sequence[OwnFace]) -> None:
    """Replaces the line's own names and photos by checked ones; the caller has counted the line's version."""
    rows.put(tx, line_id, faces)


def _problems(reader: Reader, faces: Sequence[OwnFace]) -> list[Problem]:
    people = {each.id for each in users.some_users(reader, {face.user_id for face in faces})} if faces else set()
    found = []
    seen: set[int] = set()
    for place, each in enumerate(faces):
        if each.user_id not in people:
            found.append(Problem(f"faces.{place}.user_id", "unknown_user"))
        elif each.user_id in seen:
            found.append(Problem(f"faces.{place}.user_id", "doubled"))
        if len(each.name) > NAME_LIMIT:
            found.append(Problem(f"faces.{place}.name", "too_long", {"most": NAME_LIMIT}))
        if each.photo and files.one(reader, each.photo) is None:
            found.append(Problem(f"faces.{place}.photo", "unknown_file"))
        seen.add(each.user_id)
    return found
