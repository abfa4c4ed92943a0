"""A reply to a visitor who has left goes to him as a letter, if his card has an e-mail.

A socket that has closed proves nothing (a tunnel, another tab, another node), so nobody asks who is connected. What
decides is stored and the same for every node: how far the visitor's devices have said that they have received and
shown the thread (`threads.delivered_seq`, `read_seq`). Each reply leaves, in its own transaction, one row per thread
with a time to look (`reply_letters.due_at`); whoever looks first (the row is locked, other nodes skip it) finds the
words of operators that nobody has read and no letter has held, waits on where `core.letters` says so, or puts one
letter with all of them into the outbox and writes down the last message it holds, in that same transaction.

What can go wrong, and what then is:
* a crash between reply and look: the row is there, the look comes late; between look and commit: nothing has happened,
  the next look does it all; after the commit: the outbox has the letter, and its own rules hold (nothing twice);
* two nodes look at once: one has the row, the other skips it; the mark and the letter's name keep a third from it;
* the visitor reads while we look: either his mark is committed before, then there is no letter, or after: then the
  letter is still in the outbox and is dropped as it is claimed (`unless_read`), or it has left, as it may;
* he reads only the beginning: the letter comes, whole;
* no mail server, a bad address, the switch off, blocked: the look ends without a letter and without a mark, so a
  later reply's letter also holds these words while they are fresh;
* the mail server is down: the outbox tries again for a day, and asks each time whether he has read them meanwhile;
* the operator deletes or edits words before the look: the letter holds what stands then.

Words of people alone make a letter: a greeting, a question for a rating or a goodbye by itself is meant for somebody
who is there, and notes and facts are never for him. Nothing in the letter opens the chat for another: the link is a
plain page, and only the visitor's own browser knows who he is, so a forwarded letter gives away what it says itself.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from openlines.channels.fields import defaults
from openlines.channels.registry import manifest
from openlines.core import origins
from openlines.core.letter_words import reply_letter
from openlines.core.letters import GONE_FOR, MOST, TOO_OLD, letter_at
from openlines.services import letters
from openlines.services.faces import speakers
from openlines.services.mail import queue_mail
from openlines.services.turn import Turn, load
from openlines.services.wording import language_for
from openlines.store import channels, messages, threads
from openlines.store import letters as rows
from openlines.store.channels import ChannelRow
from openlines.store.letters import Expected
from openlines.store.messages import MessageRow
from openlines.store.threads import CustomerRow, ThreadRow
from openlines.store.tx import Reader, Tx

SETTING = "letters"  # of a channel whose customers read from us


class Looked(NamedTuple):
    """`sent` letters were put on their way; `more` are due."""

    sent: int
    more: bool


def wanted(kind: str, settings: str | None) -> bool:
    """Whether a channel of this kind sends letters. `settings` None: there is nobody to send one to."""
    if settings is None:
        return False
    chosen = msgspec.json.decode(settings, type=dict[str, Any]).get(SETTING)
    return bool(defaults(manifest(kind).fields).get(SETTING, False) if chosen is None else chosen)


def expect(tx: Tx, thread_id: int) -> None:
    """An operator has said something to somebody with an e-mail: in a minute it is seen whether he has read it."""
    rows.expect(tx, thread_id, tx.now + GONE_FOR)
    tx.poke("letters")


def send_due(tx: Tx, public_url: str) -> Looked:
    """Looks at a few threads whose time has come."""
    due = rows.due(tx)
    sent = sum(_look(tx, each, public_url) for each in due)
    return Looked(sent, len(due) == rows.CHUNK)


def _look(tx: Tx, expected: Expected, public_url: str) -> bool:
    thread = threads.one(tx, expected.thread_id)
    unread = _unread(tx, thread, expected) if thread is not None else []
    if thread is None or not unread:
        rows.put(tx, expected.thread_id, due_at=None)
        return False
    received = thread.delivered_seq >= unread[-1].seq
    at = letter_at([each.at for each in unread], received=received, mailed_at=expected.mailed_at)
    if at > tx.now:
        rows.put(tx, expected.thread_id, due_at=at)
        return False
    customer, channel = threads.customer(tx, thread.customer_id), channels.one(tx, thread.channel_id)
    sent = (
        customer is not None
        and channel is not None
        and thread.blocked_at is None
        and wanted(channel.kind, channel.settings)
        and letters.is_postal(customer.email)
        and _send(tx, thread, customer, channel, unread, public_url)
    )
    mark = {"mailed_seq": unread[-1].seq, "mailed_at": tx.now} if sent else {}
    rows.put(tx, thread.id, due_at=None, **mark)
    return bool(sent)


def _unread(reader: Reader, thread: ThreadRow, expected: Expected) -> list[MessageRow]:
    """Words of operators that no page has shown and no letter has held, the latest of them, ascending."""
    found = messages.before(reader, thread.id, 2**62, 200, public=True)
    # Whoever wrote since has had the chat before his eyes.
    answered = max((each.seq for each in found if each.author == "customer"), default=0)
    known = max(thread.read_seq, expected.mailed_seq, answered)
    return [
        each
        for each in found
        if each.seq > known and each.author == "operator" and each.deleted_at is None and each.at > reader.now - TOO_OLD
    ][-MOST:]


def _send(
    tx: Tx,
    thread: ThreadRow,
    customer: CustomerRow,
    channel: ChannelRow,
    unread: list[MessageRow],
    public_url: str,
) -> bool:
    language = language_for(tx, customer.language)
    zone, people = letters.clock_of(tx, customer.time_zone), speakers(tx, unread)
    said = [letters.spoken(each, people, language, zone, customer="") for each in unread]
    letter = reply_letter(letters.portal_name(tx), said, way_back(channel, thread.context, public_url), language)
    last = unread[-1]
    queued = queue_mail(
        tx,
        customer.email,
        letter.subject,
        letter.text,
        letter.html,
        f"reply:{thread.id}:{last.seq}",
        conversation_id=last.conversation_id,
        unless_read=(thread.id, last.seq),
    )
    if queued:
        turn = Turn(tx, load(tx, last.conversation_id))
        turn.fact("mailed")
        turn.done()
    return queued


def way_back(channel: ChannelRow, context: str, public_url: str) -> str:
    """The page that the visitor wrote from, or the chat's own page; "" when neither is known for certain.

    What page he wrote from is his own word, so it is used only on sites that the owner has named as his: else anybody
    could have us send a link of his choice. Its query and fragment stay out, since they may hold what is nobody
    else's business.
    """
    page = _page(msgspec.json.decode(context, type=dict[str, Any]).get("page") if context else None)
    own = _page(public_url)
    listed: list[str] = channel.values.get("allowed_origins") or []
    if page and ((own and page[0] == own[0]) or origins.among(page[0], listed)):
        return "".join(page)
    return f"{public_url}/chat/{_address(channel)}" if public_url else ""


def _address(channel: ChannelRow) -> str:
    settings: Mapping[str, Any] = channel.values
    return str(settings.get("alias") or channel.key)


def _page(address: object) -> tuple[str, str] | None:
    """Origin and path."""
    try:
        parts = urlsplit(address if isinstance(address, str) else "")
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    host += f":{port}" if port else ""
    if not all(sign.isprintable() and sign not in ' <>"\\' for sign in host + parts.path):
        return None
    return f"{parts.scheme}://{host}", parts.path
