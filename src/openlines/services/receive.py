"""What customers write. The hot path of the house: one read, then writes.

What makes a repeat recognisable is `dedupe`, unique in the thread: the same words twice are one message, whoever
repeats them (a vendor's retry, a browser that lost the answer, a group that is run again). Two first messages of
a new customer at once collide on the thread's identity, and the second, run again, finds what the first has made.
"""

from typing import Any, NamedTuple

from openlines.core.conversation import may_reopen, opened, rating_awaited
from openlines.core.inputs import CustomerRated, CustomerWrote
from openlines.core.rating import COMMENT_SIGN, comment_awaited, may_comment, parse_digit
from openlines.core.routing import owns_still
from openlines.core.schedule import is_open
from openlines.core.state import Conversation, Refused, Rules
from openlines.services import consent, contacts, forms, inactivity
from openlines.services.errors import NotFound
from openlines.services.turn import Case, Turn, capabilities, load, rules_for
from openlines.store import conversations, lines, messages, threads
from openlines.store.conversations import Around
from openlines.store.tables import conversations as conversations_table
from openlines.store.tables import customers as customers_table
from openlines.store.tables import threads as threads_table
from openlines.store.threads import Arrival
from openlines.store.tx import Tx


class Person(NamedTuple):
    """What the channel tells of the customer."""

    name: str = ""
    handle: str = ""
    language: str = ""
    photo_id: str | None = None
    email: str = ""
    phone: str = ""
    time_zone: str = ""
    context: str = ""  # JSON: page, device, referrer


class Incoming(NamedTuple):
    external_id: str
    dedupe: str
    text: str = ""
    data: dict[str, Any] | None = None
    person: Person | None = None
    address: str = ""
    at: int | None = None


class Received(NamedTuple):
    message_id: int
    conversation_id: int
    thread_id: int
    seq: int
    at: int
    repeated: bool


def receive_message(tx: Tx, channel_id: int, incoming: Incoming) -> Received:
    """A customer's message: kept, answered by what rules.md 5 says, routed if it opens a conversation."""
    arrival = arrive(tx, channel_id, incoming.external_id, incoming.dedupe)
    if arrival.repeated is not None:
        return _repeated(tx, arrival.repeated)
    thread_id, customer_id, founds = _identity(tx, channel_id, incoming, arrival)
    around = arrival.around
    if arrival.thread_id is None and incoming.person is not None:
        around = around._replace(customer_name=incoming.person.name, language=incoming.person.language)
        arrival = arrival._replace(around=around)
    if around.blocked_at is not None:
        return _kept_silently(tx, arrival, incoming, thread_id)
    last = _last_case(tx, arrival) if arrival.c is None else None
    rated = _as_rating(tx, case_of(arrival) or last, incoming)
    if rated is not None:
        return rated
    case = case_of(arrival) if arrival.c is not None and arrival.c.inactive_said else None
    chosen = inactivity.typed(tx, case, incoming.text, incoming.data, incoming.dedupe) if case is not None else None
    if chosen is not None and case is not None:
        return Received(chosen.message_id, case.c.id, thread_id, chosen.seq, tx.now, repeated=False)
    turn, new = _turn(tx, channel_id, arrival, last, thread_id, customer_id)
    turn.founds = founds
    first = turn.c
    forms.from_before(turn)
    message_id = turn.message("customer", incoming.text, data=incoming.data, dedupe=incoming.dedupe)
    seq = turn.seq
    turn.shown["unread"] = 1 if new else around.unread + 1
    agreed = consent.due(turn.c, turn.rules.settings, around, incoming.text)
    if not arrival.contact and contacts.take_from_words(
        tx, turn.rules, thread_id, customer_id, (incoming.text, incoming.data, around.language or "")
    ):
        arrival = arrival._replace(contact="written")
    turn.step(_wrote(tx, turn.rules, turn.around, arrival, asks_consent=agreed == "ask"))
    if agreed in {"notice", "words"}:
        consent.give(turn, agreed)
    if arrival.unreachable:
        turn.thread["unreachable"] = None
    if new:  # also of one that comes back: the thread's row tells whether the customer was blocked meanwhile
        turn.thread["last_conversation_id"] = first.id
        turn.unblocked = True
    c = turn.done()
    return Received(message_id, c.id, thread_id, seq, tx.now, repeated=False)


def arrive(tx: Tx, channel_id: int, external_id: str, dedupe: str | None) -> Arrival:
    """Everything that is known where something of a customer arrives. Refuses a channel or a line that was removed."""
    arrival = threads.arrival(tx, channel_id, external_id, dedupe)
    if arrival is None or arrival.channel_deleted is not None or arrival.line_deleted is not None:
        raise NotFound("channel", id=channel_id)
    return arrival


def _repeated(tx: Tx, message_id: int) -> Received:
    row = messages.one(tx, message_id)
    if row is None:
        raise NotFound("message", id=message_id)
    return Received(row.id, row.conversation_id, row.thread_id, row.seq, row.at, repeated=True)


def _identity(tx: Tx, channel_id: int, incoming: Incoming, arrival: Arrival) -> tuple[int, int, dict[str, Any] | None]:
    """The thread and the customer of this identity; at the first words also the thread's row, not written yet."""
    if arrival.thread_id is not None and arrival.customer_id is not None:
        if incoming.person is not None:
            _refresh(tx, arrival, incoming.person)
        return arrival.thread_id, arrival.customer_id, None
    thread = _new_identity(tx, channel_id, incoming.external_id, incoming.person or Person(), incoming.address)
    return thread["id"], thread["customer_id"], thread


def add_identity(tx: Tx, channel_id: int, external_id: str, person: Person, address: str = "") -> tuple[int, int]:
    thread = _new_identity(tx, channel_id, external_id, person, address)
    threads.add(tx, **thread)
    return thread["id"], thread["customer_id"]


def _new_identity(tx: Tx, channel_id: int, external_id: str, person: Person, address: str) -> dict[str, Any]:
    """Adds the customer and says what the row of his thread is."""
    customer_id = tx.new_id(customers_table)
    threads.add_customer(
        tx,
        id=customer_id,
        name=person.name,
        email=person.email,
        phone=person.phone,
        photo_id=person.photo_id,
        language=person.language,
        time_zone=person.time_zone,
        created_at=tx.now,
    )
    return {
        "id": tx.new_id(threads_table),
        "channel_id": channel_id,
        "external_id": external_id,
        "customer_id": customer_id,
        "handle": person.handle,
        "address": address,
        "context": person.context or "{}",
        "created_at": tx.now,
    }


def _refresh(tx: Tx, arrival: Arrival, person: Person) -> None:
    """A name or a photo that the channel tells only now; what staff wrote on the card is not touched."""
    known = arrival.around
    changes: dict[str, Any] = {}
    if person.name and not known.customer_name:
        changes["name"] = person.name
    if person.language and not known.language:
        changes["language"] = person.language
    if changes:
        threads.put_customer(tx, arrival.customer_id or 0, **changes)
        tx.event("customer.changed", thread_id=arrival.thread_id, data={"customer_id": arrival.customer_id})


def _kept_silently(tx: Tx, arrival: Arrival, incoming: Incoming, thread_id: int) -> Received:
    """Words of a blocked customer: kept with his last conversation, marked, answered by nothing."""
    around = arrival.around
    found = around.last_conversation_id
    if found is None:
        raise Refused("blocked")
    turn = Turn(tx, load(tx, found))
    data = {**(incoming.data or {}), "blocked": True}
    message_id = turn.message("customer", incoming.text, data=data, dedupe=incoming.dedupe)
    turn.shown.clear()
    c = turn.done()
    return Received(message_id, c.id, thread_id, turn.seq, tx.now, repeated=False)


def _as_rating(tx: Tx, case: Case | None, incoming: Incoming) -> Received | None:
    """A bare digit while a rating is awaited is the rating, of an open or a closed conversation; the words of somebody
    who has just said that he wants to add some are its comment."""
    if case is None or case.rules.settings.rating == "off":
        return None
    digits = incoming.text.strip()
    if case.c.rating is not None and capabilities(case.around.kind).rating != "widget":
        if digits == COMMENT_SIGN and may_comment(case.c, tx.now):
            return _as_comment(tx, case, incoming, "")
        return _as_comment(tx, case, incoming, digits) if digits and comment_awaited(case.c, tx.now) else None
    if not digits or len(digits) > 4:
        return None
    scale = case.rules.settings.rating
    value = parse_digit(digits, scale)
    if value is None or rating_awaited(case.c, case.rules, tx.now) == "no":
        return None
    turn = Turn(tx, case)
    data = {"rating": {"scale": scale, "value": value}}
    message_id = turn.message("customer", incoming.text, data=data, dedupe=incoming.dedupe)
    seq = turn.seq
    turn.step(CustomerRated(value))
    c = turn.done()
    return Received(message_id, c.id, c.thread_id, seq, tx.now, repeated=False)


def _as_comment(tx: Tx, case: Case, incoming: Incoming, comment: str) -> Received:
    """The wish to write a comment (""), or the comment itself."""
    turn = Turn(tx, case)
    message_id = turn.message("customer", incoming.text, data=incoming.data, dedupe=incoming.dedupe)
    seq = turn.seq
    turn.step(CustomerRated(case.c.rating or 0, comment))
    if comment:
        turn.say("rating_commented", "rated")
    c = turn.done()
    return Received(message_id, c.id, c.thread_id, seq, tx.now, repeated=False)


def case_of(arrival: Arrival) -> Case | None:
    """The open conversation of the thread."""
    if arrival.c is None:
        return None
    return Case(arrival.c, rules_for(arrival.c.line_id, arrival.around), arrival.around)


def _last_case(tx: Tx, arrival: Arrival) -> Case | None:
    last = arrival.around.last_conversation_id
    return None if last is None else load(tx, last)


def _turn(
    tx: Tx, channel_id: int, arrival: Arrival, last: Case | None, thread_id: int, customer_id: int
) -> tuple[Turn, bool]:
    """The open conversation, the one that comes back within its window, or a new one."""
    case = case_of(arrival)
    if case is not None:
        return Turn(tx, case), False
    if last is not None and may_reopen(last.c, last.rules, tx.now) and _line_is_there(tx, last.c, arrival):
        return Turn(tx, last), True
    around = arrival.around
    rules = rules_for(arrival.line_id, around)
    c, outcomes = opened(
        id=tx.new_id(conversations_table),
        thread_id=thread_id,
        channel_id=channel_id,
        customer_id=customer_id,
        now=tx.now,
        rules=rules,
        wanted_id=_own_operator(tx, rules, last),
    )
    turn = Turn(tx, Case(c, rules, around), new=True)
    turn.follow(outcomes)
    return turn, True


def _line_is_there(tx: Tx, c: Conversation, arrival: Arrival) -> bool:
    """A conversation that was transferred may have been closed in a line that was removed since."""
    return c.line_id == arrival.line_id or lines.one(tx, c.line_id) is not None


def _own_operator(tx: Tx, rules: Rules, last: Case | None) -> int | None:
    """The customer's own operator: who had him last, if the line wants it and it was not too long ago."""
    if not rules.settings.own_days or last is None:
        return None
    own = last.c.operator_id
    at: int | None = last.c.closed_at or last.c.opened_at
    if own is None:  # nobody had the last one: whoever had one before it
        own = last.around.last_operator_id
        at = conversations.last_with(tx, last.c.customer_id, last.c.thread_id, own) if own is not None else None
    return own if owns_still(rules.settings, at, tx.now) else None


def _wrote(tx: Tx, rules: Rules, around: Around, arrival: Arrival, *, asks_consent: bool) -> CustomerWrote:
    contact = bool(arrival.contact)
    return CustomerWrote(
        open=is_open(rules.schedule, tx.now),
        somebody=bool(around.somebody),
        holder_unavailable=_why_not(rules, around),
        greeted_before=around.greeted_at is not None,
        contact=contact,
        asks_consent=asks_consent,
    )


def _why_not(rules: Rules, around: Around) -> str | None:
    if around.holder_active is None:
        return None
    if not around.holder_active:
        return "inactive"
    if rules.settings.check_availability and around.holder_unavailable:
        return around.holder_unavailable
    return "full" if around.holder_at_limit else None
