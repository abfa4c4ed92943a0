"""What an administrator scripts: the same use cases, asked by name. Run by the server for whoever reaches its local
socket, or by the command line itself when no server runs."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec

from openlines.api.line_photos import stored, with_photos
from openlines.api.speakers import KEY_PREFIX
from openlines.channels.registry import manifests
from openlines.core.line import Problem
from openlines.files.base import Files
from openlines.services import accounts, inbox, line_files, portal, sessions, tokens
from openlines.services.access import Actor
from openlines.services.accounts import NAME_LIMIT
from openlines.services.errors import Invalid
from openlines.services.portal import FirstPerson
from openlines.store import Store, channels, departments, lines, users
from openlines.store import inbox as inbox_rows
from openlines.store import portal as portal_rows
from openlines.store.inbox import Aside
from openlines.store.tx import Reader, Tx
from openlines.support.ids import fingerprint, new_key, new_token
from openlines.support.passwords import Passwords, weakness
from openlines.support.secrets import Seal
from openlines.support.stamps import stamp

Asked = Mapping[str, Any]
HOUSE: Final = Actor(0, "administrator")  # whoever may open the socket, or the data folder itself


class Hands(NamedTuple):
    """What commands work with."""

    store: Store
    passwords: Passwords
    seal: Seal
    version: str
    files: Files
    max_lines: int = 0  # how many lines the installation allows; 0: any


class Unknown(LookupError):
    """There is no such command."""


async def run(hands: Hands, name: str, asked: Asked) -> dict[str, Any]:
    """Carry out one command. Raises what its use case refuses with, `Unknown`, `TypeError` for wrong arguments."""
    command = COMMANDS.get(name)
    if command is None:
        raise Unknown(name)
    return await command(hands, asked)


async def open_portal(store: Store) -> str:
    """Make sure that the portal has its row; returns the one-time set-up token, "" once it is set up.

    Only the token's hash is kept, so each start makes a new one.
    """
    token = new_token()
    if not await store.write(portal.open_portal, new_key(), fingerprint(token)):
        token = ""
    found = await store.read(portal.the_portal)
    store.epoch = found.epoch
    return token


async def _create_administrator(hands: Hands, asked: Asked) -> dict[str, Any]:
    """The first one sets the portal up, with a line and a chat for the website, as the set-up page would."""
    name, email, password = _text(asked, "name"), _text(asked, "email"), _text(asked, "password")
    _check_password(password, name, email)
    language, zone = _text(asked, "language") or "en", _text(asked, "time_zone") or "UTC"
    hashed = await hands.passwords.hash(password)
    name = name or email.partition("@")[0][:NAME_LIMIT]
    person = FirstPerson(name, email, hashed, language, zone)
    done = await hands.store.write(
        portal.set_up_by_hand, _text(asked, "portal_name") or "openlines", person, seal=hands.seal
    )
    if done is not None:
        channel = await hands.store.read(channels.one, done.channel_id)
        return {**done._asdict(), "set_up": True, "key": channel.key if channel is not None else ""}
    user_id = await hands.store.write(
        accounts.add_user, None, name=name, email=email, role="administrator", password_hash=hashed, language=language,
        time_zone=zone,
    )  # fmt: skip
    return {"user_id": user_id, "set_up": False}


async def _add_user(hands: Hands, asked: Asked) -> dict[str, Any]:
    """Without a password one is made up and told."""
    name, email, password = _text(asked, "name"), _text(asked, "email"), _text(asked, "password")
    made_up = "" if password else new_token()[:16]
    if password:
        _check_password(password, name, email)
    wanted = [str(each) for each in asked.get("departments", ())]
    known = await hands.store.read(departments.all_departments)
    ids = [each.id for each in known if each.name in wanted]
    if len(ids) < len(set(wanted)):
        missing = set(wanted) - {each.name for each in known}
        raise Invalid([Problem("department", "unknown_department", {"name": each}) for each in sorted(missing)])
    user_id = await hands.store.write(
        accounts.add_user,
        None,
        name=name or email.partition("@")[0],
        email=email,
        role=_text(asked, "role") or "operator",
        password_hash=await hands.passwords.hash(password or made_up),
        language=_text(asked, "language"),
        time_zone=_text(asked, "time_zone"),
        department_ids=ids,
    )
    return {"user_id": user_id, **({"password": made_up} if made_up else {})}


async def _set_password(hands: Hands, asked: Asked) -> dict[str, Any]:
    user = await hands.store.read(_user, _text(asked, "email"))
    password = _text(asked, "password")
    _check_password(password, user.name, user.email)
    hashed = await hands.passwords.hash(password)
    await hands.store.write(accounts.set_password, user.id, hashed)
    return {"user_id": user.id}


async def _create_token(hands: Hands, asked: Asked) -> dict[str, Any]:
    user = await hands.store.read(_user, _text(asked, "email"))
    token = new_token(KEY_PREFIX)
    token_id = await hands.store.write(
        tokens.create_token,
        user.id,
        name=_text(asked, "name") or "command line",
        scopes=[str(each) for each in asked.get("scopes", ())],
        token_hash=fingerprint(token),
        hint=token[-4:],
    )
    return {"token_id": token_id, "token": token}


async def _list_channels(hands: Hands, asked: Asked) -> dict[str, Any]:
    """The kinds with what they can do, and what is connected."""
    connected = await hands.store.read(_channels)
    return {"kinds": kinds(), "channels": connected}


def kinds() -> list[dict[str, Any]]:
    """Every kind of channel with its capabilities, as values."""
    return [
        {"kind": each.kind, "name": dict(each.name), "capabilities": msgspec.to_builtins(each.capabilities)}
        for each in manifests().values()
    ]


def _channels(reader: Reader) -> list[dict[str, Any]]:
    return [
        {"id": e.id, "kind": e.kind, "name": e.name, "line_id": e.line_id, "state": e.state, "reason": e.state_reason}
        for e in channels.every(reader)
    ]


async def _status(hands: Hands, asked: Asked) -> dict[str, Any]:
    """What the doctor wants to know of the inside."""
    return await hands.store.read(_inside) | {"version": hands.version, "database": hands.store.dialect}


def _inside(reader: Reader) -> dict[str, Any]:
    found = portal_rows.the_portal(reader)
    people = users.all_users(reader)
    return {
        "set_up": found is not None and found.setup_hash is None,
        "portal": found.name if found is not None else "",
        "users": sum(1 for each in people if each.active),
        "administrators": sum(1 for each in people if each.active and each.role == "administrator"),
        "channels": _channels(reader),
        "aside": inbox_rows.depths(reader)["quarantined"][0],
        "now": stamp(reader.now),
    }


async def _sign_out_everywhere(hands: Hands, asked: Asked) -> dict[str, Any]:
    user = await hands.store.read(_user, _text(asked, "email"))
    await hands.store.write(_end_all, user.id)
    return {"user_id": user.id}


def _end_all(tx: Tx, user_id: int) -> None:
    sessions.end_all(tx, user_id)


def _user(reader: Reader, email: str) -> Any:
    found = users.user_by_email(reader, email.strip().lower())
    if found is None:
        raise Invalid.field("user", "unknown_user")
    return found


def _text(asked: Asked, name: str) -> str:
    value = asked.get(name) or ""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a text")
    return value


def _check_password(password: str, *personal: str) -> None:
    why = weakness(password, personal=(*personal, *(each.partition("@")[0] for each in personal)))
    if why is not None:
        raise Invalid.field("password", why)


async def _list_aside(hands: Hands, asked: Asked) -> dict[str, Any]:
    """Raw events that were put aside, newest first; `limit` of them, `total` in all."""
    limit = _whole(asked, "limit", 20)

    def look(reader: Reader) -> tuple[list[Aside], int]:
        return inbox_rows.quarantined(reader, limit=limit), inbox_rows.depths(reader)["quarantined"][0]

    found, total = await hands.store.read(look)
    items = [{**each._asdict(), "received_at": stamp(each.received_at)} for each in found]
    return {"items": items, "total": total}


async def _replay(hands: Hands, asked: Asked) -> dict[str, Any]:
    """Try events again: those named by `ids`, or every one that is put aside at this moment (`all`)."""
    ids = asked.get("ids") or ()
    if not isinstance(ids, Sequence) or not all(isinstance(each, int) for each in ids):
        raise TypeError("ids must be whole numbers")
    count, below = 0, 2**62
    if not asked.get("all"):
        for start in range(0, len(ids), inbox.REPLAYED_AT_ONCE):
            count += await hands.store.write(inbox.replay, ids[start : start + inbox.REPLAYED_AT_ONCE])
        return {"count": count}
    # Downwards, so that what is put aside again meanwhile is not taken for something new.
    while rows := await hands.store.read(partial(inbox_rows.quarantined, below=below, limit=inbox.REPLAYED_AT_ONCE)):
        below = rows[-1].id
        count += await hands.store.write(inbox.replay, [each.id for each in rows])
    return {"count": count}


def _whole(asked: Asked, name: str, default: int) -> int:
    value = asked.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number")
    return value


async def _export_line(hands: Hands, asked: Asked) -> dict[str, Any]:
    """The file of a line, which is named by its number or its name."""
    line_id = await hands.store.read(_line_id, _text(asked, "line"))
    return await with_photos(hands.files, await hands.store.read(line_files.exported, HOUSE, line_id))


async def _import_line(hands: Hands, asked: Asked) -> dict[str, Any]:
    """A new line from a file, or (`line`) an existing one brought to what the file says."""
    file, into = asked.get("file"), _text(asked, "line")
    line_id = await hands.store.read(_line_id, into) if into else None
    photos = await stored(hands.files, file)

    def bring(tx: Tx) -> tuple[int, str]:
        row = lines.one(tx, line_id) if line_id is not None else None
        made = line_files.imported(
            tx,
            HOUSE,
            file,
            seal=hands.seal,
            photos=photos,
            line_id=line_id,
            version=row.version if row is not None else None,
            name=_text(asked, "name") or None,
            skip_unknown=asked.get("skip_unknown") is True,
            limit=hands.max_lines or None,
        )
        after = lines.one(tx, made)
        return made, after.name if after is not None else ""

    made, name = await hands.store.write(bring)
    return {"line_id": made, "name": name, "new": line_id is None}


def _line_id(reader: Reader, wanted: str) -> int:
    found = [row.id for row in lines.every(reader) if wanted in (str(row.id), row.name)]
    if len(found) != 1:
        raise Invalid.field("line", "unknown_line" if not found else "line_name_doubled", {"value": wanted})
    return found[0]


COMMANDS: Final[Mapping[str, Callable[[Hands, Asked], Awaitable[dict[str, Any]]]]] = {
    "admin.create": _create_administrator,
    "user.add": _add_user,
    "user.password": _set_password,
    "user.sign-out": _sign_out_everywhere,
    "token.create": _create_token,
    "channels": _list_channels,
    "inbox.list": _list_aside,
    "inbox.replay": _replay,
    "line.export": _export_line,
    "line.import": _import_line,
    "status": _status,
}
