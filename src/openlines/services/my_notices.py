"""A person's own notices in the workspace: listed, counted, marked as read."""

from collections.abc import Sequence
from typing import NamedTuple

from openlines.services.access import Actor
from openlines.store import notices
from openlines.store.notices import NoticeRow
from openlines.store.tx import Reader, Tx

_NEWEST = 1 << 60


class Mine(NamedTuple):
    rows: list[NoticeRow]
    unread: int


def mine(reader: Reader, actor: Actor, *, before: int | None = None, limit: int = 30) -> Mine:
    """My notices, newest first."""
    rows = notices.page(reader, actor.user_id, before or _NEWEST, limit)
    return Mine(rows, notices.unread(reader, actor.user_id))


def mark_read(tx: Tx, actor: Actor, ids: Sequence[int] | None = None, up_to: int | None = None) -> None:
    """Those named, or all up to one. Another tab of the same person hears of it."""
    changed = notices.read(tx, actor.user_id, ids) if ids else 0
    if up_to is not None:
        changed += notices.read_up_to(tx, actor.user_id, up_to)
    if changed:
        tx.event("notice.read", user_id=actor.user_id)
