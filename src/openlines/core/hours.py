"""Working time as it is in force for a line, from wherever its parts come.

A line has a week and dates of its own or shares a timetable, has a zone of its own or the portal's, and may close on
the public holidays of a country. What these come to is written down with the line whenever one of them changes, so
that a customer's message finds it beside the settings and looks nowhere else.
"""

from dataclasses import dataclass

from openlines.core.line import Interval, SpecialDays


@dataclass(frozen=True, slots=True)
class Hours:
    """Monday first. A holiday closes its day unless a dated exception says when it is open."""

    time_zone: str
    week: tuple[tuple[Interval, ...], ...]
    exceptions: tuple[SpecialDays, ...] = ()
    holidays: tuple[str, ...] = ()  # "2026-12-25"
