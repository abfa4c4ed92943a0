"""Working time through HTTP: timetables that lines share, public holidays, faults at their fields."""

from typing import Any

import pytest

from openlines.store.timetables import holidays
from tests.api.house import House

NIGHTS = [[{"from": "22:00", "to": "06:00"}] for _ in range(7)]
DAYS = [[{"from": "09:00", "to": "13:00"}, {"from": "14:00", "to": "18:00"}] for _ in range(7)]


async def made(house: House, **values: Any) -> dict[str, Any]:
    answer = await house.admin.post("/api/v1/timetables", {"name": "Shop hours", **values})
    assert answer.status == 201, answer.body
    found: dict[str, Any] = answer.json
    return found


async def line(house: House, line_id: int) -> dict[str, Any]:
    found: dict[str, Any] = (await house.admin.get(f"/api/v1/lines/{line_id}")).json
    return found


async def test_a_timetable_is_written_once_and_holds_for_its_lines(house: House) -> None:
    table = await made(house, time_zone="America/New_York", week=DAYS)
    second = await house.add_line("Second", [1])
    for line_id in (house.line_id, second):
        await house.change_line(line_id, hours_on=True, timetable_id=table["id"])
    shown = (await house.admin.get("/api/v1/timetables")).json["items"]
    assert [each["id"] for each in shown[0]["lines"]] == [house.line_id, second]

    before = [await line(house, each) for each in (house.line_id, second)]
    change = {"version": table["version"], "week": [[] for _ in range(7)]}
    answer = await house.admin.patch(f"/api/v1/timetables/{table['id']}", change)
    assert answer.status == 200, answer.body
    after = [await line(house, each) for each in (house.line_id, second)]
    assert [(each.get("open"), each.get("opens_at")) for each in after] == [(None, None)] * 2
    assert [each["version"] for each in after] == [each["version"] for each in before]
    assert answer.json["week"] == [[]] * 7

    gone = await house.admin.delete(f"/api/v1/timetables/{table['id']}")
    assert (gone.status, gone.json["code"]) == (409, "timetable_in_use")
    assert "Second" in gone.json["detail"]
    for line_id in (house.line_id, second):
        await house.change_line(line_id, timetable_id=0)
    assert (await house.admin.delete(f"/api/v1/timetables/{table['id']}")).status == 204
    late = await house.admin.get(f"/api/v1/timetables/{table['id']}")
    assert late.status == 404


async def test_whoever_saves_a_timetable_second_is_told(house: House) -> None:
    table = await made(house)
    path = f"/api/v1/timetables/{table['id']}"
    assert (await house.admin.patch(path, {"version": table["version"], "name": "Other"})).status == 200
    late = await house.admin.patch(path, {"version": table["version"], "week": NIGHTS})
    assert (late.status, late.json["code"]) == (409, "changed_meanwhile")
    assert (await house.admin.get(path)).json["name"] == "Other"


FAULTS = [
    ({"time_zone": "Mars/Base"}, "time_zone", "unknown_zone"),
    ({"week": DAYS[:6]}, "week", "week_of_seven"),
    ({"week": [*DAYS[:6], [{"from": "9", "to": "18:00"}]]}, "week.6.0.start", "bad_time"),
    ({"week": [*DAYS[:6], [*DAYS[0], {"from": "12:00", "to": "15:00"}]]}, "week.6.1", "overlap"),
    ({"week": [*NIGHTS[:6], [{"from": "05:00", "to": "07:00"}]]}, "week.6.0", "overlap"),
    ({"week": [*DAYS[:6], [{"from": "09:00", "to": "10:00"}] * 25]}, "week.6", "too_many"),
    ({"exceptions": [{"date": "2026-02-30", "intervals": []}]}, "exceptions.0.date", "bad_date"),
    ({"exceptions": [{"date": "2026-03-02", "until": "2026-03-01"}]}, "exceptions.0.until", "date_order"),
    ({"exceptions": [{"date": "2026-03-02"}] * 2}, "exceptions.1.date", "repeated_dates"),
    ({"exceptions": [{"date": "2026-03-02", "name": "x" * 10_000}]}, "exceptions.0.name", "too_long"),
    ({"exceptions": [{"date": "2026-03-02", "nam": "x"}]}, "exceptions.0.nam", "unknown_setting"),
    ({"holidays_country": "XX"}, "holidays_country", "unknown_country"),
    ({"holidays_country": "DE", "holidays_region": "XX"}, "holidays_region", "unknown_region"),
    ({"holidays_region": "BY"}, "holidays_region", "country_needed"),
]


@pytest.mark.parametrize(("hours", "field", "code"), FAULTS, ids=[f"{field} {code}" for _, field, code in FAULTS])
async def test_a_fault_stands_at_its_field_in_a_timetable_and_in_a_line(
    house: House, hours: dict[str, Any], field: str, code: str
) -> None:
    version = (await line(house, house.line_id))["version"]
    answers = [
        await house.admin.post("/api/v1/timetables", {"name": "x", **hours}),
        await house.admin.patch(f"/api/v1/lines/{house.line_id}", {"version": version, "settings": hours}),
    ]
    for answer in answers:
        assert answer.status == 422, answer.body
        assert answer.json["fields"][field]["code"] == code
        assert answer.json["fields"][field]["message"] != code


async def test_a_name_is_needed_and_short(house: House) -> None:
    for name, code in ((" ", "name_needed"), ("x" * 101, "too_long")):
        answer = await house.admin.post("/api/v1/timetables", {"name": name})
        assert (answer.status, answer.json["fields"]["name"]["code"]) == (422, code)


async def test_the_holidays_of_a_country_and_of_a_region_are_told_in_the_readers_language(house: House) -> None:
    known = (await house.admin.get("/api/v1/holidays/countries")).json["items"]
    assert {"country": "DE", "regions": True} in known
    assert len(known) > 100
    germany = (await house.admin.get("/api/v1/holidays?country=DE")).json
    bavaria = (await house.admin.get("/api/v1/holidays?country=DE&region=BY")).json
    assert {"region": "BY", "name": "Bayern"} in germany["regions"]
    assert len(bavaria["items"]) > len(germany["items"])
    for language, name in (("en", "Russia Day"), ("ru", "День России")):
        answer = await house.admin.get("/api/v1/holidays?country=RU", headers={"accept-language": language})
        assert name in [each["name"] for each in answer.json["items"]]
    assert (await house.admin.get("/api/v1/holidays?country=XX")).status == 404


async def test_a_line_with_holidays_has_them_written_down_for_four_years(house: House) -> None:
    await house.change_line(house.line_id, hours_on=True, holidays_country="DE", holidays_region="BY")
    written = await house.app.edge.store.read(holidays, "DE", "BY")
    year = int((await line(house, house.line_id))["created_at"][:4])
    assert {int(day.date[:4]) for day in written} == {year - 1, year, year + 1, year + 2}
    assert [day.name_en for day in written if day.date == f"{year}-12-25"] == ["Christmas Day"]


async def test_the_portals_zone_is_the_zone_of_a_line_without_one(house: House) -> None:
    await house.change_line(house.line_id, hours_on=True, time_zone="", week=[[{"from": "00:00", "to": "24:00"}]] * 7)
    await house.change_line(house.line_id, week=[[{"from": "12:00", "to": "12:01"}]] * 7)

    async def opens() -> str:
        found = await line(house, house.line_id)
        return str(found.get("opens_at") or found.get("closes_at"))[11:16]

    there = await opens()
    answer = await house.admin.patch("/api/v1/portal/settings", {"time_zone": "Asia/Kolkata"})
    assert answer.status == 200, answer.body
    assert (await opens()) in {"06:30", "06:31"}
    assert there in {"10:00", "10:01", "11:00", "11:01"}  # Berlin, winter or summer
