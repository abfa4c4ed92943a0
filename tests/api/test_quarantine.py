"""Events of vendors that could not be understood: seen, opened and tried again by administrators."""

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from openlines.api.control import ask
from openlines.cli import app
from openlines.store import deliveries, inbox
from openlines.store.statement import Statement
from openlines.store.tx import Reader
from tests.api.house import House
from tests.api.test_bad_input import _sealed, connect_vendor


async def _send(house: House, *bodies: bytes) -> int:
    """What a vendor sends, proven; the channel's id. Every body here is one that nobody understands."""
    vendor, path, channel_id = await connect_vendor(house)
    edge = house.app.edge
    secrets = edge.seal.open("channels", channel_id, await edge.store.read(_sealed, channel_id))
    headers = {"x-telegram-bot-api-secret-token": secrets["webhook_secret"].reveal()}
    for body in bodies:
        assert (await vendor.post(path, raw=body, headers=headers)).status == 200
    return channel_id


async def _aside(house: House, total: int) -> list[dict[str, Any]]:
    """The list, once so many are put aside."""
    page: dict[str, Any] = {}
    for _ in range(200):
        page = (await house.admin.get("/api/v1/quarantine")).json
        if page["total"] == total:
            return list(page["items"])
        await asyncio.sleep(0.05)
    raise AssertionError(page)


async def _last_words(house: House) -> str:
    """Of the only conversation, once both messages are there."""
    rows: list[dict[str, Any]] = []
    for _ in range(200):
        rows = (await house.admin.get("/api/v1/conversations?list=all")).json["items"]
        if rows and rows[0].get("unread") == 2:
            return str(rows[0]["last"]["text"])
        await asyncio.sleep(0.05)
    raise AssertionError(rows)


def _update(number: int, text: str) -> bytes:
    chat = {"id": 5, "type": "private", "first_name": "Eva"}
    message = {"message_id": number, "date": 1_700_000_000, "chat": chat, "from": {**chat, "is_bot": False}}
    return json.dumps({"update_id": number, "message": {**message, "text": text}}).encode()


async def test_what_was_put_aside_is_listed_opened_and_tried_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(body: bytes) -> Any:
        raise ZeroDivisionError("a mistake of ours")

    monkeypatch.setattr("openlines.channels.telegram.parse.parse", broken)
    channel_id = await _send(house, _update(1, "Good morning"), _update(2, "Anybody there?"))
    items = await _aside(house, 2)
    assert [each["channel_id"] for each in items] == [channel_id] * 2
    assert items[0]["error"] == "ZeroDivisionError: a mistake of ours"
    first = await house.admin.get("/api/v1/quarantine?limit=1")
    second = await house.admin.get(f"/api/v1/quarantine?limit=1&cursor={first.json['next']}")
    assert [first.json["items"][0]["id"], second.json["items"][0]["id"]] == [each["id"] for each in items]
    assert second.json["next"] is None
    opened = (await house.admin.get(f"/api/v1/quarantine/{items[1]['id']}")).json
    assert json.loads(opened["body"])["message"]["text"] == "Good morning"

    monkeypatch.undo()
    ids = [each["id"] for each in items]
    answer = await house.admin.post("/api/v1/quarantine/replay", {"ids": ids})
    assert answer.json == {"count": 2}
    assert await _aside(house, 0) == []
    assert await _last_words(house) == "Anybody there?"
    assert (await house.admin.post("/api/v1/quarantine/replay", {"ids": ids})).json == {"count": 0}
    assert (await house.admin.get(f"/api/v1/quarantine/{ids[0]}")).status == 404


async def test_bytes_that_are_no_text_are_shown_all_the_same(house: House) -> None:
    await _send(house, b'{"update_id": \xff\x00}')
    item = (await _aside(house, 1))[0]
    opened = (await house.admin.get(f"/api/v1/quarantine/{item['id']}")).json
    assert opened["body"] == '{"update_id": \\xff\u2400}'


async def test_the_command_line_lists_and_replays(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _send(house, b"[]", b"null", b"{")
    await _aside(house, 3)
    socket = tmp_path / "data" / "control.sock"
    listed = await ask(socket, "inbox.list", {"limit": 2}, "en")
    assert listed is not None
    assert (listed["result"]["total"], len(listed["result"]["items"])) == (3, 2)
    replayed = await ask(socket, "inbox.replay", {"all": True}, "en")
    assert replayed is not None
    assert replayed["result"] == {"count": 3}
    assert len(await _aside(house, 3)) == 3, "still not understood: put aside again"
    monkeypatch.setenv("LANG", "C")
    monkeypatch.delenv("LC_ALL", raising=False)
    shown = await asyncio.to_thread(CliRunner().invoke, app, ["inbox", "list", "--data", str(tmp_path / "data")])
    assert shown.exit_code == 0, shown.output
    assert "3 events were put aside" in shown.output
    again = await asyncio.to_thread(
        CliRunner().invoke, app, ["inbox", "replay", "--all", "--data", str(tmp_path / "data")]
    )
    assert "3 events are tried again" in again.output
    neither = await asyncio.to_thread(CliRunner().invoke, app, ["inbox", "replay", "--data", str(tmp_path / "data")])
    assert neither.exit_code == 2


async def test_depths_are_figures(house: House) -> None:
    await _send(house, b"[]", b"null")
    await _aside(house, 2)
    text = (await house.browser().get("/metrics")).body.decode()
    assert 'openlines_inbox_depth{state="quarantined"} 2.0' in text
    assert 'openlines_inbox_depth{state="new"} 0.0' in text
    assert 'openlines_deliveries_depth{state="queued"} 0.0' in text
    assert 'openlines_deliveries_depth{state="unknown"} 0.0' in text
    assert 'openlines_inbox_oldest_seconds{state="quarantined"}' in text


async def test_counting_reads_only_what_is_open(house: House, tmp_path: Path) -> None:
    """A scrape must not look through everything that ever came or went."""
    asked: list[str] = []

    class Asking(Reader):
        @property
        def now(self) -> int:
            return 0

        def one(self, statement: Statement, /, **params: Any) -> None:
            asked.append(statement.for_sqlite(()).sql)

        def all(self, statement: Statement, /, **params: Any) -> list[Any]:
            asked.append(statement.for_sqlite(()).sql)
            return []

    inbox.depths(Asking())
    deliveries.depths(Asking())
    with sqlite3.connect(tmp_path / "data" / "portal.db") as database:
        plans = [database.execute(f"EXPLAIN QUERY PLAN {each}").fetchall()[0][-1] for each in asked]
    for plan, index in zip(plans, ("inbox_new", "inbox_quarantined", "deliveries_lane"), strict=True):
        assert index in plan
