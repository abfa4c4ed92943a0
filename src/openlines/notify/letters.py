"""What a notice says as a letter, as a push message and as JSON: pure."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from openlines.core.notice_words import notice_words
from openlines.support.stamps import stamp

_OPEN: Final = {"en": "Open the conversation", "ru": "Открыть обращение"}
_WHY: Final = {
    "en": "You get this letter because a line's settings name you. Portal: {portal}",
    "ru": "Вы получили это письмо, потому что указаны в настройках линии. Портал: {portal}",
}


class Words(NamedTuple):
    title: str
    text: str


def letter_words(kind: str, params: Mapping[str, Any], language: str, base: str, conversation_id: int | None) -> Words:
    """Subject and text; with a public address also the way to the conversation."""
    title, text = notice_words(kind, params, language)
    language = language if language in _OPEN else "en"
    line = str(params.get("line") or "")
    parts = [text]
    if base and conversation_id is not None:
        parts.append(f"{_OPEN[language]}: {base}/c/{conversation_id}")
    if base:
        parts.append("-- \n" + _WHY[language].format(portal=base))
    return Words(f"{title} · {line}" if line else title, "\n\n".join(parts))


def push_message(
    notice_id: int, kind: str, params: Mapping[str, Any], language: str, conversation_id: int | None
) -> dict[str, Any]:
    """What the service worker shows: `tag` makes a repeat replace itself, `path` is where a click leads."""
    title, text = notice_words(kind, params, language)
    path = "/" if conversation_id is None else f"/c/{conversation_id}"
    return {"title": title[:200], "text": text, "tag": f"notice-{notice_id}", "path": path, "language": language}


class About(NamedTuple):
    """What a webhook speaks of. `id` is the same for every try; `at` in microseconds."""

    id: str
    kind: str
    step: int
    at: int
    conversation_id: int | None
    line_id: int | None
    line_name: str


def hook_value(about: About, params: Mapping[str, Any], base: str) -> dict[str, Any]:
    """The body of a webhook. Times are seconds, instants RFC 3339; `text` has the words in both languages."""
    value: dict[str, Any] = {"id": about.id, "kind": about.kind, "at": stamp(about.at), "step": about.step}
    if about.line_id is not None:
        value["line"] = {"id": about.line_id, "name": about.line_name}
    if about.conversation_id is not None:
        way = {"url": f"{base}/c/{about.conversation_id}"} if base else {}
        value["conversation"] = {"id": about.conversation_id, **way}
    for name in ("target", "waited"):
        if isinstance(params.get(name), int):
            value[name] = params[name] // 1_000_000
    for name in ("customer", "operator"):
        if params.get(name):
            value[name] = str(params[name])
    value["text"] = {language: " ".join(notice_words(about.kind, params, language)) for language in ("en", "ru")}
    return value
