"""A fake Telegram, and an office beside it on each of the two stores."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.telegram import FakeTelegram
from tests.workers.office import Office, office


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """Fifty times as fast as real, strict about webhooks, patient about haste unless a test says otherwise."""
    async with FakeTelegram(speed=50.0, chat_burst=100) as fake:
        yield fake


@pytest.fixture
async def desk(store_url: str, tmp_path: Path, telegram: FakeTelegram) -> AsyncIterator[Office]:
    """Without workers: the test starts those it needs."""
    async with office(store_url, tmp_path, telegram) as found:
        yield found
