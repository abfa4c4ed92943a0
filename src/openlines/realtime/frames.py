"""Frames of the socket, put together from pieces that are encoded once however many sockets get them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Self

import msgspec

PING: Final = '{"type":"ping"}'
RESET: Final = '{"type":"reset"}'

_encode: Final = msgspec.json.Encoder().encode


def text(value: Any) -> str:
    """JSON of a value."""
    return _encode(value).decode()


def ready(cursor: int, epoch: str, now: str) -> str:
    return text({"type": "ready", "cursor": cursor, "epoch": epoch, "now": now})


class Shared(str):
    """A frame that several sockets get: encoded once, not once for each of them."""

    __slots__ = ("_utf8",)
    _utf8: bytes

    def __new__(cls, frame: str) -> Self:
        made = super().__new__(cls, frame)
        made._utf8 = frame.encode()
        return made

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return self._utf8 if encoding == "utf-8" else super().encode(encoding, errors)


class Changes:
    """What one session is told of one batch. The pieces are JSON already; `gone` and `stale` are values."""

    __slots__ = ("gone", "lists", "messages", "rows", "shared", "stale")

    def __init__(self) -> None:
        self.shared: list[str] = []  # rows that many are told, put together
        self.rows: dict[int, str] = {}
        self.gone: set[int] = set()
        self.messages: list[str] = []
        self.lists: dict[str, str] = {}  # users, lines, channels, departments: whole JSON lists
        self.stale: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self.shared or self.rows or self.gone or self.messages or self.lists or self.stale)

    def frame(self, cursor: int, made: dict[tuple[str, ...], Shared] | None = None) -> str:
        """The whole frame. `made` keeps those of one batch that more than one session may get."""
        if made is None or not self.shared or self.rows or self.gone or self.messages or self.lists:
            return self._frame(cursor)
        key = (*self.shared, *sorted(self.stale))
        found = made.get(key)
        if found is None:
            found = made[key] = Shared(self._frame(cursor))
        return found

    def _frame(self, cursor: int) -> str:
        parts = [f'{{"type":"changes","cursor":{cursor}']
        if self.shared or self.rows:
            parts.append(f'"conversations":[{",".join([*self.shared, *self.rows.values()])}]')
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
