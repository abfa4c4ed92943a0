"""Placeholders, and the texts that come with a new line."""

import re
from dataclasses import fields

import pytest

from openlines.core.line import LANGUAGES, LineSettings, Problem, Words
from openlines.core.line_problems import TEXT_LIMIT
from openlines.core.texts import (
    DEFAULT_TEXTS,
    NOTICE_PLACEHOLDERS,
    PLACEHOLDERS,
    SUITED,
    names_in,
    placeholder_problems,
    render,
    stray_placeholder,
)


def test_every_placeholder_gets_its_value() -> None:
    words = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    assert (
        render(words, {name: name.upper() for name in PLACEHOLDERS})
        == "CUSTOMER OPERATOR LINE PORTAL NUMBER OPENS_AT POSITION WAIT ANSWERS_IN"
    )


def test_a_value_is_put_in_as_it_is_and_never_looked_through_again() -> None:
    assert render("{customer} & {line}", {"customer": "{line} {{ \\1 <b>", "line": "L"}) == "{line} {{ \\1 <b> & L"


def test_a_doubled_brace_is_a_brace() -> None:
    assert render("{{customer} is {customer}", {"customer": "Ann"}) == "{customer} is Ann"
    assert render("{{{customer}}", {"customer": "Ann"}) == "{Ann}"
    assert render("{{customer}} is {customer}", {"customer": "Ann"}) == "{customer} is Ann"
    assert placeholder_problems("greeting", {"en": "{{whatever}}"}) == []


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("We open {opens_at}.", "We open."),
        ("Hello, {customer}!", "Hello!"),
        ("{customer}, are you there?", "Are you there?"),
        ("Hi\n{customer}, вы здесь?", "Hi\nВы здесь?"),
        ("{operator} of {line}", "Of L"),
        ("Ask {operator}, please", "Ask, please"),
        ("You are {position} of many", "You are of many"),
        ("{customer}", ""),
        ("{customer} {operator}", ""),
        ("({customer})", "()"),
    ],
)
def test_what_has_no_value_leaves_nothing_and_no_hole(words: str, left: str) -> None:
    assert render(words, {"line": "L"}) == left
    assert render(words, {"line": "L", "customer": "\0"}) == left


def test_words_without_a_hole_are_left_as_they_are() -> None:
    assert render(" a ,  {customer} !  b", {"customer": "Ann"}) == " a ,  Ann !  b"


@pytest.mark.parametrize("words", ["{nobody}", "{}", "{0}", "{ты}", "{!r}"])
def test_an_unknown_placeholder_is_a_problem_and_stays_as_written(words: str) -> None:
    assert render(words, {"customer": "Ann", "nobody": "Bob"}) == words
    assert placeholder_problems("greeting", {"ru": "Привет", "en": f"Hello {words}!"}) == [
        Problem("greeting.en", "unknown_placeholder", {"value": words, "known": PLACEHOLDERS})
    ]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("{Customer}", "customer"),
        ("{ customer }", "customer"),
        ("{customer.name}", "customer"),
        ("{customer!r}", "customer"),
        ("{operater}", "operator"),
        ("{open_at}", "opens_at"),
        ("{имя}", "customer"),
        ("{Клиент}", "customer"),
        ("{client_name}", "customer"),
        ("{user}", "customer"),
        ("{менеджер}", "operator"),
        ("{agent}", "operator"),
        ("{Очередь: queue}", "line"),
        ("{company name}", "portal"),
        ("{Компания}", "portal"),
        ("{ticket}", "number"),
        ("{ номер }", "number"),
        ("{working hours}", "opens_at"),
        ("{Открытие}", "opens_at"),
        ("{место}", "position"),
        ("{your place}", "position"),
        ("{ожидание}", "wait"),
        ("{waiting_time}", "wait"),
        ("{ответ}", "answers_in"),
    ],
)
def test_a_placeholder_that_is_nearly_known_is_told_the_name_that_was_meant(words: str, meant: str) -> None:
    assert render(words, {"customer": "Ann"}) == words
    [found] = placeholder_problems("greeting", {"en": words})
    assert (found.code, found.params["value"], found.params["meant"]) == ("misspelt_placeholder", words, f"{{{meant}}}")


@pytest.mark.parametrize(
    ("words", "shown"),
    [("{", "{"), ("a {customer b", "{customer b"), ("{\n}", "{"), ("{" + "x" * 61 + "}", "{" + "x" * 19)],
)
def test_a_placeholder_that_is_not_closed_is_a_problem_and_stays_as_written(words: str, shown: str) -> None:
    assert render(words, {"customer": "Ann"}) == words
    assert placeholder_problems("greeting", {"en": words}) == [
        Problem("greeting.en", "unclosed_placeholder", {"value": shown})
    ]


def test_what_is_known_depends_on_the_text() -> None:
    assert placeholder_problems("text", {"en": "{step} {waited}"}, NOTICE_PLACEHOLDERS) == []
    assert [each.params["value"] for each in placeholder_problems("text", {"en": "{step}"})] == ["{step}"]
    assert all(set(names) <= set(PLACEHOLDERS) for names in SUITED.values())


def test_a_notice_of_a_late_answer_says_who_waits_for_whom_where_and_for_how_long() -> None:
    words = "{customer} ({number}, {line}) waits for {operator}: {waited} of {target}, {step} %"
    assert placeholder_problems("text", {"en": words}, NOTICE_PLACEHOLDERS) == []
    assert sorted(NOTICE_PLACEHOLDERS) == sorted(re.findall(r"\{(\w+)\}", words))


def test_every_text_that_a_line_says_has_a_menu_of_what_can_be_known_by_then() -> None:
    texts = {field.name for field in fields(LineSettings) if field.type is Words} - {"common_name"}
    assert set(SUITED) == texts | {"inactivity"}
    assert all("operator" not in names for text, names in SUITED.items() if text in ("greeting", "off_hours_text"))
    assert set().union(*SUITED.values()) == set(PLACEHOLDERS)  # and each placeholder is offered somewhere


def test_only_the_names_that_a_text_uses_are_asked_for() -> None:
    assert names_in("{customer} {{wait}} {position} {nobody} {") == {"customer", "position"}


def test_words_that_are_shown_as_they_are_hold_no_placeholder() -> None:
    assert stray_placeholder("Close {line}") == "{line}"
    assert stray_placeholder("{smile} {{line}} {") is None


def test_every_problem_of_every_language_is_named() -> None:
    found = placeholder_problems("close_text", {"ru": "{a} {customer} {b}", "en": "{c}"})
    assert [(each.field, each.params["value"]) for each in found] == [
        ("close_text.ru", "{a}"),
        ("close_text.ru", "{b}"),
        ("close_text.en", "{c}"),
    ]


@pytest.mark.parametrize("words", ["", "}", "a } b", "C'est :} ok"])
def test_a_brace_that_closes_nothing_is_a_brace(words: str) -> None:
    assert render(words, {"customer": "Ann"}) == words
    assert placeholder_problems("greeting", {"en": words}) == []


@pytest.mark.parametrize("code", DEFAULT_TEXTS)
def test_what_we_say_by_ourselves_is_said_in_both_languages(code: str) -> None:
    words = DEFAULT_TEXTS[code]
    assert tuple(words) == LANGUAGES
    assert placeholder_problems(code, words) == []
    assert all(0 < len(text) <= TEXT_LIMIT and text == text.strip() for text in words.values())
    assert words["ru"] != words["en"]
    assert any("а" <= letter <= "я" for letter in words["ru"].lower())
    assert not any("а" <= letter <= "я" for letter in words["en"].lower())


def test_digits_are_explained_where_digits_are_asked_for() -> None:
    for language in LANGUAGES:
        assert {"1", "0"} <= set(DEFAULT_TEXTS["rating_digits_like"][language])
        assert {"1", "5"} <= set(DEFAULT_TEXTS["rating_digits_stars"][language])
        assert not set("0123456789") & set(DEFAULT_TEXTS["rating"][language])


def test_every_text_that_can_be_due_has_words() -> None:
    said = {"greeting", "off_hours", "no_answer", "place", "close", "auto_close", "rating_late", "rating_comment"}
    asked = {"rating", *(f"rating_{how}_{scale}" for how in ("buttons", "digits") for scale in ("like", "stars"))}
    thanked = {f"rating_thanks_{what}{which}" for what in ("good", "bad") for which in ("", "_2")}
    kept = {"collected", "consent_button", "consent_words"}
    about_ratings = {"rating_commented", "rating_add_comment", "rating_comment_sign"}
    assert set(DEFAULT_TEXTS) == said | asked | thanked | kept | about_ratings
