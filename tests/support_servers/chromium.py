"""A Chromium for tests: the machine's own, else Playwright's, else the system's package."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Quiet, and alone: nothing is asked for that the page itself does not ask for.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = (
    "There is no Chromium here: neither chromium, chromium-browser or google-chrome on PATH, nor Playwright's own. "
    "`make test` brings one where it can; by hand: .venv/bin/python -m playwright install --with-deps chromium. "
    "OPENLINES_TEST_WITHOUT=chromium leaves these tests out."
)


def find_chromium() -> Path | None:
    """The browser's program: from PATH, else Playwright's own where that starts, or none."""
    for name in NAMES:
        found = shutil.which(name)
        if found and starts(Path(found)):
            return Path(found)
    own = _playwrights_own()
    return own if own and own.is_file() and starts(own) else None


def starts(program: Path) -> bool:
    """Whether the program runs at all: a browser without its libraries is none."""
    try:
        asked = subprocess.run([program, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def bring_chromium() -> Path | None:
    """Get one: Playwright's, else (as root on Debian and its kin) the system's package; words on the terminal."""
    _run([sys.executable, "-m", "playwright", "install", "chromium"])
    found = find_chromium()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        _run(["apt-get", "-qq", "update"], environment)
        _run(["apt-get", "-qq", "install", "--yes", "--no-install-recommends", "chromium"], environment)
        found = find_chromium()
    return found


def _playwrights_own() -> Path | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    print("+", " ".join(command), flush=True)
    subprocess.run(command, env=environment, check=False)
