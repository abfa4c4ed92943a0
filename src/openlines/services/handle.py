"""What operators do with a conversation: accept, decline, transfer, finish and the rest.

What a person decides on sight carries the version he saw. It is refused only when what he decided about has
changed: somebody else took it (of an offer its state says so, whatever was seen), or the customer wrote words that
who finishes has not seen. The refusal names who was first.
"""

from openlines.core.inputs import (
    Accepted,
    CustomerBlocked,
    Declined,
    Finished,
    FinishedNow,
    Given,
    Intercepted,
    Joined,
    Left,
    MarkedSpam,
    Pinned,
    Snoozed,
    Transferred,
    UndidFinish,
)
from openlines.core.state import Conversation, Refused, Rules
from openlines.services.access import Actor, access_conversation, access_thread
from openlines.services.errors import Conflict, Invalid
from openlines.services.presence import gone
from openlines.services.turn import Case, Turn, load, rules_for
from openlines.store import conversations, departments, lines, threads
from openlines.store.tx import Tx


def _do(tx: Tx, case: Case, given: Given) -> Conversation:
    turn = Turn(tx, case)
    turn.step(given)
    return turn.done()


def _first(error: Refused, c: Conversation) -> Conflict:
    return Conflict(error.code, operator=c.operator_id or c.offered_to)


def accept(tx: Tx, actor: Actor, conversation_id: int) -> Conversation:
    """Takes what is offered, or what waits in the queue. The loser of a race is told who was first."""
    case = access_conversation(tx, actor, conversation_id)
    if case.c.state == "active" and case.c.operator_id == actor.user_id:
        return case.c  # the same click twice
    try:
        c = _do(tx, case, Accepted(actor.user_id))
    except Refused as error:
        if error.code in ("taken", "offered_to_other"):
            raise _first(error, case.c) from None
        raise
    threads.put(tx, c.thread_id, last_operator_id=actor.user_id)
    return c


def decline(tx: Tx, actor: Actor, conversation_id: int) -> Conversation:
    case = access_conversation(tx, actor, conversation_id)
    return _do(tx, case, Declined(actor.user_id, sender_gone=gone(tx, case.c.sender_id)))


def _hands(tx: Tx, actor: Actor, case: Case) -> None:
    """Only who holds it or administers may act on what is in somebody's hands; who listens may write and note."""
    c = case.c
    if c.state not in ("active", "closing") or c.operator_id in (None, actor.user_id) or actor.administrator:
        return
    raise Conflict("taken", operator=c.operator_id)


def _in_other_hands(actor: Actor, case: Case, version: int | None) -> None:
    """Of what is not his own somebody decides by how it stood: refused when it has moved since."""
    c = case.c
    if version not in (None, c.version) and c.operator_id != actor.user_id:
        raise Conflict("changed_meanwhile", operator=c.operator_id or c.offered_to)


def finish(
    tx: Tx, actor: Actor, conversation_id: int, version: int | None = None, *, now: bool = False
) -> Conversation:
    """Ends the conversation: last words and a delay, or at once. Refused while there are words he has not seen."""
    case = access_conversation(tx, actor, conversation_id)
    _hands(tx, actor, case)
    if version is not None and version != case.c.version and case.around.unread and case.c.state == "active":
        raise Conflict("customer_wrote", operator=case.c.operator_id)
    return _do(tx, case, FinishedNow(actor.user_id) if now else Finished(actor.user_id))


def undo_finish(tx: Tx, actor: Actor, conversation_id: int) -> Conversation:
    case = access_conversation(tx, actor, conversation_id)
    newer = conversations.open_of_thread(tx, case.c.thread_id)
    if newer is not None and newer != case.c.id:
        raise Refused("too_late")
    return _do(tx, case, UndidFinish(actor.user_id))


def transfer(
    tx: Tx,
    actor: Actor,
    conversation_id: int,
    version: int | None = None,
    *,
    user_id: int | None = None,
    department_id: int | None = None,
    line_id: int | None = None,
    note: str = "",
) -> Conversation:
    """To an operator, a department or a line: exactly one of them. A note goes before the colleague's eyes."""
    case = access_conversation(tx, actor, conversation_id)
    _hands(tx, actor, case)
    _in_other_hands(actor, case, version)
    if (user_id is not None) + (department_id is not None) + (line_id is not None) != 1:
        raise Invalid.field("to", "one_target")
    given = Transferred(actor.user_id, to_user=user_id, to_department=department_id, to_line=line_id)
    if user_id is not None:
        if gone(tx, user_id):
            raise Invalid.field("user_id", "unknown_user")
    elif department_id is not None:
        if departments.department_by_id(tx, department_id) is None:
            raise Invalid.field("department_id", "unknown_department")
    elif line_id is not None:
        given = given._replace(rules=_rules_of(tx, case, line_id))
    turn = Turn(tx, case)
    if note.strip():
        turn.message("operator", note.strip()[:4000], kind="note", author_id=actor.user_id)
    turn.step(given)
    if given.rules is not None:
        turn.rules = given.rules
    c = turn.done()
    if user_id is not None and c.operator_id == user_id:
        threads.put(tx, c.thread_id, last_operator_id=user_id)
    return c


def _rules_of(tx: Tx, case: Case, line_id: int) -> Rules:
    row = lines.locked(tx, line_id)  # it must not be removed meanwhile
    if row is None:
        raise Invalid.field("line_id", "unknown_line")
    if line_id == case.c.line_id:
        raise Refused("same_line")
    around = case.around._replace(line_active=row.active, settings=row.settings)
    return rules_for(line_id, around)


def intercept(tx: Tx, actor: Actor, conversation_id: int, version: int | None = None) -> Conversation:
    case = access_conversation(tx, actor, conversation_id)
    _in_other_hands(actor, case, version)
    c = _do(tx, case, Intercepted(actor.user_id))
    threads.put(tx, c.thread_id, last_operator_id=actor.user_id)
    return c


def join(tx: Tx, actor: Actor, conversation_id: int) -> Conversation:
    case = access_conversation(tx, actor, conversation_id)
    if actor.user_id == case.c.operator_id or actor.user_id in conversations.listening(tx, case.c.id):
        return case.c
    turn = Turn(tx, case)
    turn.step(Joined(actor.user_id))
    conversations.add_listener(tx, case.c.id, actor.user_id)
    return turn.done()


def leave(tx: Tx, actor: Actor, conversation_id: int) -> Conversation:
    case = access_conversation(tx, actor, conversation_id)
    if actor.user_id not in conversations.listening(tx, case.c.id):
        return case.c
    turn = Turn(tx, case)
    turn.step(Left(actor.user_id))
    conversations.drop_listener(tx, case.c.id, actor.user_id)
    return turn.done()


def pin(tx: Tx, actor: Actor, conversation_id: int, pinned: bool) -> Conversation:
    case = access_conversation(tx, actor, conversation_id)
    _hands(tx, actor, case)
    if (case.c.pinned_at is not None) == pinned and case.c.state == "active":
        return case.c
    return _do(tx, case, Pinned(actor.user_id, pinned))


def snooze(tx: Tx, actor: Actor, conversation_id: int, until: int | None) -> Conversation:
    case = access_conversation(tx, actor, conversation_id)
    _hands(tx, actor, case)
    return _do(tx, case, Snoozed(actor.user_id, until))


def spam(tx: Tx, actor: Actor, conversation_id: int, *, block: bool = False) -> Conversation:
    """Closed at once and silently; with `block` the customer's further words are kept and answered by nothing."""
    case = access_conversation(tx, actor, conversation_id)
    _hands(tx, actor, case)
    c = _do(tx, case, MarkedSpam(actor.user_id))
    if block:
        _block(tx, c.thread_id, c.line_id)
    return c


def _block(tx: Tx, thread_id: int, line_id: int) -> None:
    """Marked first, then looked for what is open: whoever opens a conversation on another node at this instant either
    sees the mark, or has it seen here."""
    threads.put(tx, thread_id, blocked_at=tx.now)
    _close_open(tx, thread_id)
    tx.event("thread.changed", thread_id=thread_id, line_id=line_id, data={"blocked": True})


def _close_open(tx: Tx, thread_id: int) -> None:
    found = conversations.open_of_thread(tx, thread_id)
    if found is not None:
        _do(tx, load(tx, found), CustomerBlocked())


def block(tx: Tx, actor: Actor, thread_id: int) -> None:
    thread = access_thread(tx, actor, thread_id)
    if thread.blocked_at is None:
        _block(tx, thread_id, 0)
    else:
        _close_open(tx, thread_id)


def unblock(tx: Tx, actor: Actor, thread_id: int) -> None:
    thread = access_thread(tx, actor, thread_id)
    if thread.blocked_at is not None:
        threads.put(tx, thread_id, blocked_at=None)
        tx.event("thread.changed", thread_id=thread_id, data={"blocked": False})


def read(tx: Tx, actor: Actor, conversation_id: int) -> Conversation:
    """Its holder has seen everything in it."""
    case = access_conversation(tx, actor, conversation_id)
    holds = actor.user_id == case.c.operator_id
    if not holds or not case.around.unread:
        return case.c
    turn = Turn(tx, case)
    turn.shown["unread"] = 0
    turn.event("read", user_id=actor.user_id)
    return turn.done()
