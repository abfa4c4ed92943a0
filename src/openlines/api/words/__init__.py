"""What people read where the house speaks in codes: refusals, routing's reasons, facts in a thread, errors of
channels. One table per language, code → text; the rest of the house never holds a sentence.

A text may hold `{name}` for a parameter, `{name|one|few|many}` for the word that fits a number (English:
`{name|one|many}`) and `{name~}` for seconds as people say them after "from" and "to" ("12 hours", «12 часов»). A
code that nobody worded is shown as itself, which a test makes impossible.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from openlines.api.words import (
    en,
    kpi_en,
    kpi_ru,
    line_en,
    line_ru,
    notify_en,
    notify_ru,
    quality_en,
    quality_ru,
    ru,
    work_en,
    work_ru,
)

LANGUAGES: Final = ("en", "ru")
TABLES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {**work_en.WORDS, **notify_en.WORDS, **line_en.WORDS, **kpi_en.WORDS, **quality_en.WORDS, **en.WORDS},
    "ru": {**work_ru.WORDS, **notify_ru.WORDS, **line_ru.WORDS, **kpi_ru.WORDS, **quality_ru.WORDS, **ru.WORDS},
}
_HOLE: Final = re.compile(r"\{(\w+)((?:\|[^{}|]*)*)(~?)\}")


def word(code: str, params: Mapping[str, Any] | None, language: str, *, area: str = "") -> str:
    """The text of `code` with its parameters filled in.

    An area chooses among equal codes, as `area` or before a dot: "fact.closed" is not the refusal "closed".
    """
    table = TABLES.get(language, en.WORDS)
    text = (table.get(f"{area}.{code}") if area else None) or table.get(code)
    if text is None:
        text = table.get(code.partition(".")[2]) or code.rpartition(".")[2]
    return _HOLE.sub(lambda hole: _fill(hole, params or {}, language), text)


def known(code: str, area: str = "") -> bool:
    """Whether the code has words in every language."""
    return all((f"{area}.{code}" in table) or (code in table) for table in TABLES.values())


def choose_language(accept: str, fallback: str = "en") -> str:
    """The first language of an Accept-Language header that we speak."""
    best, best_weight = fallback, 0.0
    for part in accept[:200].split(","):
        name, _, rest = part.strip().partition(";")
        language = name.strip().lower().partition("-")[0]
        if language not in LANGUAGES:
            continue
        try:
            weight = float(rest.partition("q=")[2]) if "q=" in rest else 1.0
        except ValueError:
            weight = 0.0
        if weight > best_weight:
            best, best_weight = language, weight
    return best


def _fill(hole: re.Match[str], params: Mapping[str, Any], language: str) -> str:
    value = params.get(hole[1], "")
    if hole[3]:
        return _span(int(value or 0), language)
    forms = hole[2].split("|")[1:]
    if not forms:
        return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    number = abs(int(value)) if isinstance(value, (int, float)) else 0
    return forms[min(_form(number, language), len(forms) - 1)]


_SPANS: Final = (
    (86400, {"en": ("day", "days"), "ru": ("дня", "дней")}),
    (3600, {"en": ("hour", "hours"), "ru": ("часа", "часов")}),
    (60, {"en": ("minute", "minutes"), "ru": ("минуты", "минут")}),
    (1, {"en": ("second", "seconds"), "ru": ("секунды", "секунд")}),
)


def _span(seconds: int, language: str) -> str:
    """Seconds in the largest unit that holds them whole."""
    if not seconds:
        return "0"
    unit, forms = next((unit, forms) for unit, forms in _SPANS if seconds % unit == 0)
    number = seconds // unit
    one = number == 1 if language == "en" else _form(number, "ru") == 0
    return f"{number} {forms[language][0 if one else 1]}"


def _form(number: int, language: str) -> int:
    """Which plural form fits: English has two, Russian three."""
    if language != "ru":
        return 0 if number == 1 else 1
    if number % 10 == 1 and number % 100 != 11:
        return 0
    return 1 if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14 else 2
