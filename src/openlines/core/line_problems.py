"""What is wrong with a line's settings, as data: every value out of its bounds, by the path of its field.

A path goes down by names and places: "inactivity.0.buttons.1.caption.ru". Codes are worded at the edge.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields

from openlines.core.line import (
    GLOBAL_CAP,
    LANGUAGES,
    FormField,
    InactivityMessage,
    KpiNotice,
    LineSettings,
    Problem,
    Words,
)
from openlines.core.texts import NOTICE_PLACEHOLDERS, PLACEHOLDERS, placeholder_problems, stray_placeholder

QUEUE_TIME = (60, 12 * 3600)  # the mission: one minute to twelve hours
LIMIT = (0, GLOBAL_CAP)
TEXT_LIMIT = 4000  # characters of an automatic text: fits every channel of the first wave
NAME_LIMIT = 100  # characters of a name that customers see
CAPTION_LIMIT = 40  # characters of a button: whole on a phone in every channel that has buttons
LABEL_LIMIT = 200  # characters of a question in a form, and of a choice
URL_LIMIT = 2000

INACTIVITY_MOST = 10
INACTIVITY_AFTER = (60, 31 * 86400)
BUTTONS_MOST = 3
STEPS_MOST = 6
STEP = (10, 1000)  # percents of the target
PEOPLE_MOST = 50
FIELDS_MOST = 12
CHOICES_MOST = 20

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
_TEXT_LIMITS: Mapping[str, int] = {"common_name": NAME_LIMIT}
_LINKS = ("https://", "http://")

_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_REGION_LIMIT = 40
_FILE = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


def problems(settings: LineSettings) -> Sequence[Problem]:
    """Every value out of bounds, in the order of the page; empty when the settings may be saved.

    What only the store knows (users, files, timetables) is asked there.
    """
    found: list[Problem] = []
    for name, (least, most) in _RANGES.items():
        value = getattr(settings, name)
        if not least <= value <= most:
            code = "out_of_range" if name in _PLAIN_NUMBERS else "span_out_of_range"
            found.append(Problem(name, code, {"least": least, "most": most}))
    for item in fields(settings):
        value = getattr(settings, item.name)
        if isinstance(value, dict):
            plain = item.name in _TEXT_LIMITS  # a name: shown as it is
            found += _text_problems(item.name, value, _TEXT_LIMITS.get(item.name, TEXT_LIMIT), plain=plain)
    if settings.no_answer_action == "text" and not _says(settings.no_answer_text):
        found.append(Problem("no_answer_text", "text_needed"))
    if settings.hours_on and settings.off_hours == "collect" and not _says(settings.off_hours_text):
        found.append(Problem("off_hours_text", "text_needed"))
    found += _face_problems(settings)
    found += _holiday_problems(settings)
    found += _inactivity_problems(settings.inactivity)
    found += _notice_problems("kpi_first_notice", settings.kpi_first_notice)
    found += _notice_problems("kpi_further_notice", settings.kpi_further_notice)
    found += _link_problems("consent_url", settings.consent_url)
    found += _form_problems(settings)
    return found


def _says(words: Words) -> bool:
    return any(each.strip() for each in words.values())


def _text_problems(
    path: str,
    words: Words,
    most: int = TEXT_LIMIT,
    *,
    needed: bool = False,
    plain: bool = False,
    known: Sequence[str] = PLACEHOLDERS,
) -> Sequence[Problem]:
    """`plain`: the words are shown as they are, without values; else their placeholders are those of `known`."""
    found = [] if plain else [*placeholder_problems(path, words, known)]
    for language, words_in in words.items():
        if language not in LANGUAGES:
            found.append(Problem(f"{path}.{language}", "unknown_language", {"known": LANGUAGES}))
        elif len(words_in) > most:
            found.append(Problem(f"{path}.{language}", "too_long", {"most": most}))
        elif plain and (stray := stray_placeholder(words_in)):
            found.append(Problem(f"{path}.{language}", "no_placeholder_here", {"value": stray}))
    if needed and not _says(words):
        found.append(Problem(path, "text_needed"))
    return found


def _link_problems(path: str, link: str) -> Sequence[Problem]:
    if link and not link.startswith(_LINKS):
        return [Problem(path, "not_a_link")]
    return [Problem(path, "too_long", {"most": URL_LIMIT})] if len(link) > URL_LIMIT else []


def _count_problems(path: str, count: int, most: int) -> Sequence[Problem]:
    return [Problem(path, "too_many", {"most": most})] if count > most else []


def _doubled(path: str, values: Sequence[object]) -> Sequence[Problem]:
    """Each value that stands earlier in the list already."""
    return [Problem(f"{path}.{place}", "doubled") for place, value in enumerate(values) if value in values[:place]]


def _face_problems(s: LineSettings) -> Sequence[Problem]:
    found = []
    if s.operator_shown == "common" and not _says(s.common_name):
        found.append(Problem("common_name", "name_needed"))
    if s.common_photo and not _FILE.fullmatch(s.common_photo):
        found.append(Problem("common_photo", "unknown_file"))
    return found


def _holiday_problems(s: LineSettings) -> Sequence[Problem]:
    found = []
    if s.timetable_id < 0:
        found.append(Problem("timetable_id", "unknown_timetable"))
    if s.holidays_country and not _COUNTRY.fullmatch(s.holidays_country):
        found.append(Problem("holidays_country", "unknown_country"))
    if s.holidays_region and not s.holidays_country:
        found.append(Problem("holidays_region", "country_needed"))
    elif len(s.holidays_region) > _REGION_LIMIT:
        found.append(Problem("holidays_region", "unknown_region"))
    return found


def _inactivity_problems(messages: Sequence[InactivityMessage]) -> Sequence[Problem]:
    found = [*_count_problems("inactivity", len(messages), INACTIVITY_MOST)]
    least, most = INACTIVITY_AFTER
    before = 0
    for place, message in enumerate(messages):
        path = f"inactivity.{place}"
        if not least <= message.after <= most:
            found.append(Problem(f"{path}.after", "span_out_of_range", {"least": least, "most": most}))
        elif message.after <= before:
            found.append(Problem(f"{path}.after", "not_ascending"))
        before = max(before, message.after)
        found += _text_problems(f"{path}.text", message.text, needed=True)
        found += _count_problems(f"{path}.buttons", len(message.buttons), BUTTONS_MOST)
        for index, button in enumerate(message.buttons):
            where = f"{path}.buttons.{index}"
            found += _text_problems(f"{where}.caption", button.caption, CAPTION_LIMIT, needed=True, plain=True)
            found += _text_problems(f"{where}.reply", button.reply)
    return found


def _notice_problems(path: str, notice: KpiNotice) -> Sequence[Problem]:
    found = [*_step_problems(f"{path}.steps", notice.steps)]
    found += _count_problems(f"{path}.people", len(notice.people), PEOPLE_MOST)
    found += _doubled(f"{path}.people", notice.people)
    found += _doubled(f"{path}.media", notice.media)
    found += _text_problems(f"{path}.text", notice.text, known=NOTICE_PLACEHOLDERS)
    found += _link_problems(f"{path}.webhook_url", notice.webhook_url)
    if not notice.on:
        return found
    if not notice.steps:
        found.append(Problem(f"{path}.steps", "step_needed"))
    if not notice.media:
        found.append(Problem(f"{path}.media", "medium_needed"))
    if "webhook" in notice.media and not notice.webhook_url:
        found.append(Problem(f"{path}.webhook_url", "not_a_link"))
    personal = set(notice.media) - {"webhook"}
    if personal and not (notice.people or notice.head or notice.operator):
        found.append(Problem(f"{path}.people", "nobody_to_tell"))
    return found


def _step_problems(path: str, steps: Sequence[int]) -> Sequence[Problem]:
    found = [*_count_problems(path, len(steps), STEPS_MOST)]
    least, most = STEP
    for place, step in enumerate(steps):
        if not least <= step <= most:
            found.append(Problem(f"{path}.{place}", "out_of_range", {"least": least, "most": most}))
        elif place and step <= steps[place - 1]:
            found.append(Problem(f"{path}.{place}", "not_ascending"))
    return found


def _form_problems(s: LineSettings) -> Sequence[Problem]:
    found = [*_count_problems("form_fields", len(s.form_fields), FIELDS_MOST)]
    if s.form != "off" and not s.form_fields:
        found.append(Problem("form_fields", "question_needed"))
    keys = [each.key for each in s.form_fields]
    for place, each in enumerate(s.form_fields):
        path = f"form_fields.{place}"
        if not _KEY.fullmatch(each.key):
            found.append(Problem(f"{path}.key", "bad_key"))
        elif each.key in keys[:place]:
            found.append(Problem(f"{path}.key", "doubled"))
        found += _text_problems(f"{path}.label", each.label, LABEL_LIMIT, needed=True, plain=True)
        found += _choice_problems(path, each)
    return found


def _choice_problems(path: str, field: FormField) -> Sequence[Problem]:
    found = [*_count_problems(f"{path}.choices", len(field.choices), CHOICES_MOST)]
    if field.kind == "choice" and len(field.choices) < 2:
        found.append(Problem(f"{path}.choices", "choices_needed"))
    for place, words in enumerate(field.choices):
        found += _text_problems(f"{path}.choices.{place}", words, LABEL_LIMIT, needed=True, plain=True)
    return found
