"""A rating that comes as a message: one digit and nothing else; and the few words that may follow it."""

import re
from typing import Literal

from openlines.core.line import MINUTE
from openlines.core.state import Conversation

Scale = Literal["off", "like", "stars"]

LIKE, DISLIKE = 5, 1
COMMENT_TIME = 15 * MINUTE  # so long after the rating the next words are its comment, where there is no field for it

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


def comment_awaited(c: Conversation, now: int) -> bool:
    """Are the customer's next words the comment to the rating that he has just given (rules.md 6)?

    Not once an operator has spoken after it: then they are an answer to him.
    """
    if c.rated_at is None or c.rating_comment is not None or c.state not in ("closing", "closed"):
        return False
    return now <= c.rated_at + COMMENT_TIME and (c.operator_at or 0) <= c.rated_at


def is_comment(text: str) -> bool:
    """Words with a question in them want an answer: they are a message, whatever was asked before."""
    return bool(text.strip()) and not any(mark in text for mark in "?？؟")


def parse_number(text: str) -> int | None:
    """The digit that is the whole message (keycap and full-width forms too), or None."""
    found = _DIGIT.fullmatch(text.strip())
    return None if found is None else int(found[1])
