"""What a line's working time comes to: its own or a shared timetable, the zone, public holidays.

It is worked out whenever one of these changes and stored with the settings of every line concerned, so that
receiving a message looks at none of them. Lines are then re-armed: what is held, or due by the line's clock, moves.
"""

from openlines.core.hours import Hours
from openlines.core.line import LineSettings
from openlines.services import holidays
from openlines.store import conversations, lines, portal, timetables
from openlines.store.lines import settings_of, text_of
from openlines.store.tx import Reader, Tx


def stored(tx: Tx, settings: LineSettings) -> str:
    """The settings as the line keeps them, with the working time that they come to now."""
    return text_of(settings, in_force(tx, settings))


def in_force(tx: Tx, settings: LineSettings) -> Hours | None:
    """None for a line that is always open. Writes down the holidays of a place that is new to the portal."""
    if not settings.hours_on:
        return None
    shared = timetables.locked(tx, settings.timetable_id) if settings.timetable_id else None
    zone, country, region = settings.time_zone, settings.holidays_country, settings.holidays_region
    week, exceptions = settings.week, settings.exceptions
    if shared is not None:
        zone, country, region = shared.time_zone, shared.holidays_country, shared.holidays_region
        week, exceptions = shared.intervals, shared.special_days
    return Hours(zone or portal_zone(tx), week, exceptions, holidays.dates(tx, country, region))


def portal_zone(reader: Reader) -> str:
    found = portal.the_portal(reader)
    return (found.time_zone if found is not None else "") or "UTC"


def renew(tx: Tx, line_id: int) -> None:
    """A line whose timetable, holidays or portal's zone has changed: the new working time holds at once.

    The line's own version stays, since nothing of what its administrator chose has changed; the row is locked
    against somebody who is saving it.
    """
    row = lines.locked(tx, line_id)
    if row is None:
        return
    text = stored(tx, settings_of(row.settings))
    if text == row.settings:
        return
    lines.put(tx, line_id, settings=text, rearm_after=0)
    tx.event("line.changed", line_id=line_id, data={"fields": ["hours"]})
    conversations.kick(tx, line_id)
    tx.poke("rearm")


def renew_all(tx: Tx) -> None:
    """After a change of the portal's zone."""
    for row in lines.every(tx):
        renew(tx, row.id)


def places_used(reader: Reader) -> list[tuple[str, str]]:
    """(country, region) of every line and timetable that closes on public holidays."""
    own = {(row.rules.holidays_country, row.rules.holidays_region) for row in lines.every(reader) if row.rules.hours_on}
    shared = {(each.holidays_country, each.holidays_region) for each in timetables.every(reader)}
    return sorted(place for place in own | shared if place[0])


def holidays_behind(reader: Reader) -> list[tuple[str, str]]:
    """Places whose holidays are to be written down further: the year has changed, or a release knows more."""
    return holidays.behind(reader, places_used(reader))


def extend_holidays(tx: Tx, country: str, region: str) -> None:
    """Writes the holidays of a place down up to two years ahead and lets every line that keeps them know."""
    first, last = holidays.years_around(tx.now)
    timetables.put_holidays(tx, country, region, holidays.days_of(country, region, first, last))
    shared = {
        each.id for each in timetables.every(tx) if (each.holidays_country, each.holidays_region) == (country, region)
    }
    for row in lines.every(tx):
        rules = row.rules
        own = not rules.timetable_id and (rules.holidays_country, rules.holidays_region) == (country, region)
        if rules.hours_on and (own or rules.timetable_id in shared):
            renew(tx, row.id)
