"""`openlines serve` as people start it: a process, a port, a signal."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.api.house import PASSWORD
from tests.store.proxy import Proxy

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


class Process:
    """A server in a process of its own."""

    def __init__(self, folder: Path, *arguments: str, database: str = "") -> None:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("OPENLINES_")}
        command = [sys.executable, "-m", "openlines", "serve", "--data", str(folder), "--port", "0", *arguments]
        command += ["--database", database] if database else []
        self.popen = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.link = ""
        self.address = ""

    def wait_until_it_answers(self) -> None:
        assert self.popen.stdout is not None
        first = self.popen.stdout.readline()
        found = re.search(r"http://\S+", first)
        assert found, (first, self.popen.stderr.read() if self.popen.stderr else "")
        self.address = found[0]

    def read_link(self) -> str:
        assert self.popen.stdout is not None
        found = re.search(r"http://\S+", self.popen.stdout.readline())
        assert found
        return found[0]

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.popen.send_signal(number)
        return self.popen.wait(60)


@pytest.fixture
def folder(tmp_path: Path, empty_portal: Path) -> Path:
    data = tmp_path / "data"
    data.mkdir()
    (data / "portal.db").write_bytes(empty_portal.read_bytes())
    return data


@pytest.fixture
def process(folder: Path) -> Iterator[Process]:
    started = Process(folder)
    started.wait_until_it_answers()
    yield started
    if started.popen.poll() is None:
        started.popen.kill()
    started.popen.communicate()


def ask(address: str, value: object = None, headers: dict[str, str] | None = None) -> tuple[int, bytes, str]:
    body = None if value is None else json.dumps(value).encode()
    request = urllib.request.Request(address, body, {"content-type": "application/json", **(headers or {})})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status, answer.read(), answer.headers.get("set-cookie", "")


async def ended(socket: ClientConnection) -> int | None:
    """Listen until the server ends it; its code."""
    with suppress(ConnectionClosed):
        async for _ in socket:
            pass
    return socket.close_code


async def test_a_newcomers_first_minute_and_a_graceful_end(process: Process, folder: Path) -> None:
    link = process.read_link()
    assert link.startswith(process.address + "/setup?token=")
    setup = {
        "token": link.partition("token=")[2],
        "portal_name": "Bakery",
        "name": "Ann",
        "email": "ann@example.org",
        "password": PASSWORD,
        "language": "en",
        "time_zone": "UTC",
    }
    status, _, cookie = await asyncio.to_thread(ask, f"{process.address}/api/v1/setup", setup)
    assert status == 201
    session = cookie.partition(";")[0]
    _, body, _ = await asyncio.to_thread(ask, f"{process.address}/api/v1/snapshot", None, {"cookie": session})
    snapshot = json.loads(body)
    url = process.address.replace("http", "ws") + "/api/v1/socket"
    async with connect(url, additional_headers={"cookie": session}) as socket:
        subscribe = {"type": "subscribe", "cursor": snapshot["cursor"], "epoch": snapshot["epoch"]}
        await socket.send(json.dumps(subscribe))
        assert json.loads(await socket.recv())["type"] == "ready"
        stopping = asyncio.create_task(asyncio.to_thread(process.stop))
        assert await ended(socket) == 1012
        assert await stopping == 0
    assert not (folder / "control.sock").exists()


def test_the_link_leads_to_the_public_address_where_there_is_one(folder: Path) -> None:
    started = Process(folder, "--public-url", "https://chat.example.org")
    try:
        started.wait_until_it_answers()
        assert started.popen.stdout is not None
        assert "https://chat.example.org/setup?token=" in started.popen.stdout.readline()
        assert started.stop() == 0
    finally:
        started.popen.kill()
        started.popen.communicate()


def test_ctrl_c_is_no_failure(process: Process) -> None:
    assert process.stop(signal.SIGINT) == 0


def test_a_second_server_on_the_folder_is_refused_with_words(process: Process, folder: Path) -> None:
    second = Process(folder)
    _, words = second.popen.communicate(timeout=120)
    assert second.popen.returncode == 3
    assert f"process {process.popen.pid}" in words
    assert "Traceback" not in words


def test_a_port_that_is_taken_is_named(process: Process, tmp_path: Path) -> None:
    port = process.address.rpartition(":")[2]
    second = Process(tmp_path / "other", "--port", port)
    _, words = second.popen.communicate(timeout=120)
    assert second.popen.returncode == 1
    assert port in words
    assert "Traceback" not in words


def test_what_cannot_be_opened_is_said_in_words(tmp_path: Path) -> None:
    broken = tmp_path / "data"
    broken.mkdir()
    (broken / "portal.db").write_bytes(b"this is no database " * 100)
    started = Process(broken)
    _, words = started.popen.communicate(timeout=120)
    assert started.popen.returncode == 1
    assert "did not start" in words


@pytest.mark.postgres
def test_a_stop_while_postgres_is_away_comes_to_an_end_without_a_traceback(tmp_path: Path, postgres_url: str) -> None:
    proxy = Proxy(postgres_url)
    server = Process(tmp_path / "data", database=proxy.url)
    try:
        server.wait_until_it_answers()
        proxy.refusing = True
        proxy.cut()
        time.sleep(2)  # the workers have missed it
        asked = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - asked < 20
        _, words = server.popen.communicate(timeout=60)
    finally:
        server.popen.kill()
        proxy.close()
    assert "Traceback" not in words
    assert "lease runs out by itself" in words
