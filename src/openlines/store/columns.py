"""What the tables are made of: their collection, and the kinds of columns that every table uses.

Instants are microseconds since the epoch, UTC (`Instant`); flags are 0/1 integers; JSON is text written and
read by msgspec.
"""

from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Index, MetaData, SmallInteger, text

metadata = MetaData()

Id = BigInteger
Instant = BigInteger
Flag = SmallInteger


def row_id() -> Column[int]:
    """The id from `Tx.new_id`, never from the database's own counters."""
    return Column("id", BigInteger, primary_key=True, autoincrement=False)


def flag(name: str, default: int = 0) -> Column[int]:
    return Column(name, Flag, nullable=False, server_default=text(str(default)))


def count(name: str, default: int = 0) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default=text(str(default)))


def partial_index(name: str, *columns: str | ColumnElement[Any], where: str, unique: bool = False) -> Index:
    """An index of the rows for which a condition holds."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))
