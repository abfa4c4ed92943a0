"""Presence, absence and the grace after the last connection."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlines.core.availability import GRACE, UNAVAILABLE, Person, availability, next_change
from openlines.core.line import SECOND

NOW = 1_800_000_000 * SECOND
HERE = Person()


def test_a_person_at_the_desk_is_available() -> None:
    assert availability(HERE, NOW) is None


@pytest.mark.parametrize(
    ("person", "why"),
    [
        (Person(active=False), "inactive"),
        (Person(absent_from=NOW), "absent"),
        (Person(presence="pause"), "pause"),
        (Person(presence="offline"), "offline"),
        (Person(online=False), "offline"),
    ],
)
def test_each_reason_by_itself(person: Person, why: str) -> None:
    assert availability(person, NOW) == why


def test_the_first_failing_reason_is_kept() -> None:
    person = Person(active=False, absent_from=NOW, presence="pause", online=False)
    expected = []
    for cured in ({}, {"active": True}, {"absent_from": None}, {"presence": "online"}):
        person = person._replace(**cured)
        expected.append(availability(person, NOW))
    assert tuple(expected) == UNAVAILABLE == ("inactive", "absent", "pause", "offline")


def test_without_the_check_only_the_account_counts() -> None:
    away = Person(absent_from=NOW, presence="offline", online=False)
    assert availability(away, NOW, check=False) is None
    assert availability(away._replace(active=False), NOW, check=False) == "inactive"


def test_an_absence_holds_from_its_first_moment_up_to_its_end() -> None:
    person = Person(absent_from=NOW, absent_until=NOW + 10)
    assert [availability(person, NOW + at) for at in (-1, 0, 9, 10)] == [None, "absent", "absent", None]


def test_an_absence_without_an_end_or_without_a_beginning() -> None:
    assert availability(Person(absent_from=NOW), NOW + 10**15) == "absent"
    assert availability(Person(absent_until=NOW + 1), NOW) == "absent"
    assert availability(Person(absent_until=NOW + 1), NOW + 1) is None


def test_the_grace_after_the_last_connection_is_a_minute() -> None:
    assert GRACE == 60 * SECOND
    gone = Person(online=True, grace_until=NOW + GRACE)
    assert availability(gone, NOW + GRACE - 1) is None
    assert availability(gone, NOW + GRACE) == "offline"
    assert availability(gone._replace(online=False), NOW) is None  # the grace speaks, not the last known state


def test_choosing_offline_has_no_grace() -> None:
    assert availability(Person(presence="offline", grace_until=NOW + GRACE), NOW) == "offline"


def test_the_next_change_is_what_a_timer_should_wait_for() -> None:
    assert next_change(HERE, NOW) is None
    assert next_change(Person(absent_from=NOW + 5, absent_until=NOW + 9), NOW) == NOW + 5
    assert next_change(Person(absent_from=NOW + 5, absent_until=NOW + 9), NOW + 5) == NOW + 9
    assert next_change(Person(grace_until=NOW + 7), NOW) == NOW + 7
    assert next_change(Person(grace_until=NOW + 7), NOW + 7) is None


def test_what_changes_nothing_needs_no_timer() -> None:
    assert next_change(Person(active=False, absent_from=NOW + 5), NOW) is None
    assert next_change(Person(presence="offline", grace_until=NOW + 7), NOW) is None
    # Absent first and offline meanwhile: the end of the grace is not seen, the end of the absence is.
    assert next_change(Person(absent_until=NOW + 9, grace_until=NOW + 7), NOW) == NOW + 9


moments = st.none() | st.integers(NOW - 5, NOW + 5)
people = st.builds(
    Person, st.booleans(), moments, moments, st.sampled_from(["online", "pause", "offline"]), st.booleans(), moments
)


@given(people)
def test_nothing_changes_before_the_next_change_and_something_does_then(person: Person) -> None:
    present, change = availability(person, NOW), next_change(person, NOW)
    for at in range(NOW + 1, NOW + 8):
        if change is not None and at >= change:
            assert availability(person, change) != present
            break
        assert availability(person, at) == present
