"""S14, S15: what a customer is told by himself: the greeting, and that nobody has answered yet."""

from tests.seed.portal import Portal
from tests.seed.time import HOUR


def test_s14_a_greeting_comes_on_the_first_message_and_once_per_customer(house: Portal) -> None:
    a = house.operator("Anton")
    house.queue(a)
    house.set(greeting={"en": "Welcome to {line}"})
    customer = house.customer()
    assert customer.texts == []
    conversation = customer.says()
    name = house.line_of()["name"]
    assert customer.texts == [f"Welcome to {name}"]
    customer.says("are you there?")
    a.replies(conversation, "Yes")
    a.finishes(conversation, now=True)
    house.later(HOUR)
    assert customer.says("Hello again") != conversation
    assert customer.texts == [f"Welcome to {name}", "Yes"]
    other = house.customer()
    other.says()
    assert other.texts == [f"Welcome to {name}"]


def test_s14_a_greeting_comes_with_each_conversation_when_the_line_says_so(house: Portal) -> None:
    a = house.operator("Anton")
    house.queue(a)
    house.set(greeting={"en": "Welcome"}, greeting_each=True)
    customer = house.customer()
    for count in (1, 2, 3):
        conversation = customer.says()
        customer.says("one more thing")
        assert customer.texts == ["Welcome"] * count
        a.accepts(conversation)
        a.finishes(conversation, now=True)


def test_s14_without_a_text_nothing_is_said(house: Portal) -> None:
    house.queue(house.operator("Anton"))
    house.set(greeting={})
    customer = house.customer()
    customer.says()
    assert customer.texts == []


def test_s15_after_its_time_the_text_comes_once_and_the_conversation_is_marked(house: Portal) -> None:
    a = house.operator("Anton")
    house.queue(a)
    house.set(no_answer_time=180, no_answer_action="text", no_answer_text={"en": "One moment, please"})
    customer = house.customer()
    conversation = customer.says()
    a.accepts(conversation)  # to accept is not to answer
    house.later(179.999)
    assert (customer.texts, a.sees(conversation).get("unanswered", False)) == ([], False)
    house.later(0.001)
    assert (customer.texts, a.sees(conversation).get("unanswered")) == (["One moment, please"], True)
    customer.says("hello?")
    house.later(HOUR)
    assert customer.texts == ["One moment, please"]
    a.replies(conversation, "Here I am")
    assert not a.sees(conversation).get("unanswered", False)
    assert customer.texts == ["One moment, please", "Here I am"]


def test_s15_a_reply_in_time_and_it_is_never_said(house: Portal) -> None:
    a = house.operator("Anton")
    house.queue(a)
    house.set(no_answer_time=180, no_answer_action="text", no_answer_text={"en": "One moment, please"})
    customer = house.customer()
    conversation = customer.says()
    house.later(170)
    a.replies(conversation, "Here I am")
    customer.says("thank you")
    house.later(HOUR)
    assert customer.texts == ["Here I am"]
    assert not a.sees(conversation).get("unanswered", False)


def test_s15_nothing_is_said_by_choice_and_the_mark_is_there_all_the_same(house: Portal) -> None:
    a = house.operator("Anton")
    house.queue(a)
    house.set(no_answer_time=60, no_answer_action="none", no_answer_text={"en": "One moment, please"})
    customer = house.customer()
    conversation = customer.says()
    house.later(60)
    assert (customer.texts, a.sees(conversation).get("unanswered")) == ([], True)


def test_s15_to_accept_is_enough_where_the_line_says_so(house: Portal) -> None:
    a = house.operator("Anton")
    house.queue(a)
    text = {"en": "One moment, please"}
    house.set(no_answer_time=60, no_answer_action="text", no_answer_text=text, no_answer_stops_on="accept")
    customer = house.customer()
    a.accepts(customer.says())
    house.later(HOUR)
    assert customer.texts == []


def test_s15_the_text_is_needed_where_it_is_to_be_said(house: Portal) -> None:
    answer = house.try_settings(no_answer_action="text", no_answer_text={"en": "  "})
    assert (answer.status, answer.json["fields"]["no_answer_text"]["code"]) == (422, "text_needed")
