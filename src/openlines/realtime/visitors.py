"""What a visitor of the website is shown: his own words and what was said to him, nothing of the work behind it."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from openlines.core.state import Conversation
from openlines.realtime.shapes import shown_file
from openlines.realtime.sockets import Socket, Wire
from openlines.store.messages import MessageRow
from openlines.store.users import User
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

    name: str
    photo: str | None = None


class VisitorConversation(msgspec.Struct, omit_defaults=True):
    id: int
    state: str
    operator: Face | None = None
    rating_asked: bool = False
    rating: int | None = None


_STATES: Final = {"offered": "waiting"}  # whom it is offered to is no business of the customer


def visitor_message(row: MessageRow, people: Mapping[int, User]) -> VisitorMessage:
    """A message of kind "text" as its customer sees it."""
    message = VisitorMessage(
        id=row.id,
        seq=row.seq,
        author=row.author,
        at=stamp(row.at),
        edited_at=stamp_or_none(row.edited_at),
        client_message_id=row.dedupe if row.author == "customer" else None,
    )
    if row.author == "operator" and (person := people.get(row.author_id or 0)) is not None:
        message.name, message.photo = person.name, person.photo_id
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


def visitor_conversation(c: Conversation, people: Mapping[int, User]) -> VisitorConversation:
    person = people.get(c.operator_id or 0) if c.state in {"active", "closing"} else None
    return VisitorConversation(
        id=c.id,
        state=_STATES.get(c.state, c.state),
        operator=None if person is None else Face(person.name, person.photo_id),
        rating_asked=c.rating_asked_at is not None,
        rating=c.rating,
    )


class VisitorSession(Socket):
    """A visitor's socket. `thread_id` is None until his first words."""

    __slots__ = ("channel_id", "external_id", "last_conversation", "read_by_staff", "thread_id")

    def __init__(self, wire: Wire, channel_id: int, external_id: str, thread_id: int | None) -> None:
        super().__init__(wire)
        self.channel_id = channel_id
        self.external_id = external_id
        self.thread_id = thread_id
        self.last_conversation = ""
        self.read_by_staff = 0
