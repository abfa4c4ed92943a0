"""Statements: one expression, the same meaning on both engines."""

import enum
from typing import Any

import pytest
from sqlalchemy import BigInteger, bindparam, case, delete, func, literal, select, text, update

from openlines.store import ConstraintFailed, Reader, Statement, Store, StoreError, Tx, tables
from openlines.store.statement import among, insert

_C, _L, _I = tables.customers.c, tables.lines.c, tables.inbox.c


def sql(statement: Statement, *names: str) -> tuple[str, str]:
    """The SQL for both engines, on one line."""
    sqlite = " ".join(statement.for_sqlite(names).sql.split())
    postgres = " ".join(statement.for_postgres(names).sql.decode().split())
    return sqlite, postgres


def test_parameters_are_numbered_as_the_call_names_them() -> None:
    statement = Statement(select(_C.name).where(_C.id == bindparam("id"), _C.version > bindparam("version")))
    assert sql(statement, "version", "id") == (
        "SELECT customers.name FROM customers WHERE customers.id = ?2 AND customers.version > ?1",
        "SELECT customers.name FROM customers WHERE customers.id = $2::BIGINT AND customers.version > $1::BIGINT",
    )


def test_constants_are_literals() -> None:
    """Else no partial index would be used, and SQLite's LIMIT would have a parameter nobody knows of."""
    statement = Statement(
        select(tables.conversations.c.id).where(tables.conversations.c.state == "wai'ting\\%").limit(3)
    )
    sqlite, postgres = sql(statement)
    assert sqlite.endswith("WHERE conversations.state = 'wai''ting\\%' LIMIT 3 OFFSET 0")
    assert postgres.endswith("WHERE conversations.state = 'wai''ting\\%' LIMIT 3")


def test_an_insert_has_the_columns_that_the_call_names() -> None:
    statement = Statement(insert(tables.lines))
    assert sql(statement, "name", "id") == (
        "INSERT INTO lines (id, name) VALUES (?2, ?1)",
        "INSERT INTO lines (id, name) VALUES ($2::BIGINT, $1::TEXT)",
    )


def test_an_update_sets_the_names_that_are_no_parameters() -> None:
    statement = Statement(
        update(tables.lines)
        .where(_L.id == bindparam("id"), _L.version == bindparam("seen"))
        .values(version=_L.version + 1)
    )
    assert sql(statement, "id", "seen", "name")[0] == (
        "UPDATE lines SET name=?3, version=(lines.version + 1) WHERE lines.id = ?1 AND lines.version = ?2"
    )


def test_wrong_names_are_refused_with_both_lists() -> None:
    statement = Statement(delete(tables.lines).where(_L.id == bindparam("id")))
    with pytest.raises(TypeError, match=r"missing parameters \['id'\], unknown parameters \['nmae'\] of: DELETE"):
        statement.for_sqlite(("nmae",))
    with pytest.raises(TypeError, match="unknown parameters"):
        Statement(insert(tables.lines)).for_postgres(("id", "nmae"))


def test_rows_are_repeated_in_values_only() -> None:
    statement = Statement(insert(tables.lines).values(settings="a ) 'b' (").on_conflict_do_nothing())
    form = statement.many_for_sqlite(2, ("id", "name"))
    assert form.sql == (
        "INSERT INTO lines (id, name, settings) VALUES (?1, ?2, 'a ) ''b'' ('), (?3, ?4, 'a ) ''b'' (')"
        " ON CONFLICT DO NOTHING"
    )
    with pytest.raises(TypeError, match="several rows need an INSERT"):
        Statement(update(tables.lines)).many_for_sqlite(2, ("name",))
    changing = insert(tables.lines).on_conflict_do_update(index_elements=["id"], set_={"name": bindparam("other")})
    with pytest.raises(TypeError, match="outside of VALUES"):
        Statement(changing).many_for_postgres(2, ("id", "name", "other"))


def test_for_update_is_for_postgres() -> None:
    statement = Statement(select(_C.id).with_for_update(skip_locked=True))
    assert sql(statement) == (
        "SELECT customers.id FROM customers",
        "SELECT customers.id FROM customers FOR UPDATE SKIP LOCKED",
    )


# ---------------------------------------------------------------- what runs, runs alike

ADD = Statement(insert(tables.customers))
GET = Statement(select(_C.name, _C.email, _C.photo_id, _C.merged_into, _C.version).where(_C.id == bindparam("id")))


class Colour(enum.StrEnum):
    RED = "red"


class Number(enum.IntEnum):
    SEVEN = 7


@pytest.mark.parametrize(
    "words",
    [
        "",
        "plain",
        "Привет 👩‍👩‍👧 \u202e",
        'it\'s "quoted" \\ {a,b} %s $1 ?1 :x',
        "line\r\nline\ttab",
        "x" * 300_000,
        "\ufffe\x01",
    ],
    ids=range(7),
)
async def test_text_comes_back_as_it_went(store: Store, words: str) -> None:
    await store.write(lambda tx: tx.run(ADD, id=1, name=words, created_at=tx.now))
    assert await store.read(lambda reader: reader.one(GET, id=1)) == (words, "", None, None, 1)
    by_name = Statement(select(_C.id).where(among(_C.name, "names")))
    assert await store.read(lambda reader: reader.all(by_name, names=["other", words])) == [(1,)]


async def test_values_of_every_kind(store: Store) -> None:
    def add(tx: Tx) -> None:
        tx.run(
            ADD, id=Number.SEVEN, name=Colour.RED, photo_id=None, merged_into=-(2**63), version=2**63 - 1, created_at=0
        )
        tx.run(Statement(insert(tables.lines)), id=1, name="", settings="", created_at=0, active=False)
        tx.run(Statement(insert(tables.channels)), id=1, line_id=1, kind="", name="", key="", created_at=0)
        for number, body in enumerate((b"", b"\0\xff\\x00'", bytes(range(256)) * 4000)):
            tx.run(INBOX, id=number, channel_id=1, dedupe=f"{number}", lane="", body=body, received_at=0)

    def look(reader: Reader) -> tuple[Any, ...]:
        bodies = Statement(select(_I.body).order_by(_I.id))
        return reader.one(GET, id=7), reader.all(bodies), reader.one(Statement(select(_L.active)))

    await store.write(add)
    customer, bodies, active = await store.read(look)
    assert customer == ("red", "", None, -(2**63), 2**63 - 1)
    assert [body for (body,) in bodies] == [b"", b"\0\xff\\x00'", bytes(range(256)) * 4000]
    assert active == (0,)


INBOX = Statement(insert(tables.inbox))


async def test_what_is_computed(store: Store) -> None:
    def add(tx: Tx) -> None:
        tx.run_many(ADD, [{"id": number, "created_at": 10**15} for number in range(1, 5)])

    await store.write(add)
    computed = Statement(
        select(
            func.count(),
            func.sum(_C.created_at),
            func.max(case((_C.id > bindparam("over", type_=BigInteger), _C.id), else_=0)),
            func.coalesce(func.max(_C.merged_into), literal(-1)),
            select(_C.id).where(_C.id == 4).exists(),
        )
    )
    row = await store.read(lambda reader: reader.one(computed, over=2))
    assert row == (4, 4 * 10**15, 4, -1, 1)
    assert isinstance(row[1], int)


async def test_lists_as_a_parameter(store: Store) -> None:
    some = Statement(select(_C.id).where(among(_C.id, "ids"), _C.name != bindparam("name")).order_by(_C.id))
    await store.write(lambda tx: tx.run_many(ADD, [{"id": n, "created_at": 0} for n in range(1, 10)]))

    def look(reader: Reader, ids: list[int]) -> list[int]:
        return [number for (number,) in reader.all(some, name="x", ids=ids)]

    for ids in ([], [3], [9, 2, 77], (1, 2), list(range(1000))):
        assert await store.read(look, list(ids)) == sorted(set(ids) & set(range(1, 10)))
    gone = Statement(delete(tables.customers).where(among(_C.id, "ids")))
    assert await store.write(lambda tx: tx.changed(gone, ids=[1, 2, 3, 50])) == 3


async def test_conflicts(store: Store) -> None:
    quiet = Statement(insert(tables.customers).on_conflict_do_nothing())
    adding = insert(tables.customers)
    upsert = Statement(
        adding.on_conflict_do_update(
            index_elements=["id"], set_={"version": _C.version + adding.excluded.version}
        ).returning(_C.version)
    )

    def work(tx: Tx) -> tuple[Any, ...]:
        return (
            tx.changed(quiet, id=1, created_at=0),
            tx.changed(quiet, id=1, created_at=0),
            tx.one(upsert, id=1, created_at=0, version=10),
            tx.one(upsert, id=2, created_at=0, version=10),
        )

    assert await store.write(work) == (1, 0, (11,), (10,))


async def test_a_conflict_on_a_partial_index(store: Store) -> None:
    def furnish(tx: Tx) -> None:
        tx.run(Statement(insert(tables.lines)), id=1, name="", settings="", created_at=0)
        tx.run(Statement(insert(tables.channels)), id=1, line_id=1, kind="", name="", key="", created_at=0)
        tx.run(ADD, id=1, created_at=0)
        tx.run(Statement(insert(tables.threads)), id=1, channel_id=1, external_id="", customer_id=1, created_at=0)

    once = Statement(
        insert(tables.messages).on_conflict_do_nothing(
            index_elements=["thread_id", "dedupe"], index_where=text("dedupe IS NOT NULL")
        )
    )

    def say(tx: Tx, number: int, dedupe: str | None) -> int:
        return tx.changed(
            once,
            id=number,
            thread_id=1,
            conversation_id=1,
            seq=number,
            author="customer",
            kind="text",
            dedupe=dedupe,
            at=0,
        )

    await store.write(furnish)
    assert [await store.write(say, n, d) for n, d in ((1, "a"), (2, "a"), (3, None), (4, None))] == [1, 0, 1, 1]


async def test_one_statement_with_different_names(store: Store) -> None:
    change = Statement(update(tables.customers).where(_C.id == bindparam("of")))

    def work(tx: Tx) -> Any:
        tx.run(ADD, created_at=0, id=1)
        tx.run(ADD, id=2, created_at=0, name="two")
        tx.run(change, of=1, name="one", email="e")
        tx.run(change, email="f", of=2)
        return tx.all(Statement(select(_C.name, _C.email).order_by(_C.id)))

    assert await store.write(work) == [("one", "e"), ("two", "f")]


async def test_text_that_cannot_be_kept_harms_nobody(store: Store) -> None:
    def add(tx: Tx, number: int, name: Any) -> None:
        tx.run(ADD, id=number, name=name, created_at=0)

    with pytest.raises(UnicodeEncodeError):
        await store.write(add, 1, "\ud800")
    with pytest.raises(Exception):  # noqa: B017, PT011 - sqlite3 and we name it differently
        await store.write(add, 1, object())
    if store.dialect == "postgresql":  # which keeps none, and libpq would cut the text off without a word
        with pytest.raises(ValueError, match="NUL"):
            await store.write(add, 1, "before\0after")
    with pytest.raises(ConstraintFailed):
        await store.write(add, 1, None)
    await store.write(add, 1, "well")
    assert await store.read(lambda reader: reader.all(Statement(select(_C.name)))) == [("well",)]


async def test_a_statement_the_database_refuses(store: Store) -> None:
    with pytest.raises(StoreError):
        await store.read(lambda reader: reader.all(Statement(select(text("nonsense FROM nowhere")))))
    assert await store.read(lambda reader: reader.one(Statement(select(literal(1))))) == (1,)
    with pytest.raises(StoreError):
        await store.write(lambda tx: tx.all(Statement(select(text("nonsense FROM nowhere")))))
    assert await store.write(lambda tx: tx.one(Statement(select(literal(2))))) == (2,)
