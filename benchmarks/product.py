"""The real server as a process of its own, and what the system says of it."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

_TICK = os.sysconf("SC_CLK_TCK")
_STARTS_WITHIN = 60.0
_STOPS_WITHIN = 30.0


class Product:
    """`openlines serve` on one port. `database` "" is SQLite in the data folder."""

    def __init__(self, folder: Path, port: int, database: str = "") -> None:
        self.folder = folder
        self.port = port
        self.start_seconds = 0.0
        self._database = database
        self._log = folder / f"server-{port}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start it; `start_seconds` is the time from the spawn to the first 200 of /healthz."""
        self.folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "openlines", "serve", "--data", str(self.folder), "--port", str(self.port)]
        if self._database:
            command += ["--database", self._database]
        env = {key: value for key, value in os.environ.items() if not key.startswith("OPENLINES_")}
        began = time.perf_counter()
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=env)
        while not self._healthy():
            if self._process.poll() is not None or time.perf_counter() - began > _STARTS_WITHIN:
                raise RuntimeError(f"the server did not start: {self.log()[-2000:]}")
            time.sleep(0.01)
        self.start_seconds = time.perf_counter() - began

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def get(self, path: str) -> bytes:
        """The body of a 200; raises otherwise."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
            return body
        finally:
            connection.close()

    def _healthy(self) -> bool:
        with contextlib.suppress(OSError, RuntimeError, http.client.HTTPException):
            self.get("/healthz")
            return True
        return False

    def metrics(self) -> dict[str, float]:
        """What /metrics says; the labels stay part of the name."""
        found: dict[str, float] = {}
        for line in self.get("/metrics").decode().splitlines():
            if not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                found[name] = float(value)
        return found

    def writer(self, name: str) -> float:
        """A figure of the first writer of the store."""
        metrics = self.metrics()
        return next(value for key, value in metrics.items() if key.startswith(f"openlines_store_writer_{name}{{"))

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("the server does not run")
        return self._process.pid

    def cpu_seconds(self) -> float:
        """User and system time of all its threads so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def memory(self) -> int:
        """Bytes of the process that are in memory."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("the system does not say how much memory a process has")
