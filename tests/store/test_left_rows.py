"""Calls about something leave the rows they add to the end of their wave on SQLite, and lose nothing by it."""

import asyncio
import functools
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, func, insert, select, update

from openlines.store import Store, Tx, open_store, tables
from openlines.store.errors import ConstraintFailed
from openlines.store.statement import Statement
from tests.store.gate import Gate

ADD_CUSTOMER = Statement(insert(tables.customers))
ADD_THREAD = Statement(insert(tables.threads))
ADD_CHANNEL = Statement(insert(tables.channels))
ADD_LINE = Statement(insert(tables.lines))
COUNT = Statement(select(func.count()).select_from(tables.customers))
RENAME = Statement(update(tables.customers).where(tables.customers.c.id == bindparam("of_id")))
NAMES = Statement(select(tables.customers.c.name).order_by(tables.customers.c.id))

Heard = list[str]


@pytest.fixture
def heard() -> Heard:
    """What SQLite is told."""
    return []


@pytest.fixture
async def store(tmp_path: Path, heard: Heard) -> AsyncIterator[Store]:
    class Connection(sqlite3.Connection):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.set_trace_callback(heard.append)

    connect = functools.partial(sqlite3.connect, factory=Connection)
    store = await open_store(tmp_path / "portal.db", node="one", connect=connect)
    await store.write(furnish)
    heard.clear()
    yield store
    await store.close()


def furnish(tx: Tx) -> None:
    tx.run(ADD_LINE, id=1, name="Line", settings="{}", created_at=tx.now)
    tx.run(ADD_CHANNEL, id=1, line_id=1, kind="website", name="Site", key="k", created_at=tx.now)
    tx.run(ADD_CUSTOMER, id=tx.new_id(tables.customers), name="known", created_at=tx.now)


def customer(tx: Tx, name: str) -> int:
    found = tx.new_id(tables.customers)
    tx.run(ADD_CUSTOMER, id=found, name=name, created_at=tx.now)
    return found


def thread(tx: Tx, external_id: str, customer_id: int | None = None) -> None:
    tx.run(
        ADD_THREAD,
        id=tx.new_id(tables.threads),
        channel_id=1,
        external_id=external_id,
        customer_id=customer(tx, external_id) if customer_id is None else customer_id,
        created_at=tx.now,
    )


def count(tx: Tx) -> int:
    row = tx.one(COUNT)
    assert row is not None
    return int(row[0])


def customer_and_count(tx: Tx, name: str) -> int:
    customer(tx, name)
    return count(tx)


def customer_renamed(tx: Tx, name: str) -> None:
    found = customer(tx, "nameless")
    tx.expect(RENAME, of_id=found, name=name)


async def together(store: Store, *calls: tuple[Any, ...]) -> list[Any]:
    """Calls with what they are about first, as one group."""
    async with Gate(store):
        futures = [asyncio.ensure_future(store.write(*call, about=about)) for about, *call in calls]
    return await asyncio.gather(*futures, return_exceptions=True)


def inserts(heard: Heard, table: str) -> int:
    return sum(each.startswith(f"INSERT INTO {table} ") for each in heard)


async def names(store: Store) -> list[str]:
    return [row[0] for row in await store.read(lambda reader: reader.all(NAMES))]


async def test_the_rows_of_a_wave_are_written_in_one_statement(store: Store, heard: Heard) -> None:
    await together(store, *((name, customer, name) for name in "abcd"))
    assert inserts(heard, "customers") == 1
    assert await names(store) == ["known", *"abcd"]


async def test_tables_are_written_in_the_order_in_which_they_refer_to_one_another(store: Store) -> None:
    results = await together(store, ("old", thread, "old", 1), ("new", thread, "new"))
    assert results == [None, None]
    assert await names(store) == ["known", "new"]
    assert store.stats().writers[0].reruns == 0


async def test_who_reads_or_changes_after_adding_finds_his_row(store: Store) -> None:
    counted, _ = await together(store, ("a", customer_and_count, "a"), ("b", customer_renamed, "b"))
    assert counted == 2
    assert await names(store) == ["known", "a", "b"]
    assert store.stats().writers[0].reruns == 0


async def test_calls_about_the_same_and_about_nothing_see_what_was_before_them(store: Store) -> None:
    results = await together(
        store, ("a", customer, "a"), ("b", count), ("a", count), ("c", customer, "c"), (None, count)
    )
    assert (results[2], results[4]) == (2, 3)


async def test_a_row_that_cannot_be_written_is_told_to_whose_it_is_alone(store: Store) -> None:
    results = await together(
        store, ("a", thread, "same", 1), ("b", thread, "same", 1), ("c", thread, "other", 1), ("d", count)
    )
    assert [type(each) for each in results] == [type(None), ConstraintFailed, type(None), int]
    assert store.stats().writers[0].reruns == 1


async def test_who_raises_after_adding_leaves_nothing(store: Store) -> None:
    def add_and_raise(tx: Tx) -> None:
        customer(tx, "never")
        raise LookupError("too late")

    results = await together(store, ("a", customer, "a"), ("x", add_and_raise), ("b", customer, "b"))
    assert isinstance(results[1], LookupError)
    assert sorted(await names(store)) == ["a", "b", "known"]
