"""When an operator's words follow a visitor who has left, and how letters to customers read."""

import re

from hypothesis import given
from hypothesis import strategies as st

from openlines.core import origins
from openlines.core.letter_words import Spoken, plain_name, reply_letter, transcript_letter
from openlines.core.letters import APART, COLLECTED_FOR, GONE_FOR, LYING_FOR, letter_at
from openlines.core.line import MINUTE, SECOND

T = 1_000 * MINUTE


def test_words_that_nobody_received_leave_a_minute_after_the_last_of_them() -> None:
    assert letter_at([T], received=False, mailed_at=None) == T + GONE_FOR
    assert letter_at([T, T + 30 * SECOND], received=False, mailed_at=None) == T + 30 * SECOND + GONE_FOR


def test_an_operator_who_writes_on_holds_a_letter_back_only_for_a_while() -> None:
    said = [T + n * 30 * SECOND for n in range(40)]
    assert letter_at(said, received=False, mailed_at=None) == T + COLLECTED_FOR


def test_words_that_lie_on_an_open_page_wait_longer() -> None:
    assert letter_at([T], received=True, mailed_at=None) == T + LYING_FOR


def test_letters_keep_their_distance() -> None:
    assert letter_at([T], received=False, mailed_at=T - SECOND) == T - SECOND + APART
    assert letter_at([T], received=False, mailed_at=T - APART) == T + GONE_FOR


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
