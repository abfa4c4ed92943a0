"""A rating that comes as a message: one digit and nothing else."""

import re
from typing import Literal

Scale = Literal["off", "like", "stars"]

LIKE, DISLIKE = 5, 1

# A digit, plain or full-width, and what turns a plain one into a keycap emoji.
_DIGIT = re.compile("([0-9０-９])\N{VARIATION SELECTOR-16}?\N{COMBINING ENCLOSING KEYCAP}?")
_LIKES = {0: DISLIKE, 1: LIKE}


def parse_digit(text: str, scale: Scale) -> int | None:
    """The rating (1 … 5) that the whole message says, or None when it is a message like any other.

    "1" and "0" mean like (5) and dislike (1); stars are "1" to "5". Only asked while a rating is awaited.
    """
    found = _DIGIT.fullmatch(text.strip())
    if found is None:
        return None
    digit = int(found[1])
    if scale == "like":
        return _LIKES.get(digit)
    return digit if scale == "stars" and 1 <= digit <= 5 else None
