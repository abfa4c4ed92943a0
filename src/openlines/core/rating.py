"""A rating that comes as a message: one digit and nothing else; and the few words that may follow it."""

import re
from typing import Literal

from openlines.core.line import HOUR
from openlines.core.state import Conversation

Scale = Literal["off", "like", "stars"]

LIKE, DISLIKE = 5, 1
COMMENT_TIME = HOUR  # so long after a rating it may still be commented
COMMENT_SIGN = "+"  # the whole message of a customer who wants to, where the channel has neither field nor button

# A digit, plain or full-width, and what turns a plain one into a keycap emoji.
_DIGIT = re.compile("([0-9０-９])\N{VARIATION SELECTOR-16}?\N{COMBINING ENCLOSING KEYCAP}?")
_LIKES = {0: DISLIKE, 1: LIKE}


def parse_digit(text: str, scale: Scale) -> int | None:
    """The rating (1 … 5) that the whole message says, or None when it is a message like any other.

    "1" and "0" mean like (5) and dislike (1); stars are "1" to "5". Only asked while a rating is awaited.
    """
    digit = parse_number(text)
    if digit is None:
        return None
    if scale == "like":
        return _LIKES.get(digit)
    return digit if scale == "stars" and 1 <= digit <= 5 else None


def may_be(value: int, scale: Scale) -> bool:
    """Whether somebody who presses may mean this rating: stars are 1 … 5, of a like there are the two ends only."""
    return value in _LIKES.values() if scale == "like" else DISLIKE <= value <= LIKE


def may_comment(c: Conversation, now: int) -> bool:
    """May the rating be commented? Once; and not when the talk went on after it: then words are an answer."""
    if c.rated_at is None or c.rating_comment or c.state not in ("closing", "closed"):
        return False
    return now <= c.rated_at + COMMENT_TIME and (c.operator_at or 0) <= c.rated_at


def comment_awaited(c: Conversation, now: int) -> bool:
    """Are the customer's next words the comment (rules.md 6)? Only when he has said so: "" is that he will.

    Without that, words after a rating are a message like any other: nobody's question is lost as a comment.
    """
    return c.rating_comment == "" and may_comment(c, now)


def parse_number(text: str) -> int | None:
    """The digit that is the whole message (keycap and full-width forms too), or None."""
    found = _DIGIT.fullmatch(text.strip())
    return None if found is None else int(found[1])
