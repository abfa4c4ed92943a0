"""The portal itself: its first hour, and its own settings."""

from typing import Any, NamedTuple

from openlines.core.line import LANGUAGES, Problem
from openlines.services import accounts, channels, lines, queue, working_time
from openlines.services.access import Actor, require_administrator
from openlines.services.errors import Conflict, Forbidden, Invalid
from openlines.store import portal as rows
from openlines.store.portal import Portal
from openlines.store.tx import Reader, Tx

NAME_LIMIT = 120
_FIRST_LINE = {"ru": "Поддержка", "en": "Support"}
_FIRST_CHANNEL = {"ru": "Чат на сайте", "en": "Website chat"}
_FIRST_KIND = "website"


class FirstPerson(NamedTuple):
    """The administrator who sets the portal up; his password is hashed already."""

    name: str
    email: str
    password_hash: str
    language: str
    time_zone: str


class SetUp(NamedTuple):
    user_id: int
    line_id: int
    channel_id: int


def open_portal(tx: Tx, epoch: str, setup_hash: str) -> bool:
    """Make the portal's row in a new database; True while nobody has set it up, and then the token is the new one."""
    if rows.the_portal(tx) is None:
        rows.add_portal(tx, epoch=epoch, setup_hash=setup_hash)
        return True
    return rows.new_setup_token(tx, setup_hash)


def the_portal(reader: Reader) -> Portal:
    found = rows.the_portal(reader)
    if found is None:
        raise Conflict("no_portal")
    return found


def set_up(tx: Tx, setup_hash: str, portal_name: str, person: FirstPerson, *, seal: Any) -> SetUp:
    """The one-time set-up: an administrator, a first line with him in its queue, a chat for the website.

    Refuses with `Conflict` "set_up_already", `Forbidden` "bad_setup_token" and `Invalid`.
    """
    found = the_portal(tx)
    if found.setup_hash is None:
        raise Conflict("set_up_already")
    if found.setup_hash != setup_hash:
        raise Forbidden("bad_setup_token")
    _check(portal_name, person.language, person.time_zone)
    return _set_up(tx, portal_name, person, seal=seal)


def set_up_by_hand(tx: Tx, portal_name: str, person: FirstPerson, *, seal: Any) -> SetUp | None:
    """The same from the command line, without the token; None when the portal is set up already."""
    if the_portal(tx).setup_hash is None:
        return None
    _check(portal_name, person.language, person.time_zone)
    return _set_up(tx, portal_name, person, seal=seal)


def _set_up(tx: Tx, portal_name: str, person: FirstPerson, *, seal: Any) -> SetUp:
    user_id = accounts.add_user(
        tx,
        None,
        name=person.name,
        email=person.email,
        role="administrator",
        password_hash=person.password_hash,
        language=person.language,
        time_zone=person.time_zone,
    )
    rows.change_portal(
        tx, name=portal_name.strip(), language=person.language, time_zone=person.time_zone, setup_hash=None
    )
    actor = Actor(user_id, "administrator")
    line_id = lines.create(tx, actor, _FIRST_LINE[person.language], time_zone=person.time_zone)
    queue.put_queue(tx, actor, line_id, 1, [(user_id, None)])
    channel_id = channels.create(tx, actor, line_id, _FIRST_KIND, _FIRST_CHANNEL[person.language], seal=seal)
    tx.event("portal.changed", user_id=user_id, data={"what": "set_up"})
    return SetUp(user_id, line_id, channel_id)


def change_portal(tx: Tx, actor: Actor, **changes: Any) -> Portal:
    """Name, language, time zone, and `one_channel_of_a_kind`. Refuses with `Invalid`."""
    require_administrator(actor)
    found = the_portal(tx)
    settings = dict(found.settings)
    if "one_channel_of_a_kind" in changes:
        settings["one_channel_of_a_kind"] = bool(changes.pop("one_channel_of_a_kind"))
        changes["settings"] = settings
    after = {name: changes.get(name, getattr(found, name)) for name in ("name", "language", "time_zone")}
    _check(after["name"], after["language"], after["time_zone"], name_field="name")
    if "name" in changes:
        changes["name"] = changes["name"].strip()
    if changes:
        rows.change_portal(tx, **changes)
        if "time_zone" in changes:
            working_time.renew_all(tx)
        tx.event("portal.changed", user_id=actor.user_id)
    return the_portal(tx)


def _check(name: str, language: str, time_zone: str, *, name_field: str = "portal_name") -> None:
    problems = []
    if not 0 < len(name.strip()) <= NAME_LIMIT:
        problems.append(Problem(name_field, "name_needed" if not name.strip() else "too_long", {"most": NAME_LIMIT}))
    if language not in LANGUAGES:
        problems.append(Problem("language", "unknown_language", {"known": LANGUAGES}))
    if not accounts.is_zone(time_zone):
        problems.append(Problem("time_zone", "unknown_zone"))
    if problems:
        raise Invalid(problems)
