"""Cutting a long text into parts where a reader would cut it, and never through what he sees as one character."""

import unicodedata
from collections.abc import Callable
from typing import Final, Literal

Unit = Literal["utf16", "chars", "bytes"]

_ZWJ: Final = "\u200d"
_EXTENDING: Final = frozenset({"Mn", "Me", "Mc"})


def length(text: str, unit: Unit) -> int:
    """How long a text is, as a vendor counts."""
    if unit == "chars":
        return len(text)
    return sum(map(_size_of(unit), text))


def split(text: str, limit: int, unit: Unit) -> list[str]:
    """Parts of at most `limit` units each; together they are the text, save white space where it was cut.

    Cut between paragraphs, else lines, else sentences, else words, else characters as a reader sees them
    (UAX #29, closely): a link is cut only when it alone is longer than a part. No part is empty.
    """
    parts, rest = [], text.strip()
    while rest:
        end = _fitting(rest, limit, unit)
        if end < len(rest):
            end = _cut(rest, end)
        part, rest = rest[:end].rstrip(), rest[end:].lstrip()
        parts.append(part)
    return parts


def boundary(text: str, index: int) -> bool:
    """Whether `index` lies between two characters as a reader sees them."""
    if index <= 0 or index >= len(text):
        return True
    before, after = text[index - 1], text[index]
    if _ZWJ in (before, after) or (before == "\r" and after == "\n") or _extends(after):
        return False
    if _is_regional(before) and _is_regional(after):
        start = index
        while start > 0 and _is_regional(text[start - 1]):
            start -= 1
        return (index - start) % 2 == 0
    return not _same_syllable(before, after)


def _fitting(text: str, limit: int, unit: Unit) -> int:
    """How many characters from the start fit."""
    if unit == "chars":
        return min(limit, len(text))
    size = _size_of(unit)
    used = 0
    for index, letter in enumerate(text):
        used += size(letter)
        if used > limit:
            return index
    return len(text)


def _size_of(unit: Unit) -> Callable[[str], int]:
    if unit == "utf16":
        return lambda letter: 2 if letter > "\uffff" else 1
    return lambda letter: len(letter.encode("utf-8", "surrogatepass"))


def _cut(text: str, end: int) -> int:
    """Where to end a part that may hold `end` characters of `text`."""
    # A paragraph or a line that ends early would leave a part nearly empty.
    for mark, least in (("\n\n", end // 2), ("\n", end // 2), (". ", end // 2), ("! ", end // 2), ("? ", end // 2)):
        found = text.rfind(mark, least, end + 1)
        if found > 0:
            return found + len(mark.rstrip())
    if text[end].isspace():
        return end
    for index in range(end - 1, 0, -1):
        if text[index].isspace():
            return index
    for index in range(end, 0, -1):
        if boundary(text, index):
            return index
    return max(end, 1)


def _extends(letter: str) -> bool:
    code = ord(letter)
    return (
        unicodedata.category(letter) in _EXTENDING
        or letter == "\u200c"
        or 0x1F3FB <= code <= 0x1F3FF  # skin tones
        or 0xE0020 <= code <= 0xE007F  # tags, of the flags of regions
        or letter in "\uff9e\uff9f"
    )


def _is_regional(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"


def _same_syllable(before: str, after: str) -> bool:
    """Korean letters that are written as one block."""
    left, right = _jamo(before), _jamo(after)
    return (left, right) in _JOINED


_JOINED: Final = frozenset(
    [("L", each) for each in ("L", "V", "LV", "LVT")]
    + [(left, right) for left in ("LV", "V") for right in ("V", "T")]
    + [("LVT", "T"), ("T", "T")]
)


def _jamo(letter: str) -> str:
    code = ord(letter)
    if 0xAC00 <= code <= 0xD7A3:
        return "LV" if (code - 0xAC00) % 28 == 0 else "LVT"
    for name, first, last in _JAMO:
        if first <= code <= last:
            return name
    return ""


_JAMO: Final = (
    ("L", 0x1100, 0x115F),
    ("L", 0xA960, 0xA97C),
    ("V", 0x1160, 0x11A7),
    ("V", 0xD7B0, 0xD7C6),
    ("T", 0x11A8, 0x11FF),
    ("T", 0xD7CB, 0xD7FB),
)
