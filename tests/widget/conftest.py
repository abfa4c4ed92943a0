"""The widget is built for the run into a folder of its own, so that the sources are what is tested."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from hatch_build import node_command
from tests.widget.visit import WIDGET, Portal, Visit

DESKTOP = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US", "timezone_id": "Europe/Moscow"}
PHONE = {"viewport": {"width": 390, "height": 844}, "locale": "en-US", "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the loader and the frame."""
    out = tmp_path_factory.mktemp("widget")
    vite = WIDGET.parent / "node_modules/vite/bin/vite.js"
    for mode in ("production", "loader"):
        command: list[str | Path] = [node_command()[0], vite, "build", "--mode", mode, "--outDir", out]
        subprocess.run([*command, "--logLevel", "error"], cwd=WIDGET, check=True, timeout=120)
    return out


@pytest.fixture
def portal(built: Path, tmp_path: Path) -> Iterator[Portal]:
    """A portal without visitors."""
    with Portal(built, tmp_path / "portal.log") as running:
        yield running


@pytest.fixture
def context(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    """A visitor's browser."""
    return new_context(**DESKTOP)


@pytest.fixture
def visit(context: BrowserContext, portal: Portal) -> Visit:
    """A visitor at his desk."""
    return Visit(context.new_page(), portal)


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext], portal: Portal) -> Visit:
    """A visitor with a phone."""
    return Visit(new_context(**PHONE).new_page(), portal)
