"""A line: its settings and what a newcomer would choose; what is wrong with a value is said in line_problems.

Durations are whole seconds as an administrator types them; `SECOND` turns them into the microseconds of
an instant. Texts are kept per language ({"ru": …, "en": …}); an empty one says nothing. Settings that an older
release has stored lack the newer fields: a field that is missing has its default.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

Mode = Literal["evenly", "strictly", "everyone", "least_busy"]
Counting = Literal["unanswered", "not_replied", "open"]
Words = Mapping[str, str]

GLOBAL_CAP = 1000  # open conversations of one operator over all lines (rules.md 3)
LANGUAGES = ("ru", "en")


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
class InactivityButton:
    """What a customer who has gone silent may press: end it, go on waiting, or begin a new conversation."""

    action: Literal["close", "continue", "new"]
    caption: Words
    reply: Words = field(default_factory=dict)  # said when it is pressed; empty: nothing


@dataclass(frozen=True, slots=True)
class InactivityMessage:
    """Said when the customer has been silent for `after` seconds since the last words of a person."""

    after: int
    text: Words
    buttons: tuple[InactivityButton, ...] = ()


@dataclass(frozen=True, slots=True)
class KpiNotice:
    """Who is told, and how, when an answer is not there in time. `steps` are percents of the target."""

    on: bool = False
    steps: tuple[int, ...] = (100,)
    people: tuple[int, ...] = ()  # ids of users, beside the head and the operator
    head: bool = True
    operator: bool = True
    media: tuple[Literal["workspace", "email", "push", "webhook"], ...] = ("workspace",)
    text: Words = field(default_factory=dict)  # empty: the house's own words
    webhook_url: str = ""


@dataclass(frozen=True, slots=True)
class FormField:
    """One question of the form before the chat. `key` is what answers are stored under."""

    key: str
    kind: Literal["name", "email", "phone", "text", "choice"]
    label: Words
    required: bool = False
    choices: tuple[Words, ...] = ()


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
    operator_shown: Literal["profile", "line", "common"] = "profile"  # whose name and photo the customer sees
    common_name: Words = field(default_factory=dict)
    common_photo: str = ""  # id of an uploaded file, as a user's photo has one
    see_typing: bool = True  # operators see what the visitor types before it is sent
    place_on: bool = False  # the customer is told his place in the queue
    place_text: Words = field(default_factory=dict)
    # working time
    hours_on: bool = False
    timetable_id: int = 0  # a timetable shared with other lines; 0: the line's own, below
    time_zone: str = ""  # empty: the portal's
    week: tuple[tuple[Interval, ...], ...] = field(
        default_factory=lambda: (*(((Interval("09:00", "18:00"),),) * 5), (), ())
    )
    exceptions: tuple[SpecialDays, ...] = ()
    holidays_country: str = ""  # ISO 3166-1, two letters; empty: no public holidays
    holidays_region: str = ""
    off_hours: Literal["offer", "hold", "collect"] = "offer"
    off_hours_text: Words = field(default_factory=dict)
    collected_text: Words = field(default_factory=dict)  # thanks for a contact, where off_hours is "collect"
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
    escalate_to: Literal["head", "queue"] = "head"
    inactivity: tuple[InactivityMessage, ...] = ()
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
    kpi_first_notice: KpiNotice = field(default_factory=KpiNotice)
    kpi_further_notice: KpiNotice = field(default_factory=KpiNotice)
    # bot
    bot_id: int = 0
    bot_when: Literal["always", "first"] = "always"
    bot_time: int = 600
    # consent and form
    consent_text: Words = field(default_factory=dict)  # empty: no consent is asked for
    consent_url: str = ""
    consent_kind: Literal["notice", "agree"] = "notice"
    form: Literal["off", "before", "after"] = "off"  # asked before the first message, or after it
    form_fields: tuple[FormField, ...] = ()


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

    @classmethod
    def not_among(cls, field: str, value: Any, known: Sequence[str], name: str = "") -> "Problem":
        """A value that is none of those that there are; `name`: what the field is called where that is not its path."""
        return cls(field, "unknown_value", {"name": name or field, "value": value, "known": known})


def worded(words: Words, language: str, fallback: str = "en") -> str:
    """The text in the customer's language, else the portal's, else whichever exists; "" when there is none."""
    return words.get(language) or words.get(fallback) or next((each for each in words.values() if each), "")
