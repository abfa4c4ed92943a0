"""What consent is: the version that was agreed to, the button that stands in a chat, the words that agree."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlines.core.consent import PREFIX, key_of, says_yes, version_of
from openlines.core.line import LineSettings

words = st.dictionaries(st.sampled_from(["ru", "en"]), st.sampled_from(["", "We keep it.", "Мы храним это."]))
asking = st.builds(
    lambda text, link: LineSettings(consent_text=text, consent_url=link),
    words,
    st.sampled_from(["", "https://example.org/a", "https://example.org/b"]),
)


def said(settings: LineSettings) -> dict[str, str]:
    return {language: text for language, text in settings.consent_text.items() if text}


@given(asking, asking)
def test_two_versions_are_one_where_customers_read_the_same_and_follow_the_same_link(
    one: LineSettings, other: LineSettings
) -> None:
    both_silent = not said(one) and not said(other)  # a link alone asks for nothing
    same = said(one) == said(other) and one.consent_url == other.consent_url
    assert (version_of(one) == version_of(other)) is (same or both_silent)
    assert (version_of(one) == "") is (not said(one))


def test_a_version_outlives_a_new_release_and_what_else_the_line_changes() -> None:
    """It is stored with every customer who agreed: were it worked out otherwise, all of them would be asked again."""
    settings = LineSettings(
        consent_text={"ru": "Мы храним это.", "en": "We keep it."}, consent_url="https://example.org/a"
    )
    version = "b88e0c2e5ddac1b234ba4f3ca36ae1a731e5b32cc39fb5c3a2a1813ba252dfa0"
    assert version_of(settings) == version
    turned_round = {"en": "We keep it.", "ru": "Мы храним это."}
    assert version_of(replace(settings, consent_text=turned_round, consent_kind="agree", form="before")) == version


def test_a_button_that_stands_in_a_chat_can_be_pressed_after_a_new_release() -> None:
    version = version_of(LineSettings(consent_text={"en": "We keep it."}))
    assert key_of(version) == f"{PREFIX}{version[:16]}" == "agree:eff818412c4f7f02"
    assert len(key_of(version).encode()) <= 64  # as much as a messenger lets a button hold


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "Yep!",
        "ok",
        "Okay...",
        "Sure",
        "I agree.",
        "We agree",
        "agreed!",
        "I accept",
        "i confirm.",
        "да",
        "Ага",
        "Ок",
        "окей",
        "Хорошо.",
        "конечно!",
        "Я согласен",
        "я согласна…",
        "Мы согласны",
        "Принимаю",
        "подтверждаю ,",
        " + ",
    ],
)
def test_a_word_of_agreement_is_one_however_people_write_it(text: str) -> None:
    assert says_yes(text)


@pytest.mark.parametrize(
    "text", ["", ".", "no", "yes?", "yes and no", "I", "я", "we yes we", "I I agree", "++", "not ok"]
)
def test_what_only_holds_such_a_word_is_none(text: str) -> None:
    assert not says_yes(text)


def test_a_word_of_agreement_is_short() -> None:
    """More than forty characters are not looked through: whoever sends so many has something else to say."""
    assert says_yes("yes" + "!" * 37)
    assert not says_yes("yes" + "!" * 38)
    assert not says_yes("yes" + " " * 100_000 + "?")
