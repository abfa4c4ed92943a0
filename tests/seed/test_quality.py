"""S17, S18, S19, S20: what customers and heads think of a conversation."""

import pytest

from tests.seed.messenger import Messenger
from tests.seed.people import Customer, Operator
from tests.seed.portal import Portal
from tests.seed.time import DAY

QUESTION = {"en": "How was it?"}
GOOD, BAD = {"en": "Glad to hear it"}, {"en": "Sorry to hear it"}


def _ended(house: Portal, anton: Operator) -> tuple[Customer, int]:
    """A conversation that was answered and finished; its last words are still held back."""
    house.queue(anton)
    customer = house.customer()
    conversation = customer.says()
    anton.replies(conversation, "Here you are")
    anton.finishes(conversation)
    return customer, conversation


def test_s17_after_the_conversation_the_customer_is_asked_and_thanked(house: Portal) -> None:
    house.set(rating="like", rating_question=QUESTION, rating_thanks_good=GOOD, rating_thanks_bad=BAD)
    anton = house.operator("Anton")
    customer, conversation = _ended(house, anton)
    house.later(4.999)  # so long an undo is real: nothing has left yet
    assert customer.texts == ["Here you are"]
    house.later(0.001)
    assert customer.texts == ["Here you are", "How was it?"]
    asked = customer.heard[-1]["rating"]
    assert (asked["scale"], asked["asked"], asked["conversation_id"]) == ("like", True, conversation)
    assert customer.state == "closing"
    assert customer.rates(5).status == 200
    assert customer.texts[-1] == GOOD["en"]
    assert anton.details(conversation)["rating"] == 5
    house.later(600)
    assert customer.state == "closed"
    other, _ = _ended(house, anton)
    house.later(5)
    other.rates(1)
    assert other.texts[-1] == BAD["en"]


def test_s17_only_where_the_line_wants_to_know_and_only_once(house: Portal) -> None:
    house.set(rating="off", rating_question=QUESTION)
    anton = house.operator("Anton")
    customer, conversation = _ended(house, anton)
    house.later(60)
    assert customer.texts == ["Here you are"]
    refused = customer.rates(5)
    assert (refused.status, refused.code) == (409, "rating_off")
    house.set(rating="stars")
    customer, conversation = _ended(house, anton)
    house.later(60)
    assert customer.texts.count("How was it?") == 1
    customer.says("one more thing")  # back to Anton; asked again only after a reply of his
    assert anton.holds == [conversation]
    anton.finishes(conversation)
    house.later(60)
    assert customer.texts.count("How was it?") == 1


def test_s17_an_undone_finish_asks_nothing(house: Portal) -> None:
    house.set(rating="like", rating_question=QUESTION)
    anton = house.operator("Anton")
    customer, conversation = _ended(house, anton)
    house.later(3)
    anton.acts("undo-finish", conversation)
    house.later(60)
    assert (customer.texts, customer.state) == (["Here you are"], "active")


def test_s17_too_late_is_said_and_nothing_is_recorded(house: Portal) -> None:
    house.set(rating="stars", rating_question=QUESTION, rating_limit=DAY)
    anton = house.operator("Anton")
    customer, conversation = _ended(house, anton)
    house.later(5)
    house.later(DAY + 1)
    late = customer.rates(4, conversation_id=conversation)
    assert late.status == 409
    assert "too late" in late.json["title"]
    assert anton.details(conversation).get("rating") is None
    assert customer.conversation == conversation  # no next one is opened by it


@pytest.mark.parametrize("allowed", [True, False])
def test_s17_before_the_end_only_where_the_line_allows_it(house: Portal, allowed: bool) -> None:
    house.set(rating="stars", rating_before_finish=allowed)
    anton = house.operator("Anton")
    house.queue(anton)
    customer = house.customer()
    conversation = customer.says()
    anton.replies(conversation)
    answer = customer.rates(4)
    assert (answer.status, answer.code) == ((200, "") if allowed else (409, "rating_too_early"))
    assert anton.details(conversation).get("rating") == (4 if allowed else None)


def _led_by(house: Portal, head: Operator, *members: Operator) -> None:
    value = {"name": f"Of {head.name}", "head_id": head.id, "member_ids": [each.id for each in members]}
    house.chief.ask("POST", "/departments", value)


def test_s18_a_head_rates_what_his_people_did_and_they_are_told_the_customer_never(house: Portal) -> None:
    anton, boris, carla = house.operators("Anton", "Boris", "Carla")
    _led_by(house, boris, anton)
    _led_by(house, carla)
    house.set(rating="like")
    customer, conversation = _ended(house, anton)
    before = (customer.state, len(customer.heard))
    assert anton.holds == [conversation]
    assert "rate_as_head" in boris.details(conversation)["may"]
    boris.acts("head-rating", conversation, rating=4, comment="Kind, a little slow")
    boris.acts("head-rating", conversation, rating=3, comment="Kind, but slow")
    seen = anton.details(conversation)["head_rating"]
    assert (seen["value"], seen["comment"], seen["by"]) == (3, "Kind, but slow", boris.id)
    assert anton.heard_of("notices")
    assert "head_rated" in dict(anton.notices)
    assert anton.sees(conversation)["head_rating"] == 3
    assert (customer.state, len(customer.heard)) == before
    for stranger in (anton, carla):
        answer = stranger.try_("POST", f"/conversations/{conversation}/head-rating", {"rating": 5})
        assert answer.status in {403, 404}
    house.chief.acts("head-rating", conversation, rating=5)
    assert anton.details(conversation)["head_rating"]["value"] == 5


def test_s18_from_one_to_five(house: Portal) -> None:
    _, conversation = _ended(house, house.operator("Anton"))
    for value in (0, 6, -1, 2.5, None, "four"):
        answer = house.chief.try_("POST", f"/conversations/{conversation}/head-rating", {"rating": value})
        assert answer.status == 422, value
    for value in (1, 5):
        house.chief.acts("head-rating", conversation, rating=value)
        assert house.chief.details(conversation)["head_rating"]["value"] == value


def test_s19_the_website_and_the_messengers_have_texts_of_their_own(house: Portal) -> None:
    house.set(
        rating="like",
        rating_question=QUESTION,
        rating_thanks_good=GOOD,
        rating_thanks_bad=BAD,
        rating_question_2={"en": "Send 1 if it was good, 0 if not"},
        rating_thanks_good_2={"en": "Thanks for the 1"},
        rating_thanks_bad_2={"en": "Thanks for the 0"},
    )
    anton = house.operator("Anton")
    customer, _ = _ended(house, anton)
    with Messenger(house) as marina:
        marina.connect(house.line)
        marina.says("Hello from a messenger")
        house.wait_for(lambda: anton.offers)
        (other,) = anton.offers
        anton.replies(other, "Here you are")
        anton.finishes(other)
        house.later(5)
        house.wait_for(lambda: len(marina.texts) == 2)
        assert marina.texts[-1] == "Send 1 if it was good, 0 if not"
        assert customer.texts[-1] == "How was it?"
        marina.says("0")
        house.wait_for(lambda: len(marina.texts) == 3)
        assert marina.texts[-1] == "Thanks for the 0"
        assert anton.details(other)["rating"] == 1
    customer.rates(5)
    assert customer.texts[-1] == GOOD["en"]


def test_s20_the_vote_closes_at_once_where_the_line_says_so(house: Portal) -> None:
    house.set(rating="like", rating_question=QUESTION, close_after_rating=True)
    anton = house.operator("Anton")
    customer, conversation = _ended(house, anton)
    house.later(5)
    assert customer.state == "closing"
    customer.rates(1)
    assert customer.state == "closed"
    assert anton.details(conversation)["reason"] == "rated"
    assert anton.holds == []


def test_s20_else_the_delay_runs_on(house: Portal) -> None:
    house.set(rating="like", rating_question=QUESTION, close_after_rating=False, full_close_delay=600)
    anton = house.operator("Anton")
    customer, _ = _ended(house, anton)
    house.later(120)
    customer.rates(1)
    assert customer.state == "closing"
    house.later(479)
    assert customer.state == "closing"
    house.later(1)
    assert customer.state == "closed"
