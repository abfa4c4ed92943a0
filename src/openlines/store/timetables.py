"""Working time that several lines share, and public holidays as days."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, update

from openlines.core.line import Interval, SpecialDays
from openlines.store.statement import Statement
from openlines.store.tables import holiday_days, timetables
from openlines.store.tx import Reader, Tx


class Timetable(msgspec.Struct, frozen=True, gc=False):
    """`week` and `exceptions` are JSON texts of core.line.Interval and SpecialDays; an empty zone is the portal's."""

    id: int
    name: str
    time_zone: str
    week: str
    exceptions: str
    holidays_country: str
    holidays_region: str
    version: int
    created_at: int

    @property
    def intervals(self) -> tuple[tuple[Interval, ...], ...]:
        return _week(self.week)

    @property
    def special_days(self) -> tuple[SpecialDays, ...]:
        return _exceptions(self.exceptions)


class Holiday(msgspec.Struct, frozen=True, gc=False):
    date: str
    name_en: str
    name_ru: str

    def name(self, language: str) -> str:
        return self.name_ru if language == "ru" else self.name_en


_week = msgspec.json.Decoder(tuple[tuple[Interval, ...], ...]).decode
_exceptions = msgspec.json.Decoder(tuple[SpecialDays, ...]).decode

_COLUMNS = [timetables.c[name] for name in Timetable.__struct_fields__]
_KNOWN = Statement(select(timetables.c.id).where(timetables.c.id == bindparam("id")))
_ONE = Statement(select(*_COLUMNS).where(timetables.c.id == bindparam("id")))
_LOCKED = Statement(select(*_COLUMNS).where(timetables.c.id == bindparam("id")).with_for_update())
_ALL = Statement(select(*_COLUMNS).order_by(timetables.c.name, timetables.c.id))
_ADD = Statement(insert(timetables))
_SET_SEEN = Statement(
    update(timetables).where(timetables.c.id == bindparam("of_id"), timetables.c.version == bindparam("seen"))
)
_REMOVE = Statement(delete(timetables).where(timetables.c.id == bindparam("id")))

_OF_PLACE = (holiday_days.c.country == bindparam("country"), holiday_days.c.region == bindparam("region"))
_DAYS = Statement(
    select(*(holiday_days.c[name] for name in Holiday.__struct_fields__))
    .where(*_OF_PLACE)
    .order_by(holiday_days.c.date)
)
_LAST_DAY = Statement(select(func.max(holiday_days.c.date)).where(*_OF_PLACE))
_CLEAR_DAYS = Statement(delete(holiday_days).where(*_OF_PLACE))
_ADD_DAY = Statement(insert(holiday_days))


def known(reader: Reader, timetable_id: int) -> bool:
    """Is there such a timetable?"""
    return reader.one(_KNOWN, id=timetable_id) is not None


def one(reader: Reader, timetable_id: int) -> Timetable | None:
    row = reader.one(_ONE, id=timetable_id)
    return None if row is None else Timetable(*row)


def locked(tx: Tx, timetable_id: int) -> Timetable | None:
    """The timetable, unchanged until this transaction ends."""
    row = tx.one(_LOCKED, id=timetable_id)
    return None if row is None else Timetable(*row)


def every(reader: Reader) -> list[Timetable]:
    return [Timetable(*row) for row in reader.all(_ALL)]


def add(tx: Tx, **values: Any) -> None:
    tx.run(_ADD, **values)


def put_seen(tx: Tx, timetable_id: int, seen: int, **values: Any) -> bool:
    """Changes the timetable if it is still the one that was seen; False when somebody was first."""
    return tx.changed(_SET_SEEN, of_id=timetable_id, seen=seen, version=seen + 1, **values) == 1


def remove(tx: Tx, timetable_id: int) -> None:
    tx.run(_REMOVE, id=timetable_id)


# --- public holidays --------------------------------------------------------------------------------------


def holidays(reader: Reader, country: str, region: str) -> list[Holiday]:
    """The days that are written down for a country or a region of it, in their order."""
    return [Holiday(*row) for row in reader.all(_DAYS, country=country, region=region)]


def last_holiday(reader: Reader, country: str, region: str) -> str:
    """The last day that is written down, "" when none is."""
    row = reader.one(_LAST_DAY, country=country, region=region)
    return (row[0] or "") if row else ""


def put_holidays(tx: Tx, country: str, region: str, days: Sequence[Holiday]) -> None:
    """Writes these down in place of whatever stood there."""
    tx.run(_CLEAR_DAYS, country=country, region=region)
    place = {"country": country, "region": region}
    rows = [{**place, **msgspec.structs.asdict(day)} for day in days]
    if rows:
        tx.run_many(_ADD_DAY, rows)
