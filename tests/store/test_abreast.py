"""Calls of one group that say what they are about run side by side on PostgreSQL, and lose nothing by it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from openlines.core.state import Refused
from openlines.store import Store, Tx, open_store
from tests.store.gate import Gate
from tests.store.ledger import begin_ledger, check, enter, entries

pytestmark = pytest.mark.postgres


@pytest.fixture
async def store(postgres_url: str) -> AsyncIterator[Store]:
    store = await open_store(postgres_url, node="one")
    await store.write(begin_ledger)
    yield store
    await store.close()


def read_twice(tx: Tx, name: str, seen: list[str]) -> str:
    """Needs two answers, one after the other, and notes when it has each."""
    for _ in range(2):
        entries(tx)
        seen.append(name)
    return name


def refuse_after_reading(tx: Tx) -> None:
    entries(tx)
    tx.poke("never")
    raise Refused("not_now")


def raise_after_writing(tx: Tx, token: str) -> None:
    enter(tx, token)
    raise Refused("too_late")


async def together(store: Store, *calls: tuple[Any, ...]) -> list[Any]:
    """Calls with what they are about first, as one group."""
    async with Gate(store):
        futures = [asyncio.ensure_future(store.write(*call, about=about)) for about, *call in calls]
    return await asyncio.gather(*futures, return_exceptions=True)


async def test_calls_about_different_things_take_turns_at_each_answer(store: Store) -> None:
    seen: list[str] = []
    results = await together(store, *((name, read_twice, name, seen) for name in "abc"))
    assert results == ["a", "b", "c"], "each has its own answer"
    assert seen == ["a", "b", "c", "a", "b", "c"]


async def test_calls_about_the_same_come_one_after_another(store: Store) -> None:
    seen: list[str] = []
    await together(store, ("x", read_twice, "first", seen), ("x", read_twice, "second", seen))
    assert seen == ["first", "first", "second", "second"]


async def test_a_call_about_nothing_in_particular_is_alone(store: Store) -> None:
    seen: list[str] = []
    await together(
        store,
        ("a", read_twice, "a", seen),
        (None, read_twice, "alone", seen),
        ("b", read_twice, "b", seen),
    )
    assert seen == ["a", "a", "alone", "alone", "b", "b"]


async def test_a_refusal_is_an_answer_and_takes_nobody_with_it(store: Store) -> None:
    before = store.stats().writers[0].reruns
    first, refused, second = await together(
        store, ("a", read_twice, "a", []), ("b", refuse_after_reading), ("c", read_twice, "c", [])
    )
    assert (first, second) == ("a", "c")
    assert isinstance(refused, Refused)
    assert store.stats().writers[0].reruns == before


async def test_who_raises_after_writing_leaves_nothing_and_the_others_are_run_again(store: Store) -> None:
    before = store.stats().writers[0].reruns
    first, raised, second = await together(
        store, ("a", enter, "a"), ("b", raise_after_writing, "b"), ("c", read_twice, "c", [])
    )
    assert first == 1
    assert isinstance(raised, Refused)
    assert second == "c"
    assert store.stats().writers[0].reruns == before + 1
    await check(store, {"a"})


async def test_two_who_read_before_either_writes_are_found_out_by_their_guard(store: Store) -> None:
    results = await together(store, *((f"{number}", enter, f"{number}") for number in range(8)))
    assert sorted(results) == list(range(1, 9)), "each entered after having seen what the one before had left"
    await check(store, {f"{number}" for number in range(8)})
