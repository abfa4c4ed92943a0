"""Timetables that lines share, and the public holidays that a line may close on."""

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter

from openlines.api.acting import act, shown
from openlines.api.guard import CONFIGURES, LOOKS_AT_SETTINGS, makes
from openlines.api.refusals import HttpRefused
from openlines.api.staff.common import Number, Req, TheActor, TheEdge, TheLanguage, harmless
from openlines.core.schedule import closes_at, is_open, next_open, schedule_of
from openlines.realtime.snapshot import whole
from openlines.services import holidays, timetables, working_time
from openlines.services.line_settings import inward, shown_settings
from openlines.services.timetables import HOURS, Shared
from openlines.store.tx import Reader, Tx
from openlines.support.stamps import stamp_or_none
from openlines.support.tolerant import clean

TAGS = ["timetables"]
Text = Annotated[str, msgspec.Meta(max_length=1000)]
Week = list[list[dict[str, Any]]]


class LineOf(msgspec.Struct):
    id: int
    name: str


class Timetable(msgspec.Struct, omit_defaults=True):
    """Working time under a name, and the lines that keep to it. Monday first; times on the clock of `time_zone`."""

    id: int
    version: int
    name: str
    time_zone: str
    week: Week
    exceptions: list[dict[str, Any]]
    holidays_country: str = ""
    holidays_region: str = ""
    lines: list[LineOf] = []
    open: bool = False
    opens_at: str | None = None
    closes_at: str | None = None


class Timetables(msgspec.Struct):
    items: list[Timetable]
    next: str | None


class Hours(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Fields of working time as a line's settings have them; what is missing stays as it is."""

    time_zone: Text | msgspec.UnsetType = msgspec.UNSET
    week: Any = msgspec.UNSET
    exceptions: Any = msgspec.UNSET
    holidays_country: Text | msgspec.UnsetType = msgspec.UNSET
    holidays_region: Text | msgspec.UnsetType = msgspec.UNSET


class NewTimetable(Hours, forbid_unknown_fields=True, kw_only=True):
    name: Text


class TimetableChange(Hours, forbid_unknown_fields=True, kw_only=True):
    version: Number
    name: Text | None = None


def _hours_in(given: NewTimetable | TimetableChange) -> dict[str, Any]:
    """The fields that were sent, in the shape of the settings, their texts such that every database keeps them."""
    sent = {name: clean(value) for name in HOURS if (value := getattr(given, name)) is not msgspec.UNSET}
    return inward(sent)


async def warm(country: Any, region: Any, now: int) -> None:
    """Work the holidays of a place out before the use case that writes them down, off the event loop."""
    if isinstance(country, str) and country:
        region = region if isinstance(region, str) else ""
        await asyncio.to_thread(holidays.days_of, country, region, *holidays.years_around(now))


def timetable_out(reader: Reader, shared: Shared) -> Timetable:
    row, settings = shared.timetable, timetables.settings_of(shared.timetable)
    plain, now = shown_settings(settings), reader.now
    days = holidays.days_of(row.holidays_country, row.holidays_region, *holidays.years_around(now))
    zone = row.time_zone or working_time.portal_zone(reader)
    schedule = schedule_of(settings, zone, tuple(day.date for day in days))
    open_now = is_open(schedule, now)
    return Timetable(
        id=row.id,
        version=row.version,
        name=row.name,
        **{name: plain[name] for name in HOURS},
        lines=[LineOf(each.id, each.name) for each in shared.lines],
        open=open_now,
        opens_at=None if open_now else stamp_or_none(next_open(schedule, now)),
        closes_at=stamp_or_none(closes_at(schedule, now)) if open_now else None,
    )


def _timetables(reader: Reader) -> list[Timetable]:
    return [timetable_out(reader, each) for each in timetables.every(reader)]


def _timetable(reader: Reader, timetable_id: int) -> Timetable:
    return timetable_out(reader, timetables.one(reader, timetable_id))


@get("/timetables", opt=LOOKS_AT_SETTINGS, tags=TAGS, summary="Every timetable, with the lines that keep to it")
async def list_timetables(edge: TheEdge) -> Response[Timetables]:
    return shown(whole(await edge.store.read(_timetables)))


@get("/timetables/{timetable_id:int}", opt=LOOKS_AT_SETTINGS, tags=TAGS, summary="One timetable")
async def read_timetable(edge: TheEdge, timetable_id: FromPath[int]) -> Timetable:
    return await edge.store.read(_timetable, timetable_id)


@post(
    "/timetables",
    opt=makes(CONFIGURES, "/api/v1/timetables/{id}"),
    tags=TAGS,
    summary="Make a timetable",
    status_code=201,
)
async def create_timetable(
    edge: TheEdge, request: Req, actor: TheActor, data: JSONBody[NewTimetable]
) -> Response[Timetable]:
    """What is not named is as a new line has it: Monday to Friday from nine to six, on the portal's clock."""
    hours = _hours_in(data)
    await warm(hours.get("holidays_country"), hours.get("holidays_region"), edge.store.clock.now())

    def create(tx: Tx) -> int:
        return timetables.create(tx, actor, harmless(data.name), hours)

    return await act(edge, request, create, _timetable, status=201)


@patch("/timetables/{timetable_id:int}", opt=CONFIGURES, tags=TAGS, summary="Change a timetable for all of its lines")
async def change_timetable(
    edge: TheEdge, request: Req, actor: TheActor, timetable_id: FromPath[int], data: JSONBody[TimetableChange]
) -> Response[Timetable]:
    """Holds at once in every line that keeps to it. 409 when somebody saved since `version`."""
    hours = _hours_in(data)
    await warm(hours.get("holidays_country"), hours.get("holidays_region"), edge.store.clock.now())

    def change(tx: Tx) -> Shared:
        name = harmless(data.name) if data.name is not None else None
        return timetables.change(tx, actor, timetable_id, data.version, name=name, hours=hours)

    return await act(edge, request, change, timetable_out)


@delete("/timetables/{timetable_id:int}", opt=CONFIGURES, tags=TAGS, summary="Remove a timetable that no line keeps to")
async def delete_timetable(edge: TheEdge, request: Req, actor: TheActor, timetable_id: FromPath[int]) -> None:
    await act(edge, request, lambda tx: timetables.remove(tx, actor, timetable_id))


# --- public holidays ----------------------------------------------------------------------------------------


class Place(msgspec.Struct):
    """A country by its ISO 3166-1 code, and whether regions of it have holidays of their own."""

    country: str
    regions: bool


class Region(msgspec.Struct):
    region: str
    name: str


class HolidayDay(msgspec.Struct):
    date: str
    name: str


class Places(msgspec.Struct):
    items: list[Place]
    next: str | None


class HolidaysOf(msgspec.Struct):
    """The regions of a country that have holidays of their own, and the days of the place that was asked for."""

    regions: list[Region]
    items: list[HolidayDay]
    next: str | None = None


@get("/holidays/countries", opt=LOOKS_AT_SETTINGS, tags=TAGS, summary="Countries whose public holidays are known")
async def list_countries() -> Response[Places]:
    known = await asyncio.to_thread(holidays.places)
    return shown(whole([Place(country, bool(regions)) for country, regions in known.items()]))


@get("/holidays", opt=LOOKS_AT_SETTINGS, tags=TAGS, summary="Public holidays of a country, or of a region of it")
async def list_holidays(
    edge: TheEdge,
    language: TheLanguage,
    country: Annotated[str, QueryParameter(max_length=2)],
    region: Annotated[str, QueryParameter(max_length=40)] = "",
) -> Response[HolidaysOf]:
    """Of last year up to two years ahead, by the names that the reader knows. 404 for a place that is not known."""
    if not country or holidays.problems(country, region):
        raise HttpRefused(404, "not_found", what="holidays")
    years = holidays.years_around(edge.store.clock.now())
    days = await asyncio.to_thread(holidays.days_of, country, region, *years)
    regions = await asyncio.to_thread(holidays.regions, country)
    return shown(
        HolidaysOf(
            [Region(code, name) for code, name in regions.items()],
            [HolidayDay(day.date, day.name(language)) for day in days],
        )
    )


HANDLERS = [
    list_timetables,
    read_timetable,
    create_timetable,
    change_timetable,
    delete_timetable,
    list_countries,
    list_holidays,
]
