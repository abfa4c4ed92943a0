"""Lines: made, changed, switched off and on, copied, removed. A change of rules holds at once for what is under way.

Saving writes the settings and marks the line for re-arming in one transaction; a worker then takes its open
conversations in chunks and lets each derive its timers anew. Until its turn comes a conversation still follows
the new rules wherever it is touched, because rules are read with it; only a timer that moved *earlier* waits for
the chunk.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from openlines.core.capacity import limit_for_offers
from openlines.core.inputs import RulesChanged
from openlines.core.line import LineSettings
from openlines.core.texts import DEFAULT_TEXTS
from openlines.services import channels, deliveries, kpi, line_faces, line_trouble, looks, presence
from openlines.services.access import Actor, require_administrator
from openlines.services.errors import Conflict, Invalid, NotFound
from openlines.services.line_limits import BY_HAND, check_one_more, give_room
from openlines.services.line_settings import merged
from openlines.services.line_versions import complete, keep, overtaken
from openlines.services.looks import Looks
from openlines.services.queue import is_other_queue, queue_of, rebuild_seats, seat_members, take_back_left
from openlines.services.turn import Case, load_some, turns
from openlines.services.working_time import stored
from openlines.store import conversations, faces, lines, seats, users
from openlines.store.faces import OwnFace
from openlines.store.lines import LineRow, Member, settings_of
from openlines.store.tables import lines as lines_table
from openlines.store.tx import Reader, Tx
from openlines.support.secrets import Seal

NAME_LIMIT = 255


def new_settings(time_zone: str) -> LineSettings:
    """What a newcomer would choose."""
    return LineSettings(
        time_zone=time_zone,
        greeting=dict(DEFAULT_TEXTS["greeting"]),
        off_hours_text=dict(DEFAULT_TEXTS["off_hours"]),
        collected_text=dict(DEFAULT_TEXTS["collected"]),
        no_answer_text=dict(DEFAULT_TEXTS["no_answer"]),
        close_text=dict(DEFAULT_TEXTS["close"]),
        rating="like",
    )


def create(tx: Tx, actor: Actor, name: str, *, time_zone: str, limit: int | None = None) -> int:
    """A new line with the first members to be chosen. `limit`: how many lines the installation allows (None: any)."""
    line_id = _add(tx, actor, name, stored(tx, new_settings(time_zone)), limit)
    keep(tx, actor, line_id)
    return line_id


def _add(tx: Tx, actor: Actor, name: str, settings: str, limit: int | None) -> int:
    require_administrator(actor)
    _check_name(name)
    if limit is not None and lines.count(tx) >= limit:
        raise Conflict("too_many_lines", limit=limit)
    line_id = tx.new_id(lines_table)
    # Its queue is empty, as whoever makes it knows.
    facts = {"version": 1, "created_at": tx.now, "queue_empty_at": tx.now}
    lines.add(tx, id=line_id, name=name.strip(), settings=settings, **facts)
    tx.event("line.changed", line_id=line_id, user_id=actor.user_id, data={"what": "added"})
    return line_id


def copy(tx: Tx, actor: Actor, line_id: int, name: str, *, limit: int | None = None, chats: Seal | None = None) -> int:
    """A line with the same settings, queue and faces; channels stay where they are.

    With `chats`, which seals their keys, it gets chats of its own that look and speak the same (`channels.copy`).
    """
    row = _line(tx, line_id)
    copied = _add(tx, actor, name, row.settings, limit)
    lines.put_members(tx, copied, queue_of(tx, line_id))
    faces.put(tx, copied, [each._replace(line_id=copied) for each in faces.own(tx, [line_id])])
    rebuild_seats(tx, [copied])
    if chats is not None:
        channels.copy(tx, actor, line_id, copied, seal=chats)
    keep(tx, actor, copied)
    return copied


def change(  # noqa: PLR0913 - so many parts are saved as one
    tx: Tx,
    actor: Actor,
    line_id: int,
    version: int,
    *,
    name: str | None = None,
    active: bool | None = None,
    settings: Mapping[str, Any] | None = None,
    members: Sequence[Member] | None = None,
    own_faces: Sequence[OwnFace] | None = None,
    chats: Looks | None = None,
    limit: int | None = None,
) -> LineRow:
    """Changes what is named, `members` being the whole queue and `own_faces` all of them; all of it is one save.
    What is as it was is no change: nothing is saved, and the version stays, when all is.

    `chats`: what is to be different about the looks of the line's channels, by channel. `limit`: how many lines may be
    on (None: any).

    Refuses with `Invalid` (words at the field) and `Conflict` (somebody saved meanwhile).
    """
    require_administrator(actor)
    row = _locked(tx, line_id)
    values = {**_renamed(row, name), **_switched(tx, row, limit, on=active)}
    before = settings_of(row.settings)
    after = merged(tx, before, settings) if settings else before
    if after != before:
        values["settings"] = stored(tx, after)
    if members is not None and not is_other_queue(tx, line_id, members):
        members = None
    put_faces = None if own_faces is None else line_faces.checked(tx, line_id, own_faces)
    wished = looks.checked(tx, line_id, chats) if chats else []
    if row.version != version:
        raise overtaken(tx, row)
    if not values and members is None and put_faces is None and not wished:
        return row
    complete(tx, row)
    if not lines.put_seen(tx, line_id, version, **values, rearm_after=0):
        raise overtaken(tx, row)
    if members is not None:
        seat_members(tx, actor, line_id, members)
    if put_faces is not None:
        line_faces.put(tx, line_id, put_faces)
    looks.put(tx, actor, wished)
    keep(tx, actor, line_id)
    tx.event(
        "line.changed", line_id=line_id, user_id=actor.user_id, data={"fields": sorted({*values, *(settings or ())})}
    )
    _follow(tx, line_id, before, after, switched_on=values.get("active") == 1)
    tx.poke("rearm")
    give_room(tx, limit)
    return _line(tx, line_id)


def _renamed(row: LineRow, name: str | None) -> dict[str, Any]:
    if name is None:
        return {}
    _check_name(name)
    return {} if name.strip() == row.name else {"name": name.strip()}


def _switched(tx: Tx, row: LineRow, limit: int | None, *, on: bool | None) -> dict[str, Any]:
    if on is None or on == bool(row.active):
        return {}
    if on:
        check_one_more(tx, limit)
    return {"active": int(on), "off_reason": None if on else BY_HAND}


def _locked(tx: Tx, line_id: int) -> LineRow:
    row = lines.locked(tx, line_id)
    if row is None:
        raise NotFound("line", id=line_id)
    return row


def _check_name(name: str) -> None:
    if not name.strip():
        raise Invalid.field("name", "name_needed")
    if len(name) > NAME_LIMIT:
        raise Invalid.field("name", "too_long", {"most": NAME_LIMIT})


def _line(reader: Reader, line_id: int) -> LineRow:
    row = lines.one(reader, line_id)
    if row is None:
        raise NotFound("line", id=line_id)
    return row


def remove(tx: Tx, actor: Actor, line_id: int, *, limit: int | None = None) -> None:
    """Only a line without channels and without open conversations can go. `limit`: as in `change`."""
    require_administrator(actor)
    _locked(tx, line_id)  # against who connects a channel to it, or transfers a conversation
    if conversations.open_of_line(tx, line_id, 0):
        raise Conflict("line_has_conversations")
    if lines.channel_count(tx, line_id):
        raise Conflict("line_has_channels")
    lines.put(tx, line_id, deleted_at=tx.now, active=0)
    lines.put_members(tx, line_id, [])
    rebuild = seats.of_line(tx, line_id)
    for seat in rebuild:
        seats.put(tx, line_id, seat.user_id, member=0, eligible=0, present=0)
    tx.event("line.changed", line_id=line_id, user_id=actor.user_id, data={"what": "removed"})
    give_room(tx, limit)


# --- what follows from a change -------------------------------------------------------------------------


def _follow(tx: Tx, line_id: int, before: LineSettings, after: LineSettings, *, switched_on: bool) -> None:
    """Counters and eligibility under the new rules, and what was held back of a line that is on again, at once."""
    if switched_on:
        deliveries.release_line(tx, line_id)
    if before.counting != after.counting:
        _recount(tx, line_id, after)
    same = (before.counting, before.check_availability, limit_for_offers(before)) == (
        after.counting,
        after.check_availability,
        limit_for_offers(after),
    )
    if not same:
        rebuild_seats(tx, [line_id])
    conversations.kick(tx, line_id)
    line_trouble.look(tx, line_id)


def _recount(tx: Tx, line_id: int, settings: LineSettings) -> None:
    """The counters of a line's seats as its conversations have them now.

    Where one differs its row is locked by a write that changes nothing, and counted anew: whoever moves it afterwards
    adds to what is right, and what was moved before is seen.
    """
    limit = limit_for_offers(settings)
    found = seats.recount(tx, line_id, settings.counting)
    differ = {each.user_id for each in seats.of_line(tx, line_id) if each.counted != found.get(each.user_id, 0)}
    if not differ:
        return
    for user_id in sorted(differ):
        seats.count(tx, line_id, user_id, 0, limit)
    found = seats.recount(tx, line_id, settings.counting)
    for seat in seats.of_line(tx, line_id):
        if seat.user_id in differ:
            seats.count(tx, line_id, seat.user_id, found.get(seat.user_id, 0) - seat.counted, limit)


def rearm(tx: Tx, line_id: int) -> bool:
    """One chunk of a line's open conversations under the new rules; True while there are more.

    Before them comes what people still hold who have left its queue.
    """
    after = lines.rearming(tx, line_id)
    if after is None:
        return False
    if take_back_left(tx, line_id, presence.TAKEN_AT_ONCE)[1]:
        return True
    ids = conversations.open_of_line(tx, line_id, after)
    cases = load_some(tx, ids)
    kpi.realign(tx, [(case.c, case.rules) for case in cases])
    gone = _not_there(tx, cases)
    for turn in turns(tx, cases):
        turn.step(RulesChanged())
        why = gone.get(turn.c.offered_to or 0)
        if why is not None and turn.c.offer != "transfer":
            presence.take_back_offer(turn, why)
        turn.event("rules_changed")
        turn.done()
    if not ids:
        _come_to_rest(tx, line_id)
    lines.put(tx, line_id, rearm_after=ids[-1] if ids else None)
    return bool(ids)


def _not_there(reader: Reader, cases: Sequence[Case]) -> dict[int, str]:
    """Whom the queue offers one of these though, now that the line asks for it, he is not available; and why not.

    A colleague may be away all the same: whoever transferred it to him knew.
    """
    asked = {
        case.c.offered_to
        for case in cases
        if case.c.offered_to is not None and case.rules.active and case.rules.settings.check_availability
    }
    return {each.id: each.unavailable for each in users.some_users(reader, asked) if each.unavailable} if asked else {}


def _come_to_rest(tx: Tx, line_id: int) -> None:
    """A change has reached all of a line. Whatever began under the old rules, here or on another node, and ended after
    the change was saved has counted by the old ones: its seats are set right."""
    kpi.sweep(tx, line_id)
    row = lines.one(tx, line_id)
    if row is not None:
        _recount(tx, line_id, row.rules)
        rebuild_seats(tx, [line_id])


def to_rearm(reader: Reader) -> Sequence[int]:
    """Lines whose change has not yet reached all of their conversations."""
    return lines.to_rearm(reader)
