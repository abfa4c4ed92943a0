"""Words to staff: made once per (what, step, person, medium). (Reading them is my_notices.)

A notice in the workspace is there as soon as it is committed. The other media are rows on their way, taken by
whoever sends them (`tx.poke("notices")`); what a notice says is filled in at the moment it is shown or sent
(core.notice_words), in the language of its reader. What a row holds of a customer is the number of his conversation:
his name comes from his card when the notice is read or sent, so that a card that is erased is forgotten here too.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from openlines.core.line import DAY
from openlines.store import notices, users
from openlines.store.messages import text_of
from openlines.store.tx import Tx

PERSONAL = ("workspace", "email", "push")
NO_PERSON = 0  # the user_id of a webhook's row
KEPT: Final = 90 * DAY
_CHUNK: Final = 500


def add(  # noqa: PLR0913, PLR0917
    tx: Tx,
    kind: str,
    subject: int,
    step: int,
    people: Iterable[int],
    media: Sequence[str],
    params: Mapping[str, Any],
    conversation_id: int | None = None,
    line_id: int | None = None,
    *,
    webhook_url: str = "",
) -> int:
    """One row for each person and personal medium, and one for the webhook; says how many are new.

    `kind` is a key of core.notice_words, `subject` the id of what it is about (a record, a line …), `step` tells
    repetitions apart. Whoever was told of this step by this medium is not told again. People who left are left out.
    Only the webhook's row holds its address (`params["url"]`). The customer's name is no parameter: see `filled`.
    """
    told = notices.known(tx, kind, subject, step)
    wanted = {each for each in people if each}
    active = [each.id for each in users.some_users(tx, wanted) if each.active] if wanted else []
    addressed = [(user_id, medium) for medium in media if medium in PERSONAL for user_id in active]
    if "webhook" in media and webhook_url:
        addressed.append((NO_PERSON, "webhook"))
    fresh = [each for each in dict.fromkeys(addressed) if each not in told]
    if not fresh:
        return 0
    rows = [
        {
            "kind": kind,
            "subject": subject,
            "step": step,
            "user_id": user_id,
            "medium": medium,
            "state": "sent" if medium == "workspace" else "queued",
            "params": text_of({**params, "url": webhook_url} if medium == "webhook" else dict(params)) or "{}",
            "conversation_id": conversation_id,
            "line_id": line_id,
            "due_at": tx.now,
            "created_at": tx.now,
            "state_at": tx.now,
            "lane": lane_of(medium, webhook_url),
        }
        for user_id, medium in fresh
    ]
    notices.add(tx, rows)
    for user_id, medium in fresh:
        if medium == "workspace":
            tx.event("notice.added", user_id=user_id, conversation_id=None, line_id=line_id)
    if any(medium != "workspace" for _, medium in fresh):
        tx.poke("notices")
    return len(fresh)


def lane_of(medium: str, url: str = "") -> str:
    """The server that a row goes to, where that is one: those of a lane wait for room there. A push goes to several."""
    if medium == "email":
        return "email"
    return f"webhook {server_of(url)}" if medium == "webhook" else ""


def server_of(url: str) -> str:
    """Host and port, as they stand in an address."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


def without_customer(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name != "customer"}


def filled(params: str, customer: str | None) -> dict[str, Any]:
    """What a row holds, with the name that its customer has now; None where it is about no conversation."""
    found: dict[str, Any] = msgspec.json.decode(params or "{}")
    return found if customer is None else {**found, "customer": customer}


def forget_old(tx: Tx) -> int:
    """Drops some of those that are older than anybody looks back; says how many."""
    return notices.forget(tx, tx.now - KEPT, _CHUNK)
