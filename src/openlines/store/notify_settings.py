"""How words to staff leave this portal: the one row of it."""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update

from openlines.store.statement import Statement, insert
from openlines.store.tables import notify_settings
from openlines.store.tx import Reader, Tx

THE_ROW = 1  # also what its secrets are sealed for


class NotifyRow(NamedTuple):
    """`mail` is JSON; `secrets` are sealed."""

    mail: str
    private_hooks: int
    push_public: str
    secrets: str
    version: int


_C = notify_settings.c
_ONE = Statement(select(*(_C[name] for name in NotifyRow._fields)).where(_C.id == THE_ROW))
_ADD = Statement(insert(notify_settings).on_conflict_do_nothing(index_elements=["id"]))
_CHANGE = Statement(
    update(notify_settings).where(_C.id == THE_ROW, _C.version == bindparam("was")).values(version=_C.version + 1)
)


def the_row(reader: Reader) -> NotifyRow | None:
    """None until somebody needed it."""
    row = reader.one(_ONE)
    return None if row is None else NotifyRow._make(row)


def add(tx: Tx, *, push_public: str, secrets: str) -> None:
    """The row, unless it is there."""
    tx.run(_ADD, id=THE_ROW, push_public=push_public, secrets=secrets)


def change(tx: Tx, version: int, **columns: Any) -> bool:
    """Set some columns if the row still has this version; False when it has not."""
    return tx.changed(_CHANGE, was=version, **columns) == 1
