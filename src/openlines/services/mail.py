"""Letters to people outside (a reply to a visitor who has left, a transcript): rows of the outbox that words to
staff use, sent once and retried as they are."""

import hashlib
from collections.abc import Iterable

import msgspec

from openlines.services.notices import lane_of
from openlines.services.notify_settings import mail_is_set
from openlines.store import notice_outbox, threads
from openlines.store.messages import text_of
from openlines.store.notice_outbox import Candidate
from openlines.store.tx import Tx

KIND = "mail"


def queue_mail(  # noqa: PLR0913
    tx: Tx,
    to: str,
    subject: str,
    text: str,
    html: str | None = None,
    dedupe: str = "",
    *,
    conversation_id: int | None = None,
    line_id: int | None = None,
    unless_read: tuple[int, int] | None = None,
) -> bool:
    """Puts one letter on its way; False when no mail server is set, or this one was queued before.

    `dedupe` names the letter ("reply:<conversation>:<seq>"): under the same name nothing is sent a second time.
    Whether it arrived is seen under Notices and mail; its text is forgotten once the server has taken it.
    `unless_read` (thread, message's number in it): before each try it is dropped if the customer has read that far.
    """
    if not dedupe:
        raise ValueError("a letter needs a name of its own")
    subject_id = named(dedupe)
    if not mail_is_set(tx) or notice_outbox.known_mail(tx, KIND, subject_id):
        return False
    params: dict[str, object] = {"to": to, "subject": subject, "text": text, **({"html": html} if html else {})}
    if unless_read is not None:
        params["unless_read"] = unless_read
    notice_outbox.add(
        tx,
        kind=KIND,
        subject=subject_id,
        step=0,
        user_id=0,
        medium="email",
        state="queued",
        params=text_of(params),
        lane=lane_of("email"),
        conversation_id=conversation_id,
        line_id=line_id,
        due_at=tx.now,
        created_at=tx.now,
        state_at=tx.now,
    )
    tx.poke("notices")
    return True


def read_meanwhile(tx: Tx, candidates: Iterable[Candidate]) -> set[int]:
    """Those of the outbox that nobody needs any more, since their words were read in the chat."""
    waits: dict[int, tuple[int, int]] = {}
    for each in candidates:
        found = msgspec.json.decode(each.params).get("unless_read") if each.kind == KIND else None
        if found:
            waits[each.id] = (int(found[0]), int(found[1]))
    read = {each.id: each.read_seq for each in threads.some(tx, sorted({one for one, _ in waits.values()}))}
    return {letter for letter, (thread_id, seq) in waits.items() if read.get(thread_id, seq) >= seq}


def withdraw(tx: Tx, customer_id: int, address: str | None = None) -> int:
    """Takes back what has not left to this address of a customer (None: to any), words and all. Returns how many.

    For when the address was wrong, or the customer is to be forgotten.
    """
    unsent = notice_outbox.unsent_to(tx, KIND, customer_id)
    meant = [each for each, params in unsent if address is None or msgspec.json.decode(params).get("to") == address]
    notice_outbox.take_back(tx, meant)
    return len(meant)


def named(dedupe: str) -> int:
    """A letter's name as a number that both databases hold."""
    return int.from_bytes(hashlib.sha256(dedupe.encode("utf-8", "replace")).digest()[:7], "big")
