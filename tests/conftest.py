"""What all tests share: databases, a browser, and the honest last line of the run."""

from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser, BrowserContext, Request, sync_playwright

from tests.support_servers import chromium, ports, postgres
from tests.support_servers.left_out import MARKS, VARIABLE, left_out

# Reproducible and quick by default; `make fuzz` looks for the rare.
hypothesis.settings.register_profile("default", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.register_profile("fuzz", deadline=None, max_examples=2_000, print_blob=True)
hypothesis.settings.load_profile("default")

_WITHOUT = pytest.StashKey[tuple[str, ...]]()
# A test that uses one of these carries the mark without saying so.
_NEEDS = {"postgres_server": "postgres", "browser": "browser"}


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a run that leaves out what may not be left out."""
    try:
        config.stash[_WITHOUT] = left_out()
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests by what they need, before marks are looked at, and leave out what was asked for."""
    for item in items:
        for fixture, mark in _NEEDS.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(mark)
        if _shares_with_its_file(item):
            item.add_marker(pytest.mark.xdist_group(item.location[0]))
    items.sort(key=_allowed_seconds, reverse=True)
    unwanted = {MARKS[name] for name in config.stash[_WITHOUT]}
    leaving = [item for item in items if any(item.get_closest_marker(mark) for mark in unwanted)]
    if leaving:
        config.hook.pytest_deselected(items=leaving)
        gone = set(leaving)
        items[:] = [item for item in items if item not in gone]


def _shares_with_its_file(item: pytest.Item) -> bool:
    """Whether it uses something that its file makes once (a browser, a built wheel): then one process runs them."""
    info = getattr(item, "_fixtureinfo", None)
    made = info.name2fixturedefs.values() if info else ()
    return any(each[-1].scope == "module" and each[-1].baseid.startswith("tests") for each in made)


def _allowed_seconds(item: pytest.Item) -> float:
    """What takes long is allowed to take long, and starts first, so that no process is busy alone at the end."""
    allowed = item.get_closest_marker("timeout")
    return float(allowed.args[0]) if allowed and allowed.args else 0


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line of a run that left something out says so."""
    names = config.stash.get(_WITHOUT, ())
    if names and not hasattr(config, "workerinput"):
        words = f"LEFT OUT on request ({VARIABLE}): {', '.join(names)}. This run shows less than the whole."
        config.get_terminal_writer().line(words, yellow=True, bold=True)


# ---------------------------------------------------------------- PostgreSQL


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.PostgresServer]:
    """A PostgreSQL server for this process; red, in words, where there is none."""
    binaries = postgres.find_postgres()
    if binaries is None:
        pytest.fail(postgres.MISSING, pytrace=False)
    server = postgres.PostgresServer(binaries)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def new_postgres_url(postgres_server: postgres.PostgresServer) -> Callable[[], str]:
    """Call it for one more database with the current schema and nothing in it (about 40 ms)."""
    from openlines.store import migrate

    template = postgres_server.create()
    migrate(template)
    return lambda: postgres_server.create(template)


@pytest.fixture
def postgres_url(postgres_server: postgres.PostgresServer, new_postgres_url: Callable[[], str]) -> Iterator[str]:
    """A database of this test's own with the current schema and nothing in it."""
    url = new_postgres_url()
    yield url
    postgres_server.drop(url)


@pytest.fixture(scope="module")
def module_postgres_url(postgres_server: postgres.PostgresServer, new_postgres_url: Callable[[], str]) -> Iterator[str]:
    """The same, one for all tests of a file."""
    url = new_postgres_url()
    yield url
    postgres_server.drop(url)


@pytest.fixture
def empty_postgres_url(postgres_server: postgres.PostgresServer) -> Iterator[str]:
    """A database of this test's own without any table."""
    url = postgres_server.create()
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty portal's address, once per engine: a test that takes it runs on both."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'portal.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


# ---------------------------------------------------------------- Chromium


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The browser's program; red, in words, where there is none."""
    found = chromium.find_chromium()
    if found is None:
        pytest.fail(chromium.MISSING, pytrace=False)
    return found


@pytest.fixture(scope="module")
def browser(chromium_path: Path) -> Iterator[Browser]:
    """A running Chromium (Playwright, synchronous).

    One per file, because Playwright keeps an event loop running in this thread as long as it lives, and other
    files have loops of their own.
    """
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium_path, args=list(chromium.FLAGS))
        yield running
        running.close()


@pytest.fixture
def new_context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., BrowserContext]]:
    """Call it (with Playwright's options) for one more person at one more browser.

    At the end of the test it is an error if a page raised an exception nobody caught, or asked another host
    than this machine for anything.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def watch(asked: Request) -> None:
        host = asked.url.partition("://")[2].partition("/")[0].rpartition(":")[0]
        if asked.url.startswith(("http", "ws")) and host not in {"127.0.0.1", "localhost"}:
            complaints.append(f"asked another host: {asked.url}")

    def make(**options: object) -> BrowserContext:
        context = browser.new_context(**options)  # type: ignore[arg-type]  # Playwright's own options, passed on
        context.on("request", watch)
        context.on("weberror", lambda error: complaints.append(f"uncaught: {error.error}"))
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    if complaints:
        pytest.fail("The pages misbehaved:\n" + "\n".join(dict.fromkeys(complaints)), pytrace=False)


# ---------------------------------------------------------------- others


@pytest.fixture(scope="session")
def aiogram_python(pytestconfig: pytest.Config) -> Path:
    """The Python of the environment that holds aiogram, the independent client of Telegram's Bot API."""
    program = pytestconfig.rootpath / ".venv-aiogram/bin/python"
    if not program.exists():
        pytest.fail("aiogram is not there: `make .venv-aiogram/.made` brings it (`make test` does).", pytrace=False)
    return program


@pytest.fixture
def free_port() -> int:
    """A TCP port of 127.0.0.1 that is free now."""
    return ports.free_port()
