"""The table as a document, in both languages."""

from collections.abc import Sequence
from typing import Any

from tools.settings_table.looking import LATER, ROOT, TABS, Place, parts, places, words
from tools.settings_table.looks import TAB, choice_of, is_look, look_parts, look_places, words_of

FILES = {"en": ROOT / "docs" / "settings.md", "ru": ROOT / "docs" / "settings.ru.md"}
NAMED = 2  # so many readers and tests are named, the rest is counted

_TABS = {
    "en": ("Queue", "Working time", "Automatic actions", "Quality", "KPI", "Consent and form", "Appearance"),
    "ru": (
        "Очередь",
        "Рабочее время",
        "Автоматические действия",
        "Оценка качества",
        "KPI",
        "Согласие и форма",
        "Внешний вид",
    ),
}
_HEAD = {
    "en": "# Every setting of a line\n\n"
    "Made from the sources by `python -m tools.settings_table`: which control sets it, what it does, what a new line\n"
    "has, which part of the program reads it, and which tests show that it holds. A test fails when any of these is\n"
    "missing. What the tabs are for, in words: [Lines](lines/README.md).\n",
    "ru": "# Все настройки линии\n\n"
    "Составлено по исходным текстам командой `python -m tools.settings_table`: где задаётся, что делает, что стоит в\n"
    "новой линии, какая часть программы это читает и какие тесты показывают, что оно действует. Если чего-то из этого\n"
    "нет, тест не проходит. О вкладках словами: [Линии](lines/README.ru.md).\n",
}
_COLUMNS = {
    "en": ("Setting", "Control", "New line", "Read by", "Tests"),
    "ru": ("Настройка", "Где задаётся", "В новой линии", "Кто читает", "Тесты"),
}
_ON = {"en": ("off", "on"), "ru": ("нет", "да")}
_NOTHING = {"en": "empty", "ru": "пусто"}
_PORTALS = {"en": "the portal's", "ru": "портала"}
_WORDS = {"en": "words of ours", "ru": "наши слова"}
_MORE = {"en": "and {} more", "ru": "и ещё {}"}
_UNITS = {
    "en": ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")),
    "ru": ((86_400, "д"), (3_600, "ч"), (60, "мин"), (1, "с")),
}
_DAYS = {"en": "Mon–Fri {}–{}", "ru": "пн–пт {}–{}"}


def page(language: str) -> str:
    """The whole document."""
    found, inside = [*(each for each in places() if each.name not in LATER), *look_places()], [*parts(), *look_parts()]
    sections = [_HEAD[language]]
    for tab, name in zip((*TABS, TAB), _TABS[language], strict=True):
        rows = []
        for each in (place for place in found if place.tab == tab):
            rows += [_row(each, language)]
            rows += [_row(part, language) for part in inside if part.name.startswith(f"{each.name}.")]
        head = [f"\n## {name}\n", _line(_COLUMNS[language]), _line(["---"] * 5)]
        sections.append("\n".join([*head, *rows]) + "\n")
    return "".join(sections)


def label(name: str, language: str) -> str:
    """As the page calls it."""
    if is_look(name):
        return words_of(name, language)[0]
    return words(language).get(f"l_{name}", name)


def _row(each: Place, language: str) -> str:
    help_ = words_of(each.name, language)[1] if is_look(each.name) else words(language).get(f"h_{each.name}", "")
    title = "" if each.kind == "part" else f"**{label(each.name, language)}** "
    setting = f"{title}`{each.name}`" + (f"<br>{help_}" if help_ else "")
    component = each.component.removesuffix(".vue")
    control = component if each.kind == "part" else f"{component} ({each.kind})"
    return _line(
        [
            setting,
            control,
            default(each, language),
            _some([f"`{place}`" for place in each.readers], language),
            _some([f"`{_short(test)}`" for test in each.tests], language),
        ]
    )


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(each.replace("|", "\\|") for each in cells) + " |"


def _some(found: Sequence[str], language: str) -> str:
    more = len(found) - NAMED
    named = list(found[:NAMED]) if more > 1 else list(found)
    return "<br>".join([*named, *([_MORE[language].format(more)] if more > 1 else [])])


def _short(test: str) -> str:
    return test.removeprefix("tests/")


def default(each: Place, language: str) -> str:
    """What a new line has, in words."""
    value = each.default
    if value is None:
        return "–"
    if value is True or value is False:
        return _ON[language][value]
    return _none(each, language) if value in (0, "", {}, (), []) else _some_value(each, language)


def _none(each: Place, language: str) -> str:
    if each.kind == "zone":
        return _PORTALS[language]
    return words(language).get(f"z_{each.name}", "0" if each.kind == "number" else _NOTHING[language])


def _some_value(each: Place, language: str) -> str:
    value: Any = each.default
    if each.name == "week":
        return _DAYS[language].format(value[0][0].start, value[0][0].end)
    match each.kind:
        case "texts":
            return _WORDS[language]
        case "choice":
            if is_look(each.name):
                return choice_of(each.name, value, language)
            return words(language).get(f"o_{each.name}_{value}", str(value))
        case "duration":
            return _span(value, language)
        case "notice":
            return _ON[language][0]
        case _:
            return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _span(seconds: Any, language: str) -> str:
    size, unit = next((size, unit) for size, unit in _UNITS[language] if seconds % size == 0)
    return f"{seconds // size} {unit}"
