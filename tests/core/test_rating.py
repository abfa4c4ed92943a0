"""When a message is a rating."""

import pytest

from openlines.core.rating import parse_digit

KEYCAP_1, KEYCAP_5, BARE_KEYCAP_1 = "1\ufe0f\u20e3", "5\ufe0f\u20e3", "1\u20e3"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 5),
        ("0", 1),
        (" 1\n", 5),
        ("\u00a00\u00a0", 1),
        (KEYCAP_1, 5),
        (BARE_KEYCAP_1, 5),
        ("0\ufe0f\u20e3", 1),
        ("１", 5),
        ("０", 1),
        ("2", None),
        ("5", None),
        ("１\u20e3", 5),
    ],
)
def test_like_is_one_and_dislike_is_zero(text: str, expected: int | None) -> None:
    assert parse_digit(text, "like") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", 1), ("2", 2), ("3", 3), ("4", 4), ("5", 5), ("５", 5), (KEYCAP_5, 5), ("0", None), ("6", None), ("9", None)],
)
def test_stars_are_one_to_five(text: str, expected: int | None) -> None:
    assert parse_digit(text, "stars") == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "11",
        "1 0",
        "1.",
        "1!",
        "+1",
        "-1",
        "one",
        "1 thanks",
        "①",
        "¹",
        "١",
        "\u20e3",
        "1\u20e31",
        "𝟏",
        "1\ufe0f\ufe0f",
    ],
)
def test_anything_else_is_a_message(text: str) -> None:
    assert parse_digit(text, "like") is None
    assert parse_digit(text, "stars") is None


def test_without_ratings_a_digit_is_a_message() -> None:
    assert parse_digit("1", "off") is None
