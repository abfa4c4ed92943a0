"""How the chats of a line look and what they say: settings of its channels that stand on the page of the line.

The channel owns the values. The line's saves, saved states, copies and files take them along, so that the whole page
is one thing to compare, to undo and to carry elsewhere; a save on the channel's own page is a save of the line too.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from openlines.channels.base import Field
from openlines.channels.fields import FACTS, check, defaults, of_line
from openlines.channels.registry import manifest
from openlines.core.line import Problem
from openlines.services.access import Actor
from openlines.services.errors import Conflict, Invalid
from openlines.store import channels as rows
from openlines.store.channels import ChannelRow
from openlines.store.tx import Reader, Tx

Looks = Mapping[int, Mapping[str, Any]]  # what stands on the line's page, by channel


def fields_of(kind: str) -> list[Field]:
    """The fields of a kind that stand on the page of a line."""
    return [field for field in manifest(kind).fields if of_line(field)]


def of_channel(row: ChannelRow) -> dict[str, Any]:
    """What this channel has on the page of its line, with the default where it has nothing of its own."""
    fields = fields_of(row.kind)
    stored = row.values
    return {name: stored.get(name, standard) for name, standard in defaults(fields).items()}


def of_the_line(reader: Reader, line_id: int) -> dict[int, dict[str, Any]]:
    """The looks of a line's present channels; those that have none on its page are left out."""
    found = {row.id: of_channel(row) for row in rows.of_line(reader, line_id)}
    return {channel_id: look for channel_id, look in found.items() if look}


def as_text(looks: Looks) -> str:
    """As a saved state of the line keeps them."""
    return msgspec.json.encode(looks).decode()


def in_text(text: str) -> dict[int, dict[str, Any]]:
    """The opposite of `as_text`."""
    return msgspec.json.decode(text, type=dict[int, dict[str, Any]])


class Wished(NamedTuple):
    """A channel with all of its settings as they are to be kept."""

    row: ChannelRow
    settings: dict[str, Any]


def checked(tx: Tx, line_id: int, given: Looks) -> list[Wished]:
    """Those of the line's channels that change. `Invalid` names each fault at "looks.<channel>.<setting>"."""
    present = {row.id: row for row in rows.some_locked(tx, sorted(given)) if row.line_id == line_id}
    problems: list[Problem] = []
    wished = []
    for channel_id, values in given.items():
        row, path = present.get(channel_id), f"looks.{channel_id}"
        if row is None:
            problems.append(Problem(path, "unknown_channel"))
            continue
        look, found = _merged(tx, row, values)
        problems += [each._replace(field=f"{path}.{each.field}") for each in found]
        if look != of_channel(row):
            wished.append(Wished(row, {**row.values, **look}))
    if problems:
        raise Invalid(problems)
    return wished


def _merged(reader: Reader, row: ChannelRow, values: Mapping[str, Any]) -> tuple[dict[str, Any], Sequence[Problem]]:
    """The look of a channel with some of it changed, and what is wrong with it."""
    look = check(fields_of(row.kind), {**of_channel(row), **values}, {}, kept=frozenset())
    if look.problems:
        return look.settings, look.problems
    try:
        alias_of(reader, row.id, look.settings)
    except Invalid as taken:
        return look.settings, taken.problems
    return look.settings, ()


def put(tx: Tx, actor: Actor, wished: Sequence[Wished]) -> None:
    """Keeps checked settings; the caller has counted the line's version."""
    for row, settings in wished:
        text = msgspec.json.encode(settings).decode()
        alias = settings.get("alias") or None
        if not change(tx, actor, row, settings=text, alias=alias):
            raise overtaken(tx, row)
        data = {"channel_id": row.id, "what": "changed"}
        tx.event("channel.changed", line_id=row.line_id, user_id=actor.user_id, data=data)
    if wished:
        tx.poke("channels")


def change(tx: Tx, actor: Actor, row: ChannelRow, **values: Any) -> bool:
    """Keeps what a person changed of a channel, and who; False when somebody else did since `row` was read."""
    return rows.change(tx, row.id, row.version, **values, saved_by=actor.user_id or None, saved_at=tx.now)


def overtaken(reader: Reader, row: ChannelRow) -> Conflict:
    """Somebody saved this channel since it was looked at: who (`by`), and when (`at`), where that is known."""
    saved = rows.saved(reader, row.id)
    told = {"by": saved.by, "at": saved.at} if saved is not None else {}
    return Conflict("changed_meanwhile", version=row.version, **told)


def alias_of(reader: Reader, channel_id: int, settings: Mapping[str, Any]) -> str | None:
    """The address that the owner chose for the channel's own page. Raises `Invalid` when another channel has it."""
    alias = settings.get("alias") or None
    taken = rows.by_alias(reader, alias) or rows.by_key(reader, alias) if alias else None
    if taken is not None and taken.id != channel_id:
        raise Invalid.field("alias", "alias_taken")
    return alias


# --- elsewhere -----------------------------------------------------------------------------------------------


def makes_new(kind: str) -> bool:
    """Whether a channel of this kind can be made from its looks alone: no vendor has to know of it first."""
    found = manifest(kind)
    asked = any(field.type == "secret" and field.required and not field.generated for field in found.fields)
    return not (found.capabilities.pushes or asked) and bool(fields_of(kind))


def for_a_copy(row: ChannelRow) -> dict[str, Any]:
    """The settings of a channel for another one of this portal: all but what only one channel may have."""
    alone = {field.name for field in manifest(row.kind).fields if field.unique}
    return {name: value for name, value in row.values.items() if name != FACTS and name not in alone}


def for_a_file(row: ChannelRow) -> dict[str, Any]:
    """What a file of the line carries of a channel: its looks, without what only one channel may have."""
    alone = {field.name for field in fields_of(row.kind) if field.unique}
    return {name: value for name, value in of_channel(row).items() if name not in alone}
