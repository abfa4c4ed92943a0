"""Bodies of the visitors' requests."""

from typing import Any

import msgspec


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
    read_seq: int = 0


class Rating(msgspec.Struct):
    value: int
    comment: str | None = None
    conversation_id: int | None = None


class Press(msgspec.Struct):
    message_id: int
    key: str
