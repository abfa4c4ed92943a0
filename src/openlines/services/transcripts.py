"""A conversation as its customer has seen it: sent to him as a letter, or given to an operator as a file.

Notes, facts and names that a line hides are in neither: what an operator keeps may be handed on. A letter goes only
to the address on the customer's card, or to the one that the visitor has just typed where he asks for it. A stranger
can type anybody's address, so a visitor may ask only once a person has answered him, a few times a day, and nobody
gets more than a few such letters a day, whoever asks. Limits are counted from rows, the same on every node; two
requests at the same instant on two nodes may pass together, which is one letter more.

Reading and wording are done outside of the write (a conversation may be long); the write counts, notes and queues.
"""

from typing import Final, NamedTuple

from openlines.core.letter_words import Spoken, plain_name, transcript_letter, transcript_text, words_for
from openlines.core.line import DAY, MINUTE, SECOND
from openlines.core.state import Conversation, Refused
from openlines.services import letters, visitors
from openlines.services.access import Actor, access_conversation
from openlines.services.errors import NotFound, TooOften
from openlines.services.faces import speakers
from openlines.services.mail import queue_mail
from openlines.services.notify_settings import mail_is_set
from openlines.services.receive import Person
from openlines.services.turn import Turn, load
from openlines.services.wording import language_for
from openlines.store import conversations, lines, threads
from openlines.store import letters as rows
from openlines.store.messages import MessageRow
from openlines.store.tx import Reader, Tx

SETTING: Final = "transcript"  # of a channel whose customers read from us
MOST: Final = 1000  # messages, the latest
MOST_CHARACTERS: Final = 400_000
APART: Final = MINUTE  # between two of one conversation
VISITOR_A_DAY: Final = 5
STAFF_A_DAY: Final = 20  # of one thread
ADDRESS_A_DAY: Final = 10  # to one address, asked for by visitors


class Copy(NamedTuple):
    """A conversation put into words. `number` is the conversation's."""

    number: int
    thread_id: int
    portal: str
    zone: str
    language: str
    said: list[Spoken]
    left_out: bool

    @property
    def text(self) -> str:
        return transcript_text(self.portal, self.number, self.zone, self.said, self.language, left_out=self.left_out)


def mine(reader: Reader, channel_id: int, external_id: str, language: str) -> Copy:
    """For a visitor: his conversation now, or the last one.

    Refuses with "transcript_early" while no person has answered in it.
    """
    thread = threads.by_identity(reader, channel_id, external_id)
    found = None
    if thread is not None:
        found = conversations.open_of_thread(reader, thread.id) or thread.last_conversation_id
    if found is None:
        raise NotFound("conversation")
    c = load(reader, found).c
    kept = rows.conversation(reader, c.id, MOST + 1)
    if not any(row.author == "operator" for row in kept):
        raise Refused("transcript_early")
    return _copy(reader, c, kept, language, words_for(language)["you"])


def of_staff(reader: Reader, actor: Actor, conversation_id: int, language: str = "") -> Copy:
    """For whoever may see the conversation. Without a language in the customer's, for a letter to him."""
    c = access_conversation(reader, actor, conversation_id).c
    customer = threads.customer(reader, c.customer_id)
    name = customer.name if customer is not None else ""
    for_him = not language
    language = language or language_for(reader, customer.language if customer is not None else "")
    words = words_for(language)
    kept = rows.conversation(reader, c.id, MOST + 1)
    return _copy(reader, c, kept, language, words["you"] if for_him else name or words["guest"])


def _copy(reader: Reader, c: Conversation, kept: list[MessageRow], language: str, called: str) -> Copy:
    customer, line = threads.customer(reader, c.customer_id), lines.one(reader, c.line_id)
    zone = letters.clock_of(reader, customer.time_zone if customer is not None else "")
    fitting = _fitting(kept)
    people = speakers(reader, fitting)
    name = plain_name(line.name) if line is not None else ""
    said = [letters.spoken(each, people, language, zone, customer=called, line=name) for each in fitting]
    left_out = len(fitting) < len(kept)
    return Copy(c.id, c.thread_id, letters.portal_name(reader), zone.key, language, said, left_out)


def _fitting(kept: list[MessageRow]) -> list[MessageRow]:
    """The latest that one letter holds."""
    room, first = MOST_CHARACTERS, len(kept)
    while first and len(kept) - first < MOST and room >= len(kept[first - 1].text):
        first -= 1
        room -= len(kept[first].text)
    return kept[first:]


def send_to_visitor(tx: Tx, channel_id: int, external_id: str, copy: Copy, email: str) -> str:
    """Sends his conversation to the address he has just given ("": the one on his card); returns where it goes.

    An address is kept on a card that has none. Refuses with `Invalid` at "email", "transcript_no_address",
    "mail_not_set", and `TooOften` ("transcript_too_often" at once, "transcript_too_many" in a day).
    """
    thread = threads.by_identity(tx, channel_id, external_id)
    customer = threads.customer(tx, thread.customer_id) if thread is not None else None
    if thread is None or customer is None or thread.id != copy.thread_id:
        raise NotFound("conversation")
    if thread.blocked_at is not None:
        raise NotFound("conversation")
    if not email.strip() and not customer.email:
        raise Refused("transcript_no_address")
    address = letters.checked_address(email or customer.email)
    _count(tx, copy, address, user_id=None)
    if not customer.email:
        visitors.introduce(tx, channel_id, external_id, Person(email=address))
    _send(tx, copy, address, None)
    return address


def send_to_customer(tx: Tx, actor: Actor, copy: Copy) -> str:
    """Sends it to the address on the customer's card; returns where it goes. Refuses as above."""
    c = access_conversation(tx, actor, copy.number).c
    customer = threads.customer(tx, c.customer_id)
    if customer is None or not customer.email:
        raise Refused("transcript_no_address")
    address = letters.checked_address(customer.email)
    _count(tx, copy, address, user_id=actor.user_id)
    _send(tx, copy, address, actor.user_id)
    return address


def _count(tx: Tx, copy: Copy, address: str, *, user_id: int | None) -> None:
    """Refuses where it would be one letter too many."""
    if not mail_is_set(tx):
        raise Refused("mail_not_set")
    since = tx.now - DAY
    of_thread = rows.transcripts_of(tx, copy.thread_id, since)
    _apart(tx, [each.at for each in of_thread if each.conversation_id == copy.number], 1, APART)
    same = [each.at for each in of_thread if (each.user_id is None) == (user_id is None)]
    _apart(tx, same, VISITOR_A_DAY if user_id is None else STAFF_A_DAY, DAY)
    if user_id is None:
        to = rows.transcripts_to(tx, letters.hash_of(address), since)
        _apart(tx, [each.at for each in to if each.user_id is None], ADDRESS_A_DAY, DAY)


def _apart(tx: Tx, sent: list[int], most: int, span: int) -> None:
    recent = sorted(at for at in sent if at > tx.now - span)
    if len(recent) >= most:
        code = "transcript_too_many" if span == DAY else "transcript_too_often"
        raise TooOften(code, (recent[-most] + span - tx.now) / SECOND)


def _send(tx: Tx, copy: Copy, address: str, user_id: int | None) -> None:
    letter = transcript_letter(copy.portal, copy.number, copy.zone, copy.said, copy.language, left_out=copy.left_out)
    name = f"transcript:{copy.number}:{tx.now}:{letters.hash_of(address)}"
    queue_mail(tx, address, letter.subject, letter.text, letter.html, name, conversation_id=copy.number)
    rows.add_transcript(
        tx,
        thread_id=copy.thread_id,
        conversation_id=copy.number,
        to_hash=letters.hash_of(address),
        user_id=user_id,
    )
    turn = Turn(tx, load(tx, copy.number))
    if user_id is None:
        turn.fact("transcript_asked")
    else:
        turn.fact("transcript_sent", {"operator": user_id})
    turn.done()


def forget_old(tx: Tx) -> None:
    """What no limit counts any more."""
    rows.forget_transcripts(tx, tx.now - 2 * DAY)
