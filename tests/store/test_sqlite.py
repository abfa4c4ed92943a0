"""What is SQLite's own: the folder's lock, its settings, jumps of the host's clock."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, literal_column, select

from openlines.store import Statement, StoreInUse, Tx, migrate, open_store
from openlines.support.clock import HostClock
from tests.store.ledger import begin_ledger, check, enter, entries


async def test_a_second_opener_is_told_who_was_first(tmp_path: Path) -> None:
    path = tmp_path / "portal.db"
    store = await open_store(path, node="one")
    try:
        with pytest.raises(StoreInUse, match=f"is open in process {os.getpid()}") as taken:
            await open_store(path, node="two")
        assert taken.value.pid == os.getpid()
        with pytest.raises(StoreInUse):
            migrate(path)
        program = f"from openlines.store import migrate; from pathlib import Path; migrate(Path({str(path)!r}))"
        second = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, stderr=subprocess.PIPE, stdout=subprocess.PIPE
        )
        _, words = await second.communicate()
        assert second.returncode == 1
        assert f"process {os.getpid()}" in words.decode()
    finally:
        await store.close()
    await (await open_store(path, node="two")).close()


def test_the_lock_goes_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "portal.db"
    program = (
        "import asyncio, os, signal; from pathlib import Path; from openlines.store import open_store\n"
        "async def main():\n"
        f"    store = await open_store(Path({str(path)!r}), node='one')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == -9
    migrate(path)


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    """A process says each number after its answer, and is killed; the next one finds them all."""
    path = tmp_path / "portal.db"
    program = (
        "import asyncio, sys; from pathlib import Path; from openlines.store import open_store\n"
        "from tests.store.ledger import begin_ledger, enter\n"
        "async def main():\n"
        f"    store = await open_store(Path({str(path)!r}), node='one')\n"
        "    await store.write(begin_ledger)\n"
        "    async def caller(name):\n"
        "        for number in range(10_000):\n"
        "            await store.write(enter, f'{name}.{number}')\n"
        "            print(f'{name}.{number}', flush=True)\n"
        "    await asyncio.gather(*(caller(name) for name in range(8)))\n"
        "asyncio.run(main())"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        answered = {process.stdout.readline().strip() for _ in range(500)}
        process.kill()
        answered |= {line.strip() for line in process.stdout.read().splitlines()[:-1]}

    async def look() -> None:
        store = await open_store(path, node="two")
        found = await store.read(entries)
        await check(store, answered, set(found.names))
        assert len(set(found.names) - answered) <= 9, "one for each caller, and a line cut off"
        assert isinstance(await store.write(enter, "after"), int)
        await store.close()

    assert len(answered) >= 500
    asyncio.run(look())


async def test_the_settings_of_a_writer(tmp_path: Path) -> None:
    settings = ("journal_mode", "synchronous", "foreign_keys", "temp_store")

    def look(tx: Tx) -> list[object]:
        return [
            (tx.one(Statement(select(literal_column("*")).select_from(getattr(func, f"pragma_{name}")()))) or [None])[0]
            for name in settings
        ]

    store = await open_store(tmp_path / "portal.db", node="one")
    try:
        assert await store.write(look) == ["wal", 2, 1, 2]
    finally:
        await store.close()


async def test_only_the_owner_may_read_the_files(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "data" / "portal.db", node="one")
    await store.write(begin_ledger)
    for path in (tmp_path / "data").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    await store.close()
    assert not (tmp_path / "data" / "portal.db-wal").exists(), "closed in order, nothing is left to recover"


async def test_a_portal_may_be_named_by_path_or_address(tmp_path: Path) -> None:
    path = tmp_path / "a folder" / "portal.db"
    for url in (path, str(path), f"sqlite:///{path}"):
        store = await open_store(url, node="one")
        assert store.dialect == "sqlite"
        await store.close()


async def test_a_jump_of_the_clock_is_seen(tmp_path: Path) -> None:
    wall = monotonic = 10**15
    clock = HostClock(lambda: wall, lambda: monotonic)
    store = await open_store(tmp_path / "portal.db", node="one", clock=clock)
    try:
        before = await store.write(lambda tx: tx.now)
        assert store.clock.jumped_at is None
        wall -= 3600 * 10**6
        monotonic += 10**6
        after = await store.write(lambda tx: tx.now)
        assert after == before + 900_000, "a tenth slower, and never backwards"
        assert store.clock.jumped_at == after
    finally:
        await store.close()


async def test_somebody_elses_read_lock_holds_nobody_up(tmp_path: Path) -> None:
    """A backup or a curious administrator reads beside a running portal."""
    store = await open_store(tmp_path / "portal.db", node="one")
    try:
        await store.write(begin_ledger)
        with closing(sqlite3.connect(tmp_path / "portal.db")) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM customers").fetchall()
            for number in range(20):
                await store.write(enter, f"{number}")
        await check(store, {f"{number}" for number in range(20)})
    finally:
        await store.close()
