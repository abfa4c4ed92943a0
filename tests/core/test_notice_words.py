"""Words to staff: what each kind of notice says, whose names are missing, and how a length of time is said."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlines.core.line import DAY, HOUR, MINUTE, SECOND
from openlines.core.notice_words import NOTICE_WORDS, notice_words, span

LATE = {"customer": "Carol", "line": "Sales", "waited": 90 * SECOND, "target": MINUTE, "step": 150}
BRINGS: dict[str, dict[str, Any]] = {  # kind → what it is told with
    "kpi_first": LATE,
    "kpi_further": LATE,
    "queue_empty": {"line": "Sales"},
    "nobody_there": {"line": "Sales"},
    "escalated": {"customer": "Carol", "line": "Sales", "waited": 90 * SECOND},
    "head_rated": {"customer": "Carol", "rated_by": "Eve", "value": 4},
    "mail_broken": {},
    "hook_parked": {"line": "Sales"},
    "push_test": {},
}


def own(words: str | dict[str, str], language: str = "en", **params: Any) -> str:
    """The text of a notice that brings its own words."""
    brought = words if isinstance(words, dict) else {language: words}
    return notice_words("kpi_first", {**params, "words": brought}, language)[1]


# --- what is said ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", BRINGS)
def test_each_kind_says_all_that_it_was_told_with_in_both_languages(kind: str) -> None:
    said = {language: notice_words(kind, BRINGS[kind], language) for language in ("en", "ru")}
    assert said["en"] != said["ru"]
    for language, (title, text) in said.items():
        assert title.strip()
        assert text.strip()
        assert "{" not in title + text
        for name, value in BRINGS[kind].items():
            shown = span(value, language) if name in {"waited", "target"} else str(value)
            assert shown in title + text, name


def test_no_kind_is_left_out() -> None:
    assert set(BRINGS) == set(NOTICE_WORDS)


def test_a_kind_that_is_unknown_here_is_called_by_its_code() -> None:
    assert notice_words("of_a_newer_release", {}, "ru") == ("of_a_newer_release", "")


def test_a_reader_of_another_language_reads_english() -> None:
    assert notice_words("kpi_first", LATE, "de") == notice_words("kpi_first", LATE, "en")


def test_own_words_stand_for_the_text_alone() -> None:
    title, _ = notice_words("kpi_first", LATE, "en")
    assert notice_words("kpi_first", {**LATE, "words": {"en": "Hurry up"}}, "en") == (title, "Hurry up")


def test_own_words_are_said_in_the_readers_language_else_in_english_else_as_they_are() -> None:
    assert own({"en": "Hurry", "ru": "Скорее"}, "ru") == "Скорее"
    assert own({"en": "Hurry", "ru": ""}, "ru") == "Hurry"
    assert own({"ru": "Скорее"}, "en") == "Скорее"


@pytest.mark.parametrize("nothing", [{}, {"en": "", "ru": ""}, None])
def test_without_own_words_the_house_speaks(nothing: Any) -> None:
    assert notice_words("kpi_first", {**LATE, "words": nothing}, "en") == notice_words("kpi_first", LATE, "en")


# --- placeholders ---------------------------------------------------------------------------------------------


def test_braces_strangers_and_values_stay_as_they_are() -> None:
    assert own("{{x}} {strange} {line", line="L") == "{x} {strange} {line"
    assert own("{customer}", customer="{line}", line="L") == "{line}", "a value is not looked through"
    assert own("{step} %, No. {number}", step=0, number=7) == "0 %, No. 7"


@pytest.mark.parametrize(("language", "nobody"), [("en", "nobody"), ("ru", "никто")])
def test_where_nobody_holds_it_the_operator_is_nobody(language: str, nobody: str) -> None:
    assert own("{operator}", language) == own("{operator}", language, operator="") == nobody
    assert own("{operator}", language, operator="Ann") == "Ann"
    assert own("{line}", language, line="") == "", "only people are stood in for"


@pytest.mark.parametrize(("language", "guest", "customer"), [("en", "Guest", "A customer"), ("ru", "Гость", "Клиент")])
def test_a_customer_without_a_name_is_the_guest_of_his_thread(language: str, guest: str, customer: str) -> None:
    assert own("{customer}", language, guest=17, customer="Carol") == "Carol"
    assert own("{customer}", language, guest=17, customer="") == f"{guest} 17"
    assert own("{customer}", language, guest=17) == f"{guest} 17"
    assert own("{customer}", language, customer="") == customer


def test_times_are_said_as_people_say_them() -> None:
    assert own("{waited} of {target}", waited=200 * SECOND, target=MINUTE) == "3 min 20 s of 1 min"
    assert own("{waited}", "ru", waited=0) == own("{waited}", "ru") == "0 с"


# --- a length of time -----------------------------------------------------------------------------------------

UNITS = {"d": DAY, "h": HOUR, "min": MINUTE, "s": SECOND}


@given(st.integers(0, 3 * MINUTE) | st.integers(0, 3 * DAY) | st.integers(0, 1000 * DAY))
def test_a_length_of_time_is_said_in_its_two_largest_units(length: int) -> None:
    words = span(length, "en").split()
    said = {unit: int(number) for number, unit in zip(words[::2], words[1::2], strict=True)}
    largest = next((unit for unit, size in UNITS.items() if size <= length), "s")
    place = list(UNITS).index(largest)
    may_be_said = list(UNITS)[place : place + 2]
    assert list(said) == [unit for unit in may_be_said if said.get(unit)] or said == {"s": 0}
    left_out = length - sum(number * UNITS[unit] for unit, number in said.items())
    assert 0 <= left_out < UNITS[may_be_said[-1]]


@pytest.mark.parametrize(
    ("length", "english", "russian"),
    [
        (-SECOND, "0 s", "0 с"),
        (SECOND - 1, "0 s", "0 с"),
        (59 * SECOND, "59 s", "59 с"),
        (HOUR + 5 * SECOND, "1 h", "1 ч"),
        (2 * DAY + HOUR + MINUTE, "2 d 1 h", "2 д 1 ч"),
        (3 * MINUTE + 20 * SECOND, "3 min 20 s", "3 мин 20 с"),
    ],
)
def test_the_units_are_those_of_the_language(length: int, english: str, russian: str) -> None:
    assert (span(length, "en"), span(length, "ru")) == (english, russian)
