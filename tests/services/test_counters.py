"""How many conversations count for whom: also for those who hold one of a line in whose queue they are not."""

from openlines.services import handle
from openlines.store import seats
from tests.services.portal import Portal


def test_words_to_an_operator_from_outside_the_queue_count_although_the_transfer_did_not(house: Portal) -> None:
    a, b = house.operator("A"), house.operator("B")
    line = house.line(b, counting="not_replied")
    channel = house.channel(line)
    one = house.writes(channel, "one").conversation_id
    house.replies(b, one)
    house.acts(handle.transfer, b, one, user_id=a.user_id)
    assert house.do(seats.recount, line, "not_replied") == {}
    house.writes(channel, "one", "and now?")
    counted = {each.user_id: each.counted for each in house.do(seats.of_line, line) if each.counted}
    assert counted == house.do(seats.recount, line, "not_replied") == {a.user_id: 1}
    house.replies(a, one)
    assert not any(each.counted for each in house.do(seats.of_line, line))
