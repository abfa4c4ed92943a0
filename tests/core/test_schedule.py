"""When a line is open: written as a wall clock would show it, in the zones that make it hard."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlines.core.line import DAY, HOUR, MINUTE, SECOND, Interval, LineSettings, Problem, SpecialDays
from openlines.core.schedule import (
    ALWAYS,
    Schedule,
    _spans,
    add_open_time,
    closes_at,
    is_open,
    next_open,
    open_time_between,
    problems,
    schedule_of,
    zone_known,
)

OFFICE = tuple((Interval("09:00", "18:00"),) if day < 5 else () for day in range(7))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def daily(*intervals: str) -> tuple[tuple[Interval, ...], ...]:
    """The same day seven times; an interval is written "20:00-04:00"."""
    return (spans(*intervals),) * 7


def spans(*intervals: str) -> tuple[Interval, ...]:
    return tuple(Interval(*each.split("-")) for each in intervals)


def schedule(
    week: tuple[tuple[Interval, ...], ...] = OFFICE, *exceptions: SpecialDays, zone: str = "Europe/Berlin"
) -> Schedule:
    return schedule_of(LineSettings(hours_on=True, week=week, exceptions=exceptions), zone)


def instant(words: str, zone: str = "Europe/Berlin", fold: int = 0) -> int:
    """What the wall clock shows, as microseconds; fold 1 is the second time of a repeated hour."""
    wall = datetime.fromisoformat(words).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return (wall - EPOCH) // timedelta(microseconds=1)


def wall(at: int | None, zone: str = "Europe/Berlin") -> str | None:
    """The instant as the wall clock shows it, with the zone's offset."""
    if at is None:
        return None
    return (EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone)).isoformat(" ", "minutes")


# ---------------------------------------------------------------- a week


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-11-23 08:59:59.999999", False),
        ("2026-11-23 09:00", True),
        ("2026-11-23 17:59:59.999999", True),
        ("2026-11-23 18:00", False),
        ("2026-11-27 12:00", True),  # Friday
        ("2026-11-28 12:00", False),  # Saturday
        ("2026-11-29 12:00", False),  # Sunday
    ],
)
def test_an_interval_begins_at_its_start_and_is_over_at_its_end(when: str, expected: bool) -> None:
    assert is_open(schedule(), instant(when)) is expected


def test_working_time_that_is_off_is_always_open() -> None:
    always = schedule_of(LineSettings(hours_on=False, week=((),) * 7), "Europe/Berlin")
    at = instant("2026-11-28 03:00")
    assert is_open(always, at)
    assert next_open(always, at) == at
    assert closes_at(always, at) is None
    assert open_time_between(always, at, at + HOUR) == HOUR
    assert open_time_between(always, at, at) == open_time_between(always, at, at - HOUR) == 0
    assert add_open_time(always, at, HOUR) == at + HOUR


def test_the_next_opening_is_now_today_or_after_the_weekend() -> None:
    office = schedule()
    assert next_open(office, instant("2026-11-23 10:00")) == instant("2026-11-23 10:00")
    assert wall(next_open(office, instant("2026-11-23 07:00"))) == "2026-11-23 09:00+01:00"
    assert wall(next_open(office, instant("2026-11-27 18:00"))) == "2026-11-30 09:00+01:00"


def test_it_closes_at_the_end_of_the_present_interval() -> None:
    assert wall(closes_at(schedule(), instant("2026-11-23 10:00"))) == "2026-11-23 18:00+01:00"
    assert closes_at(schedule(), instant("2026-11-23 18:00")) is None  # closed already


def test_several_intervals_a_day_leave_a_break() -> None:
    broken = schedule(daily("09:00-13:00", "14:00-18:00"))
    assert not is_open(broken, instant("2026-11-23 13:30"))
    assert wall(next_open(broken, instant("2026-11-23 13:30"))) == "2026-11-23 14:00+01:00"
    assert wall(closes_at(broken, instant("2026-11-23 12:00"))) == "2026-11-23 13:00+01:00"


def test_intervals_may_be_listed_in_any_order() -> None:
    shuffled = schedule(daily("14:00-18:00", "09:00-13:00"))
    assert wall(next_open(shuffled, instant("2026-11-23 08:00"))) == "2026-11-23 09:00+01:00"


def test_intervals_that_touch_are_one() -> None:
    touching = schedule(daily("09:00-13:00", "13:00-18:00"))
    assert is_open(touching, instant("2026-11-23 13:00"))
    assert wall(closes_at(touching, instant("2026-11-23 10:00"))) == "2026-11-23 18:00+01:00"


def test_a_night_belongs_to_the_day_on_which_it_starts() -> None:
    friday_night = schedule(((), (), (), (), spans("20:00-04:00"), (), ()))
    assert is_open(friday_night, instant("2026-11-28 03:59"))  # Saturday morning
    assert not is_open(friday_night, instant("2026-11-27 03:00"))  # Friday morning
    assert not is_open(friday_night, instant("2026-11-28 20:00"))
    assert wall(closes_at(friday_night, instant("2026-11-27 23:00"))) == "2026-11-28 04:00+01:00"


def test_sunday_night_runs_into_monday() -> None:
    assert is_open(schedule(((), (), (), (), (), (), spans("22:00-06:00"))), instant("2026-11-30 05:59"))


@pytest.mark.parametrize("end", ["24:00", "00:00"])
def test_midnight_is_an_end_in_both_spellings(end: str) -> None:
    evening = schedule(daily(f"18:00-{end}"))
    assert wall(closes_at(evening, instant("2026-11-23 19:00"))) == "2026-11-24 00:00+01:00"


@pytest.mark.parametrize("interval", ["00:00-24:00", "00:00-00:00", "09:00-09:00"])
def test_whole_days_on_end_never_close(interval: str) -> None:
    around = schedule(daily(interval))
    at = instant("2026-11-23 03:00")
    assert is_open(around, at)
    assert closes_at(around, at) is None
    assert open_time_between(around, at, at + 30 * DAY) == 30 * DAY
    assert add_open_time(around, at, 30 * DAY) == at + 30 * DAY


def test_a_week_without_hours_never_opens() -> None:
    never = schedule(((),) * 7)
    at = instant("2026-11-23 12:00")
    assert not is_open(never, at)
    assert next_open(never, at) is None
    assert open_time_between(never, at, at + 30 * DAY) == 0
    assert add_open_time(never, at, SECOND) == at + 3660 * DAY


# ---------------------------------------------------------------- exceptions


def test_a_holiday_is_closed() -> None:
    office = schedule(OFFICE, SpecialDays("2026-12-25"))
    assert not is_open(office, instant("2026-12-25 12:00"))
    assert is_open(office, instant("2026-12-24 12:00"))
    assert wall(next_open(office, instant("2026-12-25 08:00"))) == "2026-12-28 09:00+01:00"


def test_a_half_day_has_hours_of_its_own() -> None:
    office = schedule(OFFICE, SpecialDays("2026-12-24", None, spans("10:00-14:00")))
    assert not is_open(office, instant("2026-12-24 09:30"))
    assert wall(closes_at(office, instant("2026-12-24 12:00"))) == "2026-12-24 14:00+01:00"


def test_a_range_counts_both_of_its_days() -> None:
    office = schedule(OFFICE, SpecialDays("2026-12-21", "2027-01-08"))
    assert is_open(office, instant("2026-12-18 12:00"))
    assert not is_open(office, instant("2026-12-21 12:00"))
    assert not is_open(office, instant("2027-01-08 12:00"))
    assert wall(next_open(office, instant("2026-12-21 12:00"))) == "2027-01-11 09:00+01:00"


def test_a_working_saturday() -> None:
    office = schedule(OFFICE, SpecialDays("2026-11-28", None, spans("09:00-15:00")))
    assert is_open(office, instant("2026-11-28 14:59"))


def test_an_exception_may_run_over_midnight() -> None:
    office = schedule(OFFICE, SpecialDays("2026-11-28", None, spans("22:00-02:00")))
    assert is_open(office, instant("2026-11-29 01:59"))
    assert not is_open(office, instant("2026-11-29 02:00"))


def test_the_night_before_an_exception_goes_on_to_its_end() -> None:
    nights = schedule(daily("20:00-04:00"), SpecialDays("2026-12-25"))
    assert is_open(nights, instant("2026-12-25 03:59"))
    assert not is_open(nights, instant("2026-12-25 20:00"))
    assert not is_open(nights, instant("2026-12-26 03:00"))  # the night that would have begun on the 25th
    assert is_open(nights, instant("2026-12-26 20:00"))


def test_the_shorter_of_two_exceptions_holds() -> None:
    half_day = SpecialDays("2027-01-05", None, spans("10:00-14:00"))
    holidays = SpecialDays("2027-01-01", "2027-01-08")
    for exceptions in ((half_day, holidays), (holidays, half_day)):
        office = schedule(OFFICE, *exceptions)
        assert is_open(office, instant("2027-01-05 12:00"))
        assert not is_open(office, instant("2027-01-04 12:00"))


def test_between_exceptions_of_one_length_the_later_listed_holds() -> None:
    first, second = (SpecialDays("2027-01-05", None, spans(each)) for each in ("10:00-11:00", "15:00-16:00"))
    assert is_open(schedule(OFFICE, first, second), instant("2027-01-05 15:30"))
    assert not is_open(schedule(OFFICE, first, second), instant("2027-01-05 10:30"))


def test_an_opening_far_ahead_is_found_behind_a_long_exception() -> None:
    closed = schedule(OFFICE, SpecialDays("2026-01-01", "2029-12-31"))
    assert wall(next_open(closed, instant("2026-11-23 12:00"))) == "2030-01-01 09:00+01:00"


def test_an_only_opening_of_a_line_that_is_closed_otherwise() -> None:
    fair = schedule(((),) * 7, SpecialDays("2028-05-01", None, spans("10:00-11:00")))
    assert wall(next_open(fair, instant("2026-11-23 12:00"))) == "2028-05-01 10:00+02:00"
    assert next_open(fair, instant("2028-05-01 11:00")) is None
    two_fairs = schedule(
        ((),) * 7, *(SpecialDays(f"{year}-05-01", None, spans("10:00-11:00")) for year in (2027, 2029))
    )
    assert wall(next_open(two_fairs, instant("2027-05-01 11:00"))) == "2029-05-01 10:00+02:00"


def test_what_opens_in_more_than_ten_years_is_not_looked_for() -> None:
    day = datetime(2026, 11, 23, tzinfo=UTC)
    for days, found in ((3659, True), (3662, False)):
        fair = (day + timedelta(days=days)).date().isoformat()
        once = schedule(((),) * 7, SpecialDays(fair, None, spans("10:00-11:00")), zone="UTC")
        assert (next_open(once, instant("2026-11-23 12:00", "UTC")) is not None) is found


def test_open_around_the_clock_until_the_next_holiday() -> None:
    around = schedule(daily("00:00-24:00"), SpecialDays("2027-12-25"))
    assert wall(closes_at(around, instant("2026-11-23 12:00"))) == "2027-12-25 00:00+01:00"
    assert closes_at(around, instant("2027-12-26 12:00")) is None


def test_an_exception_that_ends_with_the_calendar_costs_nothing() -> None:
    closed = schedule(OFFICE, SpecialDays("2026-01-01", "9999-12-31"))
    assert next_open(closed, instant("2026-11-23 12:00")) is None
    assert add_open_time(closed, instant("2026-11-23 12:00"), HOUR) == instant("2026-11-23 12:00") + 3660 * DAY


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])
def test_with_the_calendar_ends_the_working_time_and_nothing_breaks(zone: str) -> None:
    nights = schedule(daily("20:00-19:00"), zone=zone)
    assert is_open(nights, instant("9999-12-26 12:00", "UTC"))
    for at in (instant(f"9999-12-{day} 12:00", "UTC") for day in (29, 30, 31)):
        assert next_open(nights, at) is None
        assert add_open_time(nights, at, HOUR) == at + 3660 * DAY


# ---------------------------------------------------------------- working time


def test_working_time_counts_only_what_is_open() -> None:
    office = schedule()
    assert open_time_between(office, instant("2026-11-27 17:00"), instant("2026-11-30 10:00")) == 2 * HOUR
    assert open_time_between(office, instant("2026-11-23 10:00"), instant("2026-11-23 10:30")) == 30 * MINUTE
    assert open_time_between(office, instant("2026-11-28 10:00"), instant("2026-11-29 10:00")) == 0
    assert open_time_between(office, instant("2026-11-23 11:00"), instant("2026-11-23 10:00")) == 0


def test_time_under_two_overlapping_intervals_counts_once() -> None:
    doubled = schedule(daily("09:00-12:00", "10:00-14:00"))
    assert open_time_between(doubled, instant("2026-11-23 00:00"), instant("2026-11-24 00:00")) == 5 * HOUR
    assert wall(add_open_time(doubled, instant("2026-11-23 08:00"), 4 * HOUR)) == "2026-11-23 13:00+01:00"


def test_a_target_by_working_time_waits_for_the_morning() -> None:
    office = schedule()
    assert wall(add_open_time(office, instant("2026-11-27 17:30"), HOUR)) == "2026-11-30 09:30+01:00"
    assert wall(add_open_time(office, instant("2026-11-28 12:00"), HOUR)) == "2026-11-30 10:00+01:00"
    assert wall(add_open_time(office, instant("2026-11-23 17:00"), HOUR)) == "2026-11-23 18:00+01:00"  # to the end
    assert add_open_time(office, instant("2026-11-28 12:00"), 0) == instant("2026-11-28 12:00")


def test_a_target_longer_than_a_year_of_short_weeks_is_still_exact() -> None:
    hour_a_week = schedule((spans("09:00-10:00"), (), (), (), (), (), ()))
    due = add_open_time(hour_a_week, instant("2026-11-23 00:00"), 100 * HOUR)
    assert due == instant("2026-11-23 10:00") + 99 * 7 * DAY - HOUR  # summer time by then


# ---------------------------------------------------------------- daylight saving and other jumps


def test_the_same_wall_clock_in_summer_and_winter() -> None:
    office = schedule()
    assert wall(next_open(office, instant("2026-03-28 12:00"))) == "2026-03-30 09:00+02:00"
    assert wall(next_open(office, instant("2026-10-24 12:00"))) == "2026-10-26 09:00+01:00"


@pytest.mark.parametrize(
    ("zone", "jump", "after"),
    [
        ("Europe/Berlin", "2026-03-29 01:59:59.999999", "2026-03-29 03:00+02:00"),
        ("America/New_York", "2026-03-08 01:59:59.999999", "2026-03-08 03:00-04:00"),
    ],
)
def test_a_start_or_end_that_the_clock_skips_is_the_moment_of_the_jump(zone: str, jump: str, after: str) -> None:
    before = instant(jump, zone)
    starts = schedule(daily("02:30-05:00"), zone=zone)
    assert not is_open(starts, before)
    assert wall(next_open(starts, before), zone) == after
    ends = schedule(daily("00:00-02:30"), zone=zone)
    assert is_open(ends, before)
    assert wall(closes_at(ends, before), zone) == after
    assert open_time_between(ends, before - 119 * MINUTE, before + 5 * HOUR) < 2 * HOUR


def test_every_time_that_the_clock_skips_is_the_same_moment() -> None:
    jump = instant("2026-03-29 03:00")
    for minute in range(60):
        assert next_open(schedule(daily(f"02:{minute:02d}-05:00")), jump - HOUR) == jump


@pytest.mark.parametrize(("zone", "day"), [("Europe/Berlin", "2026-03-29"), ("America/New_York", "2026-03-08")])
def test_an_interval_inside_the_gap_does_not_happen(zone: str, day: str) -> None:
    skipped = schedule(daily("02:15-02:45"), zone=zone)
    noon = instant(f"{day} 00:00", zone)
    assert open_time_between(skipped, noon, noon + 20 * HOUR) == 0
    assert (wall(next_open(skipped, noon), zone) or "")[8:16] == f"{int(day[-2:]) + 1:02d} 02:15"


@pytest.mark.parametrize(("zone", "day"), [("Europe/Berlin", "2026-10-25"), ("America/New_York", "2026-11-01")])
def test_a_repeated_hour_is_open_both_times(zone: str, day: str) -> None:
    hour = 2 if zone == "Europe/Berlin" else 1
    repeated = schedule(daily(f"{hour:02d}:00-{hour:02d}:30"), zone=zone)
    first, second = (instant(f"{day} {hour:02d}:00", zone, fold) for fold in (0, 1))
    assert second - first == HOUR
    assert is_open(repeated, first)
    assert is_open(repeated, second + 29 * MINUTE)
    assert not is_open(repeated, second + 30 * MINUTE)
    assert closes_at(repeated, first) == second + 30 * MINUTE  # one time, from first shown to last shown
    assert open_time_between(repeated, first - 3 * HOUR, first + 5 * HOUR) == 90 * MINUTE


def test_lord_howe_shifts_by_half_an_hour() -> None:
    zone = "Australia/Lord_Howe"
    office = schedule(daily("01:45-04:00"), zone=zone)
    # 5 April 2026: 02:00 becomes 01:30, so 01:45 is shown twice.
    opens = instant("2026-04-05 01:45", zone)
    assert next_open(office, opens - HOUR) == opens
    assert open_time_between(office, opens - HOUR, opens + 6 * HOUR) == 2 * HOUR + 45 * MINUTE
    # 4 October 2026: 02:00 becomes 02:30.
    spring = instant("2026-10-04 01:45", zone)
    assert open_time_between(office, spring, spring + 6 * HOUR) == HOUR + 45 * MINUTE
    assert wall(next_open(schedule(daily("02:15-03:00"), zone=zone), spring), zone) == "2026-10-04 02:30+11:00"


def test_apia_left_out_a_friday() -> None:
    zone = "Pacific/Apia"
    office = schedule(zone=zone)
    thursday = instant("2011-12-29 18:00", zone)
    assert wall(next_open(office, thursday), zone) == "2012-01-02 09:00+14:00"  # 30 December never came
    nights = schedule(daily("20:00-04:00"), zone=zone)
    late = instant("2011-12-29 23:00", zone)
    assert is_open(nights, late)
    # The night of the lost Friday shows its Saturday part, so the two nights are one.
    assert wall(closes_at(nights, late), zone) == "2011-12-31 04:00+14:00"
    assert wall(next_open(nights, late + 5 * HOUR), zone) == "2011-12-31 20:00+14:00"
    thursdays = schedule(((), (), (), spans("20:00-04:00"), (), (), ()), zone=zone)
    assert wall(closes_at(thursdays, late), zone) == "2011-12-31 00:00+14:00"  # its end fell into the lost day


def test_almaty_moved_to_another_offset() -> None:
    zone = "Asia/Almaty"
    office = schedule(zone=zone)
    assert wall(next_open(office, instant("2024-02-29 20:00", zone)), zone) == "2024-03-01 09:00+05:00"
    # The hour from 23:00 to midnight of 29 February was shown twice.
    late = schedule(daily("22:00-24:00"), zone=zone)
    evening = instant("2024-02-29 12:00", zone)
    assert open_time_between(late, evening, evening + 20 * HOUR) == 3 * HOUR


def test_casablanca_leaves_summer_time_for_ramadan() -> None:
    zone = "Africa/Casablanca"
    office = schedule(zone=zone)
    assert wall(next_open(office, instant("2026-02-13 19:00", zone)), zone) == "2026-02-16 09:00+00:00"
    assert wall(next_open(office, instant("2026-03-20 19:00", zone)), zone) == "2026-03-23 09:00+01:00"


def test_midnight_that_does_not_exist() -> None:
    zone = "America/Havana"  # 8 March 2026: 00:00 becomes 01:00
    evening = schedule(daily("20:00-24:00"), zone=zone)
    assert wall(closes_at(evening, instant("2026-03-07 21:00", zone)), zone) == "2026-03-08 01:00-04:00"
    assert open_time_between(evening, instant("2026-03-07 12:00", zone), instant("2026-03-08 12:00", zone)) == 4 * HOUR
    morning = schedule(daily("00:00-08:00"), zone=zone)
    assert wall(next_open(morning, instant("2026-03-07 21:00", zone)), zone) == "2026-03-08 01:00-04:00"


def test_a_whole_day_of_23_hours_and_one_of_25() -> None:
    around = schedule(daily("00:00-24:00"), SpecialDays("2026-01-01"))
    assert open_time_between(around, instant("2026-03-29 00:00"), instant("2026-03-30 00:00")) == 23 * HOUR
    assert open_time_between(around, instant("2026-10-25 00:00"), instant("2026-10-26 00:00")) == 25 * HOUR


# ---------------------------------------------------------------- what is wrong


def codes(found: object) -> list[tuple[str, str]]:
    assert isinstance(found, list)
    return [(each.field, each.code) for each in found if isinstance(each, Problem)]


def test_nothing_is_wrong_with_the_week_of_a_newcomer() -> None:
    assert codes(problems(LineSettings().week, (), "")) == []
    assert codes(problems(OFFICE, (SpecialDays("2026-12-24", "2026-12-31"),), "Asia/Almaty")) == []


@pytest.mark.parametrize("zone", ["Mars/Olympus", "America", "../etc/passwd", "Europe/Berlin\0", "x" * 300, "UTC+3"])
def test_a_zone_that_nobody_knows(zone: str) -> None:
    assert not zone_known(zone)
    assert list(problems(OFFICE, (), zone)) == [Problem("time_zone", "unknown_zone", {"value": zone})]


def test_a_line_whose_zone_has_vanished_goes_on_in_utc() -> None:
    assert is_open(schedule(zone="Mars/Olympus"), instant("2026-11-23 09:00", "UTC"))
    assert not is_open(schedule(zone="Mars/Olympus"), instant("2026-11-23 08:59", "UTC"))


@pytest.mark.parametrize("bad", ["9:00", "24:01", "23:60", "0900", "", "aa:bb", "٠٩:٠٠", " 09:00", "09:00:00", "-1:00"])
def test_what_is_no_time_of_day(bad: str) -> None:
    assert list(problems(((Interval(bad, "18:00"),), *((),) * 6), (), "")) == [
        Problem("week.0.0.start", "bad_time", {"value": bad})
    ]
    assert list(problems(((), (Interval("09:00", bad),), *((),) * 5), (), "")) == [
        Problem("week.1.0.end", "bad_time", {"value": bad})
    ]
    with pytest.raises(ValueError, match="not a time of day"):
        schedule((*daily()[:6], (Interval("09:00", bad),)))


def test_days_without_a_break_follow_each_other_and_do_not_overlap() -> None:
    assert codes(problems(daily("00:00-24:00"), (), "")) == []
    assert codes(problems(OFFICE, (SpecialDays("2026-12-24", "2026-12-26", spans("00:00-24:00")),), "")) == []


def test_midnight_as_24_is_only_an_end() -> None:
    assert codes(problems(daily("24:00-08:00"), (), ""))[0] == ("week.0.0.start", "bad_time")
    assert codes(problems(daily("08:00-24:00"), (), "")) == []


def test_intervals_of_one_day_that_overlap() -> None:
    week = (spans("09:00-13:00", "12:59-18:00"), *((),) * 6)
    assert codes(problems(week, (), "")) == [("week.0.1", "overlap")]
    assert codes(problems((spans("09:00-13:00", "13:00-18:00"), *((),) * 6), (), "")) == []
    assert codes(problems((spans("09:00-09:00", "12:00-13:00"), *((),) * 6), (), "")) == [("week.0.1", "overlap")]


def test_an_interval_inside_a_long_one_is_found_behind_a_short_one() -> None:
    week = (spans("08:00-20:00", "09:00-10:00", "11:00-12:00"), *((),) * 6)
    assert codes(problems(week, (), "")) == [("week.0.1", "overlap"), ("week.0.2", "overlap")]


def test_a_night_that_runs_into_the_next_morning_overlaps() -> None:
    week = (spans("20:00-08:30"), spans("08:00-12:00"), *((),) * 5)
    assert codes(problems(week, (), "")) == [("week.1.0", "overlap")]
    sunday = (spans("08:00-12:00"), *((),) * 5, spans("20:00-08:30"))
    assert codes(problems(sunday, (), "")) == [("week.0.0", "overlap")]
    touching = (spans("20:00-08:00"), spans("08:00-12:00"), *((),) * 5)
    assert codes(problems(touching, (), "")) == []


def test_a_week_has_seven_days() -> None:
    assert list(problems(OFFICE[:5], (), "")) == [Problem("week", "week_of_seven", {"days": 5})]


@pytest.mark.parametrize("bad", ["2026-02-30", "31.12.2026", "20261231", "2026-W01-1", "", "0000-01-01", "٢٠٢٦-٠١-٠١"])
def test_what_is_no_date(bad: str) -> None:
    assert list(problems(OFFICE, (SpecialDays(bad),), "")) == [Problem("exceptions.0.date", "bad_date", {"value": bad})]
    assert codes(problems(OFFICE, (SpecialDays(bad, "2026-12-31"),), "")) == [("exceptions.0.date", "bad_date")]
    found = codes(problems(OFFICE, (SpecialDays("2026-01-01"), SpecialDays("2026-01-01", bad or "x")), ""))
    assert ("exceptions.1.until", "bad_date") in found
    with pytest.raises(ValueError, match="not a date"):
        schedule(OFFICE, SpecialDays(bad))


def test_an_exception_ends_after_it_begins() -> None:
    assert list(problems(OFFICE, (SpecialDays("2026-12-31", "2026-12-30"),), "")) == [
        Problem("exceptions.0.until", "date_order", {"date": "2026-12-31"})
    ]
    assert codes(problems(OFFICE, (SpecialDays("2026-12-31", "2026-12-31"),), "")) == []


def test_the_same_dates_twice() -> None:
    twice = (SpecialDays("2026-12-31"), SpecialDays("2026-12-31", "2026-12-31"))
    assert list(problems(OFFICE, twice, "")) == [
        Problem("exceptions.1.date", "repeated_dates", {"date": "2026-12-31", "until": "2026-12-31"})
    ]


def test_a_range_that_ends_at_no_date_is_not_compiled() -> None:
    with pytest.raises(ValueError, match="2026-13-01"):
        schedule(OFFICE, SpecialDays("2026-01-01", "2026-13-01"))


def test_there_is_an_end_to_what_one_may_list() -> None:
    hours = tuple(Interval(f"{hour:02d}:00", f"{hour:02d}:30") for hour in range(24))
    assert codes(problems((hours, *OFFICE[1:]), (), "")) == []
    assert list(problems((*OFFICE[:6], (*hours, Interval("23:30", "23:45"))), (), "")) == [
        Problem("week.6", "too_many", {"most": 24})
    ]
    days = tuple(SpecialDays((date(2026, 1, 1) + timedelta(days=number)).isoformat()) for number in range(401))
    assert codes(problems(OFFICE, days[:400], "")) == []
    assert list(problems(OFFICE, days, "")) == [Problem("exceptions", "too_many", {"most": 400})]
    assert codes(problems(OFFICE, (SpecialDays("2026-12-31", name="x" * 100),), "")) == []
    assert list(problems(OFFICE, (SpecialDays("2026-12-31", name="x" * 101),), "")) == [
        Problem("exceptions.0.name", "too_long", {"most": 100})
    ]


def test_times_of_an_exception_are_checked_too() -> None:
    day = SpecialDays("2026-12-31", None, spans("09:00-13:00", "12:00-14:00"))
    assert codes(problems(OFFICE, (day,), "")) == [("exceptions.0.intervals.1", "overlap")]
    bad = SpecialDays("2026-12-31", None, spans("9-13:00"))
    assert codes(problems(OFFICE, (bad,), "")) == [("exceptions.0.intervals.0.start", "bad_time")]


def test_a_night_of_an_exception_overlaps_its_next_day_only_when_there_is_one() -> None:
    intervals = spans("08:00-12:00", "20:00-08:30")
    assert codes(problems(OFFICE, (SpecialDays("2026-12-30", "2026-12-31", intervals),), "")) == [
        ("exceptions.0.intervals.0", "overlap")
    ]
    assert codes(problems(OFFICE, (SpecialDays("2026-12-30", None, intervals),), "")) == []


# ---------------------------------------------------------------- whatever the schedule

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Almaty",
    "Africa/Casablanca",
    "America/Havana",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "Etc/GMT+12",
)
times = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02d}:{quarter % 4 * 15:02d}")
intervals_ = st.lists(st.builds(Interval, times, times | st.just("24:00")), max_size=3).map(tuple)
weeks = st.tuples(*[intervals_] * 7)
dates = st.dates(date(2011, 12, 20), date(2012, 1, 10))  # around Apia's lost day
special = st.builds(
    lambda first, days, intervals: SpecialDays(
        first.isoformat(), (first + timedelta(days=days)).isoformat() if days else None, intervals
    ),
    dates,
    st.integers(0, 4),
    intervals_,
)
Given = tuple[Schedule, tuple[tuple[Interval, ...], ...], tuple[SpecialDays, ...], str]


def compiled_with_its_words(
    week: tuple[tuple[Interval, ...], ...], exceptions: tuple[SpecialDays, ...], zone: str
) -> Given:
    return schedule(week, *exceptions, zone=zone), week, exceptions, zone


schedules = st.builds(compiled_with_its_words, weeks, st.lists(special, max_size=3).map(tuple), st.sampled_from(ZONES))
YEARS = (instant("2011-01-01 00:00"), instant("2027-12-31 00:00"))
instants = st.one_of(
    st.integers(*YEARS),
    st.integers(YEARS[0] // (15 * MINUTE), YEARS[1] // (15 * MINUTE)).map(lambda quarter: quarter * 15 * MINUTE),
    st.integers(instant("2011-12-20 00:00"), instant("2012-01-10 00:00")),
)


def shown_open(given_: Given, at: int) -> bool:
    """The plain reading: does the wall clock show a time inside an interval of today or of last night?"""
    _, week, exceptions, zone = given_
    shown = (EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    for day in (shown.date(), shown.date() - timedelta(days=1)):
        fitting = [e for e in exceptions if e.date <= day.isoformat() <= (e.until or e.date)]
        lengths = [datetime.fromisoformat(e.until or e.date) - datetime.fromisoformat(e.date) for e in fitting]
        shortest = [e for e, length in zip(fitting, lengths, strict=True) if length == min(lengths)]
        for interval in shortest[-1].intervals if shortest else week[day.weekday()]:
            start, end = (
                datetime.combine(day, time()) + timedelta(hours=int(each[:2]), minutes=int(each[3:]))
                for each in (interval.start, interval.end)
            )
            if start <= shown < (end if end > start else end + timedelta(days=1)):
                return True
    return False


def steady(zone: str, at: int) -> bool:
    """No jump of the clock for two days around."""
    offsets = {
        (EPOCH + timedelta(microseconds=at, hours=hours)).astimezone(ZoneInfo(zone)).utcoffset()
        for hours in range(-49, 50)
    }
    return len(offsets) == 1


@given(schedules, instants)
def test_open_is_what_the_wall_clock_shows(given_: Given, at: int) -> None:
    shown = shown_open(given_, at)
    if shown or steady(given_[3], at):
        assert is_open(given_[0], at) is shown


@given(schedules, instants)
def test_the_next_opening_is_an_opening_and_the_first(given_: Given, at: int) -> None:
    compiled = given_[0]
    opens = next_open(compiled, at)
    if opens is None:
        assert open_time_between(compiled, at, at + 60 * DAY) == 0
        return
    assert is_open(compiled, opens)
    assert open_time_between(compiled, at, opens) == 0
    assert opens == at or not is_open(compiled, opens - 1)


@given(schedules, instants)
def test_until_it_closes_every_moment_is_open(given_: Given, at: int) -> None:
    compiled = given_[0]
    closes = closes_at(compiled, at)
    if closes is None:
        assert not is_open(compiled, at) or open_time_between(compiled, at, at + 60 * DAY) == 60 * DAY
        return
    assert not is_open(compiled, closes)
    assert open_time_between(compiled, at, closes) == closes - at > 0


@given(schedules, instants, st.integers(0, 20 * DAY), st.integers(0, 20 * DAY))
def test_working_time_adds_up(given_: Given, at: int, first: int, second: int) -> None:
    compiled = given_[0]
    parts = open_time_between(compiled, at, at + first), open_time_between(compiled, at + first, at + first + second)
    assert sum(parts) == open_time_between(compiled, at, at + first + second)


@given(schedules, instants, st.integers(1, 40 * HOUR))
def test_adding_working_time_is_the_inverse_of_counting_it(given_: Given, at: int, amount: int) -> None:
    compiled = given_[0]
    end = add_open_time(compiled, at, amount)
    if end == at + 3660 * DAY and not is_open(compiled, end - 1):
        assert open_time_between(compiled, at, end) < amount
        return
    assert open_time_between(compiled, at, end) == amount
    assert is_open(compiled, end - 1)  # not a moment later than needed


# ---------------------------------------------------------------- cost


def test_the_hours_of_a_day_are_worked_out_once() -> None:
    """What makes the question cheap enough for every message (about a microsecond)."""
    office, morning = schedule(), instant("2026-11-24 00:00")
    is_open(office, morning)
    worked_out = _spans.cache_info().misses
    for minute in range(0, 1440, 10):
        is_open(office, morning + minute * MINUTE)
    assert _spans.cache_info().misses - worked_out <= 1  # the next day in UTC


def test_a_line_that_never_opens_is_not_looked_through_for_years() -> None:
    """Past its last exception a week can only repeat itself; a customer's message is waiting for the answer."""
    never, worked_out = schedule(((),) * 7, SpecialDays("2026-12-01", name="closed")), _spans.cache_info().misses
    assert next_open(never, instant("2026-11-23 12:00")) is None
    assert _spans.cache_info().misses - worked_out < 40


def test_a_schedule_is_compiled_once() -> None:
    assert schedule() is schedule()
    assert schedule_of(LineSettings(), "UTC") is ALWAYS
