"""What operators say: replies, notes, outgoing conversations; edits, deletions, another try.

A reply never fails because the customer wrote meanwhile, and the same `client_message_id` twice is one reply.
"""

from typing import Any, NamedTuple

from openlines.core.conversation import opened
from openlines.core.inputs import Noted, Wrote
from openlines.core.line import SECOND
from openlines.core.state import Refused
from openlines.services import deliveries as sending
from openlines.services import last_words, reply_letters
from openlines.services.access import Actor, access_conversation, access_message, access_thread
from openlines.services.errors import Conflict, Forbidden, Invalid, NotFound
from openlines.services.turn import Case, Turn, capabilities, load, rules_for
from openlines.store import conversations, files, letters, messages, threads
from openlines.store.files import FileRow
from openlines.store.messages import MessageRow
from openlines.store.tables import conversations as conversations_table
from openlines.store.tx import Tx
from openlines.support.ids import new_key

TEXT_LIMIT = 20_000  # characters of one reply; a channel's own limit splits it
FILES_LIMIT = 10


class Reply(NamedTuple):
    client_message_id: str
    text: str = ""
    files: tuple[str, ...] = ()
    reply_to: int | None = None
    note: bool = False


def reply(tx: Tx, actor: Actor, conversation_id: int, said: Reply) -> MessageRow:
    """Words of an operator to the customer, or a note to colleagues. Accepts the conversation when it waits."""
    case = access_conversation(tx, actor, conversation_id)
    known = messages.by_dedupe(tx, case.c.thread_id, _dedupe(actor, said))
    if known is not None:
        return known
    _check(said)
    by_letter = not said.note and _may_write(tx, actor, case)
    sent = _files(tx, actor, case.c.thread_id, said)
    data = _data(tx, case.c.thread_id, said, sent)
    turn = Turn(tx, case)
    if said.note:
        turn.step(Noted(actor.user_id))
    else:
        turn.step(Wrote(actor.user_id))
        turn.shown["unread"] = 0
    message_id = turn.message(
        "operator",
        said.text,
        kind="note" if said.note else "text",
        author_id=actor.user_id,
        data=data,
        dedupe=_dedupe(actor, said),
    )
    c = turn.done()
    _attach(tx, said, sent, c.thread_id)
    if by_letter:
        reply_letters.expect(tx, c.thread_id)
    if not said.note and c.operator_id is not None and c.operator_id != case.around.last_operator_id:
        threads.put(tx, c.thread_id, last_operator_id=c.operator_id)
    return _said(tx, message_id)


def start(tx: Tx, actor: Actor, thread_id: int, said: Reply) -> MessageRow:
    """An operator's words into a thread without an open conversation: a new one, outgoing, his."""
    thread = access_thread(tx, actor, thread_id)
    known = messages.by_dedupe(tx, thread_id, _dedupe(actor, said))
    if known is not None:
        return known
    _check(said)
    found = conversations.open_of_thread(tx, thread_id)
    if found is not None:
        return reply(tx, actor, found, said)
    if thread.last_conversation_id is None:
        raise NotFound("thread", id=thread_id)
    last = load(tx, thread.last_conversation_id)
    by_letter = _may_write(tx, actor, last, starting=True)
    sent = _files(tx, actor, thread_id, said)
    data = _data(tx, thread_id, said, sent)
    around = last.around._replace(unread=0)
    # The next conversation starts on the channel's line, wherever the last one ended.
    row = conversations.line_of_channel(tx, last.c.channel_id)
    around = around._replace(line_active=row.active, settings=row.settings)
    rules = rules_for(row.line_id, around)
    c, outcomes = opened(
        id=tx.new_id(conversations_table),
        thread_id=thread_id,
        channel_id=last.c.channel_id,
        customer_id=last.c.customer_id,
        now=tx.now,
        rules=rules,
        operator_id=actor.user_id,
    )
    turn = Turn(tx, Case(c, rules, around), new=True)
    turn.follow(outcomes)
    turn.step(Wrote(actor.user_id))
    message_id = turn.message("operator", said.text, author_id=actor.user_id, data=data, dedupe=_dedupe(actor, said))
    c = turn.done()
    _attach(tx, said, sent, thread_id)
    threads.put(tx, thread_id, last_conversation_id=c.id, last_operator_id=actor.user_id)
    if by_letter:
        reply_letters.expect(tx, thread_id)
    return _said(tx, message_id)


def _dedupe(actor: Actor, said: Reply) -> str:
    return f"u{actor.user_id}:{said.client_message_id}"


def _check(said: Reply) -> None:
    if not said.client_message_id or len(said.client_message_id) > 64:
        raise Invalid.field("client_message_id", "out_of_range", {"least": 1, "most": 64})
    if not said.text.strip() and not said.files:
        raise Invalid.field("text", "text_needed")
    if len(said.text) > TEXT_LIMIT:
        raise Invalid.field("text", "too_long", {"most": TEXT_LIMIT})
    if len(said.files) > FILES_LIMIT:
        raise Invalid.field("files", "too_many", {"most": FILES_LIMIT})


def _may_write(tx: Tx, actor: Actor, case: Case, *, starting: bool = False) -> bool:
    """Refuses with words why not. Returns whether the words go after him as a letter if he does not read them."""
    c, around = case.c, case.around
    addressee = letters.addressee(tx, c.thread_id)
    able = capabilities(around.kind)
    if not around.channel_active:
        raise Refused("channel_off")
    if addressee is not None and addressee.unreachable:
        raise Refused("unreachable", why=addressee.unreachable)
    by_letter = addressee is not None and not able.pushes and reply_letters.wanted(around.kind, addressee.settings)
    if able.reply_window and c.customer_at is not None and tx.now > c.customer_at + able.reply_window * SECOND:
        raise Refused("reply_window_over", hours=able.reply_window // 3600)
    if starting:
        if not able.outgoing:
            raise Refused("no_outgoing")
        return by_letter
    others = c.state in ("active", "closing") and c.operator_id not in (None, actor.user_id)
    if others and not actor.administrator and actor.user_id not in conversations.listening(tx, c.id):
        raise Conflict("taken", operator=c.operator_id)
    return by_letter


def _files(tx: Tx, actor: Actor, thread_id: int, said: Reply) -> list[FileRow]:
    """What goes with it. A file belongs to one thread, whose customer may see it: one that the operator has sent to
    another customer before gets a row of its own here, over the same bytes."""
    if not said.files:
        return []
    rows = files.some(tx, list(said.files))
    if len(rows) != len(set(said.files)):
        raise Invalid.field("files", "unknown_file")
    for row in rows:
        if row.user_id != actor.user_id and row.thread_id != thread_id:
            raise Invalid.field("files", "unknown_file")
    return [
        row
        if row.thread_id in (None, thread_id)
        else row._replace(id=new_key(), thread_id=thread_id, created_at=tx.now)
        for row in rows
    ]


def _data(tx: Tx, thread_id: int, said: Reply, sent: list[FileRow]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if sent:
        data["files"] = [row.shown() for row in sent]
    if said.reply_to is not None:
        answered = messages.one(tx, said.reply_to)
        if answered is None or answered.thread_id != thread_id:
            raise Invalid.field("reply_to", "unknown_message")
        data["reply_to"] = said.reply_to
    return data


def _attach(tx: Tx, said: Reply, sent: list[FileRow], thread_id: int) -> None:
    for row in sent:
        if row.id not in said.files:
            files.add(tx, **row._asdict())
    if sent:
        files.attach(tx, list(said.files), thread_id)


def _said(tx: Tx, message_id: int) -> MessageRow:
    row = messages.one(tx, message_id)
    if row is None:
        raise NotFound("message", id=message_id)
    return row


# --- after it was said ----------------------------------------------------------------------------------


def _own(tx: Tx, actor: Actor, message_id: int) -> MessageRow:
    row = access_message(tx, actor, message_id)
    if row.author != "operator" or (row.author_id != actor.user_id and not actor.administrator):
        raise Forbidden("only_own_messages")
    if row.deleted_at is not None:
        raise Refused("message_deleted")
    return row


def edit(tx: Tx, actor: Actor, message_id: int, text: str) -> MessageRow:
    """Changes an operator's own words, where the channel can; a note can always be changed."""
    row = _own(tx, actor, message_id)
    _check(Reply("edit", text))
    case = load(tx, row.conversation_id)
    able = capabilities(case.around.kind)
    if row.kind == "text" and able.pushes and not able.edits:
        raise Refused("channel_cannot_edit")
    after = last_words.edited(tx, row, case.c.line_id, text)
    if row.kind == "text" and able.pushes:
        sending.queue(tx, row.id, "edit")
    return after


def delete(tx: Tx, actor: Actor, message_id: int) -> MessageRow:
    row = _own(tx, actor, message_id)
    case = load(tx, row.conversation_id)
    able = capabilities(case.around.kind)
    if row.kind == "text" and able.pushes and not able.deletes:
        raise Refused("channel_cannot_delete")
    after = last_words.deleted(tx, row, case.c.line_id)
    if row.kind == "text" and able.pushes and not sending.withdraw(tx, row.id):
        sending.queue(tx, row.id, "delete")
    return after


def retry(tx: Tx, actor: Actor, message_id: int) -> MessageRow:
    """Sends again what failed or was never confirmed, because a person says so."""
    row = access_message(tx, actor, message_id)
    case = load(tx, row.conversation_id)
    _may_write(tx, actor, case)
    sending.retry(tx, message_id)
    return row
