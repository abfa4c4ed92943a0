"""Departments: a tree with heads. A queue may name a department; then everybody below it is in the queue."""

from collections.abc import Sequence
from typing import Any, Final

from openlines.core.line import Problem
from openlines.services import queue
from openlines.services.access import Actor, require_administrator
from openlines.services.errors import Conflict, Invalid, NotFound
from openlines.store import departments as rows
from openlines.store import users as user_rows
from openlines.store.departments import Department
from openlines.store.tx import Reader, Tx

NAME_LIMIT: Final = 120
_CHANGEABLE: Final = frozenset({"name", "parent_id", "head_id", "position"})


def all_departments(reader: Reader) -> list[Department]:
    """The tree, seen by every colleague."""
    return rows.all_departments(reader)


def add_department(
    tx: Tx,
    actor: Actor | None,
    *,
    name: str,
    parent_id: int | None = None,
    head_id: int | None = None,
    member_ids: Sequence[int] = (),
) -> int:
    """A new department; returns its id.

    Refuses with `Forbidden` and `Invalid` (name, parent_id, head_id, member_ids).
    """
    require_administrator(actor)
    tree = {each.id: each for each in rows.all_departments(tx)}
    values = {"name": name.strip(), "parent_id": parent_id, "head_id": head_id}
    problems = _problems(tx, tree, None, values, member_ids)
    if problems:
        raise Invalid(problems)
    department_id = rows.add_department(tx, position=len(tree), **values)
    if member_ids:
        rows.set_members(tx, department_id, member_ids)
    tx.event("department.changed", data={"department_id": department_id})
    return department_id


def change_department(
    tx: Tx,
    actor: Actor,
    department_id: int,
    version: int,
    *,
    member_ids: Sequence[int] | None = None,
    **changes: Any,
) -> None:
    """Refuses: `NotFound`; `Forbidden`; `Invalid` (also a parent below itself); `Conflict` "changed_meanwhile"."""
    require_administrator(actor)
    if unknown := set(changes) - _CHANGEABLE:
        raise Invalid([Problem(each, "unknown_field") for each in sorted(unknown)])
    tree = {each.id: each for each in rows.all_departments(tx)}
    department = tree.get(department_id)
    if department is None:
        raise NotFound("department")
    if "name" in changes:
        changes["name"] = changes["name"].strip()
    problems = _problems(tx, tree, department_id, changes, member_ids or ())
    if problems:
        raise Invalid(problems)
    if department.version != version or not rows.change_department(tx, department_id, version, **changes):
        raise Conflict("changed_meanwhile", version=department.version)
    if member_ids is not None:
        rows.set_members(tx, department_id, member_ids)
    if member_ids is not None or {"parent_id", "head_id"} & changes.keys():
        queue.rebuild_seats(tx, None)
    tx.event("department.changed", data={"department_id": department_id})


def delete_department(tx: Tx, actor: Actor, department_id: int) -> None:
    """Its children move up, its members stay users, queues lose it. Refuses: `NotFound`; `Forbidden`."""
    require_administrator(actor)
    department = rows.department_by_id(tx, department_id)
    if department is None:
        raise NotFound("department")
    rows.delete_department(tx, department)
    queue.rebuild_seats(tx, None)
    tx.event("department.changed", data={"department_id": department_id, "deleted": True})


def _problems(
    tx: Tx,
    tree: dict[int, Department],
    department_id: int | None,
    values: dict[str, Any],
    member_ids: Sequence[int],
) -> Sequence[Problem]:
    found: list[Problem] = []
    if "name" in values and not 0 < len(values["name"]) <= NAME_LIMIT:
        found.append(Problem("name", "too_long" if values["name"] else "name_needed", {"most": NAME_LIMIT}))
    parent_id, head_id = values.get("parent_id"), values.get("head_id")
    if parent_id is not None and parent_id not in tree:
        found.append(Problem("parent_id", "unknown_department", {"id": parent_id}))
    elif parent_id is not None and department_id in _up_from(tree, parent_id):
        found.append(Problem("parent_id", "below_itself"))
    people = {*member_ids, *([head_id] if head_id is not None else [])}
    known = {each.id for each in user_rows.some_users(tx, people)} if people else set()
    if head_id is not None and head_id not in known:
        found.append(Problem("head_id", "unknown_user", {"id": head_id}))
    found += [Problem("member_ids", "unknown_user", {"id": each}) for each in member_ids if each not in known]
    return found


def _up_from(tree: dict[int, Department], department_id: int) -> set[int]:
    """The department and everything above it."""
    above: set[int] = set()
    at: int | None = department_id
    while at is not None and at not in above:
        above.add(at)
        at = tree[at].parent_id if at in tree else None
    return above
