"""How a connected channel is, and which node looks after it.

One node at a time keeps a channel: registers its webhook, polls for it, asks after its health. The lease and the
place where polling goes on are one value in the channel's row, so that a node that has lost the lease cannot
move it, and so that what was polled is kept in the same transaction.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from openlines.channels.base import Health, RawEvent
from openlines.channels.fields import FACTS
from openlines.core.line import SECOND
from openlines.services.inbox import keep
from openlines.store import channels
from openlines.store.channels import ChannelRow, Keeping
from openlines.store.tx import Reader, Tx

LEASE: Final = 20 * SECOND
_DETAIL: Final = 300


def present(reader: Reader) -> list[ChannelRow]:
    """All channels that there are."""
    return channels.every(reader)


def take(tx: Tx, node: str, ids: Sequence[int], *, alone: bool) -> set[int]:
    """Takes, or renews, the lease on each of these channels that is free or ours; which of them are ours now.

    `alone`: no other node can be alive (SQLite), so a lease of another name is one that a crash left behind.
    """
    mine: set[int] = set()
    for row in channels.some_locked(tx, list(ids)):
        now = channels.keeping(row)
        if now.node != node and now.node and now.until >= tx.now and not alone:
            continue
        mine.add(row.id)
        if now.node != node or (not alone and now.until < tx.now + LEASE // 2):
            channels.put_keeping(tx, row.id, now._replace(node=node, until=tx.now + LEASE))
    return mine


def leave(tx: Tx, node: str, ids: Sequence[int]) -> None:
    """Gives the leases back, so that another node need not wait for their end."""
    for row in channels.some_locked(tx, list(ids)):
        now = channels.keeping(row)
        if now.node == node:
            channels.put_keeping(tx, row.id, now._replace(node="", until=0))
    tx.poke("channels")


def cursor(reader: Reader, channel_id: int) -> str:
    row = channels.one(reader, channel_id)
    return channels.keeping(row).cursor if row is not None else ""


def polled(tx: Tx, channel_id: int, node: str, seen: str, events: Sequence[RawEvent], now_at: str) -> bool:
    """Keeps what was polled after `seen` together with the place to go on from; False when it is not ours to keep."""
    row = channels.locked(tx, channel_id)
    if row is None or row.deleted_at is not None:
        return False
    keeping: Keeping = channels.keeping(row)
    if keeping.node != node or keeping.cursor != seen:
        return False
    if events:
        keep(tx, channel_id, events, {})
    if now_at != seen:
        channels.put_keeping(tx, channel_id, keeping._replace(cursor=now_at))
    return True


def checked(tx: Tx, channel_id: int, health: Health) -> bool:
    """What a person sees who asks after a channel beside the node that keeps it; the same as that node would say.

    What is mended by connecting anew is not worth a word, and of a channel that works nothing is news: the node that
    keeps it may know more (`found` with a code).
    """
    row = channels.one(tx, channel_id)
    if row is None or not row.active or health.again or (health.ok and row.state == "ok"):
        return False
    return told(tx, channel_id, health)


def told(tx: Tx, channel_id: int, health: Health) -> bool:
    """`found`, by what the channel's own code says of it."""
    facts = {**health.facts, "by": health.by} if health.by else health.facts
    return found(tx, channel_id, "ok" if health.ok else "broken", health.code, health.detail, facts)


def found(tx: Tx, channel_id: int, state: str, code: str = "", detail: str = "", facts: Mapping[str, Any] = {}) -> bool:
    """How a channel was found to be: ok | broken | off, with the code of what is wrong (or worth knowing).

    Says so to everybody only when it is news. A channel that works again lets go what had to wait.
    """
    row = channels.locked(tx, channel_id)
    if row is None or row.deleted_at is not None:
        return False
    detail = detail[:_DETAIL]
    settings = row.values
    known = dict(settings.get(FACTS, {}))
    learned = {**known, **facts}
    news = (row.state, row.state_reason) != (state, code) or learned != known
    if not news and row.state_detail == detail:
        return False
    values: dict[str, Any] = {"state": state, "state_reason": code, "state_detail": detail}
    if learned != known:
        values["settings"] = msgspec.json.encode({**settings, FACTS: learned}).decode()
    if row.state != state:
        values["state_at"] = tx.now
        if state == "ok":
            tx.poke("channel_ok")
    channels.put(tx, channel_id, **values)
    if news:
        tx.event("channel.changed", line_id=row.line_id, data={"channel_id": channel_id, "state": state})
    return news
