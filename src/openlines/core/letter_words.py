"""Letters to customers as they are read: plain words, and the same as simple HTML.

Everything that people said or are called goes in as text: escaped in HTML, and a name keeps its direction to itself,
so that neither markup nor a right-to-left name changes what stands around it.
"""

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final, NamedTuple

_ONE_LINE: Final = re.compile(r"[\x00-\x20\x7f\x85\u2028\u2029]+")
# Signs that turn the direction of what follows them: in a name they only serve to deceive.
_TURNING: Final = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_NAME_LIMIT: Final = 120


class Spoken(NamedTuple):
    """One message. `who` and `when` in words; `files` are names; `own`: of the customer himself."""

    who: str
    when: str
    text: str
    files: Sequence[str] = ()
    own: bool = False


class LetterText(NamedTuple):
    subject: str
    text: str
    html: str


class _Part(NamedTuple):
    """A piece of a letter both ways: its plain lines, and its HTML."""

    text: str
    html: str


WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "reply_subject": "{portal}: you have an answer",
        "reply_opening": "You were answered in the chat.",
        "reply_way": "To answer, open the chat: {link}",
        "reply_way_plain": "To answer, come back to the page where you wrote.",
        "reply_there": "In the browser that you wrote from the whole conversation is there.",
        "no_replies": "Please do not reply to this letter: nobody would read it.",
        "reply_why": "You get this letter because this address was given in the chat.",
        "transcript_subject": "{portal}: your conversation",
        "transcript_opening": "Conversation No. {number}. Times: {zone}.",
        "transcript_why": "You get this letter because it was asked for in the chat.",
        "left_out": "The beginning is left out: the conversation is too long for one letter.",
        "files": "Files, kept in the chat: {names}",
        "deleted": "(message deleted)",
        "you": "You",
        "guest": "Guest",
        "operator": "Operator",
        "bot": "Assistant",
        "chat": "Chat",
        "open": "Open the chat",
    },
    "ru": {
        "reply_subject": "{portal}: вам ответили",
        "reply_opening": "Вам ответили в чате.",
        "reply_way": "Чтобы ответить, откройте чат: {link}",
        "reply_way_plain": "Чтобы ответить, вернитесь на страницу, с которой писали.",
        "reply_there": "В браузере, из которого вы писали, сохранилась вся переписка.",
        "no_replies": "Не отвечайте на это письмо: ответ никто не прочитает.",
        "reply_why": "Вы получили письмо, потому что этот адрес указали в чате.",
        "transcript_subject": "{portal}: ваша переписка",
        "transcript_opening": "Обращение № {number}. Время: {zone}.",
        "transcript_why": "Вы получили письмо, потому что его попросили прислать в чате.",
        "left_out": "Начало опущено: вся переписка не помещается в одно письмо.",
        "files": "Файлы, они остались в чате: {names}",
        "deleted": "(сообщение удалено)",
        "you": "Вы",
        "guest": "Гость",
        "operator": "Оператор",
        "bot": "Ассистент",
        "chat": "Чат",
        "open": "Открыть чат",
    },
}


def words_for(language: str) -> Mapping[str, str]:
    return WORDS.get(language, WORDS["en"])


def plain_name(name: str) -> str:
    """A name that stays on its line and in its direction."""
    return _ONE_LINE.sub(" ", _TURNING.sub("", name)).strip()[:_NAME_LIMIT]


def reply_letter(portal: str, said: Sequence[Spoken], link: str, language: str) -> LetterText:
    """An operator's words to a visitor who has left. `link`: the way back, "" when there is none to give."""
    words = words_for(language)
    parts = [
        _paragraph(words["reply_opening"]),
        _BLANK,
        *(_bubble(each, words) for each in said),
        _RULE,
        _way(link, words) if link else _paragraph(words["reply_way_plain"]),
        _paragraph(words["reply_there"]),
        _BLANK,
        _small(words["no_replies"], words["reply_why"]),
    ]
    return _letter(words["reply_subject"].replace("{portal}", _called(portal, words)), parts, language)


def transcript_letter(
    portal: str, number: int, zone: str, said: Sequence[Spoken], language: str, *, left_out: bool
) -> LetterText:
    """A conversation as its customer has seen it."""
    words = words_for(language)
    parts = _transcript(portal, number, zone, said, words, left_out=left_out)
    parts += [_RULE, _small(words["transcript_why"], words["no_replies"])]
    return _letter(words["transcript_subject"].replace("{portal}", _called(portal, words)), parts, language)


def transcript_text(
    portal: str, number: int, zone: str, said: Sequence[Spoken], language: str, *, left_out: bool
) -> str:
    """The same as a file."""
    return _plain(_transcript(portal, number, zone, said, words_for(language), left_out=left_out))


def _transcript(
    portal: str, number: int, zone: str, said: Sequence[Spoken], words: Mapping[str, str], *, left_out: bool
) -> list[_Part]:
    return [
        _Part(_called(portal, words), ""),  # a file has no subject
        _paragraph(words["transcript_opening"].replace("{number}", str(number)).replace("{zone}", zone)),
        *([_paragraph(words["left_out"])] if left_out else []),
        _BLANK,
        *(_bubble(each, words) for each in said),
    ]


def _called(portal: str, words: Mapping[str, str]) -> str:
    """What the portal is called; one without a name is the chat."""
    return plain_name(portal) or words["chat"]


def _letter(subject: str, parts: Sequence[_Part], language: str) -> LetterText:
    body = "".join(part.html for part in parts)
    html = (
        f'<!doctype html><html lang="{escape(language)}"><head><meta charset="utf-8"></head>'
        '<body style="margin:0;padding:24px;background:#ffffff">'
        f'<div style="max-width:600px">{body}</div></body></html>'
    )
    return LetterText(subject, _plain(parts), html)


def _plain(parts: Sequence[_Part]) -> str:
    return "\n".join(part.text for part in parts)


# --- the parts; their HTML is what every mail program shows, with no style sheet, picture or script ---------------

_TEXT: Final = "margin:0 0 12px;font:15px/1.5 -apple-system,'Segoe UI',Roboto,Arial,sans-serif;color:#1f2937"
_GREY: Final = "font-size:13px;color:#6b7280"

_BLANK: Final = _Part("", "")
_RULE: Final = _Part("--", "")


def _paragraph(text: str) -> _Part:
    return _Part(text, f'<p style="{_TEXT}">{_lines(text)}</p>')


def _small(*sentences: str) -> _Part:
    return _Part("\n".join(sentences), f'<p style="{_TEXT};{_GREY}">{_lines(" ".join(sentences))}</p>')


def _way(link: str, words: Mapping[str, str]) -> _Part:
    button = f'<p style="{_TEXT}"><a href="{escape(link)}" rel="noreferrer">{escape(words["open"])}</a></p>'
    return _Part(words["reply_way"].replace("{link}", link), button)


def _bubble(each: Spoken, words: Mapping[str, str]) -> _Part:
    shade = "#eef2ff" if each.own else "#f3f4f6"
    names = ", ".join(plain_name(name) for name in each.files)
    files = words["files"].replace("{names}", names) if each.files else ""
    text = "\n".join([f"{each.who}, {each.when}", *filter(None, (each.text, files)), ""])
    shown = f'<div dir="auto" style="overflow-wrap:anywhere">{_lines(each.text)}</div>' if each.text else ""
    if files:
        shown += f'<div dir="auto" style="{_GREY}">{_lines(files)}</div>'
    html = (
        f'<div style="{_TEXT};padding:10px 14px;border-radius:10px;background:{shade}">'
        f'<div style="{_GREY}"><b><bdi>{escape(each.who)}</bdi></b>, {escape(each.when)}</div>{shown}</div>'
    )
    return _Part(text, html)


def _lines(text: str) -> str:
    return escape(text).replace("\r\n", "\n").replace("\n", "<br>")
