"""Ratings where there are buttons and where there are digits, the head's own rating, consent and forms."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from openlines.core.consent import key_of, version_of
from openlines.core.state import Refused
from openlines.realtime.snapshot import list_page
from openlines.services import forms, handle, head_rating, my_notices, react, receive, visitor_asking
from openlines.services.access import Actor, access_conversation, access_thread
from openlines.services.consent import line_of
from openlines.services.errors import Forbidden, Invalid, NotFound
from openlines.services.receive import Incoming, Person
from openlines.store import Statement, Tx, consents, departments, head_ratings, tables, threads
from openlines.store.messages import data_of
from openlines.store.pages import Wanted
from tests.services.portal import Portal

RATED: dict[str, Any] = {"rating": "like", "full_close_delay": 600}
AGREE: dict[str, Any] = {
    "consent_text": {"en": "We keep what you write."},
    "consent_url": "https://example.org/privacy",
    "consent_kind": "agree",
}
NOTICE = {**AGREE, "consent_kind": "notice"}
FIELDS = [
    {"key": "name", "kind": "name", "label": {"en": "Your name", "ru": "Имя"}, "required": True},
    {"key": "mail", "kind": "email", "label": {"en": "E-mail"}},
    {"key": "tel", "kind": "phone", "label": {"en": "Phone"}},
    {"key": "topic", "kind": "choice", "label": {"en": "Topic"}, "choices": [{"en": "Bread"}, {"en": "Cake"}]},
    {"key": "more", "kind": "text", "label": {"en": "Anything else"}},
]


def finished(house: Portal, kind: str, **settings: Any) -> tuple[int, int, Actor]:
    """Channel, conversation and operator of what was answered and finished six seconds ago."""
    ann = house.operator("Ann")
    channel = house.channel(house.line(ann, **{**RATED, **settings}), kind=kind)
    one = house.writes(channel, "one").conversation_id
    house.replies(ann, one)
    house.acts(handle.finish, ann, one)
    house.after(6)
    return channel, one, ann


def press(house: Portal, channel: int, key: str, customer: str = "one") -> str | None:
    answer = house.do(react.receive_press, channel, customer, key, f"press {key}")
    house.settle()
    return answer


# ---------------------------------------------------------------- the customer's rating


def test_where_there_are_buttons_the_rating_and_the_wish_to_comment_are_presses(house: Portal) -> None:
    channel, one, _ = finished(house, "telegram")
    asked = data_of(house.thread(one)[-1])
    assert [each["key"] for each in asked["buttons"]] == [f"rate:5:{one}", f"rate:1:{one}"]
    assert press(house, channel, f"rate:5:{one}") == "rated"
    thanks = data_of(house.thread(one)[-1])
    assert (thanks["auto"], [each["key"] for each in thanks["buttons"]]) == ("rating_thanks_good", [f"comment:{one}"])
    assert press(house, channel, f"comment:{one}") is None
    house.writes(channel, "one", "Fast and kind")
    c = house.conversation(one)
    assert (c.state, c.rating, c.rating_comment) == ("closing", 5, "Fast and kind")
    assert [auto for auto, _ in house.said(one)][-4:] == [
        "rating_thanks_good",
        "rating_comment",
        "customer",
        "rating_commented",
    ]
    assert "rating_commented" in house.facts(one)


def test_without_the_press_words_after_a_rating_are_a_message(house: Portal) -> None:
    channel, one, _ = finished(house, "telegram")
    press(house, channel, f"rate:5:{one}")
    house.writes(channel, "one", "and one more thing")
    c = house.conversation(one)
    assert (c.state, c.awaiting, c.rating_comment) == ("active", "operator", None)


def test_a_comment_to_a_closed_conversation_reopens_nothing(house: Portal) -> None:
    channel, one, _ = finished(house, "telegram", close_after_rating=True)
    press(house, channel, f"rate:1:{one}")
    assert house.conversation(one).state == "closed"
    press(house, channel, f"comment:{one}")
    assert house.writes(channel, "one", "Too slow").conversation_id == one
    assert (house.conversation(one).state, house.conversation(one).rating_comment) == ("closed", "Too slow")
    assert house.writes(channel, "one", "hello").conversation_id != one


def test_another_press_within_the_limit_changes_the_rating_and_a_late_one_is_told_so(house: Portal) -> None:
    channel, one, _ = finished(house, "telegram", rating_limit=3600)
    press(house, channel, f"rate:5:{one}")
    press(house, channel, f"rate:1:{one}")
    assert house.conversation(one).rating == 1
    assert [auto for auto, _ in house.said(one)].count("rating_thanks_good") == 1
    house.after(3700)
    assert press(house, channel, f"rate:5:{one}") == "too_late"
    assert (house.conversation(one).rating, house.said(one)[-1][0]) == (1, "rating_late")


def test_a_foreign_conversation_is_not_rated_by_its_button(house: Portal) -> None:
    channel, one, _ = finished(house, "telegram")
    house.writes(channel, "two")
    with pytest.raises(NotFound):
        press(house, channel, f"rate:5:{one}", "two")
    assert press(house, channel, f"comment:{one}", "two") == "too_late"
    assert house.conversation(one).rating is None


# ---------------------------------------------------------------- the head's rating


def department(house: Portal, head: Actor | None, *members: Actor, parent: int | None = None) -> int:
    def add(tx: Tx) -> int:
        found = departments.add_department(
            tx, name="D", parent_id=parent, head_id=head.user_id if head else None, position=0, version=1
        )
        departments.set_members(tx, found, [each.user_id for each in members])
        return found

    return house.do(add)


def test_the_head_rates_his_peoples_conversations_at_any_time_and_the_operator_is_told(house: Portal) -> None:
    ann, head = house.operator("Ann"), house.operator("Head")
    department(house, head, ann)
    one = house.writes(house.channel(house.line(ann)), "Eve").conversation_id
    with pytest.raises(NotFound):
        house.do(head_rating.rate, head, one, 4)  # nobody has it yet
    house.accepts(ann, one)
    house.acts(head_rating.rate, head, one, 4, " could be quicker ")
    kept = house.do(head_ratings.one, one)
    assert kept is not None
    assert (kept.value, kept.comment, kept.by, kept.at) == (4, "could be quicker", head.user_id, house.now)
    assert house.conversation(one).head_rating == 4
    told = house.do(my_notices.mine, ann)
    assert [(row.kind, row.conversation_id) for row in told.rows] == [("head_rated", one)]
    fact = house.thread(one)[-1]
    assert (fact.kind, fact.text, data_of(fact)["fact"]["code"]) == ("fact", "could be quicker", "head_rated")
    assert [auto for auto, _ in house.said(one)] == ["customer"]  # nothing of it is for the customer


def test_the_heads_rating_may_be_changed_and_the_same_press_twice_is_one(house: Portal) -> None:
    ann = house.operator("Ann")
    one = house.writes(house.channel(house.line(ann)), "Eve").conversation_id
    house.accepts(ann, one)
    for value in (2, 2, 5):
        house.acts(head_rating.rate, house.admin, one, value)
        house.after(1)
    assert house.facts(one).count("head_rated") == 2
    assert house.conversation(one).head_rating == 5
    assert len(house.do(my_notices.mine, ann).rows) == 2


def test_who_may_rate_as_a_head(house: Portal) -> None:
    ann, bob, head, above, beside = (house.operator(name) for name in ("Ann", "Bob", "Head", "Above", "Beside"))
    upper = department(house, above)
    department(house, head, ann, bob, parent=upper)
    department(house, beside)
    one = house.writes(house.channel(house.line(ann, bob)), "Eve").conversation_id
    house.accepts(ann, one)
    for actor, code in ((bob, "not_head"), (ann, "not_head"), (beside, "not_found")):
        with pytest.raises(Refused) as refused:
            house.do(head_rating.rate, actor, one, 5)
        assert refused.value.code == code
    for actor in (head, above, house.admin):
        house.acts(head_rating.rate, actor, one, 5)
    assert house.do(access_conversation, above, one).c.id == one


def test_a_head_reaches_what_his_people_have_had(house: Portal) -> None:
    ann, bob, head, beside = (house.operator(name) for name in ("Ann", "Bob", "Head", "Beside"))
    department(house, head, ann)
    department(house, beside, bob)
    channel = house.channel(house.line(ann, bob, mode="strictly"))
    said = house.writes(channel, "Eve")
    house.accepts(ann, said.conversation_id)
    house.acts(handle.finish, ann, said.conversation_id, now=True)
    later = house.writes(channel, "Eve")
    house.acts(handle.intercept, bob, later.conversation_id)

    def listed(actor: Actor, name: str, operator: Actor | None) -> list[int]:
        wanted = Wanted(name, operator_id=operator.user_id if operator is not None else None)
        return [row.id for row in house.do(list_page, actor, wanted).items]

    assert listed(head, "closed", ann) == [said.conversation_id]
    assert listed(head, "all", bob) == [], "he is not led by this head"
    assert listed(beside, "all", bob) == [later.conversation_id]
    assert listed(head, "closed", None) == [], "not by itself: the two roles stay as they are"
    assert house.do(access_conversation, head, said.conversation_id).c.id == said.conversation_id
    assert house.do(access_thread, head, said.thread_id).id == said.thread_id, "also when another has it now"
    with pytest.raises(NotFound):
        house.do(access_conversation, head, later.conversation_id)
    stranger = house.operator("Stranger")
    with pytest.raises(NotFound):
        house.do(access_thread, stranger, said.thread_id)


@pytest.mark.parametrize("value", [0, 6, -1])
def test_a_head_gives_one_to_five(house: Portal, value: int) -> None:
    one = house.writes(house.channel(house.line(house.operator("Ann"))), "Eve").conversation_id
    with pytest.raises(Invalid):
        house.do(head_rating.rate, house.admin, one, value)
    with pytest.raises(Invalid):
        house.do(head_rating.rate, house.admin, one, 3, "x" * 2001)


def test_only_heads_are_refused_as_such(house: Portal) -> None:
    ann = house.operator("Ann")
    one = house.writes(house.channel(house.line(ann)), "Eve").conversation_id
    with pytest.raises(Forbidden):
        house.do(head_rating.rate, ann, one, 5)


# ---------------------------------------------------------------- consent


def agreed(house: Portal) -> list[tuple[str, str]]:
    rows = house.do(lambda tx: tx.all(Statement(select(tables.consents.c.how, tables.consents.c.version))))
    return [(row[0], row[1]) for row in rows]


def test_a_notice_is_said_once_with_its_link_and_the_next_words_agree_to_it(house: Portal) -> None:
    line = house.line(house.operator("Ann"), **NOTICE)
    channel = house.channel(line, kind="telegram")
    one = house.writes(channel, "Eve").conversation_id
    assert house.said(one)[-1] == ("consent", "We keep what you write.\nhttps://example.org/privacy")
    assert agreed(house) == []
    house.writes(channel, "Eve", "are you there?")
    version = version_of(house.do(line_of, channel)[1])
    assert agreed(house) == [("notice", version)]
    house.writes(channel, "Eve", "well?")
    assert len(agreed(house)) == 1
    assert [auto for auto, _ in house.said(one)].count("consent") == 1
    assert "consented" in house.facts(one)


def test_a_changed_text_is_a_new_version_and_is_asked_again(house: Portal) -> None:
    line = house.line(house.operator("Ann"), **NOTICE)
    channel = house.channel(line, kind="telegram")
    one = house.writes(channel, "Eve").conversation_id
    house.writes(channel, "Eve")
    house.change(line, consent_url="https://example.org/privacy-2")
    house.writes(channel, "Eve", "hm")
    assert [auto for auto, _ in house.said(one)].count("consent") == 2
    house.writes(channel, "Eve", "fine")
    assert len({version for _, version in agreed(house)}) == 2
    kept = house.do(consents.of_customer, house.conversation(one).customer_id)
    assert [each.url for each in kept] == ["https://example.org/privacy-2", "https://example.org/privacy"]


def test_agree_wants_the_button_and_holds_nothing_up(house: Portal) -> None:
    ann = house.operator("Ann")
    line = house.line(ann, **AGREE)
    channel = house.channel(line, kind="telegram")
    one = house.writes(channel, "Eve").conversation_id
    assert house.offered_to(one) == ann.user_id
    button = data_of(house.thread(one)[1])["buttons"][0]
    assert button["text"] == "I agree"
    house.writes(channel, "Eve", "what is this?")
    assert agreed(house) == []
    assert press(house, channel, button["key"], "Eve") == "consented"
    assert press(house, channel, button["key"], "Eve") == "consented"
    assert [how for how, _ in agreed(house)] == ["button"]


@pytest.mark.parametrize(("words", "how"), [("Да!", ["words"]), ("no", []), ("yes, but when?", [])])
def test_agree_takes_a_word_that_says_so(house: Portal, words: str, how: list[str]) -> None:
    channel = house.channel(house.line(house.operator("Ann"), **AGREE), kind="telegram")
    house.writes(channel, "Eve")
    house.writes(channel, "Eve", words)
    assert [each for each, _ in agreed(house)] == how


def test_a_yes_to_the_operator_is_no_consent(house: Portal) -> None:
    ann = house.operator("Ann")
    channel = house.channel(house.line(ann, **AGREE), kind="telegram")
    one = house.writes(channel, "Eve").conversation_id
    house.replies(ann, one, "Shall I send it?")
    house.writes(channel, "Eve", "yes")
    assert agreed(house) == []


def test_who_did_not_agree_is_asked_again_in_his_next_conversation(house: Portal) -> None:
    ann = house.operator("Ann")
    channel = house.channel(house.line(ann, **AGREE), kind="telegram")
    one = house.writes(channel, "Eve").conversation_id
    house.acts(handle.finish, ann, one, now=True)
    two = house.writes(channel, "Eve", "ok").conversation_id
    assert two != one
    assert "consent" in [auto for auto, _ in house.said(two)]
    assert agreed(house) == []


def test_the_button_of_an_old_text_agrees_to_nothing(house: Portal) -> None:
    line = house.line(house.operator("Ann"), **AGREE)
    channel = house.channel(line, kind="telegram")
    one = house.writes(channel, "Eve").conversation_id
    key = data_of(house.thread(one)[1])["buttons"][0]["key"]
    house.change(line, consent_text={"en": "We keep it for ever."})
    assert press(house, channel, key, "Eve") is None
    assert agreed(house) == []


# ---------------------------------------------------------------- the website asks before the words


def visitor_writes(house: Portal, channel: int, who: str, text: str = "hello") -> int:
    settings = house.do(line_of, channel)[1]
    incoming = Incoming(who, f"{who} {text}", text, person=Person(language="en"))
    found = house.do(visitor_asking.write_answered, settings, receive.receive_message, channel, incoming)
    house.settle()
    return found.conversation_id


def refused_with(house: Portal, channel: int, who: str) -> str:
    with pytest.raises(Refused) as refused:
        visitor_writes(house, channel, who)
    return refused.value.code


def test_on_the_website_words_wait_for_the_agreement(house: Portal) -> None:
    channel = house.channel(house.line(house.operator("Ann"), **AGREE))
    assert refused_with(house, channel, "v") == "consent_needed"
    version = version_of(house.do(line_of, channel)[1])
    with pytest.raises(Refused) as refused:
        house.do(visitor_asking.agree, channel, "v", Person(language="en"), "0" * 64)
    assert refused.value.code == "consent_changed"
    house.do(visitor_asking.agree, channel, "v", Person(language="en"), version)
    house.do(visitor_asking.agree, channel, "v", Person(language="en"), version)
    one = visitor_writes(house, channel, "v")
    assert agreed(house) == [("button", version)]
    assert [auto for auto, _ in house.said(one)] == ["customer"]


def test_on_the_website_words_wait_for_the_form_and_its_answers_come_with_them(house: Portal) -> None:
    channel = house.channel(house.line(house.operator("Ann"), form="before", form_fields=FIELDS))
    assert refused_with(house, channel, "v") == "form_needed"
    answers = {"name": " Eve ", "mail": "eve@example.org", "tel": "+49 30 1234567", "topic": "Cake", "more": ""}
    house.do(visitor_asking.fill_in, channel, "v", Person(language="en"), answers)
    one = visitor_writes(house, channel, "v")
    rows = house.thread(one)
    assert (data_of(rows[0])["fact"]["code"], rows[1].author) == ("form_filled", "customer")
    assert rows[0].text == "Your name: Eve\nE-mail: eve@example.org\nPhone: +49 30 1234567\nTopic: Cake"
    card = house.do(threads.customer, house.conversation(one).customer_id)
    assert card is not None
    assert (card.name, card.email, card.phone, card.fields) == (
        "Eve",
        "eve@example.org",
        "+49 30 1234567",
        '{"Topic":"Cake"}',
    )
    kept = house.do(consents.answers_of, one)
    assert kept is not None
    assert '"value":"Cake"' in kept.answers


def test_what_is_known_is_not_asked_again(house: Portal) -> None:
    line = house.line(house.operator("Ann"), form="before", form_fields=FIELDS)
    channel = house.channel(line)
    house.do(visitor_asking.fill_in, channel, "v", Person(), {"name": "Eve", "topic": "Bread"})
    settings = house.do(line_of, channel)[1]
    thread = house.do(threads.by_identity, channel, "v")
    assert thread is not None
    card = house.do(threads.customer, thread.customer_id)
    assert [each.key for each in forms.unknown(settings, card)] == ["mail", "tel", "more"]
    assert forms.asked(settings, thread, card) == []  # he chose not to say the rest
    assert card is not None
    assert next(each.key for each in forms.asked(settings, thread, card._replace(name=""))) == "name"
    assert forms.unknown(replace(settings, form="off"), None) == []
    visitor_writes(house, channel, "v")


def test_answers_to_an_open_conversation_are_a_fact_in_it(house: Portal) -> None:
    channel = house.channel(house.line(house.operator("Ann"), form="after", form_fields=FIELDS))
    one = visitor_writes(house, channel, "v")
    house.do(visitor_asking.fill_in, channel, "v", Person(), {"name": "Eve"})
    assert house.facts(one)[-1] == "form_filled"
    house.do(visitor_asking.fill_in, channel, "v", Person(), {"name": "Eve", "topic": "Cake"})  # another tab
    kept = house.do(consents.answers_of, one)
    assert kept is not None
    assert '"value":"Cake"' in kept.answers


@pytest.mark.parametrize(
    ("answers", "path", "code"),
    [
        ({}, "answers.name", "answer_needed"),
        ({"name": "   "}, "answers.name", "answer_needed"),
        ({"name": "x" * 201}, "answers.name", "too_long"),
        ({"name": "Eve", "mail": "eve"}, "answers.mail", "not_an_email"),
        ({"name": "Eve", "mail": "a b@example.org"}, "answers.mail", "not_an_email"),
        ({"name": "Eve", "tel": "call me"}, "answers.tel", "not_a_phone"),
        ({"name": "Eve", "tel": "+1"}, "answers.tel", "not_a_phone"),
        ({"name": "Eve", "topic": "Soup"}, "answers.topic", "choice_needed"),
        ({"name": "Eve", "more": "x" * 1001}, "answers.more", "too_long"),
        ({"name": "Eve", "shoe": "43"}, "answers.shoe", "unknown_field"),
    ],
)
def test_the_server_judges_every_answer(house: Portal, answers: dict[str, str], path: str, code: str) -> None:
    channel = house.channel(house.line(house.operator("Ann"), form="before", form_fields=FIELDS))
    with pytest.raises(Invalid) as refused:
        house.do(visitor_asking.fill_in, channel, "v", Person(), answers)
    assert [(each.field, each.code) for each in refused.value.problems] == [(path, code)]


def test_a_chat_without_a_form_takes_no_answers(house: Portal) -> None:
    channel = house.channel(house.line(house.operator("Ann")))
    with pytest.raises(Refused) as refused:
        house.do(visitor_asking.fill_in, channel, "v", Person(), {"name": "Eve"})
    assert refused.value.code == "no_form"


def test_a_key_of_a_button_fits_a_vendor() -> None:
    assert len(key_of("f" * 64)) == 22


def test_the_text_is_recorded_as_the_customer_read_it(house: Portal) -> None:
    line = house.line(house.operator("Ann"), name="Sales", **{**NOTICE, "consent_text": {"en": "{line} keeps it."}})
    channel = house.channel(line, kind="telegram")
    one = house.writes(channel, "Eve").conversation_id
    assert house.said(one)[-1][1].startswith("Sales keeps it.")
    house.writes(channel, "Eve")
    assert [each.text for each in house.do(consents.of_customer, house.conversation(one).customer_id)] == [
        "Sales keeps it."
    ]


def test_where_the_door_asks_nothing_more_is_said_about_it_in_the_thread(house: Portal) -> None:
    one = house.writes(house.channel(house.line(house.operator("Ann"), **AGREE)), "Eve").conversation_id
    assert [auto for auto, _ in house.said(one)] == ["customer"]
