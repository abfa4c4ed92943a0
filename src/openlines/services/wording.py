"""Automatic texts as the customer gets them: which words, in which language, with which values and buttons."""

from typing import Any

from openlines.channels.base import Capabilities
from openlines.core.inactivity import Choice
from openlines.core.inactivity import key_of as key_of_choice
from openlines.core.line import LANGUAGES, LineSettings, worded
from openlines.core.state import Conversation, Rules
from openlines.core.texts import DEFAULT_TEXTS, render
from openlines.services import asking
from openlines.services.faces import operator_name
from openlines.services.opening import opens_at
from openlines.services.places import position_words, wait_of, without_wait
from openlines.services.waits import span_words, usual_answer
from openlines.store import lines, places
from openlines.store.conversations import Around
from openlines.store.portal import the_portal
from openlines.store.tx import Reader

_SETTING = {
    "greeting": "greeting",
    "off_hours": "off_hours_text",
    "collected": "collected_text",
    "no_answer": "no_answer_text",
    "close": "close_text",
    "auto_close": "auto_close_text",
    "rating": "rating_question",
    "rating_thanks_good": "rating_thanks_good",
    "rating_thanks_bad": "rating_thanks_bad",
    "consent": "consent_text",
    "place": "place_text",
}


def auto_message(
    reader: Reader,
    auto: str,
    c: Conversation,
    rules: Rules,
    around: Around,
    capabilities: Capabilities,
    *,
    part: tuple[int, ...] = (),
) -> tuple[str, dict[str, Any]]:
    """The words of an automatic text and what goes with them (buttons, the rating asked for).

    `part`: which inactivity message (the last one due, unless said otherwise), and which button of it.
    """
    if auto == "inactivity":
        part = part or (c.inactive_said - 1,)
    s = rules.settings
    language = spoken_language(around.language, around.portal_language or "")
    words = inactive_words(s, part, language) if part else words_of(auto, s, capabilities, language)
    if not words:
        return "", {}
    if auto == "place" and "{wait}" in words and wait_of(reader, c.line_id, c.place_said) is None:
        words = without_wait(words)
    if "{" in words or "}" in words:
        words = render(words, _values(reader, auto, words, c, rules, around, language))
    return composed(auto, words, c, s, capabilities, language, part)


def composed(  # noqa: PLR0917
    auto: str,
    text: str,
    c: Conversation,
    s: LineSettings,
    capabilities: Capabilities,
    language: str,
    part: tuple[int, ...] = (),
) -> tuple[str, dict[str, Any]]:
    """A text, its values filled in, with what the channel needs to ask with it: buttons, digits, a link."""
    if auto == "inactivity":
        return with_menu(text, s, c.id, part[0], capabilities, language)
    return asking.completed(auto, text, s, capabilities, language), asking.extras(auto, c, s, capabilities, language)


def language_for(reader: Reader, known: str) -> str:
    """The language of what a customer is told: `spoken_language`, where the portal's is not at hand."""
    found = the_portal(reader)
    return spoken_language(known, found.language if found is not None else "")


def spoken_language(known: str, of_portal: str) -> str:
    """The customer's language where it is known and one of ours, else the portal's."""
    spoken = known.partition("-")[0].lower() if known else ""
    if spoken in LANGUAGES:
        return spoken
    return of_portal if of_portal in LANGUAGES else "en"


def inactive_words(s: LineSettings, part: tuple[int, ...], language: str) -> str:
    """The words of an inactivity message, or the reply to one of its buttons, as the line has them now."""
    if part[0] >= len(s.inactivity):
        return ""
    message = s.inactivity[part[0]]
    if len(part) == 1:
        return worded(message.text, language)
    return worded(message.buttons[part[1]].reply, language) if part[1] < len(message.buttons) else ""


def with_menu(
    text: str, s: LineSettings, conversation_id: int, place: int, capabilities: Capabilities, language: str
) -> tuple[str, dict[str, Any]]:
    """An inactivity message with its buttons: as buttons where the channel has them, else as numbers to send."""
    captions = [worded(each.caption, language) for each in s.inactivity[place].buttons]
    if not captions:
        return text, {}
    if not capabilities.buttons:
        return "\n".join([text, "", *(f"{number} \N{EN DASH} {each}" for number, each in enumerate(captions, 1))]), {}
    keys = [
        key_of_choice(conversation_id, Choice(place, index, each.action))
        for index, each in enumerate(s.inactivity[place].buttons)
    ]
    return text, {"buttons": [{"key": key, "text": caption} for key, caption in zip(keys, captions, strict=True)]}


def words_of(auto: str, s: LineSettings, capabilities: Capabilities, language: str) -> str:
    """The line's words for `auto`, placeholders and all; the house's own where the line leaves it to them."""
    name = _SETTING.get(auto)
    rating = auto.startswith("rating")
    suffix = "_2" if rating and capabilities.text_set == 2 and auto != "rating_late" else ""
    chosen = worded(getattr(s, name + suffix), language) if name else ""
    if chosen or not (rating or auto == "place"):
        return chosen
    key = auto + suffix
    if auto == "rating" and capabilities.rating != "widget":
        key = f"rating_{capabilities.rating}_{s.rating}"
    return worded(DEFAULT_TEXTS.get(key) or DEFAULT_TEXTS.get(auto, {}), language)


def _values(  # noqa: PLR0917
    reader: Reader, auto: str, words: str, c: Conversation, rules: Rules, around: Around, language: str
) -> dict[str, str]:
    values = {
        "customer": around.customer_name or "",
        "operator": operator_name(reader, rules.settings, c.line_id, c.operator_id, around.holder_name or "", language)
        if "{operator}" in words
        else "",
        "number": str(c.id),
    }
    if "{line}" in words:
        row = lines.one(reader, c.line_id)
        values["line"] = row.name if row else ""
    if "{portal}" in words:
        found = the_portal(reader)
        values["portal"] = found.name if found else ""
    if "{answers_in}" in words:
        values["answers_in"] = span_words(usual_answer(reader, c.line_id), language)
    if ("{position}" in words or "{wait}" in words) and c.operator_id is None:
        place = c.place_said if auto == "place" else places.before(reader, c) + 1
        values["position"] = position_words(place)
        values["wait"] = span_words(wait_of(reader, c.line_id, place), language)
    if "{opens_at}" in words:
        values["opens_at"] = opens_at(reader, rules.schedule, c.customer_id, language)
    return values
