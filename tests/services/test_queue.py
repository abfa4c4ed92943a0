"""Who a queue stands for: people and departments, nested, each person once, heads only where that is wished."""

from typing import Any

import pytest

from openlines.services import accounts, departments, lines, presence, queue, route, wake
from openlines.services.access import Actor
from openlines.services.errors import Invalid
from openlines.store import Tx, seats, users
from openlines.store.departments import all_departments
from openlines.store.lines import Member
from tests.services.portal import Portal


def department(house: Portal, name: str, head: Actor | None, *people: Actor, parent: int | None = None) -> int:
    return house.do(
        departments.add_department,
        house.admin,
        name=name,
        parent_id=parent,
        head_id=head.user_id if head else None,
        member_ids=[each.user_id for each in people],
    )


def put(house: Portal, line_id: int, *members: Member) -> None:
    version = house.do(lines._line, line_id).version
    house.do(queue.put_queue, house.admin, line_id, version, members)


def seated(house: Portal, line_id: int) -> list[int]:
    """Members of the queue in order, as routing reads them."""
    found = house.do(seats.of_line, line_id)
    return [seat.user_id for seat in sorted(found, key=lambda each: each.position) if seat.member]


def ids(*people: Actor) -> list[int]:
    return [each.user_id for each in people]


def test_a_department_stands_for_everybody_below_it_but_not_for_its_heads(house: Portal) -> None:
    ann, bob, cid, dan, eve = (house.operator(name) for name in ("Ann", "Bob", "Cid", "Dan", "Eve"))
    top = department(house, "Sales", ann, ann, bob)
    below = department(house, "Retail", cid, cid, dan, parent=top)
    department(house, "Corner shop", None, eve, parent=below)
    line_id = house.line()
    put(house, line_id, Member(None, top))
    assert seated(house, line_id) == ids(bob, dan, eve)


def test_heads_come_along_where_that_is_wished_also_one_who_is_no_member(house: Portal) -> None:
    ann, bob, cid = (house.operator(name) for name in ("Ann", "Bob", "Cid"))
    top = department(house, "Sales", ann, bob)
    department(house, "Retail", cid, cid, parent=top)
    line_id = house.line()
    put(house, line_id, Member(None, top, with_head=1))
    assert seated(house, line_id) == ids(ann, bob, cid)


def test_a_head_who_is_named_himself_is_in_the_queue_at_his_own_place(house: Portal) -> None:
    ann, bob = house.operator("Ann"), house.operator("Bob")
    sales = department(house, "Sales", ann, ann, bob)
    line_id = house.line()
    put(house, line_id, Member(None, sales), Member(ann.user_id, None))
    assert seated(house, line_id) == ids(bob, ann)


def test_the_first_place_of_a_person_counts(house: Portal) -> None:
    ann, bob, cid = (house.operator(name) for name in ("Ann", "Bob", "Cid"))
    sales = department(house, "Sales", None, ann, bob, cid)
    line_id = house.line()
    put(house, line_id, Member(cid.user_id, None), Member(None, sales))
    assert seated(house, line_id) == ids(cid, ann, bob)


def test_whoever_becomes_head_leaves_the_queue_and_comes_back_when_he_is_none(house: Portal) -> None:
    ann, bob = house.operator("Ann"), house.operator("Bob")
    sales = department(house, "Sales", None, ann, bob)
    line_id = house.line()
    put(house, line_id, Member(None, sales))

    def lead(head_id: int | None) -> None:
        version = next(e.version for e in house.do(all_departments) if e.id == sales)
        house.do(lambda tx: departments.change_department(tx, house.admin, sales, version, head_id=head_id))

    lead(ann.user_id)
    assert seated(house, line_id) == ids(bob)
    lead(None)
    assert seated(house, line_id) == ids(ann, bob)


def test_somebody_who_is_dismissed_is_never_in_the_queue(house: Portal) -> None:
    ann, bob = house.operator("Ann"), house.operator("Bob")
    sales = department(house, "Sales", None, ann, bob)
    line_id = house.line()
    put(house, line_id, Member(None, sales))

    def dismiss(tx: Tx) -> None:
        user = users.user_by_id(tx, ann.user_id)
        assert user is not None
        accounts.change_user(tx, house.admin, ann.user_id, user.version, active=False)

    house.do(dismiss)
    assert seated(house, line_id) == ids(bob)


@pytest.mark.parametrize(
    ("member", "field", "code"),
    [
        ((None, None), "members.0", "one_target"),
        ((4711, None), "members.0.user_id", "unknown_user"),
        ((None, 4711), "members.0.department_id", "unknown_department"),
    ],
)
def test_a_member_that_is_nobody_is_named_at_its_field(house: Portal, member: Any, field: str, code: str) -> None:
    line_id = house.line()
    with pytest.raises(Invalid) as refused:
        put(house, line_id, Member(*member))
    assert [(each.field, each.code) for each in refused.value.problems] == [(field, code)]


def test_an_operator_of_several_lines_is_asked_for_the_one_with_the_higher_number_first(
    house: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = house.operator("Ann", online=False)
    usual, urgent, last = (house.line(ann, name=name, priority=n) for name, n in (("a", 0), ("b", 5), ("c", -5)))
    waiting = {line_id: house.writes(house.channel(line_id), "x").conversation_id for line_id in (usual, urgent, last)}
    order = house.do(wake.by_priority, [last, usual, urgent])
    assert order == [urgent, usual, last]
    monkeypatch.setattr("openlines.core.capacity.GLOBAL_CAP", 1)  # the operator has room for one
    house.online(ann)
    for line_id in order:
        house.do(route.route, line_id)
    assert [line_id for line_id, each in waiting.items() if house.offered_to(each) == ann.user_id] == [urgent]


class Counted:
    """How many statements a use case runs."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, house: Portal) -> None:
        self.count = 0
        kind = type(house.session.begin())
        house.session.rollback()
        for name in ("all", "one", "run", "changed"):
            monkeypatch.setattr(kind, name, self._counting(getattr(kind, name)))

    def _counting(self, method: Any) -> Any:
        def called(*args: Any, **kwargs: Any) -> Any:
            self.count += 1
            return method(*args, **kwargs)

        return called

    def of(self, house: Portal, use_case: Any, *args: Any) -> int:
        before = self.count
        house.do(use_case, *args)
        return self.count - before


def test_who_sits_in_many_lines_connects_once_more_as_cheaply(house: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = house.operator("Ann")
    house.line(ann)
    counted = Counted(monkeypatch, house)
    one = counted.of(house, presence.connected, ann.user_id, "node")
    for number in range(5):
        house.line(ann, name=f"Line {number}")
    assert counted.of(house, presence.connected, ann.user_id, "node") == one
