"""A server that is killed after the bytes of a letter and of a webhook have left, and started again."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import sys
from pathlib import Path

import pytest

from openlines.services import notices, notify_settings
from openlines.services.access import Actor
from openlines.services.portal import FirstPerson, set_up_by_hand
from openlines.store import Store, open_store, portal
from openlines.store.tx import Tx
from openlines.support.secrets import load_seal
from openlines.workers.notices import make_keys
from tests.notify.smtp import smtp_server
from tests.workers.test_notices import _ROWS, eventually, receiver

pytestmark = pytest.mark.slow


async def _set_up(store: Store, folder: Path, port: int, medium: str, url: str) -> None:
    seal, made = load_seal(folder), make_keys()
    person = FirstPerson("Ann", "ann@example.com", "x", "en", "UTC")

    def write(tx: Tx) -> None:
        portal.add_portal(tx, epoch="epoch", setup_hash="x")
        done = set_up_by_hand(tx, "Bakery", person, seal=seal)
        assert done is not None
        mail = {"host": "127.0.0.1", "port": port, "security": "none", "from_address": "portal@example.com"}
        actor = Actor(done.user_id, "administrator")
        notify_settings.change(tx, actor, 0, seal=seal, made=made, mail=mail, private_hooks=True)
        notices.add(tx, "kpi_first", 7, 100, [done.user_id], [medium], {"line": "Sales"}, None, 1, webhook_url=url)

    await store.write(write)


async def _serve(folder: Path, crash_at: str = "") -> asyncio.subprocess.Process:
    environment = {**os.environ, "OPENLINES_NODE": "one", **({"OPENLINES_CRASH_AT": crash_at} if crash_at else {})}
    given = ["-m", "openlines", "serve", "--data", str(folder), "--port", "0"]
    quiet = asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(sys.executable, *given, env=environment, stdout=quiet, stderr=quiet)


async def _state(url: str) -> str:
    store = await open_store(url, node="looker")
    try:
        ((*_, state),) = [row[:7] for row in await store.read(lambda reader: reader.all(_ROWS))]
        return str(state)
    finally:
        await store.close()


def _seen(file: Path) -> str:
    """The same, beside the running server."""
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as beside:
        [(state,)] = beside.execute("SELECT state FROM notices")
    return str(state)


@pytest.mark.parametrize(("medium", "times", "state"), [("email", 1, "unknown"), ("webhook", 2, "sent")])
async def test_after_a_kill_a_letter_stays_one_and_a_webhook_comes_again(
    tmp_path: Path, medium: str, times: int, state: str
) -> None:
    url = f"sqlite:///{tmp_path / 'portal.db'}"
    with smtp_server() as (box, port):
        async with receiver() as (hooked, address):
            store = await open_store(url, node="maker")
            try:
                await _set_up(store, tmp_path, port, medium, address)
            finally:
                await store.close()
            killed = await _serve(tmp_path, "after_bytes_left_before_mark:1")
            assert await asyncio.wait_for(killed.wait(), 30) == -signal.SIGKILL
            assert (len(box.letters), len(hooked.got)) == ((1, 0) if medium == "email" else (0, 1))
            assert await _state(url) == "sending"
            again = await _serve(tmp_path)

            async def settled() -> bool:
                return len(box.letters) + len(hooked.got) >= times and _seen(tmp_path / "portal.db") == state

            try:
                await eventually(settled, 30)
                await asyncio.sleep(1.0)  # long enough for what must not come
            finally:
                again.terminate()
                await asyncio.wait_for(again.wait(), 30)
    assert await _state(url) == state
    assert len(box.letters) + len(hooked.got) == times
    assert len({headers["webhook-id"] for headers, _ in hooked.got}) == (1 if medium == "webhook" else 0)
