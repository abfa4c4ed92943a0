"""How fast messages may leave."""

from hypothesis import given
from hypothesis import strategies as st

from openlines.core.line import SECOND
from openlines.workers.pace import Pace


def test_a_burst_and_then_one_a_second() -> None:
    pace = Pace(1.0, 3)
    assert [pace.reserve(7, 0) // SECOND for _ in range(6)] == [0, 0, 0, 1, 2, 3]
    assert pace.reserve(8, 0) == 0
    assert pace.not_ready(0) == {7: 4 * SECOND}
    assert pace.not_ready(4 * SECOND) == {}
    assert [pace.reserve(7, 60 * SECOND) // SECOND for _ in range(4)] == [60, 60, 60, 61]
    assert pace.not_ready(120 * SECOND) == {}
    assert not pace._used_up


def test_no_limit_is_no_limit() -> None:
    pace = Pace(0.0, 1)
    assert {pace.reserve(7, 5) for _ in range(100)} == {5}
    assert pace.not_ready(5) == {}


@given(st.lists(st.integers(0, 3 * SECOND), min_size=1, max_size=60), st.integers(1, 5))
def test_never_more_than_the_vendor_allows(gaps: list[int], burst: int) -> None:
    pace, now, left = Pace(1.0, burst), 0, []
    for gap in gaps:
        now += gap
        left.append(pace.reserve(1, now))
    assert left == sorted(left)
    for index in range(len(left) - burst):
        assert left[index + burst] - left[index] >= SECOND, "a burst, and one a second besides"
