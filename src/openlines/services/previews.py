"""How a text of the settings looks on each channel of its line, while it is being written.

The words go the way of an automatic message: placeholders filled in, what the channel needs added (buttons or
numbers to send), rendered by the channel's own code. Values are those of the line where it has them and examples
elsewhere; a placeholder that nobody can know at the moment of this text is left empty and named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from openlines.channels.base import Account, Bubble, Button, Capabilities, Outgoing
from openlines.channels.registry import channel, manifest
from openlines.core.conversation import opened
from openlines.core.line import LANGUAGES, MINUTE, InactivityButton, InactivityMessage, LineSettings, worded
from openlines.core.schedule import closes_at, is_open, next_open
from openlines.core.state import Conversation, Rules
from openlines.core.texts import SUITED, names_in, render
from openlines.services.access import Actor, access_line
from openlines.services.opening import opening_words
from openlines.services.waits import span_words, usual_answer
from openlines.services.wording import composed, words_of
from openlines.store import channels as channel_rows
from openlines.store.lines import LineRow, rules_of
from openlines.store.portal import the_portal
from openlines.store.tx import Reader
from openlines.support.text import length

# Which automatic text each setting holds; an inactivity message and its replies are none of them.
_AUTO = {
    "greeting": "greeting",
    "off_hours_text": "off_hours",
    "collected_text": "collected",
    "no_answer_text": "no_answer",
    "close_text": "close",
    "auto_close_text": "auto_close",
    "place_text": "place",
    "consent_text": "consent",
    "rating_question": "rating",
    "rating_thanks_good": "rating_thanks_good",
    "rating_thanks_bad": "rating_thanks_bad",
    "rating_question_2": "rating",
    "rating_thanks_good_2": "rating_thanks_good",
    "rating_thanks_bad_2": "rating_thanks_bad",
    "inactivity": "inactivity",
    "inactivity_reply": "inactivity_reply",
}
NAMES = tuple(_AUTO)

_DEFAULT_KIND = "website"  # of a line to which nothing is connected yet
_EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "ru": {"customer": "Ирина", "operator": "Мария", "position": "3", "number": "1042"},
    "en": {"customer": "Irene", "operator": "Mary", "position": "3", "number": "1042"},
}


class Draft(NamedTuple):
    """A text as it stands in the form, with what else of the form decides how it looks."""

    name: str  # one of NAMES
    texts: Mapping[str, str]
    buttons: Sequence[InactivityButton] = ()  # of an inactivity message
    rating: Literal["off", "like", "stars"] = "like"
    consent_kind: Literal["notice", "agree"] = "notice"
    consent_url: str = ""


class Preview(NamedTuple):
    """One text on one channel in one language; no bubbles: nothing is sent."""

    language: str
    channel_id: int | None
    kind: str
    channel: str  # its name
    bubbles: Sequence[Bubble]
    rating: str = ""  # like | stars: the widget draws its own buttons for it
    length: int = 0
    limit: int = 0
    unit: str = "chars"
    empty: Sequence[str] = ()  # placeholders without a value at this moment


def previews(reader: Reader, actor: Actor, line_id: int, draft: Draft) -> list[Preview]:
    """For each channel of the line that takes this text, in each language."""
    row = access_line(reader, actor, line_id)
    rules = rules_of(row.id, row.active, row.settings, True)
    settings = _settings(rules.settings, draft)
    conversation, _ = opened(id=0, thread_id=0, channel_id=0, customer_id=0, now=reader.now, rules=rules)
    values = {language: _values(reader, row, rules, language) for language in LANGUAGES}
    found = []
    for account in _accounts(reader, line_id):
        able = manifest(account.kind).capabilities
        if not able.automatic_texts or not _asks(draft.name, able):
            continue
        found += [
            _preview(draft, settings, conversation, account, able, (language, values[language]))
            for language in LANGUAGES
        ]
    return found


class _Connected(NamedTuple):
    id: int | None
    kind: str
    name: str
    account: Account


def _accounts(reader: Reader, line_id: int) -> list[_Connected]:
    rows = channel_rows.of_line(reader, line_id)
    found = [
        _Connected(each.id, each.kind, each.name, Account(each.id, each.key, each.values, {}, None)) for each in rows
    ]
    return found or [_Connected(None, _DEFAULT_KIND, "", Account(0, "", {}, {}, None))]


def _asks(name: str, able: Capabilities) -> bool:
    """Of the two sets of rating texts a channel uses one."""
    return not name.startswith("rating") or able.text_set == (2 if name.endswith("_2") else 1)


def _settings(s: LineSettings, draft: Draft) -> LineSettings:
    texts = dict(draft.texts)
    changes: dict[str, Any] = {
        "rating": draft.rating if draft.rating != "off" else "like",
        "consent_kind": draft.consent_kind,
        "consent_url": draft.consent_url,
    }
    if draft.name == "inactivity":
        changes["inactivity"] = (InactivityMessage(60, texts, tuple(draft.buttons)),)
    elif draft.name != "inactivity_reply":
        changes[draft.name] = texts
    return replace(s, **changes)


def _preview(
    draft: Draft,
    s: LineSettings,
    c: Conversation,
    connected: _Connected,
    able: Capabilities,
    spoken: tuple[str, Mapping[str, str]],
) -> Preview:
    language, values = spoken
    auto = _AUTO[draft.name]
    own = auto in ("inactivity", "inactivity_reply", "place")
    words = worded(draft.texts, language) if own else words_of(auto, s, able, language)
    shown = Preview(
        language, connected.id, connected.kind, connected.name, (), limit=able.text_limit, unit=able.text_unit
    )
    if not words:
        return shown
    suited = SUITED.get("inactivity" if auto == "inactivity_reply" else draft.name, ())
    known = {name: value for name, value in values.items() if name in suited}
    text, data = composed(auto, render(words, known), c, s, able, language, (0,) if auto == "inactivity" else ())
    captions = tuple(each["text"] for each in data.get("buttons", ()))
    scale = str(data["rating"]["scale"]) if "rating" in data and able.rating == "widget" else ""
    return shown._replace(
        bubbles=_bubbles(connected, text, captions),
        rating=scale,
        length=length(text, able.text_unit),
        empty=tuple(sorted(name for name in names_in(words) if not known.get(name))),
    )


def _bubbles(connected: _Connected, text: str, captions: Sequence[str]) -> Sequence[Bubble]:
    code = channel(connected.kind)
    if code is None:  # its customers read from us: the message as it is
        return [Bubble(text, (tuple(captions),) if captions else ())]
    # An address that every kind can read as one of its own.
    outgoing = Outgoing("0", "", text, buttons=tuple(Button(str(place), each) for place, each in enumerate(captions)))
    return [code.shown(call) for call in code.render(connected.account, outgoing)]


def _values(reader: Reader, row: LineRow, rules: Rules, language: str) -> dict[str, str]:
    portal = the_portal(reader)
    return {
        **_EXAMPLES[language],
        "line": row.name,
        "portal": portal.name if portal is not None else "",
        "opens_at": _opens_at(reader, rules, language),
        "wait": span_words(5 * MINUTE, language),
        "answers_in": span_words(usual_answer(reader, row.id) or 2 * MINUTE, language),
    }


def _opens_at(reader: Reader, rules: Rules, language: str) -> str:
    """As it will be said when the line is closed the next time."""
    schedule, now = rules.schedule, reader.now
    closed = (closes_at(schedule, now) if is_open(schedule, now) else now) if rules.settings.hours_on else None
    at = next_open(schedule, closed) if closed is not None else None
    return opening_words(at, closed, schedule.zone, "", language) if at is not None and closed is not None else ""
