"""Invitations to write: on which pages, after how long, to whom, in which words; checked entry by entry."""

import re
from typing import Any, Final

from openlines.core.line import Problem

VISITORS: Final = ("all", "new", "returning")
LONGEST_WAIT: Final = 3600  # seconds on a page
MOST: Final = 20
_TEXT: Final = 140
# A path, an address or a piece of one; * stands for anything. No spaces: no address has any.
MASK: Final = r"[^\s<>\"]{1,200}"
PAGES: Final = "/catalog/*"  # an example of a mask
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def checked(name: str, value: Any) -> tuple[list[dict[str, Any]], list[Problem]]:
    """`[{"page": "/prices*", "after": 20, "who": "all", "ru": "…", "en": "…"}]`; problems at "name.index.part"."""
    if not isinstance(value, list):
        return [], [Problem(name, "wrong_type", {"name": name, "expected": ["list"], "got": ""})]
    if len(value) > MOST:
        return [], [Problem(name, "too_many", {"most": MOST})]
    kept, problems = [], []
    for index, each in enumerate(value):
        entry, found = _entry(f"{name}.{index}", each)
        kept.append(entry)
        problems += found
    return kept, problems


def _entry(path: str, value: Any) -> tuple[dict[str, Any], list[Problem]]:
    if not isinstance(value, dict):
        return {}, [Problem(path, "wrong_type", {"name": path, "expected": ["object"], "got": ""})]
    problems = [Problem(f"{path}.{each}", "unknown_field") for each in value if each not in PARTS]
    entry: dict[str, Any] = {}
    for part, standard in PARTS.items():
        given = value.get(part, standard)
        if type(given) is not type(standard):
            expected = ["whole" if isinstance(standard, int) else "text"]
            problems.append(Problem(f"{path}.{part}", "wrong_type", {"name": part, "expected": expected, "got": ""}))
            given = standard
        entry[part] = _CONTROL.sub("", given).strip() if isinstance(given, str) else given
    return entry, [*problems, *_wrong(path, entry)]


# What an invitation consists of, each with its default.
PARTS: Final[dict[str, Any]] = {"page": "*", "after": 20, "who": "all", "ru": "", "en": ""}


def _wrong(path: str, entry: dict[str, Any]) -> list[Problem]:
    problems = []
    if not entry["page"]:
        problems.append(Problem(f"{path}.page", "required"))
    elif not re.fullmatch(MASK, entry["page"]):
        problems.append(Problem(f"{path}.page", "bad_pattern", {"example": PAGES}))
    if not 0 <= entry["after"] <= LONGEST_WAIT:
        problems.append(Problem(f"{path}.after", "out_of_range", {"least": 0, "most": LONGEST_WAIT}))
    if entry["who"] not in VISITORS:
        problems.append(Problem.not_among(f"{path}.who", entry["who"], list(VISITORS), "who"))
    problems += [
        Problem(f"{path}.{language}", "too_long", {"most": _TEXT})
        for language in ("ru", "en")
        if len(entry[language]) > _TEXT
    ]
    if not entry["ru"] and not entry["en"]:
        problems.append(Problem(f"{path}.ru", "text_needed"))
    return problems
