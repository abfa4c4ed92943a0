"""Browsers that show notices while no page of ours is open: one row per person's browser."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update

from openlines.store.statement import Statement, among, insert
from openlines.store.tables import push_subscriptions
from openlines.store.tx import Reader, Tx


class Subscription(NamedTuple):
    """`p256dh` and `auth` as the browser gave them, base64url."""

    id: int
    user_id: int
    endpoint: str
    p256dh: str
    auth: str
    agent: str
    created_at: int
    failed_at: int | None


_S = push_subscriptions.c
_COLUMNS = [_S[name] for name in Subscription._fields]
_OF_USERS = Statement(select(*_COLUMNS).where(among(_S.user_id, "user_ids")).order_by(_S.user_id, _S.id))
_NEW = insert(push_subscriptions)
_PUT = Statement(
    _NEW.on_conflict_do_update(
        index_elements=["endpoint"],
        set_={
            "user_id": _NEW.excluded.user_id,
            "p256dh": _NEW.excluded.p256dh,
            "auth": _NEW.excluded.auth,
            "agent": _NEW.excluded.agent,
            "failed_at": None,
        },
    )
)
_BY_ENDPOINT = Statement(select(*_COLUMNS).where(_S.endpoint == bindparam("endpoint")))
_DROP = Statement(delete(push_subscriptions).where(_S.id == bindparam("id"), _S.user_id == bindparam("of_user")))
_DROP_SOME = Statement(delete(push_subscriptions).where(among(_S.id, "ids")))
_DROP_OF = Statement(delete(push_subscriptions).where(_S.user_id == bindparam("user_id")))
_DROP_ALL = Statement(delete(push_subscriptions))
_FAILED = Statement(update(push_subscriptions).where(among(_S.id, "ids")))


def of_users(reader: Reader, user_ids: Iterable[int]) -> dict[int, list[Subscription]]:
    """The browsers of each who has any, oldest first."""
    found: dict[int, list[Subscription]] = {}
    for row in reader.all(_OF_USERS, user_ids=sorted(set(user_ids))):
        found.setdefault(row[1], []).append(Subscription._make(row))
    return found


def by_endpoint(reader: Reader, endpoint: str) -> Subscription | None:
    row = reader.one(_BY_ENDPOINT, endpoint=endpoint)
    return None if row is None else Subscription._make(row)


def put(tx: Tx, user_id: int, endpoint: str, p256dh: str, auth: str, agent: str) -> None:
    """A browser's subscription; one that somebody else used before is this person's from now on."""
    tx.run(
        _PUT,
        id=tx.new_id(push_subscriptions),
        user_id=user_id,
        endpoint=endpoint,
        p256dh=p256dh,
        auth=auth,
        agent=agent,
        created_at=tx.now,
    )


def drop(tx: Tx, user_id: int, subscription_id: int) -> bool:
    """One's own; False when it is not there."""
    return tx.changed(_DROP, id=subscription_id, of_user=user_id) == 1


def drop_some(tx: Tx, ids: Iterable[int]) -> None:
    tx.run(_DROP_SOME, ids=sorted(ids))


def drop_of(tx: Tx, user_id: int) -> None:
    """All browsers of a person."""
    tx.run(_DROP_OF, user_id=user_id)


def drop_all(tx: Tx) -> None:
    tx.run(_DROP_ALL)


def failed(tx: Tx, ids: Iterable[int]) -> None:
    """The service refused them; kept, since that may pass."""
    tx.run(_FAILED, ids=sorted(ids), failed_at=tx.now)
