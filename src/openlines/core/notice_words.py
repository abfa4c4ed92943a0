"""Words to staff about something that happened: one title and one text per kind of notice and language.

A placeholder is `{name}`; `{{` and `}}` are braces. Times are microseconds and said as people say them ("3 min 20 s").
A notice may bring its own text (`params["words"]`, by language); then only the title is the house's.
A customer without a name is called by the number of his thread (`params["guest"]`), as the workspace calls him.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from openlines.core.line import DAY, HOUR, MINUTE, SECOND, worded

_TIMES: Final = frozenset({"waited", "target"})

# kind → language → (title, text)
NOTICE_WORDS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "kpi_first": {
        "en": (
            "First answer: {step} % of the time",
            "{customer} has been waiting for the first answer for {waited} (target {target}). Line: {line}.",
        ),
        "ru": (
            "Первый ответ: {step} % времени",
            "{customer} ждёт первого ответа уже {waited} (цель: {target}). Линия: {line}.",
        ),
    },
    "kpi_further": {
        "en": (
            "Answer: {step} % of the time",
            "{customer} has been waiting for an answer for {waited} (target {target}). Line: {line}.",
        ),
        "ru": (
            "Ответ: {step} % времени",
            "{customer} ждёт ответа уже {waited} (цель: {target}). Линия: {line}.",
        ),
    },
    "queue_empty": {
        "en": ("The queue is empty", "Nobody is in the queue of the line {line}: conversations are offered to nobody."),
        "ru": ("Очередь пуста", "В очереди линии {line} никого нет: обращения некому предлагать."),
    },
    "nobody_there": {
        "en": ("Nobody is there", "Customers of the line {line} are waiting, and nobody is available."),
        "ru": ("Никого нет на месте", "Клиенты линии {line} ждут, а доступных операторов нет."),
    },
    "escalated": {
        "en": (
            "A customer has waited too long",
            "{customer} has been waiting for an answer for {waited}. Line: {line}.",
        ),
        "ru": ("Клиент ждёт слишком долго", "{customer} ждёт ответа уже {waited}. Линия: {line}."),
    },
    "head_rated": {
        "en": ("Your conversation was rated", "{rated_by} has rated your conversation with {customer}: {value} of 5."),
        "ru": ("Ваш диалог оценили", "{rated_by}: оценка {value} из 5 за ваш диалог с клиентом {customer}."),
    },
    "mail_broken": {
        "en": ("Letters do not leave", "The mail server does not take them. Settings, Notices and mail, say why."),
        "ru": (
            "Письма не уходят",
            "Почтовый сервер их не принимает. Почему, сказано в настройках: «Уведомления и почта».",
        ),
    },
    "hook_parked": {
        "en": (
            "A webhook was given up",
            "An address of the line {line} has taken nothing for a day. See Notices and mail.",
        ),
        "ru": ("Вебхук не дошёл", "Адрес линии {line} сутки ничего не принимает. Подробности: «Уведомления и почта»."),
    },
    "push_test": {
        "en": ("It works", "This browser shows notices of openlines, also while no page of it is open."),
        "ru": ("Работает", "Этот браузер показывает уведомления openlines, даже когда страница закрыта."),
    },
}

_MARK: Final = re.compile(r"\{\{|\}\}|\{(\w{1,60})\}")
_NOBODY: Final = {"en": "nobody", "ru": "никто"}
_CUSTOMER: Final = {"en": "A customer", "ru": "Клиент"}
_GUEST: Final = {"en": "Guest", "ru": "Гость"}
_UNITS: Final = {"en": ("d", "h", "min", "s"), "ru": ("д", "ч", "мин", "с")}


def notice_words(kind: str, params: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Title and text of a notice in one language; of an unknown kind, its code."""
    language = language if language in _UNITS else "en"
    by_language = NOTICE_WORDS.get(kind)
    title, text = by_language[language] if by_language else (kind, "")
    text = worded(params.get("words") or {}, language) or text
    return _filled(title, params, language), _filled(text, params, language)


def _filled(words: str, params: Mapping[str, Any], language: str) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return found[0][0]
        given = params.get(name)
        if name in _TIMES:
            return span(int(given or 0), language)
        if name == "operator" and not given:
            return _NOBODY[language]
        if name == "customer" and not given:
            guest = params.get("guest")
            return _CUSTOMER[language] if guest is None else f"{_GUEST[language]} {guest}"
        return found[0] if given is None else str(given)

    return _MARK.sub(value, words)


def span(microseconds: int, language: str) -> str:
    """A length of time in its two largest units: "3 min 20 s"; under a second "0 s"."""
    rest, parts = max(microseconds, 0), []
    for unit, name in zip((DAY, HOUR, MINUTE, SECOND), _UNITS[language], strict=True):
        number, rest = divmod(rest, unit)
        if number:
            parts.append(f"{number} {name}")
        if parts and (len(parts) == 2 or not number):
            break
    return " ".join(parts) or f"0 {_UNITS[language][3]}"
