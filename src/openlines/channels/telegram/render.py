"""From one of our messages to requests of the Bot API. Pure, and the same for the same message every time.

Texts go as they are, with entities and never with a parse mode, so that nothing a person types can break them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from openlines.channels.base import Bubble, Call, Outgoing, OutgoingFile
from openlines.channels.telegram.manifest import CAPTION_LIMIT, PHOTO_LIMIT, TEXT_LIMIT
from openlines.support.text import length, split
from openlines.support.tolerant import clean

ALBUM: Final = 10  # files at most; two at least
_BUTTON_TEXT: Final = 64
_DELETE_AT_ONCE: Final = 100

_PHOTOS: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
_AUDIO: Final = frozenset({"audio/mpeg", "audio/mp3", "audio/mp4", "audio/x-m4a", "audio/m4a"})


def render(outgoing: Outgoing) -> list[Call]:
    """The requests, in order; none when there is nothing to show."""
    match outgoing.what:
        case "message":
            return _message(outgoing)
        case "edit":
            return _edit(outgoing)
        case "delete":
            return [_delete(outgoing, outgoing.target)] if outgoing.target else []


def shown(call: Call) -> Bubble:
    """What a request makes the customer see: entities aside, words are shown as they are sent."""
    rows = call.params.get("reply_markup", {}).get("inline_keyboard", ())
    text = call.params.get("text") or call.params.get("caption") or ""
    return Bubble(str(text), tuple(tuple(str(each["text"]) for each in row) for row in rows))


def kind_of(file: OutgoingFile) -> str:
    """photo | animation | video | audio | voice | document."""
    if file.type in _PHOTOS and file.size <= PHOTO_LIMIT:
        return "photo"
    if file.type in _AUDIO:
        return "audio"
    return {"image/gif": "animation", "video/mp4": "video", "audio/ogg": "voice"}.get(file.type, "document")


def _message(outgoing: Outgoing) -> list[Call]:
    text = clean(outgoing.text).strip()
    caption = text if _fits_caption(text) and not outgoing.buttons else ""
    files = list(_files(outgoing, caption))
    calls = [] if files and (caption or not text) else _texts(outgoing, text)
    calls += files
    if calls and outgoing.reply_to is not None:
        calls[0] = _with(calls[0], reply_parameters=_reply(outgoing.reply_to))
    return calls


def _texts(outgoing: Outgoing, text: str) -> list[Call]:
    calls = [
        Call("sendMessage", {"chat_id": _chat(outgoing), "text": part, "entities": []})
        for part in split(text, TEXT_LIMIT, "utf16")
    ]
    if calls and outgoing.buttons:
        calls[-1] = _with(calls[-1], reply_markup=_keyboard(outgoing))
    return calls


def _files(outgoing: Outgoing, caption: str) -> Iterator[Call]:
    for group in _albums(outgoing.files):
        yield _album(outgoing, group, caption) if len(group) > 1 else _single(outgoing, group[0], caption)
        caption = ""


def _albums(files: Sequence[OutgoingFile]) -> Iterator[list[OutgoingFile]]:
    """Neighbours that may stand in one album: pictures with videos, audio with audio, documents with documents."""
    group: list[OutgoingFile] = []
    for file in files:
        if group and (_family(group[0]) != _family(file) or not _family(file) or len(group) == ALBUM):
            yield group
            group = []
        group.append(file)
    if group:
        yield group


def _family(file: OutgoingFile) -> str:
    return {"photo": "visual", "video": "visual", "audio": "audio", "document": "document"}.get(kind_of(file), "")


def _single(outgoing: Outgoing, file: OutgoingFile, caption: str) -> Call:
    kind = kind_of(file)
    params: dict[str, Any] = {"chat_id": _chat(outgoing)}
    if caption:
        params |= {"caption": caption, "caption_entities": []}
    return Call("send" + kind.capitalize(), params, (file,))


def _album(outgoing: Outgoing, files: list[OutgoingFile], caption: str) -> Call:
    media: list[dict[str, Any]] = [
        {"type": kind_of(file), "media": f"attach://file{index}"} for index, file in enumerate(files)
    ]
    if caption:
        media[0] |= {"caption": caption, "caption_entities": []}
    return Call("sendMediaGroup", {"chat_id": _chat(outgoing), "media": media}, tuple(files))


def _edit(outgoing: Outgoing) -> list[Call]:
    """What was said once reads differently now: parts that are left over go, parts that are missing come."""
    text = clean(outgoing.text).strip()
    if not outgoing.target:
        return []
    texts = outgoing.target[: max(len(outgoing.target) - len(outgoing.files), 0)]
    if texts:
        parts = split(text, TEXT_LIMIT, "utf16")
        calls = [_edit_text(outgoing, target, part) for target, part in zip(texts, parts, strict=False)]
        if calls and outgoing.buttons and len(parts) <= len(texts):
            calls[-1] = _with(calls[-1], reply_markup=_keyboard(outgoing))
        calls += _texts(outgoing, "\n".join(parts[len(texts) :]))
        return calls + ([_delete(outgoing, texts[len(parts) :])] if len(parts) < len(texts) else [])
    caption, rest = _head(text)
    params = {"caption": caption, "caption_entities": []}
    target = {"chat_id": _chat(outgoing), "message_id": int(outgoing.target[0])}
    return [Call("editMessageCaption", {**target, **params}), *_texts(outgoing, rest)]


def _head(text: str) -> tuple[str, str]:
    """As much as a caption holds, and the rest."""
    if not text:
        return "", ""
    head = split(text, CAPTION_LIMIT, "utf16")[0]
    return head, text[len(head) :].strip()


def _edit_text(outgoing: Outgoing, target: str, text: str) -> Call:
    return Call(
        "editMessageText", {"chat_id": _chat(outgoing), "message_id": int(target), "text": text, "entities": []}
    )


def _delete(outgoing: Outgoing, targets: Sequence[str]) -> Call:
    ids = [int(each) for each in targets[:_DELETE_AT_ONCE]]
    return Call("deleteMessages", {"chat_id": _chat(outgoing), "message_ids": ids})


def _keyboard(outgoing: Outgoing) -> Mapping[str, Any]:
    """Short buttons side by side, long ones below each other."""
    buttons = [{"text": clean(each.text)[:_BUTTON_TEXT] or "…", "callback_data": each.key} for each in outgoing.buttons]
    together = len(buttons) <= 5 and sum(len(each["text"]) for each in buttons) <= 24
    return {"inline_keyboard": [buttons] if together else [[each] for each in buttons]}


def _reply(message_id: str) -> Mapping[str, Any]:
    # The words answered may be gone by now; the answer goes out all the same.
    return {"message_id": int(message_id), "allow_sending_without_reply": True}


def _fits_caption(text: str) -> bool:
    return bool(text) and length(text, "utf16") <= CAPTION_LIMIT


def _with(call: Call, **params: Any) -> Call:
    return call._replace(params={**call.params, **params})


def _chat(outgoing: Outgoing) -> int:
    return int(outgoing.external_id)
