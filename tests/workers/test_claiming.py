"""What a worker claims is begun or given back, whenever he is told to stop."""

import asyncio

import pytest

from openlines.workers.claiming import Claiming


class Store:
    """Answers a claim when it is told to."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()

    async def claim(self) -> list[str]:
        return await self.answer


async def _stopped(worker: "asyncio.Task[list[str]]") -> None:
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker


async def test_what_was_read_is_not_given_back() -> None:
    store, claiming = Store(), Claiming[list[str]]()
    worker = asyncio.create_task(claiming.claim(store.claim()))
    await asyncio.sleep(0)
    store.answer.set_result(["a letter"])
    assert await worker == ["a letter"]
    assert await claiming.unread() is None


async def test_a_claim_that_comes_after_the_stop_is_given_back() -> None:
    store, claiming = Store(), Claiming[list[str]]()
    worker = asyncio.create_task(claiming.claim(store.claim()))
    await asyncio.sleep(0)
    await _stopped(worker)
    unread = asyncio.create_task(claiming.unread())
    await asyncio.sleep(0)
    assert not unread.done(), "the store is at it yet"
    store.answer.set_result(["a letter"])
    assert await unread == ["a letter"]
    assert await claiming.unread() is None, "once"


async def test_a_claim_that_comes_together_with_the_stop_is_given_back() -> None:
    """At every turn of the loop between the answer and the worker who reads it."""
    read = 0
    for turns in range(6):
        store, claiming = Store(), Claiming[list[str]]()
        worker = asyncio.create_task(claiming.claim(store.claim()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        store.answer.set_result(["a letter"])
        for _ in range(turns):
            await asyncio.sleep(0)
        if worker.done():
            read += 1
            assert await claiming.unread() is None
        else:
            await _stopped(worker)
            assert await claiming.unread() == ["a letter"]
    assert 0 < read < 5, "some of the stops came before it was read, and some after"


async def test_a_claim_that_failed_gives_nothing_back() -> None:
    store, claiming = Store(), Claiming[list[str]]()
    worker = asyncio.create_task(claiming.claim(store.claim()))
    await asyncio.sleep(0)
    await _stopped(worker)
    store.answer.set_exception(OSError("the database is away"))
    assert await claiming.unread() is None


async def test_a_worker_goes_on_after_a_claim_that_failed() -> None:
    claiming = Claiming[list[str]]()
    for _ in range(2):
        store = Store()
        store.answer.set_exception(OSError("the database is away"))
        with pytest.raises(OSError, match="away"):
            await claiming.claim(store.claim())
    store = Store()
    store.answer.set_result(["a letter"])
    assert await claiming.claim(store.claim()) == ["a letter"]
    assert await claiming.unread() is None
