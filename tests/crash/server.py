"""The real server as a process of its own: started, killed, started again on the same data."""

import asyncio
import contextlib
import os
import re
import signal
import sys
from pathlib import Path

import aiohttp

from tests.support_servers.ports import free_port

STARTS_WITHIN = 40.0


class Server:
    """`database` "" is SQLite in the data folder."""

    def __init__(self, folder: Path, *, database: str = "", port: int = 0, node: str = "") -> None:
        self.folder = folder
        self.port = port or free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.setup_token = ""
        self._database = database
        self._node = node
        self._process: asyncio.subprocess.Process | None = None
        self.log = folder / f"server-{self.port}.log"
        self.starts = 0

    async def start(self, failpoint: str = "") -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.starts += 1
        command = [sys.executable, "-m", "openlines", "serve", "--data", str(self.folder), "--port", str(self.port)]
        if self._database:
            command += ["--database", self._database]
        env = {key: value for key, value in os.environ.items() if not key.startswith("OPENLINES_")}
        env |= {"OPENLINES_NODE": self._node} if self._node else {}
        env |= {"OPENLINES_CRASH_AT": failpoint} if failpoint else {}
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log, env=env)
        await self._answers(may_die=bool(failpoint))
        found = re.findall(r"setup\?token=(\S+)", self.log.read_text())
        self.setup_token = found[-1] if found else ""

    async def _answers(self, *, may_die: bool) -> None:
        """Until it can be asked, or has died by its failpoint while it started: a start commits too."""
        async with aiohttp.ClientSession() as session:
            for _ in range(int(STARTS_WITHIN / 0.05)):
                if may_die and self._process is not None and self._process.returncode == -signal.SIGKILL:
                    return
                if self._process is None or self._process.returncode is not None:
                    raise RuntimeError(f"the server ended: {self.log.read_text()[-2000:]}")
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"{self.base}/readyz") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.05)
        raise RuntimeError(f"the server does not answer: {self.log.read_text()[-2000:]}")

    def kill(self) -> None:
        """As a power cut would."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)

    async def died(self, within: float) -> bool:
        """Waits for the end by its failpoint; False when it did not come."""
        if self._process is None:
            return True
        try:
            await asyncio.wait_for(self._process.wait(), within)
        except TimeoutError:
            return False
        return True

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), 20)
            self.kill()
            await self._process.wait()
