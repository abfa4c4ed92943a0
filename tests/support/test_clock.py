"""The clocks: never backwards, jumps noticed, moments exact."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlines.support.clock import (
    SECOND,
    Clock,
    FollowingClock,
    HostClock,
    SettableClock,
    from_datetime,
    to_datetime,
)

NOON = from_datetime(datetime(2026, 11, 22, 12, tzinfo=UTC))


class Host:
    """A machine whose clocks we turn."""

    def __init__(self) -> None:
        self.wall = NOON
        self.monotonic = 5 * SECOND
        self.clock = HostClock(lambda: self.wall, lambda: self.monotonic)

    def pass_by(self, seconds: float, *, correction: float = 0) -> int:
        self.monotonic += round(seconds * SECOND)
        self.wall += round((seconds + correction) * SECOND)
        return self.clock.now()


def test_host_clock_tells_the_wall_clock() -> None:
    host = Host()
    assert host.clock.now() == NOON
    assert host.pass_by(3600) == NOON + 3600 * SECOND
    assert host.clock.jumped_at is None


def test_set_back_it_goes_on_a_tenth_slower_until_the_wall_clock_has_caught_up() -> None:
    host = Host()
    assert host.pass_by(0, correction=-5) == NOON
    assert host.pass_by(10) == NOON + 9 * SECOND
    assert host.pass_by(40) == NOON + 45 * SECOND  # 50 s passed, 5 s were given back
    assert host.pass_by(10) == NOON + 55 * SECOND
    assert host.clock.jumped_at is None


@pytest.mark.parametrize("correction", [-3600, -61, 61, 3600])
def test_a_jump_of_more_than_a_minute_is_noticed(correction: float) -> None:
    host = Host()
    now = host.pass_by(1, correction=correction)
    assert host.clock.jumped_at == now
    host.pass_by(100)
    assert host.clock.jumped_at == now, "noticed once"


@pytest.mark.parametrize("correction", [-60, -1, 1, 60])
def test_a_smaller_correction_is_none(correction: float) -> None:
    host = Host()
    host.pass_by(1, correction=correction)
    assert host.clock.jumped_at is None


@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(-5000, 5000)), max_size=40))
def test_never_backwards_and_never_frozen(steps: list[tuple[float, float]]) -> None:
    host, last = Host(), NOON
    for seconds, correction in steps:
        now = host.pass_by(seconds, correction=correction)
        assert now - last >= round(seconds * SECOND) * 9 // 10 - 1
        last = now


def test_following_clock_goes_on_from_what_it_heard() -> None:
    monotonic = 100
    clock = FollowingClock(lambda: monotonic)
    with pytest.raises(RuntimeError):
        clock.now()
    clock.heard(NOON)
    monotonic += 250
    assert clock.now() == NOON + 250
    clock.heard(NOON + 260)
    assert clock.now() == NOON + 260
    assert clock.jumped_at is None
    clock.heard(NOON - 61 * SECOND)
    assert clock.jumped_at == NOON - 61 * SECOND


def test_settable_clock() -> None:
    clock: Clock = (settable := SettableClock(NOON))
    assert clock.now() == clock.now() == NOON
    assert settable.advance(1.5) == NOON + 1_500_000
    settable.set(7)
    assert clock.now() == 7


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))])))
def test_moments_go_there_and_back_to_the_microsecond(moment: datetime) -> None:
    assert to_datetime(from_datetime(moment)) == moment


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(TypeError):
        from_datetime(datetime(2026, 1, 1))  # noqa: DTZ001
