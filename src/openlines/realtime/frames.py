"""Frames of the socket, put together from pieces that are encoded once however many sockets get them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

PING: Final = '{"type":"ping"}'
RESET: Final = '{"type":"reset"}'

_encode: Final = msgspec.json.Encoder().encode


def text(value: Any) -> str:
    """JSON of a value."""
    return _encode(value).decode()


def ready(cursor: int, epoch: str, now: str) -> str:
    return text({"type": "ready", "cursor": cursor, "epoch": epoch, "now": now})


class Changes:
    """What one session is told of one batch. The pieces are JSON already; `gone` and `stale` are values."""

    __slots__ = ("gone", "lists", "messages", "rows", "stale")

    def __init__(self) -> None:
        self.rows: dict[int, str] = {}
        self.gone: set[int] = set()
        self.messages: list[str] = []
        self.lists: dict[str, str] = {}  # users, lines, channels, departments: whole JSON lists
        self.stale: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self.rows or self.gone or self.messages or self.lists or self.stale)

    def frame(self, cursor: int, joined: dict[tuple[str, ...], str] | None = None) -> str:
        """The whole frame. `joined` keeps rows put together for all who get the same ones of one batch."""
        parts = [f'{{"type":"changes","cursor":{cursor}']
        if self.rows:
            rows = tuple(self.rows.values())
            found = None if joined is None else joined.get(rows)
            if found is None:
                found = f'"conversations":[{",".join(rows)}]'
                if joined is not None:
                    joined[rows] = found
            parts.append(found)
        if self.gone:
            parts.append(f'"gone":{text(sorted(self.gone))}')
        if self.messages:
            parts.append(f'"messages":[{",".join(self.messages)}]')
        parts += [f'"{name}":{items}' for name, items in self.lists.items()]
        if self.stale:
            parts.append(f'"stale":{text(sorted(self.stale))}')
        return ",".join(parts) + "}"


def listed(items: Iterable[Any]) -> str:
    """A JSON list of values."""
    return text(list(items))


def typing(thread_id: int, who: str, *, user_id: int | None = None, words: str = "") -> str:
    frame: dict[str, Any] = {"type": "typing", "thread_id": thread_id, "who": who}
    if user_id is not None:
        frame["user_id"] = user_id
    if words:
        frame["text"] = words
    return text(frame)


def visitor(kind: str, values: Mapping[str, Any] | None = None) -> str:
    """A frame for a visitor's socket."""
    return text({"type": kind, **(values or {})})
