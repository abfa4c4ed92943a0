"""Chats in the file of a line: how each looks and what it says, without its address, its key and its channel.

    "chats": [{"kind": "website", "name": "Website chat", "settings": {"accent": "#2563eb", …}}]

A new line gets a chat of its own for each; in an existing one its chats take the looks over, each from the chat of its
kind in the same place.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from openlines.channels.registry import manifests
from openlines.core.line import Problem
from openlines.services import channels, looks
from openlines.services.access import Actor
from openlines.services.errors import Invalid
from openlines.store import channels as rows
from openlines.store.tx import Reader, Tx
from openlines.support.secrets import Seal

MOST: Final = 100


class Chat(NamedTuple):
    """One chat of a file: `place` in it, `channel_id` of the line's chat that takes it over (0: a new one)."""

    place: int
    kind: str
    name: str
    settings: dict[str, Any]
    channel_id: int = 0


def out(reader: Reader, line_id: int) -> list[dict[str, Any]]:
    """The chats of a line as its file has them."""
    return [
        {"kind": row.kind, "name": row.name, "settings": looks.for_a_file(row)}
        for row in rows.of_line(reader, line_id)
        if looks.fields_of(row.kind)
    ]


def read(reader: Reader, given: Any, line_id: int | None, unknown: list[Problem]) -> list[Chat]:
    """The chats of a file that can be taken over; what cannot is added to `unknown`, at its path."""
    if not isinstance(given, list) or len(given) > MOST:
        raise Invalid.field("file.chats", "not_a_line_file")
    chats = [_shaped(f"file.chats.{place}", place, each) for place, each in enumerate(given)]
    placed = _of_new_line(reader, chats, unknown) if line_id is None else _of_line(reader, line_id, chats, unknown)
    return [_known(chat, unknown) for chat in placed]


def _shaped(path: str, place: int, given: Any) -> Chat:
    if not isinstance(given, Mapping):
        raise Invalid.field(path, "not_a_line_file")
    kind, name, settings = given.get("kind"), given.get("name", ""), given.get("settings", {})
    if not isinstance(kind, str) or not isinstance(name, str) or not isinstance(settings, dict):
        raise Invalid.field(path, "not_a_line_file")
    return Chat(place, kind, name.strip()[: channels.NAME_LIMIT], settings)


def _of_new_line(reader: Reader, chats: list[Chat], unknown: list[Problem]) -> Iterator[Chat]:
    taken: set[str] = set()
    single = channels.one_of_a_kind(reader)
    for chat in chats:
        if chat.kind not in manifests() or not looks.makes_new(chat.kind):
            unknown.append(Problem(f"file.chats.{chat.place}", "not_here_kind", {"value": chat.name or chat.kind}))
        elif single and chat.kind in taken:
            unknown.append(Problem(f"file.chats.{chat.place}", "not_here_second_chat", {"value": chat.name}))
        else:
            taken.add(chat.kind)
            yield chat


def _of_line(reader: Reader, line_id: int, chats: list[Chat], unknown: list[Problem]) -> Iterator[Chat]:
    present = list(rows.of_line(reader, line_id))
    for chat in chats:
        row = next((each for each in present if each.kind == chat.kind and looks.fields_of(each.kind)), None)
        if row is None:
            unknown.append(Problem(f"file.chats.{chat.place}", "not_here_chat", {"value": chat.name or chat.kind}))
        else:
            present.remove(row)
            yield chat._replace(channel_id=row.id)


def _known(chat: Chat, unknown: list[Problem]) -> Chat:
    carried = {field.name for field in looks.fields_of(chat.kind) if not field.unique}
    path = f"file.chats.{chat.place}.settings"
    unknown += [
        Problem(f"{path}.{name}", "not_here_setting", {"value": name}) for name in chat.settings if name not in carried
    ]
    return chat._replace(settings={name: value for name, value in chat.settings.items() if name in carried})


def make(tx: Tx, actor: Actor, line_id: int, chats: list[Chat], *, seal: Seal) -> None:
    """A channel for each chat. `Invalid` names a wrong value at its place in the file."""
    for chat in chats:
        name = chat.name or next(iter(manifests()[chat.kind].name.values()))
        try:
            channels.create(tx, actor, line_id, chat.kind, name, settings=chat.settings, seal=seal)
        except Invalid as refused:
            path = f"file.chats.{chat.place}.settings"
            raise Invalid([each._replace(field=f"{path}.{each.field}") for each in refused.problems]) from None
