"""What the fake Bot API knows: bots, people, chats, messages, files, the updates on their way, and a ledger.

Times are seconds of the fake's own clock, which runs `speed` times as fast as the real one.
"""

import asyncio
import itertools
import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

TOKEN_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
DAY = 86_400.0


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What a bot gets that never asked for anything.
DEFAULT_UPDATES = names(
    "message edited_message channel_post edited_channel_post callback_query my_chat_member inline_query poll"
)
ALL_UPDATES = DEFAULT_UPDATES | {"chat_member", "message_reaction", "message_reaction_count", "business_message"}


class ApiError(Exception):
    """The Bot API says no."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


def bad(description: str) -> ApiError:
    return ApiError(400, f"Bad Request: {description}")


def too_many(seconds: float) -> ApiError:
    whole = max(1, -(-int(seconds * 1000) // 1000))
    return ApiError(429, f"Too Many Requests: retry after {whole}", retry_after=whole)


class Clock:
    """Seconds since the epoch, `speed` times as fast."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._started = time.time()  # noqa: TID251 - a vendor has a clock of its own
        self._monotonic = time.monotonic()

    def now(self) -> float:
        return self._started + (time.monotonic() - self._monotonic) * self.speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds) / self.speed)


class Bucket:
    """`rate` a second, `burst` at once."""

    def __init__(self, clock: Clock, rate: float, burst: float) -> None:
        self._clock, self._rate, self._burst = clock, rate, burst
        self._tokens, self._at = burst, clock.now()

    def take(self, cost: int = 1) -> float:
        """0, or how long until there is room."""
        now = self._clock.now()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens >= min(cost, self._burst):
            self._tokens -= cost
            return 0.0
        return (cost - self._tokens) / self._rate


@dataclass
class File:
    file_id: str
    unique_id: str
    content: bytes
    name: str = ""
    type: str = ""
    width: int = 0
    height: int = 0
    place: str = ""  # said to be there instead

    @property
    def path(self) -> str:
        return self.place or f"files/{self.unique_id}_{self.file_id[-6:]}"

    def described(self, *, sized: bool = False) -> dict[str, Any]:
        shape: dict[str, Any] = {
            "file_id": self.file_id,
            "file_unique_id": self.unique_id,
            "file_size": len(self.content),
        }
        if sized:
            return shape | {"width": self.width or 100, "height": self.height or 100}
        if self.name:
            shape["file_name"] = self.name
        if self.type:
            shape["mime_type"] = self.type
        return shape


@dataclass(eq=False)
class Person:
    id: int
    first_name: str = "Anna"
    last_name: str = ""
    username: str = ""
    language: str = "ru"
    photo: File | None = None
    deactivated: bool = False

    def described(self) -> dict[str, Any]:
        user: dict[str, Any] = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        optional = {"last_name": self.last_name, "username": self.username, "language_code": self.language}
        return user | {name: value for name, value in optional.items() if value}

    def chat(self) -> dict[str, Any]:
        chat: dict[str, Any] = {"id": self.id, "type": "private", "first_name": self.first_name}
        optional = {"last_name": self.last_name, "username": self.username}
        return chat | {name: value for name, value in optional.items() if value}


@dataclass
class Message:
    """A message of a chat; `shape` is its content as the Bot API describes it."""

    id: int
    author: Literal["customer", "bot"]
    at: float
    shape: dict[str, Any]
    files: list[File] = field(default_factory=list)
    markup: dict[str, Any] | None = None
    reply_to: int | None = None
    edited_at: float | None = None
    deleted: bool = False

    @property
    def text(self) -> str:
        return str(self.shape.get("text", self.shape.get("caption", "")))

    @property
    def kind(self) -> str:
        media = ("photo", "animation", "video", "audio", "voice", "video_note", "sticker", "document")
        return next((name for name in media if name in self.shape), "text" if "text" in self.shape else "other")


@dataclass
class Chat:
    """The private chat of a bot with a person."""

    person: Person
    started: bool = False
    blocked: bool = False
    messages: dict[int, Message] = field(default_factory=dict)
    next_id: int = 1
    bucket: Bucket | None = None
    typing_until: float = 0.0
    quiet_until: float = 0.0  # told to be: whoever writes before breaks the rule

    def new_id(self) -> int:
        self.next_id += 1
        return self.next_id - 1


@dataclass
class Update:
    id: int
    kind: str
    content: dict[str, Any]
    queue: str
    expires_at: float
    fails: int = 0
    delay: float = 1.0
    wake_at: float = 0.0

    def body(self) -> dict[str, Any]:
        return {"update_id": self.id, self.kind: self.content}


@dataclass
class Query:
    """A press of a button."""

    id: str
    at: float
    person: Person
    message_id: int
    key: str
    answered: str | None = None


@dataclass
class Fault:
    """What goes wrong with the next `count` calls of a method ("*" = any)."""

    method: str
    kind: str
    count: int = 1
    seconds: float = 0.0
    chat: int | None = None


@dataclass
class Webhook:
    url: str = ""
    secret: str = ""
    max_connections: int = 40
    ip_address: str = ""
    last_error_date: float = 0.0
    last_error_message: str = ""
    gone_since: float = 0.0  # 410 since then


@dataclass
class Bot:
    id: int
    token: str
    name: str
    username: str
    next_update_id: int
    revoked: bool = False
    chats: dict[int, Chat] = field(default_factory=dict)
    updates: deque[Update] = field(default_factory=deque)
    allowed: frozenset[str] = DEFAULT_UPDATES
    webhook: Webhook = field(default_factory=Webhook)
    queries: dict[str, Query] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    bucket: Bucket | None = None
    # getUpdates
    poll: asyncio.Future[str] | None = None
    last_offset: int | None = None
    last_poll_at: float = -1000.0
    next_conflict_at: float = 0.0
    next_set_webhook_at: float = 0.0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def described(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": self.name,
            "username": self.username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": True,
            "has_main_web_app": False,
        }


@dataclass
class Entry:
    """One line of the ledger: what the customer said or saw, in the order in which it happened."""

    n: int
    at: float
    bot: int
    chat: int
    who: Literal["customer", "bot"]
    what: str  # said | edited | deleted | pressed | confirmed | blocked | unblocked
    message_id: int
    text: str
    kind: str = "text"


class World:
    """Everything that one fake server knows."""

    def __init__(self, *, speed: float = 1.0, local: bool = False, chat_rate: float = 1.0, chat_burst: int = 5) -> None:
        self.clock = Clock(speed)
        self.local = local  # as with --local: webhooks over http, on any port and address
        self.chat_rate, self.chat_burst = chat_rate, chat_burst
        self.bots: dict[str, Bot] = {}
        self.people: dict[int, Person] = {}
        self.faults: list[Fault] = []
        self.ledger: list[Entry] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []  # every method asked, with its parameters
        self.violations: list[str] = []  # rules that the client broke
        self.duplicate_updates = 0  # so many of the next updates are delivered twice
        self.addresses: dict[
            str, str
        ] = {}  # where a public address really is: "https://chat.example" → "http://127.0.0.1:1"
        self._numbers = itertools.count(1)

    def add_bot(self, token: str = "", name: str = "Shop", username: str = "shop_bot") -> Bot:
        if not token:
            letters = "".join(secrets.choice(TOKEN_CHARACTERS) for _ in range(35))
            token = f"{secrets.randbelow(9 * 10**8) + 10**8}:{letters}"
        bot = Bot(int(token.partition(":")[0]), token, name, username, secrets.randbelow(10**8) + 10**8)
        bot.bucket = Bucket(self.clock, 30.0, 30.0)
        self.bots[token] = bot
        return bot

    def person(self, person_id: int, **values: Any) -> Person:
        """The person with this id, made or changed as told."""
        person = self.people.setdefault(person_id, Person(person_id))
        for name, value in values.items():
            setattr(person, name, value)
        return person

    def chat(self, bot: Bot, person: Person) -> Chat:
        chat = bot.chats.get(person.id)
        if chat is None:
            chat = bot.chats[person.id] = Chat(person)
            chat.bucket = Bucket(self.clock, self.chat_rate, self.chat_burst)
        return chat

    def keep_file(
        self, bot: Bot, content: bytes, name: str = "", type_: str = "", size: tuple[int, int] = (0, 0)
    ) -> File:
        file = File(secrets.token_urlsafe(24), secrets.token_hex(8), content, name, type_, *size)
        bot.files[file.file_id] = file
        return file

    def write(
        self,
        bot: Bot,
        chat: Chat,
        who: Literal["customer", "bot"],
        what: str,
        message_id: int,
        text: str,
        kind: str = "text",
    ) -> None:
        entry = Entry(next(self._numbers), self.clock.now(), bot.id, chat.person.id, who, what, message_id, text, kind)
        self.ledger.append(entry)

    def take_fault(self, method: str, chat_id: int | None) -> Fault | None:
        """The fault that strikes this call."""
        for fault in self.faults:
            if fault.method.lower() in ("*", method) and fault.chat in (None, chat_id):
                fault.count -= 1
                if fault.count <= 0:
                    self.faults.remove(fault)
                return fault
        return None

    def shown(self, bot: Bot, chat: Chat, message: Message) -> dict[str, Any]:
        """A message as the Bot API describes it."""
        author = chat.person.described() if message.author == "customer" else bot.described()
        base: dict[str, Any] = {
            "message_id": message.id,
            "from": author,
            "chat": chat.person.chat(),
            "date": int(message.at),
            **message.shape,
        }
        if message.edited_at is not None:
            base["edit_date"] = int(message.edited_at)
        if message.markup is not None:
            base["reply_markup"] = message.markup
        if message.reply_to is not None and (answered := chat.messages.get(message.reply_to)) is not None:
            base["reply_to_message"] = {**self.shown(bot, chat, answered)}
            base["reply_to_message"].pop("reply_to_message", None)
        return base
