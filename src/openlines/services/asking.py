"""What goes with the texts that ask a customer for something: the link and the button of a consent, the buttons of a
rating, the way to add a comment to it."""

from typing import Any

from openlines.channels.base import Capabilities
from openlines.core.consent import key_of, version_of
from openlines.core.line import LineSettings, worded
from openlines.core.state import Conversation
from openlines.core.texts import DEFAULT_TEXTS

_THANKS = ("rating_thanks_good", "rating_thanks_bad")
_LIKE = (("rate:5", "\N{THUMBS UP SIGN}"), ("rate:1", "\N{THUMBS DOWN SIGN}"))
_STARS = tuple((f"rate:{value}", "\N{WHITE MEDIUM STAR}" * value) for value in range(5, 0, -1))


def completed(auto: str, text: str, s: LineSettings, capabilities: Capabilities, language: str) -> str:
    """What must follow the owner's words: the link, how to agree, how to comment where there is no button."""
    if auto == "consent":
        how = DEFAULT_TEXTS["consent_words"] if s.consent_kind == "agree" and not capabilities.buttons else {}
        return "\n".join(filter(None, (text, s.consent_url, worded(how, language))))
    if auto in _THANKS and capabilities.rating == "digits":
        return f"{text}\n\n{worded(DEFAULT_TEXTS['rating_comment_sign'], language)}"
    return text


def extras(auto: str, c: Conversation, s: LineSettings, capabilities: Capabilities, language: str) -> dict[str, Any]:
    """The message's data: buttons, the rating that is asked for, the version of the consent."""
    if auto == "consent":
        return _consent(s, capabilities, language)
    if auto in _THANKS and capabilities.rating == "buttons":
        return {"buttons": [{"key": f"comment:{c.id}", "text": worded(DEFAULT_TEXTS["rating_add_comment"], language)}]}
    if auto != "rating":
        return {}
    found: dict[str, Any] = {"rating": {"scale": s.rating, "conversation_id": c.id}}
    if capabilities.rating == "buttons":
        pairs = _LIKE if s.rating == "like" else _STARS
        found["buttons"] = [{"key": f"{key}:{c.id}", "text": text} for key, text in pairs]
    return found


def _consent(s: LineSettings, capabilities: Capabilities, language: str) -> dict[str, Any]:
    version = version_of(s)
    if s.consent_kind == "notice" or not capabilities.buttons:
        return {"consent": version}
    button = {"key": key_of(version), "text": worded(DEFAULT_TEXTS["consent_button"], language)}
    return {"consent": version, "buttons": [button]}
