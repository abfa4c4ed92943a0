"""The log never holds what opens something."""

import json
import logging

import pytest

from openlines.support.log import HIDDEN, logger, scrub, set_up

SECRETS = [
    "olt_" + "a" * 43,
    "olv_" + "b" * 43,
    "ols_" + "c" * 43,
    "123456789:" + "D" * 35,
    "https://api.telegram.org/bot123456789:" + "D" * 35 + "/sendMessage",
    "ols1_dTE." + "f" * 64,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghij",
    "postgresql://user:hunter2@host/db",
    "/setup?token=" + "e" * 43,
]


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_are_hidden_wherever_they_stand(secret: str) -> None:
    for value in (secret, f"words {secret} words", {"a": [secret]}, (secret,)):
        shown = json.dumps(scrub(value), ensure_ascii=False)
        assert HIDDEN in shown
        assert "hunter2" not in shown
        assert "D" * 35 not in shown
        assert secret not in shown


def test_values_under_telling_names_are_hidden() -> None:
    assert scrub({"password": "x", "Authorization": "y", "name": "z"}) == {
        "password": HIDDEN,
        "Authorization": HIDDEN,
        "name": "z",
    }


def test_lines_are_json_without_secrets(capfd: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        set_up("json", "info")
        logger("test").info("signed in", user=1, token="olt_" + "a" * 43)
        try:
            raise ValueError("bad key olt_" + "b" * 43)
        except ValueError:
            logger("test").exception("failed")
        logging.getLogger("library").warning("asked %s", "olt_" + "c" * 43)
    finally:
        root.handlers[:], root.level = before, level
    lines = [json.loads(each) for each in capfd.readouterr().err.splitlines()]
    assert [each["event"] for each in lines[:2]] == ["signed in", "failed"]
    assert lines[0]["user"] == 1
    assert all(letter * 43 not in json.dumps(lines) for letter in "abc")


def test_ordinary_words_stay() -> None:
    for text in ("11:45 and 12:30", "https://example.org/a?b=c", "user@example.org", "1234567890"):
        assert scrub(text) == text


def test_a_strangers_line_breaks_and_escapes_stay_on_his_line(capfd: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        set_up("console", "info")
        logger("test").info("asked", path="/x\r\n2026-01-01 forged \x1b[2J", inside={"a": "b\nforged"})
        logging.getLogger("library").warning("asked %s", "c\nforged\u2028forged")
    finally:
        root.handlers[:], root.level = before, level
    shown = capfd.readouterr().err
    assert len(shown.splitlines()) == 2
    assert "\x1b[2J" not in shown
    assert shown.count("forged") == 4
