"""What a channel is: a folder that declares a manifest, parses what comes in and renders what goes out.

`verify`, `acknowledge`, `explode`, `parse` and `render` are pure. `connect`, `check`, `disconnect`, `poll`, `send`,
`answer_press`, `typing` and `fetch` do I/O through the guarded HTTP client they are handed and keep no state of
their own. Nothing outside the folder names the kind: the rest of the house asks for capabilities.

A kind whose customers read from us directly (`pushes=False`, the website) is a manifest and nothing more.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

from openlines.support.outbound import Http
from openlines.support.secrets import Secret

Words = Mapping[str, str]  # {"ru": …, "en": …}

FieldType = Literal["text", "secret", "url", "color", "choice", "flag", "list", "schedule", "words", "invitations"]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the channel can show; the core, the drivers and the workspace ask these and never the kind."""

    text_limit: int = 4096
    text_unit: Literal["utf16", "chars", "bytes"] = "chars"
    caption_limit: int | None = None
    automatic_texts: bool = True  # greetings and the like may be sent
    rating: Literal["widget", "buttons", "digits"] = "digits"
    text_set: Literal[1, 2] = 2  # which set of rating texts (rules.md 6)
    pushes: bool = True  # we send to a vendor; False: the customer's device reads from us
    buttons: bool = False
    files: bool = True
    file_limit: int = 20_000_000  # bytes, outgoing
    incoming_file_limit: int = 20_000_000
    edits: bool = False  # our own messages can be edited there
    deletes: bool = False
    typing_in: bool = False  # we hear the customer typing
    typing_out: bool = False
    delivered: bool = False
    read: bool = False
    reply_window: int | None = None  # seconds after the customer's last words
    outgoing: bool = True  # an operator may start a conversation in a closed thread
    reconciles: bool = False  # after `unknown` the channel can be asked whether the message arrived
    polls: bool = False  # can work without a public address
    webhooks: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One control of the settings form, drawn from the manifest. Checked by `openlines.channels.fields`."""

    name: str
    label: Words
    help: Words
    type: FieldType = "text"
    required: bool = False
    default: Any = ""
    choices: Sequence[tuple[str, Words]] = ()  # of "words": what may be put in other words, and what it says now
    pattern: str = ""  # of the whole value
    example: str = ""  # of what matches `pattern`, for who has written something else
    group: str = ""  # "" | "look" | "pages" | "letters" | "hours" | "words" | "safety" | "advanced"
    generated: bool = False  # a secret made by us when the channel is created; never asked for
    unique: bool = False  # no two channels have the same value: it goes into no copy and no file
    # What of a secret names the account at the vendor (a pattern with one group): two channels may not share one.
    account: str = ""
    limit: int = 2000  # characters of a text (of "words": of each), entries of a list


@dataclass(frozen=True, slots=True)
class Manifest:
    """A kind, as data: reading it loads nothing of the kind's code."""

    kind: str
    name: Words
    color: str  # of the tile, #rrggbb
    capabilities: Capabilities
    fields: Sequence[Field] = ()
    order: int = 100  # place among the tiles
    guide: Sequence[Words] = ()  # what to press in the vendor's console, step by step
    # What can be wrong with a channel of this kind (`Health.code`, `AuthDead.code`), and what to do about it.
    troubles: Mapping[str, Words] = field(default_factory=dict)


class Account(NamedTuple):
    """One connected channel, as its code sees it."""

    id: int
    key: str  # public: part of the webhook's address
    settings: Mapping[str, Any]
    secrets: Mapping[str, Secret]
    public_url: str | None  # https address of this portal; None: there is none, or it does not work at present


class Request(NamedTuple):
    """A vendor's request as received: header names in lower case, the body untouched."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


class Answer(NamedTuple):
    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain"


class RawEvent(NamedTuple):
    """One event of a request, ready to be kept. Order is kept within `lane`; `dedupe` is unique per channel."""

    dedupe: str
    lane: str
    body: bytes


class RemoteFile(NamedTuple):
    """A file that lies with the vendor: `ref` is what `fetch` needs."""

    ref: str
    name: str = ""
    type: str = ""
    size: int | None = None
    width: int | None = None
    height: int | None = None
    role: Literal["file", "image", "audio", "voice", "video", "sticker"] = "file"


class Who(NamedTuple):
    """A customer as the channel names him."""

    external_id: str  # of the thread: what `Outgoing.external_id` will carry back
    name: str = ""
    handle: str = ""
    language: str = ""
    photo: RemoteFile | None = None
    address: str = ""  # JSON of what is needed to answer, when external_id is not enough


class Said(NamedTuple):
    who: Who
    dedupe: str  # the vendor's message id
    text: str = ""
    files: tuple[RemoteFile, ...] = ()
    at: int | None = None  # µs, the vendor's clock
    reply_to: str | None = None  # vendor's id of the message answered, ours or his
    data: Mapping[str, Any] = {}


class Edited(NamedTuple):
    """A message as it reads now, whole: when nobody has heard of it yet, it is taken as said."""

    said: Said


class Deleted(NamedTuple):
    who: Who
    dedupe: str


class Pressed(NamedTuple):
    """A button under one of our messages. `answer` is what the vendor wants back (Telegram's callback id)."""

    who: Who
    key: str
    dedupe: str
    answer: str = ""


class Marked(NamedTuple):
    """The vendor tells how far one of our messages got."""

    external_message_id: str
    state: Literal["delivered", "read", "failed"]
    error: str = ""


class Reachable(NamedTuple):
    """The customer blocked us (`reason`) or can be written to again (None)."""

    who: Who
    reason: str | None


class Ignored(NamedTuple):
    """Understood and of no interest (our own echo, a service message)."""

    why: str


Inbound = Said | Edited | Deleted | Pressed | Marked | Reachable | Ignored


class OutgoingFile(NamedTuple):
    id: str
    name: str
    type: str
    size: int


class Button(NamedTuple):
    key: str  # ≤ 64 bytes
    text: str


class Outgoing(NamedTuple):
    """One message on its way out."""

    external_id: str
    address: str
    text: str = ""
    files: tuple[OutgoingFile, ...] = ()
    buttons: tuple[Button, ...] = ()
    reply_to: str | None = None  # vendor's id of the message answered
    what: Literal["message", "edit", "delete"] = "message"
    target: tuple[str, ...] = ()  # edit and delete: the vendor's ids of all parts, in order


class Call(NamedTuple):
    """One request to the vendor; a long message becomes several, sent in order."""

    method: str
    params: Mapping[str, Any]
    files: tuple[OutgoingFile, ...] = ()


class Bubble(NamedTuple):
    """What a customer sees of a message: its words, and the captions of the buttons under them, row by row."""

    text: str
    buttons: tuple[tuple[str, ...], ...] = ()


class Sent(NamedTuple):
    """Done; the vendor's ids of the messages that it made or changed, and of those that it took away."""

    external_ids: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


class Retry(NamedTuple):
    """Not done, and nothing reached the customer: try again."""

    after: float = 0.0  # seconds; 0: whoever drives chooses, ever later
    scope: Literal["message", "thread", "channel"] = "message"
    code: str = ""
    detail: str = ""


class Failed(NamedTuple):
    """It will never be done. `code` is worded at the edge, `detail` is the vendor's own sentence."""

    code: str
    detail: str = ""
    unreachable: bool = False  # nothing can be sent to this customer until he writes again


class Unknown(NamedTuple):
    """The bytes left and no answer came: never sent again blindly."""

    detail: str = ""


class AuthDead(NamedTuple):
    """The vendor no longer accepts our credentials: the channel is broken until somebody acts."""

    code: str
    detail: str = ""


Outcome = Sent | Retry | Failed | Unknown | AuthDead


class Health(NamedTuple):
    """How a channel is.

    `code` is one of the manifest's `troubles`. `again`: connecting anew may cure it. `facts` (the bot's name …)
    are kept in the channel's settings under "facts". `by` says how events come in.
    """

    ok: bool
    code: str = ""
    detail: str = ""
    facts: Mapping[str, Any] = {}
    by: Literal["webhook", "poll", ""] = ""
    again: bool = False


class Polled(NamedTuple):
    """Events since the cursor, and the cursor to go on from. Both are kept in one transaction."""

    events: Sequence[RawEvent]
    cursor: str


class FetchFailed(Exception):
    """A file could not be had. `again`: it may be had later."""

    def __init__(self, code: str, *, again: bool) -> None:
        super().__init__(code)
        self.code = code
        self.again = again


class OpenFile(Protocol):
    """The content of one of our files, piece by piece; called again for every attempt."""

    def __call__(self, file_id: str) -> AsyncIterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Pacing the vendor asks for; the deliver worker keeps to it."""

    per_thread: float = 0.0  # seconds between two messages of one thread
    burst: int = 1  # so many of one thread may go at once before that
    per_channel: float = 0.0  # seconds between two messages of one channel; a second's worth may go at once


class Channel(Protocol):
    """A kind of channel. One instance serves all accounts of the kind and keeps no state of theirs."""

    manifest: Manifest
    limits: Limits

    def verify(self, account: Account, request: Request) -> bool:
        """Whether the request is really the vendor's. Constant time; parses no more than the proof needs."""
        ...

    def acknowledge(self, account: Account, request: Request) -> Answer:
        """What the vendor wants to hear once its events are kept."""
        ...

    def explode(self, account: Account, body: bytes) -> list[RawEvent]:
        """The events of a request. Never raises: what cannot be read is one event, kept as it is."""
        ...

    def parse(self, account: Account, body: bytes) -> list[Inbound]:
        """What one event says. Whatever it raises quarantines the event."""
        ...

    def render(self, account: Account, outgoing: Outgoing) -> list[Call]:
        """The requests that carry a message out: the same for the same message, however often it is asked.

        None at all means that there is nothing the channel could show.
        """
        ...

    def shown(self, call: Call) -> Bubble:
        """What a request makes the customer see: for previews of texts."""
        ...

    async def send(self, account: Account, call: Call, http: Http, open_file: OpenFile) -> Outcome:
        """Carries out one request. Does not try again by itself."""
        ...

    async def connect(self, account: Account, http: Http) -> Health:
        """Makes the vendor's side as it should be (webhook or not) and says how it is."""
        ...

    async def check(self, account: Account, http: Http) -> Health:
        """Asks the vendor whether all is well, and changes nothing."""
        ...

    async def disconnect(self, account: Account, http: Http) -> None:
        """Leaves nothing of ours at the vendor."""
        ...

    async def poll(self, account: Account, cursor: str, http: Http) -> Polled | Retry | AuthDead:
        """Waits a while for events after `cursor` ("" at first)."""
        ...

    async def answer_press(self, account: Account, answer: str, text: str, http: Http) -> None:
        """Confirms a press to the customer who pressed; a failure is nobody's concern."""
        ...

    async def typing(self, account: Account, external_id: str, http: Http) -> None:
        """Shows the customer that somebody is writing; a failure is nobody's concern."""
        ...

    def fetch(self, account: Account, ref: str, http: Http) -> AsyncIterator[bytes]:
        """The content of a `RemoteFile`. Raises `FetchFailed`."""
        ...


def hook_address(account: Account, kind: str) -> str | None:
    """Where the vendor's events shall be sent; None when there is no public address."""
    return f"{account.public_url}/hooks/{kind}/{account.key}" if account.public_url else None
