"""Two people save the same thing at once: the later one is told so, and his change is not lost without a word."""

from collections.abc import Callable
from typing import Any

import pytest

from openlines.services import accounts, customers, departments, handle
from openlines.services.errors import Conflict
from openlines.store import departments as department_rows
from openlines.store import threads
from openlines.store import users as user_rows
from tests.services.portal import Portal
from tests.services.test_queue import department


def overtaken(monkeypatch: pytest.MonkeyPatch, module: Any, reads: str, act: Callable[[Any], Any]) -> None:
    """Right after `module.reads` was called, another save is there, as by another node between two statements."""
    original = getattr(module, reads)
    left = [act]

    def called(tx: Any, *args: Any) -> Any:
        found = original(tx, *args)
        while left:
            left.pop()(tx)
        return found

    monkeypatch.setattr(module, reads, called)


def test_a_colleague_is_changed_by_two(house: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = house.operator("Ann")
    user = house.do(accounts.access_user, ann.user_id)
    overtaken(
        monkeypatch, accounts, "access_user", lambda tx: user_rows.change_user(tx, ann.user_id, user.version, name="X")
    )
    with pytest.raises(Conflict, match="changed_meanwhile"):
        house.do(lambda tx: accounts.change_user(tx, house.admin, ann.user_id, user.version, active=False))
    assert house.do(accounts.access_user, ann.user_id).active


def test_i_change_myself_while_an_administrator_changes_me(house: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = house.operator("Ann")
    user = house.do(accounts.access_user, ann.user_id)
    overtaken(
        monkeypatch, accounts, "access_user", lambda tx: user_rows.change_user(tx, ann.user_id, user.version, role="x")
    )
    with pytest.raises(Conflict, match="changed_meanwhile"):
        house.do(lambda tx: accounts.change_me(tx, ann, name="Anna"))


def test_a_department_is_changed_by_two(house: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = house.operator("Ann")
    sales = department(house, "Sales", None)
    overtaken(
        monkeypatch,
        department_rows,
        "all_departments",
        lambda tx: department_rows.change_department(tx, sales, 1, name="Shop"),
    )
    with pytest.raises(Conflict, match="changed_meanwhile"):
        house.do(
            lambda tx: departments.change_department(tx, house.admin, sales, 1, name="Store", member_ids=[ann.user_id])
        )
    assert house.do(department_rows.all_departments)[0].member_ids == ()


def test_a_customer_s_card_is_changed_by_two(house: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    a = house.operator("A")
    found = house.conversation(house.writes(house.channel(house.line(a)), "one").conversation_id)
    card = house.do(threads.customer, found.customer_id)
    assert card is not None
    overtaken(
        monkeypatch,
        customers,
        "access_customer",
        lambda tx: threads.put_customer(tx, card.id, name="Eve"),
    )
    with pytest.raises(Conflict, match="changed_meanwhile"):
        house.do(lambda tx: customers.change(tx, a, card.id, card.version, name="Ada"))


def test_who_transfers_what_a_colleague_has_taken_meanwhile_is_told_so(house: Portal) -> None:
    a, b, c = (house.operator(name) for name in "ABC")
    one = house.writes(house.channel(house.line(a, b, c)), "one").conversation_id
    house.accepts(a, one)
    seen = house.conversation(one).version
    house.acts(handle.intercept, b, one)
    with pytest.raises(Conflict) as late:
        house.do(handle.transfer, house.admin, one, seen, user_id=c.user_id)
    assert (late.value.code, late.value.params["operator"]) == ("changed_meanwhile", b.user_id)
    with pytest.raises(Conflict) as later:
        house.do(handle.intercept, c, one, seen)
    assert (later.value.code, later.value.params["operator"]) == ("changed_meanwhile", b.user_id)
    assert house.conversation(one).operator_id == b.user_id
    house.do(handle.transfer, house.admin, one, house.conversation(one).version, user_id=c.user_id)
    assert house.conversation(one).operator_id == c.user_id


def test_what_is_ones_own_is_transferred_although_the_customer_writes(house: Portal) -> None:
    a, b = house.operator("A"), house.operator("B")
    channel = house.channel(house.line(a, b))
    one = house.writes(channel, "one").conversation_id
    house.accepts(a, one)
    seen = house.conversation(one).version
    house.writes(channel, "one", "and another thing")
    assert house.conversation(one).version > seen
    house.do(handle.transfer, a, one, seen, user_id=b.user_id)
    assert house.conversation(one).operator_id == b.user_id
