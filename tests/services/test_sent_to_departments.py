"""Conversations that were sent to a department wait for its people, and for nobody else's harm."""

from openlines.services import accounts, departments, handle
from openlines.services.access import Actor
from openlines.store.conversations import WAITING_CHUNK
from tests.services.portal import Portal
from tests.services.test_queue import department


def sent_to_department(house: Portal, channel: int, by: Actor, department_id: int, customer: str) -> int:
    """A customer's conversation that `by` takes and sends on."""
    found = house.writes(channel, customer).conversation_id
    house.accepts(by, found)
    house.acts(handle.transfer, by, found, department_id=department_id)
    return found


def test_many_who_wait_for_a_department_keep_nobody_from_the_line_s_own_people(house: Portal) -> None:
    a, away = house.operator("A"), house.operator("Away", online=False)
    channel = house.channel(house.line(a))
    books = department(house, "Books", None, away)
    for number in range(WAITING_CHUNK):
        sent = sent_to_department(house, channel, a, books, f"c{number}")
        assert house.conversation(sent).state == "waiting"
    new = house.writes(channel, "new").conversation_id
    assert house.offered_to(new) == a.user_id


def test_who_waits_for_a_department_that_is_deleted_comes_to_the_line_s_queue(house: Portal) -> None:
    a, away = house.operator("A"), house.operator("Away", online=False)
    channel = house.channel(house.line(a))
    books = department(house, "Books", None, away)
    one = sent_to_department(house, channel, a, books, "one")
    house.do(departments.delete_department, house.admin, books)
    house.settle()
    assert house.offered_to(one) == a.user_id
    c = house.accepts(a, one)
    assert c.department_id is None


def test_who_joins_a_department_is_offered_what_waits_for_it(house: Portal) -> None:
    a, away, free, other = (
        house.operator("A"),
        house.operator("Away", online=False),
        house.operator("Free"),
        house.operator("Other"),
    )
    channel = house.channel(house.line(a, limit=1))
    books = department(house, "Books", None, away)
    one = sent_to_department(house, channel, a, books, "one")
    two = sent_to_department(house, channel, a, books, "two")
    version = next(each.version for each in house.do(departments.all_departments) if each.id == books)
    members = [away.user_id, free.user_id]
    house.do(lambda tx: departments.change_department(tx, house.admin, books, version, member_ids=members))
    house.settle()
    assert house.offered_to(one) == free.user_id
    user = house.do(accounts.access_user, other.user_id)
    house.do(lambda tx: accounts.change_user(tx, house.admin, other.user_id, user.version, department_ids=[books]))
    house.settle()
    assert house.offered_to(two) == other.user_id
