"""The tests' own ground: databases, the browser's watch, what may be left out and how the run says so."""

import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.support_servers.postgres import PostgresServer

pytest_plugins = ["pytester"]

# Each starts a run of its own.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A little project of its own, with our conftest."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("OPENLINES_TEST_WITHOUT", raising=False)
    pytester.makeconftest("from tests.conftest import *\n")
    pytester.makeini("[pytest]\nmarkers =\n  browser: b\n  postgres: p\n")
    return pytester


def test_a_copied_database_holds_what_its_template_held_and_is_gone_when_dropped(
    postgres_server: PostgresServer,
) -> None:
    template = postgres_server.create()
    with psycopg.connect(template) as connection:
        connection.execute("CREATE TABLE things (name text)")
        connection.execute("INSERT INTO things VALUES ('kept')")
    copy = postgres_server.create(template)
    with psycopg.connect(copy) as connection:
        assert connection.execute("SELECT name FROM things").fetchall() == [("kept",)]
    postgres_server.drop(copy)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(copy)


@pytest.mark.postgres
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_the_server_dies_with_the_process_that_started_it() -> None:
    script = (
        "import os, signal\n"
        "from tests.support_servers.postgres import PostgresServer, find_postgres\n"
        "server = PostgresServer(find_postgres())\n"
        "print(server.url('postgres'), server._folder, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    url, folder = killed.stdout.split()
    # The server lets nobody in as soon as it begins to end; it takes its mark away when it has ended.
    mark = Path(folder, "data/postmaster.pid")
    end = time.monotonic() + 20
    while mark.exists():
        assert time.monotonic() < end, f"{url} still runs"
        time.sleep(0.05)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=1)
    subprocess.run(["rm", "-rf", folder], check=True)


def test_what_is_left_out_does_not_run_and_is_named_in_the_last_line(
    inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner.makepyfile(
        "import pytest\n"
        "def test_a(postgres_server): assert False\n"
        "def test_b(store_url): assert store_url.startswith('sqlite')\n"
        "def test_c(browser): assert False\n"
    )
    monkeypatch.setenv("OPENLINES_TEST_WITHOUT", "postgres, chromium")
    result = inner.runpytest_subprocess()
    result.assert_outcomes(passed=1, deselected=3)
    assert result.outlines[-1].startswith("LEFT OUT on request (OPENLINES_TEST_WITHOUT): chromium, postgres.")


@pytest.mark.parametrize(
    ("without", "ci", "words"),
    [
        ("postgres", "true", "refused under CI"),
        ("postgrse", "", "OPENLINES_TEST_WITHOUT knows chromium and postgres, not postgrse"),
    ],
)
def test_leaving_out_is_refused(
    inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, without: str, ci: str, words: str
) -> None:
    inner.makepyfile("def test_a(): pass\n")
    monkeypatch.setenv("OPENLINES_TEST_WITHOUT", without)
    monkeypatch.setenv("CI", ci)
    result = inner.runpytest_subprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert words in "\n".join(result.errlines)


def test_what_is_missing_is_red_in_words(inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    inner.makeconftest(
        "from tests.conftest import *\n"
        "from tests.support_servers import chromium, postgres\n"
        "chromium.find_chromium = postgres.find_postgres = lambda: None\n"
    )
    inner.makepyfile("def test_a(postgres_server): pass\ndef test_b(browser): pass\n")
    result = inner.runpytest_subprocess()
    result.assert_outcomes(errors=2)
    assert "There is no PostgreSQL here" in result.stdout.str()
    assert "There is no Chromium here" in result.stdout.str()


@pytest.mark.browser
def test_a_page_that_asks_another_host_or_raises_fails_its_test(inner: pytest.Pytester) -> None:
    inner.makepyfile(
        "def test_foreign(new_context):\n"
        "    page = new_context().new_page()\n"
        "    page.set_content('<img src=\"http://openlines.invalid/x.png\">')\n"
        "def test_raises(new_context):\n"
        "    page = new_context().new_page()\n"
        "    page.set_content('<script>missing()</script>')\n"
        "def test_clean(new_context):\n"
        "    page = new_context().new_page()\n"
        "    page.set_content('<p>Hello</p>')\n"
        "    assert page.inner_text('p') == 'Hello'\n"
    )
    result = inner.runpytest_subprocess()
    result.assert_outcomes(passed=3, errors=2)
    assert "asked another host: http://openlines.invalid/x.png" in result.stdout.str()
    assert "uncaught: missing is not defined" in result.stdout.str()
