"""A program of ours under test: started, waited for, stopped; never left behind."""

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self


class Running:
    """A started process, its output in a file; `with` stops it at the end.

    `environ` is its whole environment, so that no setting of the person who runs the tests gets in.
    """

    def __init__(self, command: Sequence[str | Path], *, log: Path, environ: Mapping[str, str] | None = None) -> None:
        """Start `command`; what it prints goes to the file `log`."""
        self.log = log
        clean = {name: value for name, value in os.environ.items() if not name.startswith("OPENLINES_")}
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=clean if environ is None else environ,
                start_new_session=True,
            )

    def words(self) -> str:
        """All that it printed so far."""
        return self.log.read_text(errors="replace")

    def wait_until_answers(self, url: str, *, seconds: float = 30) -> float:
        """Wait for a 2xx from `url`; how long that took. Raises `AssertionError` with what the process printed."""
        started = time.monotonic()
        while time.monotonic() < started + seconds:
            if self.process.poll() is not None:
                raise AssertionError(f"it ended with {self.process.returncode}:\n{self.words()}")
            try:
                with urllib.request.urlopen(url, timeout=2):
                    return time.monotonic() - started
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.02)
        raise AssertionError(f"{url} did not answer in {seconds} s:\n{self.words()}")

    def stop(self, *, seconds: float = 30) -> int:
        """Ask it to end (SIGTERM), wait; its exit code. Raises `AssertionError` when it had to be killed."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"it did not end within {seconds} s of SIGTERM:\n{self.words()}") from None

    def kill(self) -> None:
        """End it and all that it started, at once, as a power cut would (SIGKILL)."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it; after a failure without asking for manners."""
        if kind is None:
            self.stop()
        else:
            self.kill()
