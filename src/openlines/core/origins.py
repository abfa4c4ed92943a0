"""Which websites a chat belongs to: origins as the owner lists them, `https://*.example.com` for every host below."""

import re
from collections.abc import Iterable


def pattern(origin: str) -> re.Pattern[str]:
    """What an origin, in small letters, is matched against as a whole."""
    return re.compile(re.escape(origin.lower().rstrip("/")).replace(r"\*", r"[a-z0-9.-]+"))


def among(origin: str, listed: Iterable[str]) -> bool:
    """Whether a listed origin stands for this one. An empty list stands for none."""
    return any(pattern(each).fullmatch(origin.lower()) for each in listed)
