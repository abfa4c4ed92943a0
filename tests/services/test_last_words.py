"""A list shows what was said last, also when that was changed or taken back."""

from openlines.services import react, reply
from openlines.store import messages, screens
from openlines.store.messages import data_of
from tests.services.portal import Portal


def last(house: Portal, conversation_id: int) -> tuple[str, str]:
    [row] = house.do(screens.shown, [conversation_id])
    return row.last_author, row.last_text


def test_changed_words_are_shown_as_they_are_now(house: Portal) -> None:
    a = house.operator("A")
    channel = house.channel(house.line(a))
    one = house.writes(channel, "one", "helo", dedupe="first").conversation_id
    house.do(react.receive_edit, channel, "one", "first", "hello")
    assert last(house, one) == ("customer", "hello")
    house.accepts(a, one)
    said = house.replies(a, one, "god day")
    house.do(reply.edit, a, said.id, "good day")
    assert last(house, one) == ("operator", "good day")


def test_earlier_words_that_are_changed_do_not_come_to_the_front(house: Portal) -> None:
    a = house.operator("A")
    channel = house.channel(house.line(a))
    one = house.writes(channel, "one", "helo", dedupe="first").conversation_id
    house.clock.set(house.clock.now() + 1)
    house.writes(channel, "one", "anybody?")
    house.do(react.receive_edit, channel, "one", "first", "hello")
    assert last(house, one) == ("customer", "anybody?")


def test_what_was_taken_back_gives_way_to_what_was_said_before(house: Portal) -> None:
    a = house.operator("A")
    channel = house.channel(house.line(a, greeting={"en": "Welcome"}))
    one = house.writes(channel, "one", "hello", dedupe="first").conversation_id
    house.accepts(a, one)
    said = house.replies(a, one, "wrong window")
    house.do(reply.reply, a, one, reply.Reply("note", "a note is for colleagues", note=True))
    house.do(reply.delete, a, said.id)
    assert last(house, one) == ("customer", "hello")
    house.do(react.receive_delete, channel, "one", "first")
    [row] = house.do(screens.shown, [one])
    assert (row.last_text, row.last_at) == ("", None)


def test_what_was_said_before_a_change_is_kept_the_latest_twenty_of_it(house: Portal) -> None:
    a = house.operator("A")
    channel = house.channel(house.line(a))
    one = house.writes(channel, "one", "0", dedupe="first")
    house.accepts(a, one.conversation_id)
    said = house.replies(a, one.conversation_id, "0")
    for change in range(1, 23):
        house.do(react.receive_edit, channel, "one", "first", str(change))
        house.do(reply.edit, a, said.id, str(change))
    for message_id in (one.message_id, said.id):
        row = house.do(messages.one, message_id)
        assert row is not None
        assert [each["text"] for each in data_of(row)["original"]] == [str(each) for each in range(2, 22)]
