"""What customers do beside writing: they edit and delete their words, press buttons, rate, read."""

from typing import Any

from openlines.core.consent import PREFIX
from openlines.core.conversation import rating_time
from openlines.core.inputs import CustomerPressed, CustomerRated
from openlines.core.rating import may_be, may_comment
from openlines.core.state import Conversation, Refused
from openlines.services import consent, inactivity, last_words
from openlines.services.errors import Invalid, NotFound
from openlines.services.receive import arrive, case_of
from openlines.services.turn import Turn, load
from openlines.store import conversations, messages, threads
from openlines.store.tx import Tx


def receive_edit(
    tx: Tx, channel_id: int, external_id: str, dedupe: str, text: str, data: dict[str, Any] | None = None
) -> bool:
    """The customer changed his words. False when the message is not here."""
    arrival = arrive(tx, channel_id, external_id, dedupe)
    row = messages.one(tx, arrival.repeated) if arrival.repeated is not None else None
    if row is None or row.author != "customer":
        return False
    if row.text == text and not data:
        return True
    last_words.edited(tx, row, _line_of(tx, row), text, data)
    return True


def receive_delete(tx: Tx, channel_id: int, external_id: str, dedupe: str) -> bool:
    """The customer took his words back: they are marked, and staff still see that there was something."""
    arrival = arrive(tx, channel_id, external_id, dedupe)
    row = messages.one(tx, arrival.repeated) if arrival.repeated is not None else None
    if row is None or row.author != "customer":
        return False
    if row.deleted_at is None:
        last_words.deleted(tx, row, _line_of(tx, row))
    return True


def _line_of(tx: Tx, row: messages.MessageRow) -> int:
    """Where the conversation is that the words belong to."""
    return load(tx, row.conversation_id).c.line_id


def receive_press(tx: Tx, channel_id: int, external_id: str, key: str, dedupe: str) -> str | None:
    """A button was pressed. Returns the code of what to confirm to the presser, or None."""
    arrival = arrive(tx, channel_id, external_id, dedupe)
    if arrival.thread_id is None:
        return None
    if key.startswith("rate:"):
        value, _, conversation_id = key[5:].partition(":")
        if value in ("1", "2", "3", "4", "5"):
            wanted = int(conversation_id) if conversation_id.isdigit() else None
            return receive_rating(tx, arrival.thread_id, int(value), conversation_id=wanted)
    if key.startswith("comment:"):
        return _wants_to_comment(tx, arrival.thread_id, key[8:])
    case = case_of(arrival)
    if key.startswith("idle:"):
        return inactivity.pressed(tx, case, key)
    if key.startswith(PREFIX):
        return consent.pressed(tx, arrival.thread_id, case.c.id if case is not None else None, key)
    if case is not None:
        turn = Turn(tx, case)
        turn.step(CustomerPressed(key))
        turn.done()
    return None


def _wants_to_comment(tx: Tx, thread_id: int, conversation_id: str) -> str | None:
    """The button under the thanks: the customer's next words are the comment to his rating."""
    case = load(tx, int(conversation_id)) if conversation_id.isdecimal() else None
    if case is None or case.c.thread_id != thread_id or not may_comment(case.c, tx.now):
        return "too_late"
    turn = Turn(tx, case)
    turn.step(CustomerRated(case.c.rating or 0, ""))
    turn.done()
    return None


def receive_rating(
    tx: Tx,
    thread_id: int,
    value: int,
    *,
    comment: str | None = None,
    conversation_id: int | None = None,
    quiet: bool = False,
) -> str:
    """A rating given by a button or in the widget. Returns "rated" or "too_late". Refuses a foreign conversation, and
    a rating between the two that a like has.

    Too late is said in the thread; `quiet`: it is refused ("rating_late"), because the window says it in place.
    """
    if not 1 <= value <= 5:
        raise Invalid.field("value", "rating_value")
    thread = threads.one(tx, thread_id)
    if thread is None:
        raise NotFound("thread", id=thread_id)
    wanted = conversation_id or conversations.open_of_thread(tx, thread_id) or thread.last_conversation_id
    case = load(tx, wanted) if wanted is not None else None
    if case is None or case.c.thread_id != thread_id:
        raise NotFound("conversation", id=conversation_id)
    before: Conversation = case.c
    # What was given while the line asked for stars may still be commented.
    if not may_be(value, case.rules.settings.rating) and value != before.rating:
        raise Refused("rating_like")
    if quiet and rating_time(before, case.rules, tx.now) != "yes" and not (comment and value == before.rating):
        raise Refused("rating_late")
    turn = Turn(tx, case)
    turn.step(CustomerRated(value, comment))
    c = turn.done()
    return "rated" if c.rated_at != before.rated_at or c.rating == value else "too_late"


def mark_seen(tx: Tx, thread_id: int, *, delivered: int = 0, read: int = 0) -> None:
    """How far the customer's device is: what has arrived on it, what was on its screen. Never backwards."""
    thread = threads.one(tx, thread_id)
    if thread is None:
        raise NotFound("thread", id=thread_id)
    last = messages.last_seq(tx, thread_id)
    read_to = max(thread.read_seq, min(read, last))
    delivered_to = max(thread.delivered_seq, min(max(delivered, read), last))
    if (read_to, delivered_to) == (thread.read_seq, thread.delivered_seq):
        return
    if threads.put_seen(tx, thread_id, delivered=delivered_to, read=read_to):
        thread = threads.one(tx, thread_id) or thread  # one of the two may have come farther by another node
        data = {"delivered": thread.delivered_seq, "read": thread.read_seq}
        tx.event("thread.watermark", thread_id=thread_id, data=data)
