"""People who work in the portal: added, changed, switched off and on; their passwords.

Passwords come in hashed: hashing is slow on purpose and has its own pool, away from the writer.
"""

from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from openlines.core.line import LANGUAGES, Problem
from openlines.services import presence, queue
from openlines.services.access import Actor, require_administrator
from openlines.services.errors import Conflict, Invalid, NotFound
from openlines.services.sessions import end_everywhere
from openlines.store import departments as department_rows
from openlines.store import portal as portals
from openlines.store import users as rows
from openlines.store.tx import Reader, Tx
from openlines.store.users import User

ROLES: Final = ("administrator", "operator")
NAME_LIMIT: Final = 120
EMAIL_LIMIT: Final = 254

# What a change of a user may name; everything else about him is changed by its own use case.
_CHANGEABLE: Final = frozenset({"name", "email", "role", "language", "time_zone", "position", "photo_id", "active"})
_OWN: Final = frozenset({"name", "language", "time_zone", "position", "photo_id"})


def add_user(  # noqa: PLR0913 - a person has so many facts
    tx: Tx,
    actor: Actor | None,
    *,
    name: str,
    email: str,
    role: str,
    password_hash: str | None,
    language: str = "",
    time_zone: str = "",
    position: str = "",
    department_ids: Sequence[int] = (),
) -> int:
    """A new user; returns his id. `actor` None: the command line or set-up, which may do everything.

    Without a language or a time zone of his own he has those of the portal.
    Refuses with `Invalid` (name, email, role, language, time_zone, department_ids); `email_taken` is one of its codes.
    """
    require_administrator(actor)
    email = email.strip().lower()
    language, time_zone = _as_the_portal(tx, language, time_zone)
    values = {"name": name.strip(), "email": email, "role": role, "language": language, "time_zone": time_zone}
    problems = [*_problems(values), *_department_problems(tx, department_ids)]
    if not problems and rows.user_by_email(tx, email) is not None:
        problems.append(Problem("email", "email_taken"))
    if problems:
        raise Invalid(problems)
    user_id = rows.add_user(tx, password_hash=password_hash, position=position.strip(), **values)
    if department_ids:
        department_rows.set_departments_of(tx, user_id, department_ids)
        queue.rebuild_seats(tx, None)
    tx.event("user.changed", user_id=user_id, data={"what": "added"})
    return user_id


def _as_the_portal(tx: Tx, language: str, time_zone: str) -> tuple[str, str]:
    portal = portals.the_portal(tx)
    if portal is None:
        return language or "en", time_zone or "UTC"
    return language or portal.language, time_zone or portal.time_zone


def change_user(
    tx: Tx,
    actor: Actor,
    user_id: int,
    version: int,
    *,
    department_ids: Sequence[int] | None = None,
    **changes: Any,
) -> User:
    """Change some facts about a user. Switching him off ends his sessions and gives his conversations back.

    Refuses: `NotFound`; `Forbidden`; `Invalid`; `Conflict` "changed_meanwhile" when `version` is old,
    "last_administrator" and "not_yourself" when the portal or the actor would be left without rights.
    """
    require_administrator(actor)
    if unknown := set(changes) - _CHANGEABLE:
        raise Invalid([Problem(each, "unknown_field") for each in sorted(unknown)])
    user = access_user(tx, user_id)
    changes = _tidy(user, changes)
    _check_change(tx, actor, user, changes)
    if problems := _department_problems(tx, department_ids or ()):
        raise Invalid(problems)
    if user.version != version:
        raise Conflict("changed_meanwhile", version=user.version)
    if changes:
        stored = {key: int(value) if key == "active" else value for key, value in changes.items()}
        _put(tx, user, stored)
    if department_ids is not None:
        department_rows.set_departments_of(tx, user_id, department_ids)
        queue.rebuild_seats(tx, None)
    if "active" in changes:
        _switched(tx, user_id, on=bool(changes["active"]))
    if "role" in changes:
        end_everywhere(tx, user_id)
    what = [*changes, *(["departments"] if department_ids is not None else [])]
    tx.event(
        "user.changed",
        user_id=user_id,
        data={"what": what, **({"ended": "all"} if {"role", "active"} & set(what) else {})},
    )
    return access_user(tx, user_id)


def change_me(tx: Tx, actor: Actor, **changes: Any) -> User:
    """What everybody may change about himself: name, language, time zone, position, photo."""
    if unknown := set(changes) - _OWN:
        raise Invalid([Problem(each, "unknown_field") for each in sorted(unknown)])
    user = access_user(tx, actor.user_id)
    changes = _tidy(user, changes)
    if problems := _problems(changes):
        raise Invalid(problems)
    if changes:
        _put(tx, user, changes)
        tx.event("user.changed", user_id=user.id, data={"what": sorted(changes)})
    return access_user(tx, actor.user_id)


def _put(tx: Tx, user: User, values: dict[str, Any]) -> None:
    """Refuses with `Conflict` when somebody else has changed this user since he was read."""
    if not rows.change_user(tx, user.id, user.version, **values):
        raise Conflict("changed_meanwhile", version=user.version)


def set_password(tx: Tx, user_id: int, password_hash: str, *, keep_session: int = 0) -> None:
    """A new password ends every other session of the user and, by its event, their sockets; no browser of his is told
    of anything until it asks for it again. Keys are not touched."""
    access_user(tx, user_id)
    rows.put(tx, user_id, password_hash=password_hash)
    end_everywhere(tx, user_id, but=keep_session)
    tx.event("user.changed", user_id=user_id, data={"what": ["password"], "ended": "sessions", "but": keep_session})


def access_user(reader: Reader, user_id: int) -> User:
    """Colleagues know each other; what of a user is shown to whom is the edge's choice of fields."""
    user = rows.user_by_id(reader, user_id)
    if user is None:
        raise NotFound("user")
    return user


def _check_change(tx: Tx, actor: Actor, user: User, changes: dict[str, Any]) -> None:
    if problems := _problems(changes):
        raise Invalid(problems)
    if "email" in changes and rows.user_by_email(tx, changes["email"]) is not None:
        raise Invalid.field("email", "email_taken")
    loses_rights = changes.get("role", user.role) != "administrator" or not changes.get("active", True)
    if user.role == "administrator" and loses_rights and {"role", "active"} & set(changes):
        if rows.other_administrators(tx, user.id) == 0:
            raise Conflict("last_administrator")
        if user.id == actor.user_id:
            raise Conflict("not_yourself")
    if user.id == actor.user_id and changes.get("active") is False:
        raise Conflict("not_yourself")


def _tidy(user: User, changes: dict[str, Any]) -> dict[str, Any]:
    """Without what stays as it is; names without the spaces around them, addresses in lower case."""
    tidy = {key: value.strip() if key in {"name", "email", "position"} else value for key, value in changes.items()}
    if "email" in tidy:
        tidy["email"] = tidy["email"].lower()
    return {key: value for key, value in tidy.items() if getattr(user, key) != value}


def _switched(tx: Tx, user_id: int, *, on: bool) -> None:
    if not on:
        end_everywhere(tx, user_id)
        department_rows.no_longer_head(tx, user_id)
    presence.refresh_user(tx, user_id)
    queue.rebuild_seats(tx, None)


def _problems(values: dict[str, Any]) -> Sequence[Problem]:
    found: list[Problem] = []
    if "name" in values and not 0 < len(values["name"]) <= NAME_LIMIT:
        found.append(Problem("name", "name_needed" if not values["name"] else "too_long", {"most": NAME_LIMIT}))
    if "email" in values and not is_email(values["email"]):
        found.append(Problem("email", "not_an_email"))
    if "role" in values and values["role"] not in ROLES:
        found.append(Problem.not_among("role", values["role"], ROLES))
    if "language" in values and values["language"] not in LANGUAGES:
        found.append(Problem("language", "unknown_language", {"known": LANGUAGES}))
    if "time_zone" in values and not is_zone(values["time_zone"]):
        found.append(Problem("time_zone", "unknown_zone"))
    if len(values.get("position", "")) > NAME_LIMIT:
        found.append(Problem("position", "too_long", {"most": NAME_LIMIT}))
    return found


def _department_problems(tx: Tx, department_ids: Sequence[int]) -> Sequence[Problem]:
    known = {each.id for each in department_rows.all_departments(tx)} if department_ids else set()
    return [
        Problem("department_ids", "unknown_department", {"id": each}) for each in department_ids if each not in known
    ]


def is_email(text: str) -> bool:
    """Good enough to tell an address from a typing error; whether it exists only a letter would tell."""
    local, at, domain = text.rpartition("@")
    fits = bool(at and local and domain) and len(text) <= EMAIL_LIMIT
    return fits and text.isprintable() and " " not in text and "@" not in local and not domain.startswith((".", "-"))


def is_zone(name: str) -> bool:
    """Whether the time zone exists on this machine."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return bool(name)
