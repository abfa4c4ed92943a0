"""Letters to customers: whose unread words wait for their letter, and which conversations were sent to whom."""

from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, case, delete, func, literal_column, null, select, update

from openlines.store.messages import MessageRow
from openlines.store.statement import Statement, insert
from openlines.store.tables import channels, conversations, customers, messages, reply_letters, threads, transcripts
from openlines.store.tx import Reader, Tx

CHUNK = 2  # letters in one transaction: others write in between
_L = reply_letters.c
_T = transcripts.c


class Expected(NamedTuple):
    """Words of operators that a visitor may not have seen; `mailed_seq` is the last message of a letter before."""

    thread_id: int
    mailed_seq: int
    mailed_at: int | None


class Addressee(NamedTuple):
    """What an operator's words to a thread depend on. `settings`: of the channel, when there is an e-mail to use."""

    unreachable: str | None
    settings: str | None


class Sent(NamedTuple):
    """A conversation that was sent; `user_id` None: its visitor asked for it."""

    conversation_id: int
    user_id: int | None
    at: int


_ADDRESSEE = Statement(
    select(
        threads.c.unreachable,
        case((customers.c.email != literal_column("''"), channels.c.settings), else_=null()),
    )
    .select_from(
        threads.join(customers, customers.c.id == threads.c.customer_id).join(
            channels, channels.c.id == threads.c.channel_id
        )
    )
    .where(threads.c.id == bindparam("thread_id"))
)
_NEW = insert(reply_letters)
# A look that is due already stays as it is: the first unread words decide how long the letter waits at the longest.
_EXPECT = Statement(
    _NEW.on_conflict_do_update(
        index_elements=["thread_id"],
        set_={"due_at": func.coalesce(_L.due_at, _NEW.excluded.due_at)},
    )
)
_WAITS = _L.due_at.is_not(None)
_DUE = Statement(
    select(*(_L[name] for name in Expected._fields))
    .where(_WAITS, _L.due_at <= bindparam("now"))
    .order_by(_L.due_at)
    .limit(CHUNK)
    .with_for_update(skip_locked=True)
)
_NEXT = Statement(select(func.min(_L.due_at)).where(_WAITS))
_SET = Statement(update(reply_letters).where(_L.thread_id == bindparam("of_thread")))

_ADD = Statement(insert(transcripts))
_SENT = select(*(_T[name] for name in Sent._fields))
_OF_THREAD = Statement(_SENT.where(_T.thread_id == bindparam("thread_id"), _T.at > bindparam("since")))
_TO = Statement(_SENT.where(_T.to_hash == bindparam("to_hash"), _T.at > bindparam("since")))
_FORGET = Statement(delete(transcripts).where(_T.at < bindparam("before")))
_PUBLIC = Statement(
    select(*(messages.c[name] for name in MessageRow._fields))
    .select_from(
        conversations.join(
            messages,
            and_(
                messages.c.thread_id == conversations.c.thread_id,
                messages.c.seq >= conversations.c.first_seq,
                messages.c.conversation_id == conversations.c.id,
            ),
        )
    )
    .where(conversations.c.id == bindparam("conversation_id"), messages.c.kind == literal_column("'text'"))
    .order_by(messages.c.seq.desc())
    .limit(bindparam("limit"))
)


def addressee(reader: Reader, thread_id: int) -> Addressee | None:
    row = reader.one(_ADDRESSEE, thread_id=thread_id)
    return None if row is None else Addressee._make(row)


def expect(tx: Tx, thread_id: int, due_at: int) -> None:
    """Somebody looks at `due_at`, or when it was wished before, whether the thread's last words were read."""
    tx.run(_EXPECT, thread_id=thread_id, due_at=due_at)


def due(tx: Tx) -> list[Expected]:
    """Up to `CHUNK` whose turn it is; two nodes skip each other's."""
    return [Expected._make(row) for row in tx.all(_DUE, now=tx.now)]


def next_due(reader: Reader) -> int | None:
    row = reader.one(_NEXT)
    return row[0] if row else None


def put(tx: Tx, thread_id: int, **values: Any) -> None:
    tx.run(_SET, of_thread=thread_id, **values)


def conversation(reader: Reader, conversation_id: int, limit: int) -> list[MessageRow]:
    """The last `limit` messages of a conversation that its customer may see, ascending."""
    rows = reader.all(_PUBLIC, conversation_id=conversation_id, limit=limit)
    return [MessageRow._make(row) for row in reversed(rows)]


def add_transcript(tx: Tx, **values: Any) -> None:
    tx.run(_ADD, id=tx.new_id(transcripts), at=tx.now, **values)


def transcripts_of(reader: Reader, thread_id: int, since: int) -> list[Sent]:
    return [Sent._make(row) for row in reader.all(_OF_THREAD, thread_id=thread_id, since=since)]


def transcripts_to(reader: Reader, to_hash: str, since: int) -> list[Sent]:
    return [Sent._make(row) for row in reader.all(_TO, to_hash=to_hash, since=since)]


def forget_transcripts(tx: Tx, before: int) -> None:
    """What no limit counts any more."""
    tx.run(_FORGET, before=before)
