"""The tree of departments, as it was read: who is below whom, and who leads whom."""

from collections.abc import Sequence

from openlines.store.departments import Department


def with_children(tree: Sequence[Department], department_id: int) -> list[int]:
    """A department and everything below it, top first."""
    found = [department_id]
    for each in found:
        found += [child.id for child in tree if child.parent_id == each and child.id not in found]
    return found


def led(tree: Sequence[Department], user_id: int) -> frozenset[int]:
    """The people and heads of somebody's departments and of all below them, without himself."""
    heads = [each.id for each in tree if each.head_id == user_id]
    below = {one for each in heads for one in with_children(tree, each)}
    people = {one for each in tree if each.id in below for one in (*each.member_ids, each.head_id)}
    return frozenset(one for one in people if one is not None and one != user_id)
