"""The highest id that each table of a SQLite portal has ever had, for those whose newest rows were removed.

An id outlives its row: a line's earlier states name departments and timetables, notices name the records that they
are about, receivers of webhooks know what they were told. PostgreSQL's sequences never go back; here the numbers go on
behind the highest id of the table, and behind the one that is kept whenever rows of it are removed.
"""

from sqlalchemy import BigInteger, Table, bindparam, func, select

from openlines.store.statement import Statement, insert
from openlines.store.tables import events, last_ids
from openlines.store.tx import Reader, Tx

_KEPT = Statement(select(last_ids.c.last).where(last_ids.c.name == bindparam("name")))
_NEW = insert(last_ids)
_KEEP = Statement(_NEW.on_conflict_do_update(index_elements=["name"], set_={"last": _NEW.excluded.last}))
_highest: dict[Table, Statement] = {}


def numbered(table: Table) -> bool:
    """Whether rows of a table get their ids from `Tx.new_id`. (Of the log, the newest row always stays.)"""
    return table is not events and "id" in table.c and isinstance(table.c.id.type, BigInteger)


def last_id(reader: Reader, table: Table) -> int:
    """The highest id that the table has or is known to have had; 0 when there was never a row."""
    if table not in _highest:
        _highest[table] = Statement(select(func.max(table.c.id)))
    rows = (reader.one(_highest[table]), reader.one(_KEPT, name=table.name))
    return max((row[0] or 0 for row in rows if row is not None), default=0)


def keep(tx: Tx, table: Table, last: int) -> None:
    tx.run(_KEEP, name=table.name, last=last)
