"""Cutting long texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlines.support.text import Unit, boundary, length, split

FAMILY = "👨‍👩‍👧‍👦"
FLAG = "🇷🇺"
SCOTLAND = "🏴󠁧󠁢󠁳󠁣󠁴󠁿"
WAVING = "👋🏽"
KEYCAP = "1️⃣"
KOREAN = "\u1112\u1161\u11ab"
ACCENTED = "e\u0301"
DEVANAGARI = "क\u094d"


@pytest.mark.parametrize("cluster", [FAMILY, FLAG, SCOTLAND, WAVING, KEYCAP, KOREAN, ACCENTED, DEVANAGARI])
@pytest.mark.parametrize("unit", ["utf16", "chars", "bytes"])
def test_what_is_seen_as_one_character_stays_whole(cluster: str, unit: Unit) -> None:
    assert not any(boundary(cluster, index) for index in range(1, len(cluster)))
    for part in split(cluster * 40, length(cluster, unit) * 3 + 1, unit):
        assert part == cluster * 3 or part == cluster


def test_flags_are_counted_in_pairs() -> None:
    flags = FLAG * 3
    assert [index for index in range(1, 6) if boundary(flags, index)] == [2, 4]


def test_a_line_end_of_two_letters_is_one() -> None:
    assert not boundary("a\r\nb", 2)
    assert boundary("a\r\nb", 1)


def test_units() -> None:
    assert [length("aя😀", unit) for unit in ("chars", "utf16", "bytes")] == [3, 4, 7]


def test_cut_between_paragraphs_then_lines_then_sentences_then_words() -> None:
    assert split("one two\n\nthree four", 12, "chars") == ["one two", "three four"]
    assert split("one two\nthree four", 12, "chars") == ["one two", "three four"]
    assert split("One two. Three four", 12, "chars") == ["One two.", "Three four"]
    assert split("one two three four", 12, "chars") == ["one two", "three four"]
    assert split("onetwothreefour", 6, "chars") == ["onetwo", "threef", "our"]


def test_a_link_stays_whole_when_it_can() -> None:
    link = "https://example.com/" + "a" * 30
    assert split(f"see here: {link} ok", 55, "chars") == ["see here:", f"{link} ok"]


def test_a_tower_of_accents_is_cut_in_the_end() -> None:
    tower = "a" + "\u0301" * 10_000
    parts = split(tower, 4096, "utf16")
    assert "".join(parts) == tower
    assert all(length(part, "utf16") <= 4096 for part in parts)


@given(st.text(max_size=300), st.integers(2, 40), st.sampled_from(["utf16", "chars"]))
def test_nothing_is_lost_but_white_space(text: str, limit: int, unit: Unit) -> None:
    parts = split(text, limit, unit)
    assert all(part and length(part, unit) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_it_is_quick() -> None:
    assert len(split("слово " * 200_000, 4096, "utf16")) > 200
