"""Public holidays: which countries and regions are known, and their days, written down for the years around now.

The days of last year to two years ahead are kept in `holiday_days`, so that the core needs no library and every node
says the same. They come from the library `holidays`, which computes them; a year that it does not know has none.
Working them out takes some milliseconds the first time: whoever is about to write them calls `days_of` before
the transaction, off the event loop (`workers.tidy`, the endpoints), and the use case finds them remembered.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache

from openlines.core.line import SECOND, Problem
from openlines.store import timetables
from openlines.store.timetables import Holiday
from openlines.store.tx import Reader, Tx

YEARS_BACK = 1
YEARS_AHEAD = 2
_NAME_LIMIT = 200


@lru_cache(maxsize=1)
def places() -> Mapping[str, Sequence[str]]:
    """The codes of the known regions of each known country (ISO 3166-1); some countries have none."""
    import holidays

    return dict(sorted(holidays.list_supported_countries(include_aliases=False).items()))


@lru_cache(maxsize=512)
def regions(country: str) -> Mapping[str, str]:
    """The known regions of a country by code, with their names as people there write them."""
    import holidays

    codes = places().get(country, ())
    names = holidays.country_holidays(country).get_subdivision_aliases() if codes else {}
    return {code: (names.get(code) or [code])[0] for code in codes}


def problems(country: str, region: str) -> Sequence[Problem]:
    """What is wrong with a place, by field."""
    if not country:
        return [Problem("holidays_region", "country_needed")] if region else []
    if country not in places():
        return [Problem("holidays_country", "unknown_country")]
    if region and region not in places()[country]:
        return [Problem("holidays_region", "unknown_region")]
    return []


@lru_cache(maxsize=512)
def days_of(country: str, region: str, first: int, last: int) -> tuple[Holiday, ...]:
    """The public holidays of these years, in their order; none for a place that is not known."""
    if not country or problems(country, region):
        return ()
    english = _named(country, region, first, last, "en_US")
    russian = _named(country, region, first, last, "ru")
    return tuple(Holiday(day.isoformat(), english[day], russian.get(day, english[day])) for day in sorted(english))


def _named(country: str, region: str, first: int, last: int, language: str) -> Mapping[date, str]:
    """By their names in a language, where the library knows these; else as people there call them."""
    import holidays

    spoken = holidays.country_holidays(country).supported_languages or ()
    known = next((each for each in spoken if each == language or each[:2] == language[:2]), None)
    if known is None and language != "en_US":
        return {}
    found = holidays.country_holidays(country, subdiv=region or None, years=range(first, last + 1), language=known)
    return {day: name[:_NAME_LIMIT] for day, name in found.items() if first <= day.year <= last}


def years_around(now: int) -> tuple[int, int]:
    """The first and the last year whose holidays are kept at this instant (µs)."""
    year = datetime.fromtimestamp(now / SECOND, UTC).year
    return year - YEARS_BACK, year + YEARS_AHEAD


def dates(tx: Tx, country: str, region: str) -> tuple[str, ...]:
    """The closed days of a place; written down now if they are not yet."""
    if not country:
        return ()
    written = timetables.holidays(tx, country, region)
    first, last = years_around(tx.now)
    if not written or written[-1].date < str(last):
        written = list(days_of(country, region, first, last))
        timetables.put_holidays(tx, country, region, written)
    return tuple(day.date for day in written)


def behind(reader: Reader, used: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of these places those whose last year is not written down yet."""
    _, last = years_around(reader.now)
    return [place for place in used if timetables.last_holiday(reader, *place) < str(last)]
