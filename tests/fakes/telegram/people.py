"""What customers do in their Telegram: write, send, press, change, block."""

import secrets
from typing import Any

from tests.fakes.telegram import updates
from tests.fakes.telegram.world import DAY, Bot, Chat, File, Message, Person, Query, World


class People:
    """The customers' hands. Every verb says it in the chat, writes the ledger, and puts an update on its way."""

    def __init__(self, world: World) -> None:
        self._world = world

    def say(self, bot: Bot, person: Person, text: str, **extra: Any) -> int:
        """Writes a text (`reply_to=`, `entities=`); returns its message id."""
        return self._said(bot, person, {"text": text}, **extra)

    def start(self, bot: Bot, person: Person, payload: str = "") -> int:
        """Opens the chat with the bot, by a link with a payload or without."""
        text = f"/start {payload}".strip()
        entity = {"type": "bot_command", "offset": 0, "length": 6}
        return self._said(bot, person, {"text": text, "entities": [entity]})

    def send(
        self,
        bot: Bot,
        person: Person,
        kind: str,
        content: bytes,
        *,
        name: str = "",
        type_: str = "",
        caption: str = "",
        album: str = "",
        size: tuple[int, int] = (640, 480),
    ) -> int:
        """Sends a photo, document, video, voice, audio, video_note, animation or sticker."""
        file = self._world.keep_file(bot, content, name, type_, size)
        shape: dict[str, Any] = _described(kind, file)
        if caption:
            shape["caption"] = caption
        if album:
            shape["media_group_id"] = album
        return self._said(bot, person, shape, files=[file])

    def send_raw(self, bot: Bot, person: Person, shape: dict[str, Any], **extra: Any) -> int:
        """Sends a message of any content: a location, a contact, something not invented yet."""
        return self._said(bot, person, shape, **extra)

    def edit(self, bot: Bot, person: Person, message_id: int, text: str) -> None:
        chat = self._world.chat(bot, person)
        message = chat.messages[message_id]
        message.shape = {**message.shape, ("text" if "text" in message.shape else "caption"): text}
        message.edited_at = self._world.clock.now()
        self._world.write(bot, chat, "customer", "edited", message_id, text, message.kind)
        shown = self._world.shown(bot, chat, message)
        updates.enqueue(self._world, bot, "edited_message", shown, queue=f"chat:{person.id}")

    def press(self, bot: Bot, person: Person, message_id: int, key: str) -> str:
        """Presses the button with this callback data under a message; returns the query's id."""
        chat = self._world.chat(bot, person)
        message = chat.messages[message_id]
        keys = [button.get("callback_data") for row in (message.markup or {})["inline_keyboard"] for button in row]
        if message.deleted or key not in keys:
            raise ValueError(f"no button {key!r} under message {message_id}, only {keys}")
        query = Query(str(secrets.randbits(62)), self._world.clock.now(), person, message_id, key)
        bot.queries[query.id] = query
        self._world.write(bot, chat, "customer", "pressed", message_id, key)
        content = {
            "id": query.id,
            "from": person.described(),
            "message": self._world.shown(bot, chat, message),
            "chat_instance": str(person.id),
            "data": key,
        }
        updates.enqueue(
            self._world, bot, "callback_query", content, queue=f"press:{person.id}", life=updates.QUERY_LIFE
        )
        return query.id

    def block(self, bot: Bot, person: Person) -> None:
        self._membership(bot, person, blocked=True)

    def unblock(self, bot: Bot, person: Person) -> None:
        self._membership(bot, person, blocked=False)

    def in_group(self, bot: Bot, person: Person, text: str) -> None:
        """Somebody writes in a group in which the bot is."""
        now = int(self._world.clock.now())
        group = {"id": -1001234567890, "type": "supergroup", "title": "Neighbours"}
        content = {"message_id": now % 100_000, "from": person.described(), "chat": group, "date": now, "text": text}
        updates.enqueue(self._world, bot, "message", content, queue="chat:-1001234567890")

    def unanswered(self, bot: Bot) -> list[Query]:
        """Presses whose customer still looks at a spinner."""
        return [query for query in bot.queries.values() if query.answered is None]

    def _said(
        self, bot: Bot, person: Person, shape: dict[str, Any], *, files: list[File] | None = None, **extra: Any
    ) -> int:
        world, chat = self._world, self._world.chat(bot, person)
        chat.started, chat.blocked = True, False
        message = Message(
            chat.new_id(), "customer", world.clock.now(), shape, files or [], reply_to=extra.get("reply_to")
        )
        chat.messages[message.id] = message
        world.write(bot, chat, "customer", "said", message.id, message.text, message.kind)
        shown = world.shown(bot, chat, message)
        updates.enqueue(world, bot, "message", shown, queue=f"chat:{person.id}", life=DAY)
        return message.id

    def _membership(self, bot: Bot, person: Person, *, blocked: bool) -> None:
        world, chat = self._world, self._world.chat(bot, person)
        chat.blocked = blocked
        world.write(bot, chat, "customer", "blocked" if blocked else "unblocked", 0, "")
        now, old = ("kicked", "member") if blocked else ("member", "kicked")
        content = {
            "chat": person.chat(),
            "from": person.described(),
            "date": int(world.clock.now()),
            "old_chat_member": {"user": bot.described(), "status": old}
            | ({"until_date": 0} if old == "kicked" else {}),
            "new_chat_member": {"user": bot.described(), "status": now}
            | ({"until_date": 0} if now == "kicked" else {}),
        }
        updates.enqueue(world, bot, "my_chat_member", content, queue=f"member:{person.id}")


def what_is_seen(chat: Chat) -> list[dict[str, Any]]:
    """The chat as the customer's screen shows it."""
    return [
        {
            "message_id": message.id,
            "author": message.author,
            "kind": message.kind,
            "text": message.text,
            "files": [{"name": file.name, "size": len(file.content)} for file in message.files],
            "buttons": [
                button.get("callback_data")
                for row in (message.markup or {}).get("inline_keyboard", [])
                for button in row
            ],
            "reply_to": message.reply_to,
            "edited": message.edited_at is not None,
        }
        for message in chat.messages.values()
        if not message.deleted
    ]


def _described(kind: str, file: File) -> dict[str, Any]:
    size = {"width": file.width, "height": file.height}
    match kind:
        case "photo":
            small = {**file.described(sized=True), "width": 90, "height": 67, "file_size": 1000}
            return {"photo": [small, file.described(sized=True)]}
        case "video":
            return {kind: {**file.described(), **size, "duration": 3}}
        case "animation":
            shape = {**file.described(), **size, "duration": 3}
            return {kind: shape, "document": file.described()}
        case "video_note":
            return {kind: {**file.described(), "length": 240, "duration": 3}}
        case "voice" | "audio":
            return {kind: {**file.described(), "duration": 3}}
        case "sticker":
            flags = {"is_animated": False, "is_video": False, "type": "regular"}
            return {kind: {**file.described(), "width": 512, "height": 512, "emoji": "\N{THUMBS UP SIGN}", **flags}}
        case "document":
            return {kind: file.described()}
    raise ValueError(kind)
