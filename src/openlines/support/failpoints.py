"""Named places at which a test may have the process killed, as a power cut would.

`OPENLINES_CRASH_AT=before_commit:40` kills this process (SIGKILL: nothing is flushed, no handler runs) when the
place is passed for the fortieth time. Without the variable a place costs one look at a module's flag.
"""

import os
import signal
from typing import Final

BEFORE_COMMIT: Final = "before_commit"
AFTER_COMMIT: Final = "after_commit_before_answer"
AFTER_BYTES_LEFT: Final = "after_bytes_left_before_mark"
PLACES: Final = (BEFORE_COMMIT, AFTER_COMMIT, AFTER_BYTES_LEFT)

_name, _, _count = os.environ.get("OPENLINES_CRASH_AT", "").partition(":")
ARMED: Final = _name in PLACES
_left = int(_count or 1)


def passing(place: str) -> None:
    """Call only where `ARMED` is true."""
    global _left  # noqa: PLW0603 - one count for the process
    if place == _name:
        _left -= 1
        if _left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
