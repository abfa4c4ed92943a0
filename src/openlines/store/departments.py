"""Departments: a tree, each with a head and members."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, insert, select, update

from openlines.store.statement import Statement
from openlines.store.tables import department_members, departments, queue_members
from openlines.store.tx import Reader, Tx


class Department(NamedTuple):
    id: int
    name: str
    parent_id: int | None
    head_id: int | None
    position: int
    version: int
    member_ids: tuple[int, ...] = ()


_COLUMNS = [departments.c[name] for name in Department._fields[:-1]]
_ALL = Statement(select(*_COLUMNS).order_by(departments.c.position, departments.c.name, departments.c.id))
_BY_ID = Statement(select(*_COLUMNS).where(departments.c.id == bindparam("id")))
_MEMBERS = Statement(
    select(department_members.c.department_id, department_members.c.user_id).order_by(
        department_members.c.department_id, department_members.c.user_id
    )
)
_ADD = Statement(insert(departments))
_CHANGE = Statement(
    update(departments)
    .where(departments.c.id == bindparam("of"), departments.c.version == bindparam("was"))
    .values(version=departments.c.version + 1)
)
_MOVE_CHILDREN = Statement(update(departments).where(departments.c.parent_id == bindparam("of")))
_NO_LONGER_HEAD = Statement(update(departments).where(departments.c.head_id == bindparam("of")).values(head_id=None))
_DELETE = Statement(delete(departments).where(departments.c.id == bindparam("id")))
_CLEAR_MEMBERS = Statement(delete(department_members).where(department_members.c.department_id == bindparam("id")))
_LEAVE_ALL = Statement(delete(department_members).where(department_members.c.user_id == bindparam("user_id")))
_ADD_MEMBER = Statement(insert(department_members))
_LEAVE_QUEUES = Statement(delete(queue_members).where(queue_members.c.department_id == bindparam("id")))


def all_departments(reader: Reader) -> list[Department]:
    """The whole tree, in the order in which it is shown among siblings."""
    members: dict[int, list[int]] = {}
    for department_id, user_id in reader.all(_MEMBERS):
        members.setdefault(department_id, []).append(user_id)
    return [Department._make((*row, tuple(members.get(row[0], ())))) for row in reader.all(_ALL)]


def department_by_id(reader: Reader, department_id: int) -> Department | None:
    """Without its members."""
    row = reader.one(_BY_ID, id=department_id)
    return None if row is None else Department(*row)


def add_department(tx: Tx, **columns: Any) -> int:
    department_id = tx.new_id(departments)
    tx.run(_ADD, id=department_id, **columns)
    return department_id


def change_department(tx: Tx, department_id: int, version: int, **columns: Any) -> bool:
    """Set some columns if the row still has this version; False when it has not."""
    return tx.changed(_CHANGE, of=department_id, was=version, **columns) == 1


def delete_department(tx: Tx, department: Department) -> None:
    """Its children move up to its parent; its members stay users; queues lose it."""
    tx.run(_MOVE_CHILDREN, of=department.id, parent_id=department.parent_id)
    tx.run(_CLEAR_MEMBERS, id=department.id)
    tx.run(_LEAVE_QUEUES, id=department.id)
    tx.run(_DELETE, id=department.id)


def set_members(tx: Tx, department_id: int, user_ids: Iterable[int]) -> None:
    tx.run(_CLEAR_MEMBERS, id=department_id)
    tx.run_many(_ADD_MEMBER, [{"department_id": department_id, "user_id": each} for each in sorted(set(user_ids))])


def set_departments_of(tx: Tx, user_id: int, department_ids: Iterable[int]) -> None:
    tx.run(_LEAVE_ALL, user_id=user_id)
    tx.run_many(_ADD_MEMBER, [{"department_id": each, "user_id": user_id} for each in sorted(set(department_ids))])


def no_longer_head(tx: Tx, user_id: int) -> None:
    tx.run(_NO_LONGER_HEAD, of=user_id)
