"""What runs with every tick, every event and every look of a worker finds its rows by an index of theirs."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from openlines.store import (
    Tx,
    conversations,
    deliveries,
    idempotency,
    inbox,
    letters,
    migrate,
    notice_outbox,
    presences,
    push,
    seats,
    users,
)
from openlines.store.statement import Statement
from tests.store.conftest import OpenStore

# The statement, its parameters, the index, and what of it must be searched for (None: all of a short one is read).
ASKED: list[tuple[Statement, dict[str, Any], str, str | None]] = [
    (deliveries._DUE, {"unknown_since": 1, "now": 1, "but_channels": [1]}, "deliveries_open", "state, not_before"),
    (deliveries._NEXT, {"now": 1}, "deliveries_open", "state, not_before"),
    (deliveries._LOST, {"before": 1, "dead": "x"}, "deliveries_open", "state"),
    (deliveries._RELEASE, {"now": 1, "channel_id": 1, "not_before": 1}, "deliveries_open", "state, not_before"),
    (notice_outbox._DUE, {"now": 1, "but_lanes": ["email"], "but_push_of": [1]}, "notices_due", "state, due_at"),
    (notice_outbox._NEXT, {"now": 1}, "notices_due", "state, due_at"),
    (notice_outbox._LOST, {"before": 1, "dead": "x"}, "notices_due", "state"),
    (inbox._NEWEST, {"but_channels": [1], "but_lanes": ["1:2"]}, "inbox_new", None),
    (inbox._TRIM, {"before": 1}, "inbox_done", "received_at"),
    (idempotency._DROP, {"before": 1, "limit": 1}, "idempotency_keys_at", "at"),
    (conversations._DUE, {"now": 1}, "conversations_due", "due_at"),
    (conversations._NEXT_DUE, {}, "conversations_due", None),
    (conversations._WAITING, {"line_id": 1}, "conversations_waiting", "line_id"),
    (conversations._NAMED_LINES, {}, "conversations_department", None),
    (conversations._KICK_NAMED, {"line_id": 1, "now": 1}, "conversations_department", "line_id"),
    (users._DUE, {"now": 1}, "users_due", "due_at"),
    (users._NEXT_DUE, {}, "users_due", None),
    (letters._DUE, {"now": 1}, "reply_letters_due", "due_at"),
    (seats._NEWEST, {"line_id": 1}, "seats_evenly", "line_id"),
    (presences._DROP_EMPTY, {"of_user": 1, "of_node": "x"}, "presences", "user_id, node"),
    (push._OF_USERS, {"user_ids": [1]}, "push_subscriptions_user", "user_id"),
]


def names_of(asked: tuple[Statement, dict[str, Any], str, str | None]) -> str:
    return f"{asked[2]}-{asked[0].expression.__class__.__name__}"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ticks") / "portal.db"
    migrate(path)
    return path


@pytest.mark.parametrize("asked", ASKED, ids=names_of)
def test_sqlite_searches_the_index(portal: Path, asked: tuple[Statement, dict[str, Any], str, str | None]) -> None:
    statement, params, index, columns = asked
    form = statement.for_sqlite(tuple(params))
    with closing(sqlite3.connect(portal)) as database:
        plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {form.sql}", form.values(params))]
    assert not [step for step in plan if "TEMP B-TREE" in step], plan
    (step,) = [step for step in plan if f" {index} " in f"{step} "][:1] or [""]
    assert step, plan
    if columns is not None:
        found = re.findall(r"\b(\w+)(?==|<|>|\()", step.partition("(")[2])
        assert list(dict.fromkeys(found)) == columns.split(", "), plan


@pytest.mark.parametrize("asked", ASKED, ids=names_of)
def test_postgresql_can_use_it(
    module_postgres_url: str, asked: tuple[Statement, dict[str, Any], str, str | None]
) -> None:
    statement, params, index, columns = asked
    sql = statement.for_postgres(tuple(params)).sql.decode()
    with psycopg.connect(module_postgres_url) as connection:
        for way in ("seqscan", "sort", "bitmapscan", "hashjoin", "mergejoin"):
            connection.execute(f"SET enable_{way} = off".encode())
        types = ", ".join("unknown" for _ in params)
        connection.execute(f"PREPARE asked {f'({types})' if params else ''} AS {sql}".encode())
        given = ", ".join(_literal(value) for value in params.values())
        connection.execute(b"SET plan_cache_mode = force_generic_plan")
        rows = connection.execute(f"EXPLAIN EXECUTE asked {f'({given})' if params else ''}".encode()).fetchall()
    plan = "\n".join(row[0] for row in rows)
    assert f"using {index}" in plan, plan
    if columns is not None:
        below = plan.partition(f"using {index}")[2]
        condition = re.search(r"Index Cond: (.*)", below)
        assert condition, plan
        assert all(re.search(rf"\b{column}\b", condition[1]) for column in columns.split(", ")), plan


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return "'{" + ",".join(str(each) for each in value) + "}'"
    return f"'{value}'"


async def test_answers_kept_for_repeats_are_dropped_the_oldest_first_and_some_at_a_time(open_again: OpenStore) -> None:
    store = await open_again()
    given = idempotency.Given("", 200, "")

    def keep(tx: Tx) -> int:
        for number in range(30):
            idempotency.keep_answer(tx, "user:1", str(number), given)
        return tx.now

    now = await store.write(keep)
    drop: Callable[..., int] = idempotency.drop_answers
    assert await store.write(drop, now) == 0
    assert await store.write(drop, now + 1, 20) == 20
    assert await store.write(drop, now + 1, 20) == 10
    assert await store.write(drop, now + 1, 20) == 0
