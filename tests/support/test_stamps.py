"""Instants as the API writes and reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlines.support.stamps import instant, stamp


def test_an_instant_is_written_with_milliseconds() -> None:
    assert stamp(1_795_334_400_123_456) == "2026-11-22T08:00:00.123Z"
    assert stamp(0) == "1970-01-01T00:00:00.000Z"


@given(st.integers(0, 4_102_444_800_000))
def test_what_is_written_is_read_again(milliseconds: int) -> None:
    assert instant(stamp(milliseconds * 1000)) == milliseconds * 1000


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-11-22", "2026-11-22T08:00:00", "2026-13-01T00:00:00Z"])
def test_what_is_no_instant(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - fromisoformat has words of its own
        instant(text)


def test_other_zones_are_understood() -> None:
    assert instant("2026-11-22T11:00:00+03:00") == instant("2026-11-22T08:00:00Z")
