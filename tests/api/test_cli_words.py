"""The command line speaks the machine's language, all of it."""

import ast
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from openlines.cli import admin, app, inbox, line, token, user
from openlines.cli.ru import RUSSIAN
from openlines.cli.words import STATES, _unwrapped, language
from openlines.config import KNOWN

PACKAGE = Path(__file__).parents[2] / "src" / "openlines"
SOURCE, DEMO, CONFIG = PACKAGE / "cli", PACKAGE / "demo", PACKAGE / "config.py"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8", "LC_MESSAGES": "ru"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": ""}, "ru"),
        ({"LC_ALL": "C", "OPENLINES_LANGUAGE": "ru"}, "ru"),
        ({"LC_ALL": "ru_RU.UTF-8", "OPENLINES_LANGUAGE": "en"}, "en"),
        ({"LANG": "rup_MK"}, "en"),
    ],
)
def test_whose_language(environ: dict[str, str], expected: str) -> None:
    assert language(environ) == expected


def _sentences() -> set[str]:
    """Everything that is said: literals handed to `say`, commands' docstrings, settings, states of channels."""
    found = {each.metadata["help"] for each in KNOWN.values()} | set(STATES.values())
    constants: dict[str, str] = {}
    for path in SOURCE.glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Constant):
                constants[ast.unparse(node.target)] = str(node.value.value)
    for path in (*SOURCE.glob("*.py"), *DEMO.glob("*.py"), CONFIG):
        said = {"say"} if path != CONFIG else {"BadSetting"}
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in said:
                argument = node.args[0]
                if isinstance(argument, ast.Constant):
                    found.add(argument.value)
                elif ast.unparse(argument) in constants:
                    found.add(constants[ast.unparse(argument)])
    for group in (app, admin, user, token, inbox, line):
        found |= {_unwrapped(each.callback.__doc__ or "") for each in group.registered_commands if each.callback}
    return found


def test_every_sentence_has_its_russian_with_the_same_holes() -> None:
    sentences = _sentences()
    assert sentences - RUSSIAN.keys() == set()
    assert RUSSIAN.keys() - sentences == set(), "nobody says these"
    for english, russian in RUSSIAN.items():
        holes = re.compile(r"\{(\w+)\}")
        assert set(holes.findall(english)) == set(holes.findall(russian)), english


def _run(*arguments: str, **environ: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "OPENLINES_"))}
    done = subprocess.run(
        [sys.executable, "-m", "openlines", *arguments],
        env={**kept, "PYTHONUTF8": "1", **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout + done.stderr


ENGLISH = re.compile(r"\b(the|and|with|of|to|Options|Commands|Usage|Show)\b")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["serve", "--help"],
        ["inbox", "replay", "--help"],
        ["inbox", "list", "--help"],
        ["user", "add", "--help"],
    ],
)
def test_help_is_all_in_russian_where_the_machine_is(arguments: list[str]) -> None:
    shown = _run(*arguments, LC_ALL="ru_RU.UTF-8")
    assert "Использование: " in shown
    plain = "\n".join(line for line in shown.splitlines() if "openlines " not in line)
    assert not ENGLISH.search(plain), ENGLISH.search(plain)
    assert "[default" not in shown
    english = _run(*arguments, LC_ALL="C")
    assert "Usage: " in english
    assert not re.search(r"<list\[|range>", english)
    assert not re.search("[а-яё]", english)


def test_the_help_of_the_server_names_what_can_be_chosen_and_what_holds_by_itself() -> None:
    shown = " ".join(_run("serve", "--help", LC_ALL="C").split())
    for words in (
        "X-Forwarded-For and X-Forwarded-Proto are believed [default: 127.0.0.0/8,::1/128]",
        "OPENLINES_FILE_LIMIT largest file that may be sent, bytes [default: 20000000]",
        "OPENLINES_LOG_FORMAT how the log is written: auto, json, console [default: auto]",
        "OPENLINES_LOG_LEVEL least serious line that is written: debug, info, warning, error [default: info]",
        "OPENLINES_ROLES parts that this process runs: api, workers [default: api,workers]",
        "OPENLINES_DATA folder with the database, the files and the secret key [default: data]",
    ):
        assert words in shown, words


MISTAKES = [
    (["serve", "--prot", "3"], "Нет такого параметра: --prot"),
    (["serve", "--port", "abc"], "Значение --port не подходит: нужно целое число."),
    (["serve", "--port", "99999"], "от 0 до 65535"),
    (["serve", "extra"], "Лишнее: extra"),
    (["frobnicate"], "Нет такой команды: «frobnicate»."),
    (["serv"], "Может быть, 'serve'"),
    (["user", "frobnicate"], "Нет такой команды: «frobnicate»."),
    (["user", "add"], "Не хватает параметра --email."),
    (["admin", "create", "--email"], "Параметру --email нужно значение."),
    (["line", "export"], "Не хватает аргумента LINE."),
    (["doctor", "--json=3"], "У параметра --json значения нет."),
]


@pytest.mark.parametrize(("arguments", "said"), MISTAKES, ids=[" ".join(each) for each, _ in MISTAKES])
def test_a_mistake_in_the_command_line_is_told_in_russian(arguments: list[str], said: str) -> None:
    shown = _run(*arguments, LC_ALL="ru_RU.UTF-8")
    assert said in shown
    assert not re.search(r"\b(Error|Usage|Try|Option|Invalid|Missing|No such|Got|Did|should|must)\b", shown), shown
    english = _run(*arguments, OPENLINES_LANGUAGE="en", LC_ALL="ru_RU.UTF-8")
    assert not re.search("[а-яё]", english)


def test_the_doctor_speaks_russian(tmp_path: Path) -> None:
    shown = _run("doctor", "--data", str(tmp_path / "none"), OPENLINES_LANGUAGE="ru", LANG="C")
    assert "ещё нет портала" in shown
    assert not ENGLISH.search(shown.replace(str(tmp_path), ""))


def test_a_server_that_does_not_start_says_why_in_russian_and_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        shown = _run("serve", "--data", str(tmp_path / "data"), "--port", port, OPENLINES_LANGUAGE="ru")
    assert shown.startswith(f"openlines не запустился: Порт {port} на 127.0.0.1 занят")
    assert shown.count("\n") == 1
    wrong = _run("serve", "--port", "70000", OPENLINES_LANGUAGE="ru")
    assert wrong == "--port='70000' должно быть целым числом от 0 до 65535\n"
    unknown = _run("serve", OPENLINES_LANGUAGE="ru", OPENLINES_PUBLIC_ULR="x")
    assert unknown == "У openlines нет настройки OPENLINES_PUBLIC_ULR. Может быть, OPENLINES_PUBLIC_URL?\n"


def test_a_damaged_database_is_said_in_words_and_once(tmp_path: Path) -> None:
    (tmp_path / "portal.db").write_bytes(b"this is no database " * 100)
    shown = _run("serve", "--data", str(tmp_path), "--port", "0", LANG="C")
    assert shown == (
        f"openlines did not start: {tmp_path}/portal.db is not a database of openlines, or it is damaged. "
        "Put back the one from your backup.\n"
    )
