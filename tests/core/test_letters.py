"""When an operator's words follow a visitor who has left, and how letters to customers read."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlines.core import origins
from openlines.core.letter_words import (
    WORDS,
    Spoken,
    plain_name,
    reply_letter,
    transcript_letter,
    transcript_text,
    words_for,
)
from openlines.core.letters import APART, COLLECTED_FOR, GONE_FOR, LYING_FOR, letter_at
from openlines.core.line import MINUTE, SECOND

T = 1_000 * MINUTE


def test_words_that_nobody_received_leave_a_minute_after_the_last_of_them() -> None:
    assert letter_at([T], received=False, mailed_at=None) == T + GONE_FOR
    assert letter_at([T, T + 30 * SECOND], received=False, mailed_at=None) == T + 30 * SECOND + GONE_FOR


def test_an_operator_who_writes_on_holds_a_letter_back_only_for_a_while() -> None:
    said = [T + n * 30 * SECOND for n in range(40)]
    assert letter_at(said, received=False, mailed_at=None) == T + 3 * MINUTE


def test_words_that_lie_on_an_open_page_wait_longer() -> None:
    assert letter_at([T], received=True, mailed_at=None) == T + 10 * MINUTE


def test_letters_keep_their_distance() -> None:
    assert letter_at([T], received=False, mailed_at=T - SECOND) == T - SECOND + 5 * MINUTE
    assert letter_at([T], received=False, mailed_at=T - 5 * MINUTE) == T + MINUTE


@given(
    st.lists(st.integers(0, 3600 * SECOND), min_size=1, max_size=30).map(sorted),
    st.booleans(),
    st.none() | st.integers(-3600 * SECOND, 3600 * SECOND),
)
def test_a_letter_never_leaves_before_its_words_and_always_leaves(
    said: list[int], received: bool, mailed_at: int | None
) -> None:
    at = letter_at(said, received=received, mailed_at=mailed_at)
    assert at >= said[0] + GONE_FOR
    assert at <= max(said[0] + COLLECTED_FOR + LYING_FOR, (mailed_at or 0) + APART)
    assert mailed_at is None or at >= mailed_at + APART


# --- how letters read ---------------------------------------------------------------------------------------------

HELLO = Spoken("You", "1 Jan, 10:00", "Hello", own=True)
ANSWER = Spoken("Ann", "1 Jan, 10:01", "Good morning\nHere it is", ("bill.pdf", "map.png"))


def test_a_reply_reads_as_a_letter() -> None:
    letter = reply_letter("Bakery", [ANSWER], "https://bakery.example/c", "en")
    assert letter.subject == "Bakery: you have an answer"
    assert letter.text.split("\n") == [
        "You were answered in the chat.",
        "",
        "Ann, 1 Jan, 10:01",
        "Good morning",
        "Here it is",
        "Files, kept in the chat: bill.pdf, map.png",
        "",
        "--",
        "To answer, open the chat: https://bakery.example/c",
        "In the browser that you wrote from the whole conversation is there.",
        "",
        "Please do not reply to this letter: nobody would read it.",
        "You get this letter because this address was given in the chat.",
    ]


def test_a_transcript_reads_as_a_letter_and_without_its_ending_as_a_file() -> None:
    letter = transcript_letter("Пекарня", 7, "Europe/Moscow", [HELLO, ANSWER], "ru", left_out=False)
    assert letter.subject == "Пекарня: ваша переписка"
    text, _, ending = letter.text.partition("\n--\n")
    assert text.split("\n") == [
        "Пекарня",
        "Обращение № 7. Время: Europe/Moscow.",
        "",
        "You, 1 Jan, 10:00",
        "Hello",
        "",
        "Ann, 1 Jan, 10:01",
        "Good morning",
        "Here it is",
        "Файлы, они остались в чате: bill.pdf, map.png",
        "",
    ]
    assert text == transcript_text("Пекарня", 7, "Europe/Moscow", [HELLO, ANSWER], "ru", left_out=False)
    assert "попросили прислать" in ending


@pytest.mark.parametrize(("language", "chat"), [("en", "Chat"), ("ru", "Чат")])
def test_a_portal_without_a_name_is_the_chat(language: str, chat: str) -> None:
    assert reply_letter("", [ANSWER], "", language).subject.startswith(f"{chat}: ")
    assert transcript_letter(" ", 7, "UTC", [], language, left_out=False).subject.startswith(f"{chat}: ")
    assert transcript_text("", 7, "UTC", [], language, left_out=False).startswith(f"{chat}\n")


def test_every_language_has_all_words_and_their_places() -> None:
    def places(language: str) -> dict[str, list[str]]:
        return {name: sorted(re.findall(r"{\w+}", text)) for name, text in WORDS[language].items()}

    assert places("ru") == places("en")
    assert words_for("de") == words_for("en")


class Shown(HTMLParser):
    """What a mail program shows of a letter: its tags, its words, where its links lead, the shades of its bubbles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.words = ""
        self.links: list[str | None] = []
        self.shades: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.words += "\n" if tag == "br" else ""
        values = dict(attrs)
        if tag == "a":
            self.links.append(values["href"])
        self.shades += re.findall(r"border-radius.*background:(\S+)", values.get("style") or "")

    def handle_data(self, data: str) -> None:
        self.words += data


said_by_people = st.text("<>&\"'/= \nabשж🙂{}", max_size=30)


@given(said_by_people, said_by_people, said_by_people, st.booleans())
def test_whatever_people_said_is_shown_as_it_is_and_nothing_else_happens(
    who: str, text: str, link: str, own: bool
) -> None:
    letters = [
        reply_letter(who, [Spoken(who, "now", text, (text,), own)], f"https://{link}", "en"),
        transcript_letter(who, 1, "UTC", [Spoken(who, "now", text, (text,), own)], "ru", left_out=False),
    ]
    for letter in letters:
        shown = Shown(letter.html)
        assert shown.tags <= {"html", "head", "meta", "body", "div", "p", "b", "bdi", "br", "a"}
        assert f"{who}, now{text}" in shown.words
        assert f"{who}, now\n{text}" in letter.text
        assert shown.links in ([], [f"https://{link}"])


def test_the_customers_own_words_have_a_shade_of_their_own() -> None:
    letter = transcript_letter("Bakery", 7, "UTC", [HELLO, ANSWER, HELLO, ANSWER], "en", left_out=False)
    mine, theirs, *again = Shown(letter.html).shades
    assert mine != theirs
    assert again == [mine, theirs]


def test_the_way_back_is_a_link_in_html_and_its_address_in_plain_words() -> None:
    letter = reply_letter("Bakery", [ANSWER], "https://bakery.example/c", "ru")
    assert Shown(letter.html).links == ["https://bakery.example/c"]
    assert "Открыть чат" in letter.html
    assert "откройте чат: https://bakery.example/c" in letter.text


def test_markup_names_and_directions_stay_words() -> None:
    evil = Spoken("<b>\u202eeve", "1 Jan", "<script>alert('x')</script>\n& \u05e9\u05dc\u05d5\u05dd 🙂", ("a<i>.pdf",))
    letter = reply_letter("Bakery\r\nBcc: all@example.com", [evil], 'https://x.example/?a="b', "en")
    assert letter.subject == "Bakery Bcc: all@example.com: you have an answer"
    assert "<script>" not in letter.html
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;<br>&amp; \u05e9\u05dc\u05d5\u05dd 🙂" in letter.html
    assert 'href="https://x.example/?a=&quot;b"' in letter.html
    assert "a&lt;i&gt;.pdf" in letter.html
    assert "a<i>.pdf" in letter.text
    assert letter.html.count('dir="auto"') == 2
    assert "<script>alert('x')</script>" in letter.text


def test_a_name_is_one_short_line_in_its_own_direction() -> None:
    assert plain_name("  Ann\u2028\tB\x00 \u202e\u2066Cy ") == "Ann B Cy"
    assert len(plain_name("x" * 500)) == 120


def test_a_letter_without_a_way_back_says_so_in_words() -> None:
    letter = reply_letter("Bakery", [Spoken("Ann", "now", "Yes")], "", "ru")
    assert "вернитесь на страницу" in letter.text
    assert "вернитесь на страницу" in letter.html
    assert "href" not in letter.html
    assert "Не отвечайте на это письмо" in letter.text
    assert "Не отвечайте на это письмо" in letter.html


def test_a_transcript_says_whose_times_it_has_and_what_it_leaves_out() -> None:
    said = [Spoken("You", "1 Jan, 10:00", "Hello", own=True), Spoken("Ann", "1 Jan, 10:01", "", ("bill.pdf",))]
    letter = transcript_letter("Bakery", 7, "Europe/Berlin", said, "en", left_out=True)
    assert "Conversation No. 7. Times: Europe/Berlin." in letter.text
    assert "The beginning is left out" in letter.text
    assert "The beginning is left out" in letter.html
    assert "Files, kept in the chat: bill.pdf" in letter.text
    assert not re.search(r"<(script|img|link|style)\b", letter.html)


def test_origins_are_matched_whole() -> None:
    listed = ["https://shop.example", "https://*.bakery.example/"]
    assert origins.among("https://shop.example", listed)
    assert origins.among("https://www.Bakery.example", listed)
    for other in ("http://shop.example", "https://shop.example.evil.example", "https://bakery.example", "null", ""):
        assert not origins.among(other, listed)
    assert not origins.among("https://shop.example", [])
