"""What is refused of the settings that have parts: each fault at the path of its own field."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from openlines.core.line import (
    FormField,
    InactivityButton,
    InactivityMessage,
    KpiNotice,
    LineSettings,
)
from openlines.core.line_problems import problems

Found = list[tuple[str, str]]
HELLO = {"en": "Are you still there?"}


def wrong(**settings: Any) -> Found:
    return [(each.field, each.code) for each in problems(replace(LineSettings(), **settings))]


def test_settings_of_an_older_release_load_with_the_defaults() -> None:
    stored = b'{"mode": "strictly", "queue_time": 300, "week": [[], [], [], [], [], [], []]}'
    loaded = msgspec.json.decode(stored, type=LineSettings)
    assert loaded == LineSettings(mode="strictly", queue_time=300, week=((),) * 7)
    assert loaded.kpi_first_notice == KpiNotice()
    assert problems(loaded) == []


def test_settings_come_back_from_json_as_they_went() -> None:
    full = LineSettings(
        inactivity=(InactivityMessage(60, HELLO, (InactivityButton("close", {"en": "Done"}, {"en": "Bye"}),)),),
        kpi_first_notice=KpiNotice(on=True, steps=(80, 100, 200), people=(3,), media=("email", "push")),
        form="before",
        form_fields=(FormField("topic", "choice", {"en": "Topic"}, choices=({"en": "One"}, {"en": "Two"})),),
    )
    assert problems(full) == []
    assert msgspec.json.decode(msgspec.json.encode(full), type=LineSettings) == full


# --- what the customer sees of the operator -----------------------------------------------------------------


def test_a_common_name_is_needed_where_it_is_shown() -> None:
    assert wrong(operator_shown="common") == [("common_name", "name_needed")]
    assert wrong(operator_shown="common", common_name={"ru": " "}) == [("common_name", "name_needed")]
    assert wrong(operator_shown="common", common_name={"ru": "Поддержка"}) == []
    assert wrong(operator_shown="line") == []


def test_a_common_name_is_short_and_its_photo_a_file() -> None:
    assert wrong(common_name={"en": "y" * 100}, common_photo="a-B_9") == []
    assert wrong(common_name={"en": "y" * 101}) == [("common_name.en", "too_long")]
    assert wrong(common_photo="../secret") == [("common_photo", "unknown_file")]
    assert wrong(common_photo="a" * 65) == [("common_photo", "unknown_file")]


def test_the_text_of_the_place_is_a_text() -> None:
    assert wrong(place_on=True, place_text={"en": "y" * 4001}) == [("place_text.en", "too_long")]


# --- working time ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("country", ["de", "DEU", "D", "D1", "ДЕ"])
def test_a_country_is_two_capital_letters(country: str) -> None:
    assert wrong(holidays_country=country) == [("holidays_country", "unknown_country")]


def test_a_region_belongs_to_a_country() -> None:
    assert wrong(holidays_country="DE", holidays_region="BY") == []
    assert wrong(holidays_region="BY") == [("holidays_region", "country_needed")]
    assert wrong(holidays_country="DE", holidays_region="x" * 40) == []
    assert wrong(holidays_country="DE", holidays_region="x" * 41) == [("holidays_region", "unknown_region")]


def test_who_takes_a_contact_off_hours_asks_for_it_in_words() -> None:
    assert wrong(hours_on=True, off_hours="collect") == [("off_hours_text", "text_needed")]
    assert wrong(hours_on=True, off_hours="collect", off_hours_text={"en": "Leave your number"}) == []
    assert wrong(hours_on=False, off_hours="collect") == wrong(hours_on=True, off_hours="hold") == []


def test_a_timetable_is_not_below_nothing() -> None:
    assert wrong(timetable_id=-1) == [("timetable_id", "unknown_timetable")]


# --- inactivity -----------------------------------------------------------------------------------------------


def button(**changes: Any) -> InactivityButton:
    return replace(InactivityButton("continue", {"en": "I am here"}), **changes)


@pytest.mark.parametrize("after", [60, 31 * 86400])
def test_silence_has_its_bounds(after: int) -> None:
    assert wrong(inactivity=(InactivityMessage(after, HELLO),)) == []
    beyond = after - 1 if after == 60 else after + 1
    assert wrong(inactivity=(InactivityMessage(beyond, HELLO),)) == [("inactivity.0.after", "span_out_of_range")]


def test_inactivity_messages_follow_each_other() -> None:
    rising = tuple(InactivityMessage(after, HELLO) for after in range(60, 70))
    assert wrong(inactivity=rising) == []
    assert wrong(inactivity=(*rising, InactivityMessage(70, HELLO))) == [("inactivity", "too_many")]
    same = (InactivityMessage(300, HELLO), InactivityMessage(300, HELLO), InactivityMessage(200, HELLO))
    assert wrong(inactivity=same) == [("inactivity.1.after", "not_ascending"), ("inactivity.2.after", "not_ascending")]


def test_an_inactivity_message_says_something() -> None:
    assert wrong(inactivity=(InactivityMessage(60, {"en": "", "ru": " "}),)) == [("inactivity.0.text", "text_needed")]
    assert wrong(inactivity=(InactivityMessage(60, {"en": "y" * 4001}),)) == [("inactivity.0.text.en", "too_long")]


def test_up_to_three_buttons_each_with_a_caption_that_fits() -> None:
    def message(*buttons: InactivityButton) -> tuple[InactivityMessage, ...]:
        return (InactivityMessage(60, HELLO), InactivityMessage(120, HELLO, buttons))

    assert wrong(inactivity=message(button(), button(action="close"), button(action="new"))) == []
    assert wrong(inactivity=message(*[button()] * 4)) == [("inactivity.1.buttons", "too_many")]
    assert wrong(inactivity=message(button(), button(caption={"ru": "ы" * 41}))) == [
        ("inactivity.1.buttons.1.caption.ru", "too_long")
    ]
    assert wrong(inactivity=message(button(caption={}))) == [("inactivity.1.buttons.0.caption", "text_needed")]
    assert wrong(inactivity=message(button(reply={"de": "Danke"}))) == [
        ("inactivity.1.buttons.0.reply.de", "unknown_language")
    ]


# --- notices of response targets ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["kpi_first_notice", "kpi_further_notice"])
def test_steps_rise_within_their_bounds(name: str) -> None:
    def steps(*percents: int) -> Found:
        return wrong(**{name: KpiNotice(steps=percents)})

    assert steps() == steps(10, 50, 80, 100, 200, 1000) == []
    assert steps(9) == [(f"{name}.steps.0", "out_of_range")]
    assert steps(100, 1001) == [(f"{name}.steps.1", "out_of_range")]
    assert steps(100, 100, 80) == [(f"{name}.steps.1", "not_ascending"), (f"{name}.steps.2", "not_ascending")]
    assert steps(10, 20, 30, 40, 50, 60, 70) == [(f"{name}.steps", "too_many")]


def test_a_notice_that_is_on_reaches_somebody_somehow() -> None:
    def notice(**changes: Any) -> Found:
        return wrong(kpi_first_notice=KpiNotice(on=True, **changes))

    assert notice() == []
    assert notice(steps=()) == [("kpi_first_notice.steps", "step_needed")]
    assert notice(media=()) == [("kpi_first_notice.media", "medium_needed")]
    assert notice(head=False, operator=False) == [("kpi_first_notice.people", "nobody_to_tell")]
    assert notice(head=False, operator=False, people=(7,)) == []
    assert notice(media=("webhook",)) == [("kpi_first_notice.webhook_url", "not_a_link")]
    hook = "https://example.org/hook"
    assert notice(media=("webhook",), webhook_url=hook, head=False, operator=False) == []
    assert wrong(kpi_first_notice=KpiNotice(on=False, steps=(), media=(), head=False, operator=False)) == []


def test_nobody_and_nothing_stands_in_a_notice_twice() -> None:
    assert wrong(kpi_further_notice=KpiNotice(people=(1, 2, 1))) == [("kpi_further_notice.people.2", "doubled")]
    assert wrong(kpi_further_notice=KpiNotice(media=("push", "push"))) == [("kpi_further_notice.media.1", "doubled")]
    assert wrong(kpi_further_notice=KpiNotice(people=tuple(range(51)))) == [("kpi_further_notice.people", "too_many")]


def test_a_notices_text_and_link_have_their_bounds() -> None:
    assert wrong(kpi_first_notice=KpiNotice(text={"ru": "ы" * 4001})) == [("kpi_first_notice.text.ru", "too_long")]
    assert wrong(kpi_first_notice=KpiNotice(webhook_url="https://" + "a" * 1992)) == []
    for link, code in (("javascript:alert(1)", "not_a_link"), ("https://" + "a" * 1993, "too_long")):
        assert wrong(kpi_first_notice=KpiNotice(webhook_url=link)) == [("kpi_first_notice.webhook_url", code)]


def test_a_fault_says_the_bounds_that_it_is_out_of() -> None:
    settings = LineSettings(
        consent_url="https://" + "a" * 1993,
        common_name={"en": "{operator}"},
        inactivity=(InactivityMessage(59, HELLO, (button(),) * 4),),
        kpi_first_notice=KpiNotice(steps=(9,)),
    )
    assert {each.field: each.params for each in problems(settings)} == {
        "consent_url": {"most": 2000},
        "common_name.en": {"value": "{operator}"},
        "inactivity.0.after": {"least": 60, "most": 31 * 86400},
        "inactivity.0.buttons": {"most": 3},
        "kpi_first_notice.steps.0": {"least": 10, "most": 1000},
    }


# --- the form -------------------------------------------------------------------------------------------------


def question(key: str = "topic", **changes: Any) -> FormField:
    return replace(FormField(key, "text", {"en": "Topic"}), **changes)


def test_a_form_that_is_shown_asks_something() -> None:
    assert wrong(form="before") == wrong(form="after") == [("form_fields", "question_needed")]
    assert wrong(form="after", form_fields=(question(),)) == []
    assert wrong(form_fields=tuple(question(f"q{n}") for n in range(12))) == []
    assert wrong(form_fields=tuple(question(f"q{n}") for n in range(13))) == [("form_fields", "too_many")]


@pytest.mark.parametrize("key", ["", "Topic", "1st", "a-b", "тема", "a" * 41])
def test_a_key_is_a_plain_word(key: str) -> None:
    assert wrong(form_fields=(question(key),)) == [("form_fields.0.key", "bad_key")]


def test_a_question_has_its_own_key_and_words() -> None:
    assert wrong(form_fields=(question(), question())) == [("form_fields.1.key", "doubled")]
    assert wrong(form_fields=(question(label={}),)) == [("form_fields.0.label", "text_needed")]
    assert wrong(form_fields=(question(label={"en": "y" * 201}),)) == [("form_fields.0.label.en", "too_long")]


def test_a_choice_has_something_to_choose_from() -> None:
    def choice(*choices: dict[str, str]) -> Found:
        return wrong(form_fields=(question(kind="choice", choices=choices),))

    one = {"en": "One"}
    assert choice(one, one) == choice(*[one] * 20) == []
    assert choice(one) == [("form_fields.0.choices", "choices_needed")]
    assert choice(*[one] * 21) == [("form_fields.0.choices", "too_many")]
    assert choice(one, {"ru": ""}) == [("form_fields.0.choices.1", "text_needed")]


# --- placeholders ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["greeting", "close_text", "rating_thanks_bad_2", "consent_text", "place_text"])
def test_every_text_is_looked_through_for_placeholders(name: str) -> None:
    assert wrong(**{name: {"en": "{nobody}"}}) == [(f"{name}.en", "unknown_placeholder")]
    assert wrong(**{name: {"en": "{customer"}}) == [(f"{name}.en", "unclosed_placeholder")]


def test_texts_inside_of_others_are_looked_through_too() -> None:
    broken = InactivityMessage(60, {"ru": "{клиент}"}, (button(reply={"en": "{wait"}),))
    assert wrong(inactivity=(broken,)) == [
        ("inactivity.0.text.ru", "misspelt_placeholder"),
        ("inactivity.0.buttons.0.reply.en", "unclosed_placeholder"),
    ]
    assert wrong(kpi_first_notice=KpiNotice(text={"en": "{step} {position}"})) == [
        ("kpi_first_notice.text.en", "unknown_placeholder")
    ]


def test_names_buttons_and_questions_hold_no_placeholders() -> None:
    with_button = InactivityMessage(60, HELLO, (button(caption={"en": "Yes, {operator}"}),))
    assert wrong(inactivity=(with_button,)) == [("inactivity.0.buttons.0.caption.en", "no_placeholder_here")]
    assert wrong(common_name={"en": "{operator}"}) == [("common_name.en", "no_placeholder_here")]
    question = FormField("topic", "choice", {"en": "{line}?"}, choices=({"en": "{customer}"}, {"en": ":{"}))
    assert wrong(form="before", form_fields=(question,)) == [
        ("form_fields.0.label.en", "no_placeholder_here"),
        ("form_fields.0.choices.0.en", "no_placeholder_here"),
    ]
