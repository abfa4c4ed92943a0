"""Working time on both stores: shared timetables, holidays as years go by, held and collected conversations."""

from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from openlines.core.line import DAY, HOUR, SECOND
from openlines.services import handle, holidays, portal, timetables, visitors, working_time
from openlines.services.contacts import Contact, contact_in
from openlines.services.opening import opening_words
from openlines.services.receive import Incoming, Person, receive_message
from openlines.store import lines, threads
from openlines.store import timetables as timetable_rows
from openlines.store.lines import schedule_in
from openlines.store.tx import Tx
from tests.services.portal import START, Portal

MIDNIGHT = START - 9 * HOUR  # of Monday, 5 January 2026, UTC
DAYTIME: list[list[dict[str, str]]] = [[{"start": "09:00", "end": "18:00"}]] * 7
EVENING: list[list[dict[str, str]]] = [[{"start": "20:00", "end": "22:00"}]] * 7
NEVER: list[list[dict[str, str]]] = [[]] * 7
ASKS = {"en": "How can we reach you?"}
THANKS = {"en": "Thank you"}


def week(hours: list[list[dict[str, str]]]) -> Any:
    return [[{"from": each["start"], "to": each["end"]} for each in day] for day in hours]


def shared(house: Portal, **hours: Any) -> int:
    return house.do(timetables.create, house.admin, "Shared", {"time_zone": "UTC", **hours})


def rewritten(house: Portal, timetable_id: int, **hours: Any) -> None:
    version = house.do(lambda tx: timetables.one(tx, timetable_id).timetable.version)
    house.do(timetables.change, house.admin, timetable_id, version, name=None, hours=hours)
    house.settle()


def test_a_change_of_a_shared_timetable_moves_what_its_lines_hold(house: Portal) -> None:
    timetable = shared(house, week=EVENING)
    people = [house.operator("A"), house.operator("B")]
    held = []
    for each in people:
        line = house.line(each, hours_on=True, timetable_id=timetable, off_hours="hold")
        held.append(house.writes(house.channel(line), "c").conversation_id)
    assert [house.conversation(each).route_at for each in held] == [MIDNIGHT + 20 * HOUR] * 2
    rewritten(house, timetable, week=[[{"start": "10:00", "end": "12:00"}]] * 7)
    assert [house.conversation(each).route_at for each in held] == [MIDNIGHT + 10 * HOUR] * 2
    house.go_to(MIDNIGHT + 10 * HOUR - SECOND)
    assert [house.offered_to(each) for each in held] == [None, None]
    house.go_to(MIDNIGHT + 10 * HOUR)
    assert [house.offered_to(each) for each in held] == [each.user_id for each in people]


def test_a_line_that_saves_something_else_keeps_its_shared_hours_and_its_holidays(house: Portal) -> None:
    timetable = shared(house, week=EVENING, holidays_country="DE")
    line = house.line(house.operator("A"), hours_on=True, timetable_id=timetable)

    def plan() -> tuple[Any, ...]:
        schedule = schedule_in(house.do(lambda tx: lines.one(tx, line)).settings)  # type: ignore[union-attr]
        return schedule.week, schedule.holidays

    before = plan()
    assert before[1]
    house.change(line, queue_time=300)
    assert plan() == before


def test_held_overnight_although_it_was_parked_while_the_line_was_open(house: Portal) -> None:
    a = house.operator("A", online=False)
    line = house.line(a, hours_on=True, time_zone="UTC", week=week(DAYTIME), off_hours="hold")
    waits = house.writes(house.channel(line), "c").conversation_id
    house.go_to(MIDNIGHT + 22 * HOUR)
    house.online(a)
    house.settle()
    assert house.offered_to(waits) is None
    house.go_to(MIDNIGHT + DAY + 9 * HOUR)
    house.online(a)
    house.settle()
    assert house.offered_to(waits) == a.user_id


def test_a_line_that_never_opens_holds_and_lets_go_when_it_offers_again(house: Portal) -> None:
    a = house.operator("A")
    line = house.line(a, hours_on=True, week=NEVER, off_hours="hold")
    waits = house.writes(house.channel(line), "c").conversation_id
    house.offline(a)
    house.online(a)
    house.settle()
    assert house.conversation(waits).state == "waiting"
    house.acts(handle.accept, a, waits)  # who sees it may take it
    other = house.writes(house.channel(line, "telegram"), "d").conversation_id
    house.change(line, off_hours="offer")
    house.settle()
    assert house.offered_to(other) == a.user_id


# --- contacts ---------------------------------------------------------------------------------------------


def collecting(house: Portal, **settings: Any) -> int:
    words: dict[str, Any] = {"off_hours_text": ASKS, "collected_text": THANKS}
    line = house.line(house.operator("A"), hours_on=True, week=NEVER, off_hours="collect", **words, **settings)
    return house.channel(line)


def card(house: Portal, conversation_id: int) -> tuple[str, str]:
    customer_id = house.conversation(conversation_id).customer_id
    row = house.do(threads.customer, customer_id)
    assert row is not None
    return row.email, row.phone


def test_a_contact_in_the_words_goes_onto_the_card_and_closes(house: Portal) -> None:
    channel = collecting(house)
    one = house.writes(channel, "one", "Is anybody there?").conversation_id
    house.writes(channel, "one", "Write to ann@example.org or call +49 30 901820")
    assert card(house, one) == ("ann@example.org", "+4930901820")
    assert [auto for auto, _ in house.said(one)] == ["customer", "off_hours", "customer", "collected"]
    assert (house.conversation(one).state, house.conversation(one).reason) == ("closed", "collected")
    again = house.writes(channel, "one", "And hurry up")
    assert again.conversation_id == one
    assert [auto for auto, _ in house.said(one)][-1] == "customer"
    assert len(house.all()) == 1


def test_a_contact_left_in_the_chats_form_closes_too(house: Portal) -> None:
    channel = collecting(house)
    one = house.writes(channel, "one").conversation_id
    house.do(visitors.introduce, channel, "one", Person(name="Ann"))
    assert house.conversation(one).state == "waiting"
    house.do(visitors.introduce, channel, "one", Person(email="ann@example.org"))
    assert (house.conversation(one).state, house.said(one)[-1][0]) == ("closed", "collected")


def test_a_shared_contact_of_a_messenger_counts(house: Portal) -> None:
    channel = collecting(house)
    incoming = Incoming("one", "m1", "", {"contact": {"name": "Ann", "phone": "+4930901820"}}, Person(name="Ann"))
    one = house.do(receive_message, channel, incoming).conversation_id
    assert card(house, one) == ("", "+4930901820")
    assert house.conversation(one).reason == "collected"


def test_the_first_words_after_the_opening_begin_a_conversation(house: Portal) -> None:
    channel = collecting(house)
    one = house.writes(channel, "one", "call +49 30 901820").conversation_id
    house.change(house.conversation(one).line_id, week=week([[{"start": "00:00", "end": "24:00"}]] * 7))
    two = house.writes(channel, "one", "Still me").conversation_id
    assert two != one
    assert house.conversation(two).state == "offered"


WORDS = [
    ("mail me: Ann.Smith+x@mail.example.co.uk.", "", "en", Contact("Ann.Smith+x@mail.example.co.uk")),
    ("почта анна@пример.рф", "", "ru", None),
    ("мой номер 8 (912) 345-67-89", "", "ru", Contact(phone="+79123456789")),
    ("my number is (202) 555-0123", "US", "en", Contact(phone="+12025550123")),
    ("my number is +44 20 7946 0958", "", "en", Contact(phone="+442079460958")),
    ("order 1234567, 3 pieces for 1999.90", "US", "en", None),
    ("заказ № 4815162342 от 12.01.2026", "", "en", None),
    ("@somebody", "", "en", None),
    ("9" * 4000, "US", "en", None),
    ("@" * 4000, "", "en", None),
]


@pytest.mark.parametrize(("text", "country", "language", "found"), WORDS)
def test_what_is_a_contact(text: str, country: str, language: str, found: Contact | None) -> None:
    assert contact_in(text, None, language=language, country=country) == found


# --- public holidays --------------------------------------------------------------------------------------


def test_when_a_year_begins_the_holidays_of_two_years_later_are_written_and_lines_know(house: Portal) -> None:
    line = house.line(house.operator("A"), hours_on=True, week=week(DAYTIME), holidays_country="DE")
    assert house.do(working_time.holidays_behind) == []
    assert house.do(timetable_rows.last_holiday, "DE", "")[:4] == "2028"
    house.clock.set(START + 365 * DAY)
    assert house.do(working_time.holidays_behind) == [("DE", "")]
    house.do(working_time.extend_holidays, "DE", "")
    assert house.do(working_time.holidays_behind) == []
    days = [day.date for day in house.do(timetable_rows.holidays, "DE", "")]
    assert (days[0][:4], days[-1][:4]) == ("2026", "2029")
    schedule = schedule_in(house.do(lambda tx: lines.one(tx, line)).settings)  # type: ignore[union-attr]
    assert len(schedule.holidays) == len(days)


def test_the_portals_zone_moves_a_line_without_one(house: Portal) -> None:
    def zone(tx: Tx, to: str) -> None:
        portal.open_portal(tx, "epoch", "hash")
        portal.change_portal(tx, house.admin, name="Bakery", language="en", time_zone=to)

    house.do(zone, "UTC")
    a = house.operator("A")
    line = house.line(a, hours_on=True, time_zone="", week=week(EVENING), off_hours="hold")
    waits = house.writes(house.channel(line), "c").conversation_id
    assert house.conversation(waits).route_at == MIDNIGHT + 20 * HOUR
    house.do(lambda tx: portal.change_portal(tx, house.admin, time_zone="Asia/Kolkata"))
    house.settle()
    assert house.conversation(waits).route_at == MIDNIGHT + 14 * HOUR + HOUR // 2


def test_every_known_place_has_days_that_can_be_written_down() -> None:
    for country in ("RU", "KZ", "DE", "US", "GB", "IN", "BR", "JP"):
        days = holidays.days_of(country, "", 2025, 2028)
        assert days == tuple(sorted(days, key=lambda day: day.date))
        assert all(day.name_en and day.name_ru for day in days)
    assert holidays.days_of("XX", "", 2025, 2028) == ()
    assert msgspec.json.encode(holidays.regions("DE"))


# --- "opens …" in words -----------------------------------------------------------------------------------

OPENINGS = [
    # µs after Monday's midnight UTC, zone of the line, of the customer, English, Russian
    (9 * HOUR, "UTC", "", "today at 9:00", "сегодня в 9:00"),
    (33 * HOUR, "UTC", "", "tomorrow at 9:00", "завтра в 9:00"),
    (57 * HOUR, "UTC", "", "on Wednesday at 9:00", "в среду в 9:00"),
    (10 * DAY + 9 * HOUR, "UTC", "", "on 15 January at 9:00", "15 января в 9:00"),
    (8 * HOUR, "Europe/Berlin", "Europe/Paris", "today at 9:00", "сегодня в 9:00"),
    (6 * HOUR, "Europe/Moscow", "Asia/Novosibirsk", "today at 13:00 your time", "сегодня в 13:00 по вашему времени"),
    (20 * HOUR, "UTC", "Asia/Tokyo", "tomorrow at 5:00 your time", "завтра в 5:00 по вашему времени"),
    (9 * HOUR, "UTC", "Mars/Base", "today at 9:00", "сегодня в 9:00"),
]


@pytest.mark.parametrize(("after", "zone", "customer", "english", "russian"), OPENINGS)
def test_when_it_opens_in_words(after: int, zone: str, customer: str, english: str, russian: str) -> None:
    said = [opening_words(MIDNIGHT + after, MIDNIGHT, ZoneInfo(zone), customer, each) for each in ("en", "ru", "de")]
    assert said == [english, russian, english]


def test_the_placeholder_is_filled_on_the_customers_clock_and_empty_while_open(house: Portal) -> None:
    words = {"en": "We open {opens_at}.", "ru": "Откроемся {opens_at}."}
    line = house.line(house.operator("A"), hours_on=True, time_zone="UTC", week=week(EVENING), off_hours_text=words)
    channel = house.channel(line)
    for name, language, zone, said in (
        ("one", "en", "", "We open today at 20:00."),
        ("two", "ru", "Europe/Moscow", "Откроемся сегодня в 23:00 по вашему времени."),
    ):
        person = Person(name=name, language=language, time_zone=zone)
        received = house.do(receive_message, channel, Incoming(name, name, "hello", person=person))
        assert house.said(received.conversation_id)[-1] == ("off_hours", said)
    house.change(line, hours_on=False, greeting={"en": "Hello{opens_at}!"})
    assert house.said(house.writes(channel, "three").conversation_id)[-1] == ("greeting", "Hello!")
