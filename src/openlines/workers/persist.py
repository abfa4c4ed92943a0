"""A worker goes on: what fails for a passing reason is done again, after a breath."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from openlines.store import StoreClosed, StoreUnavailable

logger = logging.getLogger(__name__)


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
            pause = min(pause * 2, 10.0)
        except Exception:
            logger.exception("%s failed and goes on in %.1f s", name, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 10.0)
