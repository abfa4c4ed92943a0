"""Automatic texts: placeholders without logic, and what a good company would say by itself.

A placeholder is `{name}` with a name of `PLACEHOLDERS`; `{{` and `}}` are braces. A value is put in as it is and
never looked through again, so a customer named "{operator}" is called just that. Nothing is escaped here either:
a text is plain words up to the channel, whose `render` escapes them as its protocol wants (Telegram is sent
entities and no markup, a page of the chat shows text nodes), so that "<b>" arrives as "<b>" everywhere.
"""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from openlines.core.line import Problem, Words

# Each name, and who knows it when. One that is not known yet leaves nothing.
PLACEHOLDERS = (
    "customer",  # the customer's name, once the channel, the form or an operator has told it
    "operator",  # who holds the conversation, as customers see him; nobody before it is accepted
    "line",  # the line's name
    "portal",  # the organisation's name
    "number",  # of the conversation
    "opens_at",  # when the line opens next; nothing while it is open or without working time
    "position",  # the customer's place among those who wait; nothing once somebody holds the conversation
    "wait",  # how long that takes by what was measured lately; nothing when too little is known
    "answers_in",  # how long first answers took lately; nothing when too little is known
)

_ALWAYS = ("customer", "line", "portal", "number")
_WAITING = (*_ALWAYS, "opens_at", "position", "wait", "answers_in")
_HELD = ("customer", "operator", "line", "portal", "number")

# What can be known at the moment of each text, by the setting that holds it: the menu of its field, in this order.
SUITED: Mapping[str, Sequence[str]] = {
    "greeting": _WAITING,
    "off_hours_text": (*_ALWAYS, "opens_at"),
    "collected_text": (*_ALWAYS, "opens_at"),
    "no_answer_text": (*_HELD, "opens_at", "position", "wait", "answers_in"),
    "place_text": ("position", "wait", *_ALWAYS, "answers_in"),
    "close_text": _HELD,
    "auto_close_text": _HELD,
    "inactivity": _HELD,
    "rating_question": _HELD,
    "rating_thanks_good": _HELD,
    "rating_thanks_bad": _HELD,
    "rating_question_2": _HELD,
    "rating_thanks_good_2": _HELD,
    "rating_thanks_bad_2": _HELD,
    "consent_text": ("line", "portal"),
}

# What words to staff about a late answer may hold; core.notice_words fills them in.
NOTICE_PLACEHOLDERS = ("customer", "operator", "line", "number", "waited", "target", "step")

_MARK = re.compile(r"\{\{|\}\}|\{([^{}\n]{0,60})\}|\{")

# What people write by mistake where the names are in English.
_MEANT: Mapping[str, str] = {
    word: name
    for name, words in {
        "customer": "name client user имя клиент",
        "operator": "agent manager оператор менеджер",
        "line": "queue линия",
        "portal": "company organisation портал компания",
        "number": "id ticket номер",
        "opens_at": "hours открытие",
        "position": "place место позиция",
        "wait": "time ожидание",
        "answers_in": "answer ответ",
    }.items()
    for word in words.split()
}


def render(words: str, values: Mapping[str, str]) -> str:
    """The text with its values; what is no placeholder stays as written.

    One that has no value leaves nothing, nor the comma or the space that led to it: "Hello, {customer}!" becomes
    "Hello!", and "{customer}, are you there?" becomes "Are you there?".
    """

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return found[0][0]
        return (values.get(name, "").replace(_GONE, "") or _GONE) if name in PLACEHOLDERS else found[0]

    text = _MARK.sub(value, words)
    return _tidied(text) if _GONE in text else text


_GONE = "\0"  # stands where a value is missing; no text holds one
_AT_THE_START = re.compile(r"^([ \t]*)\0[ \t]*,?[ \t]*(\w?)", re.MULTILINE)
_BEFORE_AN_END = re.compile(r",?[ \t]*\0(?=[ \t]*(?:[.,;:!?…)\]»]|$))", re.MULTILINE)
_WITHIN = re.compile(r"[ \t]*\0")


def _tidied(text: str) -> str:
    text = _AT_THE_START.sub(lambda found: found[1] + found[2].upper(), text)
    return _WITHIN.sub("", _BEFORE_AN_END.sub("", text))


def names_in(words: str) -> frozenset[str]:
    """The placeholders that a text uses: whoever fills it need not find out the others."""
    return frozenset(found[1] for found in _MARK.finditer(words) if found[1] in PLACEHOLDERS)


def placeholder_problems(name: str, words: Words, known: Sequence[str] = PLACEHOLDERS) -> Sequence[Problem]:
    """Every placeholder of a text that is unknown or not closed, by field ("greeting.ru").

    `unknown_placeholder` (value, known), `misspelt_placeholder` (value, meant: the nearest known one, known),
    `unclosed_placeholder` (value: what stands behind the brace).
    """
    found = []
    for language, text in words.items():
        for mark in _MARK.finditer(text):
            if mark[0] == "{":
                rest = text[mark.start() : mark.start() + 20].partition("\n")[0]
                found.append(Problem(f"{name}.{language}", "unclosed_placeholder", {"value": rest}))
            elif mark[1] is not None and mark[1] not in known:
                found.append(_stranger(f"{name}.{language}", mark[1], known))
    return found


def _stranger(field: str, name: str, known: Sequence[str]) -> Problem:
    params = {"value": f"{{{name}}}", "known": tuple(known)}
    meant = nearest(name, known)
    if meant is None:
        return Problem(field, "unknown_placeholder", params)
    return Problem(field, "misspelt_placeholder", {**params, "meant": f"{{{meant}}}"})


def nearest(name: str, known: Sequence[str] = PLACEHOLDERS) -> str | None:
    """The placeholder that was probably meant."""
    plain = re.sub(r"[\W_]+", "_", name.strip().lower()).strip("_")
    for part in (plain, *plain.split("_")):
        meant = part if part in known else _MEANT.get(part)
        if meant in known:
            return meant
    return next(iter(get_close_matches(plain, known, cutoff=0.7)), None)


def stray_placeholder(text: str) -> str | None:
    """A placeholder in words that are shown as they are (a button, a name): the first one that was meant as one."""
    return next((f"{{{found[1]}}}" for found in _MARK.finditer(text) if found[1] in PLACEHOLDERS), None)


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
    "collected": {
        "ru": "Спасибо, записали! Свяжемся с вами, как только откроемся.",
        "en": "Thank you, we have written that down! We will get in touch as soon as we open.",
    },
    "place": {
        "ru": "Сейчас все операторы заняты. Ваше место в очереди: {position}. Примерное ожидание: {wait}.",
        "en": "All our operators are busy right now. Your place in the queue: {position}. Expected wait: {wait}.",
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
        "ru": "Что понравилось, что стоит улучшить? Напишите одним сообщением: мы приложим его к оценке.",
        "en": "What was good, what could be better? Write it in one message: it will stand with your rating.",
    },
    "rating_add_comment": {"ru": "Добавить пару слов", "en": "Add a few words"},
    "rating_comment_sign": {
        "ru": "Чтобы добавить пару слов, отправьте «+».",
        "en": "To add a few words, send “+”.",
    },
    "rating_commented": {
        "ru": "Спасибо, мы это передали. Если у вас есть вопрос, напишите его сюда.",
        "en": "Thank you, we have passed it on. If you have a question, write it here.",
    },
    "consent_button": {"ru": "Согласен", "en": "I agree"},
    "consent_words": {
        "ru": "Если вы согласны, ответьте «да».",
        "en": "If you agree, answer “yes”.",
    },
}
