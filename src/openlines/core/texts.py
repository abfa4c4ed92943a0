"""Automatic texts: placeholders without logic, and what a good company would say by itself.

A placeholder is `{name}` with a name of `PLACEHOLDERS`; `{{` is a brace. A value is put in as it is and
never looked through again, so a customer named "{operator}" is called just that.
"""

import re
from collections.abc import Mapping, Sequence

from openlines.core.line import Problem, Words

PLACEHOLDERS = ("customer", "operator", "line", "opens_at", "position", "number")

_MARK = re.compile(r"\{\{|\{([^{}\n]{0,60})\}")


def render(words: str, values: Mapping[str, str]) -> str:
    """The text with its values; one that has no value leaves nothing, an unknown placeholder stays as written."""

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return "{"
        return values.get(name, "") if name in PLACEHOLDERS else found[0]

    return _MARK.sub(value, words)


def placeholder_problems(name: str, words: Words) -> Sequence[Problem]:
    """Every unknown placeholder of a text of the settings, by field ("greeting.ru")."""
    return [
        Problem(f"{name}.{language}", "unknown_placeholder", {"value": found[0], "known": PLACEHOLDERS})
        for language, text in words.items()
        for found in _MARK.finditer(text)
        if found[1] is not None and found[1] not in PLACEHOLDERS
    ]


# By what the text is for, then by how a rating is given on the channel (rules.md 6): "rating" is asked for in
# the widget, "rating_buttons_…" and "rating_digits_…" elsewhere; "…_2" is the second set, for channels
# other than the website.
DEFAULT_TEXTS: Mapping[str, Words] = {
    "greeting": {
        "ru": "Здравствуйте! Спасибо, что написали нам. Мы получили ваше сообщение и скоро ответим.",
        "en": "Hello! Thank you for writing to us. We have received your message and will answer shortly.",
    },
    "off_hours": {
        "ru": "Спасибо за сообщение! Сейчас операторов нет на месте, но мы его получили и обязательно ответим.",
        "en": "Thank you for your message! Nobody is here right now, but we have received it and will answer.",
    },
    "no_answer": {
        "ru": "Простите, что заставляем ждать: сейчас все операторы заняты. Ответим, как только кто-то освободится.",
        "en": "Sorry to keep you waiting: all our operators are busy. We will answer as soon as somebody is free.",
    },
    "close": {
        "ru": "Спасибо за обращение! Если появятся ещё вопросы, просто напишите сюда.",
        "en": "Thank you for getting in touch! If you have another question, just write here.",
    },
    "auto_close": {
        "ru": "Похоже, вопрос решён, поэтому мы завершаем диалог. Если мы снова понадобимся, просто напишите сюда.",
        "en": "It seems that all is settled, so we are closing this conversation. If you need us, just write here.",
    },
    "rating": {
        "ru": "Как мы справились? Оцените, пожалуйста, нашу помощь.",
        "en": "How did we do? Please rate our help.",
    },
    "rating_buttons_like": {
        "ru": "Оцените, пожалуйста, нашу помощь: нажмите одну из кнопок ниже.",
        "en": "Please rate our help: press one of the buttons below.",
    },
    "rating_buttons_stars": {
        "ru": "Оцените, пожалуйста, нашу помощь: нажмите кнопку с числом звёзд, от одной до пяти.",
        "en": "Please rate our help: press the button with one to five stars.",
    },
    "rating_digits_like": {
        "ru": "Оцените, пожалуйста, нашу помощь: отправьте 1, если всё хорошо, или 0, если нет.",
        "en": "Please rate our help: send 1 if all is well, or 0 if it is not.",
    },
    "rating_digits_stars": {
        "ru": "Оцените, пожалуйста, нашу помощь: отправьте цифру от 1 (плохо) до 5 (отлично).",
        "en": "Please rate our help: send a digit from 1 (bad) to 5 (excellent).",
    },
    "rating_thanks_good": {
        "ru": "Спасибо за оценку! Рады, что смогли помочь.",
        "en": "Thank you for rating us! We are glad that we could help.",
    },
    "rating_thanks_bad": {
        "ru": "Спасибо за честную оценку. Жаль, что не справились лучше: обязательно разберёмся.",
        "en": "Thank you for being frank. We are sorry that we did not do better and will look into it.",
    },
    "rating_thanks_good_2": {
        "ru": "Спасибо за оценку! Рады, что смогли помочь.",
        "en": "Thank you for rating us! We are glad that we could help.",
    },
    "rating_thanks_bad_2": {
        "ru": "Спасибо за честную оценку. Жаль, что не справились лучше: обязательно разберёмся.",
        "en": "Thank you for being frank. We are sorry that we did not do better and will look into it.",
    },
    "rating_late": {
        "ru": "Спасибо! К сожалению, время для оценки этого обращения уже вышло.",
        "en": "Thank you! Unfortunately the time for rating this conversation is over.",
    },
    "rating_comment": {
        "ru": "Хотите добавить пару слов: что понравилось, что стоит улучшить? Просто напишите их сюда.",
        "en": "Would you like to add a few words: what was good, what could be better? Just write them here.",
    },
}
