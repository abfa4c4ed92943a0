"""A line as a file: for another portal, for keeping, for a colleague to look at.

The file is JSON: {"format": "openlines.line", "version": 1, "name", "settings", "queue", "faces", "chats", "photos"}.
It holds no number that means something in this portal only, and no secret: people stand in it by their addresses for
mail, departments by their names from the root of the tree ("department": ["Support", "Night shift"]), a shared
timetable by the hours that it holds, photos as small pictures (line_photos), chats by how they look (line_chats). Left
out are the channels themselves, the bot and addresses of webhooks (they often carry a key).

Reading one names everything that is unknown here, at its path; it is skipped only by consent. What a file does not
name stays as it is: in a new line as a newcomer would choose, in an existing one as it was.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from openlines.core.line import LineSettings, Problem
from openlines.files.base import Kept
from openlines.services import line_chats, line_photos
from openlines.services import lines as service
from openlines.services.access import Actor, access_line, require_administrator
from openlines.services.errors import Invalid
from openlines.services.line_chats import Chat
from openlines.services.line_settings import merged, shown_settings
from openlines.services.queue import queue_of
from openlines.services.timetables import settings_of as timetable_settings
from openlines.services.working_time import portal_zone
from openlines.store import departments, faces, lines, timetables, users
from openlines.store.departments import Department
from openlines.store.faces import OwnFace
from openlines.store.files import FileRow
from openlines.store.lines import LineRow, Member
from openlines.store.tx import Reader, Tx
from openlines.support.secrets import Seal

FORMAT: Final = "openlines.line"
VERSION: Final = 1
_LEFT_OUT: Final = frozenset({"bot_id", "bot_when", "bot_time", "timetable_id"})
_HOURS: Final = ("time_zone", "week", "exceptions", "holidays_country", "holidays_region")
_NOTICES: Final = ("kpi_first_notice", "kpi_further_notice")


class Content(NamedTuple):
    """What a file says, in terms of this portal; photos by their names in the file. `unknown`: what it names and
    nobody here knows, by path."""

    name: str
    settings: Mapping[str, Any]
    members: list[Member] | None
    faces: list[OwnFace]
    chats: list[Chat]
    unknown: list[Problem]


# --- writing ------------------------------------------------------------------------------------------------


class Exported(NamedTuple):
    """The file of a line, to which whoever can read them adds its photos, here by their names in it."""

    file: dict[str, Any]
    photos: dict[str, FileRow]


def exported(reader: Reader, actor: Actor, line_id: int) -> Exported:
    """The file of a line: for those who configure, since it names people by their addresses."""
    require_administrator(actor)
    line = access_line(reader, actor, line_id)
    people = {user.id: user.email for user in users.all_users(reader)}
    tree = {each.id: each for each in departments.all_departments(reader)}
    members = queue_of(reader, line_id)
    own = [face for face in faces.own(reader, [line_id]) if face.user_id in people]
    photos = line_photos.rows_of(reader, [line.rules.common_photo, *(face.photo or "" for face in own)])
    keys = {file_id: line_photos.key_of(row) for file_id, row in photos.items()}
    file = {
        "format": FORMAT,
        "version": VERSION,
        "name": line.name,
        "settings": _settings_out(reader, line.rules, people) | {"common_photo": keys.get(line.rules.common_photo, "")},
        "queue": [each for member in members for each in _member_out(member, people, tree)],
        "faces": [_face_out(face, people, keys) for face in own],
        "chats": line_chats.out(reader, line_id),
    }
    return Exported(file, {keys[file_id]: row for file_id, row in photos.items()})


def _face_out(face: OwnFace, people: Mapping[int, str], keys: Mapping[str, str]) -> dict[str, str]:
    photo = keys.get(face.photo or "", "")
    return {"user": people[face.user_id], "name": face.name, **({"photo": photo} if photo else {})}


def _settings_out(reader: Reader, settings: LineSettings, people: Mapping[int, str]) -> dict[str, Any]:
    shared = timetables.one(reader, settings.timetable_id) if settings.timetable_id else None
    plain = shown_settings(settings)
    if shared is not None:
        held = shown_settings(timetable_settings(shared))
        plain |= {name: held[name] for name in _HOURS}
    for name in _NOTICES:
        notice = dict(plain[name])
        notice["people"] = [people[each] for each in notice["people"] if each in people]
        del notice["webhook_url"]
        notice["media"] = [each for each in notice["media"] if each != "webhook"] or ["workspace"]
        plain[name] = notice
    return {name: value for name, value in plain.items() if name not in _LEFT_OUT}


def _member_out(member: Member, people: Mapping[int, str], tree: Mapping[int, Department]) -> Iterator[dict[str, Any]]:
    if member.user_id is not None:
        if member.user_id in people:
            yield {"user": people[member.user_id]}
    elif member.department_id in tree:
        path = _path(tree, member.department_id or 0)
        yield {"department": path, **({"with_head": True} if member.with_head else {})}


def _path(tree: Mapping[int, Department], department_id: int) -> list[str]:
    """Names from the root down."""
    names: list[str] = []
    place: int | None = department_id
    while place is not None and place in tree and len(names) < len(tree):
        names.insert(0, tree[place].name)
        place = tree[place].parent_id
    return names


# --- reading ------------------------------------------------------------------------------------------------


def content(reader: Reader, actor: Actor, file: Any, line_id: int | None = None) -> Content:
    """What a file would bring, to a line or as a new one. Refuses with `Invalid` what is no file of a line."""
    require_administrator(actor)
    if not isinstance(file, dict) or file.get("format") != FORMAT:
        raise Invalid.field("file", "not_a_line_file")
    version = file.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise Invalid.field("file.version", "not_a_line_file")
    if version > VERSION:
        raise Invalid.field("file.version", "line_file_too_new", {"known": VERSION})
    people = {user.email: user.id for user in users.all_users(reader) if user.active}
    unknown: list[Problem] = []
    photos = line_photos.in_file(file)
    settings = _settings_in(file.get("settings", {}), people, unknown)
    if not _has_photo(photos, settings.get("common_photo"), "file.settings.common_photo", unknown):
        del settings["common_photo"]
    queue = file.get("queue")
    members = None if queue is None else _members_in(reader, _list(queue, "file.queue"), people, unknown)
    own = _faces_in(_list(file.get("faces", []), "file.faces"), people, photos, unknown)
    chats = line_chats.read(reader, file.get("chats", []), line_id, unknown)
    name = file.get("name", "")
    if not isinstance(name, str):
        raise Invalid.field("file.name", "name_needed")
    return Content(name, settings, members, own, chats, unknown)


def _list(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > 10_000:
        raise Invalid.field(path, "not_a_line_file")
    return value


def _settings_in(given: Any, people: Mapping[str, int], unknown: list[Problem]) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise Invalid.field("file.settings", "not_a_line_file")
    known = set(LineSettings.__dataclass_fields__)
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known or name in _LEFT_OUT:
            unknown.append(Problem(f"file.settings.{name}", "not_here_setting", {"value": name}))
        elif name in _NOTICES and isinstance(value, dict) and isinstance(value.get("people", []), list):
            found[name] = {**value, "people": _notified(name, value.get("people", []), people, unknown)}
        else:
            found[name] = value
    if any(name in found for name in _HOURS):
        found["timetable_id"] = 0
    return found


def _notified(name: str, given: list[Any], people: Mapping[str, int], unknown: list[Problem]) -> list[int]:
    found = []
    for place, email in enumerate(given):
        if _email(email) in people:
            found.append(people[_email(email)])
        else:
            unknown.append(Problem(f"file.settings.{name}.people.{place}", "not_here_user", {"value": str(email)}))
    return found


def _members_in(
    reader: Reader, queue: Sequence[Any], people: Mapping[str, int], unknown: list[Problem]
) -> list[Member]:
    tree = {each.id: each for each in departments.all_departments(reader)}
    by_path = {tuple(_path(tree, each)): each for each in reversed(tree)}
    found: list[Member] = []
    for place, each in enumerate(queue):
        path = f"file.queue.{place}"
        if not isinstance(each, dict) or ("user" in each) == ("department" in each):
            raise Invalid.field(path, "one_target")
        if "user" in each:
            member = Member(people[_email(each["user"])], None) if _email(each["user"]) in people else None
            value, code = str(each["user"]), "not_here_user"
        else:
            names = each["department"] if isinstance(each["department"], list) else [each["department"]]
            number = by_path.get(tuple(str(name) for name in names))
            member = None if number is None else Member(None, number, int(each.get("with_head") is True))
            value, code = " / ".join(str(name) for name in names), "not_here_department"
        if member is None:
            unknown.append(Problem(path, code, {"value": value}))
        elif member[:2] not in [one[:2] for one in found]:
            found.append(member)
    return found


def _faces_in(
    given: Sequence[Any], people: Mapping[str, int], photos: Container[str], unknown: list[Problem]
) -> list[OwnFace]:
    found: list[OwnFace] = []
    for place, each in enumerate(given):
        if not isinstance(each, dict) or not isinstance(each.get("name"), str):
            raise Invalid.field(f"file.faces.{place}", "not_a_line_file")
        user_id = people.get(_email(each.get("user")))
        if user_id is None:
            value = str(each.get("user"))
            unknown.append(Problem(f"file.faces.{place}", "not_here_user", {"value": value}))
        elif user_id not in [one.user_id for one in found]:
            photo = each.get("photo")
            brought = photo if _has_photo(photos, photo, f"file.faces.{place}.photo", unknown) else None
            found.append(OwnFace(0, user_id, each["name"].strip()[:255], brought or None))
    return found


def _has_photo(photos: Container[str], key: Any, path: str, unknown: list[Problem]) -> bool:
    """Whether the photo comes along, or none is meant; the file leaves out what was too much for it."""
    if key in (None, "") or key in photos:
        return True
    unknown.append(Problem(path, "not_here_photo", {"value": str(key)}))
    return False


def _email(value: Any) -> str:
    return value.strip().lower() if isinstance(value, str) else ""


# --- taking over --------------------------------------------------------------------------------------------


def imported(  # noqa: PLR0913 - what a file needs beside itself
    tx: Tx,
    actor: Actor,
    file: Any,
    *,
    seal: Seal,
    photos: Mapping[str, Kept] | None = None,
    line_id: int | None = None,
    version: int | None = None,
    name: str | None = None,
    skip_unknown: bool = False,
    limit: int | None = None,
) -> int:
    """Makes a line of a file, or brings it into an existing one (of that `version`). Returns its number.

    `photos`: the file's pictures, whose bytes are stored already. `seal` is for the keys of chats that are made.
    Refuses with `Invalid`: what is unknown here, at its path, unless it may be skipped; what could not be saved.
    """
    found = content(tx, actor, file, line_id)
    if found.unknown and not skip_unknown:
        raise Invalid(found.unknown)
    if line_id is None:
        wanted = name or found.name
        plain = {key: value for key, value in found.settings.items() if key != "common_photo"}
        merged(tx, service.new_settings(portal_zone(tx)), plain)  # refused before anything is written
        line_id = service.create(tx, actor, wanted, time_zone="", limit=limit)
        version = _row(tx, line_id).version
        line_chats.make(tx, actor, line_id, [chat for chat in found.chats if not chat.channel_id], seal=seal)
    elif version is None:
        raise Invalid.field("version", "line_version_needed")
    wanted_photos = [str(found.settings.get("common_photo", "")), *(face.photo or "" for face in found.faces)]
    found = _with_ids(found, line_photos.keep(tx, actor, photos or {}, filter(None, wanted_photos)))
    settings = _with_addresses(_row(tx, line_id).rules, found.settings)
    row = service.change(
        tx,
        actor,
        line_id,
        version,
        name=name,
        settings=settings,
        members=found.members,
        own_faces=_with_present(tx, line_id, found.faces) if found.faces else None,
        chats={chat.channel_id: chat.settings for chat in found.chats if chat.channel_id},
        limit=limit,
    )
    return row.id


def _with_addresses(present: LineSettings, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Addresses of webhooks, which no file carries, stay as they are."""
    kept = {name: getattr(present, name).webhook_url for name in _NOTICES}
    return {
        name: {"webhook_url": kept[name], **value} if name in kept and isinstance(value, dict) else value
        for name, value in settings.items()
    }


def _with_ids(found: Content, ids: Mapping[str, str]) -> Content:
    """Photos by their ids here in place of their names in the file."""
    settings = dict(found.settings)
    if "common_photo" in settings:
        settings["common_photo"] = ids.get(settings["common_photo"], "")
    own = [face._replace(photo=ids.get(face.photo or "")) for face in found.faces]
    return found._replace(settings=settings, faces=own)


def _with_present(reader: Reader, line_id: int, named: Sequence[OwnFace]) -> list[OwnFace]:
    """The line's faces with those of a file; a photo that it does not carry stays as it is."""
    kept = {each.user_id: each for each in faces.own(reader, [line_id])}
    for face in named:
        present = kept.get(face.user_id)
        photo = face.photo or (present.photo if present else None)
        kept[face.user_id] = OwnFace(line_id, face.user_id, face.name, photo)
    return list(kept.values())


def _row(reader: Reader, line_id: int) -> LineRow:
    row = lines.one(reader, line_id)
    if row is None:
        raise LookupError(f"no line {line_id}")
    return row
