"""`openlines line export` and `import`: the same file as the page's, with looks, faces and photos, in and out."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from openlines.cli import app
from tests.api.house import PASSWORD

runner = CliRunner()


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "C")
    monkeypatch.delenv("LC_ALL", raising=False)


def openlines(*arguments: str, folder: Path) -> Result:
    return runner.invoke(app, [*arguments, "--data", str(folder)], input=PASSWORD + "\n")


def portal(folder: Path) -> Path:
    arguments = ("admin", "create", "--email", "ann@example.org", "--password-stdin")
    assert openlines(*arguments, folder=folder).exit_code == 0
    return folder


def exported(which: str, folder: Path, to: Path) -> dict[str, Any]:
    done = openlines("line", "export", which, "--to", str(to), folder=folder)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(to.read_text(encoding="utf-8"))
    return found


def test_a_file_goes_from_portal_to_portal_with_faces_photos_and_looks(tmp_path: Path) -> None:
    first, second = portal(tmp_path / "first"), portal(tmp_path / "second")
    file = exported("1", first, tmp_path / "first.json")
    assert [each["kind"] for each in file["chats"]] == ["website"]
    assert (file["faces"], file["photos"]) == ([], {})

    held = io.BytesIO()
    Image.new("RGB", (32, 32), "#3366cc").save(held, "PNG")
    file["chats"][0]["settings"]["accent"] = "#222222"
    file["faces"] = [{"user": "ann@example.org", "name": "Anna", "photo": "p1"}]
    file["photos"] = {"p1": {"name": "ann.png", "data": base64.b64encode(held.getvalue()).decode()}}
    written = tmp_path / "changed.json"
    written.write_text(json.dumps(file), encoding="utf-8")
    made = openlines("line", "import", str(written), "--name", "From a file", folder=second)
    assert made.exit_code == 0, made.output
    again = exported("From a file", second, tmp_path / "again.json")
    assert again["chats"][0]["settings"]["accent"] == "#222222"
    (face,) = again["faces"]
    assert (face["user"], face["name"]) == ("ann@example.org", "Anna")
    with Image.open(io.BytesIO(base64.b64decode(again["photos"][face["photo"]]["data"]))) as photo:
        assert photo.size == (32, 32)

    into = openlines("line", "import", str(written), "--into", "1", folder=first)
    assert into.exit_code == 0, into.output
    assert exported("1", first, tmp_path / "into.json")["chats"][0]["settings"]["accent"] == "#222222"


def test_what_is_unknown_is_named_and_left_out_by_consent(tmp_path: Path) -> None:
    folder = portal(tmp_path / "data")
    file = exported("1", folder, tmp_path / "line.json")
    file["faces"] = [{"user": "gone@example.org", "name": "Eve"}]
    file["chats"].append({"kind": "pigeon", "name": "Post", "settings": {}})
    written = tmp_path / "changed.json"
    written.write_text(json.dumps(file), encoding="utf-8")
    refused = openlines("line", "import", str(written), "--name", "Again", folder=folder)
    assert refused.exit_code == 1
    for words in ("file.faces.0: ", "gone@example.org", "file.chats.1: ", "“Post”"):
        assert words in refused.output
    done = openlines("line", "import", str(written), "--name", "Again", "--skip-unknown", folder=folder)
    assert done.exit_code == 0, done.output


def test_the_mark_that_some_editors_put_before_everything_is_no_part_of_it(tmp_path: Path) -> None:
    """A file that was saved with it is still the file of a line; a password that was piped with it is meant without."""
    folder = tmp_path / "d"
    arguments = ["admin", "create", "--email", "ann@example.org", "--password-stdin", "--data", str(folder)]
    assert runner.invoke(app, arguments, input="\ufeff" + "1234567\n").exit_code == 1, "seven characters, not eight"
    portal(folder)
    to = tmp_path / "line.json"
    exported("1", folder, to)
    to.write_text("\ufeff" + to.read_text(encoding="utf-8"), encoding="utf-8")
    done = openlines("line", "import", str(to), "--name", "Copy", folder=folder)
    assert done.exit_code == 0, done.output
    piped = ["line", "import", "-", "--name", "Second copy", "--data", str(folder)]
    assert runner.invoke(app, piped, input=to.read_text(encoding="utf-8")).exit_code == 0
