"""Letters to people outside (a reply to a visitor who has left, a transcript): rows of the outbox that words to
staff use, sent once and retried as they are."""

import hashlib

from openlines.services.notify_settings import mail_is_set
from openlines.store import notice_outbox
from openlines.store.messages import text_of
from openlines.store.tx import Tx

KIND = "mail"


def queue_mail(
    tx: Tx,
    to: str,
    subject: str,
    text: str,
    html: str | None = None,
    dedupe: str = "",
    *,
    conversation_id: int | None = None,
    line_id: int | None = None,
) -> bool:
    """Puts one letter on its way; False when no mail server is set, or this one was queued before.

    `dedupe` names the letter ("reply:<conversation>:<seq>"): under the same name nothing is sent a second time.
    Whether it arrived is seen under Notices and mail; its text is forgotten once the server has taken it.
    """
    if not dedupe:
        raise ValueError("a letter needs a name of its own")
    subject_id = named(dedupe)
    if not mail_is_set(tx) or notice_outbox.known_mail(tx, KIND, subject_id):
        return False
    params = {"to": to, "subject": subject, "text": text, **({"html": html} if html else {})}
    notice_outbox.add(
        tx,
        kind=KIND,
        subject=subject_id,
        step=0,
        user_id=0,
        medium="email",
        state="queued",
        params=text_of(params),
        conversation_id=conversation_id,
        line_id=line_id,
        due_at=tx.now,
        created_at=tx.now,
        state_at=tx.now,
    )
    tx.poke("notices")
    return True


def named(dedupe: str) -> int:
    """A letter's name as a number that both databases hold."""
    return int.from_bytes(hashlib.sha256(dedupe.encode("utf-8", "replace")).digest()[:7], "big")
