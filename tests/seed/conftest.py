"""A portal for every test that asks for one, on both stores."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.seed.portal import Opens, Portal, portal


@pytest.fixture(scope="session")
def set_up_portal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a portal that was set up and stopped."""
    folder = tmp_path_factory.mktemp("seed") / "data"
    with portal(folder):
        pass
    (folder / "control.sock").unlink(missing_ok=True)
    return folder


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def opens(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opens]:
    """Call it for the portal; again, after closing, for the same portal with other settings of the server."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    template = None if url else request.getfixturevalue("set_up_portal")
    with ExitStack() as stack:

        def opened(**settings: Any) -> Portal:
            return stack.enter_context(portal(tmp_path / "data", url, template=template, **settings))

        yield opened


@pytest.fixture
def house(opens: Opens) -> Portal:
    """A portal with an administrator (Ann, who is not in the queue and not at work), a line and a chat."""
    found = opens()
    found.queue()
    return found
