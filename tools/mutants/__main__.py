"""Mutation testing of the core: change one thing at a time and see whether a test notices.

    python -m tools.mutants                       all of src/openlines/core; fails below 85 % killed
    python -m tools.mutants --only routing        one module (its name, or several)
    python -m tools.mutants --every 5             a fifth of the mutants, for a quick look
    python -m tools.mutants --list                what would be changed

A mutant is one change to one expression: a comparison that is off by one, `and` for `or`, another number,
another code, a condition turned round, a result or a statement left out. Annotations, docstrings and words
for people are left alone. Each mutant runs in a fork of a warm process that has pytest loaded but nothing of the
core; the tests that reach its line run quickest file first and stop at the first failure. A mutant
survives when all of them pass.
"""

import argparse
import importlib
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.mutants.changes import Mutant, mutants_of
from tools.mutants.running import Job, Snapshot, run_all

AT_LEAST = 85  # per cent


@dataclass
class Reach:
    """What each test file reaches, and how long it takes."""

    seconds: dict[str, float] = field(default_factory=dict)
    files: dict[tuple[str, int], list[str]] = field(default_factory=dict)

    def of(self, mutant: Mutant) -> list[str]:
        """Files that reach the line, those named after the module first, then the quickest."""
        files = self.files.get((mutant.module, mutant.line), [])
        return sorted(files, key=lambda each: (f"test_{mutant.module}.py" not in each, self.seconds[each]))

    def limit(self, files: Sequence[str]) -> float:
        return 10 + 10 * sum(self.seconds[each] for each in files)


def look(files: Sequence[str], at_once: int, snapshot: Snapshot) -> Reach:
    """Runs every file once, unchanged. Ends the program when one fails."""
    reach = Reach()
    for traced in (False, True):
        jobs = iter([Job([each], 600, traced=traced) for each in files])
        for job, ran in run_all(jobs, at_once, snapshot):
            if not ran.passed:
                sys.exit(f"{job.files[0]} fails without any mutant: there is nothing to measure.")
            if not traced:
                reach.seconds[job.files[0]] = ran.seconds
            for place in ran.lines:
                reach.files.setdefault(place, []).append(job.files[0])
    return reach


def chosen(core: Path, only: Sequence[str], every: int) -> list[Mutant]:
    paths = sorted(path for path in core.glob("*.py") if path.stem != "__init__")
    found = [mutant for path in paths if not only or path.stem in only for mutant in mutants_of(path)]
    return found[::every]


def measure(mutants: Sequence[Mutant], reach: Reach, at_once: int, snapshot: Snapshot) -> dict[Mutant, str]:
    """mutant → "killed", "timeout", "survived" or "unreached" (no test comes to its line)."""
    fates: dict[Mutant, str] = {each: "unreached" for each in mutants if not reach.of(each)}
    jobs = (Job(files, reach.limit(files), each) for each in mutants if (files := reach.of(each)))
    for done, (job, ran) in enumerate(run_all(jobs, at_once, snapshot), start=1):
        assert job.mutant is not None
        fates[job.mutant] = "timeout" if ran.timed_out else "survived" if ran.passed else "killed"
        if done % 50 == 0:
            print(f"{done} of {len(mutants)} mutants", file=sys.stderr)
    return fates


def report(fates: dict[Mutant, str], at_least: float) -> int:
    """Survivors by module, a line for each module, and the exit status."""
    for mutant in sorted(fates, key=lambda each: (each.module, each.line, each.says)):
        if fates[mutant] in ("survived", "unreached"):
            print(f"{fates[mutant]:9} {mutant}")
    print()
    for module in sorted({each.module for each in fates}):
        _line(module, [fate for each, fate in fates.items() if each.module == module])
    share = _line("all", list(fates.values()))
    if share < at_least:
        print(f"Below {at_least:g} %: tests let too much pass.")
        return 1
    return 0


def _line(name: str, fates: Sequence[str]) -> float:
    killed = sum(fate in ("killed", "timeout") for fate in fates)
    share = 100 * killed / len(fates) if fates else 100.0
    print(f"{name:14} {killed:5} of {len(fates):5} killed  {share:5.1f} %")
    return share


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--only", nargs="*", default=[], metavar="MODULE", help="modules of the core")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every N-th mutant")
    parser.add_argument("--at-least", type=float, default=AT_LEAST, metavar="PERCENT")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--list", action="store_true", help="show the mutants and run nothing")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that no fork is left behind
    with tempfile.TemporaryDirectory() as folder:
        snapshot = Snapshot(Path(folder))
        mutants = chosen(snapshot.core, asked.only, asked.every)
        if asked.list:
            print(*mutants, sep="\n")
            return 0
        _warm_up(snapshot)
        reach = look(sorted(str(path) for path in snapshot.tests.glob("test_*.py")), asked.jobs, snapshot)
        return report(measure(mutants, reach, asked.jobs, snapshot), asked.at_least)


def _warm_up(snapshot: Snapshot) -> None:
    """Loads what every fork needs, and nothing of the core."""
    for name in ("pytest", "hypothesis.strategies", "zoneinfo"):
        importlib.import_module(name)
    os.environ["OPENLINES_HYPOTHESIS"] = "mutants"
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.path[:0] = [str(snapshot.folder / "src"), str(snapshot.folder)]
    os.nice(5)


if __name__ == "__main__":
    sys.exit(main())
