"""A server for every test that asks for one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from openlines.store import migrate
from tests.api.house import House, running


@pytest.fixture(scope="session")
def empty_portal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite portal with the current schema and nothing in it."""
    path = tmp_path_factory.mktemp("template") / "portal.db"
    migrate(path)
    return path


@pytest.fixture
async def bare(tmp_path: Path, empty_portal: Path) -> AsyncIterator[House]:
    """A server that nobody has set up yet."""
    async with running(tmp_path / "data", template=empty_portal, roles=frozenset({"api", "workers"})) as house:
        yield house


@pytest.fixture
async def house(bare: House) -> House:
    """A server with an administrator (Ann), a line with her in its queue, a chat."""
    await bare.set_up()
    return bare
