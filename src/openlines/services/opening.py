"""When a line opens next, as one says it to a customer: "tomorrow at 9:00", "on Monday at 9:00", "12 January at 9:00".

On the clock of the customer where it is known and differs from the line's, and then it says so; else on the line's.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from babel.dates import format_date

from openlines.core.schedule import Schedule, is_open, next_open
from openlines.store import threads
from openlines.store.tx import Reader

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEAR = {"ru": ("сегодня", "завтра"), "en": ("today", "tomorrow")}
_DAYS = {
    "ru": ("в понедельник", "во вторник", "в среду", "в четверг", "в пятницу", "в субботу", "в воскресенье"),
    "en": ("on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "on Saturday", "on Sunday"),
}
_WORDED = {
    False: {"ru": "{day} в {time}", "en": "{day} at {time}"},
    True: {"ru": "{day} в {time} по вашему времени", "en": "{day} at {time} your time"},
}


def opens_at(reader: Reader, schedule: Schedule, customer_id: int, language: str) -> str:
    """For an automatic text; "" while the line is open, and when it never opens again."""
    if is_open(schedule, reader.now):
        return ""
    at = next_open(schedule, reader.now)
    if at is None:
        return ""
    customer = threads.customer(reader, customer_id)
    return opening_words(at, reader.now, schedule.zone, customer.time_zone if customer else "", language)


def opening_words(at: int, now: int, zone: tzinfo, customer_zone: str, language: str) -> str:
    """Days are counted on the clock that is named."""
    language = language if language in _NEAR else "en"
    own = _zone(customer_zone)
    there = own is not None and _local(at, own).utcoffset() != _local(at, zone).utcoffset()
    clock = own if own is not None and there else zone
    local, today = _local(at, clock), _local(now, clock).date()
    days = (local.date() - today).days
    if days < 2:
        day = _NEAR[language][days]
    elif days < 7:
        day = _DAYS[language][local.weekday()]
    else:
        day = str(format_date(local.date(), "d MMMM", locale=language))
        day = f"on {day}" if language == "en" else day
    return _WORDED[there][language].format(day=day, time=f"{local.hour}:{local.minute:02d}")


def _local(at: int, zone: tzinfo) -> datetime:
    return (_EPOCH + timedelta(microseconds=at)).astimezone(zone)


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # a browser's word; OSError: the name of a folder of the zone data
        return None
