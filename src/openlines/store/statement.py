"""Statements written once with SQLAlchemy Core, compiled once per dialect, run on the driver's own cursor.

    BY_ID = Statement(select(threads).where(threads.c.id == bindparam("id")))
    ADD = Statement(insert(messages))                       # the columns are those that the call names
    MOVE = Statement(update(lines).where(lines.c.id == bindparam("id")))

    tx.one(BY_ID, id=7)
    tx.run(ADD, id=1, thread_id=7, …)                       # what is left out gets the column's default
    tx.run(MOVE, id=3, name="Sales")                        # names that are no parameters are columns to set

A constant in the expression is written into the SQL (so `state == "waiting"` matches a partial index and
`limit(1)` needs no parameter); only `bindparam("name")` without a value becomes a parameter. Parameters are
numbered in the order in which the call names them, so that the values of its keywords are the arguments.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import BindParameter, Boolean, ColumnElement, Delete, Dialect, Insert, LargeBinary, Table, bindparam
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.dialects.postgresql.base import PGCompiler, PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler, SQLiteDialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.sqltypes import NullType
from sqlalchemy.sql.visitors import iterate

__all__ = ["PostgresForm", "SqliteForm", "Statement", "among", "insert"]

# `insert` is SQLAlchemy's with `on_conflict_do_nothing` and `on_conflict_do_update`; both dialects compile it.

_TOKEN: Final = re.compile("\x01(\\w+)\x02")


class _SqliteTokens(SQLiteCompiler):
    def visit_bindparam(self, bindparam: BindParameter[Any], *args: Any, **kwargs: Any) -> str:
        if bindparam.required:
            return f"\x01{bindparam.key}\x02"
        sql: str = super().visit_bindparam(bindparam, *args, **kwargs | {"literal_binds": True})  # type: ignore[no-untyped-call]
        return sql


class _PostgresTokens(PGCompiler):
    def visit_bindparam(self, bindparam: BindParameter[Any], *args: Any, **kwargs: Any) -> str:
        if not bindparam.required:
            sql: str = super().visit_bindparam(bindparam, *args, **kwargs | {"literal_binds": True})  # type: ignore[no-untyped-call]
            return sql
        if isinstance(bindparam.type, NullType):
            return f"\x01{bindparam.key}\x02"
        cast = self.dialect.type_compiler_instance.process(bindparam.type)
        return f"\x01{bindparam.key}\x02::{cast}"


class _Sqlite(SQLiteDialect):
    statement_compiler = _SqliteTokens
    supports_statement_cache = True
    supports_native_boolean = True


class _Postgres(PGDialect):
    statement_compiler = _PostgresTokens
    supports_statement_cache = True


_SQLITE: Final = _Sqlite(paramstyle="named")
_POSTGRES: Final = _Postgres(paramstyle="named")  # type: ignore[no-untyped-call]


class among(FunctionElement[bool]):  # noqa: N801 - reads as a word inside an expression
    """`column` is one of the list given as parameter `name`: `where(among(lines.c.id, "ids"))`, `ids=[1, 2]`."""

    type = Boolean()
    inherit_cache = False

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        super().__init__(column, bindparam(name, type_=ARRAY(column.type)))


@compiles(among, "sqlite")
def _among_sqlite(element: among, compiler: SQLCompiler, **kwargs: Any) -> str:
    column, values = (compiler.process(part, **kwargs) for part in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - parts of the expression


@compiles(among, "postgresql")
def _among_postgres(element: among, compiler: SQLCompiler, **kwargs: Any) -> str:
    column, values = (compiler.process(part, **kwargs) for part in element.clauses)
    return f"{column} = ANY ({values})"


class SqliteForm:
    """SQL for sqlite3, and which of its parameters are lists (given as JSON)."""

    __slots__ = ("lists", "sql")

    def __init__(self, sql: str, lists: Sequence[int]) -> None:
        self.sql = sql
        self.lists = tuple(lists)

    def values(self, params: dict[str, Any]) -> tuple[Any, ...]:
        """The arguments of a form with lists; any other takes `tuple(params.values())`."""
        values = list(params.values())
        for index in self.lists:
            values[index] = msgspec.json.encode(list(values[index])).decode()
        return tuple(values)


class PostgresForm:
    """SQL for libpq, with the format of each parameter: 0 text, 1 binary; None when all are text."""

    __slots__ = ("formats", "sql")

    def __init__(self, sql: str, binary: Sequence[bool]) -> None:
        self.sql = sql.encode()
        self.formats = [int(flag) for flag in binary] if any(binary) else None


class Statement:
    """A SQLAlchemy Core expression, compiled at first use for each dialect and set of parameter names."""

    __slots__ = (
        "adds_to",
        "expression",
        "postgres",
        "postgres_many",
        "removes_from",
        "sqlite",
        "sqlite_many",
        "writes",
    )

    def __init__(self, expression: Executable) -> None:
        # Without `inline`, SQLAlchemy adds RETURNING to an insert on PostgreSQL.
        if isinstance(expression, Insert) and not expression._returning:  # noqa: SLF001
            expression = expression.inline()
        self.expression: Any = expression
        self.writes = isinstance(expression, UpdateBase)
        # The table to which this adds rows and nothing else: several such inserts may be one.
        self.adds_to: Table | None = _adds_to(self.expression)
        self.removes_from: Table | None = _removes_from(self.expression)
        self.sqlite: dict[tuple[str, ...], SqliteForm] = {}
        self.sqlite_many: dict[tuple[int, tuple[str, ...]], SqliteForm] = {}
        self.postgres: dict[tuple[str, ...], PostgresForm] = {}
        self.postgres_many: dict[tuple[int, tuple[str, ...]], PostgresForm] = {}

    def for_sqlite(self, names: tuple[str, ...]) -> SqliteForm:
        sql, types = self._compile(_SQLITE, names)
        lists = [index for index, name in enumerate(names) if isinstance(types.get(name), ARRAY)]
        form = self.sqlite[names] = SqliteForm(_number(sql, names, "?"), lists)
        return form

    def for_postgres(self, names: tuple[str, ...]) -> PostgresForm:
        sql, types = self._compile(_POSTGRES, names)
        binary = [isinstance(types.get(name), LargeBinary) for name in names]
        form = self.postgres[names] = PostgresForm(_number(sql, names, "$"), binary)
        return form

    def many_for_sqlite(self, count: int, names: tuple[str, ...]) -> SqliteForm:
        sql, _ = self._compile(_SQLITE, names)
        form = self.sqlite_many[count, names] = SqliteForm(_number_rows(sql, names, "?", count), ())
        return form

    def many_for_postgres(self, count: int, names: tuple[str, ...]) -> PostgresForm:
        sql, types = self._compile(_POSTGRES, names)
        binary = [isinstance(types.get(name), LargeBinary) for name in names] * count
        form = self.postgres_many[count, names] = PostgresForm(_number_rows(sql, names, "$", count), binary)
        return form

    def _compile(self, dialect: Dialect, names: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
        """SQL with a token for each parameter, and the types of the parameters that have one."""
        own = {e.key: e.type for e in iterate(self.expression) if isinstance(e, BindParameter) and e.required}
        columns = [name for name in names if name not in own] if self.writes else []
        sql = str(self.expression.compile(dialect=dialect, column_keys=columns))
        found = set(_TOKEN.findall(sql))
        if found != set(names):
            missing, unknown = sorted(found - set(names)), sorted(set(names) - found)
            raise TypeError(f"missing parameters {missing}, unknown parameters {unknown} of: {_shown(sql)}")
        if self.writes:
            table = self.expression.table
            own |= {name: table.c[name].type for name in columns}
        return sql, own


def _adds_to(expression: Any) -> Table | None:
    """None for whatever is no plain INSERT … VALUES: it looks at rows, returns some, or takes them from a query."""
    if not isinstance(expression, Insert) or not isinstance(expression.table, Table):
        return None
    more = (expression._post_values_clause, expression.select, expression._returning)  # noqa: SLF001
    return None if any(each is not None and each != () for each in more) else expression.table


def _removes_from(expression: Any) -> Table | None:
    return expression.table if isinstance(expression, Delete) and isinstance(expression.table, Table) else None


def _shown(sql: str) -> str:
    return _TOKEN.sub(r":\1", sql)


def _number(sql: str, names: tuple[str, ...], mark: str) -> str:
    number = {name: f"{mark}{index}" for index, name in enumerate(names, 1)}
    return _TOKEN.sub(lambda token: number[token[1]], sql)


def _number_rows(sql: str, names: tuple[str, ...], mark: str, count: int) -> str:
    """The same insert with its row of VALUES repeated `count` times, numbered on and on."""
    start, end = _values(sql)
    row = sql[start:end]
    if set(_TOKEN.findall(sql)) != set(_TOKEN.findall(row)):
        raise TypeError(f"parameters outside of VALUES in an insert of several rows: {_shown(sql)}")
    rows = []
    for index in range(count):
        number = {name: f"{mark}{index * len(names) + place}" for place, name in enumerate(names, 1)}
        rows.append(_TOKEN.sub(lambda token, number=number: number[token[1]], row))  # type: ignore[misc]
    return sql[:start] + ", ".join(rows) + sql[end:]


def _values(sql: str) -> tuple[int, int]:
    """Where the parenthesised row after VALUES begins and ends."""
    head = sql.find(" VALUES (")
    if not sql.startswith("INSERT INTO ") or head < 0:
        raise TypeError(f"several rows need an INSERT … VALUES, not: {_shown(sql)}")
    start = head + len(" VALUES ")
    depth, quoted = 0, False
    for place in range(start, len(sql)):
        letter = sql[place]
        if letter == "'":
            quoted = not quoted
        elif not quoted and letter in "()":
            depth += 1 if letter == "(" else -1
            if depth == 0:
                return start, place + 1
    raise TypeError(f"no end of VALUES in: {sql}")
