"""Who is there. A user is online while a connection of his is alive on a living node, and for the grace after.

Rows `(user, node, connections)` change only when somebody connects or goes; each node renews one lease. When a
node dies its lease runs out and its people get the grace from that moment, so a restart, or the death of one of
two nodes, moves no conversation as long as they come back within it.
"""

from openlines.core.availability import GRACE, Person, availability, next_change
from openlines.core.capacity import limit_for_offers
from openlines.core.inputs import OperatorRemoved, OperatorUnavailable
from openlines.core.line import SECOND
from openlines.services import line_trouble
from openlines.services.errors import Invalid
from openlines.services.turn import Turn, load_some, turns
from openlines.store import conversations, lines, presences, seats, users
from openlines.store.tx import Reader, Tx

LEASE = 15 * SECOND  # of a node; renewed every third of it
PAUSE_REASON_LIMIT = 100
TAKEN_AT_ONCE = 20  # conversations of one person in one transaction


def connected(tx: Tx, user_id: int, node: str) -> None:
    """One more connection of this user on this node."""
    presences.change(tx, user_id, node, +1)
    refresh_user(tx, user_id)


def disconnected(tx: Tx, user_id: int, node: str) -> None:
    presences.change(tx, user_id, node, -1)
    refresh_user(tx, user_id)


def choose(tx: Tx, user_id: int, state: str, reason: str = "") -> None:
    """What the user himself says: online, pause (with a reason), offline."""
    if state not in ("online", "pause", "offline"):
        raise Invalid.field("state", "unknown_presence")
    user = users.user_by_id(tx, user_id)
    if user is None:
        return
    reason = reason.strip()[:PAUSE_REASON_LIMIT] if state == "pause" else ""
    if (user.presence, user.pause_reason) != (state, reason):
        users.put(tx, user_id, presence=state, pause_reason=reason, presence_since=tx.now)
        tx.event("presence.changed", user_id=user_id, data={"presence": state})
    refresh_user(tx, user_id)


def renew(tx: Tx, node: str) -> list[int]:
    """Keeps this node alive and buries the dead: their people's grace begins now. Returns who was affected.

    Who is connected to a node that was taken for dead is back with it: nobody else would say so.
    """
    back = presences.renew(tx, node, tx.now + LEASE)
    affected = list(dict.fromkeys([*back, *presences.bury(tx)]))
    for user_id in affected:
        refresh_user(tx, user_id)
    return affected


def arrive(tx: Tx, node: str) -> None:
    """A node that starts: what an earlier life of the same name had counted is over, its people have the grace."""
    leave(tx, node)
    presences.renew(tx, node, tx.now + LEASE)


def leave(tx: Tx, node: str) -> None:
    """A node that stops: its people have the grace to come back."""
    for user_id in presences.forget(tx, node):
        refresh_user(tx, user_id)


def refresh_user(tx: Tx, user_id: int) -> None:
    """Works out availability anew and carries it to the seats, the offers and the queue.

    Its first write locks the user: of two nodes whose last connections with him go at once, the later one must see
    that the other's has gone too. The value is put right below.
    """
    users.put(tx, user_id, due_at=None)
    user = users.user_by_id(tx, user_id)
    if user is None:
        return
    alive = presences.alive(tx, user_id)
    grace = _grace(tx, user.online, user.grace_until, alive=alive)
    online = alive or (grace is not None and grace > tx.now)
    person = Person(
        active=bool(user.active),
        absent_from=user.absent_from,
        absent_until=user.absent_until,
        presence=user.presence,  # type: ignore[arg-type]
        online=online,
        grace_until=grace,
    )
    why = availability(person, tx.now)
    due = next_change(person, tx.now)
    changes = {
        "online": int(online),
        "grace_until": grace,
        "available": int(why is None),
        "unavailable": why,
        "due_at": due,
    }
    if all(getattr(user, name) == value for name, value in changes.items() if name != "due_at"):
        users.put(tx, user_id, due_at=due)
    else:
        users.put(tx, user_id, **changes)
        tx.event("presence.changed", user_id=user_id, data={"available": why is None, "why": why})
    if due is not None:
        tx.wake(due)
    if _carry(tx, user_id, why, active=bool(user.active)):
        users.put(tx, user_id, due_at=tx.now)
        tx.wake(tx.now)


def _grace(tx: Tx, online: int, grace_until: int | None, *, alive: bool) -> int | None:
    if alive:
        return None
    if online and grace_until is None:
        return tx.now + GRACE  # the last connection has just gone
    return grace_until if grace_until is not None and grace_until > tx.now else None


def _carry(tx: Tx, user_id: int, why: str | None, *, active: bool) -> bool:
    """To his seats; away from him what was offered, and whatever he holds when he was switched off; to him what waits.

    True when there is more to take away than one transaction should: he stays due until it is done.
    """
    taken = seats.of_user(tx, user_id)
    rows = {row.id: row for row in lines.some(tx, [seat.line_id for seat in taken])} if taken else {}
    for seat in taken:
        line = rows.get(seat.line_id)
        if line is None:  # removed
            continue
        limit = limit_for_offers(line.rules)
        present = int(active and (why is None or not line.rules.check_availability))
        eligible = int(present and (not limit or seat.counted < limit))
        if (present, eligible) != (seat.present, seat.eligible):
            seats.put_eligible(tx, seat.line_id, user_id, limit, present=present)
            if present != seat.present and seat.member:
                line_trouble.look(tx, seat.line_id)
            if present and seat.member and line.active:
                conversations.kick(tx, seat.line_id)
    if why is None:
        conversations.kick_departments(tx)
        return False
    if not active:
        in_hand = sorted(conversations.in_hand(tx, user_id))
        take_back(tx, user_id, in_hand[:TAKEN_AT_ONCE])
        return len(in_hand) > TAKEN_AT_ONCE
    offered = conversations.offered_with_lines(tx, user_id)
    if not offered:
        return False
    checks = {row.id for row in lines.some(tx, [*set(offered.values())]) if row.rules.check_availability}
    ids = sorted(each for each, line_id in offered.items() if line_id in checks)
    for turn in turns(tx, load_some(tx, ids[:TAKEN_AT_ONCE])):
        take_back_offer(turn, why)
        turn.done()
    return len(ids) > TAKEN_AT_ONCE


def take_back_offer(turn: Turn, why: str) -> None:
    """Who is asked cannot take it: it goes on at once."""
    c = turn.c
    if c.offered_to is not None:
        turn.step(OperatorUnavailable(c.offered_to, why, sender_gone=gone(turn.tx, c.sender_id)))


def gone(reader: Reader, user_id: int | None) -> bool:
    """Whether there is nobody to give a conversation back to: he was switched off, or nobody sent it."""
    person = seats.person(reader, user_id) if user_id is not None else None
    return person is None or not person[1]


def take_back(tx: Tx, user_id: int, conversation_ids: list[int]) -> None:
    """Removed or switched off: what he holds or is offered goes back to routing at once."""
    for turn in turns(tx, load_some(tx, conversation_ids)):
        turn.step(OperatorRemoved(user_id))
        turn.done()
