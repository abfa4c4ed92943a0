"""Who leads whom: the people who are told when something goes wrong with an operator or a line."""

from openlines.store import departments, lines, users
from openlines.store.departments import Department
from openlines.store.tx import Reader


def heads_of(reader: Reader, user_id: int | None, line_id: int) -> list[int]:
    """The heads of an operator's departments; without an operator, those of the departments in the line's queue.

    Whoever leads himself is led by the next department above. Where no active head is found: the administrators.
    """
    tree = {each.id: each for each in departments.all_departments(reader)}
    if user_id is not None:
        start = [each.id for each in tree.values() if user_id in (*each.member_ids, each.head_id)]
    else:
        start = [each[3] for each in lines.members(reader, [line_id]) if each[3] is not None]
    found = {head for each in start if (head := _head(tree, each, user_id)) is not None}
    active = {each.id for each in users.some_users(reader, found) if each.active} if found else set()
    return sorted(active) or administrators(reader)


def _head(tree: dict[int, Department], department_id: int | None, led: int | None) -> int | None:
    seen: set[int] = set()
    while department_id is not None and department_id in tree and department_id not in seen:
        seen.add(department_id)
        department = tree[department_id]
        if department.head_id not in (None, led):
            return department.head_id
        department_id = department.parent_id
    return None


def administrators(reader: Reader) -> list[int]:
    """The active ones."""
    return [each.id for each in users.all_users(reader) if each.active and each.role == "administrator"]
