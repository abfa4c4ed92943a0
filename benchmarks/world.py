"""The portal that is measured: set up by its own API, then filled by plain SQL, the same for both engines.

Sizes are in `Size`. A filled SQLite folder is kept and copied, so that each measure starts from the same state.
"""

import hashlib
import http.client
import json
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.product import Product
from openlines.core.line import LineSettings
from openlines.store.lines import text_of
from openlines.support.clock import HostClock
from openlines.support.ids import fingerprint

PASSWORD = "a long enough password 7"
LINE = 1
FIRST_OPERATOR = 1001
FIRST_ADMINISTRATOR = 2001
GREETING = {"ru": "Здравствуйте! Уже ищем, кто ответит.", "en": "Hello! We are finding somebody for you."}
SETTINGS = LineSettings(greeting=GREETING, queue_time=600)
_PER_THREAD = 10


class Size(NamedTuple):
    """How much is in the store, who is signed in, how long each measure takes."""

    conversations: int
    open: int  # of them with an operator
    operators: int
    administrators: int
    seconds: float

    @property
    def messages(self) -> int:
        return self.conversations * _PER_THREAD

    @property
    def sockets(self) -> int:
        return self.operators + self.administrators


FULL = Size(100_000, 4_000, 45, 5, 8.0)
SMALL = Size(3_000, 900, 18, 2, 2.0)


class World(NamedTuple):
    """A portal ready to be started, and how to speak to it."""

    folder: Path
    database: str
    key: str  # of the website channel
    size: Size


Run = Callable[[str, Sequence[Any]], Any]


def visitor_token(number: int) -> str:
    """Of the visitor who wrote thread `number`; beyond the seeded ones, a new visitor."""
    return f"olv_{number:040d}"


def cookie(number: int) -> str:
    """Of sign-in `number`, made by `_people` and `add_sign_ins`."""
    return f"ols_{number:040d}"


def staff(size: Size) -> list[int]:
    """User ids of who is signed in, in the order of their cookies from 1."""
    operators = range(FIRST_OPERATOR, FIRST_OPERATOR + size.operators)
    return [*operators, *range(FIRST_ADMINISTRATOR, FIRST_ADMINISTRATOR + size.administrators)]


def sqlite_world(cache: Path, folder: Path, port: int, size: Size) -> World:
    """A fresh copy in `folder`; the original is made once and kept in `cache`."""
    original = cache / f"seed-{_version(size)}"
    if not (original / "done").exists():
        shutil.rmtree(original, ignore_errors=True)
        key = _set_up(Product(original, port))
        with sqlite3.connect(original / "portal.db", isolation_level=None) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA cache_size = -262144")
            connection.execute("BEGIN")
            fill(connection.execute, connection.executemany, size)
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        (original / "done").write_text(key)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(original, folder)
    with sqlite3.connect(folder / "portal.db", isolation_level=None) as connection:
        freshen(connection.execute)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return World(folder, "", (folder / "done").read_text(), size)


def postgres_world(url: str, folder: Path, port: int, size: Size) -> World:
    """Made anew in an empty, migrated database."""
    import psycopg

    key = _set_up(Product(folder, port, url))
    with psycopg.connect(url) as connection, connection.cursor() as cursor:

        def run(sql: str, values: Sequence[Any] = ()) -> Any:
            return cursor.execute(sql.replace("?", "%s").encode(), values or None)

        def run_many(sql: str, rows: Iterable[Sequence[Any]]) -> Any:
            return cursor.executemany(sql.replace("?", "%s").encode(), rows)

        fill(run, run_many, size)
        freshen(run)
        found = cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'S'").fetchall()
        for (sequence,) in found:
            table = sequence.removesuffix("_ids")
            if table != "events":
                run(f"SELECT setval('{sequence}', (SELECT coalesce(max(id), 0) + 64 FROM {table}))")
        connection.commit()
        connection.autocommit = True
        run("VACUUM ANALYZE")
    return World(folder, url, key, size)


def _version(size: Size) -> str:
    """Changes with whatever would make a kept copy wrong."""
    from openlines.store import tables

    parts = [Path(__file__).read_bytes(), Path(str(tables.__file__)).read_bytes(), repr(size).encode()]
    return hashlib.sha256(b"".join(parts)).hexdigest()[:12]


def _set_up(product: Product) -> str:
    """The first hour of a portal; returns the chat's key."""
    with product:
        for _ in range(200):
            found = re.search(r"setup\?token=(\S+)", product.log())
            if found:
                break
            time.sleep(0.05)
        else:
            raise RuntimeError("the server told no set-up link")
        person = {"name": "Chief", "email": "chief@example.com", "password": PASSWORD}
        told = {"token": found[1], "portal_name": "Bench", "language": "en", "time_zone": "UTC", **person}
        connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=60)
        connection.request("POST", "/api/v1/setup", json.dumps(told), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status != 201:
            raise RuntimeError(f"the portal could not be set up: {answer.status} {body[:300]!r}")
        key = re.search(r'data-key="([^"]+)"', json.loads(body)["snippet"])
        if key is None:
            raise RuntimeError("the snippet has no key")
        return key[1]


# --- filling ------------------------------------------------------------------------------------------------


def fill(run: Any, run_many: Any, size: Size) -> None:
    """People, threads, conversations and messages, as the product would have left them."""
    at = HostClock().now()
    run("UPDATE lines SET settings = ? WHERE id = ?", (text_of(SETTINGS), LINE))
    _people(run, run_many, size, at)
    numbers = (
        "WITH RECURSIVE n(i) AS"
        f" (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {size.conversations})"
    )
    born = f"{at} - 86400000000 - i * 1000000"
    operator = f"{FIRST_OPERATOR} + i % {size.operators}"
    run(f"INSERT INTO customers (id, name, created_at) {numbers} SELECT i, 'Customer ' || i, {born} FROM n")
    run(
        "INSERT INTO threads (id, channel_id, external_id, customer_id, created_at, greeted_at, last_operator_id,"
        f" last_conversation_id) {numbers} SELECT i, 1, 'seeded ' || i, i, {born}, {born}, {operator}, i FROM n"
    )
    run(
        "INSERT INTO conversations (id, thread_id, channel_id, customer_id, line_id, version, state, awaiting,"
        " reason, operator_id, opened_at, responsible_at, accepted_at, replied_at, customer_at, operator_at,"
        " finished_at, closed_at, greeted, first_seq, last_text, last_author, last_at)"
        f" {numbers} SELECT i, i, 1, i, {LINE}, 12, 'closed', NULL, 'operator', {operator}, {born}, {born}, {born},"
        f" {born}, {born}, {born}, {born} + 600000000, {born} + 600000000, 1, 1, 'Thank you!', 'customer', {born}"
        " FROM n"
    )
    run(
        f"UPDATE conversations SET state = 'active', awaiting = 'customer', reason = NULL, finished_at = NULL,"
        f" closed_at = NULL WHERE id <= {size.open}"
    )
    run_many(
        "UPDATE threads SET external_id = ? WHERE id = ?",
        [(fingerprint(visitor_token(number)), number) for number in range(1, size.open + 1)],
    )
    _messages(run, size, born)


def _people(run: Any, run_many: Any, size: Size, at: int) -> None:
    operators = [
        (user, f"o{user}@example.com", f"Operator {user}", "operator") for user in staff(size)[: size.operators]
    ]
    chiefs = [
        (user, f"a{user}@example.com", f"Chief {user}", "administrator") for user in staff(size)[size.operators :]
    ]
    add = "INSERT INTO users (id, email, name, role, unavailable, created_at) VALUES (?, ?, ?, ?, 'offline', ?)"
    run_many(add, [(*row, at) for row in operators + chiefs])
    seat(run_many, LINE, [row[0] for row in operators])
    add_sign_ins(run_many, list(enumerate(staff(size), 1)), at)


def seat(run_many: Any, line_id: int, users: list[int], *, first: int = 10) -> None:
    """Into the queue of a line, nobody there yet."""
    rows = [(line_id, user, position) for position, user in enumerate(users, first)]
    run_many("INSERT INTO seats (line_id, user_id, member, position) VALUES (?, ?, 1, ?)", rows)
    run_many("INSERT INTO queue_members (line_id, user_id, position) VALUES (?, ?, ?)", rows)


def add_sign_ins(run_many: Any, numbered: list[tuple[int, int]], at: int) -> None:
    """Sessions as `/login` makes them: cookie number `i` is user `j`'s."""
    lasts = at + 30 * 86_400_000_000
    add = "INSERT INTO sessions (id, token_hash, user_id, created_at, seen_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)"
    run_many(add, [(10_000 + i, fingerprint(cookie(i)), user, at, at, lasts) for i, user in numbered])


def _messages(run: Any, size: Size, born: str) -> None:
    """Ten in each thread; customer and operator in turn."""
    run(
        "INSERT INTO messages (id, thread_id, conversation_id, seq, author, author_id, kind, text, dedupe, at)"
        " WITH RECURSIVE n(m) AS"
        f" (SELECT CAST(0 AS BIGINT) UNION ALL SELECT m + 1 FROM n WHERE m < {size.messages - 1}),"
        f" o(m, i, seq) AS (SELECT m, m / {_PER_THREAD} + 1, m % {_PER_THREAD} + 1 FROM n)"
        " SELECT m + 1, i, i, seq, CASE WHEN seq % 2 = 1 THEN 'customer' ELSE 'operator' END,"
        f" CASE WHEN seq % 2 = 1 THEN NULL ELSE {FIRST_OPERATOR} + i % {size.operators} END, 'text',"
        " 'Здравствуйте! Where is my order ' || m || '? Жду ответа.', 'seeded ' || m,"
        f" {born} + seq * 1000000 FROM o"
    )


def freshen(run: Any) -> None:
    """A kept copy is as old as it is: what is open has just been answered, sign-ins are of now."""
    now = HostClock().now()
    run(
        "UPDATE conversations SET opened_at = ?, responsible_at = ?, accepted_at = ?, replied_at = ?, customer_at = ?,"
        " operator_at = ?, last_at = ?, due_at = ? WHERE state = 'active'",
        (*[now - 60_000_000] * 7, now + SETTINGS.auto_close_time * 1_000_000),
    )
    run("UPDATE sessions SET seen_at = ?, expires_at = ?", (now, now + 30 * 86_400_000_000))
