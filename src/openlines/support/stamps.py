"""Instants as the API writes and reads them: RFC 3339, UTC, milliseconds."""

import time
from datetime import UTC, datetime
from functools import lru_cache

from openlines.support.clock import SECOND, from_datetime


@lru_cache(maxsize=4096)
def _whole(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


def stamp(instant: int) -> str:
    """ "2026-11-22T08:00:00.123Z" for an instant in microseconds."""
    second, rest = divmod(instant, SECOND)
    return f"{_whole(second)}.{rest // 1000:03d}Z"


def stamp_or_none(instant: int | None) -> str | None:
    return None if instant is None else stamp(instant)


def instant(text: str) -> int:
    """The instant that an RFC 3339 text names. Raises ValueError; a time without a zone is one of the errors."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs a zone, like 2026-11-22T08:00:00Z")
    return from_datetime(moment.astimezone(UTC))
