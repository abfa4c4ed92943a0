"""Every code that the house uses is worded in both languages, with the same parameters."""

import re

from openlines.api.words import TABLES, choose_language, known, word
from openlines.channels.registry import manifests
from openlines.channels.words import FAILURES
from tests.api.codes import codes

AREAS = {"Fact": "fact", "Reason": "why", "Say": "said", "Coded": "next"}


def test_every_code_has_words_in_both_languages() -> None:
    troubles = {code for each in manifests().values() for code in each.troubles}
    missing = []
    for code, places in codes().items():
        names = {place.rpartition(" ")[2] for place in places}
        if names <= {"Failed", "AuthDead", "Missing"} and (code in FAILURES or code in troubles or known(code)):
            continue
        missing += [
            f"{code} ({AREAS.get(name, 'field')}): {min(places)}"
            for name in names - {"Failed", "AuthDead", "Missing"}
            if not known(code, AREAS.get(name, "field"))
        ]
        if names & {"Failed", "AuthDead", "Missing"} and not (code in FAILURES or code in troubles or known(code)):
            missing.append(f"{code} (delivery): {min(places)}")
    assert missing == []


def test_both_languages_have_the_same_codes_and_parameters() -> None:
    english, russian = TABLES["en"], TABLES["ru"]
    assert english.keys() == russian.keys()
    hole = re.compile(r"\{(\w+)")
    for code, text in english.items():
        assert set(hole.findall(text)) == set(hole.findall(russian[code])), code


def test_plural_forms() -> None:
    assert word("too_many_requests", {"seconds": 1}, "en").endswith("in 1 second.")
    assert word("too_many_requests", {"seconds": 5}, "en").endswith("in 5 seconds.")
    found = [word("too_many_requests", {"seconds": n}, "ru").rpartition("через ")[2] for n in (1, 2, 5, 11, 21, 112)]
    assert found == ["1 секунду.", "2 секунды.", "5 секунд.", "11 секунд.", "21 секунду.", "112 секунд."]


def test_seconds_are_said_as_people_say_them() -> None:
    bounds = {"least": 60, "most": 43200}
    assert word("span_out_of_range", bounds, "en") == "From 1 minute to 12 hours."
    assert word("span_out_of_range", bounds, "ru") == "От 1 минуты до 12 часов."
    assert word("span_out_of_range", {"least": 0, "most": 86400}, "ru") == "От 0 до 1 дня."
    assert word("span_out_of_range", {"least": 90, "most": 31 * 86400}, "ru") == "От 90 секунд до 31 дня."
    assert word("span_out_of_range", {"least": 10, "most": 7200}, "en") == "From 10 seconds to 2 hours."


def test_an_unknown_code_is_shown_as_itself() -> None:
    assert word("no_such_code", {}, "en") == "no_such_code"
    assert word("fact.no_such_fact", {}, "ru") == "no_such_fact"


def test_equal_codes_of_different_areas() -> None:
    assert word("closed", {}, "en") == "The conversation is closed."
    assert word("fact.closed", {}, "en") == "Closed"
    assert word("offline", {}, "en", area="skip") == "offline"


def test_language_of_a_header() -> None:
    assert choose_language("ru-RU,ru;q=0.9,en;q=0.8") == "ru"
    assert choose_language("de, en;q=0.5, ru;q=0.4") == "en"
    assert choose_language("", "ru") == "ru"
    assert choose_language("en;q=nonsense, ru") == "ru"
