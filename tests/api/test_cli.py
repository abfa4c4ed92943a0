"""The command line: works on a folder by itself, and beside a running server through its socket."""

import asyncio
import errno
import json
import sqlite3
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from openlines.cli import app
from openlines.cli.doctor import Finding, _clock
from openlines.support.clock import SECOND, HostClock
from openlines.support.stamps import stamp
from tests.api.house import PASSWORD, House, running

runner = CliRunner()


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "C")
    monkeypatch.delenv("LC_ALL", raising=False)


def openlines(*arguments: str, folder: Path | None = None, stdin: str = "") -> Result:
    more = ["--data", str(folder)] if folder is not None else []
    return runner.invoke(app, [*arguments, *more], input=stdin)


def test_help_teaches_with_examples() -> None:
    shown = openlines("--help")
    assert shown.exit_code == 0
    for words in ("openlines serve", "--public-url", "token create", "OPENLINES_PUBLIC_URL", "doctor"):
        assert words in shown.output
    for command in ("serve", "demo", "migrate", "doctor", "channels"):
        assert openlines(command, "--help").exit_code == 0
    for group, command in (("admin", "create"), ("user", "add"), ("user", "password"), ("token", "create")):
        assert openlines(group, command, "--help").exit_code == 0


def test_an_unknown_setting_ends_with_words_and_code_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENLINES_PRT", "1")
    shown = openlines("channels")
    assert shown.exit_code == 2
    assert "Did you mean OPENLINES_PORT?" in shown.output


def test_half_a_server_on_sqlite_is_refused(tmp_path: Path) -> None:
    shown = openlines("serve", "--roles", "api", "--port", "0", folder=tmp_path / "data")
    assert shown.exit_code == 2
    assert "Nobody would do the work of workers" in shown.output
    assert not (tmp_path / "data").exists()


def test_kinds_of_channel_without_a_portal(tmp_path: Path) -> None:
    shown = openlines("channels", "--json", folder=tmp_path / "nothing")
    assert shown.exit_code == 0
    kinds = {each["kind"]: each["capabilities"] for each in json.loads(shown.stdout)["kinds"]}
    assert {"website", "telegram"} <= kinds.keys()
    assert kinds["website"]["pushes"] is False
    assert not (tmp_path / "nothing").exists(), "looking makes nothing"


def test_a_portal_made_without_a_browser(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    made = openlines(
        "admin", "create", "--email", "Ann@Example.org", "--password-stdin", "--name", "Ann", "--json",
        folder=folder, stdin=PASSWORD + "\n",
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    done = json.loads(made.stdout)
    assert done["set_up"] is True
    assert done["key"]
    added = openlines("user", "add", "--email", "bob@example.org", "--json", folder=folder)
    assert len(json.loads(added.stdout)["password"]) >= 12
    key = openlines(
        "token", "create", "--user", "ann@example.org", "--scope", "read", "--scope", "reply", folder=folder
    )
    assert key.stdout.startswith("olt_")
    listed = openlines("channels", folder=folder)
    assert "#1" in listed.stdout
    again = openlines(
        "admin", "create", "--email", "ann@example.org", "--password-stdin", folder=folder, stdin=PASSWORD + "\n"
    )
    assert again.exit_code == 1
    assert "email" in again.output


def test_what_is_refused_says_why_and_ends_with_code_1(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    weak = openlines("admin", "create", "--email", "a@b.c", "--password-stdin", folder=folder, stdin="short\n")
    assert weak.exit_code == 1
    assert "At least 8 characters" in weak.output
    openlines("admin", "create", "--email", "ann@example.org", "--password-stdin", folder=folder, stdin=PASSWORD)
    nobody = openlines("token", "create", "--user", "nobody@example.org", "--scope", "read", folder=folder)
    assert nobody.exit_code == 1
    assert "There is no such user." in nobody.output
    scope = openlines("token", "create", "--user", "ann@example.org", "--scope", "everything", folder=folder)
    assert scope.exit_code == 1
    assert "read" in scope.output


def test_looking_or_a_folder_typed_wrong_makes_no_portal(tmp_path: Path) -> None:
    folder = tmp_path / "typo"
    looked = openlines("doctor", folder=folder)
    assert "There is no portal in" in looked.output
    for arguments in (
        ["user", "add", "--email", "b@example.org"],
        ["token", "create", "--user", "a@b.c", "--scope", "read"],
    ):
        refused = openlines(*arguments, folder=folder)
        assert (refused.exit_code, "There is no portal in" in refused.output) == (1, True)
    assert not folder.exists()


def test_words_are_russian_where_the_machine_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    weak = openlines("admin", "create", "--email", "a@b.c", "--password-stdin", folder=tmp_path / "d", stdin="short\n")
    assert "Не меньше 8 знаков" in weak.output


def test_migrate_says_when_it_is_done(tmp_path: Path) -> None:
    done = openlines("migrate", folder=tmp_path / "data")
    assert done.exit_code == 0
    assert f"The database {tmp_path / 'data' / 'portal.db'} is up to date." in done.stdout
    assert sqlite3.connect(tmp_path / "data" / "portal.db").execute("SELECT count(*) FROM users").fetchone() == (0,)


@pytest.mark.parametrize(
    "arguments", [["doctor"], ["user", "add", "--email", "b@example.org"], ["migrate"], ["channels"]]
)
def test_a_folder_of_somebody_else_is_said_in_words(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    assert openlines("migrate", folder=folder).exit_code == 0

    def closed(path: Path, *more: object, **named: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr("openlines.store.opening.prepare_file", closed)
    shown = openlines(*arguments, folder=folder)
    assert shown.exit_code == 1, shown.output
    assert "sudo -u openlines" in shown.output
    assert str(folder / "portal.db") in shown.output


def test_a_closed_folder_is_told_by_us_and_not_by_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    shown = openlines("doctor", folder=tmp_path)
    assert shown.exit_code == 1
    assert "cannot be written" in shown.output
    assert "Usage" not in shown.output


def test_a_file_in_the_place_of_the_folder_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    for folder in (tmp_path / "data", tmp_path / "data" / "below"):
        shown = openlines("serve", "--port", "0", folder=folder)
        assert shown.exit_code == 1
        assert "is no folder. Name another one with --data." in shown.output


def test_a_server_that_this_user_may_not_ask_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def closed(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")  # as a socket says it: without its name

    monkeypatch.setattr("openlines.api.control.ask", closed)
    shown = openlines("user", "add", "--email", "b@example.org", folder=tmp_path)
    assert shown.exit_code == 1
    assert f"may not open {tmp_path / 'control.sock'}." in shown.output


def test_a_host_that_nobody_knows_is_said_once(tmp_path: Path) -> None:
    shown = openlines("serve", "--host", "nosuch.invalid", "--port", "0", folder=tmp_path)
    assert shown.exit_code == 1
    assert "nosuch.invalid:0 is no address to listen on here (" in shown.output
    assert "Errno" not in shown.output
    assert "while attempting" not in shown.output


def test_what_is_no_database_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "portal.db").write_bytes(b"this is no database " * 100)
    for arguments in (["doctor"], ["migrate"], ["user", "add", "--email", "b@example.org"]):
        shown = openlines(*arguments, folder=tmp_path)
        assert shown.exit_code == 1, arguments
        assert "is not a database of openlines" in shown.output, arguments


@pytest.mark.parametrize("command", [["doctor"], ["migrate"]])
def test_an_address_of_a_database_that_cannot_be_understood_is_not_repeated(command: list[str], tmp_path: Path) -> None:
    for address in ("postgresql://ann:hunter2@[bad/name", "postgresql://ann:hunter2@127.0.0.1:1/name?foo=bar"):
        shown = openlines(*command, "--database", address, folder=tmp_path)
        assert shown.exit_code == 1
        assert "cannot be understood" in shown.output
        assert "hunter2" not in shown.output
    assert openlines("migrate", "--database", "postgresql://127.0.0.1:1/name", folder=tmp_path / "none").exit_code == 1
    assert not (tmp_path / "none").exists(), "PostgreSQL is migrated before there is a folder"
    away = openlines(*command, "--database", "postgresql://ann:hunter2@127.0.0.1:1/name", folder=tmp_path)
    assert (away.exit_code, "PostgreSQL cannot be reached" in away.output) == (1, True)
    assert "hunter2" not in away.output


def test_an_event_that_is_not_put_aside_cannot_be_tried_again(tmp_path: Path) -> None:
    assert openlines("migrate", folder=tmp_path).exit_code == 0
    unknown = openlines("inbox", "replay", "--id", "99", folder=tmp_path)
    assert (unknown.exit_code, "None of these events" in unknown.output) == (1, True)
    assert openlines("inbox", "replay", "--all", folder=tmp_path).exit_code == 0


def test_a_file_that_is_no_line_is_said_in_words(tmp_path: Path) -> None:
    assert openlines("migrate", folder=tmp_path).exit_code == 0
    shown = openlines("line", "import", "-", folder=tmp_path, stdin="{")
    assert (shown.exit_code, "holds no JSON" in shown.output) == (1, True)


def test_the_doctor_compares_the_clocks() -> None:
    def told(seconds: float, database: str = "postgresql") -> Finding:
        (found,) = _clock(stamp(HostClock().now() + round(seconds * SECOND)), database)
        return found

    assert told(0).state == "ok"
    assert told(-2).state == "ok"
    assert told(90).state == "warning"
    assert "90 s" in told(90).what
    assert "restart" in told(3600, "sqlite").advice


# --- beside a running server --------------------------------------------------------------------------------


async def beside(*arguments: str, folder: Path, stdin: str = "") -> Result:
    """In another thread, since the server runs in this one."""
    return await asyncio.to_thread(openlines, *arguments, folder=folder, stdin=stdin)


async def test_commands_beside_a_running_server(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert stat.S_IMODE((folder / "control.sock").stat().st_mode) == 0o600
    added = await beside("user", "add", "--email", "bob@example.org", "--password-stdin", folder=folder, stdin=PASSWORD)
    assert added.exit_code == 0, added.output
    bob = await house.sign_in("bob")
    key = (
        await beside("token", "create", "--user", "bob@example.org", "--scope", "read", folder=folder)
    ).stdout.strip()
    assert (await house.browser(key=key).get("/api/v1/me")).json["email"] == "bob@example.org"
    changed = await beside(
        "user", "password", "--email", "bob@example.org", "--password-stdin", folder=folder, stdin="a new password"
    )
    assert changed.exit_code == 0
    async with asyncio.timeout(10):
        while (await bob.get("/api/v1/me")).status != 401:  # noqa: ASYNC110 - asked as his browser would
            await asyncio.sleep(0.02)
    shown = await beside("channels", "--json", folder=folder)
    assert json.loads(shown.stdout)["channels"][0]["kind"] == "website"


async def test_the_doctor_sees_through_the_running_server(house: House, tmp_path: Path) -> None:
    shown = await beside("doctor", "--json", folder=tmp_path / "data")
    findings = json.loads(shown.stdout)
    assert any("through the running server" in each["what"] for each in findings)
    assert any("Bakery" in each["what"] for each in findings)


async def test_a_server_on_another_database_is_asked_without_naming_it(tmp_path: Path, empty_portal: Path) -> None:
    """As one on PostgreSQL is: its folder holds no portal.db."""
    folder = tmp_path / "data"
    async with running(folder, template=empty_portal) as house:
        await house.set_up()
        (folder / "portal.db").rename(folder / "elsewhere.db")
        examined = await beside("doctor", folder=folder)
        listed = await beside("channels", folder=folder)
        assert not (folder / "portal.db").exists()
        (folder / "elsewhere.db").rename(folder / "portal.db")
    assert "through the running server" in examined.output
    assert "There is no portal" not in examined.output
    assert "#1" in listed.stdout


async def test_a_database_that_is_not_the_servers_is_refused(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for other in ("postgresql://openlines@db.example/openlines", f"sqlite:///{tmp_path}/other.db"):
        refused = await beside(
            "user", "add", "--email", "eve@example.org", "--database", other, folder=folder, stdin=PASSWORD
        )
        assert refused.exit_code == 1
        assert "uses another database" in refused.output
        examined = await beside("doctor", "--database", other, folder=folder)
        assert (examined.exit_code, "uses another database" in examined.output) == (1, True)
    assert not (tmp_path / "other.db").exists()
    same = await beside("channels", "--json", "--database", f"sqlite:///{folder}/portal.db", folder=folder)
    assert same.exit_code == 0
    emails = [each["email"] for each in (await house.admin.get("/api/v1/users")).json["items"]]
    assert "eve@example.org" not in emails


async def test_a_second_server_on_the_same_folder_is_refused_with_code_3(house: House, tmp_path: Path) -> None:
    shown = await beside("serve", "--port", "0", folder=tmp_path / "data")
    assert shown.exit_code == 3
    assert "Stop that one first, or name another folder with --data." in shown.output
    migrating = await beside("migrate", folder=tmp_path / "data")
    assert migrating.exit_code == 3


async def test_the_control_socket_understands_nonsense(house: House, tmp_path: Path) -> None:
    reader, writer = await asyncio.open_unix_connection(tmp_path / "data" / "control.sock")
    for line in (
        b"",
        b"{",
        b"[]",
        b'"x"',
        b'{"do": 1}',
        b'{"do": "rm -rf"}',
        b'{"do": "user.add", "with": {"email": 5}}',
    ):
        writer.write(line + b"\n")
        answer = json.loads(await reader.readline())
        assert answer["ok"] is False
        assert answer["message"]
    writer.close()
    assert (await house.browser().get("/healthz")).status == 200


async def test_a_socket_that_a_crash_left_is_taken_over(tmp_path: Path, empty_portal: Path) -> None:
    folder = tmp_path / "data"
    async with running(folder, template=empty_portal) as first:
        await first.set_up()
    _leave_a_socket(folder / "control.sock")
    async with running(folder):
        shown = await beside("channels", "--json", folder=folder)
        assert json.loads(shown.stdout)["channels"]


def _leave_a_socket(path: Path) -> None:
    import socket

    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()


def test_a_dead_socket_does_not_stop_the_command_line(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    openlines("admin", "create", "--email", "ann@example.org", "--password-stdin", folder=folder, stdin=PASSWORD)
    _leave_a_socket(folder / "control.sock")
    assert openlines("channels", folder=folder).exit_code == 0
