"""Visitors of a website: who they are, what they have said and been told.

A visitor is known by a token that only his browser has (its SHA-256 is the thread's identity on the channel), or,
when the site vouches for him with a signed identity, by the name under which the site knows him: then every
device of his comes to the same thread. What he types about himself only annotates his card and merges nothing.
"""

from typing import Any, NamedTuple

import msgspec

from openlines.core.line import SECOND
from openlines.core.state import Conversation
from openlines.services import contacts, mail
from openlines.services.accounts import is_email
from openlines.services.errors import Invalid, NotFound
from openlines.services.faces import People, speakers
from openlines.services.notify_settings import mail_is_set
from openlines.services.places import Place, place_of
from openlines.services.react import mark_seen, receive_rating
from openlines.services.receive import Incoming, Person, Received, add_identity, receive_message
from openlines.services.working_time import portal_zone
from openlines.store import channels, conversations, files, lines, messages, threads
from openlines.store.channels import ChannelRow
from openlines.store.files import FileRow
from openlines.store.lines import LineRow
from openlines.store.messages import MessageRow
from openlines.store.threads import CustomerRow, ThreadRow
from openlines.store.tx import Reader, Tx

RECENT = 50
TEXT_LIMIT = 4000
FILES_LIMIT = 10
FIELD_LIMIT = 200
DATA_LIMIT = 4000  # bytes of a site's own data about its visitor
UNCLAIMED_FOR = 24 * 3600 * SECOND  # an upload that no message named


class Site(NamedTuple):
    """A website channel and the line behind it."""

    channel: ChannelRow
    line: LineRow
    portal_zone: str = "UTC"
    has_mail: bool = False  # letters can be sent


class Card(NamedTuple):
    """Everything that a visitor's window shows when it opens."""

    thread: ThreadRow | None
    customer: CustomerRow | None
    messages: list[MessageRow]
    conversation: Conversation | None
    people: People
    language: str
    last_seq: int
    unread: int
    read_by_staff: int = 0  # how far the operator who has the conversation has read
    place: Place | None = None  # in the queue, where he waits and is told it


def site(reader: Reader, key: str) -> Site | None:
    """The channel of this public key, or of the address of its own page.

    None when there is none (any more) or its customers do not read from us.
    """
    channel = channels.by_key(reader, key) or channels.by_alias(reader, key)
    line = lines.one(reader, channel.line_id) if channel is not None else None
    return None if channel is None or line is None else Site(channel, line, portal_zone(reader), mail_is_set(reader))


def card(reader: Reader, channel_id: int, external_id: str) -> Card:
    thread = threads.by_identity(reader, channel_id, external_id)
    if thread is None:
        return Card(None, None, [], None, People({}, {}, {}), "", 0, 0)
    rows = messages.before(reader, thread.id, 2**62, RECENT, public=True)
    latest = conversations.open_of_thread(reader, thread.id) or thread.last_conversation_id
    found = conversations.one(reader, latest) if latest is not None else None
    last_seq = messages.last_seq(reader, thread.id)
    read = found is not None and found[0].operator_id is not None and not found[1].unread
    c = found[0] if found else None
    customer = threads.customer(reader, thread.customer_id)
    return Card(
        thread,
        customer,
        rows,
        c,
        speakers(reader, rows, c.line_id, c.operator_id) if c else speakers(reader, rows),
        customer.language if customer is not None else "",
        last_seq,
        sum(1 for row in rows if row.author != "customer" and row.seq > thread.read_seq),
        last_seq if read else 0,
        place_of(reader, found[0], found[1].settings) if found else None,
    )


def history(
    reader: Reader, channel_id: int, external_id: str, *, before: int | None, after: int | None, limit: int
) -> tuple[list[MessageRow], bool, People, str]:
    """A page of what the visitor may see, ascending; whether there is more that way; who speaks; his language."""
    thread = _thread(reader, channel_id, external_id)
    if after is not None:
        rows = messages.after(reader, thread.id, after, limit + 1, public=True)
        more, rows = len(rows) > limit, rows[:limit]
    else:
        rows = messages.before(reader, thread.id, before or 2**62, limit + 1, public=True)
        more, rows = len(rows) > limit, rows[-limit:]
    customer = threads.customer(reader, thread.customer_id)
    return rows, more, speakers(reader, rows), customer.language if customer is not None else ""


def _thread(reader: Reader, channel_id: int, external_id: str) -> ThreadRow:
    thread = threads.by_identity(reader, channel_id, external_id)
    if thread is None:
        raise NotFound("thread")
    return thread


def thread_of(reader: Reader, channel_id: int, external_id: str) -> int | None:
    thread = threads.by_identity(reader, channel_id, external_id)
    return None if thread is None else thread.id


def write_with_files(tx: Tx, channel_id: int, incoming: Incoming, file_ids: tuple[str, ...]) -> Received:
    """A visitor's message with files that he uploaded before."""
    if len(file_ids) > FILES_LIMIT:
        raise Invalid.field("files", "too_many", {"most": FILES_LIMIT})
    rows = files.some(tx, list(file_ids))
    thread_id = thread_of(tx, channel_id, incoming.external_id)
    for row in rows:
        claimed = row.thread_id is not None or row.user_id is not None
        if (claimed and row.thread_id != thread_id) or (tx.now - row.created_at > UNCLAIMED_FOR and not claimed):
            raise Invalid.field("files", "unknown_file")
    if len(rows) != len(set(file_ids)):
        raise Invalid.field("files", "unknown_file")
    shown = [row.shown() for row in rows]
    received = receive_message(tx, channel_id, incoming._replace(data={**(incoming.data or {}), "files": shown}))
    if not received.repeated:
        files.attach(tx, list(file_ids), received.thread_id)
    return received


def file_of(reader: Reader, channel_id: int, external_id: str, file_id: str) -> FileRow:
    """A file of the visitor's own thread, or a face of staff; anything else does not exist for him."""
    row = files.one(reader, file_id)
    if row is None:
        raise NotFound("file")
    if row.thread_id is None and files.is_face(reader, file_id):
        return row
    if row.thread_id is None or row.thread_id != thread_of(reader, channel_id, external_id):
        raise NotFound("file")
    return row


def introduce(tx: Tx, channel_id: int, external_id: str, person: Person, data: dict[str, Any] | None = None) -> None:
    """What the visitor, or the site for him, says about himself: an annotation, proven by nothing."""
    if person.email and not is_email(person.email):
        raise Invalid.field("email", "not_an_email")
    _annotate(tx, channel_id, external_id, person, data)


def _annotate(tx: Tx, channel_id: int, external_id: str, person: Person, data: dict[str, Any] | None = None) -> None:
    for name in ("name", "email", "phone"):
        if len(getattr(person, name)) > FIELD_LIMIT:
            raise Invalid.field(name, "too_long", {"most": FIELD_LIMIT})
    if data and len(msgspec.json.encode(data)) > DATA_LIMIT:
        raise Invalid.field("data", "too_long", {"most": DATA_LIMIT})
    thread = threads.by_identity(tx, channel_id, external_id)
    if thread is None:
        thread_id, customer_id = add_identity(tx, channel_id, external_id, person)
    else:
        thread_id, customer_id = thread.id, thread.customer_id
    known = threads.customer(tx, customer_id)
    changes: dict[str, Any] = {
        name: value
        for name in ("name", "email", "phone")
        if (value := getattr(person, name).strip()) and known is not None and value != getattr(known, name)
    }
    if data and known is not None:
        changes["fields"] = msgspec.json.encode({**msgspec.json.decode(known.fields), **data}).decode()
    if changes:
        threads.put_customer(tx, customer_id, **changes)
        if known is not None and known.email and "email" in changes:
            mail.withdraw(tx, customer_id, known.email)
    # With the conversation, so that its row in the lists is told anew: it shows the name.
    shown_in = conversations.open_of_thread(tx, thread_id)
    facts = {"customer_id": customer_id}
    tx.event("customer.changed", thread_id=thread_id, conversation_id=shown_in, data=facts)
    if shown_in is not None and changes.keys() & {"email", "phone"}:
        contacts.given_by_form(tx, shown_in)


def came(tx: Tx, channel_id: int, external_id: str, context: str) -> None:
    """The visitor's page, as his card shows it; only for somebody who has a thread."""
    thread = threads.by_identity(tx, channel_id, external_id)
    if thread is not None and thread.context != context:
        threads.put(tx, thread.id, context=context)
        tx.event("thread.changed", thread_id=thread.id)


def vouched(tx: Tx, channel_id: int, anonymous: str | None, external_id: str, person: Person) -> None:
    """The site vouches for who this is: what he wrote before signing in comes with him, if he has no thread yet."""
    if threads.by_identity(tx, channel_id, external_id) is None and anonymous is not None:
        before = threads.by_identity(tx, channel_id, anonymous)
        if before is not None:
            threads.put(tx, before.id, external_id=external_id)
    # Whatever stands there for an e-mail: a mistake in the site's books shuts nobody out of the chat.
    _annotate(tx, channel_id, external_id, person)


def seen(tx: Tx, channel_id: int, external_id: str, *, delivered: int = 0, read: int = 0) -> None:
    thread_id = thread_of(tx, channel_id, external_id)
    if thread_id is not None:
        mark_seen(tx, thread_id, delivered=delivered, read=read)


def rate(
    tx: Tx, channel_id: int, external_id: str, value: int, comment: str | None, conversation_id: int | None
) -> None:
    thread = _thread(tx, channel_id, external_id)
    if comment is not None and len(comment) > TEXT_LIMIT:
        raise Invalid.field("comment", "too_long", {"most": TEXT_LIMIT})
    receive_rating(tx, thread.id, value, comment=comment or None, conversation_id=conversation_id, quiet=True)
