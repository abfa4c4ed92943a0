"""What leaves for vendors: claimed before the first byte, settled by what came back.

    queued → sending → sent → delivered → read
                     → failed (for good)   → queued again (nothing reached the customer)
                     → unknown (bytes left, no answer): a person decides, nothing is sent again by itself

Whoever sends works outside of any transaction, so each attempt carries its number: what an attempt reports that
was taken from it meanwhile is dropped, except that a late "sent" still turns unknown into sent.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from openlines.channels.base import Button, Outgoing, OutgoingFile
from openlines.core.line import DAY, MINUTE, SECOND
from openlines.services.errors import Conflict
from openlines.store import conversations, deliveries, messages, threads
from openlines.store.deliveries import Candidate, Known, Ref
from openlines.store.tables import deliveries as deliveries_table
from openlines.store.tx import Reader, Tx

LEASE: Final = 60 * SECOND
EXPIRES: Final = DAY
UNKNOWN_HOLDS_UP: Final = 30 * SECOND
_HELD_BACK: Final = 15 * SECOND  # what may not leave now is looked at again after this
_CROWD: Final = 100  # candidates at once: more may wait behind them
_DETAIL: Final = 300
_FAR: Final = 2**62


class Job(NamedTuple):
    """One delivery to carry out."""

    ref: Ref
    channel_id: int
    kind: str
    channel_version: int
    outgoing: Outgoing
    done: str | None  # the vendor's ids of the calls that are through already
    created_at: int
    unreachable: bool  # the thread is marked so; a success takes the mark away


class Claimed(NamedTuple):
    jobs: list[Job]
    more: bool  # others are due as well
    next_at: int | None  # when the next delivery may leave, if none is due now
    late: int  # µs that the longest waiting one of them was overdue
    faults: Sequence[tuple[int, str]] = ()  # deliveries that cannot be made out, for a fault of ours; and why


class Room(NamedTuple):
    """How much a node can take on, and what must wait until when.

    What must wait is not claimed: as long as nothing has left, a crash leaves nothing unknown.
    """

    most: int
    most_per_channel: int
    by_channel: Mapping[int, int]  # how many more of those that are busy
    channels: Mapping[int, int]  # channel → instant
    threads: Mapping[int, int]  # thread → instant


def claim(tx: Tx, node: str, room: Room) -> Claimed:
    """Takes deliveries whose turn it is; they are `sending` when this is committed.

    What has waited for a day, and what cannot leave any more, ends here. A row of which no job can be made (a fault of
    ours) would come first for ever and leave nobody else his turn: it is put off by a minute, and named to be told.
    """
    jobs: list[Job] = []
    late = 0
    held: dict[int, list[int]] = {}
    faults: list[tuple[int, str]] = []
    left = dict(room.by_channel)
    full = [channel_id for channel_id, count in left.items() if count <= 0]
    candidates = deliveries.due(tx, unknown_since=tx.now - UNKNOWN_HOLDS_UP, but_channels=full)
    crowded = len(candidates) >= _CROWD
    for each in candidates:
        if (ended := _ended(tx, each)) is not None:
            _end(tx, each, *ended)
            continue
        until = _not_before(tx, each, room)
        if until is None and len(jobs) < room.most and left.get(each.channel_id, room.most_per_channel) > 0:
            try:
                job = _job(tx, each, node)
            except (TypeError, ValueError, LookupError, AttributeError) as problem:
                faults.append((each.id, repr(problem)))
                held.setdefault(tx.now + MINUTE, []).append(each.id)
                continue
            left[each.channel_id] = left.get(each.channel_id, room.most_per_channel) - 1
            jobs.append(job)
            late = max(late, tx.now - each.not_before)
        elif until is not None:
            # Out of the way, so that those behind are seen. What only finds no room is not looked at before there is.
            held.setdefault(until, []).append(each.id)
    if jobs:
        deliveries.claim(tx, [job.ref.id for job in jobs], lease=node, until=tx.now + LEASE)
        for job in jobs:
            _tell(tx, job.ref, "sending")
    for until, ids in held.items():
        deliveries.postpone(tx, ids, until)
    more = crowded or len(jobs) >= room.most
    next_at = None if more else deliveries.next_due(tx)
    return Claimed(jobs, more, next_at, late, faults)


def _ended(tx: Tx, each: Candidate) -> tuple[str, str | None] | None:
    """The state, with its code, of a delivery that need not leave any more."""
    if each.channel_deleted_at is not None:
        return "failed", "channel_gone"
    if each.what == "message" and each.deleted_at is not None and not each.done:
        return "failed", "deleted"
    if tx.now - each.created_at >= EXPIRES:
        return "failed", "expired"
    if each.what != "message" and each.target is None:
        # What never went out is deleted already, and cannot be changed.
        return ("sent", None) if each.what == "delete" else ("failed", "edit_gone")
    return None


def _not_before(tx: Tx, each: Candidate, room: Room) -> int | None:
    until = max(room.channels.get(each.channel_id, 0), room.threads.get(each.thread_id, 0))
    if until > tx.now:
        return until
    # A line or a channel that is switched off keeps its words until it is on again.
    return None if each.channel_active and each.line_active else tx.now + _HELD_BACK


def _job(tx: Tx, each: Candidate, node: str) -> Job:
    data: dict[str, Any] = msgspec.json.decode(each.data) if each.data else {}
    reply_to = data.get("reply_to")
    outgoing = Outgoing(
        external_id=each.external_id,
        address=each.address,
        text=each.text,
        files=tuple(
            OutgoingFile(
                str(file["id"]), str(file.get("name", "")), str(file.get("type", "")), int(file.get("size", 0))
            )
            for file in data.get("files", ())
            if file.get("id")
        ),
        buttons=tuple(Button(str(button["key"]), str(button["text"])) for button in data.get("buttons", ())),
        reply_to=deliveries.vendor_id(tx, reply_to) if isinstance(reply_to, int) else None,
        what=each.what,  # type: ignore[arg-type]
        target=deliveries.parts(each.target) if each.what != "message" else (),
    )
    ref = Ref(each.id, node, each.attempts + 1, each.message_id, each.conversation_id, each.thread_id, each.line_id)
    return Job(
        ref,
        each.channel_id,
        each.kind,
        each.channel_version,
        outgoing,
        each.done,
        each.created_at,
        bool(each.unreachable),
    )


def _end(tx: Tx, each: Candidate, state: str, code: str | None) -> None:
    deliveries.put(tx, each.id, state=state, error=code, error_detail=None, state_at=tx.now)
    ref = Ref(each.id, "", each.attempts, each.message_id, each.conversation_id, each.thread_id, each.line_id)
    _tell(tx, ref, state)
    tx.poke("deliver")  # the next of its thread need not wait


# ---------------------------------------------------------------- what came of an attempt


def progress(tx: Tx, ref: Ref, done: str | None) -> bool:
    """Some of its calls are through, others follow; False when the attempt was taken away."""
    return deliveries.settle(tx, ref, external_id=done, leased_until=tx.now + LEASE)


def sent(tx: Tx, job: Job, done: str | None, *, target: str | None = None) -> bool:
    """It is with the vendor. `target`: what an edit has made of the vendor's ids of the whole message."""
    values = {"state": "sent", "external_id": done, "error": None, "error_detail": None, "state_at": tx.now}
    ref = job.ref
    if not deliveries.settle(tx, ref, **values) and not deliveries.settle_unknown(tx, ref, **values):
        return False
    if target is not None:
        first = next((each for each in deliveries.of_message(tx, ref.message_id) if each.what == "message"), None)
        if first is not None:
            deliveries.put(tx, first.id, external_id=target)
    if job.unreachable:
        threads.put(tx, ref.thread_id, unreachable=None)
        tx.event("thread.changed", thread_id=ref.thread_id, conversation_id=ref.conversation_id)
    _tell(tx, ref, "sent")
    tx.poke("deliver")
    return True


def again(tx: Tx, job: Job, after: float, code: str, detail: str, done: str | None) -> bool:
    """Nothing of this attempt reached the customer: queued again, `after` seconds from now, for a day at most."""
    at = tx.now + round(after * SECOND)
    if at - job.created_at >= EXPIRES:
        return failed(tx, job.ref, "expired", detail or code, done)
    kept = deliveries.settle(
        tx,
        job.ref,
        state="queued",
        not_before=at,
        external_id=done,
        error=code or None,
        error_detail=detail[:_DETAIL] or None,
        lease=None,
        leased_until=None,
        state_at=tx.now,
    )
    if kept:
        _tell(tx, job.ref, "queued")
        tx.poke("deliver")
    return kept


def failed(tx: Tx, ref: Ref, code: str, detail: str, done: str | None, *, unreachable: bool = False) -> bool:
    """It will never arrive. The next of the thread need not wait."""
    kept = deliveries.settle(
        tx, ref, state="failed", external_id=done, error=code, error_detail=detail[:_DETAIL] or None, state_at=tx.now
    )
    if not kept:
        return False
    if unreachable:
        threads.put(tx, ref.thread_id, unreachable=code)
        tx.event("thread.changed", thread_id=ref.thread_id, conversation_id=ref.conversation_id)
    _tell(tx, ref, "failed")
    tx.poke("deliver")
    return True


def unknown(tx: Tx, ref: Ref, detail: str, done: str | None) -> bool:
    """Bytes left and nobody knows what became of them. The next of the thread waits half a minute at most."""
    kept = deliveries.settle(
        tx, ref, state="unknown", external_id=done, error=None, error_detail=detail[:_DETAIL] or None, state_at=tx.now
    )
    if kept:
        _tell(tx, ref, "unknown")
        tx.poke("deliver")
    return kept


def renew(tx: Tx, node: str, ids: Sequence[int]) -> None:
    """Attempts of this node that are still under way."""
    deliveries.renew(tx, list(ids), lease=node, until=tx.now + LEASE)


def give_up_lost(tx: Tx, dead: str | None = None, *, all_of_them: bool = False) -> int:
    """Attempts whose sender is gone become unknown; up to 100 at once, how many there were.

    `dead`: the name of a node that was started anew. `all_of_them`: nobody else can be sending (SQLite).
    """
    found = deliveries.lost(tx, before=_FAR if all_of_them else tx.now, dead=dead)
    for ref in found:
        unknown(tx, ref, "the sender was lost", _done(tx, ref))
    return len(found)


def _done(tx: Tx, ref: Ref) -> str | None:
    return next((each.external_id for each in deliveries.of_message(tx, ref.message_id) if each.id == ref.id), None)


# ---------------------------------------------------------------- what people and vendors say of it


def queue(tx: Tx, message_id: int, what: str, *, not_before: int | None = None) -> int | None:
    """Tells the vendor of a change (`edit`, `delete`) of a message that went out; None where none ever did."""
    row = messages.one(tx, message_id)
    known = deliveries.of_message(tx, message_id)
    if row is None or not known:
        return None
    delivery_id = tx.new_id(deliveries_table)
    deliveries.add(
        tx,
        id=delivery_id,
        message_id=message_id,
        thread_id=row.thread_id,
        channel_id=known[0].channel_id,
        what=what,
        not_before=not_before,
    )
    return delivery_id


def withdraw(tx: Tx, message_id: int) -> bool:
    """Takes a message back that has not begun to leave; False when it is too late for that."""
    first = next((each for each in deliveries.of_message(tx, message_id) if each.what == "message"), None)
    if first is None or first.state != "queued" or first.attempts:
        return False
    return deliveries.drop(tx, message_id)


def retry(tx: Tx, message_id: int) -> None:
    """A person wants it sent again: after a failure, or after an end that nobody knows. Parts that are through stay.

    Refuses with `Conflict` "not_failed" when there is nothing to repeat.
    """
    known = deliveries.of_message(tx, message_id)
    if not known:  # a channel that shows messages by itself has nothing to send
        raise Conflict("not_failed", state="sent")
    last = known[-1]
    if last.state not in ("failed", "unknown"):
        raise Conflict("not_failed", state=last.state)
    row = messages.one(tx, message_id)
    deliveries.put(
        tx,
        last.id,
        state="queued",
        not_before=tx.now,
        created_at=tx.now,
        state_at=tx.now,
        error=None,
        error_detail=None,
        lease=None,
        leased_until=None,
    )
    _tell_of(tx, last, row.conversation_id if row is not None else None, "queued")
    tx.poke("deliver")


_STEPS: Final = {"sending": 0, "unknown": 0, "sent": 1, "delivered": 2, "read": 3}


def mark(tx: Tx, channel_id: int, external_id: str, state: str, error: str = "") -> bool:
    """The vendor tells how far one of our messages got. Never backwards; False when nothing changed."""
    known = deliveries.by_external(tx, channel_id, external_id)
    if known is None:
        return False
    before = ["sent"] if state == "failed" else [each for each in _STEPS if _STEPS[each] < _STEPS.get(state, 0)]
    if known.state not in before:
        return False
    row = messages.one(tx, known.message_id)
    # Another node may have heard of a later step since it was read.
    failure = (error or "refused") if state == "failed" else None
    if not deliveries.put_from(tx, known.id, before, state=state, error=failure, state_at=tx.now):
        return False
    _tell_of(tx, known, row.conversation_id if row is not None else None, state)
    return True


def release(tx: Tx, channel_id: int) -> bool:
    """A channel works again: what was put off may go now. True while there is more to release."""
    count = deliveries.release(tx, channel_id)
    tx.poke("deliver")
    return count >= 100


def release_line(tx: Tx, line_id: int) -> None:
    """A line is on again: what its conversations held back may go now, whichever line's channel they came by.

    It is little: a line that is off says nothing.
    """
    deliveries.release_of_line(tx, line_id)
    tx.poke("deliver")


def depths(reader: Reader) -> dict[str, tuple[int, int]]:
    """For metrics: how many wait and are under way, and how old the oldest of each is, µs."""
    return {state: (count, reader.now - oldest) for state, (count, oldest) in deliveries.depths(reader).items()}


def _tell(tx: Tx, ref: Ref, state: str) -> None:
    tx.event(
        "delivery.changed",
        line_id=ref.line_id,
        conversation_id=ref.conversation_id,
        thread_id=ref.thread_id,
        message_id=ref.message_id,
        data={"state": state},
    )


def _tell_of(tx: Tx, known: Known, conversation_id: int | None, state: str) -> None:
    found = conversations.one(tx, conversation_id) if conversation_id is not None else None
    tx.event(
        "delivery.changed",
        line_id=found[0].line_id if found is not None else None,
        conversation_id=conversation_id,
        thread_id=known.thread_id,
        message_id=known.message_id,
        data={"state": state},
    )
