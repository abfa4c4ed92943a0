"""A portal of the first release keeps its lines, queues and conversations, and each line gets its first version."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from openlines.store import migrate, schema

SETTINGS = '{"mode":"strictly"}'


def first_release(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import command

    upgrade = command.upgrade
    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", lambda config, _: upgrade(config, "0001"))
        migrate(path)
    with closing(sqlite3.connect(path)) as old:
        old.execute("INSERT INTO users (id, email, name, role, created_at) VALUES (1, 'a@b.c', 'Ann', 'operator', 5)")
        old.execute("INSERT INTO departments (id, name) VALUES (4, 'Bakers')")
        lines = "INSERT INTO lines (id, name, settings, version, created_at, deleted_at) VALUES (?, ?, ?, ?, 7, ?)"
        old.executemany(lines, [(2, "Sales", SETTINGS, 9, None), (3, "Gone", "{}", 1, 8)])
        members = "INSERT INTO queue_members (line_id, position, user_id, department_id) VALUES (2, ?, ?, ?)"
        old.executemany(members, [(1, 1, None), (0, None, 4)])
        old.commit()


def test_what_was_there_stays_and_has_a_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "portal.db"
    first_release(path, monkeypatch)
    assert schema.sqlite_version(path) == "0001"
    migrate(path)
    assert schema.sqlite_version(path) == schema.newest()
    with closing(sqlite3.connect(path)) as new:
        names = "line_id, version, name, active, settings, saved_by, at"
        kept = new.execute(f"SELECT {names} FROM line_versions").fetchall()
        queue = new.execute("SELECT queue FROM line_versions").fetchone()[0]
        heads = new.execute("SELECT with_head FROM queue_members").fetchall()
    assert kept == [(2, 9, "Sales", 1, SETTINGS, None, 7)]
    assert json.loads(queue) == [{"department_id": 4, "with_head": False}, {"user_id": 1}]
    assert heads == [(0,), (0,)]


def test_words_to_staff_on_their_way_learn_where_they_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else those that wait for one server could not be left aside for those behind them."""
    from alembic import command

    path, upgrade = tmp_path / "portal.db", command.upgrade
    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", lambda config, _: upgrade(config, "0013"))
        migrate(path)
    add = "INSERT INTO notices (id, kind, subject, step, medium, state, params, due_at, created_at, state_at) VALUES "
    rows = [
        (1, "email", "queued", "{}"),
        (2, "webhook", "queued", '{"url":"https://Hooks.example:8443/x?y"}'),
        (3, "webhook", "failed", '{"url":"https://[bad"}'),
        (4, "push", "queued", "{}"),
        (5, "webhook", "sent", "{}"),
    ]
    with closing(sqlite3.connect(path)) as old:
        for number, medium, state, params in rows:
            old.execute(f"{add} (?, 'x', ?, 0, ?, ?, ?, 1, 1, 1)", (number, number, medium, state, params))
        old.commit()
    migrate(path)
    with closing(sqlite3.connect(path)) as new:
        lanes = [lane for (lane,) in new.execute("SELECT lane FROM notices ORDER BY id")]
    assert lanes == ["email", "webhook hooks.example:8443", "webhook ", "", ""]
