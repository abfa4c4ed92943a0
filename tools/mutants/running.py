"""Runs of the tests, each in a fork of a warm process that has loaded nothing of the core."""

import ast
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import selectors
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from tools.mutants.changes import Mutant, mutated

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "openlines.core"


class Snapshot:
    """A copy of the core and its tests, so that one may go on working while the mutants run."""

    def __init__(self, folder: Path) -> None:
        self.core = folder / "src" / "openlines" / "core"
        self.tests = folder / "tests" / "core"
        for source, copy in ((ROOT / "src" / "openlines" / "core", self.core), (ROOT / "tests" / "core", self.tests)):
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
            shutil.copy(source.parent / "__init__.py", copy.parent)
        self.folder, self.config = folder, folder / "pytest.ini"
        self.config.write_text("[pytest]\n")

    def path(self, module: str) -> Path:
        return self.core / f"{module}.py"


class _Loader(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the mutated module instead of the one on disk."""

    def __init__(self, name: str, tree: ast.Module, path: Path) -> None:
        self.name, self.tree, self.path = name, tree, path

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=str(self.path))

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.tree, str(self.path), "exec"), module.__dict__)


@dataclass
class Job:
    """A forked run: some test files, perhaps with a mutant, perhaps traced."""

    files: list[str]
    limit: float
    mutant: Mutant | None = None
    traced: bool = False
    pid: int = 0
    started: float = 0.0
    pipe: int = -1
    told: bytes = b""


@dataclass
class Ran:
    passed: bool
    seconds: float
    timed_out: bool
    lines: set[tuple[str, int]] = field(default_factory=set)


def _start(job: Job, snapshot: Snapshot) -> None:
    read, write = os.pipe()
    job.started, job.pipe = time.monotonic(), read
    job.pid = os.fork()
    if job.pid:
        os.close(write)
        return
    os.close(read)
    status = 99
    with contextlib.suppress(BaseException):
        status = _run_here(job, snapshot, write)
    os._exit(status)


def _run_here(job: Job, snapshot: Snapshot, write: int) -> int:
    import pytest

    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.alarm(int(job.limit) + 2)  # should the parent be gone
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    if job.mutant is not None:
        path = snapshot.path(job.mutant.module)
        tree = mutated(job.mutant, path.read_text())
        sys.meta_path.insert(0, _Loader(f"{PACKAGE}.{job.mutant.module}", tree, path))
    lines: set[tuple[str, int]] = set()
    if job.traced:
        sys.settrace(_tracer(lines, snapshot.core))
    root = f"--rootdir={snapshot.folder}"
    arguments = ["-x", "-q", "-c", str(snapshot.config), root, "--assert=plain", "-p", "no:cacheprovider"]
    result = int(pytest.main([*arguments, *job.files]))
    sys.settrace(None)
    if job.traced:
        os.write(write, json.dumps(sorted(lines)).encode())
    return result


def _tracer(lines: set[tuple[str, int]], core: Path) -> Callable[[FrameType, str, Any], Any]:
    names = {str(path): path.stem for path in core.glob("*.py")}

    def inside(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            lines.add((names[frame.f_code.co_filename], frame.f_lineno))
        return inside

    def entered(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in names:
            return None
        lines.add((names[frame.f_code.co_filename], frame.f_lineno))
        return inside

    return entered


def run_all(jobs: Iterator[Job], at_once: int, snapshot: Snapshot) -> Iterator[tuple[Job, Ran]]:
    """Runs jobs, so many at once, and yields each as it ends. What takes too long is ended."""
    waiting = selectors.DefaultSelector()
    try:
        while _start_more(jobs, at_once, snapshot, waiting):
            for key, _ in waiting.select(timeout=0.2):
                piece = os.read(key.fd, 1 << 16)
                key.data.told += piece
                if not piece:  # the process has gone
                    yield key.data, _ended(key.data, waiting)
            for job in _running(waiting):
                if time.monotonic() - job.started > job.limit:
                    yield job, _ended(job, waiting, timed_out=True)
    finally:
        for job in _running(waiting):  # interrupted
            _ended(job, waiting, timed_out=True)


def _running(waiting: selectors.BaseSelector) -> list[Job]:
    return [key.data for key in waiting.get_map().values()]


def _start_more(jobs: Iterator[Job], at_once: int, snapshot: Snapshot, waiting: selectors.BaseSelector) -> bool:
    """Keeps so many running; False when none runs and none is left."""
    while len(waiting.get_map()) < at_once:
        job = next(jobs, None)
        if job is None:
            break
        _start(job, snapshot)
        waiting.register(job.pipe, selectors.EVENT_READ, job)
    return bool(waiting.get_map())


def _ended(job: Job, waiting: selectors.BaseSelector, *, timed_out: bool = False) -> Ran:
    if timed_out:
        with contextlib.suppress(ProcessLookupError):
            os.kill(job.pid, signal.SIGKILL)
    waiting.unregister(job.pipe)
    os.close(job.pipe)
    _, status = os.waitpid(job.pid, 0)
    lines = {(module, line) for module, line in json.loads(job.told)} if job.told else set()
    passed = not timed_out and os.waitstatus_to_exitcode(status) == 0
    return Ran(passed, time.monotonic() - job.started, timed_out, lines)
