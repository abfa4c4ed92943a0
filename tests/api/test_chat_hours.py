"""When the chat is on the site: its own hours or the line's, decided by the server, right in the nights of DST."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from openlines.core.line import MINUTE, SECOND
from openlines.support.clock import SettableClock
from tests.api.house import House, running

NIGHTS = [
    # Zone, an interval that has the jump inside or beside it, and (local time, is the chat there?) around it.
    ("Europe/Berlin", "09:00", "18:00", "2027-10-31", [("08:59", False), ("09:00", True), ("18:00", False)]),
    ("Europe/Berlin", "09:00", "18:00", "2027-03-28", [("08:59", False), ("09:00", True), ("18:00", False)]),
    ("Europe/Berlin", "01:00", "02:30", "2027-03-28", [("01:00", True), ("01:59", True), ("03:00", False)]),
    ("America/New_York", "09:00", "18:00", "2027-11-07", [("08:59", False), ("09:00", True), ("18:00", False)]),
    ("America/New_York", "09:00", "18:00", "2027-03-14", [("08:59", False), ("09:00", True), ("18:00", False)]),
    ("America/New_York", "01:30", "04:00", "2027-11-07", [("01:29", False), ("01:30", True), ("04:00", False)]),
]


def instant(day: str, time: str, zone: str) -> int:
    return int(datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=ZoneInfo(zone)).timestamp()) * SECOND


async def channel(house: House, **settings: Any) -> None:
    path = f"/api/v1/channels/{house.channel_id}"
    version = (await house.admin.get(path)).json["version"]
    answer = await house.admin.patch(path, {"version": version, "settings": settings})
    assert answer.status == 200, answer.body


async def config(house: House) -> dict[str, Any]:
    answer = await house.browser().get(f"/api/v1/widget/{house.key}/config")
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = answer.json
    return found


async def hours(house: House) -> dict[str, Any]:
    found: dict[str, Any] = (await config(house))["hours"]
    return found


async def becomes(house: House, **expected: Any) -> None:
    """A change reaches what the node remembers of the channel as soon as the log is read."""
    found: dict[str, Any] = {}
    for _ in range(100):
        found = await hours(house)
        if {name: found.get(name) for name in expected} == expected:
            break
        await asyncio.sleep(0.01)
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize("whose", ["own", "line"])
async def test_the_chat_is_there_by_the_clock_on_the_wall_in_both_nights_of_the_year(
    tmp_path: Path, empty_portal: Path, whose: str
) -> None:
    clock = SettableClock(instant("2026-01-05", "09:00", "UTC"))
    async with running(tmp_path / "data", template=empty_portal, clock=clock) as house:
        await house.set_up()
        for zone, start, end, day, seen in NIGHTS:
            week = [[{"from": start, "to": end}] for _ in range(7)]
            clock.set(instant(day, seen[0][0], zone) - MINUTE)
            # A cookie lives for weeks; these nights lie months apart.
            house.admin = await house.sign_in("Ann")
            own = {"time_zone": zone, "week": week, "exceptions": []}
            await channel(house, only_in_hours=True, hours_of=whose, hours=own)
            await house.change_line(house.line_id, hours_on=whose == "line", time_zone=zone, week=week)
            await becomes(house, shown=False)
            for time, shown in seen:
                clock.set(instant(day, time, zone))
                assert (await hours(house))["shown"] is shown, (zone, day, time)


async def test_what_is_said_of_the_hours_names_its_own_end(tmp_path: Path, empty_portal: Path) -> None:
    monday = "2027-06-07"
    clock = SettableClock(instant(monday, "08:30", "UTC"))
    async with running(tmp_path / "data", template=empty_portal, clock=clock) as house:
        await house.set_up()
        week = [[{"from": "09:00", "to": "18:00"}] for _ in range(7)]
        await house.change_line(house.line_id, hours_on=True, time_zone="UTC", week=week)
        await becomes(house, shown=True, open=False, opens_at="2027-06-07T09:00:00.000Z", changes_in=1800)
        # The chat's own hours end earlier than the line's open: the nearer boundary counts.
        own = {"time_zone": "UTC", "week": [[{"from": "08:00", "to": "08:45"}]] * 7, "exceptions": []}
        await channel(house, only_in_hours=True, hours_of="own", hours=own)
        await becomes(house, shown=True, changes_in=900)
        clock.set(instant(monday, "08:45", "UTC") - 1)
        assert ((await hours(house))["shown"], (await hours(house))["changes_in"]) == (True, 1)
        clock.set(instant(monday, "08:45", "UTC"))
        assert (await hours(house))["shown"] is False
        await house.change_line(house.line_id, week=[[]] * 7)
        await becomes(house, open=False, opens_at=None)
        assert (await config(house))["online"] is False


async def test_with_a_line_that_has_no_working_time_the_chat_is_always_there(house: House) -> None:
    await channel(house, only_in_hours=True, hours_of="line")
    await becomes(house, shown=True, open=True, opens_at=None, changes_in=None)


async def test_off_hours_a_line_that_collects_asks_for_a_contact(house: House) -> None:
    await channel(house, ask_contact="none")
    await house.change_line(house.line_id, hours_on=True, week=[[]] * 7, off_hours="collect")
    await becomes(house, open=False)
    assert (await config(house))["ask_contact"] == "optional"
    await house.change_line(house.line_id, week=[[{"from": "00:00", "to": "24:00"}]] * 7)
    await becomes(house, open=True)
    assert (await config(house))["ask_contact"] == "none"
