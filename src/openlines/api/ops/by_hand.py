"""Routes that the framework does not know, described by hand: the visitors' API, the sockets, vendors, operations."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import msgspec

from openlines.api.ops.frames import STAFF_DOWN, VISITOR_DOWN
from openlines.api.staff.socket import Seen, Subscribe, Typing
from openlines.api.visitor.asking import Agreement, FormAnswers
from openlines.api.visitor.letters import TranscriptRequest, TranscriptSent
from openlines.api.visitor.shapes import Introduction, Opening, Press, Rating, Writing
from openlines.api.visitor.sockets import VisitorDelivered, VisitorHello, VisitorRead, VisitorTyping
from openlines.realtime.visitors import Face, VisitorConversation, VisitorMessage

WIDGET: Final = "/api/v1/widget/{key}"


class ByHand(NamedTuple):
    """A route. `down`: frames that a socket sends; `query`: parameters with their schemas."""

    method: str  # GET, POST, PATCH, or WS
    path: str
    name: str  # of the operation
    tag: str
    summary: str
    about: str = ""
    body: Any = None
    answer: Any = None
    down: Any = None
    status: int = 200
    query: Mapping[str, dict[str, Any]] = {}
    secured: bool = True


class Sent(msgspec.Struct):
    """`200` instead of `201` says that the message was there already."""

    id: int
    seq: int
    at: str


class AskedConsent(msgspec.Struct):
    """The text to agree to; the chat shows it with its link."""

    version: str
    text: str
    url: str


class AskedQuestion(msgspec.Struct):
    """A question of the form."""

    key: str
    kind: Literal["name", "email", "phone", "text", "choice"]
    label: str
    required: bool = False
    choices: list[str] = []


class AskedForm(msgspec.Struct):
    """The questions that this visitor has not answered yet."""

    when: Literal["before", "after"]
    fields: list[AskedQuestion]


class Asks(msgspec.Struct):
    """What the line asks; until what comes first is answered, words are refused: `consent_needed`, `form_needed`."""

    consent: AskedConsent | None = None
    form: AskedForm | None = None


class QueuePlace(msgspec.Struct):
    """His place among those who wait."""

    place: int
    wait: int | None = None


class VisitorSessionAnswer(msgspec.Struct):
    """The visitor as he was left."""

    token: str
    last_seq: int
    messages: list[VisitorMessage]
    unread: int
    read_by_staff: int
    thread_id: int | None = None
    delivered: int = 0
    name: str = ""
    email: str = ""
    conversation: VisitorConversation | None = None
    asks: Asks | None = None
    place: QueuePlace | None = None


class VisitorHistory(msgspec.Struct):
    """A piece of the thread."""

    items: list[VisitorMessage]
    more: bool


class ChatColors(msgspec.Struct):
    """Colours of the chat."""

    accent: str


class ChatHours(msgspec.Struct):
    """When the chat is shown and the line is open."""

    shown: bool
    open: bool
    opens_at: str | None = None
    changes_in: int | None = None


class ChatRating(msgspec.Struct):
    """How the line asks for ratings."""

    scale: Literal["like", "stars"]
    any_time: bool


class ChatInvitation(msgspec.Struct):
    """Words beside the button on some pages."""

    page: str
    after: int
    who: str
    text: str


class ChatPages(msgspec.Struct):
    """What differs from page to page."""

    hidden: list[str]
    invitations: list[ChatInvitation]


class ChatConfig(msgspec.Struct):
    """The chat as its owner set it."""

    name: str
    language: str
    texts: dict[str, str]
    colors: ChatColors
    position: str
    radius: int
    online: bool
    hours: ChatHours
    operators: list[Face]
    rating: ChatRating | None
    asks: bool
    file_limit: int
    sound: bool
    languages: list[str]
    typing_text: bool
    ask_contact: str
    bubble: bool | str
    transcript: bool = False
    greeting_bubble: str = ""
    pages: ChatPages | None = None


class Nothing(msgspec.Struct):
    """Done."""


_SEQ: Final = {"type": "integer", "minimum": 0}
_PAGE: Final = {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
_SESSION: Final = (
    "Begin here. Keep `token`, send it as `Authorization: Bearer` with everything else and as `token` of the next "
    "session: it is who the visitor is. Then write with `POST …/messages`, and hear with the socket or, now and then, "
    "`GET …/messages?after=` the last `seq` that you have."
)
_VISITOR_SOCKET: Final = (
    "The first frame is `hello`, within 20 seconds, with the token and in `after` the last `seq` that you have. "
    "`ready` comes, then what you missed, then what happens. Closed with 4401: unknown token, 4403: not here, "
    "4400: a frame that is none, 4429: too many, 1012 and 1013: come again. "
    "A connection that was lost is opened again with `after`."
)
_SOCKET: Final = (
    "The first frame is `subscribe` with `cursor` and `epoch` of a snapshot, or of the last frame that you have worked "
    "off. `ready` comes, then what was missed, then `changes` as they happen. Keep the `cursor` of each frame once you "
    "have worked it off: after a break, however long, subscribe with it. `reset` says that too much was missed: take a "
    "snapshot, read the lists again (a conversation whose `version` you have needs nothing), subscribe anew.\n\n"
    "To have every message: when a conversation comes with a `version` that you do not have, ask "
    "`GET /api/v1/threads/{thread_id}/messages?after=` the last `seq` that you have of its thread. Messages of "
    "`threads` that you subscribe to (a few, those on a screen) come by themselves, with their changes and delivery. "
    "`stale` names what to ask for again if you show it: lists that you subscribed to (`all`, `closed`), `me`, "
    "`portal`, `notices`, `line:7`, `queue:7`, `customer:7`. `gone`: you may see these no more.\n\n"
    "An open socket of somebody who may reply makes him online, and whoever is online is offered conversations: a "
    "program that only follows has a key with the scope `read` alone, which makes nobody online. Sockets are closed "
    "with 4001: signed out, or the key may not; 4400: a frame that is none; 4008: too slow; 4429: too many frames; "
    "1012 and 1013: come again."
)

BY_HAND: Final[Sequence[ByHand]] = (
    ByHand(
        "GET",
        f"{WIDGET}/config",
        "readChatConfig",
        "visitor",
        "How the chat looks and behaves",
        answer=ChatConfig,
        query={"lang": {"type": "string"}},
        secured=False,
    ),
    ByHand(
        "POST",
        f"{WIDGET}/session",
        "openVisitorSession",
        "visitor",
        "Be known, and hear what was said so far",
        _SESSION,
        body=Opening,
        answer=VisitorSessionAnswer,
        secured=False,
    ),
    ByHand(
        "PATCH",
        f"{WIDGET}/session",
        "introduceVisitor",
        "visitor",
        "Say who one is; how far one has read",
        "What is left out stays as it is. Shown to operators as the page's word: it proves nothing.",
        body=Introduction,
        answer=Nothing,
    ),
    ByHand(
        "POST",
        f"{WIDGET}/messages",
        "writeAsVisitor",
        "visitor",
        "Write. Answered when the words are on disk",
        "At most 4000 characters, or files. Repeat it with the same `client_message_id` until it is answered.",
        body=Writing,
        answer=Sent,
        status=201,
    ),
    ByHand(
        "GET",
        f"{WIDGET}/messages",
        "listVisitorMessages",
        "visitor",
        "What was said, in order",
        "The last ones, or those before or after a `seq`. `seq` has gaps: facts and notes are between us.",
        answer=VisitorHistory,
        query={"before": _SEQ, "after": _SEQ, "limit": _PAGE},
    ),
    ByHand(
        "POST",
        f"{WIDGET}/files",
        "uploadVisitorFile",
        "visitor",
        "Upload a file: the raw body, with X-File-Name",
        "Its `id` then goes into `files` of a message.",
        status=201,
    ),
    ByHand(
        "GET",
        f"{WIDGET}/files/{{file_id}}",
        "readVisitorFile",
        "visitor",
        "A file of one's own thread",
        query={"preview": {"type": "string", "enum": ["1"]}},
    ),
    ByHand(
        "POST",
        f"{WIDGET}/rating",
        "rateAsVisitor",
        "visitor",
        "Rate a conversation",
        "Once more changes it; with `comment`, words are added to it.",
        body=Rating,
        answer=Nothing,
    ),
    ByHand(
        "POST",
        f"{WIDGET}/press",
        "pressButton",
        "visitor",
        "Press a button under a message",
        body=Press,
        answer=Nothing,
    ),
    ByHand(
        "POST",
        f"{WIDGET}/consent",
        "agreeAsVisitor",
        "visitor",
        "Agree to the consent text that was shown",
        "409 `consent_changed`: the text is another one meanwhile; open the session again and show it.",
        body=Agreement,
        answer=Nothing,
    ),
    ByHand(
        "POST",
        f"{WIDGET}/form",
        "answerForm",
        "visitor",
        "Answer the form of the line",
        body=FormAnswers,
        answer=Nothing,
    ),
    ByHand(
        "POST",
        f"{WIDGET}/transcript",
        "requestTranscript",
        "visitor",
        "Be sent the conversation by e-mail",
        body=TranscriptRequest,
        answer=TranscriptSent,
    ),
    ByHand(
        "WS",
        f"{WIDGET}/socket",
        "visitorSocket",
        "visitor",
        "The visitor's socket; its first frame says hello",
        _VISITOR_SOCKET,
        body=VisitorHello | VisitorTyping | VisitorDelivered | VisitorRead,
        down=VISITOR_DOWN,
        secured=False,
    ),
    ByHand(
        "WS",
        "/api/v1/socket",
        "staffSocket",
        "realtime",
        "The workspace's socket: subscribe, typing, seen",
        _SOCKET,
        body=Subscribe | Typing | Seen,
        down=STAFF_DOWN,
    ),
    ByHand(
        "POST",
        "/hooks/{kind}/{key}",
        "takeVendorEvent",
        "vendors",
        "Events of a vendor; proven as his protocol has it",
        secured=False,
    ),
    ByHand("GET", "/healthz", "readHealth", "operations", "The process is alive", secured=False),
    ByHand("GET", "/readyz", "readReadiness", "operations", "The process may be sent requests", secured=False),
    ByHand("GET", "/metrics", "readMetrics", "operations", "Figures for Prometheus", secured=False),
)
