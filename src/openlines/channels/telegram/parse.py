"""From an update of the Bot API to what it says. Pure; the shapes are those of core.telegram.org/bots/api.

Tolerant on purpose: a message of a kind that did not exist when this was written is shown as "unsupported" with
its kind's name, and only what is no update at all raises (and is then quarantined, whole).
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from openlines.channels.base import (
    Edited,
    Ignored,
    Inbound,
    Pressed,
    RawEvent,
    Reachable,
    RemoteFile,
    Said,
    Who,
)
from openlines.channels.telegram.manifest import MANIFEST
from openlines.support.tolerant import BadJson, loads

Update = Mapping[str, Any]

# All that we ask for. Without a list Telegram keeps the last one that anybody gave.
ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member")

_SECOND: Final = 1_000_000


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Of a message, but not its content.
_ENVELOPE: Final = _names(
    "message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count sender_business_bot date "
    "business_connection_id chat forward_origin is_topic_message is_automatic_forward reply_to_message external_reply "
    "quote reply_to_story reply_to_checklist_task_id via_bot edit_date has_protected_content is_from_offline "
    "is_paid_post media_group_id author_signature paid_star_count entities link_preview_options effect_id caption "
    "caption_entities show_caption_above_media has_media_spoiler reply_markup suggested_post_info "
    "forward_from forward_from_chat forward_from_message_id forward_signature forward_sender_name forward_date"
)
# Things that happen in a chat without the customer saying anything.
_SERVICE: Final = _names(
    "pinned_message message_auto_delete_timer_changed write_access_allowed chat_background_set connected_website "
    "new_chat_title new_chat_photo delete_chat_photo new_chat_members left_chat_member group_chat_created "
    "supergroup_chat_created channel_chat_created migrate_to_chat_id migrate_from_chat_id proximity_alert_triggered "
    "boost_added forum_topic_created forum_topic_edited forum_topic_closed forum_topic_reopened "
    "general_forum_topic_hidden general_forum_topic_unhidden video_chat_scheduled video_chat_started video_chat_ended "
    "video_chat_participants_invited successful_payment refunded_payment"
)
_REASONS: Final = {"kicked": "blocked", "left": "blocked"}


def explode(body: bytes) -> list[RawEvent]:
    """A webhook's body is one update. What is none is kept under the hash of its bytes."""
    try:
        update = loads(body)
        return [RawEvent(str(int(update["update_id"])), _lane(update), body)]
    except (BadJson, TypeError, KeyError, ValueError):
        return [RawEvent("sha256:" + hashlib.sha256(body).hexdigest(), "unreadable", body)]


def explode_many(updates: list[Any]) -> list[RawEvent]:
    """The result of getUpdates, one event per update."""
    # ASCII, so that half a surrogate pair in a text stays what it was.
    return [event for update in updates for event in explode(json.dumps(update).encode())]


def parse(body: bytes) -> list[Inbound]:
    """What one update says; raises on what is no update."""
    update = loads(body)
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        raise ValueError("not an update")
    if (message := update.get("message")) is not None:
        return [_message(message)]
    if (edited := update.get("edited_message")) is not None:
        return [_edited(edited)]
    if (query := update.get("callback_query")) is not None:
        return [_pressed(query)]
    if (member := update.get("my_chat_member")) is not None:
        return [_member(member)]
    kind = next((name for name in update if name != "update_id"), "nothing")
    return [Ignored(f"update:{kind}"[:100])]


def _lane(update: Update) -> str:
    """The chat: within it order matters. A press has its user's private chat for a lane, whatever it is under."""
    for name in ("message", "edited_message", "my_chat_member"):
        if name in update:
            return str(int(update[name]["chat"]["id"]))
    if "callback_query" in update:
        return str(int(update["callback_query"]["from"]["id"]))
    return "other"


def _message(message: Update) -> Inbound:
    why = _of_no_interest(message)
    return _said(message) if why is None else Ignored(why)


def _edited(message: Update) -> Inbound:
    why = _of_no_interest(message)
    return Edited(_said(message)) if why is None else Ignored(why)


def _of_no_interest(message: Update) -> str | None:
    if message["chat"]["type"] != "private":
        return "group"
    if message.get("from", {}).get("is_bot"):
        return "bot"
    if not message["message_id"]:
        return "ephemeral"
    service = _SERVICE.intersection(message)
    return f"service:{min(service)}" if service else None


def _said(message: Update) -> Said:
    text, files, data = _content(message)
    if "media_group_id" in message:
        data["album"] = str(message["media_group_id"])
    if text.startswith("/start"):
        command, _, payload = text.partition(" ")
        if command == "/start" and payload:
            data["start"] = payload.strip()[:64]
    reply = message.get("reply_to_message")
    return Said(
        who=_who(message["from"], message["chat"]),
        dedupe=str(int(message["message_id"])),
        text="\n\n".join(filter(None, (_quoted(message), text))),
        files=files,
        at=int(message["date"]) * _SECOND,
        reply_to=str(int(reply["message_id"])) if reply else None,
        data=data,
    )


def _quoted(message: Update) -> str:
    """The words that the customer answers, in lines that begin with ">", where they are not shown beside his own: he
    chose some out of a message (`is_manual`), or the message is of another chat.
    """
    quote, elsewhere = message.get("quote"), message.get("external_reply")
    words = str(quote.get("text") or "") if isinstance(quote, dict) else ""
    if isinstance(elsewhere, dict):
        name = _origin(elsewhere.get("origin"))
        words = f"{name}:\n{words}" if words else f"{name}: …"
    elif not (isinstance(quote, dict) and quote.get("is_manual")):
        return ""
    return "\n".join(f"> {line}" for line in words.splitlines())


def _origin(origin: Any) -> str:
    """Whose message it was: a person, a group or a channel."""
    if not isinstance(origin, dict):
        return "…"
    user = origin.get("sender_user") or {}
    chat = origin.get("sender_chat") or origin.get("chat") or {}
    name = " ".join(filter(None, (user.get("first_name"), user.get("last_name"))))
    return str(name or origin.get("sender_user_name") or chat.get("title") or "…")


def _who(user: Update, chat: Update) -> Who:
    name = " ".join(filter(None, (user.get("first_name"), user.get("last_name"))))
    username = user.get("username")
    return Who(
        external_id=str(int(chat["id"])),
        name=name,
        handle=f"@{username}" if username else "",
        language=str(user.get("language_code") or "").partition("-")[0],
        photo=RemoteFile(f"photo:{int(user['id'])}", name="photo.jpg", type="image/jpeg", role="image"),
    )


def _pressed(query: Update) -> Inbound:
    message = query.get("message")
    if not message or message["chat"]["type"] != "private" or "data" not in query:
        return Ignored("press elsewhere")
    return Pressed(
        who=_who(query["from"], message["chat"]),
        key=str(query["data"]),
        dedupe=str(query["id"]),
        answer=str(query["id"]),
    )


def _member(change: Update) -> Inbound:
    if change["chat"]["type"] != "private":
        return Ignored("group")
    status = str(change["new_chat_member"]["status"])
    return Reachable(_who(change["from"], change["chat"]), _REASONS.get(status))


# ---------------------------------------------------------------- what a message holds

_Content = tuple[str, tuple[RemoteFile, ...], dict[str, Any]]
Role = Literal["file", "image", "audio", "voice", "video", "sticker"]


def _content(message: Update) -> _Content:
    """Text, files and data of a message; a kind that nobody knows is named."""
    for name, read in _KINDS.items():
        if name in message:
            return read(message)
    unknown = next((name for name in message if name not in _ENVELOPE), "empty")
    return _caption(message), (), {"unsupported": unknown[:100]}


def _text(message: Update) -> _Content:
    return _words(message, "text", "entities"), (), {}


def _photo(message: Update) -> _Content:
    """The same picture in several sizes: the largest that may be fetched."""
    limit = MANIFEST.capabilities.incoming_file_limit
    sizes = message["photo"]
    fitting = [size for size in sizes if size.get("file_size", 0) <= limit] or sizes
    best = max(fitting, key=lambda size: size["width"] * size["height"])
    return _caption(message), (_file(best, "image", f"photo_{message['message_id']}.jpg", "image/jpeg"),), {}


def _sized(name: str, role: Role, fallback: str, type_: str) -> Callable[[Update], _Content]:
    def read(message: Update) -> _Content:
        return _caption(message), (_file(message[name], role, fallback, type_),), {}

    return read


def _sticker(message: Update) -> _Content:
    sticker = message["sticker"]
    kind = ("webm", "video/webm") if sticker.get("is_video") else ("webp", "image/webp")
    if sticker.get("is_animated"):
        kind = ("tgs", "application/x-tgsticker")
    file = _file(sticker, "sticker", f"sticker.{kind[0]}", kind[1])
    return "", (file,), {"sticker": {"emoji": str(sticker.get("emoji") or "")}}


def _location(message: Update) -> _Content:
    return "", (), {"location": _place(message["location"], "")}


def _venue(message: Update) -> _Content:
    venue = message["venue"]
    title = ", ".join(filter(None, (venue.get("title"), venue.get("address"))))
    return "", (), {"location": _place(venue["location"], title)}


def _place(location: Update, title: str) -> dict[str, Any]:
    return {"lat": float(location["latitude"]), "lon": float(location["longitude"]), "title": title}


def _contact(message: Update) -> _Content:
    contact = message["contact"]
    name = " ".join(filter(None, (contact.get("first_name"), contact.get("last_name"))))
    return "", (), {"contact": {"name": name, "phone": str(contact.get("phone_number") or "")}}


def _dice(message: Update) -> _Content:
    return f"{message['dice']['emoji']} {int(message['dice']['value'])}", (), {}


def _caption(message: Update) -> str:
    return _words(message, "caption", "caption_entities")


def _words(message: Update, name: str, marks: str) -> str:
    """A text, with the address behind words that lead to another one than they say. Offsets are UTF-16 units."""
    text = str(message.get(name) or "")
    entities = message.get(marks)
    links = [each for each in entities if _is_link(each)] if isinstance(entities, list) else []
    units = text.encode("utf-16-le", "surrogatepass")
    for link in sorted(links, key=lambda each: -each["offset"]):
        start, end = 2 * link["offset"], 2 * (link["offset"] + link["length"])
        said = units[start:end].decode("utf-16-le", "replace")
        if _plain(said) != _plain(link["url"]):
            units = units[:end] + f" ({link['url']})".encode("utf-16-le", "surrogatepass") + units[end:]
    return units.decode("utf-16-le", "replace")


def _is_link(entity: Any) -> bool:
    return (
        isinstance(entity, dict)
        and entity.get("type") == "text_link"
        and isinstance(entity.get("url"), str)
        and all(isinstance(entity.get(each), int) for each in ("offset", "length"))
        and entity["offset"] >= 0
        and entity["length"] > 0
    )


def _plain(address: str) -> str:
    """An address as people write it."""
    return re.sub(r"^https?://", "", address.strip().lower()).rstrip("/")


def _file(file: Update, role: Role, name: str, type_: str) -> RemoteFile:
    return RemoteFile(
        ref=f"file:{file['file_id']}",
        name=str(file.get("file_name") or name),
        type=str(file.get("mime_type") or type_),
        size=file.get("file_size"),
        width=file.get("width") or file.get("length"),
        height=file.get("height") or file.get("length"),
        role=role,
    )


# In this order: an animation is also a document, a venue is also a location.
_KINDS: Final[Mapping[str, Callable[[Update], _Content]]] = {
    "text": _text,
    "photo": _photo,
    "animation": _sized("animation", "video", "animation.mp4", "video/mp4"),
    "document": _sized("document", "file", "document", "application/octet-stream"),
    "video": _sized("video", "video", "video.mp4", "video/mp4"),
    "voice": _sized("voice", "voice", "voice.ogg", "audio/ogg"),
    "audio": _sized("audio", "audio", "audio.mp3", "audio/mpeg"),
    "video_note": _sized("video_note", "video", "video.mp4", "video/mp4"),
    "sticker": _sticker,
    "venue": _venue,
    "location": _location,
    "contact": _contact,
    "dice": _dice,
}
