"""What a visitor of the website is shown: his own words and what was said to him, nothing of the work behind it."""

from typing import Any, Final

import msgspec

from openlines.core.state import Conversation
from openlines.realtime.shapes import shown_file
from openlines.realtime.sockets import Socket, Wire
from openlines.services.faces import People, author_of, face_of
from openlines.store.messages import MessageRow
from openlines.support.stamps import stamp, stamp_or_none


class VisitorMessage(msgspec.Struct, omit_defaults=True):
    id: int
    seq: int
    author: str
    at: str
    name: str = ""
    photo: str | None = None
    text: str = ""
    edited_at: str | None = None
    deleted: bool = False
    files: list[dict[str, Any]] = []
    buttons: list[dict[str, Any]] = []
    rating: dict[str, Any] | None = None
    client_message_id: str | None = None


class Face(msgspec.Struct, omit_defaults=True):
    """An operator as customers see him."""

    name: str = ""
    photo: str | None = None


class VisitorConversation(msgspec.Struct, omit_defaults=True):
    id: int
    state: str
    operator: Face | None = None
    rating_asked: bool = False
    rating: int | None = None


_STATES: Final = {"offered": "waiting"}  # whom it is offered to is no business of the customer


def visitor_message(row: MessageRow, people: People, language: str) -> VisitorMessage:
    """A message of kind "text" as its customer, who speaks `language`, sees it."""
    message = VisitorMessage(
        id=row.id,
        seq=row.seq,
        author=row.author,
        at=stamp(row.at),
        edited_at=stamp_or_none(row.edited_at),
        client_message_id=row.dedupe if row.author == "customer" else None,
    )
    if row.author == "operator":
        message.name, message.photo = author_of(people, row, language)
    if row.deleted_at is not None:
        message.deleted = True
        return message
    message.text = row.text
    if row.data:
        data = msgspec.json.decode(row.data)
        message.files = [shown_file(each) for each in data.get("files", ())]
        message.buttons = data.get("buttons", [])
        if "rating" in data:
            message.rating = {**data["rating"], "asked": data.get("auto") == "rating"}
    return message


def visitor_conversation(c: Conversation, people: People, language: str) -> VisitorConversation:
    held = c.operator_id is not None and c.state in {"active", "closing"}
    face = face_of(people.lines.get(c.line_id), people.users.get(c.operator_id or 0), language) if held else None
    return VisitorConversation(
        id=c.id,
        state=_STATES.get(c.state, c.state),
        operator=None if face is None else Face(face.name, face.photo),
        rating_asked=c.rating_asked_at is not None,
        rating=c.rating,
    )


class VisitorSession(Socket):
    """A visitor's socket. `thread_id` is None until his first words; `line_id` is the line that has him now."""

    __slots__ = ("channel_id", "external_id", "language", "last_conversation", "line_id", "read_by_staff", "thread_id")

    def __init__(
        self, wire: Wire, channel_id: int, external_id: str, thread_id: int | None, *, line_id: int, language: str
    ) -> None:
        super().__init__(wire)
        self.channel_id = channel_id
        self.external_id = external_id
        self.thread_id = thread_id
        self.line_id = line_id
        self.language = language
        self.last_conversation = ""
        self.read_by_staff = 0
