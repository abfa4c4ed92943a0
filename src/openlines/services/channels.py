"""Connecting channels to lines: made, changed, moved, switched off and on, removed.

What the vendor says about a channel (its state) is written by whoever talks to the vendor; here an
administrator's wishes are checked against the kind's manifest and kept, secrets sealed.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from openlines.channels.base import Manifest
from openlines.channels.fields import FACTS, account, check, defaults, generated
from openlines.channels.registry import UnknownKind, manifest
from openlines.core.inputs import ChannelRemoved
from openlines.core.line import Problem
from openlines.services import line_versions, looks
from openlines.services.access import Actor, require_administrator
from openlines.services.errors import Conflict, Invalid, NotFound
from openlines.services.turn import Turn, load
from openlines.store import channels as rows
from openlines.store import lines, portal, screens
from openlines.store.channels import ChannelRow
from openlines.store.tables import channels as channels_table
from openlines.store.tx import Reader, Tx
from openlines.support.ids import new_key, new_token
from openlines.support.secrets import Seal, Secret, SecretsUnreadable

NAME_LIMIT: Final = 120
TABLE: Final = "channels"  # what the secrets are bound to, with the row's id


def create(
    tx: Tx,
    actor: Actor,
    line_id: int,
    kind: str,
    name: str,
    *,
    settings: Mapping[str, Any] | None = None,
    secrets: Mapping[str, Any] | None = None,
    seal: Seal,
) -> int:
    """Connect a channel to a line; returns its id. Whoever talks to the vendor takes it from there.

    Refuses: `NotFound` for the line; `Invalid` (kind, name, and the fields of the manifest); `Conflict`
    "kind_taken" when the line has a channel of this kind and the portal allows one, "account_taken" when another
    channel has this account at the vendor.
    """
    require_administrator(actor)
    found = _manifest(kind)
    if lines.locked(tx, line_id) is None:  # two that are made at once would not see each other
        raise NotFound("line", id=line_id)
    checked = check(found.fields, settings or {}, secrets or {}, kept=frozenset())
    problems = [*_name_problems(name), *checked.problems]
    if problems:
        raise Invalid(problems)
    _one_of_a_kind(tx, line_id, found)
    _one_of_an_account(tx, found, account(found.fields, checked.secrets), seal)
    channel_id = tx.new_id(channels_table)
    alias = looks.alias_of(tx, channel_id, checked.settings)
    hidden = {**checked.secrets, **{each: new_token() for each in generated(found.fields)}}
    rows.add(
        tx,
        id=channel_id,
        line_id=line_id,
        kind=kind,
        name=name.strip(),
        key=new_key(),
        settings=_json({**defaults(found.fields), **checked.settings}),
        secrets=_sealed(seal, channel_id, hidden),
        state=_first_state(found),
        created_at=tx.now,
        alias=alias,
    )
    _changed(tx, actor, channel_id, line_id, "added")
    return channel_id


class Wish(NamedTuple):
    """What is to change; None, and settings and secrets that are not named, stay as they are."""

    name: str | None = None
    active: bool | None = None
    line_id: int | None = None
    settings: Mapping[str, Any] = {}
    secrets: Mapping[str, Any] = {}


def change(tx: Tx, actor: Actor, channel_id: int, version: int, wish: Wish, *, seal: Seal) -> ChannelRow:
    """Refuses like `create`, and with `Conflict` "changed_meanwhile" when `version` is old: `params` say who was first.

    What stands on the page of the channel's line is saved as a save of the line too. Secrets that do not open are
    asked for with the first of them that is given anew; until then everything else can be changed without them.
    """
    require_administrator(actor)
    row = access_channel(tx, actor, channel_id)
    found = _manifest(row.kind)
    kept, there = _kept(row, found, wish, seal)
    present = {key: value for key, value in row.values.items() if key != FACTS}
    checked = check(found.fields, {**present, **wish.settings}, wish.secrets, kept=there)
    problems = [*(_name_problems(wish.name) if wish.name is not None else ()), *checked.problems]
    if problems:
        raise Invalid(problems)
    values: dict[str, Any] = {} if wish.name is None else {"name": wish.name.strip()}
    values |= _moved(tx, row, wish, found)
    if wish.settings:
        facts = {FACTS: row.values[FACTS]} if FACTS in row.values else {}
        values |= {
            "settings": _json({**checked.settings, **facts}),
            "alias": looks.alias_of(tx, row.id, checked.settings),
        }
    if checked.secrets:
        values["secrets"] = _sealed(seal, row.id, {**kept, **checked.secrets})
    if row.version != version:
        raise looks.overtaken(tx, row)
    another = _to_another_account(tx, found, kept, checked.secrets, seal)
    if values:
        line = lines.locked(tx, values.get("line_id", row.line_id)) if wish.settings else None
        if line is not None:
            line_versions.complete(tx, line)
        if not looks.change(tx, actor, row, **values):
            raise looks.overtaken(tx, row)
        if another:
            rows.begin_anew(tx, channel_id)
        after = access_channel(tx, actor, channel_id)
        if line is not None and looks.of_channel(after) != looks.of_channel(row):
            lines.put_seen(tx, line.id, line.version)
            line_versions.keep(tx, actor, line.id)
        _changed(tx, actor, channel_id, after.line_id, "changed")
    return access_channel(tx, actor, channel_id)


def _kept(row: ChannelRow, found: Manifest, wish: Wish, seal: Seal) -> tuple[dict[str, str], frozenset[str]]:
    """The secrets that stay beside those that are given, and the names of those that need not be given."""
    opened = _opened(row, seal)
    if opened is not None:
        return opened, frozenset(opened)
    anew = {each: new_token() for each in generated(found.fields)}
    return anew, frozenset(() if wish.secrets else (each.name for each in found.fields if each.type == "secret"))


def _moved(tx: Tx, row: ChannelRow, wish: Wish, found: Manifest) -> dict[str, Any]:
    """To another line, off or on again."""
    values: dict[str, Any] = {}
    if wish.line_id is not None and wish.line_id != row.line_id:
        if lines.locked(tx, wish.line_id) is None:
            raise Invalid.field("line_id", "unknown_line")
        _one_of_a_kind(tx, wish.line_id, found)
        values["line_id"] = wish.line_id
    if wish.active is not None and wish.active != bool(row.active):
        values |= {"active": int(wish.active), "state": _first_state(found) if wish.active else "off"}
    return values


def _first_state(found: Manifest) -> str:
    """A vendor must be asked first; a channel whose customers read from us works at once."""
    return "new" if found.capabilities.pushes else "ok"


def new_secret(tx: Tx, actor: Actor, channel_id: int, name: str, *, seal: Seal) -> str:
    """Make one of the generated secrets anew; returns it, to be shown once."""
    require_administrator(actor)
    row = access_channel(tx, actor, channel_id)
    if name not in generated(_manifest(row.kind).fields):
        raise NotFound("secret")
    made = new_token()
    if not looks.change(tx, actor, row, secrets=_sealed(seal, row.id, {**(_opened(row, seal) or {}), name: made})):
        raise looks.overtaken(tx, row)
    _changed(tx, actor, channel_id, row.line_id, "changed")
    return made


def remove(tx: Tx, actor: Actor, channel_id: int) -> None:
    """Disconnect for good. Threads and their history stay; what is open on it is closed, silently."""
    require_administrator(actor)
    row = access_channel(tx, actor, channel_id)
    rows.put(tx, channel_id, deleted_at=tx.now, active=0, state="off", alias=None)
    close_orphans(tx)
    _changed(tx, actor, channel_id, row.line_id, "removed")


def close_orphans(tx: Tx) -> int:
    """Close up to a hundred conversations whose channel is gone; how many there were. Repeated until there are none."""
    found = screens.orphans(tx)
    for conversation_id in found:
        turn = Turn(tx, load(tx, conversation_id))
        turn.step(ChannelRemoved())
        turn.done()
    return len(found)


def access_channel(reader: Reader, actor: Actor, channel_id: int) -> ChannelRow:
    """A present channel, for those who configure. Raises `Forbidden` and `NotFound`."""
    require_administrator(actor)
    row = rows.one(reader, channel_id)
    if row is None or row.deleted_at is not None:
        raise NotFound("channel", id=channel_id)
    return row


def secrets_of(row: ChannelRow, seal: Seal) -> list[str]:
    """Which secrets are there; those that do not open are not."""
    return sorted(_opened(row, seal) or ())


def _opened(row: ChannelRow, seal: Seal) -> dict[str, str] | None:
    """The secrets themselves; None when they were sealed with another key than this portal has."""
    try:
        return {name: value.reveal() for name, value in seal.open(TABLE, row.id, row.secrets).items()}
    except SecretsUnreadable:
        return None


def _manifest(kind: str) -> Manifest:
    try:
        return manifest(kind)
    except UnknownKind:
        raise Invalid.field("kind", "unknown_kind") from None


def one_of_a_kind(reader: Reader) -> bool:
    """Whether the portal allows a line one channel of each kind only."""
    the_portal = portal.the_portal(reader)
    return the_portal is None or bool(the_portal.settings.get("one_channel_of_a_kind", True))


def copy(tx: Tx, actor: Actor, line_id: int, copied: int, *, seal: Seal) -> None:
    """New channels for a copied line: such as need no vendor, set as those of the first line, with keys of their own.

    Where the portal has come to allow one of a kind only, the first of each is copied.
    """
    made: set[str] = set()
    for row in rows.of_line(tx, line_id):
        if not looks.makes_new(row.kind) or (row.kind in made and one_of_a_kind(tx)):
            continue
        create(tx, actor, copied, row.kind, row.name, settings=looks.for_a_copy(row), seal=seal)
        made.add(row.kind)


def _one_of_a_kind(tx: Tx, line_id: int, found: Manifest) -> None:
    if not one_of_a_kind(tx):
        return
    taken = next((each for each in rows.of_line(tx, line_id) if each.kind == found.kind), None)
    if taken is not None:
        raise Conflict("kind_taken", kind=found.kind, channel_id=taken.id, name=taken.name)


def _one_of_an_account(tx: Tx, found: Manifest, wanted: str, seal: Seal) -> None:
    """Two channels on one account would take each other's messages away. Channels whose secrets nobody can read any
    more (another key) have none.
    """
    if not wanted:
        return
    portal.lock(tx)  # two that are made at once would not see each other
    for row in rows.every(tx):
        if row.kind == found.kind and _account(row, found, seal) == wanted:
            line = lines.one(tx, row.line_id)
            names = {"name": row.name, "line": line.name if line is not None else ""}
            raise Conflict("account_taken", kind=row.kind, channel_id=row.id, line_id=row.line_id, **names)


def _to_another_account(tx: Tx, found: Manifest, kept: Mapping[str, str], given: Mapping[str, str], seal: Seal) -> bool:
    """Whether these secrets open another account than those that were there; refused when a channel has it."""
    wanted = account(found.fields, {**kept, **given})
    if wanted == account(found.fields, kept):
        return False
    _one_of_an_account(tx, found, wanted, seal)
    return True


def _account(row: ChannelRow, found: Manifest, seal: Seal) -> str:
    return account(found.fields, _opened(row, seal) or {})


def _name_problems(name: str) -> list[Problem]:
    if not name.strip():
        return [Problem("name", "name_needed")]
    return [Problem("name", "too_long", {"most": NAME_LIMIT})] if len(name) > NAME_LIMIT else []


def _sealed(seal: Seal, channel_id: int, hidden: Mapping[str, str]) -> str:
    return seal.seal(TABLE, channel_id, {name: Secret(text) for name, text in hidden.items()}) if hidden else ""


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _changed(tx: Tx, actor: Actor, channel_id: int, line_id: int, what: str) -> None:
    tx.event("channel.changed", line_id=line_id, user_id=actor.user_id, data={"channel_id": channel_id, "what": what})
    tx.poke("channels")
