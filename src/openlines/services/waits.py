"""What a customer can honestly be told about waiting: what was measured lately, or nothing."""

from statistics import median

from openlines.core.line import DAY, HOUR, MINUTE
from openlines.store.answer_times import last_first_answers
from openlines.store.tx import Reader

_LATELY = DAY
_ENOUGH = 5  # answers; fewer say nothing about the next one


def usual_answer(reader: Reader, line_id: int) -> int | None:
    """Microseconds that a first answer of this line usually takes: the median of the last day; None when too little
    is known."""
    found = last_first_answers(reader, line_id, reader.now - _LATELY)
    return round(median(found)) if len(found) >= _ENOUGH else None


_WORDS = {
    "ru": ("меньше минуты", ("минуту", "минуты", "минут"), ("час", "часа", "часов"), "больше суток"),
    "en": ("less than a minute", ("minute", "minutes", "minutes"), ("hour", "hours", "hours"), "more than a day"),
}


def span_words(span: int | None, language: str) -> str:
    """A wait as one says it, rounded up: "less than a minute", "3 minutes", "2 hours"; "" when it is not known."""
    if span is None:
        return ""
    short, minutes, hours, long = _WORDS.get(language, _WORDS["en"])
    if span < MINUTE:
        return short
    if span > DAY:
        return long
    unit, forms = (MINUTE, minutes) if span <= 90 * MINUTE else (HOUR, hours)
    number = -(-span // unit)
    return f"{number} {forms[_form(number, language)]}"


def _form(number: int, language: str) -> int:
    if language != "ru":
        return 0 if number == 1 else 1
    if number % 10 == 1 and number % 100 != 11:
        return 0
    return 1 if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14 else 2
