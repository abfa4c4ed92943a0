"""Two windows of one operator open while the database is away: he is online as soon as it is back."""

import asyncio
from typing import Any

import pytest

from openlines.api.staff import socket as staff_socket
from openlines.services import presence
from openlines.store import StoreUnavailable
from tests.api.house import House


async def test_whoever_comes_by_two_windows_while_the_database_is_away_is_online_afterwards(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = house.app.edge.store
    write, asked, second = store.write, asyncio.Event(), asyncio.Event()

    async def away(use_case: Any, *args: Any, **kwargs: Any) -> Any:
        if use_case is presence.connected and not second.is_set():
            asked.set()
            await second.wait()
            raise StoreUnavailable("the database is away", retry_after=1.0)
        return await write(use_case, *args, **kwargs)

    monkeypatch.setattr(store, "write", away)
    monkeypatch.setattr(staff_socket, "AGAIN", 0.01)
    one, other = house.admin.socket(), house.admin.socket()
    await one.__aenter__()
    await asyncio.wait_for(asked.wait(), 20)
    await other.__aenter__()
    snapshot = (await house.admin.get("/api/v1/snapshot")).json
    other.say({"type": "subscribe", "cursor": snapshot["cursor"], "epoch": snapshot["epoch"]})
    await other.hear("ready")
    second.set()
    for _ in range(500):
        online = (await house.admin.get("/api/v1/users/1")).json.get("online")
        if online or one.closed is not None:
            break
        await asyncio.sleep(0.02)
    assert (await house.admin.get("/api/v1/users/1")).json.get("online")
    await one.__aexit__()
    await other.__aexit__()
