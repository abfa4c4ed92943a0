"""S11, S12, S13, S16: when a line is open, what is said when nobody is there, when the chat is shown."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.seed.portal import Opens, Portal
from tests.seed.time import SECOND, Clock

OFFICE: list[list[dict[str, str]]] = [[{"from": "09:00", "to": "18:00"}]] * 5 + [[], []]
NEVER: list[list[dict[str, str]]] = [[]] * 7
ALWAYS: list[list[dict[str, str]]] = [[{"from": "00:00", "to": "24:00"}]] * 7
CLOSED = {"en": "We are closed"}


def instant(local: str, zone: str = "Europe/Berlin") -> int:
    return int(datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).timestamp()) * SECOND


def stamp(local: str, zone: str = "Europe/Berlin") -> str:
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def _open(house: Portal, line: int = 0) -> tuple[bool, str]:
    """Is the line open, and until when, or when does it open, to the second."""
    found = house.line_of(line)
    shown = found.get("open", False)
    return shown, found.get("closes_at" if shown else "opens_at", "")[:19]


# --- S11 ------------------------------------------------------------------------------------------------------

WEEKS: list[tuple[str, dict[str, Any], str, bool, str]] = [
    # zone, settings, now, open?, until or from
    ("Europe/Berlin", {"week": OFFICE}, "2027-06-01T08:59:59", False, "2027-06-01T09:00"),
    ("Europe/Berlin", {"week": OFFICE}, "2027-06-01T09:00", True, "2027-06-01T18:00"),
    ("Europe/Berlin", {"week": OFFICE}, "2027-06-01T17:59:59", True, "2027-06-01T18:00"),
    ("Europe/Berlin", {"week": OFFICE}, "2027-06-01T18:00", False, "2027-06-02T09:00"),
    ("Europe/Berlin", {"week": OFFICE}, "2027-06-05T12:00", False, "2027-06-07T09:00"),
    ("Asia/Vladivostok", {"week": OFFICE}, "2027-06-01T09:30", True, "2027-06-01T18:00"),
    # several intervals a day, and one over midnight
    (
        "Europe/Berlin",
        {"week": [[{"from": "09:00", "to": "12:00"}, {"from": "14:00", "to": "18:00"}]] * 7},
        "2027-06-01T13:00",
        False,
        "2027-06-01T14:00",
    ),
    (
        "Europe/Berlin",
        {"week": [*[[]] * 5, [{"from": "22:00", "to": "06:00"}], []]},
        "2027-06-06T05:59",
        True,
        "2027-06-06T06:00",
    ),
    # dated exceptions: a day off, a half-day, a Sunday that is worked, a range
    (
        "Europe/Berlin",
        {"week": OFFICE, "exceptions": [{"date": "2027-06-01"}]},
        "2027-06-01T12:00",
        False,
        "2027-06-02T09:00",
    ),
    (
        "Europe/Berlin",
        {"week": OFFICE, "exceptions": [{"date": "2027-06-01", "intervals": [{"from": "09:00", "to": "13:00"}]}]},
        "2027-06-01T12:00",
        True,
        "2027-06-01T13:00",
    ),
    (
        "Europe/Berlin",
        {"week": OFFICE, "exceptions": [{"date": "2027-06-06", "intervals": [{"from": "10:00", "to": "11:00"}]}]},
        "2027-06-06T10:30",
        True,
        "2027-06-06T11:00",
    ),
    (
        "Europe/Berlin",
        {"week": OFFICE, "exceptions": [{"date": "2027-06-01", "until": "2027-06-04"}]},
        "2027-06-01T12:00",
        False,
        "2027-06-07T09:00",
    ),
    # the nights when clocks are put back and forward: 9 o'clock is 9 o'clock, an hour is not added or lost
    ("Europe/Berlin", {"week": [*NEVER[:6], [{"from": "09:00", "to": "18:00"}]]}, "2027-10-31T08:59", False,
     "2027-10-31T09:00"),
    ("Europe/Berlin", {"week": [*NEVER[:6], [{"from": "01:00", "to": "04:00"}]]}, "2028-03-26T01:30", True,
     "2028-03-26T04:00"),
    ("America/New_York", {"week": [*NEVER[:6], [{"from": "01:00", "to": "04:00"}]]}, "2027-11-07T03:30", True,
     "2027-11-07T04:00"),
]  # fmt: skip


def test_s11_zone_hours_days_off_exceptions_and_both_nights_of_the_year(opens: Opens) -> None:
    house = opens(clock=Clock(instant("2027-05-31T12:00")))
    for zone, settings, now, is_open, then in sorted(WEEKS, key=lambda row: instant(row[2], row[0])):
        house.until(instant(now, zone))
        house.sign_in(house.chief)
        house.set(hours_on=True, time_zone=zone, **{"exceptions": [], **settings})
        assert _open(house) == (is_open, stamp(then, zone)), (zone, now, settings)


def test_s11_public_holidays_of_a_country_are_days_off_and_a_worked_exception_wins(opens: Opens) -> None:
    house = opens(clock=Clock(instant("2027-12-24T12:00")))
    house.set(hours_on=True, time_zone="Europe/Berlin", week=ALWAYS, holidays_country="DE")
    house.until(instant("2027-12-25T12:00"))
    assert _open(house) == (False, stamp("2027-12-27T00:00"))
    house.set(exceptions=[{"date": "2027-12-25", "intervals": [{"from": "10:00", "to": "14:00"}]}])
    assert _open(house) == (True, stamp("2027-12-25T14:00"))
    house.set(exceptions=[], holidays_country="")
    assert _open(house)[0] is True


def test_s11_what_cannot_be_meant_is_refused_at_its_field(house: Portal) -> None:
    for settings, field in (
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"week": [[{"from": "09:00", "to": "12:00"}, {"from": "11:00", "to": "18:00"}], *NEVER[1:]]}, "week"),
        ({"week": [[{"from": "9 o'clock", "to": "18:00"}], *NEVER[1:]]}, "week"),
        ({"week": NEVER[:6]}, "week"),
        ({"exceptions": [{"date": "31.12.2027"}]}, "exceptions"),
        ({"exceptions": [{"date": "2027-12-31", "until": "2027-12-01"}]}, "exceptions"),
        ({"holidays_country": "Germany"}, "holidays_country"),
    ):
        answer = house.try_settings(**settings)
        assert answer.status == 422, settings
        fields = answer.json["fields"]
        assert any(name.split(".")[0] == field and each["message"] for name, each in fields.items()), (settings, fields)


# --- S12, S16 -------------------------------------------------------------------------------------------------

ROWS = [
    # hours, open now, availability check, somebody there: is the text said?
    ("off", None, "off", True, False),
    ("off", None, "on", True, False),
    ("off", None, "on", False, True),
    ("on", True, "off", True, False),
    ("on", True, "on", True, False),
    ("on", True, "on", False, True),
    ("on", False, "off", True, True),
    ("on", False, "on", True, True),
    ("on", False, "on", False, True),
]


@pytest.mark.parametrize("somebody", [True, False])
def test_s12_the_off_hours_text_row_by_row(house: Portal, somebody: bool) -> None:
    boris = house.operator("Boris")
    house.queue(boris)
    if not somebody:
        boris.goes()
        house.later(61)
    house.set(off_hours_text=CLOSED)
    for hours, now_open, check, there, said in ROWS:
        if check == "on" and there != somebody:
            continue  # with the check off it makes no difference who is there: those rows are seen both ways
        house.set(hours_on=hours == "on", week=ALWAYS if now_open else NEVER, check_availability=check == "on")
        customer = house.customer()
        customer.says()
        assert (customer.texts == [CLOSED["en"]]) is said, (hours, now_open, check, somebody)


def test_s12_it_is_said_once_until_a_person_answers(house: Portal) -> None:
    boris = house.operator("Boris")
    house.queue(boris)
    house.set(off_hours_text=CLOSED, hours_on=True, week=NEVER)
    customer = house.customer()
    conversation = customer.says()
    customer.says("hello?")
    assert customer.texts == [CLOSED["en"]]
    assert boris.offers == [conversation]  # hours alone hold nothing back
    boris.replies(conversation, "By chance I am here")
    customer.says("lucky me")
    assert customer.texts == [CLOSED["en"], "By chance I am here", CLOSED["en"]]


def test_s12_not_said_off_hours_while_somebody_is_there_where_the_line_says_so(house: Portal) -> None:
    house.queue(house.operator("Boris"))
    house.set(off_hours_text=CLOSED, hours_on=True, week=NEVER, off_hours_when_available=False)
    customer = house.customer()
    customer.says()
    assert customer.texts == []


def test_s12_held_until_opening_is_offered_when_the_line_opens(opens: Opens) -> None:
    house = opens(clock=Clock(instant("2027-06-05T12:00")))  # a Saturday
    boris = house.operator("Boris")
    house.queue(boris)
    house.set(hours_on=True, time_zone="Europe/Berlin", week=OFFICE, off_hours="hold", check_availability=False)
    conversation = house.customer().says()
    house.until(instant("2027-06-07T09:00") - 1)
    assert boris.offers == []
    house.until(instant("2027-06-07T09:00"))
    assert boris.offers == [conversation]


def test_s16_availability_is_checked_by_default_and_nobody_there_is_told(house: Portal) -> None:
    line = house.new_line("As it comes")
    assert house.line_of(line)["settings"]["check_availability"] is True
    assert house.line_of(line)["settings"]["off_hours_text"], "a new line has words for it"
    boris = house.operator("Boris", comes=False)
    house.queue(boris, line=line)
    house.set(line, off_hours_text=CLOSED)
    customer = house.customer(house.chat(line))
    conversation = customer.says()
    assert CLOSED["en"] in customer.texts
    boris.comes()
    assert boris.offers == [conversation]


def test_s16_on_a_pause_is_not_available_and_at_the_limit_is(house: Portal) -> None:
    boris = house.operator("Boris")
    house.queue(boris)
    house.set(off_hours_text=CLOSED, limit=1, counting="open")
    boris.accepts(house.customer().says())
    second = house.customer()
    second.says()
    assert (second.texts, boris.offers) == ([], [])
    boris.is_now("pause")
    third = house.customer()
    third.says()
    assert third.texts == [CLOSED["en"]]


def test_s16_with_the_check_off_everybody_is_offered_and_nothing_is_said(house: Portal) -> None:
    boris = house.operator("Boris", comes=False)
    house.queue(boris)
    house.set(off_hours_text=CLOSED, check_availability=False)
    customer = house.customer()
    conversation = customer.says()
    assert customer.texts == []
    assert boris.comes().offers == [conversation]


# --- S13 ------------------------------------------------------------------------------------------------------


def _schedule(house: Portal, **settings: Any) -> None:
    channel = house.chief.ask("GET", f"/channels/{house.channel}")
    change = {"version": channel["version"], "settings": settings}
    house.chief.ask("PATCH", f"/channels/{house.channel}", change)


def test_s13_the_chat_has_hours_of_its_own_whatever_the_line_has(opens: Opens) -> None:
    house = opens(clock=Clock(instant("2027-06-01T12:00")))
    customer = house.customer()
    evening = {"time_zone": "Europe/Berlin", "week": [[{"from": "20:00", "to": "22:00"}]] * 7, "exceptions": []}
    house.set(hours_on=True, time_zone="Europe/Berlin", week=OFFICE)
    assert customer.config()["hours"]["shown"] is True  # without the wish it is always there
    _schedule(house, only_in_hours=True, hours=evening)
    assert (customer.config()["hours"]["shown"], _open(house)[0]) == (False, True)
    house.until(instant("2027-06-01T20:00"))
    assert (customer.config()["hours"]["shown"], _open(house)[0]) == (True, False)
    house.until(instant("2027-06-01T22:00"))
    assert customer.config()["hours"]["shown"] is False
    _schedule(house, only_in_hours=False)
    assert customer.config()["hours"]["shown"] is True


def test_s13_right_on_both_sides_of_the_night_when_clocks_are_put_back(opens: Opens) -> None:
    house = opens(clock=Clock(instant("2027-10-30T12:00")))
    customer = house.customer()
    nine = {"time_zone": "Europe/Berlin", "week": [[{"from": "09:00", "to": "18:00"}]] * 7, "exceptions": []}
    _schedule(house, only_in_hours=True, hours=nine)
    for local, shown in (
        ("2027-10-30T17:59", True),
        ("2027-10-31T08:59", False),
        ("2027-10-31T09:00", True),
        ("2027-10-31T18:00", False),
    ):
        house.until(instant(local))
        assert customer.config()["hours"]["shown"] is shown, local
