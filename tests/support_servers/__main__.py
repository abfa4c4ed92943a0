"""`python -m tests.support_servers`: bring what the tests need and the machine lacks, and say what they will use."""

import subprocess
import sys

from tests.support_servers.chromium import bring_chromium, find_chromium
from tests.support_servers.left_out import left_out
from tests.support_servers.postgres import find_postgres


def main() -> int:
    """Bring the missing. What cannot be brought is said again, in red, by the tests that need it."""
    without = left_out()
    if "postgres" not in without:
        if find_postgres() is None:
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--group", "postgres"]
            print("+", *pip[1:], flush=True)
            subprocess.run(pip, check=False)
        print(f"tests: PostgreSQL from {find_postgres() or 'nowhere'}")
    if "chromium" not in without:
        print(f"tests: Chromium from {find_chromium() or bring_chromium() or 'nowhere'}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
