"""Bodies of the visitors' requests."""

from typing import Annotated, Any

import msgspec

Number = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class Writing(msgspec.Struct, gc=False):
    """A message. The same `client_message_id` twice is one message."""

    client_message_id: str
    text: str = ""
    files: list[str] = []


class Opening(msgspec.Struct):
    """A window of the chat opens. `identity`: a JWT that the site signed."""

    token: str = ""
    page: str = ""
    title: str = ""
    referrer: str = ""
    language: str = ""
    time_zone: str = ""
    identity: str = ""


class Introduction(msgspec.Struct):
    name: str = ""
    email: str = ""
    phone: str = ""
    data: dict[str, Any] = {}
    read_seq: Number = 0


class Rating(msgspec.Struct):
    value: Number
    comment: str | None = None
    conversation_id: Number | None = None


class Press(msgspec.Struct):
    message_id: Number
    key: str
