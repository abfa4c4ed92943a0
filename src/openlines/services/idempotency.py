"""A request that carries a key is carried out once; its repeats get the first answer again."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from openlines.core.line import DAY
from openlines.services.errors import Conflict
from openlines.store import idempotency as rows
from openlines.store.idempotency import Given
from openlines.store.tx import Tx

KEPT: Final = DAY


class Answer(NamedTuple):
    status: int
    body: str
    repeated: bool = False


def once(
    tx: Tx,
    owner: str,
    key: str,
    request_hash: str,
    act: Callable[[Tx], tuple[int, str]],
) -> Answer:
    """Do `act` unless `owner` did it under this key before; act and answer are kept in one transaction.

    Refuses with `Conflict` "key_reused" when the key came with another request before.
    """
    given = rows.given_answer(tx, owner, key)
    if given is not None:
        if given.request_hash != request_hash:
            raise Conflict("key_reused")
        return Answer(given.status, given.response, repeated=True)
    status, body = act(tx)
    rows.keep_answer(tx, owner, key, Given(request_hash, status, body))
    return Answer(status, body)


def forget_old(tx: Tx, *_args: Any) -> int:
    """Drop the keys of the day before."""
    return rows.drop_answers(tx, tx.now - KEPT)
