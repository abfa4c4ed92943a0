"""The methods of the Bot API: what they check, what they do, what they answer."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from tests.fakes.telegram import checks, updates
from tests.fakes.telegram.checks import chat_of, text_of, whole
from tests.fakes.telegram.world import (
    DEFAULT_UPDATES,
    ApiError,
    Bot,
    Chat,
    File,
    Message,
    Webhook,
    World,
    bad,
    too_many,
)


class Upload(NamedTuple):
    name: str
    type: str
    content: bytes


class Asked(NamedTuple):
    """One call: whose bot, with what."""

    world: World
    bot: Bot
    args: dict[str, Any]
    uploads: Mapping[str, Upload]


DELETABLE: Final = 48 * 3600.0
DOWNLOAD: Final = 20 << 20


def pace(asked: Asked, chat: Chat, messages: int = 1) -> None:
    """About a message a second to one chat, thirty to all; short bursts pass."""
    assert chat.bucket is not None
    assert asked.bot.bucket is not None
    now = asked.world.clock.now()
    if now < chat.quiet_until:
        asked.world.violations.append(f"chat {chat.person.id}: written to {chat.quiet_until - now:.1f} s too early")
    wait = chat.bucket.take(messages) or asked.bot.bucket.take(messages)
    if wait:
        asked.world.violations.append(f"chat {chat.person.id}: written to too fast")
        chat.quiet_until = now + wait
        raise too_many(wait)


def say(
    asked: Asked, chat: Chat, shape: dict[str, Any], files: list[File] | None = None, **extra: Any
) -> dict[str, Any]:
    message = Message(
        chat.new_id(),
        "bot",
        asked.world.clock.now(),
        shape,
        files or [],
        markup=checks.markup_of(asked.args),
        reply_to=extra.get("reply_to"),
    )
    chat.messages[message.id] = message
    asked.world.write(asked.bot, chat, "bot", "said", message.id, message.text, message.kind)
    return asked.world.shown(asked.bot, chat, message)


# ---------------------------------------------------------------- the bot itself


def get_me(asked: Asked) -> Any:
    return asked.bot.described()


def set_webhook(asked: Asked) -> Any:
    world, bot, args = asked.world, asked.bot, asked.args
    url = str(args.get("url") or "")
    if not url:
        return delete_webhook(asked)
    now = world.clock.now()
    if now < bot.next_set_webhook_at:
        raise too_many(1)
    bot.next_set_webhook_at = now + 1.0
    secret = str(args.get("secret_token") or "")
    checks.check_webhook(url, secret, local=world.local)
    most = max(1, min(whole(args, "max_connections", 40), 100))
    updates.allow(bot, checks.parsed(args.get("allowed_updates"), list, "allowed_updates"))
    old = bot.webhook
    if (old.url, old.secret, old.max_connections) == (url, secret, most):
        # The same again is not looked at: an error that it had stays.
        return True, "Webhook is already set"
    if checks.flag(args, "drop_pending_updates"):
        bot.updates.clear()
    updates.abort_poll(bot, "Conflict: terminated by setWebhook request")
    bot.webhook = Webhook(url, secret, most, ip_address=str(args.get("ip_address") or "203.0.113.7"))
    bot.changed.set()
    return True, "Webhook was set"


def delete_webhook(asked: Asked) -> Any:
    if checks.flag(asked.args, "drop_pending_updates"):
        asked.bot.updates.clear()
    was = bool(asked.bot.webhook.url)
    asked.bot.webhook = Webhook()
    asked.bot.changed.set()
    return True, "Webhook was deleted" if was else "Webhook is already deleted"


def get_webhook_info(asked: Asked) -> Any:
    hook = asked.bot.webhook
    info: dict[str, Any] = {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(asked.bot.updates),
    }
    if hook.last_error_date:
        info |= {"last_error_date": int(hook.last_error_date), "last_error_message": hook.last_error_message}
    if hook.url:
        info |= {"max_connections": hook.max_connections, "ip_address": hook.ip_address}
    if asked.bot.allowed != DEFAULT_UPDATES:
        info["allowed_updates"] = sorted(asked.bot.allowed)
    return info


def answer_callback_query(asked: Asked) -> Any:
    query = asked.bot.queries.get(str(asked.args.get("callback_query_id") or ""))
    if query is None or asked.world.clock.now() - query.at > updates.QUERY_LIFE or query.answered is not None:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    text = str(asked.args.get("text") or "")
    if len(text) > 200:
        raise bad("MESSAGE_TOO_LONG")
    query.answered = text
    chat = asked.world.chat(asked.bot, query.person)
    asked.world.write(asked.bot, chat, "bot", "confirmed", query.message_id, text)
    return True


def get_file(asked: Asked) -> Any:
    file = asked.bot.files.get(str(asked.args.get("file_id") or ""))
    if file is None:
        raise bad(
            "wrong file_id or the file is temporarily unavailable"
            if asked.args.get("file_id")
            else "file_id not specified"
        )
    if len(file.content) > DOWNLOAD and not asked.world.local:
        raise bad("file is too big")
    return {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.content),
        "file_path": file.path,
    }


def get_user_profile_photos(asked: Asked) -> Any:
    person = asked.world.people.get(whole(asked.args, "user_id"))
    if person is None:
        raise bad("user not found")
    if person.photo is None:
        return {"total_count": 0, "photos": []}
    sizes = [{**person.photo.described(sized=True), "width": side, "height": side} for side in (160, 320, 640)]
    asked.bot.files[person.photo.file_id] = person.photo
    return {"total_count": 1, "photos": [sizes]}


def get_chat(asked: Asked) -> Any:
    person = asked.world.people.get(whole(asked.args, "chat_id"))
    if person is None:
        raise bad("chat not found")
    return person.chat() | {"accent_color_id": 0, "max_reaction_count": 11}


# ---------------------------------------------------------------- sending


def send_message(asked: Asked) -> Any:
    chat = chat_of(asked.world, asked.bot, asked.args)
    text = text_of(asked.args, "text", checks.TEXT, "message is too long", empty="message text is empty")
    entities = checks.entities_of(asked.args, "entities", text)
    reply_to = checks.reply_of(asked.args, chat)
    checks.markup_of(asked.args)
    pace(asked, chat)
    return say(asked, chat, {"text": text} | ({"entities": entities} if entities else {}), reply_to=reply_to)


def _caption(args: dict[str, Any]) -> dict[str, Any]:
    caption = text_of(args, "caption", checks.CAPTION, "message caption is too long")
    checks.entities_of(args, "caption_entities", caption)
    return {"caption": caption} if caption else {}


def _file(asked: Asked, name: str, value: Any) -> File:
    """An upload under its own name or attached, or a file that is here already."""
    upload = asked.uploads.get(name)
    if isinstance(value, str) and value.startswith("attach://"):
        upload = asked.uploads.get(value.removeprefix("attach://"))
        if upload is None:
            raise bad("file attached by name is not found in the request")
    if upload is None:
        known = asked.bot.files.get(str(value or ""))
        if known is None:
            raise bad(f"there is no {name} in the request" if not value else "wrong file identifier/HTTP URL specified")
        return known
    if not upload.content:
        raise bad("file must be non-empty")
    if len(upload.content) > checks.UPLOAD_BYTES and not asked.world.local:
        raise ApiError(413, "Request Entity Too Large")
    return asked.world.keep_file(asked.bot, upload.content, upload.name, upload.type)


def _media(asked: Asked, kind: str, value: Any, name: str) -> tuple[dict[str, Any], File]:
    file = _file(asked, name, value)
    if kind == "photo":
        checks.check_photo(file)
        return {"photo": [file.described(sized=True)]}, file
    if kind in ("video", "animation", "video_note"):
        file.width, file.height = file.width or 320, file.height or 240
        shape = {**file.described(), "width": file.width, "height": file.height, "duration": 1}
        return {kind: shape} | ({"document": file.described()} if kind == "animation" else {}), file
    if kind in ("audio", "voice"):
        return {kind: {**file.described(), "duration": 1}}, file
    return {kind: file.described()}, file


def _sender(kind: str) -> Callable[[Asked], Any]:
    def send(asked: Asked) -> Any:
        chat = chat_of(asked.world, asked.bot, asked.args)
        caption = _caption(asked.args)
        reply_to = checks.reply_of(asked.args, chat)
        checks.markup_of(asked.args)
        shape, file = _media(asked, kind, asked.args.get(kind), kind)
        pace(asked, chat)
        return say(asked, chat, shape | caption, [file], reply_to=reply_to)

    return send


_TOGETHER: Final = ({"photo", "video"}, {"audio"}, {"document"})


def _of_album(error: ApiError, place: int) -> ApiError:
    """What Telegram itself refuses, rather than the Bot API before it, comes with its place in the album."""
    why = error.description.removeprefix("Bad Request: ")
    return bad(f'failed to send message #{place} with the error message "{why}"') if why.isupper() else error


def send_media_group(asked: Asked) -> Any:
    chat = chat_of(asked.world, asked.bot, asked.args)
    media = checks.parsed(asked.args.get("media"), list, "media") or []
    if len(media) < 2:
        raise bad("there must be at least 2 messages in an album")
    if len(media) > 10:
        raise bad("too many messages to send as an album")
    kinds = {str(each.get("type")) for each in media}
    if not any(kinds <= together for together in _TOGETHER):
        raise bad("can't use the media of the specified type in the album")
    if asked.args.get("reply_markup"):
        raise bad("an album can't have reply markup")
    reply_to = checks.reply_of(asked.args, chat)
    ready: list[tuple[dict[str, Any], File]] = []
    for each in media:
        caption = _caption(each)
        try:
            shape, file = _media(asked, str(each["type"]), each.get("media"), "media")
        except ApiError as error:
            raise _of_album(error, len(ready) + 1) from None
        ready.append((shape | caption, file))
    pace(asked, chat, len(ready))
    group = {"media_group_id": str(int(asked.world.clock.now() * 1000))}
    return [say(asked, chat, shape | group, [file], reply_to=reply_to) for shape, file in ready]


def send_location(asked: Asked) -> Any:
    chat = chat_of(asked.world, asked.bot, asked.args)
    place = {name: float(asked.args.get(name, 0)) for name in ("latitude", "longitude")}
    if not (-90 <= place["latitude"] <= 90 and -180 <= place["longitude"] <= 180):
        raise bad("wrong location specified")
    pace(asked, chat)
    return say(asked, chat, {"location": place})


def send_contact(asked: Asked) -> Any:
    chat = chat_of(asked.world, asked.bot, asked.args)
    contact = {name: str(asked.args.get(name) or "") for name in ("phone_number", "first_name")}
    if not all(contact.values()):
        raise bad("phone number and first name must be specified")
    pace(asked, chat)
    return say(asked, chat, {"contact": contact})


def send_chat_action(asked: Asked) -> Any:
    chat = chat_of(asked.world, asked.bot, asked.args)
    if asked.args.get("action") not in checks.ACTIONS:
        raise bad("wrong parameter action in request")
    chat.typing_until = asked.world.clock.now() + 5.0
    return True


# ---------------------------------------------------------------- changing what was sent

_NOT_MODIFIED: Final = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


def _edited(asked: Asked, chat: Chat, message: Message, shape: dict[str, Any], markup: dict[str, Any] | None) -> Any:
    if shape == message.shape and markup == message.markup:
        raise bad(_NOT_MODIFIED)
    pace(asked, chat)
    message.shape, message.markup = shape, markup
    message.edited_at = asked.world.clock.now()
    asked.world.write(asked.bot, chat, "bot", "edited", message.id, message.text, message.kind)
    return asked.world.shown(asked.bot, chat, message)


def edit_message_text(asked: Asked) -> Any:
    chat = chat_of(asked.world, asked.bot, asked.args)
    message = checks.own_message(asked.args, chat, "edit")
    if "text" not in message.shape:
        raise bad("there is no text in the message to edit")
    text = text_of(asked.args, "text", checks.TEXT, "message is too long", empty="message text is empty")
    checks.entities_of(asked.args, "entities", text)
    return _edited(asked, chat, message, {**message.shape, "text": text}, checks.markup_of(asked.args))


def edit_message_caption(asked: Asked) -> Any:
    chat = chat_of(asked.world, asked.bot, asked.args)
    message = checks.own_message(asked.args, chat, "edit")
    if not message.files:
        raise bad("there is no caption in the message to edit")
    shape = {name: value for name, value in message.shape.items() if name != "caption"} | _caption(asked.args)
    return _edited(asked, chat, message, shape, checks.markup_of(asked.args))


def edit_message_reply_markup(asked: Asked) -> Any:
    chat = chat_of(asked.world, asked.bot, asked.args)
    message = checks.own_message(asked.args, chat, "edit")
    return _edited(asked, chat, message, message.shape, checks.markup_of(asked.args))


def delete_message(asked: Asked) -> Any:
    chat = chat_of(asked.world, asked.bot, asked.args)
    message = checks.own_message(asked.args, chat, "delete")
    _check_deletable(asked, message)
    _delete(asked, chat, message)
    return True


def delete_messages(asked: Asked) -> Any:
    chat = chat_of(asked.world, asked.bot, asked.args)
    ids = checks.parsed(asked.args.get("message_ids"), list, "message_ids") or []
    if not 1 <= len(ids) <= 100:
        raise bad("there must be from 1 to 100 message identifiers")
    # Those that are not there are skipped; one that may not be deleted keeps the others as well.
    found = [message for each in ids if (message := chat.messages.get(int(each))) is not None and not message.deleted]
    for message in found:
        _check_deletable(asked, message)
    for message in found:
        _delete(asked, chat, message)
    return True


def _check_deletable(asked: Asked, message: Message) -> None:
    if asked.world.clock.now() - message.at > DELETABLE:
        raise bad("message can't be deleted for everyone")


def _delete(asked: Asked, chat: Chat, message: Message) -> None:
    message.deleted = True
    asked.world.write(asked.bot, chat, "bot", "deleted", message.id, "")


def ready(_asked: Asked) -> Any:
    """Methods that change nothing a customer sees."""
    return True


METHODS: Final[Mapping[str, Callable[[Asked], Any]]] = {
    "getme": get_me,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "answercallbackquery": answer_callback_query,
    "getfile": get_file,
    "getuserprofilephotos": get_user_profile_photos,
    "getchat": get_chat,
    "sendmessage": send_message,
    **{
        f"send{kind.replace('_', '')}": _sender(kind)
        for kind in ("photo", "document", "video", "animation", "audio", "voice", "video_note", "sticker")
    },
    "sendmediagroup": send_media_group,
    "sendlocation": send_location,
    "sendcontact": send_contact,
    "sendchataction": send_chat_action,
    "editmessagetext": edit_message_text,
    "editmessagecaption": edit_message_caption,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "deletemessages": delete_messages,
    "setmycommands": ready,
    "deletemycommands": ready,
    "setmyname": ready,
    "setmydescription": ready,
}
