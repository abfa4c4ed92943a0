"""Frames of the two sockets as the description shows them; a test holds real ones against these shapes."""

from typing import Any

import msgspec

from openlines.realtime.shapes import ChannelBrief, Department, LineBrief, Message, Row, User
from openlines.realtime.visitors import VisitorConversation, VisitorMessage


class Ready(msgspec.Struct, tag="ready", forbid_unknown_fields=True):
    """What was missed is out, or nothing was; from here on it is live."""

    cursor: int
    epoch: str
    now: str


class Changes(msgspec.Struct, tag="changes", forbid_unknown_fields=True):
    """What has changed. Each thing comes whole and replaces the one with its number; one twice is harmless."""

    cursor: int
    conversations: list[Row] = []
    gone: list[int] = []
    messages: list[Message] = []
    users: list[User] = []
    lines: list[LineBrief] = []
    channels: list[ChannelBrief] = []
    departments: list[Department] = []
    stale: list[str] = []


class Reset(msgspec.Struct, tag="reset", forbid_unknown_fields=True):
    """Too much was missed, or what you may see has changed: take a new snapshot and subscribe with its cursor."""


class Ping(msgspec.Struct, tag="ping", forbid_unknown_fields=True):
    """The connection lives. There is nothing to answer."""


class SomebodyTypes(msgspec.Struct, tag="typing", forbid_unknown_fields=True):
    """Somebody types in a thread that you follow."""

    thread_id: int
    who: str
    user_id: int | None = None
    text: str = ""


class VisitorReady(msgspec.Struct, tag="ready", forbid_unknown_fields=True):
    """You are known; what you missed follows."""

    last_seq: int
    read_by_staff: int
    delivered: int = 0


class VisitorMessages(msgspec.Struct, tag="messages", forbid_unknown_fields=True):
    """Messages that are new or have changed; one twice is harmless."""

    items: list[VisitorMessage]


class VisitorTalk(msgspec.Struct, tag="conversation", forbid_unknown_fields=True):
    """The conversation has changed."""

    conversation: VisitorConversation


class ReadByStaff(msgspec.Struct, tag="read_by_staff", forbid_unknown_fields=True):
    """Our side has read so far."""

    seq: int


class OperatorTypes(msgspec.Struct, tag="typing", forbid_unknown_fields=True):
    """Somebody of ours types."""

    name: str = ""


class PlaceInQueue(msgspec.Struct, tag="place", forbid_unknown_fields=True):
    """The place in the queue, where the line tells it; without `place` it is over."""

    place: int | None = None
    wait: int | None = None


STAFF_DOWN: Any = Ready | Changes | Reset | Ping | SomebodyTypes
VISITOR_DOWN: Any = VisitorReady | VisitorMessages | VisitorTalk | ReadByStaff | OperatorTypes | PlaceInQueue | Ping
