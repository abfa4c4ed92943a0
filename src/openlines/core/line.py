"""A line: its settings, what a newcomer would choose, and what is wrong with a value, as data.

Durations are whole seconds as an administrator types them; `SECOND` turns them into the microseconds of
an instant. Texts are kept per language ({"ru": …, "en": …}); an empty one says nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal, NamedTuple

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

Mode = Literal["evenly", "strictly", "everyone", "least_busy"]
Counting = Literal["unanswered", "not_replied", "open"]
Words = Mapping[str, str]

GLOBAL_CAP = 1000  # open conversations of one operator over all lines (rules.md 3)
QUEUE_TIME = (60, 12 * 3600)  # the mission: one minute to twelve hours
LIMIT = (0, GLOBAL_CAP)
TEXT_LIMIT = 4000  # characters of an automatic text: fits every channel of the first wave


@dataclass(frozen=True, slots=True)
class Interval:
    """Local time of day, "HH:MM"; an end at or before the start runs over midnight; "24:00" is midnight."""

    start: str
    end: str


@dataclass(frozen=True, slots=True)
class SpecialDays:
    """A dated exception, `date` to `until` inclusive ("2026-12-31"): its intervals replace the week's."""

    date: str
    until: str | None = None
    intervals: tuple[Interval, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class LineSettings:
    # queue
    mode: Mode = "evenly"
    queue_time: int = 60
    check_availability: bool = True
    limit: int = 0  # simultaneous conversations of one operator in this line; 0 = none
    counting: Counting = "not_replied"
    everyone_respects_limit: bool = True
    own_days: int = 0  # returning customers go to the same operator first; 0 = off
    own_time: int = 60
    reopen_window: int = 0
    transfer_must_accept: bool = False
    priority: int = 0
    # working time
    hours_on: bool = False
    time_zone: str = ""  # empty: the portal's
    week: tuple[tuple[Interval, ...], ...] = field(
        default_factory=lambda: (*(((Interval("09:00", "18:00"),),) * 5), (), ())
    )
    exceptions: tuple[SpecialDays, ...] = ()
    off_hours: Literal["offer", "hold", "collect"] = "offer"
    off_hours_text: Words = field(default_factory=dict)
    off_hours_when_available: bool = True
    # automatic actions
    greeting: Words = field(default_factory=dict)
    greeting_each: bool = False
    no_answer_time: int = 180
    no_answer_action: Literal["text", "none"] = "none"
    no_answer_text: Words = field(default_factory=dict)
    no_answer_stops_on: Literal["reply", "accept"] = "reply"
    close_text: Words = field(default_factory=dict)
    full_close_delay: int = 600
    auto_close_time: int = 4 * 3600  # 0 = never
    auto_close_text: Words = field(default_factory=dict)
    escalate_after: int = 0
    # quality
    rating: Literal["off", "like", "stars"] = "off"
    rating_question: Words = field(default_factory=dict)
    rating_thanks_good: Words = field(default_factory=dict)
    rating_thanks_bad: Words = field(default_factory=dict)
    rating_question_2: Words = field(default_factory=dict)
    rating_thanks_good_2: Words = field(default_factory=dict)
    rating_thanks_bad_2: Words = field(default_factory=dict)
    rating_limit: int = 0  # time to rate after the finish; 0 = no limit
    rating_before_finish: bool = True
    close_after_rating: bool = False
    # response targets
    kpi_first: int = 0
    kpi_further: int = 0
    kpi_clock: Literal["calendar", "hours"] = "calendar"
    kpi_from: Literal["responsible", "words"] = "responsible"
    # bot
    bot_id: int = 0
    bot_when: Literal["always", "first"] = "always"
    bot_time: int = 600
    # consent
    consent_text: Words = field(default_factory=dict)
    consent_url: str = ""


class Line(NamedTuple):
    """A line as the rest of the house hands it around."""

    id: int
    name: str
    active: bool
    version: int
    time_zone: str  # its own, or the portal's
    language: str  # the portal's
    settings: LineSettings


class Problem(NamedTuple):
    """What is wrong with one field; the edge words the code."""

    field: str
    code: str
    params: Mapping[str, Any] = {}


_RANGES: Mapping[str, tuple[int, int]] = {
    "queue_time": QUEUE_TIME,
    "limit": LIMIT,
    "own_days": (0, 365),
    "own_time": (10, 12 * 3600),
    "reopen_window": (0, 30 * 86400),
    "priority": (-10, 10),
    "no_answer_time": (10, 12 * 3600),
    "full_close_delay": (0, 86400),
    "auto_close_time": (0, 31 * 86400),
    "escalate_after": (0, 7 * 86400),
    "rating_limit": (0, 30 * 86400),
    "kpi_first": (0, 7 * 86400),
    "kpi_further": (0, 7 * 86400),
    "bot_time": (0, 7 * 86400),
}

_PLAIN_NUMBERS = frozenset({"limit", "own_days", "priority"})  # the other ranges are of seconds

LANGUAGES = ("ru", "en")


def problems(settings: LineSettings) -> Sequence[Problem]:
    """Every value out of bounds, in the order of the page; empty when the settings may be saved."""
    found: list[Problem] = []
    for name, (least, most) in _RANGES.items():
        value = getattr(settings, name)
        if not least <= value <= most:
            code = "out_of_range" if name in _PLAIN_NUMBERS else "span_out_of_range"
            found.append(Problem(name, code, {"least": least, "most": most}))
    for item in fields(settings):
        value = getattr(settings, item.name)
        if isinstance(value, dict):
            found += _text_problems(item.name, value)
    if settings.no_answer_action == "text" and not any(settings.no_answer_text.values()):
        found.append(Problem("no_answer_text", "text_needed"))
    if settings.consent_url and not settings.consent_url.startswith(("https://", "http://")):
        found.append(Problem("consent_url", "not_a_link"))
    return found


def _text_problems(name: str, words: Words) -> Sequence[Problem]:
    found = []
    for language, words_in in words.items():
        if language not in LANGUAGES:
            found.append(Problem(f"{name}.{language}", "unknown_language", {"known": LANGUAGES}))
        elif len(words_in) > TEXT_LIMIT:
            found.append(Problem(f"{name}.{language}", "too_long", {"most": TEXT_LIMIT}))
    return found


def worded(words: Words, language: str, fallback: str = "en") -> str:
    """The text in the customer's language, else the portal's, else whichever exists; "" when there is none."""
    return words.get(language) or words.get(fallback) or next((each for each in words.values() if each), "")
