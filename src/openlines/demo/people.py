"""The demo's portal: three lines, three departments, eight operators, and an administrator."""

from typing import Any, NamedTuple

from openlines.services import accounts, channels, departments, lines, queue
from openlines.services.access import Actor
from openlines.services.portal import FirstPerson, set_up_by_hand
from openlines.store import channels as channel_rows
from openlines.store import lines as line_rows
from openlines.store.lines import Member
from openlines.store.tx import Tx

PASSWORD = "demo for everybody 1"  # noqa: S105 - printed, and gone with the demo

# (name, e-mail, language, department); the first two are left to whoever looks.
OPERATORS = (
    ("Анна Ким", "anna@example.com", "ru", "Поддержка"),
    ("Boris Grant", "boris@example.com", "en", "Delivery"),
    ("Вера Носова", "vera@example.com", "ru", "Поддержка"),
    ("Глеб Орлов", "gleb@example.com", "ru", "Поддержка"),
    ("Daria Stone", "daria@example.com", "en", "Delivery"),
    ("Егор Лавров", "egor@example.com", "ru", "Продажи"),
    ("Жанна Белова", "zhanna@example.com", "ru", "Продажи"),
    ("Ivan Walker", "ivan@example.com", "en", "Delivery"),
)
LEFT_TO_YOU = 2


class DemoPortal(NamedTuple):
    administrator: Actor
    operators: dict[str, Actor]  # by e-mail
    lines: dict[str, int]
    channels: list[int]
    keys: dict[str, str]  # line → the public key of its chat
    logins: list[tuple[str, str, str]]


_WEEK = [[{"from": "00:00", "to": "24:00"}]] * 7

# What each line does differently, so that every mode can be seen.
_LINES: dict[str, dict[str, Any]] = {
    "Поддержка": {
        "mode": "evenly",
        "limit": 5,
        "kpi_first": 60,
        "kpi_further": 120,
        "no_answer_time": 180,
        "reopen_window": 600,
        "own_days": 7,
        "hours_on": True,
        "week": _WEEK,
    },
    "Продажи": {"mode": "strictly", "queue_time": 60, "kpi_first": 120, "kpi_further": 300, "rating": "stars"},
    "Delivery": {"mode": "everyone", "kpi_first": 60, "kpi_further": 180},
}


def make_portal(tx: Tx, password_hash: str, *, seal: Any) -> DemoPortal:
    """Everything that an administrator would have set up by hand."""
    first = FirstPerson("Марина Лебедева", "admin@example.com", password_hash, "ru", "Europe/Moscow")
    made = set_up_by_hand(tx, "Лампа и плед", first, seal=seal)
    if made is None:
        raise RuntimeError("the demo needs a database of its own")
    boss = Actor(made.user_id, "administrator")
    people = {
        email: _operator(tx, boss, name, email, language, password_hash) for name, email, language, _ in OPERATORS
    }
    found: dict[str, int] = {"Поддержка": made.line_id}
    ids = [made.channel_id]
    for name in list(_LINES)[1:]:
        found[name] = lines.create(tx, boss, name, time_zone="Europe/Moscow")
        ids.append(channels.create(tx, boss, found[name], "website", "Чат на сайте", seal=seal))
    for name, line_id in found.items():
        members = [people[email].user_id for _, email, _, department in OPERATORS if department == name]
        department_id = departments.add_department(tx, boss, name=name, head_id=members[-1], member_ids=members)
        row = line_rows.one(tx, line_id)
        version = row.version if row else 1
        changed = lines.change(tx, boss, line_id, version, settings=_LINES[name])
        queue.put_queue(tx, boss, line_id, changed.version, [Member(None, department_id, with_head=1)])
    rows = [channel_rows.one(tx, each) for each in ids]
    keys = {name: row.key for name, row in zip(found, rows, strict=True) if row is not None}
    logins = [("administrator", first.email, first.name)]
    logins += [("operator", email, name) for name, email, _, _ in OPERATORS[:LEFT_TO_YOU]]
    return DemoPortal(boss, people, found, ids, keys, logins)


def _operator(tx: Tx, boss: Actor, name: str, email: str, language: str, password_hash: str) -> Actor:
    user_id = accounts.add_user(
        tx,
        boss,
        name=name,
        email=email,
        role="operator",
        password_hash=password_hash,
        language=language,
        time_zone="Europe/Moscow",
    )
    return Actor(user_id, "operator")
