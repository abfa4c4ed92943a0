"""Automatic texts as the customer gets them: which words, in which language, with which values and buttons."""

from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from openlines.channels.base import Capabilities
from openlines.core.line import LineSettings, worded
from openlines.core.schedule import next_open
from openlines.core.state import Conversation, Rules
from openlines.core.texts import DEFAULT_TEXTS, render
from openlines.store import conversations, lines
from openlines.store.conversations import Around
from openlines.store.tx import Reader

_SETTING = {
    "greeting": "greeting",
    "off_hours": "off_hours_text",
    "no_answer": "no_answer_text",
    "close": "close_text",
    "auto_close": "auto_close_text",
    "rating": "rating_question",
    "rating_thanks_good": "rating_thanks_good",
    "rating_thanks_bad": "rating_thanks_bad",
}


def auto_message(
    reader: Reader, auto: str, c: Conversation, rules: Rules, around: Around, capabilities: Capabilities
) -> tuple[str, dict[str, Any]]:
    """The words of an automatic text and what goes with them (buttons, the rating asked for)."""
    s = rules.settings
    language = around.language or "en"
    words = _words(auto, s, capabilities, language)
    if not words:
        return "", {}
    text = render(words, _values(reader, words, c, rules, around, language)) if "{" in words else words
    return text, _extras(auto, c, s, capabilities, language)


def _words(auto: str, s: LineSettings, capabilities: Capabilities, language: str) -> str:
    name = _SETTING.get(auto)
    rating = auto.startswith("rating")
    suffix = "_2" if rating and capabilities.text_set == 2 and auto != "rating_late" else ""
    chosen = worded(getattr(s, name + suffix), language) if name else ""
    if chosen or not rating:
        return chosen
    key = auto + suffix
    if auto == "rating" and capabilities.rating != "widget":
        key = f"rating_{capabilities.rating}_{s.rating}"
    return worded(DEFAULT_TEXTS.get(key) or DEFAULT_TEXTS.get(auto, {}), language)


def _values(reader: Reader, words: str, c: Conversation, rules: Rules, around: Around, language: str) -> dict[str, str]:
    values = {
        "customer": around.customer_name or "",
        "operator": around.holder_name or "",
        "number": str(c.id),
    }
    if "{line}" in words:
        row = lines.one(reader, c.line_id)
        values["line"] = row.name if row else ""
    if "{position}" in words:
        values["position"] = str(conversations.ahead(reader, c.line_id, c.opened_at) + 1)
    if "{opens_at}" in words:
        values["opens_at"] = opens_at(rules, reader.now, language)
    return values


_DAYS = {
    "ru": ("в понедельник", "во вторник", "в среду", "в четверг", "в пятницу", "в субботу", "в воскресенье"),
    "en": ("on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "on Saturday", "on Sunday"),
}
_NEAR = {"ru": ("сегодня", "завтра", "в"), "en": ("today", "tomorrow", "at")}
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017


def opens_at(rules: Rules, now: int, language: str) -> str:
    """When the line opens next, as one says it: "tomorrow at 9:00", "in on Monday at 9:00", "12.01 at 9:00"."""
    at = next_open(rules.schedule, now)
    if at is None:
        return ""
    zone = ZoneInfo(rules.settings.time_zone or "UTC")
    local = (_EPOCH + timedelta(microseconds=at)).astimezone(zone)
    today = (_EPOCH + timedelta(microseconds=now)).astimezone(zone).date()
    near, words = (local.date() - today).days, _NEAR.get(language, _NEAR["en"])
    if near < 2:
        day = words[near]
    elif near < 7:
        day = _DAYS.get(language, _DAYS["en"])[local.weekday()]
    else:
        day = local.strftime("%d.%m")
    return f"{day} {words[2]} {local.hour}:{local.minute:02d}"


_LIKE = (("rate:5", "\N{THUMBS UP SIGN}"), ("rate:1", "\N{THUMBS DOWN SIGN}"))
_STARS = tuple((f"rate:{value}", "\N{WHITE MEDIUM STAR}" * value) for value in range(5, 0, -1))


def _extras(auto: str, c: Conversation, s: LineSettings, capabilities: Capabilities, language: str) -> dict[str, Any]:
    if auto != "rating":
        return {}
    extras: dict[str, Any] = {"rating": {"scale": s.rating, "conversation_id": c.id}}
    if capabilities.rating == "buttons":
        pairs = _LIKE if s.rating == "like" else _STARS
        extras["buttons"] = [{"key": f"{key}:{c.id}", "text": text} for key, text in pairs]
    return extras
