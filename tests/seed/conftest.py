"""A portal for every test that asks for one, on both stores."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.seed.portal import Known, Opens, Portal, copied, portal, prepared

SILENT: dict[str, Any] = {
    "greeting": {},
    "off_hours_text": {},
    "no_answer_action": "none",
    "close_text": {},
    "auto_close_text": {},
    "rating": "off",
}


TEAM = ("Anton", "Boris", "Carla")


@pytest.fixture(scope="session")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Known:
    return prepared(tmp_path_factory.mktemp("seed") / "data", *TEAM)


@pytest.fixture(scope="session")
def on_postgres(tmp_path_factory: pytest.TempPathFactory, new_postgres_url: Callable[[], str]) -> Known:
    return prepared(tmp_path_factory.mktemp("seed") / "data", *TEAM, database=new_postgres_url())


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def opens(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opens]:
    """Call it for the portal; after closing that, again for the same portal with other settings of the server."""
    known: Known = request.getfixturevalue(f"on_{request.param}")
    copied(known, tmp_path / "data")
    with ExitStack() as stack:
        url = ""
        if known.database:
            server = request.getfixturevalue("postgres_server")
            url = server.create(known.database)
            stack.callback(server.drop, url)

        def opened(**settings: Any) -> Portal:
            return stack.enter_context(portal(tmp_path / "data", url, known=known, **settings))

        yield opened


@pytest.fixture
def house(opens: Opens) -> Portal:
    """A portal with an administrator (Ann, in no queue), a line that says nothing by itself, and a chat."""
    found = opens()
    found.queue()
    found.set(**SILENT)
    return found
