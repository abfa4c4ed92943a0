"""What the Bot API refuses, in its own words."""

import io
import json
import re
from typing import Any, Final
from urllib.parse import urlsplit

from tests.fakes.telegram.world import ApiError, Bot, Chat, File, Message, World, bad, names

TEXT: Final = 4096
CAPTION: Final = 1024
PHOTO_BYTES: Final = 10 * 1000 * 1000
UPLOAD_BYTES: Final = 50 * 1000 * 1000
ENTITIES: Final = names(
    "mention hashtag cashtag bot_command url email phone_number bold italic underline strikethrough spoiler "
    "blockquote expandable_blockquote code pre text_link text_mention custom_emoji"
)
ACTIONS: Final = names(
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker "
    "find_location record_video_note upload_video_note"
)


def units(text: str) -> int:
    """UTF-16 units, as Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def utf8(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad("strings must be encoded in UTF-8") from None
    return text.replace("\x00", " ")


def text_of(args: dict[str, Any], name: str, limit: int, too_long: str, *, empty: str = "") -> str:
    """A text as it will be shown: trimmed, within the limit."""
    text = utf8(str(args.get(name) or "")).strip()
    if not text and empty:
        raise bad(empty)
    if units(text) > limit:
        raise bad(too_long)
    if args.get("parse_mode"):
        text = re.sub(r"<[^>]*>", "", text) if str(args["parse_mode"]).lower() == "html" else text
    return text


def entities_of(args: dict[str, Any], name: str, text: str) -> list[dict[str, Any]]:
    given: list[Any] = parsed(args.get(name), list, name) or []
    for entity in given:
        if not isinstance(entity, dict) or entity.get("type") not in ENTITIES:
            raise bad("can't parse entities: unsupported entity type")
        start, size = entity.get("offset"), entity.get("length")
        if not isinstance(start, int) or not isinstance(size, int) or start < 0 or size <= 0:
            raise bad("can't parse entities: entity beginning or length is wrong")
        if start + size > units(text):
            raise bad("can't parse entities: entity ends after the end of the text")
    return given


def parsed(value: Any, kind: type, name: str) -> Any:
    """A JSON parameter: an object in a JSON request, its text in a form."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise bad(f"can't parse {name} JSON object") from None
    if not isinstance(value, kind):
        raise bad(f"object expected as {name}" if kind is dict else f"can't parse {name}: expected an Array")
    return value


def whole(args: dict[str, Any], name: str, default: int | None = None) -> int:
    value = args.get(name)
    if value is None or value == "":
        if default is None:
            raise bad(f"{name} is not specified" if name != "chat_id" else "chat_id is empty")
        return default
    try:
        return int(value)
    except (TypeError, ValueError):
        raise bad(f"{name} must be a valid Integer" if name != "chat_id" else "chat not found") from None


def flag(args: dict[str, Any], name: str) -> bool:
    return str(args.get(name, "")).lower() in {"true", "1", "yes"}


def chat_of(world: World, bot: Bot, args: dict[str, Any]) -> Chat:
    """The chat that is written to, if it may be."""
    person = world.people.get(whole(args, "chat_id"))
    if person is None:
        raise bad("chat not found")
    if person.deactivated:
        raise ApiError(403, "Forbidden: user is deactivated")
    chat = world.chat(bot, person)
    if not chat.started:
        raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
    if chat.blocked:
        raise ApiError(403, "Forbidden: bot was blocked by the user")
    return chat


def markup_of(args: dict[str, Any]) -> dict[str, Any] | None:
    markup: dict[str, Any] | None = parsed(args.get("reply_markup"), dict, "reply_markup")
    if markup is None:
        return None
    rows = markup.get("inline_keyboard")
    if rows is None:
        return markup if {"keyboard", "remove_keyboard", "force_reply"} & set(markup) else None
    if not isinstance(rows, list) or any(not isinstance(row, list) for row in rows):
        raise bad("can't parse inline keyboard: expected an Array of Array of InlineKeyboardButton")
    buttons = [button for row in rows for button in row]
    if len(buttons) > 100:
        raise bad("reply markup is too long")
    for button in buttons:
        _check_button(button)
    return markup


def _check_button(button: Any) -> None:
    if not isinstance(button, dict) or not str(button.get("text") or "").strip():
        raise bad("can't parse inline keyboard button: text buttons must have non-empty text")
    actions = {"callback_data", "url", "web_app", "login_url", "switch_inline_query", "copy_text", "pay"} & set(button)
    if len(actions) != 1:
        raise bad("can't parse inline keyboard button: text buttons are unallowed in the inline keyboard")
    if "callback_data" in button and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
        raise bad("BUTTON_DATA_INVALID")


def reply_of(args: dict[str, Any], chat: Chat) -> int | None:
    """The message answered; None when there is none, or when it is gone and need not be there."""
    reply = parsed(args.get("reply_parameters"), dict, "reply_parameters")
    if reply is None:
        if not args.get("reply_to_message_id"):
            return None
        reply = {
            "message_id": whole(args, "reply_to_message_id"),
            "allow_sending_without_reply": flag(args, "allow_sending_without_reply"),
        }
    if not isinstance(reply.get("message_id"), int):
        raise bad('can\'t parse reply parameters: field "message_id" must be a valid Integer')
    found = chat.messages.get(reply["message_id"])
    if found is not None and not found.deleted:
        return found.id
    if reply.get("allow_sending_without_reply"):
        return None
    raise bad("message to be replied not found")


def own_message(args: dict[str, Any], chat: Chat, what: str) -> Message:
    """A message of the bot that is to be changed."""
    message = chat.messages.get(whole(args, "message_id"))
    if message is None or message.deleted:
        raise bad(f"message to {what} not found")
    if message.author != "bot":
        raise bad("message can't be edited" if what == "edit" else "message can't be deleted")
    return message


def check_photo(file: File) -> None:
    """A picture is taken as one only when it is one, and of a sane shape."""
    from PIL import Image

    if len(file.content) > PHOTO_BYTES:
        raise bad("file is too big")
    try:
        with Image.open(io.BytesIO(file.content)) as picture:
            file.width, file.height = picture.size
    except (OSError, ValueError):
        raise bad("IMAGE_PROCESS_FAILED") from None
    longer, shorter = max(file.width, file.height), min(file.width, file.height)
    if longer + shorter > 10_000 or longer > 20 * shorter:
        raise bad("PHOTO_INVALID_DIMENSIONS")


def check_webhook(url: str, secret: str, *, local: bool) -> None:
    if len(secret) > 256:
        raise bad("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad("secret token contains unallowed characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise bad("invalid webhook URL specified") from None
    if not parts.hostname or parts.scheme not in {"http", "https"}:
        raise bad("invalid webhook URL specified")
    if local:
        return
    if parts.scheme != "https":
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if (port or 443) not in {80, 88, 443, 8443}:
        raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    if re.fullmatch(r"(127|10|192\.168|169\.254)\..*|localhost|\[?::1\]?", parts.hostname):
        raise bad(f"bad webhook: IP address {parts.hostname} is reserved")
