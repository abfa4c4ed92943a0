"""A worker goes on: what fails for a passing reason is done again, after a breath. And how he comes to an end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from openlines.store import CommitUnknown, Store, StoreClosed, StoreUnavailable

logger = logging.getLogger(__name__)

_LONGEST_PAUSE: Final = 10.0
_TRIES: Final = 5  # to write down what the store refuses though it is there


async def persist(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Runs `work` again and again until it is cancelled or the store is closed.

    Whatever was to be done is still due in the database, so nothing is lost by starting over.
    """
    pause = 0.1
    while True:
        try:
            await work()
            pause = 0.1
        except StoreClosed:
            return
        except StoreUnavailable as problem:
            # Said in a line: where it came through is of no use to anybody, and the store tries by itself.
            logger.warning("%s waits for the database: %s", name, str(problem).partition("\n")[0])
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        except Exception:
            logger.exception("%s failed and goes on in %.1f s", name, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


async def write_down(store: Store, use_case: Callable[..., Any], /, *args: Any, **kwargs: Any) -> None:
    """Writes what has happened out there, however long the store takes to be there again; asked twice, it must say
    the same. Whatever else is wrong ends it after a few tries: the lease is the other way out.
    """
    pause, tries = 0.05, 0
    while True:
        try:
            await asyncio.shield(store.write(use_case, *args, **kwargs))
        except StoreClosed:
            return
        except Exception as problem:
            tries += not isinstance(problem, (StoreUnavailable, CommitUnknown))
            if tries >= _TRIES:
                logger.exception("%s could not be written down", use_case.__name__)
                return
        else:
            return
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


async def finish(tasks: Iterable[asyncio.Task[None]], seconds: float) -> None:
    """Lets what is under way come to its end, for so long; then cancels it, and comes back when all has ended."""
    left = list(tasks)
    if left:
        await asyncio.wait(left, timeout=seconds)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
