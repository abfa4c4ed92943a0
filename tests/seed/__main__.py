"""Change the rule of each row in small ways: do its tests turn red?

    python -m tests.seed                all of them (make seed-mutants)
    python -m tests.seed --only s07     those of one row (or several)
    python -m tests.seed --list         what would be changed

The package is copied to a folder of its own, one place of the copy is changed (mutations.py), and the tests of the row
run on SQLite with that copy first on the path. Before that they run with an unchanged copy and must be green.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.seed.mutations import MUTATIONS, PACKAGE, ROOT, Mutation, change

_LIMIT = 600  # seconds for the tests of one row


class Ran(NamedTuple):
    code: int
    words: str

    @property
    def green(self) -> bool:
        return self.code == 0

    @property
    def red(self) -> bool:
        """A test ran and failed; not: nothing could be run."""
        return self.code == 1 and re.search(r"^FAILED ", self.words, re.MULTILINE) is not None


class Copy:
    """The package as it was at the start, in a folder of its own, with at most one change."""

    def __init__(self, folder: Path, package: Path, mutation: Mutation | None = None) -> None:
        self.path = folder / "src"
        copy = self.path / "openlines"
        shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__", "web"))
        if (PACKAGE / "web").is_dir():
            (copy / "web").symlink_to(PACKAGE / "web")
        if mutation is not None:
            for file, text in change(copy, mutation).items():
                file.write_text(text)

    def run(self, row: str) -> Ran:
        """The tests of a row, on SQLite."""
        environment = {**os.environ, "PYTHONPATH": f"{self.path}{os.pathsep}{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not postgres"]
        done = subprocess.run(
            [*command, "tests/seed", "-k", f"test_{row}_"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_LIMIT,
            check=False,
        )
        return Ran(done.returncode, done.stdout + done.stderr)


def _tried(package: Path, mutation: Mutation | None, row: str) -> Ran:
    with tempfile.TemporaryDirectory() as folder:
        return Copy(Path(folder), package, mutation).run(row)


def _report(package: Path, wanted: Sequence[Mutation]) -> int:
    """How many of them nobody noticed."""
    unnoticed = 0
    for row in dict.fromkeys(each.row for each in wanted):
        mutations = [each for each in wanted if each.row == row]
        ran = _tried(package, None, row)
        if not ran.green:
            print(f"{row} is red without a change\n{ran.words[-3000:]}", flush=True)
            unnoticed += len(mutations)
            continue
        for mutation in mutations:
            ran = _tried(package, mutation, row)
            print(f"{'noticed ' if ran.red else 'SURVIVED'} {mutation}", flush=True)
            if not ran.red:
                print(ran.words[-1500:], flush=True)
                unnoticed += 1
    return unnoticed


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.seed", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--only", nargs="*", default=[], metavar="ROW")
    parser.add_argument("--list", action="store_true", help="show the changes and run nothing")
    asked = parser.parse_args()
    wanted = [each for each in MUTATIONS if not asked.only or each.row in asked.only]
    if asked.list:
        print(*wanted, sep="\n")
        return 0
    with tempfile.TemporaryDirectory() as folder:  # so that one may go on working meanwhile
        unnoticed = _report(Copy(Path(folder), PACKAGE).path / "openlines", wanted)
    print(f"{len(wanted) - unnoticed} of {len(wanted)} changes were noticed")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
