"""Who the customer sees when a person speaks to him: the one place that decides it.

A line shows its operators as their profiles do, by names and photos of its own, or all by one name and photo. Every
way in which a customer learns of a person (a message, who is there, who types, history, a placeholder in an
automatic text) asks here, so that a hidden name has no other door. What is not known for certain is hidden.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from openlines.core.line import LineSettings, worded
from openlines.store import faces as rows
from openlines.store import seats, users
from openlines.store.faces import OwnFace
from openlines.store.lines import settings_of
from openlines.store.messages import MessageRow
from openlines.store.tx import Reader
from openlines.store.users import User


class Face(NamedTuple):
    """A person as a customer sees him; without a name he is just somebody who answers."""

    name: str = ""
    photo: str | None = None


class LineFaces(NamedTuple):
    """What one line shows of its operators."""

    settings: LineSettings
    own: Mapping[int, OwnFace]  # by user


class People(NamedTuple):
    """What is needed to show people to customers: the lines' choices, who the people are, where they spoke."""

    lines: Mapping[int, LineFaces]
    users: Mapping[int, User]
    line_of: Mapping[int, int]  # by conversation


def face_of(line: LineFaces | None, user: User | None, language: str) -> Face:
    """How this person is shown to a customer of this line who speaks `language`."""
    if line is None:
        return Face()
    s = line.settings
    if s.operator_shown == "common":
        return Face(worded(s.common_name, language), s.common_photo or None)
    if user is None:
        return Face()
    own = line.own.get(user.id) if s.operator_shown == "line" else None
    if own is None or not (own.name or own.photo):
        return Face(user.name, user.photo_id)
    # Whoever has another name here is not given away by the photo of his profile.
    return Face(own.name, own.photo) if own.name else Face(user.name, own.photo)


def author_of(people: People, row: MessageRow, language: str) -> Face:
    """Who said an operator's message, as its customer sees him."""
    line = people.lines.get(people.line_of.get(row.conversation_id, 0))
    return face_of(line, people.users.get(row.author_id or 0), language)


def operator_name(reader: Reader, s: LineSettings, line_id: int, user_id: int | None, name: str, language: str) -> str:
    """What {operator} stands for in a text to the customer; `name` is the one of the profile. "" without operator."""
    if user_id is None:
        return ""
    if s.operator_shown == "common":
        return worded(s.common_name, language)
    own = rows.one(reader, line_id, user_id) if s.operator_shown == "line" else None
    return own.name if own is not None and own.name else name


def of_lines(reader: Reader, line_ids: Iterable[int] | None) -> dict[int, LineFaces]:
    """What these lines (None: every one, removed ones too) show of their operators."""
    wanted = None if line_ids is None else set(line_ids)
    if wanted is not None and not wanted:
        return {}
    found: dict[int, dict[int, OwnFace]] = {}
    for each in rows.own(reader, wanted):
        found.setdefault(each.line_id, {})[each.user_id] = each
    settings = rows.settings(reader, wanted)
    return {line_id: LineFaces(settings_of(text), found.get(line_id, {})) for line_id, text in settings}


def speakers(
    reader: Reader, messages: Sequence[MessageRow], line_id: int | None = None, user_id: int | None = None
) -> People:
    """The people who speak in these messages, and the holder of a conversation beside them."""
    spoken = [row for row in messages if row.author == "operator" and row.author_id]
    ids = {row.author_id for row in spoken if row.author_id} | ({user_id} if user_id else set())
    if not ids:
        return People({}, {}, {})
    line_of = rows.lines_of(reader, (row.conversation_id for row in spoken))
    line_ids = {*line_of.values(), *([line_id] if line_id else [])}
    people = {each.id: each for each in users.some_users(reader, ids)}
    return People(of_lines(reader, line_ids), people, line_of)


SHOWN = 3  # faces in the head of a chat


def present(reader: Reader, line_id: int, language: str) -> tuple[list[Face], bool]:
    """A few people of a line who are there now, as its customers see them; and whether there is anybody."""
    here = [seat.user_id for seat in seats.of_line(reader, line_id) if seat.member and seat.present]
    line = of_lines(reader, [line_id]).get(line_id)
    known = {each.id: each for each in users.some_users(reader, here[:SHOWN])}
    faces = [face_of(line, known.get(each), language) for each in here[:SHOWN]]
    return [each for each in dict.fromkeys(faces) if each.name], bool(here)
