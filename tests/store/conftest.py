"""Open stores for the tests of the engines."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from openlines.store import Store, open_store

OpenStore = Callable[..., Awaitable[Store]]


@pytest.fixture
async def open_again(store_url: str) -> AsyncIterator[OpenStore]:
    """Opens the test's portal, on each engine in turn; closed at the end if the test has not done so."""
    async with AsyncExitStack() as opened:

        async def open_it(node: str = "one", **options: Any) -> Store:
            store = await open_store(store_url, node=node, **options)
            opened.push_async_callback(store.close)
            return store

        yield open_it


@pytest.fixture
async def store(open_again: OpenStore) -> Store:
    """An open portal with nothing in it, on each engine in turn."""
    return await open_again()
