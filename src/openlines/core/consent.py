"""What consent is: which version of the text, what key a button has, which words agree. Pure."""

import re
from hashlib import sha256

from openlines.core.line import LineSettings

PREFIX = "agree:"  # of the key of the button
_KEY = 16  # characters of the version in it: a vendor's limit is 64 bytes

_RUSSIAN = (
    "да",
    "ага",
    "ок",
    "окей",
    "хорошо",
    "конечно",
    "согласен",
    "согласна",
    "согласны",
    "принимаю",
    "подтверждаю",
)
_ENGLISH = ("yes", "yep", "ok", "okay", "sure", "agree", "agreed", "accept", "confirm")
_YES = frozenset((*_RUSSIAN, *_ENGLISH, "+"))
_AROUND_YES = re.compile(r"^(?:i|я|мы|we)\s+|[\s.,!…]+$", re.IGNORECASE)


def version_of(settings: LineSettings) -> str:
    """SHA-256 of the text, in all its languages, and the link; "" where no consent is asked for."""
    texts = settings.consent_text
    if not any(texts.values()):
        return ""
    said = "\0".join(f"{language}\1{texts[language]}" for language in sorted(texts) if texts[language])
    return sha256(f"{said}\2{settings.consent_url}".encode()).hexdigest()


def key_of(version: str) -> str:
    return PREFIX + version[:_KEY]


def says_yes(text: str) -> bool:
    """Is the whole message a word of agreement?"""
    return _AROUND_YES.sub("", text.strip().lower()).strip() in _YES if len(text) <= 40 else False
