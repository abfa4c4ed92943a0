"""A customer who goes silent, and one who is left waiting, through the use cases."""

from typing import Any

import msgspec
import pytest

from openlines.channels.base import Capabilities
from openlines.core.inactivity import choice_of
from openlines.core.line import InactivityButton, InactivityMessage, LineSettings
from openlines.services import departments, react, receive, wording
from openlines.services.access import Actor
from openlines.store import messages, notices
from openlines.store.portal import add_portal, change_portal
from openlines.store.tx import Tx
from tests.services.portal import Portal

HELLO = {"ru": "{customer}, вы ещё здесь?", "en": "{customer}, are you still there?"}
REMIND = [
    {
        "after": 600,
        "text": HELLO,
        "buttons": [
            {"action": "close", "caption": {"en": "All done", "ru": "Всё решено"}, "reply": {"en": "Bye, {customer}!"}},
            {"action": "continue", "caption": {"en": "I am here"}, "reply": {"en": "We wait."}},
            {"action": "new", "caption": {"en": "Another question"}, "reply": {"en": "Ask it."}},
        ],
    },
    {"after": 1200, "text": {"en": "Last call"}},
]


class Talk:
    """A customer has asked, Ann has answered at second 0, ten minutes of silence have passed."""

    def __init__(self, house: Portal, kind: str = "website", **settings: Any) -> None:
        self.house, self.ann = house, house.operator("Ann")
        self.line_id = house.line(self.ann, **{"inactivity": REMIND, **settings})
        self.channel_id = house.channel(self.line_id, kind)
        self.id = house.writes(self.channel_id, "Eve").conversation_id
        house.accepts(self.ann, self.id)
        house.replies(self.ann, self.id)
        house.at(600)

    def said(self) -> list[str]:
        return [row.text for row in self.house.thread(self.id) if row.author == "system" and row.kind == "text"]

    def last(self) -> tuple[str, dict[str, Any]]:
        row = [each for each in self.house.thread(self.id) if each.author == "system" and each.kind == "text"][-1]
        return row.text, messages.data_of(row)

    def presses(self, action: str) -> str | None:
        key = next(each["key"] for each in self.last()[1]["buttons"] if each["key"].endswith(action))
        return self.house.do(react.receive_press, self.channel_id, "Eve", key, "p1")

    @property
    def state(self) -> tuple[str, str | None]:
        c = next(each for each in self.house.all() if each.id == self.id)
        return c.state, c.reason


def test_the_reminder_comes_with_its_buttons_and_says_why(house: Portal) -> None:
    text, data = Talk(house).last()
    assert text == "Eve, are you still there?"
    assert [each["text"] for each in data["buttons"]] == ["All done", "I am here", "Another question"]
    assert (data["auto"], data["why"]) == ("inactivity", {"code": "auto_silent"})
    assert all(choice_of(each["key"]) for each in data["buttons"])


def test_close_says_its_reply_and_finishes(house: Portal) -> None:
    talk = Talk(house, close_text={"en": "Thank you"})
    assert talk.presses("close") is None
    assert (talk.state, talk.said()[-1]) == (("closing", "chosen"), "Bye, Eve!")
    house.after(6)
    assert talk.said()[-1] == "Thank you"
    house.after(600)
    assert talk.state == ("closed", "chosen")


def test_continue_keeps_it_open_and_the_reminders_begin_anew(house: Portal) -> None:
    talk = Talk(house)
    assert talk.presses("continue") is None
    assert (talk.state, talk.said()[-1]) == (("active", None), "We wait.")
    house.after(599)
    assert talk.said()[-1] == "We wait."
    house.after(1)
    assert talk.said()[-1] == "Eve, are you still there?"
    house.after(600)
    assert talk.said()[-1] == "Last call"


def test_new_closes_silently_and_the_next_words_are_another_conversation(house: Portal) -> None:
    talk = Talk(house, close_text={"en": "Thank you"}, rating="like", reopen_window=3600)
    assert talk.presses("new") is None
    house.after(10)
    assert (talk.state, talk.said()[-1]) == (("closed", "renewed"), "Ask it.")
    assert house.writes(talk.channel_id, "Eve", "something else").conversation_id != talk.id


@pytest.mark.parametrize(
    ("words", "state"), [("1", "closed"), ("ALL DONE", "closed"), ("2", "active"), ("3", "closed")]
)
def test_what_is_typed_instead_of_pressed_does_the_same(house: Portal, words: str, state: str) -> None:
    talk = Talk(house)
    received = house.writes(talk.channel_id, "Eve", words, dedupe="typed")
    assert (received.conversation_id, talk.state[0]) == (talk.id, state)
    row = next(each for each in house.thread(talk.id) if each.id == received.message_id)
    assert (row.author, row.text) == ("customer", words)
    again = house.writes(talk.channel_id, "Eve", words, dedupe="typed")
    assert (again.message_id, again.repeated) == (received.message_id, True)


def test_any_other_words_are_words(house: Portal) -> None:
    talk = Talk(house)
    house.writes(talk.channel_id, "Eve", "12")
    c = house.all()[0]
    assert (c.state, c.awaiting) == ("active", "operator")
    key = talk.last()[1]["buttons"][0]["key"]
    assert house.do(react.receive_press, talk.channel_id, "Eve", key, "p2") == "choice_over"
    assert house.all()[0] == c


def test_a_foreign_or_broken_button_does_nothing(house: Portal) -> None:
    talk = Talk(house)
    for key in ("idle:999:0:0:close", "idle:1:0:0:burn", "idle:", f"idle:{talk.id}:5:0:close"):
        assert house.do(react.receive_press, talk.channel_id, "Eve", key, "p") == "choice_over"
    assert talk.state == ("active", None)


def test_a_change_of_the_reminders_holds_for_the_silence_under_way(house: Portal) -> None:
    talk = Talk(house, inactivity=[])
    assert talk.said() == []
    house.change(talk.line_id, inactivity=[{**REMIND[0], "after": 900}])
    house.at(899)
    assert talk.said() == []
    house.at(900)
    assert talk.said() == ["Eve, are you still there?"]


def test_where_there_are_no_buttons_the_choices_are_numbers() -> None:
    line = LineSettings(
        inactivity=(
            InactivityMessage(
                60, HELLO, (InactivityButton("close", {"en": "Done"}), InactivityButton("new", {"en": "New"}))
            ),
        )
    )
    text, data = wording.with_menu("There?", line, 7, 0, Capabilities(), "en")
    assert (text, data) == ("There?\n\n1 – Done\n2 – New", {})


# --- languages and values ---------------------------------------------------------------------------------------


def greeted(house: Portal, channel_id: int, name: str, language: str) -> str:
    person = receive.Person(name=name, language=language)
    incoming = receive.Incoming(name, f"d{name}", "hi", person=person)
    found = house.do(receive.receive_message, channel_id, incoming)
    return house.thread(found.conversation_id)[1].text


def speaks(tx: Tx, language: str) -> None:
    change_portal(tx, language=language)


def test_a_text_comes_in_the_customers_language_else_the_portals(house: Portal) -> None:
    line_id = house.line(house.operator("Ann"), greeting={"ru": "Привет", "en": "Hello"})
    channel_id = house.channel(line_id)
    house.do(lambda tx: add_portal(tx, epoch="e", setup_hash=""))
    for spoken in ("ru", "en"):
        house.do(speaks, spoken)
        expected = {"ru": "Привет", "en": "Hello"}
        assert greeted(house, channel_id, f"Anna{spoken}", "ru") == expected["ru"]
        assert greeted(house, channel_id, f"Bob{spoken}", "en") == expected["en"]
        assert greeted(house, channel_id, f"Dora{spoken}", "de") == expected[spoken]
        assert greeted(house, channel_id, f"Eve{spoken}", "") == expected[spoken]


def test_a_text_that_is_written_in_one_language_is_said_in_it(house: Portal) -> None:
    line_id = house.line(house.operator("Ann"), greeting={"ru": "Привет", "en": ""})
    assert greeted(house, house.channel(line_id), "Bob", "en") == "Привет"


def test_values_are_put_in_as_they_are(house: Portal) -> None:
    words = "{{customer}}: {customer}, {line}, {portal}, {operator}|{answers_in}"
    line_id = house.line(house.operator("Ann"), name="Line <b>", greeting={"en": words})
    house.do(lambda tx: add_portal(tx, epoch="e", setup_hash=""))
    house.do(lambda tx: change_portal(tx, name="Lamp & {line}"))
    said = greeted(house, house.channel(line_id), "{operator} *x*", "en")
    assert said == "{customer}: {operator} *x*, Line <b>, Lamp & {line},|"


def test_how_long_answers_take_is_measured_or_not_said(house: Portal) -> None:
    ann = house.operator("Ann")
    line_id = house.line(ann, greeting={"en": "Usually {answers_in}."})
    channel_id = house.channel(line_id)
    for number in range(5):
        assert greeted(house, channel_id, f"Early{number}", "en") == "Usually."
        found = house.all()[-1].id
        house.settle()
        house.accepts(ann, found)
        house.after(125)
        house.replies(ann, found)
    assert greeted(house, channel_id, "Late", "en") == "Usually 3 minutes."
    assert greeted(house, channel_id, "Поздно", "ru") == "Usually 3 минуты."


# --- unanswered too long ----------------------------------------------------------------------------------------


def test_the_head_of_the_operator_is_told_once(house: Portal) -> None:
    ann, boss, chief = house.operator("Ann"), house.operator("Boss"), house.operator("Chief", role="administrator")
    members = [ann.user_id, boss.user_id]
    house.do(departments.add_department, chief, name="Sales", head_id=boss.user_id, member_ids=members)
    channel_id = house.channel(house.line(ann, escalate_after=300))
    found = house.writes(channel_id, "Eve").conversation_id
    house.accepts(ann, found)
    house.at(299)
    assert told(house, boss) == []
    house.at(900)
    [notice] = told(house, boss)
    params = msgspec.json.decode(notice.params)
    assert (notice.kind, notice.conversation_id, notice.customer, params["waited"]) == (
        "escalated",
        found,
        "Eve",
        300_000_000,
    )
    assert told(house, chief) == []
    house.replies(ann, found)
    house.writes(channel_id, "Eve", "and now?")
    house.after(301)
    assert len(told(house, boss)) == 2  # other words, told anew


def told(house: Portal, who: Actor) -> list[Any]:
    return [each for each in house.do(notices.page, who.user_id, 1 << 60, 10) if each.kind == "escalated"]


def test_without_a_head_the_administrators_are_told_even_of_what_nobody_holds(house: Portal) -> None:
    ann, chief = house.operator("Ann", online=False), house.operator("Chief", role="administrator", online=False)
    found = house.writes(house.channel(house.line(ann, escalate_after=300)), "Eve").conversation_id
    house.at(301)
    assert [each.conversation_id for each in told(house, chief)] == [found]


def test_by_option_it_goes_back_to_the_queue_and_to_another_one(house: Portal) -> None:
    ann, ben = house.operator("Ann"), house.operator("Ben")
    line_id = house.line(ann, ben, mode="strictly", escalate_after=300, escalate_to="queue")
    found = house.writes(house.channel(line_id), "Eve").conversation_id
    house.accepts(ann, found)
    house.at(300)
    c = house.all()[0]
    assert (c.state, c.offered_to) == ("offered", ben.user_id)
    assert "returned" in house.facts(found)


def test_a_thread_is_told_the_choice(house: Portal) -> None:
    talk = Talk(house)
    talk.presses("continue")
    row = [each for each in house.thread(talk.id) if each.kind == "fact"][-1]
    assert messages.data_of(row)["fact"] == {"code": "chosen", "params": {"action": "continue"}}
